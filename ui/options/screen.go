package options

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

// What keeps the person waiting.
const (
	busyCertificate = "certificate"
	busyTest        = "test"
	busyKey         = "key"
	busyHost        = "host"
	busyForget      = "forget"
	busyAddress     = "address"
	busyImport      = "import"
	busyFile        = "file"
	busyDelete      = "delete"
	busySupport     = "support"
	busyCooling     = "cooling"
)

// Screen is the settings.
type Screen struct {
	env   *parts.Env
	ports Ports

	isOpen bool
	tab    tab
	state  state
	read   bool
	err    error
	busy   string

	replacing      bool // the certificate's form is open
	importing      bool // the SFTP key's form is open
	path, password string
	leftover       string    // the file a key came in
	forgotten      []keyLine // what was removed
	support        string    // the text for support
	slow           bool      // the keyring is waited for
	giveUp         func()    // stops what is under way
	proof          *post.Proof
	host           *HostKey
	word           string // typed to forget the keys

	lines []DoctorLine // the checks of the last test
	round int          // counts tests, so that a late line is known

	typed *post.PostalAddress // the return address as typed; nil is the stored one
	wrong map[string]string   // keys of words by field

	slot   task.Latest
	prices prices

	drop     *parts.Drop
	scroll   *container.Scroll
	scrolled tab
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen { return &Screen{env: env, ports: ports, tab: tabLook} }

// Open starts reading; arg is a tab, or empty.
func (s *Screen) Open(arg string) {
	s.isOpen, s.err, s.busy = true, nil, ""
	for _, known := range tabs {
		if string(known) == arg {
			s.tab = known
		}
	}
	s.openPrices(arg)
	s.Reload()
}

// Leave stops reading and forgets what was typed.
func (s *Screen) Leave() {
	s.isOpen = false
	s.leavePrices()
	s.slot.Cancel()
	s.closeForm()
	s.word, s.leftover, s.forgotten, s.support = "", "", nil, ""
	s.proof, s.host, s.scroll = nil, nil, nil
	s.lines, s.typed, s.wrong = nil, nil, nil
	s.round++
}

// Reload reads what is set.
func (s *Screen) Reload() {
	s.readPrices()
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (state, error) { return read(ctx, s.ports) }, func(state state, err error) {
		if !s.isOpen {
			return
		}
		s.read = true
		if err == nil {
			if !s.typing() {
				s.typed = nil
			}
			s.state = state
		} else {
			s.err = err
		}
		s.env.Redraw()
	})
}

// Notice reads again when something was set elsewhere.
func (s *Screen) Notice(notice post.Notice) {
	if s.busy == "" && !s.replacing && !s.importing && s.word == "" && !s.typing() && (notice.Topic == post.TopicSender || notice.Topic == post.TopicSettings) {
		s.Reload()
	}
}

// Dropped takes a key file dropped on the window.
func (s *Screen) Dropped(paths []string) {
	if s.tab == tabSender && s.drop != nil {
		s.drop.Dropped(paths)
	}
}

// Back closes the form of a key.
func (s *Screen) Back() bool {
	if !s.replacing && !s.importing || s.busy != "" {
		return false
	}
	s.closeForm()
	s.env.Redraw()
	return true
}

func (s *Screen) closeForm() { s.replacing, s.importing, s.path, s.password = false, false, "", "" }

// act does something beside the window, tells how it went, and reads again. It is
// not given up when the screen is left.
func act[T any](s *Screen, name string, do func(context.Context) (T, error), done func(T)) {
	if s.busy != "" {
		return
	}
	s.busy, s.err, s.slow = name, nil, false
	s.env.Redraw()
	unhurried := s.env.Run.After(parts.KeyringPatience, func() {
		s.slow = true
		if s.isOpen && s.asksKeyring() {
			s.env.Redraw()
		}
	})
	stop := task.Run(s.env.Run, do, func(result T, err error) {
		unhurried()
		s.busy, s.err, s.slow, s.giveUp = "", err, false, nil
		if err == nil {
			done(result)
		}
		if s.isOpen {
			s.env.Redraw()
			s.Reload()
		}
	})
	if s.busy == name { // and not done already
		s.giveUp = func() {
			unhurried()
			stop()
			s.busy, s.slow, s.giveUp = "", false, nil
			s.env.Redraw()
		}
	}
}

func (s *Screen) askHost() {
	s.host = nil
	act(s, busyHost, s.ports.HostKey, func(key HostKey) { s.host = &key })
}

// askTrust asks once more before a key takes the place of another.
func (s *Screen) askTrust() {
	parts.Ask(s.env, "options.host.ask", s.env.T("options.host.ask.title"), s.env.T("options.host.ask.text"), s.env.T("options.host.trust.changed"),
		s.env.T("button.cancel"), s.trustHost)
}

func (s *Screen) trustHost() {
	key := *s.host
	act(s, busyHost, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.ports.Sender.TrustHost(ctx, key.Host, key.Fingerprint)
	}, func(struct{}) {
		key.Pinned = key.Fingerprint
		s.host = &key
		s.env.Toast(s.env.T("options.host.trusted"), nil)
	})
}

// setCooling keeps another time at once; it can be undone.
func (s *Screen) setCooling(kind post.JobKind, to time.Duration) {
	before := s.state.mailing
	if kind == post.KindLetter {
		before = s.state.letter
	}
	if before == to {
		return
	}
	act(s, busyCooling, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.ports.SetCoolingOff(ctx, kind, to) }, func(struct{}) {
		if kind == post.KindLetter {
			s.state.letter = to
		} else {
			s.state.mailing = to
		}
		s.env.Toast(s.env.T("options.saved"), func() { s.setCooling(kind, before) })
	})
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.drop = nil
	env := s.env
	fault := parts.NewFaultBox(env, look.Reading)
	if !s.fileInstead() { // which says it itself
		fault.Show(s.err)
	}
	var all []parts.Tab
	for _, t := range tabs {
		if t == tabPrices && s.ports.Prices == nil {
			continue
		}
		all = append(all, parts.Tab{Key: string(t), Title: env.T("options.tab." + string(t))})
	}
	chosen := parts.NewTabs("options.tab", all, string(s.tab), func(key string) {
		s.tab, s.err = tab(key), nil
		env.Redraw()
	})
	lines := []fyne.CanvasObject{chosen.Object}
	switch {
	case s.tab == tabLook:
		lines = append(lines, s.looks())
	case s.tab == tabData:
		lines = append(lines, s.data())
	case !s.read:
	case s.tab == tabSending:
		lines = append(lines, s.sending())
	case s.tab == tabPrices:
		lines = append(lines, s.pricesView())
	case s.tab == tabSender:
		lines = append(lines, s.keys()...)
	case s.tab == tabTest:
		lines = append(lines, s.connection()...)
	}
	// The page keeps its place when it is built anew, and has room at its left for the
	// ring around what the cursor is at.
	const ring = float32(12)
	page := container.NewVScroll(parts.Inset(ring, 4, look.Apart, look.Group, parts.AtMost(look.Reading, parts.Stack(look.Group, lines[1:]...))))
	if s.scroll != nil && s.scrolled == s.tab {
		page.Offset = s.scroll.Offset
	}
	s.scroll, s.scrolled = page, s.tab
	return parts.Page{Title: env.T("options.title"), Fault: fault, Wide: true, Back: s.pricesBack(), Content: parts.Stack(look.Apart+look.Tight, lines[0], parts.Fill(parts.Inset(-ring, 0, 0, 0, page)))}.View()
}
