package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"brevdue/app/post"
)

// bodyName is what a message's text is saved as: as plain text, so that nothing in
// it runs when it is opened.
const bodyName = "message.txt"

// partialName is the temporary name of a document, in the folder it goes to, so
// that renaming it cannot half happen. owner is the store's: two that save into
// one folder do not write into each other's.
func partialName(path, owner string) string {
	sum := sha256.Sum256([]byte(owner + "/" + filepath.Base(path)))
	return filepath.Join(filepath.Dir(path), ".brevdue-"+hex.EncodeToString(sum[:6])+".part")
}

// diskState is what is left on the disk of a download.
type diskState int

const (
	diskNothing diskState = iota
	diskPartial           // came whole and has not got its name
	diskWhole             // in its place, unchanged
)

// onDisk looks whether a download is still there as it came.
func onDisk(download post.EBoxDownload, owner string) diskState {
	switch {
	case download.SHA256 == "":
		return diskNothing
	case holds(download.Path, download):
		return diskWhole
	case download.At.IsZero() && holds(partialName(download.Path, owner), download):
		return diskPartial
	}
	return diskNothing
}

// holds reports whether a file has the content of a download.
func holds(path string, download post.EBoxDownload) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != download.Size {
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return false
	}
	return hex.EncodeToString(hash.Sum(nil)) == download.SHA256
}

// fetch writes a document under its temporary name and makes sure that it is what
// the sender announced. On an error nothing is left of it.
func (s *Service) fetch(ctx context.Context, item Item, download *post.EBoxDownload, progress func(int64)) (err error) {
	provider, err := s.provider(ctx, item.Provider)
	if err != nil {
		return err
	}
	_ = os.Remove(item.partial) // what a kill left, or a link somebody laid
	file, err := os.OpenFile(item.partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return diskFault(item.Path, err)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(item.partial)
		}
	}()
	counted := &counter{into: file, hash: sha256.New()}
	if err := s.content(ctx, provider, item, counted, progress); err != nil {
		if counted.err != nil {
			return diskFault(item.Path, counted.err)
		}
		return err
	}
	download.SHA256, download.Size = hex.EncodeToString(counted.hash.Sum(nil)), counted.size
	if want := item.Attachment.SHA256; want != "" && !strings.EqualFold(want, download.SHA256) {
		return post.NewFault(post.CodeDigestWrong, nil, "file", filepath.Base(item.Path))
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return diskFault(item.Path, err)
	}
	return nil
}

// content writes what a provider sends of a document. Whatever comes of it, the
// main document's message counts as read from here on.
func (s *Service) content(ctx context.Context, provider post.EBoxProvider, item Item, into *counter, progress func(int64)) error {
	if !item.Body {
		err := s.ports.Box.Content(ctx, provider, item.Message, item.Attachment, post.EBoxContent{Into: into, Progress: progress})
		if err == nil || into.size > 0 || post.CodeOf(err) == post.CodeDigestWrong {
			s.markRead(ctx, item)
		}
		if err != nil {
			return fmt.Errorf("fetch a document: %w", err)
		}
		return nil
	}
	text, err := s.ports.Box.Body(ctx, provider, item.Message)
	if err != nil {
		return fmt.Errorf("fetch the text of a message: %w", err)
	}
	s.markRead(ctx, item)
	_, err = io.WriteString(into, allLanguages(text))
	return err
}

// allLanguages puts a text in several languages below each other.
func allLanguages(text post.Translated) string {
	var there []string
	for _, each := range []string{text.NL, text.FR, text.DE, text.EN} {
		if each = strings.TrimSpace(each); each != "" {
			there = append(there, each)
		}
	}
	return strings.Join(there, "\n\n") + "\n"
}

// markRead notes here what fetching did there. That it fails is no reason to lose
// a document: the next look at the list tells the same.
func (s *Service) markRead(ctx context.Context, item Item) {
	if item.MarksRead {
		_ = s.alter(context.WithoutCancel(ctx), item.Provider, []string{item.Message}, func(m *post.EBoxMessage) { m.Read = true })
	}
}

// counter writes on, and knows size, hash and what went wrong on the disk.
type counter struct {
	into io.Writer
	hash hash.Hash
	size int64
	err  error
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.into.Write(p)
	c.hash.Write(p[:n])
	c.size += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}

// moveInto gives a file its name, and never over one that is there.
func moveInto(from, to string) error {
	switch err := os.Link(from, to); {
	case err == nil:
		syncFolder(filepath.Dir(to))
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// File systems without links: looked at first, then renamed.
	if exists(to) {
		return fmt.Errorf("name a document: %w", fs.ErrExist)
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	syncFolder(filepath.Dir(to))
	return nil
}

// syncFolder makes a name durable where the system can; where it cannot, a crash
// leaves the temporary name, which is known.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
