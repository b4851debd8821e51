package validate

import (
	"fmt"
	"strings"
)

// fail adds an error about the innermost element. It ends the document when
// there are enough.
func (r *run) fail(code, text string) error { return r.failAt("", code, text) }

func (r *run) failAt(attribute, code, text string) error {
	line := r.line
	if len(r.stack) > 0 {
		line = r.top().line
	}
	return r.add(r.path(len(r.stack), attribute), line, code, text)
}

// failAbove adds an error about the element around the innermost one.
func (r *run) failAbove(code, text string) error {
	return r.add(r.path(len(r.stack)-1, ""), r.line, code, text)
}

// fatal adds an error after which nothing more can be said.
func (r *run) fatal(code, text string) error {
	if err := r.add(r.path(len(r.stack), ""), r.line, code, text); err != nil {
		return err
	}
	return errStop
}

func (r *run) add(path string, line int, code, text string) error {
	if len(r.report.Errors) == maxFindings {
		r.report.More = true
		return errStop
	}
	r.report.Errors = append(r.report.Errors, finding(path, line, code, text))
	return nil
}

func (r *run) warn(path string, line int, code, text string) {
	if len(r.report.Warnings) == maxFindings {
		r.report.More = true
		return
	}
	r.report.Warnings = append(r.report.Warnings, finding(path, line, code, text))
}

func finding(path string, line int, code, text string) Finding {
	return Finding{Line: line, Path: mask(path), Code: code, Text: mask(text)}
}

// path leads to one of the open elements.
func (r *run) path(depth int, attribute string) string {
	var b strings.Builder
	for _, f := range r.stack[:depth] {
		step(&b, f.name.local, f.index)
	}
	if attribute != "" {
		b.WriteString("/@" + attribute)
	}
	return b.String()
}

func step(b *strings.Builder, local string, index int) {
	b.WriteString("/" + shorten(local, 100))
	if index > 1 {
		fmt.Fprintf(b, "[%d]", index)
	}
}

// quote shows what stands in the document, as far as that helps.
func quote(value string) string { return `"` + shorten(value, 60) + `"` }

func shorten(value string, characters int) string {
	n := 0
	for i := range value {
		if n == characters {
			return value[:i] + "…"
		}
		n++
	}
	return value
}

// shownDigits are those of a birth number that say when somebody was born.
const shownDigits = 6

// maskedRow is how many digits in a row may be a birth number: eleven, or ten
// where a spreadsheet took the zero in front.
const maskedRow = 10

// mask hides all but the first six digits wherever so many stand in a row, with
// or without a blank, dot or hyphen between them.
func mask(text string) string {
	if !longNumber(text, nil) {
		return text
	}
	masked := []rune(text)
	longNumber(text, masked)
	return string(masked)
}

// longNumber looks for rows of digits and hides them in masked.
func longNumber(text string, masked []rune) bool {
	found, row, gap := false, []int{}, false
	for i, c := range []rune(text + "|") {
		digit := '0' <= c && c <= '9'
		switch {
		case digit:
			row, gap = append(row, i), false
			continue
		case len(row) > 0 && !gap && strings.ContainsRune(" .-", c):
			gap = true
			continue
		}
		if len(row) >= maskedRow {
			found = true
			for _, at := range row[shownDigits:] {
				if masked != nil {
					masked[at] = '*'
				}
			}
		}
		row, gap = row[:0], false
	}
	return found
}
