package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"brevdue/app/flow"
	"brevdue/app/post"
)

var now = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

// fake is an engine made of plain values.
type fake struct {
	jobs     []post.Job
	items    map[string][]post.Item
	events   map[string][]post.Event
	err      error
	calls    []string
	approved int
	wrote    string
	cells    []string
}

func (f *fake) ports() Ports {
	return Ports{Jobs: f,
		CoolingOff: func(context.Context, post.JobKind) (time.Duration, error) { return 5 * time.Minute, nil },
		WriteBack: func(_ context.Context, id, out string, words flow.Words) (bool, error) {
			job := f.at(id)
			f.wrote = out
			for _, item := range f.items[id] {
				f.cells = append(f.cells, strings.Join(words.Cells(*job, item), "|"))
			}
			return true, f.err
		}}
}

func (f *fake) at(id string) *post.Job {
	for i := range f.jobs {
		if f.jobs[i].ID == id {
			return &f.jobs[i]
		}
	}
	return nil
}

func (f *fake) call(name string, id string) (post.Job, error) {
	f.calls = append(f.calls, name)
	if f.err != nil {
		return post.Job{}, f.err
	}
	return f.Job(context.Background(), id)
}

func (f *fake) Job(_ context.Context, id string) (post.Job, error) {
	if job := f.at(id); job != nil {
		return f.counted(*job), nil
	}
	return post.Job{}, post.NewFault(post.CodeJobUnknown, nil, "job", id)
}

func (f *fake) counted(job post.Job) post.Job {
	job.Counts = post.Counts{Total: len(f.items[job.ID]), ByStatus: map[post.ItemStatus]int{}, BySplit: map[post.SplitStatus]int{}}
	for _, item := range f.items[job.ID] {
		job.Counts.ByStatus[item.Status]++
		if item.Finding != nil {
			job.Counts.BySplit[item.Finding.Status]++
		}
	}
	return job
}

func (f *fake) Jobs(_ context.Context, query post.JobQuery) ([]post.Job, error) {
	var found []post.Job
	for _, job := range f.jobs {
		if !query.Open || !job.State.Finished() {
			found = append(found, f.counted(job))
		}
	}
	return found, nil
}

func (f *fake) Items(_ context.Context, id string, query post.ItemQuery) ([]post.Item, error) {
	var found []post.Item
	for _, item := range f.items[id] {
		if len(query.Statuses) > 0 && !slices.Contains(query.Statuses, item.Status) ||
			!strings.Contains(strings.ToLower(item.Name), strings.ToLower(query.Search)) {
			continue
		}
		found = append(found, item)
	}
	found = found[min(query.Offset, len(found)):]
	if query.Limit > 0 {
		found = found[:min(query.Limit, len(found))]
	}
	return found, nil
}

func (f *fake) Events(_ context.Context, id string) ([]post.Event, error) { return f.events[id], nil }

func (f *fake) Documents(context.Context, string) ([]post.Document, error) {
	return []post.Document{{Name: "Innkalling til årsmøte 2027.pdf", FileType: "pdf", Pages: 3, Size: 412_000,
		SHA256: strings.Repeat("5ad1e0c3", 8)}}, nil
}

func (f *fake) Approve(_ context.Context, id, _ string, count int, _ time.Duration) (post.Job, error) {
	f.approved = count
	if job := f.at(id); job != nil && f.err == nil {
		job.State, job.Approved, job.ApprovedAt, job.ReleaseAt, job.Trouble = post.JobCoolingOff, count, now, now.Add(5*time.Minute), ""
	}
	return f.call("approve", id)
}

func (f *fake) Stop(_ context.Context, id string) (post.Job, error) {
	if job := f.at(id); job != nil && f.err == nil && job.State == post.JobCoolingOff {
		job.State, job.Ending, job.Ended = post.JobStopped, post.NothingDelivered, now
		for i := range f.items[id] {
			if f.items[id][i].Status == post.ItemReady {
				f.items[id][i].Status, f.items[id][i].Reason = post.ItemStopped, post.ReasonStoppedByUser
			}
		}
	}
	return f.call("stop", id)
}

func (f *fake) TakeOut(_ context.Context, id, customerID string, seq int) (post.Job, error) {
	return f.call(fmt.Sprintf("take_out %s %d", customerID, seq), id)
}

func (f *fake) Extend(_ context.Context, id string, by time.Duration) (post.Job, error) {
	if job := f.at(id); job != nil {
		job.ReleaseAt = job.ReleaseAt.Add(by)
	}
	return f.call("extend "+by.String(), id)
}

var names = []string{"Åse Ødegård", "Bjørn Sæther", "Christina-Alexandra Wergeland Schibsted-Mæhlum av Østlandet og Hålogaland", "Dag Lunde",
	"Eirik Øvrebø", "Fatima Rahimi", "Grete Nygård", "Håkon Aasen", "Ingunn Bø", "Fjordvik Rør og Varme AS"}

var sender = post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Practice}

// add puts a job with people in it; at gives what came of the n-th.
func (f *fake) add(job post.Job, people int, at func(n int) (post.ItemStatus, post.Reason)) {
	if f.items == nil {
		f.items, f.events = map[string][]post.Item{}, map[string][]post.Event{}
	}
	job.Sender, job.Created = sender, now.Add(-10*time.Minute)
	job.Fingerprint = strings.Repeat("9c41b7e2", 8)
	for i := range people {
		status, reason := at(i)
		item := post.Item{Job: job.ID, Seq: i + 1, Row: i + 5, CustomerID: fmt.Sprint(1000 + i), Name: names[i%len(names)], Status: status, Reason: reason, UpdatedAt: now}
		if status.Reached() {
			item.SentAt, item.DeliveredAt = now.Add(-2*time.Minute), now.Add(-2*time.Minute)
		}
		f.items[job.ID] = append(f.items[job.ID], item)
	}
	f.jobs = append(f.jobs, job)
}

func always(status post.ItemStatus, reason post.Reason) func(int) (post.ItemStatus, post.Reason) {
	return func(int) (post.ItemStatus, post.Reason) { return status, reason }
}

// finished is a mix of outcomes.
func finished(n int) (post.ItemStatus, post.Reason) {
	switch {
	case n%13 == 3:
		return post.ItemNotDelivered, post.ReasonNotAUser
	case n%17 == 7:
		return post.ItemNotDelivered, post.ReasonInvalidNumber
	case n == 9:
		return post.ItemNotDelivered, post.ReasonDuplicateLetter
	case n == 11:
		return post.ItemUnsure, post.ReasonNone
	case n == 2:
		return post.ItemPending, post.ReasonNone
	}
	return post.ItemDelivered, post.ReasonNone
}

func sample() *fake {
	f := &fake{}
	list := post.Source{Path: "/home/kari/Dokumenter/Medlemmer/kunder.xlsx", Sheet: "Medlemmer", HeaderRow: 4}
	f.add(post.Job{ID: "cool", Kind: post.KindMailing, State: post.JobCoolingOff, Name: "Innkalling til årsmøte", Subject: "Innkalling til årsmøte", Source: list,
		Approved: 34, ApprovedAt: now.Add(-48 * time.Second), ReleaseAt: now.Add(252 * time.Second)}, 40, func(n int) (post.ItemStatus, post.Reason) {
		if n%7 == 6 {
			return post.ItemNotDelivered, post.ReasonNotAUser
		}
		return post.ItemReady, post.ReasonNone
	})
	f.add(post.Job{ID: "send", Kind: post.KindMailing, State: post.JobSending, Name: "Medlemskontingent 2027", Subject: "Medlemskontingent 2027", Source: list, Approved: 34},
		40, func(n int) (post.ItemStatus, post.Reason) {
			switch {
			case n%7 == 6:
				return post.ItemNotDelivered, post.ReasonNotAUser
			case n < 16:
				return post.ItemDelivered, post.ReasonNone
			case n < 20:
				return post.ItemSending, post.ReasonNone
			}
			return post.ItemReady, post.ReasonNone
		})
	f.add(post.Job{ID: "held", Kind: post.KindMailing, State: post.JobSending, Trouble: post.CodeUnreachable, TroubleSince: now.Add(-3 * time.Minute),
		Name: "Innkalling til ekstraordinært årsmøte i Fjordvik og omegn idrettslag, med vedlegg og fullmaktsskjema", Approved: 20}, 20, func(n int) (post.ItemStatus, post.Reason) {
		if n < 4 {
			return post.ItemDelivered, post.ReasonNone
		}
		return post.ItemReady, post.ReasonNone
	})
	f.add(post.Job{ID: "again", Kind: post.KindMailing, State: post.JobReady, Trouble: post.CodeAskAgain, Name: "Dugnad lørdag", Subject: "Dugnad lørdag"}, 34, always(post.ItemReady, ""))
	f.add(post.Job{ID: "done", Kind: post.KindMailing, State: post.JobDone, Name: "Dugnadsbrev", Subject: "Dugnadsbrev", Source: list, Approved: 36, Ended: now}, 40, finished)
	f.add(post.Job{ID: "stop", Kind: post.KindMailing, State: post.JobStopped, Ending: post.SomeDelivered, Name: "Treningsavgift", Subject: "Treningsavgift", Approved: 30, Ended: now}, 30,
		func(n int) (post.ItemStatus, post.Reason) {
			if n < 7 {
				return post.ItemDelivered, post.ReasonNone
			}
			return post.ItemStopped, post.ReasonStoppedByUser
		})
	f.add(post.Job{ID: "letter", Kind: post.KindLetter, State: post.JobDone, Name: "Vedtak om plass", Subject: "Vedtak om plass", Approved: 1, Ended: now}, 1, always(post.ItemNotDelivered, post.ReasonNotAUser))
	f.add(post.Job{ID: "lettercool", Kind: post.KindLetter, State: post.JobCoolingOff, Name: "Vedtak om plass", Subject: "Vedtak om plass", Approved: 1,
		ApprovedAt: now.Add(-2 * time.Second), ReleaseAt: now.Add(58 * time.Second)}, 1, always(post.ItemReady, ""))
	f.add(post.Job{ID: "split", Kind: post.KindSplit, State: post.JobDone, Name: "Mottakersplitt 3. november", Approved: 38, Ended: now}, 38, always(post.ItemReceived, ""))
	for i := range f.items["split"] {
		status := []post.SplitStatus{post.HasDigipost, post.HasDigipost, post.HasDigipost, post.Identified, post.Unidentified}[i%5]
		f.items["split"][i].Finding = &post.Finding{Status: status}
	}
	f.add(post.Job{ID: "refused", Kind: post.KindSplit, State: post.JobRefused, Name: "Mottakersplitt 2. november", RefusedText: "Avsender har ikke avtale om mottakersplitt", Approved: 38, Ended: now}, 38, always(post.ItemReady, ""))
	at := now.Add(-9 * time.Minute)
	for _, id := range []string{"cool", "send", "done", "stop"} {
		f.events[id] = []post.Event{{At: at, Code: "planned", Fields: map[string]string{"count": "34"}}, {At: at.Add(time.Minute), Code: "approved", Fields: map[string]string{"count": "34"}},
			{At: at.Add(2 * time.Minute), Code: "extended", Fields: map[string]string{"seconds": "300"}}, {At: at.Add(3 * time.Minute), Code: "taken_out"},
			{At: at.Add(4 * time.Minute), Code: "released"}, {At: at.Add(5 * time.Minute), Code: "held_up", Fields: map[string]string{"code": "unreachable"}},
			{At: at.Add(6 * time.Minute), Code: "stopped", Fields: map[string]string{"ending": "some_delivered"}}, {At: at.Add(7 * time.Minute), Code: "done"}}
	}
	return f
}
