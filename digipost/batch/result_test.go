package batch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func receipt(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(testdata, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readZip(data []byte) (*Result, []RecipientResult, error) {
	var rows []RecipientResult
	result, err := ReadResult(bytes.NewReader(data), int64(len(data)), func(r RecipientResult) error {
		rows = append(rows, r)
		return nil
	})
	return result, rows, err
}

func TestReadResult(t *testing.T) {
	for name, test := range map[string]struct {
		result Result
		rows   []RecipientResult
	}{
		"receipt-result.xml": {Result{Status: StatusSuccess, Rows: 6,
			Job: JobInfo{SenderID: "1001", BrokerID: "2002", JobID: "split_2024.11-22",
				Started: time.Date(2024, 11, 22, 9, 9, 56, 998e6, time.UTC), Ended: time.Date(2024, 11, 22, 9, 11, 2, 0, time.UTC)},
			Summary: &Summary{6, 1, 2, 3, 4, 5, 7, 8}},
			[]RecipientResult{
				{CustomerID: "k-1", Status: RecipientDigipost, DigipostAddress: "åse.ærlig#9YDT"},
				{CustomerID: "k-2", Status: RecipientDigipost, DigipostAddress: "kari.nordmann#1A2B", Washed: true},
				{CustomerID: "k-3", Status: RecipientIdentified, PersonAlias: "abcdefghijklmnopqrst#0A1B"},
				{CustomerID: "k-4", Status: RecipientUnidentified, Unidentified: []string{"FLERE_TREFF", "MANGELFULL_ADRESSE"}},
				{CustomerID: " k-5 ", Status: RecipientInvalid, Invalid: []string{"UGYLDIG_KUNDEID", "UGYLDIG_FOEDSELSNUMMER"}},
				{CustomerID: "k&6", Status: RecipientUnidentified},
			}},
		"receipt-received.xml": {Result{Status: StatusReceived,
			Job: JobInfo{JobID: "split_2024.11-22", Started: time.Date(2024, 11, 22, 9, 9, 56, 0, time.UTC)}}, nil},
		"receipt-failed.xml": {Result{Status: StatusFailed, Job: JobInfo{JobID: "split_2024.11-22"},
			Failure: &Failure{"VALIDERING_FEILET", "cvc-complex-type.2.4.a: <mottaker> på linje 12"}}, nil},
		"receipt-odd.xml": {Result{Status: StatusProvisional, Rows: 2, Summary: &Summary{Digipost: 2}, Failure: &Failure{Message: "delvis"}},
			[]RecipientResult{
				{CustomerID: "k-1", Status: "HEMMELIG", PersonAlias: "abcdefghijklmnopqrst#0A1B", DigipostAddress: "a.b#1234"}, {},
			}},
	} {
		t.Run(name, func(t *testing.T) {
			content := receipt(t, name)
			for _, data := range [][]byte{
				zipped(t, zipEntry{"mottakersplitt-resultat.xml", string(content)}),
				zipped(t, zipEntry{"kvittering.TXT", byteOrderMark + string(content)}),
			} {
				result, rows, err := readZip(data)
				if err != nil {
					t.Fatal(err)
				}
				result.Job.Started, result.Job.Ended = result.Job.Started.UTC(), result.Job.Ended.UTC()
				if !reflect.DeepEqual(*result, test.result) || !reflect.DeepEqual(rows, test.rows) {
					t.Errorf("got %+v\n%+v", result, rows)
				}
			}
		})
	}
}

// TestReceiptsAreReal keeps the test's receipts honest.
func TestReceiptsAreReal(t *testing.T) {
	for _, name := range []string{"receipt-result.xml", "receipt-received.xml", "receipt-failed.xml"} {
		validate(t, "mottakersplitt-resultat.xsd", receipt(t, name))
	}
}

func TestReadResultNotXML(t *testing.T) {
	for name, test := range map[string]struct{ entry, content, want string }{
		"text":           {"feil.txt", "Kunne ikke lese\njobben\x00\r\n", "Kunne ikke lese\njobben"},
		"xml name":       {"resultat.xml", "  Jobben kunne ikke leses", "Jobben kunne ikke leses"},
		"latin-1":        {"feil.txt", "Kj\xf8rte ikke", "Kjørte ikke"},
		"web page":       {"feil.html", "<html>Nei</html>", "<html>Nei</html>"},
		"long":           {"feil.txt", strings.Repeat("a", maxText+1), strings.Repeat("a", maxText)},
		"cut in a rune":  {"feil.txt", strings.Repeat("a", maxText-1) + "ø", strings.Repeat("a", maxText-1)},
		"latin-1 at end": {"feil.txt", "Uten \xd8", "Uten Ø"},
	} {
		result, _, err := readZip(zipped(t, zipEntry{test.entry, test.content}))
		if err != nil || result.NotXML != test.want {
			t.Errorf("%s: %.200s, %v", name, fmt.Sprintf("%+v", result), err)
		}
	}
}

func TestReadResultRefuses(t *testing.T) {
	good := string(receipt(t, "receipt-result.xml"))
	const name = "mottakersplitt-resultat.xml"
	one := func(content string) []byte { return zipped(t, zipEntry{name, content}) }
	wrap := func(inside string) []byte {
		return one(`<mottakersplitt-resultat xmlns="` + Namespace + `">` + inside + `</mottakersplitt-resultat>`)
	}
	damaged := one(good)
	damaged[len(name)+60]++
	wrongSum := one(good)
	at := bytes.LastIndex(wrongSum, []byte("PK\x01\x02"))
	wrongSum[at+16]++
	locked := one(good)
	locked[bytes.LastIndex(locked, []byte("PK\x01\x02"))+8] |= 1
	for name, data := range map[string][]byte{
		"nothing":         nil,
		"no zip":          []byte("hello"),
		"no entry":        zipped(t),
		"two entries":     zipped(t, zipEntry{name, good}, zipEntry{"b.xml", good}),
		"half zip":        one(good)[:300],
		"damaged":         damaged,
		"wrong checksum":  wrongSum,
		"encrypted":       locked,
		"folder":          zipped(t, zipEntry{"a/", ""}),
		"path":            zipped(t, zipEntry{"a/" + name, good}),
		"path up":         zipped(t, zipEntry{"../" + name, good}),
		"dots":            zipped(t, zipEntry{"..", good}),
		"drive":           zipped(t, zipEntry{`C:` + name, good}),
		"backslash":       zipped(t, zipEntry{`..\` + name, good}),
		"control name":    zipped(t, zipEntry{"a\n.xml", good}),
		"empty":           one(""),
		"blank":           one(" \n"),
		"half xml":        one(good[:len(good)-40]),
		"half row":        one(good[:1500]),
		"two roots":       one(good + good[strings.Index(good, "<dp:"):]),
		"text after":      one(good + "more"),
		"text before":     one("<?xml version='1.0'?>text<mottakersplitt-resultat xmlns='" + Namespace + "'/>"),
		"other root":      one(`<masseutsendelse-resultat xmlns="` + Namespace + `"/>`),
		"no namespace":    one(`<mottakersplitt-resultat/>`),
		"wrong namespace": one(`<mottakersplitt-resultat xmlns="urn:x"/>`),
		"doctype":         one(`<!DOCTYPE x [<!ENTITY a "b">]>` + good[strings.Index(good, "<dp:"):]),
		"entity":          wrap(`<status>&a;</status>`),
		"encoding":        one(`<?xml version="1.0" encoding="UTF-16"?><mottakersplitt-resultat xmlns="` + Namespace + `"/>`),
		"deep":            wrap(strings.Repeat("<a>", 33) + strings.Repeat("</a>", 33)),
		"long text":       wrap(`<status>` + strings.Repeat("ab", maxToken) + `</status>`),
		"long in pieces":  wrap(`<status>` + strings.Repeat(strings.Repeat("ab", 1000)+"<!-- -->", 600) + `</status>`),
		"long name":       wrap(`<` + strings.Repeat("ab", maxToken) + `/>`),
		"many attributes": wrap(`<a ` + strings.Repeat(`b="" `, maxToken/4) + `/>`),
		"crossed":         wrap(`<status></jobb-info>`),
		"bad character":   wrap("<status>\x01</status>"),
		"personal name":   wrap("<01819010001>"),
	} {
		t.Run(name, func(t *testing.T) {
			result, _, err := readZip(data)
			if !errors.Is(err, ErrReceipt) || result != nil {
				t.Errorf("%+v, %v", result, err)
			}
			if err != nil && strings.Contains(err.Error(), "1819010001") {
				t.Errorf("the error quotes the receipt: %v", err)
			}
		})
	}
}

// TestReadResultCutAnywhere reads beginnings of a receipt: each must be
// refused, none may panic.
func TestReadResultCutAnywhere(t *testing.T) {
	content := bytes.TrimSpace(receipt(t, "receipt-result.xml"))
	for cut := 0; cut < len(content); cut += 3 {
		if result, _, err := readZip(zipped(t, zipEntry{"r.xml", string(content[:cut])})); err == nil {
			if result.NotXML == "" {
				t.Fatalf("cut at %d: %+v", cut, result)
			}
		}
	}
	whole := zipped(t, zipEntry{"r.xml", string(content)})
	for cut := 0; cut < len(whole); cut++ {
		if _, _, err := readZip(whole[:cut]); !errors.Is(err, ErrReceipt) {
			t.Fatalf("zip cut at %d: %v", cut, err)
		}
	}
}

func TestReadResultPassesErrorsOn(t *testing.T) {
	data := zipped(t, zipEntry{"r.xml", string(receipt(t, "receipt-result.xml"))})
	mine := errors.New("mine")
	calls := 0
	_, err := ReadResult(bytes.NewReader(data), int64(len(data)), func(RecipientResult) error { calls++; return mine })
	if err != mine || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	if result, err := ReadResult(bytes.NewReader(data), int64(len(data)), nil); err != nil || result.Rows != 6 {
		t.Errorf("without visit: %v", err)
	}
	if _, err := ReadResult(badDisk{}, 1000, nil); !errors.Is(err, errFull) || errors.Is(err, ErrReceipt) {
		t.Errorf("unreadable file: %v", err)
	}
}

type badDisk struct{}

func (badDisk) ReadAt([]byte, int64) (int, error) { return 0, errFull }

// endless is a zip whose one entry holds more than anybody needs: head, then
// filler without end.
func endless(t *testing.T, head, filler string, times int) []byte {
	t.Helper()
	return zipped(t, zipEntry{"r.xml", head + strings.Repeat(filler, times)})
}

func TestReadResultBombs(t *testing.T) {
	head := `<mottakersplitt-resultat xmlns="` + Namespace + `"><mottaker-resultater>`
	bomb := endless(t, head, strings.Repeat(" ", 100_000)+"<resultat/>\n", 200)
	liar := bytes.Clone(bomb)
	at := bytes.LastIndex(liar, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(liar[at+24:], 100) // says it unpacks to 100 bytes
	many := manyEntries(t)
	var before, after runtime.MemStats
	for name, data := range map[string][]byte{"bomb": bomb, "liar": liar, "many entries": many} {
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := ReadResult(bytes.NewReader(data), int64(len(data)), nil)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrReceipt) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %d bytes refused after %v: %v", name, len(data), time.Since(start), err)
		if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 64<<20 {
			t.Errorf("%s: %d MB held", name, held>>20)
		}
	}
	if _, err := ReadResult(badDisk{}, MaxReceipt+1, nil); !errors.Is(err, ErrReceipt) {
		t.Errorf("huge: %v", err)
	}
}

// manyEntries is a zip directory of 200,000 empty entries.
func manyEntries(t *testing.T) []byte {
	t.Helper()
	one := zipped(t, zipEntry{"a", ""})
	at := bytes.LastIndex(one, []byte("PK\x01\x02"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	directory := bytes.Repeat(one[at:end], 200_000)
	tail := bytes.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], 1)
	binary.LittleEndian.PutUint16(tail[10:], 1)
	binary.LittleEndian.PutUint32(tail[12:], uint32(len(directory)))
	return append(append(bytes.Clone(one[:at]), directory...), tail...)
}

// TestReadResultLarge reads a receipt of many rows in little memory.
func TestReadResultLarge(t *testing.T) {
	const count = 20_000
	var b strings.Builder
	b.WriteString(`<mottakersplitt-resultat xmlns="` + Namespace + `"><status>SUKSESS</status><mottaker-resultater>`)
	for i := range count {
		fmt.Fprintf(&b, "<resultat><kunde-id>k%d</kunde-id><status>DIGIPOST</status><digipostadresse>a.b#%d</digipostadresse></resultat>\n", i*7919, i*104729)
	}
	b.WriteString(`</mottaker-resultater></mottakersplitt-resultat>`)
	data := zipped(t, zipEntry{"r.xml", b.String()})
	b.Reset()
	var before, m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rows := 0
	result, err := ReadResult(bytes.NewReader(data), int64(len(data)), func(RecipientResult) error {
		if rows++; rows == count {
			runtime.GC()
			runtime.ReadMemStats(&m)
		}
		return nil
	})
	if err != nil || result.Rows != count {
		t.Fatalf("%v", err)
	}
	if m.HeapAlloc > before.HeapAlloc+8<<20 {
		t.Errorf("%d MB held", (m.HeapAlloc-before.HeapAlloc)>>20)
	}
}

func FuzzReadResultXML(f *testing.F) {
	for _, name := range []string{"receipt-result.xml", "receipt-received.xml", "receipt-failed.xml", "receipt-odd.xml"} {
		f.Add(receipt(f, name))
	}
	f.Add([]byte("Kunne ikke lese"))
	f.Fuzz(func(t *testing.T, content []byte) {
		checkResult(t, zipped(t, zipEntry{"mottakersplitt-resultat.xml", string(content)}))
	})
}

func FuzzReadResultZip(f *testing.F) {
	f.Add(zipped(f, zipEntry{"r.xml", string(receipt(f, "receipt-result.xml"))}))
	f.Add(zipped(f, zipEntry{"r.txt", "Kunne ikke lese"}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) { checkResult(t, data) })
}

// checkResult holds what must be true of any bytes.
func checkResult(t *testing.T, data []byte) {
	result, rows, err := readZip(data)
	switch {
	case err != nil && (result != nil || !errors.Is(err, ErrReceipt)):
		t.Fatalf("%+v, %v", result, err)
	case err == nil && result.Rows != len(rows):
		t.Fatalf("%d rows, %d visited", result.Rows, len(rows))
	case err == nil && len(result.NotXML) > 2*maxText:
		t.Fatalf("%d bytes of text", len(result.NotXML))
	}
}
