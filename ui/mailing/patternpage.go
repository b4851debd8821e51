package mailing

import (
	"strconv"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// choiceText is how wide the words on a card of a choice are.
const choiceText = parts.WizardText - 116

// patternIcons tell the cards apart at a glance.
var patternIcons = map[post.Pattern]look.IconName{post.PatternSplitFirst: look.IconSplit, post.PatternRegister: look.IconPeople,
	post.PatternSendOnly: look.IconMailing, post.PatternSendOrPrint: look.IconPrinter}

// patternView asks two questions and shows the way that follows from the answers.
// The others are there to be chosen.
func (s *Screen) patternView() fyne.CanvasObject {
	env, m := s.env, &s.model
	often := parts.NewTabs("mailing.often", []parts.Tab{{Key: string(job.Once), Title: env.T("mailing.often.once")},
		{Key: string(job.Sometimes), Title: env.T("mailing.often.sometimes")}, {Key: string(job.Weekly), Title: env.T("mailing.often.weekly")}},
		string(m.answers.Often), func(key string) {
			s.answer(job.Answers{Often: job.Often(key), PaperForRest: m.answers.PaperForRest})
		})
	advice := m.advice(m.now)
	chosen := m.way()
	lines := []fyne.CanvasObject{
		parts.Stack(6, look.Strong(env.T("mailing.often")), often.Object),
		parts.Stack(6, look.Strong(env.T("mailing.rest")), s.restTabs()),
	}
	lines = append(lines, parts.Stack(6, look.Strong(env.T("mailing.advice")), s.patternCard(advice.Pattern, chosen, s.because(advice.Reasons[0]))))
	if chosen != advice.Pattern {
		lines = append(lines, parts.Stack(6, look.Strong(env.T("mailing.chosen")), s.patternCard(chosen, chosen, "")))
	}
	lines = append(lines, s.worthKnowing(advice, chosen)...)
	var others []fyne.CanvasObject
	for _, pattern := range patterns {
		if pattern == advice.Pattern || pattern == chosen || pattern == post.PatternSendOrPrint && s.agreed.noPaper() {
			continue
		}
		others = append(others, s.patternCard(pattern, chosen, ""))
	}
	fold := parts.NewFold("mailing.others", env.T("mailing.others"), s.others, parts.Stack(look.Near, others...), func(open bool) {
		s.others = open
		env.Redraw()
	})
	fold.Say(env.T("mailing.others.text"), false)
	p := s.page(env.T("mailing.pattern.lead"), parts.Form(append(lines, fold.Object)...))
	p.Next = parts.Main("mailing.next", env.T("button.next"), s.next).Off(!m.somebody())
	return p.View()
}

// answer takes an answer and shows the way that follows.
func (s *Screen) answer(answers job.Answers) {
	s.model.answer(answers)
	s.others = false
	s.env.Redraw()
}

// restTabs ask what those without Digipost get.
func (s *Screen) restTabs() fyne.CanvasObject {
	env, m := s.env, &s.model
	if s.agreed.noPaper() {
		return parts.Note(parts.ToneInfo, env.T("letter.paper.not_agreed"), parts.WizardText)
	}
	key := "none"
	if m.answers.PaperForRest {
		key = "paper"
	}
	tabs := parts.NewTabs("mailing.rest", []parts.Tab{{Key: "none", Title: env.T("mailing.rest.none")}, {Key: "paper", Title: env.T("mailing.rest.paper")}}, key,
		func(key string) { s.answer(job.Answers{Often: m.answers.Often, PaperForRest: key == "paper"}) })
	if s.agreed.unasked {
		return parts.Stack(6, tabs.Object, look.Small(env.T("letter.paper.unasked")).Wrap(parts.WizardText))
	}
	return tabs.Object
}

// patternCard is one of the four ways.
func (s *Screen) patternCard(pattern, chosen post.Pattern, why string) fyne.CanvasObject {
	env := s.env
	card := parts.NewChoice("mailing.pattern."+string(pattern), patternIcons[pattern], env.T("mailing.pattern."+string(pattern)),
		env.T("mailing.pattern."+string(pattern)+".text"), why, choiceText, func() {
			s.model.take(pattern)
			s.others = false
			env.Redraw()
		})
	card.Choose(pattern == chosen)
	return card
}

// because is a reason of the advice in words; numbers are written as the language
// has them.
func (s *Screen) because(reason job.Because) string {
	var pairs []string
	count := -1
	for name, value := range reason.Fields {
		n, err := strconv.Atoi(value)
		if err == nil {
			value = s.env.Words.Number(n)
		}
		if name == "count" || name == "days" {
			count = n
		}
		pairs = append(pairs, name, value)
	}
	if count >= 0 {
		return s.env.Words.Count("mailing.because."+reason.Code, count, pairs...)
	}
	return s.env.T("mailing.because."+reason.Code, pairs...)
}

// worthKnowing are the other reasons, and the split where one is needed first.
func (s *Screen) worthKnowing(advice job.Advice, chosen post.Pattern) []fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	for _, reason := range advice.Reasons[1:] {
		if chosen == advice.Pattern {
			lines = append(lines, parts.Note(parts.ToneInfo, s.because(reason), parts.WizardText))
		}
	}
	if m.from == fromRest || advice.Reasons[0].Code == becauseFresh && chosen == advice.Pattern || chosen != post.PatternSplitFirst && chosen != post.PatternRegister {
		return lines
	}
	if chosen == post.PatternSplitFirst || chosen != advice.Pattern {
		if m.people.NotChecked == 0 {
			lines = append(lines, parts.Note(parts.ToneGood, env.T("mailing.all_checked"), parts.WizardText))
		} else {
			lines = append(lines, parts.Note(parts.ToneInfo, env.Words.Count("mailing.hint.split", m.people.NotChecked), parts.WizardText))
		}
	}
	if s.ports.HasSFTPKey != nil && !m.basis.hasKey {
		return append(lines, parts.Note(parts.ToneCare, env.T("mailing.split.no_key"), parts.WizardText),
			parts.Left(parts.Quiet("mailing.settings", env.T("nav.settings"), func() { env.Go(parts.PlaceSettings, "") }).Icon(look.IconSettings)))
	}
	return append(lines, parts.Left(parts.Quiet("mailing.split", env.T("mailing.split"), func() { env.Go(parts.PlaceSplit, s.splitArg()) }).Icon(look.IconSplit)))
}

// largeNote says that the document is too large for sending to everybody at once
// to be wise.
func (s *Screen) largeNote() fyne.CanvasObject {
	return parts.Stack(look.Tight, parts.Note(parts.ToneInfo, s.env.T("mailing.document.large", "size", s.env.Words.Size(s.model.facts.Size),
		"limit", s.env.Words.Number(job.SmallLetter/1000)), parts.WizardText),
		parts.Left(parts.Link("mailing.pattern", s.env.T("mailing.pattern.again"), func() { s.goTo(stepPattern) })))
}
