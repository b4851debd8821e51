package split

import (
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

const factLabel float32 = 176

// whoWords say whom a split is about.
func (s *Screen) whoWords(source post.Source) string {
	switch {
	case source.Path != "":
		return s.env.T("split.who.list", "file", filepath.Base(source.Path))
	case source.Group != "":
		return s.env.T("split.who.group", "group", source.Group)
	}
	return s.env.T("split.who.all")
}

// beforePage is what a person decides, and learns, before anything is planned.
func (s *Screen) beforePage(page *parts.Page) {
	m, env := s.model, s.env
	page.Title, page.Lead = env.T("split.before.title"), env.T("split.before.lead")
	page.Back = parts.Quiet("split.back", env.T("button.back"), func() { m.back() }).Icon(look.IconLeft)
	_, asked, _ := m.known()
	page.Next = parts.Main("split.start", env.T("split.start"), func() {
		m.start(env.T("split.name", "date", env.Words.Date(env.Now())))
	}).Off(asked == 0)
	var content []fyne.CanvasObject
	if m.people != nil {
		content = s.remind(m.lastOf(s.chosen()))
	}
	content = append(content, s.choices())
	if m.people != nil {
		content = append(content, s.whatHappens(), s.coach())
	}
	page.Content = parts.Stack(look.Group, content...)
}

// chosen is whom the split would ask about.
func (s *Screen) chosen() post.Source {
	switch m := s.model; m.from {
	case fromGroup:
		return post.Source{Group: m.group}
	case fromList:
		return post.Source{Path: m.listPath}
	}
	return post.Source{}
}

// coach says how often to ask.
func (s *Screen) coach() fyne.CanvasObject {
	return parts.Stack(look.Tight, look.Strong(s.env.T("split.advice.title")), look.QuietText(s.env.T("split.advice")).Wrap(look.Reading))
}

// remind says that the answers there are, are old; nothing where they are fresh.
func (s *Screen) remind(last *post.Job) []fyne.CanvasObject {
	if last == nil || !s.old(*last) {
		return nil
	}
	return []fyne.CanvasObject{parts.Note(parts.ToneCare, s.env.T("split.last.old", "time", s.env.Words.Time(last.Ended)), look.Reading)}
}

// old reports whether a split's answers are too old to rely on.
func (s *Screen) old(split post.Job) bool { return s.env.Now().Sub(split.Ended) > freshFor }

// choices are everybody, a group, and the list that was imported last.
func (s *Screen) choices() fyne.CanvasObject {
	m, env := s.model, s.env
	const text = look.Reading - 116
	card := func(from origin, icon look.IconName, note string) fyne.CanvasObject {
		c := parts.NewChoice("split.from."+string(from), icon, env.T("split.from."+string(from)), env.T("split.from."+string(from)+".text"), note, text,
			func() { m.choose(from, m.group) })
		c.Choose(m.from == from)
		return c
	}
	cards := []fyne.CanvasObject{}
	if m.list != nil {
		cards = append(cards, card(fromList, look.IconSheet, filepath.Base(m.listPath)))
	}
	cards = append(cards, card(fromAll, look.IconPeople, ""))
	if len(m.groups) > 0 {
		cards = append(cards, card(fromGroup, look.IconJobs, ""))
		if m.from == fromGroup {
			cards = append(cards, parts.SelectField("split.group", env.T("field.group"), "", 320, m.groups, m.group,
				func(group string) { m.choose(fromGroup, group) }).Object)
		}
	}
	return parts.Stack(12, cards...)
}

// kinds in the order of how sure they are.
var kinds = []post.TargetKind{post.ByBirthNumber, post.ByOrganisation, post.ByDigipostAddress, post.ByAlias, post.ByNameAndAddress}

// whatHappens says how people are identified, how long it takes, and what leaves
// the machine.
func (s *Screen) whatHappens() fyne.CanvasObject {
	m, env := s.model, s.env
	_, asked, leftOut := m.known()
	if asked == 0 {
		return parts.Note(parts.ToneCare, env.Words.Count("split.nobody", leftOut), look.Reading)
	}
	last := env.T("split.last.never")
	if split := m.lastOf(s.chosen()); split != nil {
		last = env.Words.Time(split.Ended)
	}
	facts := append(s.plainFacts(asked), parts.Fact{Label: env.T("split.last"), Value: last})
	return parts.Card(parts.Facts(factLabel, parts.CardText-factLabel-look.Apart, facts...))
}

// plainFacts are what a person should know before saying yes.
func (s *Screen) plainFacts(asked int) []parts.Fact {
	env := s.env
	by, _, leftOut := s.model.known()
	facts := []parts.Fact{{Label: env.T("split.asked_about"), Value: env.Words.Count("split.people", asked)}, {Label: env.T("split.known_by"), Value: s.knownWords(by)}}
	if leftOut > 0 {
		facts = append(facts, parts.Fact{Label: env.T("split.left_out"), Value: env.Words.Count("split.left_out.text", leftOut)})
	}
	time, leaves := "split.time.fast", "split.leaves.numbers"
	if by[post.ByNameAndAddress] > 0 {
		time, leaves = "split.time.slow", "split.leaves.names"
	}
	return append(facts, parts.Fact{Label: env.T("split.time"), Value: env.T(time)}, parts.Fact{Label: env.T("split.leaves"), Value: env.T(leaves)})
}

// knownWords are the ways people are asked about, with counts, one on a line.
func (s *Screen) knownWords(by map[post.TargetKind]int) string {
	var lines []string
	for _, kind := range kinds {
		if by[kind] > 0 {
			lines = append(lines, s.env.T("split.by."+string(kind), "count", s.env.Words.Number(by[kind])))
		}
	}
	return strings.Join(lines, "\n")
}

// approvePage shows the frozen plan. Nothing is stored yet.
func (s *Screen) approvePage(page *parts.Page) {
	m, env := s.model, s.env
	draft, words := m.draft, env.Words
	page.Title = words.Count("split.approve.title", draft.Sendable())
	page.Lead = env.T("split.approve.lead")
	page.Back = parts.Quiet("split.back", env.T("button.back"), func() { m.back() }).Icon(look.IconLeft)
	page.Next = parts.Main("split.approve", env.T("split.approve"), m.approve).Icon(look.IconUpload)
	facts := append([]parts.Fact{
		{Label: env.T("split.sender"), Value: s.senderWords(draft.Job.Sender)},
		{Label: env.T("split.who"), Value: s.whoWords(draft.Job.Source)},
	}, s.plainFacts(draft.Sendable())...)
	if m.cooling > 0 {
		facts = append(facts, parts.Fact{Label: env.T("split.cooling_off"), Value: env.T("split.cooling", "time", words.Clock(m.cooling))})
	}
	page.Content = parts.Stack(look.Group,
		parts.Card(parts.Facts(factLabel, parts.CardText-factLabel-look.Apart, facts...)),
		parts.Note(parts.ToneInfo, env.T("split.approve.note"), look.Reading))
}

func (s *Screen) senderWords(sender post.Sender) string {
	id := s.env.T("band.sender_id", "id", strconv.FormatInt(sender.SenderID, 10))
	if sender.Name == "" {
		return id
	}
	return sender.Name + " (" + id + ")"
}
