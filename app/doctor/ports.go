package doctor

import (
	"context"
	"time"

	"brevdue/app/post"
)

// Ports are what the doctor looks at. All calls wait no longer than their
// context. A nil one leaves its checks out of the report: what is not looked at
// is not said to be well.
type Ports struct {
	// Sender gives the profile's sender; SenderID is 0 before sign-up.
	Sender func(ctx context.Context) (post.Sender, error)
	// Secrets is the keyring, or what stands in for it (check keyring).
	Secrets Secrets
	// InFile reports whether that is an encrypted file; nil is a keyring.
	InFile func() bool
	// Certificate reads the certificate file out of the keyring: the facts of the
	// certificate that belongs to its key. NotAfter is zero when the file has none
	// that can be read (check certificate).
	Certificate func(ctx context.Context) (post.CertificateFacts, error)
	// Prove makes a signed call as the sender, asking Digipost afresh (checks
	// clock, agreement and rest).
	Prove func(ctx context.Context, sender post.Sender) (post.Proof, error)
	// Relay asks the partner's relay how it is, where one is set, and gives its host
	// or "" (a word more in check agreement: it brings the sender-id of an approved
	// application). It may be nil.
	Relay func(ctx context.Context) (host string, err error)
	// SFTP logs in at the batch server and out again (check sftp).
	SFTP func(ctx context.Context, sender post.Sender) error
	// Free gives the bytes that this user may still write where the data lies
	// (check disk).
	Free func(ctx context.Context) (bytes uint64, err error)
	// Database looks through the database; a damaged one is a fault
	// database_damaged (check database).
	Database func(ctx context.Context) (DatabaseFacts, error)
	// Graphics looks whether a window can open, where that can be known without
	// opening one; none that answers is a fault no_display (check graphics).
	Graphics func(ctx context.Context) (GraphicsFacts, error)
	// Versions tells what runs (check versions).
	Versions func() VersionFacts

	// Now is the clock, nil for the machine's.
	Now func() time.Time
	// Limit is how long a check may take, 0 for the usual times.
	Limit time.Duration
}

// Secrets is the part of the keyring that the doctor tries.
type Secrets interface {
	Set(ctx context.Context, name string, value []byte) error
	Get(ctx context.Context, name string) (value []byte, found bool, err error)
	Delete(ctx context.Context, name string) error
}

// GraphicsFacts are what is known of the display.
type GraphicsFacts struct {
	// Slow says that there is no graphics card that this user may draw with.
	Slow bool
}

// VersionFacts are the versions of the program, of Go and of the window's
// library, which is empty in a build without a window, and the system.
type VersionFacts struct{ Program, Go, Window, System string }

// DatabaseFacts are what is shown of a sound database.
type DatabaseFacts struct {
	// Engine is SQLite's version, Schema the number of the last migration.
	Engine string
	Schema int
}
