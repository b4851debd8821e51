// Package document reads what must be known of a letter before it is sent: that
// it is a PDF that opens without a password, and how many pages it has. PDFs
// come from everywhere and some are broken, some hostile; whatever the library
// below makes of one, a caller gets facts or a plain fault, in bounded time.
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
	"sync"
	"time"

	"brevdue/app/post"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
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
func Load(path string) ([]byte, error) {
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
	case info.Size() > MaxSize:
		return nil, tooLarge(name, info.Size())
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, post.NewFault(post.CodeNoAccess, err, "file", name, "folder", name)
	}
	if err != nil {
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	}
	if len(data) > MaxSize {
		return nil, tooLarge(name, int64(len(data)))
	}
	return data, nil
}

func tooLarge(name string, size int64) error {
	return post.NewFault(post.CodeFileTooLarge, nil, "file", name, "size", megabytes(size), "limit", megabytes(MaxSize))
}

func megabytes(size int64) string { return strconv.FormatInt((size+999_999)/1_000_000, 10) + " MB" }

// read judges a document by its bytes.
func read(ctx context.Context, name string, data []byte) (Facts, error) {
	// Readers allow for other bytes before the header, but not for many.
	if !bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
		return Facts{}, post.NewFault(post.CodeNotAPDF, nil, "file", name)
	}
	facts, err := guarded(ctx, data)
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

var (
	errTooSlow  = errors.New("reading the PDF took too long")
	errPageTree = errors.New("the page tree is broken")
)

// guarded runs the library where its panics and its time do no harm: a panic
// becomes an error, and the caller is let go when the time is up. The library
// looks at the context between objects, so that its work ends soon after.
func guarded(ctx context.Context, data []byte) (Facts, error) {
	limited, cancel := context.WithTimeoutCause(ctx, readTime, errTooSlow)
	defer cancel()
	type answer struct {
		facts Facts
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
		a.facts, a.err = inspect(limited, data)
	}()
	select {
	case a := <-answers:
		return a.facts, a.err
	case <-limited.Done():
		return Facts{}, context.Cause(limited)
	}
}

// noConfiguration keeps the library from making a folder of its own among the
// user's settings.
var noConfiguration = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// inspect reads the objects of a PDF and counts its pages. It does not hold the
// file against the whole standard: what readers open, Digipost opens.
func inspect(ctx context.Context, data []byte) (Facts, error) {
	noConfiguration()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.ValidationMode = model.ValidationRelaxed
	conf.Limits.MaxStreamBytes = MaxSize
	conf.Limits.MaxDecodeBytes = 4 * MaxSize
	conf.Limits.MaxObjectCount = 1_000_000
	conf.Limits.MaxXRefEntries = 1_000_000
	pdf, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), conf)
	if err != nil {
		return Facts{}, fmt.Errorf("read the PDF: %w", err)
	}
	facts := Facts{Version: pdf.VersionString(), Encrypted: pdf.Encrypt != nil}
	root, err := pdf.Pages()
	if err != nil {
		return Facts{}, fmt.Errorf("find the pages: %w", err)
	}
	if root == nil {
		return Facts{}, errPageTree
	}
	facts.Pages, err = countPages(ctx, pdf.XRefTable, *root)
	return facts, err
}

// maxNodes bounds the page tree.
const maxNodes = 200_000

// countPages counts the leaves of the page tree. The number the file gives for
// itself may be wrong.
func countPages(ctx context.Context, table *model.XRefTable, root types.IndirectRef) (int, error) {
	pages := 0
	seen := map[int]bool{}
	open := []types.Object{root}
	for nodes := 0; len(open) > 0; nodes++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if ref, ok := next.(types.IndirectRef); ok {
			number := ref.ObjectNumber.Value()
			if seen[number] {
				return 0, fmt.Errorf("%w: a node stands in it twice", errPageTree)
			}
			seen[number] = true
		}
		node, err := table.DereferenceDict(next)
		if err != nil {
			return 0, fmt.Errorf("read the page tree: %w", err)
		}
		if node == nil || nodes > maxNodes {
			return 0, errPageTree
		}
		kids, found := node.Find("Kids")
		if !found {
			pages++
			continue
		}
		list, err := table.DereferenceArray(kids)
		if err != nil {
			return 0, fmt.Errorf("read the page tree: %w", err)
		}
		open = append(open, list...)
	}
	return pages, nil
}
