package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// FaultBox says in place what went wrong and what to do. It is hidden while
// there is nothing to say.
type FaultBox struct {
	Object *fyne.Container

	env        *Env
	what, next *look.Text
	code       *look.Text
}

// NewFaultBox makes a hidden box whose text wraps at width.
func NewFaultBox(env *Env, width float32) *FaultBox {
	text := width - 2*look.Apart - 32
	b := &FaultBox{env: env, what: look.Strong("").Wrap(text), next: look.Body("").Wrap(text), code: look.Small("")}
	content := Around(look.Apart, RowTop(12,
		Stack(0, look.NewIcon(look.IconWarning, look.Stop)), Stack(look.Tight, b.what, b.next, b.code)))
	b.Object = container.NewStack(look.NewSurface(look.StopSoft, look.Stop, look.Radius), content)
	b.Object.Hide()
	return b
}

// Show tells of an error; nil hides the box.
func (b *FaultBox) Show(err error) {
	fault := post.FaultOf(err)
	if fault == nil {
		b.Object.Hide()
		return
	}
	what, next := Explain(b.env.Words, fault.Code, fault.Fields)
	b.what.Set(what)
	b.next.Set(next)
	b.code.Set(b.env.T("faultbox.code", "code", string(fault.Code)))
	b.Object.Show()
	b.Object.Refresh()
}

// ControlText is what the box says, for tests.
func (b *FaultBox) ControlText() string {
	if !b.Object.Visible() {
		return ""
	}
	return b.what.Text() + " " + b.next.Text()
}

// Tone is how a note is meant.
type Tone int

// The tones of a note.
const (
	ToneInfo Tone = iota
	ToneGood
	ToneCare
	ToneStop
)

// Note is a sentence that stands out a little: a hint, a warning, good news.
// The text wraps at width, all included.
func Note(tone Tone, text string, width float32) fyne.CanvasObject {
	icon, color, ground := look.IconInfo, look.Accent, look.AccentSoft
	switch tone {
	case ToneGood:
		icon, color, ground = look.IconTickCircle, look.Good, look.GoodSoft
	case ToneCare:
		icon, color, ground = look.IconWarning, look.Care, look.CareSoft
	case ToneStop:
		icon, color, ground = look.IconStop, look.Stop, look.StopSoft
	}
	return container.NewStack(look.NewSurface(ground, look.Clear, look.Radius),
		Inset(look.Apart, 12, look.Apart, 12, RowTop(12, Stack(0, look.NewIcon(icon, color)), look.Body(text).Wrap(width-2*look.Apart-32))))
}
