package batch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"regexp"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// Config says where to connect, and as whom.
type Config struct {
	// Addr is host:port; Digipost's is sftp.digipost.no:22.
	Addr string
	// User is prod_ and the id of the account that owns the key.
	User string
	Key  ssh.Signer
	// PinnedHostKey is the server's fingerprint (SHA256:...) that a person has
	// accepted; empty before the first contact.
	PinnedHostKey string
	// Confirm is asked about the fingerprint of a server without a pinned key;
	// nil accepts it for this connection, and the caller then pins it (HostKey).
	// It has to end when Dial's context does; servers wait for about two minutes.
	// Without Confirm an unknown server is refused.
	Confirm func(fingerprint string) error
	// Stall is how long a call waits while nothing moves on the wire; 0 is one
	// minute. A call also ends with its context.
	Stall time.Duration
	// Root is the folder that holds the job folders; empty is "/", the jail in
	// which Digipost puts every user.
	Root string
}

const defaultStall = time.Minute

// Connection is a login at the SFTP server. Its calls may come from any
// goroutine and are carried out one after another. A call that is broken off,
// by its context or otherwise, closes the connection; later calls then give an
// UnreachableError. Close must be called in any case.
type Connection struct {
	addr, root, hostKey string
	wire                *wire
	ssh                 *ssh.Client
	sftp                *sftp.Client
	stall               time.Duration
	// turn holds a token while a call is under way.
	turn chan struct{}
}

// UnreachableError: there is no connection to the server, or it broke. Trying
// again later makes sense.
type UnreachableError struct {
	// Op is what was being done, Addr the server.
	Op, Addr string
	Err      error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s: no connection to %s: %v", e.Op, e.Addr, e.Err)
}

// Unwrap gives the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Timeout reports whether the server was silent for too long.
func (e *UnreachableError) Timeout() bool {
	var slow net.Error
	return errors.Is(e.Err, errStalled) || errors.As(e.Err, &slow) && slow.Timeout()
}

// Dial connects and logs in. Errors are *UnreachableError, *HostKeyUnknownError,
// *HostKeyChangedError, ErrLoginRefused and the context's.
func Dial(ctx context.Context, config Config) (*Connection, error) {
	if config.Key == nil {
		return nil, fmt.Errorf("connect to the SFTP server: %w", ErrKeyFile)
	}
	if config.Stall <= 0 {
		config.Stall = defaultStall
	}
	if config.Root == "" {
		config.Root = "/"
	}
	// A server with several keys may show another than the pinned one, so it is
	// asked again without that kind before it is said to have changed.
	var first *HostKeyChangedError
	families := hostKeyFamilies
	for len(families) > 0 {
		check := &hostKeyCheck{pinned: config.PinnedHostKey, confirm: config.Confirm, families: families}
		connection, err := dial(ctx, config, check)
		var changed *HostKeyChangedError
		switch {
		case errors.As(err, &changed):
			if first == nil {
				first = changed
			}
			families = check.others()
		case err == nil || first == nil || ctx.Err() != nil || errors.Is(err, ErrLoginRefused):
			return connection, err
		default:
			// It has no other kind of key, or hides it: the change stands.
			return nil, first
		}
	}
	return nil, first
}

// dial makes one attempt.
func dial(ctx context.Context, config Config, check *hostKeyCheck) (_ *Connection, err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	raw, err := (&net.Dialer{Timeout: config.Stall}).DialContext(ctx, "tcp", config.Addr)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connect: %w", ctx.Err())
		}
		return nil, &UnreachableError{Op: "connect", Addr: config.Addr, Err: err}
	}
	w := newWire(raw)
	check.wire = w
	c := &Connection{addr: config.Addr, root: config.Root, wire: w, stall: config.Stall, turn: make(chan struct{}, 1)}
	release := w.guard(ctx, config.Stall, callAllowance)
	defer release()
	defer func() {
		if err != nil {
			w.breakOff(net.ErrClosed)
		}
	}()
	conn, channels, requests, err := ssh.NewClientConn(w, config.Addr, &ssh.ClientConfig{
		User:              config.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(config.Key)},
		HostKeyAlgorithms: check.algorithms(),
		HostKeyCallback:   check.callback,
	})
	if err != nil {
		return nil, c.loginError(config.User, check, err)
	}
	c.hostKey = check.accepted()
	c.ssh = ssh.NewClient(conn, channels, requests)
	if c.sftp, err = sftp.NewClient(c.ssh); err != nil {
		_ = c.ssh.Close()
		return nil, c.explain("start SFTP", err)
	}
	return c, nil
}

// refusals are the words with which x/crypto/ssh ends a handshake because the
// server does not take the key. It has no type for them. The disconnect
// reasons are those of RFC 4253, 11.1 that OpenSSH and others use for it.
var refusals = regexp.MustCompile(`ssh: unable to authenticate|no common public key signature algorithm|ssh: disconnect, reason (2|13|14|15):`)

func (c *Connection) loginError(user string, check *hostKeyCheck, err error) error {
	switch {
	case check.refused() != nil:
		return check.refused()
	case c.wire.cause() == nil && check.accepted() != "" && refusals.MatchString(err.Error()):
		return fmt.Errorf("log in as %s: %w", user, ErrLoginRefused)
	}
	return c.explain("log in", err)
}

// HostKey is the fingerprint of the server's key, for pinning.
func (c *Connection) HostKey() string { return c.hostKey }

// Close ends the connection. A call under way is broken off. It takes no longer
// than two seconds and may be called again.
func (c *Connection) Close() error {
	select {
	case c.turn <- struct{}{}:
		// Say goodbye, but not to a server that does not listen.
		_ = c.wire.SetDeadline(time.Now().Add(2 * time.Second))
		_ = c.sftp.Close()
		<-c.turn
	default:
	}
	c.wire.breakOff(net.ErrClosed)
	_ = c.sftp.Close()
	_ = c.ssh.Wait()
	return nil
}

// kept marks an error that leaves the connection whole, because it is of our
// own making.
type kept struct{ error }

func (k kept) Unwrap() error { return k.error }

// do carries out one call. While it runs, the context's end and a silent server
// close the connection, which ends whatever the libraries are waiting for. The
// server may send allow bytes.
func (c *Connection) do(ctx context.Context, op string, allow int64, call func() error) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if c.wire.cause() != nil {
		return &UnreachableError{Op: op, Addr: c.addr, Err: net.ErrClosed}
	}
	release := c.wire.guard(ctx, c.stall, allow)
	err := call()
	release()
	if err != nil {
		return c.explain(op, err)
	}
	return nil
}

// explain turns an error of the libraries into one of this package. Anything
// but a plain answer of the server means that the connection is of no more use.
func (c *Connection) explain(op string, err error) error {
	var own kept
	if errors.As(err, &own) && c.wire.cause() == nil {
		return fmt.Errorf("%s: %w", op, own.error)
	}
	if answered(err) {
		return fmt.Errorf("%s: %w", op, err)
	}
	c.wire.breakOff(err)
	cause := c.wire.cause()
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", op, cause)
	}
	return &UnreachableError{Op: op, Addr: c.addr, Err: cause}
}

// answered reports whether an error is the server's answer to a request.
func answered(err error) bool {
	var status *sftp.StatusError
	if errors.As(err, &status) {
		return status.FxCode() != sftp.ErrSSHFxConnectionLost && status.FxCode() != sftp.ErrSSHFxNoConnection
	}
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}
