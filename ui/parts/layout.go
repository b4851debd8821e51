package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Stack lays objects below each other with an exact gap; each is as wide as the
// stack. One in Fill takes the height that is left.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&line{gap: gap, down: true}, objects...)
}

// Row lays objects beside each other with an exact gap, each as wide as it needs
// and in the middle of the height. One in Fill takes the width that is left.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&line{gap: gap}, objects...)
}

// RowTop is Row with everything at the top, each as high as the row.
func RowTop(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&line{gap: gap, stretch: true}, objects...)
}

// Fill marks an object that takes what is left in a Stack or Row. Fill(nil) is
// empty room.
func Fill(object fyne.CanvasObject) *fyne.Container {
	if object == nil {
		return container.New(fill{})
	}
	return container.New(fill{}, object)
}

// Left keeps an object at its own width at the left of where it stands. The words of a
// link stand in line with those around it, the ground it shows under the pointer not.
func Left(object fyne.CanvasObject) *fyne.Container {
	if button, ok := object.(*Button); ok && button.kind == kindLink {
		object = Inset(-linkRoom, 0, 0, 0, button)
	}
	return container.New(&limit{}, object)
}

// Width gives an object exactly this width, at the left of where it stands.
func Width(width float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(&limit{width: width, fixed: true}, object)
}

// AtMost lets an object be no wider than this, at the left of where it stands.
func AtMost(width float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(&limit{width: width}, object)
}

// Inset keeps room around an object.
func Inset(left, top, right, bottom float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{left, top, right, bottom}, object)
}

// Around keeps the same room on all sides.
func Around(room float32, object fyne.CanvasObject) *fyne.Container {
	return Inset(room, room, room, room, object)
}

type line struct {
	gap     float32
	down    bool
	stretch bool
}

// along and across give a size's two directions as the line sees them.
func (l *line) along(s fyne.Size) float32 {
	if l.down {
		return s.Height
	}
	return s.Width
}

func (l *line) across(s fyne.Size) float32 {
	if l.down {
		return s.Width
	}
	return s.Height
}

func (l *line) size(along, across float32) fyne.Size {
	if l.down {
		return fyne.NewSize(across, along)
	}
	return fyne.NewSize(along, across)
}

func (l *line) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var along, across float32
	shown := 0
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		shown++
		along += l.along(object.MinSize())
		across = max(across, l.across(object.MinSize()))
	}
	if shown > 1 {
		along += l.gap * float32(shown-1)
	}
	return l.size(along, across)
}

func (l *line) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	fills := 0
	for _, object := range objects {
		if object.Visible() && isFill(object) {
			fills++
		}
	}
	extra := float32(0)
	if fills > 0 {
		extra = max(0, l.along(size)-l.along(l.MinSize(objects))) / float32(fills)
	}
	at := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		min := object.MinSize()
		length, breadth, shift := l.along(min), l.across(size), float32(0)
		if isFill(object) {
			length += extra
		} else if !l.down && !l.stretch {
			breadth = l.across(min)
			shift = (l.across(size) - breadth) / 2
		}
		object.Resize(l.size(length, breadth))
		if l.down {
			object.Move(fyne.NewPos(shift, at))
		} else {
			object.Move(fyne.NewPos(at, shift))
		}
		at += length + l.gap
	}
}

type fill struct{}

func isFill(object fyne.CanvasObject) bool {
	c, ok := object.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(fill)
	return ok
}

func (fill) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if len(objects) == 0 {
		return fyne.Size{}
	}
	return objects[0].MinSize()
}

func (fill) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		height := size.Height
		if !stretches(object) {
			height = min(height, object.MinSize().Height)
		}
		object.Resize(fyne.NewSize(size.Width, height))
		object.Move(fyne.NewPos(0, (size.Height-height)/2))
	}
}

// stretches: a text in a Fill stays in the middle of the row, everything else
// takes the height.
func stretches(object fyne.CanvasObject) bool {
	_, text := object.(interface{ Clipped() bool })
	return !text
}

type limit struct {
	width float32
	fixed bool
	// tall is the least height.
	tall float32
}

func (l *limit) MinSize(objects []fyne.CanvasObject) fyne.Size {
	min := objects[0].MinSize()
	if l.fixed {
		min.Width = l.width
	}
	min.Height = max(min.Height, l.tall)
	return min
}

func (l *limit) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := l.width
	if width == 0 {
		width = objects[0].MinSize().Width
	}
	objects[0].Resize(fyne.NewSize(min(width, size.Width), size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
}

type inset struct{ left, top, right, bottom float32 }

func (i *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(i.left+i.right, i.top+i.bottom)
}

func (i *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size.SubtractWidthHeight(i.left+i.right, i.top+i.bottom))
	objects[0].Move(fyne.NewPos(i.left, i.top))
}
