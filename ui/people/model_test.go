package people

import (
	"fmt"
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/store"
	"brevdue/store/secret"
	"brevdue/ui/task"
)

// realRegister gives a register with people on a database of its own.
func realRegister(t testing.TB, people ...post.Recipient) *register.Register {
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
	r := register.New(db, nil)
	rows := make([]post.Row, len(people))
	for i, person := range people {
		rows[i] = post.Row{Number: i + 2, Recipient: person}
	}
	plan, err := r.Plan(t.Context(), rows, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Commit(t.Context(), post.Import{File: "liste.xlsx"}, plan); err != nil {
		t.Fatal(err)
	}
	return r
}

func three() []post.Recipient {
	return []post.Recipient{
		{CustomerID: "1", FullName: "Åse Bjørkhaug", BirthNumber: "03846131239", Groups: []string{"Håndball"}},
		{CustomerID: "2", FullName: "Øystein Lønnebakk", BirthNumber: "17917440808"},
		{CustomerID: "3", FullName: "Kari Hansen", Address: post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}},
	}
}

func screen(t testing.TB, people ...post.Recipient) *model {
	t.Helper()
	run := task.NewInline()
	t.Cleanup(run.Close)
	return newModel(run, Ports{Register: realRegister(t, people...)})
}

func names(m *model) string {
	text := ""
	for i := range m.people.Total() {
		person, _ := m.people.Row(i)
		text += person.CustomerID
	}
	return text
}

func TestSearchSortAndFilter(t *testing.T) {
	m := screen(t, three()...)
	m.reload()
	if !m.read || m.overview.Total != 3 || len(m.groups) != 1 || names(m) != "321" {
		t.Fatalf("%+v, groups %v, people %s, fault %v", m.overview, m.groups, names(m), m.fault)
	}
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { m.search("lønne") }, "2"},
		{func() { m.search("17917440808") }, "2"},
		{func() { m.search("ingen") }, ""},
		{m.clear, "321"},
		{func() { m.sort(post.OrderCustomerID, true) }, "321"},
		{func() { m.sort(post.OrderCustomerID, false) }, "123"},
		{func() { m.inGroup("Håndball") }, "1"},
		{func() { m.filter(post.HasDigipost, false) }, ""},
		{func() { m.filter(post.NeverChecked, false) }, "1"},
		{m.clear, "123"},
	} {
		if c.do(); names(m) != c.want {
			t.Errorf("people %q, want %q (%+v, %v)", names(m), c.want, m.query, m.fault)
		}
	}
	if m.filtered() {
		t.Error("a filter is left")
	}
}

// TestForget deletes only after the name was typed.
func TestForget(t *testing.T) {
	m := screen(t, three()...)
	m.reload()
	m.show("2")
	if !m.found || m.person.FullName != "Øystein Lønnebakk" || len(m.history) == 0 {
		t.Fatalf("%+v, %v", m.person, m.fault)
	}
	gone := ""
	done := func(name string) { gone = name }
	for typed, want := range map[string]bool{"": false, "øystein": false, "Øystein Lønnebakk ": true, "øystein  lønnebakk": true} {
		m.deleting, m.typed = true, typed
		if m.mayForget() != want {
			t.Errorf("%q may delete: %v", typed, !want)
		}
	}
	m.typed = "Åse Bjørkhaug"
	m.forget(done)
	if gone != "" {
		t.Fatal("deleted by another name")
	}
	m.typed = "Øystein Lønnebakk"
	m.forget(done)
	if gone == "" || m.open != "" || names(m) != "31" {
		t.Errorf("gone %q, people %s, fault %v", gone, names(m), m.fault)
	}
	m.show("2")
	if post.CodeOf(m.fault) != post.CodePersonUnknown {
		t.Errorf("fault %v", m.fault)
	}
}

// TestNumbersHideAgain: leaving the screen hides a number that was shown.
func TestNumbersHideAgain(t *testing.T) {
	m := screen(t, three()...)
	m.show("1")
	m.shown = true
	m.stop()
	if m.shown {
		t.Error("the number stays on the screen")
	}
}

// TestManyPeople reads a long list piece by piece.
func TestManyPeople(t *testing.T) {
	var many []post.Recipient
	for i := range 450 {
		many = append(many, post.Recipient{CustomerID: fmt.Sprintf("%04d", i), FullName: fmt.Sprintf("Person %04d", i),
			Address: post.Address{Line1: "Veien 1", Postcode: "5003", Town: "Bergen"}})
	}
	m := screen(t, many...)
	m.reload()
	if last, ok := m.people.Row(449); !ok || last.CustomerID != "0449" {
		t.Errorf("last %+v, total %d", last, m.people.Total())
	}
}
