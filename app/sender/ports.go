package sender

import (
	"context"

	"brevdue/app/post"
)

// Store keeps what is not secret about the sender.
type Store interface {
	// Sender gives the profile's sender; SenderID is 0 before sign-up.
	Sender(ctx context.Context) (post.Sender, error)
	SaveSender(ctx context.Context, sender post.Sender) error
	// Facts that are shown about the keys; zero values when there is none.
	Certificate(ctx context.Context) (post.CertificateFacts, error)
	SaveCertificate(ctx context.Context, facts post.CertificateFacts) error
	SFTPKey(ctx context.Context) (post.SFTPKeyFacts, error)
	SaveSFTPKey(ctx context.Context, facts post.SFTPKeyFacts) error
	// PinnedHostKey gives the pinned key of a host; found is false before the
	// first contact was confirmed.
	PinnedHostKey(ctx context.Context, host string) (key post.HostKey, found bool, err error)
	PinHostKey(ctx context.Context, key post.HostKey) error
	AddAudit(ctx context.Context, line post.Audit) error
}

// Secrets is the OS keyring, or what stands in for it. A missing value gives
// found false. Calls wait no longer than their context.
type Secrets interface {
	Set(ctx context.Context, name string, value []byte) error
	Get(ctx context.Context, name string) (value []byte, found bool, err error)
	Delete(ctx context.Context, name string) error
}

// Reader reads key files. Its faults are wrong_password,
// certificate_unreadable, certificate_not_rsa and sftp_key_unreadable.
type Reader interface {
	Certificate(file []byte, password string) (post.CertificateFacts, error)
	SFTPKey(file []byte, passphrase string) (post.SFTPKeyFacts, error)
	// MakeSFTPKey makes an RSA key of 3,072 bits; file is its private half.
	MakeSFTPKey() (file []byte, facts post.SFTPKeyFacts, err error)
}

// Prover makes a signed call as the sender and says what Digipost knows of it:
// the proof that certificate and sender-id belong together.
type Prover interface {
	Prove(ctx context.Context, sender post.Sender) (Proof, error)
	// ProveWith is Prove with a certificate that is not in use yet.
	ProveWith(ctx context.Context, sender post.Sender, file []byte, password string) (Proof, error)
}

// Proof is what Digipost told about the sender.
type Proof = post.Proof
