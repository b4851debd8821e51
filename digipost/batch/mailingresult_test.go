package batch

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// heard is all that a visitor hears.
type heard struct {
	recipients []RecipientResult
	letters    []LetterResult
	documents  []DocumentResult
}

func readMailing(data []byte) (*Result, heard, error) {
	var h heard
	result, err := ReadMailingResult(bytes.NewReader(data), int64(len(data)), Visitor{
		Recipient: func(r RecipientResult) error { h.recipients = append(h.recipients, r); return nil },
		Letter:    func(l LetterResult) error { h.letters = append(h.letters, l); return nil },
		Document:  func(d DocumentResult) error { h.documents = append(h.documents, d); return nil },
	})
	return result, h, err
}

func TestReadMailingResult(t *testing.T) {
	for name, test := range map[string]struct {
		result Result
		heard  heard
	}{
		"receipt-mailing.xml": {Result{Status: StatusSuccess, Rows: 2, Letters: 3, Documents: 2,
			Job: JobInfo{SenderID: "1001", JobID: "utsendelse_2026.12-01",
				Started: time.Date(2026, 12, 1, 8, 30, 0, 123e6, time.UTC), Ended: time.Date(2026, 12, 1, 8, 41, 7, 0, time.UTC)},
			Summary: &Summary{4, 1, 0, 1, 0, 1, 0, 1}, Print: &PrintSummary{Sent: 1, Invalid: 2}},
			heard{
				[]RecipientResult{
					{CustomerID: "b-0", Status: RecipientDigipost, DigipostAddress: "kari.nordmann#1A2B"},
					{CustomerID: "b-1", Status: RecipientIdentified, PersonAlias: "abcdefghijklmnopqrst#0A1B"}},
				[]LetterResult{
					{UUID: testUUID(1), AttachmentUUIDs: []string{testUUID(2), testUUID(3)}, ID: "brev 1 & 2", Code: LetterSent, Channel: ChannelWeb},
					{UUID: testUUID(4), Code: LetterSent, Channel: ChannelPrint},
					{UUID: testUUID(5), Code: LetterNotSent, Channel: ChannelWeb,
						Faults: []Fault{{Type: "UGYLDIG_MOTTAKER"}, {"UGYLDIG_DOKUMENT", []string{"Ikke en PDF"}}}}},
				[]DocumentResult{
					{ID: "info", Faults: []Fault{{"UGYLDIG_FOR_PRINT", []string{"Siden er ikke A4", "Marg"}}, {Type: "UGYLDIG_FOR_WEB"}}}, {ID: "tom"}},
			}},
		"receipt-mailing-odd.xml": {Result{Status: StatusProvisional, Letters: 2, Print: &PrintSummary{}, Failure: &Failure{"ENGINE_FEIL", "delvis"}},
			heard{letters: []LetterResult{{ID: "b", Code: "UTSATT", Channel: "SMS", Faults: []Fault{{Messages: []string{"a"}}, {}}}, {}}}},
	} {
		t.Run(name, func(t *testing.T) {
			content := receipt(t, name)
			result, h, err := readMailing(zipped(t, zipEntry{"masseutsendelse-resultat.xml", string(content)}))
			if err != nil {
				t.Fatal(err)
			}
			result.Job.Started, result.Job.Ended = result.Job.Started.UTC(), result.Job.Ended.UTC()
			if !reflect.DeepEqual(*result, test.result) || !reflect.DeepEqual(h, test.heard) {
				t.Errorf("got %+v\n%+v", result, h)
			}
		})
	}
	validateResult(t, "masseutsendelse-resultat.xsd", receipt(t, "receipt-mailing.xml"))
}

func validateResult(t *testing.T, schema string, document []byte) {
	validate(t, schema, document)
	judged(t, document)
}

// TestLetterFate: the code alone decides.
func TestLetterFate(t *testing.T) {
	for _, test := range []struct {
		letter        LetterResult
		sent, onPaper bool
	}{
		{LetterResult{Code: LetterSent, Channel: ChannelWeb}, true, false},
		{LetterResult{Code: LetterSent, Channel: ChannelPrint}, true, true},
		{LetterResult{Code: LetterSent}, true, false},
		{LetterResult{Code: LetterNotSent, Channel: ChannelPrint}, false, false},
		{LetterResult{Code: "UTSATT", Channel: ChannelWeb}, false, false},
	} {
		if test.letter.Sent() != test.sent || test.letter.OnPaper() != test.onPaper {
			t.Errorf("%+v", test.letter)
		}
	}
}

func TestReadMailingResultRefuses(t *testing.T) {
	good := string(receipt(t, "receipt-mailing.xml"))
	one := func(content string) []byte { return zipped(t, zipEntry{"r.xml", content}) }
	row := func(inside string) []byte {
		return one(`<masseutsendelse-resultat xmlns="` + Namespace + `"><brev-resultater><resultat>` + inside + `</resultat></brev-resultater></masseutsendelse-resultat>`)
	}
	for name, data := range map[string][]byte{
		"a split's":  one(string(receipt(t, "receipt-result.xml"))),
		"half":       one(good[:len(good)/2]),
		"two":        zipped(t, zipEntry{"a.xml", good}, zipEntry{"b.xml", good}),
		"path":       zipped(t, zipEntry{"../r.xml", good}),
		"doctype":    one(`<!DOCTYPE x [<!ENTITY a "b">]>` + good[strings.Index(good, "<dp:"):]),
		"entity":     row("<resultat>&a;</resultat>"),
		"large row":  row(strings.Repeat("<feilinformasjon><feil><melding>"+strings.Repeat("a", 10_000)+"</melding></feil></feilinformasjon>", 110)),
		"large id":   one(`<masseutsendelse-resultat xmlns="` + Namespace + `"><brev-resultater><resultat brev-id="` + strings.Repeat("a", maxToken) + `"/></brev-resultater></masseutsendelse-resultat>`),
		"deep":       row(strings.Repeat("<resultat>", 40) + strings.Repeat("</resultat>", 40)),
		"split text": zipped(t, zipEntry{"x.xml", "<mottakersplitt-resultat/>"}),
	} {
		if result, _, err := readMailing(data); !errors.Is(err, ErrReceipt) || result != nil {
			t.Errorf("%s: %+v, %v", name, result, err)
		}
	}
	if result, _, err := readMailing(one("Jobben kunne ikke leses")); err != nil || result.NotXML == "" {
		t.Errorf("text: %v", err)
	}
	// As many faults and attachments as anybody likes cost no more than the limits.
	many := row(strings.Repeat("<feilinformasjon><feil><type>a</type></feil></feilinformasjon>", 500) +
		"<vedlegg>" + strings.Repeat("<dokument-uuid>a</dokument-uuid>", 500) + "</vedlegg>")
	_, h, err := readMailing(many)
	if err != nil || len(h.letters[0].Faults) != maxReasons || len(h.letters[0].AttachmentUUIDs) != maxUUIDs {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestReadMailingResultPassesErrorsOn(t *testing.T) {
	data := zipped(t, zipEntry{"r.xml", string(receipt(t, "receipt-mailing.xml"))})
	mine := errors.New("mine")
	for name, visit := range map[string]Visitor{
		"recipient": {Recipient: func(RecipientResult) error { return mine }},
		"letter":    {Letter: func(LetterResult) error { return mine }},
		"document":  {Document: func(DocumentResult) error { return mine }},
	} {
		if _, err := ReadMailingResult(bytes.NewReader(data), int64(len(data)), visit); err != mine {
			t.Errorf("%s: %v", name, err)
		}
	}
	if result, err := ReadMailingResult(bytes.NewReader(data), int64(len(data)), Visitor{}); err != nil || result.Letters != 3 {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestReadMailingResultCutAnywhere(t *testing.T) {
	content := bytes.TrimSpace(receipt(t, "receipt-mailing.xml"))
	for cut := 1; cut < len(content); cut += 7 {
		if result, _, err := readMailing(zipped(t, zipEntry{"r.xml", string(content[:cut])})); !errors.Is(err, ErrReceipt) {
			t.Fatalf("cut at %d: %+v, %v", cut, result, err)
		}
	}
}

func FuzzReadMailingResult(f *testing.F) {
	for _, name := range []string{"receipt-mailing.xml", "receipt-mailing-odd.xml", "receipt-failed.xml"} {
		f.Add(receipt(f, name))
	}
	f.Add([]byte("Kunne ikke lese"))
	f.Fuzz(func(t *testing.T, content []byte) {
		result, h, err := readMailing(zipped(t, zipEntry{"masseutsendelse-resultat.xml", string(content)}))
		switch {
		case err != nil && (result != nil || !errors.Is(err, ErrReceipt)):
			t.Fatalf("%+v, %v", result, err)
		case err == nil && (result.Rows != len(h.recipients) || result.Letters != len(h.letters) || result.Documents != len(h.documents)):
			t.Fatalf("%+v, %d, %d, %d visited", result, len(h.recipients), len(h.letters), len(h.documents))
		}
	})
}
