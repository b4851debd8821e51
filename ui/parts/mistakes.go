package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// Mistake is something to mend before a person can go on: the id of its field, and
// the words that stand there too.
type Mistake struct{ Field, Text string }

// Mistakes lists what is to be mended. Each line leads to its field; the ids are
// id.0, id.1 and so on.
func Mistakes(id, title string, width float32, mistakes []Mistake, jump func(field string)) fyne.CanvasObject {
	text := width - 2*look.Apart - 32
	lines := []fyne.CanvasObject{look.Strong(title).Wrap(text)}
	for i, mistake := range mistakes {
		words := look.NewText(mistake.Text, look.Style{Size: look.SizeBody, Color: look.Accent}).Wrap(text)
		lines = append(lines, newPress(id+"."+strconv.Itoa(i), words.Text, Inset(0, 10, 0, 10, words), func() { jump(mistake.Field) }))
	}
	return container.NewStack(look.NewSurface(look.StopSoft, look.Stop, look.Radius),
		Inset(look.Apart, 12, look.Apart, 12, RowTop(12, Stack(0, look.NewIcon(look.IconWarning, look.Stop)), Fill(Stack(0, lines...)))))
}
