package letter

import (
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// mostListed is how many documents the review names.
const mostListed = 12

// labels is the width of the labels of the review.
const labels = float32(136)

// reviewView is the letter once more before it goes.
func (s *Screen) reviewView() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{
		s.group("letter.review.who", s.reviewWho()...),
		s.group("letter.review.what", s.reviewWhat()...),
		s.group("letter.review.how", s.reviewHow()...),
		s.group("letter.review.from", s.reviewFrom()...),
	}
	if s.model.person != nil {
		if warning := s.warning(*s.model.person); warning != nil {
			lines = append(lines[:1], append([]fyne.CanvasObject{warning}, lines[1:]...)...)
		}
	}
	lines = append(s.foreignNotes(), lines...)
	text := env.T("button.send")
	if s.busy == busySend {
		text = env.T("letter.sending")
	}
	return parts.Page{Title: env.T("letter.review.title"), Lead: env.T("letter.review.lead"), Fault: s.fault, Content: parts.Stack(look.Apart, lines...),
		Back: parts.Quiet("letter.back", env.T("button.back"), s.back).Off(s.busy == busySend),
		Next: parts.Main("letter.send", text, s.send).Careful().Off(s.busy != "" || s.held()).Icon(look.IconLetter)}.View()
}

func (s *Screen) group(title string, facts ...parts.Fact) fyne.CanvasObject {
	return parts.Card(parts.Stack(12, look.Heading(s.env.T(title)), parts.Facts(labels, parts.CardText-labels-look.Apart, facts...)))
}

// reviewWho is whom the letter goes to and how Digipost is told.
func (s *Screen) reviewWho() []parts.Fact {
	env, m := s.env, &s.model
	kind := m.to.To.Kind
	how := env.T("letter.kind." + string(kind))
	switch kind {
	case post.ByBirthNumber:
		how += ": " + number.Mask(m.to.To.Value)
	case post.ByNameAndAddress: // the address stands below
	default:
		how += ": " + m.to.To.Value
	}
	var digipost *parts.Status
	switch {
	case m.person != nil:
		status := parts.SplitStatus(env.Words, m.person.Digipost)
		digipost = &status
	case m.hit != nil:
		status := parts.SplitStatus(env.Words, post.HasDigipost)
		digipost = &status
	}
	a := m.to.To.Address
	return []parts.Fact{{Label: env.T("letter.fact.to"), Value: m.to.Name}, {Label: env.T("letter.fact.how"), Value: how},
		{Label: env.T("letter.fact.address"), Value: strings.Join(compact(a.Line1, a.Line2, strings.TrimSpace(a.Postcode+" "+a.Town)), ", ")},
		{Label: env.T("letter.fact.digipost"), Status: digipost}}
}

// reviewWhat is the subject and the documents.
func (s *Screen) reviewWhat() []parts.Fact {
	env, m := s.env, &s.model
	facts := []parts.Fact{{Label: env.T("letter.subject"), Value: s.plan.draft.Job.Subject}}
	for i, f := range m.files[:min(len(m.files), mostListed)] {
		key := "letter.attachment"
		if i == 0 {
			key = "letter.main"
		}
		facts = append(facts, parts.Fact{Label: env.T(key), Value: f.facts.Name + " · " + s.facts(f)})
	}
	if more := len(m.files) - mostListed; more > 0 {
		facts = append(facts, parts.Fact{Label: env.T("letter.attachment"), Value: "+ " + env.Words.Count("letter.attachments", more)})
	}
	if len(m.files) > 1 {
		facts = append(facts, parts.Fact{Label: env.T("letter.fact.total"), Value: env.T("letter.facts",
			"pages", env.Words.Count("letter.pages", m.pages()), "size", env.Words.Size(m.size()))})
	}
	return facts
}

// reviewHow says in sentences what was chosen, in the words the job will have too,
// what belongs together on one line.
func (s *Screen) reviewHow() []parts.Fact {
	env, o := s.env, s.plan.draft.Job.Options
	login := s.said(post.Options{Auth: o.Auth, Sensitive: o.Sensitive})
	if !o.Sensitive {
		login += " " + env.T("letter.review.shown")
	}
	reminders := s.chosen(post.Options{SMS: o.SMS, Email: o.Email})
	if o.Email != nil {
		reminders += " " + env.T("letter.review.email", "text", strings.Join(strings.Fields(o.Email.Text), " "))
	}
	paper := s.chosen(post.Options{Paper: o.Paper, Invite: o.Invite})
	if o.Paper != nil {
		paper += " " + env.T("letter.paper.rule.time")
	}
	return []parts.Fact{
		{Label: env.T("letter.auth"), Value: login},
		{Label: env.T("letter.fact.content"), Value: s.chosen(post.Options{Content: o.Content})},
		{Label: env.T("letter.section.reminder"), Value: reminders},
		{Label: env.T("letter.fact.paper"), Value: paper},
		{Label: env.T("letter.fact.other"), Value: s.chosen(post.Options{DeliverAt: o.DeliverAt, OpeningReceipt: o.OpeningReceipt, Reference: o.Reference})},
	}
}

// said are the sentences for some options.
func (s *Screen) said(options post.Options) string {
	return strings.Join(parts.OptionLines(s.env.Words, options), " ")
}

// chosen are they without the one on the login, which is always said.
func (s *Screen) chosen(options post.Options) string {
	var kept []string
	for _, line := range parts.OptionLines(s.env.Words, options) {
		if line != s.said(post.Options{}) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, " ")
}

// reviewFrom is who sends, and how long it can be stopped.
func (s *Screen) reviewFrom() []parts.Fact {
	env := s.env
	cooling := env.T("letter.fact.cooling_off.none")
	if s.plan.coolingOff > 0 {
		cooling = env.T("letter.fact.cooling_off.text", "time", env.Words.Clock(s.plan.coolingOff))
	}
	return []parts.Fact{{Label: env.T("letter.fact.sender"), Value: parts.SenderName(env.Words, s.plan.draft.Job.Sender)},
		{Label: env.T("letter.fact.cooling_off"), Value: cooling}}
}

// compact leaves out what is empty.
func compact(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
