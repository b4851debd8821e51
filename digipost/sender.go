package digipost

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// SenderValid is the status of a sender for whom the broker may send. Any other
// means that there is no such sender or that the broker may not act for it;
// Digipost does not say which.
const SenderValid = "VALID_SENDER"

// Features of a sender, without the prefix no.digipost.feature.
const (
	FeatureDigipost      = "delivery.digipost"
	FeaturePrintFallback = "delivery.digipost-with-print-fallback"
	FeatureDirectToPrint = "delivery.direct-to-print"
	FeatureBatchMailing  = "batch.masseutsendelse"
	FeatureBatchSplit    = "batch.mottakersplitt"
)

const featurePrefix = "no.digipost.feature."

// SenderInformation is what Digipost knows of a sender.
type SenderInformation struct {
	// SenderID is 0 when the answer has none.
	SenderID int64
	Status   string
	// Features are all that were named, unknown ones too.
	Features []Feature
}

// Feature is something the sender may do, or a rule that applies to it.
type Feature struct {
	// Name has Digipost's whole name.
	Name string
	// Param is for some features a number, else empty.
	Param string
}

// Valid reports whether the broker may send for the sender.
func (s *SenderInformation) Valid() bool { return s.Status == SenderValid }

// Has reports whether the sender has a feature, named with or without prefix.
func (s *SenderInformation) Has(name string) bool {
	for _, feature := range s.Features {
		if strings.TrimPrefix(feature.Name, featurePrefix) == strings.TrimPrefix(name, featurePrefix) {
			return true
		}
	}
	return false
}

// SenderInformation asks what Digipost knows of a sender.
func (c *Client) SenderInformation(ctx context.Context, senderID int64) (*SenderInformation, error) {
	if senderID <= 0 {
		return nil, &FieldError{Field: "sender-id", Rule: "must be above 0"}
	}
	return c.senderInformation(ctx, func(u *url.URL) *url.URL { return u.JoinPath(strconv.FormatInt(senderID, 10)) })
}

// SenderInformationOf asks what Digipost knows of an organisation as a sender,
// or of a unit in it when part is not empty.
func (c *Client) SenderInformationOf(ctx context.Context, organisation, part string) (*SenderInformation, error) {
	check := &checker{}
	check.organization("org_id", organisation, "part_id", part)
	if check.err != nil {
		return nil, check.err
	}
	return c.senderInformation(ctx, func(u *url.URL) *url.URL {
		u.RawQuery = "org_id=" + percent(organisation)
		if part != "" {
			u.RawQuery += "&part_id=" + percent(part)
		}
		return u
	})
}

// senderInformation follows the link, completed by at.
func (c *Client) senderInformation(ctx context.Context, at func(*url.URL) *url.URL) (*SenderInformation, error) {
	root, u, err := c.follow(ctx, OpSenderInformation, RelGetSenderInformation)
	if err != nil {
		return nil, err
	}
	body, err := c.get(ctx, OpSenderInformation, root, at(u))
	if err != nil {
		return nil, err
	}
	information, err := parseSenderInformation(body)
	if err != nil {
		return nil, &Error{Op: OpSenderInformation, HTTPStatus: http.StatusOK, Err: err}
	}
	return information, nil
}

func parseSenderInformation(body []byte) (*SenderInformation, error) {
	var d struct {
		XMLName  xml.Name `xml:"http://api.digipost.no/schema/v8 sender-information"`
		SenderID string   `xml:"sender-id"`
		Status   string   `xml:"status"`
		Features []struct {
			Name  string `xml:",chardata"`
			Param string `xml:"param,attr"`
		} `xml:"supported-features>feature"`
	}
	if err := decode(body, &d); err != nil {
		return nil, err
	}
	information := &SenderInformation{Status: word(d.Status)}
	if information.Status == "" {
		return nil, ErrBadAnswer
	}
	if text := strings.TrimSpace(d.SenderID); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, ErrBadAnswer
		}
		information.SenderID = id
	}
	for _, feature := range d.Features {
		information.Features = append(information.Features, Feature{Name: strings.TrimSpace(feature.Name), Param: feature.Param})
	}
	return information, nil
}
