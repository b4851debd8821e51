package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brevdue/app/post"
)

// approve asks a person for a yes. With -yes it is given; without a terminal and
// without -yes there is nobody to ask, and nothing goes.
func (s *session) approve(ctx context.Context, question string) error {
	if s.flags.yes {
		return nil
	}
	if !s.terminal {
		return post.NewFault(post.CodeNotApproved, nil)
	}
	s.show(question + " " + s.get("ask.yes_no") + " ")
	line, err := typed(ctx, func() ([]byte, error) { return s.in.ReadBytes('\n') })
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(string(line))) {
	case "j", "ja", "y", "yes": // only a clear yes is one
		return nil
	}
	return post.NewFault(post.CodeNotApproved, nil)
}

// from says above a question who would send: a yes for the wrong one of several
// senders reaches people all the same.
func (s *session) from(sender post.Sender) string {
	key := "sender.named"
	if sender.Name == "" {
		key = "sender.unnamed"
	}
	return s.get("ask.from", "sender", s.texts.Get(key, "name", sender.Name, "id", id(sender.SenderID))) + "\n"
}

// typed waits for what a person types, or until ctx ends: reading from a
// terminal cannot be broken off, and after an interrupt the process is about to
// end, and the reading with it.
func typed(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		line []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case got := <-done:
		return got.line, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// askSecret reads a pass phrase without showing it.
func (s *session) askSecret(ctx context.Context, key string) (string, error) {
	s.show(s.get(key) + " ")
	line, err := typed(ctx, s.secret)
	if ctx.Err() != nil && s.restore != nil {
		s.restore() // the reading goes on, with what is typed hidden
	}
	s.tell("")
	if err != nil {
		return "", fmt.Errorf("read a pass phrase: %w", err)
	}
	return string(line), nil
}

// withPassphrase tries with the pass phrase of the environment, or none, and
// asks at the terminal where that one is wrong and none was given.
func (s *session) withPassphrase(ctx context.Context, variable, question string, use func(passphrase string) error) error {
	passphrase, given := s.env.secrets[variable]
	err := use(passphrase)
	code := post.CodeOf(err)
	if given || !s.terminal || (code != post.CodeWrongPassword && code != post.CodeSFTPKeyBroken) {
		return err
	}
	if passphrase, err = s.askSecret(ctx, "ask."+question); err != nil {
		return err
	}
	return use(passphrase)
}

// mostKeyFile bounds a key or certificate file, in bytes; real ones have a few
// thousand.
const mostKeyFile = 1 << 20

// readKeyFile reads a key or certificate file whole.
func readKeyFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fileFault(path, err)
	}
	defer file.Close()
	var content bytes.Buffer
	n, err := io.Copy(&content, io.LimitReader(file, mostKeyFile+1))
	if err != nil {
		return nil, fileFault(path, err)
	}
	if n > mostKeyFile {
		return nil, post.NewFault(post.CodeFileTooLarge, nil, "file", filepath.Base(path), "size", "> 1 MB", "limit", "1 MB")
	}
	return content.Bytes(), nil
}

func fileFault(path string, err error) error {
	code := post.CodeFileUnreadable
	if errors.Is(err, fs.ErrNotExist) {
		code = post.CodeFileMissing
	}
	return post.NewFault(code, err, "file", filepath.Base(path))
}

// sameFile reports whether two paths are one file, also where the second does
// not exist.
func sameFile(a, b string) bool {
	if x, err := os.Stat(a); err == nil {
		if y, err := os.Stat(b); err == nil {
			return os.SameFile(x, y)
		}
	}
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	return errX == nil && errY == nil && x == y
}

// checkWriteBack is checkCopy for the copy with the outcome: it has the form of
// the list, and one of a text file may be a workbook.
func checkWriteBack(list, out string) error {
	own := strings.ToLower(filepath.Ext(list))
	if own == ".csv" || own == ".tsv" || own == "" {
		return checkCopy("write-back", list, out, own, ".xlsx")
	}
	return checkCopy("write-back", list, out, own)
}

// checkCopy refuses, before anything is stored or leaves, a file that would lie
// over the list, in a folder that is not there or under an ending that is not
// its own.
func checkCopy(flag, list, out string, endings ...string) error {
	switch folder, err := os.Stat(filepath.Dir(out)); {
	case out == "":
		return nil
	case sameFile(list, out):
		return post.NewFault(post.CodeSameFile, nil, "file", filepath.Base(out))
	case !slices.Contains(endings, strings.ToLower(filepath.Ext(out))):
		return usage("bad_ending", "flag", flag, "ending", endings[len(endings)-1])
	case err != nil:
		return fileFault(filepath.Dir(out), err)
	case !folder.IsDir():
		return post.NewFault(post.CodeFileMissing, nil, "file", filepath.Dir(out))
	}
	return nil
}
