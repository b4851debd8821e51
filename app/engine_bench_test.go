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
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
	"brevdue/digipost"
	"brevdue/digipost/sandbox"

	"github.com/google/uuid"
)

// envStandIn names the folder in which a process of this test binary runs the
// stand-in, envTrouble its trouble.
const envStandIn, envTrouble = "BREVDUE_TEST_STAND_IN", "BREVDUE_TEST_TROUBLE"

// TestStandInProcess is no test: it is the stand-in of the benchmarks, in a
// process of its own until its input ends.
func TestStandInProcess(t *testing.T) {
	folder := os.Getenv(envStandIn)
	if folder == "" {
		t.Skip("this is the process of the benchmarks")
	}
	people, err := os.Open(filepath.Join(folder, "people.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	server, err := sandbox.Start(t.Context(), sandbox.Config{Dir: filepath.Join(folder, "sandbox"), People: people, Trouble: os.Getenv(envTrouble),
		Pace: sandbox.Pace{Batch: -1}})
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(server.Ready())
	if err != nil {
		t.Fatal(err)
	}
	ready := filepath.Join(folder, "ready.json")
	if err := os.WriteFile(ready+".new", line, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(ready+".new", ready); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
}

// benchRig is a stand-in in another process that knows so many people.
type benchRig struct {
	folder, readyFile, letter string
	ready                     sandbox.Ready
	numbers                   []string
}

func newBenchRig(b *testing.B, people int, trouble string) *benchRig {
	b.Helper()
	folder := b.TempDir()
	r := &benchRig{folder: folder, readyFile: filepath.Join(folder, "ready.json"), letter: filepath.Join(folder, sample.LetterName)}
	list := filepath.Join(folder, "list.csv")
	Crowd(b, people, list, filepath.Join(folder, "people.csv"))
	content, err := os.ReadFile(list)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows[1:] {
		r.numbers = append(r.numbers, row[1])
	}
	if err := os.WriteFile(r.letter, sample.Letter(), 0o600); err != nil {
		b.Fatal(err)
	}
	process := exec.Command(os.Args[0], "-test.run=^TestStandInProcess$", "-test.timeout=30m")
	process.Env = append(os.Environ(), envStandIn+"="+folder, envTrouble+"="+trouble)
	in, err := process.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = process.Wait()
	})
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if line, err := os.ReadFile(r.readyFile); err == nil {
			if err := json.Unmarshal(line, &r.ready); err != nil {
				b.Fatal(err)
			}
			return r
		}
	}
	b.Fatal("the stand-in did not become ready")
	return nil
}

// benchInFlight is how many letters are under way at once, in both.
const benchInFlight = 4

// bare sends letters with the client alone and gives the time of one.
func (r *benchRig) bare(b *testing.B, numbers []string) time.Duration {
	b.Helper()
	file, err := os.ReadFile(r.ready.CertificateFile)
	if err != nil {
		b.Fatal(err)
	}
	credentials, err := digipost.ReadPKCS12(file, r.ready.CertificatePassword)
	if err != nil {
		b.Fatal(err)
	}
	sender, err := strconv.ParseInt(r.ready.SenderID, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	client, err := digipost.New(digipost.Config{BaseURL: r.ready.REST, BrokerID: sender, Key: credentials.Key})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Root(b.Context(), sender); err != nil {
		b.Fatal(err)
	}
	letter := sample.Letter()
	begin := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchInFlight {
		all.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(numbers) && !b.Failed(); i = next.Add(1) - 1 {
				if err := sendBare(b.Context(), client, sender, numbers[i], letter); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin) / time.Duration(len(numbers))
}

func sendBare(ctx context.Context, client *digipost.Client, sender int64, number string, letter []byte) error {
	id := uuid.NewString()
	message := &digipost.Message{SenderID: sender, ID: uuid.NewString(),
		Recipient: digipost.Recipient{PersonalIdentificationNumber: number},
		PrimaryDocument: digipost.Document{UUID: id, Subject: "Måling", FileType: "pdf",
			AuthenticationLevel: digipost.AuthPassword, SensitivityLevel: digipost.SensitivityNormal}}
	_, err := client.Send(ctx, message, []digipost.Content{{UUID: id, Size: int64(len(letter)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(letter)), nil }}})
	return err
}

// measured is what a mailing cost.
type measured struct {
	each, planning time.Duration
	memory         uint64 // bytes of heap above the beginning, at most
	database       int64  // bytes
}

// engine sends a mailing through the whole program: register, database, outbox
// and engine on the disk.
func (r *benchRig) engine(b *testing.B, numbers []string, held bool) measured {
	b.Helper()
	ctx := b.Context()
	a, err := Open(ctx, Options{Data: b.TempDir(), Practice: true, SandboxFile: r.readyFile})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if err := a.Equip(ctx); err != nil {
		b.Fatal(err)
	}
	config := a.engine()
	config.InFlight, config.HoldMailings = benchInFlight, held
	a.Jobs = job.New(config)
	order := killOrder{Letter: r.letter, Subject: "Måling " + uuid.NewString(), Via: post.ViaREST, To: numbers}
	wish := order.wish(ctx, a)
	wish.HoldAtDigipost = held
	runtime.GC()
	watch := watchMemory()
	var out measured
	begin := time.Now()
	draft, err := a.Jobs.Prepare(ctx, wish)
	if err != nil {
		b.Fatal(err)
	}
	mailing, err := a.Jobs.Keep(ctx, draft)
	if err != nil {
		b.Fatal(err)
	}
	out.planning = time.Since(begin)
	if _, err := a.Jobs.Approve(ctx, mailing.ID, mailing.Fingerprint, len(numbers), 0); err != nil {
		b.Fatal(err)
	}
	begin = time.Now()
	if _, err := a.StartRunner(ctx); err != nil {
		b.Fatal(err)
	}
	mailing, err = a.Jobs.Follow(ctx, mailing.ID, 0, nil)
	out.each = time.Since(begin) / time.Duration(len(numbers))
	out.memory = watch()
	if err != nil || mailing.Counts.ByStatus[post.ItemDelivered] != len(numbers) {
		b.Fatalf("%v: %v", mailing.Counts.ByStatus, err)
	}
	for _, name := range []string{databaseFile, databaseFile + "-wal"} {
		if info, err := os.Stat(filepath.Join(a.Folder, name)); err == nil {
			out.database += info.Size()
		}
	}
	return out
}

// watchMemory gives, when called, the most heap in use since above that at the
// beginning.
func watchMemory() (most func() uint64) {
	inUse := func() uint64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapInuse
	}
	start, peak := inUse(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				peak = max(peak, inUse())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return max(peak, start) - start
	}
}

// BenchmarkEngine is what the program adds to a letter beside the bare client:
// both send the same letters, four at once, to the stand-in in another process,
// at once and with the delay of a network. With the delay is how it is at work.
func BenchmarkEngine(b *testing.B) {
	const letters = 400
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run("delay="+delay.String(), func(b *testing.B) {
			trouble := ""
			if delay > 0 {
				trouble = "delay@/messages:" + delay.String()
			}
			r := newBenchRig(b, letters, trouble)
			for b.Loop() {
				r.bare(b, r.numbers[:40]) // warm
				bare := r.bare(b, r.numbers)
				direct, held := r.engine(b, r.numbers, false), r.engine(b, r.numbers, true)
				over := func(m measured) float64 { return 100 * (float64(m.each)/float64(bare) - 1) }
				b.ReportMetric(over(direct), "%over")
				b.ReportMetric(over(held), "%over:held")
				b.Logf("a letter: %s bare, %s with the engine (%+.1f %%), %s held at Digipost first (%+.1f %%)",
					bare.Round(time.Microsecond), direct.each.Round(time.Microsecond), over(direct), held.each.Round(time.Microsecond), over(held))
			}
		})
	}
}

// BenchmarkTenThousand is a mailing of ten thousand letters: time, memory and
// the size of the database.
func BenchmarkTenThousand(b *testing.B) {
	r := newBenchRig(b, 10000, "")
	for b.Loop() {
		m := r.engine(b, r.numbers, false)
		b.ReportMetric(1/m.each.Seconds(), "letters/s")
		b.ReportMetric(float64(m.memory)/1e6, "MB")
		b.Logf("10,000 letters: planned in %s, %s each (%.0f a second), %.1f MB of heap above idle, database %.1f MB", m.planning.Round(time.Millisecond),
			m.each.Round(time.Microsecond), 1/m.each.Seconds(), float64(m.memory)/1e6, float64(m.database)/1e6)
	}
}

// BenchmarkSyncs counts how often the disk is waited for, for each letter: strace
// watches a process that sends a mailing.
func BenchmarkSyncs(b *testing.B) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		b.Skip("there is no strace")
	}
	const letters = 200
	r := newBenchRig(b, letters, "")
	for b.Loop() {
		count := func(numbers []string) int {
			folder := b.TempDir()
			order, err := json.Marshal(killOrder{Data: folder, Ready: r.readyFile, Letter: r.letter, Subject: "Måling " + uuid.NewString(), Via: post.ViaREST,
				To: numbers, Trace: filepath.Join(folder, "trace")})
			if err != nil {
				b.Fatal(err)
			}
			file, summary := filepath.Join(folder, "order.json"), filepath.Join(folder, "syncs")
			if err := os.WriteFile(file, order, 0o600); err != nil {
				b.Fatal(err)
			}
			process := exec.Command(strace, "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", summary, os.Args[0], "-test.run=^TestKillStepProcess$")
			process.Env = append(os.Environ(), envKillStep+"="+file, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
			if out, err := process.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			n, err := syncsIn(summary)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
		few, many := count(r.numbers[:20]), count(r.numbers)
		each := float64(many-few) / float64(letters-20)
		b.ReportMetric(each, "fsyncs/letter")
		b.Logf("%d fsyncs for 20 letters, %d for %d: %.2f for each letter more", few, many, letters, each)
	}
}

var syncRow = regexp.MustCompile(`(?m)^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$`)

// syncsIn reads the summary of strace.
func syncsIn(file string) (n int, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for _, row := range syncRow.FindAllStringSubmatch(string(content), -1) {
		calls, err := strconv.Atoi(row[1])
		if err != nil {
			return 0, err
		}
		n += calls
	}
	if n == 0 {
		return 0, errors.New("no call in " + fmt.Sprintf("%q", strings.TrimSpace(string(content))))
	}
	return n, nil
}
