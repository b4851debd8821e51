package doctor

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// SupportFacts are what a support file is made of. Codes, counts and versions are
// taken as they are and checked; the log is read with every word weighed.
type SupportFacts struct {
	// Heading is what the file says of itself, in the person's language; it holds
	// nothing of the person's.
	Heading string
	// Versions, Settings and Counts are by name.
	Versions, Settings map[string]string
	Counts             map[string]int
	Report             Report
	// Log is the program's own, the older one first; nil where there is none.
	Log io.Reader
}

// mostLogLines is how many of the last lines of the log go along.
const mostLogLines = 200

// Support writes the support file: what helps to find a fault, and nothing of
// people, letters and secrets. At the end it is looked through as by a stranger;
// where something looks like a personal number or an address of e-mail all the
// same, there is no file but a fault support_unclean.
func Support(facts SupportFacts) (string, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", facts.Heading)
	section(&text, "versions", facts.Versions)
	section(&text, "settings", facts.Settings)
	counts := map[string]string{}
	for name, count := range facts.Counts {
		counts[name] = strconv.Itoa(count)
	}
	section(&text, "counts", counts)
	fmt.Fprintf(&text, "\n[checks]\n")
	for _, check := range facts.Report.Checks {
		fmt.Fprintln(&text, checkLine(check))
	}
	fmt.Fprintf(&text, "\n[log]\n")
	lines, left, err := logLines(facts.Log)
	if err != nil {
		return "", fmt.Errorf("read the log: %w", err)
	}
	for _, line := range lines {
		fmt.Fprintln(&text, line)
	}
	if left > 0 {
		fmt.Fprintf(&text, "(%d lines left out)\n", left)
	}
	return text.String(), clean(text.String())
}

var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./:+()-]{0,60}$`)

// section writes names with values; a value of another form than a version, a
// code or a time is left out.
func section(text *strings.Builder, title string, values map[string]string) {
	fmt.Fprintf(text, "\n[%s]\n", title)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if !plainValue.MatchString(value) || !plainValue.MatchString(name) {
			value = hidden
		}
		fmt.Fprintf(text, "%s = %s\n", name, value)
	}
}

// toldFields are the fields of checks and faults that are counts or codes.
var toldFields = []string{"count", "days", "engine", "free_mb", "hours", "least_mb", "limit", "minutes", "ms", "needs", "schema", "seconds", "status"}

// checkLine is what was found of one thing, in codes.
func checkLine(check Check) string {
	verdict, code, fields := "failed", string(check.Code), check.Fields
	if check.OK {
		verdict = "well"
	}
	if check.Fault != nil {
		code, fields = string(check.Fault.Code), check.Fault.Fields
	}
	line := []string{string(check.Name), verdict}
	if codeForm.MatchString(code) {
		line = append(line, code)
	}
	for _, name := range toldFields {
		if value, there := fields[name]; there && (countForm.MatchString(value) || codeForm.MatchString(value) || versionForm.MatchString(value)) {
			line = append(line, name+"="+value)
		}
	}
	for _, feature := range check.Features {
		line = append(line, "+"+onlyFeature(feature))
	}
	for _, feature := range check.Missing {
		line = append(line, "-"+onlyFeature(feature))
	}
	return strings.Join(line, " ")
}

var versionForm = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$`)

func onlyFeature(name string) string {
	if slices.Contains(offered, name) {
		return name
	}
	return hidden
}

// logLines gives the last lines of a log as they may be shown, and how many of
// them could not be read as one.
func logLines(log io.Reader) (lines []string, left int, err error) {
	if log == nil {
		return nil, 0, nil
	}
	var raw []string
	reader := bufio.NewReader(log)
	for {
		line, err := reader.ReadString('\n')
		if line != "" {
			raw = append(raw, line)
		}
		if len(raw) > 2*mostLogLines {
			raw = slices.Clone(raw[len(raw)-mostLogLines:])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, err
		}
	}
	s := scrubber{marks: map[string]string{}}
	for _, line := range raw[max(0, len(raw)-mostLogLines):] {
		if shown := s.line(line); shown != "" {
			lines = append(lines, shown)
		} else {
			left++
		}
	}
	return lines, left, nil
}

// unclean finds what has no place in a support file: ten digits or more, also in
// two parts as birth numbers are written, and addresses of e-mail.
var unclean = regexp.MustCompile(`[0-9]{10,}|[0-9]{6}[ .-]?[0-9]{5}|@`)

// clean looks through a finished file.
func clean(text string) error {
	for i, line := range strings.Split(text, "\n") {
		if unclean.MatchString(line) {
			return post.NewFault(post.CodeSupportUnclean, nil, "line", strconv.Itoa(i+1))
		}
	}
	return nil
}
