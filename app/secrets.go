package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"brevdue/app/post"
	"brevdue/app/sender"
	"brevdue/store/secret"
)

const (
	sealingKeyName = "sealing-key"
	keyringService = "no.brevdue.desktop/"
	// secretsFile is the encrypted file of a profile that stands in for a keyring,
	// practiceKey the throw-away pass phrase that opens it in practice.
	secretsFile = "secrets.age"
	practiceKey = "secrets.key"
)

// chooseSecrets opens the keyring, or the encrypted file that was asked for or
// that the profile's keys have been in since somebody chose so. In practice, where
// keys are thrown away, a machine without a keyring gets a file in the practice
// folder instead.
func (a *App) chooseSecrets(ctx context.Context, folderID string) (sender.Secrets, error) {
	if path, ok := strings.CutPrefix(a.Secrets, "file:"); ok {
		return openSecretsFile(path, a.Passphrase)
	}
	if a.Secrets != "" && a.Secrets != "keyring" {
		return nil, post.NewFault(post.CodeUsage, nil, "detail", "-secrets")
	}
	keyring, file := vault{secret.Keyring(keyringService + folderID)}, filepath.Join(a.Folder, secretsFile)
	switch inFile := keysInFile(a.Folder); {
	case inFile && a.Practice:
		return a.practiceFile(ctx, file)
	case inFile:
		if folderID != "" {
			a.before = keyring
		}
		return openSecretsFile(file, a.Passphrase)
	case !a.Practice:
		return keyring, nil
	}
	if _, _, err := keyring.Get(ctx, sealingKeyName); err != nil && post.CodeOf(err) != post.CodeKeyringLocked {
		a.Log.Info("no keyring; practice keys go into an encrypted file", "code", string(post.CodeOf(err)))
		return a.practiceFile(ctx, file)
	}
	return keyring, nil
}

// trySecrets reaches for the keyring, or for the file that was asked for, before
// anything of a new profile is made: a machine without one is left as it was.
func (a *App) trySecrets(ctx context.Context) error {
	secrets, err := a.chooseSecrets(ctx, "")
	if err != nil {
		return err
	}
	_, _, err = secrets.Get(ctx, sealingKeyName)
	return err
}

// practiceFile opens the practice folder's own encrypted file. Its pass phrase
// lies beside it: it keeps nothing that would matter outside practice.
func (a *App) practiceFile(ctx context.Context, file string) (sender.Secrets, error) {
	if a.Passphrase != "" {
		return openSecretsFile(file, a.Passphrase)
	}
	path := filepath.Join(a.Folder, practiceKey)
	phrase, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		phrase, err = a.makePracticeKey(ctx, path)
	}
	if err != nil {
		return nil, accessFault(err, a.Folder)
	}
	secrets, err := secret.FileWithKey(file, string(phrase))
	if err != nil {
		return nil, secretFault(err)
	}
	return vault{secrets}, nil
}

// makePracticeKey makes the pass phrase, unless another process just did, and
// shows it only whole.
func (a *App) makePracticeKey(ctx context.Context, path string) (phrase []byte, err error) {
	err = a.alone(ctx, func() error {
		if phrase, err = os.ReadFile(path); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		phrase = []byte(newPassphrase())
		if err := os.WriteFile(path+".new", phrase, 0o600); err != nil {
			return err
		}
		return os.Rename(path+".new", path)
	})
	return phrase, err
}

func openSecretsFile(path, passphrase string) (sender.Secrets, error) {
	if passphrase == "" {
		return nil, post.NewFault(post.CodeSecretsPassphrase, nil)
	}
	file, err := secret.File(path, passphrase)
	if err != nil {
		return nil, secretFault(err)
	}
	return vault{file}, nil
}

// vault gives a secret store's errors the words of the job.
type vault struct{ secret.Store }

// Set stores a value.
func (v vault) Set(ctx context.Context, name string, value []byte) error {
	return secretFault(v.Store.Set(ctx, name, value))
}

// Get gives a value; found is false when there is none.
func (v vault) Get(ctx context.Context, name string) (value []byte, found bool, err error) {
	value, found, err = v.Store.Get(ctx, name)
	return value, found, secretFault(err)
}

// Delete removes a value; one that is not there is no error.
func (v vault) Delete(ctx context.Context, name string) error {
	return secretFault(v.Store.Delete(ctx, name))
}

func secretFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, secret.ErrMissing):
		return post.NewFault(post.CodeKeyringMissing, err)
	case errors.Is(err, secret.ErrLocked), errors.Is(err, context.DeadlineExceeded):
		return post.NewFault(post.CodeKeyringLocked, err)
	case errors.Is(err, secret.ErrPassphrase):
		return post.NewFault(post.CodeSecretsPassphrase, err)
	case isDiskFull(err):
		return post.NewFault(post.CodeDiskFull, err)
	}
	return post.NewFault(post.CodeKeyringFailed, err)
}
