package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Surface is a filled shape that follows light and dark: the ground of a card, a band, a
// hairline.
type Surface struct {
	widget.BaseWidget
	fill, line fyne.ThemeColorName
	radius     float32
	min        fyne.Size
}

// NewSurface makes a rectangle; line may be Clear for no edge.
func NewSurface(fill, line fyne.ThemeColorName, radius float32) *Surface {
	s := &Surface{fill: fill, line: line, radius: radius}
	s.ExtendBaseWidget(s)
	return s
}

// NewHairline makes a line of one pixel, lying or, where it gets more height
// than width, standing.
func NewHairline() *Surface {
	s := NewSurface(Line, Clear, 0)
	s.min = fyne.NewSquareSize(1)
	return s
}

// Set changes the colours.
func (s *Surface) Set(fill, line fyne.ThemeColorName) {
	if s.fill != fill || s.line != line {
		s.fill, s.line = fill, line
		s.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{of: s, shape: canvas.NewRectangle(Color(s.fill))}
	r.paint()
	return r
}

type surfaceRenderer struct {
	of    *Surface
	shape *canvas.Rectangle
}

func (r *surfaceRenderer) paint() {
	r.shape.FillColor = Color(r.of.fill)
	r.shape.CornerRadius = r.of.radius
	r.shape.StrokeColor, r.shape.StrokeWidth = Color(r.of.line), 1
	if r.of.line == Clear {
		r.shape.StrokeWidth = 0
	}
}

func (r *surfaceRenderer) Layout(size fyne.Size) { r.shape.Resize(size) }

func (r *surfaceRenderer) MinSize() fyne.Size { return r.of.min }

func (r *surfaceRenderer) Refresh() {
	r.paint()
	r.shape.Refresh()
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.shape} }

func (r *surfaceRenderer) Destroy() {}
