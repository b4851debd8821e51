package sheet

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

const (
	fieldWidth  float32 = 152
	choiceWidth float32 = 216
	sureWidth   float32 = 112
	// sampleText is what sentences in the sample wrap at.
	sampleText float32 = 500
)

// columnsPage is the matching of fields and columns. It stays on the screen while
// the rows are read again, so that the list does not jump.
type columnsPage struct {
	s      *Screen
	object fyne.CanvasObject
	rows   map[post.Field]*fieldRow
	unused *fyne.Container
	sample *fyne.Container
	none   string
	busy   bool
}

// fieldRow is one field: its column, how sure the match is, three samples.
type fieldRow struct {
	choice  *widget.Select
	icon    *look.Icon
	sure    *look.Text
	samples *look.Text
}

func newColumnsPage(s *Screen) *columnsPage {
	p := &columnsPage{s: s, rows: map[post.Field]*fieldRow{}, none: s.env.T("sheet.columns.none")}
	m := s.model
	var groups []fyne.CanvasObject
	folded := false
	for _, group := range fieldGroups {
		fields := m.shownFields(group)
		folded = folded || len(fields) < len(group.fields)
		if len(fields) == 0 {
			continue
		}
		lines := []fyne.CanvasObject{look.Strong(s.env.T("sheet.group." + group.key))}
		for _, field := range fields {
			lines = append(lines, p.row(field))
		}
		groups = append(groups, parts.Stack(look.Tight, lines...))
	}
	if folded {
		groups = append(groups, parts.Left(parts.Link("sheet.columns.all", s.env.T("sheet.columns.all"), m.showAllFields).Icon(look.IconPlus)))
	}
	p.unused = parts.Stack(look.Tight)
	groups = append(groups, p.unused)
	p.sample = parts.Stack(0)
	below := parts.Inset(0, 12, 0, 0, p.sample)
	p.object = container.NewBorder(nil, below, nil, nil, container.NewVScroll(parts.Inset(0, 0, 12, 0, parts.Stack(20, groups...))))
	p.update()
	return p
}

// row is one field with the choice of a column.
func (p *columnsPage) row(field post.Field) fyne.CanvasObject {
	env, m := p.s.env, p.s.model
	options := append([]string{p.none}, headings(m.columns)...)
	choice := widget.NewSelect(options, nil)
	choice.OnChanged = func(chosen string) {
		if p.busy {
			return
		}
		if chosen == p.none {
			chosen = ""
		}
		m.assign(field, chosen)
	}
	r := &fieldRow{choice: choice, icon: look.NewIconOf("", look.Good, 16), sure: look.Small(""), samples: look.QuietText("").Clip()}
	p.rows[field] = r
	edged := container.NewStack(choice, look.NewSurface(look.Clear, look.FieldLine, look.RadiusSmall))
	return parts.Row(12,
		parts.Width(fieldWidth, look.Body(env.T("field."+string(field))).Clip()),
		parts.Width(choiceWidth, parts.WithID("sheet.column."+string(field), edged)),
		parts.Width(sureWidth, parts.Row(6, r.icon, r.sure)),
		parts.Fill(r.samples))
}

// update shows the matching as it is now.
func (p *columnsPage) update() {
	p.busy = true
	defer func() { p.busy = false }()
	env, m := p.s.env, p.s.model
	for field, r := range p.rows {
		column := m.column(field)
		if column == nil {
			r.choice.SetSelected(p.none)
			r.icon.Hide()
			r.sure.Set("")
			r.samples.Set("")
			continue
		}
		sure := m.sureness(field)
		r.choice.SetSelected(column.Heading)
		r.icon.Set(surenessShapes[sure].icon, surenessShapes[sure].color)
		r.icon.Show()
		r.sure.Set(env.T("sureness." + string(sure)))
		r.samples.Set(samples(*column))
	}
	p.showUnused()
	p.showSample()
}

func samples(column intake.Column) string {
	shown := make([]string, len(column.Samples))
	for i, text := range column.Samples {
		shown[i] = masked(text)
	}
	return strings.Join(shown, ", ")
}

// showUnused lists the columns that go nowhere, so that a person sees that they
// are not stored.
func (p *columnsPage) showUnused() {
	env := p.s.env
	p.unused.Objects = nil
	if unused := p.s.model.unused(); len(unused) > 0 {
		p.unused.Objects = append(p.unused.Objects, look.Strong(env.T("sheet.columns.unused")).In(look.QuietInk))
		for _, column := range unused {
			p.unused.Objects = append(p.unused.Objects, parts.Inset(0, 4, 0, 4, parts.Row(12,
				parts.Width(fieldWidth, look.QuietText(column.Heading).Clip()),
				parts.Width(choiceWidth+12+sureWidth, parts.Row(6, look.NewIconOf(look.IconClose, look.QuietInk, 16), look.Small(env.T("sheet.columns.dropped")))),
				parts.Fill(look.QuietText(samples(column)).Clip()))))
		}
	}
	p.unused.Refresh()
}

// showSample shows one person as they will be stored.
func (p *columnsPage) showSample() {
	env, m := p.s.env, p.s.model
	row, at, count := m.sample()
	title := env.T("sheet.sample")
	var body []fyne.CanvasObject
	switch {
	case m.readErr != nil:
		icon := look.NewIcon(look.IconWarning, look.Care)
		body = []fyne.CanvasObject{parts.RowTop(look.Near, parts.Stack(0, icon), parts.Fill(look.Body(p.trouble()).Wrap(sampleText-28)))}
	case m.result == nil && m.total > 0:
		body = []fyne.CanvasObject{look.QuietText(env.Words.Count("sheet.sample.reading", m.done, "total", env.Words.Number(m.total)))}
	case m.result == nil:
		body = []fyne.CanvasObject{look.QuietText(env.T("sheet.sample.starting"))}
	case count == 0:
		body = []fyne.CanvasObject{look.QuietText(env.T("sheet.sample.nobody")).Wrap(sampleText)}
	default:
		title = env.T("sheet.sample.place", "at", env.Words.Number(at+1), "count", env.Words.Number(count), "row", strconv.Itoa(row.Number))
		body = []fyne.CanvasObject{look.NewText(p.name(row), look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink}).Clip()}
		for _, line := range p.lines(row) {
			body = append(body, look.Body(line).Clip())
		}
	}
	lines := append([]fyne.CanvasObject{look.Small(title).Clip()}, body...)
	turn := parts.Row(look.Near,
		parts.Quiet("sheet.sample.back", "", func() { m.turn(-1) }).Icon(look.IconLeft).Off(count < 2),
		parts.Quiet("sheet.sample.next", "", func() { m.turn(1) }).Icon(look.IconRight).Off(count < 2))
	p.sample.Objects = []fyne.CanvasObject{container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), newAtLeast(108,
		parts.Inset(look.Apart, 10, look.Apart, 10, parts.Row(look.Apart, parts.Fill(parts.Stack(0, lines...)), turn))))}
	p.sample.Refresh()
}

// newAtLeast keeps a height, so that the list above does not jump with the
// number of lines.
func newAtLeast(height float32, object fyne.CanvasObject) fyne.CanvasObject {
	keep := canvas.NewRectangle(color.Transparent)
	keep.SetMinSize(fyne.NewSize(0, height))
	return container.NewStack(keep, object)
}

// trouble says why the rows cannot be read as they are matched.
func (p *columnsPage) trouble() string {
	fault := post.FaultOf(p.s.model.readErr)
	if fault.Code == post.CodeNoIdentity {
		return p.s.env.T("sheet.sample.no_identity")
	}
	what, next := p.s.env.Words.Fault(string(fault.Code), fault.Fields)
	return what + " " + next
}

func (p *columnsPage) name(row post.Row) string {
	if name := row.Recipient.Name(); name != "" {
		return name
	}
	return p.s.env.T("sheet.sample.nameless")
}

// lines are what is known of a person, on two lines: who, and what else.
func (p *columnsPage) lines(row post.Row) []string {
	env, r := p.s.env, row.Recipient
	var who, more []string
	put := func(to *[]string, field post.Field, value string) {
		if value != "" {
			*to = append(*to, env.T("field."+string(field))+" "+value)
		}
	}
	put(&who, post.FieldBirthNumber, masked(r.BirthNumber))
	put(&who, post.FieldOrganisationNumber, r.OrganisationNumber)
	put(&who, post.FieldDigipostAddress, r.DigipostAddress)
	put(&who, post.FieldCustomerID, r.CustomerID)
	if address := parts.AddressLine(post.PostalAddress{Address: r.Address}); address != "" {
		who = append(who, address)
	}
	put(&more, post.FieldBirthDate, parts.Day(env.Words, r.BirthDate))
	put(&more, post.FieldPhone, r.Phone)
	put(&more, post.FieldEmail, r.Email)
	put(&more, post.FieldAccount, masked(r.Account))
	put(&more, post.FieldGroup, strings.Join(r.Groups, ", "))
	for _, field := range post.Fields() {
		put(&more, field, p.written(field, row.Values[field]))
	}
	return []string{strings.Join(who, " · "), strings.Join(more, " · ")}
}

// written writes a value as the person's language does.
func (p *columnsPage) written(field post.Field, value string) string {
	switch field {
	case post.FieldAmount:
		if p.s.env.Words.Code() != "en" {
			return strings.Replace(value, ".", ",", 1)
		}
	case post.FieldDueDate:
		return parts.Day(p.s.env.Words, value)
	}
	return value
}
