package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
)

// values are the parts of a flag with several, by name.
type values map[string][]string

func (v values) first(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}

// readParts reads a flag of the form name=value,name=value with the names given.
// Only those in again may stand more than once.
func readParts(flag, text, form string, names []string, again ...string) (values, error) {
	pairs, ok := splitParts(text, names)
	if !ok {
		return nil, usage("bad_form", "flag", flag, "form", form)
	}
	read := values{}
	for _, pair := range pairs {
		name := pair[0]
		if len(read[name]) > 0 && !slices.Contains(again, name) {
			return nil, usage("part_twice", "flag", flag, "part", name)
		}
		read[name] = append(read[name], pair[1])
	}
	return read, nil
}

// splitParts parts name=value,name=value. A value may hold commas: it ends only
// where a comma, one of the names and "=" follow.
func splitParts(text string, names []string) (pairs [][2]string, ok bool) {
	type mark struct{ from, value int }
	var marks []mark
	for at := 0; at <= len(text); {
		rest := strings.TrimLeft(text[at:], " ")
		for _, name := range names {
			if strings.HasPrefix(rest, name+"=") {
				from := len(text) - len(rest)
				marks = append(marks, mark{at, from + len(name) + 1})
				pairs = append(pairs, [2]string{name, ""})
				break
			}
		}
		if len(marks) == 0 {
			return nil, false
		}
		comma := strings.IndexByte(text[at:], ',')
		if comma < 0 {
			break
		}
		at += comma + 1
	}
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1].from - 1 // before the comma
		}
		pairs[i][1] = strings.TrimSpace(text[m.value:end])
	}
	return pairs, true
}

// localForms are times without an offset: they are meant where the machine is.
var localForms = []string{"2006-01-02T15:04", "2006-01-02 15:04"}

// parseTime reads a time. One that does not exist, in the hour that summer time
// skips, is none.
func parseTime(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	for _, form := range localForms {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return at, at.Format(form) == text
		}
	}
	return time.Time{}, false
}

// parseDeadline reads a time, or a day, which lasts to its last minute.
func parseDeadline(text string) (time.Time, bool) {
	if at, ok := parseTime(text); ok {
		return at, true
	}
	day, ok := parseDay(text)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.ParseInLocation(time.DateOnly+" 15:04", day+" 23:59", time.Local)
	return at, err == nil
}

var wholeHours = regexp.MustCompile(`^[0-9]{1,4}$`)

// parseSMS reads times and whole hours after delivery.
func parseSMS(text string) (post.SMSReminder, bool) {
	var reminder post.SMSReminder
	for _, each := range strings.Split(text, ",") {
		each = strings.TrimSpace(each)
		if wholeHours.MatchString(each) {
			hours, err := strconv.Atoi(each)
			if err != nil {
				return post.SMSReminder{}, false
			}
			reminder.AfterHours = append(reminder.AfterHours, hours)
			continue
		}
		at, ok := parseTime(each)
		if !ok {
			return post.SMSReminder{}, false
		}
		reminder.At = append(reminder.At, at)
	}
	return reminder, true
}

// amountForms are how people write kroner. Three digits behind the only
// separator could be either thousands or a slip, and are refused: a wrong amount
// is worse than a second try.
var amountForms = []*regexp.Regexp{
	regexp.MustCompile(`^(-?)([0-9]{1,12})(?:[.,]([0-9]{1,2}))?$`),
	regexp.MustCompile(`^(-?)([0-9]{1,3}(?: [0-9]{3}){1,3})(?:[.,]([0-9]{1,2}))?$`),
	regexp.MustCompile(`^(-?)([0-9]{1,3}(?:\.[0-9]{3}){1,3}),([0-9]{1,2})$`),
	regexp.MustCompile(`^(-?)([0-9]{1,3}(?:,[0-9]{3}){1,3})\.([0-9]{1,2})$`),
}

var (
	blanks = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2212", "-")
	groups = strings.NewReplacer(" ", "", ".", "", ",", "")
)

// parseAmount reads kroner and gives them with two decimals and a point.
func parseAmount(text string) (string, bool) {
	text = strings.TrimSpace(blanks.Replace(text))
	for _, form := range amountForms {
		if found := form.FindStringSubmatch(text); found != nil {
			whole := strings.TrimLeft(groups.Replace(found[2]), "0")
			if whole == "" {
				whole = "0"
			}
			return found[1] + whole + "." + (found[3] + "00")[:2], true
		}
	}
	return "", false
}

// parseDay reads a day, 2025-12-31 or 31.12.2025, and gives it as 2025-12-31.
func parseDay(text string) (string, bool) {
	for _, form := range []string{time.DateOnly, "2.1.2006"} {
		if day, err := time.Parse(form, strings.TrimSpace(text)); err == nil {
			return day.Format(time.DateOnly), true
		}
	}
	return "", false
}

// parsePostal reads name;line 1;line 2;postcode;town, and a country where there
// is a sixth part. Only the second line may be empty.
func parsePostal(text string) (post.PostalAddress, bool) {
	parts := strings.Split(text, ";")
	if len(parts) != 5 && len(parts) != 6 {
		return post.PostalAddress{}, false
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if parts[0] == "" || parts[1] == "" || parts[3] == "" || parts[4] == "" {
		return post.PostalAddress{}, false
	}
	address := post.PostalAddress{Name: parts[0], Address: post.Address{Line1: parts[1], Line2: parts[2], Postcode: parts[3], Town: parts[4]}}
	if len(parts) == 6 && !slices.Contains([]string{"norge", "noreg", "norway", "no"}, strings.ToLower(parts[5])) {
		address.Country = parts[5]
	}
	return address, true
}
