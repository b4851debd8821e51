// Package preview draws pages of PDFs for the screen.
package preview

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"path/filepath"
	"time"

	"brevdue/app/document"
	"brevdue/app/document/engine"
	"brevdue/app/post"

	"github.com/klippa-app/go-pdfium/requests"
)

const (
	// renderTime is how long one page may take; ordinary ones take milliseconds.
	renderTime = 20 * time.Second
	// maxPixels bounds a picture.
	maxPixels = 40_000_000
	pointInch = 72
)

// ErrTooLarge is a picture of more dots than any screen shows, or of none.
var ErrTooLarge = errors.New("the page is too large to draw")

// Renderer draws one page at a time. The first use takes a second or two, since
// PDFium is compiled then. The zero value is ready; Close it when done.
type Renderer struct {
	// Engine is PDFium shared with others, who close it; nil is one of its own.
	Engine *engine.Engine
	own    engine.Engine
}

func (r *Renderer) engine() *engine.Engine {
	if r.Engine != nil {
		return r.Engine
	}
	return &r.own
}

// PageError is a page that the document does not have.
type PageError struct{ Page, Pages int }

// Error tells the page and how many there are.
func (e *PageError) Error() string { return fmt.Sprintf("page %d of %d", e.Page, e.Pages) }

// RenderPage draws a page, counted from 1, at so many dots an inch. The faults
// are those of document.Load, pdf_protected and pdf_damaged; the errors beside
// them *PageError, ErrTooLarge and engine.ErrClosed.
func (r *Renderer) RenderPage(ctx context.Context, path string, page, dpi int) (image.Image, error) {
	data, err := document.Load(path)
	if err != nil {
		return nil, err
	}
	picture, err := engine.Do(ctx, r.engine(), renderTime, data, func(_ context.Context, opened *engine.Document) (image.Image, error) {
		return drawPage(opened, page, dpi)
	})
	var noPage *PageError
	switch {
	case err == nil:
		return picture, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &noPage), errors.Is(err, ErrTooLarge), errors.Is(err, engine.ErrClosed):
		return nil, err
	case engine.IsPassword(err):
		return nil, post.NewFault(post.CodePDFProtected, err, "file", filepath.Base(path))
	}
	return nil, post.NewFault(post.CodePDFDamaged, err, "file", filepath.Base(path))
}

// Close ends the renderer's own PDFium; one that is shared goes on. Drawing
// afterwards is an error; closing twice is none.
func (r *Renderer) Close() error { return r.own.Close() }

// drawPage draws a page of the open document.
func drawPage(opened *engine.Document, page, dpi int) (image.Image, error) {
	which, err := choose(opened, page, dpi)
	if err != nil {
		return nil, err
	}
	drawn, err := opened.Instance.RenderPageInDPI(&requests.RenderPageInDPI{Page: which, DPI: dpi})
	if err != nil {
		return nil, fmt.Errorf("draw the page: %w", err)
	}
	// The picture lies in PDFium's memory, which is about to go.
	copied := image.NewRGBA(drawn.Result.Image.Bounds())
	draw.Draw(copied, copied.Bounds(), drawn.Result.Image, copied.Bounds().Min, draw.Src)
	drawn.Cleanup()
	return copied, nil
}

// choose checks that the page is there and that its picture is not too large.
func choose(opened *engine.Document, page, dpi int) (requests.Page, error) {
	count, err := opened.Pages()
	if err != nil {
		return requests.Page{}, err
	}
	if page < 1 || page > count {
		return requests.Page{}, &PageError{Page: page, Pages: count}
	}
	which := opened.Page(page)
	size, err := opened.Instance.GetPageSize(&requests.GetPageSize{Page: which})
	if err != nil {
		return requests.Page{}, fmt.Errorf("measure the page: %w", err)
	}
	scale := float64(dpi) / pointInch
	if pixels := size.Width * size.Height * scale * scale; dpi < 1 || !(pixels <= maxPixels) {
		return requests.Page{}, ErrTooLarge
	}
	return which, nil
}
