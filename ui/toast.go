package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// toastTime is how long a word stays that needs no answer; toastUndo how long
// one stays that can be undone.
const (
	toastTime = 4 * time.Second
	toastUndo = 10 * time.Second
)

// toast says something at the foot of the window and goes by itself.
type toast struct {
	object *fyne.Container
	env    *parts.Env
	stop   func()
}

func newToast(env *parts.Env) *toast {
	return &toast{env: env, object: container.New(foot{})}
}

func (u *UI) say(text string, undo func()) { u.toast.say(text, undo) }

// care says something that is not well.
func (u *UI) care(text string) {
	u.toast.show(look.NewIcon(look.IconWarning, look.Care), text, nil)
}

func (t *toast) say(text string, undo func()) {
	t.show(look.NewIcon(look.IconTickCircle, look.Good), text, undo)
}

func (t *toast) show(icon *look.Icon, text string, undo func()) {
	t.hide()
	line := []fyne.CanvasObject{icon, look.Body(text)}
	wait := toastTime
	if undo != nil {
		wait = toastUndo
		line = append(line, parts.Link("toast.undo", t.env.T("button.undo"), func() {
			t.hide()
			undo()
		}))
	}
	t.object.Objects = []fyne.CanvasObject{container.NewStack(look.NewSurface(look.Card, look.FieldLine, look.Radius),
		parts.Inset(look.Apart, 8, look.Apart, 8, parts.Row(12, line...)))}
	t.object.Refresh()
	t.stop = t.env.Run.After(wait, t.hide)
}

func (t *toast) hide() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.object.Objects = nil
	t.object.Refresh()
}

// foot keeps an object at its own size above the lower edge, in the middle.
type foot struct{}

func (foot) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (foot) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		own := object.MinSize()
		own.Height = max(own.Height, look.Target+8)
		object.Resize(own)
		object.Move(fyne.NewPos((size.Width-own.Width)/2, size.Height-own.Height-76))
	}
}
