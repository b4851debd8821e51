// Package channel is the only translator between the words of the job (app/post)
// and Digipost's protocols. It gives the use cases what their ports ask for:
// letters over the REST sender API, splits over the batch interface, key files,
// proof of a sender, and sign-up.
package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// Endpoints are the addresses of one environment.
type Endpoints struct {
	// REST is the base URL of the sender API.
	REST string
	// SFTP is host:port; SFTPUser is the prefix of the login, prod_ or qa_.
	SFTP, SFTPUser string
	// Registration is the sign-up page, PartnerID the partner it names; empty
	// when this build has none.
	Registration, PartnerID string
	// HostKey is the server key of the practice stand-in, which the program
	// started itself and so knows; empty elsewhere.
	HostKey string
}

// Credentials gives the key files of the sender.
type Credentials interface {
	// Certificate gives the facts of the certificate that counts, zero when there is
	// none. It is asked before each call, and the file only when they have changed:
	// a keyring takes its time, and so does opening the file.
	Certificate(ctx context.Context) (post.CertificateFacts, error)
	CertificateFile(ctx context.Context) (file []byte, password string, err error)
	SFTPKeyFile(ctx context.Context) (file []byte, passphrase string, err error)
}

// HostKeys are the server keys that were shown and pinned.
type HostKeys interface {
	PinnedHostKey(ctx context.Context, host string) (key post.HostKey, found bool, err error)
}

// Channel talks to one Digipost environment as one sender. It is safe for use
// by several goroutines.
type Channel struct {
	locate      Locate
	credentials Credentials
	hostKeys    HostKeys
	userAgent   string
	// now is the machine's clock; a test has its own.
	now func() time.Time

	mutex  sync.Mutex
	rested string // the base URL the client talks to
	client *digipost.Client
	// cut is what the client was made from, so that a replaced certificate makes
	// a new one; it is good until the certificate ends, zero where that is unknown.
	cut   cut
	until time.Time
}

// cut is what makes one client differ from another: who signs, where, and with
// which certificate, by its fingerprint.
type cut struct {
	broker               int64
	address, certificate string
}

// Locate gives the addresses to talk to. It is called when they are needed, and
// often: it should remember.
type Locate func(ctx context.Context) (Endpoints, error)

// New makes a channel. userAgent names the program and its version to Digipost.
func New(locate Locate, credentials Credentials, hostKeys HostKeys, userAgent string) *Channel {
	return &Channel{locate: locate, credentials: credentials, hostKeys: hostKeys, userAgent: userAgent, now: time.Now}
}

// Close ends the connections that are kept open.
func (c *Channel) Close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.client != nil {
		c.client.Close()
		c.client = nil
	}
}

// rest gives the client for a sender, made anew when the certificate changed.
func (c *Channel) rest(ctx context.Context, sender post.Sender) (*digipost.Client, error) {
	if sender.SenderID == 0 {
		return nil, post.NewFault(post.CodeNoSender, nil)
	}
	endpoints, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := c.credentials.Certificate(ctx)
	if err != nil {
		return nil, err
	}
	if facts.Fingerprint == "" {
		return nil, post.NewFault(post.CodeNoCertificate, nil)
	}
	wanted := cut{broker: broker(sender), address: endpoints.REST, certificate: facts.Fingerprint}
	c.mutex.Lock()
	client, until := c.client, c.until
	if c.cut != wanted {
		client = nil
	}
	c.mutex.Unlock()
	if client == nil {
		if client, until, err = c.newClient(ctx, wanted); err != nil {
			return nil, err
		}
	}
	if !until.IsZero() && c.now().After(until) {
		return nil, post.NewFault(post.CodeCertificateOld, nil, "date", until.Format("02.01.2006"))
	}
	return client, nil
}

// newClient makes the client for a cut and keeps it, unless somebody else just
// did.
func (c *Channel) newClient(ctx context.Context, wanted cut) (*digipost.Client, time.Time, error) {
	file, password, err := c.credentials.CertificateFile(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	keys, err := digipost.ReadPKCS12(file, password)
	if err != nil {
		return nil, time.Time{}, certificateFault(err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.client != nil && c.cut == wanted {
		return c.client, c.until, nil
	}
	client, err := digipost.New(digipost.Config{
		BaseURL: wanted.address, BrokerID: wanted.broker, Key: keys.Key, UserAgent: c.userAgent, Now: c.now})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("make the REST client: %w", err)
	}
	if c.client != nil {
		c.client.Close()
	}
	c.client, c.cut, c.until, c.rested = client, wanted, time.Time{}, wanted.address
	if keys.Certificate != nil {
		c.until = keys.Certificate.NotAfter
	}
	return client, c.until, nil
}

// broker is the id that signs (design rule 10).
func broker(sender post.Sender) int64 {
	if sender.BrokerID != 0 {
		return sender.BrokerID
	}
	return sender.SenderID
}

func certificateFault(err error) error {
	switch {
	case errors.Is(err, digipost.ErrWrongPassword):
		return post.NewFault(post.CodeWrongPassword, err)
	case errors.Is(err, digipost.ErrKeyNotRSA):
		return post.NewFault(post.CodeCertificateKey, err)
	}
	return post.NewFault(post.CodeCertificateBroken, err)
}

// fault turns a client's error into one for a person. It must not be asked
// about letters whose outcome may be unknown; notSent is for those.
func (c *Channel) fault(ctx context.Context, sender post.Sender, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if fault := c.faultOf(sender, err); fault != nil {
		return waits(fault, err)
	}
	return err
}

func (c *Channel) faultOf(sender post.Sender, err error) *post.Fault {
	id := strconv.FormatInt(sender.SenderID, 10)
	if skew, wrong := digipost.IsClockSkew(err); wrong {
		return post.NewFault(post.CodeClockWrong, err, "minutes", strconv.Itoa(int(skew.Abs().Round(time.Minute)/time.Minute)))
	}
	var answered *digipost.Error
	isAnswer := errors.As(err, &answered)
	var unverified *tls.CertificateVerificationError
	switch {
	case digipost.IsSignatureRefused(err):
		return post.NewFault(post.CodeSignatureRefused, err, "sender", id)
	case digipost.IsNotAuthorised(err):
		return post.NewFault(post.CodeNotAuthorised, err, "sender", id, "detail", answered.Code)
	case digipost.IsAgreementMissing(err):
		return post.NewFault(post.CodeAgreement, err, "detail", answered.Code)
	case errors.As(err, &unverified), digipost.IsUnverified(err):
		return post.NewFault(post.CodeUnverified, err)
	case errors.Is(err, digipost.ErrTimeout):
		return post.NewFault(post.CodeTimeout, err, "host", c.host())
	case isAnswer && (answered.HTTPStatus >= 500 || answered.HTTPStatus == http429):
		return post.NewFault(post.CodeServerError, err, "status", strconv.Itoa(answered.HTTPStatus))
	case isAnswer && answered.HTTPStatus != 0:
		return post.NewFault(post.CodeBadAnswer, err, "status", strconv.Itoa(answered.HTTPStatus))
	case isNetwork(err):
		return post.NewFault(post.CodeUnreachable, err, "host", c.host())
	}
	return nil
}

// http429 is Too Many Requests: Digipost is busy, and the same call may succeed
// later.
const http429 = 429

// host names the REST server for a person.
func (c *Channel) host() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if address, err := url.Parse(c.rested); err == nil {
		return address.Host
	}
	return c.rested
}

func isNetwork(err error) bool {
	var network net.Error
	var operation *net.OpError
	var answered *digipost.Error
	return errors.As(err, &network) || errors.As(err, &operation) || errors.As(err, &answered)
}
