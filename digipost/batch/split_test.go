package batch

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// everyKind has each identification and each form of a name. The persons are
// made up; their numbers have 80 added to the month.
func everyKind() []Recipient {
	address := Recipient{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}
	with := func(id string, change func(*Recipient)) Recipient {
		r := address
		r.CustomerID = id
		change(&r)
		return r
	}
	return []Recipient{
		{CustomerID: "k-1", BirthNumber: "01819010001", FirstName: "Not", LastName: "Written"},
		{CustomerID: "k-2", OrganisationNumber: "310100102"},
		{CustomerID: "k-3", DigipostAddress: "åse.ærlig#9YDT"},
		{CustomerID: "k-4", PersonAlias: "abcdefghijklmnopqrst#0A1B"},
		with("k-5", func(r *Recipient) { r.FirstName, r.MiddleName, r.LastName = "Kari", "Bø", "Nordmann" }),
		with("k-6", func(r *Recipient) { r.FirstName, r.LastName, r.FullName = "Ola", "Nordmann", "Ola X Nordmann" }),
		with("k-7", func(r *Recipient) { r.FullName = "Åse Ærlig" }),
		with("k-8", func(r *Recipient) { r.LastName = "Uten Fornavn" }),
		with("k:9_x.Y", func(r *Recipient) {
			r.FullName = "  Per\t<\"Pål\"> & Sønn's \x00\x1b\n AS \xff "
			r.Line1, r.Line2, r.Country = "", "c/o Åse\r\nHansen", "Norge"
			r.BirthDate, r.Phone, r.Email = "010190", "+47 99 99 99 99", "per@example.no"
		}),
	}
}

func everyKindJob() SplitJob {
	return SplitJob{
		SenderID: 1001, BrokerID: 2002, JobID: "split_2024.11-22", JobName: "Årets  liste & «alt»",
		ClientInfo: "Brevdue 0.1 linux/amd64", AutoApprove: true, Recipients: people(everyKind()...),
	}
}

func TestWriteSplit(t *testing.T) {
	var b bytes.Buffer
	count, err := WriteSplit(&b, everyKindJob())
	if err != nil || count != 9 {
		t.Fatalf("count %d, %v", count, err)
	}
	golden(t, "split-every-kind.xml", b.Bytes())
	validate(t, "mottakersplitt.xsd", b.Bytes())

	b.Reset()
	small := SplitJob{SenderID: 1001, BrokerID: 1001, JobID: "a", Recipients: people(everyKind()[0])}
	if _, err := WriteSplit(&b, small); err != nil {
		t.Fatal(err)
	}
	golden(t, "split-smallest.xml", b.Bytes())
	validate(t, "mottakersplitt.xsd", b.Bytes())
}

func TestWriteSplitArchive(t *testing.T) {
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if count, err := WriteSplitArchive(b, everyKindJob()); err != nil || count != 9 {
			t.Fatalf("count %d, %v", count, err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same job gave other bytes")
	}
	archive, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1 || archive.File[0].Name != "mottakersplitt.xml" {
		t.Fatalf("entries: %v", archive.File)
	}
	entry, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(entry)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "split-every-kind.xml", content)
}

func TestWriteSplitRefuses(t *testing.T) {
	known := everyKind()[0]
	named := everyKind()[6]
	job := func(change func(*SplitJob)) SplitJob {
		j := SplitJob{SenderID: 1, JobID: "j", Recipients: people(known)}
		change(&j)
		return j
	}
	person := func(r Recipient, change func(*Recipient)) SplitJob {
		change(&r)
		return job(func(j *SplitJob) { j.Recipients = people(everyKind()[1], r) })
	}
	for name, test := range map[string]struct {
		job   SplitJob
		field string
	}{
		"no sender":        {job(func(j *SplitJob) { j.SenderID = 0 }), "avsender-id"},
		"odd broker":       {job(func(j *SplitJob) { j.BrokerID = -1 }), "behandler-id"},
		"no job id":        {job(func(j *SplitJob) { j.JobID = "" }), "jobb-id"},
		"job id newline":   {job(func(j *SplitJob) { j.JobID = "a\n" }), "jobb-id"},
		"job id long":      {job(func(j *SplitJob) { j.JobID = strings.Repeat("a", 101) }), "jobb-id"},
		"job name long":    {job(func(j *SplitJob) { j.JobName = strings.Repeat("å", 81) }), "jobb-navn"},
		"no kunde-id":      {person(known, func(r *Recipient) { r.CustomerID = "" }), "kunde-id"},
		"kunde-id blank":   {person(known, func(r *Recipient) { r.CustomerID = "a " }), "kunde-id"},
		"kunde-id letter":  {person(known, func(r *Recipient) { r.CustomerID = "å" }), "kunde-id"},
		"kunde-id long":    {person(known, func(r *Recipient) { r.CustomerID = strings.Repeat("a", 101) }), "kunde-id"},
		"kunde-id twice":   {person(known, func(r *Recipient) { r.CustomerID = "k-2" }), "kunde-id"},
		"two identities":   {person(known, func(r *Recipient) { r.DigipostAddress = "a#1234" }), "mottaker"},
		"short number":     {person(known, func(r *Recipient) { r.BirthNumber = "1819010001" }), "foedselsnummer"},
		"arabic digits":    {person(known, func(r *Recipient) { r.BirthNumber = "٠١٨١٩٠١٠٠٠١" }), "foedselsnummer"},
		"organisation":     {person(Recipient{CustomerID: "x"}, func(r *Recipient) { r.OrganisationNumber = "12345678" }), "organisasjonsnummer"},
		"address blank":    {person(Recipient{CustomerID: "x"}, func(r *Recipient) { r.DigipostAddress = "a b#1234" }), "digipostadresse"},
		"alias blank":      {person(Recipient{CustomerID: "x"}, func(r *Recipient) { r.PersonAlias = "a b#1234" }), "person-alias"},
		"nothing":          {person(Recipient{CustomerID: "x"}, func(*Recipient) {}), "mottaker"},
		"control name":     {person(named, func(r *Recipient) { r.FullName = "\x01\x02" }), "mottaker"},
		"no street":        {person(named, func(r *Recipient) { r.Line1 = " " }), "adresselinje1"},
		"no postcode":      {person(named, func(r *Recipient) { r.Postcode = "" }), "postnummer"},
		"no town":          {person(named, func(r *Recipient) { r.Town = "" }), "poststed"},
		"iso birth date":   {person(named, func(r *Recipient) { r.BirthDate = "1990-01-01" }), "foedselsdato"},
		"wrong birth date": {person(named, func(r *Recipient) { r.BirthDate = "013190" }), "foedselsdato"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := WriteSplitArchive(io.Discard, test.job)
			var head *JobError
			var one *RecipientError
			switch {
			case errors.As(err, &head) && head.Field == test.field:
			case errors.As(err, &one) && one.Field == test.field && one.Index == 2:
			default:
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "1819010001") {
				t.Errorf("the error shows a number: %v", err)
			}
		})
	}
	for name, list := range map[string]SplitJob{
		"nil": job(func(j *SplitJob) { j.Recipients = nil }), "empty": job(func(j *SplitJob) { j.Recipients = people() }),
	} {
		if _, err := WriteSplit(io.Discard, list); !errors.Is(err, ErrNoRecipients) {
			t.Errorf("%s list: %v", name, err)
		}
	}
	// Eighty characters are allowed, however many bytes they take.
	if _, err := WriteSplit(io.Discard, job(func(j *SplitJob) { j.JobName = strings.Repeat("å", 80) })); err != nil {
		t.Error(err)
	}
}

func TestWriteSplitPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	job := SplitJob{SenderID: 1, JobID: "j", Recipients: func(yield func(Recipient, error) bool) {
		_ = yield(everyKind()[0], nil) && yield(Recipient{}, broken)
	}}
	if count, err := WriteSplit(io.Discard, job); !errors.Is(err, broken) || count != 1 {
		t.Errorf("count %d, %v", count, err)
	}
	job.Recipients = people(everyKind()...)
	for allowed := range 2 {
		if _, err := WriteSplit(&fullDisk{left: allowed}, job); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", allowed, err)
		}
	}
}

var errFull = errors.New("full")

type fullDisk struct{ left int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

// TestWriteSplitMemory holds the promise that a large job needs no more than a
// hash for each recipient.
func TestWriteSplitMemory(t *testing.T) {
	const count = 40_000
	peak := uint64(0)
	job := SplitJob{SenderID: 1, JobID: "j", Recipients: func(yield func(Recipient, error) bool) {
		r := everyKind()[4]
		for i := range count {
			r.CustomerID = fmt.Sprintf("k%07d", i)
			if !yield(r, nil) {
				return
			}
			if i%10_000 == 9_999 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}}
	if n, err := WriteSplitArchive(io.Discard, job); err != nil || n != count {
		t.Fatalf("count %d, %v", n, err)
	}
	if peak > 25<<20 {
		t.Errorf("%d MB in use", peak>>20)
	}
}

func FuzzWriteSplit(f *testing.F) {
	f.Add("Kari", "Storgata\x001", "0155", "Oslo\xff")
	f.Add("]]>&<\"'", "\u2028\u0085", "\ufffe", "\ufeff\ufffd")
	f.Fuzz(func(t *testing.T, name, line, postcode, town string) {
		var b bytes.Buffer
		_, err := WriteSplit(&b, SplitJob{SenderID: 1, JobID: "j", JobName: name, Recipients: people(
			Recipient{CustomerID: "k", FullName: name, Line1: line, Postcode: postcode, Town: town})})
		if err != nil {
			return
		}
		var back struct {
			Name string `xml:"mottakere>mottaker>navn>navn-format1>fullt-navn-fornavn-foerst"`
		}
		if err := xml.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatalf("%v in\n%q", err, b.String())
		}
		if back.Name != clean(name) || clean(back.Name) != back.Name {
			t.Errorf("%q came back as %q", clean(name), back.Name)
		}
	})
}
