package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The features that this stand-in knows (Digipost's Java client,
// SenderFeatureName), without their prefix.
const (
	featurePrefix = "no.digipost.feature."

	featurePrintFallback = "delivery.digipost-with-print-fallback"
	featureDirectPrint   = "delivery.direct-to-print"
	featureNoKID         = "validation.digipost.invoice-allow-no-kid"
	featurePDFVersion    = "validation.print.pdf.version"
	featurePDFPages      = "validation.print.pdf.pageamount"
	featureBleed         = "validation.print.bleed"
	featureNegativeBleed = "validation.print.negativebleed"
)

// Permissions are given in an agreement and not published as features; the
// schema names them only as "needs permission".
const (
	permitDeliveryTime       = "delivery-time"
	permitNoticeAddresses    = "notification-addresses"
	permitSenderOrganization = "sender-organization"
	permitTechnical          = "technical-attachments"
	permitIDPorten           = "idporten"
)

// Sender is an account that the certificate's owner may send for, with what
// its agreement holds.
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
	// sender-organization, technical-attachments and idporten. Nil means the
	// first two.
	Permissions []string `json:"permissions"`
}

// usualFeatures leaves out the print checks that this stand-in can't do: fonts
// and the margin of the barcode.
func usualFeatures() []string {
	return []string{
		"delivery.digipost", featurePrintFallback, featureDirectPrint, "batch.mottakersplitt",
		"validation.digipost.file-size", "validation.digipost.allowed-file-types", featurePDFVersion, featurePDFPages,
	}
}

func usualPermissions() []string { return []string{permitDeliveryTime, permitNoticeAddresses} }

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
			dec := json.NewDecoder(bytes.NewReader(data))
			dec.DisallowUnknownFields()
			err = dec.Decode(&list)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read senders.json: %w", err)
		}
	}
	if !slices.ContainsFunc(list, func(a Sender) bool { return a.ID == senderID }) {
		list = append(list, Sender{ID: senderID})
	}
	s.senders = map[int64]*Sender{}
	for _, a := range list {
		if a.ID <= 0 || a.ID == partnerID || s.senders[a.ID] != nil {
			return fmt.Errorf("sender %d: an id that can't be, or is there twice", a.ID)
		}
		if a.ID == senderID {
			a.OrganisationNumber = organisationNumber
		}
		if a.Features == nil {
			a.Features = usualFeatures()
		}
		if a.Permissions == nil {
			a.Permissions = usualPermissions()
		}
		s.senders[a.ID] = &a
	}
	return nil
}

// senderByOrganisation finds a sender by organisation number; units (part-id)
// are not known here.
func (s *Server) senderByOrganisation(number, part string) *Sender {
	for _, a := range s.senders {
		if part == "" && number != "" && a.OrganisationNumber == number {
			return a
		}
	}
	return nil
}

// actualSender says for whom a message is sent.
func (s *Server) actualSender(msg *node) (*Sender, error) {
	if by := msg.child("sender-organization"); by != nil {
		if !s.senders[senderID].may(permitSenderOrganization) {
			return nil, refuse(codeBrokerNotAuthorized, "Sending with sender-organization is not part of the agreement")
		}
		if a := s.senderByOrganisation(by.value("organization-id"), by.value("part-id")); a != nil {
			return a, nil
		}
		return nil, refuse(codeUnknownSender, "There is no sender with this organisation number and unit")
	}
	if msg.child("sender-id") == nil {
		return s.senders[senderID], nil
	}
	id, _ := parseID(collapse(msg.value("sender-id")))
	switch {
	case s.senders[id] != nil:
		return s.senders[id], nil
	case id == partnerID:
		return nil, refuse(codeBrokerNotAuthorized, "This sender has not allowed us to send for it")
	}
	return nil, refuse(codeUnknownSender, "There is no sender with this sender-id")
}
