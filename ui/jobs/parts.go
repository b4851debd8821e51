package jobs

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	engine "brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// split is a recipient split in short; its own screen tells the rest.
func (s *Screen) split() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	lines := append(s.notes(), s.moving()...)
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

// mostNames is how many documents are named, mostListed how many the details list,
// and mostHashes of how many they show the fingerprint: a mailing may have one for
// each person. The evidence has all.
const (
	mostNames  = 5
	mostListed = 20
	mostHashes = 20
)

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
	for i, document := range s.detail.documents[:min(len(s.detail.documents), mostListed)] {
		label := "jobs.fact.document"
		if i > 0 {
			label = "jobs.fact.attachment"
		}
		documents = append(documents, parts.Fact{Label: env.T(label), Value: env.T("jobs.document", "name", document.Name,
			"pages", env.Words.Count("letter.pages", document.Pages), "size", env.Words.Size(document.Size))})
	}
	if more := len(s.detail.documents) - mostListed; more > 0 {
		documents = append(documents, parts.Fact{Label: env.T("jobs.fact.attachment"), Value: env.Words.Count("jobs.documents.more", more)})
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
	if job.TrialOf != "" {
		facts = append(facts, parts.Fact{Label: env.T("jobs.fact.trial"), Value: env.T("jobs.fact.trial.yes")})
	}
	toggle := "jobs.technical.show"
	if s.technical {
		toggle = "jobs.technical.hide"
	}
	lines := []fyne.CanvasObject{parts.Card(parts.Facts(176, parts.CardText-192, facts...))}
	if job.Kind != post.KindSplit {
		lines = append(lines, parts.WithID("jobs.options", parts.Card(s.chosen(parts.CardText))))
	}
	if files := s.files(); files != nil {
		lines = append(lines, files)
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

// files are the files that went to Digipost and came back, with the beginning of
// their fingerprints; nil where there are none.
func (s *Screen) files() fyne.CanvasObject {
	env, d := s.env, s.detail
	var rows []fyne.CanvasObject
	row := func(icon look.IconName, name, what, hash string) {
		line := []fyne.CanvasObject{look.NewIcon(icon, look.QuietInk), parts.Fill(parts.Stack(1, look.Body(name).Clip(), look.Small(what).Clip()))}
		if hash != "" {
			line = append(line, look.Small(env.T("jobs.fingerprint.short", "start", parts.ShortFingerprint(hash))))
		}
		rows = append(rows, parts.Row(12, line...))
	}
	if d.job.UploadName != "" {
		what := env.T("jobs.file.waits")
		if !d.job.HandedOver.IsZero() {
			what = env.T("jobs.file.uploaded", "time", env.Words.Time(d.job.HandedOver))
		}
		row(look.IconUpload, d.job.UploadName, what, "")
	}
	for _, receipt := range d.receipts {
		row(look.IconDownload, receipt.RemoteName, env.T("jobs.file."+receipt.Kind, "time", env.Words.Time(receipt.At)), receipt.SHA256)
	}
	if len(rows) == 0 {
		return nil
	}
	return parts.WithID("jobs.files", parts.Card(parts.Stack(12, append([]fyne.CanvasObject{look.Heading(env.T("jobs.files"))}, rows...)...)))
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
	add(line("jobs.technical.rest_batch", "jobs.technical.copy.rest_batch", d.job.RESTBatch))
	add(line("jobs.technical.message", "jobs.technical.copy.message", d.letter.MessageID))
	for i, document := range d.documents[:min(len(d.documents), mostHashes)] {
		add(line("jobs.technical.document", "jobs.technical.copy.document."+strconv.Itoa(i), document.SHA256))
	}
	for i, receipt := range d.receipts {
		add(line("jobs.technical.receipt", "jobs.technical.copy.receipt."+strconv.Itoa(i), receipt.SHA256))
	}
	return parts.Card(parts.Stack(12, lines...))
}

// person shows one recipient over the page: what came of the letter, why, and
// what to do.
func (s *Screen) person(job post.Job, item post.Item) {
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
	if s.draft == nil && canTakeOut(job, item) {
		buttons = append(buttons, parts.StopButton("jobs.take_out", env.T("jobs.take_out"), func() {
			s.closePopup()
			s.takeOut(item)
		}))
	}
	if s.mayReport(job) && slices.Contains(engine.MayHaveArrived, item.Status) {
		buttons = append(buttons, parts.Quiet("jobs.person.wrong", env.T("wrong.report"), func() { s.startWrong(job.ID, &item) }).Icon(look.IconWarning))
	}
	if item.CustomerID != "" {
		buttons = append(buttons, parts.Quiet("jobs.person.open", env.T("jobs.person.open"), func() {
			s.closePopup()
			env.Go(parts.PlacePeople, item.CustomerID)
		}))
	}
	lines = append(lines, parts.Inset(0, look.Near, 0, 0, parts.Row(12, append(buttons, closing)...)))
	s.popup = widget.NewModalPopUp(parts.Around(look.Group, parts.Stack(look.Apart, lines...)), env.Window.Canvas())
	s.popup.Show()
	env.Window.Canvas().Focus(closing)
}
