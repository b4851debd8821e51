package sandbox

import (
	"net/http"
	"time"
)

// The results of an identification.
const (
	resultDigipost     = "DIGIPOST"
	resultIdentified   = "IDENTIFIED"
	resultUnidentified = "UNIDENTIFIED"
	resultInvalid      = "INVALID"
)

// finding is what an identification finds.
type finding struct {
	result         string
	address, alias string
	reason         string // of UNIDENTIFIED or INVALID
}

// postIdentification answers who a recipient is, without sending anything.
// All four results come with status 200. withKey is the other resource that the
// Java client asks before it sends anything that may be printed. That client
// refuses a Digipost user without a key, even for a letter in the open, so there
// is one; what is encrypted with it is refused (codeNoPreEncrypt).
func (s *Server) postIdentification(r *http.Request, body *spool, withKey bool, now time.Time) (answer, error) {
	doc, err := xmlBody(r, s.grammar.identification, body)
	if err != nil {
		return answer{}, err
	}
	if len(doc.kids) == 0 {
		return answer{}, refuse(codeMissingRecipient, "The identification is empty")
	}
	withAlias, _ := parseBool(doc.attr("include-personalias-for-digipost-user"))
	result := s.identify(doc.kids[0], withAlias, now)
	if !withKey {
		return ok(apiDocument("identification-result", result.write)), nil
	}
	return ok(apiDocument("identification-result-with-encryption-key", func(x *xmlWriter) {
		x.start("identification-result")
		result.write(x)
		x.end()
		if result.result == resultDigipost {
			x.text("encryption-key", string(s.id.publicKey), "key-id", s.id.publicKeyID)
		}
	})), nil
}

// identify answers by the form of the question.
func (s *Server) identify(q *node, withAlias bool, now time.Time) finding {
	value := q.text
	switch q.name {
	case "personal-identification-number":
		if !validBirthNumber(value, now) {
			return finding{result: resultInvalid, reason: "INVALID_PERSONAL_IDENTIFICATION_NUMBER"}
		}
		// By birth number neither an address nor a reason is told.
		return finding{result: found(s.folk().byBirth[value], false).result}
	case "organisation-number":
		if !validOrganisationNumber(value) {
			return finding{result: resultInvalid, reason: "INVALID_ORGANISATION_NUMBER"}
		}
		if one := s.folk().byOrg[value]; one != nil && one.user() {
			return found(one, withAlias)
		}
		return finding{result: resultUnidentified, reason: "NOT_FOUND"} // never IDENTIFIED
	case "digipost-address":
		if !looksLikeAddress(value) {
			return finding{result: resultInvalid, reason: "UNKNOWN"}
		}
		one := s.folk().byAddress[value]
		if one == nil {
			one = s.folk().byAlias[value] // an alias of an earlier answer may be asked for again
		}
		return found(one, withAlias)
	case "bank-account-number":
		if !validAccountNumber(value) {
			return finding{result: resultInvalid, reason: "UNKNOWN"}
		}
		return found(s.folk().byAccount[value], withAlias)
	}
	h := s.folk().byNameAndAddress(readNameAndAddress(q))
	if h.several {
		return finding{result: resultUnidentified, reason: "MULTIPLE_MATCHES"}
	}
	return found(h.person, withAlias)
}

func found(one *person, withAlias bool) finding {
	switch {
	case one == nil:
		return finding{result: resultUnidentified, reason: "NOT_FOUND"}
	case one.user() && withAlias:
		return finding{result: resultDigipost, address: one.Address, alias: one.Alias}
	case one.user():
		return finding{result: resultDigipost, address: one.Address}
	}
	return finding{result: resultIdentified, alias: one.Alias}
}

func readNameAndAddress(n *node) nameAndAddress {
	birth := collapse(n.value("birth-date"))
	return nameAndAddress{
		Name: n.value("fullname"), Line1: n.value("addressline1"), Line2: n.value("addressline2"),
		Postcode: n.value("postalcode"), Town: n.value("city"),
		BirthDate: shortDate(birth[:min(len(birth), len(time.DateOnly))]), // without a zone
		Phone:     n.value("phone-number"), Email: n.value("email-address"),
	}
}

// write writes what an identification-result holds.
func (f finding) write(x *xmlWriter) {
	x.text("result", f.result)
	switch f.result {
	case resultUnidentified:
		x.optional("unidentified-reason", f.reason)
	case resultInvalid:
		x.optional("invalid-reason", f.reason)
	default:
		x.optional("digipost-address", f.address)
		x.optional("person-alias", f.alias)
	}
}

// recipient finds whom a message is for, user or not; nil if nobody fits, or
// several do.
func (s *Server) recipient(q *node) *person {
	switch q.name {
	case "personal-identification-number":
		return s.folk().byBirth[q.text]
	case "organisation-number":
		return s.folk().byOrg[q.text]
	case "digipost-address": // an alias is no address to send to
		return s.folk().byAddress[q.text]
	case "bank-account-number":
		return s.folk().byAccount[q.text]
	case "peppol-addresses":
		to := q.child("receiver")
		if to.value("schemeID") != choicePeppolScheme {
			return nil
		}
		return s.folk().byOrg[to.value("endpointID")]
	case "name-and-address":
		return s.folk().byNameAndAddress(readNameAndAddress(q)).person
	}
	return nil
}
