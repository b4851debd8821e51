package batch

import (
	"fmt"
	"net"
	"slices"
	"sync"

	"golang.org/x/crypto/ssh"
)

// HostKeyUnknownError: the server's key was never accepted by a person.
type HostKeyUnknownError struct {
	Fingerprint string
	// Err is what Confirm said; nil when nobody was asked.
	Err error
}

func (e *HostKeyUnknownError) Error() string {
	return fmt.Sprintf("the server's key %s is not known", e.Fingerprint)
}

// Unwrap gives Confirm's error.
func (e *HostKeyUnknownError) Unwrap() error { return e.Err }

// HostKeyChangedError: the server showed another key than the pinned one and
// did not prove to have that one too. It may be somebody else's server: nothing
// may be sent there.
type HostKeyChangedError struct{ Pinned, Got string }

func (e *HostKeyChangedError) Error() string {
	return fmt.Sprintf("the server's key is %s instead of %s", e.Got, e.Pinned)
}

// keyFamily is a kind of server key: the types a key can have and the
// algorithms to ask for it.
type keyFamily struct{ types, algorithms []string }

// hostKeyFamilies stand in the order they are asked for. It is fixed here so
// that a library's new taste does not look like a changed server.
var hostKeyFamilies = []keyFamily{
	{[]string{ssh.KeyAlgoED25519}, []string{ssh.KeyAlgoED25519}},
	{[]string{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
		[]string{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521}},
	{[]string{ssh.KeyAlgoRSA}, []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}},
}

// hostKeyCheck judges the server's key during one attempt to connect. The
// library calls it from a goroutine of its own that may outlive the attempt.
type hostKeyCheck struct {
	pinned   string
	confirm  func(fingerprint string) error
	families []keyFamily
	wire     *wire

	mu      sync.Mutex
	keyType string
	good    string
	refusal error
}

func (h *hostKeyCheck) algorithms() []string {
	var all []string
	for _, family := range h.families {
		all = append(all, family.algorithms...)
	}
	return all
}

// callback is asked after the server has proved to own the key; again when
// the keys of a long connection are renewed.
func (h *hostKeyCheck) callback(_ string, _ net.Addr, key ssh.PublicKey) error {
	got := Fingerprint(key)
	h.mu.Lock()
	h.keyType = key.Type()
	want := h.pinned
	if h.good != "" {
		want = h.good
	}
	h.mu.Unlock()
	var err error
	switch {
	case want != "" && got != want:
		err = &HostKeyChangedError{Pinned: want, Got: got}
	case want != "":
	case h.confirm == nil:
		err = &HostKeyUnknownError{Fingerprint: got}
	default:
		// A person thinks: nothing moves, and that is no fault of the server.
		h.wire.patient.Store(true)
		if no := h.confirm(got); no != nil {
			err = &HostKeyUnknownError{Fingerprint: got, Err: no}
		}
		h.wire.patient.Store(false)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.good = got
	} else {
		h.refusal = err
	}
	return err
}

// accepted is the fingerprint that was found good, or "".
func (h *hostKeyCheck) accepted() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.good
}

// refused is why the key was not accepted, or nil.
func (h *hostKeyCheck) refused() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refusal
}

// others are the families without that of the key shown.
func (h *hostKeyCheck) others() []keyFamily {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.families), func(f keyFamily) bool { return slices.Contains(f.types, h.keyType) })
}
