package jobs

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"brevdue/app/flow"
	"brevdue/app/job"
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
	// The list: what is looked for, how each tab is sorted, which deviations are
	// shown, and the rows that come of it; nil when they have to be worked out.
	listSearch string
	sorted     map[tab]order
	kind       post.DeviationCode
	closedOnes bool
	shown      *shown
	// following is the deviation that is open, check what came of checking an
	// evidence file; nil for the list.
	following *following
	check     *check
	// aid is first aid for a wrong recipient, over everything else; nil without.
	aid *aid

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
	// draft is a job that is not stored yet: letters to be sent again, after the
	// job with the id from; nil for a job that is.
	draft *job.Draft
	from  string
	// taking is who is being taken out; taken is what came of it, and whether it
	// came too late.
	taking, taken string
	tooLate       bool
	copied        string
	postage       *flow.Postage
	pace          pace

	slot, work task.Latest
	reading    bool
	waits      func()
	ticks      func()

	// What stands on the page now.
	fault   *parts.FaultBox
	table   *parts.Table
	people  *parts.Pages[post.Item]
	going   *going
	clock   *parts.Clock
	tabs    *parts.Tabs
	bar     *parts.StatusBar
	nothing fyne.CanvasObject
	// why is the field for the reason to close a deviation.
	why *parts.Field
	// statusTab narrows the filter to one status; nil where there is one only.
	statusTab *parts.Tabs
	searcher  *parts.Search
	popup     *widget.PopUp
	approve   *parts.Button

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
	s := &Screen{env: env, ports: ports, tab: tabOpen, part: partStatus, filter: groupAll, asked: map[string]*asked{}, sorted: map[tab]order{}}
	s.sorted[tabOpen], s.sorted[tabPlanned], s.sorted[tabDone] = order{"since", true}, order{"since", false}, order{"since", true}
	return s
}

// deviationsArg opens the deviations, all or, after a colon, those of one kind.
const deviationsArg = "deviations"

// Open shows a job by its id, the deviations by deviationsArg, or the list.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	if name, kind, _ := strings.Cut(arg, ":"); name == deviationsArg {
		s.tab, s.kind, s.closedOnes, s.listSearch, arg = tabDeviations, post.DeviationCode(kind), false, "", ""
	}
	if rest, found := strings.CutPrefix(arg, wrongArg); found && s.ports.FirstAid != nil && (rest == "" || rest[0] == ':') {
		s.closeWidgets()
		s.id, s.read, s.err, s.busy = "", false, nil, ""
		s.openWrong(strings.TrimPrefix(rest, ":"))
	} else {
		s.show(arg)
	}
	s.ticks = s.env.Run.Every(lookAgain, func() {
		if s.aid != nil {
			s.aid.news()
			return
		}
		running := s.id != "" && (!s.detail.job.State.Finished() || s.askedOf(s.id).asking) || s.id == "" && len(s.list.open)+len(s.list.planned) > 0
		if running && !s.reading && s.draft == nil {
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
		s.taking, s.taken, s.tooLate, s.postage = "", "", false, nil
	}
	s.draft, s.from, s.following, s.check, s.shown, s.aid = nil, "", nil, nil, nil, nil
	s.id, s.read, s.err, s.busy = id, false, nil, ""
	s.askedOf(id).err = nil
	s.readAgain()
}

// Leave stops reading and ticking.
func (s *Screen) Leave() {
	s.isOpen, s.reading = false, false
	if s.aid != nil {
		s.aid.leave()
	}
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
	s.bar, s.going, s.table, s.tabs, s.searcher, s.approve, s.why = nil, nil, nil, nil, nil, nil, nil
	s.headRow, s.askButton, s.askedText, s.nothing = nil, nil, nil, nil
}

// closePopup takes away what lies over the page.
func (s *Screen) closePopup() {
	if s.popup != nil {
		s.popup.Hide()
		s.popup = nil
	}
}

// Back goes from a job, a deviation or a check to the list, and from a draft to the
// job it is for.
func (s *Screen) Back() bool {
	switch {
	case s.aid != nil:
		s.aid.back()
	case s.draft != nil:
		s.open(s.from)
	case s.following != nil || s.check != nil:
		s.following, s.check, s.err = nil, nil, nil
		s.env.Redraw()
	case s.id == "":
		return false
	default:
		s.toList()
	}
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
	if notice.Topic != post.TopicJobs || s.draft != nil || s.aid == nil && s.id != "" && notice.ID != "" && notice.ID != s.id {
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
	if s.aid != nil {
		s.aid.news()
		return
	}
	if s.reading {
		s.waits = s.env.Run.After(gather, s.soon)
		return
	}
	s.readAgain()
}

// Reload reads again what is shown, and asks for news of a job.
func (s *Screen) Reload() {
	s.readAgain()
	if s.id != "" && s.aid == nil {
		s.refresh()
	}
}

// readAgain reads again what is shown.
func (s *Screen) readAgain() {
	id := s.id
	switch {
	case s.draft != nil:
		return
	case s.aid != nil:
		s.aid.readAgain()
		return
	}
	s.reading = true
	if id == "" {
		known := s.list.names
		task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (overview, error) { return readOverview(ctx, s.ports, known) }, s.takeList)
		return
	}
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (detail, error) { return readDetail(ctx, s.ports, id) }, s.takeDetail)
}

func (s *Screen) takeList(list overview, err error) {
	s.reading = false
	if !s.isOpen || s.id != "" {
		return
	}
	stands := s.following != nil || s.check != nil // nobody's writing is taken away
	again := s.read && err == nil && s.err == nil && (stands || s.table != nil && s.list.alike(list))
	if err == nil {
		s.list = list
	}
	s.err, s.read, s.shown = err, true, nil
	switch {
	case !again:
		s.env.Redraw()
	case s.table != nil && !stands:
		s.table.Reload()
		s.sayFound()
	}
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
	if s.going != nil {
		s.going.show(s)
	}
	if s.clock != nil {
		s.clock.Until(job.ReleaseAt)
	}
	if s.bar != nil {
		s.bar.Set(s.slices(), job.Counts.Total)
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

// sayYes approves the job as it is shown.
func (s *Screen) sayYes() {
	d := s.detail
	if sendable(d.job) >= typedFrom && !s.confirmed {
		return
	}
	if s.draft != nil {
		s.keepDraft()
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
	switch {
	case s.aid != nil:
		return s.aid.view()
	case s.check != nil:
		return s.checkView()
	case s.following != nil:
		return s.deviationPage()
	case s.id == "":
		return s.listView()
	}
	return s.detailView()
}
