package parts

import (
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Control is a thing on a screen that a person uses. Its id is the same in every
// language, so that a test finds it.
type Control interface {
	fyne.CanvasObject
	ControlID() string
	// ControlText is what the control shows: its words, or what was typed.
	ControlText() string
}

// Parent is a widget with other objects inside that hold controls. Containers of
// Fyne need it not.
type Parent interface {
	fyne.CanvasObject
	Parts() []fyne.CanvasObject
}

// WithID gives one of Fyne's own widgets an id.
func WithID(id string, object fyne.CanvasObject) *fyne.Container {
	return container.New(named{id: id}, object)
}

// named is the layout of a container that carries an id.
type named struct{ id string }

func (named) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (named) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

// Found is a control on the screen, in the pixels of the window.
type Found struct {
	ID   string  `json:"id"`
	Text string  `json:"text"`
	X    float32 `json:"x"`
	Y    float32 `json:"y"`
	W    float32 `json:"w"`
	H    float32 `json:"h"`
}

// Controls lists the controls of a canvas that can be seen. While something lies
// over the window, only what is in it can be used, and only that is listed.
func Controls(c fyne.Canvas) []Found {
	w := &walk{canvas: c, driver: fyne.CurrentApp().Driver()}
	size := c.Size()
	window := rectangle{0, 0, size.Width, size.Height}
	if overlay := c.Overlays().Top(); overlay != nil {
		w.visit(overlay, window)
		return w.found
	}
	if c.Content() != nil {
		w.visit(c.Content(), window)
	}
	return w.found
}

type rectangle struct{ left, top, right, bottom float32 }

func (r rectangle) cut(o rectangle) rectangle {
	return rectangle{max(r.left, o.left), max(r.top, o.top), min(r.right, o.right), min(r.bottom, o.bottom)}
}

func (r rectangle) empty() bool { return r.right-r.left < 1 || r.bottom-r.top < 1 }

type walk struct {
	canvas fyne.Canvas
	driver fyne.Driver
	found  []Found
}

// where gives an object's place on the canvas.
func (w *walk) where(object fyne.CanvasObject) rectangle {
	pos, size := w.driver.AbsolutePositionForObject(object), object.Size()
	return rectangle{pos.X, pos.Y, pos.X + size.Width, pos.Y + size.Height}
}

func (w *walk) visit(object fyne.CanvasObject, clip rectangle) {
	if object == nil || !object.Visible() {
		return
	}
	if control, ok := object.(Control); ok && control.ControlID() != "" {
		w.add(control.ControlID(), control.ControlText(), object, clip)
	}
	switch o := object.(type) {
	case Parent, *container.Scroll:
		clip = clip.cut(w.where(object))
	case *fyne.Container:
		if name, ok := o.Layout.(named); ok {
			w.add(name.id, textOf(o.Objects[0]), o, clip)
		}
	}
	for _, part := range inside(object) {
		w.visit(part, clip)
	}
}

// inside are the objects that one holds.
func inside(object fyne.CanvasObject) []fyne.CanvasObject {
	switch o := object.(type) {
	case Parent:
		return o.Parts()
	case *fyne.Container:
		return o.Objects
	case *container.Scroll:
		return []fyne.CanvasObject{o.Content}
	case *container.ThemeOverride:
		return []fyne.CanvasObject{o.Content}
	case *widget.PopUp:
		return []fyne.CanvasObject{o.Content}
	}
	return []fyne.CanvasObject{overlaid(object)}
}

// overlaid gives what a pop-up's wrapper holds. Fyne puts one around everything
// that lies over the window, and its type cannot be named outside of Fyne.
func overlaid(object fyne.CanvasObject) fyne.CanvasObject {
	value := reflect.ValueOf(object)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct || value.Elem().Type().Name() != "OverlayContainer" {
		return nil
	}
	content := value.Elem().FieldByName("Content")
	if !content.IsValid() || !content.CanInterface() {
		return nil
	}
	inner, _ := content.Interface().(fyne.CanvasObject)
	return inner
}

// add takes a control whose middle can be seen: that is where one clicks.
func (w *walk) add(id, text string, object fyne.CanvasObject, clip rectangle) {
	at := w.where(object)
	if at.left == 0 && at.top == 0 && object.Position() != (fyne.Position{}) {
		return // not drawn: the driver does not find it
	}
	seen := at.cut(clip)
	if seen.empty() {
		return
	}
	scale := w.canvas.Scale()
	w.found = append(w.found, Found{ID: id, Text: text, X: seen.left * scale, Y: seen.top * scale,
		W: (seen.right - seen.left) * scale, H: (seen.bottom - seen.top) * scale})
}

// textOf gives what one of Fyne's own widgets shows, or the words inside a
// container. A password is not told.
func textOf(object fyne.CanvasObject) string {
	switch o := object.(type) {
	case *Entry:
		return textOf(&o.Entry)
	case *widget.Entry:
		if o.Password {
			return ""
		}
		return o.Text
	case *widget.Select:
		return o.Selected
	case *look.Text:
		return o.Text()
	case *fyne.Container:
		var words []string
		for _, part := range o.Objects {
			if text := textOf(part); text != "" {
				words = append(words, text)
			}
		}
		return strings.Join(words, " ")
	case *tick:
		return o.Text
	case *widget.Check:
		return o.Text
	case *widget.RadioGroup:
		return o.Selected
	case *widget.Label:
		return o.Text
	}
	return ""
}
