package parts_test

import (
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// longForm is a form that is much higher than the window.
func longForm(t *testing.T) (*partstest.Bench, *container.Scroll, []*parts.Field) {
	b := partstest.New(t, "nb", look.Light)
	var fields []*parts.Field
	var objects []fyne.CanvasObject
	for i := range 20 {
		field := parts.TextField("field."+strconv.Itoa(i), "Navn", "", 200)
		fields, objects = append(fields, field), append(objects, field.Object)
	}
	scroll := container.NewVScroll(parts.Inset(0, 4, 0, 4, parts.Form(objects...)))
	b.Put(scroll)
	b.Window.Resize(fyne.NewSize(400, 300))
	return b, scroll, fields
}

// TestReveal: the page follows the cursor, so that nobody writes where they do not
// see.
func TestReveal(t *testing.T) {
	b, scroll, fields := longForm(t)
	heard := float32(-1)
	scroll.OnScrolled = func(at fyne.Position) { heard = at.Y }
	for _, i := range []int{12, 19, 3, 0} {
		b.Window.Canvas().Focus(fields[i].Entry)
		if !b.Has("field."+strconv.Itoa(i)) || b.Control(t, "field."+strconv.Itoa(i)).H < look.Target {
			t.Errorf("field %d has the cursor and is not seen: offset %v", i, scroll.Offset.Y)
		}
		if heard != scroll.Offset.Y {
			t.Errorf("scrolled to %v, told of %v", scroll.Offset.Y, heard)
		}
	}
	at := scroll.Offset
	b.Window.Canvas().Focus(fields[1].Entry)
	if scroll.Offset != at {
		t.Error("the page moved for a field that is seen")
	}
}

// TestWheel: the mouse wheel scrolls the page also where the pointer is over a field.
func TestWheel(t *testing.T) {
	b, scroll, _ := longForm(t)
	at := b.Control(t, "field.1")
	test.Scroll(b.Window.Canvas(), fyne.NewPos(at.X+at.W/2, at.Y+at.H/2), 0, -50)
	if scroll.Offset.Y != 50 {
		t.Errorf("scrolled by %v", scroll.Offset.Y)
	}
}

// TestWheelOverLines: text of several lines scrolls first, and the page when the text
// is at its end or all of it is seen.
func TestWheelOverLines(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	entry := parts.NewTextEntry(4)
	var below []fyne.CanvasObject
	for range 20 {
		below = append(below, look.Body("Under"))
	}
	scroll := container.NewVScroll(parts.Stack(20, append([]fyne.CanvasObject{parts.WithID("lines", entry)}, below...)...))
	b.Put(scroll)
	b.Window.Resize(fyne.NewSize(400, 300))
	turn := func() {
		at := b.Control(t, "lines")
		test.Scroll(b.Window.Canvas(), fyne.NewPos(at.X+at.W/2, at.Y+at.H/2), 0, -20)
	}
	if turn(); scroll.Offset.Y != 20 {
		t.Errorf("over a short text the page scrolled by %v", scroll.Offset.Y)
	}
	entry.SetText("1\n2\n3\n4\n5\n6")
	if turn(); scroll.Offset.Y != 20 {
		t.Errorf("over a long text the page scrolled to %v", scroll.Offset.Y)
	}
	for range 4 {
		turn()
	}
	if scroll.Offset.Y <= 20 {
		t.Error("the page stays at the end of a long text")
	}
}

// TestScrollTo finds the place also of what was hidden until now.
func TestScrollTo(t *testing.T) {
	b, scroll, fields := longForm(t)
	fields[9].Object.Hide()
	scroll.Content.Refresh()
	fields[9].Object.Show()
	scroll.Content.Refresh()
	parts.ScrollTo(scroll, fields[9].Object)
	if label := b.Control(t, "field.9"); label.Y > 80 || label.H < look.Target {
		t.Errorf("the field is at %v", label)
	}
}

// TestSteady: what appears above the field being written in does not push it away.
func TestSteady(t *testing.T) {
	b, scroll, fields := longForm(t)
	b.Window.Canvas().Focus(fields[12].Entry)
	at := b.Control(t, "field.12")
	for _, text := range []string{"Dette feltet må fylles ut.", ""} {
		parts.Steady(scroll, func() {
			fields[2].SetError(text)
			scroll.Content.Refresh()
			scroll.Refresh()
		})
		if now := b.Control(t, "field.12"); now.Y != at.Y {
			t.Errorf("%q above: the field stood at %v, now at %v", text, at.Y, now.Y)
		}
	}
}
