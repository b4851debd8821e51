package mailing

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// page is a page of a document that is looked at.
type page struct {
	title, path string
	// own says that row is the row the document belongs to.
	own bool
	row int
	// at counts pages from 1, of pages, which is 0 while that is not known.
	at, pages int
	picture   image.Image
	failed    bool
	// from is the page of the wizard that it was opened from.
	from string
}

// openPreview shows a document on a page of its own.
func (s *Screen) openPreview(p page) {
	if s.ports.Preview == nil {
		return
	}
	if p.from = s.sub; p.from == subPreview { // from one document to the next
		p.from = s.paper.from
	}
	s.sub = subPreview
	s.turnTo(p)
	s.env.Redraw()
}

// turnTo begins with the first page of a document.
func (s *Screen) turnTo(p page) {
	p.at = 1
	s.paper = p
	s.drawPage()
}

func (s *Screen) turn(by int) {
	p := &s.paper
	p.at += by
	p.picture, p.failed = nil, false
	s.drawPage()
	s.env.Redraw()
}

// drawPage draws the page beside the window.
func (s *Screen) drawPage() {
	if s.ports.Preview == nil || s.paper.path == "" {
		return
	}
	path, at := s.paper.path, s.paper.at
	type answer struct {
		picture image.Image
		pages   int
	}
	task.Replace(s.env.Run, &s.draw, func(ctx context.Context) (a answer, err error) {
		a.picture, a.pages, err = s.ports.Preview(ctx, path, at)
		return a, err
	}, func(a answer, err error) {
		p := &s.paper
		if p.path != path || p.at != at {
			return
		}
		p.picture, p.failed = a.picture, err != nil
		if a.pages > 0 {
			p.pages = a.pages
		}
		if s.isOpen && (s.sub == subPreview || s.sub == subDry) {
			s.env.Redraw()
		}
	})
}

// paperSheet is the page with the buttons that turn it.
func (s *Screen) paperSheet() fyne.CanvasObject {
	env, p := s.env, &s.paper
	var inner fyne.CanvasObject
	switch {
	case p.picture != nil:
		picture := canvas.NewImageFromImage(p.picture)
		picture.FillMode = canvas.ImageFillContain
		inner = picture
	case p.failed:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.failed")).Wrap(280))
	default:
		inner = container.NewCenter(look.QuietText(env.T("letter.preview.loading")).Wrap(280))
	}
	sheet := container.NewStack(look.NewSurface(look.Card, look.Line, look.Radius), parts.Around(look.Near, inner))
	if p.pages == 0 {
		return sheet
	}
	where := env.T("letter.preview.page", "page", env.Words.Number(p.at), "pages", env.Words.Number(p.pages))
	bar := parts.Row(look.Near, parts.Fill(nil), parts.Quiet("mailing.page.back", "", func() { s.turn(-1) }).Icon(look.IconLeft).Off(p.at <= 1),
		parts.WithID("mailing.page", look.Small(where)),
		parts.Quiet("mailing.page.next", "", func() { s.turn(1) }).Icon(look.IconRight).Off(p.at >= p.pages), parts.Fill(nil))
	return container.NewBorder(nil, parts.Inset(0, look.Near, 0, 0, bar), nil, nil, sheet)
}

// previewView is a document on a page of its own.
func (s *Screen) previewView() fyne.CanvasObject {
	env, p := s.env, &s.paper
	content := s.paperSheet()
	if p.own {
		found := s.model.own.found
		row := found.rows[p.row]
		status := s.rowStatus(row.state)
		lines := []fyne.CanvasObject{parts.WithID("mailing.row.state", status.View()), look.Body(s.rowFile(row)).Wrap(asideText)}
		if row.look.facts.Pages > 0 {
			lines = append(lines, look.Small(s.facts(row.look.facts)))
		}
		held := s.heldLines(p.row)
		if why := s.rowWhy(row); why != "" && held == nil {
			lines = append(lines, look.QuietText(why).Wrap(asideText))
		}
		content = beside(parts.Stack(12, append(lines, held...)...), content)
	}
	back := env.T("mailing.rows.title")
	if p.from == "" {
		back = env.T("button.back")
	}
	view := parts.Page{Title: p.title, Wide: true, Fault: s.fault, Content: content,
		Back: parts.Quiet("mailing.back", back, s.back).Icon(look.IconLeft)}
	if p.own {
		before, after := s.neighbour(p.row, -1), s.neighbour(p.row, 1)
		view.Extra = []*parts.Button{parts.Quiet("mailing.row.before", env.T("mailing.row.before"), func() { s.openRow(before) }).Icon(look.IconUp).Off(before < 0),
			parts.Quiet("mailing.row.after", env.T("mailing.row.after"), func() { s.openRow(after) }).Icon(look.IconDown).Off(after < 0)}
	}
	return view.View()
}
