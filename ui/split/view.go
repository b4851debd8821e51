// Package split finds out who has Digipost: whom to ask about, the approval, how
// far the question is, and the answer in numbers and person by person.
package split

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// pollEvery is how often an open split that is under way is read again; notices
// from this process come at once.
const pollEvery = 2 * time.Second

// Screen is the recipient split in the window.
type Screen struct {
	env   *parts.Env
	model *model

	isOpen bool
	poll   func()
	clock  *parts.Clock
	table  *parts.Table
}

var (
	_ parts.Screen    = (*Screen)(nil)
	_ parts.Backer    = (*Screen)(nil)
	_ parts.Refresher = (*Screen)(nil)
	_ parts.Listener  = (*Screen)(nil)
)

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, model: newModel(env.Run, ports)}
	s.model.changed = s.redraw
	return s
}

// Open shows the splits that were run. arg may be a job's id, "new:" for a new
// split of everybody, "new:group:" and a group's name, or "list" for the list
// that was imported last, or "uncertain" for matches that wait for a look.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	rest, isNew := strings.CutPrefix(arg, "new:")
	group, isGroup := strings.CutPrefix(rest, "group:")
	switch {
	case arg == "list":
		s.model.before(fromList, "")
	case isNew && isGroup:
		s.model.before(fromGroup, group)
	case isNew:
		s.model.before(fromAll, "")
	case arg == reviewArg:
		s.model.openReview()
	case arg != "":
		s.model.open(arg)
	default:
		s.model.history()
	}
	s.poll = s.env.Run.Every(pollEvery, s.look)
}

// Leave stops looking; the split itself goes on.
func (s *Screen) Leave() {
	s.isOpen = false
	s.closeClock()
	if s.poll != nil {
		s.poll()
		s.poll = nil
	}
	s.model.stop()
}

// Back goes a page back by Esc.
func (s *Screen) Back() bool { return s.model.back() }

// Reload reads again by F5.
func (s *Screen) Reload() {
	switch s.model.place {
	case placeJob:
		s.model.look()
	case placeHistory:
		s.model.reread()
	case placeBefore:
		s.model.gather()
	}
}

// Notice reads again when a job changed.
func (s *Screen) Notice(notice post.Notice) {
	if notice.Topic != post.TopicJobs {
		return
	}
	if s.model.place == placeHistory || s.model.place == placeJob && (notice.ID == "" || notice.ID == s.model.id) {
		s.Reload()
	}
}

// look reads a split that is under way again; another process may be the one
// that runs it.
func (s *Screen) look() {
	m := s.model
	if m.place == placeJob && (m.detail == nil || !m.detail.job.State.Finished()) {
		m.look()
	}
}

func (s *Screen) redraw() {
	if s.isOpen {
		s.env.Redraw()
	}
}

func (s *Screen) closeClock() {
	if s.clock != nil {
		s.clock.Close()
		s.clock = nil
	}
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.closeClock()
	s.table = nil
	page := parts.Page{Fault: parts.NewFaultBox(s.env, look.Reading)}
	page.Fault.Show(s.model.fault)
	switch s.model.place {
	case placeBefore:
		s.beforePage(&page)
	case placeApprove:
		s.approvePage(&page)
	case placeJob:
		s.jobPage(&page)
	default:
		s.historyPage(&page)
	}
	return page.View()
}

func (s *Screen) historyPage(page *parts.Page) {
	m, env := s.model, s.env
	page.Title, page.Lead, page.Wide = env.T("split.title"), env.T("split.lead"), true
	begin := parts.Main("split.new", env.T("split.new"), func() { m.before(fromAll, "") }).Icon(look.IconSplit)
	switch {
	case !m.read:
		return
	case len(m.splits) == 0 && m.fault == nil:
		page.Content = parts.Empty(look.IconSplit, env.T("empty.split"), begin)
		return
	}
	page.Next = begin
	s.table = parts.NewTable("split.history", []parts.Column{
		{Key: "when", Title: env.T("split.when"), Width: 168}, {Key: "who", Title: env.T("split.who"), Share: 2},
		{Key: "state", Title: env.T("split.state"), Width: 216},
		{Key: "asked", Title: env.T("split.asked"), Width: 112, Number: true}, {Key: "have", Title: env.T("split.digipost"), Width: 136, Number: true},
	}, func() int { return len(m.splits) }, s.historyCell)
	s.table.OnOpen = func(row int) { m.open(m.splits[row].ID) }
	page.Content = s.table.Object
	if old := s.remind(m.last()); old != nil {
		page.Content = parts.Stack(look.Apart, append(old, parts.Fill(s.table.Object))...)
	}
}

func (s *Screen) historyCell(row int, key string) parts.Cell {
	split, words := s.model.splits[row], s.env.Words
	switch key {
	case "when":
		return parts.Cell{Text: words.Time(split.Created)}
	case "who":
		return parts.Cell{Text: s.whoWords(split.Source)}
	case "asked":
		return parts.Cell{Text: words.Number(split.Counts.Total)}
	case "have":
		if split.State != post.JobDone {
			return parts.Cell{Text: "–", Quiet: true}
		}
		return parts.Cell{Text: words.Number(split.Counts.BySplit[post.HasDigipost])}
	}
	state := parts.JobState(words, split.State)
	if split.Trouble != "" && !split.State.Finished() && split.State != post.JobReady {
		state = parts.Status{Icon: look.IconWarning, Color: look.Care, Word: s.env.T("split.held_up")}
	}
	return parts.Cell{Status: &state}
}
