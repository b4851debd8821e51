package flow_test

import (
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// asked puts one person for each answer of a split into the register, and one
// nobody asked about and one who cannot be found at all.
func asked(t *testing.T, r rig) {
	t.Helper()
	home := post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}
	answers := []post.Finding{
		{Status: post.HasDigipost, DigipostAddress: "en#12AB"},
		{Status: post.Identified, Reason: post.ReasonNotAUser},
		{Status: post.Unidentified, Reason: post.ReasonUnidentified},
		{Status: post.Unidentified, Reason: post.ReasonSeveralMatches},
		{Status: post.Invalid, Reason: post.ReasonInvalidAddress},
		{},
	}
	var rows []post.Row
	for i := range answers {
		rows = append(rows, post.Row{Number: i + 2, Recipient: post.Recipient{CustomerID: string(rune('A' + i)), FullName: "Person " + string(rune('A'+i)), Address: home}})
	}
	rows = append(rows, post.Row{Number: 9, Recipient: post.Recipient{CustomerID: "Z", FullName: "Uten Adresse"}})
	plan, err := r.people.Plan(t.Context(), rows, "kunder")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.Commit(t.Context(), post.Import{File: "a.csv"}, plan); err != nil {
		t.Fatal(err)
	}
	split := post.Job{ID: "mail1", Kind: post.KindMailing, Via: post.ViaBatch, State: post.JobWaiting, Created: time.Now()}
	if err := r.db.AddJob(t.Context(), split, nil, nil); err != nil {
		t.Fatal(err)
	}
	var items []post.Item
	for i, answer := range answers {
		item := post.Item{Seq: i + 1, CustomerID: rows[i].Recipient.CustomerID}
		if answer.Status != post.NeverChecked {
			item.Finding = &answer
		}
		items = append(items, item)
	}
	for range 2 { // the answers of a mailing count as a split's do, and once
		if _, err := r.people.ApplySplit(t.Context(), split, items); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhoComesAlong: whom a mailing is for, by its way; the same from the group
// and nobody is forgotten.
func TestWhoComesAlong(t *testing.T) {
	r := newRig(t)
	asked(t, r)
	paper := post.Options{Paper: &post.Paper{IfNoDigipost: true}}
	unread := post.Options{Paper: &post.Paper{IfUnreadBy: time.Now().Add(time.Hour)}}
	invite := post.Options{Invite: &post.Invitation{}}
	for name, try := range map[string]struct {
		way  flow.Way
		want string
	}{
		"nothing said":          {flow.Way{}, "AF"},
		"split first":           {flow.Way{Pattern: post.PatternSplitFirst}, "AF"},
		"register":              {flow.Way{Pattern: post.PatternRegister}, "AF"},
		"register and paper":    {flow.Way{Pattern: post.PatternRegister, Options: paper}, "ABCF"},
		"paper":                 {flow.Way{Options: paper}, "ABCF"},
		"paper if unread":       {flow.Way{Options: unread}, "AF"},
		"invitation":            {flow.Way{Options: invite}, "ABCF"},
		"send only":             {flow.Way{Pattern: post.PatternSendOnly}, "ABCDEF"},
		"send or print":         {flow.Way{Pattern: post.PatternSendOrPrint, Options: paper}, "ABCDEF"},
		"send or print, no how": {flow.Way{Pattern: post.PatternSendOrPrint}, "ABCDEF"},
	} {
		people, err := r.stories.MailingTo(t.Context(), "kunder", try.way)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, to := range people.To {
			if to.LeftOut == post.ReasonNone {
				got += to.CustomerID
			}
		}
		if got != try.want || people.Sendable() != len(try.want) || people.Sendable()+sum(people.LeftOut) != 7 || people.LeftOut[post.ReasonMissingAddress] != 1 {
			t.Errorf("%s: letters to %s (%d, left out %v), want %s", name, got, people.Sendable(), people.LeftOut, try.want)
		}
		if people.WithDigipost != 1 || people.NotChecked != 1 {
			t.Errorf("%s: %d with Digipost, %d not checked", name, people.WithDigipost, people.NotChecked)
		}
	}
}

// TestNotReached: everybody without a letter is on the list for own postage, with
// the address that is known, and nobody who has one or may have one.
func TestNotReached(t *testing.T) {
	r := newRig(t)
	asked(t, r)
	home := post.Address{Line1: "Torget 2", Postcode: "5003", Town: "Bergen"}
	made := jobsOf{Engine: r.engine, job: post.Job{ID: "j", Kind: post.KindMailing}, items: []post.Item{
		{Seq: 1, Row: 2, CustomerID: "A", Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser, To: post.Target{FullName: "Anne", Address: home}},
		{Seq: 2, Row: 3, CustomerID: "B", Status: post.ItemNotDelivered, Reason: post.ReasonMissingAddress, Name: "Bo"},
		{Seq: 3, Row: 4, CustomerID: "gone", Status: post.ItemPrintFailed, Name: "Glemt"},
		{Seq: 4, Row: 5, Status: post.ItemNotDelivered, Reason: post.ReasonDuplicateLetter, Name: "To ganger"},
		{Seq: 5, CustomerID: "Z", Status: post.ItemNotDelivered, Reason: post.ReasonMissingAddress},
	}}
	got, err := flow.New(r.people, made).NotReached(t.Context(), "j")
	if err != nil {
		t.Fatal(err)
	}
	register := post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}
	want := []flow.Unreached{
		{Seq: 1, Row: 2, CustomerID: "A", Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser, To: post.PostalAddress{Name: "Anne", Address: home}},
		{Seq: 2, Row: 3, CustomerID: "B", Status: post.ItemNotDelivered, Reason: post.ReasonMissingAddress, To: post.PostalAddress{Name: "Bo", Address: register}},
		{Seq: 3, Row: 4, CustomerID: "gone", Status: post.ItemPrintFailed, To: post.PostalAddress{Name: "Glemt"}},
		{Seq: 5, CustomerID: "Z", Status: post.ItemNotDelivered, Reason: post.ReasonMissingAddress, To: post.PostalAddress{Name: "Uten Adresse"}},
	}
	if len(got) != len(want) {
		t.Fatalf("%d people: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	made.job.Kind = post.KindSplit
	if _, err := flow.New(r.people, made).NotReached(t.Context(), "j"); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a split: %v", err)
	}
}

// Jobs is what the engine is.
var _ flow.Jobs = (*job.Engine)(nil)
