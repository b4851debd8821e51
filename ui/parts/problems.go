package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// Trouble is one line of a list of problems: where it is and what it is.
type Trouble struct {
	Level  post.Level
	Row    int
	Column string
	Text   string
}

// Problems shows what to look at in a list, in groups with counts; a group's
// button shows only its lines.
type Problems struct {
	Object fyne.CanvasObject
	// OnOpen is called when a line is pressed.
	OnOpen func(Trouble)

	all   []Trouble
	shown []Trouble
	table *Table
}

var levels = []post.Level{post.MustFix, post.ShouldCheck, post.Repaired}

var levelShapes = map[post.Level]shape{
	post.MustFix:     {look.IconCrossCircle, look.Stop},
	post.ShouldCheck: {look.IconWarning, look.Care},
	post.Repaired:    {look.IconTickCircle, look.Good},
}

// NewProblems makes the list. Its ids are id.all, id.LEVEL and id.row.N.
func NewProblems(env *Env, id string, all []Trouble) *Problems {
	p := &Problems{all: all, shown: all}
	counts := map[post.Level]int{}
	for _, line := range all {
		counts[line.Level]++
	}
	tabs := []Tab{{"all", env.T("problems.all", "count", env.Words.Number(len(all)))}}
	for _, level := range levels {
		if counts[level] > 0 {
			tabs = append(tabs, Tab{string(level), env.T("problems."+string(level), "count", env.Words.Number(counts[level]))})
		}
	}
	p.table = NewTable(id, []Column{
		{Key: "level", Title: env.T("problems.level"), Width: 180},
		{Key: "row", Title: env.T("problems.row"), Width: 72, Number: true},
		{Key: "column", Title: env.T("problems.column"), Width: 180},
		{Key: "text", Title: env.T("problems.text")},
	}, func() int { return len(p.shown) }, func(row int, key string) Cell { return p.cell(env, row, key) })
	p.table.OnOpen = func(row int) {
		if p.OnOpen != nil {
			p.OnOpen(p.shown[row])
		}
	}
	filter := NewTabs(id, tabs, "all", p.filter)
	p.Object = container.NewBorder(Inset(0, 0, 0, 12, filter.Object), nil, nil, nil, p.table.Object)
	return p
}

func (p *Problems) filter(key string) {
	p.shown = p.all
	if key != "all" {
		p.shown = nil
		for _, line := range p.all {
			if string(line.Level) == key {
				p.shown = append(p.shown, line)
			}
		}
	}
	p.table.Reload()
	p.table.ScrollTo(0)
}

func (p *Problems) cell(env *Env, row int, key string) Cell {
	line := p.shown[row]
	switch key {
	case "level":
		s := levelShapes[line.Level]
		return Cell{Status: &Status{Icon: s.icon, Color: s.color, Word: env.T("level." + string(line.Level))}}
	case "row":
		return Cell{Text: strconv.Itoa(line.Row)}
	case "column":
		return Cell{Text: line.Column, Quiet: true}
	}
	return Cell{Text: line.Text}
}
