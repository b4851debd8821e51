package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/document/engine"
	"brevdue/app/post"
)

const (
	// maxCutSize is the largest PDF that is cut, in bytes: thousands of letters.
	maxCutSize = 300_000_000
	// cutTime is how long reading such a one may take.
	cutTime = 5 * time.Minute
)

// At says where a PDF of many letters is cut: exactly one of them.
type At struct {
	// Every is the number of pages each letter has.
	Every int
	// Bookmark begins a letter at each topmost bookmark.
	Bookmark bool
	// Mark begins a letter at each page that holds this text; case and the width of
	// blanks are nothing.
	Mark string
}

// ParseAt reads every:N, bookmark or text:MARK.
func ParseAt(value string) (At, error) {
	way, rest, _ := strings.Cut(value, ":")
	switch every, err := strconv.Atoi(rest); {
	case way == "every" && err == nil && every > 0:
		return At{Every: every}, nil
	case value == "bookmark":
		return At{Bookmark: true}, nil
	case way == "text" && squeeze(rest) != "":
		return At{Mark: rest}, nil
	}
	return At{}, post.NewFault(post.CodeUsage, nil, "detail", "every:N, bookmark, text:MARK")
}

// CutReason is why a PDF can't be cut as asked.
type CutReason string

// The reasons. The words are cut.<reason> and cut.<reason>.next.
const (
	// CutUneven is a number of pages that the letters' pages do not go into.
	CutUneven CutReason = "uneven"
	// CutNoMark is a text that no page has.
	CutNoMark CutReason = "mark_missing"
	// CutNoBookmarks is a PDF without bookmarks.
	CutNoBookmarks CutReason = "no_bookmarks"
	// CutStart are pages before the first letter.
	CutStart CutReason = "start"
)

// CutError is a PDF that can't be cut as asked. Nothing is written then.
type CutError struct {
	Reason CutReason
	// Pages is how many the PDF has; Every what was asked for; Page where the first
	// letter begins.
	Pages, Every, Page int
}

// Error tells the reason.
func (e *CutError) Error() string { return "the PDF can't be cut: " + string(e.Reason) }

// Words are the key of the sentence and its gaps, as assets/lang wants them.
func (e *CutError) Words() (key string, gaps []string) {
	return "cut." + string(e.Reason), []string{"pages", strconv.Itoa(e.Pages), "every", strconv.Itoa(e.Every), "page", strconv.Itoa(e.Page)}
}

// Piece is one letter of a PDF of many.
type Piece struct {
	// First and Last are pages of the whole, from 1.
	First, Last int
	// Title is the bookmark's, else "".
	Title string
	// Path is the file it was written to; "" in a plan.
	Path string
}

// CutPlan says where a PDF would be cut. Every page is in exactly one piece. The
// errors are *CutError, the faults of Load, pdf_damaged, pdf_protected and
// pdf_empty, ErrTextUnread, engine.ErrClosed and those of the context.
func (r *Reader) CutPlan(ctx context.Context, path string, at At) ([]Piece, error) {
	data, err := load(path, maxCutSize)
	if err != nil {
		return nil, err
	}
	file, pages, err := r.openCut(ctx, path, data)
	if err != nil {
		return nil, err
	}
	return r.pieces(ctx, data, file, pages, at)
}

// Cut cuts a PDF into one file for each letter, in a folder that is there, and
// reads each again: together they have every page once. Where it fails no file
// stays. A file that is there already is the fault file_exists. The errors are
// those of CutPlan.
func (r *Reader) Cut(ctx context.Context, path string, at At, folder string) ([]Piece, error) {
	data, err := load(path, maxCutSize)
	if err != nil {
		return nil, err
	}
	file, pages, err := r.openCut(ctx, path, data)
	if err != nil {
		return nil, err
	}
	pieces, err := r.pieces(ctx, data, file, pages, at)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	digits := max(3, len(strconv.Itoa(len(pieces))))
	sum := 0
	for i := range pieces {
		piece := &pieces[i]
		piece.Path = filepath.Join(folder, fmt.Sprintf("%s-%0*d.pdf", stem, digits, i+1))
		if err := writePiece(ctx, file, pages[piece.First-1:piece.Last], piece.Path); err != nil {
			removeAll(pieces[:i])
			return nil, err
		}
		facts, err := Read(ctx, piece.Path)
		sum += facts.Pages
		if want := piece.Last - piece.First + 1; err == nil && facts.Pages != want {
			err = fmt.Errorf("letter %d has %d pages, not %d", i+1, facts.Pages, want)
		}
		if err != nil {
			removeAll(pieces[:i+1])
			return nil, err
		}
	}
	if sum != len(pages) {
		removeAll(pieces)
		return nil, fmt.Errorf("the letters have %d pages together, the whole has %d", sum, len(pages))
	}
	return pieces, nil
}

func removeAll(pieces []Piece) {
	for _, piece := range pieces {
		_ = os.Remove(piece.Path) // best effort: the cut has failed already
	}
}

// openCut reads the objects of a large PDF.
func (r *Reader) openCut(ctx context.Context, path string, data []byte) (*pdfFile, []page, error) {
	type opened struct {
		file  *pdfFile
		pages []page
	}
	got, err := guarded(ctx, cutTime, func(ctx context.Context) (opened, error) {
		file, pages, err := allPages(ctx, data)
		return opened{file, pages}, err
	})
	if err != nil {
		return nil, nil, documentFault(ctx, filepath.Base(path), err)
	}
	return got.file, got.pages, nil
}

// writePiece writes some of the pages to a new file.
func writePiece(ctx context.Context, file *pdfFile, pages []page, path string) (err error) {
	copies, err := guarded(ctx, readTime, func(ctx context.Context) (copied, error) { return file.copyPages(ctx, pages, firstFree) })
	if err != nil {
		return documentFault(ctx, filepath.Base(path), err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return post.NewFault(post.CodeFileExists, err, "file", filepath.Base(path))
	}
	if err != nil {
		return fmt.Errorf("write a letter: %w", err)
	}
	w := newPDFWriter(out)
	w.add(copies)
	if err := errors.Join(w.finish(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// start is where a letter begins.
type start struct {
	page  int
	title string
}

// pieces finds the letters.
func (r *Reader) pieces(ctx context.Context, data []byte, file *pdfFile, pages []page, at At) ([]Piece, error) {
	starts, err := r.starts(ctx, data, file, pages, at)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(starts, func(a, b start) int { return cmp.Compare(a.page, b.page) })
	starts = slices.CompactFunc(starts, func(a, b start) bool { return a.page == b.page })
	if starts[0].page > 1 {
		return nil, &CutError{Reason: CutStart, Pages: len(pages), Page: starts[0].page}
	}
	pieces := make([]Piece, len(starts))
	for i, start := range starts {
		pieces[i] = Piece{First: start.page, Last: len(pages), Title: start.title}
		if i > 0 {
			pieces[i-1].Last = start.page - 1
		}
	}
	return pieces, nil
}

// starts finds where letters begin, in any order; at least one, or an error.
func (r *Reader) starts(ctx context.Context, data []byte, file *pdfFile, pages []page, at At) ([]start, error) {
	var found []start
	var err error
	reason := CutNoMark
	switch {
	case at.Every > 0:
		reason = CutUneven
		for first := 1; first <= len(pages) && len(pages)%at.Every == 0; first += at.Every {
			found = append(found, start{page: first})
		}
	case at.Bookmark:
		reason = CutNoBookmarks
		found, err = guarded(ctx, cutTime, func(ctx context.Context) ([]start, error) { return file.bookmarks(ctx, pages) })
		if err != nil && ctx.Err() == nil {
			err = nil // a broken list is none
		}
	default:
		found, err = engine.Do(ctx, r.pdfium(), cutTime, data, func(ctx context.Context, opened *engine.Document) ([]start, error) {
			return marked(ctx, opened, len(pages), squeeze(at.Mark))
		})
		if err != nil && ctx.Err() == nil && !errors.Is(err, engine.ErrClosed) {
			err = fmt.Errorf("%w: %w", ErrTextUnread, err)
		}
	}
	if err == nil && len(found) == 0 {
		err = &CutError{Reason: reason, Pages: len(pages), Every: at.Every}
	}
	return found, err
}

// marked gives the pages that hold the text.
func marked(ctx context.Context, opened *engine.Document, pages int, mark string) ([]start, error) {
	var found []start
	for page := 1; page <= pages; page++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := opened.Text(page, textChars)
		if err != nil {
			return nil, err
		}
		if mark != "" && strings.Contains(squeeze(text), mark) {
			found = append(found, start{page: page})
		}
	}
	return found, nil
}

// squeeze makes texts comparable wherever their lines break.
func squeeze(text string) string { return strings.Join(strings.Fields(fold(text)), " ") }
