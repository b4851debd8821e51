package channel

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/ebox"
)

// The codes of the checks, each with its verdict and fields; the words for them
// are ebox.check.<code>.
//
// About a certificate (CheckEBoxCertificate):
//
//	certificate_unreadable         block: no X.509 certificate, neither PEM nor DER nor PKCS#12
//	certificate_password           block: the pass phrase does not open the file
//	certificate_valid              ok: days, date
//	certificate_ends_soon          warn: days, date (less than 30 days left)
//	certificate_expired            block: days (since), date
//	certificate_not_yet            block: days (until), date
//	certificate_key_rsa            ok: key ("RSA 3072")
//	certificate_key_not_rsa        block: key (may be missing)
//	certificate_key_long           ok: bits
//	certificate_key_short          warn: bits, least
//	certificate_only               ok: the file holds no private key
//	certificate_has_key            block: a private key stands in the file; do not upload or mail it
//	certificate_key_store          warn: PKCS#12 with the private key; for this program, never for ChaMan
//	certificate_key_matches        ok: the private key is this certificate's
//	certificate_key_other          block: the private key is another certificate's
//	certificate_key_unreadable     block: the key file can't be read
//	certificate_key_password       block: the pass phrase does not open the key file
//	certificate_self_signed        warn
//	certificate_issued             ok: issuer
//	certificate_subject            ok: the subject follows the rule of 2020
//	certificate_subject_other      info: missing
//	certificate_number_same        ok: number
//	certificate_number_other       info: number, enterprise
//	certificate_number_none        info
//	certificate_number_wrong       info: number (its check digits do not hold)
//	certificate_environment        ok: found (PRD, ACC)
//	certificate_environment_other  warn: found, wanted
//	certificate_environment_none   info: wanted
//	certificate_several            info: count, subject (which one was judged)
//	certificate_fingerprint        info: sha256
//
// About a client id (CheckClientID):
//
//	client_id                      ok: the form that ChaMan gives
//	client_id_empty                block
//	client_id_placeholder          block: an example from a manual
//	client_id_older                warn: self_service_expeditor_...
//	client_id_unusual              warn: another form
//	client_id_blanks               warn: blanks or line breaks inside
//	client_id_sender_same          ok: number
//	client_id_sender_other         warn: number (in the client id), sender_number
//	sender_number_form             warn: the verzendernummer is not digits only
//
// Dates are yyyy-mm-dd; days, bits and count are whole numbers.

// CheckEBoxCertificate judges a certificate for ChaMan: PEM, DER or PKCS#12. key
// is the private key where it is a file of its own (profile B), password opens
// whichever of them is closed. Its faults are wrong_password and
// certificate_unreadable; the checks say so, too. A file that holds nothing but a
// private key is no fault but an alarm among the checks.
func CheckEBoxCertificate(file, key []byte, password string, enterprise string, environment post.EBoxEnvironment,
	now time.Time) (post.EBoxCertificate, []post.EBoxCheck, error) {
	if len(file) == 0 {
		return post.EBoxCertificate{}, nil, post.NewFault(post.CodeCertificateBroken, nil)
	}
	facts, findings := ebox.CheckCertificate(ebox.CertificateQuestion{File: file, Key: key, Password: password,
		Enterprise: enterprise, Environment: subjectEnvironment(environment), Now: now})
	var fault error
	switch code := trouble(findings); {
	case code == ebox.CodePassword:
		fault = post.NewFault(post.CodeWrongPassword, nil)
	case code == ebox.CodeUnreadable && !facts.HasPrivateKey:
		fault = post.NewFault(post.CodeCertificateBroken, nil)
	}
	return post.EBoxCertificate{
		Subject: facts.Subject, Issuer: facts.Issuer, Serial: facts.Serial, Enterprise: facts.Enterprise,
		NotBefore: facts.NotBefore, NotAfter: facts.NotAfter, SHA256: facts.SHA256, Key: facts.Key,
		HasPrivateKey: facts.HasPrivateKey, KeyMatches: facts.KeyMatches,
	}, checksOf(findings), fault
}

// trouble is why a file could not be read, or "".
func trouble(findings []ebox.Finding) string {
	for _, f := range findings {
		if f.Code == ebox.CodePassword || f.Code == ebox.CodeUnreadable {
			return f.Code
		}
	}
	return ""
}

// CheckClientID judges the form of a client id and compares it with ChaMan's
// verzendernummer, which may be empty.
func CheckClientID(id, senderNumber string) []post.EBoxCheck {
	return checksOf(ebox.CheckClientID(id, senderNumber))
}

// EBoxChecks is CheckEBoxCertificate and CheckClientID for those who want them
// through a port.
type EBoxChecks struct{}

// CheckEBoxCertificate is the function of that name.
func (EBoxChecks) CheckEBoxCertificate(file, key []byte, password, enterprise string, environment post.EBoxEnvironment,
	now time.Time) (post.EBoxCertificate, []post.EBoxCheck, error) {
	return CheckEBoxCertificate(file, key, password, enterprise, environment, now)
}

// CheckClientID is the function of that name.
func (EBoxChecks) CheckClientID(id, senderNumber string) []post.EBoxCheck {
	return CheckClientID(id, senderNumber)
}

// EBoxSigner gives the private key that signs for the e-Box: from key where it is
// a file of its own, else from file, which then holds both.
func EBoxSigner(file, key []byte, password string) (crypto.Signer, error) {
	if len(key) == 0 {
		key = file
	}
	if len(key) == 0 {
		return nil, post.NewFault(post.CodeEBoxKey, nil)
	}
	signer, err := ebox.ReadKey(key, password)
	switch {
	case errors.Is(err, ebox.ErrKeyPassword):
		return nil, post.NewFault(post.CodeWrongPassword, err)
	case err != nil:
		return nil, post.NewFault(post.CodeEBoxKey, err)
	}
	if _, ok := signer.Public().(*rsa.PublicKey); !ok {
		return nil, post.NewFault(post.CodeCertificateKey, nil)
	}
	return signer, nil
}

// subjectEnvironment is the word that stands in a certificate's subject. The
// simulation takes production's; in practice any will do.
func subjectEnvironment(environment post.EBoxEnvironment) string {
	switch environment {
	case post.EBoxProduction, post.EBoxSimulation:
		return "PRD"
	case post.EBoxAcceptance:
		return "ACC"
	}
	return ""
}

func checksOf(findings []ebox.Finding) []post.EBoxCheck {
	checks := make([]post.EBoxCheck, 0, len(findings))
	for _, f := range findings {
		checks = append(checks, post.EBoxCheck{Code: f.Code, Verdict: verdicts[f.Verdict], Fields: f.Fields})
	}
	return checks
}

var verdicts = map[ebox.Verdict]post.EBoxVerdict{
	ebox.Block: post.EBoxBlocks, ebox.Warn: post.EBoxWarns, ebox.Info: post.EBoxTells, ebox.Good: post.EBoxGood,
}
