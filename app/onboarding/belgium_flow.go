package onboarding

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"brevdue/app/number"
	"brevdue/app/post"
)

// EBoxEvent is something that happened on the way to the e-Box: one of the types
// below.
type EBoxEvent interface{ ebox() }

type (
	// EBoxNamed says whose trajectory it is. Enterprise is a KBO number in any of its
	// forms, or empty; Name what the person calls it.
	EBoxNamed struct{ Enterprise, Name string }
	// EBoxProfile chooses who holds the private key: this enterprise (profile B), or
	// Team DigiPost. An own key that was there goes, from the keyring too.
	EBoxProfile struct{ OwnKey bool }
	// EBoxServers chooses the environment.
	EBoxServers struct{ Environment post.EBoxEnvironment }
	// EBoxAsked says that somebody was asked to do a step, on Date or now.
	EBoxAsked struct {
		Step, Note string
		Date       time.Time
	}
	// EBoxMarked says that a step is done, on Date or now. What cannot be undone
	// wants Confirmed. An empty Note keeps the one there is.
	EBoxMarked struct {
		Step, Note string
		Date       time.Time
		Confirmed  bool
	}
	// EBoxSkip says that what a step gives is there already. An empty Reason keeps
	// the note there is.
	EBoxSkip struct {
		Step, Reason string
		Date         time.Time
	}
	// EBoxReopen takes a step back, and with it those that lean on it.
	EBoxReopen struct{ Step string }
	// EBoxNote replaces a step's note.
	EBoxNote struct{ Step, Note string }
	// EBoxPutOff says that the reminder of a waiting step was seen.
	EBoxPutOff struct{ Step string }
	// EBoxCertified brings the facts of a certificate that passed its checks. Another
	// one than before must go to ChaMan again.
	EBoxCertified struct{ Certificate post.EBoxCertificate }
	// EBoxSenderNumber brings ChaMan's verzendernummer, or takes it away.
	EBoxSenderNumber struct{ Number string }
	// EBoxClientID brings the ClientID of the REST account, or takes it away.
	EBoxClientID struct{ ID string }
	// EBoxProof is what the program proved itself with an own key: a token came, the
	// providers answered, a list was read. What came before is done, then, too.
	EBoxProof struct{ Token, Connected, Listed bool }
)

func (EBoxNamed) ebox()        {}
func (EBoxProfile) ebox()      {}
func (EBoxServers) ebox()      {}
func (EBoxAsked) ebox()        {}
func (EBoxMarked) ebox()       {}
func (EBoxSkip) ebox()         {}
func (EBoxReopen) ebox()       {}
func (EBoxNote) ebox()         {}
func (EBoxPutOff) ebox()       {}
func (EBoxCertified) ebox()    {}
func (EBoxSenderNumber) ebox() {}
func (EBoxClientID) ebox()     {}
func (EBoxProof) ebox()        {}

// Bounds of what a person writes, in characters.
const (
	mostNote     = 4000
	mostName     = 200
	mostClientID = 200
	mostSender   = 20
)

// firstYear is before there was an e-Box: an earlier date is a slip.
const firstYear = 2000

var errUnknownEvent = errors.New("an event of the e-Box trajectory that nobody knows")

// EBoxApply gives the trajectory as it is after an event. On an error it is as it
// was. Its faults are step_unknown, step_blocked, step_confirm, step_proved,
// step_needed, date_ahead, note_too_long, enterprise_invalid and
// client_id_invalid.
func EBoxApply(t post.EBoxTrajectory, event EBoxEvent, at time.Time) (post.EBoxTrajectory, error) {
	after := EBoxSettle(t)
	if err := apply(&after, event, at); err != nil {
		return t, err
	}
	if after.Started.IsZero() {
		after.Started = at
	}
	after.Changed = at
	return EBoxSettle(after), nil
}

func apply(t *post.EBoxTrajectory, event EBoxEvent, at time.Time) error {
	switch e := event.(type) {
	case EBoxNamed:
		return named(t, e)
	case EBoxProfile:
		changeProfile(t, e.OwnKey)
	case EBoxServers:
		t.Environment = e.Environment
	case EBoxAsked:
		return told(t, tale{step: e.Step, state: post.EBoxWaiting, note: e.Note, date: e.Date}, at)
	case EBoxMarked:
		return told(t, tale{step: e.Step, state: post.EBoxDone, note: e.Note, date: e.Date, confirmed: e.Confirmed}, at)
	case EBoxSkip:
		return told(t, tale{step: e.Step, state: post.EBoxSkipped, note: e.Reason, date: e.Date}, at)
	case EBoxReopen:
		return takeBack(t, e.Step)
	case EBoxNote:
		return note(t, e)
	case EBoxPutOff:
		step, _, err := known(t, e.Step)
		if err == nil {
			step.Reminded = at
		}
		return err
	case EBoxCertified:
		certified(t, e.Certificate, at)
	case EBoxSenderNumber:
		return senderNumber(t, e.Number)
	case EBoxClientID:
		return clientID(t, e.ID)
	case EBoxProof:
		proved(t, e, at)
	default:
		return errUnknownEvent
	}
	return nil
}

// known gives a step and what it is.
func known(t *post.EBoxTrajectory, id string) (*post.EBoxStep, EBoxStepInfo, error) {
	info, found := EBoxStepByID(t.OwnKey, id)
	if !found {
		return nil, info, post.NewFault(post.CodeStepUnknown, nil, "step", id)
	}
	return stepOf(t, id), info, nil
}

// tale is what a person tells of one step.
type tale struct {
	step      string
	state     post.EBoxStepState
	note      string
	date      time.Time
	confirmed bool
}

// told takes what a person tells of a step.
func told(t *post.EBoxTrajectory, news tale, at time.Time) error {
	step, info, err := known(t, news.step)
	if err != nil {
		return err
	}
	if missing := EBoxMissing(*t, news.step); len(missing) > 0 {
		return post.NewFault(post.CodeStepBlocked, nil, "step", news.step, "needs", strings.Join(missing, ", "))
	}
	confirmed := step.Confirmed || news.confirmed
	switch {
	case info.Unneeded:
		return nil // falls away whatever is told
	case info.Proved:
		return post.NewFault(post.CodeStepProved, nil, "step", news.step)
	case news.state == post.EBoxSkipped && !info.MaySkip:
		return post.NewFault(post.CodeStepNeeded, nil, "step", news.step)
	case news.state == post.EBoxDone && info.Irreversible && !confirmed:
		return post.NewFault(post.CodeStepConfirm, nil, "step", news.step)
	}
	date, err := dayOf(news.date, at)
	if err != nil {
		return err
	}
	if news.note != "" {
		if err := note(t, EBoxNote{news.step, news.note}); err != nil {
			return err
		}
	}
	if news.state == post.EBoxWaiting && fulfilled(*step) {
		reopen(t, news.step) // asked for again, it is not done
	}
	step.State, step.Date, step.Reminded = news.state, date, time.Time{}
	step.Confirmed = news.state == post.EBoxDone && info.Irreversible && confirmed
	return nil
}

// dayOf is when something was done: now where nobody says, and never ahead. A
// whole day that is today is fine at any hour.
func dayOf(date, at time.Time) (time.Time, error) {
	if date.IsZero() {
		return at, nil
	}
	if date.Year() < firstYear {
		return date, post.NewFault(post.CodeDateInvalid, nil)
	}
	y, m, d := at.In(date.Location()).Date()
	if !date.Before(time.Date(y, m, d+1, 0, 0, 0, 0, date.Location())) {
		return date, post.NewFault(post.CodeDateAhead, nil, "date", date.Format("02.01.2006"))
	}
	return date, nil
}

func note(t *post.EBoxTrajectory, e EBoxNote) error {
	step, _, err := known(t, e.Step)
	if err != nil {
		return err
	}
	text := cleanText(e.Note)
	if count := utf8.RuneCountInString(text); count > mostNote {
		return post.NewFault(post.CodeNoteTooLong, nil, "count", strconv.Itoa(count), "limit", strconv.Itoa(mostNote))
	}
	step.Note = text
	return nil
}

// cleanText takes out what no person writes: control characters but line breaks
// and tabs, and bytes that are no text.
func cleanText(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

func named(t *post.EBoxTrajectory, e EBoxNamed) error {
	enterprise := ""
	if strings.TrimSpace(e.Enterprise) != "" {
		result := number.KBO(e.Enterprise)
		if !result.Valid {
			return post.NewFault(post.CodeEnterpriseInvalid, nil, "reason", result.Reason)
		}
		enterprise = result.Number
	}
	name := strings.Join(strings.Fields(cleanText(e.Name)), " ")
	if count := utf8.RuneCountInString(name); count > mostName {
		return post.NewFault(post.CodeNoteTooLong, nil, "count", strconv.Itoa(count), "limit", strconv.Itoa(mostName))
	}
	t.Enterprise, t.Name = enterprise, name
	return nil
}

// changeProfile takes back the certificate, which is another's then, and with it
// all that leans on it.
func changeProfile(t *post.EBoxTrajectory, ownKey bool) {
	if t.OwnKey == ownKey {
		return
	}
	reopen(t, StepCert)
	t.OwnKey, t.Certificate = ownKey, post.EBoxCertificate{}
}

// certified takes a certificate's facts. With an own key that is all of the step.
func certified(t *post.EBoxTrajectory, certificate post.EBoxCertificate, at time.Time) {
	changed := t.Certificate.SHA256 != "" && t.Certificate.SHA256 != certificate.SHA256
	t.Certificate = certificate
	if changed {
		reopen(t, StepAccount)
	}
	step := stepOf(t, StepCert)
	switch {
	case certificate.SHA256 == "" && t.OwnKey:
		reopen(t, StepCert)
	case certificate.SHA256 != "" && t.OwnKey && step.State != post.EBoxDone:
		step.State, step.Date = post.EBoxDone, at
	}
}

func senderNumber(t *post.EBoxTrajectory, text string) error {
	digits := number.Clean(text)
	if len(digits) > mostSender || strings.Trim(digits, "0123456789") != "" {
		return post.NewFault(post.CodeNumberInvalid, nil, "number_kind", "ebox_sender", "reason", number.ReasonNotDigits)
	}
	t.SenderNumber = digits
	return nil
}

func clientID(t *post.EBoxTrajectory, id string) error {
	id = strings.TrimSpace(id)
	strange := strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
	if strange || len(id) > mostClientID {
		return post.NewFault(post.CodeClientIDInvalid, nil, "reason", "form")
	}
	t.ClientID = id
	return nil
}

// takeBack reopens a step that a person did wrongly or that must be done again.
func takeBack(t *post.EBoxTrajectory, id string) error {
	_, info, err := known(t, id)
	if err != nil || info.Unneeded {
		return err
	}
	reopen(t, id)
	return nil
}

// reopen takes a step back, and all that lean on it. Notes stay.
func reopen(t *post.EBoxTrajectory, id string) {
	*t = settled(*t, id)
}

// proved marks what the program has seen for itself, and what must have been done
// for it: a token with the right scope cannot be had before. The person's own
// dates stay.
func proved(t *post.EBoxTrajectory, e EBoxProof, at time.Time) {
	if !t.OwnKey || !e.Token {
		return
	}
	until := StepToken
	if e.Connected {
		until = StepConnected
		if e.Listed {
			until = StepDelivered
		}
	}
	for i := range t.Steps {
		if step := &t.Steps[i]; !fulfilled(*step) {
			step.State, step.Date = post.EBoxDone, at
		}
		if t.Steps[i].ID == until {
			return
		}
	}
}

// EBoxSettle gives the trajectory with all its steps in their order and each in
// the state that follows from the others: blocked, open, or waiting where
// somebody else is to act. It is the same again when applied twice.
func EBoxSettle(t post.EBoxTrajectory) post.EBoxTrajectory { return settled(t, "") }

// settled settles a trajectory in which one step is taken back; "" is none.
func settled(t post.EBoxTrajectory, back string) post.EBoxTrajectory {
	if t.Environment == "" {
		t.Environment = post.EBoxProduction
	}
	given := t.Steps
	t.Steps = make([]post.EBoxStep, 0, len(steps))
	for _, info := range EBoxSteps(t.OwnKey) {
		step := post.EBoxStep{ID: info.ID}
		if at := slices.IndexFunc(given, func(s post.EBoxStep) bool { return s.ID == info.ID }); at >= 0 {
			step = given[at]
		}
		if info.ID == back {
			step = takenBack(step)
		}
		t.Steps = append(t.Steps, settle(t, info, step))
	}
	return t
}

// settle gives a step's state; those before it, which it may need, are settled.
func settle(t post.EBoxTrajectory, info EBoxStepInfo, step post.EBoxStep) post.EBoxStep {
	if info.Unneeded {
		if step.State != post.EBoxDone {
			step = takenBack(step)
			step.State = post.EBoxSkipped
		}
		return step
	}
	if step.State == post.EBoxSkipped && step.Date.IsZero() {
		step = takenBack(step) // fell away in the other profile
	}
	var since time.Time
	for _, need := range info.Needs {
		before := *stepOf(&t, need)
		if !fulfilled(before) {
			step = takenBack(step)
			step.State = post.EBoxBlocked
			return step
		}
		if before.Date.After(since) {
			since = before.Date
		}
	}
	if fulfilled(step) || (step.State == post.EBoxWaiting && !step.Date.IsZero()) {
		return step
	}
	step = takenBack(step)
	step.State = post.EBoxOpen
	if info.Waits && !since.IsZero() {
		step.State, step.Date = post.EBoxWaiting, since
	}
	return step
}

// takenBack is a step of which nothing but the note is left.
func takenBack(step post.EBoxStep) post.EBoxStep { return post.EBoxStep{ID: step.ID, Note: step.Note} }
