package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// Fact is one line of a summary: a label and what is so. A Status goes before
// the value.
type Fact struct {
	Label, Value string
	Status       *Status
}

// Facts shows a summary in two columns: labels in quiet ink, as wide as label, and
// values wrapped at width. A fact without a value is left out.
func Facts(label, width float32, facts ...Fact) *fyne.Container {
	var rows []fyne.CanvasObject
	for _, fact := range facts {
		var value fyne.CanvasObject
		switch {
		case fact.Status != nil:
			value = fact.Status.View()
		case fact.Value != "":
			value = look.Body(fact.Value).Wrap(width)
		default:
			continue
		}
		rows = append(rows, RowTop(look.Apart, Width(label, Stack(0, look.QuietText(fact.Label).Wrap(label))), value))
	}
	return Stack(10, rows...)
}
