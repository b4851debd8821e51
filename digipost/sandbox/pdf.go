package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// The errors of Digipost's validator of PDFs for print (PdfValidationError in
// digipost/printability-validator) that its code gives.
const (
	pdfEncrypted   = "PDF_IS_ENCRYPTED"
	pdfUnreadable  = "PDF_PARSE_ERROR"
	pdfNoPages     = "DOCUMENT_HAS_NO_PAGES"
	pdfManyPages   = "TOO_MANY_PAGES_FOR_AUTOMATED_PRINT"
	pdfVersion     = "UNSUPPORTED_PDF_VERSION_FOR_PRINT"
	pdfDimensions  = "UNSUPPORTED_DIMENSIONS"
	pdfMargin      = "INSUFFICIENT_MARGIN_FOR_PRINT"
	pdfMarginBlind = "UNABLE_TO_VERIFY_SUITABLE_MARGIN_FOR_PRINT"
	pdfFont        = "REFERENCES_INVALID_FONT"
)

// pdfTime is how long one PDF may take, pdfSize how large what is packed in it
// may become: far above what letters need.
const (
	pdfTime = 20 * time.Second
	pdfSize = 4 * maxLetter
)

// printFaults judges a PDF for print as Digipost's validator does, with the
// checks that are switched on for the sender; none is printable.
func (s *Server) printFaults(a *Sender, file *io.SectionReader) (faults []string) {
	defer func() {
		if trouble := recover(); trouble != nil { // what a hostile file does to a library
			s.cfg.Log("judge a PDF: %v", trouble)
			faults = []string{pdfUnreadable}
		}
	}()
	s.judging.Lock() // one at a time, since one PDF may take much memory
	defer s.judging.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, pdfTime)
	defer cancel()
	doc, err := readPDF(ctx, file)
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature), err == nil && doc.Encrypt != nil:
		return []string{pdfEncrypted}
	case err != nil:
		return []string{pdfUnreadable}
	}
	if a.has(featurePDFPages) && doc.PageCount == 0 {
		faults = append(faults, pdfNoPages)
	}
	if a.has(featurePDFPages) && doc.PageCount > choicePrintPages {
		faults = append(faults, pdfManyPages)
	}
	if version := doc.XRefTable.Version(); a.has(featurePDFVersion) && version > model.V17 {
		faults = append(faults, pdfVersion)
	}
	pages, err := pdfPages(ctx, doc)
	if err != nil {
		return []string{pdfUnreadable}
	}
	if slices.ContainsFunc(pages, func(p pdfPage) bool { return !a.fits(p.crop) }) {
		faults = append(faults, pdfDimensions)
	}
	if a.has(featureMargin) {
		faults = append(faults, s.marginFaults(ctx, file, pages)...)
	}
	if a.has(featureFonts) {
		for _, p := range pages {
			if !fontsPrintable(doc.XRefTable, p.fonts) {
				faults = append(faults, pdfFont)
			}
		}
	}
	return faults
}

// readPDF reads the objects of a PDF without holding it against the whole
// standard. The configuration is written out, since the library's own default
// would make a folder among the user's settings.
func readPDF(ctx context.Context, file *io.SectionReader) (*model.Context, error) {
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes, limits.MaxDecodeBytes = maxLetter, pdfSize
	limits.MaxObjectCount, limits.MaxXRefEntries = 1_000_000, 1_000_000
	conf := &model.Configuration{Reader15: true, ValidationMode: model.ValidationRelaxed, Offline: true, Limits: limits}
	doc, err := pdfcpu.ReadWithContext(ctx, io.NewSectionReader(file, 0, file.Size()), conf)
	if err != nil {
		return nil, err
	}
	return doc, doc.EnsurePageCount()
}

// pdfPage is what matters of one page.
type pdfPage struct {
	crop  types.Rectangle
	turn  int // degrees
	fonts types.Dict
	text  bool // it may hold text: it has fonts, or forms that may have some
}

// pdfPages reads the pages. More than could ever be printed are not read.
func pdfPages(ctx context.Context, doc *model.Context) ([]pdfPage, error) {
	var pages []pdfPage
	for n := 1; n <= min(doc.PageCount, maxPDFPages); n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page, _, inherited, err := doc.PageDict(n, false)
		if err != nil || page == nil {
			return nil, fmt.Errorf("page %d: %w", n, errors.Join(err, errNoPage))
		}
		p := pdfPage{turn: inherited.Rotate}
		switch {
		case inherited.CropBox != nil:
			p.crop = *inherited.CropBox
		case inherited.MediaBox != nil:
			p.crop = *inherited.MediaBox
		}
		resources, err := doc.DereferenceDict(inherited.Resources)
		if own, found := page.Find("Resources"); found {
			resources, err = doc.DereferenceDict(own)
		}
		if err == nil {
			p.fonts, err = dictIn(doc.XRefTable, resources, "Font")
		}
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", n, err)
		}
		forms, _ := dictIn(doc.XRefTable, resources, "XObject")
		p.text = len(p.fonts)+len(forms) > 0
		pages = append(pages, p)
	}
	return pages, nil
}

// maxPDFPages bounds the pages that are looked at.
const maxPDFPages = 2000

var errNoPage = errors.New("the page is not there")

// dictIn gives a dictionary in another one, empty if there is none.
func dictIn(table *model.XRefTable, in types.Dict, name string) (types.Dict, error) {
	value, found := in.Find(name)
	if !found {
		return nil, nil
	}
	return table.DereferenceDict(value)
}

// fits says whether a page is A4, upright or lying, in whole millimetres.
func (a *Sender) fits(box types.Rectangle) bool {
	w, h := millimetre(box.Width()), millimetre(box.Height())
	if w > h {
		w, h = h, w
	}
	larger, smaller := a.millimetres(featureBleed, 0), a.millimetres(featureNegativeBleed, 10)
	return w >= 210-smaller && w <= 210+larger && h >= 297-smaller && h <= 297+larger
}

// millimetre turns points into whole millimetres.
func millimetre(points float64) float64 { return math.Round(math.Abs(points) / 72 * 25.4) }

// standardFonts are the names that a print service has fonts for.
var standardFonts = []string{"TIMES", "COURIER", "HELVETICA", "SYMBOL", "ZAPFDINGBATS", "ARIAL"}

// fontsPrintable says whether all fonts of a page are embedded or known to
// everybody (PdfFontValidator).
func fontsPrintable(table *model.XRefTable, fonts types.Dict) bool {
	for _, value := range fonts {
		font, err := table.DereferenceDict(value)
		if err != nil || font == nil || !fontPrintable(table, font) {
			return false
		}
	}
	return true
}

func fontPrintable(table *model.XRefTable, font types.Dict) bool {
	kind, base := font.Subtype(), font.NameEntry("BaseFont")
	switch {
	case kind == nil:
		return false
	case *kind == "Type3": // its glyphs stand in the file
		return true
	case base != nil:
		name := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(*base))
		if slices.ContainsFunc(standardFonts, func(known string) bool { return strings.Contains(name, known) }) {
			return true
		}
	}
	composite := *kind == "Type0"
	if composite {
		value, _ := font.Find("DescendantFonts")
		list, err := table.DereferenceArray(value)
		if err != nil || len(list) == 0 {
			return false
		}
		if font, err = table.DereferenceDict(list[0]); err != nil || font == nil {
			return false
		}
	}
	descriptor, err := dictIn(table, font, "FontDescriptor")
	if err != nil || descriptor == nil {
		return err == nil && composite
	}
	for _, name := range []string{"FontFile", "FontFile2", "FontFile3"} {
		if value, found := descriptor.Find(name); found {
			stream, _, err := table.DereferenceStreamDict(value)
			return err == nil && stream != nil
		}
	}
	return false
}
