package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// What stays in sight around a control that the cursor came to: above it stands its
// label, below it a line of help.
const (
	roomAbove = float32(40)
	roomBelow = look.Group
)

// Reveal scrolls a control into sight. Fyne moves the cursor to the next field also
// where that lies outside of what can be seen.
func Reveal(object fyne.CanvasObject) {
	scroll, top, ok := enclosing(object)
	if !ok || scroll.Direction == container.ScrollHorizontalOnly {
		return
	}
	seen := scroll.Size().Height
	switch offset, bottom := scroll.Offset.Y, top+object.Size().Height; {
	case top < offset:
		scrollTo(scroll, top-roomAbove)
	case bottom > offset+seen:
		scrollTo(scroll, min(bottom+roomBelow-seen, top))
	}
}

// ScrollTo brings an object to the upper edge of what scrolls, also one that was
// hidden until now.
func ScrollTo(scroll *container.Scroll, object fyne.CanvasObject) {
	if path := pathTo(scroll.Content, object); path != nil {
		scrollTo(scroll, topOf(path[1:])-look.Apart)
	}
}

// Steady changes what scrolls, and keeps what has the cursor where it stands on the
// screen: nobody writes in a field that wanders off.
func Steady(scroll *container.Scroll, change func()) {
	var path []fyne.CanvasObject
	if c := canvasOf(scroll); c != nil {
		if object, ok := c.Focused().(fyne.CanvasObject); ok {
			path = pathTo(scroll.Content, object)
		}
	}
	if path == nil {
		change()
		return
	}
	before := topOf(path[1:])
	change()
	if moved := topOf(path[1:]) - before; moved != 0 {
		scrollTo(scroll, scroll.Offset.Y+moved)
	}
}

// scrollTo scrolls as by hand: whoever listens hears of it.
func scrollTo(scroll *container.Scroll, top float32) {
	scroll.ScrollToOffset(fyne.NewPos(scroll.Offset.X, max(0, top)))
	if scroll.OnScrolled != nil {
		scroll.OnScrolled(scroll.Offset)
	}
}

// enclosing finds the innermost scroll around an object, and how far below the top of
// its content the object is.
func enclosing(object fyne.CanvasObject) (scroll *container.Scroll, top float32, ok bool) {
	c := canvasOf(object)
	if c == nil {
		return nil, 0, false
	}
	root := c.Content()
	if overlay := c.Overlays().Top(); overlay != nil {
		root = overlay
	}
	path := pathTo(root, object)
	for i := len(path) - 2; i >= 0; i-- {
		if scroll, ok := path[i].(*container.Scroll); ok {
			return scroll, topOf(path[i+2:]), true
		}
	}
	return nil, 0, false
}

// topOf adds up where each object lies in the one before it. The driver knows only the
// place of what has been drawn.
func topOf(path []fyne.CanvasObject) float32 {
	top := float32(0)
	for _, object := range path {
		top += object.Position().Y
	}
	return top
}

// pathTo gives the objects from root to the one looked for, both with it, or nil.
func pathTo(root, object fyne.CanvasObject) []fyne.CanvasObject {
	switch {
	case root == nil:
		return nil
	case root == object:
		return []fyne.CanvasObject{root}
	}
	for _, part := range inside(root) {
		if path := pathTo(part, object); path != nil {
			return append([]fyne.CanvasObject{root}, path...)
		}
	}
	return nil
}
