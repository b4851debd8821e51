package command

import (
	"context"
	"fmt"
	"io"

	"brevdue/app/doctor"
)

type doctorJSON struct {
	Checks []checkJSON `json:"checks"`
	// SupportFile is where the support file was saved; Support is its text, where
	// that was to be shown only.
	SupportFile string `json:"support_file,omitempty"`
	Support     string `json:"support,omitempty"`
}

// checkJSON is one check. Detail says in words what was found, Next what to do,
// "" where nothing is; Code is the fault or what else is to be said.
type checkJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Next   string `json:"next"`
}

// runDoctor looks at everything a letter needs on its way, and says of each what
// to do where it is wrong.
func runDoctor(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, func(p *Program) error {
		s.progress(s.get("doctor.looking"))
		report, err := p.Doctor(ctx, func(check doctor.Check) {
			s.progress(s.get("doctor.looked", "what", check.Name.Title(s.texts), "found", s.verdict(check.OK)))
		})
		s.progressEnd()
		if err != nil {
			return fmt.Errorf("look at what letters need: %w", err)
		}
		s.attention(doctorExit(report))
		result := doctorJSON{Checks: make([]checkJSON, 0, len(report.Checks))}
		for _, check := range report.Checks {
			result.Checks = append(result.Checks, s.checkResult(check))
		}
		if s.has("support-file") {
			if err := s.support(ctx, p, report, &result); err != nil {
				return err
			}
		}
		s.emit(result, func(w io.Writer) {
			s.doctorText(w, report, result.Checks)
			if result.Support != "" {
				fmt.Fprintf(w, "\n%s", result.Support)
			}
			if result.SupportFile != "" {
				fmt.Fprintln(w, s.get("doctor.saved", "file", result.SupportFile))
			}
		})
		return nil
	})
}

// support makes the support file. A person at a terminal reads it before it is
// saved; "-" shows it and saves nothing.
func (s *session) support(ctx context.Context, p *Program, report doctor.Report, result *doctorJSON) error {
	text, err := p.Support(ctx, report, s.get("doctor.support"))
	if err != nil {
		return err
	}
	if s.flags.supportFile == "-" {
		result.Support = text
		return nil
	}
	if s.terminal && !s.flags.yes {
		s.tell(text)
		if err := s.approve(ctx, s.get("ask.save_support", "file", s.flags.supportFile)); err != nil {
			return err
		}
	}
	if err := p.SaveSupport(text, s.flags.supportFile); err != nil {
		return err
	}
	result.SupportFile = s.flags.supportFile
	return nil
}

// checkResult puts a check into words. A fault says what it says everywhere.
func (s *session) checkResult(check doctor.Check) checkJSON {
	result := checkJSON{Name: string(check.Name), OK: check.OK, Code: string(check.Code)}
	if check.Fault != nil {
		result.Code = string(check.Fault.Code)
		result.Detail, result.Next = s.words(check.Fault)
		return result
	}
	detail, next := check.Words(s.texts)
	result.Detail, result.Next = unfilled.ReplaceAllString(detail, "?"), unfilled.ReplaceAllString(next, "?")
	return result
}

func (s *session) verdict(ok bool) string {
	if ok {
		return s.get("doctor.good")
	}
	return s.get("doctor.bad")
}

// doctorText writes a row for each check, and below them what to do.
func (s *session) doctorText(w io.Writer, report doctor.Report, checks []checkJSON) {
	for i, check := range checks {
		row(w, s.verdict(check.OK), report.Checks[i].Name.Title(s.texts), check.Detail)
	}
	for i, check := range checks {
		if check.Next != "" {
			fmt.Fprintf(w, "\n%s: %s", report.Checks[i].Name.Title(s.texts), check.Next)
		}
	}
	if report.OK() {
		fmt.Fprintf(w, "\n%s", s.get("doctor.well"))
	}
	fmt.Fprintln(w)
}

// doctorExit is 1 when a check failed. Where none went well and credentials are
// what is missing, it says so: then nothing could be looked at.
func doctorExit(report doctor.Report) int {
	good, credentials := false, false
	for _, check := range report.Checks {
		good = good || check.OK
		credentials = credentials || check.Fault != nil && exitOfCode(check.Fault.Code) == exitCredentials
	}
	switch {
	case report.OK():
		return exitDone
	case credentials && !good:
		return exitCredentials
	}
	return exitAttention
}
