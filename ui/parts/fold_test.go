package parts_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// TestFold opens and closes by pointer and keyboard and tells what is inside.
func TestFold(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	var heard []bool
	fold := parts.NewFold("fold", "Papir", false, parts.Quiet("inside", "Inni", nil), func(open bool) { heard = append(heard, open) })
	fold.Say("Nei", false)
	b.Put(parts.Stack(0, fold.Object))
	if b.Has("inside") || b.Control(t, "fold").Text != "Papir: Nei" {
		t.Errorf("closed: %v %q", b.IDs(), b.Control(t, "fold").Text)
	}
	b.Tap(t, "fold")
	if !b.Has("inside") {
		t.Error("it does not open")
	}
	b.Window.Canvas().FocusNext()
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if b.Has("inside") || len(heard) != 2 || !heard[0] || heard[1] {
		t.Errorf("after Space: %v, heard %v", b.IDs(), heard)
	}
}

// TestMistakesLead to the field they are about.
func TestMistakesLead(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	went := ""
	b.Put(parts.Stack(0, parts.Mistakes("mend", "Rett dette", 400, []parts.Mistake{{Field: "a", Text: "A mangler"}, {Field: "b", Text: "B er feil"}},
		func(field string) { went = field })))
	b.Tap(t, "mend.1")
	if went != "b" || b.Control(t, "mend.0").Text != "A mangler" {
		t.Errorf("went to %q, %q", went, b.Control(t, "mend.0").Text)
	}
}

// TestFieldsTell of each key and of being left, and let Tab through.
func TestFieldsTell(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	heard := ""
	search := parts.NewSearch(b.Env, "search", "", 200, func(string) {}).Typing(func(text string) { heard = text })
	text, left := parts.NewTextEntry(3), false
	text.Left = func() { left = true }
	pair := parts.PairField("when", "Når", parts.Half{ID: "day", Width: 100}, parts.Half{ID: "clock", Width: 80})
	b.Put(parts.Stack(8, search.Object, parts.WithID("text", text), pair.Object))
	b.Type(t, "search", "åse")
	b.Type(t, "text", "en\nto")
	b.Type(t, "when.clock", "10:00")
	if heard != "åse" || text.Text != "en\nto" || !left || pair.Second.Text != "10:00" || text.AcceptsTab() {
		t.Errorf("%q %q %v %q", heard, text.Text, left, pair.Second.Text)
	}
}

// TestSwitch is taken away and given back without telling.
func TestSwitch(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	var heard []bool
	s := parts.NewSwitch("switch", "Papir", false, func(on bool) { heard = append(heard, on) })
	b.Put(parts.Stack(0, s.Object))
	s.Set(true)
	s.Off(true)
	b.Tap(t, "switch")
	s.Off(false)
	b.Tap(t, "switch")
	if len(heard) != 1 || heard[0] {
		t.Errorf("heard %v", heard)
	}
}
