package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// StatusBar is one bar with a piece for each status, as long as there are letters
// of it. What has no status yet stays empty.
type StatusBar struct {
	Object fyne.CanvasObject

	env    *Env
	bar    *pieces
	legend *fyne.Container
}

// NewStatusBar makes a bar that takes the width it gets. With legend it says below
// what the pieces are; without, something else on the page does.
func NewStatusBar(env *Env, legend bool) *StatusBar {
	b := &StatusBar{env: env, bar: &pieces{}}
	b.bar.ExtendBaseWidget(b.bar)
	b.Object = b.bar
	if legend {
		b.legend = container.New(&columns{count: 3, gap: look.Apart, below: look.Tight})
		b.Object = Stack(look.Near, b.bar, b.legend)
	}
	return b
}

// Set shows so many of each status out of total.
func (b *StatusBar) Set(slices []Slice, total int) {
	b.bar.slices, b.bar.total = slices, total
	b.bar.Refresh()
	if b.legend == nil {
		return
	}
	b.legend.Objects = nil
	for _, slice := range slices {
		b.legend.Add(Row(look.Near, look.NewIconOf(slice.Status.Icon, slice.Status.Color, 18),
			look.Strong(b.env.Words.Number(slice.Count)), Fill(look.Body(slice.Status.Word).Clip())))
	}
	b.legend.Refresh()
}

// pieces is the bar.
type pieces struct {
	widget.BaseWidget
	slices []Slice
	total  int
}

// CreateRenderer is for Fyne.
func (p *pieces) CreateRenderer() fyne.WidgetRenderer {
	r := &piecesRenderer{of: p, ground: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

const (
	barHeight = float32(12)
	barRadius = float32(3)
	// leastPiece is how long the piece of a single letter in ten thousand is.
	leastPiece = float32(3)
)

type piecesRenderer struct {
	of     *pieces
	ground *canvas.Rectangle
	drawn  []*canvas.Rectangle
}

func (r *piecesRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	at, room := float32(0), size.Width-leastPiece*float32(len(r.drawn))
	for i, piece := range r.drawn {
		width := leastPiece
		if r.of.total > 0 {
			width += room * float32(r.of.slices[i].Count) / float32(r.of.total)
		}
		piece.Resize(fyne.NewSize(max(width-1, 1), size.Height))
		piece.Move(fyne.NewPos(at, 0))
		at += width
	}
}

func (r *piecesRenderer) MinSize() fyne.Size { return fyne.NewSize(120, barHeight) }

func (r *piecesRenderer) Refresh() {
	r.ground.FillColor, r.ground.CornerRadius = look.Color(look.Line), barRadius
	r.drawn = nil
	for _, slice := range r.of.slices {
		piece := canvas.NewRectangle(look.Color(slice.Status.Color))
		piece.CornerRadius = barRadius
		r.drawn = append(r.drawn, piece)
	}
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *piecesRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.ground}
	for _, piece := range r.drawn {
		objects = append(objects, piece)
	}
	return objects
}

func (r *piecesRenderer) Destroy() {}

// columns sets objects in rows of so many, each as wide as the others.
type columns struct {
	count      int
	gap, below float32
}

func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, object := range objects {
		size = size.Max(object.MinSize())
	}
	rows := float32((len(objects) + c.count - 1) / c.count)
	return fyne.NewSize(size.Width*float32(c.count), max(rows*size.Height+(rows-1)*c.below, 0))
}

func (c *columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - c.gap*float32(c.count-1)) / float32(c.count)
	at := fyne.NewPos(0, 0)
	for i, object := range objects {
		height := object.MinSize().Height
		object.Resize(fyne.NewSize(width, height))
		object.Move(at)
		if at.X += width + c.gap; i%c.count == c.count-1 {
			at = fyne.NewPos(0, at.Y+height+c.below)
		}
	}
}
