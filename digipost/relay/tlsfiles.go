package relay

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files of a certificate are looked at.
const lookEvery = time.Minute

// certificateFiles gives the certificate that stands in two files, and reads
// them again when they were renewed: a service must not have to be restarted
// every few weeks for that.
type certificateFiles struct {
	certificate, key string
	log              *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  [2]time.Time
	looked time.Time
}

// load reads the files.
func (c *certificateFiles) load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read(time.Now())
}

func (c *certificateFiles) read(now time.Time) error {
	c.looked = now
	var stamp [2]time.Time
	for i, name := range []string{c.certificate, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCertificate, err)
		}
		stamp[i] = info.ModTime()
	}
	if c.loaded != nil && stamp == c.stamp {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certificate, c.key)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	c.loaded, c.stamp = &pair, stamp
	return nil
}

// get is for tls.Config. Files that can't be read now leave the old certificate
// in use.
func (c *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) >= lookEvery {
		if err := c.read(now); err != nil {
			c.log.Error("renewed certificate unusable", "error", err)
		}
	}
	return c.loaded, nil
}
