package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
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

	deviations []post.Deviation
	receipts   map[string][]post.Receipt
	// late is what AwaitTakeOut gives; again is what is drafted.
	late    error
	again   *job.Draft
	kept    *job.Draft
	saved   []string
	report  job.EvidenceReport
	checked string
	// book are cases of wrong recipients, people who is in the register.
	book   cases
	people map[string]post.Recipient
}

func (f *fake) ports() Ports {
	return Ports{FirstAid: &f.book, Person: f.person, SetAside: f.setAside, Jobs: f, Control: f, Resend: f, Deviations: f,
		StartNow: func(_ context.Context, id string, coolingOff time.Duration) (post.Job, error) {
			if job := f.at(id); job != nil {
				job.StartAt, job.ReleaseAt = time.Time{}, now.Add(coolingOff)
			}
			return f.call("start "+coolingOff.String(), id)
		},
		Receipts: func(_ context.Context, id string) ([]post.Receipt, error) { return f.receipts[id], nil },
		SaveEvidence: func(_ context.Context, id, out string) (job.Evidence, error) {
			f.saved = append(f.saved, id, out)
			return job.Evidence{Seal: strings.Repeat("7d20aa9f", 8), Proof: job.FingerprintSame}, f.err
		},
		CheckEvidence: func(_ context.Context, path string) (job.EvidenceReport, error) {
			f.checked = path
			return f.report, f.err
		},
		SaveForPostage: func(_ context.Context, id, out string) (flow.Postage, error) {
			f.saved = append(f.saved, id, out)
			return flow.Postage{List: out, Letters: strings.TrimSuffix(out, ".xlsx") + ".pdf", Envelopes: 3}, f.err
		},
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
		if (!query.Open || !job.State.Finished()) && (query.Again == "" || job.ID == query.Again || job.Again == query.Again) {
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

func (f *fake) Pause(_ context.Context, id string) (post.Job, error) {
	f.at(id).PausedAt = now
	return f.call("pause", id)
}

func (f *fake) Continue(_ context.Context, id string) (post.Job, error) {
	f.at(id).PausedAt = time.Time{}
	return f.call("continue", id)
}

func (f *fake) Complete(_ context.Context, id string) (post.Job, error) {
	f.at(id).Trouble, f.at(id).BatchStep = "", post.BatchCompleting
	return f.call("complete", id)
}

func (f *fake) AwaitTakeOut(context.Context, string) error { return f.late }

func (f *fake) Again(context.Context, string) (*job.Draft, error) {
	if f.again == nil {
		return nil, post.NewFault(post.CodeNothingToSend, nil)
	}
	return f.again, nil
}

func (f *fake) Keep(_ context.Context, draft *job.Draft) (post.Job, error) {
	f.kept = draft
	f.jobs = append([]post.Job{draft.Job}, f.jobs...)
	f.items[draft.Job.ID] = draft.Items
	return draft.Job, f.err
}

func (f *fake) Deviations(_ context.Context, open bool) ([]post.Deviation, error) {
	var found []post.Deviation
	for _, d := range f.deviations {
		if !open || d.Closed.IsZero() {
			found = append(found, d)
		}
	}
	return found, nil
}

func (f *fake) AssignDeviation(_ context.Context, id int64, owner, note string) error {
	for i := range f.deviations {
		if f.deviations[i].ID == id {
			f.deviations[i].Owner, f.deviations[i].Note = owner, note
		}
	}
	f.calls = append(f.calls, fmt.Sprintf("assign %d %s", id, owner))
	return f.err
}

func (f *fake) CloseDeviation(_ context.Context, id int64, why string) error {
	for i := range f.deviations {
		if f.deviations[i].ID == id {
			f.deviations[i].Closed, f.deviations[i].Why = now, why
		}
	}
	f.calls = append(f.calls, fmt.Sprintf("close %d %s", id, why))
	return f.err
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
		if reason == post.ReasonNotAUser {
			item.Attempts = 1
		}
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
	f.addWaiting(list)
	f.addDeviations()
	at := now.Add(-9 * time.Minute)
	for _, id := range []string{"cool", "send", "done", "stop"} {
		f.events[id] = []post.Event{{At: at, Code: "planned", Fields: map[string]string{"count": "34"}}, {At: at.Add(time.Minute), Code: "approved", Fields: map[string]string{"count": "34"}},
			{At: at.Add(2 * time.Minute), Code: "extended", Fields: map[string]string{"seconds": "300"}}, {At: at.Add(3 * time.Minute), Code: "taken_out"},
			{At: at.Add(4 * time.Minute), Code: "released"}, {At: at.Add(5 * time.Minute), Code: "held_up", Fields: map[string]string{"code": "unreachable"}},
			{At: at.Add(6 * time.Minute), Code: "stopped", Fields: map[string]string{"ending": "some_delivered"}}, {At: at.Add(7 * time.Minute), Code: "done"}}
	}
	return f
}

// addWaiting adds jobs that wait for a person, for a time, or for Digipost.
func (f *fake) addWaiting(list post.Source) {
	half := func(n int) (post.ItemStatus, post.Reason) {
		if n < 14 {
			return post.ItemDelivered, post.ReasonNone
		}
		return post.ItemReady, post.ReasonNone
	}
	f.add(post.Job{ID: "plan", Kind: post.KindMailing, State: post.JobCoolingOff, Name: "Julebrev til medlemmene", Subject: "God jul fra Fjordvik idrettslag", Source: list,
		Approved: 34, ApprovedAt: now.Add(-48 * time.Minute), StartAt: now.Add(43 * time.Hour), ReleaseAt: now.Add(43 * time.Hour)}, 34, always(post.ItemReady, ""))
	f.add(post.Job{ID: "paused", Kind: post.KindMailing, State: post.JobSending, PausedAt: now.Add(-12 * time.Minute), Name: "Påminnelse om dugnad", Subject: "Påminnelse om dugnad", Source: list,
		Approved: 34, ApprovedAt: now.Add(-48 * time.Minute)}, 34, half)
	f.add(post.Job{ID: "counts", Kind: post.KindMailing, State: post.JobSending, RESTBatch: "b7", BatchStep: post.BatchOpen, Trouble: post.CodeBatchCounts, TroubleSince: now.Add(-2 * time.Minute),
		TroubleFields: map[string]string{"expected": "34", "digipost": "30", "print": "6"}, Name: "Kontingent for foreldre", Subject: "Kontingent for foreldre",
		Approved: 34, ApprovedAt: now.Add(-48 * time.Minute)}, 34, always(post.ItemReceived, ""))
	f.add(post.Job{ID: "batch", Kind: post.KindMailing, Via: post.ViaBatch, State: post.JobWaiting, Trouble: post.CodeReceiptLate, TroubleSince: now.Add(-5 * time.Hour),
		TroubleFields: map[string]string{"hours": "4"}, Name: "Årsmelding 2026", Subject: "Årsmelding 2026", UploadName: "0b9de1f2-5a6e-4c8c-9f66-1f0d3a52c2aa.zip", HandedOver: now.Add(-9 * time.Hour),
		Approved: 34, ApprovedAt: now.Add(-10 * time.Hour)}, 34, always(post.ItemReceived, ""))
	f.add(post.Job{ID: "cooldigi", Kind: post.KindMailing, State: post.JobCoolingOff, RESTBatch: "b8", BatchStep: post.BatchOpen, Name: "Treningsleir på Voss", Subject: "Treningsleir på Voss",
		Approved: 34, ApprovedAt: now.Add(-48 * time.Second), ReleaseAt: now.Add(252 * time.Second)}, 34, func(n int) (post.ItemStatus, post.Reason) {
		if n < 20 {
			return post.ItemReceived, post.ReasonNone
		}
		return post.ItemReady, post.ReasonNone
	})
	f.receipts = map[string][]post.Receipt{"batch": {{Job: "batch", RemoteName: "0b9de1f2-5a6e-4c8c-9f66-1f0d3a52c2aa.mottatt.zip", Kind: "mottatt", SHA256: strings.Repeat("a1b2c3d4", 8), At: now.Add(-9 * time.Hour)}}}
	again := f.at("done")
	draft := post.Job{ID: "resent", Kind: post.KindMailing, State: post.JobReady, Again: "done", Name: again.Name, Subject: again.Subject, Source: list, Sender: sender,
		Created: now, Fingerprint: strings.Repeat("5e01c9d7", 8), Counts: post.Counts{Total: 3, ByStatus: map[post.ItemStatus]int{post.ItemReady: 3}}}
	f.again = &job.Draft{Job: draft, Documents: []post.Document{{Name: "Dugnadsbrev.pdf", FileType: "pdf", Pages: 1, Size: 90_000, SHA256: strings.Repeat("5ad1e0c3", 8)}}}
	for i := range 3 {
		f.again.Items = append(f.again.Items, post.Item{Job: "resent", Seq: i + 1, Row: 5 + i, Name: names[i], Status: post.ItemReady})
	}
}

// addDeviations adds what somebody has to look at, and what was.
func (f *fake) addDeviations() {
	day := func(n int) time.Time { return now.AddDate(0, 0, -n).Add(-90 * time.Minute) }
	f.deviations = []post.Deviation{
		{ID: 1, Job: "done", Seq: 4, CustomerID: "1003", Name: names[3], Reason: post.ReasonNotAUser, Code: post.DeviationNotDelivered, Since: day(4), Owner: "Kari", Note: "Ringte mandag, prøver igjen torsdag.\nHan er på reise."},
		{ID: 2, Job: "done", Seq: 8, CustomerID: "1002", Name: names[2], Reason: post.ReasonInvalidNumber, Code: post.DeviationNotDelivered, Since: day(4)},
		{ID: 3, Job: "batch", Code: post.DeviationReceiptLate, Since: now.Add(-5 * time.Hour)},
		{ID: 4, Job: "done", Seq: 12, CustomerID: "1001", Name: names[1], Code: post.DeviationUnsure, Since: now.Add(-2 * time.Hour)},
		{ID: 5, Job: "refused", Code: post.DeviationRefused, Since: now.Add(-20 * time.Minute)},
		{ID: 6, Job: "stop", Seq: 1, Name: names[0], Reason: post.ReasonNotAUser, Code: post.DeviationNotDelivered, Since: day(9), Closed: day(2), Why: "Sendt på en annen måte", Owner: "Kari"},
		{ID: 7, Job: "stop", Seq: 2, Name: names[4], Code: post.DeviationUnsure, Since: day(9), Closed: day(8), Resolved: true},
	}
}
