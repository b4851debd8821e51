package belgium

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

var keyEndings = []string{".pem", ".key", ".p12", ".pfx", ".crt", ".cer", ".der"}

// key takes the private key and the certificate of those who hold them themselves.
func (s *Screen) key() []fyne.CanvasObject {
	m := s.model
	lines := append([]fyne.CanvasObject{look.Strong(s.t("key"))}, s.looked()...)
	if m.hasKey {
		lines = append(lines, parts.WithID("belgium.key.there", parts.Note(parts.ToneGood, s.t("key.there"), parts.WizardText)))
	}
	if m.t.Certificate.SHA256 != "" {
		lines = append(lines, s.certificateFacts())
	}
	if m.given.Key != "" && m.keyPath == "" && !m.hasKey {
		lines = append(lines, parts.Note(parts.ToneGood, s.t("key.practice.text"), parts.WizardText),
			parts.Left(parts.Quiet("belgium.key.practice", s.t("key.practice"), func() {
				m.keyPath, m.certPath = m.given.Key, m.given.Certificate
				m.changed()
			}).Icon(look.IconKey)))
	}
	title, hint := s.t("key.drop"), s.t("key.hint")
	switch {
	case m.keyPath != "" && m.certPath != "":
		title, hint = s.t("key.both"), filepath.Base(m.keyPath)+", "+filepath.Base(m.certPath)
	case m.keyPath != "":
		title, hint = s.t("key.one"), filepath.Base(m.keyPath)
	}
	s.drop = parts.NewDrop(s.env, "belgium.key", look.IconKey, title, hint, keyEndings, s.takeKeyFile)
	lines = append(lines, parts.Width(parts.WizardText, s.drop.Object))
	if m.keyPath == "" {
		return []fyne.CanvasObject{parts.Stack(12, lines...)}
	}
	field := parts.PasswordField("belgium.key.passphrase", s.t("key.passphrase"), s.t("key.passphrase.help"), 320)
	field.Entry.SetText(m.passphrase)
	field.Entry.OnChanged = func(text string) { m.passphrase = text }
	field.Entry.OnSubmitted = func(string) { s.importKey() }
	other := parts.Link("belgium.key.other", s.t("key.other"), func() {
		m.keyPath, m.certPath, m.passphrase = "", "", ""
		m.changed()
	})
	return []fyne.CanvasObject{parts.Stack(12, append(lines, field.Object, parts.Left(other))...)}
}

// takeKeyFile sorts a file by its ending: certificates come in .crt, .cer and .der,
// all else may hold a key. A second file of the same kind takes the first one's place.
func (s *Screen) takeKeyFile(path string) {
	m := s.model
	switch ending := strings.ToLower(filepath.Ext(path)); {
	case m.keyPath != "" && m.keyPath != path && (ending == ".pem" || certificateEnding(ending)):
		m.certPath = path
	case certificateEnding(ending) && m.keyPath == "":
		m.keyPath, m.certPath = path, ""
	default:
		if certificateEnding(strings.ToLower(filepath.Ext(m.keyPath))) {
			m.certPath = m.keyPath
		}
		m.keyPath = path
	}
	m.looked = false
	m.changed()
}

func certificateEnding(ending string) bool {
	return ending == ".crt" || ending == ".cer" || ending == ".der"
}

// tests are the connection put to the test, one line for each thing.
func (s *Screen) tests() []fyne.CanvasObject {
	m := s.model
	lines := []fyne.CanvasObject{look.Strong(s.t("test.title")), look.QuietText(s.t("test.lead")).Wrap(parts.WizardText)}
	if !m.hasKey {
		lines = append(lines, parts.Note(parts.ToneCare, s.t("test.no_key"), parts.WizardText))
	}
	if m.t.ClientID == "" {
		lines = append(lines, parts.Note(parts.ToneCare, s.t("test.no_client"), parts.WizardText))
	}
	if m.busy == busyTest {
		lines = append(lines, look.QuietText(s.t("test.busy")))
	}
	if m.proved != nil {
		if seen := s.seen(*m.proved); len(seen) > 0 {
			lines = append(lines, parts.WithID("belgium.test.findings", parts.Card(parts.Stack(12, seen...))))
		}
		if m.err == nil {
			lines = append(lines, parts.WithID("belgium.test.good", parts.Note(parts.ToneGood, s.t("test.good"), parts.WizardText)))
			if neighbour(m.step, 1) != "" { // the last step's main button leads there
				lines = append(lines, parts.Left(parts.Quiet("belgium.inbox", s.t("inbox"), func() { s.env.Go(parts.PlaceInbox, "") }).Icon(look.IconTray)))
			}
		}
	}
	return []fyne.CanvasObject{parts.Stack(12, lines...)}
}

// seen are the things the test has seen, one line each.
func (s *Screen) seen(proved onboarding.EBoxProved) []fyne.CanvasObject {
	if proved.Token.Expires.IsZero() {
		return nil
	}
	words := s.env.Words
	lines := []fyne.CanvasObject{s.line(post.EBoxGood, s.t("test.token", "time", words.Time(proved.Token.Expires)))}
	if len(proved.Providers) == 0 {
		return lines
	}
	lines = append(lines, s.line(post.EBoxGood, words.Count("belgium.test.providers", len(proved.Providers))))
	if proved.Fallback != nil {
		lines = append(lines, s.line(post.EBoxTells, s.t("test.fallback")))
	}
	answered := 0
	for _, provider := range proved.Providers {
		name := provider.Name.In(words.Code())
		if name == "" {
			name = provider.ID
		}
		switch err := proved.Silent[provider.ID]; {
		case err != nil:
			what := ""
			if fault := post.FaultOf(err); fault != nil {
				what, _ = parts.Explain(words, fault.Code, fault.Fields)
			}
			lines = append(lines, s.line(post.EBoxWarns, s.t("test.silent", "name", name, "why", what)))
		case !provider.Active:
			lines = append(lines, s.line(post.EBoxTells, s.t("test.inactive", "name", name)))
		default:
			answered++
		}
	}
	if answered > 0 {
		lines = append(lines, s.line(post.EBoxGood, words.Count("belgium.test.messages", proved.Messages)))
	}
	return lines
}

// line is one thing seen, with its shape.
func (s *Screen) line(verdict post.EBoxVerdict, text string) fyne.CanvasObject {
	shape := verdicts[verdict]
	return parts.RowTop(12, parts.Stack(0, look.NewIcon(shape.Icon, shape.Color)), look.Body(text).Wrap(cardText-32))
}

// importKey takes the files that were chosen. One file may hold both.
func (s *Screen) importKey() {
	m := s.model
	if m.certPath == "" {
		m.takeCertificate(m.keyPath, "")
		return
	}
	m.takeCertificate(m.certPath, m.keyPath)
}
