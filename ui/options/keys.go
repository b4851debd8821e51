package options

import (
	"context"
	"path/filepath"

	"brevdue/app/post"
	"brevdue/ui/parts"
)

// The commands of the keys: taken in, made, forgotten.

// asksKeyring reports whether what is under way reaches for the keyring, which
// may ask the person first.
func (s *Screen) asksKeyring() bool {
	switch s.busy {
	case busyCertificate, busyKey, busyImport, busyForget:
		return true
	}
	return false
}

// fileInstead reports whether an encrypted file is offered in place of the
// keyring.
func (s *Screen) fileInstead() bool {
	return s.tab == tabSender && s.ports.UseSecretsFile != nil && parts.NoKeyring(s.err)
}

func (s *Screen) takeCertificate() {
	if s.path == "" {
		return
	}
	path, password := s.path, s.password
	act(s, busyCertificate, func(ctx context.Context) (post.CertificateFacts, error) {
		return s.ports.ImportCertificate(ctx, path, password)
	}, func(post.CertificateFacts) {
		s.taken(path)
		s.proof = nil
		s.env.Toast(s.env.T("options.certificate.changed"), nil)
	})
}

// taken closes the form of a key that is kept now, and asks about its file.
func (s *Screen) taken(path string) {
	s.closeForm()
	s.forgotten = nil
	if s.ports.DeleteFile != nil {
		s.leftover = path
	}
}

func (s *Screen) takeKey() {
	if s.path == "" {
		return
	}
	path, passphrase := s.path, s.password
	act(s, busyImport, func(ctx context.Context) (post.SFTPKeyFacts, error) {
		return s.ports.ImportSFTPKey(ctx, path, passphrase)
	}, func(post.SFTPKeyFacts) {
		s.taken(path)
		s.env.Toast(s.env.T("options.sftp.taken"), nil)
	})
}

func (s *Screen) makeKey() {
	act(s, busyKey, s.ports.Sender.MakeSFTPKey, func(post.SFTPKeyFacts) {
		s.forgotten = nil
		s.env.Toast(s.env.T("options.sftp.made"), nil)
	})
}

// askKey makes a key; where there is one already, it asks before.
func (s *Screen) askKey() {
	if s.state.sftp.Fingerprint == "" {
		s.makeKey()
		return
	}
	parts.Ask(s.env, "options.sftp.ask", s.env.T("options.sftp.ask.title"), s.env.T("options.sftp.ask.text"), s.env.T("options.sftp.ask.yes"),
		s.env.T("button.cancel"), s.makeKey)
}

// deleteLeftover deletes the file a key came in.
func (s *Screen) deleteLeftover() {
	path := s.leftover
	act(s, busyDelete, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.ports.DeleteFile(ctx, path) }, func(struct{}) {
		s.leftover = ""
		s.env.Toast(s.env.T("keys.leftover.deleted", "file", filepath.Base(path)), nil)
	})
}

// useFile keeps keys in an encrypted file, and goes on with what the keyring was
// needed for.
func (s *Screen) useFile(passphrase string) {
	act(s, busyFile, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.ports.UseSecretsFile(ctx, passphrase)
	},
		func(struct{}) {
			switch {
			case s.replacing:
				s.takeCertificate()
			case s.importing:
				s.takeKey()
			}
		})
}

// forget removes all keys and then says which they were.
func (s *Screen) forget() {
	if !agreed(s.word, s.env.T("options.forget.word")) {
		return
	}
	removed := s.state.keys()
	act(s, busyForget, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.ports.Sender.Forget(ctx) }, func(struct{}) {
		s.closeForm()
		s.word, s.proof, s.leftover, s.forgotten = "", nil, "", removed
		s.env.Toast(s.env.T("options.forget.done"), nil)
	})
}

// makeSupport makes the text for support; nothing is written yet.
func (s *Screen) makeSupport() {
	act(s, busySupport, s.ports.SupportFile, func(text string) { s.support = text })
}

// saveSupport writes the text that was read into a new file.
func (s *Screen) saveSupport() {
	text := s.support
	s.env.SaveFile(s.env.T("options.support.name"), func(path string) {
		act(s, busySupport, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.ports.SaveSupport(ctx, path, text) },
			func(struct{}) { s.env.Toast(s.env.T("options.support.saved", "file", filepath.Base(path)), nil) })
	})
}
