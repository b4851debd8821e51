package jobs

import (
	"context"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

const (
	// gather is how long changes are collected before the page reads again.
	gather = 300 * time.Millisecond
	// lookAgain is how often a job that is not finished is read without a notice:
	// another process may be the one that works on it.
	lookAgain = 2 * time.Second
	// pageSize is how many people are read at a time.
	pageSize = 200
)

// Screen is the list of jobs, and one job.
type Screen struct {
	env   *parts.Env
	ports Ports

	isOpen bool
	tab    tab
	list   overview
	read   bool
	err    error

	id        string // the job shown; "" for the list
	part      string // the part of a job's page: status, events, details
	detail    detail
	filter    group
	status    post.ItemStatus // the one of the group that is shown; "" for all
	search    string
	confirmed bool
	busy      string
	stopping  bool
	technical bool
	copied    string
	pace      pace

	slot, work task.Latest
	reading    bool
	waits      func()
	ticks      func()

	// What stands on the page now.
	fault  *parts.FaultBox
	table  *parts.Table
	people *parts.Pages[post.Item]
	bar    *parts.Progress
	rate   *look.Text
	safe   *fyne.Container
	clock  *parts.Clock
	tabs   *parts.Tabs
	// statusTab narrows the filter to one status; nil where there is one only.
	statusTab *parts.Tabs
	searcher  *parts.Search
	popup     *widget.PopUp
	approve   *parts.Button
	// picture holds the ring of a finished mailing.
	picture *fyne.Container

	// asked is what was asked of Digipost for each job while the window is open; the
	// rest is the button for it, and whether the page shows what went wrong.
	asked     map[string]*asked
	headRow   *fyne.Container
	askButton *parts.Button
	askedText *look.Text
	askFault  bool
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	return &Screen{env: env, ports: ports, tab: tabOpen, part: partStatus, filter: groupAll, asked: map[string]*asked{}}
}

// Open shows a job by its id, or the list.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	s.show(arg)
	s.ticks = s.env.Run.Every(lookAgain, func() {
		running := s.id != "" && (!s.detail.job.State.Finished() || s.askedOf(s.id).asking) || s.id == "" && len(s.list.open) > 0
		if running && !s.reading {
			s.readAgain()
		}
	})
}

// show turns to a job or the list.
func (s *Screen) show(id string) {
	s.closeWidgets()
	if id != s.id || id == "" {
		s.detail, s.part, s.filter, s.status, s.search = detail{}, partStatus, groupAll, "", ""
		s.confirmed, s.stopping, s.technical, s.copied, s.pace = false, false, false, "", pace{}
	}
	s.id, s.read, s.err, s.busy = id, false, nil, ""
	s.askedOf(id).err = nil
	s.readAgain()
}

// Leave stops reading and ticking.
func (s *Screen) Leave() {
	s.isOpen, s.reading = false, false
	s.slot.Cancel()
	s.work.Cancel()
	for _, stop := range []func(){s.waits, s.ticks} {
		if stop != nil {
			stop()
		}
	}
	s.waits, s.ticks = nil, nil
	for _, a := range s.asked {
		if a.giveUp != nil {
			a.over()
		}
	}
	s.closeWidgets()
}

// closeWidgets ends what ticks or reads on the page.
func (s *Screen) closeWidgets() {
	if s.clock != nil {
		s.clock.Close()
		s.clock = nil
	}
	if s.people != nil {
		s.people.Close()
		s.people = nil
	}
	s.bar, s.rate, s.table, s.tabs, s.searcher, s.approve = nil, nil, nil, nil, nil, nil
	s.picture, s.headRow, s.askButton, s.askedText = nil, nil, nil, nil
}

// closePopup takes away what lies over the page.
func (s *Screen) closePopup() {
	if s.popup != nil {
		s.popup.Hide()
		s.popup = nil
	}
}

// Back goes from a job to the list.
func (s *Screen) Back() bool {
	if s.id == "" {
		return false
	}
	s.toList()
	return true
}

func (s *Screen) toList() {
	s.show("")
	s.env.Redraw()
}

// open shows a job from the list.
func (s *Screen) open(id string) {
	s.show(id)
	s.env.Redraw()
}

// FocusSearch puts the cursor into the search.
func (s *Screen) FocusSearch() {
	if s.searcher != nil {
		s.searcher.Focus()
	}
}

// Notice reads again soon; many changes are one reading.
func (s *Screen) Notice(notice post.Notice) {
	if notice.Topic != post.TopicJobs || s.id != "" && notice.ID != "" && notice.ID != s.id {
		return
	}
	if notice.ID != "" && notice.ID == s.id && s.askedOf(s.id).answered() {
		s.showAsked(s.id)
	}
	if s.waits == nil {
		s.waits = s.env.Run.After(gather, s.soon)
	}
}

// soon reads again, but not before the reading under way has come: a job that
// changes all the time would never be shown.
func (s *Screen) soon() {
	s.waits = nil
	if s.reading {
		s.waits = s.env.Run.After(gather, s.soon)
		return
	}
	s.readAgain()
}

// Reload reads again what is shown, and asks for news of a job.
func (s *Screen) Reload() {
	s.readAgain()
	if s.id != "" {
		s.refresh()
	}
}

// readAgain reads again what is shown.
func (s *Screen) readAgain() {
	now, id := s.env.Now(), s.id
	s.reading = true
	if id == "" {
		task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (overview, error) { return readOverview(ctx, s.ports.Jobs, now) }, s.takeList)
		return
	}
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (detail, error) { return readDetail(ctx, s.ports, id) }, s.takeDetail)
}

func (s *Screen) takeList(list overview, err error) {
	s.reading = false
	if !s.isOpen || s.id != "" {
		return
	}
	again := s.read && err == nil && s.err == nil && s.table != nil &&
		(len(s.rowsOf(list)) > 0) == (len(s.rows()) > 0) && len(list.open) == len(s.list.open) && len(list.deviations) == len(s.list.deviations)
	s.list, s.err, s.read = list, err, true
	if again {
		s.table.Reload()
		return
	}
	s.env.Redraw()
}

func (s *Screen) takeDetail(next detail, err error) {
	s.reading = false
	if !s.isOpen || s.id == "" {
		return
	}
	same := s.read && err == nil && s.err == nil && s.detail.alike(next) && s.part == partStatus
	if err == nil {
		if s.read && !sameCounts(s.detail.job, next.job) && s.askedOf(s.id).answered() {
			s.showAsked(s.id)
		}
		s.detail = next
		if next.job.State.Finished() || next.job.Ending != "" {
			s.stopping = false
		}
	}
	s.err, s.read = err, true
	if !same {
		s.env.Redraw()
		return
	}
	s.update()
}

// update shows new numbers on the page that stands.
func (s *Screen) update() {
	job := s.detail.job
	if s.bar != nil {
		s.bar.Set(progress(job))
		s.rate.Set(s.paceText())
		s.safe.Refresh()
	}
	if s.clock != nil {
		s.clock.Until(job.ReleaseAt)
	}
	if s.picture != nil {
		s.picture.Objects = []fyne.CanvasObject{s.pie()}
		s.picture.Refresh()
	}
	if s.tabs != nil {
		for _, g := range s.shownGroups() {
			s.tabs.Rename(string(g), s.groupTitle(g))
		}
	}
	if s.statusTab != nil {
		for _, status := range statusesOf(job, s.filter) {
			s.statusTab.Rename(string(status), s.statusTitle(status))
		}
	}
	if s.people != nil {
		s.people.Reload()
	}
}

// act does something to the job and reads it again. It is not given up when the
// screen is left: what a person asked for is done.
func (s *Screen) act(name string, do func(context.Context, string) error) {
	if s.busy != "" {
		return
	}
	id := s.id
	s.busy, s.err = name, nil
	s.env.Redraw()
	task.Do(s.env.Run, func(ctx context.Context) error { return do(ctx, id) }, func(err error) {
		s.busy = ""
		if !s.isOpen || s.id != id {
			return
		}
		if err != nil {
			s.stopping = false
			s.err = err
			s.env.Redraw()
			return
		}
		s.read = false
		s.readAgain()
	})
}

func (s *Screen) stop() {
	s.stopping = true
	s.act("stop", func(ctx context.Context, id string) error {
		_, err := s.ports.Jobs.Stop(ctx, id)
		return err
	})
}

func (s *Screen) more() {
	s.act("more", func(ctx context.Context, id string) error {
		_, err := s.ports.Jobs.Extend(ctx, id, moreTime)
		return err
	})
}

func (s *Screen) takeOut(item post.Item) {
	s.act("take_out", func(ctx context.Context, id string) error {
		_, err := s.ports.Jobs.TakeOut(ctx, id, item.CustomerID, item.Seq)
		return err
	})
	s.env.Toast(s.env.T("jobs.take_out.asked"), nil)
}

func (s *Screen) sayYes() {
	d := s.detail
	if sendable(d.job) >= typedFrom && !s.confirmed {
		return
	}
	s.act("approve", func(ctx context.Context, id string) error {
		_, err := s.ports.Jobs.Approve(ctx, id, d.job.Fingerprint, sendable(d.job), d.coolingOff)
		return err
	})
}

// copyList writes a copy of the person's list with what came of each row.
func (s *Screen) copyList() {
	job := s.detail.job
	s.env.SaveFile(filepath.Join(filepath.Dir(job.Source.Path), copyName(s.env.Words, job, s.env.Now())), func(path string) {
		words := listWords{s.env.Words.Texts}
		s.busy, s.err = "copy", nil
		s.env.Redraw()
		task.Replace(s.env.Run, &s.work, func(ctx context.Context) (bool, error) {
			return s.ports.WriteBack(ctx, job.ID, path, words)
		}, func(written bool, err error) {
			s.busy, s.err = "", err
			if err == nil && written {
				s.copied = path
			}
			s.env.Redraw()
		})
	})
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.closeWidgets()
	s.fault = parts.NewFaultBox(s.env, look.Reading)
	s.askFault = s.id != "" && s.askedOf(s.id).err != nil
	if s.askFault && s.err == nil {
		s.fault.Show(s.askedOf(s.id).err)
	} else {
		s.fault.Show(s.err)
	}
	if s.id == "" {
		return s.listView()
	}
	return s.detailView()
}
