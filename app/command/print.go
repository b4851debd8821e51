package command

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
)

// unfilled finds gaps that nothing filled.
var unfilled = regexp.MustCompile(`\{[a-z_]+\}`)

type errorJSON struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Next string `json:"next"`
	Exit int    `json:"exit"`
}

// emit prints the result: the value as one JSON document, or text for people.
func (s *session) emit(value any, text func(w io.Writer)) {
	s.printed = true
	if s.flags.json {
		s.encode(value)
		return
	}
	table := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	text(table)
	_ = table.Flush() // a pipe that was closed has nobody to tell
}

func (s *session) encode(value any) {
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // a pipe that was closed has nobody to tell
}

// tell writes a line to standard error.
func (s *session) tell(line string) { s.show(line + "\n") }

// show writes to standard error.
func (s *session) show(text string) {
	s.screen.Lock()
	defer s.screen.Unlock()
	_, _ = io.WriteString(s.err, text) // a terminal that is gone has nobody to tell
}

// note writes a sentence to standard error.
func (s *session) note(key string, pairs ...string) { s.tell(s.get(key, pairs...)) }

func (s *session) get(key string, pairs ...string) string {
	return s.texts.Get("command."+key, pairs...)
}

func (s *session) count(key string, n int, pairs ...string) string {
	return s.texts.Count("command."+key, n, pairs...)
}

// line writes a label and its value as a row of a table; an empty value writes
// nothing.
func (s *session) line(w io.Writer, key, value string) {
	if value != "" {
		fmt.Fprintf(w, "%s\t%s\n", s.get("label."+key), value)
	}
}

// row writes cells as a row of a table.
func row(w io.Writer, cells ...string) {
	for i, cell := range cells {
		// A tab or line break in a user's text would break the table.
		cells[i] = strings.Join(strings.Fields(cell), " ")
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}

// heads writes the headings of a table.
func (s *session) heads(w io.Writer, keys ...string) {
	cells := make([]string, len(keys))
	for i, key := range keys {
		cells[i] = s.get("label." + key)
	}
	row(w, cells...)
}

// personal gives a birth or account number as it may be shown.
func (s *session) personal(value string) string {
	if s.flags.showNumbers {
		return value
	}
	return number.Mask(value)
}

// moment is a time in JSON: RFC 3339 with offset, "" for none.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(time.RFC3339)
}

// id is a number of Digipost's in JSON: a string, "" for none.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// itemText says in words what came of an item.
func (s *session) itemText(job post.Job, item post.Item) string {
	if item.Reason != post.ReasonNone {
		return s.reason(item)
	}
	text := s.texts.Status(string(job.Shown(item)))
	if remark := s.remark(item); remark != "" {
		text += ". " + remark
	}
	return text
}

// remarks are Digipost's codes of what a person should hear beside the status.
var remarks = []string{"SMS_NOTIFICATION_FAILED", "EMAIL_NOTIFICATION_FAILED"}

// remark is what to say beside a letter's status: that a reminder did not get
// through, say. "" is nothing.
func (s *session) remark(item post.Item) string {
	if !slices.Contains(remarks, item.Detail) {
		return ""
	}
	return s.texts.Get("detail." + item.Detail)
}

// why is the reason for an item's status, or the remark beside it.
func (s *session) why(item post.Item) string {
	if item.Reason != post.ReasonNone {
		return s.reason(item)
	}
	return s.remark(item)
}

// reason is the reason for an item's status in words. There is a bad file, and
// there is none.
func (s *session) reason(item post.Item) string {
	if item.Detail == post.DetailNoDocument {
		return s.get("documents.none")
	}
	return s.texts.Reason(string(item.Reason))
}

func (s *session) number(n int) string { return s.texts.Number(n) }
