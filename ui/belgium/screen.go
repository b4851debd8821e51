// Package belgium is the way of an enterprise to its Belgian e-Box: eleven steps
// at several offices over weeks, what each needs and gives, and what the program
// can check by itself. What stands on the Belgian sites is always said in Dutch.
package belgium

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Screen is the trajectory in the window.
type Screen struct {
	env   *parts.Env
	model *model

	isOpen bool
	drop   *parts.Drop
	// scroll keeps its place while the same step is drawn anew.
	scroll, list *container.Scroll
	drawn        string
	told         error
}

var (
	_ parts.Screen    = (*Screen)(nil)
	_ parts.Dropper   = (*Screen)(nil)
	_ parts.Refresher = (*Screen)(nil)
	_ parts.Backer    = (*Screen)(nil)
	_ parts.Listener  = (*Screen)(nil)
)

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, model: newModel(env.Run, env.Now, ports)}
	s.model.changed = func() {
		if s.isOpen {
			env.Redraw()
		}
	}
	return s
}

// Open reads the trajectory; arg may be a step, S0 to S10.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	s.model.read(strings.ToUpper(arg))
}

// Leave keeps what was typed.
func (s *Screen) Leave() {
	s.isOpen = false
	s.model.leave()
}

// Reload reads again by F5.
func (s *Screen) Reload() {
	s.model.save()
	s.model.read(s.model.step)
}

// Notice reads again when the trajectory changed elsewhere, for example by a
// command. What is being typed here comes first.
func (s *Screen) Notice(notice post.Notice) {
	m := s.model
	if notice.Topic == post.TopicTrajectory && m.page == pageStep && m.busy == "" && m.note == m.noted && !m.typing() {
		m.refresh()
	}
}

// Back closes a page that lies over the steps, and leads from the first page to
// where one came from.
func (s *Screen) Back() bool {
	switch s.model.page {
	case pageTake:
		s.model.keepOurs()
	case pageAmend:
		s.model.page = pageRead
		s.model.open(s.model.step)
	case pageBegin:
		if s.model.ports.Before == "" {
			return false
		}
		s.env.Go(s.model.ports.Before, "choose")
	default:
		return false
	}
	return true
}

// Dropped takes a file: a colleague's hand-over anywhere, else what the step asks
// for.
func (s *Screen) Dropped(paths []string) {
	switch {
	case len(paths) == 0:
	case strings.HasSuffix(strings.ToLower(paths[0]), HandOverEnding) && s.model.ports.ReadHandOver != nil:
		s.model.readHandOver(paths[0])
	case s.drop != nil:
		s.drop.Dropped(paths)
	}
}

// HandOverEnding is that of the file that hands a trajectory over.
const HandOverEnding = ".json"

func (s *Screen) t(key string, pairs ...string) string { return s.env.T("belgium."+key, pairs...) }

// View builds the page of the moment.
func (s *Screen) View() fyne.CanvasObject {
	s.drop = nil
	fault := parts.NewFaultBox(s.env, look.Reading)
	fault.Show(s.model.err)
	switch s.model.page {
	case pageBegin, pageAmend:
		return s.begin(fault)
	case pageTake:
		return s.take(fault)
	case pageStep:
		return s.steps(fault)
	}
	return parts.Page{Title: s.t("title"), Fault: fault}.View()
}

// stepColumn is how wide the list of steps is.
const stepColumn = float32(264)

// steps is the list of steps at the left and the one that is open beside it. Both
// scroll by themselves.
func (s *Screen) steps(fault *parts.FaultBox) fyne.CanvasObject {
	m := s.model
	content := parts.Stack(look.Group, s.stepPage(fault)...)
	before := s.scroll
	s.scroll = container.NewVScroll(parts.Inset(look.Edge, 4, look.Edge, look.Group, parts.AtMost(parts.WizardText, content)))
	// A new fault stands on top of the page: there it must be seen.
	if before != nil && s.drawn == m.step && (m.err == nil || m.err == s.told || m.looked) {
		s.keepPlace(before)
	}
	s.drawn, s.told = m.step, m.err
	before = s.list
	s.list = container.NewVScroll(parts.Inset(look.Group, 0, 0, look.Near, s.listed()))
	if before != nil {
		s.list.Offset = before.Offset
	}
	s.list.Offset.Y = s.inSight(s.list.Offset.Y)
	p := parts.Page{Title: s.name(), Aside: s.aside(), Wide: true,
		Content: parts.Inset(-look.Edge, 0, -look.Edge, -look.Apart, container.NewBorder(nil, nil, s.list, nil, s.scroll))}
	if id := neighbour(m.step, -1); id != "" {
		p.Back = parts.Quiet("belgium.previous", s.t("previous"), func() { m.open(id) }).Icon(look.IconLeft)
	}
	p.Later = parts.Link("belgium.later", s.env.T("button.later"), func() {
		m.save()
		s.env.Toast(s.t("saved"), nil)
		if m.ports.Later != "" {
			s.env.Go(m.ports.Later, "")
		}
	})
	p.Extra, p.Next = s.buttons()
	return p.View()
}

// Heights of the list of steps: what stands above the first, a step, and what the
// window has beside the list.
const (
	listHead  = float32(42)
	listStep  = float32(44)
	notOfList = float32(220)
)

// inSight gives the offset of the list at which the step that is open can be seen.
func (s *Screen) inSight(offset float32) float32 {
	at := slices.IndexFunc(onboarding.EBoxSteps(false), func(i onboarding.EBoxStepInfo) bool { return i.ID == s.model.step })
	top := listHead + float32(at)*listStep
	seen := s.env.Window.Canvas().Size().Height - notOfList
	switch {
	case top < offset:
		return top
	case top+listStep > offset+seen:
		return top + listStep - seen
	}
	return offset
}

// keepPlace scrolls to where the page was before it was drawn anew.
func (s *Screen) keepPlace(before *container.Scroll) {
	s.scroll.Offset = before.Offset
}

// name is what the trajectory is called: the enterprise's name, or its number.
func (s *Screen) name() string {
	if s.model.t.Name != "" {
		return s.t("title.of", "name", s.model.t.Name)
	}
	return s.t("title.of", "name", parts.Enterprise(s.model.t.Enterprise))
}

func (s *Screen) aside() []fyne.CanvasObject {
	m := s.model
	var buttons []fyne.CanvasObject
	if m.ports.HandOver != nil {
		buttons = append(buttons, parts.Quiet("belgium.hand_over", s.t("hand_over"), func() {
			s.env.SaveFile("e-box-"+m.t.Enterprise+HandOverEnding, func(path string) {
				m.handOver(path, func() { s.env.Toast(s.t("hand_over.done"), nil) })
			})
		}).Icon(look.IconPeople))
	}
	if m.ports.SavePDF != nil {
		buttons = append(buttons, parts.Quiet("belgium.pdf", s.t("pdf"), func() {
			s.env.SaveFile("e-box-"+m.t.Enterprise+".pdf", func(path string) {
				m.savePDF(path, s.env.Words, func() { s.env.Toast(s.t("pdf.done"), nil) })
			})
		}).Icon(look.IconPrinter))
	}
	return buttons
}

// listed are the steps with how far each is, and how many are done.
func (s *Screen) listed() fyne.CanvasObject {
	m := s.model
	var entries []parts.StepEntry
	for _, step := range onboarding.EBoxSteps(m.t.OwnKey) {
		entries = append(entries, parts.StepEntry{ID: "belgium.step." + step.ID, Title: step.ID + "  " + s.title(step.ID), Status: s.status(step.ID),
			Chosen: step.ID == m.step, Tapped: func() { m.open(step.ID) }})
	}
	done, all := onboarding.EBoxProgress(m.t)
	words := s.env.Words.Count("belgium.progress", done, "total", s.env.Words.Number(all))
	if done == 0 {
		words = s.t("progress.none")
	}
	lines := []fyne.CanvasObject{parts.Inset(look.Near, 0, look.Near, 0, parts.Stack(6, parts.Width(stepColumn-2*look.Near, parts.Share(done, all, look.Good)), look.Small(words))),
		parts.StepList(stepColumn, entries),
		parts.Inset(look.Near, look.Near, 0, 0, parts.Left(parts.Link("belgium.amend", s.t("amend"), m.amend)))}
	if m.ports.ReadHandOver != nil {
		lines = append(lines, parts.Inset(look.Near, 0, 0, 0, parts.Left(parts.Link("belgium.read", s.t("read"), s.pickHandOver))))
	}
	return parts.Stack(look.Near, lines...)
}

func (s *Screen) pickHandOver() {
	s.env.PickFile([]string{HandOverEnding}, s.model.readHandOver)
}

// title is the step's name in Dutch, as the offices call it.
func (s *Screen) title(id string) string {
	return parts.EBoxStep(s.env.Words, id, s.model.t.OwnKey)
}

var stepShapes = map[post.EBoxStepState]parts.Status{
	post.EBoxBlocked: {Icon: look.IconPause, Color: look.QuietInk},
	post.EBoxOpen:    {Icon: look.IconReady, Color: look.Accent},
	post.EBoxWaiting: {Icon: look.IconHourglass, Color: look.Care},
	post.EBoxDone:    {Icon: look.IconTickCircle, Color: look.Good},
	post.EBoxSkipped: {Icon: look.IconRight, Color: look.QuietInk},
}

// status says how far a step is, with the date where there is one.
func (s *Screen) status(id string) parts.Status {
	is := told(s.model.t, id)
	status := stepShapes[is.State]
	status.Word = s.t("state." + string(is.State))
	switch {
	case info(s.model.t, id).Unneeded:
		status.Word = s.t("state.unneeded")
	case !is.Date.IsZero() && is.State != post.EBoxOpen && is.State != post.EBoxBlocked:
		status.Word = s.t("state.at", "state", status.Word, "date", s.env.Words.Date(is.Date))
	}
	return status
}
