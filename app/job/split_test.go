package job

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// sftpFake is the batch interface as the engine sees it: files by name, and
// receipts that a test puts there.
type sftpFake struct {
	mutex    sync.Mutex
	files    map[string][]byte
	receipts map[string][]byte
	removed  []string
	// breakAt, while positive, cuts an upload after so many bytes; lost means the
	// answer of a whole upload is lost.
	breakAt int
	lost    bool
	down    error
	uploads int
	// looks counts the listings of the receipts.
	looks int
	// taken, when set, hears of each upload, cut or whole, in place of reply.
	taken func(job post.Job, keys []string, whole bool)
	// reply makes the result for an uploaded split, mailed that for a mailing; nil
	// means silence.
	reply  func(job string, keys []string) receiptFake
	mailed func(job string, mailing splitFake) receiptFake
	// stuck, when set, makes an upload wait at half the file until it is cut off.
	stuck chan struct{}
	// whole counts the files that came whole.
	whole int
}

type receiptFake struct {
	State    post.ReceiptState
	Text     string
	JobID    string
	Findings []post.Finding
	Letters  []post.BatchRow
	Ended    time.Time
	Broken   bool
}

// splitFake is a job file: a split has keys only.
type splitFake struct {
	JobID              string
	Keys               []string
	Letters, Documents []string
	DeliverAt          time.Time
}

func newSFTP() *sftpFake {
	return &sftpFake{files: map[string][]byte{}, receipts: map[string][]byte{}, reply: everybody(post.HasDigipost)}
}

func everybody(status post.SplitStatus) func(string, []string) receiptFake {
	return func(job string, keys []string) receiptFake {
		reply := receiptFake{State: post.ReceiptSuccess, JobID: job}
		for _, key := range keys {
			reply.Findings = append(reply.Findings, post.Finding{RecipientKey: key, Status: status})
		}
		return reply
	}
}

func (s *sftpFake) WriteSplit(_ context.Context, file io.Writer, job post.Job, items []post.Item) error {
	split := splitFake{JobID: job.BatchJobID}
	for _, item := range items {
		split.Keys = append(split.Keys, item.RecipientKey)
	}
	return json.NewEncoder(file).Encode(split)
}

// with lets a test change the fake while an engine runs.
func (s *sftpFake) with(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

// mailing is the file that came under a job's name.
func (s *sftpFake) mailing(t *testing.T, job post.Job) (mailing splitFake) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err := json.Unmarshal(s.files[job.UploadName], &mailing); err != nil {
		t.Fatal(err)
	}
	return mailing
}

func (s *sftpFake) Upload(ctx context.Context, job post.Job, file io.Reader, _ int64, _ func(int64)) error {
	data, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	if s.stuck != nil {
		s.with(func() { s.uploads++; s.files[job.UploadName] = data[:len(data)/2] })
		close(s.stuck)
		<-ctx.Done()
		return ctx.Err()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.uploads++
	if s.down != nil {
		return s.down
	}
	if _, taken := s.files[job.UploadName]; taken {
		return errors.New("the name was used before")
	}
	if cut := s.breakAt; cut > 0 {
		s.breakAt = 0
		s.files[job.UploadName] = data[:min(cut, len(data))]
		if s.taken != nil {
			s.taken(job, nil, false)
		}
		return post.NewFault(post.CodeUnsure, errors.New("connection lost"))
	}
	s.files[job.UploadName] = data
	s.whole++
	var split splitFake
	if err := json.Unmarshal(data, &split); err != nil {
		return err
	}
	if s.taken != nil {
		s.taken(job, split.Keys, true)
	} else if len(split.Letters) > 0 && s.mailed != nil || len(split.Letters) == 0 && s.reply != nil {
		stem := strings.TrimSuffix(job.UploadName, ".zip")
		s.put(stem+".mottatt.zip", receiptFake{State: post.ReceiptReceived, JobID: split.JobID})
		if len(split.Letters) > 0 {
			s.put(stem+".resultat.zip", s.mailed(split.JobID, split))
		} else {
			s.put(stem+".resultat.zip", s.reply(split.JobID, split.Keys))
		}
	}
	if s.lost {
		s.lost = false
		return post.NewFault(post.CodeUnsure, errors.New("connection lost"))
	}
	return nil
}

func (s *sftpFake) put(name string, receipt receiptFake) {
	data, _ := json.Marshal(receipt)
	if receipt.Broken {
		data = data[:len(data)/2]
	}
	s.receipts[name] = data
}

func (s *sftpFake) Uploaded(_ context.Context, job post.Job) (int64, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	data, found := s.files[job.UploadName]
	return int64(len(data)), found, s.down
}

func (s *sftpFake) Receipts(_ context.Context, job post.Job) ([]post.RemoteReceipt, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.looks++
	var found []post.RemoteReceipt
	for _, upload := range append([]post.Upload{{UploadName: job.UploadName}}, job.EarlierUploads...) {
		stem := strings.TrimSuffix(upload.UploadName, ".zip")
		for _, name := range slices.Sorted(maps.Keys(s.receipts)) {
			if rest, ok := strings.CutPrefix(name, stem+"."); ok {
				kind, _, _ := strings.Cut(rest, ".")
				found = append(found, post.RemoteReceipt{Name: name, Kind: kind, Size: int64(len(s.receipts[name]))})
			}
		}
	}
	return found, s.down
}

func (s *sftpFake) Fetch(_ context.Context, _ post.Job, receipt post.RemoteReceipt, into io.Writer) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, err := into.Write(s.receipts[receipt.Name])
	return err
}

func (s *sftpFake) Remove(_ context.Context, _ post.Job, receipt post.RemoteReceipt) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.receipts, receipt.Name)
	s.removed = append(s.removed, receipt.Name)
	return nil
}

func (s *sftpFake) Read(_ context.Context, job post.Job, file io.ReaderAt, size int64, visit func(post.BatchRow) error) (post.ReceiptSummary, error) {
	var receipt receiptFake
	if err := json.NewDecoder(io.NewSectionReader(file, 0, size)).Decode(&receipt); err != nil {
		return post.ReceiptSummary{}, err
	}
	if receipt.JobID != job.BatchJobID && !slices.ContainsFunc(job.EarlierUploads, func(u post.Upload) bool { return u.BatchJobID == receipt.JobID }) {
		return post.ReceiptSummary{}, post.NewFault(post.CodeBadAnswer, nil)
	}
	for _, finding := range receipt.Findings {
		if err := visit(post.BatchRow{Finding: &finding}); err != nil {
			return post.ReceiptSummary{}, err
		}
	}
	for _, letter := range receipt.Letters {
		if err := visit(letter); err != nil {
			return post.ReceiptSummary{}, err
		}
	}
	return post.ReceiptSummary{State: receipt.State, Text: receipt.Text, Ended: receipt.Ended}, nil
}

// registerFake keeps the answers a split brought.
type registerFake struct {
	mutex sync.Mutex
	known map[string]post.SplitStatus
	calls int
}

func (r *registerFake) ApplySplit(_ context.Context, _ post.Job, items []post.Item) ([]post.Item, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.calls++
	for i, item := range items {
		r.known[item.CustomerID] = item.Finding.Status
		finding := *item.Finding
		finding.Cleared = finding.Status == post.Unidentified
		items[i].Finding = &finding
	}
	return items, nil
}

func splitOn(t *testing.T, s *sftpFake) (*Engine, *memory, *registerFake, *fastClock) {
	t.Helper()
	m, clock, people := newMemory(), &fastClock{}, &registerFake{known: map[string]post.SplitStatus{}}
	e := engineOn(m, newDigipost(), clock)
	e.Batch, e.Findings = s, people
	return e, m, people, clock
}

func splitWish(n int) Wish {
	wish := wishFor(n)
	wish.Kind, wish.Files, wish.Subject, wish.Name = post.KindSplit, nil, "", "Mottakersplitt"
	return wish
}

func TestSplitUpdatesTheRegister(t *testing.T) {
	s := newSFTP()
	e, m, people, _ := splitOn(t, s)
	running(t, e)
	job := follow(t, e, approved(t, e, splitWish(5), 0).ID)
	if job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 5 || len(people.known) != 5 {
		t.Fatalf("job %s %v, %d in the register", job.State, job.Counts.BySplit, len(people.known))
	}
	if len(m.receipts) != 2 || len(s.receipts) != 0 {
		t.Errorf("%d receipts are kept, %d are left at Digipost", len(m.receipts), len(s.receipts))
	}
	if len(m.files) != 2 {
		t.Errorf("%d files in the outbox, the two receipts are wanted", len(m.files))
	}
}

func TestSplitAnswers(t *testing.T) {
	for name, try := range map[string]struct {
		reply func(string, []string) receiptFake
		check func(t *testing.T, job post.Job, items []post.Item)
	}{
		"rows that are not mentioned are missing": {
			func(job string, keys []string) receiptFake { return everybody(post.Identified)(job, keys[:2]) },
			func(t *testing.T, job post.Job, _ []post.Item) {
				if job.Counts.BySplit[post.Missing] != 1 || job.Counts.BySplit[post.Identified] != 2 {
					t.Errorf("%v", job.Counts.BySplit)
				}
			}},
		"unknown ids are left alone": {
			func(job string, keys []string) receiptFake {
				return everybody(post.HasDigipost)(job, append(keys, "x"))
			},
			func(t *testing.T, job post.Job, _ []post.Item) {
				if job.Counts.BySplit[post.HasDigipost] != 3 {
					t.Errorf("%v", job.Counts.BySplit)
				}
			}},
		"what was cleared is noted": {
			everybody(post.Unidentified),
			func(t *testing.T, _ post.Job, items []post.Item) {
				for _, item := range items {
					if !item.Finding.Cleared {
						t.Errorf("row %d is not marked", item.Row)
					}
				}
			}},
		"refused": {
			func(job string, _ []string) receiptFake {
				return receiptFake{State: post.ReceiptRefused, JobID: job, Text: "linje 12"}
			},
			func(t *testing.T, job post.Job, _ []post.Item) {
				if job.State != post.JobRefused || job.RefusedText != "linje 12" {
					t.Errorf("%s %q", job.State, job.RefusedText)
				}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSFTP()
			s.reply = try.reply
			e, _, _, _ := splitOn(t, s)
			running(t, e)
			job := follow(t, e, approved(t, e, splitWish(3), 0).ID)
			items, _ := e.Items(t.Context(), job.ID, post.ItemQuery{})
			try.check(t, job, items)
		})
	}
}

// TestBrokenUploads: whatever happened to the first upload, the job is there
// once and gets its answer (design rule 11).
func TestBrokenUploads(t *testing.T) {
	t.Run("whole, answer lost", func(t *testing.T) {
		s := newSFTP()
		s.lost = true
		e, _, _, _ := splitOn(t, s)
		running(t, e)
		job := follow(t, e, approved(t, e, splitWish(3), 0).ID)
		if job.State != post.JobDone || s.uploads != 1 || len(job.EarlierUploads) != 0 {
			t.Fatalf("job %s, %d uploads", job.State, s.uploads)
		}
	})
	t.Run("half a file left", func(t *testing.T) {
		s := newSFTP()
		s.breakAt = 10
		e, m, _, _ := splitOn(t, s)
		running(t, e)
		id := approved(t, e, splitWish(3), 0).ID
		first := m.jobs[id]
		job := follow(t, e, id)
		if job.State != post.JobDone || s.uploads != 2 || job.UploadName == first.UploadName || job.BatchJobID == first.BatchJobID {
			t.Fatalf("job %s, %d uploads, %+v", job.State, s.uploads, job.EarlierUploads)
		}
	})
	t.Run("crash before a byte left", func(t *testing.T) {
		s := newSFTP()
		e, m, _, clock := splitOn(t, s)
		id := approved(t, e, splitWish(3), 0).ID
		first := m.jobs[id]
		if _, err := m.UpdateJob(t.Context(), id, func(job *post.Job) error {
			job.UploadStarted = clock.Now()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		running(t, e)
		job := follow(t, e, id)
		if job.State != post.JobDone || s.uploads != 1 || job.UploadName == first.UploadName || job.BatchJobID != first.BatchJobID {
			t.Fatalf("job %s, %d uploads, earlier %v", job.State, s.uploads, job.EarlierUploads)
		}
	})
	t.Run("not reachable at first", func(t *testing.T) {
		s := newSFTP()
		s.down = post.NewFault(post.CodeUnreachable, errors.New("down"))
		e, _, _, _ := splitOn(t, s)
		running(t, e)
		id := approved(t, e, splitWish(3), 0).ID
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeUnreachable })
		s.mutex.Lock()
		s.down = nil
		s.mutex.Unlock()
		if job := follow(t, e, id); job.State != post.JobDone || job.Trouble != "" || len(job.EarlierUploads) != 0 {
			t.Fatalf("job %s %s", job.State, job.Trouble)
		}
	})
}

// TestBrokenReceiptIsKept: a receipt that cannot be read is kept and said, and
// stays at Digipost.
func TestBrokenReceiptIsKept(t *testing.T) {
	s := newSFTP()
	s.reply = func(job string, keys []string) receiptFake {
		reply := everybody(post.HasDigipost)(job, keys)
		reply.Broken = true
		return reply
	}
	e, m, _, _ := splitOn(t, s)
	running(t, e)
	id := approved(t, e, splitWish(3), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == post.CodeReceiptBroken })
	if len(m.receipts) == 0 || len(s.receipts) == 0 || len(s.removed) != 0 {
		t.Errorf("%d kept, %d at Digipost, removed %v", len(m.receipts), len(s.receipts), s.removed)
	}
}

// TestSplitSurvivesRestarts ends the engine at random moments.
func TestSplitSurvivesRestarts(t *testing.T) {
	s := newSFTP()
	e, m, people, clock := splitOn(t, s)
	id := approved(t, e, splitWish(20), 0).ID
	for i := range 30 {
		next := engineOn(m, newDigipost(), clock)
		next.Batch, next.Findings, next.Grace = s, people, time.Nanosecond
		end := running(t, next)
		time.Sleep(time.Duration(i*37%900) * time.Microsecond)
		end()
	}
	running(t, e)
	if job := follow(t, e, id); job.State != post.JobDone || job.Counts.BySplit[post.HasDigipost] != 20 || s.uploads != 1 {
		t.Fatalf("job %s %v, %d uploads", job.State, job.Counts.BySplit, s.uploads)
	}
}

func TestStopASplit(t *testing.T) {
	s := newSFTP()
	s.reply = nil
	e, _, _, _ := splitOn(t, s)
	running(t, e)
	id := approved(t, e, splitWish(2), 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.State == post.JobWaiting })
	if _, err := e.Stop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Ending == post.TooLate })
	if job, _ := e.Job(t.Context(), id); job.State != post.JobWaiting {
		t.Errorf("the receipts of a split that left are no longer awaited: %s", job.State)
	}
}
