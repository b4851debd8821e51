package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The simple types of XML Schema that the grammars use. Lengths count
// characters. Types other than strings ignore blanks around the value.

func anyText(string) string { return "" }

func length(min, max int) check {
	return func(s string) string {
		if n := utf8.RuneCountInString(s); n < min || n > max {
			return fmt.Sprintf("must have %d to %d characters", min, max)
		}
		return ""
	}
}

func exactly(n int) check { return length(n, n) }

func enum(values ...string) check {
	return func(s string) string {
		if !slices.Contains(values, s) {
			return "must be one of " + strings.Join(values, ", ")
		}
		return ""
	}
}

func pattern(expr string) check {
	re := regexp.MustCompile("^(?:" + expr + ")$")
	return func(s string) string {
		if !re.MatchString(s) {
			return "does not fit the pattern " + expr
		}
		return ""
	}
}

// collapse is what XML Schema does with blanks around numbers, dates and booleans.
func collapse(s string) string { return strings.Trim(s, " \t\r\n") }

func isLong(s string) string {
	if _, err := strconv.ParseInt(collapse(s), 10, 64); err != nil {
		return "must be a whole number"
	}
	return ""
}

func isInt(s string) string {
	if _, err := strconv.ParseInt(collapse(s), 10, 32); err != nil {
		return "must be a whole number"
	}
	return ""
}

func isNonNegative(s string) string {
	if n, err := strconv.ParseInt(collapse(s), 10, 32); err != nil || n < 0 {
		return "must be a whole number, 0 or more"
	}
	return ""
}

func isBool(s string) string {
	if _, ok := parseBool(s); !ok {
		return "must be true or false"
	}
	return ""
}

func parseBool(s string) (value, ok bool) {
	switch collapse(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

func isDateTime(s string) string {
	if _, err := parseDateTime(s, time.UTC); err != nil {
		return "must be a date and time with seconds, such as 2026-01-26T13:00:00+01:00"
	}
	return ""
}

// parseDateTime reads an xsd:dateTime; without an offset it is in the zone given.
func parseDateTime(s string, zone *time.Location) (time.Time, error) {
	s = collapse(s)
	if len(s) < 19 || s[13] != ':' || strings.ContainsRune(s, ',') { // Go is laxer: one-digit hours, comma for point
		return time.Time{}, errors.New("not a dateTime")
	}
	if t, err := time.Parse("2006-01-02T15:04:05Z07:00", s); err == nil {
		return t, nil
	}
	return time.ParseInLocation("2006-01-02T15:04:05", s, zone)
}

func isDate(s string) string {
	s = collapse(s)
	for _, layout := range []string{time.DateOnly, "2006-01-02Z07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return ""
		}
	}
	return "must be a date such as 2026-01-26"
}
