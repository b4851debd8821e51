package look

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Style is how a text is set.
type Style struct {
	Size  float32
	Bold  bool
	Color fyne.ThemeColorName
}

// lineHeights keep text on the grid of four.
func (s Style) lineHeight() float32 {
	switch {
	case s.Size <= SizeBody:
		return 20
	case s.Size <= SizeLead:
		return 24
	case s.Size <= SizeHeading:
		return 28
	}
	return 36
}

func (s Style) text() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold} }

// Text is a text without padding, on the grid of four. It is one line, or
// wrapped at a fixed width, or clipped with an ellipsis where it gets too little room.
type Text struct {
	widget.BaseWidget
	text  string
	style Style
	align fyne.TextAlign
	wrap  float32
	clip  bool

	clipped bool
}

// NewText makes a text of one line.
func NewText(text string, style Style) *Text {
	t := &Text{text: text, style: style}
	t.ExtendBaseWidget(t)
	return t
}

// Title is the name of a page.
func Title(text string) *Text {
	return NewText(text, Style{Size: SizeTitle, Bold: true, Color: Ink}).Wrap(Reading)
}

// Heading starts a part of a page.
func Heading(text string) *Text {
	return NewText(text, Style{Size: SizeHeading, Bold: true, Color: Ink})
}

// Lead is the sentence below a title, wrapped at the reading width.
func Lead(text string) *Text {
	return NewText(text, Style{Size: SizeLead, Color: QuietInk}).Wrap(Reading)
}

// Body is running text on one line; use Wrap for more.
func Body(text string) *Text { return NewText(text, Style{Size: SizeBody, Color: Ink}) }

// Strong is running text with weight: labels, names.
func Strong(text string) *Text { return NewText(text, Style{Size: SizeBody, Bold: true, Color: Ink}) }

// Small is help and codes, in quiet ink.
func Small(text string) *Text { return NewText(text, Style{Size: SizeSmall, Color: QuietInk}) }

// QuietText is running text that may be overlooked.
func QuietText(text string) *Text { return NewText(text, Style{Size: SizeBody, Color: QuietInk}) }

// Wrap breaks the text into lines no wider than width. It gives the text back.
func (t *Text) Wrap(width float32) *Text {
	t.wrap = width
	return t
}

// Clip lets the text be narrower than it is and ends it with an ellipsis.
func (t *Text) Clip() *Text {
	t.clip = true
	return t
}

// Align sets left, centre or right.
func (t *Text) Align(align fyne.TextAlign) *Text {
	t.align = align
	return t
}

// In sets the colour.
func (t *Text) In(color fyne.ThemeColorName) *Text {
	t.style.Color = color
	return t
}

// Set changes the words.
func (t *Text) Set(text string) {
	if t.text != text {
		t.text = text
		t.Refresh()
	}
}

// SetColor changes the colour.
func (t *Text) SetColor(color fyne.ThemeColorName) {
	if t.style.Color != color {
		t.style.Color = color
		t.Refresh()
	}
}

// Text is the whole text, also where it is clipped.
func (t *Text) Text() string { return t.text }

// Clipped reports whether an ellipsis hides a part of it.
func (t *Text) Clipped() bool { return t.clipped }

// CreateRenderer is for Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{of: t}
	r.build()
	return r
}

type textRenderer struct {
	of    *Text
	lines []*canvas.Text
	min   fyne.Size
	width float32
}

// build makes the lines from the text and the width there is.
func (r *textRenderer) build() {
	t := r.of
	lines := []string{t.text}
	if t.wrap > 0 || strings.Contains(t.text, "\n") {
		lines = wrapLines(t.text, t.wrap, t.style)
	}
	r.min = fyne.NewSize(0, float32(len(lines))*t.style.lineHeight())
	for _, line := range lines {
		r.min.Width = max(r.min.Width, measure(line, t.style))
	}
	t.clipped = false
	if t.clip {
		if r.width > 0 && r.min.Width > r.width && len(lines) == 1 {
			lines = []string{clipLine(lines[0], r.width, t.style)}
			t.clipped = true
		}
		r.min.Width = min(r.min.Width, 24)
	}
	for len(r.lines) < len(lines) {
		r.lines = append(r.lines, canvas.NewText("", Color(t.style.Color)))
	}
	r.lines = r.lines[:len(lines)]
	for i, line := range lines {
		object := r.lines[i]
		object.Text, object.TextSize, object.TextStyle = line, t.style.Size, t.style.text()
		object.Color, object.Alignment = Color(t.style.Color), t.align
	}
}

func (r *textRenderer) Layout(size fyne.Size) {
	if r.of.clip && size.Width != r.width {
		r.width = size.Width
		r.build()
	}
	height := r.of.style.lineHeight()
	top := max(0, (size.Height-r.min.Height)/2)
	if len(r.lines) > 1 {
		top = 0
	}
	for i, line := range r.lines {
		own := line.MinSize().Height
		line.Resize(fyne.NewSize(size.Width, own))
		line.Move(fyne.NewPos(0, top+float32(i)*height+(height-own)/2))
	}
}

func (r *textRenderer) MinSize() fyne.Size { return r.min }

func (r *textRenderer) Refresh() {
	r.build()
	r.Layout(r.of.Size())
	for _, line := range r.lines {
		line.Refresh()
	}
	canvas.Refresh(r.of)
}

func (r *textRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.lines))
	for i, line := range r.lines {
		objects[i] = line
	}
	return objects
}

func (r *textRenderer) Destroy() {}

func measure(text string, style Style) float32 {
	return fyne.MeasureText(text, style.Size, style.text()).Width
}

// wrapLines breaks at spaces, and inside a word only where a line cannot hold
// it. Width 0 breaks at line ends only.
func wrapLines(text string, width float32, style Style) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		if width <= 0 || measure(paragraph, style) <= width {
			lines = append(lines, paragraph)
			continue
		}
		line := ""
		for _, word := range strings.Split(paragraph, " ") {
			with := word
			if line != "" {
				with = line + " " + word
			}
			if measure(with, style) <= width {
				line = with
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for measure(word, style) > width && utf8.RuneCountInString(word) > 1 {
				head := fitting(word, width, style)
				lines = append(lines, head)
				word = word[len(head):]
			}
			line = word
		}
		lines = append(lines, line)
	}
	return lines
}

// clipLine shortens a line to the width, the ellipsis included.
func clipLine(text string, width float32, style Style) string {
	room := width - measure("…", style)
	if room <= 0 {
		return "…"
	}
	return strings.TrimRight(fitting(text, room, style), " ") + "…"
}

// fitting gives the longest start of text that is no wider than width, one
// letter at least.
func fitting(text string, width float32, style Style) string {
	runes := []rune(text)
	low, high := 1, len(runes)
	for low < high {
		middle := (low + high + 1) / 2
		if measure(string(runes[:middle]), style) <= width {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return string(runes[:low])
}
