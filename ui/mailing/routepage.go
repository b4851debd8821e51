package mailing

import (
	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// routeCard says how the letters leave the machine, and why. Where both ways are
// to be had, the person may take the other.
func (s *Screen) routeCard() fyne.CanvasObject {
	env, r := s.env, s.model.plan.route
	const text = parts.WizardText - 2*look.Group
	lines := []fyne.CanvasObject{look.Strong(env.T("mailing.route"))}
	if r.both {
		lines = append(lines, parts.NewTabs("mailing.via", []parts.Tab{{Key: string(post.ViaREST), Title: env.T("mailing.route.rest")},
			{Key: string(post.ViaBatch), Title: env.T("mailing.route.batch")}}, string(r.via), func(key string) { s.goBy(post.Via(key)) }).Object)
	} else {
		lines = append(lines, look.Body(env.T("mailing.route."+string(r.via))))
	}
	lines = append(lines, parts.WithID("mailing.route."+string(r.via), look.QuietText(s.routeReason(r)).Wrap(text)))
	if r.via == post.ViaBatch {
		lines = append(lines, look.Body(env.T("mailing.route.all_or_none")).Wrap(text))
	}
	return parts.Card(parts.Stack(look.Near, lines...))
}

// routeReason is why the letters go this way.
func (s *Screen) routeReason(r route) string {
	env := s.env
	switch {
	case r.via != r.rule:
		return env.T("mailing.route.why.chosen", "way", env.T("mailing.route."+string(r.rule)))
	case r.reason == job.ViaLacksOption:
		return env.T("mailing.route.why.lacks", "option", env.T("mailing.lacks."+r.lacks))
	case r.reason == job.ViaNoFeature && s.agreed.proof == nil:
		return env.T("mailing.route.why.unasked")
	}
	return env.T("mailing.route.why."+string(r.reason), "limit", env.Words.Number(job.ManyLetters))
}

// paperNotes are what to know of the letters that may go on paper.
func (s *Screen) paperNotes() []fyne.CanvasObject {
	env, m := s.env, &s.model
	var lines []fyne.CanvasObject
	if without := withoutAddress(m.plan.people); m.onPaper() && without > 0 {
		lines = append(lines, parts.Note(parts.ToneInfo, env.Words.Count("mailing.no_address", without), parts.WizardText))
	}
	if m.plan.forgotten != nil {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("letter.return.forgotten"), parts.WizardText))
	}
	return lines
}
