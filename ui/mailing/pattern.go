package mailing

import (
	"slices"
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

// becauseFresh is a reason of this screen's own, beside those of the engine: a
// fresh split has done the first half of splitting first.
const becauseFresh = "fresh"

// advice is the pattern that the batch guide recommends for this mailing. Where all
// were asked about in the last days, their answers are used.
func (m *model) advice(now time.Time) job.Advice {
	facts := job.Facts{Letters: m.people.Sendable(), NeverChecked: m.people.NotChecked, LastSplit: m.basis.overview.LastSplit}
	switch {
	case m.own.on && m.own.found != nil:
		for _, row := range m.own.found.rows {
			facts.LargestBytes = max(facts.LargestBytes, row.look.facts.Size)
		}
	case !m.own.on && m.path != "":
		facts.LargestBytes = m.facts.Size
	}
	for _, to := range m.people.To {
		if byName(to) {
			facts.ByNameAndAddress++
		}
	}
	advice := job.Advise(m.answers, facts, now)
	fresh := !facts.LastSplit.IsZero() && now.Sub(facts.LastSplit) <= job.FreshSplit
	if advice.Pattern == post.PatternSendOnly && fresh && facts.NeverChecked == 0 && facts.Letters > 0 {
		return job.Advice{Pattern: post.PatternSplitFirst, Reasons: []job.Because{{Code: becauseFresh}}}
	}
	return advice
}

func byName(to job.Addressee) bool {
	return to.LeftOut == post.ReasonNone && to.To.Kind == post.ByNameAndAddress
}

// way is how the mailing goes: what the person chose, or the advice.
func (m *model) way() post.Pattern {
	if m.pattern != "" {
		return m.pattern
	}
	return m.advice(m.now).Pattern
}

// onPaper reports whether those without Digipost get the letter on paper.
func (m *model) onPaper() bool { return m.way() == post.PatternSendOrPrint }

// answer takes an answer to one of the questions; the advice counts again.
func (m *model) answer(answers job.Answers) { m.answers, m.pattern = answers, "" }

// take chooses a pattern.
func (m *model) take(pattern post.Pattern) {
	m.answers.PaperForRest = pattern == post.PatternSendOrPrint
	if m.pattern = pattern; m.advice(m.now).Pattern == pattern {
		m.pattern = ""
	}
}

// everybody reports whether the mailing is for all, whatever an earlier split said.
func (m *model) everybody() bool {
	way := m.way()
	return way == post.PatternSendOnly || way == post.PatternSendOrPrint
}

// somebody reports whether a letter could go to anyone this way.
func (m *model) somebody() bool {
	return m.people.Sendable() > 0 || m.everybody() && m.reachable()
}

// reachable reports whether there is any way to send to somebody.
func (m *model) reachable() bool {
	return m.people.Sendable() > 0 || slices.ContainsFunc(m.people.To, func(to job.Addressee) bool { return to.To.Kind != "" })
}

// printable reports whether an envelope could be addressed.
func printable(to job.Addressee) bool {
	return post.PostalAddress{Name: to.To.Name(), Address: to.To.Address}.Whole()
}

// withoutAddress is how many of those who are sent to could not be printed for.
func withoutAddress(people flow.People) int {
	n := 0
	for _, to := range people.To {
		if to.LeftOut == post.ReasonNone && !printable(to) {
			n++
		}
	}
	return n
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

// route chooses the way out for the people and the options that were read.
func (m *model) route(people flow.People, options post.Options, agreed agreement) route {
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
