package mailing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/flow"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// coolingTimes are the cooling-off times to choose from for this mailing.
var coolingTimes = []time.Duration{0, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// start is when a mailing is to start, as it is being chosen.
type start struct {
	later bool
	at    parts.Moment
}

// when is the time chosen, zero for as soon as it may, and what is wrong with it as
// a key of words.
func (c start) when(now time.Time) (at time.Time, wrong string) {
	if !c.later {
		return time.Time{}, ""
	}
	return c.at.After(now)
}

// approveView asks for the yes, with the mode large.
func (s *Screen) approveView() fyne.CanvasObject {
	env, m := s.env, &s.model
	draft := m.plan.draft
	n := draft.Sendable()
	approve := parts.Main("mailing.approve", env.T("mailing.approve"), s.approve).Careful().Off(s.busy != "" || n >= typedFrom && !s.typed)
	switch {
	case s.busy == busyApprove:
		approve.Set(env.T("mailing.approving"))
	case m.start.later:
		approve.Set(env.T("mailing.approve.later"))
	case m.plan.coolingOff == 0:
		approve.Set(env.T("mailing.approve.now"))
	}
	lines := []fyne.CanvasObject{s.mode(draft.Job.Sender),
		look.NewText(env.Words.Count("mailing.approve.text", n, "subject", draft.Job.Subject), look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink}).Wrap(parts.WizardText)}
	if s.busy == busyApprove {
		lines = append(lines, s.meterView(nil))
	} else {
		lines = append(lines, parts.Panel(parts.Around(look.Near, s.approveFacts())))
	}
	if n >= typedFrom && s.busy == "" {
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
	if m.plan.route.via == post.ViaBatch {
		lines = append(lines, parts.WithID("mailing.all_or_none", parts.Note(parts.ToneInfo, env.T("mailing.route.all_or_none"), parts.WizardText)))
	}
	if s.busy == "" {
		lines = append(lines, s.timesFold())
	}
	p := s.page(s.approveLead(), parts.Form(lines...))
	p.Next = approve
	return p.View()
}

// approveLead says what happens after the yes, and how long it can be stopped.
func (s *Screen) approveLead() string {
	env, m := s.env, &s.model
	at, wrong := m.start.when(env.Now())
	switch {
	case wrong == "" && !at.IsZero():
		return env.T("mailing.approve.lead.later", "time", env.Words.Time(at))
	case m.plan.coolingOff > 0:
		return env.T("mailing.approve.lead", "time", env.Words.Clock(m.plan.coolingOff))
	}
	return env.T("mailing.approve.lead.none")
}

// approveFacts are the letters by channel, what they may cost, and the fingerprint.
func (s *Screen) approveFacts() fyne.CanvasObject {
	env, m := s.env, &s.model
	facts := []parts.Fact{{Label: env.T("mailing.fact.channels"), Value: s.channels(m.plan.people)},
		{Label: env.T("mailing.fact.cost"), Value: s.costSummary()}, {Label: env.T("mailing.fact.fingerprint"), Value: short(m.plan.draft.Job.Fingerprint)}}
	return parts.WithID("mailing.approve.facts", parts.Facts(152, parts.WizardText-2*look.Group-152, facts...))
}

// channels are the letters by the channel they are likely to go by, in words.
func (s *Screen) channels(people flow.People) string {
	env := s.env
	var lines []string
	add := func(key string, n int) {
		if n > 0 {
			lines = append(lines, env.Words.Count(key, n))
		}
	}
	add("mailing.channel.digipost", people.WithDigipost)
	if s.model.onPaper() {
		add("mailing.channel.unchecked.paper", people.NotChecked)
		add("mailing.channel.paper", people.Others)
	} else {
		add("mailing.channel.unchecked", people.NotChecked+people.Others)
	}
	left := 0
	for _, n := range people.LeftOut {
		left += n
	}
	add("mailing.fact.left", left)
	return strings.Join(lines, "\n")
}

// timesFold is when the mailing goes and how long it can be stopped. Closed, it
// says what is chosen.
func (s *Screen) timesFold() fyne.CanvasObject {
	env, m := s.env, &s.model
	fold := parts.NewFold("mailing.times", env.T("mailing.times"), s.times || m.start.later, parts.Form(s.coolingChoice(), s.startChoice()), func(open bool) {
		s.times = open
		env.Redraw()
	})
	said := s.coolingFact()
	if at, wrong := m.start.when(env.Now()); wrong == "" && !at.IsZero() {
		said = env.T("mailing.start.said", "time", env.Words.Time(at)) + " " + said
	}
	fold.Say(said, m.plan.coolingOff == 0)
	return fold.Object
}

// coolingChoice is how long this mailing can be stopped.
func (s *Screen) coolingChoice() fyne.CanvasObject {
	env, m := s.env, &s.model
	times := coolingTimes
	if !slices.Contains(times, m.plan.coolingOff) {
		times = append(slices.Clone(times), m.plan.coolingOff)
		slices.Sort(times)
	}
	var tabs []parts.Tab
	for _, d := range times {
		title := env.T("mailing.cooling.none")
		if d > 0 {
			title = env.T("mailing.cooling.minutes", "minutes", env.Words.Number(int(d.Round(time.Minute)/time.Minute)))
			if d%time.Minute != 0 {
				title = env.Words.Clock(d)
			}
		}
		tabs = append(tabs, parts.Tab{Key: d.String(), Title: title})
	}
	chosen := parts.NewTabs("mailing.cooling", tabs, m.plan.coolingOff.String(), func(key string) {
		if d, err := time.ParseDuration(key); err == nil {
			m.plan.coolingOff = d
		}
		env.Redraw()
	})
	lines := []fyne.CanvasObject{look.Strong(env.T("mailing.fact.cooling_off")), chosen.Object}
	if m.plan.coolingOff == 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("mailing.fact.cooling_off.none"), parts.WizardText))
	} else {
		lines = append(lines, look.Small(env.T("mailing.cooling.help")).Wrap(parts.WizardText))
	}
	return parts.Stack(6, lines...)
}

// startChoice is when the mailing starts.
func (s *Screen) startChoice() fyne.CanvasObject {
	env, m := s.env, &s.model
	later := parts.NewSwitch("mailing.start", env.T("mailing.start"), m.start.later, func(on bool) {
		if m.start.later = on; on {
			s.propose(&m.start.at, deliverDays, early)
		}
		env.Redraw()
	})
	if !m.start.later {
		return later.Object
	}
	pair := parts.MomentField(env, "mailing.start.at", env.T("mailing.start.at"), &m.start.at)
	if _, wrong := m.start.when(env.Now()); wrong != "" && s.asked {
		pair.SetError(env.T(wrong))
	}
	return parts.Stack(look.Near, later.Object, pair.Field.Object,
		parts.WithID("mailing.start.awake", parts.Note(parts.ToneInfo, env.T("mailing.start.awake"), parts.WizardText)))
}

// approve stores the plan, starts the clock, and leads to the job. It is not
// given up when the person goes elsewhere meanwhile.
func (s *Screen) approve() {
	m := &s.model
	p := m.plan
	if s.busy != "" || p.draft == nil || p.draft.Sendable() >= typedFrom && !s.typed || s.unanswered() != "" {
		return
	}
	said := yes{coolingOff: p.coolingOff}
	var wrong string
	if said.at, wrong = m.start.when(s.env.Now()); wrong != "" {
		s.asked = true
		s.env.Redraw()
		return
	}
	if p.found != nil {
		said.allowed = p.found.overruled(m.own)
	}
	if n := len(p.foreign()); n > 0 {
		said.allowed = map[string]int{"shared": n}
	}
	s.busy, s.err = busyApprove, nil
	s.env.Redraw()
	task.Run(s.env.Run, func(ctx context.Context) (post.Job, error) { return approve(ctx, s.ports, p.draft, said) }, func(approved post.Job, err error) {
		s.busy = ""
		if err != nil {
			s.err = err
			if s.isOpen {
				s.env.Redraw()
			}
			return
		}
		s.forget()
		toast := "mailing.approved"
		if !said.at.IsZero() {
			toast = "mailing.approved.later"
		}
		s.env.Toast(s.env.T(toast), nil)
		if s.isOpen {
			s.env.Go(parts.PlaceJobs, approved.ID)
		}
	})
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
		parts.Around(look.Apart, parts.RowTop(look.Apart, parts.Stack(0, look.NewIconOf(icon, color, 36)), parts.Fill(parts.Stack(look.Tight,
			parts.Row(look.Apart, look.NewText(env.T(mode), look.Style{Size: look.SizeTitle, Bold: true, Color: color}),
				parts.Fill(look.NewText(env.T(mode+".text"), look.Style{Size: look.SizeBody, Color: color}).Clip())),
			look.NewText(parts.SenderName(env.Words, sender), look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink}).Wrap(parts.WizardText-120)))))))
}
