package options

import (
	"context"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// features are what an agreement may hold that changes what can be sent, in the
// order in which they are shown.
var features = []string{post.FeatureDigipost, post.FeaturePaper, post.FeatureDirectPaper, post.FeatureBatchSplit, post.FeatureBatchMailing, post.FeatureNoKID}

// Digipost takes a clock that is up to five minutes wrong; one that is off by
// worthAWord will be soon.
const (
	worthAWord = 30 * time.Second
	tooFarOff  = 5 * time.Minute
)

// test checks what sending needs, line by line, and asks for the agreement. What
// went wrong stands in its line, so that it is not said twice.
func (s *Screen) test() {
	if s.busy != "" {
		return
	}
	s.tab, s.proof, s.lines = tabTest, nil, nil
	s.round++
	round, ports, run := s.round, s.ports, s.env.Run
	act(s, busyTest, func(ctx context.Context) (*post.Proof, error) { return examine(ctx, ports, run, s.taker(round)) },
		func(proof *post.Proof) { s.proof = proof })
}

// taker gives the function that takes a line on the window's thread, as long as
// nobody has left or begun anew.
func (s *Screen) taker(round int) func(DoctorLine) {
	return func(line DoctorLine) {
		if s.round != round || !s.isOpen {
			return
		}
		if line.At.IsZero() {
			line.At = s.env.Now()
		}
		s.lines = append(s.lines, line)
		s.env.Redraw()
	}
}

// examine runs beside the window.
func examine(ctx context.Context, ports Ports, run *task.Runner, take func(DoctorLine)) (*post.Proof, error) {
	failed := false
	if ports.Doctor != nil {
		told := make(chan bool, 1) // any check that failed; the doctor may tell from several threads
		err := ports.Doctor(ctx, func(line DoctorLine) {
			if !line.OK {
				select {
				case told <- true:
				default:
				}
			}
			run.Deliver(func() { take(line) })
		})
		if err != nil {
			return nil, err
		}
		failed = len(told) > 0
	}
	proof, err := ports.Sender.Prove(ctx)
	switch {
	case err != nil && failed:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &proof, nil
}

// connection is the test with its lines, and what the agreement gives.
func (s *Screen) connection() []fyne.CanvasObject {
	env := s.env
	text := env.T("options.test")
	if s.busy == busyTest {
		text = env.T("options.testing")
	}
	test := []fyne.CanvasObject{look.QuietText(env.T("options.test.lead")).Wrap(look.Reading),
		parts.Left(parts.Quiet("options.test", text, s.test).Icon(look.IconRefresh).Off(s.busy != "" || s.state.sender.SenderID == 0))}
	if s.state.sender.SenderID == 0 {
		test = append(test, look.Body(env.T("options.sender.none")))
	}
	if n := failures(s.lines); n > 0 && s.busy != busyTest {
		test = append(test, parts.WithID("options.failures", parts.Note(parts.ToneCare, env.Words.Count("options.test.failed", n), look.Reading)))
	} else if s.proof != nil {
		test = append(test, parts.WithID("options.proof", parts.Note(parts.ToneGood,
			env.T("options.test.good", "id", strconv.FormatInt(s.proof.SenderID, 10)), look.Reading)))
	}
	if len(s.lines) > 0 || s.busy == busyTest && s.ports.Doctor != nil {
		test = append(test, parts.Card(s.checks()))
	}
	groups := []fyne.CanvasObject{s.group("options.connection", test...)}
	if s.proof != nil {
		groups = append(groups, s.group("options.agreement", parts.Card(s.agreement(*s.proof))))
		if !slices.ContainsFunc(s.lines, func(line DoctorLine) bool { return line.Name == "clock" }) {
			groups = append(groups, s.group("options.clock", s.clock(s.proof.ClockSkew)))
		}
	}
	return groups
}

// failures is how many checks did not pass.
func failures(lines []DoctorLine) int {
	n := 0
	for _, line := range lines {
		if !line.OK {
			n++
		}
	}
	return n
}

// checks are the lines so far, and that more are to come.
func (s *Screen) checks() fyne.CanvasObject {
	const clock, icon = 64, 20 + 12
	width := float32(parts.CardText - clock - look.Apart - icon)
	var rows []fyne.CanvasObject
	row := func(shape look.IconName, color fyne.ThemeColorName, at time.Time, texts ...fyne.CanvasObject) fyne.CanvasObject {
		said := ""
		if !at.IsZero() {
			said = at.Local().Format("15:04")
		}
		return parts.RowTop(12, parts.Stack(0, look.NewIcon(shape, color)), parts.Fill(parts.Stack(look.Tight, texts...)),
			parts.Width(clock, parts.Stack(0, look.QuietText(said).Align(fyne.TextAlignTrailing))))
	}
	for _, line := range s.lines {
		shape, color := look.IconTick, look.Good
		if !line.OK {
			shape, color = look.IconCross, look.Stop
		}
		texts := []fyne.CanvasObject{look.Strong(s.checkName(line)).Wrap(width)}
		what, next := s.found(line)
		if what != "" {
			texts = append(texts, look.QuietText(what).Wrap(width))
		}
		if next != "" {
			texts = append(texts, look.Body(next).Wrap(width))
		}
		rows = append(rows, parts.WithID("options.check."+line.Name, row(shape, color, line.At, texts...)))
	}
	if s.busy == busyTest {
		rows = append(rows, row(look.IconClock, look.QuietInk, time.Time{}, look.QuietText(s.env.T("options.checking"))))
	}
	return parts.Stack(look.Apart, rows...)
}

func (s *Screen) checkName(line DoctorLine) string {
	if key := "doctor.name." + line.Name; s.env.Words.Has(key) {
		return s.env.T(key)
	}
	return line.Name
}

// found is what a check found and what to do.
func (s *Screen) found(line DoctorLine) (detail, next string) {
	if line.Say != nil {
		return line.Say(s.env.Words)
	}
	return line.Detail, line.Next
}

// agreement says what the agreement gives, and what it does not.
func (s *Screen) agreement(proof post.Proof) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, feature := range features {
		key, shape, color, ink := "options.feature."+feature, look.IconTick, look.Good, look.Ink
		if !proof.Has(feature) {
			key, shape, color, ink = "options.feature.not."+feature, look.IconCross, look.QuietInk, look.QuietInk
		}
		text := look.NewText(s.env.T(key), look.Style{Size: look.SizeBody, Color: ink}).Wrap(parts.CardText - 32)
		rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(shape, color)), text))
	}
	return parts.Stack(12, rows...)
}

// clock compares this machine's clock with Digipost's.
func (s *Screen) clock(skew time.Duration) fyne.CanvasObject {
	tone, key := clockWords(skew)
	off := max(skew, -skew)
	said := s.env.Words.Count("options.clock.seconds", int(off.Seconds()))
	if off >= 2*time.Minute {
		said = s.env.Words.Count("options.clock.minutes", int(off.Round(time.Minute).Minutes()))
	}
	return parts.Note(tone, s.env.T(key, "time", said), look.Reading)
}

// clockWords tells how wrong the clock is; skew is how far it is ahead.
func clockWords(skew time.Duration) (parts.Tone, string) {
	off, key := max(skew, -skew), "options.clock.fast"
	if skew < 0 {
		key = "options.clock.slow"
	}
	switch {
	case off < worthAWord:
		return parts.ToneGood, "options.clock.right"
	case off < tooFarOff:
		return parts.ToneCare, key
	}
	return parts.ToneStop, key
}
