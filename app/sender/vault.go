package sender

import (
	"bytes"
	"context"
	"errors"
)

// vault keeps one key file and its pass phrase in the keyring under two names,
// NAME and NAME-password. A new pair is first laid beside the old one (NAME-new,
// NAME-new-password); which of the two counts is decided by the fingerprint in
// the database, so that a crash between any two steps leaves a whole pair.
type vault struct {
	secrets Secrets
	name    string
	// turn is held by whoever reads or changes the pairs: a letter that is being
	// signed while another key comes in gets the old pair or the new one.
	turn chan struct{}
}

func newVault(secrets Secrets, name string) vault {
	return vault{secrets, name, make(chan struct{}, 1)}
}

// alone does something while nobody else of this process reads or changes the
// pairs.
func (v vault) alone(ctx context.Context, do func() error) error {
	select {
	case v.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-v.turn }()
	return do()
}

// secret is a key file with its pass phrase.
type secret struct {
	file       []byte
	passphrase string
}

const (
	suffixPassword = "-password"
	suffixNew      = "-new"
)

// The names of the two keys.
const (
	nameCertificate = "certificate"
	nameSFTPKey     = "sftp-key"
)

// SecretNames are the names under which a service may have stored secrets, for
// who takes them to another place.
func SecretNames() []string {
	var names []string
	for _, name := range []string{nameCertificate, nameSFTPKey} {
		for _, which := range []string{"", suffixNew} {
			names = append(names, name+which, name+which+suffixPassword)
		}
	}
	return names
}

var errReadBack = errors.New("the keyring does not give back what was stored")

// replace stores a pair. commit makes it the one that counts; when anything
// before fails, the old pair is as it was.
func (v vault) replace(ctx context.Context, pair secret, commit func() error) error {
	return v.alone(ctx, func() error { return v.replaceAlone(ctx, pair, commit) })
}

func (v vault) replaceAlone(ctx context.Context, pair secret, commit func() error) error {
	staged := v.name + suffixNew
	err := v.put(ctx, staged, pair)
	if err == nil {
		err = commit()
	}
	if err != nil {
		// The old pair counts; what was laid beside it goes, also when the caller
		// has given up waiting.
		_ = v.drop(context.WithoutCancel(ctx), staged)
		return err
	}
	// From here on the new pair counts. Moving it to its place is housekeeping,
	// done again at the next reading when it fails.
	_ = v.settle(ctx, pair)
	return nil
}

// settle moves the pair that counts from beside to its place.
func (v vault) settle(ctx context.Context, pair secret) error {
	if err := v.put(ctx, v.name, pair); err != nil {
		return err
	}
	return v.drop(ctx, v.name+suffixNew)
}

// tries is how often a pair is looked for: another process may be replacing it.
const tries = 3

// current gives the pair that counts. which reads what tells it from others, for
// example its fingerprint, and gives nil where there is none to be found.
func (v vault) current(ctx context.Context, which func() (func(secret) bool, error)) (pair secret, found bool, err error) {
	err = v.alone(ctx, func() error {
		for range tries {
			counts, err := which()
			if err != nil || counts == nil {
				return err
			}
			if pair, found, err = v.read(ctx, counts); err != nil || found {
				return err
			}
		}
		return nil
	})
	return pair, found, err
}

// read gives the pair for which counts is true.
func (v vault) read(ctx context.Context, counts func(secret) bool) (secret, bool, error) {
	pair, found, err := v.get(ctx, v.name)
	if err != nil {
		return secret{}, false, err
	}
	if found && counts(pair) {
		return pair, true, nil
	}
	pair, found, err = v.get(ctx, v.name+suffixNew)
	if err != nil || !found || !counts(pair) {
		return secret{}, false, err
	}
	_ = v.settle(ctx, pair)
	return pair, true, nil
}

// forget removes both pairs. It tries all and gives the first error.
func (v vault) forget(ctx context.Context) error {
	return v.alone(ctx, func() error { return errors.Join(v.drop(ctx, v.name), v.drop(ctx, v.name+suffixNew)) })
}

// put stores a pair and reads it back.
func (v vault) put(ctx context.Context, name string, pair secret) error {
	if err := v.secrets.Set(ctx, name, pair.file); err != nil {
		return err
	}
	if err := v.secrets.Set(ctx, name+suffixPassword, []byte(pair.passphrase)); err != nil {
		return err
	}
	got, found, err := v.get(ctx, name)
	if err != nil {
		return err
	}
	if !found || !bytes.Equal(got.file, pair.file) || got.passphrase != pair.passphrase {
		return errReadBack
	}
	return nil
}

// get reads a pair. A key without a stored pass phrase has none.
func (v vault) get(ctx context.Context, name string) (secret, bool, error) {
	file, found, err := v.secrets.Get(ctx, name)
	if err != nil || !found {
		return secret{}, false, err
	}
	passphrase, _, err := v.secrets.Get(ctx, name+suffixPassword)
	if err != nil {
		return secret{}, false, err
	}
	return secret{file, string(passphrase)}, true, nil
}

func (v vault) drop(ctx context.Context, name string) error {
	return errors.Join(v.secrets.Delete(ctx, name), v.secrets.Delete(ctx, name+suffixPassword))
}
