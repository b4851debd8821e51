package mailing

import (
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// reviewView says what will happen, and what it may cost, before anything does.
func (s *Screen) reviewView() fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	draft := m.plan.draft
	switch {
	case s.busy == busyPrepare:
		lines = append(lines, s.meterView(s.back))
	case draft != nil:
		lines = append(lines, s.reviewQuestions()...)
		lines = append(lines, parts.Card(s.countRows(m.plan.people)))
		lines = append(lines, s.reviewNotes(m.plan.people)...)
		lines = append(lines, s.paperNotes()...)
		lines = append(lines, s.costLines()...)
		lines = append(lines, s.routeCard(), parts.Card(s.planFacts()),
			parts.WithID("mailing.fingerprint", look.Small(env.T("mailing.fingerprint", "fingerprint", short(draft.Job.Fingerprint)))))
	}
	p := s.page(env.T("mailing.review.lead"), parts.Stack(look.Apart, lines...))
	off := draft == nil || s.busy != ""
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(off)
	if draft != nil {
		p.Later = nil // there is no room for what is less wanted here
		p.Extra = []*parts.Button{parts.Quiet("mailing.dry", env.T("mailing.dry"), s.openDry).Icon(look.IconSearch).Off(off),
			parts.Quiet("mailing.trial", env.T("mailing.trial"), s.openTrial).Icon(look.IconLetter).Off(off)}
	}
	return p.View()
}

// reviewQuestions are what has to be answered before the mailing can be approved.
func (s *Screen) reviewQuestions() []fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	if s.need != "" {
		lines = append(lines, parts.WithID("mailing.need", parts.Note(parts.ToneCare, env.T(s.need), parts.WizardText)))
	}
	for _, file := range m.plan.foreign() {
		first := file.foreign[0]
		text := env.T("mailing.foreign.shared", "file", file.facts.Name, "page", env.Words.Number(first.Page), "number", parts.Unbroken(first.Masked))
		lines = append(lines, parts.WithID("mailing.foreign.shared", parts.Note(parts.ToneStop, text, parts.WizardText)))
	}
	for _, file := range m.plan.shared {
		if file.unread {
			lines = append(lines, parts.WithID("mailing.foreign.unread", parts.Note(parts.ToneInfo, env.T("letter.foreign.unread", "file", file.facts.Name), parts.WizardText)))
		}
	}
	if len(m.plan.foreign()) > 0 {
		lines = append(lines, parts.NewSwitch("mailing.foreign.ok", env.T("mailing.foreign.ok"), s.foreignOK, func(on bool) { s.foreignOK = on }).Object)
	}
	switch {
	case m.plan.twin != nil:
		lines = append(lines, s.twinQuestion(*m.plan.twin))
	case m.plan.again() > 0:
		lines = append(lines, s.againQuestion())
	case m.plan.left > 0:
		lines = append(lines, parts.Stack(look.Tight, parts.WithID("mailing.again.left", parts.Note(parts.ToneInfo, env.Words.Count("mailing.again.left", m.plan.left), parts.WizardText)),
			parts.Left(parts.Link("mailing.again.undo", env.T("mailing.again.undo"), func() { s.again(false) }))))
	}
	return lines
}

// againQuestion asks what to do with those who got this very document before.
func (s *Screen) againQuestion() fyne.CanvasObject {
	env, m := s.env, &s.model
	warning := env.Words.Count("mailing.again", m.plan.again(), "name", m.plan.earlier.Name, "date", env.Words.Date(m.plan.earlier.Created))
	lines := []fyne.CanvasObject{parts.WithID("mailing.again.asked", parts.Note(parts.ToneCare, warning, parts.WizardText)),
		parts.Row(look.Near, parts.Quiet("mailing.again.leave", env.T("mailing.again.leave"), func() { s.again(true) }),
			parts.Quiet("mailing.again.send", env.T("mailing.again.send"), func() {
				m.again, s.need = true, ""
				env.Redraw()
			}).Choose(m.again), parts.Link("mailing.again", env.T("mailing.again.open"), func() { env.Go(parts.PlaceJobs, m.plan.earlier.ID) }))}
	return parts.Stack(look.Near, lines...)
}

// twinQuestion asks whether the very same mailing shall go twice.
func (s *Screen) twinQuestion(twin post.Job) fyne.CanvasObject {
	env, m := s.env, &s.model
	text := env.T("mailing.twin", "name", twin.Name, "time", env.Words.Time(twin.ApprovedAt))
	return parts.Stack(look.Near, parts.WithID("mailing.twin", parts.Note(parts.ToneCare, text, parts.WizardText)),
		parts.Row(look.Near, parts.Quiet("mailing.again.send", env.T("mailing.again.send"), func() {
			m.again, s.need = true, ""
			env.Redraw()
		}).Choose(m.again), parts.Link("mailing.again", env.T("mailing.again.open"), func() { env.Go(parts.PlaceJobs, twin.ID) })))
}

// again plans anew with or without those who got the document before.
func (s *Screen) again(leave bool) {
	m := &s.model
	m.again, m.leave = false, nil
	if leave {
		m.leave = map[string]bool{}
		for id := range m.plan.before {
			m.leave[id] = true
		}
	}
	s.prepare()
}

// unanswered is what is to be answered before the approval, as a key of words.
func (s *Screen) unanswered() string {
	m := &s.model
	switch {
	case len(m.plan.foreign()) > 0 && !s.foreignOK:
		return "mailing.need.foreign"
	case m.plan.twin != nil && !m.again:
		return "mailing.need.twin"
	case m.plan.again() > 0 && !m.again:
		return "mailing.need.again"
	}
	return ""
}

// short is the beginning of a fingerprint, in groups of four; the whole stands in
// the job's details.
func short(fingerprint string) string {
	text := ""
	for i, r := range fingerprint[:min(len(fingerprint), 16)] {
		if i > 0 && i%4 == 0 {
			text += " "
		}
		text += string(r)
	}
	return text
}

// planFacts are what everybody gets, and from whom.
func (s *Screen) planFacts() fyne.CanvasObject {
	env, m := s.env, &s.model
	draft := m.plan.draft.Job
	from := s.model.sourceName()
	if m.from == fromRest {
		from = env.T("mailing.fact.rest", "name", m.rest.Name)
	} else if from == "" {
		from = env.T("mailing.from.register")
	}
	return parts.Facts(152, parts.WizardText-2*look.Group-168,
		parts.Fact{Label: env.T("mailing.fact.sender"), Value: parts.SenderName(env.Words, draft.Sender)},
		parts.Fact{Label: env.T("letter.subject"), Value: draft.Subject},
		parts.Fact{Label: env.T("mailing.fact.document"), Value: s.documentFact(m.plan.draft)},
		parts.Fact{Label: env.T("mailing.fact.attachments"), Value: s.attachmentFact()},
		parts.Fact{Label: env.T("mailing.fact.options"), Value: strings.Join(parts.OptionLines(env.Words, draft.Options), "\n")},
		parts.Fact{Label: env.T("mailing.fact.source"), Value: from},
		parts.Fact{Label: env.T("mailing.fact.pattern"), Value: env.T("mailing.pattern." + string(m.way()))},
		parts.Fact{Label: env.T("mailing.fact.cooling_off"), Value: s.coolingFact()})
}

// documentFact is the document for all, or how many there are.
func (s *Screen) documentFact(draft *job.Draft) string {
	env, m := s.env, &s.model
	if !m.own.on {
		return m.facts.Name + " · " + s.facts(m.facts)
	}
	own := 0
	for _, document := range draft.Documents {
		if document.Item > 0 {
			own++
		}
	}
	return env.Words.Count("mailing.fact.own", own)
}

func (s *Screen) attachmentFact() string {
	var names []string
	for _, a := range s.model.attachments {
		names = append(names, a.facts.Name)
	}
	return strings.Join(names, ", ")
}

func (s *Screen) coolingFact() string {
	if d := s.model.plan.coolingOff; d > 0 {
		return s.env.T("mailing.fact.cooling_off.text", "time", s.env.Words.Clock(d))
	}
	return s.env.T("mailing.fact.cooling_off.none")
}

// jobSize is how many documents leave the machine, and how large they are.
func (s *Screen) jobSize(draft *job.Draft) string {
	documents, bytes := sizes(draft)
	if draft.Job.Via == post.ViaREST { // each letter carries its own copy
		bytes = 0
		grouped := post.GroupDocuments(draft.Documents)
		for _, item := range draft.Items {
			if item.Status != post.ItemReady {
				continue
			}
			for _, document := range grouped.Of(item.Seq) {
				bytes += document.Size
			}
		}
	}
	return s.env.Words.Count("mailing.dry.size", documents, "size", s.env.Words.Size(bytes))
}
