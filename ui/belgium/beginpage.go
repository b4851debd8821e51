package belgium

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// begin says what this is, and asks who holds the key and for which enterprise.
func (s *Screen) begin(fault *parts.FaultBox) fyne.CanvasObject {
	m, amending := s.model, s.model.page == pageAmend
	content := []fyne.CanvasObject{}
	if !amending {
		content = append(content, s.about())
	}
	content = append(content, s.profiles(), s.enterprise())
	if m.profile && m.about.OwnKey && !m.ports.Practice {
		content = append(content, s.environment())
	}
	p := parts.Page{Title: s.t("title"), Lead: s.t("lead"), Fault: fault, Content: parts.Stack(look.Group, content...)}
	if amending {
		p.Title, p.Lead = s.t("amend.title"), ""
		p.Back = parts.Quiet("belgium.cancel", s.env.T("button.cancel"), func() { s.Back() })
		p.Next = parts.Main("belgium.keep", s.env.T("button.save"), m.begin).Off(m.busy != "")
		return p.View()
	}
	if m.ports.Before != "" {
		p.Back = parts.Quiet("belgium.back", s.env.T("button.back"), func() { s.Back() })
	}
	if m.ports.ReadHandOver != nil {
		p.Extra = []*parts.Button{parts.Quiet("belgium.read", s.t("read"), s.pickHandOver).Icon(look.IconFile)}
	}
	p.Next = parts.Main("belgium.begin", s.t("begin"), m.begin).Off(m.busy != "")
	return p.View()
}

// about tells in three lines what a person lets themselves in for.
func (s *Screen) about() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, line := range []struct {
		icon look.IconName
		key  string
	}{{look.IconTray, "about.what"}, {look.IconPeople, "about.who"}, {look.IconClock, "about.time"}} {
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(line.icon, look.Accent)), look.Body(s.t(line.key)).Wrap(parts.CardText-32)))
	}
	return parts.Card(parts.Stack(12, rows...))
}

// profiles ask who holds the private key: that decides what the program can do.
func (s *Screen) profiles() fyne.CanvasObject {
	m := s.model
	lines := []fyne.CanvasObject{look.Heading(s.t("profile.title"))}
	for _, profile := range []struct {
		id   string
		icon look.IconName
		own  bool
	}{{"a", look.IconBuilding, false}, {"b", look.IconKey, true}} {
		choice := parts.NewChoice("belgium.profile."+profile.id, profile.icon, s.t("profile."+profile.id), s.t("profile."+profile.id+".text"),
			s.t("profile."+profile.id+".note"), look.Reading-124, func() {
				m.about.OwnKey, m.profile, m.noProfile = profile.own, true, false
				m.changed()
			})
		choice.Choose(m.profile && m.about.OwnKey == profile.own)
		lines = append(lines, choice)
	}
	if m.noProfile {
		lines = append(lines, parts.WithID("belgium.profile.missing", parts.Note(parts.ToneCare, s.t("profile.missing"), look.Reading)))
	}
	return parts.Stack(12, lines...)
}

// enterprise asks for number and name. The number is judged as it is typed.
func (s *Screen) enterprise() fyne.CanvasObject {
	m := s.model
	number := parts.TextField("belgium.enterprise", s.t("enterprise"), s.t("enterprise.help"), 200)
	good := parts.Row(6, look.NewIconOf(look.IconTickCircle, look.Good, 18), look.NewText(s.t("enterprise.good"), look.Style{Size: look.SizeSmall, Color: look.Good}))
	show := func(wrong string, whole bool) {
		if whole {
			good.Show()
		} else {
			good.Hide()
		}
		if wrong != "" {
			wrong = s.t("enterprise." + wrong)
		}
		number.SetError(wrong)
	}
	number.Entry.SetText(m.about.Enterprise)
	wrong, whole := m.judge(m.about.Enterprise)
	if m.wrong != "" {
		wrong = m.wrong
	}
	show(wrong, whole)
	number.Entry.OnChanged = func(text string) {
		m.wrong = ""
		show(m.judge(text))
	}
	name := parts.TextField("belgium.name", s.t("name"), s.t("name.help"), 400)
	name.Entry.SetText(m.about.Name)
	name.Entry.OnChanged = func(text string) { m.about.Name = text }
	return parts.Form(parts.Stack(6, number.Object, parts.WithID("belgium.enterprise.good", good)), name.Object)
}

var environments = []post.EBoxEnvironment{post.EBoxProduction, post.EBoxAcceptance, post.EBoxSimulation}

// environment asks which servers are meant, of those who hold a key themselves.
func (s *Screen) environment() fyne.CanvasObject {
	m := s.model
	var options []string
	chosen := s.t("environment.production")
	for _, environment := range environments {
		word := s.t("environment." + string(environment))
		options = append(options, word)
		if environment == m.about.Environment {
			chosen = word
		}
	}
	return parts.SelectField("belgium.environment", s.t("environment"), s.t("environment.help"), 320, options, chosen, func(word string) {
		for i, option := range options {
			if option == word {
				m.about.Environment = environments[i]
			}
		}
	}).Object
}
