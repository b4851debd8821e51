package split

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// longWait is when Digipost has been silent for so long that a person should
// hear it.
const longWait = 24 * time.Hour

// answers in the order of the pie.
var answers = []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid, post.Missing}

// resultPage is the answer: numbers, people, and how it went.
func (s *Screen) resultPage(page *parts.Page, d *detail) {
	m, env := s.model, s.env
	page.Wide = true
	tabs := parts.NewTabs("split.tab", []parts.Tab{{Key: tabResult, Title: env.T("split.tab.result")},
		{Key: tabPeople, Title: env.T("split.tab.people")}, {Key: tabStages, Title: env.T("split.tab.stages")}}, m.tab, func(key string) {
		m.tab = key
		m.changed()
	})
	var body fyne.CanvasObject
	switch m.tab {
	case tabPeople:
		body = s.peopleTab(d)
	case tabStages:
		body = container.NewVScroll(parts.Inset(1, 1, 12, look.Group, parts.Stack(0, parts.AtMost(look.Reading, s.stagesCard(d)))))
	default:
		body = container.NewVScroll(parts.Inset(1, 1, 12, look.Group, parts.AtMost(look.Reading, s.numbers(d))))
	}
	page.Content = container.NewBorder(parts.Inset(0, 0, 0, look.Apart, tabs.Object), nil, nil, nil, body)
	page.Next = parts.Main("split.mailing", env.T("split.mailing"), func() { env.Go(parts.PlaceMailing, s.mailingArg(d.job.Source)) }).Icon(look.IconMailing)
	n := d.summary().uncertain
	if m.ports.Review != nil {
		n = len(d.waiting)
	}
	if n > 0 && (m.tab != tabPeople || m.filter != filterUncertain) {
		page.Aside = []fyne.CanvasObject{parts.Quiet("split.uncertain", env.Words.Count("split.uncertain.see", n), func() { s.see(filterUncertain) }).Icon(look.IconQuestion)}
	}
	if d.job.Source.Path != "" {
		page.Extra = append(page.Extra, parts.Quiet("split.copy", env.T("split.copy"), s.copyList).Icon(look.IconDownload))
	}
	if s.model.ports.Export != nil {
		page.Extra = append(page.Extra, parts.Quiet("split.export", env.T("button.export"), s.export).Icon(look.IconSheet))
	}
}

func (s *Screen) mailingArg(source post.Source) string {
	switch {
	case source.Path != "":
		return "list"
	case source.Group != "":
		return "group:" + source.Group
	}
	return ""
}

// see shows the people behind a number.
func (s *Screen) see(filter string) {
	s.model.tab, s.model.filter = tabPeople, filter
	s.model.changed()
}

// export writes the answers into a file of the person's choice.
func (s *Screen) export() {
	env := s.env
	name := env.T("split.export.name", "time", env.Now().Format("2006-01-02 1504")) + ".xlsx"
	env.SaveFile(name, func(out string) {
		s.model.export(out, copyWords{env.Words.Texts}, func() { env.Toast(env.T("split.exported", "file", filepath.Base(out)), nil) })
	})
}

// numbers are the pie with its table, what stands behind the numbers, and what
// was cleared.
func (s *Screen) numbers(d *detail) fyne.CanvasObject {
	env, sum := s.env, d.summary()
	var slices []parts.Slice
	asked := 0
	for _, status := range answers {
		if count := sum.byStatus[status]; count > 0 || status != post.Missing {
			slices = append(slices, parts.Slice{Status: parts.SplitStatus(env.Words, status), Count: count})
			asked += count
		}
	}
	middle := strings.TrimPrefix(env.Words.Count("split.people", asked), env.Words.Number(asked)+" ")
	lines := []fyne.CanvasObject{parts.Card(parts.Pie(env, middle, slices))}
	if missing := sum.byStatus[post.Missing]; missing > 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.Words.Count("split.missing.text", missing), look.Reading),
			parts.Left(parts.Link("split.missing", env.T("split.missing.see"), func() { s.see(string(post.Missing)) })))
	}
	if strangers := d.strangers(); strangers > 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.Words.Count("split.strangers", strangers), look.Reading))
	}
	if d.before != nil {
		lines = append(lines, s.sinceLast(d))
	}
	if facts := s.behind(sum); len(facts.Objects) > 0 {
		lines = append(lines, parts.Card(parts.Stack(12, look.Strong(env.T("split.behind")), facts)))
	}
	if sum.cleared > 0 {
		lines = append(lines, parts.Note(parts.ToneInfo, env.Words.Count("split.cleared", sum.cleared), look.Reading))
	}
	return parts.Stack(look.Apart, lines...)
}

// behind are the sub-rows of the numbers: the reasons, and who was not asked
// about. Each leads to the people.
func (s *Screen) behind(sum summary) *fyne.Container {
	env := s.env
	var rows []fyne.CanvasObject
	add := func(status parts.Status, text string, count int, filter string) {
		if len(rows) > 0 {
			rows = append(rows, look.NewHairline())
		}
		rows = append(rows, parts.Inset(0, 2, 0, 2, parts.Row(look.Near, look.NewIcon(status.Icon, status.Color), parts.Fill(look.Body(text).Clip()),
			look.Strong(env.Words.Number(count)), parts.Link("split.see."+filter, env.T("split.see"), func() { s.see(filter) }))))
	}
	if sum.uncertain > 0 {
		add(parts.Status{Icon: look.IconQuestion, Color: look.Care}, env.T("split.uncertain"), sum.uncertain, filterUncertain)
	}
	for _, status := range answers {
		for _, reason := range sum.reasons(status) {
			if text := s.why(reason); text != "" {
				add(parts.SplitStatus(env.Words, status), parts.SplitStatus(env.Words, status).Word+": "+text, sum.byReason[status][reason], string(status)+filterReason+string(reason))
			}
		}
	}
	if count := sum.notAsked(); count > 0 {
		add(parts.Status{Icon: look.IconPause, Color: look.QuietInk}, env.T("split.not_asked"), count, filterLeftOut)
	}
	return parts.Stack(0, rows...)
}

// why is a reason in few words.
func (s *Screen) why(reason post.Reason) string {
	if key := "split.why." + string(reason); s.env.Words.Has(key) {
		return s.env.T(key)
	}
	return ""
}

// sinceLast compares with the last split of the same people.
func (s *Screen) sinceLast(d *detail) fyne.CanvasObject {
	words := s.env.Words
	change := d.job.Counts.BySplit[post.HasDigipost] - d.before.Counts.BySplit[post.HasDigipost]
	date := words.Date(d.before.Created)
	switch {
	case change > 0:
		return parts.Note(parts.ToneGood, words.Count("split.more", change, "date", date), look.Reading)
	case change < 0:
		return parts.Note(parts.ToneInfo, words.Count("split.fewer", -change, "date", date), look.Reading)
	}
	return parts.Note(parts.ToneInfo, s.env.T("split.equal", "date", date), look.Reading)
}

// peopleTab lists the people with what Digipost said, filtered.
func (s *Screen) peopleTab(d *detail) fyne.CanvasObject {
	m, env, sum := s.model, s.env, d.summary()
	number := env.Words.Number
	tabs := []parts.Tab{{Key: filterAll, Title: env.T("people.all") + " " + number(len(d.items))}}
	for _, status := range answers {
		if count := sum.byStatus[status]; count > 0 {
			tabs = append(tabs, parts.Tab{Key: string(status), Title: parts.SplitStatus(env.Words, status).Word + " " + number(count)})
		}
	}
	var more []parts.Tab
	for _, extra := range []struct {
		key   string
		count int
	}{{filterUncertain, sum.uncertain}, {filterCleared, sum.cleared}, {filterLeftOut, sum.notAsked()}} {
		if extra.count > 0 {
			more = append(more, parts.Tab{Key: extra.key, Title: env.T("split.filter."+extra.key) + " " + number(extra.count)})
		}
	}
	shown := d.shown(m.filter)
	rows := false
	for _, item := range d.items {
		rows = rows || item.Row != 0
	}
	table := parts.NewTable("split.people", []parts.Column{
		{Key: "row", Title: env.T("problems.row"), Width: 72, Number: true, Hidden: !rows}, {Key: "name", Title: env.T("field.full_name"), Share: 3},
		{Key: "id", Title: env.T("field.customer_id"), Width: 128}, {Key: "status", Title: env.T("people.digipost"), Width: 184},
		{Key: "why", Title: env.T("people.why"), Share: 4},
	}, func() int { return len(shown) }, func(row int, key string) parts.Cell { return s.personCell(shown[row], key) })
	table.OnOpen = func(row int) {
		if id := shown[row].CustomerID; id != "" {
			env.Go(parts.PlacePeople, id)
		}
	}
	s.table = table
	var first, second *parts.Tabs
	choose := func(key string) {
		before := m.filter
		m.filter, shown = key, d.shown(key)
		if before == filterUncertain || key == filterUncertain || s.inside(sum, key) != nil || second == nil {
			m.changed() // what is offered below changes with it
			return
		}
		first.Choose(key)
		second.Choose(key)
		table.Reload()
		table.ScrollTo(0)
	}
	status, _, _ := strings.Cut(m.filter, filterReason)
	first = parts.NewTabs("split.filter", tabs, status, choose)
	if within := s.inside(sum, m.filter); within != nil {
		more = within
	}
	// Counts of six digits need more room than a narrow window has.
	lines := []fyne.CanvasObject{container.NewHScroll(parts.Inset(1, 1, 1, look.Tight, first.Object))}
	if len(more) > 0 {
		second = parts.NewTabs("split.filter", more, m.filter, choose)
		lines = append(lines, container.NewHScroll(parts.Inset(1, 1, 1, look.Tight, second.Object)))
	}
	if m.filter == filterUncertain && m.ports.Review != nil && len(d.waiting) > 0 {
		return container.NewBorder(parts.Inset(0, 0, 0, 12, parts.Stack(look.Tight, lines...)), nil, nil, nil, s.reviewList(d))
	}
	if key := "split.filter." + m.filter + ".text"; env.Words.Has(key) {
		lines = append(lines, parts.Inset(0, 4, 0, 0, look.QuietText(env.T(key)).Wrap(look.Reading)))
	}
	return container.NewBorder(parts.Inset(0, 0, 0, 12, parts.Stack(look.Tight, lines...)), nil, nil, nil, table.Object)
}

// inside are the reasons to choose from within a status; nil where it has fewer
// than two.
func (s *Screen) inside(sum summary, filter string) []parts.Tab {
	status, _, _ := strings.Cut(filter, filterReason)
	of := post.SplitStatus(status)
	reasons := sum.reasons(of)
	if len(reasons) < 2 {
		return nil
	}
	tabs := []parts.Tab{{Key: status, Title: s.env.T("split.reason.all")}}
	for _, reason := range reasons {
		if text := s.why(reason); text != "" {
			tabs = append(tabs, parts.Tab{Key: status + filterReason + string(reason), Title: capital(text) + " " + s.env.Words.Number(sum.byReason[of][reason])})
		}
	}
	return tabs
}

// capital gives a text with a large first letter.
func capital(text string) string {
	for i, r := range text {
		return string(unicode.ToUpper(r)) + text[i+utf8.RuneLen(r):]
	}
	return text
}

func (s *Screen) personCell(item post.Item, key string) parts.Cell {
	env := s.env
	switch key {
	case "row":
		if item.Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: strconv.Itoa(item.Row), Quiet: true}
	case "name":
		if item.Name == "" {
			return parts.Cell{Text: env.T("people.nameless"), Quiet: true}
		}
		return parts.Cell{Text: item.Name}
	case "id":
		return parts.Cell{Text: item.CustomerID}
	case "status":
		if item.Finding == nil {
			status := parts.Status{Icon: look.IconPause, Color: look.QuietInk, Word: env.T("split.filter." + filterLeftOut)}
			return parts.Cell{Status: &status}
		}
		status := parts.SplitStatus(env.Words, item.Finding.Status)
		return parts.Cell{Status: &status}
	}
	return parts.Cell{Text: s.personWhy(item), Quiet: true}
}

// personWhy explains an answer: the reason, a match to look at, and what was
// removed.
func (s *Screen) personWhy(item post.Item) string {
	var lines []string
	reason := item.Reason
	if item.Finding != nil {
		reason = item.Finding.Reason
	}
	if text := s.why(reason); text != "" {
		lines = append(lines, text)
	}
	if item.Finding != nil && item.Finding.Uncertain {
		lines = append(lines, s.env.T("split.uncertain"))
	}
	if item.Finding != nil && item.Finding.Cleared {
		lines = append(lines, s.env.T("split.cleared.one"))
	}
	return strings.Join(lines, " · ")
}

// copyList writes a copy of the list with the answers beside its rows.
func (s *Screen) copyList() {
	env, m := s.env, s.model
	base := filepath.Base(m.detail.job.Source.Path)
	ending := filepath.Ext(base)
	name := env.T("split.copy.name", "file", strings.TrimSuffix(base, ending), "time", env.Now().Format("2006-01-02 1504")) + ending
	env.SaveFile(filepath.Join(filepath.Dir(m.detail.job.Source.Path), name), func(out string) {
		m.writeBack(out, copyWords{env.Words.Texts}, func() { env.Toast(env.T("split.copied", "file", filepath.Base(out)), nil) })
	})
}

// texts are the words of one language; they do not change, so that another
// thread may read them.
type texts interface {
	Get(key string, pairs ...string) string
	Has(key string) bool
}

// copyWords are the cells beside the rows of a copy.
type copyWords struct{ texts texts }

// Headings are the headings of the new columns.
func (w copyWords) Headings(post.Job) []string {
	return []string{w.texts.Get("split.copy.answer"), w.texts.Get("split.copy.why")}
}

// Cells are the values for one person.
func (w copyWords) Cells(_ post.Job, item post.Item) []string {
	answer, reason := w.texts.Get("split.filter."+filterLeftOut), item.Reason
	if item.Finding != nil {
		answer, reason = w.texts.Get("split."+string(item.Finding.Status)), item.Finding.Reason
	}
	why := ""
	if key := "split.why." + string(reason); w.texts.Has(key) {
		why = w.texts.Get(key)
	}
	if item.Finding != nil && item.Finding.Uncertain {
		why = strings.TrimSpace(why + " " + w.texts.Get("split.uncertain"))
	}
	return []string{answer, why}
}
