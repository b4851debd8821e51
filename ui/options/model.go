// Package options is the settings: how the window looks, how long letters cool
// off, who sends with which keys, and where the data lies.
package options

import (
	"context"
	"slices"
	"strings"
	"time"

	"brevdue/app/post"
)

// Ports are what the screen needs.
type Ports struct {
	Sender Sender
	// ImportCertificate reads a certificate file and puts it with its password into
	// the keyring.
	ImportCertificate func(ctx context.Context, path, password string) (post.CertificateFacts, error)
	// CoolingOff is the time between approval and sending; SetCoolingOff chooses it.
	CoolingOff    func(ctx context.Context, kind post.JobKind) (time.Duration, error)
	SetCoolingOff func(ctx context.Context, kind post.JobKind, d time.Duration) error
	// HostKey asks the file server for its key; nil where there is nothing to trust,
	// as in practice.
	HostKey func(ctx context.Context) (HostKey, error)
	// Doctor checks what sending needs and tells of each check when it is done, from
	// any thread; nil leaves the checks out of the test. An error is one of the
	// examination itself.
	Doctor func(ctx context.Context, progress func(DoctorLine)) error
	// ReturnAddress is the sender's own address for letters on paper, zero where there
	// is none; SetReturnAddress keeps another. nil leaves the form out.
	ReturnAddress    func(ctx context.Context) (post.PostalAddress, error)
	SetReturnAddress func(ctx context.Context, address post.PostalAddress) error
	// ImportSFTPKey reads a private key file and puts it into the keyring; nil
	// leaves the import out.
	ImportSFTPKey func(ctx context.Context, path, passphrase string) (post.SFTPKeyFacts, error)
	// DeleteFile deletes the file a key came in; nil does not offer it.
	DeleteFile func(ctx context.Context, path string) error
	// UseSecretsFile keeps keys in an encrypted file from now on, where the machine
	// has no keyring; it may be nil.
	UseSecretsFile func(ctx context.Context, passphrase string) error
	// SupportFile makes the text for support, without personal data; nil leaves it
	// out. SaveSupport writes it into a new file; nil leaves the text to be copied.
	SupportFile func(ctx context.Context) (text string, err error)
	SaveSupport func(ctx context.Context, path, text string) error
	// Prices is the person's own price table as it was written, by key, and when each
	// value was changed; SetPrices stores values, and "" removes one. nil leaves the
	// prices out.
	Prices    func(ctx context.Context) (values map[string]string, changed map[string]time.Time, err error)
	SetPrices func(ctx context.Context, values map[string]string) error
	// Practice says that the stand-in answers: its certificate serves everybody.
	Practice bool
	// DataFolder is where everything is kept.
	DataFolder string
	// LeavePractice goes back to the real profile; nil outside practice.
	LeavePractice func()
}

// Sender is what the screen needs of the sender; *sender.Service has it.
type Sender interface {
	Sender(ctx context.Context) (post.Sender, error)
	Certificate(ctx context.Context) (post.CertificateFacts, error)
	SFTPKey(ctx context.Context) (post.SFTPKeyFacts, error)
	MakeSFTPKey(ctx context.Context) (post.SFTPKeyFacts, error)
	Prove(ctx context.Context) (post.Proof, error)
	TrustHost(ctx context.Context, host, fingerprint string) error
	Forget(ctx context.Context) error
}

// DoctorLine is what came of one check.
type DoctorLine struct {
	// Name is the check's name as the command line has it, for example clock or rest.
	Name string
	OK   bool
	// Detail says what was found and Next what to do. Both may be empty.
	Detail, Next string
	// Say gives both in the language of the moment; nil is Detail and Next as they
	// are.
	Say func(words Texts) (detail, next string)
	// At is when the check was done; zero is when it is told of.
	At time.Time
}

// Texts are the words of a language.
type Texts interface {
	Has(key string) bool
	Get(key string, pairs ...string) string
	Fault(code string, fields map[string]string) (what, next string)
}

// HostKey is the key a file server shows now, and the one pinned earlier, which
// is empty before the first contact.
type HostKey struct{ Host, Fingerprint, Pinned string }

// tab is a group of settings.
type tab string

const (
	tabLook    tab = "look"
	tabSending tab = "sending"
	tabPrices  tab = "prices"
	tabSender  tab = "sender"
	tabTest    tab = "test"
	tabData    tab = "data"
)

var tabs = []tab{tabLook, tabSending, tabPrices, tabSender, tabTest, tabData}

// The cooling-off times to choose from.
var (
	letterTimes  = []time.Duration{0, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
	mailingTimes = []time.Duration{0, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
)

// choices are the times to choose from, the one that is set among them.
func choices(kind post.JobKind, now time.Duration) []time.Duration {
	times := mailingTimes
	if kind == post.KindLetter {
		times = letterTimes
	}
	if slices.Contains(times, now) {
		return times
	}
	times = append(slices.Clone(times), now)
	slices.Sort(times)
	return times
}

// state is what is set now.
type state struct {
	sender      post.Sender
	certificate post.CertificateFacts
	sftp        post.SFTPKeyFacts
	letter      time.Duration
	mailing     time.Duration
	address     post.PostalAddress
}

// read reads what is set.
func read(ctx context.Context, ports Ports) (state, error) {
	var s state
	var err error
	if s.sender, err = ports.Sender.Sender(ctx); err != nil {
		return s, err
	}
	if s.certificate, err = ports.Sender.Certificate(ctx); err != nil {
		return s, err
	}
	if s.sftp, err = ports.Sender.SFTPKey(ctx); err != nil {
		return s, err
	}
	if s.letter, err = ports.CoolingOff(ctx, post.KindLetter); err != nil {
		return s, err
	}
	if s.mailing, err = ports.CoolingOff(ctx, post.KindMailing); err != nil {
		return s, err
	}
	if ports.ReturnAddress != nil {
		s.address, err = ports.ReturnAddress(ctx)
	}
	return s, err
}

// agreed reports whether a person typed the word that confirms.
func agreed(typed, word string) bool { return strings.EqualFold(strings.TrimSpace(typed), word) }

// owner is the organisation number the certificate should have, or empty where
// another's is right: a partner signs for its customers.
func (s state) owner(practice bool) string {
	if practice || s.sender.BrokerID != 0 && s.sender.BrokerID != s.sender.SenderID {
		return ""
	}
	return s.sender.OrganisationNumber
}

// keys are the keys there are, by the key of their words and what tells them
// apart: what forgetting removes.
func (s state) keys() []keyLine {
	var lines []keyLine
	if s.certificate.Fingerprint != "" {
		lines = append(lines, keyLine{"options.forget.certificate", s.certificate.Subject})
	}
	if s.sftp.Fingerprint != "" {
		lines = append(lines, keyLine{"options.forget.sftp", s.sftp.Fingerprint})
	}
	return lines
}

// keyLine is a key that is forgotten.
type keyLine struct{ words, what string }

// forgettable reports whether there is a key to forget.
func (s state) forgettable() bool { return s.certificate.Fingerprint != "" || s.sftp.Fingerprint != "" }
