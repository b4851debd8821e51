package letter

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// spot is a question on the page, so that it can be marked, filled and gone to.
type spot struct {
	object fyne.CanvasObject
	// field shows what is wrong; nil where something else does. entries take the
	// cursor and text.
	field   *parts.Field
	entries []*parts.Entry
	// label is what is asked, for the list of what is to be mended.
	label, said string
}

// part is shown while its condition holds.
type part struct {
	object fyne.CanvasObject
	on     func() bool
}

// questions are what stands on the page now; they are made anew with each view.
type questions struct {
	spots    map[string]*spot
	parts    []part
	folds    map[string]*parts.Fold
	mistakes *fyne.Container
	listed   []parts.Mistake
}

func newQuestions() questions {
	return questions{spots: map[string]*spot{}, folds: map[string]*parts.Fold{}}
}

// when shows an object only while a condition holds.
func (s *Screen) when(on func() bool, object fyne.CanvasObject) fyne.CanvasObject {
	s.questions.parts = append(s.questions.parts, part{object, on})
	if !on() {
		object.Hide()
	}
	return object
}

// line is a question with one line of text; help may be "".
func (s *Screen) line(id, label, help string, width float32, value *string) fyne.CanvasObject {
	field := parts.TextField(id, s.env.T(label), "", width)
	return s.question(id, label, field, help, []*parts.Entry{field.Entry}, value)
}

// lines is a question with a longer text.
func (s *Screen) lines(id, label, help string, value *string) fyne.CanvasObject {
	entry := parts.NewTextEntry(4)
	field := parts.NewField(id, s.env.T(label), "", formWidth, entry)
	return s.question(id, label, field, help, []*parts.Entry{entry}, value)
}

// moment is a question for a day and a time.
func (s *Screen) moment(id, label, help string, m *moment) fyne.CanvasObject {
	pair := parts.PairField(id, s.env.T(label), parts.Half{ID: "day", Example: s.env.T("letter.day.example"), Width: 136},
		parts.Half{ID: "clock", Example: s.env.T("letter.clock.example"), Width: 88})
	return s.question(id, label, pair.Field, help, []*parts.Entry{pair.First, pair.Second}, &m.day, &m.clock)
}

// question connects a field with what is typed into it.
func (s *Screen) question(id, label string, field *parts.Field, help string, entries []*parts.Entry, values ...*string) fyne.CanvasObject {
	object := fyne.CanvasObject(field.Object)
	if help != "" {
		object = parts.Stack(6, field.Object, look.Small(s.env.T(help)).Wrap(formWidth))
	}
	for i, entry := range entries {
		entry.SetText(*values[i])
		entry.OnChanged = func(text string) {
			*values[i] = text
			s.adapt()
		}
	}
	entries[len(entries)-1].Left = func() {
		if strings.TrimSpace(*values[len(values)-1]) != "" {
			s.left[id] = true
			s.soon()
		}
	}
	s.questions.spots[id] = &spot{object: object, field: field, entries: entries, label: s.env.T(label)}
	return object
}

// leavePause lets a click that takes the cursor away land before an error moves what
// stands below.
const leavePause = 250 * time.Millisecond

// soon adapts the page a moment later.
func (s *Screen) soon() {
	if s.stopSoon != nil {
		s.stopSoon()
	}
	s.stopSoon = s.env.Run.After(leavePause, s.adapt)
}

// fill puts text into a question as if it had been typed.
func (s *Screen) fill(id string, texts ...string) {
	if at := s.questions.spots[id]; at != nil {
		for i, text := range texts {
			at.entries[i].SetText(text)
		}
	}
}

// propose fills in a day some days ahead where none stands that is still to come.
func (s *Screen) propose(id string, m moment, days int, clock string) {
	r := reading{now: s.env.Now()}
	if r.moment("", "", m); len(r.wrong) > 0 {
		s.fill(id, s.env.Words.Date(s.env.Now().AddDate(0, 0, days)), clock)
	}
}

// adapt shows what belongs on the page after a change: questions that follow from
// others, what is wrong, and what is chosen in sections that are closed.
func (s *Screen) adapt() {
	if s.column == nil {
		return
	}
	parts.Steady(s.column, func() {
		moved := s.showParts()
		_, wrongs := s.model.check(s.env.Now(), s.proof)
		if s.mark(wrongs) || moved {
			s.column.Content.Refresh()
			s.column.Refresh()
		}
	})
}

// showParts shows the questions that belong to what is chosen, and reports whether any
// came or went.
func (s *Screen) showParts() (moved bool) {
	for _, p := range s.questions.parts {
		if on := p.on(); on != p.object.Visible() {
			moved = true
			if on {
				p.object.Show()
			} else {
				p.object.Hide()
			}
		}
	}
	return moved
}

// mark shows what is wrong at the fields and in the list above, and reports whether
// anything changed its height.
func (s *Screen) mark(wrongs []wrong) (moved bool) {
	words, hurt := map[string]string{}, map[string]bool{}
	var list []parts.Mistake
	for _, w := range wrongs {
		text := s.env.T(w.key, w.pairs...)
		if words[w.field] == "" {
			words[w.field] = text
		}
		if s.asked {
			line := text
			if at := s.questions.spots[w.field]; at != nil && at.label != "" {
				line = at.label + ": " + text
			}
			list = append(list, parts.Mistake{Field: w.field, Text: line})
		}
		hurt[w.section] = hurt[w.section] || s.asked || s.left[w.field]
	}
	for id, at := range s.questions.spots {
		text := ""
		if s.asked || s.left[id] {
			text = words[id]
		}
		if at.field != nil && text != at.said {
			at.said, moved = text, true
			at.field.SetError(text)
		}
	}
	for section, fold := range s.questions.folds {
		text := s.summary(section)
		if hurt[section] {
			text = s.env.T("letter.section.wrong")
		}
		fold.Say(text, hurt[section])
	}
	if !slices.Equal(list, s.questions.listed) {
		s.list(list)
		moved = true
	}
	return moved
}

// list shows what is to be mended on top of the letter.
func (s *Screen) list(mistakes []parts.Mistake) {
	s.questions.listed = mistakes
	s.questions.mistakes.Objects = nil
	s.questions.mistakes.Hide()
	if len(mistakes) > 0 {
		s.questions.mistakes.Objects = []fyne.CanvasObject{
			parts.Mistakes("letter.mend", s.env.T("letter.missing"), formWidth, mistakes, s.jump)}
		s.questions.mistakes.Show()
	}
	s.questions.mistakes.Refresh()
}

// jump opens the section of a question and puts the cursor there.
func (s *Screen) jump(field string) {
	_, wrongs := s.model.check(s.env.Now(), s.proof)
	for _, w := range wrongs {
		if fold := s.questions.folds[w.section]; w.field == field && fold != nil {
			fold.Open(true)
		}
	}
	at := s.questions.spots[field]
	if at == nil {
		return
	}
	parts.ScrollTo(s.column, at.object)
	if len(at.entries) > 0 {
		s.env.Window.Canvas().Focus(at.entries[0])
	}
}

// openWrong opens the sections in which something is to be mended.
func (s *Screen) openWrong(wrongs []wrong) {
	for _, w := range wrongs {
		if w.section != "" {
			s.open[w.section] = true
		}
	}
}
