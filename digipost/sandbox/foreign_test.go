package sandbox_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"brevdue/digipost/sandbox"
)

// These tests stand for Digipost's own clients. They write requests byte by byte
// as digipost-api-client-java and digipost-api-client-dotnet do, and judge the
// answers as those clients do, with nothing of ours but the stand-in itself.

const (
	foreignXML  = "application/vnd.digipost-v8+xml"
	foreignUser = "03846131239" // Åse Bjørkhaug of the sample people has Digipost
	foreignNone = "28825643135" // Per-Olav Tveitnes has not
)

// foreign is a client of another make.
type foreign struct {
	t    testing.TB
	java bool // otherwise .NET
	base string
	ctl  string
	key  *rsa.PrivateKey
	cert *x509.Certificate // of the root, nil until it was asked
	rels map[string]string // of the root of sender 1000, by name
}

// wire is an answer as it came, names of headers as sent.
type wire struct {
	status  int
	headers [][2]string
	body    []byte
}

func (w wire) header(name string) string {
	for _, h := range w.headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// has says whether the answer has a status and a piece of text.
func (f *foreign) has(w wire, status int, piece string) {
	f.t.Helper()
	if w.status != status || !strings.Contains(strings.ReplaceAll(string(w.body), "&#xA;", "\n"), piece) {
		f.t.Fatalf("got %d, want %d and %q:\n%s", w.status, status, piece, w.body)
	}
}

func startForeign(t *testing.T, java bool) *foreign {
	people, err := os.Open("../../assets/sample/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	s, err := sandbox.Start(t.Context(), sandbox.Config{Dir: t.TempDir(), People: people})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	store, err := os.ReadFile(s.Ready().CertificateFile)
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, err := pkcs12.DecodeChain(store, s.Ready().CertificatePassword)
	if err != nil {
		t.Fatal(err)
	}
	f := &foreign{t: t, java: java, base: s.Ready().REST, ctl: s.Ready().Control, key: key.(*rsa.PrivateKey)}
	f.root()
	return f
}

// root asks both roots and keeps the certificate and the links. .NET puts the
// links into a dictionary and wants absolute addresses.
func (f *foreign) root() {
	f.t.Helper()
	var root struct {
		Certificate string `xml:"certificate"`
		Links       []struct {
			Rel string `xml:"rel,attr"`
			URI string `xml:"uri,attr"`
		} `xml:"link"`
	}
	for _, path := range []string{"/", "/1000"} {
		w := f.do("GET", f.base+path, "", "")
		if err := xml.Unmarshal(w.body, &root); err != nil || w.status != 200 {
			f.t.Fatalf("root: %v %d %s", err, w.status, w.body)
		}
		block, _ := pem.Decode([]byte(root.Certificate))
		if block == nil {
			f.t.Fatal("no certificate in the root")
		}
		var err error
		if f.cert, err = x509.ParseCertificate(block.Bytes); err != nil {
			f.t.Fatal(err)
		}
		f.rels = map[string]string{}
		for _, l := range root.Links {
			name := strings.ToUpper(l.Rel[strings.LastIndex(l.Rel, "/")+1:])
			if _, twice := f.rels[name]; twice || !strings.HasPrefix(l.URI, f.base+"/") {
				f.t.Fatalf("link %s comes twice or is not absolute: %s", name, l.URI)
			}
			f.rels[name] = l.URI
		}
		root.Links = nil
	}
	if f.rels["SELF"] != f.base+"/1000" {
		f.t.Errorf("the root of a sender calls itself %s", f.rels["SELF"])
	}
}

func newUUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func birthNumber(n string) string {
	return "<personal-identification-number>" + n + "</personal-identification-number>"
}

func TestForeignJava(t *testing.T) { testForeign(t, true) }

func TestForeignDotNet(t *testing.T) { testForeign(t, false) }

func testForeign(t *testing.T, java bool) {
	f := startForeign(t, java)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *foreign)
	}{
		{"recipients", foreignRecipients}, {"letters", foreignLetters}, {"batch", foreignBatch}, {"inbox", foreignInbox}, {"refused", foreignRefused},
	} {
		t.Run(part.name, func(t *testing.T) {
			here := *f
			here.t = t
			part.run(t, &here)
		})
	}
}

func foreignRecipients(t *testing.T, f *foreign) {
	identification := func(who string) string { return f.document("identification", "", who) }
	f.has(f.do("POST", f.link("IDENTIFY_RECIPIENT"), foreignXML, identification(birthNumber(foreignUser))), 200, "<result>DIGIPOST</result>")
	f.has(f.do("POST", f.link("IDENTIFY_RECIPIENT"), foreignXML, identification(birthNumber(foreignNone))), 200, "<result>IDENTIFIED</result>")
	information := f.link("GET_SENDER_INFORMATION")
	f.has(f.do("GET", information+"/1000", "", ""), 200, "<status>VALID_SENDER</status>")
	query := "?org_id=312345676"
	if !f.java {
		query += "&part_id=" // always there
	}
	f.has(f.do("GET", information+query, "", ""), 200, "<sender-id>1000</sender-id>")
	f.has(f.do("GET", f.link("SEARCH")+"/%C3%85se%20Bj%C3%B8rk", "", ""), 200, "ase.bjorkhaug#DCGX")
	if !f.java {
		return
	}
	f.has(f.do("GET", f.link("AUTOCOMPLETE")+"/%C3%85se", "", ""), 200, "<search-string>Åse Bjørkhaug</search-string>")

	// Before it sends anything with print-details, the Java client asks here, and
	// stops with SERVER_ERROR if a user comes without a key.
	var result struct {
		Result string `xml:"identification-result>result"`
		Key    struct {
			ID  string `xml:"key-id,attr"`
			PEM string `xml:",chardata"`
		} `xml:"encryption-key"`
	}
	w := f.do("POST", f.link("IDENTIFY_RECIPIENT_WITH_ENCRYPTION_KEY"), foreignXML, identification(birthNumber(foreignUser)))
	if err := xml.Unmarshal(w.body, &result); err != nil || result.Result != "DIGIPOST" || result.Key.ID == "" {
		t.Fatalf("%v %d %s", err, w.status, w.body)
	}
	block, _ := pem.Decode([]byte(result.Key.PEM))
	if block == nil {
		t.Fatalf("the key is not PEM: %s", result.Key.PEM)
	}
	if key, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		t.Error(err)
	} else if _, isRSA := key.(*rsa.PublicKey); !isRSA {
		t.Error("the key is not RSA")
	}
	w = f.do("POST", f.link("IDENTIFY_RECIPIENT_WITH_ENCRYPTION_KEY"), foreignXML, identification(birthNumber(foreignNone)))
	f.has(w, 200, "<result>IDENTIFIED</result>")
	if strings.Contains(string(w.body), "<encryption-key ") {
		t.Error("a key for somebody without Digipost")
	}
}

func foreignLetters(t *testing.T, f *foreign) {
	main, more := newUUID(), newUUID()
	w := f.letter(birthNumber(foreignUser), "", main, more)
	if w.status/100 != 2 {
		t.Fatalf("%d %s", w.status, w.body)
	}
	for _, want := range []string{"<delivery-method>DIGIPOST</delivery-method>", "<sender-id>1000</sender-id>", "<uuid>" + main, "<uuid>" + more,
		`hash-algorithm="SHA256">5o0RMsXcgSZpGsL7FAmhSQnvGkqgOcvl5JDtMhXBSlc=<`} { // the hash that Digipost documents for this text
		f.has(w, w.status, want)
	}
	f.has(f.letter(birthNumber(foreignNone), "", newUUID()), 404, "<error-code>UNKNOWN_RECIPIENT</error-code>")
	f.has(f.letter(birthNumber(foreignUser), "", main), 400, "<error-code>DUPLICATE_DOCUMENT_ID</error-code>")
	status := f.base + "/documents/1000/" + main + "/status" // Java knows this path
	if !f.java {
		status = f.link("DOCUMENT_STATUS") + main
	}
	f.has(f.do("GET", status, "", ""), 200, `status="DELIVERED"`)
	day := url.QueryEscape(time.Now().UTC().Format("2006-01-02T15:04:05.000") + "+00:00")
	query := "from=" + day + "&to=" + day + "&offset=0&maxResults=100"
	if f.java {
		query += "&sender=1000"
	} else {
		query = "sender=1000&" + query
	}
	f.has(f.do("GET", f.link("DOCUMENT_EVENTS")+"?"+query, "", ""), 200, "<document-events")
}

func foreignBatch(t *testing.T, f *foreign) {
	create := func() (id, complete, cancel string) {
		t.Helper()
		id = newUUID()
		w := f.do("POST", f.link("CREATE_BATCH"), foreignXML, f.document("batch", "", "<uuid>"+id+"</uuid>"))
		var made struct {
			Links []struct {
				Rel string `xml:"rel,attr"`
				URI string `xml:"uri,attr"`
			} `xml:"link"`
		}
		if err := xml.Unmarshal(w.body, &made); err != nil || w.status/100 != 2 {
			t.Fatalf("%v %d %s", err, w.status, w.body)
		}
		for _, l := range made.Links {
			switch l.Rel[strings.LastIndex(l.Rel, "/")+1:] {
			case "complete_batch":
				complete = l.URI
			case "self_delete":
				cancel = l.URI
			}
		}
		return id, complete, cancel
	}
	id, complete, _ := create()
	if w := f.letter(birthNumber(foreignUser), "<batch><uuid>"+id+"</uuid></batch>", newUUID()); w.status/100 != 2 {
		t.Fatalf("%d %s", w.status, w.body)
	}
	f.has(f.do("GET", f.link("GET_BATCH")+id, "", ""), 200, "<status>NOT_COMMITTED</status>")
	f.has(f.do("POST", complete, "", ""), 200, "<status>COMMITTED</status>") // without body, hash and hash line
	id, _, cancel := create()
	f.has(f.do("DELETE", cancel, "", ""), 200, "")
	f.has(f.do("GET", f.link("GET_BATCH")+id, "", ""), 404, "<error-code>UNKNOWN_BATCH</error-code>")
}

// The Java client judges the answer after a redirect like any other.
func foreignInbox(t *testing.T, f *foreign) {
	resp, err := http.Post(f.ctl+"/inbox?subject=Vedtak", "text/plain", strings.NewReader("innhold"))
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	var list struct {
		Documents []struct {
			Content string `xml:"content-uri"`
			Delete  string `xml:"delete-uri"`
		} `xml:"document"`
	}
	w := f.do("GET", f.link("GET_INBOX")+"?offset=0&limit=100", "", "")
	if err := xml.Unmarshal(w.body, &list); err != nil || len(list.Documents) != 1 {
		t.Fatalf("%v %s", err, w.body)
	}
	d := list.Documents[0]
	w = f.do("GET", d.Content, "", "")
	f.has(w, 307, "")
	address := w.header("Location")
	if w = f.do("GET", address, "", ""); w.status != 200 || string(w.body) != "innhold" || w.header("Content-Type") != "text/plain" {
		t.Errorf("%d %v %s", w.status, w.headers, w.body)
	}
	f.has(f.do("GET", address, "", ""), 404, "<error-code>DOCUMENT_NOT_FOUND</error-code>")
	f.has(f.do("DELETE", d.Delete, "", ""), 200, "")
	f.has(f.do("DELETE", d.Delete, "", ""), 404, "<error-type>CLIENT_TECHNICAL</error-type>")
}

// Refusals are signed, too, and a wrong signature is answered with the string
// that should have been signed.
func foreignRefused(_ *testing.T, f *foreign) {
	var signed string
	request := f.request("GET", f.base+"/1000", "", "", func(s string) string {
		signed = s
		return s + "\n"
	})
	f.has(f.judge(f.base+"/1000", f.exchange(f.base, request)), 403, "===START===\n"+signed+"===SLUTT===")
	f.has(f.do("GET", f.base+"/no/such/thing", "", ""), 404, "<error-type>")
	f.has(f.do("POST", f.link("IDENTIFY_RECIPIENT"), foreignXML, f.document("identification", "", birthNumber("1"))), 400, "<error-code>SCHEMA_VALIDATION_ERROR</error-code>")
}
