package jobs

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// takeOutPatience is how long the page waits to hear whether somebody was taken
// out in time.
const takeOutPatience = 30 * time.Second

// moving is the part of the page that moves: the clock, or the bar, and whether
// the program may be closed.
func (s *Screen) moving() []fyne.CanvasObject {
	job := s.detail.job
	switch {
	case job.State == post.JobReady:
		return []fyne.CanvasObject{s.ready(), s.safeLine(nil)}
	case paused(job):
		return append([]fyne.CanvasObject{s.pausedCard()}, s.goingOn()...)
	case miscounted(job):
		return []fyne.CanvasObject{s.countsCard(), s.safeLine(nil)}
	case scheduled(job):
		return append([]fyne.CanvasObject{s.plannedCard()}, s.outcome()...)
	case job.State == post.JobCoolingOff:
		lines := append([]fyne.CanvasObject{s.coolingOff()}, s.outcome()...)
		if job.Kind != post.KindMailing { // there it stands above the people
			lines = append(lines, s.safeLine(nil))
		}
		return lines
	case job.State == post.JobSending, job.State == post.JobWaiting:
		return s.goingOn()
	}
	return nil
}

// coolingOff is the clock, with what can still be done.
func (s *Screen) coolingOff() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	words := parts.ClockWords{Text: s.where()}
	if job.Kind == post.KindMailing {
		words.Stop = env.T("jobs.stop.all")
		words.Extra = append(words.Extra, parts.Quiet("jobs.take_out.find", env.T("jobs.take_out.find"), s.findToTakeOut).Icon(look.IconPeople))
	}
	if pause := s.pauseButton(); pause != nil {
		words.Extra = append(words.Extra, pause)
	}
	s.clock = parts.NewClockSaying(env, "jobs", words, s.clockFrom(), job.ReleaseAt, s.stop, s.more, s.readAgain)
	return s.clock.Object
}

// clockFrom is when the clock was set going: at the approval, when a planned job was
// started, or when one that was paused went on.
func (s *Screen) clockFrom() time.Time {
	from := s.detail.job.ApprovedAt
	for _, event := range s.detail.events {
		if (event.Code == "started_now" || event.Code == "continued") && event.At.After(from) {
			from = event.At
		}
	}
	return from
}

// where says where the letters of a job lie that have not gone yet.
func (s *Screen) where() string {
	env, job := s.env, s.detail.job
	n := job.Counts.ByStatus[post.ItemReceived]
	switch {
	case job.Kind == post.KindSplit:
		return env.T("jobs.where.split")
	case job.HoldsAtDigipost() && n > 0 && (job.BatchStep == post.BatchOpen || job.BatchStep == post.BatchCreating):
		return env.Words.Count("jobs.where.digipost", n, "total", env.Words.Number(job.Approved))
	case job.Kind == post.KindLetter:
		return env.T("jobs.where.letter")
	case job.State == post.JobCoolingOff:
		return env.T("jobs.where.here")
	}
	return ""
}

// pauseButton lets a job wait; nil where it cannot.
func (s *Screen) pauseButton() *parts.Button {
	if s.ports.Control == nil || !canPause(s.detail.job) || s.stopping || s.detail.job.Kind == post.KindLetter {
		return nil
	}
	return parts.Quiet("jobs.pause", s.env.T("jobs.pause"), func() { s.act("pause", control(s.ports.Control.Pause)) }).Icon(look.IconPause).Off(s.busy != "")
}

func control(do func(context.Context, string) (post.Job, error)) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		_, err := do(ctx, id)
		return err
	}
}

// pausedCard says since when nothing leaves, and goes on.
func (s *Screen) pausedCard() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	since := env.T("jobs.paused.since", "time", env.Words.Time(job.PausedAt), "age", parts.Age(env.Words, job.PausedAt, env.Now()))
	text := "jobs.paused.text"
	if job.State == post.JobCoolingOff {
		text = "jobs.paused.cooling_off"
	}
	return s.banner(look.IconPause, since, env.T(text))
}

// plannedCard says when a job starts, and that the computer has to be on then.
func (s *Screen) plannedCard() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	title := env.T("jobs.planned.at", "time", env.Words.Time(job.StartAt), "left", s.until(job.StartAt))
	buttons := []fyne.CanvasObject{parts.StopButton("jobs.stop", env.T("jobs.stop.planned"), s.stop).Icon(look.IconStop).Off(s.busy != "")}
	if s.ports.StartNow != nil {
		wait := s.detail.coolingOff
		now := parts.Quiet("jobs.start_now", env.T("jobs.start_now"), func() {
			s.act("start", func(ctx context.Context, id string) error {
				_, err := s.ports.StartNow(ctx, id, wait)
				return err
			})
		}).Icon(look.IconPlay).Off(s.busy != "")
		buttons = append(buttons, now, look.Small(env.T("jobs.start_now.help", "time", env.Words.Clock(wait))))
	}
	return s.banner(look.IconClock, title, env.T("jobs.planned.text"), parts.Row(12, append(buttons, parts.Fill(nil))...))
}

// until is how long it is to a moment, in the largest whole unit.
func (s *Screen) until(at time.Time) string {
	words, rest := s.env.Words, at.Sub(s.env.Now())
	switch {
	case rest < time.Minute:
		return words.Get("jobs.until.soon")
	case rest < time.Hour:
		return words.Count("jobs.until.minutes", int(rest/time.Minute))
	case rest < 48*time.Hour:
		return words.Count("jobs.until.hours", int((rest+30*time.Minute)/time.Hour))
	}
	return words.Count("jobs.until.days", int(rest/(24*time.Hour)))
}

// banner stands out at the top of a job that waits: what it waits for, in large
// words, and what that means.
func (s *Screen) banner(icon look.IconName, title, text string, below ...fyne.CanvasObject) fyne.CanvasObject {
	words := parts.Stack(look.Tight, look.NewText(title, look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink}).Clip(), look.Body(text).Wrap(look.Reading))
	return container.NewStack(look.NewSurface(look.CareSoft, look.Care, look.Radius), parts.Around(20, parts.RowTop(look.Apart,
		parts.Stack(0, look.NewIconOf(icon, look.Care, 28)), parts.Fill(parts.Stack(look.Apart, append([]fyne.CanvasObject{words}, below...)...)))))
}

// going is what moves while a job is at work.
type going struct {
	bar               *parts.StatusBar
	count, rate, tell *look.Text
	head, safe        *fyne.Container
}

// goingOn is the bar of a job at work, how fast it goes, and whether the program
// may be closed.
func (s *Screen) goingOn() []fyne.CanvasObject {
	env, job := s.env, s.detail.job
	g := &going{bar: parts.NewStatusBar(env, false), count: look.Body(""), rate: look.QuietText(""), tell: look.Small("")}
	g.head = parts.Row(12, look.Strong(env.T(doing(job))), parts.Fill(g.count.Clip()), g.rate)
	s.going = g
	lines := []fyne.CanvasObject{parts.Stack(look.Near, g.head, g.bar.Object)}
	g.safe = s.safeLine(g.tell)
	g.show(s)
	return append(append(lines, g.safe), s.outcome()...)
}

// show brings the numbers up to date.
func (g *going) show(s *Screen) {
	job, words := s.detail.job, s.env.Words
	done, total := progress(job)
	g.bar.Set(s.under(job), max(total, 1))
	if total <= 0 {
		g.count.Set(words.Get("progress.starting"))
	} else {
		g.count.Set(words.Count("progress.of", done, "total", words.Number(total)))
	}
	rate, left := s.pace.minute(job, s.env.Now())
	text := ""
	if rate > 0 {
		text = words.Count("jobs.pace", rate)
	}
	if left > 0 {
		text = words.Get("jobs.pace.left", "pace", text, "left", words.Left(left))
	}
	g.rate.Set(text)
	next := ""
	if wait := s.detail.next.Sub(s.env.Now()); !s.detail.next.IsZero() && wait > 0 && job.Trouble != "" {
		next = words.Get("jobs.next_try", "rest", words.Clock(wait))
	}
	g.tell.Set(next)
	g.head.Refresh()
	g.safe.Refresh()
}

// under are the parts of the bar of a job at work: what has an outcome, or lies at
// Digipost. Those who were left out of the plan are not in it.
func (s *Screen) under(job post.Job) []parts.Slice {
	var slices []parts.Slice
	left := max(job.Counts.Total-job.Approved, 0)
	for _, status := range pieOrder {
		n := job.Counts.ByStatus[status]
		if status == post.ItemNotDelivered || status == post.ItemStopped {
			gone := min(n, left)
			n, left = n-gone, left-gone
		}
		if n > 0 && status != post.ItemReady && status != post.ItemSending && !(status == post.ItemReceived && unanswered(job)) {
			slices = append(slices, parts.Slice{Status: parts.ItemStatus(s.env.Words, status), Count: n})
		}
	}
	return slices
}

// safeLine answers whether the program may be closed now, and why. beside stands
// at its right; nil for nothing.
func (s *Screen) safeLine(beside *look.Text) *fyne.Container {
	env := s.env
	answer, why := safe(s.detail.job)
	color := look.Good
	if answer != "yes" {
		color = look.Care
	}
	row := []fyne.CanvasObject{look.NewIconOf(look.IconShield, color, 18), look.NewText(env.T("jobs.safe."+answer), look.Style{Size: look.SizeSmall, Bold: true, Color: look.Ink}),
		parts.Fill(look.Small(env.T("jobs.safe.why." + why)).Clip())}
	if beside != nil {
		row = append(row, beside)
	}
	return parts.Row(look.Near, row...)
}

// safe tells whether the program may be closed: yes, no, or wait, where nothing is
// lost but nothing goes on either; and why.
func safe(job post.Job) (answer, why string) {
	switch {
	case job.State == post.JobReady:
		return "yes", "ready"
	case miscounted(job):
		return "yes", "counts"
	case paused(job):
		return "yes", "paused"
	case scheduled(job):
		return "no", "planned"
	case job.State == post.JobCoolingOff:
		return "wait", "cooling_off"
	case job.State == post.JobWaiting:
		return "yes", "waiting"
	case job.HoldsAtDigipost() && (job.BatchStep == post.BatchOpen || job.BatchStep == post.BatchCreating || job.BatchStep == post.BatchNone):
		return "wait", "batch"
	}
	return "yes", "sending"
}

// findToTakeOut shows those who can be taken out, with the cursor in the search.
func (s *Screen) findToTakeOut() {
	if s.filter, s.status = groupWaiting, ""; s.detail.job.HoldsAtDigipost() {
		s.filter = groupAll
	}
	s.env.Redraw()
	s.FocusSearch()
}

// takeOut takes one person out and waits for the truth: that nothing goes to them,
// or that it was too late.
func (s *Screen) takeOut(item post.Item) {
	if s.busy != "" {
		return
	}
	id, name := s.id, s.nameOf(item)
	s.busy, s.err, s.taking, s.taken = "take_out", nil, name, ""
	s.env.Redraw()
	await := func(context.Context, string) error { return nil }
	if s.ports.Control != nil {
		await = s.ports.Control.AwaitTakeOut
	}
	task.Do(s.env.Run, func(ctx context.Context) error {
		if _, err := s.ports.Jobs.TakeOut(ctx, id, item.CustomerID, item.Seq); err != nil {
			return err
		}
		patient, cancel := context.WithTimeout(ctx, takeOutPatience)
		defer cancel()
		if err := await(patient, id); err != nil && (ctx.Err() != nil || patient.Err() == nil) {
			return err
		}
		return patient.Err()
	}, func(err error) {
		s.busy, s.taking = "", ""
		if !s.isOpen || s.id != id {
			return
		}
		switch {
		case err == nil:
			s.taken, s.tooLate = s.env.T("jobs.take_out.done", "name", name), false
		case post.CodeOf(err) == post.CodeWrongState:
			s.taken, s.tooLate = s.env.T("jobs.take_out.late", "name", name), true
		case err == context.DeadlineExceeded:
			s.taken, s.tooLate = s.env.T("jobs.take_out.unknown", "name", name), true
		default:
			s.err = err
		}
		s.env.Redraw()
		s.readAgain()
	})
}

// outcome says what came of taking somebody out.
func (s *Screen) outcome() []fyne.CanvasObject {
	tone, text := parts.ToneGood, s.taken
	switch {
	case s.taking != "":
		tone, text = parts.ToneInfo, s.env.T("jobs.take_out.asked", "name", s.taking)
	case s.tooLate:
		tone = parts.ToneCare
	}
	if text == "" {
		return nil
	}
	return []fyne.CanvasObject{parts.WithID("jobs.taken", parts.Note(tone, text, look.Reading))}
}

// countsCard shows what was approved beside what Digipost counts, and leaves it to
// the person.
func (s *Screen) countsCard() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	fields := job.TroubleFields
	there := func(key string) string {
		if n, err := strconv.Atoi(fields[key]); err == nil {
			return env.Words.Number(n)
		}
		return env.T("jobs.counts.untold")
	}
	lines := []fyne.CanvasObject{
		look.NewText(env.T("jobs.counts.title"), look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink}).Wrap(parts.CardText),
		look.Body(env.T("jobs.counts.text")).Wrap(parts.CardText),
		parts.Facts(240, parts.CardText-256,
			parts.Fact{Label: env.T("jobs.counts.approved"), Value: there("expected")},
			parts.Fact{Label: env.T("jobs.counts.digipost"), Value: there("digipost")},
			parts.Fact{Label: env.T("jobs.counts.print"), Value: there("print")}),
	}
	if s.ports.Control != nil {
		lines = append(lines, s.countField(countThere(job)).Object)
	}
	return parts.AtMost(look.Reading, parts.WithID("jobs.counts", parts.Card(parts.Stack(look.Apart, lines...))))
}

// countThere is how many letters Digipost counts; what was approved where it does
// not say.
func countThere(job post.Job) int {
	sum, told := 0, false
	for _, key := range []string{"digipost", "print"} {
		if n, err := strconv.Atoi(job.TroubleFields[key]); err == nil {
			sum, told = sum+n, true
		}
	}
	if !told {
		sum, _ = strconv.Atoi(job.TroubleFields["expected"])
	}
	return sum
}

// countField is the field for the number of letters; the main button waits for it.
func (s *Screen) countField(n int) *parts.Field {
	was := s.confirmed
	field := parts.ConfirmCount(s.env, "jobs.count", n, func(right bool) {
		s.confirmed = right
		if s.approve != nil {
			s.approve.Off(!right || s.busy != "")
		}
	})
	if was {
		field.Entry.SetText(strconv.Itoa(n))
	}
	return field
}

// complete completes a batch although the numbers differ, as the person has seen
// and typed.
func (s *Screen) complete() {
	if !s.confirmed {
		return
	}
	s.act("complete", control(s.ports.Control.Complete))
}
