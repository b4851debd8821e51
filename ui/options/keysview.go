package options

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// certificate is what signs, with its test and its replacement.
func (s *Screen) certificate() fyne.CanvasObject {
	env, facts := s.env, s.state.certificate
	if s.replacing {
		return s.group("options.certificate", s.certificateForm())
	}
	if facts.Fingerprint == "" {
		return s.group("options.certificate", look.Body(env.T("options.certificate.none")),
			parts.Left(parts.Quiet("options.certificate.change", env.T("options.certificate.add"), s.replace).Icon(look.IconKey)))
	}
	until := ""
	if left := parts.DaysLeft(facts.NotAfter, env.Now()); left < 0 && !facts.NotAfter.IsZero() {
		until = env.T("options.certificate.over", "date", env.Words.Date(facts.NotAfter))
	} else if !facts.NotAfter.IsZero() {
		until = env.Words.Count("options.certificate.left", left, "date", env.Words.Date(facts.NotAfter))
	}
	lines := []fyne.CanvasObject{parts.Card(parts.Stack(look.Apart, parts.Facts(labelWidth, valueWidth,
		parts.Fact{Label: env.T("options.certificate.subject"), Value: facts.Subject},
		parts.Fact{Label: env.T("options.certificate.issuer"), Value: facts.Issuer},
		parts.Fact{Label: env.T("options.certificate.until"), Value: until}),
		parts.Row(look.Near, look.NewIconOf(look.IconShield, look.Good, 18), look.Small(env.T("options.certificate.kept")))))}
	lines = append(lines, parts.CertificateNotes(env, "options.remark", facts, s.state.owner(s.ports.Practice), look.Reading)...)
	lines = append(lines, parts.Row(12, parts.Quiet("options.test", env.T("options.test"), s.test).Off(s.busy != "" || s.state.sender.SenderID == 0),
		parts.Quiet("options.certificate.change", env.T("options.certificate.change"), s.replace).Icon(look.IconKey).Off(s.busy != "")))
	return s.group("options.certificate", lines...)
}

func (s *Screen) replace() {
	s.closeForm()
	s.replacing, s.leftover = true, ""
	s.env.Redraw()
}

// certificateForm takes a file and its password.
func (s *Screen) certificateForm() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{}
	if s.state.certificate.Fingerprint != "" {
		lines = append(lines, look.QuietText(env.T("options.certificate.meanwhile")).Wrap(look.Reading))
	}
	lines = append(lines, s.keyFile("options.certificate", "options.certificate.drop", "options.certificate.hint", []string{".p12", ".pfx"}))
	text := env.T("options.certificate.keep")
	if s.busy == busyCertificate {
		text = env.T("options.certificate.keeping")
	}
	return parts.Form(append(lines, s.secretForm("options.certificate", "options.password", env.T("options.certificate.password"),
		env.T("options.password.help"), text, s.takeCertificate)...)...)
}

// keyFile is where a key's file is given, or the one that was.
func (s *Screen) keyFile(id, title, hint string, endings []string) fyne.CanvasObject {
	env := s.env
	give := func(path string) {
		s.path = path
		env.Redraw()
	}
	s.drop = parts.NewDrop(env, id, look.IconKey, env.T(title), env.T(hint), endings, give)
	if s.path == "" {
		return s.drop.Object
	}
	return parts.Panel(parts.Inset(8, 4, 0, 4, parts.Row(12, look.NewIcon(look.IconFile, look.Accent), parts.Fill(look.Body(s.path).Clip()),
		parts.Quiet(id+".other", env.T("letter.to.change"), func() { give("") }).Off(s.busy != ""))))
}

// secretForm asks for the pass phrase of a key's file, once, and keeps both; or
// it says what is with the keyring.
func (s *Screen) secretForm(id, field, label, help, keep string, take func()) []fyne.CanvasObject {
	env := s.env
	switch {
	case s.slow && s.asksKeyring() && s.giveUp != nil:
		return []fyne.CanvasObject{parts.KeyringWait(env, "options.keyring.cancel", look.Reading, s.giveUp)}
	case s.fileInstead():
		return []fyne.CanvasObject{parts.SecretsFile(env, "options.file", s.err, look.Reading, s.useFile),
			parts.Left(parts.Link(id+".cancel", env.T("button.cancel"), func() { s.Back() }))}
	}
	password := parts.PasswordField(field, label, help, 320)
	password.Entry.SetText(s.password)
	password.Entry.OnChanged = func(text string) { s.password = text }
	password.Entry.OnSubmitted = func(string) { take() }
	return []fyne.CanvasObject{password.Object, parts.Row(12,
		parts.Quiet(id+".keep", keep, take).Icon(look.IconKey).Off(s.path == "" || s.busy != ""),
		parts.Link(id+".cancel", env.T("button.cancel"), func() { s.Back() }).Off(s.busy != ""))}
}

// sftp is the key of the batch interface: made here or imported, its public half
// to be registered at Digipost.
func (s *Screen) sftp() fyne.CanvasObject {
	env, facts := s.env, s.state.sftp
	lines := []fyne.CanvasObject{look.QuietText(env.T("options.sftp.lead")).Wrap(look.Reading)}
	if s.importing {
		return s.group("options.sftp", append(lines, s.sftpForm())...)
	}
	text := env.T("options.sftp.make")
	if facts.Fingerprint == "" {
		lines = append(lines, look.Body(env.T("options.sftp.none")))
	} else {
		text = env.T("options.sftp.again")
		lines = append(lines, parts.Card(parts.Stack(look.Apart, parts.Facts(labelWidth, valueWidth,
			parts.Fact{Label: env.T("options.sftp.type"), Value: facts.Type},
			parts.Fact{Label: env.T("options.sftp.fingerprint"), Value: facts.Fingerprint}),
			parts.Stack(look.Tight, look.QuietText(env.T("options.sftp.public")), parts.CopyLine(env, "options.sftp.copy", facts.Public, parts.CardText)),
			look.QuietText(env.T("options.sftp.where")).Wrap(parts.CardText))))
	}
	if s.busy == busyKey {
		text = env.T("options.sftp.making")
	}
	if s.busy == busyKey && s.slow && s.giveUp != nil {
		lines = append(lines, parts.KeyringWait(env, "options.keyring.cancel", look.Reading, s.giveUp))
	}
	if !s.replacing && s.fileInstead() {
		lines = append(lines, parts.SecretsFile(env, "options.file", s.err, look.Reading, s.useFile))
	}
	buttons := []fyne.CanvasObject{parts.Quiet("options.sftp.make", text, s.askKey).Icon(look.IconKey).Off(s.busy != "")}
	if s.ports.ImportSFTPKey != nil {
		buttons = append(buttons, parts.Quiet("options.sftp.import", env.T("options.sftp.import"), s.importKey).Icon(look.IconUpload).Off(s.busy != ""))
	}
	return s.group("options.sftp", append(lines, parts.Left(parts.Row(12, buttons...)))...)
}

func (s *Screen) importKey() {
	s.closeForm()
	s.importing, s.leftover = true, ""
	s.env.Redraw()
}

// sftpForm takes a private key file; such files have any ending, or none.
func (s *Screen) sftpForm() fyne.CanvasObject {
	env := s.env
	lines := []fyne.CanvasObject{}
	if s.state.sftp.Fingerprint != "" {
		lines = append(lines, look.QuietText(env.T("options.sftp.meanwhile")).Wrap(look.Reading))
	}
	lines = append(lines, s.keyFile("options.sftp", "options.sftp.drop", "options.sftp.hint", []string{".pem", ".key", ".ppk", ".txt", ""}))
	text := env.T("options.certificate.keep")
	if s.busy == busyImport {
		text = env.T("options.certificate.keeping")
	}
	return parts.Form(append(lines, s.secretForm("options.sftp", "options.sftp.phrase", env.T("options.sftp.phrase"),
		env.T("options.sftp.phrase.help"), text, s.takeKey)...)...)
}

// left asks about the file a key came in.
func (s *Screen) left() fyne.CanvasObject {
	return parts.Leftover(s.env, "options.leftover", s.leftover, look.Reading, s.deleteLeftover, func() {
		s.leftover = ""
		s.env.Redraw()
	})
}

// forgetting takes the keys away, when the word is typed, and says before and
// after which they are.
func (s *Screen) forgetting() fyne.CanvasObject {
	env := s.env
	named := func(keys []keyLine, icon look.IconName, color fyne.ThemeColorName) fyne.CanvasObject {
		var rows []fyne.CanvasObject
		for _, key := range keys {
			rows = append(rows, parts.RowTop(12, parts.Stack(0, look.NewIcon(icon, color)), look.Body(env.T(key.words, "what", key.what)).Wrap(look.Reading-32)))
		}
		return parts.Stack(look.Near, rows...)
	}
	if !s.state.forgettable() {
		return parts.WithID("options.forgotten", s.group("options.forget", parts.Note(parts.ToneGood, env.T("options.forgotten"), look.Reading),
			named(s.forgotten, look.IconTick, look.Good), look.QuietText(env.T("options.forgotten.next")).Wrap(look.Reading)))
	}
	button := parts.StopButton("options.forget", env.T("options.forget"), s.forget).Icon(look.IconTrash).Careful()
	word := env.T("options.forget.word")
	field := parts.TextField("options.forget.word", env.T("options.forget.type", "word", word), "", 160)
	field.Entry.SetText(s.word)
	field.Entry.OnChanged = func(text string) {
		s.word = text
		button.Off(!agreed(text, word) || s.busy != "")
	}
	button.Off(!agreed(s.word, word) || s.busy != "")
	lines := []fyne.CanvasObject{look.QuietText(env.T("options.forget.lead")).Wrap(look.Reading), named(s.state.keys(), look.IconKey, look.QuietInk), field.Object}
	if s.busy == busyForget && s.slow && s.giveUp != nil {
		lines = append(lines, parts.KeyringWait(env, "options.keyring.cancel", look.Reading, s.giveUp))
	}
	return s.group("options.forget", append(lines, parts.Left(button))...)
}

// supportRows is how much of the text for support is seen at once.
const supportRows = 12

// supportFile makes the text for support, to be read before it is saved or
// copied.
func (s *Screen) supportFile() fyne.CanvasObject {
	env := s.env
	text := env.T("options.support.make")
	if s.busy == busySupport {
		text = env.T("options.support.making")
	}
	again := parts.Quiet("options.support.make", text, s.makeSupport).Icon(look.IconFile).Off(s.busy != "")
	lines := []fyne.CanvasObject{look.QuietText(env.T("options.support.lead")).Wrap(look.Reading)}
	if s.support == "" {
		return s.group("options.support", append(lines, parts.Left(again))...)
	}
	shown := parts.NewTextEntry(supportRows)
	shown.SetText(s.support)
	shown.OnChanged = func(string) { shown.SetText(s.support) } // it is to be read, as it is
	buttons := []fyne.CanvasObject{}
	if s.ports.SaveSupport != nil {
		buttons = append(buttons, parts.Quiet("options.support.save", env.T("options.support.save"), s.saveSupport).Icon(look.IconDownload).Off(s.busy != ""))
	}
	buttons = append(buttons, parts.Quiet("options.support.copy", env.T("button.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(s.support)
		env.Toast(env.T("toast.copied"), nil)
	}).Icon(look.IconCopy), again)
	return s.group("options.support", append(lines, parts.Note(parts.ToneInfo, env.T("options.support.read"), look.Reading),
		parts.WithID("options.support.text", parts.Width(look.Reading, shown)), parts.Left(parts.Row(12, buttons...)))...)
}
