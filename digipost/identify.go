package digipost

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"
)

// Identification asks who somebody is. Exactly one way of identifying is
// filled. The fields stand in the order of api_v8.xsd.
type Identification struct {
	XMLName xml.Name `xml:"http://api.digipost.no/schema/v8 identification"`
	// IncludePersonAlias asks for the person-alias of a Digipost user too.
	IncludePersonAlias bool `xml:"include-personalias-for-digipost-user,attr,omitempty"`
	// PersonalIdentificationNumber is a fødselsnummer or D-number, 11 digits.
	PersonalIdentificationNumber string `xml:"personal-identification-number,omitempty"`
	OrganisationNumber           string `xml:"organisation-number,omitempty"`
	// DigipostAddress may also be a person-alias.
	DigipostAddress   string          `xml:"digipost-address,omitempty"`
	NameAndAddress    *NameAndAddress `xml:"name-and-address"`
	BankAccountNumber string          `xml:"bank-account-number,omitempty"`
}

// The results of an identification.
const (
	// ResultDigipost is a Digipost user.
	ResultDigipost = "DIGIPOST"
	// ResultIdentified is a known person who is not a user.
	ResultIdentified = "IDENTIFIED"
	// ResultUnidentified could not be resolved.
	ResultUnidentified = "UNIDENTIFIED"
	// ResultInvalid is an identifier that is wrong in itself.
	ResultInvalid = "INVALID"
)

// The reasons of an UnidentifiedReason that the schema names.
const (
	ReasonMultipleMatches = "MULTIPLE_MATCHES"
	ReasonNotFound        = "NOT_FOUND"
)

// IdentificationResult is who somebody is. At most one of the addresses (with
// alias), the alias, and the reasons is filled.
type IdentificationResult struct {
	Result string
	// DigipostAddress is empty when the question was a personal number.
	DigipostAddress    string
	PersonAlias        string
	UnidentifiedReason string
	InvalidReason      string
}

// Check tells whether the question may leave the machine; the error is a
// *FieldError. Identify checks by itself.
func (i *Identification) Check() error {
	c := &checker{}
	filled := c.numbers(i.PersonalIdentificationNumber, i.OrganisationNumber, i.DigipostAddress, i.BankAccountNumber)
	if i.NameAndAddress != nil {
		filled++
		c.nameAndAddress(i.NameAndAddress)
	}
	if filled != 1 {
		c.wrong("identification", "must be given in exactly one way")
	}
	return c.err
}

// Identify asks Digipost who somebody is. All four results come without an
// error; an error says nothing about the person.
func (c *Client) Identify(ctx context.Context, question Identification) (*IdentificationResult, error) {
	if err := question.Check(); err != nil {
		return nil, err
	}
	body, err := encode(&question)
	if err != nil {
		return nil, err
	}
	root, u, err := c.follow(ctx, OpIdentify, RelIdentifyRecipient)
	if err != nil {
		return nil, err
	}
	answer, err := c.call(ctx, root, request{
		op: OpIdentify, method: http.MethodPost, url: u, body: bytesBody(body), contentType: mediaType, repeatable: true,
	})
	if err != nil {
		return nil, err
	}
	result, err := parseIdentification(answer)
	if err != nil {
		return nil, &Error{Op: OpIdentify, HTTPStatus: http.StatusOK, Err: err}
	}
	return result, nil
}

func parseIdentification(body []byte) (*IdentificationResult, error) {
	var d struct {
		XMLName      xml.Name `xml:"http://api.digipost.no/schema/v8 identification-result"`
		Result       string   `xml:"result"`
		Address      string   `xml:"digipost-address"`
		Alias        string   `xml:"person-alias"`
		Unidentified string   `xml:"unidentified-reason"`
		Invalid      string   `xml:"invalid-reason"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	result := &IdentificationResult{
		Result: word(d.Result), DigipostAddress: strings.TrimSpace(d.Address), PersonAlias: strings.TrimSpace(d.Alias),
		UnidentifiedReason: word(d.Unidentified), InvalidReason: word(d.Invalid),
	}
	// Anything but the four known results must not be taken for "not a user".
	if !contains([]string{ResultDigipost, ResultIdentified, ResultUnidentified, ResultInvalid}, result.Result) {
		return nil, ErrBadAnswer
	}
	return result, nil
}
