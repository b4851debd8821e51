package channel

import (
	"context"
	"testing"
	"time"

	"brevdue/app/post"
)

// counted gives the stand-in's files and counts how often they are asked for.
type counted struct {
	files
	facts post.CertificateFacts
	read  int
}

func (c *counted) Certificate(context.Context) (post.CertificateFacts, error) { return c.facts, nil }

func (c *counted) CertificateFile(ctx context.Context) ([]byte, string, error) {
	c.read++
	return c.files.CertificateFile(ctx)
}

// TestKeyringIsReadOnce: the certificate is taken from the keyring once and not
// for each letter; one that was replaced is read again, one that is gone or has
// ended signs nothing more.
func TestKeyringIsReadOnce(t *testing.T) {
	s := startStandIn(t)
	keys := &counted{files: files{s.ready}, facts: post.CertificateFacts{Fingerprint: "first"}}
	c := New(s.locate, keys, files{s.ready}, "test")
	defer c.Close()
	ready := func() error { return c.Ready(t.Context(), s.sender) }
	for range 3 {
		if err := ready(); err != nil {
			t.Fatal(err)
		}
	}
	if keys.read != 1 {
		t.Errorf("the keyring was read %d times for three calls", keys.read)
	}
	keys.facts.Fingerprint = "second"
	if err := ready(); err != nil || keys.read != 2 {
		t.Errorf("a replaced certificate: %v, read %d times", err, keys.read)
	}
	c.now = func() time.Time { return time.Now().AddDate(30, 0, 0) }
	if err := ready(); post.CodeOf(err) != post.CodeCertificateOld {
		t.Errorf("an ended certificate: %v", err)
	}
	c.now = time.Now
	keys.facts = post.CertificateFacts{}
	if err := ready(); post.CodeOf(err) != post.CodeNoCertificate {
		t.Errorf("a forgotten certificate: %v", err)
	}
}
