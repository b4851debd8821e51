package jobs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// FirstAid keeps what is done about letters that reached the wrong people;
// *job.FirstAid has it.
type FirstAid interface {
	Cases(ctx context.Context) ([]post.Misdelivery, error)
	Keep(ctx context.Context, m post.Misdelivery) (post.Misdelivery, error)
	Close(ctx context.Context, id, why string) error
}

// The steps of first aid. The last tells what was done, and closes the case.
const (
	wrongStop = iota
	wrongWho
	wrongDigipost
	wrongBreach
	wrongRegister
	wrongLog
)

var wrongSteps = []string{"stop", "who", "digipost", "breach", "register", "log"}

// supportPhone is where businesses reach Digipost's support, weekdays from 8 to 17
// (digipost.no/bedrift/hjelp-og-kontakt).
const supportPhone = "22 03 00 45"

// mostPeople is for how many of the people concerned the register is asked.
const mostPeople = 200

// wrongArg opens the cases of wrong recipients, or after colons a job and one of its
// people by customer id.
const wrongArg = "wrong"

// aid is first aid on the screen: one case, or the list of cases.
type aid struct {
	s *Screen
	// listed shows the list; from is the job to go back to, "" for the lists.
	listed bool
	from   string
	// customer is somebody to be chosen once the people are known.
	customer string
	facts    wrongFacts
	m        post.Misdelivery
	step     int
	// dirty says that something was changed and not stored.
	dirty bool
	read  bool
	// stop are the jobs ticked to be stopped, asked those for which that was asked;
	// refused says why one could not be.
	stop, asked map[string]bool
	refused     map[string]error
	shown       string // the job whose people are shown
	search      string
	pages       *parts.Pages[post.Item]
	table       *parts.Table
	moment      parts.Moment
	pair        *parts.Pair
	limit       *fyne.Container // what says until when to report
	why         string
	reason      *parts.Field
	aside       int // how many matches were set aside
	reading     bool
	slot        task.Latest
}

// startWrong begins first aid for a job, or goes on with the case there is for it.
// item is somebody who got what was not for them; nil to choose later.
func (s *Screen) startWrong(from string, item *post.Item) {
	a := s.newAid(from)
	a.m = post.Misdelivery{Jobs: []string{from}, Noticed: s.env.Now()}
	if item != nil {
		a.m.Choose(from, item.Seq, true)
	}
	s.showWrong(a)
}

func (s *Screen) newAid(from string) *aid {
	return &aid{s: s, from: from, stop: map[string]bool{}, asked: map[string]bool{}, refused: map[string]error{}}
}

// listWrong shows the cases.
func (s *Screen) listWrong() {
	a := s.newAid("")
	a.listed = true
	s.showWrong(a)
}

func (s *Screen) showWrong(a *aid) {
	s.closePopup()
	s.closeWidgets()
	s.slot.Cancel()
	s.reading, s.err, s.busy, s.aid = false, nil, "", a
	a.readAgain()
	s.redrawIf(true)
}

// openWrong does what the argument of Open says after wrongArg.
func (s *Screen) openWrong(rest string) {
	id, customer, _ := strings.Cut(rest, ":")
	a := s.newAid(id)
	a.listed, a.customer = id == "", customer
	if id != "" {
		a.m = post.Misdelivery{Jobs: []string{id}, Noticed: s.env.Now()}
	}
	s.aid = a
	a.readAgain()
}

// pick shows a case of the list, where it was left.
func (a *aid) pick(m post.Misdelivery) {
	a.listed, a.m, a.read = false, clone(m), false
	a.step = a.firstOpen()
	a.readAgain()
}

// firstOpen is the first step that needs something.
func (a *aid) firstOpen() int {
	for i := range wrongSteps {
		if !a.done(i) {
			return i
		}
	}
	return wrongLog
}

// readAgain reads what is shown.
func (a *aid) readAgain() {
	m := clone(a.m)
	ports, people := a.s.ports, a.step == wrongDigipost || a.step == wrongRegister
	a.reading = true
	task.Replace(a.s.env.Run, &a.slot, func(ctx context.Context) (wrongFacts, error) { return readWrong(ctx, ports, m, people) }, a.take)
}

// news reads again where a page shows what changes by itself, but not before the
// reading under way has come.
func (a *aid) news() {
	if !a.reading && (a.listed || a.step == wrongStop) {
		a.readAgain()
	}
}

// take shows what was read. Only a step on which nobody writes is built anew without
// a cause.
func (a *aid) take(facts wrongFacts, err error) {
	if !a.s.isOpen || a.s.aid != a {
		return
	}
	first := !a.read
	a.reading = false
	if err != nil {
		a.s.err = err
		a.s.redrawIf(true)
		return
	}
	if facts.items == nil {
		facts.items, facts.people = a.facts.items, a.facts.people
	}
	same := a.facts.alike(facts)
	a.facts, a.read = facts, true
	if first {
		a.begin()
	}
	if first || !same && (a.listed || a.step == wrongStop || a.step == wrongDigipost || a.step == wrongRegister) {
		a.s.redrawIf(true)
	}
}

// begin goes on with a case that is open for the job, and ticks what hurries.
func (a *aid) begin() {
	if a.m.ID == "" && !a.listed {
		for _, other := range a.facts.cases {
			if other.Closed.IsZero() && slices.Contains(other.Jobs, a.from) {
				chosen := a.m.People[a.from]
				a.m = clone(other)
				for _, seq := range chosen {
					a.dirty = a.dirty || !a.m.Has(a.from, seq)
					a.m.Choose(a.from, seq, true)
				}
				a.step = a.firstOpen()
				a.readAgain()
				break
			}
		}
	}
	for _, id := range a.facts.open {
		a.stop[id] = a.facts.concerned(a.m, a.facts.jobs[id])
	}
	a.moment = momentOf(a.m.Noticed)
	if a.customer != "" {
		a.chooseCustomer()
	}
}

// chooseCustomer chooses somebody of the job by their id in the register.
func (a *aid) chooseCustomer() {
	from, customer, ports := a.from, a.customer, a.s.ports
	a.customer = ""
	task.Run(a.s.env.Run, func(ctx context.Context) ([]post.Item, error) { return ports.Jobs.Items(ctx, from, post.ItemQuery{}) }, func(items []post.Item, err error) {
		if a.s.aid != a || err != nil {
			return
		}
		for _, item := range items {
			if item.CustomerID == customer {
				a.m.Choose(from, item.Seq, true)
			}
		}
		a.readAgain()
	})
}

// done reports whether a step needs nothing more.
func (a *aid) done(step int) bool {
	has := func(measure post.Measure) bool { return !a.m.Done[measure].IsZero() }
	switch step {
	case wrongStop:
		return has(post.MeasureStop)
	case wrongWho:
		return a.m.Count() > 0
	case wrongDigipost:
		return has(post.MeasureDigipost)
	case wrongBreach:
		return !slices.ContainsFunc(breachMeasures, func(measure post.Measure) bool { return !has(measure) })
	case wrongRegister:
		return has(post.MeasureAside)
	}
	return !a.m.Closed.IsZero()
}

// breachMeasures is the checklist for a breach of personal data.
var breachMeasures = []post.Measure{post.MeasureAsked, post.MeasureJudged, post.MeasureAuthority, post.MeasureTold,
	post.MeasureRight, post.MeasureCause, post.MeasureWritten}

// tick notes that a measure was taken, or was not, and stores it at once. The page
// stands: it may be scrolled far down.
func (a *aid) tick(measure post.Measure, on bool) {
	at := time.Time{}
	if on {
		at = a.s.env.Now()
	}
	a.m.Tick(measure, at)
	a.dirty = true
	a.keep(nil)
}

// keep stores the case, then goes on. Without then the page stands, unless something
// went wrong.
func (a *aid) keep(then func()) {
	s := a.s
	if s.busy != "" {
		return // the keeping under way sees what is new
	}
	s.busy, s.err, a.dirty = "wrong", nil, false
	m := clone(a.m)
	task.Run(s.env.Run, func(ctx context.Context) (post.Misdelivery, error) { return s.ports.FirstAid.Keep(ctx, m) }, func(kept post.Misdelivery, err error) {
		if err == nil {
			a.m.ID, a.m.Opened = kept.ID, kept.Opened
		} else {
			a.dirty = true
		}
		if s.aid != a || !s.isOpen {
			a.kept(err)
			return
		}
		s.busy, s.err = "", err
		switch {
		case err == nil && then != nil:
			then()
		case err == nil && a.dirty:
			a.keep(nil)
			return
		}
		s.redrawIf(err != nil || then != nil)
	})
}

// kept goes on after keeping a case whose page was left meanwhile.
func (a *aid) kept(err error) {
	switch {
	case err != nil:
		a.s.env.Toast(a.s.env.T("wrong.not_kept"), nil)
	case a.dirty:
		a.store()
	}
}

// leave stores what was not stored yet. It is not given up with the screen.
func (a *aid) leave() {
	a.slot.Cancel()
	if a.pages != nil {
		a.pages.Close()
		a.pages = nil
	}
	if a.dirty && !a.listed && a.m.Closed.IsZero() && a.s.busy == "" {
		a.store()
	}
}

// store stores a case whose page was left. A new one gets its id once: nothing else is
// being stored then.
func (a *aid) store() {
	a.dirty = false
	m := clone(a.m)
	task.Run(a.s.env.Run, func(ctx context.Context) (post.Misdelivery, error) { return a.s.ports.FirstAid.Keep(ctx, m) }, func(kept post.Misdelivery, err error) {
		a.m.ID, a.m.Opened = kept.ID, kept.Opened
		a.kept(err)
	})
}

// goTo turns to a step; what was chosen is stored before.
func (a *aid) goTo(step int) {
	if step == wrongStop-1 {
		a.back()
		return
	}
	if a.step == wrongBreach && !a.takeMoment() {
		return
	}
	if a.step == wrongStop && !a.done(wrongStop) && !a.canStop() {
		a.m.Tick(post.MeasureStop, a.s.env.Now())
	}
	a.keep(func() {
		a.step = step
		a.readAgain()
	})
}

// canStop reports whether something that concerns the case could still be stopped.
func (a *aid) canStop() bool {
	return slices.ContainsFunc(a.facts.open, func(id string) bool {
		return !a.asked[id] && (a.stop[id] || a.facts.concerned(a.m, a.facts.jobs[id]))
	})
}

// back goes to where first aid was opened, or to the list.
func (a *aid) back() {
	s := a.s
	a.leave()
	s.aid = nil
	switch {
	case a.listed, a.from == "" && a.m.ID == "":
		s.toList()
	case a.from == "":
		s.listWrong()
	default:
		s.open(a.from)
	}
}

// clone copies a case, so that another thread may have it.
func clone(m post.Misdelivery) post.Misdelivery {
	m.Jobs, m.Done = slices.Clone(m.Jobs), maps.Clone(m.Done)
	people := map[string][]int{}
	for id, seqs := range m.People {
		people[id] = slices.Clone(seqs)
	}
	m.People = people
	return m
}

// momentOf is a time as it is typed.
func momentOf(at time.Time) parts.Moment {
	return parts.Moment{Day: at.Local().Format("02.01.2006"), Clock: at.Local().Format("15:04")}
}

// takeMoment reads when it was noticed; false where that cannot be.
func (a *aid) takeMoment() bool {
	day, ok := parts.ReadDay(a.moment.Day)
	wrong := ""
	clock, timed := parts.ReadClock(a.moment.Clock)
	at := time.Date(day.Year(), day.Month(), day.Day(), int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, time.Local)
	switch {
	case !ok:
		wrong = parts.MomentDay
	case !timed:
		wrong = parts.MomentClock
	case at.After(a.s.env.Now()):
		wrong = "wrong.noticed.future"
	}
	if wrong != "" {
		if a.pair != nil {
			a.pair.SetError(a.s.env.T(wrong))
			a.s.env.Window.Canvas().Focus(a.pair.First)
		}
		return false
	}
	if a.moment != momentOf(a.m.Noticed) {
		a.m.Noticed, a.dirty = at, true
	}
	return true
}
