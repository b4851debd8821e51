package inbox

import (
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"brevdue/app/post"

	"golang.org/x/text/unicode/norm"
)

// Bounds of names on disk, in characters: Windows takes a path of 260, most of it
// the user's own folder.
const (
	mostFolder = 80
	mostFile   = 100
	mostSender = 30
	mostEnding = 10
	// mostBytes leaves room for a number: file systems take 255 bytes.
	mostBytes = 220
)

// reserved are names that Windows keeps for devices, whatever their ending.
var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true, "conin$": true, "conout$": true}

func init() {
	for i := range 10 {
		for _, digit := range []string{strconv.Itoa(i), [...]string{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"}[i]} {
			reserved["com"+digit], reserved["lpt"+digit] = true, true
		}
	}
}

// safeName makes a name that every system takes, from whatever a sender wrote: no
// path, no characters that Windows refuses or that turn text round, no dots or
// blanks at its ends, bounded. keep is an ending that outlives the cutting. A name
// of which nothing is left is "".
func safeName(text string, most int, keep string) string {
	text = norm.NFC.String(strings.ToValidUTF8(text, ""))
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '-'
		}
		return r
	}, text)
	text = strings.Trim(strings.Join(strings.Fields(text), " "), " .")
	if room := most - utf8.RuneCountInString(keep); utf8.RuneCountInString(text) > room {
		text = strings.TrimRight(string([]rune(text)[:max(room, 0)]), " .")
	}
	for len(text) > mostBytes-len(keep) {
		_, last := utf8.DecodeLastRuneInString(text)
		text = strings.TrimRight(text[:len(text)-last], " .")
	}
	if base, _, _ := strings.Cut(text, "."); reserved[strings.ToLower(strings.TrimSpace(base))] {
		text = "_" + text
	}
	if text == "" || keep == "" {
		return text
	}
	return text + keep
}

// endings by media type, for documents whose name has none. The ones of the
// contract of the message registry.
var endings = map[string]string{
	"application/pdf": ".pdf", "application/zip": ".zip", "application/msword": ".doc",
	"application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
	"application/vnd.oasis.opendocument.presentation": ".odp", "application/vnd.oasis.opendocument.graphics": ".odg",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"text/csv": ".csv", "text/html": ".html", "text/plain": ".txt", "text/xml": ".xml", "application/xml": ".xml",
}

// fileName is what a document is saved as, before it is made unique.
func fileName(a post.EBoxAttachment, language string) string {
	name := a.FileName
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.TrimRight(name, " .") // no ending, and Windows drops them
	ending := safeName(strings.TrimPrefix(filepath.Ext(name), "."), mostEnding, "")
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if ending != "" {
		ending = "." + ending
	} else {
		ending, stem = endings[strings.ToLower(a.MediaType)], name
	}
	for _, text := range []string{stem, a.Title.In(language), "document"} {
		if safe := safeName(text, mostFile, ending); safe != "" {
			return safe
		}
	}
	return "document"
}

// folderName is the folder of a message: date, sender and subject.
func folderName(m post.EBoxMessage, language string) string {
	sender := m.Sender.In(language)
	if sender == "" {
		sender = m.SenderID
	}
	parts := []string{safeName(sender, mostSender, ""), safeName(m.Subject.In(language), mostFolder, "")}
	if !m.Received.IsZero() {
		parts = append([]string{m.Received.In(belgium).Format("2006-01-02")}, parts...)
	}
	if name := safeName(strings.Join(parts, " "), mostFolder, ""); name != "" {
		return name
	}
	return "message"
}

// taken are the paths in use, as systems compare them that tell no small letters
// from capital ones.
type taken map[string]bool

// free makes a path that is not in use, by a number before its ending, and takes
// it. folder says that the name has no ending.
func (t taken) free(path string, folder bool, exists func(string) bool) string {
	ending := ""
	if !folder {
		ending = filepath.Ext(path)
	}
	stem := strings.TrimSuffix(path, ending)
	for n := 1; ; n++ {
		if n > 1 {
			path = stem + " (" + strconv.Itoa(n) + ")" + ending
		}
		if key := foldPath(path); !t[key] && !exists(path) {
			t[key] = true
			return path
		}
	}
}

func foldPath(path string) string { return strings.ToLower(norm.NFC.String(path)) }
