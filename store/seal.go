package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// Sealer encrypts with authentication, and hashes with a key. context is
// bound to a sealed value: it opens with the same context only, so that a
// value moved to another row or column does not open.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Unseal(sealed, context []byte) ([]byte, error)
	// Lookup gives the keyed hash of a value of a kind.
	Lookup(kind, value string) []byte
}

// errNoSeal is the cause when sealed values are used before UseSeal.
var errNoSeal = errors.New("no sealing key given yet")

// factSealCheck is a keyed hash that tells whether a key is the one in use.
const factSealCheck = "seal_check"

// UseSeal gives the store its sealing key. The first key given is bound to the
// file; another one later is a fault seal_key, so that a lost keyring is
// noticed before numbers of two keys mix.
func (db *DB) UseSeal(ctx context.Context, seal Sealer) error {
	err := db.write(ctx, "check sealing key", func(tx *sql.Tx) error {
		check := hex.EncodeToString(seal.Lookup(factSealCheck, "brevdue"))
		known, found, err := readText(ctx, tx, factSealCheck)
		switch {
		case err != nil:
			return err
		case !found:
			return writeText(ctx, tx, factSealCheck, check)
		case known != check:
			return post.NewFault(post.CodeSealKey, errors.New("the sealing key is not the one of this database"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	db.sealMu.Lock()
	defer db.sealMu.Unlock()
	db.seal = seal
	return nil
}

// sealer gives the key, or the fault that says it is not there.
func (db *DB) sealer() (Sealer, error) {
	db.sealMu.RLock()
	defer db.sealMu.RUnlock()
	if db.seal == nil {
		return nil, post.NewFault(post.CodeKeyringLocked, errNoSeal)
	}
	return db.seal, nil
}

// place is the context of a sealed value: table, column and row.
func place(table, column string, row ...any) []byte {
	parts := []string{table, column}
	for _, part := range row {
		switch p := part.(type) {
		case int64:
			parts = append(parts, strconv.FormatInt(p, 10))
		case int:
			parts = append(parts, strconv.Itoa(p))
		default:
			parts = append(parts, fmt.Sprint(p))
		}
	}
	return []byte(strings.Join(parts, "\x00"))
}

// sealText seals a value; an empty one is stored as NULL, so that the file says
// who has a number at all and nothing more.
func sealText(seal Sealer, value string, place []byte) ([]byte, error) {
	if value == "" {
		return nil, nil
	}
	sealed, err := seal.Seal([]byte(value), place)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// unsealText opens what sealText made.
func unsealText(seal Sealer, sealed, place []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := seal.Unseal(sealed, place)
	if err != nil {
		return "", post.NewFault(post.CodeSealKey, fmt.Errorf("unseal: %w", err))
	}
	return string(plain), nil
}

// lookup gives the keyed hash of a way to address somebody, or nil where there
// is nothing to hash. A birth number hashes alike in the register and in the
// items of jobs, so that one finds the other; so do the other ways.
func lookup(seal Sealer, kind post.TargetKind, value string) []byte {
	if value == "" {
		return nil
	}
	if kind == post.ByDigipostAddress || kind == post.ByAlias {
		value = strings.ToLower(value)
	}
	return seal.Lookup(string(kind), value)
}
