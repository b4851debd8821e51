// Package command is the command line twin: the same use cases as the window,
// without one. It parses, asks for approval, calls, follows and prints; names,
// exit codes and JSON fields are a contract with scripts. Results go to standard
// output, everything else to standard error.
package command

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/assets/lang"

	"golang.org/x/term"
)

// Environment is what the process was given beside its arguments.
type Environment struct {
	// Secrets are the pass phrases, by the variable they came in.
	secrets map[string]string
	// Lang is the language the system is set to.
	lang string
}

// The variables that may hold a pass phrase.
const (
	envCertificate = "BREVDUE_CERT_PASSWORD"
	envKey         = "BREVDUE_KEY_PASSWORD"
	envPassphrase  = "BREVDUE_PASSPHRASE"
	envMail        = "BREVDUE_MAIL_PASSWORD"
)

// TakeEnvironment reads the pass phrases once and takes them out of the
// process's environment, so that no program started from here inherits them
// and, where that can be had, nobody sees them beside it (design rule 6).
func TakeEnvironment() Environment {
	taken := Environment{secrets: map[string]string{}}
	names := []string{envCertificate, envKey, envPassphrase, envMail}
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			taken.secrets[name] = value
			_ = os.Unsetenv(name)
		}
	}
	if len(taken.secrets) > 0 {
		wipe(names)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			taken.lang = value
			break
		}
	}
	return taken
}

// Passphrase is the pass phrase of an encrypted secrets file, or empty.
func (e Environment) Passphrase() string { return e.secrets[envPassphrase] }

// Language guesses the language a person reads from the system's: English where
// it says so, else the first one.
func (e Environment) Language() string {
	code, _, _ := strings.Cut(strings.ToLower(e.lang), "_")
	if slices.Contains(languages(), code) {
		return code
	}
	return languages()[0]
}

func languages() []string { return lang.Languages() }

// Main runs the command on the line and gives the exit code. The first
// interrupt stops what runs as the Stop button does, the second leaves it to a
// later resume.
func Main(ctx context.Context, args []string, app App, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newSession(app, TakeEnvironment(), stdin, stdout, stderr)
	s.interrupted = cancel
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		for {
			select {
			case got := <-signals:
				if got == os.Interrupt {
					s.interrupt()
				} else {
					cancel() // SIGTERM: leave it to a later resume
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return s.run(ctx, args)
}

// session is one command from start to end.
type session struct {
	app      App
	env      Environment
	in       *bufio.Reader
	out, err io.Writer
	// terminal says that a person sits at standard input; secret reads a line
	// without showing it, and restore shows what is typed again.
	terminal bool
	secret   func() ([]byte, error)
	restore  func()
	now      func() time.Time

	texts *lang.Texts
	flags flags
	given []string
	// exit is what a command that went through ends with; printed says that its
	// result stands on standard output.
	exit    int
	printed bool
	// foreignAllowed says that the letter holds somebody else's birth number, and
	// that a person let it go.
	foreignAllowed bool
	// cost is what the mailing that is being made may cost.
	cost *costJSON
	// own says which documents of a folder found their people, documentNames what
	// each one's is called by the letter's Seq, and trials are the letters to oneself
	// that went before the mailing that is being made.
	own           *ownJSON
	documentNames map[int]string
	trials        []trialJSON

	mu          sync.Mutex
	interrupted func() // what the next interrupt does

	// screen guards standard error and what is shown there: an interrupt speaks
	// from another goroutine than the work. shown is the line of progress, since
	// shownAt.
	screen  sync.Mutex
	shown   string
	shownAt time.Time
}

func newSession(app App, env Environment, stdin io.Reader, stdout, stderr io.Writer) *session {
	s := &session{app: app, env: env, in: bufio.NewReader(stdin), out: stdout, err: stderr, now: time.Now,
		texts: lang.New(env.Language())}
	if file, ok := stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.terminal = true
		s.secret = func() ([]byte, error) { return term.ReadPassword(int(file.Fd())) }
		if state, err := term.GetState(int(file.Fd())); err == nil {
			s.restore = func() { _ = term.Restore(int(file.Fd()), state) }
		}
	}
	return s
}

// interrupt does what an interrupt does just now.
func (s *session) interrupt() {
	s.mu.Lock()
	act := s.interrupted
	s.mu.Unlock()
	act()
}

// onInterrupt sets what the next interrupt does and gives what it did before.
func (s *session) onInterrupt(act func()) (before func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.interrupted = s.interrupted, act
	return before
}

// has reports whether a flag stands on the line.
func (s *session) has(name string) bool { return slices.Contains(s.given, name) }

// run parses the line and runs the command.
func (s *session) run(ctx context.Context, args []string) int {
	set := define(&s.flags)
	words, help, err := parse(set, args)
	s.given = given(set)
	if slices.Contains(languages(), s.flags.lang) {
		s.texts = lang.New(s.flags.lang)
	}
	if err == nil {
		err = s.flags.check(s.given, languages())
	}
	if err != nil {
		return s.fail(err)
	}
	s.flags.lang = s.texts.Code()
	if help || (len(words) > 0 && words[0] == "help") {
		return s.help(words)
	}
	if len(words) == 0 {
		return s.fail(usage("no_command"))
	}
	command, words, err := find(words)
	if err == nil {
		err = command.allows(s.given, words)
	}
	if err != nil {
		return s.fail(err)
	}
	if err := command.run(ctx, s, words); err != nil {
		return s.fail(err)
	}
	return s.exit
}

// attention makes the exit code at least this.
func (s *session) attention(exit int) { s.exit = worse(s.exit, exit) }

// with opens the profile, does the work and closes it again.
func (s *session) with(ctx context.Context, work func(*Program) error) (err error) {
	options := s.flags.open()
	options.Passphrase = s.env.Passphrase()
	if s.terminal {
		options.AskPassphrase = func() (string, error) { return s.askSecret(ctx, "ask.passphrase") }
	}
	program, err := s.app.Open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.Close()) }()
	return work(program)
}

// fail tells a person what went wrong and what to do, and gives the exit code.
func (s *session) fail(err error) int {
	fault := faultOf(err)
	if wrong, ok := asWrongUse(err); ok {
		fault = post.NewFault(post.CodeUsage, err, "detail", s.texts.Get("command.usage."+wrong.key, wrong.pairs...))
	}
	exit := exitOfCode(fault.Code)
	if exit == exitInternal && s.app.Log != nil {
		s.app.Log.Error("command", "error", err)
	}
	what, next := s.words(fault)
	if s.flags.json && !s.printed {
		s.encode(errorJSON{errorBody{Code: string(fault.Code), Text: what, Next: next, Exit: exit}})
	}
	s.tell(what + "\n" + next + "\n(" + string(fault.Code) + ")")
	return exit
}

// emptyGap is what is left of a remark in brackets when nothing filled it.
var emptyGap = regexp.MustCompile(` ?\(\?(: \?)?\)`)

// numberKinds are the kinds of numbers a fault may name, with words of their own.
var numberKinds = []string{"fnr", "orgnr", "account", "kid", "sender_id"}

// words gives the sentences for a fault. A gap that the fault brings nothing for
// is never shown: the remark goes, or a question mark stands for it.
func (s *session) words(fault *post.Fault) (what, next string) {
	fields := map[string]string{"code": string(fault.Code), "host": "Digipost"}
	for name, value := range fault.Fields {
		if !s.flags.showNumbers && number.BirthNumber(value, number.RuleOn(time.Now())).Valid {
			value = number.Mask(value) // somebody typed a birth number where another word belongs
		}
		fields[name] = value
	}
	if key := "lacks." + fields["option"]; s.texts.Has(key) {
		fields["option"] = s.texts.Get(key)
	}
	clean := func(text string) string {
		return emptyGap.ReplaceAllString(unfilled.ReplaceAllString(text, "?"), "")
	}
	what, next = s.texts.Fault(string(fault.Code), fields)
	if kind := fields["number_kind"]; fault.Code == post.CodeNumberInvalid && slices.Contains(numberKinds, kind) {
		what = s.get("number.invalid", "number_kind", s.get("number."+kind), "reason", s.get("check.reason."+fields["reason"]))
	}
	return clean(what), clean(next)
}
