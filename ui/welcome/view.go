package welcome

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Screen is the way in.
type Screen struct {
	env   *parts.Env
	ports Ports
	model *Model
	drop  *parts.Drop
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, ports: ports}
	s.model = NewModel(ports, env.Run, env.Redraw)
	return s
}

// Open goes on where the sign-up had come to; "choose" skips the greeting.
func (s *Screen) Open(arg string) { s.model.Open(arg == "choose") }

// Leave stops waiting.
func (s *Screen) Leave() { s.model.Leave() }

// Show opens one of the pages.
func (s *Screen) Show(page Page) { s.model.Show(page) }

// Back goes one page back.
func (s *Screen) Back() bool { return s.model.Back() }

// Dropped takes a certificate file.
func (s *Screen) Dropped(paths []string) {
	if s.model.Page == PageCertificate && s.drop != nil {
		s.drop.Dropped(paths)
	}
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	return map[Page]func() fyne.CanvasObject{
		PageHello: s.hello, PageStored: s.stored, PageChoose: s.choose, PagePractice: s.practice, PageOrganisation: s.organisation,
		PageBrowser: s.browser, PageOwnID: s.ownID, PageCertificate: s.certificate, PageTest: s.test, PageDone: s.done,
	}[s.model.Page]()
}

func (s *Screen) t(key string, pairs ...string) string { return s.env.T("welcome."+key, pairs...) }

// page is the frame all pages of the way in share.
func (s *Screen) page(title, lead string, content fyne.CanvasObject) parts.Page {
	p := parts.Page{Title: title, Lead: lead, Content: content}
	if now, ok := s.model.Steps(); ok {
		p.Steps = parts.StepsAt(now, s.steps()...)
	}
	width := look.Reading
	if p.Steps != nil {
		width = parts.WizardText
	}
	p.Fault = parts.NewFaultBox(s.env, width)
	p.Fault.Show(s.model.Fault)
	return p
}

func (s *Screen) steps() []string {
	if s.model.Way == WayOwnID {
		return []string{s.t("step.own_id"), s.t("step.certificate"), s.t("step.test")}
	}
	return []string{s.t("step.organisation"), s.t("step.browser"), s.t("step.certificate"), s.t("step.test")}
}

func (s *Screen) backButton() *parts.Button {
	return parts.Quiet("welcome.back", s.env.T("button.back"), func() { s.model.Back() })
}

// later is "Fortsett senere": everything is kept already.
func (s *Screen) later() *parts.Button {
	return parts.Link("welcome.later", s.env.T("button.later"), func() { s.env.Go(parts.PlaceHome, "") })
}

func (s *Screen) hello() fyne.CanvasObject {
	points := []struct {
		icon look.IconName
		key  string
	}{{look.IconSheet, "point.list"}, {look.IconLetter, "point.digital"}, {look.IconHourglass, "point.stop"}}
	lines := []fyne.CanvasObject{
		container.NewCenter(look.NewIconOf(look.IconPigeon, look.Accent, 96)),
		container.NewCenter(look.Title(s.t("title"))),
		container.NewCenter(look.Lead(s.t("lead")).Wrap(520).Align(fyne.TextAlignCenter)),
	}
	var rows []fyne.CanvasObject
	for _, p := range points {
		rows = append(rows, parts.Row(12, look.NewIcon(p.icon, look.Accent), look.Body(s.t(p.key))))
	}
	lines = append(lines, parts.Inset(0, 12, 0, 12, container.NewCenter(parts.Stack(12, rows...))))
	lines = append(lines, container.NewCenter(parts.Row(12, s.beginnings()...)),
		container.NewCenter(parts.Link("welcome.stored", s.t("stored"), func() { s.model.Show(PageStored) })))
	other := "en"
	if s.env.Words.Code() == other {
		other = "nb"
	}
	lines = append(lines, container.NewCenter(parts.Link("welcome.language", s.env.T("nav.language"), func() { s.env.SetLanguage(other) }).Icon(look.IconLanguage)))
	fault := parts.NewFaultBox(s.env, look.Reading)
	fault.Show(s.model.Fault)
	return container.NewCenter(parts.Stack(look.Apart, append(lines, fault.Object)...))
}

// beginnings are the buttons of the greeting: set-up, and practice beside it.
// Where the program was started right into practice there is nothing else.
func (s *Screen) beginnings() []fyne.CanvasObject {
	practice := func() {
		s.model.Way = WayPractice
		s.model.Show(PagePractice)
	}
	if s.ports.Practice {
		return []fyne.CanvasObject{parts.Main("welcome.try", s.t("try"), practice).Icon(look.IconShield)}
	}
	var buttons []fyne.CanvasObject
	if s.ports.StartPractice != nil {
		buttons = append(buttons, parts.Quiet("welcome.try", s.t("try"), practice).Icon(look.IconShield))
	}
	return append(buttons, parts.Main("welcome.setup", s.t("setup"), func() {
		s.model.Way = WayAutomatic
		s.model.Show(PageChoose)
	}))
}

func (s *Screen) stored() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, p := range []struct {
		icon look.IconName
		key  string
	}{{look.IconPeople, "stored.people"}, {look.IconKey, "stored.keys"}, {look.IconShield, "stored.sealed"}, {look.IconSheet, "stored.originals"}} {
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(p.icon, look.Accent)), look.Body(s.t(p.key)).Wrap(parts.CardText-32)))
	}
	if s.ports.DataFolder != "" {
		rows = append(rows, parts.Stack(6, look.QuietText(s.t("stored.folder")), parts.CopyLine(s.env, "welcome.folder", s.ports.DataFolder, parts.CardText)))
	}
	p := s.page(s.t("stored"), "", parts.Card(parts.Stack(look.Apart, rows...)))
	p.Back = s.backButton()
	return p.View()
}

func (s *Screen) choose() fyne.CanvasObject {
	card := func(way Way, icon look.IconName) fyne.CanvasObject {
		key := "way." + string(way)
		c := parts.NewChoice("welcome.way."+string(way), icon, s.t(key), s.t(key+".text"), s.t(key+".note"), 560, func() { s.model.Choose(way) })
		c.Choose(s.model.Way == way)
		return c
	}
	cards := []fyne.CanvasObject{card(WayAutomatic, look.IconBuilding)}
	if s.ports.StartPractice != nil {
		cards = append(cards, card(WayPractice, look.IconShield))
	}
	cards = append(cards, parts.Left(parts.Link("welcome.own", s.t("own"), func() {
		s.model.Way = WayOwnID
		s.model.Show(PageOwnID)
	})))
	p := s.page(s.t("choose.title"), s.t("choose.lead"), parts.Stack(12, cards...))
	p.Back, p.Next = s.backButton(), parts.Main("welcome.next", s.env.T("button.next"), s.model.Continue)
	return p.View()
}

func (s *Screen) practice() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, p := range []struct {
		icon look.IconName
		key  string
	}{{look.IconShield, "practice.safe"}, {look.IconSheet, "practice.list"}, {look.IconBrowser, "practice.same"}, {look.IconKey, "practice.apart"}} {
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(p.icon, look.Good)), look.Body(s.t(p.key)).Wrap(parts.CardText-32)))
	}
	p := s.page(s.t("practice.title"), s.t("practice.lead"), parts.Card(parts.Stack(look.Apart, rows...)))
	p.Back = s.backButton()
	p.Next = parts.Main("welcome.practice", s.busy("practice", "practice.start", "practice.starting"), s.model.StartPractice).Off(s.model.Busy != "").Icon(look.IconPlay)
	return p.View()
}

// busy gives a button's words: others while its work is under way.
func (s *Screen) busy(name, idle, working string) string {
	if s.model.Busy == name {
		return s.t(working)
	}
	return s.t(idle)
}

func (s *Screen) organisation() fyne.CanvasObject {
	field := parts.TextField("welcome.organisation", s.t("organisation.label"), s.t("organisation.help"), 160)
	field.Entry.SetText(s.model.Number)
	field.Entry.OnChanged = func(text string) { s.model.Number = text }
	field.Entry.OnSubmitted = func(string) { s.model.OpenBrowser() }
	if s.model.NumberProblem != "" {
		field.SetError(s.t("organisation." + s.model.NumberProblem))
	}
	note := parts.Note(parts.ToneInfo, s.t("organisation.note"), parts.WizardText)
	if s.ports.Practice {
		note = parts.Note(parts.ToneGood, s.t("organisation.practice"), parts.WizardText)
	}
	p := s.page(s.t("organisation.title"), s.t("organisation.lead"), parts.Form(field.Object, note))
	if !s.ports.Practice {
		p.Back = s.backButton()
	}
	p.Later = s.later()
	p.Next = parts.Main("welcome.open", s.busy("browser", "open", "opening"), s.model.OpenBrowser).Off(s.model.Busy == "browser").Icon(look.IconBrowser)
	return p.View()
}

func (s *Screen) browser() fyne.CanvasObject {
	waiting := parts.Card(parts.Stack(look.Near,
		parts.Row(12, look.NewIcon(look.IconClock, look.Accent), look.Strong(s.t("browser.waiting"))),
		look.QuietText(s.t("browser.waiting.text")).Wrap(parts.WizardText-2*look.Group)))
	again := parts.Quiet("welcome.again", s.t("browser.again"), s.model.OpenBrowser).Icon(look.IconBrowser)
	paste := parts.NewEntry()
	paste.PlaceHolder = s.t("browser.paste.example")
	paste.SetText(s.model.Pasted)
	paste.OnChanged = func(text string) { s.model.Pasted = text }
	paste.OnSubmitted = func(string) { s.model.Paste() }
	use := parts.Quiet("welcome.paste", s.t("browser.paste.use"), s.model.Paste)
	pasted := parts.NewField("welcome.pasted", s.t("browser.paste"), "", parts.WizardText, paste)
	content := parts.Stack(look.Group, waiting,
		parts.Stack(6, look.Strong(s.t("browser.address")), parts.CopyLine(s.env, "welcome.copy", s.model.Attempt.RegistrationURL, parts.WizardText), look.Small(s.t("browser.address.help")).Wrap(parts.WizardText)),
		parts.Stack(look.Near, pasted.Object, parts.Left(use)))
	p := s.page(s.t("browser.title"), s.t("browser.lead"), content)
	if s.model.Attempt.Trouble != "" && s.model.Fault == nil {
		p.Content = parts.Stack(look.Group, parts.Note(parts.ToneCare, s.trouble(), parts.WizardText), content)
	}
	p.Back, p.Later = s.backButton(), s.later()
	p.Extra = []*parts.Button{again}
	return p.View()
}

// trouble says what the attempt itself noted, for example that no browser
// opened.
func (s *Screen) trouble() string {
	what, next := parts.Explain(s.env.Words, s.model.Attempt.Trouble, nil)
	return what + " " + next
}

func (s *Screen) ownID() fyne.CanvasObject {
	field := parts.TextField("welcome.own_id", s.t("own_id.label"), s.t("own_id.help"), 160)
	field.Entry.SetText(s.model.ID)
	field.Entry.OnChanged = func(text string) { s.model.ID = text }
	field.Entry.OnSubmitted = func(string) { s.model.TakeID() }
	if s.model.IDProblem {
		field.SetError(s.t("own_id.problem"))
	}
	p := s.page(s.t("own_id.title"), s.t("own_id.lead"), field.Object)
	p.Back, p.Later = s.backButton(), s.later()
	p.Next = parts.Main("welcome.next", s.env.T("button.next"), s.model.TakeID).Off(s.model.Busy == "id")
	return p.View()
}

func (s *Screen) certificate() fyne.CanvasObject {
	s.drop = parts.NewDrop(s.env, "welcome.certificate", look.IconKey, s.t("certificate.drop"), s.t("certificate.kinds"),
		[]string{".p12", ".pfx"}, func(path string) {
			s.model.Path = path
			s.env.Redraw()
		})
	var file fyne.CanvasObject = s.drop.Object
	if s.model.Path != "" {
		file = parts.Card(parts.Row(12, look.NewIcon(look.IconFile, look.Accent), parts.Fill(look.Body(s.model.Path).Clip()),
			parts.Quiet("welcome.other", s.t("certificate.other"), func() {
				s.model.Path = ""
				s.env.Redraw()
			})))
	}
	password := parts.PasswordField("welcome.password", s.t("certificate.password"), s.t("certificate.password.help"), 320)
	password.Entry.SetText(s.model.Password)
	password.Entry.OnChanged = func(text string) { s.model.Password = text }
	password.Entry.OnSubmitted = func(string) { s.model.TakeCertificate() }
	rows := []fyne.CanvasObject{}
	if id := s.senderID(); id != 0 {
		rows = append(rows, parts.Note(parts.ToneGood, s.t("certificate.got", "id", strconv.FormatInt(id, 10)), parts.WizardText))
	}
	p := s.page(s.t("certificate.title"), s.t("certificate.lead"), parts.Form(append(rows, file, password.Object)...))
	if s.model.Way == WayOwnID {
		p.Back = s.backButton()
	}
	p.Later = s.later()
	p.Next = parts.Main("welcome.keep", s.busy("certificate", "certificate.keep", "certificate.keeping"), s.model.TakeCertificate).
		Off(s.model.Path == "" || s.model.Busy == "certificate").Icon(look.IconKey)
	return p.View()
}

// senderID is the id caught or typed.
func (s *Screen) senderID() int64 {
	if s.model.Way == WayOwnID || s.model.Attempt.SenderID == 0 {
		return s.model.Sender.SenderID
	}
	return s.model.Attempt.SenderID
}

func (s *Screen) facts() fyne.CanvasObject {
	m := s.model
	id := ""
	if s.senderID() != 0 {
		id = strconv.FormatInt(s.senderID(), 10)
	}
	return parts.Card(parts.Facts(180, 340,
		parts.Fact{Label: s.t("fact.id"), Value: id},
		parts.Fact{Label: s.t("fact.address"), Value: m.Attempt.DigipostAddress},
		parts.Fact{Label: s.t("fact.certificate"), Value: m.Facts.Subject},
		parts.Fact{Label: s.t("fact.until"), Value: s.env.Words.Date(m.Facts.NotAfter)}))
}

func (s *Screen) test() fyne.CanvasObject {
	p := s.page(s.t("test.title"), s.t("test.lead"), s.facts())
	p.Back, p.Later = s.backButton(), s.later()
	p.Next = parts.Main("welcome.test", s.busy("test", "test.start", "test.running"), s.model.Test).Off(s.model.Busy == "test")
	return p.View()
}

func (s *Screen) done() fyne.CanvasObject {
	lines := []fyne.CanvasObject{parts.Note(parts.ToneGood, s.t("done.note"), parts.WizardText), s.facts()}
	p := s.page(s.t("done.title"), s.t("done.lead"), parts.Stack(look.Group, lines...))
	p.Next = parts.Main("welcome.finish", s.t("done.home"), func() { s.env.Go(parts.PlaceHome, "") })
	return p.View()
}
