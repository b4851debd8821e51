package onboarding

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// world is everything around a driver, kept over "restarts".
type world struct {
	t       *testing.T
	mutex   sync.Mutex // guards what is stored: two drivers may share it
	stored  post.Onboarding
	found   bool
	log     []string
	taken   map[int]bool // ports another program holds
	nonces  int
	browser error
	verify  error
	now     time.Time
	answers chan Answer
}

func newWorld(t *testing.T) *world {
	return &world{t: t, taken: map[int]bool{}, now: start, answers: make(chan Answer, 1)}
}

func (w *world) driver() *Driver {
	d := New(w, w, func(_ context.Context, address string) error {
		if !w.found || w.stored.State == string(NotStarted) || w.stored.RegistrationURL != address {
			w.t.Error("the browser was opened before the attempt was stored")
		}
		w.log = append(w.log, "open")
		return w.browser
	}, func(context.Context, Answer) error {
		if State(w.stored.State) != Returned {
			w.t.Error("proved before the answer was stored")
		}
		w.log = append(w.log, "verify")
		return w.verify
	}, func() time.Time { return w.now })
	w.t.Cleanup(func() { _ = d.Close() })
	return d
}

func (w *world) Onboarding(context.Context) (post.Onboarding, bool, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.stored, w.found, nil
}
func (w *world) SaveOnboarding(_ context.Context, a post.Onboarding) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.stored, w.found = a, true
	w.log = append(w.log, "save "+a.State)
	return nil
}
func (w *world) NewNonce() string { w.nonces++; return fmt.Sprint("nonce-", w.nonces) }
func (w *world) RegistrationURL(_ context.Context, returnURL, nonce, org string) (string, error) {
	return "https://example.org/?redirect-url=" + url.QueryEscape(returnURL) + "&nonce=" + nonce + "&org=" + org, nil
}
func (w *world) Listen(_ context.Context, port int, path, nonce string) (Listener, error) {
	if port == 0 {
		port, path = 40000+len(w.log), "/secret"
	}
	if w.taken[port] {
		return nil, errors.New("address in use")
	}
	w.log = append(w.log, "listen")
	return &fakeListener{w: w, port: port, path: path, closed: make(chan struct{})}, nil
}
func (w *world) ReadReturn(address string) (Answer, error) {
	var a Answer
	if _, err := fmt.Sscanf(address, "back %d %s", &a.SenderID, &a.Nonce); err != nil {
		return a, post.NewFault(post.CodeReturnUnreadable, err)
	}
	return a, nil
}

type fakeListener struct {
	w      *world
	port   int
	path   string
	closed chan struct{}
}

func (l *fakeListener) URL() string  { return fmt.Sprintf("http://127.0.0.1:%d%s", l.port, l.path) }
func (l *fakeListener) Port() int    { return l.port }
func (l *fakeListener) Path() string { return l.path }
func (l *fakeListener) Close() error { close(l.closed); return nil }
func (l *fakeListener) Wait(ctx context.Context) (Answer, error) {
	select {
	case a := <-l.w.answers:
		return a, nil
	case <-l.closed:
		return Answer{}, errors.New("closed")
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}

func (w *world) want(attempt post.Onboarding, err error, state State, code post.Code) {
	w.t.Helper()
	if State(attempt.State) != state || post.CodeOf(err) != code {
		w.t.Fatalf("state %s, error %v; want %s, %q", attempt.State, err, state, code)
	}
}

func TestStartListensSavesThenOpens(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	a, err := d.Start(t.Context(), "987654325")
	w.want(a, err, BrowserOpened, "")
	if got := strings.Join(w.log, ", "); got != "listen, save browser_opened, open" {
		t.Error(got)
	}
	if a.Port == 0 || a.Path == "" || a.Nonce != "nonce-1" || !strings.Contains(a.RegistrationURL, url.QueryEscape(d.ReturnURL())) {
		t.Errorf("%+v", a)
	}
	w.answers <- Answer{SenderID: 1000, DigipostAddress: "k#1", Nonce: "nonce-1"}
	a, err = d.Wait(t.Context())
	w.want(a, err, Verified, "")
	if a.SenderID != 1000 || d.Listening() {
		t.Errorf("%+v, listening %v", a, d.Listening())
	}
	if a, err = d.Wait(t.Context()); err != nil || State(a.State) != Verified {
		t.Errorf("waiting when all is done: %v %v", a, err)
	}
}

func TestNoBrowserIsNoFailure(t *testing.T) {
	w := newWorld(t)
	w.browser = post.NewFault(post.CodeNoBrowser, nil)
	a, err := w.driver().Start(t.Context(), "1")
	w.want(a, err, BrowserOpened, "")
	if a.Trouble != post.CodeNoBrowser || a.RegistrationURL == "" || w.stored.Trouble != post.CodeNoBrowser {
		t.Errorf("%+v", a)
	}
}

func TestPressedTwiceKeepsNonceAndPort(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	first, _ := d.Start(t.Context(), "1")
	second, err := d.Start(t.Context(), "1")
	w.want(second, err, BrowserOpened, "")
	if first.Nonce != second.Nonce || first.Port != second.Port || first.RegistrationURL != second.RegistrationURL {
		t.Errorf("%+v\n%+v", first, second)
	}
	third, err := d.Start(t.Context(), "2")
	w.want(third, err, BrowserOpened, "")
	if third.Nonce == first.Nonce {
		t.Error("another company has the same nonce")
	}
}

func TestCameBackTomorrow(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	first, _ := d.Start(t.Context(), "1")
	_ = d.Close()
	w.now = w.now.AddDate(0, 0, 1)
	d = w.driver()
	a, err := d.Resume(t.Context())
	w.want(a, err, BrowserOpened, "")
	if !d.Listening() || a.Port != first.Port || a.Path != first.Path {
		t.Errorf("%+v", a)
	}
	if _, err := d.Resume(t.Context()); err != nil {
		t.Errorf("resumed twice: %v", err)
	}
	// The port is taken: nothing listens, but the address can be pasted.
	_ = d.Close()
	w.taken[first.Port] = true
	d = w.driver()
	a, err = d.Resume(t.Context())
	w.want(a, err, BrowserOpened, "")
	if d.Listening() || a.RegistrationURL != first.RegistrationURL {
		t.Error("listens on a port the browser does not know")
	}
	a, err = d.Wait(t.Context())
	w.want(a, err, BrowserOpened, post.CodeNoSignup)
	a, err = d.Paste(t.Context(), "back 1000 nonce-1")
	w.want(a, err, Verified, "")
	// Pressed again with the port taken: a free one.
	w.stored.State, w.stored.SenderID = string(BrowserOpened), 0
	a, err = d.Start(t.Context(), "1")
	w.want(a, err, BrowserOpened, "")
	if a.Port == first.Port || !d.Listening() {
		t.Errorf("%+v", a)
	}
}

func TestPasteWhileWaiting(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	type result struct {
		a   post.Onboarding
		err error
	}
	done := make(chan result)
	go func() { a, err := d.Wait(t.Context()); done <- result{a, err} }()
	a, err := d.Paste(t.Context(), "junk")
	w.want(a, err, BrowserOpened, post.CodeReturnUnreadable)
	a, err = d.Paste(t.Context(), "back 1000 wrong")
	w.want(a, err, BrowserOpened, post.CodeReturnNonce)
	a, err = d.Paste(t.Context(), "back 1000 nonce-1")
	w.want(a, err, Verified, "")
	got := <-done
	w.want(got.a, got.err, Verified, "")
}

// TestPasteElsewhere: who waits hears of an answer that another process stored,
// and lets go of the port.
func TestPasteElsewhere(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	a, err := w.driver().Paste(t.Context(), "back 1000 nonce-1")
	w.want(a, err, Verified, "")
	a, err = d.Wait(t.Context())
	w.want(a, err, Verified, "")
	if d.Listening() {
		t.Error("goes on listening")
	}
}

func TestPasteWithoutSignup(t *testing.T) {
	w := newWorld(t)
	a, err := w.driver().Paste(t.Context(), "back 1000 x")
	w.want(a, err, NotStarted, post.CodeNoSignup)
}

func TestVerifyLater(t *testing.T) {
	w := newWorld(t)
	w.verify = post.NewFault(post.CodeNoCertificate, nil)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	a, err := d.Paste(t.Context(), "back 1000 nonce-1")
	w.want(a, err, Returned, "")
	if a.Trouble != post.CodeNoCertificate {
		t.Errorf("%+v", a)
	}
	w.verify = nil
	a, err = d.Verify(t.Context())
	w.want(a, err, Verified, "")
	if a.Trouble != "" {
		t.Errorf("%+v", a)
	}
}

func TestStopWaiting(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if !d.Listening() {
		t.Error("stopped listening, too")
	}
}

func TestApplicationTurnedDownAndGivenUp(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	a, err := d.HandedIn(t.Context())
	w.want(a, err, Applied, "")
	a, err = d.Denied(t.Context())
	w.want(a, err, Refused, "")
	a, err = d.Cancel(t.Context())
	w.want(a, err, NotStarted, "")
	if a.Nonce != "" || d.Listening() {
		t.Errorf("%+v", a)
	}
}

// TestListenerEndsByItself: with the nonce's time over there is nobody to wait
// for, and that is what the waiting one hears.
func TestListenerEndsByItself(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.listener = &ended{Listener: d.listener}
	d.mu.Unlock()
	w.now = w.now.Add(NonceLife + time.Second)
	a, err := d.Wait(t.Context())
	w.want(a, err, BrowserOpened, post.CodeReturnExpired)
	if a.Trouble != post.CodeReturnExpired || d.Listening() {
		t.Errorf("%+v", a)
	}
}

// ended is a listener whose time is over.
type ended struct{ Listener }

func (*ended) Wait(context.Context) (Answer, error) { return Answer{}, errors.New("closed") }

// TestNobodyCanListen: where no port can be bound the attempt is stored, its page
// opened, and the address pasted, also by the next run; a port that can be bound
// later is taken at the next press.
func TestNobodyCanListen(t *testing.T) {
	w := newWorld(t)
	blocked := func() *Driver {
		d := w.driver()
		d.ports.Unheard = func(path string) string { return "http://127.0.0.1:9" + path }
		d.ports.Signup = deaf{w}
		return d
	}
	d := blocked()
	a, err := d.Start(t.Context(), "987654325")
	w.want(a, err, BrowserOpened, "")
	if !w.found || w.stored.Nonce == "" || d.Listening() || !strings.Contains(w.stored.RegistrationURL, url.QueryEscape("http://127.0.0.1:9/")) {
		t.Fatalf("%+v, listening %v", w.stored, d.Listening())
	}
	if _, err := d.Wait(t.Context()); post.CodeOf(err) != post.CodeNoSignup {
		t.Errorf("waited for what cannot come: %v", err)
	}
	address := w.stored.RegistrationURL
	again := w.driver() // the next run could listen, but the browser ends elsewhere
	a, err = again.Resume(t.Context())
	w.want(a, err, BrowserOpened, "")
	if again.Listening() || a.RegistrationURL != address {
		t.Errorf("listening %v at %s", again.Listening(), a.RegistrationURL)
	}
	a, err = again.Paste(t.Context(), "back 1000 "+w.stored.Nonce)
	w.want(a, err, Verified, "")

	w = newWorld(t)
	d = blocked()
	if _, err := d.Start(t.Context(), "987654325"); err != nil {
		t.Fatal(err)
	}
	d.ports.Signup = w
	a, err = d.Start(t.Context(), "987654325")
	w.want(a, err, BrowserOpened, "")
	if !d.Listening() || strings.Contains(a.RegistrationURL, "127.0.0.1%3A9%2F") {
		t.Errorf("listening %v, opened %s", d.Listening(), a.RegistrationURL)
	}
}

// TestChosenPort: the port that a person chose is bound and registered, also for an
// attempt that had another; where it is taken nobody listens elsewhere.
func TestChosenPort(t *testing.T) {
	w := newWorld(t)
	chosen := 0
	driver := func() *Driver {
		d := w.driver()
		d.ports.Port = func(context.Context) (int, error) { return chosen, nil }
		d.ports.Unheard = func(path string) string { return "http://127.0.0.1:9" + path }
		return d
	}
	d := driver()
	first, err := d.Start(t.Context(), "987654325")
	w.want(first, err, BrowserOpened, "")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	chosen = first.Port + 1000
	d = driver()
	a, err := d.Resume(t.Context()) // the page in the browser leads to the old one
	w.want(a, err, BrowserOpened, "")
	if a.Port != first.Port || !d.Listening() {
		t.Errorf("resumed at %d, listening %v", a.Port, d.Listening())
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	a, err = d.Start(t.Context(), "987654325")
	w.want(a, err, BrowserOpened, "")
	if a.Port != chosen || a.Nonce != first.Nonce || !d.Listening() {
		t.Errorf("port %d, want %d; listening %v", a.Port, chosen, d.Listening())
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	d.ports.Signup = deaf{w}
	a, err = d.Start(t.Context(), "987654325")
	w.want(a, err, BrowserOpened, "")
	if d.Listening() || !strings.Contains(a.RegistrationURL, url.QueryEscape("http://127.0.0.1:9/")) {
		t.Errorf("listening %v, opened %s", d.Listening(), a.RegistrationURL)
	}
}

// deaf is a machine on which nothing can listen.
type deaf struct{ *world }

func (deaf) Listen(context.Context, int, string, string) (Listener, error) {
	return nil, errors.New("permission denied")
}

// TestTroubleKeepsItsFields: what fills the gaps of the words is stored with the
// code, and goes with it.
func TestTroubleKeepsItsFields(t *testing.T) {
	w := newWorld(t)
	d := w.driver()
	if _, err := d.Start(t.Context(), "987654325"); err != nil {
		t.Fatal(err)
	}
	w.verify = fmt.Errorf("prove: %w", post.NewFault(post.CodeNotAuthorised, nil, "sender", "1000", "detail", "2000"))
	a, err := d.Paste(t.Context(), "back 1000 "+w.stored.Nonce)
	w.want(a, err, Returned, "")
	if fault := TroubleOf(w.stored); fault == nil || fault.Code != post.CodeNotAuthorised || fault.Fields["sender"] != "1000" || fault.Fields["detail"] != "2000" {
		t.Errorf("%+v", fault)
	}
	w.verify = nil
	a, err = d.Verify(t.Context())
	w.want(a, err, Verified, "")
	if w.stored.TroubleFields != nil || TroubleOf(w.stored) != nil {
		t.Errorf("left over: %+v", w.stored)
	}
}
