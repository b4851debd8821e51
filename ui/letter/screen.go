package letter

import (
	"context"
	"image"
	"path/filepath"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/document"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// What keeps the person waiting.
const (
	busyRead    = "read"
	busyPrepare = "prepare"
	busySend    = "send"
)

// searchPause is how long a person may pause typing before the search.
const searchPause = 400 * time.Millisecond

// Screen is the making of one letter.
type Screen struct {
	env   *parts.Env
	ports Ports
	model model

	isOpen    bool
	err       error
	busy      string
	problem   string // a word on the files, as a key
	addressed string // a word on the address, as a key
	asked     bool   // the person wanted to go on; what is missing is shown
	reviewing bool
	plan      plan

	hits    post.RecipientPage
	show    int // the file whose pages are shown
	page    int
	picture image.Image
	drawing bool
	failed  bool

	slot, work, draw task.Latest

	// What stands on the page now.
	fault    *parts.FaultBox
	drop     *parts.Drop
	searcher *parts.Search
	found    *fyne.Container
	column   *container.Scroll
	preview  *fyne.Container
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	return &Screen{env: env, ports: ports, model: newModel(), page: 1}
}

// Open goes on with the letter that was begun; arg is a customer id to write to.
func (s *Screen) Open(arg string) {
	s.isOpen, s.err, s.busy, s.reviewing, s.asked = true, nil, "", false, false
	if arg != "" {
		task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (post.Recipient, error) { return s.ports.Register.Person(ctx, arg) },
			func(person post.Recipient, err error) {
				if s.err = err; err == nil {
					s.model.pick(person)
				}
				s.env.Redraw()
			})
	}
	if len(s.model.files) > 0 && s.picture == nil {
		s.drawPage()
	}
}

// Leave stops reading. A letter being sent is not given up.
func (s *Screen) Leave() {
	s.isOpen = false
	s.slot.Cancel()
	s.work.Cancel()
	s.draw.Cancel()
	s.drawing = false
}

// FocusSearch puts the cursor into the search for a recipient.
func (s *Screen) FocusSearch() {
	if s.searcher != nil {
		s.searcher.Focus()
	}
}

// Back goes from the review to the letter.
func (s *Screen) Back() bool {
	if !s.reviewing || s.busy == busySend {
		return false
	}
	s.work.Cancel()
	s.reviewing, s.busy, s.err = false, "", nil
	s.env.Redraw()
	return true
}

func (s *Screen) back() { s.Back() }

// find looks for people in the register while a name is typed.
func (s *Screen) find(text string) {
	s.model.search = text
	if text == "" {
		s.slot.Cancel()
		s.hits = post.RecipientPage{}
		s.showHits()
		return
	}
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (post.RecipientPage, error) {
		return s.ports.Register.List(ctx, post.RecipientQuery{Search: text, Order: post.OrderName, Limit: mostHits})
	}, func(hits post.RecipientPage, err error) {
		s.hits = hits
		s.fault.Show(err)
		s.showHits()
	})
}

func (s *Screen) pick(person post.Recipient) {
	s.model.pick(person)
	s.env.Redraw()
}

func (s *Screen) use(c candidate) {
	s.model.person, s.model.to = nil, c.to
	s.env.Redraw()
}

func (s *Screen) useAddress() {
	to, problem := s.model.address.addressee()
	s.addressed = problem
	if problem == "" {
		s.model.person, s.model.to = nil, to
	}
	s.env.Redraw()
}

// takeFile reads a document and adds it.
func (s *Screen) takeFile(path string) {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	s.busy, s.err, s.problem = busyRead, nil, ""
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (document.Facts, error) { return document.Read(ctx, path) },
		func(facts document.Facts, err error) {
			s.busy, s.err = "", err
			if err == nil {
				s.problem, s.err = s.model.add(file{path, facts})
			}
			if s.err == nil && s.problem == "" {
				s.turnTo(len(s.model.files)-1, 1)
			}
			s.env.Redraw()
		})
}

// Dropped takes PDFs dropped on the window, one after the other.
func (s *Screen) Dropped(paths []string) {
	if !s.reviewing && s.busy == "" && len(paths) > 0 {
		if s.drop != nil {
			s.drop.Dropped(paths)
			return
		}
		s.takeFile(paths[0])
	}
}

func (s *Screen) removeFile(index int) {
	s.model.remove(index)
	s.problem = ""
	s.turnTo(max(0, min(s.show, len(s.model.files)-1)), 1)
	s.env.Redraw()
}

// turnTo shows a page of a file.
func (s *Screen) turnTo(show, page int) {
	s.show, s.page, s.picture, s.failed = show, page, nil, false
	s.drawPage()
}

// drawPage draws the page to be shown beside the window. The first picture of a
// session takes some seconds.
func (s *Screen) drawPage() {
	if s.ports.Preview == nil || s.show >= len(s.model.files) {
		return
	}
	path, page := s.model.files[s.show].path, s.page
	s.drawing = true
	s.showPreview()
	task.Replace(s.env.Run, &s.draw, func(ctx context.Context) (image.Image, error) {
		picture, _, err := s.ports.Preview(ctx, path, page)
		return picture, err
	}, func(picture image.Image, err error) {
		s.drawing, s.picture, s.failed = false, picture, err != nil || picture == nil
		s.showPreview()
	})
}

// review plans the letter and shows what will go.
func (s *Screen) review() {
	if s.busy != "" {
		return
	}
	s.asked = true
	if len(s.model.missing(s.env.Now())) > 0 {
		s.env.Redraw()
		return
	}
	s.busy, s.err = busyPrepare, nil
	s.env.Redraw()
	m := s.model
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (plan, error) { return readPlan(ctx, s.ports, m) }, func(p plan, err error) {
		s.busy, s.err = "", err
		if err == nil {
			s.plan, s.reviewing = p, true
		}
		s.env.Redraw()
	})
}

// send stores the letter, starts the clock, and leads to the job. It is not given
// up when the person goes elsewhere meanwhile.
func (s *Screen) send() {
	if s.busy != "" {
		return
	}
	p := s.plan
	s.busy, s.err = busySend, nil
	s.env.Redraw()
	task.Run(s.env.Run, func(ctx context.Context) (post.Job, error) { return send(ctx, s.ports, p) }, func(sent post.Job, err error) {
		s.busy = ""
		if err != nil {
			s.err = err
			if s.isOpen {
				s.env.Redraw()
			}
			return
		}
		s.model, s.plan, s.reviewing, s.picture, s.asked = newModel(), plan{}, false, nil, false
		s.hits, s.show, s.page = post.RecipientPage{}, 0, 1
		if s.isOpen {
			s.env.Go(parts.PlaceJobs, sent.ID)
		}
	})
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.drop, s.searcher, s.found, s.column, s.preview = nil, nil, nil, nil, nil
	s.fault = parts.NewFaultBox(s.env, look.Reading)
	s.fault.Show(s.err)
	if s.reviewing {
		return s.reviewView()
	}
	return s.writeView()
}

func itoa(n int) string { return strconv.Itoa(n) }
