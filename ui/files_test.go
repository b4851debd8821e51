package ui

import (
	"testing"

	"brevdue/ui/look"
)

// TestFileDialogs opens those of Fyne's, which fail where they are told their size too
// early.
func TestFileDialogs(t *testing.T) {
	u := newUI(t, &fake{}, "nb", look.Light)
	for name, open := range map[string]func(){
		"a file":   func() { u.pickFile([]string{".pdf"}, func(string) {}) },
		"a folder": func() { u.pickFolder(func(string) {}) },
	} {
		open()
		if u.window.Canvas().Overlays().Top() == nil {
			t.Errorf("no dialog asks for %s", name)
		}
	}
}
