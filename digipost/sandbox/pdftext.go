package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
)

// The zone of the print service's barcode, in points: 15 mm from the left edge
// (of a lying page: from the lower one), 95 to 175 mm from the top (from the
// left). Digipost's validator cuts points to one decimal.
const (
	zoneDepth        = 42.5
	zoneFrom, zoneTo = 269.2, 496.0
)

// textMemory bounds PDFium's memory, in pieces of 64 KiB.
const textMemory = 512 << 20 / (64 << 10)

// compileAfter is how many documents PDFium's code is interpreted for before it
// is compiled. Interpreting begins at once and takes a tenth of a second or more
// a page; compiling takes seconds, and then a page milliseconds.
const compileAfter = 20

// texts finds out where text stands in a PDF, with PDFium as WebAssembly: no
// folder, no network. It starts when it is first needed, so that only who
// prints pays for it.
type texts struct {
	pool pdfium.Pool
	uses int
}

func (t *texts) start() error {
	t.uses++
	config := wazero.NewRuntimeConfigInterpreter()
	if t.uses == compileAfter { // somebody prints in earnest
		if err := t.close(); err != nil {
			return fmt.Errorf("end PDFium: %w", err)
		}
	}
	if t.uses >= compileAfter {
		config = wazero.NewRuntimeConfig()
	}
	if t.pool != nil {
		return nil
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxIdle: 1, MaxTotal: 1,
		FSConfig:      wazero.NewFSConfig(),
		RuntimeConfig: config.WithMemoryLimitPages(textMemory),
		Stdout:        io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	t.pool = pool
	return nil
}

func (t *texts) close() error {
	if t.pool == nil {
		return nil
	}
	pool := t.pool
	t.pool = nil
	return pool.Close()
}

// marginFaults looks for text in the barcode's zone, page by page up to the
// first. Called under judging.
func (s *Server) marginFaults(file *io.SectionReader, pages []pdfPage) []string {
	if !slices.ContainsFunc(pages, func(p pdfPage) bool { return p.text }) {
		return nil // nothing that could be text: PDFium can stay asleep
	}
	inZone, err := s.textInZone(file, pages)
	switch {
	case err != nil:
		s.cfg.Log("look for text: %v", err)
		return []string{pdfMarginBlind}
	case inZone:
		return []string{pdfMargin}
	}
	return nil
}

func (s *Server) textInZone(file *io.SectionReader, pages []pdfPage) (found bool, err error) {
	if err := s.ctx.Err(); err != nil {
		return false, err // Close has ended PDFium, or is about to
	}
	if err := s.texts.start(); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, pdfTime) // without the start
	defer cancel()
	instance, err := s.texts.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, instance.Close()) }()
	data, err := wholePart(file, maxLetter)
	if err != nil {
		return false, err
	}
	doc, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return false, err
	}
	for i, p := range pages {
		if !p.text {
			continue
		}
		if found, err = pageTextInZone(ctx, instance, doc.Document, i, p); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// pageTextInZone looks at where each character begins on its line, as the
// validator does; blanks are no text.
func pageTextInZone(ctx context.Context, instance pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int, p pdfPage) (bool, error) {
	loaded, err := instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{
		Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: index}}})
	if err != nil {
		return false, err
	}
	defer func() { _, _ = instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage}) }()
	chars, err := instance.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	if err != nil {
		return false, err
	}
	for i := range chars.Count {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		at, err := instance.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: loaded.TextPage, Index: i})
		if err != nil || !p.inZone(at.X, at.Y) {
			continue // made up by PDFium, such as a line end, or elsewhere
		}
		is, err := instance.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: loaded.TextPage, Index: i})
		if err == nil && !unicode.IsSpace(rune(is.Unicode)) && is.Unicode != 0xa0 {
			return true, nil
		}
	}
	return false, nil
}

// inZone says whether a place of a page, in the file's own coordinates from the
// lower left, is in the zone of the page as it is shown.
func (p pdfPage) inZone(x, y float64) bool {
	w, h := p.crop.Width(), p.crop.Height()
	x, y = x-p.crop.LL.X, p.crop.UR.Y-y // from the upper left
	switch ((p.turn % 360) + 360) % 360 {
	case 90:
		x, y, w, h = h-y, x, h, w
	case 180:
		x, y = w-x, h-y
	case 270:
		x, y, w, h = y, w-x, h, w
	}
	if w > h { // lying
		return x >= zoneFrom && x < zoneTo && y >= h-zoneDepth && y < h
	}
	return x >= 0 && x < zoneDepth && y >= zoneFrom && y < zoneTo
}
