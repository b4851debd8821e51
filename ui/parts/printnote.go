package parts

import (
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// mostTold is how many of the things wrong with one document are told at once.
const mostTold = 5

// Errors is a note with what is wrong with something, each sentence with what to
// do. at gives the words of one of count: a key, with its next step below
// key + ".next", and what fills the gaps of both.
func Errors(words *look.Words, title string, count int, at func(i int) (key string, gaps []string), width float32) fyne.CanvasObject {
	lines := []string{title}
	for i := range min(count, mostTold) {
		key, gaps := at(i)
		lines = append(lines, words.Get(key, gaps...)+" "+words.Get(key+".next", gaps...))
	}
	if more := count - mostTold; more > 0 {
		lines = append(lines, words.Count("letter.print.more", more))
	}
	return Note(ToneStop, strings.Join(lines, "\n"), width)
}
