package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// StepEntry is one line of a list of steps that may be done in any order: what it
// is called, how far it is, and whether it is the one that is open.
type StepEntry struct {
	ID, Title string
	Status    Status
	Chosen    bool
	Tapped    func()
}

// StepList shows steps below each other that can be gone to by the pointer or the
// keyboard, each with its state as shape, colour and word. Long titles are cut off:
// the whole one stands on the step's own page.
func StepList(width float32, entries []StepEntry) fyne.CanvasObject {
	text := width - 2*look.Near - 18 - 10
	var rows []fyne.CanvasObject
	for _, entry := range entries {
		icon, color := entry.Status.Icon, entry.Status.Color
		title := look.NewText(entry.Title, look.Style{Size: look.SizeBody, Bold: entry.Chosen, Color: look.Ink}).Clip()
		word := look.NewText(entry.Status.Word, look.Style{Size: look.SizeSmall, Color: look.QuietInk}).Clip()
		content := Inset(look.Near, 2, look.Near, 2, RowTop(10, Inset(0, 1, 0, 0, Stack(0, look.NewIconOf(icon, color, 18))), Width(text, Stack(0, title, word))))
		said := entry.Title + ": " + entry.Status.Word
		row := newPress(entry.ID, func() string { return said }, content, entry.Tapped)
		row.chosen = entry.Chosen
		rows = append(rows, row)
	}
	return Width(width, Stack(0, rows...))
}
