package parts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

func TestButtons(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	pressed := 0
	button := parts.Main("go", "Neste", func() { pressed++ })
	b.Put(parts.Row(8, button, parts.Fill(nil)))
	b.Tap(t, "go")
	b.Window.Canvas().Focus(button)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn} {
		button.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if pressed != 3 {
		t.Errorf("pressed %d times by a click, Space and Enter", pressed)
	}
	button.Off(true)
	b.Tap(t, "go")
	if pressed != 3 {
		t.Error("a button that is off was pressed")
	}
	if size := button.MinSize(); size.Width < look.Target || size.Height < look.Target {
		t.Errorf("a button of %v is too small to hit", size)
	}
}

// TestControls: what can be used is listed where it is, and only that.
func TestControls(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	hidden := parts.Quiet("hidden", "Skjult", nil)
	hidden.Hide()
	var many []fyne.CanvasObject
	for i := range 100 {
		many = append(many, parts.Quiet(fmt.Sprint("many.", i), "Knapp", nil))
	}
	secret := parts.PasswordField("secret", "Passord", "", 200)
	secret.Entry.SetText("hysj")
	many = append([]fyne.CanvasObject{hidden, secret.Object}, many...)
	b.Put(parts.Page{Title: "Side", Content: parts.Stack(8, many...), Next: parts.Main("next", "Neste", nil)}.View())
	ids := b.IDs()
	for id, want := range map[string]bool{"hidden": false, "secret": true, "many.0": true, "many.99": false, "next": true} {
		if slices.Contains(ids, id) != want {
			t.Errorf("%s is listed: %v, should be %v", id, !want, want)
		}
	}
	if text := b.Control(t, "secret").Text; text != "" {
		t.Errorf("a password is told: %q", text)
	}
	for _, found := range parts.Controls(b.Window.Canvas()) {
		if found.X < 0 || found.Y < 0 || found.X+found.W > 1280 || found.Y+found.H > 800 {
			t.Errorf("%+v is outside the window", found)
		}
	}
	parts.Ask(b.Env, "ask", "Sikker?", "Dette kan ikke angres.", "Ja", "Nei", func() {})
	if ids := b.IDs(); !slices.Equal(ids, []string{"ask.yes", "ask.no"}) {
		t.Errorf("behind a question one can use %v", ids)
	}
}

func TestAskIsCareful(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	b.Put(parts.Stack(0))
	agreed := 0
	ask := func() { parts.Ask(b.Env, "ask", "Sikker?", "", "Ja", "Nei", func() { agreed++ }) }
	ask()
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if agreed != 0 || b.Window.Canvas().Overlays().Top() != nil {
		t.Error("Enter must refuse and close")
	}
	ask()
	b.Tap(t, "ask.yes")
	if agreed != 1 {
		t.Error("yes was not heard")
	}
}

// TestTableOfAHundredThousand: rows are made for the screen only, are found by
// their id, open by click and by keys, and the whole of a clipped name is there.
func TestTableOfAHundredThousand(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	asked := map[int]bool{}
	table := parts.NewTable("people", []parts.Column{{Key: "name", Title: "Navn", Sortable: true, Width: 120}, {Key: "n", Title: "Nr", Number: true, Width: 80}, {Key: "rest", Title: "Mer"}},
		func() int { return 100000 }, func(row int, key string) parts.Cell {
			asked[row] = true
			if key == "name" {
				return parts.Cell{Text: fmt.Sprintf("Person med et langt navn %d", row)}
			}
			return parts.Cell{Text: fmt.Sprint(row)}
		})
	var opened []int
	var sorted []string
	table.OnOpen = func(row int) { opened = append(opened, row) }
	table.OnSort = func(key string, down bool) { sorted = append(sorted, fmt.Sprint(key, down)) }
	table.SetSort("name", false)
	b.Put(table.Object)
	if len(asked) > 60 {
		t.Errorf("%d rows were asked for", len(asked))
	}
	row := b.Control(t, "people.row.3")
	if row.H != look.Target-1 || !strings.Contains(row.Text, "langt navn 3 | 3") {
		t.Errorf("row %+v", row)
	}
	b.Tap(t, "people.row.3")
	b.Tap(t, "people.row.3")
	b.Tap(t, "people.sort.name")
	b.Tap(t, "people.sort.name")
	if !slices.Equal(opened, []int{3, 3}) || !slices.Equal(sorted, []string{"nametrue", "namefalse"}) {
		t.Errorf("opened %v, sorted %v", opened, sorted)
	}
	table.ScrollTo(99999)
	if !b.Has("people.row.99999") || b.Has("people.row.3") {
		t.Errorf("the last row is not in sight: %v", b.IDs())
	}
	test.MoveMouse(b.Window.Canvas(), fyne.NewPos(40, b.Control(t, "people.row.99998").Y+10))
	table.Hide("n", true)
	if text := b.Control(t, "people.row.99999").Text; strings.Count(text, "|") != 1 {
		t.Errorf("a hidden column is shown: %q", text)
	}
}

func TestSearchWaitsForAPause(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	var asked []string
	search := parts.NewSearch(b.Env, "search", "Søk", 300, func(text string) { asked = append(asked, text) })
	b.Put(parts.Stack(8, search.Object))
	b.Type(t, "search", "åse")
	if len(asked) != 0 {
		t.Errorf("asked while typing: %v", asked)
	}
	b.Run.Tick()
	if !slices.Equal(asked, []string{"åse"}) {
		t.Errorf("asked %v", asked)
	}
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.Run.Tick()
	if !slices.Equal(asked, []string{"åse", ""}) || b.Control(t, "search").Text != "" {
		t.Errorf("Esc does not empty the search: %v", asked)
	}
}

// TestKeysOfTheWindowWhileTyping: Fyne gives all keys to the field that has the
// focus. (Its test canvas takes no shortcuts; those are for a test of a real
// window.)
func TestKeysOfTheWindowWhileTyping(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	field := parts.TextField("name", "Navn", "", 200)
	b.Put(parts.Stack(8, field.Object))
	heard := ""
	b.Window.Canvas().SetOnTypedKey(func(key *fyne.KeyEvent) { heard += string(key.Name) })
	b.Type(t, "name", "Åse")
	field.Entry.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyN, Modifier: fyne.KeyModifierControl})
	field.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	field.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if heard != "F5Escape" || field.Entry.Text != "Åse" {
		t.Errorf("heard %q, text %q", heard, field.Entry.Text)
	}
}

func TestConfirmCount(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	right := false
	field := parts.ConfirmCount(b.Env, "count", 1234, func(ready bool) { right = ready })
	b.Put(field.Object)
	for text, want := range map[string]bool{"": false, "123": false, "1235": false, "1234": true, "1 234": true, "1\u202f234": true, "1,234": true, "12345": false, "-1234": false, "tolv": false} {
		field.Entry.SetText("")
		field.Entry.SetText(text)
		if right != want {
			t.Errorf("%q gives %v", text, right)
		}
	}
}

func TestClockAsksOnceWhenOver(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	stopped, more, over := 0, 0, 0
	clock := parts.NewClock(b.Env, "clock", b.Clock, b.Clock.Add(time.Minute), func() { stopped++ }, func() { more++ }, func() { over++ })
	b.Put(clock.Object)
	b.Tap(t, "clock.stop")
	b.Tap(t, "clock.more")
	b.Clock = b.Clock.Add(2 * time.Minute)
	b.Run.Tick()
	b.Run.Tick()
	if stopped != 1 || more != 1 || over != 1 {
		t.Errorf("stopped %d, more %d, over %d", stopped, more, over)
	}
	clock.Until(b.Clock.Add(time.Minute))
	clock.Close()
	b.Clock = b.Clock.Add(time.Hour)
	b.Run.Tick()
	if over != 1 {
		t.Error("a closed clock goes on")
	}
}

func TestPagesReadWhatIsSeen(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	var read []int
	fail := error(nil)
	pages := parts.NewPages(b.Run, 50, func(_ context.Context, offset, limit int) ([]int, int, error) {
		read = append(read, offset)
		rows := make([]int, limit)
		for i := range rows {
			rows[i] = offset + i
		}
		return rows, 100000, fail
	}, func(err error) {
		if !errors.Is(err, fail) {
			t.Errorf("told of %v", err)
		}
	})
	pages.Reload()
	if row, found := pages.Row(99_990); !found || row != 99_990 || pages.Total() != 100000 {
		t.Errorf("row %d %v of %d", row, found, pages.Total())
	}
	pages.Row(99_999)
	if !slices.Equal(read, []int{0, 99_950}) {
		t.Errorf("read at %v", read)
	}
	fail = post.NewFault(post.CodeDatabaseBusy, nil)
	pages.Reload()
	if _, found := pages.Row(0); found {
		t.Error("rows that could not be read are there")
	}
}

// TestExplainLeavesNoGaps: a job's trouble is stored as a code alone; a person
// still never reads a bracket.
func TestExplainLeavesNoGaps(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		words := look.NewWords(language)
		for _, code := range []post.Code{post.CodeUnreachable, post.CodeTimeout, post.CodeServerError, post.CodeBadAnswer, post.CodeSignatureRefused, post.CodeNotAuthorised,
			post.CodeLoginRefused, post.CodeHostKeyNew, post.CodeHostKeyChanged, post.CodeClockWrong, post.CodeDiskFull, post.CodeInternal, post.CodeBusy, "no_such_code"} {
			what, next := parts.Explain(words, code, nil)
			if what == "" || strings.ContainsAny(what+next, "{}") {
				t.Errorf("%s %s: %q %q", language, code, what, next)
			}
		}
	}
}

func TestFaultBox(t *testing.T) {
	b := partstest.New(t, "en", look.Light)
	box := parts.NewFaultBox(b.Env, 600)
	if box.ControlText() != "" || box.Object.Visible() {
		t.Error("a box with nothing to say is shown")
	}
	box.Show(post.NewFault(post.CodeUnreachable, errors.New("dial tcp 127.0.0.1:1"), "host", "Digipost"))
	if text := box.ControlText(); !strings.Contains(text, "Digipost") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("says %q", text)
	}
	box.Show(nil)
	if box.Object.Visible() {
		t.Error("still shown")
	}
}

func TestDropJudgesTheEnding(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	var taken []string
	drop := parts.NewDrop(b.Env, "drop", look.IconSheet, "Slipp en liste her", "", []string{".xlsx", ".csv"}, func(path string) { taken = append(taken, path) })
	b.Put(drop.Object)
	drop.Dropped([]string{"/tmp/brev.pdf"})
	drop.Dropped([]string{"/tmp/Liste.XLSX", "/tmp/to.csv"})
	b.Picked = "/tmp/valgt.csv"
	b.Tap(t, "drop.choose")
	b.Type(t, "drop.path", `"/tmp/limt inn.csv" `)
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if want := []string{"/tmp/Liste.XLSX", "/tmp/valgt.csv", "/tmp/limt inn.csv"}; !slices.Equal(taken, want) {
		t.Errorf("took %q", taken)
	}
}

func TestProblemsFilter(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	problems := parts.NewProblems(b.Env, "problems", []parts.Trouble{
		{Level: post.MustFix, Row: 12, Column: "Fødselsnummer", Text: "Feil kontrollsiffer"}, {Level: post.Repaired, Row: 5, Column: "Fødselsnummer", Text: "Manglet en null"}, {Level: post.MustFix, Row: 20, Text: "Dublett"}})
	var opened []int
	problems.OnOpen = func(line parts.Trouble) { opened = append(opened, line.Row) }
	b.Put(problems.Object)
	if !b.Has("problems.row.2") || b.Has("problems.should_check") {
		t.Errorf("all at first, and no empty group: %v", b.IDs())
	}
	b.Tap(t, "problems.repaired")
	if b.Has("problems.row.1") || !strings.Contains(b.Control(t, "problems.row.0").Text, "Manglet en null") {
		t.Errorf("the filter shows %v", b.IDs())
	}
	b.Tap(t, "problems.row.0")
	if !slices.Equal(opened, []int{5}) {
		t.Errorf("opened %v", opened)
	}
}

// TestEveryStatusHasAShape: no state of a letter, job or person is shown by
// colour alone or by a word that is missing.
func TestEveryStatusHasAShape(t *testing.T) {
	words := look.NewWords("nb")
	check := func(name string, s parts.Status) {
		if s.Icon == "" || s.Color == "" || strings.Contains(s.Word, ".") {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for _, status := range statuses {
		check(string(status), parts.ItemStatus(words, status))
	}
	for _, state := range []post.JobState{post.JobReady, post.JobCoolingOff, post.JobSending, post.JobWaiting, post.JobDone, post.JobStopped, post.JobRefused} {
		check(string(state), parts.JobState(words, state))
	}
	for _, status := range []post.SplitStatus{post.NeverChecked, post.HasDigipost, post.Identified, post.Unidentified, post.Invalid, post.Missing} {
		check("split "+string(status), parts.SplitStatus(words, status))
	}
}
