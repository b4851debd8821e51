package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"brevdue/ui/parts"
)

// keys sets the shortcuts of the window. On a Mac, Cmd takes the place of Ctrl.
func (u *UI) keys() {
	for key, place := range map[fyne.KeyName]parts.Place{
		fyne.KeyN: parts.PlaceLetter, fyne.KeyI: parts.PlaceSheet, fyne.KeyM: parts.PlaceMailing, fyne.KeyJ: parts.PlaceJobs,
	} {
		u.shortcut(key, fyne.KeyModifierShortcutDefault, func() { u.Go(place, "") })
	}
	u.shortcut(fyne.KeyF, fyne.KeyModifierShortcutDefault, u.search)
	for i, p := range places {
		u.shortcut(fyne.KeyName('1'+rune(i)), fyne.KeyModifierAlt, func() { u.Go(p.place, "") })
	}
	u.window.Canvas().SetOnTypedKey(func(key *fyne.KeyEvent) {
		switch key.Name {
		case fyne.KeyF5:
			u.refresh()
		case fyne.KeyEscape:
			u.back()
		}
	})
}

func (u *UI) shortcut(key fyne.KeyName, modifier fyne.KeyModifier, do func()) {
	u.window.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: modifier}, func(fyne.Shortcut) {
		if u.window.Canvas().Overlays().Top() == nil {
			do()
		}
	})
}

func (u *UI) search() {
	if searcher, ok := u.screens[u.place].(parts.Searcher); ok {
		searcher.FocusSearch()
		return
	}
	u.Go(parts.PlacePeople, "")
	if searcher, ok := u.screens[u.place].(parts.Searcher); ok {
		searcher.FocusSearch()
	}
}

func (u *UI) refresh() {
	if refresher, ok := u.screens[u.place].(parts.Refresher); ok {
		refresher.Reload()
	}
}

// back closes what lies over the window, else asks the screen.
func (u *UI) back() {
	if top := u.window.Canvas().Overlays().Top(); top != nil {
		u.window.Canvas().Overlays().Remove(top)
		return
	}
	if backer, ok := u.screens[u.place].(parts.Backer); ok {
		backer.Back()
	}
}
