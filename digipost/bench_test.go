package digipost_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// benchTime is how long each of the eight measurements of letters lasts.
const benchTime = 2500 * time.Millisecond

// BenchmarkLetters sends small letters to the stand-in in another process. Each
// costs a signature here and one there, so that without delay half the machine's
// own rate of RSA signatures is the ideal (a little more can be reached, since
// that rate is measured under the noise of the moment); with delay the ideal is
// in flight / delay.
func BenchmarkLetters(b *testing.B) {
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run("delay="+delay.String(), func(b *testing.B) { benchmarkLetters(b, delay) })
	}
}

func benchmarkLetters(b *testing.B, delay time.Duration) {
	trouble := ""
	if delay > 0 {
		trouble = "delay@/messages:" + delay.String()
	}
	client := newClient(b, trouble)
	// One round is all: it takes longer than go test wants to measure.
	for b.Loop() {
		one, all := signingRate(1), signingRate(runtime.GOMAXPROCS(0))
		var table strings.Builder // go test shows ten lines at most
		fmt.Fprintf(&table, "RSA-2048 signatures per second: %.0f on one core, %.0f on all %d\n", one, all, runtime.GOMAXPROCS(0))
		fmt.Fprintf(&table, "%7s %9s %10s %8s %8s\n", "delay", "in flight", "letters/s", "ideal", "reached")
		for _, flying := range []int{1, 4, 8, 16} {
			ideal := min(float64(flying)*one, all) / 2
			if delay > 0 {
				ideal = float64(flying) / delay.Seconds()
			}
			rate := letterRate(b, client, flying)
			fmt.Fprintf(&table, "%7s %9d %10.1f %8.1f %7.1f%%\n", delay, flying, rate, ideal, 100*rate/ideal)
			b.ReportMetric(rate, fmt.Sprintf("letters/s:%d", flying))
			b.ReportMetric(100*rate/ideal, fmt.Sprintf("%%ideal:%d", flying))
		}
		b.ReportMetric(one, "rsa/s:one")
		b.ReportMetric(all, "rsa/s:all")
		b.Log(table.String())
	}
}

// signingRate measures RSA-2048 signatures per second.
func signingRate(cores int) float64 {
	key, digest := testKey(), sha256.Sum256(nil)
	var done atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range cores {
		all.Go(func() {
			for time.Since(begin) < time.Second {
				if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err == nil {
					done.Add(1)
				}
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(begin).Seconds()
}

// newClient is a client of a stand-in in another process.
func newClient(b testing.TB, trouble string) *digipost.Client {
	b.Helper()
	ready := standInProcess(b, trouble)
	file, err := os.ReadFile(ready.CertificateFile)
	if err != nil {
		b.Fatal(err)
	}
	credentials, err := digipost.ReadPKCS12(file, ready.CertificatePassword)
	if err != nil {
		b.Fatal(err)
	}
	sender, err := strconv.ParseInt(ready.SenderID, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	client, err := digipost.New(digipost.Config{BaseURL: ready.REST, BrokerID: sender, Key: credentials.Key})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return client
}

// letterRate keeps letters in flight for benchTime and gives those per second.
func letterRate(b *testing.B, client *digipost.Client, flying int) float64 {
	text := []byte("Hei, æøå")
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	var sent atomic.Int64
	fly := func(until time.Time) {
		var all sync.WaitGroup
		for range flying {
			all.Go(func() {
				for !b.Failed() {
					if err := sendOne(client, int64(len(text)), open); err != nil {
						b.Error(err)
					}
					sent.Add(1)
					if !time.Now().Before(until) {
						return
					}
				}
			})
		}
		all.Wait()
	}
	fly(time.Now()) // connections and entry point
	sent.Store(0)
	begin := time.Now()
	fly(begin.Add(benchTime))
	return float64(sent.Load()) / time.Since(begin).Seconds()
}

func sendOne(client *digipost.Client, size int64, open func() (io.ReadCloser, error)) error {
	id := uuid.NewString()
	_, err := client.Send(context.Background(), &digipost.Message{
		ID: uuid.NewString(), Recipient: digipost.Recipient{PersonalIdentificationNumber: "01818130291"},
		PrimaryDocument: digipost.Document{UUID: id, Subject: "Prøve", FileType: "txt"},
	}, []digipost.Content{{UUID: id, Size: size, Open: open}})
	return err
}

// BenchmarkMemory sends 100 letters of 10 MB from disk, eight in flight, and
// tells how far this process grew meanwhile.
func BenchmarkMemory(b *testing.B) {
	const letters, flying, size = 100, 8, 10 << 20
	path := filepath.Join(b.TempDir(), "letter.txt")
	if err := os.WriteFile(path, bytes.Repeat([]byte("brevdue\n"), size/8), 0o600); err != nil {
		b.Fatal(err)
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	client := newClient(b, "")
	if _, err := client.Root(context.Background(), 0); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(letters * size)
	for b.Loop() {
		debug.FreeOSMemory()
		idle := residentMemory()
		var all sync.WaitGroup
		var next atomic.Int64
		for range flying {
			all.Go(func() {
				for next.Add(1) <= letters && !b.Failed() {
					if err := sendOne(client, size, open); err != nil {
						b.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { all.Wait(); close(done) }()
		peak := idle
		for sampling := true; sampling; {
			select {
			case <-done:
				sampling = false
			case <-time.After(5 * time.Millisecond):
			}
			peak = max(peak, residentMemory())
		}
		b.ReportMetric(float64(idle)/(1<<20), "MB-idle")
		b.ReportMetric(float64(peak-idle)/(1<<20), "MB-above-idle")
		b.Logf("%d letters of 10 MB, %d in flight: %.1f MB idle, at most %.1f MB above", letters, flying, float64(idle)/(1<<20), float64(peak-idle)/(1<<20))
	}
}

// residentMemory is what this process holds of the machine's memory; where the
// system does not tell, what Go holds.
func residentMemory() int64 {
	if status, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(status)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapReleased)
}
