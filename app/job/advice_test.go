package job

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// TestAdvice holds the advice against the batch guide's patterns and numbers, at
// their limits.
func TestAdvice(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	small := Facts{Letters: 999, LargestBytes: 150_000}
	for name, try := range map[string]struct {
		answers Answers
		facts   Facts
		pattern post.Pattern
		reasons string
	}{
		// (a) Less often than weekly, too many or too large to be sent as they are.
		"many":           {Answers{Often: Once}, Facts{Letters: 1000, LargestBytes: 10}, post.PatternSplitFirst, "many count=1000 limit=1000"},
		"large":          {Answers{Often: Once}, Facts{Letters: 3, LargestBytes: 150_001}, post.PatternSplitFirst, "large kilobytes=151 limit=150"},
		"many and large": {Answers{Often: Sometimes}, Facts{Letters: 5000, LargestBytes: 2e6}, post.PatternSplitFirst, "many count=5000 limit=1000; large kilobytes=2000 limit=150"},
		// (b) Once a week or more often.
		"weekly":             {Answers{Often: Weekly}, Facts{Letters: 5000, LargestBytes: 2e6, LastSplit: ago(day)}, post.PatternRegister, "weekly"},
		"weekly and small":   {Answers{Often: Weekly}, Facts{Letters: 3, LastSplit: ago(7 * day)}, post.PatternRegister, "weekly"},
		"split a week ago":   {Answers{Often: Weekly}, Facts{Letters: 3, LastSplit: ago(7*day + time.Second)}, post.PatternRegister, "weekly; old_split days=7"},
		"split long ago":     {Answers{Often: Weekly}, Facts{Letters: 3, LastSplit: ago(30 * day), NeverChecked: 2}, post.PatternRegister, "weekly; old_split days=30; never_checked count=2"},
		"never a split":      {Answers{Often: Weekly}, Facts{Letters: 3, NeverChecked: 3}, post.PatternRegister, "weekly; no_split"},
		"newcomers":          {Answers{Often: Weekly}, Facts{Letters: 3, LastSplit: ago(day), NeverChecked: 1}, post.PatternRegister, "weekly; never_checked count=1"},
		"weekly, many names": {Answers{Often: Weekly}, Facts{Letters: 3, LastSplit: ago(day), ByNameAndAddress: 3}, post.PatternRegister, "weekly; names_slow count=3"},
		// (c) Fewer than 1,000 letters of at most 150 kB, and seldom.
		"small once":      {Answers{Often: Once}, small, post.PatternSendOnly, "small count=999 kilobytes=150 limit=1000"},
		"small sometimes": {Answers{Often: Sometimes}, small, post.PatternSendOnly, "small count=999 kilobytes=150 limit=1000"},
		"not said":        {Answers{}, small, post.PatternSendOnly, "small count=999 kilobytes=150 limit=1000"},
		"an old split is of no matter": {Answers{Often: Once}, Facts{Letters: 1, LastSplit: ago(90 * day), NeverChecked: 1},
			post.PatternSendOnly, "small count=1 kilobytes=150 limit=1000"},
		// (d) Paper for the rest.
		"paper":           {Answers{Often: Once, PaperForRest: true}, small, post.PatternSendOrPrint, "paper_for_rest"},
		"paper and many":  {Answers{Often: Sometimes, PaperForRest: true}, Facts{Letters: 5000, LargestBytes: 2e6}, post.PatternSendOrPrint, "paper_for_rest"},
		"paper each week": {Answers{Often: Weekly, PaperForRest: true}, Facts{Letters: 10}, post.PatternSendOrPrint, "paper_for_rest"},
		// Names and addresses take hours, whichever way.
		"names, small": {Answers{Often: Once}, Facts{Letters: 5, ByNameAndAddress: 2}, post.PatternSendOnly, "small count=5 kilobytes=150 limit=1000; names_slow count=2"},
		"names, many":  {Answers{Often: Once}, Facts{Letters: 5000, ByNameAndAddress: 2}, post.PatternSplitFirst, "many count=5000 limit=1000; names_slow count=2"},
		"names, paper": {Answers{PaperForRest: true}, Facts{Letters: 5, ByNameAndAddress: 1}, post.PatternSendOrPrint, "paper_for_rest; names_slow count=1"},
	} {
		advice := Advise(try.answers, try.facts, now)
		var reasons []string
		for _, reason := range advice.Reasons {
			text := reason.Code
			for _, field := range []string{"count", "days", "kilobytes", "limit"} {
				if value, ok := reason.Fields[field]; ok {
					text += fmt.Sprintf(" %s=%s", field, value)
				}
			}
			reasons = append(reasons, text)
		}
		if got := strings.Join(reasons, "; "); advice.Pattern != try.pattern || got != try.reasons {
			t.Errorf("%s: %s because %q, want %s because %q", name, advice.Pattern, got, try.pattern, try.reasons)
		}
	}
}

// TestChooseVia: batch only where it can be had, then where it serves better.
func TestChooseVia(t *testing.T) {
	able := ViaFacts{Letters: 5000, HasSFTPKey: true, HasBatchFeature: true, SubjectLength: 100}
	with := func(change func(*ViaFacts)) ViaFacts {
		facts := able
		change(&facts)
		return facts
	}
	for name, try := range map[string]struct {
		facts ViaFacts
		via   post.Via
		why   ViaReason
	}{
		"many":       {able, post.ViaBatch, ViaManyLetters},
		"no key":     {with(func(f *ViaFacts) { f.HasSFTPKey = false }), post.ViaREST, ViaNoKey},
		"no feature": {with(func(f *ViaFacts) { f.HasBatchFeature = false }), post.ViaREST, ViaNoFeature},
		"e-mail":     {with(func(f *ViaFacts) { f.Options.Email = &post.EmailReminder{} }), post.ViaREST, ViaLacksOption},
		"reference":  {with(func(f *ViaFacts) { f.Options.Reference = "r" }), post.ViaREST, ViaLacksOption},
		"unread":     {with(func(f *ViaFacts) { f.Options.Paper = &post.Paper{IfUnreadBy: time.Now()} }), post.ViaREST, ViaLacksOption},
		"invitation": {with(func(f *ViaFacts) { f.Options.Invite = &post.Invitation{} }), post.ViaREST, ViaLacksOption},
		"debt":       {with(func(f *ViaFacts) { f.Options.Content.Kind = post.ContentDebt }), post.ViaREST, ViaLacksOption},
		"payslip":    {with(func(f *ViaFacts) { f.Options.Content.Kind = post.ContentPayslip }), post.ViaREST, ViaLacksOption},
		"paper and bill": {with(func(f *ViaFacts) {
			f.Options.Paper = &post.Paper{IfNoDigipost: true}
			f.Options.Content.Kind = post.ContentInvoice
		}), post.ViaBatch, ViaManyLetters},
		"long subject":     {with(func(f *ViaFacts) { f.SubjectLength = 101 }), post.ViaREST, ViaLongSubject},
		"one more":         {with(func(f *ViaFacts) { f.Letters = 1001 }), post.ViaBatch, ViaManyLetters},
		"just so many":     {with(func(f *ViaFacts) { f.Letters = 1000 }), post.ViaREST, ViaFewLetters},
		"few by name":      {with(func(f *ViaFacts) { f.Letters, f.ByNameAndAddress = 3, true }), post.ViaBatch, ViaNames},
		"by name, no key":  {with(func(f *ViaFacts) { f.ByNameAndAddress, f.HasSFTPKey = true, false }), post.ViaREST, ViaNoKey},
		"nothing is known": {ViaFacts{}, post.ViaREST, ViaNoKey},
	} {
		if via, why := ChooseVia(try.facts); via != try.via || why != try.why {
			t.Errorf("%s: %s because %s, want %s because %s", name, via, why, try.via, try.why)
		}
	}
}
