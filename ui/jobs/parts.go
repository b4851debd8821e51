package jobs

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// split is a recipient split in short; its own screen tells the rest.
func (s *Screen) split() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	lines := append(s.notes(), s.going()...)
	var slices []parts.Slice
	for _, status := range splitOrder {
		if n := job.Counts.BySplit[status]; n > 0 {
			slices = append(slices, parts.Slice{Status: parts.SplitStatus(env.Words, status), Count: n})
		}
	}
	if len(slices) > 0 {
		lines = append(lines, parts.Card(parts.Pie(env, env.T("jobs.people_word"), slices)))
	}
	return parts.Stack(look.Apart, lines...)
}

// documentNames are the job's documents by their names.
func (s *Screen) documentNames() string {
	var names []string
	documents := s.detail.documents
	for _, document := range documents[:min(len(documents), mostNames)] {
		names = append(names, document.Name)
	}
	said := strings.Join(names, ", ")
	if more := len(documents) - len(names); more > 0 {
		said += " " + s.env.Words.Count("jobs.documents.more", more)
	}
	return said
}

// mostNames is how many documents are named; the details name all.
const mostNames = 5

// timeline tells what happened in plain words, the newest first.
func (s *Screen) timeline() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	events := s.detail.events
	for i := len(events) - 1; i >= 0; i-- {
		event := events[i]
		rows = append(rows, parts.RowTop(look.Apart, parts.Width(136, look.QuietText(s.env.Words.Time(event.At))),
			look.Body(eventText(s.env.Words, event)).Wrap(look.Reading-152)))
	}
	if len(rows) == 0 {
		rows = append(rows, look.QuietText(s.env.T("jobs.events.none")))
	}
	return parts.Inset(0, look.Near, 0, look.Group, parts.Stack(12, rows...))
}

// details are the facts of a job, and on request those nobody needs but support.
func (s *Screen) details() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	var documents []parts.Fact
	for i, document := range s.detail.documents {
		label := "jobs.fact.document"
		if i > 0 {
			label = "jobs.fact.attachment"
		}
		documents = append(documents, parts.Fact{Label: env.T(label), Value: env.T("jobs.document", "name", document.Name,
			"pages", env.Words.Count("letter.pages", document.Pages), "size", env.Words.Size(document.Size))})
	}
	facts := append([]parts.Fact{
		{Label: env.T("jobs.fact.sender"), Value: parts.SenderName(env.Words, job.Sender)},
		{Label: env.T("letter.subject"), Value: job.Subject}}, documents...)
	facts = append(facts,
		parts.Fact{Label: env.T("jobs.fact.source"), Value: job.Source.Path},
		parts.Fact{Label: env.T("jobs.fact.group"), Value: job.Source.Group},
		parts.Fact{Label: env.T("jobs.fact.created"), Value: env.Words.Time(job.Created)},
		parts.Fact{Label: env.T("jobs.fact.approved"), Value: env.Words.Time(job.ApprovedAt)},
		parts.Fact{Label: env.T("jobs.fact.ended"), Value: env.Words.Time(job.Ended)})
	toggle := "jobs.technical.show"
	if s.technical {
		toggle = "jobs.technical.hide"
	}
	lines := []fyne.CanvasObject{parts.Card(parts.Facts(176, parts.CardText-192, facts...))}
	if job.Kind != post.KindSplit {
		lines = append(lines, parts.WithID("jobs.options", parts.Card(s.chosen(parts.CardText))))
	}
	lines = append(lines, parts.Left(parts.Link("jobs.technical", env.T(toggle), func() {
		s.technical = !s.technical
		env.Redraw()
	})))
	if s.technical {
		lines = append(lines, s.technicalFacts())
	}
	return parts.AtMost(look.Reading, parts.Inset(0, look.Near, 0, look.Group, parts.Stack(look.Apart, lines...)))
}

// technicalFacts are ids and hashes, to read to support or to copy.
func (s *Screen) technicalFacts() fyne.CanvasObject {
	env, d := s.env, s.detail
	line := func(key, id, text string) fyne.CanvasObject {
		if text == "" {
			return nil
		}
		return parts.Stack(look.Tight, look.QuietText(env.T(key)), parts.CopyLine(env, id, text, parts.CardText))
	}
	var lines []fyne.CanvasObject
	add := func(object fyne.CanvasObject) {
		if object != nil {
			lines = append(lines, object)
		}
	}
	add(line("jobs.technical.id", "jobs.technical.copy.id", d.job.ID))
	add(line("jobs.technical.fingerprint", "jobs.technical.copy.fingerprint", d.job.Fingerprint))
	add(line("jobs.technical.batch", "jobs.technical.copy.batch", d.job.BatchJobID))
	add(line("jobs.technical.upload", "jobs.technical.copy.upload", d.job.UploadName))
	add(line("jobs.technical.message", "jobs.technical.copy.message", d.letter.MessageID))
	for i, document := range d.documents {
		add(line("jobs.technical.document", "jobs.technical.copy.document."+strconv.Itoa(i), document.SHA256))
	}
	return parts.Card(parts.Stack(12, lines...))
}

// person shows one recipient over the page: what came of the letter, why, and
// what to do. far is true when the job itself is not on the page.
func (s *Screen) person(job post.Job, item post.Item, far bool) {
	s.closePopup()
	env := s.env
	const width = 440
	status := parts.ItemStatus(env.Words, job.Shown(item))
	lines := []fyne.CanvasObject{look.NewText(s.nameOf(item), look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink}).Wrap(width), status.View()}
	if why := explain(env.Words, job, item, env.Now()); why != "" {
		lines = append(lines, look.Body(why).Wrap(width))
	}
	row := ""
	if item.Row != 0 {
		row = env.Words.Number(item.Row)
	}
	lines = append(lines, parts.Facts(136, width-152,
		parts.Fact{Label: env.T("jobs.column.job"), Value: job.Name},
		parts.Fact{Label: env.T("jobs.column.row"), Value: row},
		parts.Fact{Label: env.T("jobs.fact.customer"), Value: item.CustomerID},
		parts.Fact{Label: env.T("jobs.fact.sent"), Value: env.Words.Time(item.SentAt)},
		s.deliveredFact(job, item),
		s.statusFact(item),
		parts.Fact{Label: env.T("jobs.fact.detail"), Value: codeOf(item)}))
	closing := parts.Quiet("jobs.person.close", env.T("button.close"), s.closePopup)
	buttons := []fyne.CanvasObject{parts.Fill(nil)}
	if canTakeOut(job, item) && !far {
		buttons = append(buttons, parts.StopButton("jobs.take_out", env.T("jobs.take_out"), func() {
			s.closePopup()
			s.takeOut(item)
		}))
	}
	if item.CustomerID != "" {
		buttons = append(buttons, parts.Quiet("jobs.person.open", env.T("jobs.person.open"), func() {
			s.closePopup()
			env.Go(parts.PlacePeople, item.CustomerID)
		}))
	}
	if far {
		buttons = append(buttons, parts.Quiet("jobs.person.job", env.T("jobs.person.job"), func() {
			s.closePopup()
			s.open(job.ID)
		}))
	}
	lines = append(lines, parts.Inset(0, look.Near, 0, 0, parts.Row(12, append(buttons, closing)...)))
	s.popup = widget.NewModalPopUp(parts.Around(look.Group, parts.Stack(look.Apart, lines...)), env.Window.Canvas())
	s.popup.Show()
	env.Window.Canvas().Focus(closing)
}
