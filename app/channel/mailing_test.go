package channel

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/validate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mailingUUID gives uuids that are the same every time.
func mailingUUID(n int) string { return fmt.Sprintf("0b1ed000-0000-4000-8000-%012d", n) }

func document(index int, name, content string) post.Document {
	sum := sha256.Sum256([]byte(content))
	return post.Document{Index: index, Name: name, FileType: "pdf", SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Staged: content}
}

func staged(_ context.Context, document post.Document) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(document.Staged)), nil
}

// mailing is a job with everything the batch interface has, to a person with an
// address, one abroad, one without, and an organisation.
func mailing() (post.Job, []post.Document, []post.Item) {
	home := post.PostalAddress{Name: "Klubben", Address: post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}}
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	job := post.Job{ID: "abcdefghij", Kind: post.KindMailing, Via: post.ViaBatch, Name: "Årsmøte <2026>", Subject: "Innkalling & årsmøte",
		BatchJobID: mailingUUID(900), UploadName: mailingUUID(900) + ".zip", Sender: post.Sender{SenderID: 1000, BrokerID: 2000},
		Options: post.Options{Auth: post.AuthTwoFactor, Sensitive: true, OpeningReceipt: true, DeliverAt: at,
			SMS:     &post.SMSReminder{At: []time.Time{at.Add(time.Hour)}, AfterHours: []int{24}},
			Paper:   &post.Paper{IfNoDigipost: true, Color: true, Return: home},
			Content: post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2026-12-31", Account: "12345678903", KID: "12344"}}}
	documents := []post.Document{document(0, "innkalling.pdf", "%PDF-1.7 innkalling"), document(1, "Vedtekter 2026.pdf", "%PDF-1.7 vedtekter")}
	kari := post.Target{Kind: post.ByBirthNumber, Value: "01819010192", FirstName: "Kari", LastName: "Nordmann", Address: home.Address}
	ola := post.Target{Kind: post.ByDigipostAddress, Value: "ola#12AB", FullName: "Ola Nordmann",
		Address: post.Address{Line1: "Kungsgatan 2", Postcode: "111 43", Town: "Stockholm", Country: "SE"}}
	per := post.Target{Kind: post.ByNameAndAddress, FirstName: "Per", MiddleName: "Å", LastName: "Hansen", BirthDate: "1990-01-31", Phone: "900 00 000", Address: home.Address}
	firm := post.Target{Kind: post.ByOrganisation, Value: "310245798"}
	var items []post.Item
	for i, to := range []post.Target{kari, ola, per, firm} {
		items = append(items, post.Item{Seq: i + 1, Row: i + 2, To: to, RecipientKey: mailingUUID(100 + i),
			DocumentUUIDs: []string{mailingUUID(200 + i), mailingUUID(300 + i)}})
	}
	return job, documents, items
}

// packed writes a mailing's archive and gives its files.
func packed(t *testing.T, job post.Job, documents []post.Document, items []post.Item) map[string]string {
	t.Helper()
	var first, second bytes.Buffer
	for _, into := range []io.Writer{&first, &second} {
		if err := New(nil, nil, nil, "Brevdue test").WriteMailing(t.Context(), into, job, documents, items, staged); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same job gave other bytes")
	}
	archive, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range archive.File {
		content, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name] = string(data)
	}
	report, err := validate.Batch(t.Context(), bytes.NewReader([]byte(files["masseutsendelse.xml"])))
	if err != nil {
		t.Fatal(err)
	}
	if !report.Valid() {
		t.Errorf("the document is not valid: %+v", report)
	}
	return files
}

func TestMailingDocument(t *testing.T) {
	plain, documents, items := mailing()
	plain.Sender.BrokerID, plain.Options = 1000, post.Options{Auth: post.AuthPassword}
	for name, made := range map[string]func() (post.Job, []post.Document, []post.Item){
		"everything": mailing,
		"plain":      func() (post.Job, []post.Document, []post.Item) { return plain, documents[:1], short(items) },
	} {
		job, documents, items := made()
		files := packed(t, job, documents, items)
		if len(files) != len(documents)+1 || files["dok/000001.pdf"] != "%PDF-1.7 innkalling" {
			t.Errorf("%s: files %d", name, len(files))
		}
		golden := filepath.Join("testdata", "mailing-"+name+".xml")
		if *update {
			if err := os.WriteFile(golden, []byte(files["masseutsendelse.xml"]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got := files["masseutsendelse.xml"]; got != string(want) {
			t.Errorf("%s is another document than the golden one:\n%s", name, got)
		}
	}
}

// TestMailingOwnDocuments: each letter has its own main document and its own
// uuids; what goes to all stands once, and contents are packed by what they are.
func TestMailingOwnDocuments(t *testing.T) {
	job, _, items := mailing()
	documents := []post.Document{document(1, "Vedtekter 2026.pdf", "%PDF-1.7 vedtekter")}
	for i := range items {
		own := document(0, "faktura.pdf", fmt.Sprint("%PDF-1.7 faktura ", i))
		own.Item = items[i].Seq
		documents = append(documents, own)
	}
	files := packed(t, job, documents, items)
	xml := files["masseutsendelse.xml"]
	if len(files) != 6 || strings.Count(xml, "<dokument ")+strings.Count(xml, "<dokument>") != 5 || strings.Count(xml, "faktura\"") != 4 {
		t.Errorf("%d files: %s", len(files), xml)
	}
	for i, item := range items {
		for _, want := range []string{`uuid="` + item.DocumentUUIDs[0] + `"`, fmt.Sprint("d0-", i+1), item.DocumentUUIDs[1]} {
			if !strings.Contains(xml, want) {
				t.Errorf("letter %d lacks %s: %s", i, want, xml)
			}
		}
	}
	// The same for two of them stands there once.
	documents[3].SHA256, documents[3].Staged, documents[3].Size = documents[2].SHA256, documents[2].Staged, documents[2].Size
	if files := packed(t, job, documents, items); len(files) != 5 || strings.Count(files["masseutsendelse.xml"], "d0-2") != 3 ||
		strings.Contains(files["masseutsendelse.xml"], "d0-3") {
		t.Errorf("%d files: %s", len(files), files["masseutsendelse.xml"])
	}
	other := slices.Clone(items)
	other[1].DocumentUUIDs = other[1].DocumentUUIDs[:1]
	if err := New(nil, nil, nil, "").WriteMailing(t.Context(), io.Discard, job, documents, other, staged); err == nil {
		t.Error("a letter without an id for each document")
	}
}

// short leaves the main document only.
func short(items []post.Item) []post.Item {
	for i := range items {
		items[i].DocumentUUIDs = items[i].DocumentUUIDs[:1]
	}
	return items
}

// TestMailingRefused: what cannot be written is said in words for a person, and
// no half file is taken for a whole one.
func TestMailingRefused(t *testing.T) {
	for name, try := range map[string]struct {
		change func(*post.Job, []post.Document, []post.Item)
		want   post.Code
	}{
		"changed file":     {func(_ *post.Job, d []post.Document, _ []post.Item) { d[1].Staged = "%PDF-1.7 Vedtekter" }, post.CodeFileChanged},
		"key twice":        {func(_ *post.Job, _ []post.Document, i []post.Item) { i[1].RecipientKey = i[0].RecipientKey }, post.CodeRecipientInvalid},
		"letter uuid used": {func(_ *post.Job, _ []post.Document, i []post.Item) { i[1].DocumentUUIDs = i[0].DocumentUUIDs }, post.CodeRecipientInvalid},
		"uuids missing":    {func(_ *post.Job, _ []post.Document, i []post.Item) { i[1].DocumentUUIDs = i[1].DocumentUUIDs[:1] }, post.CodeInternal},
		"no return":        {func(j *post.Job, _ []post.Document, _ []post.Item) { j.Options.Paper.Return.Town = "" }, post.CodeReturnAddress},
		"debt":             {func(j *post.Job, _ []post.Document, _ []post.Item) { j.Options.Content.Kind = post.ContentDebt }, post.CodeBatchLacks},
		"no amount":        {func(j *post.Job, _ []post.Document, _ []post.Item) { j.Options.Content.Amount = "" }, post.CodeAmountInvalid},
		"no date":          {func(j *post.Job, _ []post.Document, _ []post.Item) { j.Options.Content.Date = "i morgen" }, post.CodeDateInvalid},
		"no hash":          {func(_ *post.Job, d []post.Document, _ []post.Item) { d[0].SHA256 = "ab" }, post.CodeInternal},
		"account": {func(_ *post.Job, _ []post.Document, i []post.Item) {
			i[0].To.Kind = post.ByAccount
			i[0].To.Address = post.Address{}
		}, post.CodeRecipientInvalid},
	} {
		job, documents, items := mailing()
		try.change(&job, documents, items)
		err := New(nil, nil, nil, "Brevdue test").WriteMailing(t.Context(), io.Discard, job, documents, items, staged)
		if post.CodeOf(err) != try.want {
			t.Errorf("%s: %v (%s), want %s", name, err, post.CodeOf(err), try.want)
		}
	}
	job, documents, items := mailing()
	lost := func(context.Context, post.Document) (io.ReadCloser, error) {
		return nil, post.NewFault(post.CodeFileMissing, nil, "file", "")
	}
	if err := New(nil, nil, nil, "").WriteMailing(t.Context(), io.Discard, job, documents, items, lost); post.CodeOf(err) != post.CodeFileMissing {
		t.Errorf("a file that is gone: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(nil, nil, nil, "").WriteMailing(over, io.Discard, job, documents, items, staged); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ended: %v", err)
	}
}

// receipt packs a receipt document as Digipost does.
func receipt(t *testing.T, document string) (*bytes.Reader, int64) {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	entry, err := archive.Create("masseutsendelse-resultat.xml")
	if err == nil {
		_, err = io.WriteString(entry, document)
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(file.Bytes()), int64(file.Len())
}

// resultOf is a mailing's result with the given rows.
func resultOf(job, status, rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><masseutsendelse-resultat xmlns="http://www.digipost.no/xsd/avsender2_1"><status>` + status +
		`</status><jobb-info><ref-jobb-id>` + job + `</ref-jobb-id><start-tid>2026-12-01T09:30:00+01:00</start-tid>` +
		`<slutt-tid>2026-12-01T09:41:07+01:00</slutt-tid></jobb-info>` + rows + `</masseutsendelse-resultat>`
}

func letterRow(n int, result, rest string) string {
	return "<resultat><hoveddokument-uuid>" + mailingUUID(n) + "</hoveddokument-uuid><resultat>" + result + "</resultat>" + rest + "</resultat>"
}

// TestMailingResult: both sorts of rows come in the words of the job. The code
// decides, never the channel.
func TestMailingResult(t *testing.T) {
	fault := func(kind string) string {
		return "<kanal>WEB</kanal><feilinformasjon><feil><type>" + kind + "</type><melding>om Kari</melding></feil></feilinformasjon>"
	}
	rows := `<mottaker-resultater><resultat><kunde-id>k1</kunde-id><status>IDENTIFISERT</status><person-alias>al#0A1B</person-alias></resultat></mottaker-resultater>`
	letters := `<brev-resultater>` + letterRow(1, "SENDT", "<kanal>WEB</kanal><feilinformasjon/>") + letterRow(2, "SENDT", "<kanal>PRINT</kanal>") +
		letterRow(3, "IKKE_SENDT", "<kanal>PRINT</kanal><feilinformasjon/>") + letterRow(4, "IKKE_SENDT", fault(faultDocument)) +
		letterRow(5, "IKKE_SENDT", fault(faultRecipient)) + letterRow(6, "IKKE_SENDT", fault(faultPrint)) +
		letterRow(7, "IKKE_SENDT", fault("NOE_NYTT")) + letterRow(8, "KANSKJE", "") + letterRow(9, "SENDT", "") + `</brev-resultater>`
	unprintable := `<dokumenter-med-feil><dokument-med-feil><dokument-id>d0</dokument-id><feil><type>UGYLDIG_FOR_PRINT</type></feil></dokument-med-feil></dokumenter-med-feil>`
	not := func(reason post.Reason, detail string) post.Outcome {
		return post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone, Reason: reason, Detail: detail}
	}
	want := map[int]post.Outcome{
		1: {Status: post.ItemDelivered, Channel: post.ChannelDigipost}, 2: {Status: post.ItemPrinting, Channel: post.ChannelPrint},
		3: not("", ""), 4: not(post.ReasonBadFile, faultDocument), 5: not("", faultRecipient), 6: not(post.ReasonInvalidAddress, faultPrint),
		7: not(post.ReasonOther, faultOther), 8: {Status: post.ItemUnsure, Channel: post.ChannelNone, Detail: detailUnknownResult},
		9: {Status: post.ItemDelivered, Channel: post.ChannelDigipost},
	}
	job := post.Job{Kind: post.KindMailing, Via: post.ViaBatch, BatchJobID: "j1"}
	for _, documents := range []string{"", unprintable} {
		got, findings := map[string]post.Outcome{}, 0
		file, size := receipt(t, resultOf("j1", "SUKSESS", rows+documents+letters))
		summary, err := New(nil, nil, nil, "").Read(t.Context(), job, file, size, func(row post.BatchRow) error {
			if row.Finding != nil {
				findings++
				if *row.Finding != (post.Finding{RecipientKey: "k1", Status: post.Identified, Reason: post.ReasonNotAUser, PersonAlias: "al#0A1B"}) {
					t.Errorf("finding %+v", row.Finding)
				}
				return nil
			}
			got[row.DocumentUUID] = row.Outcome
			return nil
		})
		if err != nil || summary.State != post.ReceiptSuccess || findings != 1 || summary.Ended.Unix() != 1796114467 {
			t.Fatalf("%+v %v, %d findings", summary, err, findings)
		}
		if documents != "" {
			want[6] = not(post.ReasonBadFile, faultPrint)
		}
		for n, outcome := range want {
			if got[mailingUUID(n)] != outcome {
				t.Errorf("letter %d: %+v, want %+v", n, got[mailingUUID(n)], outcome)
			}
		}
	}
}

// TestResultOfAnother: a receipt of another job, of the other kind, or refused.
func TestResultOfAnother(t *testing.T) {
	job := post.Job{Kind: post.KindMailing, Via: post.ViaBatch, BatchJobID: "j2", EarlierUploads: []post.Upload{{BatchJobID: "j1"}}}
	nothing := func(post.BatchRow) error { return nil }
	for id, want := range map[string]post.Code{"j1": "", "j2": "", "j3": post.CodeBadAnswer} {
		file, size := receipt(t, resultOf(id, "MOTTATT", ""))
		summary, err := New(nil, nil, nil, "").Read(t.Context(), job, file, size, nothing)
		if post.CodeOf(err) != want || err == nil && summary.State != post.ReceiptReceived {
			t.Errorf("%s: %+v %v", id, summary, err)
		}
	}
	file, size := receipt(t, resultOf("j2", "FEILET", "<feilinformasjon><feilkode>VALIDERING_FEILET</feilkode><melding>linje 12</melding></feilinformasjon>"))
	if summary, err := New(nil, nil, nil, "").Read(t.Context(), job, file, size, nothing); err != nil || summary.State != post.ReceiptRefused || summary.Text != "linje 12" {
		t.Errorf("%+v %v", summary, err)
	}
	split := job
	split.Kind = post.KindSplit
	file, size = receipt(t, resultOf("j2", "SUKSESS", ""))
	if _, err := New(nil, nil, nil, "").Read(t.Context(), split, file, size, nothing); err == nil {
		t.Error("a mailing's result was taken for a split's")
	}
}
