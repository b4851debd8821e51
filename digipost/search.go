package digipost

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// What a search may have, in characters: the .NET client asks for three.
const (
	minSearch = 3
	maxSearch = 100
)

// FoundRecipient is a hit of a search. A person must confirm it before anything
// is sent to it.
type FoundRecipient struct {
	FirstName, MiddleName, LastName string
	// DigipostAddress identifies the hit in Identification and Recipient.
	DigipostAddress string
	// MobileNumber is masked: *****527.
	MobileNumber                         string
	OrganisationNumber, OrganisationName string
	Addresses                            []FoundAddress
}

// FoundAddress is an address of a FoundRecipient.
type FoundAddress struct {
	Street      string `xml:"street"`
	HouseNumber string `xml:"house-number"`
	HouseLetter string `xml:"house-letter"`
	Additional  string `xml:"additional-addressline"`
	Postcode    string `xml:"zip-code"`
	City        string `xml:"city"`
}

// SearchText gives the part of a text that may be searched for: letters, digits
// and "-", with single spaces between. Anything else could be read in two ways
// in an address or its signature, and becomes a space.
func SearchText(text string) string {
	if len(text) > 10*maxSearch {
		text = cut(text, 10*maxSearch)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '-' {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return strings.TrimSpace(string(letters[:min(len(letters), maxSearch)]))
}

// Search looks for people and organisations; Digipost gives ten at most. The
// text is taken as SearchText gives it and must have three characters.
func (c *Client) Search(ctx context.Context, text string) ([]FoundRecipient, error) {
	body, err := c.lookUp(ctx, OpSearch, RelSearch, text)
	if err != nil {
		return nil, err
	}
	found, err := parseRecipients(body)
	if err != nil {
		return nil, &Error{Op: OpSearch, HTTPStatus: http.StatusOK, Err: err}
	}
	return found, nil
}

// Autocomplete gives texts to search for that begin like this one. The text is
// taken as in Search.
func (c *Client) Autocomplete(ctx context.Context, text string) ([]string, error) {
	body, err := c.lookUp(ctx, OpAutocomplete, RelAutocomplete, text)
	if err != nil {
		return nil, err
	}
	suggestions, err := parseSuggestions(body)
	if err != nil {
		return nil, &Error{Op: OpAutocomplete, HTTPStatus: http.StatusOK, Err: err}
	}
	return suggestions, nil
}

// lookUp asks with a text in the path. Whether the signature covers such a path
// decoded (Java client) or escaped (.NET client) is not documented: the first
// refusal settles it for as long as the client lives.
func (c *Client) lookUp(ctx context.Context, op, relation, text string) ([]byte, error) {
	text = SearchText(text)
	if len([]rune(text)) < minSearch {
		return nil, &FieldError{Field: "search", Rule: "must have at least 3 letters or digits"}
	}
	root, u, err := c.follow(ctx, op, relation)
	if err != nil {
		return nil, err
	}
	u = u.JoinPath(url.PathEscape(text))
	decoded := c.signDecoded.Load()
	r := request{op: op, method: http.MethodGet, url: u, repeatable: true, signDecoded: decoded}
	body, err := c.call(ctx, root, r)
	if err == nil || !IsSignatureRefused(err) || u.EscapedPath() == u.Path {
		return body, err
	}
	r.signDecoded = !decoded
	other, otherErr := c.call(ctx, root, r)
	if otherErr != nil {
		return nil, err
	}
	c.signDecoded.Store(!decoded)
	return other, nil
}

func parseRecipients(body []byte) ([]FoundRecipient, error) {
	var d struct {
		XMLName    xml.Name `xml:"http://api.digipost.no/schema/v8 recipients"`
		Recipients []struct {
			First        string         `xml:"firstname"`
			Middle       string         `xml:"middlename"`
			Last         string         `xml:"lastname"`
			Address      string         `xml:"digipost-address"`
			Mobile       string         `xml:"mobile-number"`
			Organisation string         `xml:"organisation-number"`
			Company      string         `xml:"organisation-name"`
			Addresses    []FoundAddress `xml:"address"`
		} `xml:"recipient"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	found := make([]FoundRecipient, 0, len(d.Recipients))
	for _, r := range d.Recipients {
		// Without its address, a hit can't be sent to.
		if address := strings.TrimSpace(r.Address); address != "" {
			found = append(found, FoundRecipient{
				FirstName: r.First, MiddleName: r.Middle, LastName: r.Last, DigipostAddress: address, MobileNumber: r.Mobile,
				OrganisationNumber: r.Organisation, OrganisationName: r.Company, Addresses: r.Addresses,
			})
		}
	}
	return found, nil
}

func parseSuggestions(body []byte) ([]string, error) {
	var d struct {
		XMLName     xml.Name `xml:"http://api.digipost.no/schema/v8 autocomplete"`
		Suggestions []string `xml:"suggestion>search-string"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	texts := make([]string, 0, len(d.Suggestions))
	for _, text := range d.Suggestions {
		if text = strings.TrimSpace(text); text != "" {
			texts = append(texts, text)
		}
	}
	return texts, nil
}
