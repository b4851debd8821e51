package batch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// journey is what a job goes through, on any server that serves dir.
func journey(t *testing.T, server *testServer) {
	ctx := context.Background()
	c := dialTest(t, server.config())
	const name, stem = "brevdue-1f0A_x.zip", "brevdue-1f0A_x"
	content := random(t, 300_001)
	if _, found, err := c.Size(ctx, Split, name); found || err != nil {
		t.Fatalf("before: %v, %v", found, err)
	}
	var heard []int64
	if err := c.Upload(ctx, Split, name, strings.NewReader(content), int64(len(content)), func(n int64) { heard = append(heard, n) }); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(heard) || heard[len(heard)-1] != int64(len(content)) {
		t.Errorf("progress %v", heard)
	}
	if got, _ := server.get(t, "mottakersplitt/"+name); got != content {
		t.Error("the file differs")
	}
	if size, found, err := c.Size(ctx, Split, name); size != int64(len(content)) || !found || err != nil {
		t.Errorf("size %d, %v, %v", size, found, err)
	}
	err := c.Upload(ctx, Split, name, strings.NewReader("other"), 5, nil)
	var unsure *UploadUnsureError
	if !errors.Is(err, ErrExists) || errors.As(err, &unsure) {
		t.Errorf("over a file: %v", err)
	}
	if got, _ := server.get(t, "mottakersplitt/"+name); got != content {
		t.Error("the file was touched")
	}

	if list, err := c.Receipts(ctx, Split, stem); len(list) != 0 || err != nil {
		t.Errorf("no receipts yet: %v, %v", list, err)
	}
	later, earlier := "mottakersplitt/kvittering/"+stem+".resultat.20241122-145344585.zip", "mottakersplitt/kvittering/"+strings.ToUpper(stem)+".Mottatt.20241122-145300000.ZIP"
	server.put(t, later, content)
	server.put(t, earlier, "")
	server.put(t, "mottakersplitt/kvittering/other.resultat.20241122-145344585.zip", "x")
	server.put(t, "masseutsendelse/kvittering/"+stem+".resultat.20241122-145344585.zip", "x")
	if err := os.Mkdir(filepath.Join(server.dir, "mottakersplitt/kvittering", stem+".resultat.zip"), 0o755); err != nil {
		t.Fatal(err)
	}
	list, err := c.Receipts(ctx, Split, stem)
	if err != nil || len(list) != 2 || list[0].Receipt != Received || list[1].Receipt != Outcome {
		t.Fatalf("receipts: %+v, %v", list, err)
	}
	for i, want := range []string{"", content} {
		var b bytes.Buffer
		// Kind, name and size are all that is stored of a receipt.
		stored := RemoteFile{Kind: list[i].Kind, Name: list[i].Name, Size: list[i].Size}
		if err := c.Download(ctx, stored, &b); err != nil || b.String() != want {
			t.Errorf("receipt %d: %d bytes, %v", i, b.Len(), err)
		}
	}
	wrong := list[1]
	for _, wrong.Size = range []int64{0, list[1].Size - 1, list[1].Size + 1} {
		if err := c.Download(ctx, wrong, io.Discard); !errors.Is(err, ErrNotWhole) {
			t.Errorf("size %d: %v", wrong.Size, err)
		}
	}
	if err := c.Download(ctx, list[1], &fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
	for range 2 {
		if err := c.Remove(ctx, list[1]); err != nil {
			t.Error(err)
		}
	}
	if _, found := server.get(t, later); found {
		t.Error("the receipt is still there")
	}
	if err := c.Download(ctx, list[1], io.Discard); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("vanished receipt: %v", err)
	}
	if list, err := c.Receipts(ctx, Split, stem); len(list) != 1 || err != nil {
		t.Errorf("one receipt left: %v, %v", list, err)
	}
}

func TestTransfer(t *testing.T) {
	noLeaks(t)
	journey(t, diskServer(t))
}

func TestTransferRefusesNames(t *testing.T) {
	noLeaks(t)
	ctx := context.Background()
	c := dialTest(t, diskServer(t).config())
	for _, name := range []string{"", ".zip", "a", "a.zip.part", "../a.zip", "a/b.zip", "a b.zip", "a.b.zip", "æ.zip", "a\n.zip", "a.zip\n"} {
		if err := c.Upload(ctx, Split, name, strings.NewReader(""), 0, nil); !errors.Is(err, ErrName) {
			t.Errorf("upload %q: %v", name, err)
		}
		if _, _, err := c.Size(ctx, Split, name); !errors.Is(err, ErrName) {
			t.Errorf("size %q: %v", name, err)
		}
	}
	if err := c.Upload(ctx, "../x", "a.zip", strings.NewReader(""), 0, nil); !errors.Is(err, ErrName) {
		t.Errorf("kind: %v", err)
	}
	for _, stem := range []string{"", "..", "a/b", "a.b"} {
		if _, err := c.Receipts(ctx, Split, stem); !errors.Is(err, ErrName) {
			t.Errorf("stem %q: %v", stem, err)
		}
	}
	for _, name := range []string{"", ".", "..", "../a.zip", `..\a.zip`, "a\x00.zip"} {
		file := RemoteFile{Kind: Split, Name: name}
		if err := c.Download(ctx, file, io.Discard); !errors.Is(err, ErrName) {
			t.Errorf("download %q: %v", name, err)
		}
		if err := c.Remove(ctx, file); !errors.Is(err, ErrName) {
			t.Errorf("remove %q: %v", name, err)
		}
	}
	if err := c.Download(ctx, RemoteFile{Kind: Split, Name: "a.zip", Size: MaxReceipt + 1}, io.Discard); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// TestUploadWrongSize: the caller's size must be right, and a wrong one never
// looks like a finished upload.
func TestUploadWrongSize(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	for name, test := range map[string]struct {
		size int64
		from io.Reader
	}{
		"short":  {10, strings.NewReader("123456789")},
		"empty":  {1, strings.NewReader("")},
		"long":   {8, strings.NewReader("123456789")},
		"broken": {100_000, io.MultiReader(strings.NewReader(strings.Repeat("a", 50_000)), io.LimitReader(brokenReader{}, 1))},
	} {
		t.Run(name, func(t *testing.T) {
			c := dialTest(t, server.config())
			err := c.Upload(context.Background(), Split, name+".zip", test.from, test.size, nil)
			var unsure *UploadUnsureError
			if !errors.As(err, &unsure) || unsure.Name != name+".zip" {
				t.Errorf("got %v", err)
			}
			if name == "broken" && !errors.Is(err, errFull) {
				t.Errorf("the cause is lost: %v", err)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errFull }

// TestUploadCut breaks the connection after every so many bytes in both
// directions. Whatever comes: no error means a whole file, a file means no
// plain error, and what is there has the right size only when it is the job.
func TestUploadCut(t *testing.T) {
	noLeaks(t)
	content := random(t, 100_000)
	server := diskServer(t)
	whole := newProxy(t, server.addr, proxyLimits{up: -1, down: -1})
	run := func(addr, name string) (error, error) {
		config := server.config()
		config.Addr = addr
		c, err := Dial(context.Background(), config)
		if err != nil {
			return err, nil
		}
		defer c.Close()
		return nil, c.Upload(context.Background(), Split, name, strings.NewReader(content), int64(len(content)), nil)
	}
	if noDial, err := run(whole.addr, "whole.zip"); noDial != nil || err != nil {
		t.Fatal(noDial, err)
	}
	counts := map[string]int{}
	check := func(limits proxyLimits) {
		name := "cut-" + strings.ReplaceAll(time.Now().Format("150405.000000000"), ".", "-") + ".zip"
		noDial, err := run(newProxy(t, server.addr, limits).addr, name)
		// The server may still be writing what arrived.
		time.Sleep(2 * time.Millisecond)
		got, found := server.get(t, "mottakersplitt/"+name)
		var unsure *UploadUnsureError
		var unreachable *UnreachableError
		switch {
		case noDial != nil:
			counts["dial"]++
			if !errors.As(noDial, &unreachable) || found {
				t.Errorf("%+v: dial: %v, file %v", limits, noDial, found)
			}
		case err == nil:
			counts["whole"]++
			if got != content {
				t.Errorf("%+v: no error and %d bytes", limits, len(got))
			}
		case errors.As(err, &unsure):
			counts["unsure"]++
			if !strings.HasPrefix(got, content[:unsure.Sent]) || len(got) >= len(content) && got != content {
				t.Errorf("%+v: %d bytes there, %d confirmed", limits, len(got), unsure.Sent)
			}
		case errors.As(err, &unreachable):
			counts["before"]++
			if found {
				t.Errorf("%+v: a plain error and a file: %v", limits, err)
			}
		default:
			t.Errorf("%+v: %v", limits, err)
		}
	}
	for at := int64(0); at < whole.up.Load()+500; at += 1499 {
		check(proxyLimits{up: at, down: -1})
	}
	for at := int64(0); at < whole.down.Load()+100; at += 61 {
		check(proxyLimits{up: -1, down: at})
	}
	t.Log(counts)
	for _, outcome := range []string{"dial", "whole", "unsure", "before"} {
		if counts[outcome] == 0 {
			t.Errorf("no cut gave %q", outcome)
		}
	}
}

// TestDownloadCut: a receipt is whole or an error, wherever the wire breaks.
func TestDownloadCut(t *testing.T) {
	noLeaks(t)
	content := random(t, 400_000)
	server := diskServer(t)
	const name = "a.resultat.20241122-145344585.zip"
	server.put(t, "mottakersplitt/kvittering/"+name, content)
	whole := newProxy(t, server.addr, proxyLimits{up: -1, down: -1})
	run := func(addr string) (string, error) {
		config := server.config()
		config.Addr = addr
		c, err := Dial(context.Background(), config)
		if err != nil {
			return "", err
		}
		defer c.Close()
		var b bytes.Buffer
		err = c.Download(context.Background(), RemoteFile{Kind: Split, Name: name, Size: int64(len(content))}, &b)
		return b.String(), err
	}
	if got, err := run(whole.addr); err != nil || got != content {
		t.Fatal(err)
	}
	broken := 0
	for at := int64(1000); at < whole.down.Load(); at += 9973 {
		got, err := run(newProxy(t, server.addr, proxyLimits{up: -1, down: at}).addr)
		var unreachable *UnreachableError
		switch {
		case err == nil && got != content:
			t.Errorf("cut at %d: no error and %d bytes", at, len(got))
		case err != nil && !errors.As(err, &unreachable):
			t.Errorf("cut at %d: %v", at, err)
		case err != nil:
			broken++
		}
	}
	if broken == 0 {
		t.Error("nothing was cut")
	}
}

// calls are all calls of a connection.
func calls(c *Connection) map[string]func(context.Context) error {
	receipt := RemoteFile{Kind: Split, Name: "a.resultat.zip", Size: 300_000}
	return map[string]func(context.Context) error{
		"upload": func(ctx context.Context) error {
			return c.Upload(ctx, Split, "b.zip", strings.NewReader(strings.Repeat("b", 300_000)), 300_000, nil)
		},
		"size":     func(ctx context.Context) error { _, _, err := c.Size(ctx, Split, "a.zip"); return err },
		"receipts": func(ctx context.Context) error { _, err := c.Receipts(ctx, Split, "a"); return err },
		"download": func(ctx context.Context) error { return c.Download(ctx, receipt, io.Discard) },
		"remove":   func(ctx context.Context) error { return c.Remove(ctx, receipt) },
	}
}

// TestSilentServer: a server that stops answering holds no call longer than
// its context or the stall time, and later calls fail at once.
func TestSilentServer(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	server.put(t, "mottakersplitt/kvittering/a.resultat.zip", random(t, 300_000))
	whole := newProxy(t, server.addr, proxyLimits{up: -1, down: -1})
	config := server.config()
	config.Addr = whole.addr
	_ = dialTest(t, config).Close()
	login := whole.down.Load()
	for name := range calls(nil) {
		for _, byContext := range []bool{true, false} {
			config.Addr = newProxy(t, server.addr, proxyLimits{up: -1, down: login + 5, silent: true}).addr
			config.Stall = 20 * time.Second
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			c := dialTest(t, config)
			if byContext {
				time.AfterFunc(50*time.Millisecond, cancel)
			} else {
				c.stall = 100 * time.Millisecond
			}
			start := time.Now()
			err := calls(c)[name](ctx)
			cancel()
			var unreachable *UnreachableError
			switch {
			case byContext && !errors.Is(err, context.Canceled):
				t.Errorf("%s: %v", name, err)
			case !byContext && (!errors.As(err, &unreachable) || !unreachable.Timeout()):
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s: took %v", name, took)
			}
			if _, _, err := c.Size(context.Background(), Split, "a.zip"); !errors.As(err, &unreachable) {
				t.Errorf("%s: afterwards: %v", name, err)
			}
		}
	}
}

// TestCallsTakeTurns: calls from many goroutines, one of them given up while it
// waits, another broken off by Close.
func TestCallsTakeTurns(t *testing.T) {
	noLeaks(t)
	server := diskServer(t)
	c := dialTest(t, server.config())
	failed := make(chan error, 20)
	for range cap(failed) {
		go func() { _, _, err := c.Size(context.Background(), Split, "a.zip"); failed <- err }()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	started := make(chan struct{})
	stuck := make(chan error, 1)
	blocking, release := io.Pipe()
	go func() {
		stuck <- c.Upload(context.Background(), Split, "x.zip", io.MultiReader(strings.NewReader("a"), onRead(func() { close(started) }), blocking), 100, nil)
	}()
	<-started
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := c.Size(ctx, Split, "a.zip"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for its turn: %v", err)
	}
	_ = c.Close()
	_, _ = release.Write(bytes.Repeat([]byte("b"), 99))
	_ = release.Close()
	var unsure *UploadUnsureError
	if err := <-stuck; !errors.As(err, &unsure) {
		t.Errorf("closed meanwhile: %v", err)
	}
}

// onRead calls a function when it is read, and is then at its end.
type onRead func()

func (f onRead) Read([]byte) (int, error) { f(); return 0, io.EOF }
