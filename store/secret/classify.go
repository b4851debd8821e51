package secret

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
)

// Exit codes of macOS' security command: errSecInteractionNotAllowed and
// userCanceledErr, cut to eight bits.
const (
	securityNoInteraction = 36
	securityCancelled     = 128
)

// noLogonSession is Windows' ERROR_NO_SUCH_LOGON_SESSION: the account has no
// credential store, as with some services.
const noLogonSession = syscall.Errno(1312)

// classify says which of this package's errors a keyring's error is. Most of
// them have no type of their own.
func classify(err error) error {
	kind := ErrFailed
	var start *exec.Error
	var exit *exec.ExitError
	var network *net.OpError
	var bus dbus.Error
	var errno syscall.Errno
	switch {
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		kind = ErrMissing
	case errors.As(err, &start), errors.As(err, &network):
		// No session bus: dbus-launch is not there, or nobody listens.
		kind = ErrMissing
	case errors.As(err, &bus):
		kind = classifyBus(bus)
	case strings.Contains(err.Error(), "failed to unlock"), strings.Contains(err.Error(), "is locked"):
		kind = ErrLocked
	case errors.As(err, &exit):
		if code := exit.ExitCode(); runtime.GOOS == "darwin" && (code == securityNoInteraction || code == securityCancelled) {
			kind = ErrLocked
		}
	case errors.As(err, &errno):
		if runtime.GOOS == "windows" && errno == noLogonSession {
			kind = ErrMissing
		}
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// classifyBus judges by the error's name, which is part of the D-Bus and Secret
// Service specifications.
func classifyBus(err dbus.Error) error {
	switch err.Name {
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.Spawn.ServiceNotFound", "org.freedesktop.DBus.Error.Spawn.ChildExited":
		return ErrMissing
	case "org.freedesktop.Secret.Error.IsLocked":
		return ErrLocked
	}
	return ErrFailed
}
