package doctor

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The support file is made by keeping, never by taking away: a text that nobody
// thought of holds somebody's name sooner or later. Of an error only words are
// kept that stand in the list below, of a value only what has the form of a code
// or of a small count.

// known are the words of errors and log lines that say what went wrong: those of
// the program, of Go and of the systems it runs on. A name is none of them.
var known = strings.Fields(`
a access after again all already an and answer answered another api are as ask asked at audit authority bad batch be been before beside browser busy by
bytes call called cannot canceled certificate change changed check claim clock close closed code command compare complete connect connection constraint
context copy corrupt count could create cut damaged data database deadline denied dial digipost directory disk display do document does down eof empty encrypted
end ended engine error exceeded exist exists expected expired fail failed file files flush folder for found free from full get give given go gone
handshake has hash have header held here host http https i id identify in input integrity interrupted into invalid io is it item items its job jobs key
keyring keys kill killed large left length letter letters line list listen local lock locked log long look made mail mailing make malformed
match memory message missing must name network new news next no none not nothing of old on one only open opened operation or other out outbox
over page panic parse path pdf peer permission pipe pkcs place plan port practice private process program proof prove proxy public put read reader
readonly receipt receipts record records refresh refused register rejected relay remote remove removed rename request reset resource response result results
row rows rsa run runner running runtime safe schema search seal sealed second secret secrets send sender sending sent server service session set
sftp sign signature signed size socket space split sql sqlite ssh started status still stop stopped store stored strange such sweep sync system table takes
taken task tcp temporarily temporary text than that the there they this time timeout tls to together too transaction transport trouble truncated try type
udp unable unavailable unexpected unit unknown unsure until up upload use used user valid value verified version wait waits was what whether while window with within wrong
write writing written xml zip zone
callback deviation deviations keep kept known looks nonce notice others profile profiles recipient renewed restart swept take toolkit unpacked unusable whether words
back choose cooled evidence chain inbox now off senders without`)

var piece = regexp.MustCompile(`[A-Za-z]+|[0-9]+|[^A-Za-z0-9]`)

// plainPunctuation may stand between words.
const plainPunctuation = " :,.();=-'"

// hidden stands for what was left out.
const hidden = "…"

// onlyKnown gives a text with everything but known words left out. Numbers stay
// where they are a status.
func onlyKnown(text string) string {
	var kept []string
	before := ""
	for _, each := range piece.FindAllString(text, -1) {
		switch first := rune(each[0]); {
		case unicode.IsLetter(first) && first < unicode.MaxASCII && slices.Contains(known, strings.ToLower(each)):
			before = strings.ToLower(each)
		case first >= '0' && first <= '9' && len(each) == 3 && (before == "status" || before == "answered"):
		case len(each) == 1 && strings.Contains(plainPunctuation, each):
		default:
			each = hidden
		}
		if each == hidden && len(kept) > 0 && kept[len(kept)-1] == hidden {
			continue
		}
		kept = append(kept, each)
	}
	return strings.Join(kept, "")
}

var (
	codeForm  = regexp.MustCompile(`^[a-z][a-z_.]{0,40}$`)
	countForm = regexp.MustCompile(`^-?[0-9]{1,7}$`)
	timeForm  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)
	levelForm = regexp.MustCompile(`^(DEBUG|INFO|WARN|ERROR)$`)
)

// scrubber takes log lines in, and gives rows marks of its own.
type scrubber struct{ marks map[string]string }

// mark gives an id a short name that holds nothing of it.
func (s *scrubber) mark(id string) string {
	if s.marks[id] == "" {
		s.marks[id] = "#" + strconv.Itoa(len(s.marks)+1)
	}
	return s.marks[id]
}

// line gives a line of the log as it may be shown; "" when it is none.
func (s *scrubber) line(line string) string {
	var kept []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		name, rest, found := strings.Cut(line, "=")
		if !found || strings.ContainsAny(name, " \"") {
			return ""
		}
		value, after, _ := strings.Cut(rest, " ")
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			after = rest[len(quoted):]
			if value, err = strconv.Unquote(quoted); err != nil {
				return ""
			}
		}
		line = after
		if shown := s.value(name, value); shown != "" {
			kept = append(kept, shown)
		}
	}
	return strings.Join(kept, " ")
}

// value gives one entry of a log line, or "" where it is left out.
func (s *scrubber) value(name, value string) string {
	switch name {
	case "time":
		if timeForm.MatchString(value) {
			return value
		}
	case "level":
		if levelForm.MatchString(value) {
			return value
		}
	case "msg":
		return onlyKnown(value)
	case "error":
		return "error=" + strconv.Quote(onlyKnown(value))
	case "job":
		return "job=" + s.mark(value)
	case "code", "kind", "state", "action", "at":
		if codeForm.MatchString(value) {
			return name + "=" + value
		}
	case "seq", "count", "removed", "status":
		if countForm.MatchString(value) {
			return name + "=" + value
		}
	}
	return ""
}
