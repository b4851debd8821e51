package mailing

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// documentView is the one document and what it is about.
func (s *Screen) documentView() fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	if s.need != "" {
		lines = append(lines, parts.Note(parts.ToneCare, env.T(s.need), parts.WizardText))
	}
	switch {
	case s.busy == busyRead:
		lines = append(lines, parts.Card(look.QuietText(env.T("mailing.reading"))))
	case m.path == "":
		s.drop = parts.NewDrop(env, "mailing", look.IconFile, env.T("mailing.drop"), env.T("mailing.drop.hint"), []string{".pdf"}, s.takeFile)
		lines = append(lines, s.drop.Object)
	default:
		lines = append(lines, parts.WithID("mailing.file", s.fileCard()))
		lines = append(lines, s.printNote()...)
	}
	subject := parts.NewSubject(env, "mailing.subject", m.subject, job.MaxSubject, parts.WizardText, func(text string) { m.subject = text })
	lines = append(lines, subject.Object)
	if m.path != "" && m.facts.Size > job.SmallLetter && m.way() == post.PatternSendOnly {
		lines = append(lines, s.largeNote())
	}
	p := s.page(env.T("mailing.document.lead"), parts.Form(lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(s.busy != "")
	return p.View()
}

// fileCard is the document that was chosen.
func (s *Screen) fileCard() fyne.CanvasObject {
	env, m := s.env, &s.model
	facts := parts.Stack(0, look.Strong(m.facts.Name).Clip(), look.Small(s.documentFacts()))
	return parts.Panel(parts.Inset(8, 4, 0, 4, parts.Row(12, look.NewIconOf(look.IconFile, look.Accent, 24), parts.Fill(facts),
		parts.Quiet("mailing.other", env.T("mailing.other"), func() {
			m.path, m.report = "", nil
			env.Redraw()
		}))))
}

func (s *Screen) documentFacts() string {
	words, facts := s.env.Words, s.model.facts
	return words.Get("letter.facts", "pages", words.Count("letter.pages", facts.Pages), "size", words.Size(facts.Size))
}

// reviewView says what will happen before anything does.
func (s *Screen) reviewView() fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	draft := m.plan.draft
	switch {
	case s.busy == busyPrepare:
		lines = append(lines, look.QuietText(env.T("mailing.preparing")))
	case draft != nil:
		if m.plan.again > 0 {
			warning := env.Words.Count("mailing.again", m.plan.again, "name", m.plan.earlier.Name, "date", env.Words.Date(m.plan.earlier.Created))
			lines = append(lines, parts.Stack(look.Tight, parts.Note(parts.ToneCare, warning, parts.WizardText),
				parts.Left(parts.Link("mailing.again", env.T("mailing.again.open"), func() { env.Go(parts.PlaceJobs, m.plan.earlier.ID) }))))
		}
		lines = append(lines, parts.Card(s.countRows(m.plan.people)))
		lines = append(lines, s.reviewNotes(m.plan.people)...)
		lines = append(lines, s.paperNotes()...)
		lines = append(lines, s.routeCard(), parts.Card(s.planFacts()), s.samples(draft),
			parts.WithID("mailing.fingerprint", look.Small(env.T("mailing.fingerprint", "fingerprint", short(draft.Job.Fingerprint)))))
	}
	p := s.page(env.T("mailing.review.lead"), parts.Stack(look.Apart, lines...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(draft == nil || s.busy != "")
	return p.View()
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
	job := m.plan.draft.Job
	from := s.model.sourceName()
	if m.from == fromRest {
		from = env.T("mailing.fact.rest", "name", m.rest.Name)
	} else if from == "" {
		from = env.T("mailing.from.register")
	}
	cooling := env.T("mailing.fact.cooling_off.none")
	if m.plan.coolingOff > 0 {
		cooling = env.T("mailing.fact.cooling_off.text", "time", env.Words.Clock(m.plan.coolingOff))
	}
	return parts.Facts(152, parts.WizardText-2*look.Group-168,
		parts.Fact{Label: env.T("mailing.fact.sender"), Value: parts.SenderName(env.Words, job.Sender)},
		parts.Fact{Label: env.T("letter.subject"), Value: job.Subject},
		parts.Fact{Label: env.T("mailing.fact.document"), Value: m.facts.Name + " · " + s.documentFacts()},
		parts.Fact{Label: env.T("mailing.fact.options"), Value: strings.Join(parts.OptionLines(env.Words, job.Options), "\n")},
		parts.Fact{Label: env.T("mailing.fact.source"), Value: from},
		parts.Fact{Label: env.T("mailing.fact.pattern"), Value: env.T("mailing.pattern." + string(m.way()))},
		parts.Fact{Label: env.T("mailing.fact.cooling_off"), Value: cooling})
}

// samples are people to check by.
func (s *Screen) samples(draft *job.Draft) fyne.CanvasObject {
	env := s.env
	first, last, longest := examples(draft)
	if draft.Sendable() < 2 {
		last, longest = "", ""
	}
	return parts.Stack(look.Near, look.Strong(env.T("mailing.examples")), parts.Facts(152, parts.WizardText-168,
		parts.Fact{Label: env.T("mailing.example.first"), Value: first},
		parts.Fact{Label: env.T("mailing.example.last"), Value: last},
		parts.Fact{Label: env.T("mailing.example.longest"), Value: longest}))
}

// approveView asks for the yes, with the mode large.
func (s *Screen) approveView() fyne.CanvasObject {
	env, m := s.env, &s.model
	draft := m.plan.draft
	n := draft.Sendable()
	approve := parts.Main("mailing.approve", env.T("mailing.approve"), s.approve).Careful().Off(s.busy != "" || n >= typedFrom && !s.typed)
	if s.busy == busyApprove {
		approve.Set(env.T("mailing.approving"))
	}
	lines := []fyne.CanvasObject{s.mode(draft.Job.Sender),
		look.NewText(env.Words.Count("mailing.approve.text", n, "subject", draft.Job.Subject), look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink}).Wrap(parts.WizardText)}
	if m.plan.coolingOff > 0 {
		lines = append(lines, look.Body(env.T("mailing.fact.cooling_off")+": "+env.T("mailing.fact.cooling_off.text", "time", env.Words.Clock(m.plan.coolingOff))).Wrap(parts.WizardText))
	} else {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("mailing.fact.cooling_off.none"), parts.WizardText))
	}
	if m.plan.route.via == post.ViaBatch {
		lines = append(lines, look.Body(env.T("mailing.route.all_or_none")).Wrap(parts.WizardText))
	}
	if n >= typedFrom {
		was := s.typed
		count := parts.ConfirmCount(env, "mailing.count", n, func(right bool) {
			s.typed = right
			approve.Off(!right || s.busy != "")
		})
		if was {
			count.Entry.SetText(strconv.Itoa(n))
		}
		lines = append(lines, count.Object)
	}
	p := s.page(env.T("mailing.approve.lead"), parts.Form(lines...))
	p.Next = approve
	return p.View()
}

// mode is the band once more, large: whether these letters are real.
func (s *Screen) mode(sender post.Sender) fyne.CanvasObject {
	env := s.env
	icon, color, ground := look.IconWarning, look.Stop, look.StopSoft
	switch sender.Environment {
	case post.Practice:
		icon, color, ground = look.IconShield, look.Good, look.GoodSoft
	case post.Test:
		icon, color, ground = look.IconInfo, look.Care, look.CareSoft
	}
	mode := "band." + string(sender.Environment)
	return parts.WithID("mailing.mode."+string(sender.Environment), container.NewStack(look.NewSurface(ground, color, look.Radius),
		parts.Around(20, parts.RowTop(look.Apart, parts.Stack(0, look.NewIconOf(icon, color, 36)), parts.Fill(parts.Stack(look.Tight,
			look.NewText(env.T(mode), look.Style{Size: look.SizeTitle, Bold: true, Color: color}),
			look.NewText(env.T(mode+".text"), look.Style{Size: look.SizeBody, Color: color}).Wrap(parts.WizardText-120),
			look.Body(parts.SenderName(env.Words, sender)).Wrap(parts.WizardText-120)))))))
}
