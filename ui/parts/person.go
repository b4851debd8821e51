package parts

import (
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// NewPerson is somebody who was found and can be chosen: a name, a quiet line with
// where they live, and at the right a status, which may be nil. What is too long is
// cut off.
func NewPerson(id, name, below string, status *Status, chosen func()) fyne.CanvasObject {
	lines := []fyne.CanvasObject{look.Strong(name).Clip()}
	if below != "" {
		lines = append(lines, look.Small(below).Clip())
	}
	row := []fyne.CanvasObject{Fill(Stack(1, lines...))}
	said := []string{name, below}
	if status != nil {
		said = append(said, status.Word)
		row = append(row, Row(6, look.NewIconOf(status.Icon, status.Color, 18), look.Small(status.Word)))
	}
	return newPress(id, func() string { return strings.Join(said, " ") }, Inset(look.Near, 6, look.Near, 6, Row(12, row...)), chosen)
}

// Listed puts rows on one ground with a hairline between them.
func Listed(rows ...fyne.CanvasObject) *fyne.Container {
	var lines []fyne.CanvasObject
	for i, row := range rows {
		if i > 0 {
			lines = append(lines, look.NewHairline())
		}
		lines = append(lines, row)
	}
	return Panel(Stack(2, lines...))
}
