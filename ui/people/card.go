package people

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

const (
	labelWidth float32 = 168
	valueWidth         = parts.CardText - labelWidth - look.Apart
	// historyShown is how many lines of a history show at first.
	historyShown = 12
)

// cardView shows one person.
func (s *Screen) cardView() fyne.CanvasObject {
	m, env := s.model, s.env
	page := parts.Page{Fault: s.fault, Back: parts.Quiet("people.back", env.T("people.back"), s.closeCard).Icon(look.IconLeft)}
	if !m.found {
		page.Title = env.T("people.title")
		return page.View()
	}
	page.Title = m.person.Name()
	if page.Title == "" {
		page.Title = env.T("people.nameless")
	}
	if m.deleting {
		page.Content = s.forgetView()
		return page.View()
	}
	page.Content = parts.Stack(look.Group, parts.Card(s.facts()), s.history())
	page.Extra = []*parts.Button{parts.StopButton("people.forget", env.T("people.forget"), func() {
		m.deleting, m.typed = true, ""
		m.changed()
	}).Icon(look.IconTrash)}
	if job := m.lastLetter(); job != "" && m.ports.FirstAid {
		page.Extra = append(page.Extra, parts.Quiet("people.wrong", env.T("wrong.title"), func() {
			env.Go(parts.PlaceJobs, "wrong:"+job+":"+m.person.CustomerID)
		}).Icon(look.IconWarning))
	}
	page.Next = parts.Main("people.letter", env.T("people.letter"), func() { env.Go(parts.PlaceLetter, m.person.CustomerID) }).Icon(look.IconLetter)
	return page.View()
}

// facts are what is known of the person; numbers are masked until asked for.
func (s *Screen) facts() fyne.CanvasObject {
	r, env := s.model.person, s.env
	status := parts.SplitStatus(env.Words, r.Digipost)
	rows := []fyne.CanvasObject{parts.Facts(labelWidth, valueWidth,
		parts.Fact{Label: env.T("people.digipost"), Status: &status},
		parts.Fact{Label: env.T("people.why"), Value: s.why()},
		parts.Fact{Label: env.T("people.checked"), Value: env.Words.Time(r.Checked)},
		parts.Fact{Label: env.T("field.customer_id"), Value: r.CustomerID},
	)}
	if line := s.secret(post.FieldBirthNumber, r.BirthNumber); line != nil {
		rows = append(rows, line)
	}
	rows = append(rows, parts.Facts(labelWidth, valueWidth,
		parts.Fact{Label: env.T("field.organisation_number"), Value: r.OrganisationNumber},
		parts.Fact{Label: env.T("field.digipost_address"), Value: r.DigipostAddress},
		parts.Fact{Label: env.T("field.birth_date"), Value: parts.Day(env.Words, r.BirthDate)},
		parts.Fact{Label: env.T("field.address1"), Value: address(r.Address)},
		parts.Fact{Label: env.T("field.phone"), Value: r.Phone},
		parts.Fact{Label: env.T("field.email"), Value: r.Email}))
	if line := s.secret(post.FieldAccount, r.Account); line != nil {
		rows = append(rows, line)
	}
	rows = append(rows, parts.Facts(labelWidth, valueWidth,
		parts.Fact{Label: env.T("field.group"), Value: strings.Join(r.Groups, ", ")},
		parts.Fact{Label: env.T("people.created"), Value: env.Words.Date(r.Created)}))
	shown := rows[:0]
	for _, row := range rows {
		if c, ok := row.(*fyne.Container); !ok || len(c.Objects) > 0 {
			shown = append(shown, row)
		}
	}
	return parts.Stack(10, shown...)
}

// why explains the answer of the last split, where there is something to explain.
func (s *Screen) why() string {
	r := s.model.person
	var lines []string
	if r.Reason != post.ReasonNone {
		if key := "people.why." + string(r.Reason); s.env.Words.Has(key) {
			lines = append(lines, s.env.T(key))
		}
	}
	if r.Uncertain {
		lines = append(lines, s.env.T("people.why.uncertain"))
	}
	return strings.Join(lines, " ")
}

// secret is a number with the button that shows it; nil without a number.
func (s *Screen) secret(field post.Field, value string) fyne.CanvasObject {
	if value == "" {
		return nil
	}
	m, words := s.model, "people.show"
	text := number.Mask(value)
	if m.shown {
		words, text = "people.hide", value
		if len(value) == 11 {
			text = value[:6] + " " + value[6:]
		}
	}
	button := parts.Link("people.show."+string(field), s.env.T(words), func() {
		m.shown = !m.shown
		m.changed()
	})
	// The button is higher than a line of text; the room around the line is its.
	return parts.Inset(0, -10, 0, -10, parts.Row(look.Apart, parts.Width(labelWidth, look.QuietText(s.env.T("field."+string(field)))), look.Body(text), button))
}

// history tells what happened, newest first.
func (s *Screen) history() fyne.CanvasObject {
	m, env := s.model, s.env
	lines := []fyne.CanvasObject{look.Heading(env.T("people.history"))}
	if len(m.history) == 0 {
		return parts.Stack(12, append(lines, look.QuietText(env.T("people.history.none")))...)
	}
	shown := m.history
	if !m.whole && len(shown) > historyShown {
		shown = shown[:historyShown]
	}
	var rows []fyne.CanvasObject
	for i, line := range shown {
		if i > 0 {
			rows = append(rows, look.NewHairline())
		}
		rows = append(rows, s.historyLine(i, line))
	}
	lines = append(lines, parts.Panel(parts.Stack(0, rows...)))
	if len(shown) < len(m.history) {
		lines = append(lines, parts.Left(parts.Link("people.history.all", env.Words.Count("people.history.all", len(m.history)), func() {
			m.whole = true
			m.changed()
		})))
	}
	return parts.Stack(12, lines...)
}

func (s *Screen) historyLine(index int, line post.HistoryLine) fyne.CanvasObject {
	env := s.env
	shape, text, why := s.historyWords(line)
	body := []fyne.CanvasObject{look.Body(text).Clip()}
	if why != "" {
		body = append(body, look.Small(why).Wrap(historyText))
	}
	row := []fyne.CanvasObject{parts.Stack(0, parts.Inset(0, 10, 0, 0, look.NewIconOf(shape.Icon, shape.Color, 18))),
		parts.Width(124, parts.Stack(0, parts.Inset(0, 10, 0, 0, look.QuietText(env.Words.Time(line.At))))),
		parts.Fill(parts.Inset(0, 10, 0, 10, parts.Stack(2, body...)))}
	if line.Job != "" && line.Kind != post.HistoryImport {
		place := parts.PlaceJobs
		if line.Kind == post.HistorySplit {
			place = parts.PlaceSplit
		}
		row = append(row, parts.Stack(0, parts.Link("people.history."+strconv.Itoa(index), env.T("button.open"), func() { env.Go(place, line.Job) })))
	}
	return parts.Inset(12, 0, 12, 0, parts.RowTop(12, row...))
}

const historyText = look.Reading - 16 - 24 - 18 - 124 - 3*12 - 64

// historyWords give a line's shape, what happened and why, in plain words.
func (s *Screen) historyWords(line post.HistoryLine) (shape parts.Status, text, why string) {
	words := s.env.Words
	switch line.Kind {
	case post.HistoryImport:
		return parts.Status{Icon: look.IconSheet, Color: look.QuietInk}, s.env.T("people.history.import"), ""
	case post.HistorySplit:
		shape = parts.SplitStatus(words, line.Split)
		return shape, s.env.T("people.history.split", "status", shape.Word), ""
	}
	shape = parts.ItemStatus(words, line.Status)
	if line.Status != post.ItemDelivered && line.Status != post.ItemOpened {
		why = words.Reason(string(line.Reason))
	}
	return shape, s.env.T("people.history.letter", "subject", line.Subject, "status", shape.Word), why
}

// forgetView asks for the name before a person is deleted for good.
func (s *Screen) forgetView() fyne.CanvasObject {
	m, env := s.model, s.env
	confirm := parts.StopButton("people.forget.confirm", env.T("people.forget.confirm"), func() {
		m.forget(func(name string) { env.Toast(env.T("people.forget.done", "name", name), nil) })
	}).Icon(look.IconTrash).Off(!m.mayForget())
	field := parts.TextField("people.forget.name", env.T("people.forget.type", "name", m.name()), "", 360)
	field.Entry.SetText(m.typed)
	field.Entry.OnChanged = func(text string) {
		m.typed = text
		confirm.Off(!m.mayForget())
	}
	cancel := parts.Quiet("people.forget.cancel", env.T("button.cancel"), func() {
		m.deleting, m.typed = false, ""
		m.changed()
	})
	return container.NewStack(look.NewSurface(look.Card, look.Stop, look.Radius), parts.Around(look.Group, parts.Stack(look.Apart,
		look.Heading(env.T("people.forget.title")),
		look.Body(env.T("people.forget.text")).Wrap(parts.CardText),
		field.Object,
		parts.Row(12, cancel, confirm, parts.Fill(nil)))))
}

// address writes an address on one line for each part.
func address(a post.Address) string {
	var lines []string
	for _, line := range []string{a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.Town), a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
