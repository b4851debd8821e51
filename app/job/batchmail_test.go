package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

func (s *sftpFake) WriteMailing(ctx context.Context, file io.Writer, job post.Job, documents []post.Document, items []post.Item,
	open func(context.Context, post.Document) (io.ReadCloser, error)) error {
	mailing := splitFake{JobID: job.BatchJobID, DeliverAt: job.Options.DeliverAt}
	for _, item := range items {
		mailing.Keys = append(mailing.Keys, item.RecipientKey)
		mailing.Letters = append(mailing.Letters, item.DocumentUUIDs[0])
	}
	for _, document := range documents {
		content, err := open(ctx, document)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		mailing.Documents = append(mailing.Documents, string(data))
	}
	return json.NewEncoder(file).Encode(mailing)
}

func batchWish(n int) Wish {
	wish := wishFor(n)
	wish.Via, wish.Pattern, wish.Name = post.ViaBatch, post.PatternSendOnly, "Årsmøte"
	return wish
}

// letters makes a result in which each letter has the outcome, and each
// recipient the status.
func letters(outcome post.Outcome, status post.SplitStatus, reason post.Reason) func(string, splitFake) receiptFake {
	return func(job string, mailing splitFake) receiptFake {
		reply := receiptFake{State: post.ReceiptSuccess, JobID: job, Ended: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
		for i, key := range mailing.Keys {
			reply.Findings = append(reply.Findings, post.Finding{RecipientKey: key, Status: status, Reason: reason})
			reply.Letters = append(reply.Letters, post.BatchRow{DocumentUUID: mailing.Letters[i], Outcome: outcome})
		}
		return reply
	}
}

var webOutcome = post.Outcome{Status: post.ItemDelivered, Channel: post.ChannelDigipost}

func mailOn(t *testing.T, reply func(job string, mailing splitFake) receiptFake) (*Engine, *memory, *sftpFake, *registerFake, *fastClock) {
	t.Helper()
	s := newSFTP()
	s.mailed = reply
	e, m, people, clock := splitOn(t, s)
	return e, m, s, people, clock
}

func counts(m *memory, code string) string {
	for _, event := range m.events {
		if event.Code == code {
			return event.Fields["count"]
		}
	}
	return ""
}

func TestBatchMailingReachesEverybodyOnce(t *testing.T) {
	e, m, s, people, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	running(t, e)
	wish := batchWish(5)
	wish.To[1].LeftOut = post.ReasonMissingAddress
	kept := approved(t, e, wish, 0)
	if kept.Via != post.ViaBatch || kept.Pattern != post.PatternSendOnly || kept.UploadName != kept.BatchJobID+".zip" {
		t.Errorf("%+v", kept)
	}
	job := follow(t, e, kept.ID)
	if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 4 || job.Counts.ByStatus[post.ItemNotDelivered] != 1 || len(people.known) != 4 {
		t.Fatalf("job %s %v, %d in the register", job.State, job.Counts.ByStatus, len(people.known))
	}
	items, _ := e.Items(t.Context(), job.ID, post.ItemQuery{})
	for _, item := range items {
		if item.MessageID != "" || item.RecipientKey == "" || len(item.DocumentUUIDs) != 1 {
			t.Errorf("ids %+v", item)
		}
		if item.Status == post.ItemDelivered && (item.DeliveredAt.Year() != 2030 || item.Finding == nil || item.Attempts != 1) {
			t.Errorf("outcome %+v", item)
		}
	}
	if s.uploads != 1 || len(s.receipts) != 0 || len(m.receipts) != 2 || counts(m, "letters_answered") != "4" || counts(m, "rows_missing") != "" {
		t.Errorf("%d uploads, %d receipts there, %d kept, answered %q", s.uploads, len(s.receipts), len(m.receipts), counts(m, "letters_answered"))
	}
	if again := Fingerprint(job, m.documents[job.ID], items); again != job.Fingerprint {
		t.Error("the fingerprint does not verify afterwards")
	}
}

// TestBatchOutcomes: both rows together tell what became of a letter.
func TestBatchOutcomes(t *testing.T) {
	not := post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone}
	withReason := func(reason post.Reason, detail string) post.Outcome {
		o := not
		o.Reason, o.Detail = reason, detail
		return o
	}
	homeless := func(w *Wish) { w.Options = paperIfNone() }
	housed := func(w *Wish) {
		w.Options = paperIfNone()
		for i := range w.To {
			w.To[i].To.FullName, w.To[i].To.Address = "Kari", oslo
		}
	}
	for name, try := range map[string]struct {
		reply  func(string, splitFake) receiptFake
		change func(*Wish)
		status post.ItemStatus
		reason post.Reason
		detail string
	}{
		"web":             {letters(webOutcome, post.HasDigipost, ""), nil, post.ItemDelivered, "", ""},
		"paper":           {letters(printing, post.Identified, post.ReasonNotAUser), housed, post.ItemPrinting, "", ""},
		"paper, unknown":  {letters(printing, post.Unidentified, post.ReasonUnidentified), housed, post.ItemPrinting, "", ""},
		"not a user":      {letters(not, post.Identified, post.ReasonNotAUser), nil, post.ItemNotDelivered, post.ReasonNotAUser, ""},
		"unidentified":    {letters(not, post.Unidentified, post.ReasonSeveralMatches), nil, post.ItemNotDelivered, post.ReasonSeveralMatches, ""},
		"invalid":         {letters(withReason("", "UGYLDIG_MOTTAKER"), post.Invalid, post.ReasonInvalidNumber), nil, post.ItemNotDelivered, post.ReasonInvalidNumber, "UGYLDIG_MOTTAKER"},
		"bad file":        {letters(withReason(post.ReasonBadFile, "UGYLDIG_DOKUMENT"), post.HasDigipost, ""), nil, post.ItemNotDelivered, post.ReasonBadFile, "UGYLDIG_DOKUMENT"},
		"no paper":        {letters(withReason(post.ReasonBadFile, "UGYLDIG_FOR_PRINT"), post.Identified, post.ReasonNotAUser), housed, post.ItemNotDelivered, post.ReasonBadFile, "UGYLDIG_FOR_PRINT"},
		"without address": {letters(not, post.Identified, post.ReasonNotAUser), homeless, post.ItemNotDelivered, post.ReasonMissingAddress, ""},
		"no word why":     {letters(not, post.HasDigipost, ""), nil, post.ItemNotDelivered, post.ReasonOther, ""},
		"other and user":  {letters(withReason(post.ReasonOther, "USPESIFISERT_FEIL"), post.HasDigipost, ""), nil, post.ItemNotDelivered, post.ReasonOther, "USPESIFISERT_FEIL"},
		"no letter row": {func(job string, mailing splitFake) receiptFake {
			r := letters(webOutcome, post.HasDigipost, "")(job, mailing)
			r.Letters = nil
			return r
		}, nil, post.ItemUnsure, "", DetailNoRow},
		"no row at all": {func(job string, _ splitFake) receiptFake {
			return receiptFake{State: post.ReceiptSuccess, JobID: job}
		}, nil, post.ItemUnsure, "", DetailNoRow},
		"two rows": {func(job string, mailing splitFake) receiptFake {
			r := letters(webOutcome, post.HasDigipost, "")(job, mailing)
			r.Letters = append(r.Letters, letters(not, "", "")(job, mailing).Letters...)
			return r
		}, nil, post.ItemUnsure, "", DetailTwoRows},
		"the same twice": {func(job string, mailing splitFake) receiptFake {
			r := letters(webOutcome, post.HasDigipost, "")(job, mailing)
			r.Letters = append(r.Letters, r.Letters...)
			return r
		}, nil, post.ItemDelivered, "", ""},
		"refused, but sent": {func(job string, mailing splitFake) receiptFake {
			r := letters(webOutcome, post.HasDigipost, "")(job, mailing)
			r.State = post.ReceiptRefused
			return r
		}, nil, post.ItemDelivered, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e, _, _, _, _ := mailOn(t, try.reply)
			running(t, e)
			wish := batchWish(2)
			if try.change != nil {
				try.change(&wish)
			}
			job := follow(t, e, approved(t, e, wish, 0).ID)
			items, _ := e.Items(t.Context(), job.ID, post.ItemQuery{})
			if job.State != post.JobDone {
				t.Fatalf("job %s, held by %v", job.State, job.Held())
			}
			for _, item := range items {
				if item.Status != try.status || item.Reason != try.reason || item.Detail != try.detail {
					t.Errorf("%s %q %q", item.Status, item.Reason, item.Detail)
				}
			}
		})
	}
}

// TestStrangersInAResult are counted and told, and change nothing.
func TestStrangersInAResult(t *testing.T) {
	e, m, _, people, _ := mailOn(t, func(job string, mailing splitFake) receiptFake {
		mailing.Keys, mailing.Letters = append(mailing.Keys, "x"), append(mailing.Letters, "y")
		mailing.Keys, mailing.Letters = mailing.Keys[1:], mailing.Letters[1:]
		return letters(webOutcome, post.HasDigipost, "")(job, mailing)
	})
	running(t, e)
	job := follow(t, e, approved(t, e, batchWish(3), 0).ID)
	if job.Counts.ByStatus[post.ItemDelivered] != 2 || job.Counts.ByStatus[post.ItemUnsure] != 1 || len(people.known) != 2 {
		t.Errorf("%v, %d in the register", job.Counts.ByStatus, len(people.known))
	}
	if counts(m, "rows_unknown") != "2" || counts(m, "rows_missing") != "1" || counts(m, "letters_answered") != "2" {
		t.Errorf("time line: unknown %q, missing %q, answered %q", counts(m, "rows_unknown"), counts(m, "rows_missing"), counts(m, "letters_answered"))
	}
}

// TestBatchMailingOnItsWay: the arrival is received, a provisional result held,
// and the final one ends it.
func TestBatchMailingOnItsWay(t *testing.T) {
	e, _, s, people, _ := mailOn(t, nil)
	running(t, e)
	id := approved(t, e, batchWish(3), 0).ID
	status := func(want post.ItemStatus) func() bool {
		return func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[want] == 3 }
	}
	until(t, status(post.ItemSending))
	job, _ := e.Job(t.Context(), id)
	until(t, func() bool { job, _ = e.Job(t.Context(), id); return job.State == post.JobWaiting })
	s.with(func() {
		s.put(stem(job)+".mottatt.zip", receiptFake{State: post.ReceiptReceived, JobID: job.BatchJobID})
	})
	until(t, status(post.ItemReceived))
	mailing := s.mailing(t, job)
	provisional := letters(webOutcome, post.HasDigipost, "")(job.BatchJobID, mailing)
	provisional.State = post.ReceiptProvisional
	s.with(func() { s.put(stem(job)+".resultat.1.zip", provisional) })
	until(t, status(post.ItemHeld))
	if people.calls != 0 {
		t.Error("a provisional result reached the register")
	}
	s.with(func() {
		s.put(stem(job)+".resultat.2.zip", letters(printing, post.Identified, "")(job.BatchJobID, mailing))
	})
	if job = follow(t, e, id); job.State != post.JobDone || job.Counts.ByStatus[post.ItemPrinting] != 3 {
		t.Errorf("job %s %v", job.State, job.Counts.ByStatus)
	}
}

// TestNewsBeforeTheResult: a letter that is known to be opened before the result
// comes stays opened, and its recipient is known all the same.
func TestNewsBeforeTheResult(t *testing.T) {
	e, m, s, people, _ := mailOn(t, nil)
	running(t, e)
	id := approved(t, e, batchWish(2), 0).ID
	var job post.Job
	until(t, func() bool { job, _ = e.Job(t.Context(), id); return job.State == post.JobWaiting })
	m.look(func() { m.items[id][0].Status = post.ItemOpened })
	mailing := s.mailing(t, job)
	s.with(func() {
		s.put(stem(job)+".resultat.zip", letters(webOutcome, post.HasDigipost, "")(job.BatchJobID, mailing))
	})
	job = follow(t, e, id)
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	if items[0].Status != post.ItemOpened || items[0].Finding == nil || items[1].Status != post.ItemDelivered || len(people.known) != 2 {
		t.Errorf("job %s %v, %d in the register", job.State, job.Counts.ByStatus, len(people.known))
	}
}

// TestBatchMailingRefused: after a refusal nothing was delivered, whatever was
// received or held before.
func TestBatchMailingRefused(t *testing.T) {
	for _, before := range []post.ReceiptState{"", post.ReceiptReceived, post.ReceiptProvisional} {
		e, _, s, people, _ := mailOn(t, nil)
		running(t, e)
		id := approved(t, e, batchWish(2), 0).ID
		var job post.Job
		until(t, func() bool { job, _ = e.Job(t.Context(), id); return job.State == post.JobWaiting })
		if before != "" {
			s.with(func() { s.put(stem(job)+".resultat.1.zip", receiptFake{State: before, JobID: job.BatchJobID}) })
			until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemSending] == 0 })
		}
		s.with(func() {
			s.put(stem(job)+".resultat.2.zip", receiptFake{State: post.ReceiptRefused, JobID: job.BatchJobID, Text: "linje 7"})
		})
		job = follow(t, e, id)
		items, _ := e.Items(t.Context(), id, post.ItemQuery{})
		if job.State != post.JobRefused || job.RefusedText != "linje 7" || items[0].Status != post.ItemNotDelivered || items[1].Reason != post.ReasonRefused || people.calls != 0 {
			t.Errorf("after %q: job %s %v", before, job.State, job.Counts.ByStatus)
		}
	}
}

func TestBatchWishes(t *testing.T) {
	e, _, _, _, clock := mailOn(t, nil)
	later := clock.Now().Add(240 * time.Hour)
	all := paperIfNone()
	all.SMS, all.DeliverAt, all.OpeningReceipt, all.Auth, all.Sensitive = &post.SMSReminder{AfterHours: []int{24}}, later, true, post.AuthTwoFactor, true
	all.Content = post.Content{Kind: post.ContentInvoice, Amount: "10.00", Date: "2030-01-01", Account: "12345678903"}
	unread := paperIfNone()
	unread.Paper.IfUnreadBy = later
	shred := paperIfNone()
	shred.Paper.Shred = true
	for name, try := range map[string]struct {
		change func(*Wish)
		want   post.Code
		option string
	}{
		"all it has": {func(w *Wish) { w.Options = all }, "", ""},
		"e-mail": {func(w *Wish) {
			w.Options.Email = &post.EmailReminder{Address: "a@b.no", Subject: "s", Text: "t", At: []time.Time{later}}
		}, post.CodeBatchLacks, "email"},
		"reference":       {func(w *Wish) { w.Options.Reference = "r" }, post.CodeBatchLacks, "reference"},
		"no reference":    {func(w *Wish) { w.Options.Reference = "  " }, "", ""},
		"if unread":       {func(w *Wish) { w.Options = unread }, post.CodeBatchLacks, "paper_if_unread"},
		"shred":           {func(w *Wish) { w.Options = shred }, post.CodeBatchLacks, "shred"},
		"invite":          {func(w *Wish) { w.Options.Invite = &post.Invitation{Deadline: later} }, post.CodeBatchLacks, "invite"},
		"debt":            {func(w *Wish) { w.Options.Content.Kind = post.ContentDebt }, post.CodeBatchLacks, "debt"},
		"payslip":         {func(w *Wish) { w.Options.Content.Kind = post.ContentPayslip }, post.CodeBatchLacks, "payslip"},
		"account":         {func(w *Wish) { w.To[0].To.Kind = post.ByAccount }, post.CodeBatchLacks, "account"},
		"account is out":  {func(w *Wish) { w.To[0].To.Kind, w.To[0].LeftOut = post.ByAccount, post.ReasonOther }, "", ""},
		"100":             {func(w *Wish) { w.Subject = strings.Repeat("ø", 100) }, "", ""},
		"101":             {func(w *Wish) { w.Subject = strings.Repeat("ø", 101) }, post.CodeSubjectTooLong, ""},
		"101 over REST":   {func(w *Wish) { w.Subject, w.Via = strings.Repeat("ø", 101), "" }, "", ""},
		"a letter cannot": {func(w *Wish) { w.Kind, w.Options.Reference = post.KindLetter, "r" }, "", ""},
	} {
		wish := batchWish(2)
		try.change(&wish)
		draft, err := e.Prepare(t.Context(), wish)
		if post.CodeOf(err) != try.want || err != nil && post.FaultOf(err).Fields["option"] != try.option {
			t.Errorf("%s: %v, want %q %q", name, err, try.want, try.option)
		}
		if try.want == post.CodeSubjectTooLong && post.FaultOf(err).Fields["limit"] != "100" {
			t.Errorf("%s: %+v", name, post.FaultOf(err).Fields)
		}
		if name == "a letter cannot" && (draft.Job.Via != post.ViaREST || draft.Job.Pattern != "" || draft.Items[0].MessageID == "") {
			t.Errorf("a letter goes %+v", draft.Job)
		}
	}
}

// TestFingerprintOfAWay: the way out is part of what was approved, the pattern is
// not, and an attachment's title is as long as the interface takes.
func TestFingerprintOfAWay(t *testing.T) {
	e, _, _, _, _ := mailOn(t, nil)
	print := func(change func(*Wish)) string {
		wish := batchWish(2)
		long := text("%PDF-1.7 b")
		long.Name = strings.Repeat("æ", 150) + ".pdf"
		wish.Files = append(wish.Files, long)
		change(&wish)
		draft, err := e.Prepare(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(draft.Job.Title(draft.Documents[1]))); n != map[post.Via]int{post.ViaBatch: 100, post.ViaREST: 150}[draft.Job.Via] {
			t.Errorf("a title of %d characters by %s", n, draft.Job.Via)
		}
		return draft.Job.Fingerprint
	}
	batch := print(func(*Wish) {})
	if rest := print(func(w *Wish) { w.Via = post.ViaREST }); rest == batch {
		t.Error("the way out is not in the fingerprint")
	}
	if other := print(func(w *Wish) { w.Pattern = post.PatternRegister }); other != batch {
		t.Error("the pattern is in the fingerprint")
	}
}

// TestNeverMoreThanApproved: a file with more letters than a person said yes to
// does not leave.
func TestNeverMoreThanApproved(t *testing.T) {
	e, m, s, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	id := approved(t, e, batchWish(3), time.Minute).ID
	m.look(func() {
		more := m.items[id][0]
		more.Seq, more.RecipientKey = 4, "more"
		m.items[id] = append(m.items[id], more)
	})
	running(t, e)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodePlanChanged })
	if s.uploads != 0 {
		t.Error("the file left")
	}
}

func TestTakeOutOfABatchMailing(t *testing.T) {
	e, _, _, people, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	id := approved(t, e, batchWish(3), time.Minute).ID
	if _, err := e.TakeOut(t.Context(), id, "P1", 0); err != nil {
		t.Fatal(err)
	}
	running(t, e)
	job := follow(t, e, id)
	items, _ := e.Items(t.Context(), id, post.ItemQuery{})
	if job.State != post.JobDone || items[1].Status != post.ItemStopped || items[1].Reason != post.ReasonTakenOut || len(people.known) != 2 {
		t.Errorf("job %s %v, %d in the register", job.State, job.Counts.ByStatus, len(people.known))
	}
}

// TestStopABatchMailing: before the file leaves nothing is delivered; a file that
// lies at Digipost cannot be called back, and the end says what came of it.
func TestStopABatchMailing(t *testing.T) {
	t.Run("while it cools off", func(t *testing.T) {
		e, _, s, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		running(t, e)
		id := approved(t, e, batchWish(2), time.Hour).ID
		job, err := e.Stop(t.Context(), id)
		if err != nil || job.State != post.JobStopped || job.Ending != post.NothingDelivered || s.uploads != 0 {
			t.Errorf("%v: job %s %s", err, job.State, job.Ending)
		}
	})
	t.Run("before it leaves", func(t *testing.T) {
		e, _, s, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		s.down = post.NewFault(post.CodeUnreachable, errors.New("down"))
		running(t, e)
		id := approved(t, e, batchWish(2), 0).ID
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeUnreachable })
		if _, err := e.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if job := follow(t, e, id); job.State != post.JobStopped || job.Ending != post.NothingDelivered || job.Counts.ByStatus[post.ItemStopped] != 2 {
			t.Errorf("job %s %s %v", job.State, job.Ending, job.Counts.ByStatus)
		}
	})
	for name, try := range map[string]struct {
		reply func(string, splitFake) receiptFake
		state post.JobState
		want  post.Ending
	}{
		"sent":     {letters(webOutcome, post.HasDigipost, ""), post.JobDone, post.TooLate},
		"not sent": {letters(post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone}, post.Identified, ""), post.JobDone, post.NothingDelivered},
		"no row":   {func(job string, _ splitFake) receiptFake { return receiptFake{State: post.ReceiptSuccess, JobID: job} }, post.JobDone, post.EndingUnknown},
		"refused":  {func(job string, _ splitFake) receiptFake { return receiptFake{State: post.ReceiptRefused, JobID: job} }, post.JobRefused, post.NothingDelivered},
	} {
		t.Run("at Digipost, "+name, func(t *testing.T) {
			e, _, s, _, _ := mailOn(t, nil)
			running(t, e)
			id := approved(t, e, batchWish(2), 0).ID
			until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.State == post.JobWaiting })
			if _, err := e.Stop(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			var job post.Job
			until(t, func() bool { job, _ = e.Job(t.Context(), id); return job.Ending == post.TooLate })
			if job.State != post.JobWaiting {
				t.Errorf("the result is no longer awaited: %s", job.State)
			}
			mailing := s.mailing(t, job)
			s.with(func() { s.put(stem(job)+".resultat.zip", try.reply(job.BatchJobID, mailing)) })
			if job = follow(t, e, id); job.State != try.state || job.Ending != try.want {
				t.Errorf("job %s, ending %s, want %s %s", job.State, job.Ending, try.state, try.want)
			}
		})
	}
	t.Run("while it is uploaded", func(t *testing.T) {
		e, _, s, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		s.stuck = make(chan struct{})
		running(t, e)
		id := approved(t, e, batchWish(2), 0).ID
		<-s.stuck
		if _, err := e.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if job := follow(t, e, id); job.State != post.JobStopped || job.Ending != post.NothingDelivered || job.Counts.ByStatus[post.ItemStopped] != 2 || s.uploads != 1 {
			t.Errorf("job %s %s %v, %d uploads", job.State, job.Ending, job.Counts.ByStatus, s.uploads)
		}
	})
	t.Run("between two uploads", func(t *testing.T) {
		for _, arrived := range []bool{false, true} {
			e, m, s, _, clock := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
			id := approved(t, e, batchWish(2), 0).ID
			m.look(func() {
				job := m.jobs[id]
				job.EarlierUploads = []post.Upload{{BatchJobID: job.BatchJobID, UploadName: "first.zip"}}
				job.Ending = post.EndingUnknown
				m.jobs[id] = job
				m.requests = append(m.requests, post.Request{ID: 1, Job: id, Kind: post.RequestStop, At: clock.Now().Add(10*time.Second - answerPatience), Outcome: metOutcome})
			})
			job, _ := e.Job(t.Context(), id)
			items, _ := e.Items(t.Context(), id, post.ItemQuery{})
			mailing := splitFake{}
			for _, item := range items {
				mailing.Keys, mailing.Letters = append(mailing.Keys, item.RecipientKey), append(mailing.Letters, item.DocumentUUIDs[0])
			}
			if arrived {
				s.with(func() {
					s.put("first.resultat.zip", letters(webOutcome, post.HasDigipost, "")(job.BatchJobID, mailing))
				})
			}
			running(t, e)
			job = follow(t, e, id)
			want, state := post.NothingDelivered, post.JobStopped
			if arrived {
				want, state = post.TooLate, post.JobDone
			}
			if job.State != state || job.Ending != want || s.uploads != 0 {
				t.Errorf("arrived %v: job %s %s %v, %d uploads", arrived, job.State, job.Ending, job.Counts.ByStatus, s.uploads)
			}
		}
	})
}

// TestEarlierUploadOfAMailing: what one upload sent is not taken back by the
// other, which is refused letter by letter because the ids were used.
func TestEarlierUploadOfAMailing(t *testing.T) {
	e, m, s, people, _ := mailOn(t, nil)
	s.lost = true
	running(t, e)
	id := approved(t, e, batchWish(2), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.State == post.JobWaiting })
	var job post.Job
	m.look(func() {
		job = m.jobs[id]
		first := post.Upload{BatchJobID: job.BatchJobID, UploadName: job.UploadName}
		job.EarlierUploads, job.UploadName = []post.Upload{first}, "second.zip"
		m.jobs[id] = job
	})
	first := job.EarlierUploads[0]
	mailing := s.mailing(t, post.Job{UploadName: first.UploadName})
	s.with(func() {
		s.put("second.resultat.zip", letters(post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone}, post.Invalid, post.ReasonOther)(job.BatchJobID, mailing))
		s.put(strings.TrimSuffix(first.UploadName, ".zip")+".resultat.zip", letters(webOutcome, post.HasDigipost, "")(job.BatchJobID, mailing))
	})
	if job = follow(t, e, id); job.Counts.ByStatus[post.ItemDelivered] != 2 || people.known["P0"] != post.HasDigipost {
		t.Errorf("job %s %v, the register says %v", job.State, job.Counts.ByStatus, people.known)
	}
}

// TestHeldElsewhere: a refusal of the second upload does not end a job whose
// first one waits for approval.
func TestHeldElsewhere(t *testing.T) {
	e, m, s, _, clock := mailOn(t, nil)
	running(t, e)
	id := approved(t, e, batchWish(2), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.State == post.JobWaiting })
	job, _ := e.Job(t.Context(), id)
	mailing := s.mailing(t, job)
	s.with(func() {
		s.put("first.resultat.zip", receiptFake{State: post.ReceiptProvisional, JobID: job.BatchJobID})
		s.put(stem(job)+".resultat.zip", receiptFake{State: post.ReceiptRefused, JobID: job.BatchJobID, Text: "brukt"})
		m.look(func() {
			changed := m.jobs[id]
			changed.EarlierUploads = []post.Upload{{BatchJobID: job.BatchJobID, UploadName: "first.zip"}}
			m.jobs[id] = changed
		})
	})
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemHeld] == 2 })
	clock.skip(48 * time.Hour)
	time.Sleep(20 * time.Millisecond)
	if job, _ = e.Job(t.Context(), id); job.State != post.JobWaiting {
		t.Fatalf("job %s %q", job.State, job.RefusedText)
	}
	s.with(func() {
		s.put("first.resultat.2.zip", letters(webOutcome, post.HasDigipost, "")(job.BatchJobID, mailing))
	})
	if job = follow(t, e, id); job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 2 {
		t.Errorf("job %s %v", job.State, job.Counts.ByStatus)
	}
}

// TestLateReceipt: silence is said after its time, the looking goes on, and
// whatever comes ends the trouble.
func TestLateReceipt(t *testing.T) {
	byName := splitWish(2)
	for i := range byName.To {
		byName.To[i].To = post.Target{Kind: post.ByNameAndAddress, FullName: fmt.Sprint("Kari ", i), Address: oslo}
	}
	for name, try := range map[string]struct {
		wish  Wish
		early time.Duration
		late  time.Duration
	}{
		"mailing":        {batchWish(2), 3 * time.Hour, 5 * time.Hour},
		"split":          {splitWish(2), 3 * time.Hour, 5 * time.Hour},
		"split by names": {byName, 20 * time.Hour, 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := newMemory(), newSFTP()
			s.reply, s.mailed = nil, nil
			e := engineOn(m, newDigipost(), &fastClock{})
			e.Batch, e.Findings = s, &registerFake{known: map[string]post.SplitStatus{}}
			job := approved(t, e, try.wish, 0)
			if _, _, err := e.step(t.Context(), job.ID); err != nil {
				t.Fatal(err)
			}
			look := func(after time.Duration) post.Job {
				t.Helper()
				m.look(func() {
					job := m.jobs[job.ID]
					job.HandedOver = e.Clock.Now().Add(-after)
					m.jobs[job.ID] = job
				})
				wait, more, err := e.step(t.Context(), job.ID)
				if err != nil || !more || wait <= 0 {
					t.Fatalf("%v %v %v", wait, more, err)
				}
				now, _ := e.Job(t.Context(), job.ID)
				return now
			}
			if job := look(try.early); job.State != post.JobWaiting || job.Held() != nil {
				t.Errorf("too early: %s, %v", job.State, job.Held())
			}
			job = look(try.late)
			if job.Trouble != post.CodeReceiptLate || job.TroubleFields["hours"] != fmt.Sprint(int(try.late.Hours())) {
				t.Errorf("%s %v", job.Trouble, job.TroubleFields)
			}
			s.put(stem(job)+".mottatt.zip", receiptFake{State: post.ReceiptReceived, JobID: job.BatchJobID})
			if job := look(try.late); job.Held() != nil {
				t.Errorf("after the receipt: %v", job.Held())
			}
		})
	}
}

// TestCheckNow: a wish to know makes a batch job look for its receipts at once,
// and hears what kept it from looking.
func TestCheckNow(t *testing.T) {
	for _, wish := range []Wish{batchWish(2), splitWish(2)} {
		m, s := newMemory(), newSFTP()
		s.reply, s.mailed = nil, nil
		e := engineOn(m, newDigipost(), SystemClock{})
		e.Batch, e.Findings, e.FirstPoll, e.MostPoll = s, &registerFake{known: map[string]post.SplitStatus{}}, time.Hour, time.Hour
		end := running(t, e)
		id := approved(t, e, wish, 0).ID
		until(t, func() bool {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			return s.looks == 1
		})
		before := time.Now()
		if err := e.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := e.AwaitRefresh(t.Context(), id); err != nil || time.Since(before) > 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(before))
		}
		s.with(func() {
			if s.looks != 2 {
				t.Errorf("%d looks", s.looks)
			}
			s.down = post.NewFault(post.CodeUnreachable, errors.New("down"))
		})
		if err := e.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := e.AwaitRefresh(t.Context(), id); post.CodeOf(err) != post.CodeUnreachable {
			t.Errorf("nobody answers: %v", err)
		}
		end()
	}
	e, _, _, _, _ := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
	id := approved(t, e, batchWish(1), 0).ID
	if err := e.Refresh(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that has not left: %v", err)
	}
	running(t, e)
	follow(t, e, id)
	if err := e.Refresh(t.Context(), id); post.CodeOf(err) != post.CodeWrongState {
		t.Errorf("a job that is done: %v", err)
	}
}

// TestBatchMailingOnAFailingStore makes every call fail now and then while
// uploads break and the engine ends again and again: in the end every letter has
// gone once, and the register heard the same each time.
func TestBatchMailingOnAFailingStore(t *testing.T) {
	for seed := range uint64(8) {
		e, m, s, people, clock := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		s.breakAt, s.lost = int(seed%4*40), seed%2 == 0
		id := approved(t, e, batchWish(20), 0).ID
		var mutex sync.Mutex
		random := rand.New(rand.NewPCG(seed, 9))
		m.fails = func(string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if random.IntN(8) == 0 {
				return []error{diskFull, post.NewFault(post.CodeDatabaseBusy, nil), errors.New("odd")}[random.IntN(3)]
			}
			return nil
		}
		for range 10 {
			next := engineOn(m, newDigipost(), clock)
			next.Batch, next.Findings, next.Grace = s, people, time.Millisecond
			end := running(t, next)
			time.Sleep(8 * time.Millisecond)
			end()
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 20 || job.Held() != nil || len(people.known) != 20 {
			t.Errorf("seed %d: job %s %v, held by %v, %d uploads", seed, job.State, job.Counts.ByStatus, job.Held(), s.uploads)
		}
		if s.whole > 1 {
			t.Errorf("seed %d: %d whole files left for one approval", seed, s.whole)
		}
	}
}

// TestCrashBetweenEachStep fails each kind of write of the end once, so that the
// engine takes the end up again from there.
func TestCrashBetweenEachStep(t *testing.T) {
	for n := range 25 {
		e, m, s, people, clock := mailOn(t, letters(webOutcome, post.HasDigipost, ""))
		id := approved(t, e, batchWish(3), 0).ID
		ctx, crash := context.WithCancel(context.Background())
		writes, mutex := 0, sync.Mutex{}
		m.fails = func(method string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if slices.Contains([]string{"UpdateJob", "UpdateItems", "AddReceipt", "Put", "AddEvent", "ApplySplit"}, method) {
				if writes++; writes > n {
					crash()
					return errors.New("the power went")
				}
			}
			return nil
		}
		dying := engineOn(m, newDigipost(), clock)
		dying.Batch, dying.Findings, dying.Grace = s, people, time.Nanosecond
		done := make(chan struct{})
		go func() { defer close(done); _ = dying.Run(ctx) }()
		select {
		case <-done:
		case <-time.After(300 * time.Millisecond):
			crash()
			<-done
		}
		m.mutex.Lock()
		m.fails = nil
		m.mutex.Unlock()
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || job.Counts.ByStatus[post.ItemDelivered] != 3 || len(people.known) != 3 || s.whole != 1 {
			t.Errorf("after %d writes: job %s %v, %d in the register, %d whole files", n, job.State, job.Counts.ByStatus, len(people.known), s.whole)
		}
	}
}

// TestTheSameBytesAgain: a job that is built again after a broken upload is the
// same, also when what was asked for has passed meanwhile.
func TestTheSameBytesAgain(t *testing.T) {
	e, m, _, _, clock := mailOn(t, nil)
	wish := batchWish(2)
	wish.Options.DeliverAt = clock.Now().Add(time.Hour)
	job := approved(t, e, wish, 0)
	job, _ = m.get(job.ID)
	began := clock.Now()
	build := func() string {
		staged, _, err := e.build(t.Context(), job, began)
		if err != nil {
			t.Fatal(err)
		}
		return string(m.files[staged])
	}
	first := build()
	clock.skip(2 * time.Hour)
	if again := build(); again != first || !strings.Contains(first, fmt.Sprint(job.Options.DeliverAt.Year())) {
		t.Errorf("%s\n%s", first, again)
	}
	began = clock.Now()
	if late := build(); late == first {
		t.Error("a delivery time that has passed leaves the machine")
	}
}
