package sandbox

import (
	"strings"
	"time"
)

// splitPerson reads the name and address of a recipient.
func splitPerson(n *node) (q nameAndAddress, country string) {
	name, adr := n.child("navn"), n.child("adresse")
	if f := name.kids[0]; f.name == "navn-format1" {
		q.Name = f.kids[0].text
		if w := strings.Fields(q.Name); f.kids[0].name == "fullt-navn-etternavn-foerst" && len(w) > 1 {
			q.Name = strings.Join(append(w[1:len(w):len(w)], w[0]), " ")
		}
	} else {
		var parts []string
		for _, k := range f.kids {
			parts = append(parts, k.text)
		}
		q.Name = strings.Join(parts, " ")
	}
	a := adr.kids[0]
	if a.name == "adresse-format1" {
		q.Line1, q.Line2 = a.value("adresselinje1"), a.value("adresselinje2")
	} else {
		q.Line1 = strings.Join(strings.Fields(a.value("adresse1")+" "+a.value("adresse2")+" "+a.value("adresse3")+" "+a.value("adresse4")), " ")
	}
	q.Postcode, q.Town = a.value("postnummer"), a.value("poststed")
	q.BirthDate, q.Phone, q.Email = n.value("foedselsdato"), n.value("telefonnummer"), n.value("epostadresse")
	return q, strings.TrimSpace(a.value("land"))
}

// row is the result for one recipient.
type row struct {
	Customer string   `json:"k"` // kunde-id
	Status   string   `json:"s"`
	Address  string   `json:"a,omitempty"`
	Alias    string   `json:"p,omitempty"`
	Reasons  []string `json:"r,omitempty"`
	Washed   bool     `json:"w,omitempty"`

	person *person // who was identified, nil for nobody
}

// The statuses of a recipient in the batch schema.
const (
	statusDigipost     = "DIGIPOST"
	statusIdentified   = "IDENTIFISERT"
	statusUnidentified = "UIDENTIFISERT"
	statusInvalid      = "UGYLDIG"
)

// judge gives the result for one recipient. seen holds the kunde-ids of the job so far.
func (p *people) judge(n *node, seen idSet, now time.Time) row {
	id := n.value("kunde-id")
	r := row{Customer: id}
	if id == "" || strings.TrimSpace(id) != id || seen.add(id) {
		r.Status, r.Reasons = statusInvalid, []string{"UGYLDIG_KUNDEID"}
		return r
	}
	q := n.kids[1]
	switch value := q.text; q.name {
	case "navn":
		return p.judgeName(r, n)
	case "foedselsnummer":
		return r.sure(p.byBirth[value], validBirthNumber(value, now), "UGYLDIG_FOEDSELSNUMMER")
	case "digipostadresse": // an alias given as an address is not found
		return r.sure(p.byAddress[value], looksLikeAddress(value), "UGYLDIG_DIGIPOSTADRESSE")
	case "person-alias":
		return r.sure(p.byAlias[value], true, "")
	default:
		one := p.byOrg[value]
		if one != nil && !one.user() {
			one = nil
		}
		return r.sure(one, validOrganisationNumber(value), "UGYLDIG_ORGANISASJONSNUMMER")
	}
}

// sure is the result of a sure identifier.
func (r row) sure(one *person, valid bool, reason string) row {
	switch {
	case !valid:
		r.Status, r.Reasons = statusInvalid, []string{reason}
	case one == nil:
		r.Status = statusUnidentified
	case one.user():
		r.Status, r.Address, r.person = statusDigipost, one.Address, one
	default:
		r.Status, r.Alias, r.person = statusIdentified, one.Alias, one
	}
	return r
}

func (p *people) judgeName(r row, n *node) row {
	q, country := splitPerson(n)
	norwegian := country == "" || strings.EqualFold(country, "Norge") || strings.EqualFold(country, "Norway") || strings.EqualFold(country, "NO")
	if strings.TrimSpace(q.Name) == "" {
		r.Reasons = append(r.Reasons, "UGYLDIG_NAVN_ADRESSE")
	}
	if norwegian && q.Postcode != "" && !validPostcode(q.Postcode) {
		r.Reasons = append(r.Reasons, "UGYLDIG_POSTNUMMER")
	}
	if n.child("foedselsdato") != nil && !validShortDate(q.BirthDate) {
		r.Reasons = append(r.Reasons, "UGYLDIG_FOEDSELSDATO")
	}
	if len(r.Reasons) > 0 {
		r.Status = statusInvalid
		return r
	}
	h := p.byNameAndAddress(q)
	switch {
	case h.several:
		r.Status, r.Reasons = statusUnidentified, []string{"FLERE_TREFF"}
		return r
	case h.person == nil && (strings.TrimSpace(q.Line1) == "" || q.Postcode == "" || strings.TrimSpace(q.Town) == ""):
		r.Status, r.Reasons = statusUnidentified, []string{"MANGELFULL_ADRESSE"}
		return r
	}
	r = r.sure(h.person, true, "")
	r.Washed = h.washed
	return r
}

// add counts one row.
func (c *counts) add(r row) {
	c.Total++
	switch {
	case r.Status == statusDigipost && r.Washed:
		c.DigipostWashed++
	case r.Status == statusDigipost:
		c.Digipost++
	case r.Status == statusIdentified && r.Washed:
		c.IdentifiedWashed++
	case r.Status == statusIdentified:
		c.Identified++
	case r.Status == statusUnidentified && len(r.Reasons) > 0 && r.Reasons[0] == "FLERE_TREFF":
		c.UnidentifiedSeveral++
	case r.Status == statusUnidentified:
		c.Unidentified++
	default:
		c.Invalid++
	}
}
