package parts

import (
	stable "slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Slice is a part of a whole.
type Slice struct {
	Status Status
	Count  int
}

// Pie shows parts of a whole as a ring and, beside it, as a table with the same
// numbers. middle stands inside the ring below the total.
func Pie(env *Env, middle string, slices []Slice) fyne.CanvasObject {
	total := 0
	for _, slice := range slices {
		total += slice.Count
	}
	chart := &ring{slices: slices, total: total}
	chart.ExtendBaseWidget(chart)
	center := container.NewCenter(Stack(0,
		look.NewText(env.Words.Number(total), look.Style{Size: look.SizeTitle, Bold: true, Color: look.Ink}).Align(fyne.TextAlignCenter),
		look.Small(middle).Align(fyne.TextAlignCenter)))
	return RowTop(look.Edge, Stack(0, container.NewStack(chart, center)), Fill(legend(env, slices, percents(slices, total))))
}

// mostLines is how many lines the table beside a ring has; more are set in two
// columns with less room, so that it is no higher than the ring.
const mostLines = 5

// legend is the table beside the ring.
func legend(env *Env, slices []Slice, shares []string) fyne.CanvasObject {
	above, number, share := float32(10), float32(72), float32(64)
	if len(slices) > mostLines {
		above, number, share = 6, 52, 52
	}
	line := func(i int) fyne.CanvasObject {
		return Inset(0, above, 0, above, Row(look.Near,
			look.NewIcon(slices[i].Status.Icon, slices[i].Status.Color),
			Fill(look.Body(slices[i].Status.Word).Clip()),
			Width(number, look.Strong(env.Words.Number(slices[i].Count)).Align(fyne.TextAlignTrailing)),
			Width(share, look.QuietText(env.T("percent", "percent", shares[i])).Align(fyne.TextAlignTrailing))))
	}
	column := func(from, to int) fyne.CanvasObject {
		var rows []fyne.CanvasObject
		for i := from; i < to; i++ {
			if i > from {
				rows = append(rows, look.NewHairline())
			}
			rows = append(rows, line(i))
		}
		return Stack(0, rows...)
	}
	if len(slices) <= mostLines {
		return column(0, len(slices))
	}
	half := (len(slices) + 1) / 2
	return container.New(&halves{gap: look.Edge}, column(0, half), column(half, len(slices)))
}

// halves gives two objects the same width.
type halves struct{ gap float32 }

func (h *halves) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := objects[0].MinSize().Max(objects[1].MinSize())
	return fyne.NewSize(2*size.Width+h.gap, size.Height)
}

func (h *halves) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - h.gap) / 2
	for i, object := range objects {
		object.Resize(fyne.NewSize(width, object.MinSize().Height))
		object.Move(fyne.NewPos(float32(i)*(width+h.gap), 0))
	}
}

// percents are the slices' shares in whole percents that add up to 100: what is
// lost in rounding goes to those who lose most. A slice that is there is never
// 0, and one that is not all is never 100.
func percents(slices []Slice, total int) []string {
	shares, order := make([]int, len(slices)), make([]int, len(slices))
	left := 100
	for i, slice := range slices {
		order[i] = i
		if total > 0 {
			shares[i] = slice.Count * 100 / total
		}
		left -= shares[i]
	}
	stable.SortStableFunc(order, func(a, b int) int { return lost(slices[b].Count, total) - lost(slices[a].Count, total) })
	for _, i := range order {
		if left > 0 && lost(slices[i].Count, total) > 0 {
			shares[i]++
			left--
		}
	}
	texts := make([]string, len(slices))
	for i, slice := range slices {
		texts[i] = strconv.Itoa(shares[i])
		switch {
		case shares[i] == 0 && slice.Count > 0:
			texts[i] = "<1"
		case shares[i] == 100 && slice.Count < total:
			texts[i] = ">99"
		}
	}
	return texts
}

// lost is what a share loses when it is cut to whole percents.
func lost(count, total int) int {
	if total == 0 {
		return 0
	}
	return count * 100 % total
}

type ring struct {
	widget.BaseWidget
	slices []Slice
	total  int
}

// CreateRenderer is for Fyne.
func (g *ring) CreateRenderer() fyne.WidgetRenderer {
	r := &ringRenderer{of: g}
	r.build()
	return r
}

type ringRenderer struct {
	of   *ring
	arcs []fyne.CanvasObject
}

func (r *ringRenderer) build() {
	r.arcs = nil
	if r.of.total == 0 {
		r.arcs = append(r.arcs, canvas.NewArc(0, 360, 0.68, look.Color(look.Line)))
		return
	}
	at := float32(0)
	for _, slice := range r.of.slices {
		if slice.Count == 0 {
			continue
		}
		wide := 360 * float32(slice.Count) / float32(r.of.total)
		gap := min(float32(1.2), wide/3)
		if slice.Count == r.of.total {
			gap = 0
		}
		r.arcs = append(r.arcs, canvas.NewArc(at+gap, at+wide-gap, 0.68, look.Color(slice.Status.Color)))
		at += wide
	}
}

func (r *ringRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	for _, arc := range r.arcs {
		arc.Resize(fyne.NewSquareSize(side))
		arc.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	}
}

func (r *ringRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(176) }

func (r *ringRenderer) Refresh() {
	r.build()
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *ringRenderer) Objects() []fyne.CanvasObject { return r.arcs }

func (r *ringRenderer) Destroy() {}
