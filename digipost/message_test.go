package digipost

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func named() *NameAndAddress {
	return &NameAndAddress{
		FullName: "Åse Ødegård & Sønn", Line1: "Storgata 1 <A>", Line2: "Oppgang \"B\"", Postcode: "0155", City: "Ås",
		BirthDate: "1981-02-03", Phone: "+4790000000", Email: "ase@example.org",
	}
}

func full() *Message {
	return &Message{
		ID: "0b9e3c52-full", SenderID: 34567,
		Recipient: Recipient{PersonalIdentificationNumber: "01818130291"},
		PrimaryDocument: Document{UUID: uuidA, Subject: "Årsmøte – saksliste", FileType: "pdf",
			AuthenticationLevel: AuthTwoFactor, SensitivityLevel: SensitivitySensitive,
			ContentHash: SHA256Hash(sha256.Sum256([]byte("Hoveddokument sendt fra DP-API-klient.")))},
		Attachments: []Document{{UUID: uuidB, Subject: "Vedlegg 1", FileType: "txt"}},
	}
}

func to(r Recipient) *Message {
	m := letter()
	m.Recipient = r
	return m
}

func peppol() *Message {
	m := to(Recipient{PeppolAddresses: &PeppolAddresses{
		Receiver: PeppolAddress{"0192", "312345676"}, Sender: PeppolAddress{"0192", "310000000"}}})
	m.PrimaryDocument.FileType = "xml"
	return m
}

// golden are the documents this client writes, by file name.
func golden() map[string]any {
	all := map[string]any{
		"message-full.xml":                   full(),
		"message-digipost.xml":               letter(),
		"message-organisation.xml":           to(Recipient{OrganisationNumber: "312345676"}),
		"message-account.xml":                to(Recipient{BankAccountNumber: "12345678903"}),
		"message-address.xml":                to(Recipient{NameAndAddress: named()}),
		"message-email.xml":                  to(Recipient{EmailDetails: &EmailDetails{Addresses: []string{"a@example.org", "b@example.org"}}}),
		"message-peppol.xml":                 peppol(),
		"identification-personal-number.xml": &Identification{PersonalIdentificationNumber: "01818130291", IncludePersonAlias: true},
		"identification-organisation.xml":    &Identification{OrganisationNumber: "312345676"},
		"identification-digipost.xml":        &Identification{DigipostAddress: "ola.nordmann#1234", IncludePersonAlias: true},
		"identification-address.xml":         &Identification{NameAndAddress: named()},
		"identification-account.xml":         &Identification{BankAccountNumber: "12345678903"},
	}
	all["additional-data.xml"] = &AdditionalData{SenderID: 34567, DataType: DataType{
		Invoice: &Invoice{DueDate: noon, Sum: "1234.50", CreditorAccount: "12345678903", KID: "1234567897"}}}
	all["additional-data-organization.xml"] = &AdditionalData{DataType: DataType{Payslip: &Payslip{}},
		SenderOrganization: &SenderOrganization{OrganizationID: "312345676", PartID: "Avdeling Øst"}}
	all["batch.xml"] = &newBatch{BatchReference: BatchReference{UUID: uuidA}}
	for name, message := range options() {
		all[name] = message
	}
	return all
}

// TestGolden: what leaves the machine stays the same to the byte.
func TestGolden(t *testing.T) {
	for name, document := range golden() {
		if checkable, ok := document.(interface{ Check() error }); ok {
			if err := checkable.Check(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		got, err := encode(document)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "testdata", "rest", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
}

// TestSchema: what leaves the machine is valid by Digipost's own schemas, both
// loaded, since a data-type must be one that the second declares.
func TestSchema(t *testing.T) {
	schema := filepath.Join(t.TempDir(), "both.xsd")
	both := `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">`
	for space, file := range map[string]string{"v8": "api_v8.xsd", "datatypes": "digipost-datatypes.xsd"} {
		path, err := filepath.Abs(shared(t, "schemas", file))
		if err != nil {
			t.Fatal(err)
		}
		both += `<xsd:import namespace="http://api.digipost.no/schema/` + space + `" schemaLocation="file://` + filepath.ToSlash(path) + `"/>`
	}
	if err := os.WriteFile(schema, []byte(both+`</xsd:schema>`), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{"--nonet", "--noout", "--schema", schema}
	for name := range golden() {
		arguments = append(arguments, filepath.Join("..", "testdata", "rest", name))
	}
	out, err := exec.Command(program(t, "xmllint"), arguments...).CombinedOutput()
	if err != nil || strings.Count(string(out), " validates") != len(golden()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestMultipartVector is a body made by others by the same rules.
func TestMultipartVector(t *testing.T) {
	m := letter()
	m.ID = "sheet-example-1"
	m.PrimaryDocument.AuthenticationLevel = AuthPassword
	m.PrimaryDocument.SensitivityLevel = SensitivityNormal
	metadata, err := encode(m)
	if err != nil || len(metadata) != 452 {
		t.Fatalf("%v, %d bytes:\n%s", err, len(metadata), metadata)
	}
	ordered, err := match(m, []Content{content(uuidA, []byte("Hoveddokument sendt fra DP-API-klient."))})
	if err != nil {
		t.Fatal(err)
	}
	body, err := newMultipart("digipost-example", metadata, ordered).body(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := base64.StdEncoding.EncodeToString(body.sha256[:]); body.size != 780 || got != "cVN4ztv2cntKjgx+0ppv7/H+BJ8UstmnJa1bgFTDZJ4=" {
		t.Errorf("%d bytes, %s", body.size, got)
	}
	in, err := body.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(in)
	if sum := sha256.Sum256(data); err != nil || sum != body.sha256 || int64(len(data)) != body.size {
		t.Errorf("the second reading differs: %v, %d bytes", err, len(data))
	}
}

// TestMessageCheck: nothing malformed leaves, and the error names the field but
// never its value.
func TestMessageCheck(t *testing.T) {
	for field, spoil := range map[string]func(*Message){
		"message-id":                            func(m *Message) { m.ID = " " },
		"sender-id":                             func(m *Message) { m.SenderID = -1 },
		"recipient/identification":              func(m *Message) { m.Recipient.OrganisationNumber = "312345676" },
		"primary-document/uuid":                 func(m *Message) { m.PrimaryDocument.UUID = strings.ToUpper(uuidA) },
		"primary-document/subject":              func(m *Message) { m.PrimaryDocument.Subject = strings.Repeat("ø", 256) },
		"primary-document/file-type":            func(m *Message) { m.PrimaryDocument.FileType = "PDF" },
		"attachment 1/subject":                  func(m *Message) { m.Attachments[0].Subject = "a\x00b-secret" },
		"attachment 1/uuid":                     func(m *Message) { m.Attachments[0].UUID = uuidA },
		"attachment 1/sensitivity-level":        func(m *Message) { m.Attachments[0].SensitivityLevel = "secret" },
		"attachment 1/content-hash":             func(m *Message) { m.Attachments[0].ContentHash = &ContentHash{"MD5", "x"} },
		"attachment":                            func(m *Message) { m.Attachments = make([]Document, 202) },
		"primary-document/authentication-level": func(m *Message) { m.PrimaryDocument.AuthenticationLevel = "THREE" },
		"recipient/personal-identification-number": func(m *Message) {
			m.Recipient = Recipient{PersonalIdentificationNumber: "1818130291"}
		},
		"recipient/organisation-number": func(m *Message) { m.Recipient = Recipient{OrganisationNumber: "31234567x"} },
		"recipient/bank-account-number": func(m *Message) { m.Recipient = Recipient{BankAccountNumber: "1234.56.78903"} },
		"recipient/digipost-address":    func(m *Message) { m.Recipient = Recipient{DigipostAddress: "ola\xff"} },
		"recipient/fullname":            func(m *Message) { m.Recipient = Recipient{NameAndAddress: &NameAndAddress{}} },
		"recipient/birth-date": func(m *Message) {
			n := named()
			n.BirthDate = "030281"
			m.Recipient = Recipient{NameAndAddress: n}
		},
		"recipient/postalcode": func(m *Message) {
			n := named()
			n.Postcode = "12345678901"
			m.Recipient = Recipient{NameAndAddress: n}
		},
		"recipient/email-details": func(m *Message) { m.Recipient = Recipient{EmailDetails: &EmailDetails{}} },
	} {
		m := letter()
		m.Attachments = []Document{{UUID: uuidB, Subject: "Vedlegg", FileType: "pdf"}}
		spoil(m)
		var wrong *FieldError
		if err := m.Check(); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the value: %v", field, err)
		}
	}
	letterByPeppol := peppol()
	letterByPeppol.PrimaryDocument.FileType = "pdf"
	if err := letterByPeppol.Check(); err == nil {
		t.Error("a PDF by Peppol was accepted")
	}
	if err := full().Check(); err != nil {
		t.Errorf("a good message: %v", err)
	}
	if err := (&Identification{}).Check(); err == nil {
		t.Error("a question about nobody was accepted")
	}
}
