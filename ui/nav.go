package ui

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

const (
	navWidth  float32 = 200
	navFolded float32 = 64
	// foldBelow is the width of the window below which only icons are left.
	foldBelow float32 = 1100
)

// entry is one place of the navigation.
type entry struct {
	place parts.Place
	icon  look.IconName
}

// places are the navigation in its order, the settings last; Alt and a number open
// them.
var places = []entry{
	{parts.PlaceHome, look.IconHome},
	{parts.PlaceLetter, look.IconLetter},
	{parts.PlaceMailing, look.IconMailing},
	{parts.PlacePeople, look.IconPeople},
	{parts.PlaceSplit, look.IconSplit},
	{parts.PlaceJobs, look.IconJobs},
	{parts.PlaceSettings, look.IconSettings},
}

// belgian are the entries of a profile on the way to the Belgian e-Box.
var belgian = []entry{
	{parts.PlaceInbox, look.IconTray},
	{parts.PlaceBelgium, look.IconChecklist},
}

// items are the entries of the navigation: those whose screen there is, and
// below them the language and the way out of practice.
func (u *UI) items() (top, bottom []*navItem) {
	if u.place == parts.PlaceWelcome && u.sender.SenderID == 0 && u.ports.LeavePractice == nil {
		// Before sign-up there is nowhere else to go.
		return nil, nil
	}
	inBelgium := u.place == parts.PlaceBelgium || u.place == parts.PlaceInbox
	all := slices.Clone(places)
	if inBelgium && u.sender.SenderID == 0 {
		all = append(slices.Clone(belgian), places[len(places)-1]) // nothing to send with yet: the settings are left
	} else if inBelgium || u.ports.BelgiumBegun {
		all = append(all, belgian...)
	}
	for _, p := range all {
		if u.screens[p.place] != nil {
			top = append(top, newNavItem("nav."+string(p.place), u.env.T("nav."+string(p.place)), p.icon, p.place == u.place,
				func() { u.Go(p.place, "") }))
		}
	}
	if u.ports.LeavePractice != nil {
		bottom = append(bottom, newNavItem("nav.leave", u.env.T("nav.leave"), look.IconUndo, false, u.askLeave))
	}
	return top, append(bottom, u.languageItem())
}

// languageItem goes on to the next language, and is called by its name.
func (u *UI) languageItem() *navItem {
	next := u.env.Words.NextLanguage()
	return newNavItem("nav.language", next.Name, look.IconLanguage, false, func() { u.SetLanguage(next.Code) })
}

func (u *UI) askLeave() {
	parts.Ask(u.env, "leave", u.env.T("leave.title"), u.env.T("leave.text"), u.env.T("leave.yes"), u.env.T("leave.no"), u.leavePractice)
}

// navigation is the column at the left.
type navigation struct {
	object      *fyne.Container
	top, bottom *fyne.Container
}

func newNavigation() *navigation {
	n := &navigation{top: parts.Stack(look.Tight), bottom: parts.Stack(look.Tight)}
	n.object = container.NewBorder(nil, nil, nil, look.NewHairline(),
		parts.Inset(12, look.Apart, 8, 12, container.NewBorder(n.top, n.bottom, nil, nil)))
	return n
}

func (n *navigation) show(top, bottom []*navItem) {
	n.top.Objects, n.bottom.Objects = nil, nil
	for _, item := range top {
		n.top.Objects = append(n.top.Objects, item)
	}
	for _, item := range bottom {
		n.bottom.Objects = append(n.bottom.Objects, item)
	}
	if len(top) == 0 {
		n.object.Hide()
	} else {
		n.object.Show()
	}
}

// frame lays out band, navigation and page.
type frame struct{}

func (frame) MinSize(objects []fyne.CanvasObject) fyne.Size {
	band, page := objects[0].MinSize(), objects[2].MinSize()
	return fyne.NewSize(max(navFolded+page.Width, 640), band.Height+max(page.Height, 480))
}

func (frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	band, width := objects[0].MinSize().Height, navWidth
	switch {
	case !objects[1].Visible():
		width = 0
	case size.Width < foldBelow:
		width = navFolded
	}
	objects[0].Resize(fyne.NewSize(size.Width, band))
	objects[1].Resize(fyne.NewSize(width, size.Height-band))
	objects[1].Move(fyne.NewPos(0, band))
	objects[2].Resize(fyne.NewSize(size.Width-width, size.Height-band))
	objects[2].Move(fyne.NewPos(width, band))
}

// navItem is one entry: icon and word, or the icon alone where there is no room.
type navItem struct {
	widget.BaseWidget
	id, text         string
	icon             look.IconName
	chosen           bool
	tapped           func()
	hovered, focused bool
}

var (
	_ parts.Control      = (*navItem)(nil)
	_ fyne.Tappable      = (*navItem)(nil)
	_ fyne.Focusable     = (*navItem)(nil)
	_ desktop.Hoverable  = (*navItem)(nil)
	_ desktop.Cursorable = (*navItem)(nil)
)

func newNavItem(id, text string, icon look.IconName, chosen bool, tapped func()) *navItem {
	n := &navItem{id: id, text: text, icon: icon, chosen: chosen, tapped: tapped}
	n.ExtendBaseWidget(n)
	return n
}

// ControlID is for tests of the window.
func (n *navItem) ControlID() string { return n.id }

// ControlText gives the word.
func (n *navItem) ControlText() string { return n.text }

// Tapped goes there.
func (n *navItem) Tapped(*fyne.PointEvent) { n.tapped() }

// FocusGained shows the ring.
func (n *navItem) FocusGained() { n.focused = true; n.Refresh() }

// FocusLost takes it away.
func (n *navItem) FocusLost() { n.focused = false; n.Refresh() }

// TypedRune does nothing.
func (n *navItem) TypedRune(rune) {}

// TypedKey goes there by Space or Enter.
func (n *navItem) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeySpace || key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter {
		n.tapped()
		return
	}
	parts.PassKey(n, key)
}

// MouseIn shades the entry.
func (n *navItem) MouseIn(*desktop.MouseEvent) { n.hovered = true; n.Refresh() }

// MouseMoved does nothing.
func (n *navItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the shade away.
func (n *navItem) MouseOut() { n.hovered = false; n.Refresh() }

// Cursor is a hand.
func (n *navItem) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is for Fyne.
func (n *navItem) CreateRenderer() fyne.WidgetRenderer {
	r := &navRenderer{of: n, ground: canvas.NewRectangle(color.Transparent), label: canvas.NewText(n.text, color.Transparent),
		icon: look.NewIcon(n.icon, look.Ink)}
	r.ground.CornerRadius = look.RadiusSmall
	r.paint()
	return r
}

type navRenderer struct {
	of     *navItem
	ground *canvas.Rectangle
	label  *canvas.Text
	icon   *look.Icon
}

func (r *navRenderer) paint() {
	ground, ink := look.Clear, look.Ink
	if r.of.hovered {
		ground = look.Hover
	}
	if r.of.chosen {
		ground, ink = look.AccentSoft, look.Accent
	}
	r.ground.FillColor = look.Color(ground)
	r.ground.StrokeColor, r.ground.StrokeWidth = look.Color(look.Accent), 0
	if r.of.focused {
		r.ground.StrokeWidth = 2
	}
	r.label.TextSize, r.label.TextStyle, r.label.Color = look.SizeBody, fyne.TextStyle{Bold: r.of.chosen}, look.Color(ink)
	r.icon.Set(r.of.icon, ink)
}

func (r *navRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.icon.Resize(fyne.NewSquareSize(20))
	if size.Width < 100 {
		r.label.Hide()
		r.icon.Move(fyne.NewPos((size.Width-20)/2, (size.Height-20)/2))
		return
	}
	r.label.Show()
	r.icon.Move(fyne.NewPos(12, (size.Height-20)/2))
	words := r.label.MinSize()
	r.label.Resize(words)
	r.label.Move(fyne.NewPos(44, (size.Height-words.Height)/2))
}

func (r *navRenderer) MinSize() fyne.Size { return fyne.NewSize(40, look.Target) }

func (r *navRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.of)
}

func (r *navRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.label}
}

func (r *navRenderer) Destroy() {}
