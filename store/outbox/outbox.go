// Package outbox keeps files that leave the machine and receipts that came,
// whole or not at all, sealed.
//
// A file is written under a temporary name, synced, renamed, and its folder
// synced; after a crash it is there whole or not there. Its name is random: a
// name made from the content would tell who has the same file. The content is an
// age file (age-encryption.org/v1) whose file key is wrapped by the outbox key
// and bound to the name: age brings the chunked authenticated encryption that
// notices every change and every cut, and its own interfaces for other ways to
// wrap the file key. A key pair of age's own was not needed, since who writes
// also reads, and a symmetric key stays good against quantum computers.
package outbox

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"brevdue/app/post"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// KeySize is the length of an outbox key in bytes.
const KeySize = 32

// fresh is how young a file must be for Sweep to leave it alone: another
// process may have put it and not yet stored its name.
const fresh = time.Hour

// temporary ends the names of files that are not whole yet.
const temporary = ".tmp"

// validName is the form of the names Put gives; nothing else is opened, so that
// a name can never lead out of the folder.
var validName = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ErrDamaged is the cause when a file was changed, cut or sealed by another
// key.
var ErrDamaged = errors.New("the stored file does not open: changed, cut or of another key")

// Outbox is a folder of sealed files. It is safe for use by several goroutines
// and processes.
type Outbox struct {
	dir string
	key []byte
}

// Open makes the folder when there is none. key has KeySize bytes. Faults:
// no_access, disk_full.
func Open(dir string, key []byte) (*Outbox, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("open outbox: a key has %d bytes, not %d", KeySize, len(key))
	}
	wrap, err := hkdf.Key(sha256.New, key, nil, "brevdue outbox v1", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("open outbox: %w", err)
	}
	o := &Outbox{dir: dir, key: wrap}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, o.fault("open outbox", err)
	}
	return o, nil
}

// Put stores what it reads and gives the name, the SHA-256 (hexadecimal) of the
// content and its size in bytes. When anything fails nothing is left behind.
// Faults: disk_full, no_access.
func (o *Outbox) Put(ctx context.Context, content io.Reader) (name, sum string, size int64, err error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", "", 0, fmt.Errorf("name file: %w", err)
	}
	name = hex.EncodeToString(id)
	if sum, size, err = o.write(ctx, name, content); err != nil {
		return "", "", 0, o.fault("store file", err)
	}
	return name, sum, size, nil
}

// write makes the temporary file and gives it its name when it is on the disk.
func (o *Outbox) write(ctx context.Context, name string, content io.Reader) (sum string, size int64, err error) {
	path := filepath.Join(o.dir, name)
	file, err := os.OpenFile(path+temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", 0, err
	}
	defer func() {
		if err != nil {
			// A second close of a closed file does nothing.
			_ = file.Close()
			_ = os.Remove(path + temporary)
		}
	}()
	sealed, err := age.Encrypt(file, wrapper{key: o.key, name: name})
	if err != nil {
		return "", 0, err
	}
	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(sealed, hash), reader{ctx, content}); err != nil {
		return "", 0, err
	}
	if err := errors.Join(sealed.Close(), file.Sync(), file.Close()); err != nil {
		return "", 0, err
	}
	if err := os.Rename(path+temporary, path); err != nil {
		return "", 0, err
	}
	if err := syncFolder(o.dir); err != nil {
		_ = os.Remove(path)
		return "", 0, err
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}

// Open gives the content of a file after reading it once from end to end, so
// that a damaged file is refused before its first byte leaves. Faults:
// file_missing, file_unreadable (ErrDamaged), no_access.
func (o *Outbox) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if !validName.MatchString(name) {
		return nil, post.NewFault(post.CodeFileMissing, fmt.Errorf("open stored file: not a name of ours"), "file", "outbox")
	}
	file, err := os.Open(filepath.Join(o.dir, name))
	if err != nil {
		return nil, o.fault("open stored file", err)
	}
	content, err := o.verified(ctx, file, name)
	if err != nil {
		_ = file.Close()
		return nil, o.fault("open stored file", err)
	}
	return readCloser{reader{ctx, content}, file}, nil
}

// verified reads the open file through once and gives its content from the
// start.
func (o *Outbox) verified(ctx context.Context, file *os.File, name string) (io.Reader, error) {
	content, err := age.Decrypt(file, wrapper{key: o.key, name: name})
	if err == nil {
		_, err = io.Copy(io.Discard, reader{ctx, content})
	}
	var path *fs.PathError
	switch {
	case err == nil:
	case ctx.Err() != nil, errors.As(err, &path):
		return nil, err
	default:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return age.Decrypt(file, wrapper{key: o.key, name: name})
}

// Remove removes a file; removing a missing one is no error.
func (o *Outbox) Remove(_ context.Context, name string) error {
	if !validName.MatchString(name) {
		return nil
	}
	if err := os.Remove(filepath.Join(o.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return o.fault("remove stored file", err)
	}
	return nil
}

// Sweep removes the files that keep does not want and what crashes left half
// written. Files younger than an hour stay: another process may be about to
// store their names. Files of other names are not ours and stay.
func (o *Outbox) Sweep(ctx context.Context, keep func(name string) bool) error {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return o.fault("sweep outbox", err)
	}
	var errs []error
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("sweep outbox: %w", err)
		}
		name, half := strings.CutSuffix(entry.Name(), temporary)
		if !validName.MatchString(name) || (!half && keep(name)) {
			continue
		}
		info, err := entry.Info()
		if err != nil || time.Since(info.ModTime()) < fresh {
			continue // gone in the meantime, or too young
		}
		if err := os.Remove(filepath.Join(o.dir, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return o.fault("sweep outbox", errors.Join(errs...))
}

// reader ends when its context does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// readCloser reads the content and closes the file.
type readCloser struct {
	io.Reader
	io.Closer
}
