package sheet

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/store"
	"brevdue/store/secret"
	"brevdue/ui/task"
)

const sample = "../../assets/sample/kunder.xlsx"

// people gives a register on a database of its own.
func people(t testing.TB) *register.Register {
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
	return register.New(db, nil)
}

func wizard(t testing.TB, ports Ports) *model {
	t.Helper()
	run := task.NewInline()
	t.Cleanup(run.Close)
	return newModel(run, ports, func() time.Time { return time.Date(2026, 11, 3, 14, 5, 0, 0, time.UTC) })
}

// list writes a text file with separated columns.
func list(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "medlemmer.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// walk goes on until a step, or ends the test.
func walk(t testing.TB, m *model, to step) {
	t.Helper()
	for m.step < to {
		before := m.step
		m.next()
		if m.step == before {
			t.Fatalf("stuck at step %d: fault %v, rows %v", m.step, m.fault, m.readErr)
		}
	}
}

// TestWholeWay takes the practice list from file to register and back.
func TestWholeWay(t *testing.T) {
	var handed *intake.Result
	register := people(t)
	m := wizard(t, Ports{Register: register, AllowSynthetic: true, Hand: func(_ string, list *intake.Result) { handed = list }})
	m.open(sample)
	if m.step != stepHeader || m.header != 3 {
		t.Fatalf("step %d, heading row %d, fault %v", m.step, m.header, m.fault)
	}
	m.next()
	if m.mapping[post.FieldBirthNumber] == "" || m.result == nil {
		t.Fatalf("mapping %v, %v", m.mapping, m.readErr)
	}
	walk(t, m, stepReview)
	if len(m.plan.New) != 38 || m.skipped() != 1 || m.plan.Joined != 1 {
		t.Errorf("new %d, skipped %d, joined %d", len(m.plan.New), m.skipped(), m.plan.Joined)
	}
	m.setGroup("Medlemmer")
	m.run.Tick()
	if len(m.plan.New) == 0 || m.plan.New[0].After.Groups[0] != "Medlemmer" {
		t.Errorf("group %v", m.plan.New[0].After.Groups)
	}
	m.next()
	if m.step != stepStored || m.stored.New != 38 || m.stored.Group != "Medlemmer" || handed == nil {
		t.Fatalf("step %d, stored %+v, fault %v", m.step, m.stored, m.fault)
	}
	m.takeBack()
	if m.undone != 38 || !m.takenBack || handed != nil {
		t.Errorf("undone %d, fault %v", m.undone, m.fault)
	}
	overview, err := register.Overview(t.Context())
	if err != nil || overview.Total != 0 {
		t.Errorf("%d people are left, %v", overview.Total, err)
	}
}

// TestRemembered: next month's list with the same headings has the match filled in.
func TestRemembered(t *testing.T) {
	ports := Ports{Register: people(t), AllowSynthetic: true}
	const head = "Hvem;Gate;Nr;By;Diverse\n"
	m := wizard(t, ports)
	m.open(list(t, head+"Åse Bjørkhaug;Måkeveien 12;5003;Bergen;x\n"))
	m.next()
	for field, heading := range map[post.Field]string{post.FieldFullName: "Hvem", post.FieldAddress1: "Gate", post.FieldPostcode: "Nr", post.FieldTown: "By"} {
		m.assign(field, heading)
	}
	if unused := m.unused(); len(unused) != 1 || unused[0].Heading != "Diverse" {
		t.Errorf("unused %v", unused)
	}
	walk(t, m, stepStored)

	again := wizard(t, ports)
	again.open(list(t, head+"Kari Hansen;Storgata 1;0155;Oslo;y\n"))
	again.next()
	if !again.remembered || again.mapping[post.FieldFullName] != "Hvem" || again.sureness(post.FieldFullName) != intake.Sure {
		t.Errorf("remembered %v, mapping %v", again.remembered, again.mapping)
	}
}

// TestColumnFillsOneField: a column that is chosen for one field leaves the other.
func TestColumnFillsOneField(t *testing.T) {
	m := wizard(t, Ports{Register: people(t), AllowSynthetic: true})
	m.open(sample)
	m.next()
	heading := m.mapping[post.FieldBirthNumber]
	m.assign(post.FieldCustomerID, heading)
	if m.mapping[post.FieldBirthNumber] != "" || m.mapping[post.FieldCustomerID] != heading {
		t.Errorf("mapping %v", m.mapping)
	}
	for field := range m.mapping {
		m.assign(field, "")
	}
	if post.CodeOf(m.readErr) != post.CodeNoIdentity || m.mayGoOn() {
		t.Errorf("without columns: %v, may go on %v", m.readErr, m.mayGoOn())
	}
}

// TestSkip leaves out the rows that should be checked where the person says so.
func TestSkip(t *testing.T) {
	m := wizard(t, Ports{Register: people(t), AllowSynthetic: true})
	m.open(sample)
	m.next()
	m.next()
	all, doubtful := len(m.rows()), m.rowsWith(post.ShouldCheck)
	if doubtful == 0 {
		t.Fatal("the practice list has nothing to check")
	}
	m.setSkip(true)
	if got := len(m.rows()); got != all-doubtful {
		t.Errorf("%d rows of %d with %d doubtful", got, all, doubtful)
	}
}

// TestFirstOnly keeps the first row of somebody who stands there twice.
func TestFirstOnly(t *testing.T) {
	m := wizard(t, Ports{Register: people(t), AllowSynthetic: true})
	m.open(sample)
	walk(t, m, stepReview)
	m.setFirstOnly(true)
	if m.plan == nil || m.plan.Joined != 0 || m.skipped() != 2 || m.step != stepReview {
		t.Errorf("step %d, plan %+v, fault %v", m.step, m.plan, m.fault)
	}
}

// TestFaults are shown where they happen, and the person can go on from there.
func TestFaults(t *testing.T) {
	m := wizard(t, Ports{Register: people(t)})
	m.open(filepath.Join(t.TempDir(), "nowhere.xlsx"))
	if m.step != stepFile || post.CodeOf(m.fault) != post.CodeFileMissing {
		t.Errorf("step %d, fault %v", m.step, m.fault)
	}
	m.open(list(t, "Navn;Adresse;Postnr;Sted\n"))
	for range 3 {
		m.next()
	}
	if m.step == stepProblems {
		t.Error("a list without rows goes on to its problems")
	}
}

// TestPlanChanged: a register that changed since the review is shown again, and
// nothing is stored unseen.
func TestPlanChanged(t *testing.T) {
	people := people(t)
	m := wizard(t, Ports{Register: people, AllowSynthetic: true})
	m.open(sample)
	walk(t, m, stepReview)
	other := post.Row{Number: 2, Recipient: m.rows()[0].Recipient}
	other.Recipient.Address = post.Address{Line1: "Et annet sted 1", Postcode: "0155", Town: "Oslo"}
	plan, err := people.Plan(t.Context(), []post.Row{other}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.Commit(t.Context(), post.Import{File: "annen.xlsx"}, plan); err != nil {
		t.Fatal(err)
	}
	m.next()
	if m.step != stepReview || post.CodeOf(m.fault) != post.CodePlanChanged || len(m.plan.Changed)+len(m.plan.Same) != 1 {
		t.Errorf("step %d, fault %v", m.step, m.fault)
	}
	m.next()
	if m.step != stepStored {
		t.Errorf("the second look does not store: %v", m.fault)
	}
}

// TestProblemList is a workbook of the problem rows beside the original.
func TestProblemList(t *testing.T) {
	m := wizard(t, Ports{Register: people(t), AllowSynthetic: true})
	m.open(sample)
	m.next()
	m.next()
	out := filepath.Join(t.TempDir(), "feil.xlsx")
	m.saveProblems(out, map[int]string{16: "Feil kontrollsiffer"}, func(err error) {
		if err != nil {
			t.Error(err)
		}
	}, "Rad", "Feil")
	book, err := intake.Open(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	top, err := book.Top(t.Context(), "", 5)
	if err != nil || len(top) != 2 || top[1][0] != "16" {
		t.Errorf("%v, %v", top, err)
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{"03846131239": "038461 *****", "3846131239": "038461 *****", "40001001": "40001001", "Åse": "Åse", "": ""} {
		if got := masked(in); got != want {
			t.Errorf("%q gives %q", in, got)
		}
	}
}

// TestBack goes back over the sheet where there is only one.
func TestBack(t *testing.T) {
	m := wizard(t, Ports{Register: people(t), AllowSynthetic: true})
	m.open(sample)
	walk(t, m, stepReview)
	var seen []step
	for m.back() {
		seen = append(seen, m.step)
	}
	if len(seen) != 4 || seen[3] != stepFile {
		t.Errorf("%v", seen)
	}
}
