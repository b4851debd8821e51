package digipost

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// BenchmarkLargeLetter sends one letter of ten files of 10 MB, which must never
// be in memory: neither what is allocated for it nor what is held while it is
// on its way may grow with it.
func BenchmarkLargeLetter(b *testing.B) {
	const files, size = 10, 10 << 20
	path := filepath.Join(b.TempDir(), "document.txt")
	if err := os.WriteFile(path, bytes.Repeat([]byte("brevdue\n"), size/8), 0o600); err != nil {
		b.Fatal(err)
	}
	var s *digipostStub
	s = newStub(b, func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, deliveryXML) })
	inner := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		inner.ServeHTTP(w, r)
	})
	c := s.client()
	m := letter()
	var contents []Content
	for i := range files {
		id := uuidA
		if i > 0 {
			id = strings.Replace(uuidB, "1f0e", "1f0"+string(rune('0'+i)), 1)
			m.Attachments = append(m.Attachments, Document{UUID: id, Subject: "Vedlegg", FileType: "txt"})
		}
		contents = append(contents, Content{UUID: id, Size: size, Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	b.SetBytes(files * size)
	b.ReportAllocs()
	var peak uint64
	for b.Loop() {
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		idle := memory.HeapInuse
		done := make(chan error, 1)
		go func() { _, err := c.Send(context.Background(), m, contents); done <- err }()
		for sampling := true; sampling; {
			select {
			case err := <-done:
				if err != nil {
					b.Fatal(err)
				}
				sampling = false
			case <-time.After(2 * time.Millisecond):
			}
			runtime.ReadMemStats(&memory)
			peak = max(peak, memory.HeapInuse-min(idle, memory.HeapInuse))
		}
	}
	b.ReportMetric(float64(peak)/(1<<20), "MB-heap-above-idle")
}
