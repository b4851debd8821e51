// Package sender keeps who sends and with which keys: certificate and SFTP key
// rest in the OS keyring, their facts and the pinned host key in the database.
// Whatever is replaced is dropped only when the new one can be read back.
package sender

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"brevdue/app/post"
)

// forgetting is how long another place of keys may take to forget them.
const forgetting = 10 * time.Second

// Service is the use case. Keyring errors come from the Secrets it is given and
// are passed on as they are.
type Service struct {
	store       Store
	certificate vault
	sftpKey     vault
	reader      Reader
	prover      Prover
	notify      func(post.Notice)
	now         func() time.Time

	mutex  sync.Mutex
	before []Secrets // where keys may have been left
}

// ForgetAlso names a place that keys were kept in before: Forget removes them
// there, too.
func (s *Service) ForgetAlso(before Secrets) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.before = append(s.before, before)
}

// forgetBefore removes keys from the places they were kept in before. One that is
// not there any more has nothing to be removed from.
func (s *Service) forgetBefore(ctx context.Context) error {
	s.mutex.Lock()
	places := slices.Clone(s.before)
	s.mutex.Unlock()
	ctx, cancel := context.WithTimeout(ctx, forgetting)
	defer cancel()
	for _, place := range places {
		for _, name := range SecretNames() {
			err := place.Delete(ctx, name)
			if post.CodeOf(err) == post.CodeKeyringMissing {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// New makes a service. notify hears of each change and may be nil.
func New(store Store, secrets Secrets, reader Reader, prover Prover, notify func(post.Notice)) *Service {
	if notify == nil {
		notify = func(post.Notice) {}
	}
	return &Service{
		store:       store,
		certificate: newVault(secrets, nameCertificate),
		sftpKey:     newVault(secrets, nameSFTPKey),
		reader:      reader,
		prover:      prover,
		notify:      notify,
		now:         time.Now,
	}
}

// Sender gives the profile's sender; SenderID is 0 before sign-up.
func (s *Service) Sender(ctx context.Context) (post.Sender, error) { return s.store.Sender(ctx) }

// SetSenderID stores the sender-id. broker is the account whose certificate
// signs; 0 means the sender's own.
func (s *Service) SetSenderID(ctx context.Context, id, broker int64) error {
	if id <= 0 || broker < 0 {
		return post.NewFault(post.CodeNumberInvalid, nil, "number_kind", "sender_id", "reason", "form")
	}
	sender, err := s.store.Sender(ctx)
	if err != nil {
		return fmt.Errorf("read the sender: %w", err)
	}
	if broker == 0 {
		broker = id
	}
	if sender.SenderID != id {
		// The address belongs to the sender that was.
		sender.DigipostAddress = ""
	}
	sender.SenderID, sender.BrokerID = id, broker
	return s.saveSender(ctx, sender, "sender_set")
}

func (s *Service) saveSender(ctx context.Context, sender post.Sender, action string) error {
	if err := s.store.SaveSender(ctx, sender); err != nil {
		return fmt.Errorf("store the sender: %w", err)
	}
	return s.changed(ctx, action, "sender_id", strconv.FormatInt(sender.SenderID, 10))
}

// changed writes the audit line of a change and tells listeners.
func (s *Service) changed(ctx context.Context, action, field, value string) error {
	err := s.store.AddAudit(ctx, post.Audit{At: s.now(), Action: action, Fields: map[string]string{field: value}})
	s.notify(post.Notice{Topic: post.TopicSender})
	if err != nil {
		return fmt.Errorf("write the audit line %s: %w", action, err)
	}
	return nil
}

// Answer is what a sign-up brought back.
type Answer struct {
	SenderID           int64
	DigipostAddress    string
	OrganisationNumber string
}

// ProveAnswer makes a signed call with a sender-id that a sign-up brought back,
// and stores nothing. A certificate of another company than the one that was
// signed up is a fault wrong_company, before anything is asked: Digipost would
// only say that it does not let us in.
func (s *Service) ProveAnswer(ctx context.Context, answer Answer) (Proof, error) {
	sender, err := s.answered(ctx, answer)
	if err != nil {
		return Proof{}, err
	}
	company, err := s.company(ctx, sender)
	if err != nil {
		return Proof{}, err
	}
	if company != "" && answer.OrganisationNumber != "" && company != answer.OrganisationNumber {
		return Proof{}, post.NewFault(post.CodeWrongCompany, nil)
	}
	return s.prove(ctx, sender)
}

// Adopt stores a sender-id that a sign-up brought back. It is for one that
// ProveAnswer has proved: only then it counts (design rule 8).
func (s *Service) Adopt(ctx context.Context, answer Answer) error {
	sender, err := s.answered(ctx, answer)
	if err != nil {
		return err
	}
	return s.saveSender(ctx, sender, "sender_adopted")
}

// answered is the profile's sender as it would be with what a sign-up brought.
func (s *Service) answered(ctx context.Context, answer Answer) (post.Sender, error) {
	if answer.SenderID <= 0 {
		return post.Sender{}, post.NewFault(post.CodeReturnNoSender, nil)
	}
	sender, err := s.store.Sender(ctx)
	if err != nil {
		return sender, fmt.Errorf("read the sender: %w", err)
	}
	// A broker of another id than the sender's is a partner's installation, which
	// signs for every customer; else the sender signs itself.
	if sender.BrokerID == 0 || sender.BrokerID == sender.SenderID {
		sender.BrokerID = answer.SenderID
	}
	if sender.SenderID != answer.SenderID || answer.DigipostAddress != "" {
		sender.DigipostAddress = answer.DigipostAddress
	}
	sender.SenderID = answer.SenderID
	if answer.OrganisationNumber != "" {
		sender.OrganisationNumber = answer.OrganisationNumber
	}
	return sender, nil
}

// Company is the organisation number of the company that signs as the sender of
// an answer, as its certificate says; empty where that does not tell, and in a
// partner's installation, whose certificate is not the customer's.
func (s *Service) Company(ctx context.Context, answer Answer) (string, error) {
	sender, err := s.answered(ctx, answer)
	if err != nil {
		return "", err
	}
	return s.company(ctx, sender)
}

func (s *Service) company(ctx context.Context, sender post.Sender) (string, error) {
	if sender.BrokerID != sender.SenderID {
		return "", nil
	}
	facts, err := s.store.Certificate(ctx)
	if err != nil {
		return "", fmt.Errorf("read the certificate's facts: %w", err)
	}
	return facts.OrganisationNumber, nil
}

// Prove makes a signed call as the sender: the proof that certificate and
// sender-id belong together.
func (s *Service) Prove(ctx context.Context) (Proof, error) {
	sender, err := s.store.Sender(ctx)
	if err != nil {
		return Proof{}, fmt.Errorf("read the sender: %w", err)
	}
	if sender.SenderID == 0 {
		return Proof{}, post.NewFault(post.CodeNoSender, nil)
	}
	return s.prove(ctx, sender)
}

func (s *Service) prove(ctx context.Context, sender post.Sender) (Proof, error) {
	facts, err := s.store.Certificate(ctx)
	if err != nil {
		return Proof{}, fmt.Errorf("read the certificate's facts: %w", err)
	}
	if facts.Fingerprint == "" {
		return Proof{}, post.NewFault(post.CodeNoCertificate, nil)
	}
	if err := s.expired(facts); err != nil {
		return Proof{}, err
	}
	proof, err := s.prover.Prove(ctx, sender)
	if err != nil {
		return Proof{}, fmt.Errorf("prove the sender: %w", err)
	}
	if proof.SenderID != sender.SenderID {
		return Proof{}, notAuthorised(sender, proof)
	}
	return proof, nil
}

// notAuthorised is a certificate that Digipost knows as another sender's.
func notAuthorised(sender post.Sender, proof Proof) error {
	return post.NewFault(post.CodeNotAuthorised, nil,
		"sender", strconv.FormatInt(sender.SenderID, 10), "detail", strconv.FormatInt(proof.SenderID, 10))
}

// expired gives a fault when a certificate's time is over.
func (s *Service) expired(facts post.CertificateFacts) error {
	if facts.NotAfter.IsZero() || s.now().Before(facts.NotAfter) {
		return nil
	}
	return post.NewFault(post.CodeCertificateOld, nil, "date", facts.NotAfter.Format("02.01.2006"))
}

// DaysLeft is how many whole days a certificate is still valid; negative when
// its time is over.
func (s *Service) DaysLeft(facts post.CertificateFacts) int {
	return int(math.Floor(facts.NotAfter.Sub(s.now()).Hours() / 24))
}

// PinnedHostKey gives the pinned key of a host.
func (s *Service) PinnedHostKey(ctx context.Context, host string) (post.HostKey, bool, error) {
	return s.store.PinnedHostKey(ctx, host)
}

// TrustHost pins a host's key, after a person has compared the fingerprint with
// what Digipost says. It replaces a key pinned earlier.
func (s *Service) TrustHost(ctx context.Context, host, fingerprint string) error {
	if err := s.store.PinHostKey(ctx, post.HostKey{Host: host, Fingerprint: fingerprint, At: s.now()}); err != nil {
		return fmt.Errorf("pin the host key: %w", err)
	}
	return s.changed(ctx, "host_key_pinned", "fingerprint", fingerprint)
}

// Forget removes certificate, SFTP key and their pass phrases from the keyring,
// from where they were kept before, and the facts from the database. The sender-id stays: it is no secret. It
// tries everything and gives the first error.
func (s *Service) Forget(ctx context.Context) error {
	var first error
	keep := func(err error) {
		if first == nil && err != nil {
			first = err
		}
	}
	if err := s.certificate.forget(ctx); err != nil {
		keep(fmt.Errorf("remove the certificate from the keyring: %w", err))
	} else if err := s.store.SaveCertificate(ctx, post.CertificateFacts{}); err != nil {
		keep(fmt.Errorf("remove the certificate's facts: %w", err))
	}
	if err := s.sftpKey.forget(ctx); err != nil {
		keep(fmt.Errorf("remove the SFTP key from the keyring: %w", err))
	} else if err := s.store.SaveSFTPKey(ctx, post.SFTPKeyFacts{}); err != nil {
		keep(fmt.Errorf("remove the SFTP key's facts: %w", err))
	}
	if err := s.forgetBefore(ctx); err != nil {
		keep(fmt.Errorf("remove keys from where they were before: %w", err))
	}
	done := "done"
	if first != nil {
		done = string(post.CodeOf(first))
	}
	keep(s.changed(ctx, "credentials_forgotten", "outcome", done))
	return first
}
