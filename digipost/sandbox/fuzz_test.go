package sandbox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func FuzzMultipart(f *testing.F) {
	d := simple("f")
	d.boundary = "b"
	f.Add("b", d.body())
	f.Add("b", []byte("--b\r\n\r\n\r\n--b--"))
	f.Add("b", []byte("--b--"))
	f.Fuzz(func(t *testing.T, boundary string, body []byte) {
		parts, err := readMultipart("multipart/vnd.digipost-v8+xml; boundary=\""+boundary+"\"", spoolOf(body))
		var r *refused
		if err != nil && !errors.As(err, &r) {
			t.Fatalf("not a refusal: %v", err)
		}
		total := 0
		for _, p := range parts {
			total += int(p.data.Size())
			if p.filename == "" {
				t.Fatal("a part without a name")
			}
		}
		if total > len(body) {
			t.Fatal("more came out than went in")
		}
	})
}

// Whatever the grammar accepts, xml.Unmarshal must be able to read, too.
func FuzzMessageXML(f *testing.F) {
	d := simple("f")
	f.Add([]byte(d.xml()))
	d.docs[0].extra = `<sms-notification><at time="2026-01-26T13:00:00Z"/></sms-notification><data-type><x xmlns="` + nsDataTypes + `"/></data-type>`
	f.Add([]byte(d.xml()))
	f.Add(identificationDoc("<digipost-address>a#1234</digipost-address>"))
	f.Add([]byte("<a xmlns:a='b' a:c='d' a:c='e'/>"))
	grammar := newAPIGrammar()
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := parseXML(data)
		if err != nil {
			return
		}
		for _, r := range []*rule{grammar.message, grammar.identification} {
			if (validator{nsAPI}).root(r, root) != nil {
				continue
			}
			var again struct{ XMLName xml.Name }
			if err := xml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &again); err != nil || again.XMLName.Local != r.name {
				t.Fatalf("accepted, but: %v", err)
			}
		}
	})
}

func FuzzSplitXML(f *testing.F) {
	f.Add([]byte(splitDoc("j", "true", fnrRow("k", kari))))
	f.Add([]byte(splitDoc("j", "", nameRow("k", first("Kari Nordmann"), "Storgata 1", "0155", "Oslo", "<foedselsdato>010190</foedselsdato>"))))
	f.Add([]byte(splitDoc("j", "1", splitRow("k", "<navn><navn-format1><fullt-navn-etternavn-foerst> </fullt-navn-etternavn-foerst></navn-format1></navn><adresse><adresse-format2><adresse1/><postnummer/><poststed/></adresse-format2></adresse>"))))
	data, err := os.ReadFile(peopleFile)
	if err != nil {
		f.Fatal(err)
	}
	people, err := readPeople(data)
	if err != nil {
		f.Fatal(err)
	}
	grammar := newSplitGrammar()
	f.Fuzz(func(t *testing.T, doc []byte) {
		var c counts
		seen, rows := idSet{}, 0
		_ = grammar.readSplit(bytes.NewReader(doc), func(settings) error { return nil }, func(n *node) error {
			rows++
			r := people.judge(n, seen, time.Unix(0, 0))
			c.add(r)
			if r.Status == "" {
				t.Fatal("a recipient without a status")
			}
			return nil
		})
		if c.Total != rows || c.Digipost+c.DigipostWashed+c.Identified+c.IdentifiedWashed+c.Unidentified+c.UnidentifiedSeveral+c.Invalid != rows {
			t.Fatalf("the counts do not add up: %+v", c)
		}
	})
}

func FuzzTrouble(f *testing.F) {
	f.Add("delay:50ms,reset_after@/messages%5")
	f.Add("503@/a:1%0.5,html")
	f.Fuzz(func(t *testing.T, spec string) {
		list, err := ParseTrouble(spec)
		if err != nil {
			return
		}
		for _, one := range list {
			if _, known := troubleArgs(one.What); !known || !(one.Chance >= 0 && one.Chance <= 1) || one.Path != "" && !strings.HasPrefix(one.Path, "/") {
				t.Fatalf("%+v", one)
			}
			_ = one.at("/messages") // must not panic
		}
	})
}

func FuzzPeople(f *testing.F) {
	data, err := os.ReadFile(peopleFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(peopleHeading + "\n\"a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := readPeople(data)
		if err != nil {
			return
		}
		for _, one := range p.all {
			p.byNameAndAddress(nameAndAddress{Name: one.Name, Line1: one.Address1, Postcode: one.Postcode, Town: one.Town, BirthDate: one.BirthDate, Phone: one.Phone})
		}
	})
}

// Whatever bytes are called a PDF, and whatever text a query, are judged
// without a panic.
func FuzzPaper(f *testing.F) {
	f.Add([]byte(pdfOf(1, a4)))
	f.Add([]byte("%PDF-1.7 /MediaBox [0 0 1e9 --5] %%EOF"))
	f.Add([]byte(pdfWith("", "BT /F1 12 Tf 10 500 Td (x) Tj ET")))
	s := &Server{ctx: f.Context(), cfg: Config{Log: func(string, ...any) {}}}
	all := &Sender{Features: append(usualFeatures(), featureBleed+"=x", featureNegativeBleed+"=3")}
	all.Features = slices.DeleteFunc(all.Features, func(name string) bool { return name == featureMargin }) // PDFium is fuzzed by its makers
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if faults := s.printFaults(all, spoolOf(pdf).part(0, int64(len(pdf)))); len(faults) == 0 && !bytes.Contains(pdf, []byte("%PDF-")) {
			t.Fatal("printable without a beginning")
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("from=2026-01-26T13%3A00%3A00.000%2B01%3A00&offset=5")
	f.Add("from=0001-01-01T00:00:00Z&from=x&%zz")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := query(raw, "from", "offset")
		if err != nil {
			return
		}
		if n, err := count(q, "offset", 0, 0, 10); err == nil && (n < 0 || n > 10) {
			t.Fatal(n)
		}
		_, _ = instant(q, "from") // must not panic
	})
}

// Whatever stands in a request line and in headers, the string to sign has its
// lines, and only they have what the client sent.
func FuzzCanonical(f *testing.F) {
	f.Add("GET", "/recipients/search/%C3%85se?a=B%3A", "Wed, 29 Jun 2011 14:58:11 GMT", "q1MKE", "9999")
	f.Add("post", "//?", "", "", "x")
	f.Fuzz(func(t *testing.T, method, uri, date, hash, user string) {
		if strings.ContainsAny(method+uri+date+hash+user, "\r\n") {
			return // no HTTP request can hold these
		}
		path, query := target(uri)
		if strings.Contains(path, "?") || query != "" && !strings.HasSuffix(uri, "?"+query) {
			t.Fatalf("%q: %q and %q", uri, path, query)
		}
		h := http.Header{"Date": {date}, "X-Content-Sha256": {hash}, "X-Digipost-Userid": {user}, "X-Other": {"no"}}
		text := canonicalRequest(method, path, query, h)
		lines := strings.Split(text, "\n")
		if len(lines) != 7 || lines[6] != "" || lines[2] != "date: "+date || lines[3] != "x-content-sha256: "+hash || lines[4] != "x-digipost-userid: "+user || lines[5] != strings.ToLower(query) {
			t.Fatalf("%q", text)
		}
		if answer := canonicalResponse("200", path, h); strings.Count(answer, "\n") != 5 {
			t.Fatalf("%q", answer)
		}
	})
}

// mailCollector takes whatever the reader of mailings lets through.
type mailCollector struct{ letters, documents int }

func (c *mailCollector) settled(settings) error { return nil }
func (c *mailCollector) common(n *node) error {
	_, err := readDocSettings(n, time.Unix(0, 0))
	return err
}
func (c *mailCollector) document(n *node) error {
	c.documents++
	_, err := readDocSettings(n.child("innstillinger"), time.Unix(0, 0))
	return err
}
func (c *mailCollector) letter(n *node) error {
	c.letters++
	if paper := n.child("fysisk-print"); paper != nil {
		_ = badPostal(paper, "postmottaker", "norsk-mottakeradresse", "utenlandsk-mottakeradresse")
		_ = badPostal(paper, "retur-postmottaker", "norsk-returadresse", "utenlandsk-returadresse")
	}
	_ = (&mailJudge{sender: &Sender{}}).badNotices(n)
	return nil
}

// Whatever document is uploaded is read without a panic, and one that is
// accepted holds something.
func FuzzMailing(f *testing.F) {
	m := mailJob("fuzz")
	f.Add([]byte(m.xml()))
	for _, c := range refusals {
		m := mailJob("fuzz")
		c.change(&m)
		f.Add([]byte(m.xml()))
	}
	first := newSplitGrammar()
	grammar := newMailGrammar(first.recipient)
	f.Fuzz(func(t *testing.T, doc []byte) {
		c := &mailCollector{}
		if err := grammar.readMailing(bytes.NewReader(doc), first, c); err == nil && (c.letters == 0 || c.documents == 0) {
			t.Fatal("an empty mailing was accepted")
		}
	})
}

// Whatever bytes are uploaded as an archive are judged without a panic, and no
// file of it has a name that leads out of a folder.
func FuzzArchive(f *testing.F) {
	f.Add(mailJob("fuzz").zip(f))
	f.Add(zipped(f, "masseutsendelse.xml", "<a/>", "../b", "x", "c/d", ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, files, err := openJob(bytes.NewReader(data), int64(len(data)), kindMailing)
		if err != nil {
			return
		}
		defer doc.Close()
		for name, file := range files {
			if !filepath.IsLocal(name) || strings.Contains(name, "\\") {
				t.Fatalf("%q", name)
			}
			r, err := openEntry(file)
			if err != nil {
				continue
			}
			if n, _ := io.Copy(io.Discard, r); uint64(n) > file.UncompressedSize64+1 {
				t.Fatalf("%d bytes came out of %d", n, file.UncompressedSize64)
			}
			_ = r.Close()
		}
	})
}

// An index of uuids finds what stands in it and nothing else.
func FuzzUUIDs(f *testing.F) {
	f.Add(uuid1, uuid2)
	f.Fuzz(func(t *testing.T, a, b string) {
		one, okA := uuidBytes(a)
		two, okB := uuidBytes(b)
		if okA != (pattern(uuidPattern)(a) == "") {
			t.Fatalf("%q", a)
		}
		if !okA || !okB {
			return
		}
		x := uuidIndex{{one, 1}, {two, 2}}
		if twice := x.sort(); (twice >= 0) != (a == b) {
			t.Fatal(twice)
		}
		if _, found := x.find(two); !found {
			t.Fatal("lost")
		}
	})
}
