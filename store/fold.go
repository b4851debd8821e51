package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"brevdue/app/post"
)

// folded are the letters that do not fall apart into a base letter and a mark.
var folded = strings.NewReplacer("ø", "o", "æ", "ae", "å", "a", "ö", "o", "ä", "ae", "ß", "ss", "đ", "d", "ð", "d", "þ", "th", "ł", "l", "ŋ", "n", "ŧ", "t")

// fold makes a text findable: letter case and accents go, ø is o, å and aa are
// a, so that "odegard", "Ødegaard" and "ødegård" are the same. A part of a text
// folds to a part of the folded text.
func fold(text string) string {
	text = folded.Replace(strings.ToLower(norm.NFC.String(text)))
	var b strings.Builder
	last := rune(0)
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == 'a' && last == 'a':
			continue
		case unicode.IsSpace(r), unicode.IsControl(r):
			r = ' '
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// norwegianOrder puts æ, ø and å (aa) after z, as a Norwegian list has them;
// the three characters follow z in ASCII.
var norwegianOrder = strings.NewReplacer("æ", "{", "ä", "{", "ø", "|", "ö", "|", "å", "}", "aa", "}")

// sortKey gives a text that sorts byte by byte as Norwegian does.
func sortKey(text string) string {
	text = norwegianOrder.Replace(strings.ToLower(norm.NFC.String(text)))
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// nameKey tells whether two people have the same name and address. It forgives
// letter case and spaces only: a wrong match would join two people.
func nameKey(person post.Recipient) string {
	parts := []string{person.Name(), person.Address.Postcode, person.Address.Line1}
	for i, part := range parts {
		part = strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(part))), " ")
		if part == "" {
			return ""
		}
		parts[i] = part
	}
	return strings.Join(parts, "\n")
}

// searchWords gives the folded words of a search; each must be found. A pasted
// page is no search: some words are enough to find nothing.
func searchWords(search string) []string {
	words := strings.Fields(fold(search))
	return words[:min(len(words), 12)]
}

// likePattern makes a LIKE pattern (escape character \) for a folded word.
func likePattern(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word) + "%"
}

// digits gives the digits of a number as people write it, or "" when there is
// anything else in it but spaces, dots and hyphens.
func digits(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r), r == '.', r == '-':
		default:
			return ""
		}
	}
	return b.String()
}
