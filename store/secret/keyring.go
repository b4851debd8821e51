package secret

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zalando/go-keyring"
)

// pieceSize is the most bytes of one keyring entry: Windows takes 2,560, macOS
// takes a command of 4,096 in which the entry is encoded once more.
const pieceSize = 2000

// mostPieces bounds a value to about 1.5 MB, and how far a damaged index can
// lead.
const mostPieces = 1000

// indexVersion is the first word of an index.
const indexVersion = "brevdue1"

// provider is the keyring of the system; a missing entry is
// keyring.ErrNotFound.
type provider interface {
	Set(service, user, password string) error
	Get(service, user string) (string, error)
	Delete(service, user string) error
}

// system is the provider of this machine.
type system struct{}

func (system) Set(service, user, password string) error { return keyring.Set(service, user, password) }
func (system) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (system) Delete(service, user string) error        { return keyring.Delete(service, user) }

// ring keeps values in pieces. A value has an index entry under its own name and
// pieces under NAME/SET/NUMBER, where SET is "a" or "b": a new value is written
// to the set the index does not name, then the index, then the old set goes.
// Whoever is stopped in between leaves the old value or the new one; pieces left
// over are overwritten and removed by the next Set.
type ring struct {
	service  string
	provider provider
	// turn lets one call at a time reach the keyring. A call that waits for a
	// prompt nobody answers keeps it, so that later calls give up by their
	// context instead of piling up behind it.
	turn chan struct{}
}

// Keyring gives the keyring of the operating system. service names whose
// entries they are and should carry the data folder's id. The first call finds
// out whether there is a keyring at all (ErrMissing).
func Keyring(service string) Store { return newRing(service, system{}) }

func newRing(service string, provider provider) *ring {
	return &ring{service: service, provider: provider, turn: make(chan struct{}, 1)}
}

// Set stores a value in place of the old one.
func (r *ring) Set(ctx context.Context, name string, value []byte) error {
	if base64.RawStdEncoding.EncodedLen(len(value)) > mostPieces*pieceSize {
		return fmt.Errorf("store secret %s: %w: %d bytes are too many", name, ErrFailed, len(value))
	}
	value = append([]byte(nil), value...) // the caller may wipe its own
	return r.do(ctx, "store secret "+name, func() error { return r.set(ctx, name, value) })
}

// Get gives a value.
func (r *ring) Get(ctx context.Context, name string) (value []byte, found bool, err error) {
	type answer struct {
		value []byte
		found bool
	}
	// Handed over by a channel: the call may come back after ctx has ended.
	answers := make(chan answer, 1)
	err = r.do(ctx, "read secret "+name, func() error {
		value, found, err := r.get(ctx, name)
		answers <- answer{value, found}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	a := <-answers
	return a.value, a.found, nil
}

// Delete removes a value: first the index, so that it is gone at once.
func (r *ring) Delete(ctx context.Context, name string) error {
	return r.do(ctx, "remove secret "+name, func() error {
		if err := r.remove(name); err != nil {
			return err
		}
		for _, set := range []string{"a", "b"} {
			if err := r.removePieces(ctx, name, set, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// do runs a call for as long as ctx allows. go-keyring's calls cannot be
// cancelled: one that was given up ends when the system answers, and stops
// before its next step.
func (r *ring) do(ctx context.Context, what string, call func() error) error {
	gaveUp := func() error {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("%s: %w: no answer in time: %w", what, ErrLocked, ctx.Err())
		}
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
	if ctx.Err() != nil {
		return gaveUp()
	}
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return gaveUp()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-r.turn }()
		done <- call()
	}()
	select {
	case err := <-done:
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && errors.Is(err, ctx.Err()):
			return gaveUp()
		}
		return fmt.Errorf("%s: %w", what, classify(err))
	case <-ctx.Done():
		return gaveUp()
	}
}

// index says how to put a value together again.
type index struct {
	set    string
	pieces int
	size   int
	sum    string
}

func (i index) String() string {
	return strings.Join([]string{indexVersion, i.set, strconv.Itoa(i.pieces), strconv.Itoa(i.size), i.sum}, " ")
}

// errIndex: nothing can be put together by such an index, only replaced.
var errIndex = errors.New("the index of a secret is unreadable")

// parseIndex reads what String wrote.
func parseIndex(text string) (index, error) {
	words := strings.Fields(text)
	if len(words) != 5 || words[0] != indexVersion || (words[1] != "a" && words[1] != "b") || len(words[4]) != 2*sha256.Size {
		return index{}, errIndex
	}
	pieces, err1 := strconv.Atoi(words[2])
	size, err2 := strconv.Atoi(words[3])
	if err1 != nil || err2 != nil || pieces < 0 || pieces > mostPieces || size < 0 {
		return index{}, errIndex
	}
	return index{set: words[1], pieces: pieces, size: size, sum: words[4]}, nil
}

func (r *ring) piece(name, set string, number int) string {
	return name + "/" + set + "/" + strconv.Itoa(number)
}

// readIndex gives the index; found is false when there is none.
func (r *ring) readIndex(name string) (i index, found bool, err error) {
	text, err := r.provider.Get(r.service, name)
	if errors.Is(err, keyring.ErrNotFound) {
		return index{}, false, nil
	}
	if err != nil {
		return index{}, false, err
	}
	i, err = parseIndex(text)
	return i, err == nil, err
}

func (r *ring) set(ctx context.Context, name string, value []byte) error {
	old, found, err := r.readIndex(name)
	if err != nil && !errors.Is(err, errIndex) {
		return err
	}
	next := index{set: "a", size: len(value), sum: checksum(value)}
	if found && old.set == "a" {
		next.set = "b"
	}
	for text := base64.RawStdEncoding.EncodeToString(value); text != ""; next.pieces++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		size := min(len(text), pieceSize)
		if err := r.provider.Set(r.service, r.piece(name, next.set, next.pieces), text[:size]); err != nil {
			return err
		}
		text = text[size:]
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.provider.Set(r.service, name, next.String()); err != nil {
		return err
	}
	// The value is stored; what is left over of older ones goes.
	other := map[string]string{"a": "b", "b": "a"}[next.set]
	return errors.Join(r.removePieces(ctx, name, other, 0), r.removePieces(ctx, name, next.set, next.pieces))
}

// removePieces removes a set's pieces from a number on, the last first, so that
// those that stay when it is stopped are still found from the front.
func (r *ring) removePieces(ctx context.Context, name, set string, from int) error {
	end := from
	for ; end < mostPieces; end++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := r.provider.Get(r.service, r.piece(name, set, end)); errors.Is(err, keyring.ErrNotFound) {
			break
		} else if err != nil {
			return err
		}
	}
	for end--; end >= from; end-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.remove(r.piece(name, set, end)); err != nil {
			return err
		}
	}
	return nil
}

// remove removes an entry that may be missing.
func (r *ring) remove(entry string) error {
	if err := r.provider.Delete(r.service, entry); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}

// get reads a value. Another process may replace it meanwhile; then the index
// has changed and it is read again.
func (r *ring) get(ctx context.Context, name string) ([]byte, bool, error) {
	i, found, err := r.readIndex(name)
	for try := 0; ; try++ {
		if err != nil || !found {
			return nil, false, err
		}
		value, err := r.join(ctx, name, i)
		if err == nil {
			return value, true, nil
		}
		again, still, err2 := r.readIndex(name)
		if err2 != nil || (still && again == i) || try == 3 {
			return nil, false, errors.Join(err, err2)
		}
		i, found = again, still
	}
}

// join puts the pieces together; only a whole value is given.
func (r *ring) join(ctx context.Context, name string, i index) ([]byte, error) {
	var text strings.Builder
	for number := range i.pieces {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		piece, err := r.provider.Get(r.service, r.piece(name, i.set, number))
		if errors.Is(err, keyring.ErrNotFound) {
			return nil, errors.New("a piece of a secret is missing")
		}
		if err != nil {
			return nil, err
		}
		text.WriteString(piece)
	}
	value, err := base64.RawStdEncoding.DecodeString(text.String())
	if err != nil || len(value) != i.size || checksum(value) != i.sum {
		return nil, errors.New("the pieces of a secret do not fit together")
	}
	return value, nil
}

func checksum(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}
