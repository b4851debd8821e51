package jobs

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// resultButtons are what can be done with a job that is over: a copy of the list,
// and the evidence.
func (s *Screen) resultButtons(page *parts.Page, off bool) {
	env, job := s.env, s.detail.job
	if s.ports.SaveEvidence != nil && job.Approved > 0 {
		text := env.T("jobs.evidence.save")
		if s.busy == "evidence" {
			text = env.T("jobs.evidence.saving")
		}
		save := parts.Quiet("jobs.evidence", text, s.offerEvidence).Icon(look.IconShield).Off(off)
		page.Extra = append(page.Extra, save)
	}
	if job.Kind == post.KindLetter && s.canResend() {
		page.Next = parts.Main("jobs.again", env.Words.Count("jobs.again", s.detail.failed), s.again).Icon(look.IconArrow).Off(off)
	}
	if canCopy(job) && s.ports.WriteBack != nil {
		text := env.T("jobs.copy")
		if s.busy == "copy" {
			text = env.T("jobs.copying")
		}
		page.Next = parts.Main("jobs.copy", text, s.copyList).Icon(look.IconSheet).Off(off)
	}
}

// canResend reports whether there is somebody to whom the letter can be sent again.
func (s *Screen) canResend() bool {
	return s.ports.Resend != nil && s.detail.failed > 0 && s.detail.job.State.Finished()
}

func (s *Screen) resendButton() *parts.Button {
	return parts.Quiet("jobs.again", s.env.Words.Count("jobs.again", s.detail.failed), s.again).Icon(look.IconArrow).Off(s.busy != "")
}

// unreachedRow says how many a mailing did not reach, and what can be done about
// them; nil where it reached everybody.
func (s *Screen) unreachedRow() fyne.CanvasObject {
	env, job := s.env, s.detail.job
	n := notReached(job)
	if job.Kind != post.KindMailing || n == 0 {
		return nil
	}
	row := []fyne.CanvasObject{look.NewIcon(look.IconPeople, look.Stop), parts.Fill(look.Strong(env.Words.Count("jobs.unreached", n)).Clip())}
	if s.canResend() {
		row = append(row, s.resendButton())
	}
	if s.ports.SaveForPostage != nil {
		row = append(row, parts.Quiet("jobs.postage", env.T("jobs.postage"), s.saveForPostage).Icon(look.IconDownload).Off(s.busy != ""))
	}
	row = append(row, parts.Quiet("jobs.unreached", env.T("jobs.unreached.open"), func() { env.Go(parts.PlaceMailing, "unreached:"+job.ID) }).Icon(look.IconRight))
	return parts.Row(look.Near, row...)
}

// links lead to the jobs that belong to this one: sent again, or a trial.
func (s *Screen) links() []fyne.CanvasObject {
	env, d := s.env, s.detail
	var lines []fyne.CanvasObject
	link := func(id, text, to string) {
		lines = append(lines, parts.Left(parts.Link(id, text, func() { s.open(to) })))
	}
	if d.origin != nil {
		key := "jobs.link.again"
		if d.job.Again == "" {
			key = "jobs.link.trial"
		}
		link("jobs.link.origin", env.T(key, "name", shorten(d.origin.Name), "date", env.Words.Date(d.origin.Created)), d.origin.ID)
	}
	for _, later := range d.later {
		link("jobs.link."+later.ID, env.Words.Count("jobs.link.later", later.Counts.Total, "time", env.Words.Time(later.Created),
			"state", s.state(later).Word), later.ID)
	}
	return lines
}

// longestName is how much of a job's name stands in a link.
const longestName = 60

func shorten(name string) string {
	if runes := []rune(name); len(runes) > longestName {
		return string(runes[:longestName-1]) + "…"
	}
	return name
}

// saveForPostage writes those whom a mailing did not reach, and their letters, for
// letters that the sender posts.
func (s *Screen) saveForPostage() {
	env, job := s.env, s.detail.job
	name := env.T("mailing.unreached.file", "name", parts.FileName(job.Name), "time", env.Now().Format("2006-01-02 1504")) + ".xlsx"
	env.SaveFile(filepath.Join(folderOf(job), name), func(out string) {
		s.busy, s.err, s.postage = "postage", nil, nil
		env.Redraw()
		task.Run(env.Run, func(ctx context.Context) (flow.Postage, error) { return s.ports.SaveForPostage(ctx, job.ID, out) }, func(written flow.Postage, err error) {
			if s.busy, s.err = "", err; err == nil {
				s.postage = &written
			}
			s.redrawIf(s.id == job.ID)
		})
	})
}

// postageNote says where the list and the letters are.
func (s *Screen) postageNote(written flow.Postage) fyne.CanvasObject {
	env, tone := s.env, parts.ToneGood
	said := []string{env.T("mailing.unreached.saved", "file", filepath.Base(written.List))}
	if written.Letters != "" {
		said = append(said, env.Words.Count("mailing.unreached.letters", written.Envelopes, "file", filepath.Base(written.Letters)))
	}
	if fault := post.FaultOf(written.Unprintable); fault != nil {
		what, _ := env.Words.Fault(string(fault.Code), fault.Fields)
		said, tone = append(said, what, env.T("mailing.unreached.unprintable")), parts.ToneCare
	}
	return parts.WithID("jobs.postage.saved", parts.Note(tone, strings.Join(said, "\n"), look.Reading))
}

// folderOf is where the person's list lies, "" where there is none.
func folderOf(job post.Job) string {
	if job.Source.Path == "" {
		return ""
	}
	return filepath.Dir(job.Source.Path)
}

// again drafts a job for those whom this one did not reach, and shows it for
// approval. Nothing is stored before that.
func (s *Screen) again() {
	if s.busy != "" {
		return
	}
	type drafted struct {
		draft      *job.Draft
		coolingOff detail
	}
	id, kind := s.id, s.detail.job.Kind
	s.busy, s.err = "again", nil
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (drafted, error) {
		var d drafted
		var err error
		if d.draft, err = s.ports.Resend.Again(ctx, id); err != nil {
			return d, err
		}
		// The copy of the list tells what came of everybody on it; this job knows of
		// some only and must not write over that.
		d.draft.Job.Source.WriteBack = ""
		d.coolingOff.coolingOff, err = s.ports.CoolingOff(ctx, kind)
		return d, err
	}, func(d drafted, err error) {
		s.busy = ""
		if !s.isOpen || s.id != id {
			return
		}
		if err != nil {
			s.err = err
			s.env.Redraw()
			return
		}
		s.showDraft(d.draft, d.coolingOff, id)
	})
}

// showDraft shows a job that is not stored yet like one that waits for its
// approval.
func (s *Screen) showDraft(draft *job.Draft, d detail, from string) {
	s.closeWidgets()
	s.slot.Cancel()
	d.job, d.documents = draft.Job, draft.Documents
	s.draft, s.from, s.detail = draft, from, d
	s.part, s.filter, s.status, s.search, s.confirmed, s.reading = partStatus, groupAll, "", "", false, false
	s.env.Redraw()
}

// keepDraft stores the draft and starts its cooling-off. Where the approval fails
// the job is there, and waits for it.
func (s *Screen) keepDraft() {
	draft, d := s.draft, s.detail
	if s.busy != "" {
		return
	}
	s.busy, s.err = "approve", nil
	s.env.Redraw()
	type kept struct {
		id  string
		err error
	}
	task.Run(s.env.Run, func(ctx context.Context) (kept, error) {
		stored, err := s.ports.Resend.Keep(ctx, draft)
		if err != nil {
			return kept{}, err
		}
		_, err = s.ports.Jobs.Approve(ctx, stored.ID, stored.Fingerprint, sendable(d.job), d.coolingOff)
		return kept{stored.ID, err}, nil
	}, func(k kept, err error) {
		s.busy = ""
		if !s.isOpen || s.draft != draft {
			return
		}
		if err != nil {
			s.err = err
			s.env.Redraw()
			return
		}
		s.show(k.id)
		s.err = k.err
		s.env.Redraw()
	})
}
