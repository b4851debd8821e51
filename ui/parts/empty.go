package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// Empty is what stands where there is nothing yet: a drawing, a sentence, and a
// button, which may be nil.
func Empty(drawing look.IconName, text string, button *Button) fyne.CanvasObject {
	lines := []fyne.CanvasObject{
		container.NewCenter(look.NewIconOf(drawing, look.FieldLine, 88)),
		container.NewCenter(look.NewText(text, look.Style{Size: look.SizeLead, Color: look.QuietInk}).Wrap(420).Align(fyne.TextAlignCenter)),
	}
	if button != nil {
		lines = append(lines, Inset(0, look.Near, 0, 0, container.NewCenter(button)))
	}
	return container.NewCenter(Stack(look.Apart, lines...))
}
