package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// tip shows the whole of a text that is clipped. It is made of shapes only, so
// that the pointer still reaches what is below.
type tip struct {
	widget.BaseWidget
	text string
	at   fyne.Position
}

func newTip() *tip {
	t := &tip{}
	t.ExtendBaseWidget(t)
	return t
}

func (t *tip) show(text string, at fyne.Position) {
	if t.text == text && t.at == at {
		return
	}
	t.text, t.at = text, at
	t.Refresh()
}

func (t *tip) hide() {
	if t.text != "" {
		t.text = ""
		t.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (t *tip) CreateRenderer() fyne.WidgetRenderer {
	r := &tipRenderer{of: t, ground: canvas.NewRectangle(nil), line: canvas.NewText("", nil)}
	r.ground.CornerRadius = look.RadiusSmall
	r.paint()
	return r
}

type tipRenderer struct {
	of     *tip
	ground *canvas.Rectangle
	line   *canvas.Text
}

func (r *tipRenderer) paint() {
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = look.Color(look.Card), look.Color(look.FieldLine), 1
	r.line.Text, r.line.TextSize, r.line.Color = r.of.text, look.SizeBody, look.Color(look.Ink)
	if r.of.text == "" {
		r.ground.Hide()
		r.line.Hide()
		return
	}
	r.ground.Show()
	r.line.Show()
}

func (r *tipRenderer) Layout(size fyne.Size) {
	words := r.line.MinSize()
	box := words.AddWidthHeight(2*cellRoom, 16)
	at := r.of.at
	at.X = max(0, min(at.X, size.Width-box.Width))
	at.Y = max(0, min(at.Y, size.Height-box.Height))
	r.ground.Resize(box)
	r.ground.Move(at)
	r.line.Resize(words)
	r.line.Move(at.AddXY(cellRoom, 8))
}

func (r *tipRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *tipRenderer) Refresh() {
	r.paint()
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *tipRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.line} }

func (r *tipRenderer) Destroy() {}
