package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

var day = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

// fakeStore is a register in memory with the promises of ports.go.
type fakeStore struct {
	people   map[string]post.Recipient
	imports  map[string][]post.Change
	applied  map[string]map[string]bool // job -> customer id -> done
	mapping  map[string]post.Mapping
	imported []post.Import
	fail     error
}

func newFake(people ...post.Recipient) *fakeStore {
	f := &fakeStore{people: map[string]post.Recipient{}, imports: map[string][]post.Change{},
		applied: map[string]map[string]bool{}, mapping: map[string]post.Mapping{}}
	for _, p := range people {
		f.people[p.CustomerID] = p
	}
	return f
}

func (f *fakeStore) Recipients(_ context.Context, q post.RecipientQuery) (post.RecipientPage, error) {
	var page post.RecipientPage
	for _, p := range f.people {
		if strings.Contains(strings.ToLower(p.Name()), strings.ToLower(q.Search)) {
			page.Recipients = append(page.Recipients, p)
		}
	}
	slices.SortFunc(page.Recipients, func(a, b post.Recipient) int { return strings.Compare(a.CustomerID, b.CustomerID) })
	page.Total = len(page.Recipients)
	return page, f.fail
}

func (f *fakeStore) Recipient(_ context.Context, id string) (post.Recipient, error) {
	p, ok := f.people[id]
	if !ok {
		return p, post.NewFault(post.CodePersonUnknown, nil, "customer_id", id)
	}
	return p, f.fail
}

func (f *fakeStore) Match(_ context.Context, people []post.Recipient) ([]*post.Recipient, error) {
	out := make([]*post.Recipient, len(people))
	for i, p := range people {
		for _, known := range f.people {
			if slices.ContainsFunc(keys(p), func(k string) bool { return slices.Contains(keys(known), k) }) {
				if out[i] == nil || known.CustomerID == p.CustomerID {
					found := known
					out[i] = &found
				}
			}
		}
	}
	return out, f.fail
}

func (f *fakeStore) NextCustomerIDs(_ context.Context, count int) ([]string, error) {
	var ids []string
	for n := 1; len(ids) < count; n++ {
		if id := fmt.Sprint("K", n); f.people[id].CustomerID == "" {
			ids = append(ids, id)
		}
	}
	return ids, f.fail
}

func (f *fakeStore) ApplyImport(_ context.Context, imported post.Import, changes []post.Change) error {
	if f.fail != nil {
		return f.fail
	}
	for _, c := range changes {
		f.people[c.After.CustomerID] = c.After
	}
	f.imports[imported.ID] = changes
	f.imported = append(f.imported, imported)
	return nil
}

func (f *fakeStore) UndoImport(_ context.Context, id string) (int, int, error) {
	changes, ok := f.imports[id]
	if !ok {
		return 0, 0, post.NewFault(post.CodeImportUnknown, nil)
	}
	for _, c := range changes {
		if c.Before == nil {
			delete(f.people, c.After.CustomerID)
		} else {
			f.people[c.After.CustomerID] = *c.Before
		}
	}
	return len(changes), 0, nil
}

func (f *fakeStore) Imports(context.Context) ([]post.Import, error) { return f.imported, f.fail }

func (f *fakeStore) ApplyFindings(_ context.Context, job post.Job, findings map[string]post.Finding) (map[string]bool, error) {
	cleared := map[string]bool{}
	if f.applied[job.ID] == nil {
		f.applied[job.ID] = map[string]bool{}
	}
	for id, finding := range findings {
		p, ok := f.people[id]
		if !ok || f.applied[job.ID][id] {
			continue
		}
		f.applied[job.ID][id] = true
		p.Digipost, p.Reason, p.Checked = finding.Status, finding.Reason, job.HandedOver
		switch finding.Status {
		case post.HasDigipost:
			p.DigipostAddress = finding.DigipostAddress
		case post.Unidentified:
			cleared[id] = p.DigipostAddress != "" || p.PersonAlias != ""
			p.DigipostAddress, p.PersonAlias = "", ""
		}
		f.people[id] = p
	}
	return cleared, f.fail
}

func (f *fakeStore) ReviewMatches(_ context.Context, ids []string, right bool) (reviewed int, err error) {
	for _, id := range ids {
		if p := f.people[id]; p.Uncertain {
			if p.Uncertain = false; !right {
				p.Digipost = post.NeverChecked
			}
			f.people[id] = p
			reviewed++
		}
	}
	return reviewed, f.fail
}

func (f *fakeStore) SetMatchesAside(_ context.Context, ids []string) (set int, err error) {
	for _, id := range ids {
		if p := f.people[id]; p.Matched() && !p.ByNumber() {
			p.Digipost, p.DigipostAddress, p.PersonAlias = post.NeverChecked, "", ""
			f.people[id] = p
			set++
		}
	}
	return set, f.fail
}

func (f *fakeStore) History(context.Context, string) ([]post.HistoryLine, error) {
	return []post.HistoryLine{{Kind: post.HistoryImport}}, f.fail
}
func (f *fakeStore) Groups(context.Context) ([]string, error) { return []string{"Kor"}, f.fail }
func (f *fakeStore) Overview(context.Context) (post.RegisterOverview, error) {
	return post.RegisterOverview{Total: len(f.people)}, f.fail
}
func (f *fakeStore) Forget(_ context.Context, id string) error {
	delete(f.people, id)
	return f.fail
}
func (f *fakeStore) SaveMapping(_ context.Context, m post.SavedMapping) error {
	f.mapping[strings.Join(m.Headings, "|")] = m.Mapping
	return f.fail
}
func (f *fakeStore) Mapping(_ context.Context, headings []string) (post.Mapping, bool, error) {
	m, ok := f.mapping[strings.Join(headings, "|")]
	return m, ok, f.fail
}

// Synthetic numbers (month + 80) with sound check digits.
const (
	kari = "01815049914"
	ola  = "02826149992"
	liv  = "15927549910"
)

func street(line string) post.Address {
	return post.Address{Line1: line, Postcode: "0150", Town: "Oslo"}
}

func rows(people ...post.Recipient) []post.Row {
	var out []post.Row
	for i, p := range people {
		out = append(out, post.Row{Number: i + 5, Recipient: p})
	}
	return out
}

func TestPlan(t *testing.T) {
	known := post.Recipient{CustomerID: "7", BirthNumber: kari, FirstName: "Kari", MiddleName: "Bø", LastName: "Dahl", Phone: "22000000",
		Address: post.Address{Line1: "Storgata 1", Line2: "c/o Lie", Postcode: "0150", Town: "Oslo"}, Groups: []string{"Kor"},
		Digipost: post.HasDigipost, DigipostAddress: "kari.dahl#1A2B", PersonAlias: "a", Checked: day}
	fullName := post.Recipient{CustomerID: "8", FullName: "Liv Li", OrganisationNumber: "987654325", DigipostAddress: "liv#1111"}
	for _, c := range []struct {
		name             string
		known            []post.Recipient
		list             []post.Recipient
		group            string
		isNew, chg, same int
		joined           int
		wantIDs          string
		check            func(*MergePlan) bool
	}{
		{name: "new people get ids", list: []post.Recipient{{FullName: "A", BirthNumber: kari}, {FullName: "B", BirthNumber: ola}},
			isNew: 2, wantIDs: "K1 K2"},
		{name: "ids of the list are kept and not given twice", list: []post.Recipient{{CustomerID: "K1", BirthNumber: kari}, {BirthNumber: ola}, {CustomerID: "K3", FullName: "C"}, {FullName: "D"}},
			isNew: 4, wantIDs: "K1 K2 K3 K4"},
		{name: "known by birth number, nothing new", known: []post.Recipient{known}, list: []post.Recipient{{BirthNumber: kari, FirstName: "Kari"}},
			same: 1, wantIDs: "7"},
		{name: "empty cells erase nothing", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", Email: "k@example.org"}},
			chg: 1, wantIDs: "7", check: func(p *MergePlan) bool {
				a := p.Changed[0].After
				return a.Phone == "22000000" && a.BirthNumber == kari && a.MiddleName == "Bø" && a.Address.Line2 == "c/o Lie" && a.Email == "k@example.org"
			}},
		{name: "a split's answers stay", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", DigipostAddress: "old#0000", PersonAlias: "x", Phone: "1"}},
			chg: 1, check: func(p *MergePlan) bool {
				a := p.Changed[0].After
				return a.DigipostAddress == "kari.dahl#1A2B" && a.PersonAlias == "a" && a.Digipost == post.HasDigipost && a.Checked.Equal(day)
			}},
		{name: "an address dropped for a person with a number stays dropped",
			known: []post.Recipient{{CustomerID: "1", BirthNumber: kari, Digipost: post.Unidentified, Checked: day}},
			list:  []post.Recipient{{BirthNumber: kari, DigipostAddress: "old#0000"}}, same: 1},
		{name: "a wrong address can be mended where it is all there is",
			known: []post.Recipient{{CustomerID: "1", FullName: "A", Digipost: post.Invalid, Checked: day, DigipostAddress: "a#000"}},
			list:  []post.Recipient{{CustomerID: "1", DigipostAddress: "a#0001"}}, chg: 1,
			check: func(p *MergePlan) bool { return p.Changed[0].After.DigipostAddress == "a#0001" }},
		{name: "groups are added", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", Groups: []string{"Styre"}}}, group: "Kor 2",
			chg: 1, check: func(p *MergePlan) bool {
				return slices.Equal(p.Changed[0].After.Groups, []string{"Kor", "Styre", "Kor 2"})
			}},
		{name: "a group that is there changes nothing", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7"}}, group: "Kor", same: 1},
		{name: "a whole new address replaces the old one", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", Address: street("Ny vei 2")}},
			chg: 1, check: func(p *MergePlan) bool { return p.Changed[0].After.Address == street("Ny vei 2") }},
		{name: "a new full name replaces the parts", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", FullName: "Kari Lund"}},
			chg: 1, check: func(p *MergePlan) bool { a := p.Changed[0].After; return a.Name() == "Kari Lund" && a.LastName == "" }},
		{name: "the same name in one piece changes nothing", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", FullName: "Kari Bø Dahl"}}, same: 1},
		{name: "parts that say the same fill in", known: []post.Recipient{fullName}, list: []post.Recipient{{CustomerID: "8", FirstName: "Liv", LastName: "Li"}},
			chg: 1, check: func(p *MergePlan) bool { a := p.Changed[0].After; return a.FullName == "Liv Li" && a.LastName == "Li" }},
		{name: "new parts replace the full name", known: []post.Recipient{fullName}, list: []post.Recipient{{CustomerID: "8", FirstName: "Liv", LastName: "Moe"}},
			chg: 1, check: func(p *MergePlan) bool { return p.Changed[0].After.Name() == "Liv Moe" }},
		{name: "a new last name drops the old middle name", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", FirstName: "Kari", LastName: "Moe"}},
			chg: 1, check: func(p *MergePlan) bool { return p.Changed[0].After.Name() == "Kari Moe" }},
		{name: "rows of one person are joined", list: []post.Recipient{{BirthNumber: kari, FullName: "A", Groups: []string{"x"}}, {BirthNumber: kari, Phone: "1", Groups: []string{"y"}}},
			isNew: 1, joined: 1, check: func(p *MergePlan) bool {
				a := p.New[0].After
				return a.FullName == "A" && a.Phone == "1" && slices.Equal(a.Groups, []string{"x", "y"}) && p.New[0].Row == 5
			}},
		{name: "rows that meet in the register are joined", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", Phone: "1"}, {BirthNumber: kari, Email: "e@example.org"}},
			chg: 1, joined: 1, check: func(p *MergePlan) bool { a := p.Changed[0].After; return a.Phone == "1" && a.Email == "e@example.org" }},
		{name: "father and son share name and house", list: []post.Recipient{
			{BirthNumber: kari, FullName: "Per Li", Address: street("Vei 1")}, {BirthNumber: ola, FullName: "Per Li", Address: street("Vei 1")}}, isNew: 2},
		{name: "the son is not the father in the register", known: []post.Recipient{{CustomerID: "1", BirthNumber: kari, FullName: "Per Li", Address: street("Vei 1")}},
			list: []post.Recipient{{BirthNumber: ola, FullName: "Per Li", Address: street("Vei 1")}}, isNew: 1, wantIDs: "K1"},
		{name: "two ids in one house", list: []post.Recipient{{CustomerID: "1", FullName: "Per Li", Address: street("Vei 1")}, {CustomerID: "2", FullName: "Per Li", Address: street("Vei 1")}}, isNew: 2},
		{name: "a corrected number under the same id", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "7", BirthNumber: liv}},
			chg: 1, check: func(p *MergePlan) bool { return p.Changed[0].After.BirthNumber == liv }},
		{name: "another id for a known number keeps the register's id", known: []post.Recipient{known}, list: []post.Recipient{{CustomerID: "99", BirthNumber: kari}}, same: 1, wantIDs: "7"},
		{name: "an empty list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := newFake(c.known...)
			plan, err := New(store, nil).Plan(t.Context(), rows(c.list...), c.group)
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.New) != c.isNew || len(plan.Changed) != c.chg || len(plan.Same) != c.same || plan.Joined != c.joined {
				t.Fatalf("new %d changed %d same %d joined %d", len(plan.New), len(plan.Changed), len(plan.Same), plan.Joined)
			}
			var ids []string
			for _, change := range plan.all() {
				if change.After.CustomerID == "" {
					t.Error("a person without an id")
				}
				ids = append(ids, change.After.CustomerID)
			}
			if got := strings.Join(ids, " "); c.wantIDs != "" && got != c.wantIDs {
				t.Errorf("ids %q, want %q", got, c.wantIDs)
			}
			if c.check != nil && !c.check(plan) {
				t.Errorf("not as described: %+v", plan.all())
			}
			if len(store.imports) != 0 {
				t.Error("a plan stored something")
			}
		})
	}
}

func TestCommitAndUndo(t *testing.T) {
	store := newFake(post.Recipient{CustomerID: "7", BirthNumber: kari, FullName: "Kari"})
	var notices []post.Notice
	r := New(store, func(n post.Notice) { notices = append(notices, n) })
	r.now = func() time.Time { return day }
	plan, err := r.Plan(t.Context(), rows(post.Recipient{BirthNumber: kari, Phone: "1"}, post.Recipient{BirthNumber: ola, FullName: "Ola"}), "Kor")
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Commit(t.Context(), post.Import{File: "a.xlsx"}, plan)
	if err != nil {
		t.Fatal(err)
	}
	if done.ID == "" || !done.At.Equal(day) || done.New != 1 || done.Changed != 1 || done.RowCount != 2 || done.Group != "Kor" || done.File != "a.xlsx" {
		t.Errorf("import %+v", done)
	}
	if len(notices) != 1 || notices[0].Topic != post.TopicRegister {
		t.Errorf("notices %v", notices)
	}
	if store.people["7"].Phone != "1" || store.people["K1"].FullName != "Ola" {
		t.Errorf("people %v", store.people)
	}
	// The same list again finds everybody and changes nothing.
	again, err := r.Plan(t.Context(), rows(post.Recipient{BirthNumber: kari, Phone: "1"}, post.Recipient{BirthNumber: ola, FullName: "Ola"}), "Kor")
	if err != nil || len(again.Same) != 2 {
		t.Fatalf("again: %+v %v", again, err)
	}
	if undone, left, err := r.Undo(t.Context(), done.ID); err != nil || undone != 2 || left != 0 {
		t.Errorf("undo: %d %d %v", undone, left, err)
	}
	if len(store.people) != 1 || store.people["7"].Phone != "" {
		t.Errorf("after undo %v", store.people)
	}
	if _, _, err := r.Undo(t.Context(), "nothing"); post.CodeOf(err) != post.CodeImportUnknown {
		t.Errorf("undo of nothing: %v", err)
	}
}

// A split that comes between preview and commit is kept; another list is a
// reason to look again.
func TestCommitAfterAChange(t *testing.T) {
	list := rows(post.Recipient{BirthNumber: kari, Phone: "1"})
	store := newFake(post.Recipient{CustomerID: "7", BirthNumber: kari})
	r := New(store, nil)
	plan, err := r.Plan(t.Context(), list, "")
	if err != nil {
		t.Fatal(err)
	}
	p := store.people["7"]
	p.Digipost, p.DigipostAddress, p.Checked = post.HasDigipost, "kari#1111", day
	store.people["7"] = p
	if _, err := r.Commit(t.Context(), post.Import{}, plan); err != nil {
		t.Fatal(err)
	}
	if got := store.people["7"]; got.DigipostAddress != "kari#1111" || got.Phone != "1" || !got.Checked.Equal(day) {
		t.Errorf("the split's answer was lost: %+v", got)
	}
	plan, err = r.Plan(t.Context(), rows(post.Recipient{BirthNumber: kari, Phone: "2"}), "")
	if err != nil {
		t.Fatal(err)
	}
	p = store.people["7"]
	p.Phone = "3"
	store.people["7"] = p
	if _, err := r.Commit(t.Context(), post.Import{}, plan); post.CodeOf(err) != post.CodePlanChanged {
		t.Errorf("a stale plan: %v", err)
	}
	if store.people["7"].Phone != "3" {
		t.Error("a stale plan was stored")
	}
}

func TestStoreFailuresPassThrough(t *testing.T) {
	full := post.NewFault(post.CodeDiskFull, nil)
	store := newFake()
	r := New(store, func(post.Notice) { t.Error("notice of a change that was not stored") })
	plan, err := r.Plan(t.Context(), rows(post.Recipient{FullName: "A"}), "")
	if err != nil {
		t.Fatal(err)
	}
	store.fail = full
	if _, err := r.Plan(t.Context(), nil, ""); !errors.Is(err, full) {
		t.Errorf("plan: %v", err)
	}
	if _, err := r.Commit(t.Context(), post.Import{}, plan); !errors.Is(err, full) {
		t.Errorf("commit: %v", err)
	}
	if err := r.Forget(t.Context(), "1"); !errors.Is(err, full) {
		t.Errorf("forget: %v", err)
	}
	if _, _, err := r.Show(t.Context(), "1"); err == nil {
		t.Error("show")
	}
}

func TestApplySplit(t *testing.T) {
	store := newFake(post.Recipient{CustomerID: "1", DigipostAddress: "a#1", PersonAlias: "x"}, post.Recipient{CustomerID: "2"}, post.Recipient{CustomerID: "3"})
	r := New(store, nil)
	job := post.Job{ID: "j", HandedOver: day}
	items := []post.Item{
		{Seq: 1, CustomerID: "1", Finding: &post.Finding{Status: post.Unidentified}},
		{Seq: 2, CustomerID: "2", Finding: &post.Finding{Status: post.Unidentified}},
		{Seq: 3, CustomerID: "2", Finding: &post.Finding{Status: post.HasDigipost, DigipostAddress: "b#2"}},
		{Seq: 4, CustomerID: "3"},
		{Seq: 5, Finding: &post.Finding{Status: post.HasDigipost}},
	}
	first, err := r.ApplySplit(t.Context(), job, items)
	if err != nil {
		t.Fatal(err)
	}
	if items[0].Finding.Cleared {
		t.Error("the caller's items were changed")
	}
	if !first[0].Finding.Cleared || first[2].Finding.Cleared || first[3].Finding != nil || len(first) != 5 {
		t.Errorf("items %+v", first)
	}
	if p := store.people["1"]; p.DigipostAddress != "" || p.PersonAlias != "" || p.Digipost != post.Unidentified {
		t.Errorf("person 1: %+v", p)
	}
	if p := store.people["2"]; p.DigipostAddress != "b#2" {
		t.Errorf("the surest answer did not win: %+v", p)
	}
	second, err := r.ApplySplit(t.Context(), job, first)
	if err != nil || !second[0].Finding.Cleared {
		t.Errorf("again: %+v %v", second[0].Finding, err)
	}
}

func TestReading(t *testing.T) {
	r := New(newFake(post.Recipient{CustomerID: "1", FullName: "Åse Øy"}), nil)
	ctx := t.Context()
	if page, err := r.List(ctx, post.RecipientQuery{Search: "åse"}); err != nil || page.Total != 1 {
		t.Errorf("list: %v %v", page, err)
	}
	if p, history, err := r.Show(ctx, "1"); err != nil || p.Name() != "Åse Øy" || len(history) != 1 {
		t.Errorf("show: %v %v %v", p, history, err)
	}
	if _, _, err := r.Show(ctx, "2"); post.CodeOf(err) != post.CodePersonUnknown {
		t.Errorf("show nobody: %v", err)
	}
	if found, err := r.Find(ctx, []post.Recipient{{CustomerID: "1"}, {CustomerID: "2"}}); err != nil || found[0] == nil || found[1] != nil {
		t.Errorf("find: %v %v", found, err)
	}
	if o, err := r.Overview(ctx); err != nil || o.Total != 1 {
		t.Errorf("overview: %v %v", o, err)
	}
	if g, err := r.Groups(ctx); err != nil || len(g) != 1 {
		t.Errorf("groups: %v %v", g, err)
	}
	if err := r.Remember(ctx, []string{"Navn"}, post.Mapping{post.FieldFullName: "Navn"}); err != nil {
		t.Error(err)
	}
	if m, ok, err := r.Remembered(ctx, []string{"Navn"}); err != nil || !ok || m[post.FieldFullName] != "Navn" {
		t.Errorf("mapping: %v %v %v", m, ok, err)
	}
	if err := r.Forget(ctx, "1"); err != nil {
		t.Error(err)
	}
}

// TestSetAside: wrong matches are taken away, and listeners hear of it once.
func TestSetAside(t *testing.T) {
	f := newFake(post.Recipient{CustomerID: "1", Digipost: post.HasDigipost, DigipostAddress: "kari#12AB"}, post.Recipient{CustomerID: "2"})
	heard := 0
	r := New(f, func(post.Notice) { heard++ })
	for range 2 {
		if _, err := r.SetAside(t.Context(), []string{"1", "2", "nobody"}); err != nil {
			t.Fatal(err)
		}
	}
	if heard != 1 || f.people["1"].DigipostAddress != "" || f.people["1"].Digipost != post.NeverChecked {
		t.Errorf("heard %d times, %+v", heard, f.people["1"])
	}
	f.fail = errors.New("disk")
	if _, err := r.SetAside(t.Context(), nil); !errors.Is(err, f.fail) {
		t.Errorf("got %v", err)
	}
}
