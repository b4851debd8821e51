package job

import (
	"strconv"
	"time"

	"brevdue/app/post"
)

// Limits of the advice: the batch guide's numbers for a mailing without a split,
// and how long the answers of a regular split are fresh.
const (
	// SmallMailing is the number of letters, and SmallLetter the size of each in
	// bytes, below which everybody may simply be sent to.
	SmallMailing = 1000
	SmallLetter  = 150_000
	// FreshSplit is how old the answers of the register's split may be.
	FreshSplit = 7 * 24 * time.Hour
)

// Often is how often somebody sends to these people.
type Often string

// The answers to the first of the two questions.
const (
	Once      Often = "once"
	Sometimes Often = "sometimes"
	Weekly    Often = "weekly" // or more often
)

// Answers are what a person says of a mailing.
type Answers struct {
	Often        Often
	PaperForRest bool
}

// Facts are what is known of a mailing before its way is chosen.
type Facts struct {
	Letters int
	// LargestBytes is the size of the largest letter, its attachments included.
	LargestBytes int64
	// ByNameAndAddress people can be found by name and address only; NeverChecked
	// no split has asked about.
	ByNameAndAddress, NeverChecked int
	// LastSplit is when these people were last asked about, zero for never.
	LastSplit time.Time
}

// Because is one reason of an advice: a code whose words have gaps for the
// fields.
type Because struct {
	Code   string
	Fields map[string]string
}

// The reasons an advice gives; the fields stand behind each.
const (
	BecausePaper        = "paper_for_rest"
	BecauseWeekly       = "weekly"
	BecauseSmall        = "small"         // count, limit, kilobytes
	BecauseMany         = "many"          // count, limit
	BecauseLarge        = "large"         // kilobytes, limit: the largest letter
	BecauseOldSplit     = "old_split"     // days: split again first
	BecauseNoSplit      = "no_split"      // split first: there are no answers yet
	BecauseNeverChecked = "never_checked" // count: split again first
	BecauseNames        = "names_slow"    // count: finding them may take hours
)

// Advice is how to send, and why; the first reason decided it, the others are
// worth knowing. A person may choose otherwise.
type Advice struct {
	Pattern post.Pattern
	Reasons []Because
}

// Advise gives the pattern that Digipost's batch guide recommends.
func Advise(answers Answers, facts Facts, now time.Time) Advice {
	var advice Advice
	kilobytes := strconv.FormatInt((facts.LargestBytes+999)/1000, 10)
	smallLetters := strconv.Itoa(SmallLetter / 1000)
	few, light := facts.Letters < SmallMailing, facts.LargestBytes <= SmallLetter
	switch {
	case answers.PaperForRest:
		advice.Pattern = post.PatternSendOrPrint
		advice.because(BecausePaper)
	case answers.Often == Weekly:
		advice.Pattern = post.PatternRegister
		advice.because(BecauseWeekly)
		advice.remind(facts, now)
	case few && light:
		advice.Pattern = post.PatternSendOnly
		advice.because(BecauseSmall, "count", strconv.Itoa(facts.Letters), "limit", strconv.Itoa(SmallMailing), "kilobytes", smallLetters)
	default:
		advice.Pattern = post.PatternSplitFirst
		if !few {
			advice.because(BecauseMany, "count", strconv.Itoa(facts.Letters), "limit", strconv.Itoa(SmallMailing))
		}
		if !light {
			advice.because(BecauseLarge, "kilobytes", kilobytes, "limit", smallLetters)
		}
	}
	if facts.ByNameAndAddress > 0 {
		advice.because(BecauseNames, "count", strconv.Itoa(facts.ByNameAndAddress))
	}
	return advice
}

// remind says what the register's answers lack.
func (a *Advice) remind(facts Facts, now time.Time) {
	switch age := now.Sub(facts.LastSplit); {
	case facts.LastSplit.IsZero():
		a.because(BecauseNoSplit)
		return
	case age > FreshSplit:
		a.because(BecauseOldSplit, "days", strconv.Itoa(int(age/(24*time.Hour))))
	}
	if facts.NeverChecked > 0 {
		a.because(BecauseNeverChecked, "count", strconv.Itoa(facts.NeverChecked))
	}
}

func (a *Advice) because(code string, pairs ...string) {
	reason := Because{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if reason.Fields == nil {
			reason.Fields = map[string]string{}
		}
		reason.Fields[pairs[i]] = pairs[i+1]
	}
	a.Reasons = append(a.Reasons, reason)
}
