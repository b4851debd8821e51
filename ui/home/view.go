package home

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// gather is how long changes are collected before the screen reads again.
const gather = 300 * time.Millisecond

// Screen is the first screen.
type Screen struct {
	env   *parts.Env
	ports Ports

	state  State
	read   bool
	err    error
	bars   map[string]*parts.Progress
	slot   task.Latest
	waits  func()
	isOpen bool
	// stamp says when the screen was read last.
	stamp  *look.Text
	readAt time.Time

	cost                           Cost
	costRead                       bool
	costAt                         time.Time
	costSlot                       task.Latest
	costWaits                      func()
	costSum, costLetters, costTime *look.Text
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen { return &Screen{env: env, ports: ports} }

// Open starts reading.
func (s *Screen) Open(string) {
	s.isOpen = true
	s.Reload()
}

// Leave stops reading.
func (s *Screen) Leave() {
	s.isOpen = false
	s.slot.Cancel()
	s.costSlot.Cancel()
	for _, stop := range []func(){s.waits, s.costWaits} {
		if stop != nil {
			stop()
		}
	}
	s.waits, s.costWaits = nil, nil
}

// Notice reads again soon; many changes are one reading.
func (s *Screen) Notice(post.Notice) {
	if s.waits == nil {
		s.waits = s.env.Run.After(gather, func() {
			s.waits = nil
			s.Reload()
		})
	}
}

// Reload reads again.
func (s *Screen) Reload() {
	now := s.env.Now()
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (State, error) { return Read(ctx, s.ports, now) }, s.take)
	s.readCost()
}

func (s *Screen) take(state State, err error) {
	if !s.isOpen {
		return
	}
	same := s.read && err == nil && s.err == nil && s.state.Alike(state)
	if err == nil {
		s.state, s.readAt = state, s.env.Now()
	}
	s.err, s.read = err, true
	if !same {
		s.env.Redraw()
		return
	}
	if s.stamp != nil {
		s.stamp.Set(s.stampText())
	}
	for _, job := range state.Running {
		if bar := s.bars[job.ID]; bar != nil {
			bar.Set(job.Counts.Settled(), job.Counts.Total)
		}
	}
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	page := parts.Page{Title: s.env.T("home.title"), Broad: true, Fault: parts.NewFaultBox(s.env, look.Reading)}
	page.Fault.Show(s.err)
	s.bars, s.stamp = map[string]*parts.Progress{}, nil
	switch {
	case !s.read:
	case s.err == nil && s.state.Empty():
		return s.emptyPage()
	default:
		right := []fyne.CanvasObject{s.registerCard()}
		if cost := s.costCard(); cost != nil {
			right = append(right, cost)
		}
		s.stamp = look.Small(s.stampText())
		page.Aside = []fyne.CanvasObject{s.stamp}
		page.Content = parts.RowTop(look.Edge, parts.Fill(s.left()), parts.Stack(look.Apart, right...))
	}
	page.Next = parts.Main("home.mailing", s.env.T("button.new_mailing"), func() { s.env.Go(parts.PlaceMailing, "") }).Icon(look.IconMailing)
	page.Extra = []*parts.Button{
		parts.Quiet("home.import", s.env.T("button.import"), s.importList).Icon(look.IconSheet),
		parts.Quiet("home.letter", s.env.T("button.new_letter"), func() { s.env.Go(parts.PlaceLetter, "") }).Icon(look.IconLetter)}
	return page.View()
}

// stampText says when the numbers on the screen were read.
func (s *Screen) stampText() string {
	if s.readAt.IsZero() {
		return ""
	}
	return s.env.T("home.read", "time", s.readAt.Local().Format("15:04"))
}

func (s *Screen) importList() { s.env.Go(parts.PlaceSheet, "") }

func (s *Screen) emptyPage() fyne.CanvasObject {
	text, button := s.env.T("home.empty"), parts.Main("home.import", s.env.T("button.import"), s.importList).Icon(look.IconSheet)
	content := parts.Empty(look.IconPigeon, text, button)
	if s.ports.Sample != "" {
		sample := parts.Link("home.sample", s.env.T("home.sample"), func() { s.env.Go(parts.PlaceSheet, s.ports.Sample) })
		content = container.NewCenter(parts.Stack(4, content, container.NewCenter(sample)))
	}
	return parts.Page{Title: s.env.T("home.title"), Wide: true, Content: content}.View()
}

// left is what needs the person, what runs, and what was sent.
func (s *Screen) left() fyne.CanvasObject {
	groups := []fyne.CanvasObject{s.group("home.actions", s.actions())}
	if len(s.state.Running) > 0 {
		groups = append(groups, s.group("home.running", s.running()))
	}
	if len(s.state.Last) > 0 {
		groups = append(groups, s.group("home.last", s.last()))
	}
	return parts.Stack(look.Edge, groups...)
}

func (s *Screen) group(key string, content fyne.CanvasObject) fyne.CanvasObject {
	return parts.Stack(12, look.Heading(s.env.T(key)), content)
}

func (s *Screen) actions() fyne.CanvasObject {
	if len(s.state.Actions) == 0 {
		return parts.Row(look.Near, look.NewIcon(look.IconTickCircle, look.Good), look.QuietText(s.env.T("home.actions.none")))
	}
	var rows []fyne.CanvasObject
	for i, action := range s.state.Actions {
		icon, color := actionShape(s.env.Words, action)
		what, button, where, arg := s.action(action)
		buttons := []*parts.Button{parts.Quiet("home.action."+string(action.Kind)+suffix(action.Job+string(action.Code)+action.Step), button, func() { s.env.Go(where, arg) })}
		if action.Kind == ActionReminder && s.ports.PutOff != nil {
			buttons = append([]*parts.Button{parts.Link("home.put_off", s.env.T("home.put_off"), s.putOff)}, buttons...)
		}
		room := actionRoom
		if len(buttons) > 1 {
			room = actionRoomBeside
		}
		rows = append(rows, line(i, icon, color, look.Body(what).Wrap(room), "", buttons...))
	}
	return parts.Panel(parts.Stack(0, rows...))
}

// putOff lets the reminder of an application come again later.
func (s *Screen) putOff() {
	task.Run(s.env.Run, s.ports.PutOff, func(_ post.Onboarding, err error) {
		if err != nil {
			s.err = err
			s.env.Redraw()
			return
		}
		s.env.Toast(s.env.T("home.put_off.done"), nil)
		if s.isOpen {
			s.Reload()
		}
	})
}

// suffix tells two actions of one kind apart for tests.
func suffix(about string) string {
	if about == "" {
		return ""
	}
	return "." + about
}

func actionShape(words *look.Words, a Action) (look.IconName, fyne.ThemeColorName) {
	switch a.Kind {
	case ActionDeviations:
		status := parts.DeviationStatus(words, a.Code)
		return status.Icon, status.Color
	case ActionPaused:
		return look.IconPause, look.Care
	case ActionDecide:
		return look.IconHand, look.Care
	case ActionEBoxStep, ActionEBoxExpiring:
		return look.IconHourglass, look.Care
	case ActionEBoxNew:
		return look.IconTray, look.Accent
	case ActionApprove, ActionSignUp, ActionApplied, ActionReturned:
		return look.IconClock, look.Accent
	case ActionRefused, ActionNotReached, ActionDenied:
		return look.IconCross, look.Stop
	case ActionCertificate:
		if a.Count <= parts.RenewSoon {
			return look.IconWarning, look.Stop
		}
	case ActionUnsure:
		return look.IconQuestion, look.Care
	}
	return look.IconWarning, look.Care
}

// action gives the words for an action and where its button leads.
func (s *Screen) action(a Action) (what, button string, where parts.Place, arg string) {
	words, where, arg := s.env.Words, parts.PlaceJobs, a.Job
	button = s.env.T("home.action." + string(a.Kind) + ".button")
	switch a.Kind {
	case ActionSignUp, ActionApplied, ActionReminder, ActionReturned, ActionDenied:
		key := "home.action." + string(a.Kind)
		if a.Kind == ActionSignUp && !a.Date.IsZero() {
			key += ".begun"
		}
		return s.env.T(key, "date", words.Date(a.Date)), button, parts.PlaceWelcome, "choose"
	case ActionTrouble:
		reason, _ := parts.Explain(words, a.Trouble, nil)
		if a.Trouble == post.CodeUnreachable || a.Trouble == post.CodeTimeout {
			return s.env.T("home.action.offline", "name", a.Name, "time", words.Time(a.Date)), button, where, arg
		}
		return s.env.T("home.action.trouble", "name", a.Name, "reason", reason), button, where, arg
	case ActionDeviations:
		what := words.Count("home.action.deviations."+string(a.Code), a.Count)
		return s.env.T("home.action.deviations", "what", what, "age", parts.Age(words, a.Date, s.env.Now())), button, where, "deviations:" + string(a.Code)
	case ActionPaused, ActionDecide:
		return s.env.T("home.action."+string(a.Kind), "name", a.Name, "time", words.Time(a.Date)), button, where, arg
	case ActionCertificate:
		return s.certificateWords(a), button, parts.PlaceSettings, "sender"
	case ActionRefused:
		return s.env.T("home.action.refused", "name", a.Name), button, where, arg
	case ActionEBoxStep, ActionEBoxNew, ActionEBoxExpiring:
		what, where, arg = s.belgianWords(a)
		return what, button, where, arg
	}
	return words.Count("home.action."+string(a.Kind), a.Count, "name", a.Name), button, where, arg
}

// certificateWords say how long a certificate still lasts.
func (s *Screen) certificateWords(a Action) string {
	date := s.env.Words.Date(a.Date)
	switch {
	case a.Count < 0:
		return s.env.T("home.action.certificate.over", "date", date)
	case a.Count == 0:
		return s.env.T("home.action.certificate.today", "date", date)
	}
	return s.env.Words.Count("home.action.certificate", a.Count, "date", date)
}

// actionRoom is the width of what needs the person where the window is small, and
// actionRoomBeside where two buttons stand beside it: all of it is to be read, so
// that it goes on on a second line.
const (
	actionRoom       = float32(390)
	actionRoomBeside = float32(250)
)

// line is one row of a panel: a shape, a sentence, something quiet, buttons.
func line(index int, icon look.IconName, color fyne.ThemeColorName, text fyne.CanvasObject, quiet string, buttons ...*parts.Button) fyne.CanvasObject {
	row := []fyne.CanvasObject{look.NewIcon(icon, color), parts.Fill(text)}
	if quiet != "" {
		row = append(row, look.QuietText(quiet))
	}
	for _, button := range buttons {
		row = append(row, button)
	}
	content := parts.Inset(12, 8, 4, 8, parts.Row(12, row...))
	if index == 0 {
		return content
	}
	return parts.Stack(0, look.NewHairline(), content)
}

func (s *Screen) running() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, job := range s.state.Running {
		head := parts.Row(12, parts.Fill(look.Strong(job.Name).Clip()), parts.JobNow(s.env.Words, job).View(),
			parts.Quiet("home.open."+job.ID, s.env.T("button.open"), func() { s.env.Go(parts.PlaceJobs, job.ID) }))
		var below fyne.CanvasObject
		switch {
		case job.State == post.JobCoolingOff && !job.StartAt.IsZero():
			below = look.QuietText(s.env.T("home.running.planned", "time", s.env.Words.Time(job.StartAt))).Clip()
		case job.State == post.JobCoolingOff: // letters that wait at Digipost are not progress
			below = look.QuietText(s.env.T("home.running.cooling")).Clip()
		default:
			bar := parts.NewProgress(s.env, "")
			bar.Set(job.Counts.Settled(), job.Counts.Total)
			s.bars[job.ID] = bar
			below = bar.Object
		}
		content := parts.Inset(12, 8, 4, 8, parts.Stack(4, head, parts.Inset(0, 0, 8, 0, below)))
		if i > 0 {
			rows = append(rows, look.NewHairline())
		}
		rows = append(rows, content)
	}
	return parts.Panel(parts.Stack(0, rows...))
}

func (s *Screen) last() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, job := range s.state.Last {
		state, quiet := s.lately(job)
		rows = append(rows, line(i, state.Icon, state.Color, look.Body(job.Name).Clip(), quiet,
			parts.Link("home.last."+job.ID, s.env.T("button.open"), func() { s.env.Go(parts.PlaceJobs, job.ID) })))
	}
	return parts.Panel(parts.Stack(0, rows...))
}

// lately is where a job is and what is known of it by now: a letter's own
// status, or how many of a mailing were delivered and opened.
func (s *Screen) lately(job post.Job) (state parts.Status, quiet string) {
	words, date := s.env.Words, s.env.Words.Date(job.Created)
	if status := fate(job); status != "" {
		state = parts.ItemStatus(words, status)
		return state, words.Get("home.letter.status", "status", state.Word, "date", date)
	}
	reached := 0
	for status, count := range job.Counts.ByStatus {
		if status.Reached() {
			reached += count
		}
	}
	key, opened := "home.reached", job.Counts.ByStatus[post.ItemOpened]
	if opened > 0 {
		key = "home.reached.opened"
	}
	return parts.JobState(words, job.State), words.Get(key, "reached", words.Number(reached), "total", words.Number(job.Counts.Total),
		"opened", words.Number(opened), "date", date)
}

// registerCard is the share with Digipost, in words and as a bar.
func (s *Screen) registerCard() fyne.CanvasObject {
	words, overview := s.env.Words, s.state.Register
	have := overview.BySplit[post.HasDigipost]
	lines := []fyne.CanvasObject{look.Strong(s.env.T("home.register"))}
	if overview.Total == 0 {
		lines = append(lines, look.QuietText(s.env.T("empty.people")).Wrap(cardText))
	} else if overview.LastSplit.IsZero() {
		lines = append(lines, look.NewText(words.Number(overview.Total), look.Style{Size: look.SizeTitle, Bold: true, Color: look.Ink}),
			look.QuietText(words.Count("home.register.people", overview.Total)).Wrap(cardText),
			look.QuietText(s.env.T("home.register.never")).Wrap(cardText),
			parts.Left(parts.Quiet("home.split", s.env.T("home.register.split"), func() { s.env.Go(parts.PlaceSplit, "") }).Icon(look.IconSplit)))
	} else {
		lines = append(lines, look.NewText(s.env.T("home.register.share", "have", words.Number(have), "total", words.Number(overview.Total)),
			look.Style{Size: look.SizeTitle, Bold: true, Color: look.Ink}),
			look.QuietText(s.env.T("home.register.have")).Wrap(cardText), parts.Share(have, overview.Total, look.Good),
			look.Small(s.env.T("home.register.last", "date", words.Date(overview.LastSplit))))
	}
	return parts.Width(cardWidth, parts.Card(parts.Stack(look.Near, lines...)))
}
