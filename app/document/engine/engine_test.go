package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"brevdue/assets/sample"
)

// laughing makes a PDF whose page draws a form ten times, which draws a form ten
// times, and so on: more than anybody waits for.
func laughing() []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>"}
	draw := strings.Repeat("/X Do ", 10)
	objects = append(objects, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw))
	for depth := range 12 {
		objects = append(objects, fmt.Sprintf("<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X %d 0 R >> >> /Length %d >>\nstream\n%s\nendstream",
			6+depth, len(draw), draw))
	}
	objects = append(objects, "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Length 26 >>\nstream\nBT /F 9 Tf (Hei) Tj ET    \nendstream")
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	at := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, at)
	return out.Bytes()
}

func textOf(ctx context.Context, e *Engine, limit time.Duration, data []byte) (string, error) {
	return Do(ctx, e, limit, data, func(_ context.Context, opened *Document) (string, error) { return opened.Text(1, 1000) })
}

// TestHostileIsStopped: a document that would take for ever is stopped in the
// middle, leaves nothing running, and the next one is read as ever.
func TestHostileIsStopped(t *testing.T) {
	var e Engine
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx := context.Background()
	if text, err := textOf(ctx, &e, time.Minute, sample.Letter()); err != nil || len(text) < 100 {
		t.Fatalf("%q %v", text, err)
	}
	before := runtime.NumGoroutine()
	began := time.Now()
	if _, err := textOf(ctx, &e, 300*time.Millisecond, laughing()); !errors.Is(err, ErrTooSlow) {
		t.Errorf("too slow: %v", err)
	}
	gone, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := textOf(gone, &e, time.Minute, laughing()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
	if took := time.Since(began); took > farewell {
		t.Errorf("stopping took %s", took)
	}
	if e.pool == nil {
		t.Error("PDFium had to be left behind")
	}
	if text, err := textOf(ctx, &e, time.Minute, sample.Letter()); err != nil || len(text) < 100 {
		t.Errorf("afterwards: %q %v", text, err)
	}
	for wait := 0; runtime.NumGoroutine() > before; wait++ {
		if wait == 100 {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines more:\n%s", runtime.NumGoroutine()-before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestTurns: one at a time, whoever waits may give up, and after the end there is
// no more work.
func TestTurns(t *testing.T) {
	var e Engine
	ctx := context.Background()
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := Do(ctx, &e, time.Minute, sample.Letter(), func(context.Context, *Document) (int, error) {
			close(inside)
			<-leave
			return 0, nil
		})
		done <- err
	}()
	<-inside
	impatient, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := textOf(impatient, &e, time.Minute, sample.Letter()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	close(leave)
	if err := errors.Join(<-done, e.Close(), e.Close()); err != nil {
		t.Error(err)
	}
	if _, err := textOf(ctx, &e, time.Minute, sample.Letter()); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestPanicAndPassword(t *testing.T) {
	var e Engine
	defer func() { _ = e.Close() }()
	_, err := Do(context.Background(), &e, time.Minute, sample.Letter(), func(context.Context, *Document) (int, error) { panic("av vei") })
	if err == nil || !strings.Contains(err.Error(), "av vei") {
		t.Errorf("%v", err)
	}
	if _, err := textOf(context.Background(), &e, time.Minute, []byte("nei")); err == nil || IsPassword(err) {
		t.Errorf("%v", err)
	}
}
