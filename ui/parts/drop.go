package parts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// Drop is where a file is given: dropped on the window, chosen, or its path
// typed or pasted, which keyboards and tests use.
type Drop struct {
	Object fyne.CanvasObject

	env     *Env
	endings []string
	taken   func(path string)
	wrong   *look.Text
}

// NewDrop makes the area; endings are those of the files wanted, with the dot. The
// ids are id.choose and id.path.
func NewDrop(env *Env, id string, icon look.IconName, title, hint string, endings []string, taken func(path string)) *Drop {
	choose := Quiet(id+".choose", env.T("drop.choose"), nil).Icon(look.IconFile)
	d := newDrop(env, id, icon, title, hint, env.T("drop.path"), choose, taken)
	d.endings = endings
	choose.tapped = func() { env.PickFile(endings, d.offer) }
	return d
}

// NewFolderDrop is NewDrop for a folder. A file that is given stands for the folder it
// is in: whoever takes the path looks.
func NewFolderDrop(env *Env, id, title, hint string, taken func(path string)) *Drop {
	choose := Quiet(id+".choose", env.T("pick.folder.choose"), nil).Icon(look.IconFile)
	d := newDrop(env, id, look.IconFile, title, hint, env.T("drop.folder"), choose, taken)
	d.endings = []string{""}
	choose.tapped = func() { env.PickFolder(d.offer) }
	return d
}

func newDrop(env *Env, id string, icon look.IconName, title, hint, typed string, choose *Button, taken func(path string)) *Drop {
	d := &Drop{env: env, taken: taken}
	d.wrong = look.NewText("", look.Style{Size: look.SizeSmall, Color: look.Stop})
	path := NewEntry()
	path.PlaceHolder = typed
	path.OnSubmitted = func(text string) { d.offer(strings.Trim(strings.TrimSpace(text), `"`)) }
	content := Stack(12,
		container.NewCenter(look.NewIconOf(icon, look.FieldLine, 48)),
		container.NewCenter(look.NewText(title, look.Style{Size: look.SizeLead, Bold: true, Color: look.Ink})),
		container.NewCenter(look.QuietText(hint)),
		container.NewCenter(Inset(0, 4, 0, 0, choose)),
		container.NewCenter(Width(360, WithID(id+".path", path))),
		container.NewCenter(d.wrong))
	d.Object = container.NewStack(look.NewSurface(look.Card, look.FieldLine, look.Radius), Inset(look.Group, look.Edge, look.Group, look.Apart, content))
	return d
}

// Dropped takes the first of the files dropped on the window.
func (d *Drop) Dropped(paths []string) {
	if len(paths) > 0 {
		d.offer(paths[0])
	}
}

// offer takes a file with a right ending and says so otherwise. What is in it is
// judged elsewhere.
func (d *Drop) offer(path string) {
	if path == "" {
		return
	}
	for _, ending := range d.endings {
		if strings.HasSuffix(strings.ToLower(path), ending) {
			d.wrong.Set("")
			d.taken(path)
			return
		}
	}
	d.wrong.Set(d.env.T("drop.wrong", "endings", strings.Join(d.endings, ", ")))
	d.Object.Refresh()
}
