package onboarding

import (
	"context"
	"time"

	"brevdue/app/post"
)

// EBoxStore remembers the trajectory to the e-Box, and where its servers are.
type EBoxStore interface {
	// EBoxTrajectory gives the profile's trajectory; found is false before it began.
	EBoxTrajectory(ctx context.Context) (t post.EBoxTrajectory, found bool, err error)
	SaveEBoxTrajectory(ctx context.Context, t post.EBoxTrajectory) error
	// EBoxServers gives the addresses a person or the stand-in set; its ClientID and
	// Environment are empty.
	EBoxServers(ctx context.Context) (post.EBoxAccess, error)
	SaveEBoxServers(ctx context.Context, access post.EBoxAccess) error
	// ForgetEBox removes trajectory, servers and all that was kept of messages. Files
	// that were saved are the user's and stay.
	ForgetEBox(ctx context.Context) error
	AddAudit(ctx context.Context, line post.Audit) error
}

// EBoxSecrets is the keyring, or what stands in for it. A missing value gives
// found false.
type EBoxSecrets interface {
	Set(ctx context.Context, name string, value []byte) error
	Get(ctx context.Context, name string) (value []byte, found bool, err error)
	Delete(ctx context.Context, name string) error
}

// EBoxChecker looks at what a person was given, without any network.
type EBoxChecker interface {
	// CheckEBoxCertificate looks at a certificate file (PEM or DER, or PKCS #12 with
	// the key in it) and the private key that belongs to it; key is nil where there is
	// none beside it. enterprise is a KBO number or empty. Its faults are
	// wrong_password and certificate_unreadable.
	CheckEBoxCertificate(file, key []byte, password, enterprise string, environment post.EBoxEnvironment, now time.Time) (
		post.EBoxCertificate, []post.EBoxCheck, error)
	// CheckClientID looks at a ClientID and, where it is not empty, the
	// verzendernummer that should be in it.
	CheckClientID(id, senderNumber string) []post.EBoxCheck
}

// EBoxReach tries the way to the e-Box; inbox.Box has it.
type EBoxReach interface {
	Token(ctx context.Context, fresh bool) (post.EBoxToken, error)
	Providers(ctx context.Context) (providers []post.EBoxProvider, fallback, err error)
	Messages(ctx context.Context, provider post.EBoxProvider, query post.EBoxQuery,
		visit func(message post.EBoxMessage, total int) error) error
}

// EBoxWords gives the words of a key in the person's language; *lang.Texts has
// it.
type EBoxWords interface {
	Get(key string, pairs ...string) string
	Has(key string) bool
	Date(at time.Time) string
}

// EBoxPaper writes a checklist as a PDF.
type EBoxPaper func(ctx context.Context, sheet EBoxSheet) ([]byte, error)

// EBoxPorts are what an EBox needs.
type EBoxPorts struct {
	Store   EBoxStore
	Secrets EBoxSecrets
	Checker EBoxChecker
	// Reach is nil where nothing can be asked.
	Reach EBoxReach
	// Paper is nil where no PDF can be written.
	Paper EBoxPaper
	// Environment is that of a new trajectory: production where empty.
	Environment post.EBoxEnvironment
	// Notify hears of each change and may be nil.
	Notify func(post.Notice)
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}
