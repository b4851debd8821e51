package store_test

import (
	"reflect"
	"testing"

	"brevdue/app/post"
)

// person reads one person.
func person(t testing.TB, recipient func() (post.Recipient, error)) post.Recipient {
	t.Helper()
	r, err := recipient()
	check(t, err)
	return r
}

func TestImportAndUndo(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(5)
	addPeople(t, db, "first", list[:4]...)
	read := func(i int) post.Recipient {
		return person(t, func() (post.Recipient, error) { return db.Recipient(ctx, list[i].CustomerID) })
	}
	before := read(0)
	var changes []post.Change
	for i := range 3 {
		old := read(i)
		after := old
		after.Address.Line1, after.BirthNumber, after.Groups = "Nygata 9", birthNumber(90+i), append([]string{"Nye"}, old.Groups...)
		changes = append(changes, post.Change{Kind: post.ChangeUpdate, Row: i + 2, Before: &old, After: after})
	}
	same := read(3)
	changes = append(changes, post.Change{Kind: post.ChangeSame, Row: 5, Before: &same, After: same},
		post.Change{Kind: post.ChangeNew, Row: 6, After: list[4]})
	check(t, db.ApplyImport(ctx, post.Import{ID: "second", File: "nye.xlsx", At: start, New: 1, Changed: 3, Same: 1}, changes))
	if got := read(0); got.Address.Line1 != "Nygata 9" || got.BirthNumber != birthNumber(90) || len(got.Groups) != 2 {
		t.Fatalf("not changed: %+v", got)
	}

	// One of them changes afterwards.
	addJob(t, db, "split", read(1))
	_, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, map[string]post.Finding{list[1].CustomerID: {Status: post.HasDigipost}})
	check(t, err)

	undone, left, err := db.UndoImport(ctx, "second")
	if err != nil || undone != 3 || left != 1 {
		t.Fatalf("undone %d, left %d, %v", undone, left, err)
	}
	after := read(0)
	after.Changed = before.Changed
	if !reflect.DeepEqual(after, before) {
		t.Errorf("\n got %+v\nwant %+v", after, before)
	}
	if got := read(1); got.Address.Line1 != "Nygata 9" {
		t.Errorf("a person changed since was put back: %+v", got)
	}
	_, err = db.Recipient(ctx, list[4].CustomerID)
	wantCode(t, err, post.CodePersonUnknown)
	if undone, left, err := db.UndoImport(ctx, "second"); undone != 0 || left != 0 || err != nil {
		t.Errorf("undone twice: %d, %d, %v", undone, left, err)
	}
	_, _, err = db.UndoImport(ctx, "nothing")
	wantCode(t, err, post.CodeImportUnknown)
	imports, err := db.Imports(ctx)
	check(t, err)
	if len(imports) != 2 || imports[0].ID != "second" || !imports[0].Undone || imports[0].Changed != 3 || imports[1].Undone {
		t.Errorf("imports %+v", imports)
	}
}

func TestUndoKeepsWhoGotALetter(t *testing.T) {
	db, _ := open(t)
	list := people(2)
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list[0])
	undone, left, err := db.UndoImport(t.Context(), "i")
	if err != nil || undone != 1 || left != 1 {
		t.Fatalf("undone %d, left %d, %v", undone, left, err)
	}
	if _, err := db.Recipient(t.Context(), list[0].CustomerID); err != nil {
		t.Error(err)
	}
}

func TestImportOfAStalePlanStoresNothing(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(3)
	addPeople(t, db, "i", list[:2]...)
	old := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, "K1000") })
	addJob(t, db, "split", old)
	_, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, map[string]post.Finding{"K1000": {Status: post.Unidentified}})
	check(t, err)
	for name, change := range map[string]post.Change{
		"changed since": {Kind: post.ChangeUpdate, Before: &old, After: old},
		"taken":         {Kind: post.ChangeNew, After: list[1]},
		"gone":          {Kind: post.ChangeUpdate, Before: &list[2], After: list[2]},
		"same but gone": {Kind: post.ChangeSame, Before: &list[2], After: list[2]},
	} {
		err := db.ApplyImport(ctx, post.Import{ID: "x"}, []post.Change{{Kind: post.ChangeNew, After: post.Recipient{CustomerID: "first"}}, change})
		if post.CodeOf(err) != post.CodePlanChanged {
			t.Errorf("%s: %v", name, err)
		}
		_, err = db.Recipient(ctx, "first")
		wantCode(t, err, post.CodePersonUnknown)
	}
}

func TestFindings(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	known := post.Recipient{FullName: "A", DigipostAddress: "old#1A2B", PersonAlias: "alias#0000"}
	type end struct {
		address, alias string
		cleared        bool
	}
	cases := map[string]struct {
		finding post.Finding
		want    end
	}{
		"user":         {post.Finding{Status: post.HasDigipost, DigipostAddress: "new#1A2B"}, end{"new#1A2B", "alias#0000", false}},
		"identified":   {post.Finding{Status: post.Identified, PersonAlias: "new#0001"}, end{"", "new#0001", true}},
		"unidentified": {post.Finding{Status: post.Unidentified, Reason: post.ReasonSeveralMatches, Uncertain: true}, end{"", "", true}},
		"invalid":      {post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidNumber}, end{"old#1A2B", "alias#0000", false}},
		"missing":      {post.Finding{Status: post.Missing}, end{"old#1A2B", "alias#0000", false}},
	}
	findings := map[string]post.Finding{"stranger": {Status: post.HasDigipost}}
	var list []post.Recipient
	for id, c := range cases {
		person := known
		person.CustomerID = id
		list = append(list, person)
		findings[id] = c.finding
	}
	addPeople(t, db, "i", list...)
	addJob(t, db, "split", list...)
	for range 2 {
		cleared, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, findings)
		check(t, err)
		for id, c := range cases {
			got := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, id) })
			if (end{got.DigipostAddress, got.PersonAlias, cleared[id]}) != c.want || got.Digipost != c.finding.Status ||
				got.Reason != c.finding.Reason || got.Uncertain != c.finding.Uncertain || got.Checked.IsZero() {
				t.Errorf("%s: cleared %v, %+v", id, cleared[id], got)
			}
		}
	}
	before := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, "user") })
	_, err := db.ApplyFindings(ctx, post.Job{ID: "split"}, map[string]post.Finding{"user": {Status: post.Unidentified}})
	check(t, err)
	if after := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, "user") }); !reflect.DeepEqual(after, before) {
		t.Errorf("the same job changed a person twice: %+v", after)
	}
	overview, err := db.Overview(ctx)
	check(t, err)
	if overview.LastSplit.IsZero() || overview.BySplit[post.Identified] != 1 {
		t.Errorf("overview %+v", overview)
	}
	_, err = db.ApplyFindings(ctx, post.Job{ID: "nothing"}, findings)
	wantCode(t, err, post.CodeJobUnknown)
}

func TestHistoryAndLastLetter(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(2)
	addPeople(t, db, "i", list...)
	addJob(t, db, "j", list...)
	delivered := start.AddDate(0, 0, 1)
	update(t, db, "j", 1, func(item *post.Item) {
		item.Status, item.Channel, item.DeliveredAt = post.ItemDelivered, post.ChannelDigipost, delivered
	})
	update(t, db, "j", 2, func(item *post.Item) { item.Status, item.SentAt = post.ItemUnsure, delivered })
	check(t, db.AddJob(ctx, post.Job{ID: "s", Kind: post.KindSplit, Created: start.AddDate(0, 0, 2)}, nil,
		[]post.Item{{Seq: 1, CustomerID: "K1000", Finding: &post.Finding{Status: post.Identified}}}))
	lines, err := db.History(ctx, "K1000")
	check(t, err)
	if len(lines) != 3 || lines[0].Kind != post.HistorySplit || lines[0].Split != post.Identified ||
		lines[1].Kind != post.HistoryLetter || lines[1].Subject != "Innkalling" || lines[1].Channel != post.ChannelDigipost || !lines[1].At.Equal(delivered) ||
		lines[2].Kind != post.HistoryImport || lines[2].Subject != "kunder.xlsx" {
		t.Errorf("history %+v", lines)
	}
	if got := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, "K1000") }); !got.LastLetter.Equal(delivered) {
		t.Errorf("last letter %v", got.LastLetter)
	}
	if got := person(t, func() (post.Recipient, error) { return db.Recipient(ctx, "K1001") }); !got.LastLetter.IsZero() {
		t.Errorf("an unsure letter counts as the last: %v", got.LastLetter)
	}
	_, err = db.History(ctx, "nobody")
	wantCode(t, err, post.CodePersonUnknown)
}

func TestSentBefore(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(4)
	addPeople(t, db, "i", list...)
	addJob(t, db, "old", list...)
	update(t, db, "old", 1, func(item *post.Item) { item.Status = post.ItemDelivered })
	update(t, db, "old", 2, func(item *post.Item) { item.Status = post.ItemNotDelivered })
	update(t, db, "old", 3, func(item *post.Item) { item.Status = post.ItemUnsure })
	// The same number, written by hand, in a newer job.
	addJob(t, db, "new", post.Recipient{BirthNumber: list[0].BirthNumber})
	update(t, db, "new", 1, func(item *post.Item) { item.Status = post.ItemPosted })
	ids := []string{"K1000", "K1001", "K1002", "K1003", "nobody"}
	got, err := db.SentBefore(ctx, "aa", ids)
	if want := (map[string]string{"K1000": "new", "K1002": "old"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := db.SentBefore(ctx, "another document", ids); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestSentBeforeGoing: a letter that waits in an approved job counts like one that
// has left; one that waits for a yes, or was taken out, does not.
func TestSentBeforeGoing(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	list := people(2)
	addPeople(t, db, "i", list...)
	addJob(t, db, "going", list...)
	update(t, db, "going", 2, func(item *post.Item) { item.Status = post.ItemStopped })
	for _, c := range []struct {
		state post.JobState
		want  string
	}{{post.JobReady, ""}, {post.JobCoolingOff, "going"}, {post.JobSending, "going"}, {post.JobWaiting, "going"}, {post.JobStopped, ""}} {
		if _, err := db.UpdateJob(ctx, "going", func(job *post.Job) error { job.State = c.state; return nil }); err != nil {
			t.Fatal(err)
		}
		got, err := db.SentBefore(ctx, "aa", []string{"K1000", "K1001"})
		if err != nil || got["K1000"] != c.want || got["K1001"] != "" {
			t.Errorf("%s: %v, %v; want %q", c.state, got, err, c.want)
		}
		to, _ := list[0].Target(false)
		byTarget, err := db.SentTo(ctx, []post.SentLetter{{DocumentSHA256: "aa", To: to}})
		if err != nil || byTarget[0] != c.want {
			t.Errorf("%s: %v, %v; want %q", c.state, byTarget, err, c.want)
		}
	}
}
