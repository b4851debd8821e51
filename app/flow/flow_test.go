package flow_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/assets/sample"
	"brevdue/store"
	"brevdue/store/secret"
)

// rig is the stories on a real register and a real list; the engine only
// prepares.
type rig struct {
	stories *flow.Stories
	people  *register.Register
	db      *store.DB
	engine  *job.Engine
	list    string
}

func newRig(t *testing.T) rig {
	t.Helper()
	sealer, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "brevdue.db"), store.Options{Seal: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	list := filepath.Join(t.TempDir(), "kunder.xlsx")
	if err := os.WriteFile(list, sample.List(), 0o600); err != nil {
		t.Fatal(err)
	}
	engine := job.New(job.Config{Store: db, Clock: job.SystemClock{}, NewUUID: func() string { return "11111111-1111-1111-1111-111111111111" }})
	people := register.New(db, nil)
	return rig{stories: flow.New(people, engine), people: people, db: db, engine: engine, list: list}
}

// read reads the sample list as a person who accepts every guess does.
func (r rig) read(t *testing.T) *intake.Result {
	t.Helper()
	book, err := intake.Open(t.Context(), r.list)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet := book.Sheets()[0].Name
	header, err := book.GuessHeader(t.Context(), sheet)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := book.Columns(t.Context(), sheet, header)
	if err != nil {
		t.Fatal(err)
	}
	mapping := post.Mapping{}
	for _, column := range columns {
		if column.Guess != "" {
			mapping[column.Guess] = column.Heading
		}
	}
	result, err := book.Read(t.Context(), intake.Plan{Sheet: sheet, Header: header, Mapping: mapping, AllowSynthetic: true,
		Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// TestEveryRowHasAnOutcome: nobody on a list is forgotten, whatever is wrong
// with the row, and nobody stands on it twice.
func TestEveryRowHasAnOutcome(t *testing.T) {
	r := newRig(t)
	list := r.read(t)
	people, err := r.stories.ListForMailing(t.Context(), r.list, list)
	if err != nil {
		t.Fatal(err)
	}
	if len(people.To) != list.Rows {
		t.Errorf("%d outcomes for %d rows", len(people.To), list.Rows)
	}
	rows, targets := map[int]bool{}, map[string]bool{}
	for _, to := range people.To {
		if rows[to.Row] {
			t.Errorf("row %d stands twice", to.Row)
		}
		rows[to.Row] = true
		if to.LeftOut == post.ReasonNone {
			key := string(to.To.Kind) + to.To.Value + to.To.Name() + to.To.Address.Line1
			if targets[key] {
				t.Errorf("row %d goes to somebody who is on the list already", to.Row)
			}
			targets[key] = true
		}
	}
	for _, reason := range []post.Reason{post.ReasonInvalidNumber, post.ReasonDuplicateLetter} {
		if people.LeftOut[reason] == 0 {
			t.Errorf("nobody is left out for %s: %v", reason, people.LeftOut)
		}
	}
	if people.Sendable()+sum(people.LeftOut) != list.Rows {
		t.Errorf("the numbers do not add up: %d + %v of %d", people.Sendable(), people.LeftOut, list.Rows)
	}
}

// TestSplitDecidesWhoIsWritten: after a split only those with Digipost, and
// those nobody asked about, get a letter.
func TestSplitDecidesWhoIsWritten(t *testing.T) {
	r := newRig(t)
	list := r.read(t)
	plan, err := r.people.Plan(t.Context(), list.Recipients, "kunder")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.Commit(t.Context(), post.Import{File: "kunder.xlsx"}, plan); err != nil {
		t.Fatal(err)
	}
	split, err := r.stories.ForSplit(t.Context(), "kunder")
	if err != nil {
		t.Fatal(err)
	}
	statuses := []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid}
	var items []post.Item
	for i, to := range split.To {
		items = append(items, post.Item{Seq: i + 1, CustomerID: to.CustomerID,
			Finding: &post.Finding{Status: statuses[i%len(statuses)], Reason: post.ReasonSeveralMatches}})
	}
	split1 := post.Job{ID: "split1", Kind: post.KindSplit, Via: post.ViaBatch, State: post.JobWaiting, Created: time.Now()}
	if err := r.db.AddJob(t.Context(), split1, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.ApplySplit(t.Context(), split1, items); err != nil {
		t.Fatal(err)
	}
	mailing, err := r.stories.ForMailing(t.Context(), "kunder")
	if err != nil {
		t.Fatal(err)
	}
	want := (len(split.To) + 3) / 4
	if mailing.WithDigipost != want || mailing.NotChecked != 0 {
		t.Errorf("%d with Digipost, %d not checked, want %d and 0", mailing.WithDigipost, mailing.NotChecked, want)
	}
	if mailing.LeftOut[post.ReasonNotAUser] == 0 || mailing.LeftOut[post.ReasonSeveralMatches] == 0 {
		t.Errorf("left out %v", mailing.LeftOut)
	}
	// The list itself, read again, knows the same.
	again, err := r.stories.ListForMailing(t.Context(), r.list, list)
	if err != nil {
		t.Fatal(err)
	}
	if again.WithDigipost != mailing.WithDigipost {
		t.Errorf("the list says %d have Digipost, the register %d", again.WithDigipost, mailing.WithDigipost)
	}
}

// TestOneLetterPerMailbox: a person who stands in the register twice, by number
// and by name, gets one letter once a split has told that both are one.
func TestOneLetterPerMailbox(t *testing.T) {
	r := newRig(t)
	twice := []post.Row{
		{Number: 2, Recipient: post.Recipient{BirthNumber: "03846131239", FirstName: "Åse", LastName: "Bjørkhaug"}},
		{Number: 3, Recipient: post.Recipient{FullName: "Åse B. Haug", Address: post.Address{Line1: "Måkeveien 12", Postcode: "5003", Town: "Bergen"}}},
	}
	plan, err := r.people.Plan(t.Context(), twice, "kunder")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.Commit(t.Context(), post.Import{File: "a.csv"}, plan); err != nil {
		t.Fatal(err)
	}
	split, err := r.stories.ForSplit(t.Context(), "kunder")
	if err != nil || split.Sendable() != 2 {
		t.Fatalf("%+v, %v", split, err)
	}
	var items []post.Item
	for i, to := range split.To {
		items = append(items, post.Item{Seq: i + 1, CustomerID: to.CustomerID,
			Finding: &post.Finding{Status: post.HasDigipost, DigipostAddress: "ase.bjorkhaug#DCGX"}})
	}
	job := post.Job{ID: "split1", Kind: post.KindSplit, Via: post.ViaBatch, State: post.JobWaiting, Created: time.Now()}
	if err := r.db.AddJob(t.Context(), job, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.people.ApplySplit(t.Context(), job, items); err != nil {
		t.Fatal(err)
	}
	for name, people := range map[string]func() (flow.People, error){
		"group": func() (flow.People, error) { return r.stories.ForMailing(t.Context(), "kunder") },
		"list": func() (flow.People, error) {
			return r.stories.ListForMailing(t.Context(), "a.csv", &intake.Result{Recipients: twice})
		},
	} {
		mailing, err := people()
		if err != nil || mailing.Sendable() != 1 || mailing.LeftOut[post.ReasonDuplicateLetter] != 1 || len(mailing.To) != 2 {
			t.Errorf("%s: %+v, %v", name, mailing, err)
		}
	}

	// Who has no Digipost is told to be one by the alias alone, and gets paper once.
	job.ID = "split2"
	if err := r.db.AddJob(t.Context(), job, nil, nil); err != nil {
		t.Fatal(err)
	}
	for i := range items {
		items[i].Finding = &post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser, PersonAlias: "alias1"}
	}
	if _, err := r.people.ApplySplit(t.Context(), job, items); err != nil {
		t.Fatal(err)
	}
	paper, err := r.stories.MailingTo(t.Context(), "kunder", flow.Way{Options: post.Options{Paper: &post.Paper{IfNoDigipost: true}}})
	if err != nil || paper.Sendable() != 1 || paper.LeftOut[post.ReasonDuplicateLetter] != 1 {
		t.Errorf("on paper: %+v, %v", paper, err)
	}
}

// words are two columns for the copy of a list.
type words struct{}

func (words) Headings(post.Job) []string { return []string{"Status", "Forklaring"} }

func (words) Cells(_ post.Job, item post.Item) []string {
	return []string{string(item.Status), string(item.Reason)}
}

// jobsOf gives the stories one job whose items came from a list.
type jobsOf struct {
	*job.Engine
	job   post.Job
	items []post.Item
}

func (j jobsOf) Job(context.Context, string) (post.Job, error) { return j.job, nil }

func (j jobsOf) Items(context.Context, string, post.ItemQuery) ([]post.Item, error) {
	return j.items, nil
}

// TestWriteBack: the copy has what came of each row, the list itself is as it
// was, and a list that changed meanwhile is refused.
func TestWriteBack(t *testing.T) {
	r := newRig(t)
	before, err := os.ReadFile(r.list)
	if err != nil {
		t.Fatal(err)
	}
	people, err := r.stories.ListForMailing(t.Context(), r.list, r.read(t))
	if err != nil {
		t.Fatal(err)
	}
	done := jobsOf{Engine: r.engine, job: post.Job{ID: "j", Source: people.Source}}
	for i, to := range people.To {
		done.items = append(done.items, post.Item{Seq: i + 1, Row: to.Row, Status: post.ItemDelivered})
	}
	stories := flow.New(r.people, done)
	out := filepath.Join(t.TempDir(), "svar.xlsx")
	if written, err := stories.WriteBack(t.Context(), "j", out, words{}); err != nil || !written {
		t.Fatalf("written %v: %v", written, err)
	}
	if after, _ := os.ReadFile(r.list); string(after) != string(before) {
		t.Error("the list itself was changed")
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("no copy: %v", err)
	}
	if _, err := stories.WriteBack(t.Context(), "j", r.list, words{}); post.CodeOf(err) != post.CodeSameFile {
		t.Errorf("writing over the list: %v", err)
	}
	if err := os.WriteFile(r.list, append(before, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := stories.WriteBack(t.Context(), "j", out, words{}); post.CodeOf(err) != post.CodeSourceChanged {
		t.Errorf("a list that changed: %v", err)
	}
	done.job.Source.Path = ""
	if written, err := flow.New(r.people, done).WriteBack(t.Context(), "j", out, words{}); err != nil || written {
		t.Errorf("a job without a list: %v %v", written, err)
	}
}

func sum(counts map[post.Reason]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
