package partstest

import (
	"fmt"
	"testing"

	"brevdue/ui/look"
)

// Story is a language, a mode and a size in which a screen is shown.
type Story struct {
	Language      string
	Mode          look.Mode
	Width, Height float32
}

// Storybook is where pictures of a screen are taken.
func Storybook() []Story {
	return []Story{{"nb", look.Light, 1280, 800}, {"nb", look.Light, 1024, 700}, {"en", look.Light, 1024, 700}, {"nb", look.Dark, 1280, 800}, {"nl", look.Light, 1024, 700}}
}

// Open gives a bench for the story, and a function that takes a picture named
// after the screen, the moment and the story.
func (s Story) Open(t testing.TB, screen string) (b *Bench, snap func(moment string)) {
	t.Helper()
	b = New(t, s.Language, s.Mode)
	return b, func(moment string) {
		t.Helper()
		b.Picture(t, fmt.Sprintf("%s-%s-%s-%s-%.0f", screen, moment, s.Language, s.Mode, s.Width), s.Width, s.Height)
	}
}
