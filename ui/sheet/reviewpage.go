package sheet

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// reviewPage is the last look: what the list would do to the register. It stays
// while the plan is made again for another group.
type reviewPage struct {
	s      *Screen
	object fyne.CanvasObject
	counts *fyne.Container
	tabs   *parts.Tabs
	table  *fyne.Container
	shown  post.ChangeKind
}

func newReviewPage(s *Screen) *reviewPage {
	p := &reviewPage{s: s, counts: parts.Stack(0), table: container.NewStack(), shown: post.ChangeNew}
	m := s.model
	if len(m.plan.New) == 0 && len(m.plan.Changed) > 0 {
		p.shown = post.ChangeUpdate
	}
	var tabs []parts.Tab
	for _, kind := range []post.ChangeKind{post.ChangeNew, post.ChangeUpdate, post.ChangeSame} {
		tabs = append(tabs, parts.Tab{Key: string(kind), Title: p.tabTitle(kind)})
	}
	p.tabs = parts.NewTabs("sheet.review", tabs, string(p.shown), func(key string) {
		p.shown = post.ChangeKind(key)
		p.showTable()
	})
	group := parts.TextField("sheet.group", s.env.T("sheet.review.group"), "", 256)
	group.Entry.SetPlaceHolder(s.env.T("sheet.review.group.hint"))
	group.Entry.SetText(m.group)
	group.Entry.OnChanged = m.setGroup
	choices := []fyne.CanvasObject{group.Object}
	if m.result.Duplicates > 0 {
		join, first := s.env.T("sheet.review.join"), s.env.T("sheet.review.first")
		chosen := join
		if m.firstOnly {
			chosen = first
		}
		choices = append(choices, parts.SelectField("sheet.duplicates", s.env.Words.Count("sheet.review.duplicates", m.result.Duplicates), "", 304,
			[]string{join, first}, chosen, func(choice string) { m.setFirstOnly(choice == first) }).Object)
	}
	head := parts.Stack(look.Apart, p.counts, parts.RowTop(look.Group, choices...), p.tabs.Object)
	p.object = container.NewBorder(parts.Inset(0, 0, 0, 12, head), nil, nil, nil, p.table)
	p.update()
	return p
}

// changes gives what the plan does, by kind.
func (p *reviewPage) changes(kind post.ChangeKind) []post.Change {
	plan := p.s.model.plan
	switch kind {
	case post.ChangeNew:
		return plan.New
	case post.ChangeUpdate:
		return plan.Changed
	}
	return plan.Same
}

func (p *reviewPage) tabTitle(kind post.ChangeKind) string {
	return p.s.env.T("sheet.review."+string(kind)) + " " + p.s.env.Words.Number(len(p.changes(kind)))
}

// update shows the plan as it is now.
func (p *reviewPage) update() {
	m := p.s.model
	if m.plan == nil {
		return
	}
	p.counts.Objects = []fyne.CanvasObject{parts.Row(look.Edge,
		p.number("sheet.review.read", m.result.Rows), p.number("sheet.review.new", len(m.plan.New)),
		p.number("sheet.review.changed", len(m.plan.Changed)), p.number("sheet.review.same", len(m.plan.Same)),
		p.number("sheet.review.joined", m.plan.Joined), p.number("sheet.review.skipped", m.skipped()))}
	p.counts.Refresh()
	for _, kind := range []post.ChangeKind{post.ChangeNew, post.ChangeUpdate, post.ChangeSame} {
		p.tabs.Rename(string(kind), p.tabTitle(kind))
	}
	p.showTable()
}

func (p *reviewPage) number(key string, count int) fyne.CanvasObject {
	ink := look.Ink
	if count == 0 {
		ink = look.QuietInk
	}
	return parts.Stack(0, look.NewText(p.s.env.Words.Number(count), look.Style{Size: look.SizeHeading, Bold: true, Color: ink}),
		look.Small(p.s.env.T(key)))
}

func (p *reviewPage) showTable() {
	changes := p.changes(p.shown)
	var table fyne.CanvasObject
	switch {
	case len(changes) == 0:
		table = parts.Stack(0, parts.Inset(12, look.Near, 0, 0, look.QuietText(p.s.env.T("sheet.review.none."+string(p.shown)))))
	case p.shown == post.ChangeUpdate:
		table = p.changedTable(changes)
	default:
		table = p.peopleTable(changes)
	}
	p.table.Objects = []fyne.CanvasObject{table}
	p.table.Refresh()
}

// peopleTable lists new people, or those that stay as they are.
func (p *reviewPage) peopleTable(changes []post.Change) fyne.CanvasObject {
	t := p.s.env.T
	return parts.NewTable("sheet.people", []parts.Column{
		{Key: "row", Title: t("problems.row"), Width: 72, Number: true}, {Key: "name", Title: t("field.full_name"), Share: 3},
		{Key: "id", Title: t("field.customer_id"), Width: 144}, {Key: "by", Title: t("sheet.review.by"), Share: 2},
	}, func() int { return len(changes) }, func(row int, key string) parts.Cell {
		change := changes[row]
		switch key {
		case "row":
			return parts.Cell{Text: strconv.Itoa(change.Row), Quiet: true}
		case "name":
			return parts.Cell{Text: change.After.Name()}
		case "id":
			return parts.Cell{Text: change.After.CustomerID}
		}
		return parts.Cell{Text: p.known(change.After), Quiet: true}
	}).Object
}

// known says how a person will be found at Digipost.
func (p *reviewPage) known(person post.Recipient) string {
	to, ok := person.Target(true)
	if !ok {
		return p.s.env.T("sheet.review.by.nothing")
	}
	if to.Kind == post.ByNameAndAddress || to.Kind == post.ByAlias {
		return parts.AddressLine(post.PostalAddress{Address: person.Address})
	}
	return masked(to.Value)
}

// changedTable shows old and new side by side, one line for each field.
func (p *reviewPage) changedTable(changes []post.Change) fyne.CanvasObject {
	var lines []difference
	for _, change := range changes {
		lines = append(lines, differences(change)...)
	}
	t := p.s.env.T
	return parts.NewTable("sheet.changes", []parts.Column{
		{Key: "row", Title: t("problems.row"), Width: 72, Number: true}, {Key: "name", Title: t("field.full_name"), Share: 3},
		{Key: "field", Title: t("sheet.review.what"), Share: 2}, {Key: "old", Title: t("sheet.review.old"), Share: 3},
		{Key: "new", Title: t("sheet.review.new_value"), Share: 3},
	}, func() int { return len(lines) }, func(row int, key string) parts.Cell {
		line := lines[row]
		switch key {
		case "row":
			return parts.Cell{Text: strconv.Itoa(line.row), Quiet: true}
		case "name":
			return parts.Cell{Text: line.name}
		case "field":
			return parts.Cell{Text: t("field." + string(line.field)), Quiet: true}
		case "old":
			return parts.Cell{Text: line.old, Quiet: true}
		}
		return parts.Cell{Text: line.new}
	}).Object
}

// difference is one field of one person that an import changes.
type difference struct {
	row      int
	name     string
	field    post.Field
	old, new string
}

// differences gives the fields a change touches, numbers masked.
func differences(change post.Change) []difference {
	if change.Before == nil {
		return nil
	}
	before, after := values(*change.Before), values(change.After)
	var found []difference
	for i, value := range after {
		if value.text != before[i].text {
			found = append(found, difference{change.Row, change.After.Name(), value.field, hidden(before[i]), hidden(value)})
		}
	}
	return found
}

type value struct {
	field post.Field
	text  string
}

func values(r post.Recipient) []value {
	groups := slices.Clone(r.Groups)
	slices.Sort(groups)
	return []value{
		{post.FieldFullName, r.Name()}, {post.FieldBirthNumber, r.BirthNumber}, {post.FieldOrganisationNumber, r.OrganisationNumber},
		{post.FieldDigipostAddress, r.DigipostAddress}, {post.FieldBirthDate, r.BirthDate}, {post.FieldAddress1, r.Address.Line1},
		{post.FieldAddress2, r.Address.Line2}, {post.FieldPostcode, r.Address.Postcode}, {post.FieldTown, r.Address.Town},
		{post.FieldCountry, r.Address.Country}, {post.FieldPhone, r.Phone}, {post.FieldEmail, r.Email}, {post.FieldAccount, r.Account},
		{post.FieldGroup, strings.Join(groups, ", ")},
	}
}

func hidden(v value) string {
	if v.field == post.FieldBirthNumber || v.field == post.FieldAccount {
		return masked(v.text)
	}
	return v.text
}
