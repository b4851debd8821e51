package mailing

import (
	"time"
	"unicode/utf8"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// patterns in the order they are offered in.
var patterns = []post.Pattern{post.PatternSendOnly, post.PatternSplitFirst, post.PatternRegister, post.PatternSendOrPrint}

// steps are the pages of the wizard as it stands: paper is asked about only when
// it is wanted.
func (m *model) steps() []step {
	steps := []step{stepPeople, stepPattern, stepDocument, stepOptions}
	if m.onPaper() {
		steps = append(steps, stepPaper)
	}
	return append(steps, stepReview, stepApprove)
}

// place is where the present step stands among the steps.
func (m *model) place() int {
	place := 0
	for i, s := range m.steps() {
		if s <= m.step {
			place = i
		}
	}
	return place
}

// neighbour is the step so many before or after the present one; the ends stay.
func (m *model) neighbour(by int) step {
	steps := m.steps()
	return steps[max(0, min(m.place()+by, len(steps)-1))]
}

// lastChoice is the last page on which something is chosen.
func (m *model) lastChoice() step {
	if m.onPaper() {
		return stepPaper
	}
	return stepOptions
}

// advice is the pattern that the batch guide recommends for this mailing.
func (m *model) advice(now time.Time) job.Advice {
	facts := job.Facts{Letters: m.people.Sendable(), NeverChecked: m.people.NotChecked, LastSplit: m.basis.overview.LastSplit}
	if m.path != "" {
		facts.LargestBytes = m.facts.Size
	}
	for _, to := range m.people.To {
		if byName(to) {
			facts.ByNameAndAddress++
		}
	}
	return job.Advise(m.answers, facts, now)
}

func byName(to job.Addressee) bool {
	return to.LeftOut == post.ReasonNone && to.To.Kind == post.ByNameAndAddress
}

// way is how the mailing goes: what the person chose, or the advice. The time
// plays no part in the pattern, only in what is worth knowing beside it.
func (m *model) way() post.Pattern {
	if m.pattern != "" {
		return m.pattern
	}
	return m.advice(time.Time{}).Pattern
}

// onPaper reports whether those without Digipost get the letter on paper.
func (m *model) onPaper() bool { return m.way() == post.PatternSendOrPrint }

// answer takes an answer to one of the questions; the advice counts again.
func (m *model) answer(answers job.Answers) { m.answers, m.pattern = answers, "" }

// take chooses a pattern.
func (m *model) take(pattern post.Pattern, now time.Time) {
	m.answers.PaperForRest = pattern == post.PatternSendOrPrint
	if m.pattern = pattern; m.advice(now).Pattern == pattern {
		m.pattern = ""
	}
}

// sendTo are the people who are sent to. Where the rest gets paper, those whom the
// last split found without Digipost come back in, if an envelope can be addressed:
// Digipost is asked again for each of them, and its answer decides.
func (m *model) sendTo() flow.People {
	if !m.onPaper() {
		return m.people
	}
	people := m.people
	people.To = append([]job.Addressee(nil), m.people.To...)
	people.LeftOut = map[post.Reason]int{}
	for reason, n := range m.people.LeftOut {
		people.LeftOut[reason] = n
	}
	seen := map[string]bool{}
	for i, to := range people.To {
		again := to.CustomerID != "" && seen[to.CustomerID]
		seen[to.CustomerID] = true
		if to.LeftOut != post.ReasonNotAUser && to.LeftOut != post.ReasonUnidentified || !printable(to) {
			continue
		}
		people.LeftOut[to.LeftOut]--
		if again { // a second row of somebody: one letter is enough
			people.To[i].LeftOut = post.ReasonDuplicateLetter
			people.LeftOut[post.ReasonDuplicateLetter]++
			continue
		}
		people.To[i].LeftOut = post.ReasonNone
		people.NotChecked++
	}
	return people
}

// printable reports whether an envelope could be addressed.
func printable(to job.Addressee) bool {
	return to.To.Kind != "" && post.PostalAddress{Name: to.To.Name(), Address: to.To.Address}.Whole()
}

// paperCounts are how many surely get paper, and how many of the others could not
// be printed for if they turn out to have no Digipost.
func (m *model) paperCounts() (surely, without int) {
	if !m.onPaper() {
		return 0, 0
	}
	for i, to := range m.sendTo().To {
		if to.LeftOut != post.ReasonNone {
			continue
		}
		if m.people.To[i].LeftOut != post.ReasonNone {
			surely++
		} else if !printable(to) {
			without++
		}
	}
	return surely, without
}

// agreement is what is known of what the sender may do.
type agreement struct {
	// proof is nil while Digipost has not answered; unasked is true when it could not
	// be asked.
	proof   *post.Proof
	unasked bool
}

func (a agreement) noPaper() bool { return a.proof != nil && !a.proof.Has(post.FeaturePaper) }

// route is the way out of a mailing, by rule or by the person.
type route struct {
	via post.Via
	// rule is the way the rule gives and reason why; lacks names the option that the
	// batch interface does not have, or is "".
	rule   post.Via
	reason job.ViaReason
	lacks  string
	// both is true where the person may choose.
	both bool
}

// route chooses the way out for the options that were read.
func (m *model) route(options post.Options, agreed agreement) route {
	people := m.sendTo()
	facts := job.ViaFacts{Letters: people.Sendable(), HasSFTPKey: m.basis.hasKey,
		HasBatchFeature: agreed.proof != nil && agreed.proof.Has(post.FeatureBatchMailing),
		Options:         options, SubjectLength: utf8.RuneCountInString(m.subject)}
	account := false
	for _, to := range people.To {
		facts.ByNameAndAddress = facts.ByNameAndAddress || byName(to)
		account = account || to.LeftOut == post.ReasonNone && to.To.Kind == post.ByAccount
	}
	r := route{lacks: job.BatchLacks(options)}
	r.rule, r.reason = job.ChooseVia(facts)
	if account && r.rule == post.ViaBatch {
		r.rule, r.reason, r.lacks = post.ViaREST, job.ViaLacksOption, "account"
	}
	r.both = facts.HasSFTPKey && facts.HasBatchFeature && r.lacks == "" && !account && facts.SubjectLength <= post.MaxBatchTitle
	if r.via = r.rule; r.both && m.via != "" {
		r.via = m.via
	}
	return r
}
