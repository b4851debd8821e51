// Package secret keeps keys, pass phrases and tokens: in the keyring of the
// operating system, in an encrypted file where there is none, or in memory for
// tests. It also makes the sealing key and seals with it.
//
// A value never appears in an error.
package secret

import (
	"bytes"
	"context"
	"errors"
	"sync"
)

// Store keeps values by name. A missing value gives found false and no error.
// Calls wait no longer than their context; a call that was given up may still
// come through afterwards.
type Store interface {
	Set(ctx context.Context, name string, value []byte) error
	Get(ctx context.Context, name string) (value []byte, found bool, err error)
	// Delete removes a value; removing a missing one is no error.
	Delete(ctx context.Context, name string) error
}

// What can be wrong with a store. Callers ask with errors.Is.
var (
	// ErrMissing: this machine has no keyring, or the session has none.
	ErrMissing = errors.New("no keyring")
	// ErrLocked: the keyring is locked and was not unlocked, or waits for the
	// user's answer.
	ErrLocked = errors.New("keyring locked")
	// ErrFailed: anything else; a stored value that is not whole is this too, so
	// that it is never taken for a missing one and replaced.
	ErrFailed = errors.New("keyring failed")
	// ErrPassphrase: the pass phrase of an encrypted file is missing or wrong.
	ErrPassphrase = errors.New("pass phrase missing or wrong")
)

// Memory gives a store that forgets everything with the process.
func Memory() Store { return &memory{values: map[string][]byte{}} }

type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (m *memory) Set(ctx context.Context, name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	m.values[name] = append([]byte{}, value...)
	return nil
}

func (m *memory) Get(ctx context.Context, name string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	value, found := m.values[name]
	return bytes.Clone(value), found, nil
}

func (m *memory) Delete(ctx context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	delete(m.values, name)
	return nil
}
