package jobs

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"brevdue/app/job"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// evidenceEnding is what the name of an evidence file ends with.
const evidenceEnding = ".zip"

// over shows a card over the page, with its buttons at the right below.
func (s *Screen) over(lines []fyne.CanvasObject, focus *parts.Button, buttons ...fyne.CanvasObject) {
	s.closePopup()
	row := append([]fyne.CanvasObject{parts.Fill(nil)}, buttons...)
	lines = append(lines, parts.Inset(0, look.Near, 0, 0, parts.Row(12, row...)))
	s.popup = widget.NewModalPopUp(parts.Around(look.Group, parts.Stack(look.Apart, lines...)), s.env.Window.Canvas())
	s.popup.Show()
	s.env.Window.Canvas().Focus(focus)
}

// overText is the width of the text in a card over the page.
const overText = float32(480)

// evidenceHolds is what an evidence file has in it.
var evidenceHolds = []string{"list", "fingerprint", "ids", "receipts", "trail"}

// offerEvidence says what an evidence file holds, then asks where to save it.
func (s *Screen) offerEvidence() {
	env := s.env
	lines := []fyne.CanvasObject{look.Heading(env.T("jobs.evidence.title")), look.Body(env.T("jobs.evidence.text")).Wrap(overText)}
	var holds []fyne.CanvasObject
	for _, what := range evidenceHolds {
		holds = append(holds, parts.RowTop(look.Near, parts.Stack(0, look.NewIcon(look.IconTick, look.Good)), look.Body(env.T("jobs.evidence.holds."+what)).Wrap(overText-28)))
	}
	lines = append(lines, parts.Stack(look.Near, holds...), parts.Note(parts.ToneInfo, env.T("jobs.evidence.masked"), overText))
	cancel := parts.Quiet("jobs.evidence.cancel", env.T("button.cancel"), s.closePopup)
	next := parts.Main("jobs.evidence.where", env.T("jobs.evidence.where"), func() {
		s.closePopup()
		s.saveEvidence()
	}).Icon(look.IconDownload)
	s.over(lines, next, cancel, next)
}

// saveEvidence asks where, and writes the file.
func (s *Screen) saveEvidence() {
	env, d := s.env, s.detail
	name := env.T("jobs.evidence.file", "name", parts.FileName(d.job.Name), "time", env.Now().Format("2006-01-02 1504")) + evidenceEnding
	env.SaveFile(filepath.Join(folderOf(d.job), name), func(out string) {
		if filepath.Ext(out) != evidenceEnding {
			out += evidenceEnding
		}
		s.busy, s.err = "evidence", nil
		env.Redraw()
		task.Run(env.Run, func(ctx context.Context) (job.Evidence, error) { return s.ports.SaveEvidence(ctx, d.job.ID, out) }, func(made job.Evidence, err error) {
			s.busy = ""
			if !s.isOpen || s.id != d.job.ID {
				return
			}
			s.err = err
			env.Redraw()
			if err == nil {
				s.evidenceSaved(out, made)
			}
		})
	})
}

// evidenceSaved says where the file is and shows its seal, to be kept elsewhere.
func (s *Screen) evidenceSaved(out string, made job.Evidence) {
	env := s.env
	tone := parts.ToneGood
	if made.Proof == job.FingerprintDiffers {
		tone = parts.ToneStop
	}
	lines := []fyne.CanvasObject{look.Heading(env.T("jobs.evidence.saved")),
		look.Body(filepath.Base(out)).Wrap(overText), look.QuietText(filepath.Dir(out)).Wrap(overText),
		parts.Note(tone, env.T("evidence.proof."+string(made.Proof)), overText)}
	if len(made.Removed) > 0 {
		lines = append(lines, look.QuietText(env.Words.Count("jobs.evidence.left_out", len(made.Removed))).Wrap(overText))
	}
	lines = append(lines, parts.Stack(look.Near, look.Strong(env.T("jobs.evidence.seal")), parts.CopyLine(env, "jobs.evidence.seal", made.Seal, overText),
		look.Small(env.T("evidence.seal.keep")).Wrap(overText)))
	done := parts.Main("jobs.evidence.done", env.T("button.done"), s.closePopup)
	s.over(lines, done, done)
}

// check is what came of checking an evidence file.
type check struct {
	file   string
	report job.EvidenceReport
}

// pickEvidence asks for an evidence file and checks it.
func (s *Screen) pickEvidence() {
	s.env.PickFile([]string{evidenceEnding}, func(path string) {
		if s.busy != "" {
			return
		}
		s.busy, s.err = "check", nil
		s.env.Redraw()
		task.Replace(s.env.Run, &s.work, func(ctx context.Context) (job.EvidenceReport, error) {
			return s.ports.CheckEvidence(ctx, path)
		}, func(report job.EvidenceReport, err error) {
			if s.busy, s.err = "", err; err == nil {
				s.check = &check{path, report}
			}
			s.redrawIf(true)
		})
	})
}

// verdict is what a check says first, its shape, and what it means.
func (c *check) verdict() (key string, icon look.IconName, tone parts.Tone) {
	switch {
	case c.report.Newer:
		return "newer", look.IconInfo, parts.ToneCare
	case c.report.Unreadable:
		return "unreadable", look.IconCrossCircle, parts.ToneStop
	case c.report.Valid:
		return "valid", look.IconTickCircle, parts.ToneGood
	}
	return "invalid", look.IconCrossCircle, parts.ToneStop
}

// checkView tells what came of checking an evidence file.
func (s *Screen) checkView() fyne.CanvasObject {
	env, c := s.env, s.check
	key, icon, tone := c.verdict()
	color := look.Good
	switch tone {
	case parts.ToneStop:
		color = look.Stop
	case parts.ToneCare:
		color = look.Care
	}
	lines := []fyne.CanvasObject{parts.WithID("jobs.check."+key, parts.Card(parts.RowTop(look.Apart, parts.Stack(0, look.NewIconOf(icon, color, 36)),
		parts.Stack(look.Tight, look.NewText(env.T("evidence."+key), look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink}).Wrap(parts.CardText-52),
			look.QuietText(filepath.Base(c.file)).Wrap(parts.CardText-52)))))}
	if changed := s.changedLines(); len(changed) > 0 {
		lines = append(lines, s.listed("jobs.check.changed", look.IconCross, look.Stop, changed))
	}
	if removed := s.removedLines(); len(removed) > 0 {
		lines = append(lines, s.listed("jobs.check.removed", look.IconTrash, look.QuietInk, removed))
	}
	if key == "valid" || key == "invalid" {
		lines = append(lines, s.checkFacts())
	}
	page := parts.Page{Title: env.T("jobs.check.title"), Fault: s.fault, Content: parts.Stack(look.Apart, lines...),
		Back: parts.Quiet("jobs.check.back", env.T("jobs.all"), func() { s.Back() }).Icon(look.IconLeft),
		Next: parts.Main("jobs.check.another", env.T("jobs.check.another"), s.pickEvidence).Icon(look.IconShield).Off(s.busy != "")}
	return page.View()
}

// mostFindings is how many lines of a kind are shown; the rest is counted.
const mostFindings = 12

// listed is a card with a heading and what was found.
func (s *Screen) listed(title string, icon look.IconName, color fyne.ThemeColorName, found []string) fyne.CanvasObject {
	rows := []fyne.CanvasObject{look.Heading(s.env.T(title))}
	for _, text := range found[:min(len(found), mostFindings)] {
		rows = append(rows, parts.RowTop(look.Near, parts.Stack(0, look.NewIcon(icon, color)), look.Body(text).Wrap(parts.CardText-28)))
	}
	if more := len(found) - mostFindings; more > 0 {
		rows = append(rows, look.QuietText(s.env.Words.Count("jobs.check.more", more)))
	}
	return parts.Card(parts.Stack(look.Near, rows...))
}

// changedLines say what is not as it was when the file was made.
func (s *Screen) changedLines() []string {
	var lines []string
	for _, name := range s.check.report.Changed {
		if key := "evidence.changed." + name; s.env.Words.Has(key) {
			lines = append(lines, s.env.T(key))
		} else {
			lines = append(lines, s.env.T("evidence.changed.file", "name", name))
		}
	}
	return lines
}

// removedLines say what was forgotten, and when.
func (s *Screen) removedLines() []string {
	env := s.env
	var lines []string
	inFile := false
	for _, removal := range s.check.report.Removed {
		key := "evidence.removed.receipt"
		if removal.Seq > 0 {
			key = "evidence.removed.recipient"
		}
		if removal.Date.IsZero() {
			key += ".undated"
		}
		lines = append(lines, env.T(key, "name", removal.What, "seq", env.Words.Number(removal.Seq), "date", env.Words.Date(removal.Date)))
		inFile = inFile || removal.InFile
	}
	if inFile {
		lines = append([]string{env.T("evidence.removed.in_file")}, lines...)
	}
	return lines
}

// checkFacts are the job, the seal, and what the audit trail here knows of it.
func (s *Screen) checkFacts() fyne.CanvasObject {
	env, report := s.env, s.check.report
	const width = parts.CardText
	var lines []fyne.CanvasObject
	say := func(key string) {
		if env.Words.Has(key) {
			lines = append(lines, look.Body(env.T(key)).Wrap(width))
		}
	}
	say("evidence.recorded." + string(report.Recorded))
	say("evidence.chain." + string(report.Chain))
	say("evidence.proof." + string(report.Proof))
	for _, fact := range []struct{ key, value string }{{"seal", report.Seal}, {"fingerprint", report.Fingerprint}} {
		if fact.value != "" {
			lines = append(lines, parts.Stack(look.Tight, look.QuietText(env.T("jobs.check."+fact.key)), parts.CopyLine(env, "jobs.check."+fact.key, fact.value, width)))
		}
	}
	if report.Recorded == job.SealRecorded && report.Job != "" {
		lines = append(lines, parts.Left(parts.Quiet("jobs.check.job", env.T("jobs.person.job"), func() { s.open(report.Job) }).Icon(look.IconJobs)))
	}
	return parts.Card(parts.Stack(12, lines...))
}
