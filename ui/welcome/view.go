package welcome

import (
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
	s.model = NewModel(ports, env.Run, func() { env.Redraw() })
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
		PageHello: s.hello, PageShut: s.closed, PageStored: s.stored, PageChoose: s.choose, PagePractice: s.practice, PageOrganisation: s.organisation,
		PageBrowser: s.browser, PageApplied: s.applied, PageRefused: s.refused, PageOwnID: s.ownID, PageCertificate: s.certificate,
		PageTest: s.test, PageDone: s.done,
	}[s.model.Page]()
}

func (s *Screen) t(key string, pairs ...string) string { return s.env.T("welcome."+key, pairs...) }

// page is the frame all pages of the way in share.
func (s *Screen) page(title, lead string, content fyne.CanvasObject) parts.Page {
	p := parts.Page{Title: title, Lead: lead, Content: content}
	if now, ok := s.model.Steps(); ok {
		p.Steps = parts.StepsAt(now, s.steps()...)
		if s.model.Page == PageRefused {
			p.Steps[now].State = parts.StepFailed
		}
	}
	width := look.Reading
	if p.Steps != nil {
		width = parts.WizardText
	}
	p.Fault = parts.NewFaultBox(s.env, width)
	if !s.model.WrongCompany() && !s.fileInstead() { // which have words of their own
		p.Fault.Show(s.model.Fault)
	}
	return p
}

// steps are the names of the steps of the way.
func (s *Screen) steps() []string {
	keys := []string{"organisation", "browser", "return", "certificate", "test"}
	switch s.model.Way {
	case WayOwnID:
		keys = []string{"own_id", "certificate", "test"}
	case WayApplication:
		keys = []string{"organisation", "application", "approval", "certificate", "test"}
	}
	for i, key := range keys {
		keys[i] = s.t("step." + key)
	}
	return keys
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
	lines = append(lines, container.NewCenter(s.languages()))
	if s.model.Fault != nil {
		return container.NewVScroll(container.NewCenter(parts.Inset(0, look.Group, 0, look.Group, parts.Stack(look.Apart, append(s.shut(), lines...)...))))
	}
	return container.NewCenter(parts.Stack(look.Apart, lines...))
}

// languages are those there are, each by its own name; the one of the moment is
// not a link.
func (s *Screen) languages() fyne.CanvasObject {
	row := []fyne.CanvasObject{look.NewIconOf(look.IconLanguage, look.QuietInk, 18)}
	for _, language := range s.env.Words.Languages() {
		if language.Code == s.env.Words.Code() {
			row = append(row, parts.Inset(8, 0, 8, 0, look.Strong(language.Name)))
			continue
		}
		row = append(row, parts.Link("welcome.language."+language.Code, language.Name, func() { s.env.SetLanguage(language.Code) }))
	}
	return parts.Row(0, row...)
}

// shut says on top of the greeting why the profile can't be opened, and the way
// on.
func (s *Screen) shut() []fyne.CanvasObject {
	fault := parts.NewFaultBox(s.env, look.Reading)
	fault.Show(s.model.Fault)
	lines := []fyne.CanvasObject{fault.Object}
	if s.fileInstead() {
		lines = []fyne.CanvasObject{parts.SecretsFile(s.env, "welcome.file", s.model.Fault, look.Reading, s.model.UseSecretsFile)}
	}
	if s.ports.Reopen != nil {
		lines = append(lines, container.NewCenter(parts.Quiet("welcome.reopen", s.env.T("button.retry"), s.model.Reopen).
			Icon(look.IconRefresh).Off(s.model.Busy != "")))
	}
	return lines
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
	if s.ports.HandedIn != nil {
		cards = append(cards, card(WayApplication, look.IconHourglass))
	}
	if s.ports.StartPractice != nil {
		cards = append(cards, card(WayPractice, look.IconShield))
	}
	if s.ports.Belgium {
		cards = append(cards, card(WayBelgium, look.IconTray))
	}
	cards = append(cards, parts.Left(parts.Link("welcome.own", s.t("own"), func() {
		s.model.Way = WayOwnID
		s.model.Show(PageOwnID)
	})))
	p := s.page(s.t("choose.title"), s.t("choose.lead"), parts.Stack(12, cards...))
	p.Back, p.Next = s.backButton(), parts.Main("welcome.next", s.env.T("button.next"), s.goOn)
	return p.View()
}

// goOn follows the way that was chosen.
func (s *Screen) goOn() {
	if s.model.Way == WayBelgium {
		s.env.Go(parts.PlaceBelgium, "")
		return
	}
	s.model.Continue()
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
	p.Next = parts.Main("welcome.practice", s.busy(busyPractice, "practice.start", "practice.starting"), s.model.StartPractice).Off(s.model.Busy != "").Icon(look.IconPlay)
	return p.View()
}

// busy gives a button's words: others while its work is under way.
func (s *Screen) busy(name, idle, working string) string {
	if s.model.Busy == name {
		return s.t(working)
	}
	return s.t(idle)
}
