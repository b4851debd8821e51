package partstest

import (
	"regexp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"brevdue/ui/look"
)

// Texts are all of our own texts on a canvas, also those a page has to be
// scrolled to. Hidden ones are left out.
func Texts(canvas fyne.Canvas) []string {
	var found []string
	var walk func(fyne.CanvasObject)
	walk = func(object fyne.CanvasObject) {
		if object == nil || !object.Visible() {
			return
		}
		switch o := object.(type) {
		case *look.Text:
			found = append(found, o.Text())
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(canvas.Content())
	return found
}

var unfinished = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)+$|\{[a-z_]+\}`)

// Unfinished gives the texts that are no words: a sentence that is missing and
// shows its key, or a gap that nothing fills.
func Unfinished(canvas fyne.Canvas) []string {
	var found []string
	for _, text := range Texts(canvas) {
		if unfinished.MatchString(text) {
			found = append(found, text)
		}
	}
	return found
}
