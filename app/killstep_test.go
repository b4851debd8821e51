//go:build !windows

package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
	"brevdue/digipost/sandbox"
)

// The kill at each step: every write to the database, every file of the outbox
// and every call to Digipost is a step with a name. A process of its own sends a
// mailing and kills itself with SIGKILL just before or just after one step, once
// for each name; the next process goes on. In the end everybody has one letter.

// envKillStep names the file with what the process is to do: a killOrder.
const envKillStep = "BREVDUE_TEST_KILL_STEP"

// killOrder is what the parent wants of the process that sends.
type killOrder struct {
	Data, Ready, Letter string
	Subject             string
	Via                 post.Via
	To                  []string
	// Kill is the step to die at, "" none; Trace takes the names of the steps met.
	Kill, Trace string
	// Later says that it is three minutes later: a file of which Digipost shows no
	// sign is waited for before it is sent again.
	Later bool
}

// later is a clock that is three minutes ahead: less than what Digipost refuses.
type later struct{ job.SystemClock }

func (later) Now() time.Time { return time.Now().Add(3 * time.Minute) }

// TestKillStepProcess is no test: it is the process that sends and is killed.
func TestKillStepProcess(t *testing.T) {
	file := os.Getenv(envKillStep)
	if file == "" {
		t.Skip("this is the process of TestKilledAtEachStep")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var order killOrder
	if err := json.Unmarshal(content, &order); err != nil {
		t.Fatal(err)
	}
	if err := order.send(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// send plans and approves the mailing where that has not happened, and acts until
// it is done.
func (o killOrder) send(ctx context.Context) error {
	options := Options{Data: o.Data, Practice: true, SandboxFile: o.Ready}
	if o.Later {
		options.Clock = later{}
	}
	a, err := Open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if err := a.Equip(ctx); err != nil {
		return err
	}
	trace, err := os.OpenFile(o.Trace, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer trace.Close()
	config := a.engine()
	config.MostPoll = time.Second
	a.Jobs = job.New((&steps{kill: o.Kill, trace: trace}).watch(config))
	mailing, err := o.approved(ctx, a)
	if err != nil {
		return err
	}
	if _, err := a.StartRunner(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	mailing, err = a.Jobs.Follow(ctx, mailing.ID, 0, nil)
	if err != nil || mailing.State != post.JobDone {
		return errors.Join(fmt.Errorf("the mailing is %s, %s", mailing.State, mailing.Trouble), err)
	}
	return nil
}

// approved gives the mailing, planned and approved.
func (o killOrder) approved(ctx context.Context, a *App) (post.Job, error) {
	jobs, err := a.Jobs.Jobs(ctx, post.JobQuery{})
	if err != nil {
		return post.Job{}, err
	}
	var mailing post.Job
	if len(jobs) > 0 {
		mailing = jobs[0]
	} else {
		draft, err := a.Jobs.Prepare(ctx, o.wish(ctx, a))
		if err != nil {
			return post.Job{}, err
		}
		if mailing, err = a.Jobs.Keep(ctx, draft); err != nil {
			return post.Job{}, err
		}
	}
	if mailing.State != post.JobReady {
		return mailing, nil
	}
	return a.Jobs.Approve(ctx, mailing.ID, mailing.Fingerprint, len(o.To), 0)
}

func (o killOrder) wish(ctx context.Context, a *App) job.Wish {
	current, _ := a.Sender.Sender(ctx)
	wish := job.Wish{Kind: post.KindMailing, Via: o.Via, Sender: current, Name: o.Subject, Subject: o.Subject, HoldAtDigipost: o.Via == post.ViaREST,
		Files: []job.File{{Name: sample.LetterName, FileType: "pdf", Pages: 1, Open: func(context.Context) (io.ReadCloser, error) { return os.Open(o.Letter) }}}}
	for i, number := range o.To {
		wish.To = append(wish.To, job.Addressee{CustomerID: fmt.Sprint(i + 1), Row: i + 2, Name: fmt.Sprintf("Steg Nummer%03d", i+1),
			To: post.Target{Kind: post.ByBirthNumber, Value: number}})
	}
	return wish
}

// steps names what happens and kills the process at one of them.
type steps struct {
	mutex sync.Mutex
	kill  string
	seen  map[string]bool
	trace io.Writer
}

// at is called at each step. SIGKILL leaves no time for anything.
func (s *steps) at(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if !s.seen[name] {
		s.seen[name] = true
		_, _ = fmt.Fprintln(s.trace, name)
	}
	if name == s.kill {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// around is at before and after a step.
func (s *steps) around(name string, do func() error) error {
	s.at("before " + name)
	err := do()
	s.at("after " + name)
	return err
}

func (s *steps) watch(config job.Config) job.Config {
	config.Store = stepStore{config.Store, s}
	config.Outbox = stepOutbox{config.Outbox, s}
	config.Letters = stepLetters{config.Letters, s}
	config.RESTBatch = stepRESTBatch{config.RESTBatch, s}
	config.Batch = stepBatch{config.Batch, s}
	config.Findings = stepFindings{config.Findings, s}
	return config
}

type stepStore struct {
	job.Store
	s *steps
}

func (w stepStore) AddJob(ctx context.Context, planned post.Job, documents []post.Document, items []post.Item) error {
	return w.s.around("storing the plan", func() error { return w.Store.AddJob(ctx, planned, documents, items) })
}

// UpdateJob is named after the move it makes.
func (w stepStore) UpdateJob(ctx context.Context, id string, change func(*post.Job) error) (post.Job, error) {
	name := ""
	now, err := w.Store.UpdateJob(ctx, id, func(of *post.Job) error {
		state, step := of.State, of.BatchStep
		err := change(of)
		if err == nil {
			name = fmt.Sprintf("job %s/%s to %s/%s", state, step, of.State, of.BatchStep)
			w.s.at("before " + name)
		}
		return err
	})
	if name != "" {
		w.s.at("after " + name)
	}
	return now, err
}

// UpdateItems is named after the first move it makes.
func (w stepStore) UpdateItems(ctx context.Context, id string, seqs []int, change func(*post.Item) error) (int, error) {
	name := ""
	n, err := w.Store.UpdateItems(ctx, id, seqs, func(of *post.Item) error {
		status := of.Status
		err := change(of)
		if err == nil && name == "" {
			name = fmt.Sprintf("item %s to %s", status, of.Status)
			w.s.at("before " + name)
		}
		return err
	})
	if name != "" {
		w.s.at("after " + name)
	}
	return n, err
}

func (w stepStore) AddReceipt(ctx context.Context, receipt post.Receipt) (added bool, err error) {
	err = w.s.around("keeping receipt "+receipt.Kind, func() (err error) { added, err = w.Store.AddReceipt(ctx, receipt); return err })
	return added, err
}

func (w stepStore) AddEvent(ctx context.Context, event post.Event) error {
	return w.s.around("line "+event.Code, func() error { return w.Store.AddEvent(ctx, event) })
}

func (w stepStore) AddAudit(ctx context.Context, line post.Audit) error {
	return w.s.around("audit "+line.Action, func() error { return w.Store.AddAudit(ctx, line) })
}

func (w stepStore) NoteDeviations(ctx context.Context, id string, now []post.Deviation, at time.Time) (changed bool, err error) {
	err = w.s.around("noting deviations", func() (err error) { changed, err = w.Store.NoteDeviations(ctx, id, now, at); return err })
	return changed, err
}

type stepOutbox struct {
	job.Outbox
	s *steps
}

func (w stepOutbox) Put(ctx context.Context, content io.Reader) (name, sum string, size int64, err error) {
	err = w.s.around("outbox", func() (err error) { name, sum, size, err = w.Outbox.Put(ctx, content); return err })
	return name, sum, size, err
}

func (w stepOutbox) Remove(ctx context.Context, name string) error {
	return w.s.around("clearing the outbox", func() error { return w.Outbox.Remove(ctx, name) })
}

type stepLetters struct {
	job.Letters
	s *steps
}

func (w stepLetters) Ready(ctx context.Context, sender post.Sender) error {
	return w.s.around("first call", func() error { return w.Letters.Ready(ctx, sender) })
}

func (w stepLetters) Send(ctx context.Context, letter post.Letter) (outcome post.Outcome, err error) {
	err = w.s.around("letter", func() (err error) { outcome, err = w.Letters.Send(ctx, letter); return err })
	return outcome, err
}

func (w stepLetters) Status(ctx context.Context, sender post.Sender, uuid string) (outcome post.Outcome, found bool, err error) {
	err = w.s.around("status", func() (err error) { outcome, found, err = w.Letters.Status(ctx, sender, uuid); return err })
	return outcome, found, err
}

type stepRESTBatch struct {
	job.RESTBatch
	s *steps
}

func (w stepRESTBatch) CreateBatch(ctx context.Context, sender post.Sender, uuid string) error {
	return w.s.around("creating the batch", func() error { return w.RESTBatch.CreateBatch(ctx, sender, uuid) })
}

func (w stepRESTBatch) CompleteBatch(ctx context.Context, sender post.Sender, uuid string) error {
	return w.s.around("completing the batch", func() error { return w.RESTBatch.CompleteBatch(ctx, sender, uuid) })
}

func (w stepRESTBatch) BatchCounts(ctx context.Context, sender post.Sender, uuid string) (counts post.BatchCounts, found bool, err error) {
	err = w.s.around("counting the batch", func() (err error) { counts, found, err = w.RESTBatch.BatchCounts(ctx, sender, uuid); return err })
	return counts, found, err
}

type stepBatch struct {
	job.Batch
	s *steps
}

func (w stepBatch) Upload(ctx context.Context, of post.Job, file io.Reader, size int64, progress func(int64)) error {
	return w.s.around("upload", func() error {
		return w.Batch.Upload(ctx, of, file, size, func(sent int64) {
			w.s.at("within upload")
			if progress != nil {
				progress(sent)
			}
		})
	})
}

func (w stepBatch) Uploaded(ctx context.Context, of post.Job) (size int64, found bool, err error) {
	err = w.s.around("size of the upload", func() (err error) { size, found, err = w.Batch.Uploaded(ctx, of); return err })
	return size, found, err
}

func (w stepBatch) Receipts(ctx context.Context, of post.Job) (receipts []post.RemoteReceipt, err error) {
	err = w.s.around("list of receipts", func() (err error) { receipts, err = w.Batch.Receipts(ctx, of); return err })
	return receipts, err
}

func (w stepBatch) Fetch(ctx context.Context, of post.Job, receipt post.RemoteReceipt, into io.Writer) error {
	return w.s.around("fetching receipt "+receipt.Kind, func() error { return w.Batch.Fetch(ctx, of, receipt, into) })
}

func (w stepBatch) Remove(ctx context.Context, of post.Job, receipt post.RemoteReceipt) error {
	return w.s.around("removing receipt "+receipt.Kind, func() error { return w.Batch.Remove(ctx, of, receipt) })
}

type stepFindings struct {
	job.Findings
	s *steps
}

func (w stepFindings) ApplySplit(ctx context.Context, of post.Job, items []post.Item) (changed []post.Item, err error) {
	err = w.s.around("findings to the register", func() (err error) { changed, err = w.Findings.ApplySplit(ctx, of, items); return err })
	return changed, err
}

// stepPeople are who gets the mailings: enough that letters go side by side.
const stepPeople = 12

// TestKilledAtEachStep makes the mailing once undisturbed to learn the names of
// its steps, and then once for each of them. In short form every fourth is taken,
// which ones goes by the day; KILL_MOMENTS takes all.
func TestKilledAtEachStep(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	numbers, people := stepCrowd(t)
	stand, err := sandbox.Start(t.Context(), sandbox.Config{Dir: filepath.Join(base, "sandbox"), People: people, ReceiptDelay: 50 * time.Millisecond,
		Pace: sandbox.Pace{Batch: -1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stand.Close() })
	ready, letter := filepath.Join(base, "ready.json"), filepath.Join(base, sample.LetterName)
	line, err := json.Marshal(stand.Ready())
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{ready: line, letter: sample.Letter()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, via := range []post.Via{post.ViaREST, post.ViaBatch} {
		t.Run(string(via), func(t *testing.T) {
			order := killOrder{Ready: ready, Letter: letter, Via: via, To: numbers}
			names := order.undisturbed(t, stand)
			every := 4
			if os.Getenv("KILL_MOMENTS") != "" {
				every = 1
			}
			met := 0
			for i, name := range names {
				if (i+time.Now().YearDay())%every != 0 {
					continue
				}
				met += order.killedAt(t, stand, name)
			}
			t.Logf("%d steps, killed at %d of them, everybody has one letter each time", len(names), met)
			if met == 0 {
				t.Error("nothing was killed")
			}
		})
	}
}

// stepCrowd gives synthetic numbers and the people file that knows them.
func stepCrowd(t *testing.T) (numbers []string, people io.Reader) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(sample.People())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	for i, row := range rows {
		if i > 0 && (row[len(row)-1] != "user" || row[0] == "" || len(numbers) == stepPeople) {
			continue
		}
		if i > 0 {
			numbers = append(numbers, row[0])
		}
		if err := out.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	out.Flush()
	if len(numbers) != stepPeople {
		t.Fatalf("the sample knows %d users with a birth number", len(numbers))
	}
	return numbers, &file
}

// undisturbed runs the mailing to its end and gives the names of its steps.
func (o killOrder) undisturbed(t *testing.T, stand *sandbox.Server) []string {
	t.Helper()
	o.Data, o.Subject = t.TempDir(), "Uforstyrret "+string(o.Via)
	o.Trace = filepath.Join(o.Data, "trace")
	if out, err := o.process(t).CombinedOutput(); err != nil {
		t.Fatalf("undisturbed: %v\n%s", err, out)
	}
	o.onceEach(t, stand)
	trace, err := os.ReadFile(o.Trace)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSpace(string(trace)), "\n")
	slices.Sort(names)
	return slices.Compact(names)
}

// killedAt runs the mailing until it dies at the step, and again to its end. It
// gives how often it was killed: a step that hangs on chance may not be met.
func (o killOrder) killedAt(t *testing.T, stand *sandbox.Server, step string) int {
	t.Helper()
	o.Data, o.Kill = t.TempDir(), step
	o.Subject, o.Trace = step+", "+string(o.Via), filepath.Join(o.Data, "trace")
	first := o.process(t)
	out, err := first.CombinedOutput()
	var exit *exec.ExitError
	killed := 0
	switch {
	case err == nil:
		t.Logf("%s was not met", step)
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		killed = 1
		o.Kill, o.Later = "", true
		if out, err := o.process(t).CombinedOutput(); err != nil {
			t.Errorf("after a kill %s: %v\n%s", step, err, out)
		}
	default:
		t.Errorf("%s: %v\n%s", step, err, out)
	}
	o.onceEach(t, stand)
	return killed
}

// process is the program in this test binary, with the order.
func (o killOrder) process(t *testing.T) *exec.Cmd {
	t.Helper()
	content, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "order.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	process := exec.Command(os.Args[0], "-test.run=^TestKillStepProcess$", "-test.timeout=2m")
	process.Env = append(os.Environ(), envKillStep+"="+file, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	return process
}

// onceEach fails unless everybody has one letter of the subject.
func (o killOrder) onceEach(t *testing.T, stand *sandbox.Server) {
	t.Helper()
	answer, err := http.Get(stand.Ready().Control + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct {
		Delivered []struct {
			Name      string
			Documents []struct{ Subject string }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	held := map[string]int{}
	for _, letter := range state.Delivered {
		if len(letter.Documents) > 0 && letter.Documents[0].Subject == o.Subject {
			held[letter.Name]++
		}
	}
	for name, times := range held {
		if times != 1 {
			t.Errorf("%s: %s has %d letters", o.Subject, name, times)
		}
	}
	if len(held) != len(o.To) {
		t.Errorf("%s: %d people have their letter, want %d", o.Subject, len(held), len(o.To))
	}
}
