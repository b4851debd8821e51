package ui

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/ui/parts"
)

// controlsEvery is how often the list of controls is looked at.
const controlsEvery = 150 * time.Millisecond

// Controls lists what can be used in a window now, in the window's pixels.
func Controls(window fyne.Window) []parts.Found { return parts.Controls(window.Canvas()) }

// keepControls keeps a file with one control a line, written whole or not at all
// when something changed. It is for tests of the window.
func (u *UI) keepControls(file string) {
	if file == "" {
		return
	}
	var last []byte
	u.run.Every(controlsEvery, func() {
		lines := controlLines(Controls(u.window))
		if bytes.Equal(lines, last) {
			return
		}
		if err := replaceFile(file, lines); err != nil {
			fyne.LogError("write the list of controls", err)
			return
		}
		last = lines
	})
}

func controlLines(controls []parts.Found) []byte {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, control := range controls {
		_ = encoder.Encode(control) // strings and numbers into memory: cannot fail
	}
	return lines.Bytes()
}

// replaceFile puts new content in a file's place at once.
func replaceFile(name string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), ".controls-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}
