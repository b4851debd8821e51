package job

import (
	"errors"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

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
