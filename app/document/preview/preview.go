// Package preview draws pages of PDFs for the screen. It runs PDFium as
// WebAssembly, walled off from the disk and the network, so that a hostile PDF
// reaches nothing and no C library is needed.
package preview

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"path/filepath"
	"sync"
	"time"

	"brevdue/app/document"
	"brevdue/app/post"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
)

const (
	// renderTime is how long one page may take; ordinary ones take milliseconds.
	renderTime = 20 * time.Second
	// memoryPages bounds PDFium's memory, in pieces of 64 KiB.
	memoryPages = 512 << 20 / (64 << 10)
	// maxPixels bounds a picture.
	maxPixels = 40_000_000
	pointInch = 72
)

var (
	// ErrTooLarge is a picture of more dots than any screen shows, or of none.
	ErrTooLarge = errors.New("the page is too large to draw")

	errClosed  = errors.New("the renderer is closed")
	errTooSlow = errors.New("drawing the page took too long")
)

// Renderer draws one page at a time. The first use takes a second or two, since
// PDFium is compiled then. The zero value is ready; Close it when done.
type Renderer struct {
	mu     sync.Mutex
	pool   pdfium.Pool
	closed bool
}

// PageError is a page that the document does not have.
type PageError struct{ Page, Pages int }

// Error tells the page and how many there are.
func (e *PageError) Error() string { return fmt.Sprintf("page %d of %d", e.Page, e.Pages) }

// RenderPage draws a page, counted from 1, at so many dots an inch. The faults
// are those of document.Load, pdf_protected and pdf_damaged; the errors beside
// them *PageError and ErrTooLarge.
func (r *Renderer) RenderPage(ctx context.Context, path string, page, dpi int) (image.Image, error) {
	data, err := document.Load(path)
	if err != nil {
		return nil, err
	}
	picture, err := r.render(ctx, data, page, dpi)
	var noPage *PageError
	switch {
	case err == nil:
		return picture, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &noPage), errors.Is(err, ErrTooLarge), errors.Is(err, errClosed):
		return nil, err
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return nil, post.NewFault(post.CodePDFProtected, err, "file", filepath.Base(path))
	}
	return nil, post.NewFault(post.CodePDFDamaged, err, "file", filepath.Base(path))
}

// render waits for its turn and for the picture. PDFium can't be interrupted:
// when the time is up, its pool is left behind, to be closed when PDFium comes
// back, and the next call gets a new one.
func (r *Renderer) render(ctx context.Context, data []byte, page, dpi int) (image.Image, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, renderTime, errTooSlow)
	defer cancel()
	type answer struct {
		picture image.Image
		err     error
	}
	answers := make(chan answer, 1)
	pool := r.pool
	go func() {
		var a answer
		defer func() {
			if trouble := recover(); trouble != nil {
				a = answer{err: fmt.Errorf("PDFium gave up: %v", trouble)}
			}
			answers <- a
		}()
		a.picture, a.err = drawPage(limited, pool, data, page, dpi)
	}()
	select {
	case a := <-answers:
		return a.picture, a.err
	case <-limited.Done():
		r.pool = nil
		go func() {
			<-answers
			_ = pool.Close() // nothing of it is in use any more
		}()
		return nil, context.Cause(limited)
	}
}

// start makes the pool at the first use.
func (r *Renderer) start() error {
	if r.closed {
		return errClosed
	}
	if r.pool != nil {
		return nil
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle: 1, MaxTotal: 1,
		FSConfig:      wazero.NewFSConfig(), // no folder at all
		RuntimeConfig: wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages),
		Stdout:        io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	r.pool = pool
	return nil
}

// Close ends PDFium. Drawing afterwards is an error; closing twice is none.
func (r *Renderer) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.pool == nil {
		return nil
	}
	pool := r.pool
	r.pool = nil
	if err := pool.Close(); err != nil {
		return fmt.Errorf("end PDFium: %w", err)
	}
	return nil
}

// drawPage opens the document in an instance of its own and draws a page.
func drawPage(ctx context.Context, pool pdfium.Pool, data []byte, page, dpi int) (picture image.Image, err error) {
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	defer func() { err = errors.Join(err, instance.Close()) }()
	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return nil, fmt.Errorf("open the PDF: %w", err)
	}
	which, err := choose(instance, opened.Document, page, dpi)
	if err != nil {
		return nil, err
	}
	drawn, err := instance.RenderPageInDPI(&requests.RenderPageInDPI{Page: which, DPI: dpi})
	if err != nil {
		return nil, fmt.Errorf("draw the page: %w", err)
	}
	defer drawn.Cleanup()
	// The picture lies in PDFium's memory, which is about to go.
	copied := image.NewRGBA(drawn.Result.Image.Bounds())
	draw.Draw(copied, copied.Bounds(), drawn.Result.Image, copied.Bounds().Min, draw.Src)
	return copied, nil
}

// choose checks that the page is there and that its picture is not too large.
func choose(instance pdfium.Pdfium, opened references.FPDF_DOCUMENT, page, dpi int) (requests.Page, error) {
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened})
	if err != nil {
		return requests.Page{}, fmt.Errorf("count the pages: %w", err)
	}
	if page < 1 || page > count.PageCount {
		return requests.Page{}, &PageError{Page: page, Pages: count.PageCount}
	}
	which := requests.Page{ByIndex: &requests.PageByIndex{Document: opened, Index: page - 1}}
	size, err := instance.GetPageSize(&requests.GetPageSize{Page: which})
	if err != nil {
		return requests.Page{}, fmt.Errorf("measure the page: %w", err)
	}
	scale := float64(dpi) / pointInch
	if pixels := size.Width * size.Height * scale * scale; dpi < 1 || !(pixels <= maxPixels) {
		return requests.Page{}, ErrTooLarge
	}
	return which, nil
}
