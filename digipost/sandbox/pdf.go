package sandbox

import (
	"context"
	"errors"
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

// pdfTime is how long reading one PDF may take, and looking for its text; pdfSize how large what is packed in it
// may become: far above what letters need.
const (
	pdfTime = 30 * time.Second
	pdfSize = 4 * maxLetter
)

// verdicts are what was found of the last PDFs, since a mailing holds the same
// one many times.
type verdicts map[string][]string

// maxVerdicts bounds them.
const maxVerdicts = 1000

// judgePrint judges a PDF by its hash, and anew if it is not known.
func (s *Server) judgePrint(a *Sender, hash string, file *io.SectionReader) []string {
	s.judging.Lock() // one at a time, since one PDF may take much memory
	defer s.judging.Unlock()
	key := hash + strings.Join(a.Features, " ")
	faults, known := s.verdicts[key]
	if known {
		return faults
	}
	faults = s.printFaults(a, file)
	if s.ctx.Err() != nil || slices.Contains(faults, pdfMarginBlind) {
		return faults // the end of the stand-in, or its want of time, is no fault of the PDF
	}
	if s.verdicts == nil || len(s.verdicts) >= maxVerdicts {
		s.verdicts = verdicts{}
	}
	s.verdicts[key] = faults
	return faults
}

// printFaults judges a PDF for print as Digipost's validator does, with the
// checks that are switched on for the sender; none is printable. Called under judging.
func (s *Server) printFaults(a *Sender, file *io.SectionReader) (faults []string) {
	defer func() {
		if trouble := recover(); trouble != nil { // what a hostile file does to a library
			s.cfg.Log("judge a PDF: %v", trouble)
			faults = []string{pdfUnreadable}
		}
	}()
	ctx, cancel := context.WithTimeout(s.ctx, pdfTime)
	defer cancel()
	doc, err := readPDF(ctx, file)
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature), err == nil && doc.Encrypt != nil:
		return []string{pdfEncrypted}
	case err != nil:
		return []string{pdfUnreadable}
	}
	pages, err := pdfPages(ctx, doc.XRefTable)
	if err != nil {
		return []string{pdfUnreadable}
	}
	if a.has(featurePDFPages) && len(pages) == 0 {
		faults = append(faults, pdfNoPages)
	}
	if a.has(featurePDFPages) && len(pages) > choicePrintPages {
		faults = append(faults, pdfManyPages)
	}
	if version := doc.XRefTable.Version(); a.has(featurePDFVersion) && version > model.V17 {
		faults = append(faults, pdfVersion)
	}
	if slices.ContainsFunc(pages, func(p pdfPage) bool { return !a.fits(p.crop) }) {
		faults = append(faults, pdfDimensions)
	}
	if a.has(featureMargin) {
		faults = append(faults, s.marginFaults(file, pages)...)
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
	return pdfcpu.ReadWithContext(ctx, io.NewSectionReader(file, 0, file.Size()), conf)
}

// pdfPage is what matters of one page.
type pdfPage struct {
	crop  types.Rectangle
	turn  int // degrees
	fonts types.Dict
	text  bool // it may hold text: it has fonts, or forms that may have some
}

// maxPDFNodes bounds the page tree.
const maxPDFNodes = 10_000

var errPageTree = errors.New("the page tree is broken")

// pageNode is a node of the page tree with what it inherits.
type pageNode struct {
	is        types.Object
	inherited types.Dict
}

// inheritable are the entries that a page may have from the nodes above it.
var inheritable = []string{"Resources", "MediaBox", "CropBox", "Rotate"}

// pdfPages reads the pages in their order. It walks the tree itself: the
// library would follow a tree that bites its tail until the process dies.
func pdfPages(ctx context.Context, table *model.XRefTable) ([]pdfPage, error) {
	root, err := table.Pages()
	if err != nil || root == nil {
		return nil, errors.Join(err, errPageTree)
	}
	var pages []pdfPage
	seen := map[int]bool{}
	for open := []pageNode{{is: *root}}; len(open) > 0; {
		node := open[len(open)-1]
		open = open[:len(open)-1]
		if ref, ok := node.is.(types.IndirectRef); ok {
			if number := ref.ObjectNumber.Value(); seen[number] || len(seen) > maxPDFNodes {
				return nil, errPageTree
			}
			seen[ref.ObjectNumber.Value()] = true
		}
		dict, err := table.DereferenceDict(node.is)
		if err != nil || dict == nil || ctx.Err() != nil {
			return nil, errors.Join(err, ctx.Err(), errPageTree)
		}
		entries := types.Dict{}
		for _, name := range inheritable {
			if value, found := dict.Find(name); found {
				entries[name] = value
			} else if value, found := node.inherited.Find(name); found {
				entries[name] = value
			}
		}
		value, inner := dict.Find("Kids")
		if !inner {
			page, err := readPage(table, entries)
			if err != nil {
				return nil, err
			}
			pages = append(pages, page)
			continue
		}
		kids, err := table.DereferenceArray(value)
		if err != nil || len(kids) > maxPDFNodes {
			return nil, errors.Join(err, errPageTree)
		}
		for _, kid := range slices.Backward(kids) {
			open = append(open, pageNode{kid, entries})
		}
	}
	return pages, nil
}

// readPage reads what matters of a page's entries.
func readPage(table *model.XRefTable, entries types.Dict) (p pdfPage, err error) {
	box, found := entries.Find("CropBox")
	if !found {
		box, found = entries.Find("MediaBox")
	}
	if found {
		if p.crop, err = rectangle(table, box); err != nil {
			return p, err
		}
	}
	if value, found := entries.Find("Rotate"); found {
		turn, err := table.DereferenceNumber(value)
		if err != nil {
			return p, err
		}
		p.turn = int(turn)
	}
	resources, err := dictIn(table, entries, "Resources")
	if err != nil {
		return p, err
	}
	if p.fonts, err = dictIn(table, resources, "Font"); err != nil {
		return p, err
	}
	forms, err := dictIn(table, resources, "XObject")
	p.text = len(p.fonts)+len(forms) > 0
	return p, err
}

// rectangle reads four numbers, whichever corners they name.
func rectangle(table *model.XRefTable, box types.Object) (r types.Rectangle, err error) {
	list, err := table.DereferenceArray(box)
	if err != nil || len(list) != 4 {
		return r, errors.Join(err, errPageTree)
	}
	var at [4]float64
	for i, value := range list {
		if at[i], err = table.DereferenceNumber(value); err != nil {
			return r, err
		}
	}
	r.LL.X, r.LL.Y, r.UR.X, r.UR.Y = min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3])
	return r, nil
}

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
