package job

import (
	"context"
	"encoding/json"
	"io"
	"strings"
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
