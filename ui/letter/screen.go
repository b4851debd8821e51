package letter

import (
	"context"
	"image"
	"path/filepath"
	"slices"
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
	foreignOK bool // the person has looked at the birth numbers that are not the recipient's

	open map[string]bool // the sections that are open
	left map[string]bool // the questions the cursor has left: what is wrong there is shown
	// proof is what the agreement holds; nil while it is not known. unasked is true when
	// Digipost could not be asked.
	proof   *post.Proof
	unasked bool
	// remembered is the return address used last.
	remembered post.PostalAddress

	hits    post.RecipientPage
	sought  bool // hits are the answer to what stands in the search
	asking  lookup
	filesAt float32 // how far the list of documents is scrolled
	show    int     // the file whose pages are shown
	page    int
	picture image.Image
	drawing bool
	failed  bool

	waiting  []string // files still to be read
	stopSoon func()   // ends the wait of soon; nil before the first

	slot, work, draw, ask, agreed, kept task.Latest

	// What stands on the page now.
	fault    *parts.FaultBox
	searcher *parts.Search
	found    *fyne.Container
	column   *container.Scroll
	scrolled float32
	levels   *fyne.Container
	paper    *parts.Switch
	unread   *parts.Switch
	invite   *parts.Switch
	preview  *fyne.Container
	// printNotes say whether the documents can be printed.
	printNotes *fyne.Container
	questions  questions
}

// New makes the screen.
func New(env *parts.Env, ports Ports) *Screen {
	return &Screen{env: env, ports: ports, model: newModel(), page: 1, open: map[string]bool{}, left: map[string]bool{}, fault: parts.NewFaultBox(env, look.Reading)}
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
	if !s.model.chosen() && s.model.search != "" && arg == "" {
		s.find(s.model.search)
	}
	s.readAgreement()
	s.readReturnAddress()
}

// readAgreement asks once what the agreement holds.
func (s *Screen) readAgreement() {
	if s.proof != nil || s.ports.Features == nil {
		return
	}
	task.Replace(s.env.Run, &s.agreed, s.ports.Features, func(proof post.Proof, err error) {
		if s.unasked = err != nil; err == nil {
			s.proof = &proof
		}
		s.offerPaper()
		s.adapt()
	})
}

// readReturnAddress fills in the address used last, unless one is being written.
func (s *Screen) readReturnAddress() {
	if s.ports.ReturnAddress == nil || s.model.choices.backTyped {
		return
	}
	task.Replace(s.env.Run, &s.kept, s.ports.ReturnAddress, func(address post.PostalAddress, err error) {
		if err != nil || s.model.choices.backTyped {
			return // a letter can be written without
		}
		s.remembered = address
		s.fillReturn()
	})
}

// fillReturn puts the address used last into the letter and onto the page.
func (s *Screen) fillReturn() {
	back := formOf(s.remembered)
	s.model.choices.back = back
	if s.column != nil {
		s.fill("letter.return.name", back.name)
		s.fill("letter.return.line1", back.line1)
		s.fill("letter.return.line2", back.line2)
		s.fill("letter.return.place", back.postcode, back.town)
	}
	s.model.choices.backTyped = false
}

// Leave stops reading. A letter being sent is not given up.
func (s *Screen) Leave() {
	s.isOpen = false
	s.slot.Cancel()
	s.work.Cancel()
	s.draw.Cancel()
	s.ask.Cancel()
	s.agreed.Cancel()
	s.kept.Cancel()
	if s.stopSoon != nil {
		s.stopSoon()
	}
	s.drawing, s.asking, s.waiting = false, lookup{}, nil
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

// find looks for people in the register and at Digipost while a name is typed. The
// one does not wait for the other, and neither's fault hides the other's answer.
func (s *Screen) find(text string) {
	s.model.search, s.sought = text, false
	s.askDigipost(text)
	if text == "" {
		s.slot.Cancel()
		s.hits = post.RecipientPage{}
		s.showHits()
		return
	}
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (post.RecipientPage, error) {
		return s.ports.Register.List(ctx, post.RecipientQuery{Search: text, Order: post.OrderName, Limit: mostHits})
	}, func(hits post.RecipientPage, err error) {
		s.hits, s.sought = hits, err == nil
		s.fault.Show(err)
		s.showHits()
	})
	s.showHits()
}

func (s *Screen) pick(person post.Recipient) {
	s.model.pick(person)
	s.env.Redraw()
}

func (s *Screen) use(c candidate) {
	s.model.unpick()
	s.model.to = c.to
	s.env.Redraw()
}

func (s *Screen) useAddress() {
	to, problem := s.model.address.addressee()
	s.addressed = problem
	if problem == "" {
		s.model.unpick()
		s.model.to = to
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
				s.problem, s.err = s.model.add(file{path: path, facts: facts})
			}
			if s.err == nil && s.problem == "" {
				s.filesAt = lastFile
				s.turnTo(len(s.model.files)-1, 1)
				s.checkFiles()
			}
			if next := s.waiting; len(next) > 0 && s.err == nil {
				s.waiting = next[1:]
				s.takeFile(next[0])
				return
			}
			s.waiting = nil
			s.env.Redraw()
		})
}

// Dropped takes PDFs dropped on the window, one after the other.
func (s *Screen) Dropped(paths []string) {
	if s.reviewing || s.busy != "" || len(paths) == 0 {
		return
	}
	s.waiting = paths[1:]
	s.takeFile(paths[0])
}

// moveFile changes the order of the documents. The one whose pages are shown stays.
func (s *Screen) moveFile(index, by int) {
	s.model.move(index, by)
	switch s.show {
	case index:
		s.show += by
	case index + by:
		s.show -= by
	}
	s.env.Redraw()
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
	options, wrongs := s.model.check(s.env.Now(), s.proof)
	if len(wrongs) > 0 {
		s.openWrong(wrongs)
		s.scrolled = 0
		s.env.Redraw()
		return
	}
	s.busy, s.err = busyPrepare, nil
	s.env.Redraw()
	m := s.model
	m.files = slices.Clone(m.files)
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (plan, error) { return readPlan(ctx, s.ports, m, options) }, func(p plan, err error) {
		s.busy, s.err = "", err
		for path, report := range p.looked.reports {
			s.model.judged(path, report, nil)
		}
		switch {
		case err != nil:
		case p.draft == nil: // a document cannot be printed
			s.open[sectionPaper], s.scrolled = true, 0
		default:
			s.plan, s.reviewing, s.foreignOK = p, true, false
			s.remember(options, p.forgotten)
		}
		s.env.Redraw()
	})
}

// remember keeps the return address for the next letter.
func (s *Screen) remember(options post.Options, err error) {
	switch {
	case options.Paper == nil:
	case err != nil:
		s.env.Toast(s.env.T("letter.return.forgotten"), nil)
	default:
		s.remembered = options.Paper.Return
	}
}

// send stores the letter, starts the clock, and leads to the job. It is not given
// up when the person goes elsewhere meanwhile.
func (s *Screen) send() {
	if s.busy != "" || s.held() {
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
		s.hits, s.show, s.page, s.scrolled, s.filesAt, s.asking = post.RecipientPage{}, 0, 1, 0, 0, lookup{}
		s.open, s.left = map[string]bool{}, map[string]bool{}
		s.model.choices.back = formOf(s.remembered)
		if s.isOpen {
			s.env.Go(parts.PlaceJobs, sent.ID)
		}
	})
}

// View builds the page.
func (s *Screen) View() fyne.CanvasObject {
	s.searcher, s.found, s.column, s.preview, s.printNotes = nil, nil, nil, nil, nil
	s.levels, s.paper, s.unread, s.invite, s.questions = nil, nil, nil, nil, newQuestions()
	s.fault = parts.NewFaultBox(s.env, look.Reading)
	s.fault.Show(s.err)
	if s.reviewing {
		return s.reviewView()
	}
	return s.writeView()
}

func itoa(n int) string { return strconv.Itoa(n) }
