package look

import (
	"encoding/json"
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"brevdue/assets/lang"
)

// TestContrast: every text can be read on what it stands on, 4.5 to 1 or more.
func TestContrast(t *testing.T) {
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		th := NewTheme(System)
		for _, pair := range [][2]fyne.ThemeColorName{
			{Ink, Paper}, {Ink, Card}, {QuietInk, Paper}, {QuietInk, Card}, {Accent, Paper}, {Accent, Card}, {OnAccent, Accent}, {Accent, AccentSoft}, {Ink, AccentSoft},
			{Good, Paper}, {Good, Card}, {Good, GoodSoft}, {Care, Paper}, {Care, Card}, {Care, CareSoft}, {Ink, CareSoft}, {Stop, Paper}, {Stop, Card}, {Stop, StopSoft}, {Ink, StopSoft},
		} {
			got := contrast(th.Color(pair[0], variant), th.Color(pair[1], variant))
			if got < 4.5 {
				t.Errorf("variant %d: %s on %s has a contrast of %.2f", variant, pair[0], pair[1], got)
			}
		}
		if got := contrast(th.Color(FieldLine, variant), th.Color(Card, variant)); got < 3 {
			t.Errorf("variant %d: the edge of a field has a contrast of %.2f", variant, got)
		}
	}
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		s := float64(v) / 0xFFFF
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func ours(t *testing.T) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme(Light))
}

// TestFiguresAreTabular: all digits are equally wide in both weights, so that
// numbers in tables stand below each other.
func TestFiguresAreTabular(t *testing.T) {
	ours(t)
	for _, bold := range []bool{false, true} {
		style := Style{Size: 100, Bold: bold}
		for digit := '1'; digit <= '9'; digit++ {
			if got, want := measure(string(digit), style), measure("0", style); got != want {
				t.Errorf("bold %v: %c is %.2f wide, 0 is %.2f", bold, digit, got, want)
			}
		}
	}
}

func TestWrapAndClip(t *testing.T) {
	ours(t)
	style := Style{Size: SizeBody, Color: Ink}
	sentence := "Åse Ødegård på Sørøya får brevet når hun har logget inn, og ikke før."
	for _, width := range []float32{40, 100, 250, 1000} {
		lines := wrapLines(sentence, width, style)
		for _, line := range lines {
			if got := measure(line, style); got > width && len([]rune(line)) > 1 {
				t.Errorf("width %.0f: %q is %.1f wide", width, line, got)
			}
		}
		joined := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
		if want := strings.ReplaceAll(sentence, " ", ""); joined != want {
			t.Errorf("width %.0f lost letters: %q", width, joined)
		}
	}
	text := Body(sentence).Clip()
	test.NewTempWindow(t, text).Resize(fyne.NewSize(120, 40))
	if !text.Clipped() || text.Text() != sentence {
		t.Errorf("clipped %v, text %q", text.Clipped(), text.Text())
	}
	text.Resize(fyne.NewSize(2000, 40))
	if text.Clipped() {
		t.Error("still clipped where there is room")
	}
	if got := clipLine(sentence, 5, style); got != "…" {
		t.Errorf("no room at all gives %q", got)
	}
}

func TestWordsSwitchAtOnce(t *testing.T) {
	ours(t)
	words := NewWords("nb")
	heard := 0
	stop := words.OnSwitch(func() { heard++ })
	words.Switch("en")
	words.Switch("en")
	if words.Code() != "en" || heard != 1 || words.Get("button.back") != "Back" {
		t.Errorf("code %s, heard %d, %q", words.Code(), heard, words.Get("button.back"))
	}
	stop()
	words.Switch("nb")
	if heard != 1 {
		t.Error("heard after stop")
	}
}

// TestFynesOwnWords: Fyne has 39 words of its own and neither Norwegian nor a way
// to choose a language.
func TestFynesOwnWords(t *testing.T) {
	for _, code := range lang.Languages() {
		var words map[string]any
		if err := json.Unmarshal(lang.Fyne(code), &words); err != nil {
			t.Fatal(err)
		}
		if len(words) != 39 {
			t.Errorf("%s has %d of Fyne's 39 words", code, len(words))
		}
	}
}

// TestIconsAreDrawn: every icon has a shape that the painter understands.
func TestIconsAreDrawn(t *testing.T) {
	ours(t)
	for name := range shapes {
		window := test.NewTempWindow(t, NewIconOf(name, Ink, 48))
		window.SetPadded(false)
		img := window.Canvas().Capture()
		painted, bounds := 0, img.Bounds()
		background := img.At(0, 0)
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				if img.At(x, y) != background {
					painted++
				}
			}
		}
		if painted < 40 {
			t.Errorf("icon %s paints %d pixels", name, painted)
		}
	}
}
