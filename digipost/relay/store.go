package relay

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Store keeps sender-ids under the SHA-256 of their nonces. Its types are Go's
// own, so that a database can fulfil it without knowing this package;
// CheckStore holds one against what is said here. All methods may be called at
// once from several goroutines, each is one step (one transaction), and what
// they report done is durable.
type Store interface {
	// Put keeps senderID under hash, unless something is kept there already: the
	// first one wins, for good, claimed or not. kept is what stands there now, and
	// added whether this call put it there. Where another sender-id stands, the
	// entry's count of conflicts goes up by one. Where nothing stands and most
	// entries are kept already, nothing is put and kept is 0.
	Put(ctx context.Context, hash [32]byte, senderID int64, at time.Time, most int) (kept int64, added bool, err error)
	// Claim gives what is kept under hash to the claimer who asks first, and notes
	// claimer (a hash as well) and time. After that it gives the same to the same
	// claimer until the first time is longer ago than repeatFor. Everything else
	// gives 0 without an error and changes nothing: an unknown hash, another
	// claimer, a claimer who is too late.
	Claim(ctx context.Context, hash, claimer [32]byte, at time.Time, repeatFor time.Duration) (senderID int64, err error)
	// Sweep removes the entries that were put before a time, claimed or not.
	Sweep(ctx context.Context, before time.Time) (removed int, err error)
	// Count gives the entries that wait, those that are claimed, and the sum of
	// the conflicts of all.
	Count(ctx context.Context) (waiting, claimed, conflicts int, err error)
}

// Memory is a Store that forgets everything when the program ends: for tests.
type Memory struct {
	mu      sync.Mutex
	entries map[[32]byte]*entry
}

type entry struct {
	senderID  int64
	at        time.Time
	claimer   [32]byte
	claimed   time.Time // zero: waiting
	conflicts int
}

// NewMemory makes an empty one.
func NewMemory() *Memory { return &Memory{entries: map[[32]byte]*entry{}} }

// Put is as Store says.
func (m *Memory) Put(_ context.Context, hash [32]byte, senderID int64, at time.Time, most int) (int64, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if there, found := m.entries[hash]; found {
		if there.senderID != senderID {
			there.conflicts++
		}
		return there.senderID, false, nil
	}
	if len(m.entries) >= most {
		return 0, false, nil
	}
	m.entries[hash] = &entry{senderID: senderID, at: at}
	return senderID, true, nil
}

// Claim is as Store says.
func (m *Memory) Claim(_ context.Context, hash, claimer [32]byte, at time.Time, repeatFor time.Duration) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	there, found := m.entries[hash]
	switch {
	case !found:
		return 0, nil
	case there.claimed.IsZero():
		there.claimer, there.claimed = claimer, at
	case subtle.ConstantTimeCompare(there.claimer[:], claimer[:]) != 1 || at.Sub(there.claimed) > repeatFor:
		return 0, nil
	}
	return there.senderID, nil
}

// Sweep is as Store says.
func (m *Memory) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	removed := 0
	for hash, each := range m.entries {
		if each.at.Before(before) {
			delete(m.entries, hash)
			removed++
		}
	}
	return removed, nil
}

// Count is as Store says.
func (m *Memory) Count(context.Context) (waiting, claimed, conflicts int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, each := range m.entries {
		if each.claimed.IsZero() {
			waiting++
		} else {
			claimed++
		}
		conflicts += each.conflicts
	}
	return waiting, claimed, conflicts, nil
}

// CheckStore holds an empty store against the contract of Store, for the tests
// of those who make one. It leaves it empty.
func CheckStore(ctx context.Context, s Store) error {
	c := storeCheck{ctx: ctx, store: s}
	first, second, third := [32]byte{1}, [32]byte{2}, [32]byte{3}
	me, other := [32]byte{8}, [32]byte{9}
	at := time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

	c.count("empty", 0, 0, 0)
	c.claim("nothing kept", first, me, at, 0)
	c.put("the first", first, 1000, at, 1000, true)
	c.put("the first again", first, 1000, at.Add(time.Hour), 1000, false)
	c.put("another sender-id", first, 2000, at, 1000, false)
	c.put("the second", second, 3000, at.Add(time.Hour), 3000, true)
	c.put("one too many", third, 4000, at, 0, false)
	c.put("a repetition when full", second, 3000, at, 3000, false)
	c.count("two wait", 2, 0, 1)

	c.claim("the first claim", first, me, at, 1000)
	c.claim("another claimer", first, other, at, 0)
	c.claim("repeated in time", first, me, at.Add(repeatInCheck), 1000)
	c.claim("repeated too late", first, me, at.Add(repeatInCheck+time.Second), 0)
	c.claim("an unknown one", third, me, at, 0)
	c.put("a repetition after the claim", first, 1000, at, 1000, false)
	c.put("another one after the claim", first, 2000, at, 1000, false)
	c.count("one is claimed", 1, 1, 2)

	c.sweep("nothing is old", at, 0)
	c.sweep("the first is old", at.Add(time.Second), 1)
	c.claim("swept", first, me, at, 0)
	c.put("new after the sweep", first, 5000, at, 5000, true)
	c.sweep("all", at.Add(2*time.Hour), 2)
	c.count("empty again", 0, 0, 0)
	return c.err
}

const repeatInCheck = time.Minute

// storeCheck keeps the first thing that was wrong.
type storeCheck struct {
	ctx   context.Context
	store Store
	err   error
}

func (c *storeCheck) found(step string, got, want any, err error) {
	switch {
	case c.err != nil:
	case err != nil:
		c.err = fmt.Errorf("%s: %w", step, err)
	case got != want:
		c.err = errors.New(step + ": " + fmt.Sprintf("got %v, want %v", got, want))
	}
}

func (c *storeCheck) put(step string, hash [32]byte, senderID int64, at time.Time, kept int64, added bool) {
	gotKept, gotAdded, err := c.store.Put(c.ctx, hash, senderID, at, 2)
	c.found(step, fmt.Sprint(gotKept, gotAdded), fmt.Sprint(kept, added), err)
}

func (c *storeCheck) claim(step string, hash, claimer [32]byte, at time.Time, want int64) {
	got, err := c.store.Claim(c.ctx, hash, claimer, at, repeatInCheck)
	c.found(step, got, want, err)
}

func (c *storeCheck) sweep(step string, before time.Time, want int) {
	got, err := c.store.Sweep(c.ctx, before)
	c.found(step, got, want, err)
}

func (c *storeCheck) count(step string, waiting, claimed, conflicts int) {
	gotWaiting, gotClaimed, gotConflicts, err := c.store.Count(c.ctx)
	c.found(step, fmt.Sprint(gotWaiting, gotClaimed, gotConflicts), fmt.Sprint(waiting, claimed, conflicts), err)
}
