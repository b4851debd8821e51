package onboarding

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"brevdue/app/post"
)

// EBoxKey is the own certificate with its private key, as they were read from
// files. File alone may hold both (PKCS #12 or PEM); then Key is nil. It rests in
// the keyring and nowhere else.
type EBoxKey struct {
	File     []byte `json:"file"`
	Key      []byte `json:"key,omitempty"`
	Password string `json:"password,omitempty"`
}

// String keeps the key out of logs.
func (EBoxKey) String() string { return "e-Box key" }

// GoString keeps the key out of logs.
func (EBoxKey) GoString() string { return "e-Box key" }

// EBoxLook is what a look at a certificate showed.
type EBoxLook struct {
	Certificate post.EBoxCertificate
	Checks      []post.EBoxCheck
	// Taken says that the certificate is the trajectory's now.
	Taken bool
}

// CheckCertificate looks at a certificate file, and at the private key beside it
// where there is one, and stores nothing.
func (e *EBox) CheckCertificate(ctx context.Context, file, key []byte, password string) (EBoxLook, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return EBoxLook{}, err
	}
	return e.look(t, EBoxKey{file, key, password})
}

func (e *EBox) look(t post.EBoxTrajectory, key EBoxKey) (EBoxLook, error) {
	facts, checks, err := e.ports.Checker.CheckEBoxCertificate(key.File, key.Key, key.Password, t.Enterprise, t.Environment, e.ports.Now())
	for i, check := range checks {
		if t.OwnKey && check.Code == checkHasKey && check.Verdict == post.EBoxBlocks {
			checks[i].Verdict = post.EBoxWarns // it belongs here, though not in ChaMan
		}
	}
	return EBoxLook{Certificate: facts, Checks: checks}, err
}

// checkHasKey is the check of a private key in a file that should hold none.
const checkHasKey = "certificate_has_key"

// TakeCertificate looks at a certificate and makes it the trajectory's, unless a
// check says no: then the fault is ebox_certificate, and the look says which.
//
// Team DigiPost's certificate comes without a private key (profile A); one with a
// key is refused and nothing of it kept. The own one needs it (profile B), and
// both go to the keyring.
func (e *EBox) TakeCertificate(ctx context.Context, file, key []byte, password string) (EBoxLook, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return EBoxLook{}, err
	}
	own := EBoxKey{file, key, password}
	look, err := e.look(t, own)
	if err != nil {
		return look, err
	}
	bad, found := firstBlocking(look.Checks)
	switch {
	case found:
		return look, post.NewFault(post.CodeCertificateBad, nil, "check", bad.Code)
	case !t.OwnKey && (look.Certificate.HasPrivateKey || len(key) > 0):
		return look, post.NewFault(post.CodeCertificateBad, nil, "check", checkHasKey)
	case t.OwnKey && !look.Certificate.HasPrivateKey && len(key) == 0:
		return look, post.NewFault(post.CodeEBoxKey, nil)
	case t.OwnKey && !look.Certificate.KeyMatches:
		return look, post.NewFault(post.CodeEBoxKeyOther, nil)
	}
	commit := func() error {
		_, err := e.Do(ctx, EBoxCertified{look.Certificate})
		return err
	}
	if t.OwnKey {
		err = e.vault().replace(ctx, sealedKey{look.Certificate.SHA256, own}, commit)
	} else {
		err = commit()
	}
	look.Taken = err == nil
	return look, err
}

// Key gives the own certificate and private key. Its fault is ebox_key_missing,
// and no_ebox where Team DigiPost holds the key.
func (e *EBox) Key(ctx context.Context) (EBoxKey, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return EBoxKey{}, err
	}
	if !t.OwnKey {
		return EBoxKey{}, post.NewFault(post.CodeNoEBox, nil)
	}
	key, found, err := e.vault().read(ctx, t.Certificate.SHA256)
	if err != nil {
		return EBoxKey{}, fmt.Errorf("read the e-Box key: %w", err)
	}
	if !found {
		return EBoxKey{}, post.NewFault(post.CodeEBoxKey, nil)
	}
	return key, nil
}

// DropKey removes the own key from the keyring and the certificate's facts; the
// checklist stays.
func (e *EBox) DropKey(ctx context.Context) error {
	if err := e.vault().forget(ctx); err != nil {
		return fmt.Errorf("remove the e-Box key from the keyring: %w", err)
	}
	_, err := e.Do(ctx, EBoxCertified{})
	return err
}

func (e *EBox) vault() eboxVault { return eboxVault{e.ports.Secrets} }

// eboxVault keeps one key in the keyring. A new one is first laid beside the old
// one; which of the two counts is decided by the fingerprint in the database, so
// that a crash between any two steps leaves a whole one.
type eboxVault struct{ secrets EBoxSecrets }

// sealedKey is a key with the fingerprint of its certificate.
type sealedKey struct {
	SHA256 string  `json:"sha256"`
	Pair   EBoxKey `json:"pair"`
}

// The names in the keyring.
const (
	secretEBox    = "ebox-key"
	secretEBoxNew = "ebox-key-new"
)

var (
	errReadBack    = errors.New("the keyring does not give back what was stored")
	errBrokenEntry = errors.New("the entry of the e-Box key in the keyring is damaged")
)

// replace stores a key; commit makes it the one that counts. When anything before
// fails, the old key is as it was.
func (v eboxVault) replace(ctx context.Context, key sealedKey, commit func() error) error {
	value, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("write the e-Box key: %w", err)
	}
	err = v.put(ctx, secretEBoxNew, value)
	if err == nil {
		err = commit()
	}
	if err != nil {
		_ = v.secrets.Delete(context.WithoutCancel(ctx), secretEBoxNew)
		return fmt.Errorf("store the e-Box key: %w", err)
	}
	// The new key counts from here on; moving it is done again at the next reading.
	_ = v.settle(ctx, value)
	return nil
}

func (v eboxVault) settle(ctx context.Context, value []byte) error {
	if err := v.put(ctx, secretEBox, value); err != nil {
		return err
	}
	return v.secrets.Delete(ctx, secretEBoxNew)
}

// put stores a value and reads it back.
func (v eboxVault) put(ctx context.Context, name string, value []byte) error {
	if err := v.secrets.Set(ctx, name, value); err != nil {
		return err
	}
	back, found, err := v.secrets.Get(ctx, name)
	if err != nil {
		return err
	}
	if !found || !bytes.Equal(back, value) {
		return errReadBack
	}
	return nil
}

// read gives the key of the certificate with a fingerprint.
func (v eboxVault) read(ctx context.Context, fingerprint string) (EBoxKey, bool, error) {
	if fingerprint == "" {
		return EBoxKey{}, false, nil
	}
	for _, name := range []string{secretEBox, secretEBoxNew} {
		value, found, err := v.secrets.Get(ctx, name)
		if err != nil {
			return EBoxKey{}, false, err
		}
		if !found {
			continue
		}
		var key sealedKey
		if json.Unmarshal(value, &key) != nil {
			return EBoxKey{}, false, errBrokenEntry // without the cause, which may quote it
		}
		if key.SHA256 != fingerprint {
			continue
		}
		if name == secretEBoxNew {
			_ = v.settle(ctx, value)
		}
		return key.Pair, true, nil
	}
	return EBoxKey{}, false, nil
}

// forget removes the key and one laid beside it. It tries both.
func (v eboxVault) forget(ctx context.Context) error {
	return errors.Join(v.secrets.Delete(ctx, secretEBox), v.secrets.Delete(ctx, secretEBoxNew))
}

// keepOnly removes what is not the key of the certificate with a fingerprint. A
// damaged entry goes as well: it opens nothing.
func (v eboxVault) keepOnly(ctx context.Context, fingerprint string) error {
	var failed error
	for _, name := range []string{secretEBox, secretEBoxNew} {
		value, found, err := v.secrets.Get(ctx, name)
		var key sealedKey
		if err == nil && found && (json.Unmarshal(value, &key) != nil || key.SHA256 != fingerprint || fingerprint == "") {
			err = v.secrets.Delete(ctx, name)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}
