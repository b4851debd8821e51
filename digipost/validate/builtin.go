package validate

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Namespaces of XML and XML Schema themselves.
const (
	xsNamespace  = "http://www.w3.org/2001/XMLSchema"
	xsiNamespace = "http://www.w3.org/2001/XMLSchema-instance"
	xmlNamespace = "http://www.w3.org/XML/1998/namespace"
)

// builtins are XML Schema's own types, as far as the schemas here use them and
// an xsi:type could put one of them in place of another (XML Schema part 2,
// second edition).
func builtins() []*typ {
	var list []*typ
	byName := map[string]*typ{}
	add := func(base, local string, change func(*text)) {
		t := &typ{name: name{xsNamespace, local}, base: byName[base], text: &text{space: collapse}}
		if t.base != nil {
			inherited := *t.base.text
			t.text = &inherited
		}
		change(t.text)
		byName[local] = t
		list = append(list, t)
	}
	texts(add)
	numbers(add)
	moments(add)
	return list
}

type adder func(base, local string, change func(*text))

func form(what string, fits func(string) bool) func(*text) {
	return func(t *text) { t.what, t.form = what, fits }
}

func texts(add adder) {
	add("", "string", func(t *text) { t.space = preserve })
	add("string", "normalizedString", func(t *text) { t.space = replace })
	add("normalizedString", "token", func(t *text) { t.space = collapse })
	add("token", "language", form("a language code", regexp.MustCompile(`^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$`).MatchString))
	add("token", "NMTOKEN", form("a name token", func(s string) bool { return s != "" && isName("_"+s) }))
	add("token", "Name", form("a name", isName))
	add("Name", "NCName", form("a name that begins with a letter or _ and has no colon", isPlainName))
	add("NCName", "ID", func(t *text) { t.identity = isID })
	add("NCName", "IDREF", func(t *text) { t.identity = isReference })
	add("", "anyURI", form("a web address", isURI))
	add("", "base64Binary", form("base64", isBase64))
	add("", "hexBinary", form("hexadecimal bytes", regexp.MustCompile(`^([0-9a-fA-F]{2})*$`).MatchString))
	add("", "boolean", form("true or false", func(s string) bool {
		return s == "true" || s == "false" || s == "1" || s == "0"
	}))
}

func numbers(add adder) {
	add("", "decimal", form("a number", regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`).MatchString))
	add("", "double", form("a number", regexp.MustCompile(`^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN)$`).MatchString))
	add("decimal", "integer", form("a whole number", regexp.MustCompile(`^[+-]?[0-9]+$`).MatchString))
	between := func(least, most string) func(*text) {
		return func(t *text) { t.least, t.most = least, most }
	}
	add("integer", "nonPositiveInteger", between("", "0"))
	add("nonPositiveInteger", "negativeInteger", between("", "-1"))
	add("integer", "nonNegativeInteger", between("0", ""))
	add("nonNegativeInteger", "positiveInteger", between("1", ""))
	add("nonNegativeInteger", "unsignedLong", between("0", "18446744073709551615"))
	add("unsignedLong", "unsignedInt", between("0", "4294967295"))
	add("unsignedInt", "unsignedShort", between("0", "65535"))
	add("unsignedShort", "unsignedByte", between("0", "255"))
	add("integer", "long", between("-9223372036854775808", "9223372036854775807"))
	add("long", "int", between("-2147483648", "2147483647"))
	add("int", "short", between("-32768", "32767"))
	add("short", "byte", between("-128", "127"))
}

func moments(add adder) {
	add("", "dateTime", form("a date with time, such as 2026-12-01T12:00:00+01:00", isMoment))
	add("", "date", form("a date, such as 2026-12-01", isDate))
}

// nameStart and nameMore are XML's name characters without the colon, of XML
// 1.0, fifth edition.
func nameStart(r rune) bool {
	switch {
	case r < 0x80:
		return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	case r == 0xD7, r == 0xF7, r < 0xC0, 0x300 <= r && r <= 0x36F, r == 0x37E:
		return false
	case r <= 0x1FFF, r == 0x200C, r == 0x200D, 0x2070 <= r && r <= 0x218F, 0x2C00 <= r && r <= 0x2FEF,
		0x3001 <= r && r <= 0xD7FF, 0xF900 <= r && r <= 0xFDCF, 0xFDF0 <= r && r <= 0xFFFD:
		return true
	}
	return 0x10000 <= r && r <= 0xEFFFF
}

func nameMore(r rune) bool {
	return nameStart(r) || '0' <= r && r <= '9' || r == '-' || r == '.' || r == 0xB7 ||
		0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040
}

func isPlainName(s string) bool {
	for i, r := range s {
		if i == 0 && !nameStart(r) || !nameMore(r) {
			return false
		}
	}
	return s != ""
}

func isName(s string) bool { return isPlainName(strings.ReplaceAll(s, ":", "_")) }

// uriForm is RFC 3986, after what XML Schema lets stand unescaped has become
// "_": with or without scheme, then a host or only a path, then query and
// fragment. Without a scheme the first part of a path has no colon.
var uriForm = func() *regexp.Regexp {
	without := func(s string) string { return strings.Replace(s, "@", "", 1) }
	const (
		scheme    = `[a-zA-Z][a-zA-Z0-9+.-]*:`
		plain     = `[\w.~!$&'()*+,;=@-]|%[0-9a-fA-F]{2}`
		character = plain + `|:`
		path      = `(` + character + `|/)*`
		rooted    = `/((` + character + `)` + path + `)?`
		query     = `(` + character + `|[/?])*`
	)
	host := `//((` + without(character) + `)*@)?(\[[^\[\]/?#@]*\]|(` + without(plain) + `)*)(:[0-9]*)?(/` + path + `)?`
	return regexp.MustCompile(`^(` + scheme + `(` + host + `|` + rooted + `|((` + character + `)` + path + `)?)` +
		`|` + host + `|` + rooted + `|((` + plain + `)+(/` + path + `)?)?)(\?` + query + `)?(#` + query + `)?$`)
}()

func isURI(s string) bool {
	return uriForm.MatchString(strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune("<>\"{}|\\^`", r) {
			return '_'
		}
		return r
	}, s))
}

// isBase64 allows blanks, and demands that unused bits are zero.
func isBase64(s string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(strings.ReplaceAll(s, " ", ""))
	return err == nil
}

var (
	momentForm = regexp.MustCompile(`^-?([0-9]{4,})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	dateForm   = regexp.MustCompile(`^-?([0-9]{4,})-([0-9]{2})-([0-9]{2})()()()()(Z|[+-][0-9]{2}:[0-9]{2})?$`)
)

func isMoment(s string) bool { return isCalendar(momentForm.FindStringSubmatch(s)) }
func isDate(s string) bool   { return isCalendar(dateForm.FindStringSubmatch(s)) }

// isCalendar takes year, month, day, hour, minute, second, fraction and zone.
func isCalendar(m []string) bool {
	if m == nil || strings.Trim(m[1], "0") == "" || len(m[1]) > 4 && m[1][0] == '0' {
		return false
	}
	// The calendar repeats after 400 years; no year is too long for that.
	year := small(m[1][len(m[1])-4:]) + 400
	month, day := small(m[2]), small(m[3])
	if d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); month < 1 || month > 12 || day < 1 || d.Day() != day {
		return false
	}
	hour, minute, second := small(m[4]), small(m[5]), small(m[6])
	midnight := hour == 24 && minute == 0 && second == 0 && strings.Trim(m[7], ".0") == ""
	return (hour < 24 || midnight) && minute < 60 && second < 60 && isZone(m[8])
}

// isZone allows no more than 14 hours.
func isZone(zone string) bool {
	if len(zone) < 6 {
		return true
	}
	hours, minutes := small(zone[1:3]), small(zone[4:6])
	return minutes < 60 && hours*60+minutes <= 14*60
}

func small(digits string) int {
	n, _ := strconv.Atoi(digits) // no digits are 0
	return n
}

// isBlank says whether a text has nothing to read.
func isBlank(s string) bool { return strings.TrimFunc(s, unicode.IsSpace) == "" }
