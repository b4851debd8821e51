package channel

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
)

func TestOrganisationOfACertificate(t *testing.T) {
	with := func(serial, identifier string) pkix.Name {
		name := pkix.Name{CommonName: "Koret", SerialNumber: serial}
		if identifier != "" {
			name.Names = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: identifier}}
		}
		return name
	}
	for name, try := range map[string]struct {
		subject pkix.Name
		want    string
	}{
		"older":                    {with("987654325", ""), "987654325"},
		"newer":                    {with("", "NTRNO-987654325"), "987654325"},
		"both":                     {with("12345", "NTRNO-987654325"), "987654325"},
		"another country":          {with("", "NTRSE-5560160680"), ""},
		"a person's":               {with("9578-4050-100000000", ""), ""},
		"none":                     {with("", ""), ""},
		"a number that is no such": {with("98765432", "NTRNO-98765432X"), ""},
	} {
		if got := organisationOf(try.subject); got != try.want {
			t.Errorf("%s: %q, want %q", name, got, try.want)
		}
	}
}
