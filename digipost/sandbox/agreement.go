package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// The features that this stand-in knows (Digipost's Java client,
// SenderFeatureName), without their prefix.
const (
	featurePrefix = "no.digipost.feature."

	featureDigipost      = "delivery.digipost"
	featurePrintFallback = "delivery.digipost-with-print-fallback"
	featureDirectPrint   = "delivery.direct-to-print"
	featureNoKID         = "validation.digipost.invoice-allow-no-kid"
	featureMailing       = "batch.masseutsendelse"
	featureSplit         = "batch.mottakersplitt"
	featurePDFVersion    = "validation.print.pdf.version"
	featurePDFPages      = "validation.print.pdf.pageamount"
	featureFonts         = "validation.print.fonts"
	featureMargin        = "validation.print.margins.left"
	featureBleed         = "validation.print.bleed"
	featureNegativeBleed = "validation.print.negativebleed"
)

// Permissions are given in an agreement and not published as features; the
// schema names them only as "needs permission". Those that an ordinary
// customer has not: senders by organisation, technical types, ID-porten,
// recipients by e-mail, Peppol or bank account, and sharing of documents.
const (
	permitDeliveryTime       = "delivery-time"
	permitNoticeAddresses    = "notification-addresses"
	permitInvitation         = "request-for-registration"
	permitSenderOrganization = "sender-organization"
	permitTechnical          = "technical-attachments"
	permitIDPorten           = "idporten"
	permitEmail              = "email-recipients"
	permitPeppol             = "peppol"
	permitAccount            = "bank-account"
	permitSharing            = "share-documents"
)

// Sender is an account that the certificate's owner may send for, with what
// its agreement holds. In JSON it is a sender of senders.json and of POST
// /senders.
type Sender struct {
	// ID is the account number. 1000 is the owner of the certificate and is
	// always there, with the usual agreement unless named.
	ID int64 `json:"id"`
	// OrganisationNumber finds the sender by sender-organization and org_id.
	OrganisationNumber string `json:"organisation_number"`
	// Features are names of published features without "no.digipost.feature.",
	// a parameter after "=": "delivery.direct-to-print",
	// "validation.print.negativebleed=5". Nil means the usual ones.
	Features []string `json:"features"`
	// Permissions are delivery-time, notification-addresses,
	// request-for-registration, sender-organization, technical-attachments,
	// idporten, email-recipients, peppol, bank-account and share-documents. Nil
	// means the first three.
	Permissions []string `json:"permissions"`
	// FileTypes are those that may be sent: pdf txt jpg jpeg png gif xml ehf
	// zip htm html xht xhtml. Nil means the first five.
	FileTypes []string `json:"file_types"`
	// MaxFile is the largest file in bytes; 0 means what fits into a request.
	MaxFile int64 `json:"max_file_bytes"`
	// MonthlyLetters is how many letters go in a month; 0 means any number.
	MonthlyLetters int `json:"letters_per_month"`
	// Refuse is an error code with which everything sent for this sender is
	// refused, such as ACCOUNT_DEACTIVATED; "" for none.
	Refuse string `json:"refuse"`
	// PlainEvents, of the owner of the certificate, keeps the feed to the types
	// of the Java client's schema. That client cannot read a page that tells of
	// an invitation which expired, since it knows no such metadata.
	PlainEvents bool `json:"plain_events"`
}

func usualFeatures() []string {
	return []string{
		featureDigipost, featurePrintFallback, featureDirectPrint, featureMailing, featureSplit,
		"validation.digipost.file-size", "validation.digipost.allowed-file-types",
		featurePDFVersion, featurePDFPages, featureFonts, featureMargin,
	}
}

func usualPermissions() []string {
	return []string{permitDeliveryTime, permitNoticeAddresses, permitInvitation}
}

func usualFileTypes() []string { return []string{"pdf", "txt", "jpg", "jpeg", "png"} }

// feature says whether the agreement holds a feature, and its parameter.
func (a *Sender) feature(name string) (param string, has bool) {
	for _, f := range a.Features {
		if f, param, _ = strings.Cut(f, "="); f == name {
			return param, true
		}
	}
	return "", false
}

func (a *Sender) has(feature string) bool {
	_, has := a.feature(feature)
	return has
}

func (a *Sender) may(permission string) bool { return slices.Contains(a.Permissions, permission) }

// loadSenders takes the senders of the configuration, else those of
// senders.json in the folder, else the owner alone.
func (s *Server) loadSenders() error {
	list := slices.Clone(s.cfg.Senders)
	if list == nil {
		data, err := readBounded(s.dir.path("senders.json"), 1<<20)
		if err == nil {
			err = decodeSenders(data, &list)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read senders.json: %w", err)
		}
	}
	if !slices.ContainsFunc(list, func(a Sender) bool { return a.ID == senderID }) {
		list = append(list, Sender{ID: senderID})
	}
	return s.addSenders(map[int64]*Sender{}, list)
}

// addSenders adds to the accounts, or replaces those with the same id, all or none.
func (s *Server) addSenders(accounts map[int64]*Sender, list []Sender) error {
	seen := map[int64]bool{}
	for _, a := range list {
		if a.ID <= 0 || a.ID == partnerID || seen[a.ID] {
			return fmt.Errorf("sender %d: an id that can't be, or is there twice", a.ID)
		}
		seen[a.ID] = true
		if a.ID == senderID {
			a.OrganisationNumber = organisationNumber
		}
		if a.Features == nil {
			a.Features = usualFeatures()
		}
		if a.Permissions == nil {
			a.Permissions = usualPermissions()
		}
		if a.FileTypes == nil {
			a.FileTypes = usualFileTypes()
		}
		if _, known := pairings[code(a.Refuse)]; a.Refuse != "" && !known {
			return fmt.Errorf("sender %d: refuse: not an error code", a.ID)
		}
		accounts[a.ID] = &a
	}
	s.senders.Store(&accounts)
	return nil
}

// sender gives an account that may be sent for, nil if there is none. It is
// never changed, only replaced.
func (s *Server) sender(id int64) *Sender { return (*s.senders.Load())[id] }

// changeSenders takes a JSON list of senders (or one) at run time, and keeps them.
func (s *Server) changeSenders(text string) error {
	if strings.HasPrefix(text, "{") {
		text = "[" + text + "]"
	}
	var list []Sender
	if err := decodeSenders([]byte(text), &list); err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	accounts := maps.Clone(*s.senders.Load())
	if err := s.addSenders(accounts, list); err != nil {
		return err
	}
	data, err := json.MarshalIndent(s.allSenders(), "", " ")
	if err != nil {
		return err
	}
	return s.dir.write("senders.json", append(data, '\n'))
}

// allSenders lists the accounts by id.
func (s *Server) allSenders() []*Sender {
	accounts := *s.senders.Load()
	var list []*Sender
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		list = append(list, accounts[id])
	}
	return list
}

func decodeSenders(data []byte, list *[]Sender) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(list)
}

// senderByOrganisation finds a sender by organisation number; units (part-id)
// are not known here.
func (s *Server) senderByOrganisation(number, part string) *Sender {
	for _, a := range s.allSenders() {
		if part == "" && number != "" && a.OrganisationNumber == number {
			return a
		}
	}
	return nil
}

// actualSender says for whom a message is sent.
func (s *Server) actualSender(msg *node) (*Sender, error) {
	a, err := s.namedSender(msg)
	if err == nil && a.Refuse != "" {
		err = refuse(code(a.Refuse), "Everything sent for this sender is refused, as was chosen")
	}
	return a, err
}

func (s *Server) namedSender(msg *node) (*Sender, error) {
	if by := msg.child("sender-organization"); by != nil {
		if !s.sender(senderID).may(permitSenderOrganization) {
			return nil, refuse(codeBrokerNotAuthorized, "Sending with sender-organization is not part of the agreement")
		}
		if a := s.senderByOrganisation(by.value("organization-id"), by.value("part-id")); a != nil {
			return a, nil
		}
		return nil, refuse(codeUnknownSender, "There is no sender with this organisation number and unit")
	}
	if msg.child("sender-id") == nil {
		return s.sender(senderID), nil
	}
	id, _ := parseID(collapse(msg.value("sender-id")))
	switch {
	case s.sender(id) != nil:
		return s.sender(id), nil
	case id == partnerID:
		return nil, refuse(codeBrokerNotAuthorized, "This sender has not allowed us to send for it")
	}
	return nil, refuse(codeUnknownSender, "There is no sender with this sender-id")
}
