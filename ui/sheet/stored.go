package sheet

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// storedView says what was stored and what comes next.
func (s *Screen) storedView() fyne.CanvasObject {
	m, env := s.model, s.env
	again := parts.Link("sheet.again", env.T("sheet.stored.again"), m.restart)
	s.fault = parts.NewFaultBox(env, look.Reading)
	s.fault.Show(m.fault)
	if m.takenBack {
		return parts.Page{Title: env.T("sheet.undone.title"), Lead: s.undoneWords(), Fault: s.fault, Later: again,
			Next: parts.Main("sheet.people", env.T("sheet.stored.people"), s.showPeople)}.View()
	}
	stored := m.stored
	number := env.Words.Number
	facts := parts.Facts(160, parts.CardText-160-look.Apart-48-look.Group,
		parts.Fact{Label: env.T("sheet.review.new"), Value: number(stored.New)},
		parts.Fact{Label: env.T("sheet.stored.changed"), Value: number(stored.Changed)},
		parts.Fact{Label: env.T("sheet.review.same"), Value: number(stored.Same)},
		parts.Fact{Label: env.T("sheet.review.joined"), Value: number(m.plan.Joined)},
		parts.Fact{Label: env.T("sheet.review.skipped"), Value: number(m.skipped())},
		parts.Fact{Label: env.T("sheet.stored.from"), Value: env.T("sheet.stored.source", "file", stored.File, "sheet", stored.Sheet)},
		parts.Fact{Label: env.T("field.group"), Value: stored.Group})
	next := parts.Stack(look.Tight, look.Strong(env.T("sheet.stored.next.title")), look.QuietText(env.T("sheet.stored.next")).Wrap(look.Reading))
	return parts.Page{
		Title: env.T("sheet.stored.title"), Lead: env.Words.Count("sheet.stored.lead", stored.New+stored.Changed+stored.Same), Fault: s.fault,
		Content: parts.Stack(look.Group, parts.Card(parts.RowTop(look.Group, parts.Stack(0, look.NewIconOf(look.IconTickCircle, look.Good, 48)), facts)), next),
		Back:    parts.Quiet("sheet.undo", env.T("sheet.stored.undo"), m.takeBack).Icon(look.IconUndo),
		Later:   again,
		Extra:   []*parts.Button{parts.Quiet("sheet.people", env.T("sheet.stored.people"), s.showPeople).Icon(look.IconPeople)},
		Next:    parts.Main("sheet.split", env.T("sheet.stored.split"), func() { env.Go(parts.PlaceSplit, splitArg) }).Icon(look.IconSplit),
	}.View()
}

// splitArg asks the recipient split for the list that was handed on.
const splitArg = "list"

func (s *Screen) showPeople() { s.env.Go(parts.PlacePeople, "") }

func (s *Screen) undoneWords() string {
	words := s.env.Words
	text := words.Count("sheet.undone.lead", s.model.undone)
	if s.model.left > 0 {
		text += " " + words.Count("sheet.undone.left", s.model.left)
	}
	return text
}
