package parts

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// bar is a thin filled bar.
type bar struct {
	widget.BaseWidget
	share float64
	color fyne.ThemeColorName
}

func newBar(color fyne.ThemeColorName) *bar {
	b := &bar{color: color}
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(share float64) {
	share = min(1, max(0, share))
	if b.share != share {
		b.share = share
		b.Refresh()
	}
}

func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{of: b, ground: canvas.NewRectangle(nil), filled: canvas.NewRectangle(nil)}
	r.ground.CornerRadius, r.filled.CornerRadius = 4, 4
	r.Refresh()
	return r
}

type barRenderer struct {
	of             *bar
	ground, filled *canvas.Rectangle
}

func (r *barRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.filled.Resize(fyne.NewSize(size.Width*float32(r.of.share), size.Height))
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 8) }

func (r *barRenderer) Refresh() {
	r.ground.FillColor, r.filled.FillColor = look.Color(look.Line), look.Color(r.of.color)
	r.Layout(r.of.Size())
	canvas.Refresh(r.of)
}

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.filled} }

func (r *barRenderer) Destroy() {}

// Progress is a bar with "n of N" and the time left. Its height never changes.
type Progress struct {
	Object fyne.CanvasObject

	env         *Env
	bar         *bar
	text, left  *look.Text
	row         *fyne.Container
	started     time.Time
	first, last int
}

// NewProgress makes a bar that takes the width it gets; what says in words what
// is being done, and may be empty.
func NewProgress(env *Env, what string) *Progress {
	p := &Progress{env: env, bar: newBar(look.Accent), text: look.QuietText(""), left: look.QuietText("")}
	lines := []fyne.CanvasObject{}
	if what != "" {
		lines = append(lines, look.Strong(what))
	}
	p.row = Row(look.Near, Fill(p.text.Clip()), p.left)
	lines = append(lines, p.bar, p.row)
	p.Object = Stack(look.Near, lines...)
	p.Set(0, 0)
	return p
}

// Set shows how far it is. The time left is reckoned from the pace so far; total 0
// means that it is not known yet.
func (p *Progress) Set(done, total int) {
	defer p.row.Refresh() // the words have got another width
	now := p.env.Now()
	if p.started.IsZero() || done < p.last {
		p.started, p.first = now, done
	}
	p.last = done
	if total <= 0 {
		p.bar.set(0)
		p.text.Set(p.env.T("progress.starting"))
		p.left.Set("")
		return
	}
	p.bar.set(float64(done) / float64(total))
	p.text.Set(p.env.Words.Count("progress.of", done, "total", p.env.Words.Number(total)))
	spent, moved := now.Sub(p.started), done-p.first
	if moved > 0 && spent > 2*time.Second && done < total {
		p.left.Set(p.env.Words.Left(time.Duration(float64(spent) / float64(moved) * float64(total-done))))
	} else {
		p.left.Set("")
	}
}

// Share is a bar that shows a part of a whole. Its numbers stand beside it.
func Share(part, total int, color fyne.ThemeColorName) fyne.CanvasObject {
	b := newBar(color)
	if total > 0 {
		b.share = float64(part) / float64(total)
	}
	return b
}
