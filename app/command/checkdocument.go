package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

type documentJSON struct {
	Root     string                `json:"root"`
	Valid    bool                  `json:"valid"`
	Errors   []documentFindingJSON `json:"errors"`
	Warnings []documentFindingJSON `json:"warnings"`
	More     bool                  `json:"more"`
}

type documentFindingJSON struct {
	Line int    `json:"line"`
	Path string `json:"path"`
	Code string `json:"code"`
	Text string `json:"text"`
}

// checkDocument holds a document of Digipost's sender API against its grammar
// and the documented rules.
func checkDocument(ctx context.Context, s *session, words []string) error {
	report, err := s.app.CheckDocument(ctx, words[0])
	if err != nil {
		return err
	}
	s.tellReport(report)
	return nil
}

// checkJob does the same for a job of the batch interface or the result of one.
func checkJob(ctx context.Context, s *session, words []string) error {
	report, err := s.app.CheckJob(ctx, words[0])
	if err != nil {
		return err
	}
	s.tellReport(report)
	return nil
}

// tellReport prints what was found in a document.
func (s *session) tellReport(report DocumentReport) {
	if !report.Valid {
		s.attention(exitRefused)
	}
	result := documentJSON{report.Root, report.Valid, documentFindings(report.Errors), documentFindings(report.Warnings), report.More}
	s.emit(result, func(w io.Writer) {
		s.line(w, "root", report.Root)
		if report.Valid {
			fmt.Fprintln(w, s.get("check.document.valid"))
		} else {
			fmt.Fprintln(w, s.count("check.document.wrong", len(report.Errors)))
		}
		s.findings(w, report.Errors, "")
		s.findings(w, report.Warnings, s.get("check.document.warning")+" ")
		if report.More {
			fmt.Fprintln(w, s.get("check.document.more"))
		}
	})
}

func documentFindings(found []DocumentFinding) []documentFindingJSON {
	out := make([]documentFindingJSON, 0, len(found))
	for _, f := range found {
		out = append(out, documentFindingJSON(f))
	}
	return out
}

// findings writes what was found, each with its line and place in the document.
func (s *session) findings(w io.Writer, found []DocumentFinding, before string) {
	for _, f := range found {
		line := "-"
		if f.Line > 0 {
			line = s.get("check.document.line", "line", strconv.Itoa(f.Line))
		}
		row(w, line, f.Path, before+f.Text+" ("+f.Code+")")
	}
}
