package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
)

// Config says where the stand-in lives and how it behaves.
type Config struct {
	// Dir holds all state: keys, ports, journal, receipts. Made if missing.
	Dir string
	// REST, SFTP, Signup, Control and EBox are loopback addresses (host:port).
	// Empty means the port of the last run, or a free one.
	REST, SFTP, Signup, Control, EBox string
	// People is the people file (CSV). Nil means people.csv in Dir, or nobody.
	People io.Reader
	// Senders are the accounts that letters may be sent for. Nil means
	// senders.json in Dir (the same as a JSON list), or the owner of the
	// certificate with the usual agreement.
	Senders []Sender
	// Relay is the partner's address on this machine that is told of approved
	// applications (half-automatic sign-up); "" means that none was agreed.
	Relay string
	// Trouble is a trouble SPEC, "" for none. See ParseTrouble.
	Trouble string
	// Seed decides all chance: trouble with %CHANCE and the order of rows.
	Seed int64
	// Now is the time; nil means the clock of the machine.
	Now func() time.Time
	// Log gets one line per noteworthy thing, without personal numbers. May be nil.
	Log func(format string, args ...any)
	// ReceiptDelay is the time between the steps of a batch job; 0 means about a second.
	ReceiptDelay time.Duration
	// Pace is how fast things happen to letters.
	Pace Pace
}

// Pace is how long things take on the stand-in's clock, which POST /clock of
// the control pages moves. 0 means the usual time (for print: the next print
// run), less means at once.
type Pace struct {
	Batch    time.Duration // from completing a REST batch to its end; 2 s
	Open     time.Duration // from delivery until the recipient opens a letter; 10 min
	Print    time.Duration // from the print service's taking a letter until it is printed, or that failed; next working day
	Postmark time.Duration // from the print service's taking a letter until it is posted; the working day after
}

// atOnce is a time that nobody notices, but that is not 0.
const atOnce = time.Nanosecond

// usual fills in the usual times.
func (p *Pace) usual() {
	for _, t := range []struct {
		is        *time.Duration
		otherwise time.Duration
	}{{&p.Batch, 2 * time.Second}, {&p.Open, 10 * time.Minute}, {&p.Print, 0}, {&p.Postmark, 0}} {
		switch {
		case *t.is == 0:
			*t.is = t.otherwise
		case *t.is < 0:
			*t.is = atOnce
		}
	}
}

func (s *Server) folk() *people { return s.people.Load() }

// ErrBusy means that another process serves the same folder.
var ErrBusy = errors.New("another process serves this folder")

// Server is a running stand-in.
type Server struct {
	cfg     Config
	dir     folder
	lock    *flock.Flock
	clock   *clock
	id      *identity
	people  atomic.Pointer[people]            // replaced when somebody registers
	senders atomic.Pointer[map[int64]*Sender] // replaced by POST /senders
	trouble *trouble
	journal *journal
	state   *state
	grammar apiGrammar
	split   splitGrammar
	mail    mailGrammar
	ready   Ready

	base   string // of the REST interface, no slash at the end
	signup string // of the sign-up pages

	texts    texts // both under judging
	verdicts verdicts
	judging  sync.Mutex   // one PDF at a time is judged for print
	changing sync.Mutex   // one change of senders, people or clock at a time
	taking   sync.Mutex   // one batch file at a time is taken, accepted or delivered
	mailing  sync.Mutex   // one mailing at a time is judged
	batching sync.RWMutex // held to write while a REST batch is made or ended, to read while a letter joins
	uploads  uploads
	inbox    inbox
	ebox     *ebox

	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	closing sync.Once
	closers []func() error
	conns   connSet

	mu  sync.Mutex
	err error // the first failure while serving
}

// Start opens the folder, binds the five listeners and serves until ctx ends
// or Close is called. Only one server at a time may have a folder (ErrBusy).
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Dir == "" {
		return nil, errors.New("sandbox: no folder named")
	}
	if cfg.Relay != "" {
		if _, err := relayAddress(cfg.Relay); err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
	}
	if cfg.Log == nil {
		cfg.Log = func(string, ...any) {}
	}
	if cfg.ReceiptDelay <= 0 {
		cfg.ReceiptDelay = time.Second
	}
	cfg.Pace.usual()
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &Server{cfg: cfg, dir: folder(dir), clock: newClock(cfg.Now), grammar: newAPIGrammar(), split: newSplitGrammar(), inbox: inbox{tickets: map[string]ticket{}}}
	s.mail = newMailGrammar(s.split.recipient)
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.start(); err != nil {
		_ = s.Close() // the first fault is the one to tell
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	context.AfterFunc(s.ctx, func() { _ = s.Close() })
	return s, nil
}

func (s *Server) start() error {
	if err := s.openFolder(); err != nil {
		return err
	}
	var err error
	if s.trouble, err = newTrouble(s.cfg.Trouble, s.cfg.Seed); err != nil {
		return err
	}
	if s.id, err = loadIdentity(s.dir); err != nil {
		return err
	}
	known, err := s.loadPeople()
	if err != nil {
		return err
	}
	s.people.Store(known)
	if err := s.loadClock(); err != nil {
		return err
	}
	if err := s.loadSenders(); err != nil {
		return err
	}
	var records []record
	if s.journal, records, err = openJournal(s.dir.path("journal.jsonl")); err != nil {
		return err
	}
	s.closers = append(s.closers, s.journal.close)
	s.state = newState()
	if s.ebox, err = loadEBox(s.dir, s.id.ebox, s.clock.now()); err != nil {
		return err
	}
	for i, r := range records {
		if err := s.replay(r); err != nil {
			return fmt.Errorf("journal line %d: %w", i+1, err)
		}
	}
	if err := errors.Join(s.sweepRows(), s.sweepMail()); err != nil {
		return err
	}
	return s.listen()
}

// replay takes one record of the journal back in.
func (s *Server) replay(r record) error {
	switch {
	case r.Inbox != nil:
		return s.inbox.add(r.Inbox)
	case r.Registration != nil:
		return s.registered(*r.Registration)
	case r.InboxStep != nil:
		return s.inbox.step(*r.InboxStep)
	case r.EBox != nil:
		s.ebox.take(*r.EBox)
		return nil
	}
	return s.state.replay(r)
}

// openFolder makes the folder, takes its lock and sweeps what a killed process left half-done.
func (s *Server) openFolder() error {
	if err := s.dir.make(); err != nil {
		return err
	}
	s.lock = flock.New(s.dir.path("lock"))
	ok, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", s.dir, err)
	}
	if !ok {
		s.lock = nil
		return fmt.Errorf("%s: %w", s.dir, ErrBusy)
	}
	// A killed process left its ready line behind; it may not be true any more.
	if err := os.Remove(s.dir.path("ready.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the old ready line: %w", err)
	}
	return s.dir.sweep()
}

func (s *Server) loadPeople() (*people, error) {
	if s.cfg.People != nil {
		data, err := io.ReadAll(io.LimitReader(s.cfg.People, maxPeopleFile+1))
		if err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		p, err := readPeople(data)
		if err != nil {
			return nil, err
		}
		return p, s.dir.write("people.csv", data)
	}
	data, err := readBounded(s.dir.path("people.csv"), maxPeopleFile+1)
	if errors.Is(err, os.ErrNotExist) { // nobody yet; the file shows how to write them
		data = []byte(peopleHeading + "\n")
		err = s.dir.write("people.csv", data)
	}
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return readPeople(data)
}

// listen binds everything, writes down what it got, and serves.
func (s *Server) listen() error {
	binder, err := newBinder(s.dir, s.cfg.Log)
	if err != nil {
		return err
	}
	var rest, sftp, signup, control, box net.Listener
	for _, b := range []struct {
		name, wish string
		into       *net.Listener
	}{
		{"rest", s.cfg.REST, &rest}, {"sftp", s.cfg.SFTP, &sftp},
		{"signup", s.cfg.Signup, &signup}, {"control", s.cfg.Control, &control}, {"ebox", s.cfg.EBox, &box},
	} {
		l, err := binder.bind(b.name, b.wish)
		if err != nil {
			return err
		}
		*b.into = l
		s.closers = append(s.closers, l.Close)
	}
	if err := binder.save(); err != nil {
		return err
	}
	s.base, s.signup = "http://"+rest.Addr().String(), "http://"+signup.Addr().String()
	s.ebox.base = "http://" + box.Addr().String()
	s.ready = s.describe(sftp.Addr().String(), "http://"+control.Addr().String())
	if err := s.ready.save(s.dir); err != nil {
		return err
	}
	for _, j := range s.state.unfinished() {
		s.wg.Go(func() { s.runJob(j) })
	}
	s.serveHTTP(rest, http.HandlerFunc(s.serveREST))
	s.serveHTTP(signup, s.loopbackHost(s.signupPages()))
	s.serveHTTP(control, s.loopbackHost(s.controlPages()))
	s.serveHTTP(box, http.HandlerFunc(s.serveEBox))
	s.wg.Go(func() { s.serveSFTP(sftp) })
	return nil
}

// serveHTTP serves one listener. Times are generous: the other end is this
// machine, and trouble may make an answer slow on purpose.
func (s *Server) serveHTTP(l net.Listener, h http.Handler) {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ErrorLog:    log.New(logWriter(s.cfg.Log), "", 0),
	}
	s.closers = append(s.closers, srv.Close)
	s.wg.Go(func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) && s.ctx.Err() == nil {
			s.fail(err)
		}
	})
}

// logWriter hands lines of a log.Logger to a log function.
type logWriter func(string, ...any)

// Write logs one line.
func (w logWriter) Write(line []byte) (int, error) {
	w("%s", bytes.TrimSpace(line))
	return len(line), nil
}

// fail keeps the first failure and ends the server.
func (s *Server) fail(err error) {
	s.mu.Lock()
	if s.err == nil {
		s.err = err
	}
	s.mu.Unlock()
	s.cfg.Log("the stand-in stops: %v", err)
	s.cancel()
}

// Ready is what the ready line says. It does not change while the server runs.
func (s *Server) Ready() Ready { return s.ready }

// Close stops serving, waits for what is under way and gives the folder free.
// It may be called more than once.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.cancel()
		s.conns.closeAll()
		// Last opened, first closed, but the journal (the first) only when
		// nobody is left to write to it.
		for i := len(s.closers) - 1; i > 0; i-- {
			_ = s.closers[i]()
		}
		s.wg.Wait()
		s.judging.Lock()
		if err := s.texts.close(); err != nil {
			s.cfg.Log("end PDFium: %v", err)
		}
		s.judging.Unlock()
		if len(s.closers) > 0 {
			if err := s.closers[0](); err != nil {
				s.mu.Lock()
				s.err = errors.Join(s.err, err)
				s.mu.Unlock()
			}
		}
		if s.lock != nil {
			_ = os.Remove(s.dir.path("ready.json"))
			_ = s.lock.Unlock()
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Wait returns when the server has stopped, with the failure that stopped it
// or nil after Close or the end of the context.
func (s *Server) Wait() error {
	<-s.ctx.Done()
	return s.Close()
}
