package mailing

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// openDry shows what would be sent, letter by letter. Nothing is.
func (s *Screen) openDry() {
	if s.model.plan.draft == nil || s.busy != "" {
		return
	}
	s.sub, s.sample, s.written = subDry, 0, ""
	s.showSample(0)
}

// showSample turns to one of the letters to check by.
func (s *Screen) showSample(at int) {
	s.sample = at
	found := samples(s.model.plan.draft)
	s.paper = page{}
	if at < len(found) {
		if files := s.model.pathsOf(s.model.plan, found[at].item); len(files) > 0 {
			s.turnTo(page{path: files[0].path})
		}
	}
	s.env.Redraw()
}

// dryView is the dry run: the size of the job, its fingerprint, and some letters as
// their recipients will see them.
func (s *Screen) dryView() fyne.CanvasObject {
	env, draft := s.env, s.model.plan.draft
	found := samples(draft)
	var words []fyne.CanvasObject
	if s.written != "" {
		words = append(words, parts.WithID("mailing.dry.written", parts.Note(parts.ToneGood, env.T("mailing.dry.written", "file", filepath.Base(s.written)), asideText)))
	}
	facts := parts.Facts(96, asideText-96-look.Apart,
		parts.Fact{Label: env.T("mailing.dry.letters"), Value: env.Words.Number(draft.Sendable())},
		parts.Fact{Label: env.T("mailing.dry.job"), Value: s.jobSize(draft)},
		parts.Fact{Label: env.T("mailing.dry.way"), Value: env.T("mailing.route." + string(draft.Job.Via))},
		parts.Fact{Label: env.T("mailing.dry.fingerprint"), Value: short(draft.Job.Fingerprint)})
	words = append(words, parts.WithID("mailing.dry.facts", facts), look.Small(env.T("mailing.dry.same")).Wrap(asideText),
		parts.Inset(0, look.Near, 0, 0, look.Strong(env.T("mailing.dry.look"))))
	for i, each := range found {
		words = append(words, parts.Quiet("mailing.sample."+each.label, env.T("mailing.sample."+each.label), func() { s.showSample(i) }).Choose(i == s.sample))
	}
	p := parts.Page{Title: env.T("mailing.dry.title"), Lead: env.T("mailing.dry.lead"), Wide: true, Fault: s.fault,
		Back: parts.Quiet("mailing.back", env.T("mailing.dry.back"), s.back).Icon(look.IconLeft)}
	if s.sample < len(found) {
		letter := parts.Stack(look.Near, s.letterHead(found[s.sample].item), parts.Fill(s.paperSheet()))
		p.Content = beside(parts.Stack(look.Near, words...), letter)
	}
	if draft.Job.Via == post.ViaBatch && s.ports.WriteJobFile != nil {
		p.Extra = []*parts.Button{parts.Quiet("mailing.dry.save", env.T("mailing.dry.save"), s.saveJobFile).Icon(look.IconDownload).Off(s.busy != "")}
	}
	return p.View()
}

// letterHead is what stands above a letter in the recipient's Digipost.
func (s *Screen) letterHead(item post.Item) fyne.CanvasObject {
	env, draft := s.env, s.model.plan.draft
	line := func(label, text string) fyne.CanvasObject {
		return parts.Row(look.Near, parts.Width(72, look.Small(env.T(label))), parts.Fill(look.Body(text).Clip()))
	}
	var attached []string
	documents := post.GroupDocuments(draft.Documents).Of(item.Seq)
	for _, document := range documents[min(1, len(documents)):] {
		attached = append(attached, draft.Job.Title(document))
	}
	lines := []fyne.CanvasObject{line("mailing.head.to", item.Name), line("mailing.head.from", draft.Job.Sender.Name),
		parts.Row(look.Near, parts.Width(72, look.Small(env.T("mailing.head.subject"))), parts.Fill(look.Strong(draft.Job.Subject).Clip()))}
	if len(attached) > 0 {
		lines = append(lines, line("mailing.head.attached", strings.Join(attached, ", ")))
	}
	return parts.WithID("mailing.head", parts.Panel(parts.Inset(8, 4, 8, 4, parts.Stack(4, lines...))))
}

// saveJobFile writes the file that would be sent, where the person wants it.
func (s *Screen) saveJobFile() {
	env, draft := s.env, s.model.plan.draft
	name := env.T("mailing.dry.file", "name", parts.FileName(draft.Job.Name), "time", env.Now().Format("2006-01-02 1504")) + ".zip"
	env.SaveFile(name, func(out string) {
		s.busy, s.err, s.written = busySave, nil, ""
		env.Redraw()
		task.Do(env.Run, func(ctx context.Context) error { return s.ports.WriteJobFile(ctx, draft, out) }, func(err error) {
			if s.busy, s.err = "", err; err == nil {
				s.written = out
			}
			if s.isOpen {
				env.Redraw()
			}
		})
	})
}
