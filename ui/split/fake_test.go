package split

import (
	"context"
	"fmt"
	"time"

	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
)

// The engine and the stories are what the screen asks for.
var (
	_ Jobs    = (*job.Engine)(nil)
	_ Stories = (*flow.Stories)(nil)
)

var noon = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

// world is an engine and a register in memory, moved by the test.
type world struct {
	jobs    []post.Job
	items   map[string][]post.Item
	events  map[string][]post.Event
	people  int
	fault   error
	refuse  error
	written []string
	checks  int
	exports []string
}

func newWorld(people int) *world {
	return &world{people: people, items: map[string][]post.Item{}, events: map[string][]post.Event{}}
}

func (w *world) ports() Ports {
	return Ports{Stories: w, Jobs: w,
		Groups: func(context.Context) ([]string, error) { return []string{"Håndball", "Styret"}, w.fault },
		Sender: func(context.Context) (post.Sender, error) {
			return post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag"}, nil
		},
		CoolingOff: func(context.Context, post.JobKind) (time.Duration, error) { return time.Minute, nil },
		Refresh:    func(context.Context, string) error { w.checks++; return w.refuse },
		Export: func(_ context.Context, id, out string, _ flow.Words) error {
			w.exports = append(w.exports, id+" "+out)
			return w.refuse
		},
		List: func() (string, *intake.Result) {
			return "/home/kari/Medlemsliste Fjordvik IL 2026.xlsx", &intake.Result{Sheet: "Medlemmer", HeaderRow: 3}
		}}
}

func (w *world) ForSplit(_ context.Context, group string) (flow.People, error) {
	people := flow.People{LeftOut: map[post.Reason]int{}, Source: post.Source{Group: group}}
	count := w.people
	if group != "" {
		count /= 3
	}
	for i := range count {
		to := job.Addressee{CustomerID: fmt.Sprint(1001 + i), Name: names[i%len(names)], To: post.Target{Kind: post.ByBirthNumber, Value: "03846131239"}}
		switch {
		case i%10 == 4:
			to.To = post.Target{Kind: post.ByNameAndAddress, FullName: to.Name}
		case i%10 == 7:
			to.To, to.LeftOut = post.Target{}, post.ReasonMissingAddress
			people.LeftOut[to.LeftOut]++
		}
		people.To = append(people.To, to)
	}
	return people, w.fault
}

var names = []string{"Åse Bjørkhaug", "Maximiliana Alexandra Bjørnstjerne-Østerhaugsvoll Kristoffersdatter", "Øystein Lønnebakk", "Kjersti Sæterdal", "Per-Olav Tveitnes"}

func (w *world) ListForSplit(ctx context.Context, path string, list *intake.Result) (flow.People, error) {
	people, err := w.ForSplit(ctx, "")
	people.Source = post.Source{Path: path, Sheet: list.Sheet, HeaderRow: list.HeaderRow}
	for i := range people.To {
		people.To[i].Row = 4 + i
	}
	return people, err
}

func (w *world) WriteBack(_ context.Context, id, out string, words flow.Words) (bool, error) {
	w.written = append(w.written, out)
	for _, item := range w.items[id] {
		w.written = append(w.written, words.Cells(post.Job{}, item)...)
	}
	return true, w.refuse
}

func (w *world) Prepare(_ context.Context, wish job.Wish) (*job.Draft, error) {
	draft := &job.Draft{Job: post.Job{ID: "nyjobb", Kind: wish.Kind, State: post.JobReady, Name: wish.Name, Sender: wish.Sender, Source: wish.Source, Fingerprint: "f", Created: noon}}
	for i, to := range wish.To {
		item := post.Item{Seq: i + 1, CustomerID: to.CustomerID, Row: to.Row, Name: to.Name, Status: post.ItemReady, To: to.To}
		if to.LeftOut != "" {
			item.Status, item.Reason = post.ItemNotDelivered, to.LeftOut
		}
		draft.Items = append(draft.Items, item)
	}
	return draft, w.refuse
}

func (w *world) Keep(_ context.Context, draft *job.Draft) (post.Job, error) {
	j := draft.Job
	j.Counts = post.Counts{Total: len(draft.Items), ByStatus: map[post.ItemStatus]int{post.ItemReady: draft.Sendable()}}
	w.jobs = append([]post.Job{j}, w.jobs...)
	w.items[j.ID] = draft.Items
	return j, nil
}

func (w *world) at(id string) *post.Job {
	for i := range w.jobs {
		if w.jobs[i].ID == id {
			return &w.jobs[i]
		}
	}
	return &post.Job{}
}

func (w *world) Approve(_ context.Context, id, fingerprint string, count int, cooling time.Duration) (post.Job, error) {
	j := w.at(id)
	if j.Fingerprint != fingerprint || j.Counts.ByStatus[post.ItemReady] != count {
		return post.Job{}, post.NewFault(post.CodePlanChanged, nil)
	}
	if w.refuse != nil {
		return post.Job{}, w.refuse
	}
	j.State, j.ApprovedAt, j.ReleaseAt = post.JobCoolingOff, noon, noon.Add(cooling)
	return *j, nil
}

func (w *world) Job(_ context.Context, id string) (post.Job, error) {
	if j := w.at(id); j.ID != "" {
		return *j, w.fault
	}
	return post.Job{}, post.NewFault(post.CodeJobUnknown, nil, "job", id)
}

func (w *world) Jobs(context.Context, post.JobQuery) ([]post.Job, error) { return w.jobs, w.fault }

func (w *world) Items(_ context.Context, id string, _ post.ItemQuery) ([]post.Item, error) {
	return w.items[id], w.fault
}

func (w *world) Events(_ context.Context, id string) ([]post.Event, error) {
	return w.events[id], w.fault
}

func (w *world) Stop(_ context.Context, id string) (post.Job, error) {
	j := w.at(id)
	j.State, j.Ending = post.JobStopped, post.NothingDelivered
	return *j, nil
}

func (w *world) Extend(_ context.Context, id string, by time.Duration) (post.Job, error) {
	j := w.at(id)
	j.ReleaseAt = j.ReleaseAt.Add(by)
	return *j, nil
}

// waiting hands the job over and lets Digipost say that it has it.
func (w *world) waiting(id string) {
	j := w.at(id)
	j.State, j.HandedOver = post.JobWaiting, noon.Add(70*time.Second)
	w.events[id] = append(w.events[id], post.Event{At: noon.Add(2 * time.Minute), Code: "receipt_mottatt"})
}

// answer gives everybody an answer of all sorts.
func (w *world) answer(id string) {
	j := w.at(id)
	j.State, j.Ended = post.JobDone, noon.Add(9*time.Minute)
	if j.HandedOver.IsZero() {
		j.HandedOver = noon.Add(time.Minute)
	}
	j.Counts.BySplit = map[post.SplitStatus]int{}
	w.events[id] = append(w.events[id], post.Event{At: noon.Add(8 * time.Minute), Code: "receipt_resultat"}, post.Event{At: noon.Add(9 * time.Minute), Code: "answered"},
		post.Event{At: noon.Add(9 * time.Minute), Code: "rows_unknown", Fields: map[string]string{"count": "2"}})
	for i := range w.items[id] {
		item := &w.items[id][i]
		if item.Status != post.ItemReady {
			continue
		}
		item.Status = post.ItemReceived
		f := post.Finding{Status: post.HasDigipost, DigipostAddress: "ase.bjorkhaug#DCGX", Uncertain: i%12 == 0}
		switch i % 9 {
		case 2:
			f = post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser}
		case 3:
			f = post.Finding{Status: post.Unidentified, Reason: post.ReasonUnidentified, Cleared: i%2 == 0}
		case 5:
			f = post.Finding{Status: post.Unidentified, Reason: post.ReasonSeveralMatches}
		case 6:
			if i%2 == 0 {
				f = post.Finding{Status: post.Missing}
			}
		case 7:
			f = post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidAddress}
		case 8:
			f = post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidNumber}
		}
		item.Finding = &f
		j.Counts.BySplit[f.Status]++
	}
}
