package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// Tab is one of a row of filters or views.
type Tab struct {
	Key, Title string
}

// Tabs is a row of buttons of which one is chosen.
type Tabs struct {
	Object  fyne.CanvasObject
	buttons map[string]*Button
}

// NewTabs makes the row; the buttons' ids are id.KEY.
func NewTabs(id string, tabs []Tab, chosen string, changed func(key string)) *Tabs {
	t := &Tabs{buttons: map[string]*Button{}}
	var objects []fyne.CanvasObject
	for _, tab := range tabs {
		button := Quiet(id+"."+tab.Key, tab.Title, func() {
			t.Choose(tab.Key)
			changed(tab.Key)
		}).Choose(tab.Key == chosen)
		t.buttons[tab.Key] = button
		objects = append(objects, button)
	}
	t.Object = Row(look.Near, objects...)
	return t
}

// Choose marks one.
func (t *Tabs) Choose(key string) {
	for name, button := range t.buttons {
		button.Choose(name == key)
	}
}

// Rename changes a button's words, for example when a count changes.
func (t *Tabs) Rename(key, title string) {
	if button := t.buttons[key]; button != nil {
		button.Set(title)
	}
}
