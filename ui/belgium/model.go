package belgium

import (
	"context"
	"strings"
	"time"

	"brevdue/app/number"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// EBox is the checklist and what the program can do of it; *onboarding.EBox has it.
type EBox interface {
	Trajectory(ctx context.Context) (post.EBoxTrajectory, error)
	Do(ctx context.Context, event onboarding.EBoxEvent) (post.EBoxTrajectory, error)
	SetClientID(ctx context.Context, id string) ([]post.EBoxCheck, error)
	Prove(ctx context.Context) (onboarding.EBoxProved, error)
	TakeOver(ctx context.Context, theirs onboarding.EBoxHandOver, overwrite bool) (post.EBoxTrajectory, error)
}

// Ports are what the screen needs. Those that may be nil leave out what needs
// them.
type Ports struct {
	EBox EBox
	// Practice says that nothing here is real: the stand-in takes the place of all
	// environments.
	Practice bool
	// Given gives what the stand-in knows, for practice; nil elsewhere.
	Given func(ctx context.Context) (Given, error)
	// Later is where a person goes who goes on another day; the window fills it in, ""
	// is nowhere.
	Later parts.Place
	// Before is where a person who has begun nothing came from; the window fills it in,
	// "" is nowhere.
	Before parts.Place
	// CheckClientID says what is to be said of a ClientID while it is typed. It may be
	// nil.
	CheckClientID func(id, senderNumber string) []post.EBoxCheck
	// TakeCertificate reads a certificate file and the private key beside it, whose
	// path may be empty, for onboarding.EBox.TakeCertificate. It may be nil.
	TakeCertificate func(ctx context.Context, certificate, key, password string) (onboarding.EBoxLook, error)
	// HasKey reports whether the own key is in the keyring; nil where there can be
	// none.
	HasKey func(ctx context.Context) (bool, error)
	// OpenPage opens an address in the browser of the system. It may be nil.
	OpenPage func(ctx context.Context, address string) error
	// HandOver writes the checklist to a file for a colleague, ReadHandOver looks at
	// such a file. Either may be nil.
	HandOver     func(ctx context.Context, path string) error
	ReadHandOver func(ctx context.Context, path string) (onboarding.EBoxHandOver, error)
	// SavePDF writes the checklist as a PDF in the words given. It may be nil.
	SavePDF func(ctx context.Context, path string, words onboarding.EBoxWords) error
}

// Given is what a person in practice would have been given: the paths of key and
// certificate, the ClientID, and a KBO number.
type Given struct{ Key, Certificate, ClientID, Enterprise string }

// page is what the screen shows.
type page string

const (
	pageRead  page = ""
	pageBegin page = "begin"
	pageAmend page = "amend"
	pageStep  page = "step"
	pageTake  page = "take"
)

// What is under way.
const (
	busyMark = "mark"
	busyFile = "file"
	busyKey  = "key"
	busyTest = "test"
)

// model is the screen's state. It belongs to the thread of the window.
type model struct {
	ports   Ports
	run     *task.Runner
	now     func() time.Time
	changed func()

	page page
	t    post.EBoxTrajectory
	step string
	err  error
	busy string

	// about is what was typed on the first page, noProfile that no profile was chosen;
	// wrong is why the number will not do, a reason of app/number.
	about     post.EBoxTrajectory
	profile   bool
	noProfile bool
	wrong     string

	// What was typed on the page of a step.
	date, note        string
	noDate            bool
	skip, sure        bool
	noted             string
	number, client    string
	look              onboarding.EBoxLook
	looked            bool
	keyPath, certPath string
	passphrase        string
	given             Given
	hasKey            bool
	proved            *onboarding.EBoxProved
	theirs            onboarding.EBoxHandOver
	work, keys        task.Latest
}

func newModel(run *task.Runner, now func() time.Time, ports Ports) *model {
	return &model{ports: ports, run: run, now: now, changed: func() {}}
}

// read reads the trajectory, and goes to a step: the one asked for, the one that
// was open, or the next to be done.
func (m *model) read(wanted string) {
	type answer struct {
		t     post.EBoxTrajectory
		given Given
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (got answer, err error) {
		if got.t, err = m.ports.EBox.Trajectory(ctx); err == nil && m.ports.Given != nil {
			got.given, _ = m.ports.Given(ctx) // a help, and no condition
		}
		return got, err
	}, func(got answer, err error) {
		t := got.t
		m.err, m.given = err, got.given
		switch {
		case err != nil:
		case t.Started.IsZero():
			m.t, m.page = t, pageBegin
			if m.about.Enterprise == "" {
				m.about.Enterprise = m.given.Enterprise
			}
		default:
			m.t = t
			if info(t, wanted).ID != "" {
				m.step = wanted
			} else if m.step == "" {
				m.step = next(t)
			}
			m.open(m.step)
			return
		}
		m.changed()
	})
}

// open shows a step with what was told of it.
func (m *model) open(id string) {
	m.save()
	m.page, m.step, m.err = pageStep, id, nil
	is := told(m.t, id)
	m.note, m.noted = is.Note, is.Note
	m.skip, m.sure, m.noDate = false, is.Confirmed, false
	m.date = ""
	m.number, m.client = m.t.SenderNumber, m.t.ClientID
	if m.client == "" && id == onboarding.StepAccount && is.State != post.EBoxBlocked {
		m.client = m.given.ClientID
	}
	m.look, m.looked, m.proved = onboarding.EBoxLook{}, false, nil
	m.keyPath, m.certPath, m.passphrase = "", "", ""
	if m.t.OwnKey && m.ports.HasKey != nil {
		task.Replace(m.run, &m.keys, m.ports.HasKey, func(has bool, err error) {
			if err == nil && has != m.hasKey {
				m.hasKey = has
				m.changed()
			}
		})
	}
	m.changed()
}

// judge looks at the number as it is typed. A number that is not yet long enough is
// not called wrong.
func (m *model) judge(typed string) (wrong string, whole bool) {
	m.about.Enterprise = typed
	result := number.KBO(bare(typed))
	switch {
	case result.Valid:
		return "", true
	case len(bare(typed)) < enterpriseDigits && result.Reason == number.ReasonLength, bare(typed) == "":
		return "", false
	}
	return result.Reason, false
}

// enterpriseDigits is how long an enterprise number is; older ones lack the leading
// zero.
const enterpriseDigits = 10

// bare takes away what people write around an enterprise number: BE, dots and
// blanks, and gives an old one of nine digits its zero.
func bare(typed string) string {
	text := strings.NewReplacer(" ", "", ".", "", "\u00a0", "").Replace(typed)
	if len(text) >= 2 && strings.EqualFold(text[:2], "BE") {
		text = text[2:]
	}
	if len(text) == enterpriseDigits-1 && number.KBO("0"+text).Valid {
		return "0" + text
	}
	return text
}

// begin starts the trajectory, or keeps what was changed about it.
func (m *model) begin() {
	m.noProfile = !m.profile
	m.wrong = ""
	result := number.KBO(bare(m.about.Enterprise))
	if !result.Valid {
		m.wrong = result.Reason
	}
	if m.noProfile || m.wrong != "" {
		m.changed()
		return
	}
	about := m.about
	about.Enterprise = result.Number
	about.Name = strings.TrimSpace(about.Name)
	if about.Environment == "" {
		about.Environment = post.EBoxProduction
	}
	if m.ports.Practice {
		about.Environment = post.EBoxPractice
	}
	then := ""
	if m.page == pageAmend {
		then = m.step
	}
	m.act(busyMark, m.tell(onboarding.EBoxNamed{Enterprise: about.Enterprise, Name: about.Name},
		onboarding.EBoxProfile{OwnKey: about.OwnKey}, onboarding.EBoxServers{Environment: about.Environment}), func() {
		m.page = pageRead // what was typed here is kept
		if then == "" {
			then = next(m.t)
		}
		m.open(then)
	})
}

// tell makes work of what happened, one after the other.
func (m *model) tell(events ...onboarding.EBoxEvent) func(context.Context) (post.EBoxTrajectory, error) {
	return func(ctx context.Context) (t post.EBoxTrajectory, err error) {
		for _, event := range events {
			if t, err = m.ports.EBox.Do(ctx, event); err != nil {
				return t, err
			}
		}
		return t, nil
	}
}

// amend shows what was told at the beginning, to be changed.
func (m *model) amend() {
	m.save()
	m.about, m.profile, m.wrong, m.noProfile, m.err = m.t, true, "", false, nil
	m.page = pageAmend
	m.changed()
}

// act changes the trajectory beside the window. What it gives is shown also when the
// screen was left meanwhile.
func (m *model) act(what string, do func(context.Context) (post.EBoxTrajectory, error), done func()) {
	if m.busy != "" {
		return
	}
	m.busy, m.err = what, nil
	m.changed()
	task.Run(m.run, do, func(t post.EBoxTrajectory, err error) {
		m.busy, m.err = "", err
		if err == nil {
			m.t = t
			if done != nil {
				done()
				return
			}
		}
		m.changed()
	})
}

// day reads the date that was typed, today where nothing was.
func (m *model) day() (time.Time, bool) {
	if strings.TrimSpace(m.date) == "" {
		return m.now(), true
	}
	day, ok := parts.ReadDay(m.date)
	return day, ok && !day.After(m.now())
}

// may reports whether a step can be marked as it is.
func (m *model) may(state post.EBoxStepState) bool {
	is := info(m.t, m.step)
	if m.busy != "" || told(m.t, m.step).State == post.EBoxBlocked || is.Unneeded {
		return false
	}
	return state != post.EBoxDone || !is.Proved && (!is.Irreversible || m.sure)
}

// mark tells how far the step is, and keeps what was typed in its field. After one
// that is over the next one to be done is shown.
func (m *model) mark(state post.EBoxStepState) {
	day, ok := m.day()
	if !ok {
		m.noDate = true
		m.changed()
		return
	}
	id, note := m.step, strings.TrimSpace(m.note)
	events := []onboarding.EBoxEvent{}
	if id == onboarding.StepSender && m.number != m.t.SenderNumber && state != post.EBoxOpen {
		events = append(events, onboarding.EBoxSenderNumber{Number: m.number})
	}
	if m.note != m.noted {
		events = append(events, onboarding.EBoxNote{Step: id, Note: note})
	}
	switch state {
	case post.EBoxDone:
		events = append(events, onboarding.EBoxMarked{Step: id, Date: day, Confirmed: m.sure})
	case post.EBoxSkipped:
		events = append(events, onboarding.EBoxSkip{Step: id, Date: day})
	case post.EBoxWaiting:
		events = append(events, onboarding.EBoxAsked{Step: id, Date: day})
	default:
		events = append(events, onboarding.EBoxReopen{Step: id})
	}
	do := m.tell(events...)
	if id == onboarding.StepAccount && m.client != m.t.ClientID && state != post.EBoxOpen {
		do = m.withClientID(do)
	}
	m.act(busyMark, do, func() {
		m.noted = m.note
		if over(state) {
			id = next(m.t)
		}
		m.open(id)
	})
}
