// Package inbox is the Belgian e-Box on the screen: its messages, what is new and
// what expires soon, and copies of the documents on this machine. Nothing that
// would mark a message read is fetched unasked.
package inbox

import (
	"fyne.io/fyne/v2"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Screen is the inbox in the window.
type Screen struct {
	env   *parts.Env
	model *model

	isOpen bool
	// typed is what stands in the search field, also before it is searched for.
	typed    string
	search   *parts.Search
	table    *parts.Table
	lead     *look.Text
	hits     *look.Text
	none     fyne.CanvasObject
	fault    *parts.FaultBox
	save     *parts.Button
	progress *parts.Progress
	doing    *look.Text
	drop     *parts.Drop
}

var (
	_ parts.Screen    = (*Screen)(nil)
	_ parts.Backer    = (*Screen)(nil)
	_ parts.Refresher = (*Screen)(nil)
	_ parts.Searcher  = (*Screen)(nil)
	_ parts.Listener  = (*Screen)(nil)
	_ parts.Dropper   = (*Screen)(nil)
)

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, model: newModel(env.Run, env.Now, func() string { return env.Words.Code() }, ports)}
	s.model.changed = s.redraw
	s.model.touched = s.touch
	return s
}

// redraw builds the page anew. The cursor stays in the search field, with what was
// typed so far.
func (s *Screen) redraw() {
	if !s.isOpen {
		return
	}
	searching := s.search != nil && s.env.Window.Canvas().Focused() == fyne.Focusable(s.search.Entry())
	s.env.Redraw()
	if searching && s.search != nil {
		s.search.Focus()
		entry := s.search.Entry()
		entry.CursorColumn = len([]rune(entry.Text))
		entry.Refresh()
	}
}

// Open shows the list, or what is being saved. arg may be "new", for what came since
// last time.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	m := s.model
	switch {
	case arg == string(filterNew), arg == string(filterExpiring):
		m.page = pageList
		m.pick(filter(arg))
	case m.page == pageMessage:
		m.page = pageList
	}
	m.err, s.typed = nil, m.query.Search
	m.reload()
}

// Leave stops reading. Saving goes on.
func (s *Screen) Leave() {
	s.isOpen = false
	s.model.leave()
}

// Back goes one page up by Esc.
func (s *Screen) Back() bool {
	m := s.model
	switch {
	case m.page == pageMessage, m.page == pageSave, m.page == pageResult:
		m.saving.Cancel()
		m.planning = false
		m.close()
	case m.page == pageList && m.choosing:
		s.choosing(false)
	default:
		return false
	}
	return true
}

// Reload asks the providers by F5.
func (s *Screen) Reload() {
	if s.model.page == pageList && s.model.closed == nil {
		s.model.check()
		return
	}
	s.model.again()
}

// FocusSearch puts the cursor into the search field by Ctrl+F.
func (s *Screen) FocusSearch() {
	if s.search != nil {
		s.search.Focus()
	}
}

// Notice reads again when the inbox changed elsewhere.
func (s *Screen) Notice(notice post.Notice) {
	m := s.model
	if notice.Topic != post.TopicInbox && notice.Topic != post.TopicTrajectory || m.checking || m.hiding {
		return
	}
	switch m.page {
	case pageList:
		m.reload()
	case pageMessage:
		m.readEntry()
	}
}

// Dropped takes a folder to save in.
func (s *Screen) Dropped(paths []string) {
	if s.drop != nil {
		s.drop.Dropped(paths)
	}
}

func (s *Screen) t(key string, pairs ...string) string { return s.env.T("inbox."+key, pairs...) }

// said gives a text of a sender's in the language of the moment, or whichever there
// is, without national numbers.
func (s *Screen) said(text post.Translated) string { return private(text.In(s.env.Words.Code())) }

// View builds the page of the moment.
func (s *Screen) View() fyne.CanvasObject {
	s.search, s.table, s.lead, s.hits, s.none, s.save, s.progress, s.doing, s.drop = nil, nil, nil, nil, nil, nil, nil, nil, nil
	s.fault = parts.NewFaultBox(s.env, look.Reading)
	s.fault.Show(s.model.err)
	s.model.drawn = false
	switch s.model.page {
	case pageMessage:
		return s.messageView()
	case pageSave:
		return s.saveView()
	case pageSaving:
		return s.savingView()
	case pageResult:
		return s.resultView()
	}
	return s.listView()
}

// choosing begins or ends choosing messages from the list.
func (s *Screen) choosing(on bool) {
	s.model.choosing, s.model.chosen = on, nil
	s.env.Redraw()
}

// touch brings rows and numbers up to date while the page stays.
func (s *Screen) touch() {
	if !s.isOpen {
		return
	}
	m := s.model
	switch {
	case s.progress != nil:
		s.progress.Set(m.progress.Done, m.progress.Total)
		s.doing.Set(s.said(m.progress.Item.Subject))
	case s.table != nil:
		s.fault.Show(m.err)
		s.lead.Set(s.leadWords())
		s.hits.Set(s.env.Words.Count("inbox.hits", m.entries.Total()))
		if m.entries.Total() == 0 && m.narrowed() {
			s.table.Object.Hide()
			s.none.Show()
		} else {
			s.none.Hide()
			s.table.Object.Show()
		}
		s.table.Reload()
	}
}

// sender is who a message is from: the name, or the enterprise number.
func (s *Screen) sender(entry post.EBoxEntry) string {
	if name := s.said(entry.Sender); name != "" {
		return name
	}
	return parts.Enterprise(entry.SenderID)
}

// subject is what a message is about, with a word where its sender gave none.
func (s *Screen) subject(entry post.EBoxEntry) string {
	if subject := s.said(entry.Subject); subject != "" {
		return subject
	}
	return s.t("no_subject")
}

// state says whether a message was read, and whether it is new.
func (s *Screen) state(entry post.EBoxEntry) parts.Status {
	switch {
	case entry.Read:
		return parts.Status{Icon: look.IconOpened, Color: look.QuietInk, Word: s.t("state.read")}
	case entry.New:
		return parts.Status{Icon: look.IconDot, Color: look.Accent, Word: s.t("state.new")}
	}
	return parts.Status{Icon: look.IconLetter, Color: look.Accent, Word: s.t("state.unread")}
}

// expires says when a message ends; soon is set when that is within days.
func (s *Screen) expires(entry post.EBoxEntry) (status parts.Status, soon bool) {
	if entry.Expires.IsZero() {
		return parts.Status{}, false
	}
	now := s.env.Now()
	date := s.env.Words.Date(entry.Expires)
	if !entry.Expires.After(now) {
		return parts.Status{Icon: look.IconCross, Color: look.Stop, Word: s.t("expired")}, true
	}
	if days := parts.DaysLeft(entry.Expires, now); days < soonDays {
		return parts.Status{Icon: look.IconHourglass, Color: look.Care, Word: s.env.Words.Count("inbox.expires.soon", max(days, 0))}, true
	}
	return parts.Status{Word: date}, false
}

func keysOf(entry post.EBoxEntry) []inbox.Key { return []inbox.Key{inbox.KeyOf(entry)} }
