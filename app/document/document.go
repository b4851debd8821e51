// Package document knows the PDFs that are sent as letters: their facts, whether
// Digipost can print them, whose they are, whether one is about to go to the
// wrong person; it cuts one PDF into letters and puts letters together for those
// who buy their own postage. PDFs come from everywhere and some are broken, some
// hostile; whatever the libraries below make of one, a caller gets an answer or
// a plain fault, in bounded time.
package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"brevdue/app/post"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
)

// MaxSize is the largest document read, in bytes: what Digipost takes for one
// letter (digipost.no, help for senders).
const MaxSize = 30_000_000

// readTime is how long one file may take. Ordinary letters take milliseconds.
const readTime = 20 * time.Second

// FilePDF is Digipost's file type of a PDF.
const FilePDF = "pdf"

// Facts are what is known of a document.
type Facts struct {
	// Name is the user's own file name, without the folder.
	Name string
	// FileType is Digipost's file-type, for example pdf.
	FileType string
	// Size is in bytes.
	Size  int64
	Pages int
	// Version is the PDF version, for example 1.7.
	Version string
	// Encrypted is true for a file that opens without a password but limits
	// what may be done with it. Such a file can't be printed by Digipost.
	Encrypted bool
}

// Read reads the facts of a PDF. The faults are file_missing, file_unreadable,
// no_access, file_too_large, not_a_pdf, pdf_damaged, pdf_protected and
// pdf_empty.
func Read(ctx context.Context, path string) (Facts, error) {
	data, err := Load(path)
	if err != nil {
		return Facts{}, err
	}
	return read(ctx, filepath.Base(path), data)
}

// Load reads the content of a regular file of at most MaxSize. The faults are
// file_missing, file_unreadable, no_access and file_too_large.
func Load(path string) ([]byte, error) { return load(path, MaxSize) }

// load is Load with another limit.
func load(path string, limit int64) ([]byte, error) {
	name := filepath.Base(path)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, post.NewFault(post.CodeFileMissing, err, "file", name)
	case errors.Is(err, fs.ErrPermission):
		return nil, post.NewFault(post.CodeNoAccess, err, "file", name, "folder", name)
	case err != nil:
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	case !info.Mode().IsRegular():
		return nil, post.NewFault(post.CodeFileUnreadable, errors.New("not a regular file"), "file", name)
	case info.Size() > limit:
		return nil, tooLarge(name, info.Size(), limit)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, post.NewFault(post.CodeNoAccess, err, "file", name, "folder", name)
	}
	if err != nil {
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(name, int64(len(data)), limit)
	}
	return data, nil
}

func tooLarge(name string, size, limit int64) error {
	return post.NewFault(post.CodeFileTooLarge, nil, "file", name, "size", megabytes(size), "limit", megabytes(limit))
}

func megabytes(size int64) string { return strconv.FormatInt((size+999_999)/1_000_000, 10) + " MB" }

// read judges a document by its bytes.
func read(ctx context.Context, name string, data []byte) (Facts, error) {
	// Readers allow for other bytes before the header, but not for many.
	if !bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
		return Facts{}, post.NewFault(post.CodeNotAPDF, nil, "file", name)
	}
	facts, err := guarded(ctx, readTime, func(ctx context.Context) (Facts, error) { return inspect(ctx, data) })
	facts.Name, facts.FileType, facts.Size = name, FilePDF, int64(len(data))
	switch {
	case err == nil && facts.Pages == 0:
		return Facts{}, post.NewFault(post.CodePDFEmpty, nil, "file", name)
	case err == nil:
		return facts, nil
	case ctx.Err() != nil:
		return Facts{}, ctx.Err()
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature):
		return Facts{}, post.NewFault(post.CodePDFProtected, err, "file", name)
	}
	return Facts{}, post.NewFault(post.CodePDFDamaged, err, "file", name)
}

var errTooSlow = errors.New("reading the PDF took too long")

// guarded runs the library where its panics and its time do no harm: a panic
// becomes an error, and the caller is let go when the time is up. The library
// looks at the context between objects, so that its work ends soon after.
func guarded[T any](ctx context.Context, limit time.Duration, work func(context.Context) (T, error)) (T, error) {
	limited, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if trouble := recover(); trouble != nil {
				a = answer{err: fmt.Errorf("the PDF library gave up: %v\n%s", trouble, debug.Stack())}
			}
			answers <- a
		}()
		a.value, a.err = work(limited)
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-limited.Done():
		var none T
		return none, context.Cause(limited)
	}
}

// inspect reads the objects of a PDF and counts its pages. It does not hold the
// file against the whole standard: what readers open, Digipost opens.
func inspect(ctx context.Context, data []byte) (Facts, error) {
	table, err := openPDF(ctx, data)
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{Version: table.VersionString(), Encrypted: table.Encrypt != nil}
	err = table.walk(ctx, func(page) error {
		facts.Pages++
		return nil
	})
	return facts, err
}
