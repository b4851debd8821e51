package parts

import (
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Ask puts one question over the window. The careful answer has the focus, so
// that Enter never does what cannot be undone. Ids are id.yes and id.no.
func Ask(env *Env, id, title, text, yes, no string, agreed func()) {
	var box *widget.PopUp
	refuse := Quiet(id+".no", no, func() { box.Hide() })
	agree := StopButton(id+".yes", yes, func() {
		box.Hide()
		agreed()
	})
	box = widget.NewModalPopUp(Around(look.Group, Stack(look.Apart,
		look.Heading(title), look.Body(text).Wrap(440), Inset(0, look.Near, 0, 0, Row(12, Fill(nil), agree, refuse)))), env.Window.Canvas())
	box.Show()
	env.Window.Canvas().Focus(refuse)
}
