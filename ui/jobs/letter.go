package jobs

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// letter is the status of one letter: what it is now, and how it got there.
func (s *Screen) letter() fyne.CanvasObject {
	env, d := s.env, s.detail
	item := d.letter
	lines := append(s.notes(), s.moving()...)
	if d.job.State == post.JobReady {
		return parts.Stack(look.Apart, lines...)
	}
	status := parts.ItemStatus(env.Words, d.job.Shown(item))
	card := []fyne.CanvasObject{
		parts.Row(12, look.NewIconOf(status.Icon, status.Color, 28), parts.Fill(look.Heading(status.Word).Clip())),
	}
	for _, why := range []string{explain(env.Words, d.job, item, env.Now()), openness(env.Words, d.job, item)} {
		if why != "" {
			card = append(card, look.Body(why).Wrap(parts.CardText))
		}
	}
	card = append(card, parts.Facts(160, parts.CardText-176,
		parts.Fact{Label: env.T("jobs.fact.to"), Value: s.nameOf(item)},
		parts.Fact{Label: env.T("letter.subject"), Value: d.job.Subject},
		parts.Fact{Label: env.T("jobs.fact.document"), Value: s.documentNames()}))
	lines = append(lines, parts.WithID("jobs.letter.status."+string(d.job.Shown(item)), parts.Card(parts.Stack(look.Apart, card...))))
	if moments := life(d.job, item, env.Now()); len(moments) > 0 {
		lines = append(lines, parts.WithID("jobs.life", parts.Card(s.lifeLine(moments))))
	}
	lines = append(lines, s.links()...)
	return parts.Inset(0, 0, 0, look.Group, parts.Stack(look.Apart, lines...))
}

// lifeLine shows the points of a letter's life below each other: a shape, what
// it was, and when.
func (s *Screen) lifeLine(moments []moment) fyne.CanvasObject {
	const when = 152
	rows := []fyne.CanvasObject{look.Heading(s.env.T("jobs.life"))}
	for _, m := range moments {
		status := parts.ItemStatus(s.env.Words, m.Status)
		word, color, ink := status.Word, status.Color, look.Ink
		if m.Key != "" {
			word = s.env.T("jobs.life." + m.Key)
		}
		if m.Ahead {
			color, ink = look.QuietInk, look.QuietInk
		}
		at := s.env.Words.Time(m.At)
		if m.Day {
			at = s.env.Words.Date(m.At)
		}
		text := look.NewText(word, look.Style{Size: look.SizeBody, Color: ink}).Wrap(parts.CardText - when - look.Apart - 20 - 12)
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(status.Icon, color)), text, parts.Fill(nil),
			parts.Width(when, look.QuietText(at).Align(fyne.TextAlignTrailing))))
	}
	return parts.Stack(12, rows...)
}

// chosen is what was chosen for the letters, one sentence below the other, wrapped
// at width.
func (s *Screen) chosen(width float32) fyne.CanvasObject {
	rows := []fyne.CanvasObject{look.Heading(s.env.T("jobs.chosen"))}
	for _, line := range parts.OptionLines(s.env.Words, s.detail.job.Options) {
		rows = append(rows, parts.RowTop(look.Near, parts.Stack(0, look.NewIcon(look.IconDot, look.QuietInk)), look.Body(line).Wrap(width-28)))
	}
	return parts.Stack(look.Near, rows...)
}

// deliveredFact is when a letter came to the mailbox or went to the printers, and
// when it will be seen where that is still ahead.
func (s *Screen) deliveredFact(job post.Job, item post.Item) parts.Fact {
	label, at := "jobs.fact.delivered", item.DeliveredAt
	switch {
	case hidden(item, s.env.Now()):
		label = "jobs.fact.shows"
	case item.Channel == post.ChannelPrint:
		label, at = "jobs.fact.printed", printedAt(job, item)
	}
	return parts.Fact{Label: s.env.T(label), Value: s.env.Words.Time(at)}
}

// statusFact is when the present status came about.
func (s *Screen) statusFact(item post.Item) parts.Fact {
	if item.StatusAt.IsZero() || item.Status == post.ItemDelivered {
		return parts.Fact{}
	}
	return parts.Fact{Label: s.env.Words.Status(string(item.Status)), Value: sinceText(s.env.Words, item)}
}
