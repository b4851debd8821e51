package post

import (
	"slices"
	"time"
)

// Measure is something done about letters that reached the wrong people.
type Measure string

// The measures, in the order in which they hurry. Those up to MeasureStop and
// MeasureDigipost concern Digipost; the next the breach of personal data; the last
// the register.
const (
	// MeasureStop stopped what could still be stopped.
	MeasureStop Measure = "stop"
	// MeasureDigipost told Digipost.
	MeasureDigipost Measure = "digipost"
	// MeasureAsked asked whoever got a letter not to read it and to delete it.
	MeasureAsked Measure = "asked"
	// MeasureJudged judged what it means for those whom the letters are about.
	MeasureJudged Measure = "judged"
	// MeasureAuthority told the data protection authority, or decided not to.
	MeasureAuthority Measure = "authority"
	// MeasureTold told those whom the letters are about.
	MeasureTold Measure = "told"
	// MeasureRight saw to it that the right people get their letters.
	MeasureRight Measure = "right"
	// MeasureCause found the cause and put it right.
	MeasureCause Measure = "cause"
	// MeasureWritten wrote the breach down, whether or not it was reported.
	MeasureWritten Measure = "written"
	// MeasureAside set the wrong matches in the register aside.
	MeasureAside Measure = "aside"
)

// Measures are all measures, in their order.
func Measures() []Measure {
	return []Measure{MeasureStop, MeasureDigipost, MeasureAsked, MeasureJudged, MeasureAuthority, MeasureTold, MeasureRight,
		MeasureCause, MeasureWritten, MeasureAside}
}

// ReportWithin is how long after a breach was noticed it must have been reported to
// the data protection authority (GDPR, article 33).
const ReportWithin = 72 * time.Hour

// Misdelivery is a case of letters that reached the wrong people, and what is done
// about it. It names nobody: who it was stands in the jobs.
type Misdelivery struct {
	ID string
	// Noticed is when somebody here came to know of it, Opened when the case was
	// written down, Closed when it was over, for the reason Why; zero while open.
	Noticed, Opened, Closed time.Time
	Why                     string
	// Jobs are those concerned by their ids, the one it began with first.
	Jobs []string
	// People are the items (Seq, rising) by job that reached somebody they were not
	// for.
	People map[string][]int
	// Named says that the text for Digipost may hold names.
	Named bool
	// Done is when each measure was taken.
	Done map[Measure]time.Time
	// Note is the user's own words.
	Note string
}

// ReportBy is when the breach must have been reported at the latest, where it has to
// be.
func (m Misdelivery) ReportBy() time.Time { return m.Noticed.Add(ReportWithin) }

// Count is how many letters the case is about.
func (m Misdelivery) Count() int {
	n := 0
	for _, seqs := range m.People {
		n += len(seqs)
	}
	return n
}

// Has reports whether an item is one of those that reached somebody wrong.
func (m Misdelivery) Has(job string, seq int) bool {
	_, found := slices.BinarySearch(m.People[job], seq)
	return found
}

// Choose takes an item of a job in or out, and the job with it in.
func (m *Misdelivery) Choose(job string, seq int, wrong bool) {
	at, found := slices.BinarySearch(m.People[job], seq)
	switch {
	case wrong && !found:
		if m.People == nil {
			m.People = map[string][]int{}
		}
		m.People[job] = slices.Insert(m.People[job], at, seq)
		m.AddJob(job)
	case !wrong && found:
		m.People[job] = slices.Delete(m.People[job], at, at+1)
	}
}

// AddJob notes that a job is concerned.
func (m *Misdelivery) AddJob(job string) {
	if !slices.Contains(m.Jobs, job) {
		m.Jobs = append(m.Jobs, job)
	}
}

// Tick notes when a measure was taken; the zero time takes it back.
func (m *Misdelivery) Tick(measure Measure, at time.Time) {
	if at.IsZero() {
		delete(m.Done, measure)
		return
	}
	if m.Done == nil {
		m.Done = map[Measure]time.Time{}
	}
	m.Done[measure] = at
}
