package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

type credentialsJSON struct {
	SenderID    string           `json:"sender_id"`
	BrokerID    string           `json:"broker_id"`
	Certificate *certificateJSON `json:"certificate"`
	SFTPKey     *sftpKeyJSON     `json:"sftp_key"`
	// Proved is true when Digipost has just answered a signed call, null when it
	// was not asked or could not be reached.
	Proved *bool `json:"proved"`
}

type certificateJSON struct {
	Subject  string `json:"subject"`
	Issuer   string `json:"issuer"`
	NotAfter string `json:"not_after"`
	DaysLeft int    `json:"days_left"`
}

type sftpKeyJSON struct {
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"`
	Public      string `json:"public"`
}

func credentialsSet(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	if !s.has("certificate") && !s.has("sftp-key") && !f.makeSFTPKey && !s.has("sender-id") && !s.has("broker-id") {
		return usage("nothing_to_set")
	}
	if s.has("sftp-key") && f.makeSFTPKey {
		return usage("not_together", "flag", "sftp-key", "other", "make-sftp-key")
	}
	return s.with(ctx, func(p *Program) error {
		if err := s.setCredentials(ctx, p); err != nil {
			return err
		}
		if err := s.answerWaiting(ctx, p); err != nil {
			return err
		}
		proved, err := s.proveCredentials(ctx, p)
		if err != nil {
			return err
		}
		return s.printCredentials(ctx, p, proved)
	})
}

func (s *session) setCredentials(ctx context.Context, p *Program) error {
	f := s.flags
	if s.has("sender-id") || s.has("broker-id") {
		sender, err := p.Sender.Sender(ctx)
		if err != nil {
			return err
		}
		id, broker := sender.SenderID, f.brokerID
		if s.has("sender-id") {
			id = f.senderID
		}
		if !s.has("broker-id") && sender.BrokerID != sender.SenderID {
			broker = sender.BrokerID
		}
		if err := p.Sender.SetSenderID(ctx, id, broker); err != nil {
			return err
		}
	}
	if f.certificate != "" {
		file, err := readKeyFile(f.certificate)
		if err != nil {
			return err
		}
		err = s.withPassphrase(ctx, envCertificate, "certificate", func(passphrase string) error {
			_, err := p.Sender.ImportCertificate(ctx, file, passphrase)
			if post.CodeOf(err) == post.CodeWrongPassword {
				return post.NewFault(post.CodeWrongPassword, err, "file", filepath.Base(f.certificate))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if f.makeSFTPKey {
		_, err := p.Sender.MakeSFTPKey(ctx)
		return err
	}
	if f.sftpKey == "" {
		return nil
	}
	file, err := readKeyFile(f.sftpKey)
	if err != nil {
		return err
	}
	return s.withPassphrase(ctx, envKey, "key", func(passphrase string) error {
		_, err := p.Sender.ImportSFTPKey(ctx, file, passphrase)
		return err
	})
}

// answerWaiting tells a sign-up that waits which sender-id the person has: it was
// approved, and Digipost told so in another way.
func (s *session) answerWaiting(ctx context.Context, p *Program) error {
	if !s.has("sender-id") {
		return nil
	}
	signup, err := p.Signup.Current(ctx)
	if err != nil || !onboarding.State(signup.State).Open() {
		return err
	}
	_, err = p.Signup.TypeSender(ctx, s.flags.senderID, "")
	return err
}

// proveCredentials makes a signed call when there is enough for one. That
// Digipost cannot be reached just now is said by a note and the exit code, and no
// reason to refuse what was stored.
func (s *session) proveCredentials(ctx context.Context, p *Program) (*bool, error) {
	yes := true
	err := proveSender(ctx, p)
	switch code := post.CodeOf(err); {
	case err == nil:
		return &yes, nil
	case code == post.CodeNoSender || code == post.CodeNoCertificate:
		return nil, nil
	case exitOfCode(code) == exitUnreachable:
		what, _ := s.words(post.FaultOf(err))
		s.note("credentials.unproved", "why", what)
		s.attention(exitUnreachable)
		return nil, nil
	}
	return nil, err
}

// proveSender proves the sender-id that a sign-up brought back, and else the
// profile's own.
func proveSender(ctx context.Context, p *Program) error {
	signup, err := p.Signup.Current(ctx)
	if err != nil {
		return err
	}
	if onboarding.State(signup.State) == onboarding.Returned {
		if signup, err = p.Signup.Verify(ctx); err != nil || onboarding.State(signup.State) == onboarding.Verified {
			return err
		}
		sender, err := p.Sender.Sender(ctx)
		if err != nil {
			return err
		}
		if sender.SenderID == 0 {
			return post.NewFault(signup.Trouble, nil)
		}
	}
	_, err = p.Sender.Prove(ctx)
	return err
}

func credentialsShow(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, func(p *Program) error { return s.printCredentials(ctx, p, nil) })
}

func credentialsForget(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, func(p *Program) error {
		if s.terminal {
			if err := s.approve(ctx, s.get("ask.forget_keys")); err != nil {
				return err
			}
		}
		if err := p.Sender.Forget(ctx); err != nil {
			return err
		}
		s.note("credentials.forgotten")
		return s.printCredentials(ctx, p, nil)
	})
}

func credentialsTrustHost(ctx context.Context, s *session, words []string) error {
	if !strings.HasPrefix(words[0], "SHA256:") {
		return usage("bad_fingerprint")
	}
	return s.with(ctx, func(p *Program) error {
		if p.SFTPHost == "" {
			return usage("no_host") // practice: the stand-in's key is known
		}
		if err := p.Sender.TrustHost(ctx, p.SFTPHost, words[0]); err != nil {
			return err
		}
		s.emit(struct {
			Host        string `json:"host"`
			Fingerprint string `json:"fingerprint"`
		}{p.SFTPHost, words[0]}, func(w io.Writer) {
			fmt.Fprintln(w, s.get("credentials.trusted", "host", p.SFTPHost))
		})
		return nil
	})
}

func (s *session) printCredentials(ctx context.Context, p *Program, proved *bool) error {
	sender, err := p.Sender.Sender(ctx)
	if err != nil {
		return err
	}
	certificate, err := p.Sender.Certificate(ctx)
	if err != nil {
		return err
	}
	key, err := p.Sender.SFTPKey(ctx)
	if err != nil {
		return err
	}
	result := credentialsJSON{SenderID: id(sender.SenderID), BrokerID: id(sender.BrokerID), Proved: proved}
	if certificate.Fingerprint != "" {
		result.Certificate = &certificateJSON{certificate.Subject, certificate.Issuer, moment(certificate.NotAfter), p.Sender.DaysLeft(certificate)}
	}
	if key.Fingerprint != "" {
		result.SFTPKey = &sftpKeyJSON{key.Type, key.Fingerprint, key.Public}
	}
	s.emit(result, func(w io.Writer) {
		none := s.get("none")
		s.line(w, "sender_id", orElse(result.SenderID, none))
		if sender.BrokerID != sender.SenderID {
			s.line(w, "broker_id", result.BrokerID)
		}
		s.line(w, "certificate", orElse(certificate.Subject, none))
		if result.Certificate != nil {
			s.line(w, "not_after", s.texts.Date(certificate.NotAfter)+" ("+s.count("days", result.Certificate.DaysLeft)+")")
		}
		s.line(w, "sftp_key", orElse(strings.TrimSpace(key.Type+" "+key.Fingerprint), none))
		s.line(w, "public", key.Public)
		if proved != nil && *proved {
			fmt.Fprintln(w, s.get("credentials.proved", "sender", strconv.FormatInt(sender.SenderID, 10)))
		}
	})
	return nil
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
