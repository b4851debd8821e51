package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

type checklistJSON struct {
	Enterprise   string               `json:"enterprise"`
	Name         string               `json:"name"`
	Profile      string               `json:"profile"`
	Environment  string               `json:"environment"`
	SenderNumber string               `json:"sender_number"`
	ClientID     string               `json:"client_id"`
	Certificate  *eboxCertificateJSON `json:"certificate"`
	Done         int                  `json:"done"`
	All          int                  `json:"all"`
	Next         string               `json:"next"`
	Steps        []stepJSON           `json:"steps"`
	Checks       []eboxCheckJSON      `json:"checks"`
	// Files were written; Differences are those of a file that was taken over.
	Files       []string         `json:"files,omitempty"`
	Differences []differenceJSON `json:"differences,omitempty"`
}

// stepJSON is a step. Who says in words who does it, Roles in codes; Needs are
// the steps that must be done before.
type stepJSON struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Who          string   `json:"who"`
	Roles        []string `json:"roles"`
	State        string   `json:"state"`
	Date         string   `json:"date"`
	Note         string   `json:"note"`
	Where        string   `json:"where"`
	Needs        []string `json:"needs"`
	Irreversible bool     `json:"irreversible"`
	// Remind says that a waiting step has been waited for long enough.
	Remind bool `json:"remind"`
}

type differenceJSON struct {
	Step  string `json:"step"`
	Field string `json:"field"`
	Here  string `json:"here"`
	There string `json:"there"`
}

// eboxChecklist takes the checklist a step further, hands it over, and shows it.
func eboxChecklist(ctx context.Context, s *session, _ []string) error {
	events, err := s.eboxEvents()
	if err != nil {
		return err
	}
	return s.withEBox(ctx, func(b Belgium) error {
		differences, err := s.takeOver(ctx, b)
		if err != nil {
			return err
		}
		if err := s.tellEBox(ctx, b, events); err != nil {
			return err
		}
		files, err := s.handOut(ctx, b)
		if err != nil {
			return err
		}
		t, err := b.EBox.Trajectory(ctx)
		if err != nil {
			return err
		}
		checks, err := b.EBox.ClientIDChecks(ctx)
		if err != nil {
			return err
		}
		result := s.checklist(t)
		result.Files, result.Differences, result.Checks = files, differences, s.eboxChecks(checks)
		s.emit(result, func(w io.Writer) { s.checklistText(w, t, result) })
		return nil
	})
}

// eboxEvents are what the flags say that happened, in an order that makes sense.
func (s *session) eboxEvents() ([]onboarding.EBoxEvent, error) {
	f := s.flags
	var events []onboarding.EBoxEvent
	if s.has("profile-b") {
		events = append(events, onboarding.EBoxProfile{OwnKey: f.ownKey})
	}
	if s.has("ebox-environment") {
		known := []string{string(post.EBoxProduction), string(post.EBoxAcceptance), string(post.EBoxSimulation), string(post.EBoxPractice)}
		if !slices.Contains(known, f.eboxEnvironment) {
			return nil, usage("bad_value", "flag", "ebox-environment")
		}
		events = append(events, onboarding.EBoxServers{Environment: post.EBoxEnvironment(f.eboxEnvironment)})
	}
	if s.has("sender-number") {
		events = append(events, onboarding.EBoxSenderNumber{Number: f.senderNumber})
	}
	step, err := s.eboxStep()
	if err != nil {
		return nil, err
	}
	if step != nil {
		events = append(events, step)
	}
	return events, nil
}

// eboxStep is what the flags say of one step; nil is nothing.
func (s *session) eboxStep() (onboarding.EBoxEvent, error) {
	f := s.flags
	date, err := s.eboxDate()
	if err != nil {
		return nil, err
	}
	id := func(text string) string { return strings.ToUpper(strings.TrimSpace(text)) }
	var told []onboarding.EBoxEvent
	if f.done != "" {
		told = append(told, onboarding.EBoxMarked{Step: id(f.done), Date: date, Note: f.note, Confirmed: f.confirm})
	}
	if f.asked != "" {
		told = append(told, onboarding.EBoxAsked{Step: id(f.asked), Date: date, Note: f.note})
	}
	if f.skip != "" {
		told = append(told, onboarding.EBoxSkip{Step: id(f.skip), Date: date, Reason: f.note})
	}
	if f.reopen != "" {
		told = append(told, onboarding.EBoxReopen{Step: id(f.reopen)})
	}
	if f.step != "" {
		told = append(told, onboarding.EBoxNote{Step: id(f.step), Note: f.note})
	}
	switch {
	case len(told) > 1:
		return nil, usage("one_step")
	case len(told) == 1:
		return told[0], nil
	case s.has("note"):
		return nil, usage("needs_flag", "flag", "note", "other", "step")
	case s.has("date"):
		return nil, usage("needs_flag", "flag", "date", "other", "done")
	}
	return nil, nil
}

func (s *session) eboxDate() (time.Time, error) {
	if s.flags.date == "" {
		return time.Time{}, nil
	}
	date, err := time.ParseInLocation(time.DateOnly, s.flags.date, time.Local)
	if err != nil {
		return date, usage("bad_date", "flag", "date")
	}
	return date, nil
}

// tellEBox takes the events, and name and number beside those that stand there.
func (s *session) tellEBox(ctx context.Context, b Belgium, events []onboarding.EBoxEvent) error {
	t, err := b.EBox.Trajectory(ctx)
	if err != nil {
		return err
	}
	if s.has("profile-b") && !s.flags.ownKey && t.OwnKey && t.Certificate.SHA256 != "" {
		if err := s.approve(ctx, s.get("ask.ebox_drop_key")); err != nil {
			return err
		}
	}
	if s.has("enterprise") || s.has("name") {
		named := onboarding.EBoxNamed{Enterprise: t.Enterprise, Name: t.Name}
		if s.has("enterprise") {
			named.Enterprise = s.flags.enterprise
		}
		if s.has("name") {
			named.Name = s.flags.name
		}
		events = append([]onboarding.EBoxEvent{named}, events...)
	}
	for _, event := range events {
		if _, err := b.EBox.Do(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// takeOver takes a colleague's checklist. Where it would replace something else,
// a person is shown what, and asked.
func (s *session) takeOver(ctx context.Context, b Belgium) ([]differenceJSON, error) {
	path := s.flags.handOver
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fileFault(path, err)
	}
	defer file.Close()
	h, err := b.EBox.ReadHandOver(ctx, file, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	var differences []differenceJSON
	for _, d := range h.Differences {
		differences = append(differences, differenceJSON(d))
		s.tell(strings.TrimSpace(d.Step+" "+s.texts.Get("ebox.field."+d.Field)) + ": " + orElse(d.Here, s.get("none")) + " → " + orElse(d.There, s.get("none")))
	}
	if h.Begun && len(differences) > 0 {
		if err := s.approve(ctx, s.get("ask.ebox_take_over", "file", filepath.Base(path))); err != nil {
			return nil, err
		}
	}
	if h.DropsKey {
		if err := s.approve(ctx, s.get("ask.ebox_drop_key")); err != nil {
			return nil, err
		}
	}
	if _, err := b.EBox.TakeOver(ctx, h, s.flags.overwrite); err != nil {
		return nil, err
	}
	s.note("ebox.taken_over", "file", filepath.Base(path))
	return differences, nil
}

// handOut writes the checklist for a colleague and on paper.
func (s *session) handOut(ctx context.Context, b Belgium) ([]string, error) {
	var files []string
	for _, out := range []struct {
		path string
		make func() ([]byte, error)
	}{
		{s.flags.export, func() ([]byte, error) { return b.EBox.Export(ctx) }},
		{s.flags.pdf, func() ([]byte, error) { return b.EBox.PDF(ctx, s.texts) }},
	} {
		if out.path == "" {
			continue
		}
		content, err := out.make()
		if err != nil {
			return nil, err
		}
		if err := b.SaveFile(content, out.path); err != nil {
			return nil, err
		}
		files = append(files, out.path)
	}
	return files, nil
}

// checklist is the trajectory in JSON.
func (s *session) checklist(t post.EBoxTrajectory) checklistJSON {
	result := checklistJSON{Enterprise: t.Enterprise, Name: t.Name, Profile: eboxProfile(t.OwnKey), Environment: string(t.Environment),
		SenderNumber: t.SenderNumber, ClientID: t.ClientID, Certificate: eboxCertificate(t.Certificate, s.now())}
	result.Done, result.All = onboarding.EBoxProgress(t)
	result.Next, _ = onboarding.EBoxNext(t)
	remind := map[string]bool{}
	for _, r := range onboarding.EBoxReminders(t, s.now()) {
		remind[r.Step] = r.Due
	}
	for i, info := range onboarding.EBoxSteps(t.OwnKey) {
		step := t.Steps[i]
		line := stepJSON{ID: info.ID, Title: s.texts.Get(info.Words + ".title"), Who: onboarding.EBoxRoles(info, s.texts), State: string(step.State),
			Date: isoDate(step.Date), Note: step.Note, Where: info.URL, Irreversible: info.Irreversible, Remind: remind[info.ID],
			Roles: []string{}, Needs: append([]string{}, info.Needs...)}
		for _, role := range info.Who {
			line.Roles = append(line.Roles, string(role))
		}
		result.Steps = append(result.Steps, line)
	}
	return result
}

// isoDate is a date in JSON, "" for none.
func isoDate(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(time.DateOnly)
}

func eboxProfile(ownKey bool) string {
	if ownKey {
		return "b"
	}
	return "a"
}

func (s *session) checklistText(w io.Writer, t post.EBoxTrajectory, result checklistJSON) {
	s.line(w, "name", t.Name)
	s.line(w, "enterprise", t.Enterprise)
	s.line(w, "key_holder", s.texts.Get("ebox.profile."+result.Profile))
	s.line(w, "environment", s.texts.Get("ebox.environment."+result.Environment))
	s.line(w, "sender_number", t.SenderNumber)
	s.line(w, "client_id", t.ClientID)
	if c := result.Certificate; c != nil {
		s.eboxLine(w, "not_after", s.texts.Date(t.Certificate.NotAfter))
		s.eboxLine(w, "fingerprint", c.SHA256)
	}
	fmt.Fprintln(w)
	heads := make([]string, 0, 5)
	for _, key := range []string{"ebox.label.step", "command.label.title", "ebox.label.who", "ebox.label.state", "ebox.label.note"} {
		heads = append(heads, s.texts.Get(key))
	}
	row(w, heads...)
	for i, step := range t.Steps {
		row(w, step.ID, result.Steps[i].Title, result.Steps[i].Who, onboarding.EBoxStateText(step, s.texts), step.Note)
	}
	fmt.Fprintf(w, "\n%s\n", s.texts.Get("ebox.progress", "done", strconv.Itoa(result.Done), "all", strconv.Itoa(result.All)))
	if info, found := onboarding.EBoxStepByID(t.OwnKey, result.Next); found {
		fmt.Fprintln(w, s.get("ebox.next", "step", info.ID, "title", s.texts.Get(info.Words+".title")))
	}
	for _, r := range onboarding.EBoxReminders(t, s.now()) {
		if r.Due {
			fmt.Fprintln(w, s.get("ebox.remind", "step", r.Step, "date", s.texts.Date(r.Since)))
		}
	}
	s.checksText(w, result.Checks)
	for _, file := range result.Files {
		fmt.Fprintln(w, s.get("ebox.written", "file", file))
	}
}

// eboxLine is line with a label of the checklist.
func (s *session) eboxLine(w io.Writer, key, value string) {
	if value != "" {
		row(w, s.texts.Get("ebox.label."+key), value)
	}
}
