package command

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"brevdue/app/document"
)

type pdfJSON struct {
	Pages     int            `json:"pages"`
	Version   string         `json:"version"`
	PrintOK   bool           `json:"print_ok"`
	DigitalOK bool           `json:"digital_ok"`
	Errors    []pdfErrorJSON `json:"errors"`
}

// pdfErrorJSON is a rule the PDF breaks, by the official validator's name. Page 0
// is the whole document.
type pdfErrorJSON struct {
	Page int            `json:"page"`
	Code string         `json:"code"`
	Area *document.Area `json:"area"`
}

// checkPDF judges a PDF as Digipost's validator does. One that cannot be printed
// is a no, also where it may be sent digitally.
func checkPDF(ctx context.Context, s *session, words []string) error {
	report, err := s.app.CheckPDF(ctx, words[0])
	if err != nil {
		return err
	}
	if !report.PrintOK {
		s.attention(exitRefused)
	}
	result := pdfJSON{report.Pages, report.Version, report.PrintOK, report.DigitalOK, make([]pdfErrorJSON, 0, len(report.Errors))}
	for _, e := range report.Errors {
		result.Errors = append(result.Errors, pdfErrorJSON{e.Page, e.Code, e.Area})
	}
	s.emit(result, func(w io.Writer) { s.pdfText(w, report) })
	return nil
}

// pdfText tells the judgement to a person: each error with its place and what to
// do.
func (s *session) pdfText(w io.Writer, report document.Report) {
	if report.Pages > 0 {
		s.line(w, "pages", strconv.Itoa(report.Pages))
	}
	s.line(w, "pdf_version", report.Version)
	verdict := "check.pdf.no"
	switch {
	case report.PrintOK:
		verdict = "check.pdf.yes"
	case report.DigitalOK:
		verdict = "check.pdf.digital"
	}
	fmt.Fprintln(w, s.get(verdict))
	for _, e := range report.Errors {
		key, gaps := e.Words()
		fmt.Fprintf(w, "\n%s\n%s\n(%s)\n", s.texts.Get(key, gaps...), s.texts.Get(key+".next"), e.Code)
	}
}
