package belgium

import (
	"fyne.io/fyne/v2"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// take shows what a colleague's file would change, before anything is.
func (s *Screen) take(fault *parts.FaultBox) fyne.CanvasObject {
	m, theirs := s.model, s.model.theirs
	p := parts.Page{Title: s.t("take.title"), Lead: s.t("take.lead"), Fault: fault,
		Back: parts.Quiet("belgium.take.no", s.env.T("button.cancel"), m.keepOurs)}
	const label = float32(160)
	content := []fyne.CanvasObject{parts.Card(parts.Facts(label, parts.CardText-label-look.Apart,
		parts.Fact{Label: s.t("name"), Value: theirs.There.Name},
		parts.Fact{Label: s.t("enterprise"), Value: parts.Enterprise(theirs.There.Enterprise)},
		parts.Fact{Label: s.t("profile"), Value: s.profile(theirs.There.OwnKey)},
		parts.Fact{Label: s.t("take.changed"), Value: s.env.Words.Time(theirs.There.Changed)}))}
	if theirs.Begun && len(theirs.Differences) == 0 {
		content = append(content, parts.WithID("belgium.take.same", parts.Note(parts.ToneGood, s.t("take.same"), look.Reading)))
		p.Content = parts.Stack(look.Group, content...)
		return p.View()
	}
	if theirs.Foreign {
		content = append(content, parts.WithID("belgium.take.other", parts.Note(parts.ToneStop, s.t("take.other"), look.Reading)))
	}
	if theirs.Older {
		content = append(content, parts.WithID("belgium.take.older", parts.Note(parts.ToneCare, s.t("take.older"), look.Reading)))
	}
	if theirs.DropsKey {
		content = append(content, parts.WithID("belgium.take.drops_key", parts.Note(parts.ToneStop, s.t("take.drops_key"), look.Reading)))
	}
	if rows := s.differences(theirs.Differences); len(rows) > 0 {
		content = append(content, look.Heading(s.env.Words.Count("belgium.take.differences", len(rows))), parts.WithID("belgium.take.list", parts.Listed(rows...)))
	}
	p.Next = parts.Main("belgium.take", s.t("take"), m.takeHandOver).Off(m.busy != "")
	p.Content = parts.Stack(look.Group, content...)
	return p.View()
}

// differences are one row for each thing that would change, with what is now and
// what would be. State and date of a step go together.
func (s *Screen) differences(found []onboarding.EBoxDifference) []fyne.CanvasObject {
	const width = look.Reading - 4*look.Near
	var rows []fyne.CanvasObject
	for _, d := range found {
		if d.Field == "date" && s.stateDiffers(found, d.Step) {
			continue
		}
		rows = append(rows, parts.Inset(look.Near, look.Near, look.Near, look.Near, parts.Stack(2, look.Strong(s.differs(d)).Wrap(width),
			look.QuietText(s.t("take.from", "from", s.value(d, d.Here, s.model.theirs.Here))).Wrap(width),
			look.Body(s.t("take.to", "to", s.value(d, d.There, s.model.theirs.There))).Wrap(width))))
	}
	return rows
}

func (s *Screen) stateDiffers(found []onboarding.EBoxDifference, step string) bool {
	for _, d := range found {
		if d.Step == step && d.Field == "state" {
			return true
		}
	}
	return false
}

// differs names what differs.
func (s *Screen) differs(d onboarding.EBoxDifference) string {
	switch {
	case d.Step != "" && d.Field == "note":
		return s.t("take.note", "step", d.Step)
	case d.Step != "":
		return d.Step + "  " + s.title(d.Step)
	}
	return s.t("take." + d.Field)
}

// value says one side of a difference in words.
func (s *Screen) value(d onboarding.EBoxDifference, value string, of post.EBoxTrajectory) string {
	switch d.Field {
	case "state", "date":
		is := told(of, d.Step)
		word := s.t("state." + string(is.State))
		if is.Date.IsZero() || is.State == post.EBoxOpen || is.State == post.EBoxBlocked {
			return word
		}
		return s.t("state.at", "state", word, "date", s.env.Words.Date(is.Date))
	case "enterprise":
		value = parts.Enterprise(value)
	case "profile":
		if of.Started.IsZero() {
			value = ""
		} else {
			value = s.profile(of.OwnKey)
		}
	case "certificate": // its fingerprint says nothing to people
		if c := of.Certificate; !c.NotAfter.IsZero() {
			value = s.t("take.until", "date", s.env.Words.Date(c.NotAfter), "fingerprint", short(c.SHA256))
		}
	case "environment":
		if s.env.Words.Has("belgium.environment." + value) {
			value = s.t("environment." + value)
		}
	}
	if value == "" {
		return s.t("take.nothing")
	}
	return value
}

// short is the beginning of a fingerprint, enough to tell two apart.
func short(fingerprint string) string { return fingerprint[:min(len(fingerprint), 8)] }

func (s *Screen) profile(own bool) string {
	if own {
		return s.t("profile.b")
	}
	return s.t("profile.a")
}
