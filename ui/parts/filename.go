package parts

import "strings"

// FileName takes out of a text what no file may be called on any system.
func FileName(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return -1
		}
		return r
	}, text))
}
