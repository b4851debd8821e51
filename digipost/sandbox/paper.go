package sandbox

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// printOrder is how a letter is to be printed. The addresses are judged, but
// not kept.
type printOrder struct {
	Color         string `json:"color"`
	Undeliverable string `json:"nondeliverable_handling"`
	Abroad        bool   `json:"abroad"`
}

// checkPaper judges all print-details of a message, and that everything that
// may be printed is PDF.
func (o *order) checkPaper() error {
	papers := o.paper()
	for _, p := range papers {
		if why := badAddress(p.child("recipient")); why != "" {
			return refuse(codePrintAddress, "The postal address of the recipient: %s", why)
		}
		if why := badAddress(p.child("return-address")); why != "" {
			return refuse(codeReturnAddress, "The return address: %s", why)
		}
	}
	if len(papers) == 0 {
		return nil
	}
	p := papers[0]
	o.letter.Print = &printOrder{
		Color:         orDefault(p.value("color"), "MONOCHROME"),
		Undeliverable: orDefault(p.value("nondeliverable-handling"), "RETURN_TO_SENDER"),
		Abroad:        p.child("recipient").child("foreign-address") != nil,
	}
	for i, d := range documentsOf(o.msg) {
		if d.value("file-type") != "pdf" {
			return refuse(codePrintNotPDF, "Document %d may be printed and must be a PDF", i+1)
		}
	}
	return nil
}

// badAddress says what is wrong with a postal address, or "".
func badAddress(a *node) string {
	blank := func(n *node, name string) bool { return strings.TrimSpace(n.value(name)) == "" }
	if blank(a, "name") {
		return "the name is missing"
	}
	if home := a.child("norwegian-address"); home != nil {
		switch {
		case !validPostcode(collapse(home.value("zip-code"))):
			return "the zip-code must be four digits"
		case blank(home, "city"):
			return "the city is missing"
		}
		return ""
	}
	abroad := a.child("foreign-address")
	if country := abroad.child("country-code"); country != nil {
		if !twoLetters.MatchString(country.text) {
			return "the country-code must be two letters"
		}
	} else if blank(abroad, "country") {
		return "the country is missing"
	}
	if blank(abroad, "addressline1") {
		return "the first line is missing"
	}
	return ""
}

// What is looked for in a PDF for print. Only what stands in the open is seen:
// objects in compressed streams (PDF 1.5 and later) are not opened, so a page
// hidden there is not judged. Fonts and the barcode's margin never are.
var (
	twoLetters = regexp.MustCompile(`^[A-Z]{2}$`)
	pdfVersion = regexp.MustCompile(`^%PDF-(\d)\.(\d)`)
	pdfPage    = regexp.MustCompile(`/Type\s*/Page\b`)
	pdfEncrypt = regexp.MustCompile(`/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<`)
	pdfBox     = regexp.MustCompile(`/(CropBox|MediaBox)\s*\[\s*([-+.\d]+)\s+([-+.\d]+)\s+([-+.\d]+)\s+([-+.\d]+)\s*\]`)
)

// printFault judges a PDF for print in the order of Digipost's validator, and
// names its errors. "" is printable as far as it can be seen.
func (a *Sender) printFault(pdf []byte) string {
	if !bytes.Contains(pdf[max(0, len(pdf)-1024):], []byte("%%EOF")) {
		return "PDF_PARSE_ERROR"
	}
	if pdfEncrypt.Match(pdf) {
		return "PDF_IS_ENCRYPTED"
	}
	if a.has(featurePDFPages) && len(pdfPage.FindAllIndex(pdf, choicePrintPages+1)) > choicePrintPages {
		return "TOO_MANY_PAGES_FOR_AUTOMATED_PRINT"
	}
	if v := pdfVersion.FindSubmatch(pdf); a.has(featurePDFVersion) && (v == nil || string(v[1]) != "1" || v[2][0] > '7') {
		return "UNSUPPORTED_PDF_VERSION_FOR_PRINT"
	}
	if !a.fits(pdf) {
		return "UNSUPPORTED_DIMENSIONS"
	}
	return ""
}

// fits says whether every page size that can be seen is A4: crop boxes if
// there are any, else media boxes, in whole millimetres.
func (a *Sender) fits(pdf []byte) bool {
	boxes := map[string][][][]byte{}
	for _, m := range pdfBox.FindAllSubmatch(pdf, 4096) {
		boxes[string(m[1])] = append(boxes[string(m[1])], m[2:])
	}
	seen := boxes["CropBox"]
	if len(seen) == 0 {
		seen = boxes["MediaBox"]
	}
	for _, b := range seen {
		w, h := span(b[0], b[2]), span(b[1], b[3])
		if w > h {
			w, h = h, w
		}
		larger, smaller := a.millimetres(featureBleed, 0), a.millimetres(featureNegativeBleed, 10)
		if w < 210-smaller || w > 210+larger || h < 297-smaller || h > 297+larger {
			return false
		}
	}
	return true
}

func (a *Sender) millimetres(feature string, otherwise float64) float64 {
	if param, has := a.feature(feature); has {
		if n, err := strconv.ParseFloat(param, 64); err == nil {
			return n
		}
	}
	return otherwise
}

// span is the distance of two numbers of a box in whole millimetres.
func span(from, to []byte) float64 {
	a, _ := strconv.ParseFloat(string(from), 64) // what is no number fits no page
	b, _ := strconv.ParseFloat(string(to), 64)
	return math.Round(math.Abs(b-a) / 72 * 25.4)
}
