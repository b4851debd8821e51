package ebox

import (
	"strconv"
	"strings"
	"time"
)

// parseTime reads a date in any form that providers write: RFC 3339 with or
// without a fraction, an offset without its colon, no zone at all or a bare date
// (both mean Belgium), and milliseconds since 1970. Anything else gives zero.
func parseTime(text string) time.Time {
	text = strings.TrimSpace(text)
	if len(text) > 40 {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07",
		"2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return sane(at)
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return sane(inBelgium(at))
		}
	}
	if milliseconds, err := strconv.ParseInt(text, 10, 64); err == nil && milliseconds > 1e11 && milliseconds < 1e14 {
		return time.UnixMilli(milliseconds).UTC()
	}
	return time.Time{}
}

// sane keeps years that can be written again in four digits.
func sane(at time.Time) time.Time {
	if year := at.UTC().Year(); year < 1 || year > 9998 {
		return time.Time{}
	}
	return at
}

// inBelgium takes a clock that was read without a zone as Belgium's.
func inBelgium(clock time.Time) time.Time {
	at := clock.Add(-time.Hour)
	if summer(at.Add(-time.Hour)) {
		at = at.Add(-time.Hour)
	}
	return belgian(at)
}

// belgian gives a time in Belgium's zone. It is computed by the European
// Union's rule, so that it needs no zone files, which Windows lacks.
func belgian(at time.Time) time.Time {
	if summer(at) {
		return at.In(time.FixedZone("CEST", 2*60*60))
	}
	return at.In(time.FixedZone("CET", 60*60))
}

// summer reports whether it is summer time: from the last Sunday of March to the
// last of October, one o'clock UTC.
func summer(at time.Time) bool {
	at = at.UTC()
	turn := func(month time.Month) time.Time {
		last := time.Date(at.Year(), month, 31, 1, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -int(last.Weekday()))
	}
	return !at.Before(turn(time.March)) && at.Before(turn(time.October))
}

// day writes the day in Belgium.
func day(at time.Time) string { return belgian(at).Format(time.DateOnly) }
