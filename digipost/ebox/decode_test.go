package ebox

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" // of "test"

// The same message as either generation writes it. The sender's number is made
// up: numbers from 1900.000.000 on are not given out.
const message2 = `{"messageId":"m1","originalMessageId":null,"subject":{"nl":"Onderwerp"},"receiptDate":"2026-05-04T10:00:00+02:00",
"expirationDate":"2027-05-04T08:00:00.000Z","readStatus":true,"visible":false,"registeredMail":true,
"forTheAttentionOf":{"id":"99999999964","type":"NATIONAL_NUMBER","name":"Els"},"messageTypeId":"t","senderOrganizationId":"1900010165",
"senderApplicationId":"a","attachments":{"items":[{"attachmentId":"d","attachmentTitle":{"fr":"Titre"},"fileName":"%E2%82%AC.pdf","mainContent":true,
"mediaType":"application/pdf","size":1.5,"digest":{"digestMethod":"sha_256","digestValue":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"},
"attachmentSigned":true,"contentHref":"https://dp.example/c"}],"totalItems":1},"bodyMainContent":true,"replyAuthorized":true,
"businessDataList":{"items":[{"key":"k","name":{"nl":"Naam"},"values":[{"nl":"1"},{"nl":"2"}]}],"totalItems":1},
"paymentData":{"paymentDataId":"p","amount":12.5,"vatAmount":0,"currency":"EUR","dueDate":"2026-06-30","iban":"BE68539007547034","reference":{"value":"+++1+++"}},"later":{"x":[1]}}`

const message3 = `{"messageId":"m1","subject":{"nl":"Onderwerp"},"receiptDate":"2026-05-04T08:00:00Z","expirationDate":"2027-05-04T10:00:00+0200",
"isRead":true,"isVisible":false,"isRegisteredMail":true,"forTheAttentionOf":{"ssin":"99999999964","label":"Els"},"messageTypeId":"t",
"sender":{"eboxType":"enterprise","enterpriseNumber":"1900010165","partition":"GENERAL"},"partition":"GENERAL","senderApplicationId":"a",
"attachments":[{"attachmentId":"d","attachmentTitle":{"fr":"Titre"},"fileName":"%E2%82%AC.pdf","isMainContent":true,"mediaType":"application/pdf",
"size":"1.5","digest":{"digestMethod":"SHA-256","digestValue":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="},"isAttachmentSigned":true,
"contentHref":"https://dp.example/c"}],"isBodyMainContent":true,"isReplyAuthorized":true,
"businessDataList":[{"key":"k","name":{"nl":"Naam"},"values":[{"nl":"1"},{"nl":"2"}]}],
"paymentData":{"paymentDataId":"p","amount":"12.50","vatAmount":0.0,"currency":"EUR","dueDate":"2026-06-29T22:00:00Z","iban":"BE68539007547034","reference":"+++1+++"}}`

// TestOneModel: whatever the generation, a message is the same.
func TestOneModel(t *testing.T) {
	want := Message{ID: "m1", Subject: Text{NL: "Onderwerp"}, Received: time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC),
		Expires: time.Date(2027, 5, 4, 8, 0, 0, 0, time.UTC), Read: true, Registered: true, Attention: "Els", TypeID: "t",
		SenderID: "1900010165", ApplicationID: "a", MayReply: true, BodyIsMain: true,
		Attachments: []Attachment{{ID: "d", Href: "https://dp.example/c", Title: Text{FR: "Titre"}, FileName: "€.pdf", MediaType: "application/pdf",
			Size: 1536, SHA256: sum, Main: true, Signed: true}},
		Data:    []Value{{Key: "k", Name: Text{NL: "Naam"}, Values: []Text{{NL: "1"}, {NL: "2"}}}},
		Payment: &Payment{ID: "p", Amount: "12.50", VAT: "0.00", Currency: "EUR", Due: "2026-06-30", IBAN: "BE68539007547034", Reference: "+++1+++"}}
	for name, text := range map[string]string{"2.1": message2, "3.x": message3} {
		got, ok := messageOf([]byte(text))
		got.Received, got.Expires = got.Received.UTC(), got.Expires.UTC()
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\n%+v", name, got, want)
		}
	}
}

func TestMessagesOfAnyMake(t *testing.T) {
	for text, fits := range map[string]func(Message, bool) bool{
		`{"messageId":"m"}`: func(m Message, ok bool) bool { return ok && m.Visible && !m.Read && m.Payment == nil },
		`{"messageId":"m","attachments":null,"businessDataList":null,"paymentData":{}}`: func(m Message, ok bool) bool {
			return ok && m.Attachments == nil && m.Data == nil && m.Payment == nil
		},
		`{"messageId":"m","attachments":{"items":null},"readStatus":null,"isRead":true}`: func(m Message, ok bool) bool { return ok && m.Read },
		`{"messageId":12,"subject":"kaal","readStatus":"true"}`: func(m Message, ok bool) bool {
			return ok && m.ID == "12" && m.Subject.NL == "kaal" && m.Read
		},
		`{"messageId":"m","attachments":[null,5,"x",{"fileName":null,"size":-4,"digest":[]}],"subject":[],"receiptDate":{}}`: func(m Message, ok bool) bool {
			return ok && len(m.Attachments) == 1 && m.Attachments[0].Size == 0 && m.Received.IsZero()
		},
		`{"messageId":"m","sender":{"eboxType":"citizen","ssin":"99999999964"},"partition":"HR"}`: func(m Message, ok bool) bool {
			return ok && m.SenderID == "" && m.Partition == "HR"
		},
		`{"messageId":"m","forTheAttentionOf":{"ssin":"99999999964","label":{"fr":"Els"}}}`: func(m Message, ok bool) bool { return ok && m.Attention == "Els" },
		`{}`: func(_ Message, ok bool) bool { return !ok }, `null`: func(_ Message, ok bool) bool { return !ok },
		`[]`: func(_ Message, ok bool) bool { return !ok }, ``: func(_ Message, ok bool) bool { return !ok },
		`{"messageId":"m`: func(_ Message, ok bool) bool { return !ok },
	} {
		if m, ok := messageOf([]byte(text)); !fits(m, ok) {
			t.Errorf("%s: %v %+v", text, ok, m)
		}
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	for _, text := range []string{"2026-07-01T10:00:00Z", "2026-07-01T12:00:00+02:00", "2026-07-01T12:00:00.000+02:00", "2026-07-01T12:00:00+0200",
		"2026-07-01T10:00Z", "2026-07-01T12:00:00", "2026-07-01 12:00:00", " 2026-07-01T10:00:00.000Z ", "1782900000000"} {
		if got := parseTime(text); !got.Equal(want) {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, utc := range map[string]string{
		"2026-01-15": "2026-01-14T23:00:00Z", "2026-07-15": "2026-07-14T22:00:00Z",
		// The nights when the clocks change.
		"2026-03-29T01:30:00": "2026-03-29T00:30:00Z", "2026-03-29T03:30:00": "2026-03-29T01:30:00Z", "2026-10-25T04:00:00": "2026-10-25T03:00:00Z",
	} {
		if got := parseTime(text).UTC().Format(time.RFC3339); got != utc {
			t.Errorf("%q: %s", text, got)
		}
	}
	for _, text := range []string{"", "x", "0", "12", "2026-13-01", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", strings.Repeat("1", 100)} {
		if got := parseTime(text); !got.IsZero() {
			t.Errorf("%q: %v", text, got)
		}
	}
	if zone, err := time.LoadLocation("Europe/Brussels"); err == nil {
		for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2036; at = at.Add(7 * time.Hour) {
			if got, want := belgian(at).Format(time.DateTime), at.In(zone).Format(time.DateTime); got != want {
				t.Fatalf("%v: %s and %s", at, got, want)
			}
		}
	}
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"brief.pdf": "brief.pdf", "Overzicht%20%E2%82%AC.pdf": "Overzicht €.pdf", "100% gelijk.pdf": "100% gelijk.pdf", "a%2520b": "a%20b",
		"a+b.pdf": "a+b.pdf", "..%2F..%2Fx": "../../x", "%": "%", "%4": "%4", "%E9t%E9.pdf": "%E9t%E9.pdf", "a%00b": "a%00b", "%zz": "%zz", "": "",
	} {
		if got := DecodeFileName(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestDigests(t *testing.T) {
	raw := func(o string) object { return parseObject([]byte(o)) }
	for text, want := range map[string]string{
		`{"digestMethod":"sha_256","digestValue":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg="}`: sum,
		`{"digestMethod":"sha256","digestValue":"` + strings.ToUpper(sum) + `"}`:                  sum,
		`{"digestMethod":"sha_512","digestValue":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}`:  "",
		`{"digestMethod":"sha_256","digestValue":"n4bQ"}`:                                         "", `{}`: "", `null`: "",
		`{"digestMethod":"sha_256","digestValue":"` + base64.StdEncoding.EncodeToString([]byte(sum)) + `"}`: "",
	} {
		if got := digestOf(raw(text)); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{"1250.4": "1250.40", "0": "0.00", "12": "12.00", "1e3": "1000.00", "0.123": "0.123", "-5.5": "-5.50",
		"1e99999": "", "1e300": "", "x": "", "": "", "NaN": ""} {
		if got := amount(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestDialects: the version decides, else the address.
func TestDialects(t *testing.T) {
	for _, test := range []struct {
		version, address string
		want             *dialect
	}{
		{"2.1", "https://x.example/v3", &dialect2}, {"3.0", "https://x.example/v2", &dialect3}, {"v3", "", &dialect3}, {"1.6", "", &dialect2},
		{"", ProviderProduction, &dialect3}, {"", ProviderSimulation, &dialect3}, {"", "https://x.example/messageRegistry/v2/", &dialect2}, {"", "", &dialect2},
		{"4", "", &dialect3}, {"10.0", "", &dialect2},
	} {
		if dialectOf(Provider{Version: test.version, URL: test.address}) != test.want {
			t.Errorf("%q %q", test.version, test.address)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{message2, message3, `{"messageId":null}`, `{"messageId":"x","attachments":{"items":[{"size":1e308}]}}`, "[", "\xef\xbb\xbf{}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := messageOf([]byte(text))
		if ok != (m.ID != "") {
			t.Error("a message without an id")
		}
		for _, a := range m.Attachments {
			if a.Size < 0 || a.SHA256 != "" && len(a.SHA256) != 64 {
				t.Errorf("%+v", a)
			}
		}
		if _, err := json.Marshal(m); err != nil {
			t.Error(err)
		}
	})
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"a%20b", "%", "%E2%82%AC", "%00", "..%2F"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got := DecodeFileName(name); len(got) > len(name) || strings.ContainsRune(got, 0) && !strings.ContainsRune(name, 0) {
			t.Errorf("%q: %q", name, got)
		}
	})
}
