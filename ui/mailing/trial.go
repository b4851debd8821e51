package mailing

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// trialLetters is how many letters are tried: the first, the last and the longest.
const trialLetters = 3

// trial is the letters to oneself before the rest.
type trial struct {
	// to is where they go, as it is typed; read is true when it was asked what was
	// used last.
	kind  post.TargetKind
	value string
	read  bool
	wrong string // a key of words
	sent  []trialLetter
}

// trialLetter is one that was sent.
type trialLetter struct {
	job string
	// name is whose letter it shows.
	name string
	item post.Item
	// state is the job's.
	state post.JobState
}

// target is where the letters go, or a key of words for what is wrong with it.
func (t trial) target(sender post.Sender, rule number.Rule) (to post.Target, wrong string) {
	value := strings.TrimSpace(t.value)
	if value == "" {
		return to, "mailing.trial.wrong.empty"
	}
	if t.kind == post.ByDigipostAddress {
		if strings.ContainsAny(value, " \t") {
			return to, "mailing.trial.wrong.address"
		}
		return post.Target{Kind: t.kind, Value: value}, ""
	}
	checked := number.BirthNumber(strings.ReplaceAll(value, " ", ""), rule)
	switch {
	case !checked.Valid:
		return to, "mailing.trial.wrong.number"
	case checked.Synthetic() && sender.Environment == post.Production:
		return to, "mailing.trial.wrong.synthetic"
	}
	return post.Target{Kind: post.ByBirthNumber, Value: checked.Number}, ""
}

// sendTrials sends a few letters of a mailing to oneself: real ones, each a job of
// its own.
func sendTrials(ctx context.Context, ports Ports, draft *job.Draft, to post.Target) ([]trialLetter, error) {
	drafts, err := ports.Jobs.Trials(ctx, draft, to, trialLetters)
	if err != nil {
		return nil, err
	}
	var sent []trialLetter
	for _, each := range drafts {
		kept, err := approve(ctx, ports, each, yes{})
		if err != nil {
			return sent, err
		}
		name := ""
		if each.Shows > 0 && each.Shows <= len(draft.Items) {
			name = draft.Items[each.Shows-1].Name
		}
		sent = append(sent, trialLetter{job: kept.ID, name: name, state: kept.State, item: post.Item{Status: post.ItemSending}})
	}
	return sent, nil
}

// followTrials reads how the letters went.
func followTrials(ctx context.Context, ports Ports, sent []trialLetter) ([]trialLetter, error) {
	now := append([]trialLetter(nil), sent...)
	for i := range now {
		followed, err := ports.Jobs.Job(ctx, now[i].job)
		if err != nil {
			return nil, err
		}
		items, err := ports.Jobs.Items(ctx, now[i].job, post.ItemQuery{Limit: 1})
		if err != nil {
			return nil, err
		}
		if now[i].state = followed.State; len(items) > 0 {
			now[i].item = items[0]
		}
	}
	return now, nil
}

// openTrial asks where the letters go.
func (s *Screen) openTrial() {
	if s.model.plan.draft == nil || s.busy != "" {
		return
	}
	s.sub = subTrial
	if t := &s.trial; !t.read {
		t.read, t.kind, t.value = true, post.ByDigipostAddress, s.model.basis.sender.DigipostAddress
		if s.ports.TrialTo != nil {
			task.Replace(s.env.Run, &s.ask, s.ports.TrialTo, func(text string, err error) {
				to, wrong := post.ParseTarget(text)
				if err == nil && wrong == nil && to.Kind == post.ByDigipostAddress {
					s.trial.value = to.Value
				}
				if s.isOpen && s.sub == subTrial {
					s.env.Redraw()
				}
			})
		}
	}
	s.env.Redraw()
}

// sendTrial sends the letters to oneself and follows them. It is not given up when
// the person goes elsewhere meanwhile.
func (s *Screen) sendTrial() {
	t := &s.trial
	draft := s.model.plan.draft
	if s.busy != "" || draft == nil {
		return
	}
	var to post.Target
	if to, t.wrong = t.target(draft.Job.Sender, number.RuleOn(s.env.Now())); t.wrong != "" {
		s.env.Redraw()
		return
	}
	s.busy, s.err, t.sent = busyTrial, nil, nil
	s.env.Redraw()
	task.Run(s.env.Run, func(ctx context.Context) ([]trialLetter, error) {
		sent, err := sendTrials(ctx, s.ports, draft, to)
		if err == nil && s.ports.SetTrialTo != nil && to.Kind == post.ByDigipostAddress { // a number is not kept
			err = s.ports.SetTrialTo(ctx, string(to.Kind)+":"+to.Value)
		}
		return sent, err
	}, func(sent []trialLetter, err error) {
		s.busy, s.err, t.sent = "", err, sent
		if s.isOpen {
			s.env.Redraw()
			s.readTrials()
		}
	})
}

// readTrials reads how the letters went so far.
func (s *Screen) readTrials() {
	sent := s.trial.sent
	if len(sent) == 0 {
		return
	}
	task.Replace(s.env.Run, &s.follow, func(ctx context.Context) ([]trialLetter, error) { return followTrials(ctx, s.ports, sent) },
		func(now []trialLetter, err error) {
			if err != nil || len(now) != len(s.trial.sent) {
				return // the next notice tries again
			}
			s.trial.sent = now
			if s.isOpen && s.sub == subTrial {
				s.env.Redraw()
			}
		})
}

// trialView asks where the letters go, and says how they went.
func (s *Screen) trialView() fyne.CanvasObject {
	env, t, draft := s.env, &s.trial, s.model.plan.draft
	kinds := []parts.Tab{{Key: string(post.ByDigipostAddress), Title: env.T("mailing.trial.address")}, {Key: string(post.ByBirthNumber), Title: env.T("mailing.trial.number")}}
	kind := parts.NewTabs("mailing.trial.kind", kinds, string(t.kind), func(key string) {
		if t.kind != post.TargetKind(key) {
			t.kind, t.value, t.wrong = post.TargetKind(key), "", ""
		}
		env.Redraw()
	})
	field := parts.TextField("mailing.trial.to", env.T("mailing.trial.to."+string(t.kind)), "", 320)
	field.Entry.SetText(t.value)
	field.Entry.OnChanged = func(text string) { t.value = text }
	if t.wrong != "" {
		field.SetError(env.T(t.wrong))
	}
	n := min(trialLetters, draft.Sendable())
	text := env.T("mailing.trial.real")
	tone := parts.ToneCare
	if draft.Job.Sender.Environment == post.Practice {
		text, tone = env.T("mailing.trial.practice"), parts.ToneInfo
	}
	lines := []fyne.CanvasObject{parts.WithID("mailing.trial.warning", parts.Note(tone, text, look.Reading)),
		parts.Facts(120, look.Reading-136, parts.Fact{Label: env.T("mailing.fact.sender"), Value: parts.SenderName(env.Words, draft.Job.Sender)}),
		parts.Stack(6, look.Strong(env.T("mailing.trial.who")), kind.Object), field.Object,
		look.QuietText(env.Words.Count("mailing.trial.which", n)).Wrap(look.Reading)}
	if len(t.sent) > 0 {
		lines = append(lines, s.trialList())
	}
	send := parts.Main("mailing.trial.send", env.Words.Count("mailing.trial.send", n), s.sendTrial).Careful().Off(s.busy != "")
	switch {
	case s.busy == busyTrial:
		send.Set(env.T("mailing.trial.sending"))
	case len(t.sent) > 0: // the next thing is the mailing itself
		send = parts.Main("mailing.trial.done", env.T("mailing.trial.done"), s.back)
	}
	p := parts.Page{Title: env.T("mailing.trial.title"), Lead: env.T("mailing.trial.lead"), Fault: s.fault, Content: parts.Form(lines...), Next: send}
	if len(t.sent) == 0 { // afterwards the main button leads back
		p.Back = parts.Quiet("mailing.back", env.T("mailing.dry.back"), s.back).Icon(look.IconLeft).Off(s.busy != "")
	} else {
		p.Extra = []*parts.Button{parts.Quiet("mailing.trial.again", env.T("mailing.trial.again"), s.sendTrial).Off(s.busy != "")}
	}
	return p.View()
}

// trialList are the letters that were sent, with how each went.
func (s *Screen) trialList() fyne.CanvasObject {
	env := s.env
	var rows []fyne.CanvasObject
	for _, each := range s.trial.sent {
		status := parts.ItemStatus(env.Words, each.item.Status)
		var words fyne.CanvasObject = look.Body(env.T("mailing.trial.letter", "name", each.name)).Clip()
		if each.item.Reason != post.ReasonNone {
			words = parts.Stack(0, words, look.Small(env.Words.Reason(string(each.item.Reason))).Wrap(look.Reading-340))
		}
		rows = append(rows, parts.Row(12, parts.Fill(words), parts.Width(200, status.View()),
			parts.Link("mailing.trial.open."+each.job, env.T("mailing.show"), func() { env.Go(parts.PlaceJobs, each.job) })))
	}
	return parts.Stack(look.Near, look.Strong(env.T("mailing.trial.sent")), parts.WithID("mailing.trial.list", parts.Listed(rows...)))
}
