package sandbox

import (
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

// twoLetters is a country-code.
var twoLetters = regexp.MustCompile(`^[A-Z]{2}$`)

func (a *Sender) millimetres(feature string, otherwise float64) float64 {
	if param, has := a.feature(feature); has {
		if n, err := strconv.ParseFloat(param, 64); err == nil {
			return n
		}
	}
	return otherwise
}
