package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"
)

func list[T any](items ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// testUUID makes the n-th uuid.
func testUUID(n int) string { return fmt.Sprintf("0b1ed000-0000-4000-8000-%012x", n) }

var (
	oslo    = time.FixedZone("", 3600)
	morning = time.Date(2026, 12, 1, 9, 30, 0, 0, oslo)
)

func norwegian(name string) PrintAddress {
	return PrintAddress{Name: name, Norwegian: &NorwegianAddress{Line1: "Storgata 1", Line2: "Inngang B", Postcode: "0155", Town: "Oslo"}}
}

func abroad(name string) PrintAddress {
	return PrintAddress{Name: name, Foreign: &ForeignAddress{Line1: "1 Main Street", Line2: "Flat 2", Line3: "Kensington", Line4: "London W8", CountryCode: "GB"}}
}

// plainJob is the smallest mailing, for tests that change one thing.
func plainJob(change func(*Document, *Letter)) MailingJob {
	document := Document{ID: "d1", File: "dok/1.pdf"}
	letter := Letter{Recipient: everyKind()[0], Main: Enclosure{UUID: testUUID(1), DocumentID: "d1"}}
	change(&document, &letter)
	return MailingJob{SenderID: 1001, JobID: "m", Documents: list(document), Letters: list(letter)}
}

// richJob has every element of the grammar.
func richJob() MailingJob {
	documents := []Document{
		{ID: "info", File: "felles/Info_2026.pdf", Settings: DocumentSettings{Extends: "varsling", Settings: Settings{Subject: "Til deg <&> \"alle\""}}},
		{ID: "faktura-1", File: "faktura/1.pdf", Settings: DocumentSettings{Settings: Settings{Authentication: TwoFactor, Sensitivity: Sensitive, PrintColour: Colours}},
			Invoice: &Invoice{KID: "12344", Amount: 123_405, Account: "1234.56.78903", Due: morning}},
		{ID: "_faktura.2", File: "faktura/2.pdf", Invoice: &Invoice{Amount: 7, Account: "12345678903", Due: morning}},
		{ID: "vedlegg", File: "æøå/vedlegg.html"},
	}
	var letters []Letter
	uuid := 0
	enclose := func(id string) Enclosure { uuid++; return Enclosure{UUID: testUUID(uuid), DocumentID: id} }
	for i, person := range everyAddress() {
		person.CustomerID = fmt.Sprintf("b-%d", i)
		letters = append(letters, Letter{Recipient: person, Main: enclose("info")})
	}
	letters[0].ID, letters[0].NoticeEmail, letters[0].NoticeMobile = "brev «1» & <2>", "kari@example.no", "+4799999999"
	letters[0].Attachments = []Enclosure{enclose("faktura-1"), enclose("vedlegg"), enclose("info")}
	letters[0].Attachments[1].Settings = Settings{Subject: "Ditt vedlegg", SMS: &SMS{AfterHours: []int{0, 48}}, PrintColour: Monochrome}
	letters[1].Main.Settings = Settings{NoSubject: true, NoSMS: true, NoOpeningReceipt: true, Authentication: Password, Sensitivity: Normal}
	letters[2].Main = enclose("_faktura.2")
	letters[2].Print = &PrintDetails{To: norwegian("Ola Nordmann"), Post: PriorityPost, Return: abroad("Sender Ltd.")}
	letters[3].Print = &PrintDetails{To: abroad("Jane Doe"), Return: norwegian("Avsender AS")}
	letters[4].Print = &PrintDetails{Post: EconomyPost, Return: PrintAddress{Name: "Avsender", Norwegian: &NorwegianAddress{Postcode: "0001", Town: "Oslo"}},
		To: PrintAddress{Name: "Hans Müller", Foreign: &ForeignAddress{Line1: "Hauptstraße 5", Country: "Tyskland"}}}
	return MailingJob{
		SenderID: 1001, BrokerID: 2002, JobID: "utsendelse_2026.12-01", JobName: "Desember & jul", ClientInfo: "Brevdue 0.1 linux/amd64",
		AutoApprove: true, EffectiveAt: morning,
		Global: Settings{Subject: "Brev fra oss", SMS: &SMS{At: []time.Time{morning, morning.AddDate(0, 0, 1)}, AfterHours: []int{24}},
			Authentication: Password, Sensitivity: Normal, OpeningReceipt: "desember", PrintColour: Monochrome},
		Named: []NamedSettings{{ID: "varsling", Settings: Settings{SMS: &SMS{AfterHours: []int{72}}}}, {ID: "stille", Settings: Settings{NoSMS: true}},
			{ID: "tom"}},
		Documents: list(documents...), Letters: list(letters...),
	}
}

// everyAddress has every identification, form of a name and form of an address.
func everyAddress() []Recipient {
	return append(everyKind(),
		Recipient{CustomerID: "k-10", LastNameFirst: "Nordmann Kari Bø", StreetName: "Storgata", HouseNumber: "2", HouseLetter: "b", Entrance: "1", Postcode: "0155", Town: "Oslo", Country: "Norge"},
		Recipient{CustomerID: "k-11", FirstName: "Ola", LastName: "Nordmann", StreetName: "Postboks 1 Sentrum", Postcode: "0101", Town: "Oslo"})
}

func TestWriteMailing(t *testing.T) {
	for name, job := range map[string]MailingJob{
		"rich":     richJob(),
		"smallest": plainJob(func(*Document, *Letter) {}),
		"later":    later(plainJob(func(*Document, *Letter) {})),
		"global":   global(plainJob(func(*Document, *Letter) {})),
		"named":    plainNamed(),
		"settings": plainJob(func(d *Document, _ *Letter) { d.Settings.Settings = Settings{Subject: strings.Repeat("å", 100)} }),
		"invoice": plainJob(func(d *Document, _ *Letter) {
			d.Invoice = &Invoice{KID: "12343", Amount: maxAmount, Account: "12345678903", Due: morning}
		}),
		"cancel": plainJob(func(d *Document, l *Letter) {
			d.Settings.Settings = Settings{NoSMS: true}
			l.Main.Settings = Settings{NoSubject: true, NoOpeningReceipt: true}
		}),
		"sms": plainJob(func(_ *Document, l *Letter) {
			l.Main.Settings = Settings{SMS: &SMS{At: []time.Time{morning.UTC()}, AfterHours: []int{1, 2}}}
		}),
		"levels": plainJob(func(_ *Document, l *Letter) {
			l.Main.Settings = Settings{Authentication: TwoFactor, Sensitivity: Sensitive}
		}),
		"receipt": plainJob(func(_ *Document, l *Letter) { l.Main.Settings = Settings{OpeningReceipt: "gruppe 1"} }),
		"colour":  plainJob(func(_ *Document, l *Letter) { l.Main.Settings = Settings{PrintColour: Colours} }),
		"notice":  plainJob(func(_ *Document, l *Letter) { l.NoticeMobile = " 99 99 99 99 " }),
		"print-norway": plainJob(func(_ *Document, l *Letter) {
			l.Print = &PrintDetails{To: norwegian("Kari"), Return: norwegian("Avsender")}
		}),
		"print-abroad": plainJob(func(_ *Document, l *Letter) {
			l.Print = &PrintDetails{To: abroad("Jane"), Post: EconomyPost, Return: abroad("Sender")}
		}),
		"attachments": plainJob(func(_ *Document, l *Letter) {
			for i := range MaxAttachments {
				l.Attachments = append(l.Attachments, Enclosure{UUID: testUUID(i + 2), DocumentID: "d1"})
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			var b, again bytes.Buffer
			for _, to := range []*bytes.Buffer{&b, &again} {
				if count, err := WriteMailing(to, job); err != nil || count.Documents == 0 || count.Letters == 0 {
					t.Fatalf("%+v, %v", count, err)
				}
			}
			if !bytes.Equal(b.Bytes(), again.Bytes()) {
				t.Error("the same job gave other bytes")
			}
			golden(t, "mailing-"+name+".xml", b.Bytes())
			validate(t, "print.xsd", b.Bytes())
			judged(t, b.Bytes())
		})
	}
	var b bytes.Buffer
	if _, err := WriteSplit(&b, SplitJob{SenderID: 1, JobID: "a", Recipients: people(everyAddress()...)}); err != nil {
		t.Fatal(err)
	}
	golden(t, "split-every-address.xml", b.Bytes())
	validate(t, "mottakersplitt.xsd", b.Bytes())
	judged(t, b.Bytes())
}

func later(job MailingJob) MailingJob {
	job.EffectiveAt = time.Date(2026, 7, 1, 8, 0, 0, 0, time.FixedZone("", 7200))
	return job
}

func global(job MailingJob) MailingJob {
	job.Global = Settings{Subject: " Brev\tfra\noss "}
	return job
}

func plainNamed() MailingJob {
	job := plainJob(func(d *Document, _ *Letter) { d.Settings.Extends = "n1" })
	job.Named = []NamedSettings{{ID: "n1", Settings: Settings{Subject: "Navngitt"}}}
	return job
}

func TestWriteMailingRefuses(t *testing.T) {
	head := func(change func(*MailingJob)) MailingJob {
		job := plainNamed()
		change(&job)
		return job
	}
	one := func(change func(*Document, *Letter)) MailingJob { return plainJob(change) }
	invoice := func(change func(*Invoice)) MailingJob {
		return one(func(d *Document, _ *Letter) {
			d.Invoice = &Invoice{KID: "12344", Amount: 100, Account: "12345678903", Due: morning}
			change(d.Invoice)
		})
	}
	set := func(s Settings) MailingJob { return one(func(_ *Document, l *Letter) { l.Main.Settings = s }) }
	paper := func(change func(*PrintDetails)) MailingJob {
		return one(func(_ *Document, l *Letter) {
			l.Print = &PrintDetails{To: norwegian("Kari"), Return: abroad("Avsender")}
			change(l.Print)
		})
	}
	long := strings.Repeat("å", 101)
	for name, test := range map[string]struct {
		job   MailingJob
		field string
	}{
		"no sender":         {head(func(j *MailingJob) { j.SenderID = 0 }), "avsender-id"},
		"job id":            {head(func(j *MailingJob) { j.JobID = "a b" }), "jobb-id"},
		"long ago":          {head(func(j *MailingJob) { j.EffectiveAt = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC) }), "virkningsdato"},
		"global subject":    {head(func(j *MailingJob) { j.Global.Subject = long }), "globale-dokument-innstillinger/emne"},
		"named id":          {head(func(j *MailingJob) { j.Named[0].ID = "1" }), "dokument-innstillinger[1]/@id"},
		"named twice":       {head(func(j *MailingJob) { j.Named = append(j.Named, j.Named[0]) }), "dokument-innstillinger[2]/@id"},
		"named level":       {head(func(j *MailingJob) { j.Named[0].Authentication = "HØY" }), "dokument-innstillinger[1]/autentiseringsnivaa"},
		"document is named": {head(func(j *MailingJob) { j.Named[0].ID = "d1" }), "id"},
		"document twice": {head(func(j *MailingJob) {
			j.Documents = list(Document{ID: "a", File: "a.pdf"}, Document{ID: "a", File: "b.pdf"})
		}), "id"},
		"extends document": {head(func(j *MailingJob) { j.Documents = list(extending("d1", "d1")) }), "innstillinger/@extends"},
		"extends nothing":  {head(func(j *MailingJob) { j.Documents = list(extending("d1", "n2")) }), "innstillinger/@extends"},
		"refid settings":   {head(func(j *MailingJob) { j.Letters = list(referring("n1")) }), "hoveddokument/@refid"},
		"id is a uuid":     {one(func(d *Document, _ *Letter) { d.ID = testUUID(1) }), "id"},
		"document subject": {one(func(d *Document, _ *Letter) { d.Settings.Subject = long }), "innstillinger/emne"},
		"refid nothing":    {one(func(_ *Document, l *Letter) { l.Main.DocumentID = "d2" }), "hoveddokument/@refid"},
		"no refid":         {one(func(_ *Document, l *Letter) { l.Main.DocumentID = "" }), "hoveddokument/@refid"},
		"no uuid":          {one(func(_ *Document, l *Letter) { l.Main.UUID = "" }), "hoveddokument/@uuid"},
		"big uuid":         {one(func(_ *Document, l *Letter) { l.Main.UUID = strings.ToUpper(l.Main.UUID) }), "hoveddokument/@uuid"},
		"uuid twice":       {one(func(_ *Document, l *Letter) { l.Attachments = []Enclosure{l.Main} }), "vedlegg[1]/@uuid"},
		"many":             {one(func(_ *Document, l *Letter) { l.Attachments = make([]Enclosure, 100) }), "vedlegg"},
		"letter id":        {one(func(_ *Document, l *Letter) { l.ID = "a\nb" }), "@id"},
		"long letter id":   {one(func(_ *Document, l *Letter) { l.ID = long }), "@id"},
		"recipient":        {one(func(_ *Document, l *Letter) { l.Recipient.CustomerID = " " }), "mottaker/kunde-id"},
		"two formats":      {one(func(_ *Document, l *Letter) { l.Recipient = everyKind()[4]; l.Recipient.StreetName = "a" }), "mottaker/adresse"},
		"number alone":     {one(func(_ *Document, l *Letter) { l.Recipient = everyAddress()[9]; l.Recipient.StreetName = "" }), "mottaker/adresse1"},
		"notice":           {one(func(_ *Document, l *Letter) { l.NoticeEmail = "kari" }), "varslingsadresser/epostadresse"},
		"long notice":      {one(func(_ *Document, l *Letter) { l.NoticeMobile = strings.Repeat("9", 201) }), "varslingsadresser/mobilnummer"},
		"kid letters":      {invoice(func(i *Invoice) { i.KID = "12a4" }), "kid"},
		"kid short":        {invoice(func(i *Invoice) { i.KID = "12" }), "kid"},
		"kid long":         {invoice(func(i *Invoice) { i.KID = strings.Repeat("0", 26) }), "kid"},
		"kid wrong":        {invoice(func(i *Invoice) { i.KID = "12345" }), "kid"},
		"kid blank":        {invoice(func(i *Invoice) { i.KID = " " }), "kid"},
		"nothing to pay":   {invoice(func(i *Invoice) { i.Amount = 0 }), "beloep"},
		"credit":           {invoice(func(i *Invoice) { i.Amount = -1 }), "beloep"},
		"too much":         {invoice(func(i *Invoice) { i.Amount = maxAmount + 1 }), "beloep"},
		"account short":    {invoice(func(i *Invoice) { i.Account = "1234567890" }), "kontonummer"},
		"account wrong":    {invoice(func(i *Invoice) { i.Account = "12345678904" }), "kontonummer"},
		"no due date":      {invoice(func(i *Invoice) { i.Due = time.Time{} }), "forfallsdato"},
		"subject":          {set(Settings{Subject: long}), "hoveddokument/innstillinger/emne"},
		"subject both":     {set(Settings{Subject: "a", NoSubject: true}), "hoveddokument/innstillinger/emne"},
		"sms without time": {set(Settings{SMS: &SMS{}}), "hoveddokument/innstillinger/sms-varsling"},
		"sms both":         {set(Settings{SMS: &SMS{AfterHours: []int{1}}, NoSMS: true}), "hoveddokument/innstillinger/sms-varsling"},
		"sms before":       {set(Settings{SMS: &SMS{AfterHours: []int{-1}}}), "hoveddokument/innstillinger/sms-varsling/etter-timer"},
		"sms zero time":    {set(Settings{SMS: &SMS{At: make([]time.Time, 1)}}), "hoveddokument/innstillinger/sms-varsling/tidspunkt"},
		"level":            {set(Settings{Sensitivity: "NORMAL"}), "hoveddokument/innstillinger/sensitivitetsnivaa"},
		"colour":           {set(Settings{PrintColour: "RØD"}), "hoveddokument/innstillinger/print-farge"},
		"group":            {set(Settings{OpeningReceipt: long}), "hoveddokument/innstillinger/aapningskvitteringsgruppe"},
		"group both":       {set(Settings{OpeningReceipt: "a", NoOpeningReceipt: true}), "hoveddokument/innstillinger/aapningskvitteringsgruppe"},
		"no name":          {paper(func(p *PrintDetails) { p.To.Name = " " }), "fysisk-print/postmottaker"},
		"long name":        {paper(func(p *PrintDetails) { p.Return.Name = strings.Repeat("å", 131) }), "fysisk-print/retur-postmottaker"},
		"no address":       {paper(func(p *PrintDetails) { p.To.Norwegian = nil }), "fysisk-print/norsk-mottakeradresse"},
		"two addresses":    {paper(func(p *PrintDetails) { p.Return.Norwegian = p.To.Norwegian }), "fysisk-print/norsk-returadresse"},
		"post":             {paper(func(p *PrintDetails) { p.Post = "C" }), "fysisk-print/posttype"},
		"postcode":         {paper(func(p *PrintDetails) { p.To.Norwegian.Postcode = "155" }), "fysisk-print/norsk-mottakeradresse/postnummer"},
		"town":             {paper(func(p *PrintDetails) { p.To.Norwegian.Town = strings.Repeat("å", 81) }), "fysisk-print/norsk-mottakeradresse/poststed"},
		"line 1":           {paper(func(p *PrintDetails) { p.To.Norwegian.Line1 = long }), "fysisk-print/norsk-mottakeradresse/adresselinje1"},
		"line 2":           {paper(func(p *PrintDetails) { p.To.Norwegian.Line2 = long }), "fysisk-print/norsk-mottakeradresse/adresselinje2"},
		"foreign line":     {paper(func(p *PrintDetails) { p.Return.Foreign.Line1 = "" }), "fysisk-print/utenlandsk-returadresse/adresselinje1"},
		"foreign line 4":   {paper(func(p *PrintDetails) { p.Return.Foreign.Line4 = long }), "fysisk-print/utenlandsk-returadresse/adresselinje4"},
		"country code":     {paper(func(p *PrintDetails) { p.Return.Foreign.CountryCode = "gb" }), "fysisk-print/utenlandsk-returadresse/land-kode"},
		"country twice":    {paper(func(p *PrintDetails) { p.Return.Foreign.Country = "England" }), "fysisk-print/utenlandsk-returadresse/land"},
		"no country":       {paper(func(p *PrintDetails) { p.Return.Foreign.CountryCode = "" }), "fysisk-print/utenlandsk-returadresse/land"},
		"paper without pdf": {one(func(d *Document, l *Letter) {
			d.File = "a.html"
			l.Print = &PrintDetails{To: norwegian("a"), Return: norwegian("b")}
		}), "hoveddokument/@refid"},
		"letter id twice": {head(func(j *MailingJob) {
			first, second := referring("d1"), referring("d1")
			first.ID, second.ID = "same", "same"
			j.Letters = list(first, second)
		}), "@id"},
		"second letter same": {head(func(j *MailingJob) { j.Letters = list(referring("d1"), referring("d1")) }), "mottaker/kunde-id"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := WriteMailing(io.Discard, test.job)
			if got := faultyField(err); got != test.field {
				t.Errorf("field %q, %v", got, err)
			}
		})
	}
	for _, file := range []string{"", "a", "/a.pdf", "a/", "a//b.pdf", "a b.pdf", "a.b.pdf", "a.", ".pdf", `a\b.pdf`, "../a.pdf", "٣.pdf", "a.pdf\n", strings.Repeat("a", 200) + ".pdf"} {
		if _, err := WriteMailing(io.Discard, one(func(d *Document, _ *Letter) { d.File = file })); faultyField(err) != "fil" {
			t.Errorf("file %q: %v", file, err)
		}
	}
}

func extending(id, settings string) Document {
	return Document{ID: id, File: "a.pdf", Settings: DocumentSettings{Extends: settings}}
}

func referring(id string) Letter {
	return Letter{Recipient: everyKind()[0], Main: Enclosure{UUID: testUUID(1), DocumentID: id}}
}

// faultyField is the field an error names.
func faultyField(err error) string {
	var head *JobError
	var document *DocumentError
	var letter *LetterError
	switch {
	case errors.As(err, &head):
		return head.Field
	case errors.As(err, &document):
		return document.Field
	case errors.As(err, &letter):
		return letter.Field
	}
	return ""
}

func TestWriteMailingLeavesTheJobAsItWas(t *testing.T) {
	to := PrintAddress{Name: " Kari ", Norwegian: &NorwegianAddress{Postcode: " 0155 ", Town: "Oslo "}}
	letter := Letter{Recipient: everyKind()[0], Main: Enclosure{UUID: testUUID(1), DocumentID: "d1"},
		Attachments: []Enclosure{{UUID: testUUID(2), DocumentID: "d1", Settings: Settings{Subject: " a "}}}, Print: &PrintDetails{To: to, Return: to}}
	job := plainJob(func(*Document, *Letter) {})
	job.Letters = list(letter)
	if _, err := WriteMailing(io.Discard, job); err != nil {
		t.Fatal(err)
	}
	if letter.Print.To.Norwegian.Postcode != " 0155 " || letter.Print.To.Name != " Kari " || letter.Attachments[0].Settings.Subject != " a " {
		t.Error("the caller's letter was changed")
	}
}

func TestWriteMailingPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	job := plainJob(func(*Document, *Letter) {})
	job.Letters = func(yield func(Letter, error) bool) { yield(Letter{}, broken) }
	if _, err := WriteMailing(io.Discard, job); !errors.Is(err, broken) {
		t.Errorf("letters: %v", err)
	}
	job.Documents = func(yield func(Document, error) bool) { yield(Document{}, broken) }
	if _, err := WriteMailing(io.Discard, job); !errors.Is(err, broken) {
		t.Errorf("documents: %v", err)
	}
	if _, err := WriteMailing(&fullDisk{}, richJob()); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
	for want, change := range map[error]func(*MailingJob){
		ErrNoDocuments: func(j *MailingJob) { j.Documents = list[Document]() },
		ErrNoLetters:   func(j *MailingJob) { j.Letters = list[Letter]() },
	} {
		job := plainJob(func(*Document, *Letter) {})
		change(&job)
		if _, err := WriteMailing(io.Discard, job); !errors.Is(err, want) {
			t.Errorf("%v: %v", want, err)
		}
	}
	for want, job := range map[error]MailingJob{ErrNoDocuments: {SenderID: 1, JobID: "a"}, ErrNoLetters: {SenderID: 1, JobID: "a", Documents: job.Documents}} {
		if want == ErrNoLetters {
			job.Documents = list(Document{ID: "a", File: "a.pdf"})
		}
		if _, err := WriteMailing(io.Discard, job); !errors.Is(err, want) {
			t.Errorf("nil: %v: %v", want, err)
		}
	}
}

// TestKID holds the check digits against published examples.
func TestKID(t *testing.T) {
	for kid, right := range map[string]bool{"12344": true, "12343": true, "602243": true, "12345": false, "00000": true, "14-": false, "06-": true} {
		if kidForm.MatchString(kid) && rightKID(kid) != right {
			t.Errorf("%s: %v", kid, !right)
		}
	}
	if !rightAccount("12345678903") || rightAccount("12345678913") {
		t.Error("account")
	}
}

func FuzzWriteMailing(f *testing.F) {
	f.Add("Emne", "brev 1", "Kari", "Storgata\x001", "gruppe")
	f.Add("]]>&<\"'", "\"<&>'", "\u2028\u0085", "\ufffe", "\ufeff\ufffd")
	f.Fuzz(func(t *testing.T, subject, id, name, line, group string) {
		job := plainJob(func(d *Document, l *Letter) {
			d.Settings.Settings = Settings{Subject: subject, OpeningReceipt: group}
			l.ID, l.NoticeMobile = id, line
			l.Print = &PrintDetails{To: norwegian(name), Return: norwegian(subject)}
			l.Print.To.Norwegian.Line1 = line
		})
		var b bytes.Buffer
		if _, err := WriteMailing(&b, job); err != nil {
			return
		}
		if report := judge(t, b.Bytes()); !slices.Equal(report, nil) {
			t.Errorf("%v in\n%q", report, b.String())
		}
	})
}
