package letter

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// formWidth is the width of the column with the questions.
const formWidth = float32(400)

// ringRoom is what the column scrolls with at its left, so that its edge does not cut
// the ring around what the cursor is at.
const ringRoom = float32(12)

// writeView is the letter being made: who, what about and how at the left, documents
// and their pages at the right.
func (s *Screen) writeView() fyne.CanvasObject {
	env, m := s.env, &s.model
	s.questions.mistakes = parts.Stack(0)
	s.questions.mistakes.Hide()
	subject := parts.NewSubject(env, "letter.subject", m.subject, job.MaxSubject, formWidth, func(text string) {
		m.subject = text
		s.adapt()
	})
	s.questions.spots["letter.subject"] = &spot{object: subject.Object, entries: []*parts.Entry{subject.Entry}}
	s.levels = container.NewStack()
	s.showLevels()
	content := parts.Inset(ringRoom, 4, 12, look.Group, parts.Width(formWidth, parts.Form(s.questions.mistakes,
		s.recipient(), parts.Stack(6, subject.Object, s.needed("letter.missing.subject", func() bool { return m.subject == "" })), s.levels, s.sections())))
	s.column = container.NewVScroll(content)
	// The column stays where it was scrolled to when the page is made anew.
	content.Resize(content.MinSize())
	s.column.Offset = fyne.NewPos(0, s.scrolled)
	s.column.OnScrolled = func(at fyne.Position) { s.scrolled = at.Y }
	page := parts.Page{Title: env.T("letter.title"), Fault: s.fault, Wide: true,
		Content: parts.RowTop(look.Group, parts.Inset(-ringRoom, 0, 0, 0, parts.Width(ringRoom+formWidth+12, s.column)), parts.Fill(parts.Inset(0, 4, 0, 0, s.documents())))}
	text := env.T("button.review")
	if s.busy == busyPrepare {
		text = env.T("letter.preparing")
	}
	page.Next = parts.Main("letter.review", text, s.review).Off(s.busy != "")
	s.adapt()
	return page.View()
}

// needed says below a question that it must be answered, once the person wanted to go
// on.
func (s *Screen) needed(key string, missing func() bool) fyne.CanvasObject {
	words := look.NewText(s.env.T(key), look.Style{Size: look.SizeSmall, Color: look.Stop}).Wrap(formWidth - 24)
	return s.when(func() bool { return s.asked && missing() },
		parts.RowTop(6, parts.Stack(0, look.NewIconOf(look.IconWarning, look.Stop, 18)), words))
}

// showLevels asks how the letter is opened and what its notice shows.
func (s *Screen) showLevels() {
	c := &s.model.choices
	s.levels.Objects = []fyne.CanvasObject{parts.Levels(s.env, "letter", post.Options{Auth: c.auth, Sensitive: c.sensitive}, formWidth,
		func(options post.Options) {
			c.decided = c.decided || options.Sensitive != c.sensitive
			c.auth, c.sensitive = options.Auth, options.Sensitive
		})}
	s.levels.Refresh()
}
