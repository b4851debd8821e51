package senders

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// cardText is the width of the words on a card, beside its icon and its mark.
const cardText = look.Reading - 2*20 - 2*24 - 2*look.Apart

// Screen is the list of senders.
type Screen struct {
	env   *parts.Env
	model *Model
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env}
	s.model = NewModel(ports, env.Run, func() { env.Redraw() })
	return s
}

// Open reads the list; arg "add" begins with the form of a new sender.
func (s *Screen) Open(arg string) { s.model.Open(arg == "add") }

// Leave stops reading.
func (s *Screen) Leave() { s.model.Leave() }

// Reload reads the list again.
func (s *Screen) Reload() { s.model.Reload() }

// Back closes the form, or the list.
func (s *Screen) Back() bool {
	if s.model.Back() {
		return true
	}
	s.model.ports.Leave()
	return true
}

func (s *Screen) t(key string, pairs ...string) string { return s.env.T("senders."+key, pairs...) }

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	if s.model.Adding {
		return s.adding()
	}
	return s.list()
}

func (s *Screen) list() fyne.CanvasObject {
	m := s.model
	lines := s.remarks()
	for i, sender := range m.Senders {
		lines = append(lines, s.card(i, sender))
	}
	p := parts.Page{Title: s.t("title"), Lead: s.t("lead"), Fault: parts.NewFaultBox(s.env, look.Reading), Content: parts.Stack(12, lines...)}
	p.Fault.Show(m.Fault)
	p.Back = parts.Quiet("senders.back", s.env.T("button.back"), m.ports.Leave)
	p.Next = parts.Main("senders.add", s.t("add"), m.Add).Icon(look.IconPlus).Off(m.Turning != "")
	return p.View()
}

// remarks stand above the cards: what is waited for, and why a sender cannot be
// shown here.
func (s *Screen) remarks() []fyne.CanvasObject {
	var lines []fyne.CanvasObject
	if s.model.Slow {
		lines = append(lines, parts.KeyringWait(s.env, "senders.keyring.cancel", look.Reading, s.model.GiveUp))
	}
	if title := s.model.Elsewhere; title != "" {
		lines = append(lines, parts.WithID("senders.elsewhere", parts.Note(parts.ToneCare, s.t("elsewhere.now", "name", title), look.Reading)))
	}
	return lines
}

// card is one sender: who, with which id, and what is to be known of it.
func (s *Screen) card(i int, sender Sender) fyne.CanvasObject {
	about := []string{s.t("unsigned")}
	switch {
	case sender.Fault != nil:
		about = nil
	case sender.Sender.SenderID != 0:
		about = []string{s.env.T("band.sender_id", "id", strconv.FormatInt(sender.Sender.SenderID, 10))}
	}
	if sender.Sender.Environment == post.Test {
		about = append(about, s.t("test"))
	}
	if sender.Title() != sender.Profile {
		about = append(about, s.t("kept", "profile", sender.Profile))
	}
	c := parts.NewChoice("senders.row."+strconv.Itoa(i), look.IconBuilding, sender.Title(), strings.Join(about, " · "), "", cardText,
		func() { s.model.Turn(sender) }).Hints(s.hints(sender)...)
	c.Choose(sender.Shown)
	return c
}

// hints are what is to be known of a sender, the most urgent first.
func (s *Screen) hints(sender Sender) []parts.Status {
	var hints []parts.Status
	add := func(icon look.IconName, color fyne.ThemeColorName, text string) {
		hints = append(hints, parts.Status{Icon: icon, Color: color, Word: text})
	}
	words := s.env.Words
	if s.model.Turning == sender.Profile {
		add(look.IconHourglass, look.Accent, s.t("opening"))
		return hints
	}
	if sender.Fault != nil {
		what, _ := parts.Explain(words, post.CodeOf(sender.Fault), post.FaultOf(sender.Fault).Fields)
		add(look.IconWarning, look.Stop, what)
		return hints
	}
	if sender.Asleep() {
		add(look.IconWarning, look.Stop, words.Count("senders.sleeping", sender.Working))
	}
	if !sender.CertificateEnds.IsZero() {
		switch left := parts.DaysLeft(sender.CertificateEnds, s.env.Now()); {
		case left < 0:
			add(look.IconWarning, look.Stop, s.t("certificate.over"))
		case left <= parts.RenewSoon:
			add(look.IconWarning, look.Stop, words.Count("senders.certificate.left", left))
		case left <= parts.RenewBefore:
			add(look.IconKey, look.Care, words.Count("senders.certificate.left", left))
		}
	}
	if sender.Asking > 0 {
		add(look.IconHand, look.Care, words.Count("senders.asking", sender.Asking))
	}
	if sender.Elsewhere {
		add(look.IconInfo, look.Care, s.t("elsewhere"))
	}
	if sender.Working > 0 && !sender.Asleep() {
		add(look.IconArrow, look.Accent, words.Count("senders.working", sender.Working))
	}
	return hints
}

// adding is the form of a new sender.
func (s *Screen) adding() fyne.CanvasObject {
	m := s.model
	field := parts.TextField("senders.name", s.t("name"), s.t("name.help"), 360)
	field.Entry.SetText(m.Name)
	field.Entry.OnChanged = func(text string) { m.Name = text }
	field.Entry.OnSubmitted = func(string) { m.Create() }
	if m.Problem != "" {
		field.SetError(s.t("name." + m.Problem))
	}
	rows := append(s.remarks(), field.Object, parts.Note(parts.ToneInfo, s.t("add.note"), look.Reading))
	p := parts.Page{Title: s.t("add"), Lead: s.t("add.lead"), Fault: parts.NewFaultBox(s.env, look.Reading), Content: parts.Form(rows...)}
	p.Fault.Show(m.Fault)
	text := s.env.T("button.next")
	if m.Turning != "" {
		text = s.t("opening")
	}
	p.Back = parts.Quiet("senders.cancel", s.env.T("button.back"), func() { m.Back() }).Off(m.Turning != "")
	p.Next = parts.Main("senders.create", text, m.Create).Off(m.Turning != "")
	return p.View()
}
