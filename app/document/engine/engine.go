// Package engine runs PDFium on documents from anywhere. PDFium is WebAssembly
// here, walled off from disk and network, so that a hostile PDF reaches nothing
// and no C library is needed. One document is open at a time, each in memory of
// its own, for a bounded time.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
)

const (
	// memoryPages bounds PDFium's memory, in pieces of 64 KiB.
	memoryPages = 512 << 20 / (64 << 10)
	// farewell is how long PDFium, when it is told to stop, may take for it.
	farewell = 5 * time.Second
)

var (
	// ErrClosed is work given to an engine that was closed.
	ErrClosed = errors.New("the PDF engine is closed")
	// ErrTooSlow is a document that took longer than it may.
	ErrTooSlow = errors.New("the PDF took too long")
)

// Engine is PDFium. The first use takes a second or two, since PDFium is
// compiled then, and some 100 MB of memory stay in use until Close. The zero
// value is ready; it is safe for use by several goroutines, which take turns.
type Engine struct {
	once   sync.Once
	turn   chan struct{} // holds one token: whoever has it may work
	pool   pdfium.Pool   // nil until the first use; under turn
	closed bool          // under turn
}

func (e *Engine) take(ctx context.Context) error {
	e.once.Do(func() {
		e.turn = make(chan struct{}, 1)
		e.turn <- struct{}{}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-e.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) give() { e.turn <- struct{}{} }

// Close ends PDFium after the work under way. Work afterwards is ErrClosed;
// closing twice does no harm.
func (e *Engine) Close() error {
	if err := e.take(context.Background()); err != nil {
		return err
	}
	defer e.give()
	e.closed = true
	if e.pool == nil {
		return nil
	}
	pool := e.pool
	e.pool = nil
	if err := pool.Close(); err != nil {
		return fmt.Errorf("end PDFium: %w", err)
	}
	return nil
}

// start makes the pool at the first use.
func (e *Engine) start() error {
	if e.closed {
		return ErrClosed
	}
	if e.pool != nil {
		return nil
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle: 1, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), // no folder at all
		// Being able to stop PDFium in the middle makes it some three times slower,
		// and is what keeps a hostile document from taking a processor for ever.
		RuntimeConfig: wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true),
		Stdout:        io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	e.pool = pool
	return nil
}

// Do opens a document and works on it, for at most the given time (the start of
// PDFium apart). Errors are those of the work, of the context, ErrClosed,
// ErrTooSlow, and those that IsPassword and nothing else knows. The document is
// gone when Do returns.
func Do[T any](ctx context.Context, e *Engine, limit time.Duration, data []byte, work func(context.Context, *Document) (T, error)) (T, error) {
	var none T
	if err := e.take(ctx); err != nil {
		return none, err
	}
	defer e.give()
	if err := e.start(); err != nil {
		return none, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, ErrTooSlow)
	defer cancel()
	instance, err := e.pool.GetInstanceWithContext(limited)
	if err != nil {
		return none, fmt.Errorf("start PDFium: %w", err)
	}
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if trouble := recover(); trouble != nil {
				a = answer{err: fmt.Errorf("PDFium gave up: %v", trouble)}
			}
			answers <- a
		}()
		a.value, a.err = open(limited, instance, data, work)
	}()
	select {
	case a := <-answers:
		return a.value, errors.Join(a.err, instance.Close())
	case <-limited.Done():
	}
	halt(instance)
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	pool := e.pool
	select {
	case <-answers:
		_ = instance.Close() // it is dead already and may say so
	case <-timer.C:
		e.pool = nil // left behind with its instance; the next work gets another one
		go func() {
			<-answers
			_ = pool.Close()
		}()
	}
	return none, context.Cause(limited)
}

// open opens the document for the work.
func open[T any](ctx context.Context, instance pdfium.Pdfium, data []byte, work func(context.Context, *Document) (T, error)) (T, error) {
	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		var none T
		return none, fmt.Errorf("open the PDF: %w", err)
	}
	return work(ctx, &Document{Instance: instance, Ref: opened.Document})
}

// halt stops PDFium in the middle of its work. Its own way of doing so, Kill,
// loses its grip before it acts (go-pdfium 1.17.0), so that the module is closed
// by hand: what runs in it ends with an error. Where that fails Do waits.
func halt(instance pdfium.Pdfium) {
	implementation := reflect.ValueOf(instance.GetImplementation())
	if implementation.Kind() != reflect.Pointer || implementation.Elem().Kind() != reflect.Struct {
		return
	}
	module := implementation.Elem().FieldByName("Module")
	if !module.IsValid() || !module.CanInterface() {
		return
	}
	if closer, ok := module.Interface().(interface{ Close(context.Context) error }); ok {
		_ = closer.Close(context.Background())
	}
}

// IsPassword reports whether a document needs a password to be opened.
func IsPassword(err error) bool {
	return errors.Is(err, pdfiumerrors.ErrPassword) || errors.Is(err, pdfiumerrors.ErrSecurity)
}

// Document is an open document. Pages are counted from 1.
type Document struct {
	// Instance and Ref are PDFium's own, for what is not offered here.
	Instance pdfium.Pdfium
	Ref      references.FPDF_DOCUMENT
}

// Pages is the number of pages.
func (d *Document) Pages() (int, error) {
	count, err := d.Instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.Ref})
	if err != nil {
		return 0, fmt.Errorf("count the pages: %w", err)
	}
	return count.PageCount, nil
}

// Page names a page for PDFium.
func (d *Document) Page(page int) requests.Page {
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.Ref, Index: page - 1}}
}

// text opens the text of a page for the work.
func (d *Document) text(page int, work func(ref references.FPDF_TEXTPAGE, count int) error) error {
	loaded, err := d.Instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: d.Page(page)})
	if err != nil {
		return fmt.Errorf("read the text of page %d: %w", page, err)
	}
	count, err := d.Instance.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	if err != nil {
		return fmt.Errorf("count the text of page %d: %w", page, err)
	}
	if err := work(loaded.TextPage, count.Count); err != nil {
		return err
	}
	if _, err := d.Instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}); err != nil {
		return fmt.Errorf("close the text of page %d: %w", page, err)
	}
	return nil
}

// Text is the text of a page in the order in which PDFium finds it, at most so
// many characters.
func (d *Document) Text(page, most int) (text string, err error) {
	err = d.text(page, func(ref references.FPDF_TEXTPAGE, count int) error {
		if count < 1 {
			return nil
		}
		got, err := d.Instance.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: ref, Count: min(count, most)})
		if err != nil {
			return fmt.Errorf("get the text of page %d: %w", page, err)
		}
		text = got.Text
		return nil
	})
	return text, err
}

// Glyph is a character where it stands: the origin on its line, in points of
// the page's own coordinates.
type Glyph struct {
	X, Y float64
	Char rune
}

// Glyphs visits the characters of a page that lie where wanted says. Characters
// that PDFium makes up, such as line ends, and those without a meaning are left
// out.
func (d *Document) Glyphs(ctx context.Context, page int, wanted func(x, y float64) bool, visit func(Glyph)) error {
	return d.text(page, func(ref references.FPDF_TEXTPAGE, count int) error {
		for i := range count {
			if err := ctx.Err(); err != nil {
				return err
			}
			at, err := d.Instance.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: ref, Index: i})
			if err != nil || !wanted(at.X, at.Y) {
				continue // made up, or elsewhere
			}
			is, err := d.Instance.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: ref, Index: i})
			if err != nil || is.Unicode == 0 {
				continue
			}
			visit(Glyph{at.X, at.Y, rune(is.Unicode)})
		}
		return nil
	})
}
