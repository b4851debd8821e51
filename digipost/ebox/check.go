package ebox

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Verdict is how much a finding weighs.
type Verdict string

// The verdicts, the gravest first.
const (
	Block Verdict = "block"
	Warn  Verdict = "warn"
	Info  Verdict = "info"
	Good  Verdict = "ok"
)

// Finding is one thing looked at. Code names it; Fields fill the words that
// somebody else has for it.
type Finding struct {
	Code    string
	Verdict Verdict
	Fields  map[string]string
}

// The codes about a certificate, with their fields.
const (
	CodeUnreadable      = "certificate_unreadable"        // block: no X.509 certificate, neither PEM nor DER nor PKCS#12
	CodePassword        = "certificate_password"          // block: the pass phrase does not open the file
	CodeValid           = "certificate_valid"             // ok: days, date
	CodeEndsSoon        = "certificate_ends_soon"         // warn: days, date
	CodeExpired         = "certificate_expired"           // block: days (since), date
	CodeNotYet          = "certificate_not_yet"           // block: days, date
	CodeKeyKind         = "certificate_key_rsa"           // ok: key
	CodeKeyNotRSA       = "certificate_key_not_rsa"       // block: key
	CodeKeyLong         = "certificate_key_long"          // ok: bits
	CodeKeyShort        = "certificate_key_short"         // warn: bits, least
	CodeNoPrivateKey    = "certificate_only"              // ok: the file holds no private key
	CodePrivateKey      = "certificate_has_key"           // block: a private key stands in the file that is to be uploaded
	CodePrivateKeyStore = "certificate_key_store"         // warn: a PKCS#12 file with the private key: for this program, never to upload
	CodeKeyMatches      = "certificate_key_matches"       // ok
	CodeKeyOther        = "certificate_key_other"         // block: the private key is another certificate's
	CodeKeyUnreadable   = "certificate_key_unreadable"    // block: the key file can't be read
	CodeKeyPassword     = "certificate_key_password"      // block: the pass phrase does not open the key file
	CodeSelfSigned      = "certificate_self_signed"       // warn
	CodeIssued          = "certificate_issued"            // ok: issuer
	CodeSubject         = "certificate_subject"           // ok: the subject follows the older integrators' rule
	CodeSubjectOther    = "certificate_subject_other"     // info: missing
	CodeNumberSame      = "certificate_number_same"       // ok: number
	CodeNumberOther     = "certificate_number_other"      // info: number, enterprise
	CodeNumberNone      = "certificate_number_none"       // info: no enterprise number in the subject
	CodeNumberWrong     = "certificate_number_wrong"      // info: number: its check digits do not hold
	CodeEnvironment     = "certificate_environment"       // ok: found
	CodeOtherEnv        = "certificate_environment_other" // warn: found, wanted
	CodeNoEnvironment   = "certificate_environment_none"  // info: wanted
	CodeSeveral         = "certificate_several"           // info: count, subject: which one is meant
	CodeFingerprint     = "certificate_fingerprint"       // info: sha256
)

const (
	soonDays  = 30
	leastBits = 2048
)

// CertificateFacts are what can be shown of a certificate.
type CertificateFacts struct {
	Subject, Issuer, Serial string
	// Enterprise is the enterprise number in the subject, ten digits, or empty.
	Enterprise          string
	NotBefore, NotAfter time.Time
	// SHA256 is the fingerprint in pairs with colons.
	SHA256 string
	// Key is kind and size, for example "RSA 3072".
	Key                       string
	HasPrivateKey, KeyMatches bool
}

// CertificateQuestion is what is to be judged.
type CertificateQuestion struct {
	// File is the certificate: PEM, DER or PKCS#12. Key is the private key where it
	// is a file of its own; Password opens whichever of them is closed.
	File, Key []byte
	Password  string
	// Enterprise is the enterprise number wanted, in any form, or empty. Environment
	// is PRD or ACC, or empty for any.
	Enterprise, Environment string
	Now                     time.Time
}

// CheckCertificate judges a certificate for ChaMan. It gives findings for every
// file, readable or not.
func CheckCertificate(q CertificateQuestion) (CertificateFacts, []Finding) {
	file, trouble := readCertificate(q.File, q.Password)
	if trouble != "" {
		return CertificateFacts{HasPrivateKey: file.hasKey}, append(keyInside(file, q), Finding{trouble, Block, nil})
	}
	key, findings := privateKey(file, q)
	certificate := file.choose(key)
	facts := factsOf(certificate)
	facts.HasPrivateKey = file.hasKey
	if key != nil {
		public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
		facts.KeyMatches = ok && public.Equal(certificate.PublicKey)
		if facts.KeyMatches {
			findings = append(findings, Finding{CodeKeyMatches, Good, nil})
		} else {
			findings = append(findings, Finding{CodeKeyOther, Block, nil})
		}
	}
	findings = append(keyInside(file, q), findings...)
	findings = append(findings, checkValidity(certificate, q.Now), checkKind(certificate, facts))
	if size, ok := checkSize(certificate); ok {
		findings = append(findings, size)
	}
	findings = append(findings, checkIssuer(certificate, facts), checkNumber(certificate, q.Enterprise))
	if environment, ok := checkEnvironment(certificate, q.Environment); ok {
		findings = append(findings, environment)
	}
	findings = append(findings, checkSubject(certificate))
	if n := len(file.certificates); n > 1 {
		findings = append(findings, Finding{CodeSeveral, Info, map[string]string{"count": strconv.Itoa(n), "subject": facts.Subject}})
	}
	findings = append(findings, Finding{CodeFingerprint, Info, map[string]string{"sha256": facts.SHA256}})
	return facts, findings
}

// keyInside is the alarm: what is uploaded or mailed must not hold a key.
func keyInside(file certificateFile, q CertificateQuestion) []Finding {
	switch {
	case !file.hasKey:
		if len(file.certificates) == 0 {
			return nil
		}
		return []Finding{{CodeNoPrivateKey, Good, nil}}
	case file.store && len(q.Key) == 0:
		return []Finding{{CodePrivateKeyStore, Warn, nil}}
	}
	return []Finding{{CodePrivateKey, Block, nil}}
}

// privateKey is the key file's, or else the one beside the certificate.
func privateKey(file certificateFile, q CertificateQuestion) (crypto.Signer, []Finding) {
	if len(q.Key) == 0 {
		return file.key, nil
	}
	key, err := ReadKey(q.Key, q.Password)
	switch err {
	case nil:
		return key, nil
	case ErrKeyPassword:
		return nil, []Finding{{CodeKeyPassword, Block, nil}}
	}
	return nil, []Finding{{CodeKeyUnreadable, Block, nil}}
}

func factsOf(c *x509.Certificate) CertificateFacts {
	sum := sha256.Sum256(c.Raw)
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	facts := CertificateFacts{
		Subject: clean(c.Subject.String()), Issuer: clean(c.Issuer.String()), NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		SHA256: strings.Join(pairs, ":"), Key: kindOf(c.PublicKey),
	}
	if c.SerialNumber != nil {
		facts.Serial = c.SerialNumber.Text(16)
	}
	if number := numberIn(c); soundKBO(number) {
		facts.Enterprise = number
	}
	return facts
}

// clean bounds a name and takes out what would spoil a line.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > 500 {
		return string(runes[:500])
	}
	return text
}

func kindOf(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("EC %d", k.Params().BitSize)
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "?"
}

func checkValidity(c *x509.Certificate, now time.Time) Finding {
	days := func(d time.Duration) string { return strconv.Itoa(int(d / (24 * time.Hour))) }
	switch left := c.NotAfter.Sub(now); {
	case now.Before(c.NotBefore):
		return Finding{CodeNotYet, Block, map[string]string{"days": days(c.NotBefore.Sub(now)), "date": day(c.NotBefore)}}
	case left < 0:
		return Finding{CodeExpired, Block, map[string]string{"days": days(-left), "date": day(c.NotAfter)}}
	case left < soonDays*24*time.Hour:
		return Finding{CodeEndsSoon, Warn, map[string]string{"days": days(left), "date": day(c.NotAfter)}}
	default:
		return Finding{CodeValid, Good, map[string]string{"days": days(left), "date": day(c.NotAfter)}}
	}
}

// checkKind: tokens are signed RS256.
func checkKind(c *x509.Certificate, facts CertificateFacts) Finding {
	fields := map[string]string{"key": facts.Key}
	if _, ok := c.PublicKey.(*rsa.PublicKey); !ok {
		return Finding{CodeKeyNotRSA, Block, fields}
	}
	return Finding{CodeKeyKind, Good, fields}
}

func checkSize(c *x509.Certificate) (Finding, bool) {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return Finding{}, false
	}
	bits := strconv.Itoa(key.N.BitLen())
	if key.N.BitLen() < leastBits {
		return Finding{CodeKeyShort, Warn, map[string]string{"bits": bits, "least": strconv.Itoa(leastBits)}}, true
	}
	return Finding{CodeKeyLong, Good, map[string]string{"bits": bits}}, true
}

// checkIssuer only warns: an older page of the e-Box advises against a
// certificate that signs itself, later ones allow it.
func checkIssuer(c *x509.Certificate, facts CertificateFacts) Finding {
	if bytes.Equal(c.RawIssuer, c.RawSubject) {
		err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
		// Go does not check signatures by SHA-1 any more: then the names decide.
		var insecure x509.InsecureAlgorithmError
		if err == nil || errors.As(err, &insecure) {
			return Finding{CodeSelfSigned, Warn, nil}
		}
	}
	return Finding{CodeIssued, Good, map[string]string{"issuer": facts.Issuer}}
}

const numberPrefix = "urn:be:fgov:kbo-bce:organization:cbe-number:"

// numberIn gives the number in the subject as it stands there, or "".
func numberIn(c *x509.Certificate) string {
	for _, unit := range c.Subject.OrganizationalUnit {
		if number, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(unit)), numberPrefix); ok && len(number) <= 20 {
			return clean(number)
		}
	}
	return ""
}

func checkNumber(c *x509.Certificate, wanted string) Finding {
	number := numberIn(c)
	switch wanted = plainKBO(wanted); {
	case number == "":
		return Finding{CodeNumberNone, Info, nil}
	case !soundKBO(number):
		return Finding{CodeNumberWrong, Info, map[string]string{"number": number}}
	case wanted != "" && number != wanted:
		return Finding{CodeNumberOther, Info, map[string]string{"number": number, "enterprise": wanted}}
	}
	return Finding{CodeNumberSame, Good, map[string]string{"number": number}}
}

// plainKBO takes blanks, dots and a leading BE out of an enterprise number.
func plainKBO(text string) string {
	text = strings.ToUpper(strings.NewReplacer(" ", "", ".", "", "-", "").Replace(text))
	text = strings.TrimPrefix(text, "BE")
	if len(text) == 9 {
		text = "0" + text
	}
	return text
}

// soundKBO reports whether ten digits can be an enterprise number: the last two
// are 97 less the rest of the first eight divided by 97.
func soundKBO(number string) bool {
	if len(number) != 10 || number[0] > '1' {
		return false
	}
	for _, r := range number {
		if r < '0' || r > '9' {
			return false
		}
	}
	first, _ := strconv.Atoi(number[:8])
	check, _ := strconv.Atoi(number[8:])
	return first > 0 && 97-first%97 == check
}

func checkEnvironment(c *x509.Certificate, wanted string) (Finding, bool) {
	if wanted == "" {
		return Finding{}, false
	}
	for _, unit := range c.Subject.OrganizationalUnit {
		unit = strings.ToUpper(strings.TrimSpace(unit))
		if unit != "PRD" && unit != "ACC" && unit != "INT" {
			continue
		}
		if unit == wanted {
			return Finding{CodeEnvironment, Good, map[string]string{"found": unit}}, true
		}
		return Finding{CodeOtherEnv, Warn, map[string]string{"found": unit, "wanted": wanted}}, true
	}
	return Finding{CodeNoEnvironment, Info, map[string]string{"wanted": wanted}}, true
}

// checkSubject compares the subject with the rule that integrators were given
// in 2020; it is no condition today.
func checkSubject(c *x509.Certificate) Finding {
	var missing []string
	lacks := func(name string, there bool) {
		if !there {
			missing = append(missing, name)
		}
	}
	federal := false
	for _, unit := range c.Subject.OrganizationalUnit {
		federal = federal || strings.EqualFold(strings.TrimSpace(unit), "Belgian Federal Government")
	}
	lacks("C=BE", len(c.Subject.Country) == 1 && strings.EqualFold(c.Subject.Country[0], "BE"))
	lacks("O", len(c.Subject.Organization) > 0)
	lacks("OU=Belgian Federal Government", federal)
	lacks("OU="+numberPrefix, numberIn(c) != "")
	lacks("CN", c.Subject.CommonName != "")
	lacks("L", len(c.Subject.Locality) > 0)
	lacks("S", len(c.Subject.Province) > 0)
	if len(missing) > 0 {
		return Finding{CodeSubjectOther, Info, map[string]string{"missing": strings.Join(missing, ", ")}}
	}
	return Finding{CodeSubject, Good, nil}
}
