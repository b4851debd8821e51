package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"brevdue/app/post"
	"brevdue/app/sender"
)

// Where keys lie when there is no keyring: an encrypted file in the profile's
// folder. That it is there is all that is remembered of the choice; its pass
// phrase is asked for at each start.

// keysInFile reports whether the keys of a profile are in its encrypted file.
func keysInFile(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, secretsFile))
	return err == nil
}

// secretsInFile reports whether the keys of the open profile are in an encrypted
// file.
func (a *App) secretsInFile() bool {
	return strings.HasPrefix(a.Secrets, "file:") || keysInFile(a.Folder)
}

// needsPassphrase reports whether the keys of the profile that options open are in
// an encrypted file, so that its pass phrase is to be asked for.
func needsPassphrase(options Options) bool {
	if strings.HasPrefix(options.Secrets, "file:") {
		return true
	}
	if options.Practice {
		return false
	}
	name, err := chooseProfile(options)
	return err == nil && keysInFile(filepath.Join(options.Data, name))
}

// secretsPlace is where the keys of an open profile are now. It is safe for use
// by several goroutines.
type secretsPlace struct {
	mutex sync.RWMutex
	now   sender.Secrets
}

func (p *secretsPlace) place() sender.Secrets {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	return p.now
}

// turnTo keeps keys in another place from now on, and gives the one before.
func (p *secretsPlace) turnTo(next sender.Secrets) (before sender.Secrets) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	before, p.now = p.now, next
	return before
}

// Set stores a value.
func (p *secretsPlace) Set(ctx context.Context, name string, value []byte) error {
	return p.place().Set(ctx, name, value)
}

// Get gives a value; found is false when there is none.
func (p *secretsPlace) Get(ctx context.Context, name string) (value []byte, found bool, err error) {
	return p.place().Get(ctx, name)
}

// Delete removes a value; one that is not there is no error.
func (p *secretsPlace) Delete(ctx context.Context, name string) error {
	return p.place().Delete(ctx, name)
}

// UseSecretsFile keeps the keys of an open profile in an encrypted file from now
// on, where the keyring has gone. What the keyring still gives is taken along,
// the sealing key in any case; other keys have to be put in again.
func (a *App) UseSecretsFile(ctx context.Context, passphrase string) error {
	path := filepath.Join(a.Folder, secretsFile)
	fresh := !keysInFile(a.Folder)
	file, err := openSecretsFile(path, passphrase)
	if err != nil {
		return err
	}
	err = a.fillSecrets(ctx, file)
	if err != nil {
		if fresh {
			err = errors.Join(err, removeSecretsFile(a.Folder))
		}
		return err
	}
	a.Sender.ForgetAlso(a.secrets.turnTo(file))
	a.Log.Info("keys are kept in an encrypted file from now on")
	return nil
}

// fillSecrets puts into a file what a profile cannot be without, and what the
// keyring still gives.
func (a *App) fillSecrets(ctx context.Context, file sender.Secrets) error {
	key, found, err := file.Get(ctx, sealingKeyName)
	switch {
	case err != nil:
		return err
	case found && string(key) != string(a.seal):
		return post.NewFault(post.CodeSealKey, errors.New("the file belongs to another profile"))
	}
	if err := file.Set(ctx, sealingKeyName, a.seal); err != nil {
		return err
	}
	for _, name := range sender.SecretNames() {
		value, found, err := a.secrets.Get(ctx, name)
		if err != nil {
			return nil // the keyring gives nothing more: that is why a file is chosen
		}
		if found {
			if err := file.Set(ctx, name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func removeSecretsFile(folder string) error {
	path := filepath.Join(folder, secretsFile)
	_ = os.Remove(path + ".lock")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return accessFault(err, folder)
	}
	return nil
}
