package options

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// group is a heading with what belongs to it.
func (s *Screen) group(key string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	return parts.Stack(12, append([]fyne.CanvasObject{look.Heading(s.env.T(key))}, objects...)...)
}

// looks are language and colours. Both change at once.
func (s *Screen) looks() fyne.CanvasObject {
	env := s.env
	var languages []parts.Tab
	for _, each := range env.Words.Languages() {
		languages = append(languages, parts.Tab{Key: each.Code, Title: each.Name})
	}
	language := parts.NewTabs("options.language", languages, env.Words.Code(), env.SetLanguage)
	var modes []parts.Tab
	for _, mode := range []look.Mode{look.System, look.Light, look.Dark} {
		modes = append(modes, parts.Tab{Key: string(mode), Title: env.T("options.mode." + string(mode))})
	}
	now := env.Mode()
	if now == "" {
		now = look.System
	}
	colours := parts.NewTabs("options.mode", modes, string(now), func(key string) { env.SetMode(look.Mode(key)) })
	return parts.Stack(look.Group, parts.Stack(6, look.Strong(env.T("options.language")), language.Object),
		parts.Stack(6, look.Strong(env.T("options.mode")), colours.Object))
}

// sending is how long letters can be stopped.
func (s *Screen) sending() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{look.QuietText(env.T("options.cooling.lead")).Wrap(look.Reading),
		s.cooling(post.KindLetter, s.state.letter), s.cooling(post.KindMailing, s.state.mailing)}
	if s.state.letter == 0 || s.state.mailing == 0 {
		lines = append(lines, parts.Note(parts.ToneCare, env.T("options.cooling.warning"), look.Reading))
	}
	if s.ports.ReturnAddress != nil && s.ports.SetReturnAddress != nil {
		lines = append(lines, s.returnAddress())
	}
	return parts.Stack(look.Group, lines...)
}

func (s *Screen) cooling(kind post.JobKind, now time.Duration) fyne.CanvasObject {
	var all []parts.Tab
	for _, d := range choices(kind, now) {
		all = append(all, parts.Tab{Key: strconv.Itoa(int(d.Seconds())), Title: s.duration(d)})
	}
	row := parts.NewTabs("options.cooling."+string(kind), all, strconv.Itoa(int(now.Seconds())), func(key string) {
		seconds, _ := strconv.Atoi(key) // the keys are written above
		s.setCooling(kind, time.Duration(seconds)*time.Second)
	})
	return parts.Stack(6, look.Strong(s.env.T("options.cooling."+string(kind))), row.Object)
}

// duration writes a time to choose.
func (s *Screen) duration(d time.Duration) string {
	switch {
	case d == 0:
		return s.env.T("options.cooling.none")
	case d%time.Minute != 0:
		return s.env.T("options.cooling.seconds", "seconds", s.env.Words.Number(int(d.Seconds())))
	}
	return s.env.Words.Count("options.cooling.minutes", int(d.Minutes()))
}

const (
	labelWidth = 168
	valueWidth = parts.CardText - labelWidth - look.Apart
)

// keys are who sends and with what.
func (s *Screen) keys() []fyne.CanvasObject {
	env, sender := s.env, s.state.sender
	lines := []fyne.CanvasObject{}
	if sender.SenderID == 0 {
		lines = append(lines, s.group("options.sender", look.Body(env.T("options.sender.none")),
			parts.Left(parts.Quiet("options.connect", env.T("options.sender.connect"), func() { env.Go(parts.PlaceWelcome, "choose") }))))
	} else {
		broker := ""
		if sender.BrokerID != 0 && sender.BrokerID != sender.SenderID {
			broker = strconv.FormatInt(sender.BrokerID, 10)
		}
		lines = append(lines, s.group("options.sender", parts.Card(parts.Facts(labelWidth, valueWidth,
			parts.Fact{Label: env.T("options.sender.name"), Value: sender.Name},
			parts.Fact{Label: env.T("options.sender.id"), Value: strconv.FormatInt(sender.SenderID, 10)},
			parts.Fact{Label: env.T("options.sender.broker"), Value: broker},
			parts.Fact{Label: env.T("options.sender.organisation"), Value: parts.OrganisationName(s.state.certificate, sender.OrganisationNumber)},
			parts.Fact{Label: env.T("options.sender.address"), Value: sender.DigipostAddress}))))
	}
	if s.leftover != "" {
		lines = append(lines, s.left())
	}
	lines = append(lines, s.certificate(), s.sftp())
	if s.ports.HostKey != nil {
		lines = append(lines, s.hostKey())
	}
	if s.state.forgettable() || len(s.forgotten) > 0 {
		lines = append(lines, s.forgetting())
	}
	return lines
}

// hostKey shows the file server's key, to compare and accept.
func (s *Screen) hostKey() fyne.CanvasObject {
	env := s.env
	text := env.T("options.host.check")
	if s.busy == busyHost {
		text = env.T("options.host.checking")
	}
	check := parts.Quiet("options.host.check", text, s.askHost).Off(s.busy != "")
	if s.host == nil {
		return s.group("options.host", parts.Left(check))
	}
	key := *s.host
	pinned := key.Pinned
	if pinned == "" {
		pinned = env.T("options.host.none")
	}
	lines := []fyne.CanvasObject{parts.Card(parts.Facts(labelWidth, valueWidth,
		parts.Fact{Label: env.T("options.host.name"), Value: key.Host},
		parts.Fact{Label: env.T("options.host.pinned"), Value: pinned},
		parts.Fact{Label: env.T("options.host.seen"), Value: key.Fingerprint}))}
	switch key.Pinned {
	case key.Fingerprint:
		lines = append(lines, parts.Note(parts.ToneGood, env.T("options.host.same"), look.Reading), parts.Left(check))
	case "":
		lines = append(lines, parts.Note(parts.ToneCare, env.T("options.host.compare"), look.Reading),
			parts.Row(12, parts.Quiet("options.host.trust", env.T("options.host.trust"), s.trustHost).Careful().Off(s.busy != ""), check))
	default:
		lines = append(lines, parts.Note(parts.ToneStop, env.T("options.host.changed"), look.Reading),
			parts.Row(12, parts.StopButton("options.host.trust", env.T("options.host.trust.changed"), s.askTrust).Careful().Off(s.busy != ""), check))
	}
	return s.group("options.host", lines...)
}

// data is where everything lies, and the way out of practice.
func (s *Screen) data() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{s.group("options.data.folder", parts.CopyLine(env, "options.data.copy", s.ports.DataFolder, look.Reading),
		look.QuietText(env.T("options.data.text")).Wrap(look.Reading))}
	if s.ports.SupportFile != nil {
		lines = append(lines, s.supportFile())
	}
	if s.ports.LeavePractice != nil {
		lines = append(lines, s.group("options.leave", look.QuietText(env.T("options.leave.text")).Wrap(look.Reading),
			parts.Left(parts.Quiet("options.leave", env.T("options.leave"), s.leave).Icon(look.IconUndo))))
	}
	return parts.Stack(look.Edge, lines...)
}

func (s *Screen) leave() {
	env := s.env
	parts.Ask(env, "options.leave", env.T("leave.title"), env.T("leave.text"), env.T("leave.yes"), env.T("leave.no"), s.ports.LeavePractice)
}
