package ebox

import (
	"regexp"
	"strings"
)

// The codes about a client id, with their fields.
const (
	CodeClientGood        = "client_id"              // ok
	CodeClientEmpty       = "client_id_empty"        // block
	CodeClientPlaceholder = "client_id_placeholder"  // block: an example from a manual
	CodeClientOlder       = "client_id_older"        // warn: the older form, self_service_expeditor_
	CodeClientUnusual     = "client_id_unusual"      // warn: another form; the integration team gives such ids out
	CodeClientBlanks      = "client_id_blanks"       // warn: blanks or line breaks inside
	CodeSenderSame        = "client_id_sender_same"  // ok: number
	CodeSenderOther       = "client_id_sender_other" // warn: number (in the client id), sender_number
	CodeSenderForm        = "sender_number_form"     // warn: the verzendernummer is not digits only
)

var (
	clientForm = regexp.MustCompile(`^self_service_chaman_([0-9]+)_[a-z0-9]{10}$`)
	olderForm  = regexp.MustCompile(`^self_service_expeditor_([0-9]+)$`)
	digitForm  = regexp.MustCompile(`^[0-9]{1,20}$`)
	// placeholderForm is what manuals write where the reader's own is meant: something
	// in brackets, x for each character, or a word for it.
	placeholderForm = regexp.MustCompile(`(?i)[<>{}\[\]$*#…]|\.\.\.|x{4,}|_x+$|your|example|voorbeeld|client[ _-]?id|verzendernummer|expeditornumber|placeholder|dummy`)
)

// CheckClientID judges the form of a client id, and compares it with ChaMan's
// verzendernummer, which may be empty.
func CheckClientID(id, senderNumber string) []Finding {
	id = strings.TrimSpace(id)
	senderNumber = strings.NewReplacer(" ", "", ".", "").Replace(strings.TrimSpace(senderNumber))
	form, number := clientIDForm(id)
	findings := []Finding{form}
	switch {
	case senderNumber == "":
	case !digitForm.MatchString(senderNumber):
		findings = append(findings, Finding{CodeSenderForm, Warn, nil})
	case number == "":
	case strings.TrimLeft(number, "0") == strings.TrimLeft(senderNumber, "0"):
		findings = append(findings, Finding{CodeSenderSame, Good, map[string]string{"number": number}})
	default:
		findings = append(findings, Finding{CodeSenderOther, Warn, map[string]string{"number": number, "sender_number": senderNumber}})
	}
	return findings
}

// clientIDForm gives the verdict on the form and the number inside, if any. Only
// the form that ChaMan gives is accepted; others exist, so they only warn.
func clientIDForm(id string) (form Finding, number string) {
	if id == "" {
		return Finding{CodeClientEmpty, Block, nil}, ""
	}
	if parts := clientForm.FindStringSubmatch(id); parts != nil {
		if strings.Trim(id[strings.LastIndexByte(id, '_')+1:], "x") == "" {
			return Finding{CodeClientPlaceholder, Block, nil}, ""
		}
		return Finding{CodeClientGood, Good, nil}, parts[1]
	}
	if parts := olderForm.FindStringSubmatch(id); parts != nil {
		return Finding{CodeClientOlder, Warn, nil}, parts[1]
	}
	switch {
	case placeholderForm.MatchString(id):
		return Finding{CodeClientPlaceholder, Block, nil}, ""
	case strings.ContainsAny(id, " \t\r\n\u00a0"):
		return Finding{CodeClientBlanks, Warn, nil}, ""
	}
	return Finding{CodeClientUnusual, Warn, nil}, ""
}
