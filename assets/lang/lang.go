// Package lang turns codes into the person's words. It is the one place where
// faults, statuses and problems become sentences, for window and command alike.
// Each language is a folder of JSON files, one for each part of the program;
// keys are names, values are whole sentences with named gaps like {count}.
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"
)

//go:embed nb en nl
var files embed.FS

// Languages are the codes of the languages there are, the default first.
func Languages() []string { return []string{"nb", "en", "nl"} }

// under is the language whose words stand where a language has none of its own
// yet.
func under(code string) string {
	if code == "nl" {
		return "en"
	}
	return ""
}

// Texts are the words of one language. It is read-only and safe for use by
// several goroutines.
type Texts struct {
	code  string
	words map[string]text
}

// text is a sentence, or a pair for one and for several.
type text struct{ one, other string }

// UnmarshalJSON reads "sentence" or {"one": ..., "other": ...}.
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &t.other)
	}
	var pair struct{ One, Other string }
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	t.one, t.other = pair.One, pair.Other
	return nil
}

// New gives the words of a language; an unknown code gives the default.
func New(code string) *Texts {
	for _, known := range Languages() {
		if known == code {
			return &Texts{code: code, words: load(code)}
		}
	}
	return New(Languages()[0])
}

// load reads all files of a language. The files are part of the program and
// checked by a test, so that a damaged one is simply left out here.
func load(code string) map[string]text {
	words := map[string]text{}
	if base := under(code); base != "" {
		words = load(base)
	}
	for _, name := range Parts(code) {
		data, err := files.ReadFile(path.Join(code, name+".json"))
		if err != nil {
			continue
		}
		var part map[string]text
		if json.Unmarshal(data, &part) == nil {
			for key, value := range part {
				words[key] = value
			}
		}
	}
	return words
}

// Parts are the names of a language's files, without ".json".
func Parts(code string) []string {
	entries, _ := fs.ReadDir(files, code)
	var parts []string
	for _, entry := range entries {
		parts = append(parts, strings.TrimSuffix(entry.Name(), ".json"))
	}
	sort.Strings(parts)
	return parts
}

// Code is the language's code, for example nb.
func (t *Texts) Code() string { return t.code }

// Has reports whether there are words for the key.
func (t *Texts) Has(key string) bool { _, ok := t.words[key]; return ok }

// Get gives the words for a key with the gaps filled from name and value pairs.
// An unknown key gives the key itself, so that a slip is seen, not hidden.
func (t *Texts) Get(key string, pairs ...string) string {
	found, ok := t.words[key]
	if !ok {
		return key
	}
	return fill(found.other, pairs)
}

// Count is Get for a number of things: the one or the several form is chosen,
// and the gap {count} is filled with the number as the language writes it.
func (t *Texts) Count(key string, count int, pairs ...string) string {
	found, ok := t.words[key]
	if !ok {
		return key
	}
	sentence := found.other
	if count == 1 && found.one != "" {
		sentence = found.one
	}
	return fill(sentence, append(pairs, "count", t.Number(count)))
}

func fill(sentence string, pairs []string) string {
	if len(pairs) == 0 {
		return sentence
	}
	gaps := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		gaps = append(gaps, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(gaps...).Replace(sentence)
}

// Fault gives the two sentences for a fault: what happened and where, and what
// to do next. A code without words gives those of "internal" with the code.
func (t *Texts) Fault(code string, fields map[string]string) (what, next string) {
	if !t.Has("fault." + code) {
		return t.Get("fault.internal", "code", code), t.Get("fault.internal.next", "code", code)
	}
	pairs := flatten(fields)
	return t.Get("fault."+code, pairs...), t.Get("fault."+code+".next", pairs...)
}

// Problem gives the words for a problem in a list. A variant without words of
// its own gives those of the code.
func (t *Texts) Problem(code, variant string, fields map[string]string) string {
	key := "problem." + code
	if variant != "" && t.Has(key+"."+variant) {
		key += "." + variant
	}
	return t.Get(key, flatten(fields)...)
}

// Status gives the word for an item's status, Reason the sentence for why.
func (t *Texts) Status(status string) string { return t.Get("status." + status) }

// Reason gives the sentence for why a letter was not delivered; "" gives "".
func (t *Texts) Reason(reason string) string {
	if reason == "" {
		return ""
	}
	return t.Get("reason." + reason)
}

func flatten(fields map[string]string) []string {
	pairs := make([]string, 0, 2*len(fields))
	for name, value := range fields {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// thousands stands between each three digits of a number: a thin space in
// bokmål, a comma in English, a point in Dutch as in Flanders.
var thousands = map[string]string{"nb": "\u202f", "en": ",", "nl": "."}

// Number writes a whole number as the language does.
func (t *Texts) Number(n int) string {
	digits := strconv.Itoa(n)
	separator := thousands[t.code]
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var out strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteString(separator)
		}
		out.WriteRune(digit)
	}
	return sign + out.String()
}

// Time writes a moment as 21.11.2025 14:05 in local time, with strokes in Dutch as
// in Flanders; a zero time is "".
func (t *Texts) Time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(t.day() + " 15:04")
}

// Date writes a day as Time does; a zero time is "".
func (t *Texts) Date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(t.day())
}

// day is the form of a day in the language.
func (t *Texts) day() string {
	if t.code == "nl" {
		return "02/01/2006"
	}
	return "02.01.2006"
}

// Clock writes a rest of time as m:ss, or h:mm:ss from one hour on.
func (t *Texts) Clock(rest time.Duration) string {
	if rest < 0 {
		rest = 0
	}
	s := int(rest.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Size writes a number of bytes as kB or MB.
func (t *Texts) Size(bytes int64) string {
	decimal := ","
	if t.code == "en" {
		decimal = "."
	}
	switch {
	case bytes < 1000:
		return strconv.FormatInt(bytes, 10) + " B"
	case bytes < 1000*1000:
		return strconv.FormatInt((bytes+500)/1000, 10) + " kB"
	}
	return strings.Replace(strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64), ".", decimal, 1) + " MB"
}

// Fyne gives the JSON of Fyne's own words in the language, for
// lang.AddTranslationsForLocale.
func Fyne(code string) []byte {
	data, _ := files.ReadFile(path.Join(code, "fyne.json"))
	return data
}
