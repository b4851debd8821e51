package sender

import (
	"context"
	"fmt"

	"brevdue/app/post"
)

// ImportCertificate reads a certificate file with its key and puts it in the
// keyring. One that cannot be read, whose time is over, or that Digipost does not
// take from this sender is refused, and the old one stays. Letters may be sent
// meanwhile: each is signed by the old one or the new one.
func (s *Service) ImportCertificate(ctx context.Context, file []byte, password string) (post.CertificateFacts, error) {
	facts, err := s.reader.Certificate(file, password)
	if err != nil {
		return post.CertificateFacts{}, fmt.Errorf("read the certificate file: %w", err)
	}
	if err := s.expired(facts); err != nil {
		return post.CertificateFacts{}, err
	}
	if err := s.fits(ctx, facts, secret{file, password}); err != nil {
		return post.CertificateFacts{}, err
	}
	err = s.certificate.replace(ctx, secret{file, password}, func() error { return s.store.SaveCertificate(ctx, facts) })
	if err != nil {
		return post.CertificateFacts{}, fmt.Errorf("store the certificate: %w", err)
	}
	if err := s.nameAfter(ctx, facts); err != nil {
		return post.CertificateFacts{}, err
	}
	return facts, s.changed(ctx, "certificate_set", "fingerprint", facts.Fingerprint)
}

// fits gives a fault when a new certificate is not one of the sender's: by the
// company in it, and by a signed call. Where Digipost cannot be asked just now it
// is taken; so is any certificate before there is a sender to hold it against.
func (s *Service) fits(ctx context.Context, facts post.CertificateFacts, pair secret) error {
	sender, err := s.store.Sender(ctx)
	if err != nil {
		return fmt.Errorf("read the sender: %w", err)
	}
	old, err := s.store.Certificate(ctx)
	if err != nil {
		return fmt.Errorf("read the certificate's facts: %w", err)
	}
	if sender.SenderID == 0 || old.Fingerprint == "" {
		return nil
	}
	own := sender.BrokerID == 0 || sender.BrokerID == sender.SenderID
	// The stand-in's certificate serves everybody in practice, whatever company.
	if own && sender.Environment != post.Practice && facts.OrganisationNumber != "" && sender.OrganisationNumber != "" &&
		facts.OrganisationNumber != sender.OrganisationNumber {
		return post.NewFault(post.CodeWrongCompany, nil)
	}
	proof, err := s.prover.ProveWith(ctx, sender, pair.file, pair.passphrase)
	switch code := post.CodeOf(err); {
	case code == post.CodeNotAuthorised, code == post.CodeSignatureRefused:
		return fmt.Errorf("try the certificate: %w", err)
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && proof.SenderID != sender.SenderID:
		return notAuthorised(sender, proof)
	}
	return nil
}

// nameAfter gives a sender without a name the one its certificate has.
func (s *Service) nameAfter(ctx context.Context, facts post.CertificateFacts) error {
	sender, err := s.store.Sender(ctx)
	if err != nil {
		return fmt.Errorf("read the sender: %w", err)
	}
	if sender.Name != "" || facts.Organisation == "" {
		return nil
	}
	sender.Name = facts.Organisation
	if err := s.store.SaveSender(ctx, sender); err != nil {
		return fmt.Errorf("name the sender: %w", err)
	}
	return nil
}

// Certificate gives the facts of the certificate; zero when there is none.
func (s *Service) Certificate(ctx context.Context) (post.CertificateFacts, error) {
	return s.store.Certificate(ctx)
}

// CertificateFile gives the certificate file and its pass phrase from the
// keyring, for the moment of signing. None is a fault no_certificate.
func (s *Service) CertificateFile(ctx context.Context) (file []byte, password string, err error) {
	found, ok, err := s.certificate.current(ctx, func() (func(secret) bool, error) {
		facts, err := s.store.Certificate(ctx)
		if err != nil || facts.Fingerprint == "" {
			return nil, err
		}
		return func(c secret) bool {
			got, err := s.reader.Certificate(c.file, c.passphrase)
			return err == nil && got.Fingerprint == facts.Fingerprint
		}, nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the certificate from the keyring: %w", err)
	}
	if !ok {
		return nil, "", post.NewFault(post.CodeNoCertificate, nil)
	}
	return found.file, found.passphrase, nil
}

// ImportSFTPKey reads a private key for the batch interface and puts it in the
// keyring. One that cannot be read is refused, and the old one stays.
func (s *Service) ImportSFTPKey(ctx context.Context, file []byte, passphrase string) (post.SFTPKeyFacts, error) {
	facts, err := s.reader.SFTPKey(file, passphrase)
	if err != nil {
		return post.SFTPKeyFacts{}, fmt.Errorf("read the SFTP key file: %w", err)
	}
	return facts, s.storeSFTPKey(ctx, secret{file, passphrase}, facts)
}

// MakeSFTPKey makes a new key and puts it in the keyring; its public line is to
// be handed to Digipost.
func (s *Service) MakeSFTPKey(ctx context.Context) (post.SFTPKeyFacts, error) {
	file, facts, err := s.reader.MakeSFTPKey()
	if err != nil {
		return post.SFTPKeyFacts{}, fmt.Errorf("make an SFTP key: %w", err)
	}
	return facts, s.storeSFTPKey(ctx, secret{file: file}, facts)
}

func (s *Service) storeSFTPKey(ctx context.Context, key secret, facts post.SFTPKeyFacts) error {
	if err := s.sftpKey.replace(ctx, key, func() error { return s.store.SaveSFTPKey(ctx, facts) }); err != nil {
		return fmt.Errorf("store the SFTP key: %w", err)
	}
	return s.changed(ctx, "sftp_key_set", "fingerprint", facts.Fingerprint)
}

// SFTPKey gives the facts of the SFTP key; zero when there is none.
func (s *Service) SFTPKey(ctx context.Context) (post.SFTPKeyFacts, error) {
	return s.store.SFTPKey(ctx)
}

// SFTPKeyFile gives the SFTP key and its pass phrase from the keyring. None is a
// fault no_sftp_key.
func (s *Service) SFTPKeyFile(ctx context.Context) (file []byte, passphrase string, err error) {
	found, ok, err := s.sftpKey.current(ctx, func() (func(secret) bool, error) {
		facts, err := s.store.SFTPKey(ctx)
		if err != nil || facts.Fingerprint == "" {
			return nil, err
		}
		return func(k secret) bool {
			got, err := s.reader.SFTPKey(k.file, k.passphrase)
			return err == nil && got.Fingerprint == facts.Fingerprint
		}, nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the SFTP key from the keyring: %w", err)
	}
	if !ok {
		return nil, "", post.NewFault(post.CodeNoSFTPKey, nil)
	}
	return found.file, found.passphrase, nil
}
