package validate

import (
	"encoding/xml"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// FuzzDocument looks for panics and for what a report may never be.
func FuzzDocument(f *testing.F) {
	for _, folder := range []string{"rest", "batch"} {
		for _, document := range golden(f, folder) {
			f.Add(document)
		}
	}
	for _, document := range restSamples {
		f.Add(document)
	}
	f.Add(mailingSample)
	f.Add(mailingResultSample)
	f.Add(signedSample)
	f.Add("\xFE\xFF\x00<\x00a\x00/\x00>")
	f.Fuzz(func(t *testing.T, document string) {
		for name, check := range map[string]func() (Report, error){
			"document": func() (Report, error) { return Document(t.Context(), strings.NewReader(document)) },
			"batch":    func() (Report, error) { return Batch(t.Context(), strings.NewReader(document)) },
		} {
			report, err := check()
			if err != nil {
				t.Fatal(name, err)
			}
			if len(report.Errors) > maxFindings || len(report.Warnings) > maxFindings {
				t.Fatal("too many findings")
			}
			for _, finding := range append(report.Errors, report.Warnings...) {
				if finding.Line < 1 || finding.Code == "" || finding.Text == "" || mask(finding.Text) != finding.Text || mask(finding.Path) != finding.Path {
					t.Fatalf("%+v", finding)
				}
			}
			if report.Valid() {
				wellFormed(t, document)
			}
		}
	})
}

// wellFormed lets Go's own reader look at what was found valid.
func wellFormed(t *testing.T, document string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(document))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		_, err := decoder.Token()
		if err == io.EOF {
			return
		}
		if err != nil && !strings.Contains(err.Error(), "UTF-8") {
			t.Fatalf("valid, but %v: %q", err, document)
		}
		if err != nil {
			return
		}
	}
}

// FuzzPattern looks for patterns that are translated to what Go refuses to run.
func FuzzPattern(f *testing.F) {
	for _, table := range []map[string]simpleType{apiTexts(), batchTexts()} {
		for _, s := range table {
			if s.pattern != "" {
				f.Add(s.pattern, "x")
			}
		}
	}
	f.Fuzz(func(_ *testing.T, source, text string) {
		if p, err := pattern(source); err == nil {
			p.MatchString(text)
		}
	})
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		fits          bool
	}{
		{`A|B`, "A", true}, {`A|B`, "AB", false}, {`A|B`, "xB", false},
		{`\d`, "٣", true}, {`[\d\-]`, "-", true}, {`\w`, "ø", true}, {`\w`, "$", true}, {`\w`, "-", false}, {`\w`, "_", false}, {`\w`, " ", false},
		{`^a$`, "^a$", true}, {`^a$`, "a", false}, {`.`, "\n", false}, {`[.]`, "x", false}, {`a`, "a\n", false}, {`[^\s]`, "\t", false}, {`\S`, " ", false},
	} {
		p, err := pattern(c.pattern)
		if err != nil || p.MatchString(c.text) != c.fits {
			t.Errorf("%s on %q: %v", c.pattern, c.text, err)
		}
	}
	for _, refused := range []string{`[a-z-[aeiou]]`, `\p{L}`, `\i\c*`, `[\w]`, `(`} {
		if _, err := pattern(refused); err == nil {
			t.Errorf("%s is translated", refused)
		}
	}
}

func TestTypesOfNumbersAndTimes(t *testing.T) {
	g, err := restGrammar()
	if err != nil {
		t.Fatal(err)
	}
	for typ, values := range map[string][2][]string{
		"int":      {{"0", " -5 ", "+7", "007", "2147483647", "-2147483648", "-0"}, {"", "2147483648", "-2147483649", "1.0", "1e3", "--1", "٣"}},
		"long":     {{"9223372036854775807"}, {"9223372036854775808", "99999999999999999999999999"}},
		"decimal":  {{"1.", ".5", "-0.50", "+1"}, {".", "1,5", "INF", ""}},
		"double":   {{"1e5", "-INF", "NaN", "1.5E-3"}, {"inf", "1e", "e5"}},
		"boolean":  {{"true", " 0 "}, {"TRUE", "yes", ""}},
		"dateTime": {{"2024-02-29T23:59:59.999Z", "2000-02-29T24:00:00", "-0044-03-15T00:00:00+14:00", "12026-01-01T00:00:00-13:59"}, {"2023-02-29T00:00:00", "1900-02-29T00:00:00", "2026-01-01T24:00:01", "2026-01-01T00:00:60", "2026-01-01T00:00:00+14:01", "0000-01-01T00:00:00", "2026-01-01 00:00:00", "2026-13-01T00:00:00"}},
		"date":     {{"2026-12-01", "2026-12-01+01:00"}, {"2026-12-32", "01.12.2026", "2026-04-31"}},
		"anyURI":   {{"", "a b", "http://example.org/?a#b", "mailto:a@b", "../x", "http://[::1]:80/", "//host", "///x", "http:", "http:///a", "x:y:z", "a/b:c"}, {"http://a#b#c", ":x", "%zz", "http://a:b/", "//h:x", "http://a@b@c/", "http://[::1/"}},
		"ID":       {{"a", "_1", "æ.b-c"}, {"1a", "a:b", "", "a b"}},
	} {
		for i, list := range values {
			for _, value := range list {
				if _, wrong := g.types[name{xsNamespace, typ}].text.read(value); (wrong == nil) != (i == 0) {
					t.Errorf("%s %q: %v", typ, value, wrong)
				}
			}
		}
	}
}

// endless gives a split with so many recipients, without ever holding it.
type endless struct {
	left   int
	number int
	part   string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.part == "" {
		switch {
		case e.left > 0:
			e.number++
			e.left--
			e.part = fmt.Sprintf("<mottaker><kunde-id>%d</kunde-id><navn><navn-format2><fornavn>Kari</fornavn><etternavn>Prøve</etternavn></navn-format2></navn><adresse><adresse-format1><adresselinje1>Storgata %d</adresselinje1><postnummer>0155</postnummer><poststed>Oslo</poststed></adresse-format1></adresse></mottaker>\n", e.number, e.number)
		case e.left == 0:
			e.left--
			e.part = "</mottakere></mottakersplitt>"
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, e.part)
	e.part = e.part[n:]
	return n, nil
}

func split(recipients int) io.Reader {
	return &endless{left: recipients, part: `<mottakersplitt xmlns="` + batchNamespace + `"><jobb-innstillinger><avsender-id>5</avsender-id><jobb-id>j</jobb-id></jobb-innstillinger><mottakere>`}
}

// TestMemoryDoesNotGrow reads a job of many recipients. What stays is a hash for
// each kunde-id.
func TestMemoryDoesNotGrow(t *testing.T) {
	const recipients = 30_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g := grammarOf(t, batchNamespace)
	run := &run{source: open(t.Context(), split(recipients)), grammar: g, rules: batchRules(g), first: true}
	if err := run.document(); err != nil || !run.report.Valid() {
		t.Fatal(err, run.report)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int(after.HeapAlloc) - int(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("%d bytes stay for %d recipients", grown, recipients)
	}
	runtime.KeepAlive(run)
}

func BenchmarkSplit(b *testing.B) {
	text, err := io.ReadAll(split(20_000))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if report, err := Batch(b.Context(), strings.NewReader(string(text))); err != nil || !report.Valid() {
			b.Fatal(err, report)
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	document := golden(b, "rest")["message-everything.xml"]
	b.SetBytes(int64(len(document)))
	for b.Loop() {
		if report, err := Document(b.Context(), strings.NewReader(document)); err != nil || !report.Valid() {
			b.Fatal(err, report)
		}
	}
}
