package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/doctor"
	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/register"
	"brevdue/app/sender"
	"brevdue/assets/lang"
)

// Compile-time proof that the real use cases fit the ports.
var (
	_ Register = (*register.Register)(nil)
	_ Sender   = (*sender.Service)(nil)
	_ Signup   = (*onboarding.Driver)(nil)
	_ Jobs     = (*job.Engine)(nil)
	_ Stories  = (*flow.Stories)(nil)

	_              = Program{Doctor: (*doctor.Doctor)(nil).Run}
	_ doctor.Words = (*lang.Texts)(nil)
)

var day = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

// kari is a synthetic number (month + 80) with sound check digits.
const kari = "01815049914"

// rig is a command line with fakes behind it.
type rig struct {
	t        *testing.T
	people   *fakePeople
	sender   *fakeSender
	signup   *fakeSignup
	jobs     *fakeJobs
	stories  *fakeStories
	env      Environment
	stdin    string
	terminal bool
	secrets  []string // what is typed at the terminal when a pass phrase is asked for
	opened   Options
	opens    int
	running  bool
	runs     int
	closed   int
	openErr  error
	session  *session
	clock    time.Time

	environment post.Environment
	document    *DocumentReport
	back        post.PostalAddress // of the profile
	checks      []doctor.Check
	doctorErr   error

	prices map[string]string

	trialTo string // remembered

	made     *job.Draft // as a job file, at madeAt
	madeAt   string
	table    [][]string // the file and its sheet, then the rows
	writeErr error

	saved, savedAt string // the support file
	supportErr     error

	belgium Belgium
	checker onboarding.EBoxChecker

	relay      string // the setting
	relayErr   error
	returnPort int
	ran        RelayOptions
	pdf        document.Report
	pdfErr     error
	// foreign and shieldErr answer for every document; shielded is what was asked.
	foreign     []document.Foreign
	shieldErr   error
	shielded    []string
	allowed     []string
	allowErr    error
	unprintable error
	health      RelayHealth
}

func (r *rig) writeJobFile(_ context.Context, draft *job.Draft, out string) error {
	r.made, r.madeAt = draft, out
	return r.writeErr
}

func (r *rig) writeTable(_ context.Context, out, sheet string, rows [][]string) error {
	r.table = append([][]string{{out, sheet}}, rows...)
	return r.writeErr
}

// writePostage has a PDF where anybody has a whole address.
func (r *rig) writePostage(ctx context.Context, _ string, people []flow.Unreached, out, sheet string, rows [][]string) (flow.Postage, error) {
	written := flow.Postage{List: out, Envelopes: flow.Envelopes(people), Unprintable: r.unprintable}
	if written.Envelopes > 0 && r.unprintable == nil {
		written.Letters = strings.TrimSuffix(out, ".xlsx") + ".pdf"
	}
	return written, r.writeTable(ctx, out, sheet, rows)
}

func (r *rig) doctor(_ context.Context, found func(doctor.Check)) (doctor.Report, error) {
	for _, check := range r.checks {
		found(check)
	}
	return doctor.Report{Checks: r.checks}, r.doctorErr
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, people: &fakePeople{}, sender: &fakeSender{}, signup: &fakeSignup{}, jobs: &fakeJobs{jobs: map[string]*post.Job{}},
		stories: &fakeStories{}, running: true, clock: day, environment: post.Practice, env: Environment{secrets: map[string]string{}}}
	r.sender.sender = post.Sender{SenderID: 1000, BrokerID: 1000}
	return r
}

func (r *rig) app() App {
	return App{
		Open: func(_ context.Context, options Options) (*Program, error) {
			r.opened = options
			r.opens++
			if r.openErr != nil {
				return nil, r.openErr
			}
			return &Program{Register: r.people, Sender: r.sender, Signup: r.signup, Jobs: r.jobs, Stories: r.stories, Belgium: r.belgium,
				Environment: r.environment, SFTPHost: "sftp.example:22",
				CoolingOff: func(context.Context, post.JobKind) (time.Duration, error) { return 5 * time.Minute, nil },
				Run:        func(context.Context) (bool, error) { r.runs++; return r.running, nil },
				Doctor:     r.doctor,
				Support: func(_ context.Context, _ doctor.Report, heading string) (string, error) {
					return heading + "\n[log]\n", r.supportErr
				},
				Prices: func(context.Context) (map[string]string, map[string]time.Time, error) {
					return r.prices, map[string]time.Time{}, nil
				},
				SetPrices:     func(_ context.Context, values map[string]string) error { r.prices = values; return nil },
				SaveSupport:   func(text, out string) error { r.saved, r.savedAt = text, out; return nil },
				SetRelay:      func(_ context.Context, address string) error { r.relay = address; return r.relayErr },
				SetReturnPort: func(_ context.Context, port int) error { r.returnPort = port; return nil },
				WriteJobFile:  r.writeJobFile,
				TrialTo:       func(context.Context) (string, error) { return r.trialTo, nil },
				SetTrialTo:    func(_ context.Context, to string) error { r.trialTo = to; return nil },
				WritePostage:  r.writePostage,
				ForeignAllowed: func(_ context.Context, id string) error {
					r.allowed = append(r.allowed, id)
					return r.allowErr
				},
				ReturnAddress: func(context.Context) (post.PostalAddress, error) { return r.back, nil },
				Close:         func() error { r.closed++; return nil }}, nil
		},
		RunSandbox: func(_ context.Context, o SandboxOptions, ready io.Writer) error {
			_, err := fmt.Fprintf(ready, "{\"rest\":%q}\n", o.REST)
			return err
		},
		RunRelay: func(_ context.Context, o RelayOptions) error {
			r.ran = o
			if r.relayErr == nil {
				o.Ready(RelayReady{"http://" + o.Listen, o.Listen, "/callback"})
			}
			return r.relayErr
		},
		CheckPDF: func(context.Context, string) (document.Report, error) { return r.pdf, r.pdfErr },
		Shield: func(_ context.Context, path, own string) ([]document.Foreign, error) {
			r.shielded = append(r.shielded, filepath.Base(path)+" "+own)
			return r.foreign, r.shieldErr
		},
		CheckRelay: func(context.Context, string) (RelayHealth, error) { return r.health, r.relayErr },
		ReadReturn: func(address string) (onboarding.Answer, error) {
			if !strings.HasPrefix(address, "http") {
				return onboarding.Answer{}, post.NewFault(post.CodeReturnUnreadable, nil)
			}
			return onboarding.Answer{SenderID: 1000, DigipostAddress: "kor#1A2B", Nonce: "abcde"}, nil
		},
		ReadDocument: func(_ context.Context, path string) (document.Facts, error) {
			if filepath.Ext(path) != ".pdf" {
				return document.Facts{}, post.NewFault(post.CodeNotAPDF, nil, "file", filepath.Base(path))
			}
			return document.Facts{Name: filepath.Base(path), FileType: "pdf", Pages: 1}, nil
		},
		CheckDocument: func(_ context.Context, path string) (DocumentReport, error) {
			if r.document == nil {
				return DocumentReport{}, post.NewFault(post.CodeFileMissing, nil, "file", path)
			}
			return *r.document, nil
		},
		CheckJob: func(_ context.Context, path string) (DocumentReport, error) {
			if r.document == nil {
				return DocumentReport{}, post.NewFault(post.CodeFileMissing, nil, "file", path)
			}
			return *r.document, nil
		},
		EBoxChecker: r.checker,
		Version:     "1.2.3", Fyne: "v2.8.1",
	}
}

// run runs a command line and gives what it printed.
func (r *rig) run(args ...string) (exit int, out, err string) {
	r.t.Helper()
	var stdout, stderr bytes.Buffer
	s := newSession(r.app(), r.env, strings.NewReader(r.stdin), &stdout, &stderr)
	s.in = bufio.NewReader(strings.NewReader(r.stdin))
	s.now = func() time.Time { return r.clock }
	s.interrupted = func() {}
	if s.terminal = r.terminal; s.terminal {
		s.secret = func() ([]byte, error) {
			if len(r.secrets) == 0 {
				return nil, errors.New("nothing was typed")
			}
			typed := r.secrets[0]
			r.secrets = r.secrets[1:]
			return []byte(typed), nil
		}
	}
	r.session = s
	exit = s.run(r.t.Context(), args)
	if r.closed != r.opens && r.openErr == nil {
		r.t.Errorf("opened %d times, closed %d times", r.opens, r.closed)
	}
	return exit, stdout.String(), stderr.String()
}

// want runs a command line and checks the exit code.
func (r *rig) want(exit int, args ...string) (out, err string) {
	r.t.Helper()
	got, out, err := r.run(args...)
	if got != exit {
		r.t.Fatalf("brevdue %s: exit %d, want %d\n%s\n%s", strings.Join(args, " "), got, exit, out, err)
	}
	return out, err
}

// golden compares with a file in testdata; UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") == "1" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (UPDATE=1 writes it):\n%s", name, got)
	}
}

// goldenJSON checks that the output is one JSON document and compares it.
func goldenJSON(t *testing.T, name, got string) {
	t.Helper()
	if !json.Valid([]byte(got)) {
		t.Fatalf("not one JSON document:\n%s", got)
	}
	golden(t, name, got)
}

// oneFile writes a small list or document and gives its path.
func oneFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The fakes.

type fakePeople struct {
	people     []post.Recipient
	committed  []post.Import
	remembered post.Mapping
	forgotten  []string
	query      post.RecipientQuery
	err        error
}

// Plan uses the real merge on an empty register.
func (f *fakePeople) Plan(ctx context.Context, rows []post.Row, group string) (*register.MergePlan, error) {
	return register.New(emptyStore{}, nil).Plan(ctx, rows, group)
}
func (f *fakePeople) Commit(_ context.Context, i post.Import, plan *register.MergePlan) (post.Import, error) {
	i.ID, i.New = "imp1", len(plan.New)
	f.committed = append(f.committed, i)
	return i, f.err
}
func (f *fakePeople) Undo(_ context.Context, id string) (int, int, error) {
	if id != "imp1" {
		return 0, 0, post.NewFault(post.CodeImportUnknown, nil, "import", id)
	}
	return 3, 1, nil
}
func (f *fakePeople) List(_ context.Context, q post.RecipientQuery) (post.RecipientPage, error) {
	f.query = q
	return post.RecipientPage{Recipients: f.people, Total: len(f.people)}, f.err
}
func (f *fakePeople) Person(_ context.Context, id string) (post.Recipient, error) {
	for _, p := range f.people {
		if p.CustomerID == id {
			return p, nil
		}
	}
	return post.Recipient{}, post.NewFault(post.CodePersonUnknown, nil, "customer_id", id)
}
func (f *fakePeople) Show(ctx context.Context, id string) (post.Recipient, []post.HistoryLine, error) {
	p, err := f.Person(ctx, id)
	return p, []post.HistoryLine{{At: day, Kind: post.HistorySplit, Job: "j1", Split: post.HasDigipost},
		{At: day, Kind: post.HistoryLetter, Job: "j2", Subject: "Faktura", Status: post.ItemDelivered, Channel: post.ChannelDigipost}}, err
}
func (f *fakePeople) Forget(_ context.Context, id string) error {
	f.forgotten = append(f.forgotten, id)
	return f.err
}
func (f *fakePeople) Overview(context.Context) (post.RegisterOverview, error) {
	return post.RegisterOverview{Total: len(f.people)}, f.err
}
func (f *fakePeople) Remember(_ context.Context, _ []string, m post.Mapping) error {
	f.remembered = m
	return nil
}
func (f *fakePeople) Remembered(context.Context, []string) (post.Mapping, bool, error) {
	return f.remembered, f.remembered != nil, nil
}

// emptyStore is a register with nobody in it; only what Plan asks is there.
type emptyStore struct{ register.Store }

func (emptyStore) Match(_ context.Context, people []post.Recipient) ([]*post.Recipient, error) {
	return make([]*post.Recipient, len(people)), nil
}
func (emptyStore) NextCustomerIDs(_ context.Context, count int) ([]string, error) {
	var ids []string
	for i := range count {
		ids = append(ids, fmt.Sprint("K", i+1))
	}
	return ids, nil
}

type fakeSender struct {
	sender     post.Sender
	cert       post.CertificateFacts
	key        post.SFTPKeyFacts
	password   string // the right one, for both files
	proveErr   error
	trusted    string
	forgot     bool
	passphrase []string
	features   []string
	proofs     int
}

func (f *fakeSender) Sender(context.Context) (post.Sender, error) { return f.sender, nil }
func (f *fakeSender) SetSenderID(_ context.Context, id, broker int64) error {
	if id <= 0 {
		return post.NewFault(post.CodeNumberInvalid, nil, "number_kind", "sender_id", "reason", "form")
	}
	if broker == 0 {
		broker = id
	}
	f.sender.SenderID, f.sender.BrokerID = id, broker
	return nil
}
func (f *fakeSender) ImportCertificate(_ context.Context, _ []byte, password string) (post.CertificateFacts, error) {
	f.passphrase = append(f.passphrase, password)
	if password != f.password {
		return f.cert, post.NewFault(post.CodeWrongPassword, nil, "file", "sender.p12")
	}
	f.cert = post.CertificateFacts{Subject: "CN=Kor", Issuer: "CN=Test CA", NotAfter: day.AddDate(0, 0, 100), Fingerprint: "f"}
	return f.cert, nil
}
func (f *fakeSender) Certificate(context.Context) (post.CertificateFacts, error) { return f.cert, nil }
func (f *fakeSender) DaysLeft(facts post.CertificateFacts) int {
	return int(facts.NotAfter.Sub(day).Hours() / 24)
}
func (f *fakeSender) ImportSFTPKey(_ context.Context, _ []byte, passphrase string) (post.SFTPKeyFacts, error) {
	f.passphrase = append(f.passphrase, passphrase)
	if passphrase != f.password {
		return f.key, post.NewFault(post.CodeSFTPKeyBroken, nil)
	}
	f.key = post.SFTPKeyFacts{Type: "ssh-rsa", Fingerprint: "SHA256:abc", Public: "ssh-rsa AAAA brevdue"}
	return f.key, nil
}
func (f *fakeSender) MakeSFTPKey(context.Context) (post.SFTPKeyFacts, error) {
	f.key = post.SFTPKeyFacts{Type: "ssh-rsa", Fingerprint: "SHA256:new", Public: "ssh-rsa BBBB brevdue"}
	return f.key, nil
}
func (f *fakeSender) SFTPKey(context.Context) (post.SFTPKeyFacts, error) { return f.key, nil }
func (f *fakeSender) TrustHost(_ context.Context, host, fingerprint string) error {
	f.trusted = host + " " + fingerprint
	return nil
}
func (f *fakeSender) Prove(context.Context) (sender.Proof, error) {
	if f.sender.SenderID == 0 {
		return sender.Proof{}, post.NewFault(post.CodeNoSender, nil)
	}
	f.proofs++
	return sender.Proof{SenderID: f.sender.SenderID, Features: f.features}, f.proveErr
}
func (f *fakeSender) Forget(context.Context) error {
	f.forgot, f.cert, f.key = true, post.CertificateFacts{}, post.SFTPKeyFacts{}
	return nil
}

type fakeSignup struct {
	current  post.Onboarding
	org      string
	waitErr  error
	waits    bool // until its context ends
	pasteErr error
	refusal  post.Code // why the sender-id cannot be proved
	said     int64     // what the relay has
	checkErr error
	verified bool
}

func (f *fakeSignup) Start(_ context.Context, org string) (post.Onboarding, error) {
	f.org = org
	f.current = post.Onboarding{State: "browser_opened", RegistrationURL: "https://www.digipost.no/registrering/bedrift?nonce=n"}
	return f.current, nil
}
func (f *fakeSignup) Wait(ctx context.Context) (post.Onboarding, error) {
	if f.waits {
		<-ctx.Done()
		return f.current, ctx.Err()
	}
	if f.waitErr != nil {
		return f.current, f.waitErr
	}
	f.current.State, f.current.SenderID, f.current.DigipostAddress = "verified", 1000, "kor#1A2B"
	return f.current, nil
}
func (f *fakeSignup) Paste(context.Context, string) (post.Onboarding, error) {
	f.current = post.Onboarding{State: "returned", SenderID: 1000, Trouble: post.CodeNoCertificate}
	return f.current, f.pasteErr
}
func (f *fakeSignup) Verify(context.Context) (post.Onboarding, error) {
	f.verified = true
	if f.current.Trouble = f.refusal; f.refusal == "" {
		f.current.State = "verified"
	}
	return f.current, nil
}
func (f *fakeSignup) Resume(context.Context) (post.Onboarding, error) { return f.current, nil }
func (f *fakeSignup) HandedIn(context.Context) (post.Onboarding, error) {
	f.current.State, f.current.Applied = "applied", day
	return f.current, nil
}
func (f *fakeSignup) TypeSender(_ context.Context, id int64, _ string) (post.Onboarding, error) {
	f.current.State, f.current.SenderID, f.current.Typed = "returned", id, true
	return f.current, nil
}
func (f *fakeSignup) Check(context.Context) (post.Onboarding, error) {
	if f.said != 0 {
		f.current.State, f.current.SenderID = "verified", f.said
	}
	return f.current, f.checkErr
}
func (f *fakeSignup) Current(context.Context) (post.Onboarding, error) { return f.current, nil }
func (f *fakeSignup) ReturnURL() string                                { return "http://127.0.0.1:4711/p" }

// fakeJobs is an engine whose jobs end as outcome says.
type fakeJobs struct {
	jobs     map[string]*post.Job
	order    []string
	items    map[string][]post.Item
	wish     job.Wish
	approved time.Duration
	outcome  func(*post.Job, []post.Item)
	prepErr  error
	// steps are told while following, before the outcome.
	steps      []func(*post.Job)
	onStep     func()
	forever    bool // following lasts until its context ends
	stopped    int
	takeOut    string
	takeOutErr error
	completed  []string
	deviations []post.Deviation
	// news is what a refresh finds, by job; refreshErr keeps it away, and silent
	// leaves the question without an answer.
	news       map[string]func([]post.Item)
	refreshed  []string
	refreshErr error
	silent     bool
}

func (f *fakeJobs) Pause(ctx context.Context, id string) (post.Job, error) {
	if _, err := f.Job(ctx, id); err != nil {
		return post.Job{}, err
	}
	f.jobs[id].PausedAt = day
	return *f.jobs[id], nil
}
func (f *fakeJobs) Continue(_ context.Context, id string) (post.Job, error) {
	f.jobs[id].PausedAt = time.Time{}
	return *f.jobs[id], nil
}
func (f *fakeJobs) Again(ctx context.Context, id string) (*job.Draft, error) {
	old, err := f.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	wish := job.Wish{Kind: old.Kind, Via: old.Via, Subject: old.Subject, Source: old.Source}
	for _, item := range f.items[id] {
		if item.Status == post.ItemNotDelivered {
			wish.To = append(wish.To, job.Addressee{CustomerID: item.CustomerID, Row: item.Row, Name: item.Name, To: item.To})
		}
	}
	draft, err := f.Prepare(ctx, wish)
	if err == nil {
		draft.Job.Again = id
	}
	return draft, err
}
func (f *fakeJobs) Deviations(_ context.Context, open bool) (found []post.Deviation, _ error) {
	for _, d := range f.deviations {
		if !open || d.Closed.IsZero() {
			found = append(found, d)
		}
	}
	return found, nil
}
func (f *fakeJobs) CloseDeviation(_ context.Context, id int64, why string) error {
	for i := range f.deviations {
		if f.deviations[i].ID == id {
			f.deviations[i].Closed, f.deviations[i].Why = day, why
		}
	}
	return nil
}
func (f *fakeJobs) Refresh(_ context.Context, id string) error {
	f.refreshed = append(f.refreshed, id)
	return nil
}
func (f *fakeJobs) AwaitRefresh(ctx context.Context, id string) error {
	if f.silent {
		<-ctx.Done()
		return ctx.Err()
	}
	if f.refreshErr == nil && f.news[id] != nil {
		f.news[id](f.items[id])
		f.recount(id)
	}
	return f.refreshErr
}

func (f *fakeJobs) Prepare(_ context.Context, wish job.Wish) (*job.Draft, error) {
	f.wish = wish
	if f.prepErr != nil {
		return nil, f.prepErr
	}
	id := fmt.Sprint("job", len(f.order)+1)
	draft := &job.Draft{Job: post.Job{ID: id, Kind: wish.Kind, Via: wish.Via, Pattern: wish.Pattern, State: post.JobReady, Name: wish.Name, Subject: wish.Subject,
		Options: wish.Options, Sender: wish.Sender, Source: wish.Source, Fingerprint: "f1", Created: day}}
	for i, file := range wish.Files {
		draft.Documents = append(draft.Documents, post.Document{Index: i, Name: file.Name, SHA256: "d1"})
	}
	for i, to := range wish.To {
		item := post.Item{Job: id, Seq: i + 1, CustomerID: to.CustomerID, Row: to.Row, Name: to.Name, To: to.To,
			MessageID: fmt.Sprint("m", i+1), Status: post.ItemReady, Channel: post.ChannelNone}
		if wish.Via == post.ViaBatch {
			item.MessageID, item.RecipientKey = "", fmt.Sprint("k", i+1)
		}
		if to.LeftOut != "" {
			item.Status, item.Reason = post.ItemNotDelivered, to.LeftOut
		}
		draft.Items = append(draft.Items, item)
	}
	return draft, nil
}
func (f *fakeJobs) Keep(_ context.Context, draft *job.Draft) (post.Job, error) {
	f.add(draft.Job, draft.Items)
	return draft.Job, nil
}
func (f *fakeJobs) add(j post.Job, items []post.Item) {
	if f.items == nil {
		f.items = map[string][]post.Item{}
	}
	f.jobs[j.ID], f.items[j.ID] = &j, items
	f.order = append(f.order, j.ID)
	f.recount(j.ID)
}
func (f *fakeJobs) recount(id string) {
	j := f.jobs[id]
	j.Counts = post.Counts{Total: len(f.items[id]), ByStatus: map[post.ItemStatus]int{}, BySplit: map[post.SplitStatus]int{}}
	for _, item := range f.items[id] {
		j.Counts.ByStatus[item.Status]++
		if item.Finding != nil {
			j.Counts.BySplit[item.Finding.Status]++
		}
	}
}
func (f *fakeJobs) Approve(_ context.Context, id, fingerprint string, count int, coolingOff time.Duration) (post.Job, error) {
	j := f.jobs[id]
	if j.Fingerprint != fingerprint || j.Counts.ByStatus[post.ItemReady] != count {
		return *j, post.NewFault(post.CodePlanChanged, nil)
	}
	f.approved = coolingOff
	j.State, j.Approved, j.ApprovedAt = post.JobSending, count, day
	return *j, nil
}
func (f *fakeJobs) Follow(ctx context.Context, id string, _ time.Duration, tell func(post.Job)) (post.Job, error) {
	j := f.jobs[id]
	for _, step := range f.steps {
		step(j)
		if tell != nil {
			tell(*j)
		}
		if f.onStep != nil {
			f.onStep()
		}
		if ctx.Err() != nil {
			return *j, ctx.Err()
		}
	}
	if f.forever && !j.State.Finished() {
		<-ctx.Done()
		return *j, ctx.Err()
	}
	if f.outcome != nil && !j.State.Finished() {
		f.outcome(j, f.items[id])
		f.recount(id)
	}
	return *j, nil
}
func (f *fakeJobs) Job(_ context.Context, id string) (post.Job, error) {
	if j := f.jobs[id]; j != nil {
		return *j, nil
	}
	return post.Job{}, post.NewFault(post.CodeJobUnknown, nil, "job", id)
}
func (f *fakeJobs) Jobs(_ context.Context, q post.JobQuery) ([]post.Job, error) {
	var out []post.Job
	for _, id := range f.order {
		if j := f.jobs[id]; !q.Open || !j.State.Finished() {
			out = append(out, *j)
		}
	}
	return out, nil
}
func (f *fakeJobs) Items(_ context.Context, id string, _ post.ItemQuery) ([]post.Item, error) {
	return f.items[id], nil
}
func (f *fakeJobs) Stop(ctx context.Context, id string) (post.Job, error) {
	f.stopped++
	j, err := f.Job(ctx, id)
	if err != nil || j.State.Finished() {
		return j, err
	}
	if !hasLeft(j) {
		f.jobs[id].State, f.jobs[id].Ending = post.JobStopped, post.NothingDelivered
		for i := range f.items[id] {
			f.items[id][i].Status = post.ItemStopped
		}
		f.recount(id)
	}
	return *f.jobs[id], nil
}
func (f *fakeJobs) TakeOut(_ context.Context, id, customer string, _ int) (post.Job, error) {
	f.takeOut = customer
	for i, item := range f.items[id] {
		if item.CustomerID == customer && item.Status == post.ItemReady {
			f.items[id][i].Status = post.ItemStopped
		}
	}
	return *f.jobs[id], nil
}

func (f *fakeJobs) AwaitTakeOut(context.Context, string) error { return f.takeOutErr }
func (f *fakeJobs) Complete(_ context.Context, id string) (post.Job, error) {
	f.completed = append(f.completed, id)
	f.jobs[id].Moves()
	return *f.jobs[id], nil
}
func (f *fakeJobs) Trials(ctx context.Context, draft *job.Draft, to post.Target, n int) (trials []*job.Draft, _ error) {
	for i := range min(n, len(draft.Items)) {
		trial, err := f.Prepare(ctx, job.Wish{Kind: post.KindLetter, Subject: draft.Job.Subject, To: []job.Addressee{{Name: "oss", To: to}}})
		if err != nil {
			return nil, err
		}
		trial.Job.ID, trial.Job.TrialOf, trial.Shows = fmt.Sprint("trial", i+1), draft.Job.ID, draft.Items[i].Seq
		trial.Items[0].Job = trial.Job.ID
		trials = append(trials, trial)
	}
	return trials, nil
}

type fakeStories struct {
	people    flow.People
	group     string
	listed    *intake.Result
	written   []string
	writeErr  error
	again     int
	splitList bool
	way       flow.Way // of the last mailing
	unreached []flow.Unreached
	own       flow.OwnDocuments
	ownErr    error
	dir       string
	rule      flow.DocumentRule
}

func (f *fakeStories) NotReached(context.Context, string) ([]flow.Unreached, error) {
	return f.unreached, nil
}

func (f *fakeStories) MailingTo(_ context.Context, group string, way flow.Way) (flow.People, error) {
	f.group, f.way = group, way
	return f.people, nil
}
func (f *fakeStories) ForSplit(_ context.Context, group string) (flow.People, error) {
	f.group = group
	return f.people, nil
}
func (f *fakeStories) MailingToList(_ context.Context, path string, list *intake.Result, way flow.Way) (flow.People, error) {
	f.listed, f.way = list, way
	f.people.Source.Path = path
	return f.people, nil
}
func (f *fakeStories) ListForSplit(_ context.Context, path string, list *intake.Result) (flow.People, error) {
	f.listed, f.splitList = list, true
	f.people.Source.Path = path
	return f.people, nil
}
func (f *fakeStories) WriteBack(_ context.Context, id, _ string, words flow.Words) (bool, error) {
	j := post.Job{ID: id, Kind: post.KindMailing, State: post.JobDone}
	f.written = append(f.written, strings.Join(words.Headings(j), "|")+" "+strings.Join(words.Cells(j, post.Item{Status: post.ItemDelivered}), "|"))
	return f.writeErr == nil, f.writeErr
}
func (f *fakeStories) OwnDocuments(_ context.Context, people flow.People, dir string, rule flow.DocumentRule, _ func(int, int)) (flow.OwnDocuments, error) {
	f.dir, f.rule = dir, rule
	return f.own, f.ownErr
}
func (f *fakeStories) SameLetters(context.Context, *job.Draft) (int, string, error) {
	return f.again, "old1", nil
}
