package letter

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// documents are the files with the pages of one of them.
func (s *Screen) documents() fyne.CanvasObject {
	env, m := s.env, &s.model
	label := look.Strong(env.T("letter.document"))
	if len(m.files) == 0 {
		if s.busy == busyRead {
			return parts.Stack(6, label, parts.Card(look.QuietText(env.T("letter.reading"))))
		}
		drop := parts.NewDrop(env, "letter", look.IconFile, env.T("letter.drop"), env.T("letter.drop.hint"), []string{".pdf"}, s.takeFile)
		return parts.Stack(6, label, drop.Object, s.needed("letter.missing.file", func() bool { return len(m.files) == 0 }))
	}
	var rows []fyne.CanvasObject
	for i := range m.files {
		rows = append(rows, s.fileRow(i))
	}
	lines := []fyne.CanvasObject{parts.Row(look.Near, parts.Fill(label), look.Small(s.total())), parts.WithID("letter.file", parts.Panel(s.fileList(rows)))}
	if s.problem != "" {
		lines = append(lines, look.NewText(env.T(s.problem, "limit", megabytes(document.MaxSize)), look.Style{Size: look.SizeSmall, Color: look.Stop}).Clip())
	}
	s.preview = container.NewStack()
	s.showPreview()
	return parts.Stack(look.Near, append(lines, s.attach(), parts.Fill(s.preview))...)
}

// attach adds one more file, by choosing it or by its path.
func (s *Screen) attach() fyne.CanvasObject {
	env := s.env
	if s.busy == busyRead {
		return look.QuietText(env.T("letter.reading"))
	}
	path := parts.NewEntry()
	path.PlaceHolder = env.T("letter.attach.path")
	path.OnSubmitted = func(text string) {
		if text = strings.Trim(strings.TrimSpace(text), `"`); text != "" {
			s.takeFile(text)
		}
	}
	return parts.Row(look.Near, parts.Quiet("letter.attach", env.T("letter.attach"), func() { env.PickFile([]string{".pdf"}, s.takeFile) }).Icon(look.IconPlus),
		parts.Fill(parts.WithID("letter.path", path)))
}

// fileList scrolls where there are more documents than can be seen at once, and stays
// where it was scrolled to when the page is made anew.
func (s *Screen) fileList(rows []fyne.CanvasObject) fyne.CanvasObject {
	shown := float32(len(rows))
	if len(rows) > 3 {
		shown = shownFiles
	}
	all := parts.Stack(0, rows...)
	all.Resize(all.MinSize())
	list := container.NewVScroll(all)
	list.SetMinSize(fyne.NewSize(0, shown*rows[0].MinSize().Height))
	list.Offset = fyne.NewPos(0, s.filesAt)
	list.OnScrolled = func(at fyne.Position) { s.filesAt = at.Y }
	return list
}

// shownFiles is how many of many documents are seen at once: the half one says that
// there are more below.
const shownFiles = float32(2.6)

// lastFile scrolls to the last document of any list.
const lastFile = float32(1e6)

// fileRow is one document: looked at, moved and removed by the buttons at its right.
func (s *Screen) fileRow(i int) fyne.CanvasObject {
	env, f := s.env, s.model.files[i]
	kind := "letter.attachment"
	if i == 0 {
		kind = "letter.main"
	}
	icon := look.NewIconOf(look.IconFile, look.QuietInk, 20)
	if i == s.show {
		icon = look.NewIconOf(look.IconFile, look.Accent, 20)
	}
	words := parts.Stack(1, look.Body(f.facts.Name).Clip(), look.Small(env.T(kind)+" · "+s.facts(f)).Clip())
	row := []fyne.CanvasObject{icon, parts.Fill(words)}
	if last := len(s.model.files) - 1; last > 0 {
		if s.ports.Preview != nil {
			row = append(row, parts.Link("letter.show."+itoa(i), "", func() {
				s.turnTo(i, 1)
				env.Redraw()
			}).Icon(look.IconSearch))
		}
		row = append(row, parts.Link("letter.up."+itoa(i), "", func() { s.moveFile(i, -1) }).Icon(look.IconUp).Off(i == 0),
			parts.Link("letter.down."+itoa(i), "", func() { s.moveFile(i, 1) }).Icon(look.IconDown).Off(i == last))
	}
	row = append(row, parts.Link("letter.remove."+itoa(i), "", func() { s.removeFile(i) }).Icon(look.IconTrash))
	return parts.Inset(8, 2, 0, 2, parts.Row(look.Tight, row...))
}

// total is how much is added and how much there may be.
func (s *Screen) total() string {
	words := s.env.Words
	return s.env.T("letter.total", "files", words.Count("letter.attachments.of", len(s.model.files)-1, "limit", itoa(job.MaxAttachments)),
		"size", words.Size(s.model.size()), "limit", megabytes(document.MaxSize))
}

// megabytes writes a limit without decimals.
func megabytes(size int64) string { return itoa(int(size/1_000_000)) + " MB" }

func (s *Screen) facts(f file) string {
	return s.env.T("letter.facts", "pages", s.env.Words.Count("letter.pages", f.facts.Pages), "size", s.env.Words.Size(f.facts.Size))
}

// showPreview shows the page, or why there is none, in its place.
func (s *Screen) showPreview() {
	if s.preview == nil || s.ports.Preview == nil || s.show >= len(s.model.files) {
		return
	}
	env, pages := s.env, s.model.files[s.show].facts.Pages
	var inner fyne.CanvasObject
	switch {
	case s.picture != nil:
		picture := canvas.NewImageFromImage(s.picture)
		picture.FillMode = canvas.ImageFillContain
		inner = picture
	case s.failed:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.failed")).Wrap(280))
	default:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.loading")).Wrap(280))
	}
	place := parts.WithID("letter.page", look.Small(env.T("letter.preview.page", "page", itoa(s.page), "pages", itoa(pages))))
	bar := parts.Row(look.Near, parts.Fill(nil), parts.Quiet("letter.page.back", "", func() { s.turn(-1) }).Icon(look.IconLeft).Off(s.page <= 1),
		place, parts.Quiet("letter.page.next", "", func() { s.turn(1) }).Icon(look.IconRight).Off(s.page >= pages), parts.Fill(nil))
	s.preview.Objects = []fyne.CanvasObject{container.NewBorder(nil, parts.Inset(0, look.Near, 0, 0, bar), nil, nil,
		container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), parts.Around(look.Near, inner)))}
	s.preview.Refresh()
}

func (s *Screen) turn(by int) {
	s.page += by
	s.picture, s.failed = nil, false
	s.drawPage()
}
