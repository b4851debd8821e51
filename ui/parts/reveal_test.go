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
