package digipost

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	stdmultipart "mime/multipart"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestSend(t *testing.T) {
	var got []byte
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		got = body
		sum := sha256.Sum256(body)
		hash := base64.StdEncoding.EncodeToString(sum[:])
		if r.Header.Get("X-Content-SHA256") != hash || r.ContentLength != int64(len(body)) {
			t.Errorf("hash %s of %d bytes, header %s, length %d", hash, len(body), r.Header.Get("X-Content-SHA256"), r.ContentLength)
		}
		canonical := "POST\n/create_message\ndate: " + r.Header.Get("Date") + "\nx-content-sha256: " + hash + "\nx-digipost-userid: 1000\n\n"
		digest := sha256.Sum256([]byte(canonical))
		signature, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Digipost-Signature"))
		if err := rsa.VerifyPKCS1v15(&clientKey().PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Errorf("signature: %v", err)
		}
		kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/vnd.digipost-v8+xml" {
			t.Errorf("content type %q: %v", kind, err)
		}
		parts := stdmultipart.NewReader(bytes.NewReader(body), parameters["boundary"])
		for _, want := range []string{"message", uuidA, uuidB} {
			part, err := parts.NextPart()
			if err != nil {
				t.Errorf("part %s: %v", want, err)
				return
			}
			disposition, names, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			if disposition != "attachment" || names["filename"] != want {
				t.Errorf("part %s: %s %v", want, disposition, names)
			}
		}
		s.reply(w, r, 201, deliveryXML)
	})
	c := s.client()
	m := letter()
	m.PrimaryDocument.ContentHash = SHA256Hash(sha256.Sum256([]byte("first")))
	m.Attachments = []Document{{UUID: uuidB, Subject: "Vedlegg", FileType: "pdf"}}
	files := []Content{content(uuidB, []byte("second")), content(uuidA, []byte("first"))}
	d, err := c.Send(context.Background(), m, files)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(got)
	if d.RequestSHA256 != hex.EncodeToString(sum[:]) || d.DeliveryMethod != ChannelDigipost || d.Status != DeliveryDelivered ||
		d.SenderID != 1000 || d.MessageID != "message-1" || d.PrimaryDocument.ContentHash.Value == "" ||
		!d.DeliveryTime.Equal(time.Date(2026, 11, 21, 12, 0, 0, 123e6, time.UTC)) {
		t.Errorf("%+v", d)
	}
	if _, err := c.Send(context.Background(), m, files); err != nil {
		t.Error(err)
	}
	if calls := s.called(); len(calls) != 3 || calls[0] != "GET /" {
		t.Errorf("the entry point is fetched once: %v", calls)
	}
}

// TestContents: files and documents must fit together before a call is made.
func TestContents(t *testing.T) {
	s := newStub(t, func(http.ResponseWriter, *http.Request, []byte) { t.Error("a request was made") })
	c := s.client()
	good := content(uuidA, []byte("hei"))
	for name, contents := range map[string][]Content{
		"none": nil, "two": {good, good}, "other": {content(uuidB, nil)}, "one too many": {good, content(uuidB, nil)}, "no opener": {{UUID: uuidA}},
	} {
		var wrong *FieldError
		if _, err := c.Send(context.Background(), letter(), contents); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := content(uuidA, []byte("hei"))
	short.Size = 4
	long := content(uuidA, []byte("hei"))
	long.Size = 2
	for name, each := range map[string]Content{"short": short, "long": long} {
		if _, err := c.Send(context.Background(), letter(), []Content{each}); !errors.Is(err, ErrContentChanged) || MayRetry(err) || OutcomeUnknown(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := letter()
	m.PrimaryDocument.ContentHash = SHA256Hash([32]byte{})
	if _, err := c.Send(context.Background(), m, []Content{good}); !errors.Is(err, ErrContentChanged) {
		t.Errorf("another hash: %v", err)
	}
	gone := Content{UUID: uuidA, Size: 3, Open: func() (io.ReadCloser, error) { return nil, io.ErrClosedPipe }}
	if _, err := c.Send(context.Background(), letter(), []Content{gone}); !errors.Is(err, ErrContentUnreadable) || MayRetry(err) {
		t.Errorf("unreadable: %v", err)
	}
}

// TestChangedOnTheWay: a file that changes between hash and sending does not
// arrive, and nobody is left in doubt.
func TestChangedOnTheWay(t *testing.T) {
	s := newStub(t, func(http.ResponseWriter, *http.Request, []byte) { t.Error("the letter arrived") })
	c := s.client()
	opened := 0
	changing := Content{UUID: uuidA, Size: 100, Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(strings.Repeat(fmt.Sprint(opened), 100))), nil
	}}
	_, err := c.Send(context.Background(), letter(), []Content{changing})
	if !errors.Is(err, ErrContentChanged) || OutcomeUnknown(err) || MayRetry(err) {
		t.Errorf("%v", err)
	}
}

// TestOutcomes: for every way an answer can go wrong, what may be concluded.
func TestOutcomes(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	type questions struct{ unknown, retry, unverified bool }
	var s *digipostStub
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request, body []byte)
		status int
		want   questions
	}{
		"404 not a user": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			s.reply(w, r, 404, errorXML("UNKNOWN_RECIPIENT", "CLIENT_DATA", ""))
		}, 404, questions{}},
		"500": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			s.reply(w, r, 500, errorXML("SERVER_ERROR", "SERVER", "x"))
		}, 500, questions{unknown: true, retry: true}},
		"502 page": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			w.WriteHeader(502)
			io.WriteString(w, "<html><body>Bad gateway")
		}, 502, questions{unknown: true, retry: true}},
		"404 page": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			w.WriteHeader(404)
			io.WriteString(w, errorXML("UNKNOWN_RECIPIENT", "CLIENT_DATA", ""))
		}, 404, questions{unknown: true, retry: true, unverified: true}},
		"200 unsigned": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			io.WriteString(w, deliveryXML)
		}, 200, questions{unknown: true, retry: true, unverified: true}},
		"200 empty": {func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, "") },
			200, questions{unknown: true, retry: true}},
		"200 nonsense": {func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, "<html>") },
			200, questions{unknown: true, retry: true}},
		"200 another letter": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			s.reply(w, r, 200, strings.ReplaceAll(deliveryXML, "message-1", "message-2"))
		}, 200, questions{unknown: true, retry: true}},
		"307": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			s.reply(w, r, 307, "")
		}, 307, questions{unknown: true, retry: true}},
		"cut body": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			w.Header().Set("Content-Length", "5000")
			s.reply(w, r, 200, deliveryXML)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, 200, questions{unknown: true, retry: true, unverified: true}},
		"too large": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			s.reply(w, r, 200, strings.Repeat(" ", maxAnswer+1))
		}, 200, questions{unknown: true, retry: true, unverified: true}},
		"reset": {func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) },
			0, questions{unknown: true, retry: true}},
		"silence": {func(_ http.ResponseWriter, r *http.Request, _ []byte) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, 0, questions{unknown: true, retry: true}},
		"429": {func(w http.ResponseWriter, r *http.Request, _ []byte) {
			w.Header().Set("Retry-After", "7")
			s.reply(w, r, 429, "")
		}, 429, questions{retry: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s = newStub(t, test.answer)
			c := s.client(func(config *Config) { config.Timeout = 300 * time.Millisecond })
			_, err := send(c)
			var e *Error
			if !errors.As(err, &e) || e.Op != OpSend || e.HTTPStatus != test.status {
				t.Fatalf("%v", err)
			}
			if got := (questions{OutcomeUnknown(err), MayRetry(err), IsUnverified(err)}); got != test.want {
				t.Errorf("%v: %+v, want %+v", err, got, test.want)
			}
			posts := 0
			for _, call := range s.called() {
				if strings.HasPrefix(call, "POST") {
					posts++
				}
			}
			if posts != 1 {
				t.Errorf("sent %d times", posts)
			}
			if want := name == "404 not a user"; IsNotAUser(err) != want {
				t.Errorf("not a user: %v, want %v", !want, want)
			}
			if want := 7 * time.Second; name == "429" && RetryAfter(err) != want {
				t.Errorf("wait %v", RetryAfter(err))
			}
		})
	}
}

// TestNothingLeft: where no connection was made, nothing can have arrived.
func TestNothingLeft(t *testing.T) {
	s := newStub(t, nil)
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	s.server.Close()
	c.Close()
	_, err := send(c)
	var e *Error
	if !errors.As(err, &e) || e.Op != OpSend || OutcomeUnknown(err) || !MayRetry(err) {
		t.Errorf("%v, unknown %v", err, OutcomeUnknown(err))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Send(ctx, letter(), []Content{content(uuidA, []byte("hei"))}); !errors.Is(err, context.Canceled) || OutcomeUnknown(err) || MayRetry(err) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestGivenUp: a letter whose sender stops waiting may have arrived.
func TestGivenUp(t *testing.T) {
	hang := make(chan struct{})
	s := newStub(t, func(http.ResponseWriter, *http.Request, []byte) { <-hang })
	defer close(hang)
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := c.Send(ctx, letter(), []Content{content(uuidA, []byte("hei"))})
	if !errors.Is(err, context.DeadlineExceeded) || !OutcomeUnknown(err) {
		t.Errorf("%v, unknown %v", err, OutcomeUnknown(err))
	}
}

// TestBrokenUpload: when the line breaks before the last byte, the letter can't
// have arrived; a slow but moving upload is not broken.
func TestBrokenUpload(t *testing.T) {
	s := newStub(t, nil)
	c := s.client(func(config *Config) { config.Timeout = 400 * time.Millisecond })
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			io.CopyN(io.Discard, conn, 100_000)
			conn.Close()
		}
	}()
	moved := c.at("")
	moved.Host = listener.Addr().String()
	c.base = moved
	_, err = c.Send(context.Background(), letter(), []Content{large(64<<20, 0)})
	if err == nil || OutcomeUnknown(err) || !MayRetry(err) {
		t.Errorf("broken: %v, unknown %v", err, OutcomeUnknown(err))
	}
}

// large is a document of n bytes that is made while it is read, each piece
// after a pause.
func large(n int64, pause time.Duration) Content {
	var opened atomic.Int32
	return Content{UUID: uuidA, Size: n, Open: func() (io.ReadCloser, error) {
		wait := pause
		if opened.Add(1) == 1 {
			wait = 0
		}
		return io.NopCloser(io.LimitReader(readerFunc(func(p []byte) (int, error) {
			time.Sleep(wait)
			clear(p)
			return len(p), nil
		}), n)), nil
	}}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestSlowUpload(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, deliveryXML) })
	c := s.client(func(config *Config) { config.Timeout = 200 * time.Millisecond })
	begin := time.Now()
	if _, err := c.Send(context.Background(), letter(), []Content{large(512<<10, 40*time.Millisecond)}); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Errorf("took %v, which proves nothing", took)
	}
}

// TestMemory: a large letter is streamed.
func TestMemory(t *testing.T) {
	parts := newMultipart(newBoundary(), []byte("<x/>"), []document{{Content: large(256<<20, 0)}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	body, err := parts.body(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	in, _ := body.open(context.Background())
	if n, err := io.Copy(io.Discard, in); err != nil || n != body.size {
		t.Errorf("%d of %d: %v", n, body.size, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("reading 256 MB twice took %d bytes of memory", grown)
	}
}
