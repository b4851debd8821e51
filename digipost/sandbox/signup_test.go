package sandbox

import (
	"bytes"
	"crypto/rsa"
	"html"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

func signupQuery(r Ready, change ...string) string {
	q := url.Values{"partner-id": {r.PartnerID}, "redirect-url": {"http://127.0.0.1:5555/retur"}, "nonce": {"abc&=å"}, "org": {"310245798"}}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return q.Encode()
}

func TestSignup(t *testing.T) {
	s := start(t)
	r := s.Ready()
	code, page := fetch(t, r.Signup+"?"+signupQuery(r))
	if code != 200 || !strings.Contains(page, "ØVELSE – ikke Digipost") || !strings.Contains(page, `lang="nb"`) {
		t.Fatalf("%d %s", code, page)
	}
	// Fill in the form as the page gives it.
	form := url.Values{"accept": {"yes"}, "partner": {"yes"}}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for hash, want := range map[string]string{
		"":        "http://127.0.0.1:5555/retur?sender-id=1000&dp-address=kunde123#1A2B&nonce=abc%26%3D%C3%A5",
		"escaped": "http://127.0.0.1:5555/retur?sender-id=1000&dp-address=kunde123%231A2B&nonce=abc%26%3D%C3%A5",
	} {
		form.Set("hash", hash)
		code, page = postTo(t, r.Signup, form.Encode(), "application/x-www-form-urlencoded")
		m := regexp.MustCompile(`id="tilbake" href="([^"]*)"`).FindStringSubmatch(page)
		if code != 200 || m == nil || html.UnescapeString(m[1]) != want {
			t.Errorf("%d %v\n%s", code, m, page)
		}
	}
	if !strings.Contains(page, r.CertificatePassword) || !strings.Contains(page, r.SenderID) {
		t.Error("sender-id or pass phrase is not on the page")
	}
	m := regexp.MustCompile(`id="sertifikat" href="([^"]*)"`).FindStringSubmatch(page)
	_, file := fetch(t, s.signup+m[1])
	_, cert, _, err := pkcs12.DecodeChain([]byte(file), r.CertificatePassword)
	if err != nil || cert.Subject.SerialNumber != "310245798" || !cert.PublicKey.(*rsa.PublicKey).Equal(s.id.sender.PublicKey) {
		t.Errorf("certificate file: %v", err)
	}
	if _, again := fetch(t, s.signup+m[1]); again != file {
		t.Error("another certificate at the second click")
	}
	_, file = fetch(t, s.signup+certificatePath)
	if _, cert, _, err := pkcs12.DecodeChain([]byte(file), r.CertificatePassword); err != nil || !cert.Equal(s.id.sender) {
		t.Errorf("the stand-in's own certificate file: %v", err)
	}
	if code, _ := fetch(t, s.signup+certificatePath+"?org=../x"); code != 400 {
		t.Errorf("a certificate for no company: %d", code)
	}
	if got := s.snapshot().Signups; len(got) != 2 || got[0].Organisation != "310245798" {
		t.Errorf("%+v", got)
	}
}

func TestSignupRefused(t *testing.T) {
	s := start(t)
	r := s.Ready()
	for name, change := range map[string][]string{
		"partner":          {"partner-id", "1"},
		"redirect foreign": {"redirect-url", "http://example.com/"},
		"redirect https":   {"redirect-url", "https://127.0.0.1:1/"},
		"redirect script":  {"redirect-url", "javascript:alert(1)"},
		"redirect user":    {"redirect-url", "http://127.0.0.1:1@example.com/"},
		"redirect hash":    {"redirect-url", "http://127.0.0.1:1/#x"},
		"redirect missing": {"redirect-url", ""},
		"number":           {"org", "310245799"},
		"nonce":            {"nonce", strings.Repeat("x", 300)},
		"switch":           {"hash", "maybe"},
	} {
		if code, page := fetch(t, r.Signup+"?"+signupQuery(r, change...)); code != 400 || !strings.Contains(page, `id="feil"`) {
			t.Errorf("%s: %d %s", name, code, page)
		}
		form := signupQuery(r, append(change, "accept", "yes", "partner", "yes")...)
		if code, _ := postTo(t, r.Signup, form, "application/x-www-form-urlencoded"); code != 400 {
			t.Errorf("%s, form: %d", name, code)
		}
	}
	if code, _ := postTo(t, r.Signup, signupQuery(r), "application/x-www-form-urlencoded"); code != 400 {
		t.Error("done without accepting")
	}
	if code, _ := postTo(t, r.Signup, signupQuery(r, "org", "", "accept", "yes", "partner", "yes"), "application/x-www-form-urlencoded"); code != 400 {
		t.Error("done without an organisation number")
	}
	if code, page := fetch(t, r.Signup+"?"+signupQuery(r, "org", "")); code != 200 || !strings.Contains(page, `name="org" id="org"`) {
		t.Error("no field for the organisation number")
	}
	if len(s.snapshot().Signups) != 0 {
		t.Error("something was registered")
	}
}

// Pages answer this machine only, and no other site can press their buttons.
func TestPagesGuarded(t *testing.T) {
	s := start(t)
	for _, address := range []string{s.Ready().Signup, s.Ready().Control + "/state", s.Ready().Control + "/trouble"} {
		for name, change := range map[string]func(*http.Request){
			"host":      func(r *http.Request) { r.Host = "rebind.example" },
			"origin":    func(r *http.Request) { r.Method = "POST"; r.Header.Set("Origin", "http://evil.example") },
			"null":      func(r *http.Request) { r.Method = "POST"; r.Header.Set("Origin", "null") },
			"fetchsite": func(r *http.Request) { r.Method = "POST"; r.Header.Set("Sec-Fetch-Site", "cross-site") },
		} {
			req, err := http.NewRequest("GET", address, nil)
			if err != nil {
				t.Fatal(err)
			}
			change(req)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != 403 || name == "host" && resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: %d", name, address, resp.StatusCode)
			}
		}
	}
}

// curl walks the pages as a foreign client would.
func TestSignupWithCurl(t *testing.T) {
	curl := program(t, "curl")
	s := start(t)
	r := s.Ready()
	out, err := exec.Command(curl, "-sS", "-f", r.Signup+"?"+signupQuery(r)).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("Registrer bedriften")) {
		t.Fatalf("%v %s", err, out)
	}
	form := signupQuery(r, "accept", "yes", "partner", "yes")
	out, err = exec.Command(curl, "-sS", "-f", "--data", form, r.Signup).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("kunde123#1A2B")) {
		t.Fatalf("%v %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "sender.p12")
	if out, err = exec.Command(curl, "-sS", "-f", "-o", file, s.signup+certificatePath).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
		t.Errorf("%v", err)
	}
	if openssl, err := exec.LookPath("openssl"); err == nil {
		if out, err := exec.Command(openssl, "pkcs12", "-in", file, "-nodes", "-passin", "pass:"+r.CertificatePassword).CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PRIVATE KEY")) {
			t.Errorf("openssl can't read the file: %v", err)
		}
	}
}
