package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// Fold is a section of a form that opens and closes. Closed, it says on one line
// what is chosen inside, so that nobody has to open it to know.
type Fold struct {
	Object *fyne.Container

	head    *press
	title   string
	summary *look.Text
	mark    *look.Icon
	body    fyne.CanvasObject
	open    bool
	changed func(open bool)
}

// NewFold makes a section with a hairline above; changed hears that it was opened
// or closed.
func NewFold(id, title string, open bool, body fyne.CanvasObject, changed func(open bool)) *Fold {
	f := &Fold{title: title, open: open, changed: changed, summary: look.Small("").Clip(), mark: look.NewIcon(look.IconDown, look.QuietInk)}
	words := Stack(2, look.Strong(title).Clip(), f.summary)
	f.head = newPress(id, f.said, Inset(look.Near, 10, look.Near, 10, Row(look.Near, Fill(words), f.mark)), func() { f.Open(!f.open) })
	f.body = Inset(0, 6, 0, look.Group, body)
	f.Object = Stack(0, look.NewHairline(), Inset(-look.Near, 0, -look.Near, 0, f.head), f.body)
	f.paint()
	return f
}

// Open opens or closes the section.
func (f *Fold) Open(open bool) {
	if f.open == open {
		return
	}
	f.open = open
	f.paint()
	f.Object.Refresh()
	f.changed(open)
}

// Say sets the line that tells what is chosen. wrong marks it: there is something to
// mend inside.
func (f *Fold) Say(text string, wrong bool) {
	color := look.QuietInk
	if wrong {
		color = look.Stop
	}
	f.summary.Set(text)
	f.summary.SetColor(color)
}

func (f *Fold) said() string { return f.title + ": " + f.summary.Text() }

func (f *Fold) paint() {
	if f.open {
		f.mark.Set(look.IconUp, look.QuietInk)
		f.summary.Hide()
		f.body.Show()
		return
	}
	f.mark.Set(look.IconDown, look.QuietInk)
	f.summary.Show()
	f.body.Hide()
}
