package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/gofrs/flock"
)

// fileWork is the work factor of scrypt, N = 2^17 (about half a second and
// 128 MB): what OWASP's password storage sheet asks for. mostWork is what is
// accepted from a file, which could otherwise ask for hours.
const (
	fileWork = 17
	mostWork = 20
)

// mostFile bounds what is read from the file.
const mostFile = 16 << 20

// file keeps all values in one JSON object, encrypted as a whole by age with a
// pass phrase, so that `age -d` opens it too. Each change writes a new file and
// renames it over the old one.
type file struct {
	path, passphrase string
	work             int

	mu sync.Mutex
	// values are what the file held when it was seen. Opening it again would cost
	// half a second each time.
	values map[string][]byte
	seen   fs.FileInfo
}

// File gives a store in an encrypted file, for machines without a keyring. The
// file and its folder are made at the first Set. A pass phrase that is empty or
// does not open the file is ErrPassphrase.
func File(path, passphrase string) (Store, error) { return openFile(path, passphrase, fileWork) }

// keyWork is the work factor for a pass phrase that is a random key: no slowness
// is needed where nothing can be guessed.
const keyWork = 10

// FileWithKey is File for a pass phrase of 128 random bits or more, and faster.
func FileWithKey(path, key string) (Store, error) { return openFile(path, key, keyWork) }

func openFile(path, passphrase string, work int) (*file, error) {
	if passphrase == "" {
		return nil, fmt.Errorf("open secrets file: %w", ErrPassphrase)
	}
	f := &file{path: path, passphrase: passphrase, work: work, values: map[string][]byte{}}
	if err := f.load(); err != nil {
		return nil, fmt.Errorf("open secrets file: %w", err)
	}
	return f, nil
}

// Set stores a value.
func (f *file) Set(ctx context.Context, name string, value []byte) error {
	return f.change(ctx, "store secret "+name, func(values map[string][]byte) { values[name] = append([]byte{}, value...) })
}

// Delete removes a value.
func (f *file) Delete(ctx context.Context, name string) error {
	return f.change(ctx, "remove secret "+name, func(values map[string][]byte) { delete(values, name) })
}

// Get gives a value.
func (f *file) Get(ctx context.Context, name string) ([]byte, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("read secret %s: %w", name, err)
	}
	if err := f.load(); err != nil {
		return nil, false, fmt.Errorf("read secret %s: %w", name, err)
	}
	value, found := f.values[name]
	return bytes.Clone(value), found, nil
}

// change reads, alters and writes the file while it holds the lock that other
// processes ask for, too.
func (f *file) change(ctx context.Context, what string, alter func(map[string][]byte)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	lock := flock.New(f.path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return fmt.Errorf("%s: wait for the file: %w", what, err)
	}
	defer func() { _ = lock.Close() }()
	if err := f.load(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	values := make(map[string][]byte, len(f.values)+1)
	for name, value := range f.values {
		values[name] = value
	}
	alter(values)
	if err := f.save(values); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// load reads the file unless it is the one that was read last.
func (f *file) load() error {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.values, f.seen = map[string][]byte{}, nil
		return nil
	}
	if err != nil {
		return err
	}
	if f.seen != nil && os.SameFile(f.seen, info) && f.seen.Size() == info.Size() && f.seen.ModTime().Equal(info.ModTime()) {
		return nil
	}
	values, err := f.read()
	if err != nil {
		return err
	}
	f.values, f.seen = values, info
	return nil
}

func (f *file) read() (map[string][]byte, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	identity, err := age.NewScryptIdentity(f.passphrase)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	identity.SetMaxWorkFactor(mostWork)
	content, err := age.Decrypt(io.LimitReader(in, mostFile), identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	values := map[string][]byte{}
	if err := json.Unmarshal(text, &values); err != nil {
		// Not wrapped: an error of the decoder may quote the text.
		return nil, fmt.Errorf("%w: the file holds something else", ErrFailed)
	}
	return values, nil
}

// save writes a new file beside the old one and renames it over it.
func (f *file) save(values map[string][]byte) (err error) {
	recipient, err := age.NewScryptRecipient(f.passphrase)
	if err != nil {
		return err
	}
	recipient.SetWorkFactor(f.work)
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*.tmp") // for the user only: mode 600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = out.Close()
			_ = os.Remove(out.Name())
		}
	}()
	sealed, err := age.Encrypt(out, recipient)
	if err != nil {
		return err
	}
	if _, err := sealed.Write(text); err != nil {
		return err
	}
	if err := errors.Join(sealed.Close(), out.Sync(), out.Close()); err != nil {
		return err
	}
	info, err := os.Stat(out.Name())
	if err != nil {
		return err
	}
	if err := os.Rename(out.Name(), f.path); err != nil {
		return err
	}
	// Unless another process changes it, the file holds these values.
	f.values, f.seen = values, info
	return syncFolder(filepath.Dir(f.path))
}
