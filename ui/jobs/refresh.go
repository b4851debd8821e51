package jobs

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// answerTime is how long the page says that Digipost is being asked. Nothing
// comes when nothing is new.
const answerTime = 20 * time.Second

// asked is what is known of asking Digipost for one job's news.
type asked struct {
	// asking is true while the answer may come; at is when it was asked last, and
	// news whether something came then.
	asking bool
	at     time.Time
	news   bool
	err    error
	// giveUp ends the wait.
	giveUp func()
}

// begin is a press; it reports false where one is being met already.
func (a *asked) begin() bool {
	if a.asking {
		return false
	}
	a.asking, a.err = true, nil
	return true
}

// handedOn is what came of handing the question on.
func (a *asked) handedOn(now time.Time, err error) {
	if err != nil {
		a.asking, a.err = false, err
		return
	}
	a.at, a.news = now, false
}

// answered is called when something changed; it reports whether that ended the
// wait. What comes before the question was handed on is no answer to it.
func (a *asked) answered() bool {
	if !a.asking || a.giveUp == nil {
		return false
	}
	a.news = true
	a.over()
	return true
}

// over ends the wait.
func (a *asked) over() {
	a.asking = false
	if a.giveUp != nil {
		a.giveUp()
		a.giveUp = nil
	}
}

// line says when it was asked last.
func (a *asked) line(words *look.Words) string {
	clock := a.at.Local().Format("15:04")
	switch {
	case a.at.IsZero() || a.asking:
		return ""
	case a.news:
		return words.Get("jobs.refreshed", "time", clock)
	}
	return words.Get("jobs.refreshed.nothing", "time", clock)
}

// mayChange are the statuses of which Digipost may have news.
var mayChange = []post.ItemStatus{post.ItemReceived, post.ItemHeld, post.ItemDelivered, post.ItemPrinting, post.ItemPosted,
	post.ItemPending, post.ItemUnsure}

// canRefresh reports whether asking for a job's news makes sense.
func canRefresh(job post.Job) bool {
	if job.Via == post.ViaBatch && job.State == post.JobWaiting {
		return true // its receipts are looked for
	}
	if job.Kind == post.KindSplit || job.State == post.JobReady || job.State == post.JobCoolingOff || miscounted(job) {
		return false
	}
	for _, status := range mayChange {
		if job.Counts.ByStatus[status] > 0 {
			return true
		}
	}
	return false
}

// askedOf is what is known of asking for the job shown.
func (s *Screen) askedOf(id string) *asked {
	if s.asked[id] == nil {
		s.asked[id] = &asked{}
	}
	return s.asked[id]
}

// refresh asks for news of the job shown. It hands the question on and is not
// given up when the screen is left; the answer comes as a notice.
func (s *Screen) refresh() {
	id := s.id
	a := s.askedOf(id)
	if s.ports.Refresh == nil || !canRefresh(s.detail.job) || !a.begin() {
		return
	}
	s.showAsked(id)
	port := s.ports.Refresh
	task.Do(s.env.Run, func(ctx context.Context) error { return port(ctx, id) }, func(err error) {
		a.handedOn(s.env.Now(), err)
		if a.asking {
			a.giveUp = s.env.Run.After(answerTime, func() {
				a.over()
				s.showAsked(id)
			})
		}
		s.showAsked(id)
	})
}

// refresher is the button with what is said beside it; nil where there is
// nothing to ask for.
func (s *Screen) refresher() []fyne.CanvasObject {
	if s.ports.Refresh == nil || !canRefresh(s.detail.job) {
		return nil
	}
	s.askedText = look.Small("")
	s.askButton = parts.Quiet("jobs.refresh", "", s.refresh).Icon(look.IconRefresh)
	return []fyne.CanvasObject{s.askedText, s.askButton}
}

// showAsked brings button and words up to date; the page is built anew only to
// show or hide a fault.
func (s *Screen) showAsked(id string) {
	if !s.isOpen || s.id != id || s.askButton == nil {
		return
	}
	a := s.askedOf(id)
	if (a.err != nil) != s.askFault {
		s.env.Redraw()
		return
	}
	text := s.env.T("jobs.refresh")
	if !s.detail.job.State.Finished() {
		text = s.env.T("jobs.refresh.now")
	}
	if a.asking {
		text = s.env.T("jobs.refreshing")
	}
	s.askButton.Set(text)
	s.askButton.Off(a.asking)
	s.askedText.Set(a.line(s.env.Words))
	s.headRow.Refresh()
}
