package document

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"brevdue/app/document/engine"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
)

// The errors that Digipost's validator finds in a PDF, by its own names
// (PdfValidationError in digipost/printability-validator).
const (
	PrintEncrypted     = "PDF_IS_ENCRYPTED"
	PrintUnreadable    = "PDF_PARSE_ERROR"
	PrintNoPages       = "DOCUMENT_HAS_NO_PAGES"
	PrintTooManyPages  = "TOO_MANY_PAGES_FOR_AUTOMATED_PRINT"
	PrintVersion       = "UNSUPPORTED_PDF_VERSION_FOR_PRINT"
	PrintDimensions    = "UNSUPPORTED_DIMENSIONS"
	PrintMargin        = "INSUFFICIENT_MARGIN_FOR_PRINT"
	PrintMarginUnknown = "UNABLE_TO_VERIFY_SUITABLE_MARGIN_FOR_PRINT"
	PrintFont          = "REFERENCES_INVALID_FONT"
)

// fineDigitally are the errors that hinder print alone (PdfValidationError,
// OK_FOR_WEB).
var fineDigitally = []string{PrintEncrypted, PrintTooManyPages, PrintVersion, PrintMargin, PrintMarginUnknown, PrintDimensions}

// PrintRules say which checks are made and with which numbers. Digipost tells
// them for each sender; size and encryption are always checked.
type PrintRules struct {
	Margin, Fonts, Pages, Version bool
	// MaxPages is how many pages may be printed.
	MaxPages int
	// Larger and Smaller are how many millimetres a page may differ from A4.
	Larger, Smaller int
}

// DefaultPrintRules are those of Digipost's validator with all checks on.
func DefaultPrintRules() PrintRules {
	return PrintRules{Margin: true, Fonts: true, Pages: true, Version: true, MaxPages: 20, Larger: 0, Smaller: 10}
}

// Area is a part of a page in millimetres from its upper left corner as it is
// shown.
type Area struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// PrintError is a rule that a PDF breaks.
type PrintError struct {
	// Page counts from 1; 0 is the whole document.
	Page int
	// Code is the official validator's name.
	Code string
	// Area is the area that has to be free (PrintMargin) or the page as it is
	// (PrintDimensions), else nil.
	Area *Area
	// Found is where in the area the text begins (PrintMargin), else nil.
	Found *Area
	// Font is the name of the first font that is missing (PrintFont).
	Font string
	// Value and Limit are what was found and what is allowed: numbers of pages or
	// versions.
	Value, Limit string
}

// Words are the key of the sentence that tells the error, and the gaps to be
// filled, as assets/lang wants them; key + ".next" says what to do.
func (e PrintError) Words() (key string, gaps []string) {
	gaps = []string{"page", strconv.Itoa(e.Page), "font", e.Font, "value", e.Value, "limit", e.Limit}
	if e.Area != nil {
		gaps = append(gaps, "x", millimetres(e.Area.X), "y", millimetres(e.Area.Y), "right", millimetres(e.Area.X+e.Area.Width),
			"bottom", millimetres(e.Area.Y+e.Area.Height), "width", millimetres(e.Area.Width), "height", millimetres(e.Area.Height))
	}
	if e.Found != nil {
		gaps = append(gaps, "found_x", millimetres(e.Found.X), "found_y", millimetres(e.Found.Y))
	}
	return "pdf." + e.Code, gaps
}

func millimetres(n float64) string { return strconv.Itoa(int(math.Round(n))) }

// Report is the judgement on one PDF.
type Report struct {
	Name string
	// Pages is 0 where they could not be counted.
	Pages int
	// Version is the PDF version of the file's first line, for example 1.7.
	Version string
	// DigitalOK and PrintOK are whether Digipost's validator lets the PDF through.
	DigitalOK, PrintOK bool
	// Errors are in the validator's order. The one for fonts comes once for each
	// page that has it, the others once.
	Errors []PrintError
}

// Reader reads PDFs with PDFium: where text stands, and what. It starts at the
// first use and stays until Close. The zero value is ready; it is safe for use
// by several goroutines, which take turns.
type Reader struct {
	// Engine is PDFium shared with others, who close it; nil is one of its own.
	Engine *engine.Engine
	own    engine.Engine
}

func (r *Reader) pdfium() *engine.Engine {
	if r.Engine != nil {
		return r.Engine
	}
	return &r.own
}

// Close ends the reader's own PDFium; one that is shared goes on.
func (r *Reader) Close() error { return r.own.Close() }

// Check is CheckPrint with the default rules.
func (r *Reader) Check(ctx context.Context, path string) (Report, error) {
	return r.CheckPrint(ctx, path, DefaultPrintRules())
}

// CheckPrint judges a PDF as Digipost's validator does before it prints one.
// What is wrong with the PDF stands in the report; an error is a file that could
// not be read at all, with the faults of Load, or the end of the context.
func (r *Reader) CheckPrint(ctx context.Context, path string, rules PrintRules) (Report, error) {
	data, err := Load(path)
	if err != nil {
		return Report{}, err
	}
	report, err := r.judge(ctx, data, rules)
	report.Name = filepath.Base(path)
	return report, err
}

// judge judges a PDF by its bytes.
func (r *Reader) judge(ctx context.Context, data []byte, rules PrintRules) (Report, error) {
	found, err := guarded(ctx, readTime, func(ctx context.Context) (printFacts, error) { return readPrintFacts(ctx, data, rules) })
	report := Report{Pages: len(found.pages), Version: found.version}
	switch {
	case ctx.Err() != nil:
		return Report{}, ctx.Err()
	case found.encrypted, errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature):
		report.Errors = []PrintError{{Code: PrintEncrypted}}
	case err != nil:
		report.Errors = []PrintError{{Code: PrintUnreadable}}
	default:
		report.Errors = found.beforeMargin(rules)
		if rules.Margin {
			inZone, err := r.checkMargin(ctx, data, found.pages, rules)
			if err != nil {
				return Report{}, err
			}
			report.Errors = append(report.Errors, inZone...)
		}
		if rules.Fonts {
			report.Errors = append(report.Errors, found.fontErrors()...)
		}
	}
	report.PrintOK = len(report.Errors) == 0
	report.DigitalOK = !slices.ContainsFunc(report.Errors, func(e PrintError) bool { return !slices.Contains(fineDigitally, e.Code) })
	return report, nil
}

// printFacts is what the checks need of a document.
type printFacts struct {
	version   string
	encrypted bool
	pages     []printPage
}

// printPage is what the checks need of a page.
type printPage struct {
	number int
	crop   box
	turn   int
	// text is false where nothing on the page could be text.
	text bool
	// badFont is the name of a font that is neither embedded nor known, "" if
	// there is none.
	badFont string
}

func readPrintFacts(ctx context.Context, data []byte, rules PrintRules) (printFacts, error) {
	file, err := openPDF(ctx, data)
	if err != nil {
		return printFacts{}, err
	}
	facts := printFacts{version: file.header, encrypted: file.Encrypt != nil}
	if facts.encrypted {
		return facts, nil
	}
	fonts := fontCheck{file: file}
	err = file.walk(ctx, func(p page) error {
		is := printPage{number: p.number, turn: file.turn(p)}
		var err error
		if is.crop, err = file.crop(p); err != nil {
			return err
		}
		resources, err := file.dict(p.entries, "Resources")
		if err != nil {
			return err
		}
		named, err := file.dict(resources, "Font")
		if err != nil {
			return err
		}
		forms, err := file.dict(resources, "XObject")
		if err != nil {
			return err
		}
		is.text = len(named)+len(forms) > 0
		if rules.Fonts {
			if is.badFont, err = fonts.bad(ctx, named); err != nil {
				return err
			}
		}
		facts.pages = append(facts.pages, is)
		return ctx.Err()
	})
	return facts, err
}

// printable are the versions that the print service takes.
var printable = knownVersions[:8]

// beforeMargin makes the checks that come first in the validator.
func (f printFacts) beforeMargin(rules PrintRules) []PrintError {
	var found []PrintError
	pages := len(f.pages)
	if rules.Pages && pages > rules.MaxPages {
		found = append(found, PrintError{Code: PrintTooManyPages, Page: rules.MaxPages + 1, Value: strconv.Itoa(pages), Limit: strconv.Itoa(rules.MaxPages)})
	}
	if rules.Pages && pages == 0 {
		found = append(found, PrintError{Code: PrintNoPages})
	}
	if rules.Version && !slices.Contains(printable, f.version) {
		found = append(found, PrintError{Code: PrintVersion, Value: f.version, Limit: printable[len(printable)-1]})
	}
	for _, p := range f.pages {
		if w, h := toMM(p.crop.width()), toMM(p.crop.height()); !rules.upright(w, h) && !rules.upright(h, w) {
			if p.turn%180 != 0 {
				w, h = h, w
			}
			found = append(found, PrintError{Page: p.number, Code: PrintDimensions, Area: &Area{Width: float64(w), Height: float64(h)}})
			break
		}
	}
	return found
}

func (f printFacts) fontErrors() []PrintError {
	var found []PrintError
	for _, p := range f.pages {
		if p.badFont != "" {
			found = append(found, PrintError{Page: p.number, Code: PrintFont, Font: p.badFont})
		}
	}
	return found
}

// A4 in millimetres.
const a4Width, a4Height = 210, 297

// upright says whether so many millimetres are an A4 page standing.
func (rules PrintRules) upright(w, h int) bool {
	return w >= a4Width-rules.Smaller && w <= a4Width+rules.Larger && h >= a4Height-rules.Smaller && h <= a4Height+rules.Larger
}

const pointsPerMM = 72 / 25.4

// toMM gives whole millimetres.
func toMM(points float64) int {
	return int(math.Floor(min(points, 1e6)/pointsPerMM + 0.5))
}

// toPoints gives points cut to one decimal, as the validator counts them.
func toPoints(mm int) float64 { return math.Floor(float64(mm)*pointsPerMM*10) / 10 }

// marginTime is how long looking for text in one document may take.
const marginTime = 30 * time.Second

// checkMargin looks for text where the print service puts its barcode, page by
// page up to the first. Graphics don't count.
func (r *Reader) checkMargin(ctx context.Context, data []byte, pages []printPage, rules PrintRules) ([]PrintError, error) {
	if !slices.ContainsFunc(pages, func(p printPage) bool { return p.text }) {
		return nil, nil // nothing that could be text: PDFium can stay asleep
	}
	found, err := engine.Do(ctx, r.pdfium(), marginTime, data, func(ctx context.Context, opened *engine.Document) ([]PrintError, error) {
		return marginErrors(ctx, opened, pages, rules), nil
	})
	switch {
	case err == nil:
		return found, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, engine.ErrClosed):
		return nil, err
	}
	return []PrintError{{Code: PrintMarginUnknown}}, nil
}

// marginErrors looks through the pages. Like the validator it tells of a page it
// could not look at, and goes on, and names it before the text it found.
func marginErrors(ctx context.Context, opened *engine.Document, pages []printPage, rules PrintRules) []PrintError {
	var unknown []PrintError
	for _, p := range pages {
		if !p.text {
			continue
		}
		zone := p.zone(rules)
		at, err := textIn(ctx, opened, p, zone)
		if err != nil && len(unknown) == 0 {
			unknown = append(unknown, PrintError{Page: p.number, Code: PrintMarginUnknown})
		}
		if at != nil {
			return append(unknown, PrintError{Page: p.number, Code: PrintMargin, Area: zone.area(), Found: at.area()})
		}
	}
	return unknown
}

// textIn gives the box around the beginnings of all characters in a zone, nil if
// there are none.
func textIn(ctx context.Context, opened *engine.Document, p printPage, zone box) (*box, error) {
	var around *box
	err := opened.Glyphs(ctx, p.number,
		func(x, y float64) bool {
			x, y = p.shown(x, y)
			return x >= zone.x0 && x < zone.x1 && y >= zone.y0 && y < zone.y1
		},
		func(g engine.Glyph) {
			if g.Char <= ' ' {
				return // the validator trims as Java does, which knows no other blanks
			}
			x, y := p.shown(g.X, g.Y)
			if around == nil {
				around = &box{x, y, x, y}
			}
			*around = box{min(around.x0, x), min(around.y0, y), max(around.x1, x), max(around.y1, y)}
		})
	return around, err
}

func (b box) area() *Area {
	return &Area{X: b.x0 / pointsPerMM, Y: b.y0 / pointsPerMM, Width: b.width() / pointsPerMM, Height: b.height() / pointsPerMM}
}

// The zone of the print service's barcode in millimetres, from the left and from
// the top of a standing page.
const (
	zoneDepth  = 15
	zoneTop    = 95
	zoneHeight = 80
)

// zone is the area of the barcode in points from the upper left corner: at the
// left edge, of a lying page at the lower one. Whether a page lies the validator
// tells from its crop box, whatever its turn.
func (p printPage) zone(rules PrintRules) box {
	w, h := toMM(p.crop.width()), toMM(p.crop.height())
	if rules.upright(h, w) {
		x, y := toPoints(zoneTop), toPoints(h-zoneDepth)
		return box{x, y, x + toPoints(zoneHeight), y + toPoints(zoneDepth)}
	}
	return box{0, toPoints(zoneTop), toPoints(zoneDepth), toPoints(zoneTop) + toPoints(zoneHeight)}
}

// shown turns a place in the file's own coordinates into points from the upper
// left corner of the page as it is shown.
func (p printPage) shown(x, y float64) (float64, float64) {
	x, y = x-p.crop.x0, y-p.crop.y0
	switch p.turn {
	case 90:
		return y, x
	case 180:
		return p.crop.width() - x, y
	case 270:
		return p.crop.height() - y, p.crop.width() - x
	}
	return x, p.crop.height() - y
}
