package post

import "strings"

// TargetKind is how a recipient is addressed at Digipost.
type TargetKind string

// The ways to address a recipient, as the command line names them. ByAlias is
// for splits only.
const (
	ByBirthNumber     TargetKind = "fnr"
	ByOrganisation    TargetKind = "orgnr"
	ByDigipostAddress TargetKind = "digipost"
	ByAccount         TargetKind = "account"
	ByNameAndAddress  TargetKind = "address"
	ByAlias           TargetKind = "alias"
)

// Target is how one recipient is addressed, frozen when a job is planned.
type Target struct {
	Kind TargetKind
	// Value is the number or address; empty for ByNameAndAddress. Personal when
	// Kind is ByBirthNumber or ByAccount: never in a log.
	Value string
	// The rest is used by ByNameAndAddress, and BirthDate, Phone and Email make
	// a match surer.
	FirstName, MiddleName, LastName, FullName string
	Address                                   Address
	BirthDate, Phone, Email                   string
}

// Name is the name in the target, first names first.
func (t Target) Name() string {
	return Recipient{FirstName: t.FirstName, MiddleName: t.MiddleName, LastName: t.LastName, FullName: t.FullName}.Name()
}

// Target gives the surest way to address the recipient with what is known:
// birth number, organisation number, Digipost address, then name and address.
// With alias true (splits), a person-alias goes before name and address. ok is
// false when there is no way.
func (r Recipient) Target(alias bool) (t Target, ok bool) {
	t = Target{
		FirstName: r.FirstName, MiddleName: r.MiddleName, LastName: r.LastName, FullName: r.FullName,
		Address: r.Address, BirthDate: r.BirthDate, Phone: r.Phone, Email: r.Email,
	}
	switch {
	case r.BirthNumber != "":
		t.Kind, t.Value = ByBirthNumber, r.BirthNumber
	case r.OrganisationNumber != "":
		t.Kind, t.Value = ByOrganisation, r.OrganisationNumber
	case r.DigipostAddress != "":
		t.Kind, t.Value = ByDigipostAddress, r.DigipostAddress
	case alias && r.PersonAlias != "":
		t.Kind, t.Value = ByAlias, r.PersonAlias
	case r.Name() != "" && r.Address.Line1 != "" && r.Address.Postcode != "" && r.Address.Town != "":
		t.Kind = ByNameAndAddress
	default:
		return Target{}, false
	}
	return t, true
}

// ParseTarget reads KIND:VALUE as the command line writes it, for example
// fnr:01810012345 or address:"Name;Street 1;;0150;Oslo". The kind customer is
// not a target: the register turns it into one. It checks the form only, not
// check digits.
func ParseTarget(text string) (Target, error) {
	kind, value, found := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	if !found { // then it may be a birth number, which no fault may hold
		return Target{}, NewFault(CodeRecipientInvalid, nil)
	}
	if value == "" {
		return Target{}, NewFault(CodeRecipientInvalid, nil, "recipient_kind", kind)
	}
	switch TargetKind(kind) {
	case ByBirthNumber, ByOrganisation, ByAccount:
		return Target{Kind: TargetKind(kind), Value: strings.NewReplacer(" ", "", ".", "", "\u00a0", "").Replace(value)}, nil
	case ByDigipostAddress:
		return Target{Kind: ByDigipostAddress, Value: value}, nil
	case ByNameAndAddress:
		parts := strings.Split(value, ";")
		if len(parts) != 5 {
			return Target{}, NewFault(CodeRecipientInvalid, nil, "recipient_kind", kind)
		}
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if parts[0] == "" || parts[1] == "" || parts[3] == "" || parts[4] == "" {
			return Target{}, NewFault(CodeRecipientInvalid, nil, "recipient_kind", kind)
		}
		return Target{Kind: ByNameAndAddress, FullName: parts[0],
			Address: Address{Line1: parts[1], Line2: parts[2], Postcode: parts[3], Town: parts[4]}}, nil
	}
	return Target{}, NewFault(CodeRecipientInvalid, nil, "recipient_kind", kind)
}
