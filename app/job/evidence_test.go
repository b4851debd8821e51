package job

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// trailFake is the database's part: the memory's audit lines as a chain.
type trailFake struct {
	m       *memory
	removed map[int]time.Time
}

func (f *trailFake) lines() (lines []chainLine) {
	before := ""
	for i, line := range f.m.audit {
		made := newChainLine(int64(i+1), line, nil)
		made.Hash, _ = made.hashAfter(before)
		before = made.Hash
		lines = append(lines, made)
	}
	return lines
}

func (f *trailFake) AuditPart(_ context.Context, job string, visit func(int64, post.Audit, []byte) error) ([]byte, error) {
	lines := f.lines()
	first := max(0, len(lines)-1)
	if i := slices.IndexFunc(lines, func(l chainLine) bool { return l.Job == job }); i >= 0 {
		first = i
	}
	for _, line := range lines[first:] {
		hash, _ := hex.DecodeString(line.Hash)
		if err := visit(line.ID, f.m.audit[line.ID-1], hash); err != nil {
			return nil, err
		}
	}
	if first == 0 {
		return nil, nil
	}
	return hex.DecodeString(lines[first-1].Hash)
}

func (f *trailFake) AuditLine(_ context.Context, id int64) (post.Audit, []byte, bool, error) {
	if id < 1 || id > int64(len(f.m.audit)) {
		return post.Audit{}, nil, false, nil
	}
	hash, err := hex.DecodeString(f.lines()[id-1].Hash)
	return f.m.audit[id-1], hash, true, err
}

func (f *trailFake) RemovedItems(context.Context, string) (map[int]time.Time, error) {
	return f.removed, nil
}

// codeWords shows keys instead of words, and what fills their gaps.
type codeWords struct{}

func (codeWords) Code() string { return "nb" }
func (codeWords) Has(key string) bool {
	return strings.HasPrefix(key, "jobs.event.") || strings.HasPrefix(key, "evidence.audit.")
}
func (codeWords) Get(key string, pairs ...string) string {
	return strings.TrimSpace(key + " " + strings.Join(pairs, " "))
}
func (codeWords) Count(key string, n int, _ ...string) string { return fmt.Sprint(key, " ", n) }
func (codeWords) Number(n int) string                         { return fmt.Sprint(n) }
func (codeWords) Time(at time.Time) string                    { return at.Format(time.RFC3339) }
func (codeWords) Date(at time.Time) string                    { return at.Format(time.DateOnly) }
func (codeWords) Size(n int64) string                         { return fmt.Sprint(n) }
func (codeWords) Status(status string) string                 { return status }
func (codeWords) Reason(reason string) string                 { return reason }

// evidenceRig is a mailing that went, with a receipt and one who was taken out.
type evidenceRig struct {
	e     *Engine
	m     *memory
	trail *trailFake
	job   string
}

func newEvidenceRig(t testing.TB) *evidenceRig {
	t.Helper()
	m := newMemory()
	e := New(Config{Store: m, Outbox: m, Clock: &stillClock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}, Actor: "kari", NewUUID: counting()})
	m.audit = append(m.audit, post.Audit{At: time.Unix(5, 0), Actor: "ola", Action: "imported", Fields: map[string]string{"rows": "3"}})
	wish := wishFor(3)
	wish.To[1].To, wish.To[1].Name = sally, `<script>alert("æøå")</script>`
	wish.Subject = "Årsmøte & <b>vedtak</b>"
	draft, err := e.Prepare(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	draft.Job.ID = "job0000001"
	for i := range draft.Items {
		draft.Items[i].Job = draft.Job.ID
	}
	job, err := e.Keep(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Approve(t.Context(), job.ID, job.Fingerprint, 3, time.Minute); err != nil {
		t.Fatal(err)
	}
	for i := range m.items[job.ID][:2] {
		item := &m.items[job.ID][i]
		item.Status, item.Channel, item.Attempts, item.SentSHA256 = post.ItemDelivered, post.ChannelDigipost, 1, strings.Repeat("a", 64)
		item.DeliveredAt = time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)
	}
	m.items[job.ID][2].Status, m.items[job.ID][2].Reason = post.ItemStopped, post.ReasonTakenOut
	e.audit(t.Context(), job.ID, "taken_out", nil)
	m.files["kvittering"] = []byte("a receipt as it came")
	m.receipts = append(m.receipts, post.Receipt{Job: job.ID, RemoteName: "x.resultat.20261102-090000000.zip", Kind: "resultat",
		SHA256: hexSHA256(m.files["kvittering"]), Staged: "kvittering", At: time.Unix(1e9, 0)})
	return &evidenceRig{e: e, m: m, trail: &trailFake{m: m}, job: job.ID}
}

// stillClock stands still.
type stillClock struct{ at time.Time }

func (c *stillClock) Now() time.Time { return c.at }
func (c *stillClock) Wait(ctx context.Context, _ time.Duration) error {
	return ctx.Err()
}

// counting gives ids in order, so that a pack can be looked at twice.
func counting() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
}

func (r *evidenceRig) make(t testing.TB, numbers bool) ([]byte, Evidence) {
	t.Helper()
	var out bytes.Buffer
	made, err := r.e.Evidence(t.Context(), r.job, &out, EvidenceWith{Trail: r.trail, Words: codeWords{}, ShowNumbers: numbers})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), made
}

func verify(t testing.TB, pack []byte, trail EvidenceTrail) EvidenceReport {
	t.Helper()
	report, err := VerifyEvidence(t.Context(), bytes.NewReader(pack), int64(len(pack)), trail)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// unpack reads a pack as any program does.
func unpack(t testing.TB, pack []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range archive.File {
		content, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[file.Name] = string(content)
	}
	return files
}

// TestEvidence: a pack holds what it should, masked and escaped, verifies with
// and without the database, and is recorded in the audit chain.
func TestEvidence(t *testing.T) {
	r := newEvidenceRig(t)
	pack, made := r.make(t, false)
	files := unpack(t, pack)
	if got := strings.Join(slices.Sorted(maps.Keys(files)), " "); got != "audit.jsonl evidence.html list.json manifest.json plan.json receipts/0001.zip timeline.json" {
		t.Errorf("files %s", got)
	}
	if made.Seal != hexSHA256([]byte(files[manifestName])) || made.Proof != FingerprintMasked {
		t.Errorf("made %+v", made)
	}
	for name, content := range files {
		if strings.Contains(content, sally.Value) {
			t.Errorf("%s holds a birth number", name)
		}
	}
	page := files[pageName]
	for _, want := range []string{"&lt;script&gt;", "Årsmøte &amp; &lt;b&gt;", "038461 *****", "evidence.audit.approved count 3 (kari)", "taken_out", "jobs.event.approved 3"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<b>") {
		t.Error("the page is not escaped")
	}
	if files["receipts/0001.zip"] != "a receipt as it came" {
		t.Error("the receipt is not as it came")
	}
	for _, trail := range []EvidenceTrail{nil, r.trail} {
		report := verify(t, pack, trail)
		if !report.Valid || report.Seal != made.Seal || report.Job != r.job || report.Fingerprint != made.Fingerprint || len(report.Removed) > 0 {
			t.Errorf("report %+v", report)
		}
		if trail != nil && (report.Recorded != SealRecorded || report.Chain != ChainHolds) {
			t.Errorf("with the database %+v", report)
		}
	}
	last := r.m.audit[len(r.m.audit)-1]
	if last.Action != AuditEvidence || last.Fields["seal"] != made.Seal || last.Job != r.job {
		t.Errorf("recorded %+v", last)
	}
}

// TestEvidenceIsTheSame: one state gives the same bytes, in every run: the seal
// of this rig stands here.
func TestEvidenceIsTheSame(t *testing.T) {
	a, first := newEvidenceRig(t).make(t, true)
	b, _ := newEvidenceRig(t).make(t, true)
	if !bytes.Equal(a, b) {
		t.Error("two packs of one state differ")
	}
	if first.Proof != FingerprintSame {
		t.Errorf("proof %s", first.Proof)
	}
}

// TestEvidenceSeesACutChain: a pack remembers a head that the database has lost.
func TestEvidenceSeesACutChain(t *testing.T) {
	r := newEvidenceRig(t)
	pack, _ := r.make(t, false)
	whole := r.m.audit
	for _, c := range []struct {
		keep int
		want ChainState
		seal EvidenceRecord
	}{{len(whole), ChainHolds, SealRecorded}, {len(whole) - 2, ChainCut, SealMissing}, {1, ChainUnknown, SealUnknown}} {
		r.m.audit = whole[:c.keep]
		if report := verify(t, pack, r.trail); report.Chain != c.want || report.Recorded != c.seal || !report.Valid {
			t.Errorf("%d lines: %+v", c.keep, report)
		}
	}
	r.m.audit = slices.Clone(whole)
	r.m.audit[0].Actor = "nina"
	if report := verify(t, pack, r.trail); report.Chain != ChainDiffers {
		t.Errorf("another chain: %+v", report)
	}
}

// TestForgettingBeatsEvidence: a pack made before somebody was forgotten says so
// when it is checked here, one made after holds nothing of them.
func TestForgettingBeatsEvidence(t *testing.T) {
	r := newEvidenceRig(t)
	old, _ := r.make(t, true)
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	item := &r.m.items[r.job][0]
	item.CustomerID, item.Name, item.To = "", "", post.Target{Kind: item.To.Kind}
	r.trail.removed = map[int]time.Time{1: day}
	report := verify(t, old, r.trail)
	if want := (Removal{What: "recipient", Seq: 1, Row: 2, Date: day, InFile: true}); !report.Valid || !slices.Equal(report.Removed, []Removal{want}) {
		t.Errorf("old pack: %+v", report)
	}
	pack, made := r.make(t, true)
	for name, content := range unpack(t, pack) {
		if strings.Contains(content, "Person 0") || strings.Contains(content, "person0") || strings.Contains(content, "a receipt as it came") {
			t.Errorf("%s holds something of the forgotten person", name)
		}
	}
	if !strings.Contains(unpack(t, pack)[pageName], "evidence.removed date 2026-11-20") {
		t.Error("the page does not say when the person was removed")
	}
	want := []Removal{{What: "recipient", Seq: 1, Row: 2, Date: day}, {What: r.m.receipts[0].RemoteName, Date: day}}
	if report := verify(t, pack, r.trail); !report.Valid || !slices.Equal(report.Removed, want) || made.Proof != FingerprintRemoved {
		t.Errorf("new pack: %+v", report)
	}
}

// TestEvidenceOfAChangedPlan: when the stored plan is not the one that was
// approved, the pack itself says no.
func TestEvidenceOfAChangedPlan(t *testing.T) {
	r := newEvidenceRig(t)
	r.m.items[r.job][0].To.Value = "other#12AB"
	pack, made := r.make(t, false)
	if report := verify(t, pack, nil); report.Valid || made.Proof != FingerprintDiffers || !slices.Equal(report.Changed, []string{ChangedFingerprint}) {
		t.Errorf("%+v %+v", made, report)
	}
}

// TestEvidenceThatFails records nothing.
func TestEvidenceThatFails(t *testing.T) {
	r := newEvidenceRig(t)
	n := len(r.m.audit)
	with := EvidenceWith{Trail: r.trail, Words: codeWords{}}
	if _, err := r.e.Evidence(t.Context(), "nojob", io.Discard, with); post.CodeOf(err) != post.CodeJobUnknown {
		t.Errorf("unknown job: %v", err)
	}
	if _, err := r.e.Evidence(t.Context(), r.job, fullDisk{}, with); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.e.Evidence(ended, r.job, io.Discard, with); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
	if len(r.m.audit) != n {
		t.Error("something was recorded")
	}
	delete(r.m.files, "kvittering") // lost, or past its time
	if pack, made := r.make(t, false); !verify(t, pack, nil).Valid || len(made.Removed) != 1 {
		t.Errorf("without the receipt: %+v", made)
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// TestPlanText: the plan in a pack is what the fingerprint is made of.
func TestPlanText(t *testing.T) {
	job, documents, items := golden()
	text, err := planText(job, documents, items)
	if err != nil || hexSHA256(text) != Fingerprint(job, documents, items) || string(text) != goldenPlain {
		t.Errorf("%s %v", text, err)
	}
}
