package parts

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Ask puts one question over the window. The careful answer has the focus, so
// that Enter never does what cannot be undone; Esc closes it. Ids are id.yes and id.no.
func Ask(env *Env, id, title, text, yes, no string, agreed func()) {
	overlays := env.Window.Canvas().Overlays()
	over := &veil{}
	refuse := Quiet(id+".no", no, func() { overlays.Remove(over) })
	agree := StopButton(id+".yes", yes, func() {
		overlays.Remove(over)
		agreed()
	})
	over.content = Card(Stack(look.Apart,
		look.Heading(title), look.Body(text).Wrap(440), Inset(0, look.Near, 0, 0, Row(12, Fill(nil), agree, refuse))))
	over.ExtendBaseWidget(over)
	overlays.Add(over)
	over.Resize(env.Window.Canvas().Size())
	env.Window.Canvas().Focus(refuse)
}

// AskPath asks where to save, with a place filled in. browse asks for a folder
// by the system's dialog and gives it to its argument. Ids are id.path, id.ok,
// id.browse and id.no.
func AskPath(env *Env, id, title, path string, browse func(chosen func(folder string)), agreed func(path string)) {
	overlays := env.Window.Canvas().Overlays()
	over := &veil{}
	where := NewEntry()
	where.SetText(path)
	save := Main(id+".ok", env.T("button.save"), func() {
		if where.Text != "" {
			overlays.Remove(over)
			agreed(where.Text)
		}
	})
	where.OnSubmitted = func(string) { save.Tapped(nil) }
	elsewhere := Quiet(id+".browse", env.T("pick.folder.choose"), func() {
		overlays.Remove(over)
		browse(func(folder string) {
			AskPath(env, id, title, filepath.Join(folder, filepath.Base(where.Text)), browse, agreed)
		})
	})
	refuse := Quiet(id+".no", env.T("button.cancel"), func() { overlays.Remove(over) })
	over.content = Card(Stack(look.Apart, look.Heading(title), Width(520, WithID(id+".path", where)), look.Small(env.T("pick.kept")).Wrap(520),
		Row(12, elsewhere, Fill(nil), refuse, save)))
	over.ExtendBaseWidget(over)
	overlays.Add(over)
	over.Resize(env.Window.Canvas().Size())
	env.Window.Canvas().Focus(where)
}

// veil lies over the window with something in its middle. It takes the clicks
// that fall beside it.
type veil struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

var (
	_ Parent        = (*veil)(nil)
	_ fyne.Tappable = (*veil)(nil)
)

// Parts gives what lies in the middle.
func (v *veil) Parts() []fyne.CanvasObject { return []fyne.CanvasObject{v.content} }

// Tapped does nothing.
func (v *veil) Tapped(*fyne.PointEvent) {}

// CreateRenderer is for Fyne.
func (v *veil) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(look.NewSurface(theme.ColorNameShadow, look.Clear, 0), container.NewCenter(v.content)))
}
