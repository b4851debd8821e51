package signup

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// TestRegistrationURL holds against the example on Digipost's onboarding page.
func TestRegistrationURL(t *testing.T) {
	const base = "https://www.digipost.no/registrering/bedrift"
	got, err := RegistrationURL(base, Registration{"12345", "https://example.com", "abcde", "987654321"})
	if want := base + "?partner-id=12345&redirect-url=https%3A%2F%2Fexample.com&nonce=abcde&org=987654321"; err != nil || got != want {
		t.Errorf("%s %v\nwant %s", got, err, want)
	}
	got, err = RegistrationURL(base, Registration{"12345", "http://127.0.0.1:40001/retur/ab_c", "a&b=c", ""})
	if want := base + "?partner-id=12345&redirect-url=http%3A%2F%2F127.0.0.1%3A40001%2Fretur%2Fab_c&nonce=a%26b%3Dc"; err != nil || got != want {
		t.Errorf("%s %v\nwant %s", got, err, want)
	}
	good := Registration{"12345", "https://example.com", "abcde", "987654321"}
	for name, change := range map[string]func(*Registration){
		"no partner":       func(r *Registration) { r.PartnerID = "" },
		"no nonce":         func(r *Registration) { r.Nonce = "" },
		"no return":        func(r *Registration) { r.RedirectURL = "" },
		"return has query": func(r *Registration) { r.RedirectURL = "https://example.com/?a=b" },
		"fragment":         func(r *Registration) { r.RedirectURL = "https://example.com/#a" },
		"organisation":     func(r *Registration) { r.OrganisationNumber = "98765432" },
	} {
		r := good
		change(&r)
		if _, err := RegistrationURL(base, r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, bad := range []string{"", "www.digipost.no", "javascript:alert(1)", base + "?x=1"} {
		if _, err := RegistrationURL(bad, good); err == nil {
			t.Errorf("base %q: accepted", bad)
		}
	}
}

func TestNewNonce(t *testing.T) {
	a, b := NewNonce(), NewNonce()
	if a == b || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(a) {
		t.Errorf("%s %s", a, b)
	}
	for text, want := range map[string]bool{a: true, a[1:]: false, a + "0": false, strings.ToUpper(a[:39]) + "A": false, "": false, a + "\n": false} {
		if IsNonce(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestParseReturn(t *testing.T) {
	whole := Answer{34567, "kunde123#1A2B", "abcde"}
	for address, want := range map[string]Answer{
		"https://www.partner.no/digipost-reg?sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde":   whole,
		"https://www.partner.no/digipost-reg?sender-id=34567&dp-address=kunde123%231A2B&nonce=abcde": whole,
		"http://127.0.0.1:8080/retur/x?nonce=abcde&dp-address=kunde123#1A2B&sender-id=34567":         whole,
		"http://127.0.0.1:8080/retur/x?nonce=abcde&sender-id=34567&dp-address=kunde123#1A2B":         whole,
		"?sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde":                                      whole,
		"sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde":                                       whole,
		"127.0.0.1:8080/retur/x?sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde":                whole,
		"  <http://x/?sender-id=34567&dp-address=kunde\n  123#1A2B&nonce=abcde>\r\n":                 whole,
		"http://x/?sender-id=34567&amp;dp-address=kunde123#1A2B&amp;nonce=abcde":                     whole,
		"http://x/?sender-id=34567&sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde":             whole,
		"http://x/?utm=1&sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde#top":                   whole,
		"http://x/?sender-id=34567&nonce=abcde":                                                      {34567, "", "abcde"},
		"http://x/?sender-id=34567#top":                                                              {34567, "", ""},
		"http://x/?sender-id=34567&dp-address=kunde123":                                              {34567, "kunde123", ""},
	} {
		if got, err := ParseReturn(address); err != nil || got != want {
			t.Errorf("%s: %+v %v", address, got, err)
		}
	}
	for address, want := range map[string]error{
		"":                                     ErrNotAReturn,
		"hei":                                  ErrNotAReturn,
		"https://www.digipost.no/":             ErrNotAReturn,
		"http://x/?a=b":                        ErrNotAReturn,
		"http://x/?sender-id=1&sender-id=2":    ErrNotAReturn,
		"http://x/?sender-id=1&nonce=%zz":      ErrNotAReturn,
		"http://x/?sender-id=1&dp-address=%00": ErrNotAReturn,
		"http://x/?sender-id=1&nonce=%ff":      ErrNotAReturn,
		"http://x/?sender-id=1&nonce=" + strings.Repeat("a", 400): ErrNotAReturn,
		strings.Repeat("a", 5000):                                 ErrNotAReturn,
		"http://x/?nonce=abcde":                                   ErrNoSender,
		"http://x/?sender-id=&nonce=abcde":                        ErrNoSender,
		"http://x/?sender-id=0":                                   ErrNoSender,
		"http://x/?sender-id=-5":                                  ErrNoSender,
		"http://x/?sender-id=+5":                                  ErrNoSender,
		"http://x/?sender-id=abc":                                 ErrNoSender,
		"http://x/?sender-id=99999999999999999999":                ErrNoSender,
	} {
		if got, err := ParseReturn(address); !errors.Is(err, want) || got != (Answer{}) {
			t.Errorf("%s: %+v %v, want %v", address, got, err, want)
		}
	}
}

// FuzzParseReturn: whatever is pasted, the answer is whole or there is none,
// and an answer that is written out is read as the same.
func FuzzParseReturn(f *testing.F) {
	f.Add("https://www.partner.no/digipost-reg?sender-id=34567&dp-address=kunde123#1A2B&nonce=abcde")
	f.Add("?nonce=%61&sender-id=1#x&&=&?")
	f.Fuzz(func(t *testing.T, address string) {
		a, err := ParseReturn(address)
		if err != nil {
			if a != (Answer{}) {
				t.Errorf("%+v with %v", a, err)
			}
			return
		}
		if a.SenderID <= 0 || len(a.DigipostAddress) > 300 || len(a.Nonce) > 300 {
			t.Errorf("%+v", a)
		}
	})
}
