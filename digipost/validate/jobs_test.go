package validate

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// jobCase is a document of the batch interface and the verdict it deserves. It
// is a good sample with small edits.
type jobCase struct {
	// rule says what the document breaks, or keeps.
	rule string
	// edits are written "old→new"; each changes the first place that has old.
	edits []string
	// errors and warnings are codes and paths, the paths from the root's
	// children on; the root itself is a point.
	errors, warnings []string
	// beyond says that the validator rightly sees more than xmllint does.
	beyond bool
	// strict says that xmllint refuses what XML Schema allows: blanks around
	// numbers and the names of types.
	strict bool
	// encode makes bytes of another encoding, where wanted.
	encode func(string) string
}

const splitSample = `<mottakersplitt xmlns="` + batchNamespace + `"><jobb-innstillinger><avsender-id>5</avsender-id><behandler-id>6</behandler-id><jobb-id>job-1</jobb-id><jobb-navn>n</jobb-navn><auto-godkjenn-jobb>true</auto-godkjenn-jobb><klientinformasjon>k</klientinformasjon></jobb-innstillinger><mottakere>` +
	`<mottaker><kunde-id>1</kunde-id><foedselsnummer>01818130291</foedselsnummer></mottaker>` +
	`<mottaker><kunde-id>2</kunde-id><navn><navn-format3><fornavn>Kari</fornavn><mellomnavn>M</mellomnavn><etternavn>Prøve</etternavn></navn-format3></navn><adresse><adresse-format2><adresse1>Gata</adresse1><adresse2>1</adresse2><adresse3>B</adresse3><adresse4>2</adresse4><postnummer>0155</postnummer><poststed>Oslo</poststed><land>Norge</land></adresse-format2></adresse><foedselsdato>010181</foedselsdato><telefonnummer>90000000</telefonnummer><epostadresse>a@b</epostadresse></mottaker>` +
	`<mottaker><kunde-id>3</kunde-id><digipostadresse>a#1234</digipostadresse></mottaker><mottaker><kunde-id>4</kunde-id><person-alias>b#1234</person-alias></mottaker><mottaker><kunde-id>5</kunde-id><organisasjonsnummer>123456785</organisasjonsnummer></mottaker></mottakere></mottakersplitt>`

const splitResultSample = `<mottakersplitt-resultat xmlns="` + batchNamespace + `"><status>SUKSESS</status><jobb-info><ref-avsender-id>5</ref-avsender-id><ref-behandler-id>6</ref-behandler-id><ref-jobb-id>job-1</ref-jobb-id><start-tid>` + when + `</start-tid><slutt-tid>` + when + `</slutt-tid></jobb-info>` + summarySample +
	`<mottaker-resultater><resultat><kunde-id>1</kunde-id><status>DIGIPOST</status><digipostadresse>a#1234</digipostadresse><vasket>true</vasket></resultat><resultat><kunde-id>2</kunde-id><status>UIDENTIFISERT</status><uidentifisert-grunn>FLERE_TREFF</uidentifisert-grunn></resultat></mottaker-resultater></mottakersplitt-resultat>`

const (
	jobPath    = "jobb-innstillinger"
	personPath = "mottakere/mottaker"
	rowPath    = "mottaker-resultater/resultat"
	errorInfo  = "<feilinformasjon><feilkode>VALIDERING_FEILET</feilkode><melding>m</melding></feilinformasjon>"
)

var splitCases = []jobCase{
	{rule: "the sample itself"},
	{rule: "the smallest job", edits: []string{"<behandler-id>6</behandler-id>→", "<jobb-navn>n</jobb-navn>→", "<auto-godkjenn-jobb>true</auto-godkjenn-jobb>→", "<klientinformasjon>k</klientinformasjon>→"}},
	{rule: "a declaration, a comment, an instruction and CDATA", edits: []string{"<mottakersplitt→<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><!-- c --><mottakersplitt", "<jobb-navn>n→<jobb-navn><![CDATA[<n>]]>", "<mottakere>→<mottakere><?p i?>"}},
	{rule: "any prefix for the namespace", edits: []string{"<mottakersplitt xmlns=→<x:mottakersplitt xmlns:x=\"" + batchNamespace + "\" xmlns=", "</mottakersplitt>→</x:mottakersplitt>"}},
	{rule: "the namespace declared further in", edits: []string{"<mottakere>→<mottakere xmlns=\"" + batchNamespace + "\">"}},
	{rule: "blanks around numbers are collapsed", edits: []string{"<avsender-id>5→<avsender-id> 5\n"}, strict: true},
	{rule: "a plus and zeros before a number", edits: []string{"<avsender-id>5→<avsender-id>+005"}},
	{rule: "the largest long", edits: []string{"<avsender-id>5→<avsender-id>9223372036854775807"}},
	{rule: "a sender beyond long", edits: []string{"<avsender-id>5→<avsender-id>9223372036854775808"}, errors: []string{"out_of_range " + jobPath + "/avsender-id"}},
	{rule: "a sender in letters", edits: []string{"<avsender-id>5→<avsender-id>fem"}, errors: []string{"bad_value " + jobPath + "/avsender-id"}},
	{rule: "an empty sender", edits: []string{"<avsender-id>5→<avsender-id>"}, errors: []string{"bad_value " + jobPath + "/avsender-id"}},
	{rule: "no sender", edits: []string{"<avsender-id>5</avsender-id>→"}, errors: []string{"missing_element " + jobPath}},
	{rule: "the broker before the sender", edits: []string{"<avsender-id>5</avsender-id><behandler-id>6</behandler-id>→<behandler-id>6</behandler-id><avsender-id>5</avsender-id>"}, errors: []string{"missing_element " + jobPath, "unexpected_element " + jobPath + "/avsender-id"}},
	{rule: "a second jobb-id", edits: []string{"<jobb-navn>→<jobb-id>b</jobb-id><jobb-navn>"}, errors: []string{"too_many_elements " + jobPath + "/jobb-id[2]"}},
	{rule: "jobb-id of 100 characters", edits: []string{"job-1→" + strings.Repeat("a", 100)}},
	{rule: "jobb-id of 101 characters", edits: []string{"job-1→" + strings.Repeat("a", 101)}, errors: []string{"bad_pattern " + jobPath + "/jobb-id"}},
	{rule: "jobb-id empty", edits: []string{"job-1→"}, errors: []string{"bad_pattern " + jobPath + "/jobb-id"}},
	{rule: "jobb-id with ø", edits: []string{"job-1→kjør"}, errors: []string{"bad_pattern " + jobPath + "/jobb-id"}},
	{rule: "jobb-id with a line end", edits: []string{"job-1→job-1\n"}, errors: []string{"bad_pattern " + jobPath + "/jobb-id"}},
	{rule: "jobb-navn of 80 Norwegian letters", edits: []string{"<jobb-navn>n→<jobb-navn>" + strings.Repeat("ø", 80)}},
	{rule: "jobb-navn of 81 letters", edits: []string{"<jobb-navn>n→<jobb-navn>" + strings.Repeat("ø", 81)}, errors: []string{"too_long " + jobPath + "/jobb-navn"}},
	{rule: "jobb-navn empty", edits: []string{"<jobb-navn>n→<jobb-navn>"}},
	{rule: "approval empty is the default", edits: []string{">true<→><"}},
	{rule: "approval as 1", edits: []string{">true<→>1<"}},
	{rule: "approval as 0", edits: []string{">true<→>0<"}},
	{rule: "approval as True", edits: []string{">true<→>True<"}, errors: []string{"bad_value " + jobPath + "/auto-godkjenn-jobb"}},
	{rule: "approval as ja", edits: []string{">true<→>ja<"}, errors: []string{"bad_value " + jobPath + "/auto-godkjenn-jobb"}},
	{rule: "virkningsdato with an offset", edits: []string{"<klientinformasjon>→<virkningsdato>" + when + "</virkningsdato><klientinformasjon>"}},
	{rule: "virkningsdato without one", edits: []string{"<klientinformasjon>→<virkningsdato>2026-12-01T12:00:00</virkningsdato><klientinformasjon>"}, warnings: []string{"no_offset " + jobPath + "/virkningsdato"}},
	{rule: "virkningsdato without time", edits: []string{"<klientinformasjon>→<virkningsdato>2026-12-01</virkningsdato><klientinformasjon>"}, errors: []string{"bad_value " + jobPath + "/virkningsdato"}},
	{rule: "virkningsdato after the program", edits: []string{"</klientinformasjon>→</klientinformasjon><virkningsdato>" + when + "</virkningsdato>"}, errors: []string{"unexpected_element " + jobPath + "/virkningsdato"}},
	{rule: "an element nobody knows", edits: []string{"<jobb-navn>→<farge/><jobb-navn>"}, errors: []string{"unexpected_element " + jobPath + "/farge"}},
	{rule: "an attribute nobody knows", edits: []string{"<mottaker>→<mottaker id=\"a\">"}, errors: []string{"unexpected_attribute " + personPath + "/@id"}},
	{rule: "text between elements", edits: []string{"<mottakere>→<mottakere>hei"}, errors: []string{"unexpected_text mottakere"}},
	{rule: "an element in a text", edits: []string{"<jobb-navn>n→<jobb-navn><b>n</b>"}, errors: []string{"unexpected_element " + jobPath + "/jobb-navn/b"}},
	{rule: "an element of another namespace", edits: []string{"<kunde-id>1→<kunde-id xmlns=\"urn:x\">1"}, errors: []string{"unexpected_element " + personPath + "/kunde-id", "missing_element " + personPath}},
	{rule: "no recipients", edits: []string{splitSample[strings.Index(splitSample, "<mottaker>"):strings.Index(splitSample, "</mottakere>")] + "→"}, errors: []string{"missing_element mottakere"}},
	{rule: "a recipient without kunde-id", edits: []string{"<kunde-id>1</kunde-id>→"}, errors: []string{"missing_element " + personPath}},
	{rule: "a recipient without identification", edits: []string{"<foedselsnummer>01818130291</foedselsnummer>→"}, errors: []string{"missing_element " + personPath}},
	{rule: "two identifications", edits: []string{"</foedselsnummer>→</foedselsnummer><digipostadresse>a#1234</digipostadresse>"}, errors: []string{"unexpected_element " + personPath + "/digipostadresse"}},
	{rule: "kunde-id empty", edits: []string{"<kunde-id>1→<kunde-id>"}, errors: []string{"bad_customer_id " + personPath + "/kunde-id"}},
	{rule: "kunde-id with a line end after it", edits: []string{"<kunde-id>1→<kunde-id>1\n"}, errors: []string{"bad_customer_id " + personPath + "/kunde-id"}},
	{rule: "kunde-id with a blank inside", edits: []string{"<kunde-id>1→<kunde-id>1 a"}},
	{rule: "kunde-id that differs in case alone", edits: []string{"<kunde-id>1→<kunde-id>a", "<kunde-id>2→<kunde-id>A"}},
	{rule: "kunde-id twice", edits: []string{"<kunde-id>3→<kunde-id>1"}, errors: []string{"duplicate_customer_id " + personPath + "[3]/kunde-id"}},
	{rule: "kunde-id of 101 characters", edits: []string{"<kunde-id>1→<kunde-id>" + strings.Repeat("k", 101)}, warnings: []string{"too_long " + personPath + "/kunde-id"}},
	{rule: "a number with a wrong check digit", edits: []string{"01818130291→01818130292"}, warnings: []string{"check_digit " + personPath + "/foedselsnummer"}},
	{rule: "a number that lost its zero", edits: []string{"01818130291→1818130291"}, errors: []string{"bad_number " + personPath + "/foedselsnummer"}},
	{rule: "an organisation of 8 digits", edits: []string{"123456785→12345678"}, errors: []string{"bad_number " + personPath + "[5]/organisasjonsnummer"}},
	{rule: "an empty Digipost address", edits: []string{"a#1234→"}, errors: []string{"blank_value " + personPath + "[3]/digipostadresse"}},
	{rule: "an alias without #", edits: []string{"b#1234→b1234"}, warnings: []string{"odd_digipost_address " + personPath + "[4]/person-alias"}},
	{rule: "a middle name left out", edits: []string{"<mellomnavn>M</mellomnavn>→"}},
	{rule: "a middle name in format 2", edits: []string{"<navn-format3>→<navn-format2>", "</navn-format3>→</navn-format2>"}, errors: []string{"unexpected_element " + personPath + "[2]/navn/navn-format2/mellomnavn"}},
	{rule: "two formats of a name", edits: []string{"</navn-format3>→</navn-format3><navn-format1><fullt-navn-fornavn-foerst>K</fullt-navn-fornavn-foerst></navn-format1>"}, errors: []string{"unexpected_element " + personPath + "[2]/navn/navn-format1"}},
	{rule: "a name with the last name first", edits: []string{"<navn-format3><fornavn>Kari</fornavn><mellomnavn>M</mellomnavn><etternavn>Prøve</etternavn></navn-format3>→<navn-format1><fullt-navn-etternavn-foerst>Prøve Kari</fullt-navn-etternavn-foerst></navn-format1>"}},
	{rule: "no format of a name", edits: []string{"<navn-format3><fornavn>Kari</fornavn><mellomnavn>M</mellomnavn><etternavn>Prøve</etternavn></navn-format3>→"}, errors: []string{"missing_element " + personPath + "[2]/navn"}},
	{rule: "an address before the name", edits: []string{"<kunde-id>2</kunde-id><navn>→<kunde-id>2</kunde-id><adresse/><navn>"}, errors: []string{"missing_element " + personPath + "[2]", "missing_element " + personPath + "[2]/adresse", "unexpected_element " + personPath + "[2]/navn", "too_many_elements " + personPath + "[2]/adresse[2]"}},
	{rule: "lines of format 1 in format 2", edits: []string{"<adresse1>Gata</adresse1>→<adresselinje1>Gata</adresselinje1>"}, errors: []string{"unexpected_element " + personPath + "[2]/adresse/adresse-format2/adresselinje1", "missing_element " + personPath + "[2]/adresse/adresse-format2"}},
	{rule: "a house letter before the number", edits: []string{"<adresse2>1</adresse2><adresse3>B</adresse3>→<adresse3>B</adresse3><adresse2>1</adresse2>"}, errors: []string{"unexpected_element " + personPath + "[2]/adresse/adresse-format2/adresse2"}},
	{rule: "no post code", edits: []string{"<postnummer>0155</postnummer>→"}, errors: []string{"missing_element " + personPath + "[2]/adresse/adresse-format2"}},
	{rule: "a post code of three digits", edits: []string{"0155→155"}, warnings: []string{"odd_postcode " + personPath + "[2]/adresse/adresse-format2/postnummer"}},
	{rule: "a post code abroad", edits: []string{"0155→SE-111 22", "Norge→Sverige"}},
	{rule: "a birth date as ISO writes it", edits: []string{"010181→1981-01-01"}, errors: []string{"bad_birth_date " + personPath + "[2]/foedselsdato"}},
	{rule: "a birth date in month 13", edits: []string{"010181→011381"}, errors: []string{"bad_birth_date " + personPath + "[2]/foedselsdato"}},
	{rule: "a birth date with neither phone nor e-mail", edits: []string{"<telefonnummer>90000000</telefonnummer><epostadresse>a@b</epostadresse>→"}, warnings: []string{"weak_identification " + personPath + "[2]"}},
	{rule: "an e-mail before the phone", edits: []string{"<telefonnummer>90000000</telefonnummer><epostadresse>a@b</epostadresse>→<epostadresse>a@b</epostadresse><telefonnummer>90000000</telefonnummer>"}, errors: []string{"unexpected_element " + personPath + "[2]/telefonnummer"}},
	{rule: "no namespace", edits: []string{" xmlns=\"" + batchNamespace + "\"→"}, errors: []string{"unknown_root ."}},
	{rule: "an earlier version", edits: []string{"avsender2_1→avsender2_0"}, errors: []string{"discontinued_version ."}},
	{rule: "somebody else's namespace", edits: []string{batchNamespace + "→urn:x"}, errors: []string{"unknown_root ."}},
	{rule: "a type that is none", edits: []string{"<mottaker>→<mottaker xmlns:i=\"" + xsiNamespace + "\" i:type=\"person\">"}, errors: []string{"bad_type " + personPath + "/@type"}},
	{rule: "a doctype", edits: []string{"<mottakersplitt→<!DOCTYPE mottakersplitt><mottakersplitt"}, errors: []string{"doctype_refused"}, beyond: true},
	{rule: "an end that does not match", edits: []string{"</jobb-navn>→</jobb-id>"}, errors: []string{"not_well_formed " + jobPath + "/jobb-navn"}},
	{rule: "half a file", edits: []string{splitSample[strings.Index(splitSample, "ata</adresse1>"):] + "→"}, errors: []string{"not_well_formed " + personPath + "[2]/adresse/adresse-format2/adresse1"}},
	{rule: "an ampersand alone", edits: []string{">n<→>a & b<"}, errors: []string{"not_well_formed " + jobPath + "/jobb-navn"}},
	{rule: "a control character", edits: []string{">n<→>\x01<"}, errors: []string{"not_well_formed " + jobPath + "/jobb-navn"}},
	{rule: "bytes that are no UTF-8", edits: []string{">n<→>\xF8<"}, errors: []string{"not_well_formed " + jobPath + "/jobb-navn"}},
	{rule: "a mark of UTF-8 before the document", edits: []string{"<mottakersplitt→\uFEFF<mottakersplitt"}},
	{rule: "text before the document", edits: []string{"<mottakersplitt→hei<mottakersplitt"}, errors: []string{"not_well_formed"}},
	{rule: "ISO 8859-1 that says so", edits: []string{"<mottakersplitt→<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><mottakersplitt"}, encode: latin},
	{rule: "UTF-16", edits: []string{"<mottakersplitt→<?xml version=\"1.0\" encoding=\"UTF-16\"?><mottakersplitt"}, encode: wide},
	{rule: "an encoding nobody reads", edits: []string{"<mottakersplitt→<?xml version=\"1.0\" encoding=\"x-none\"?><mottakersplitt"}, errors: []string{"bad_encoding"}},
}

func latin(s string) string {
	s, err := charmap.ISO8859_1.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return s
}

func wide(s string) string {
	s, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return s
}

var splitResultCases = []jobCase{
	{rule: "the sample itself"},
	{rule: "received and no more", edits: []string{"SUKSESS→MOTTATT", splitResultSample[strings.Index(splitResultSample, "<slutt-tid>"):strings.Index(splitResultSample, "</jobb-info>")] + "→", splitResultSample[strings.Index(splitResultSample, "<mottaker-sammendrag>"):strings.Index(splitResultSample, "</mottakersplitt-")] + "→"}},
	{rule: "a provisional result with Ø", edits: []string{"SUKSESS→FORELØPIG_SUKSESS"}},
	{rule: "a provisional result with O", edits: []string{"SUKSESS→FORELOPIG_SUKSESS"}, errors: []string{"not_in_list status"}},
	{rule: "a status that is none", edits: []string{"SUKSESS→OK"}, errors: []string{"not_in_list status"}},
	{rule: "an empty status", edits: []string{"SUKSESS→"}, errors: []string{"not_in_list status"}},
	{rule: "no status", edits: []string{"<status>SUKSESS</status>→"}, errors: []string{"missing_element ."}},
	{rule: "no job-id", edits: []string{"<ref-jobb-id>job-1</ref-jobb-id>→"}, errors: []string{"missing_element jobb-info"}},
	{rule: "no sender", edits: []string{"<ref-avsender-id>5</ref-avsender-id>→"}},
	{rule: "a start in words", edits: []string{"<start-tid>" + when + "→<start-tid>i dag"}, errors: []string{"bad_value jobb-info/start-tid"}},
	{rule: "a counter left out", edits: []string{"<digipost-vask>0</digipost-vask>→"}, errors: []string{"missing_element mottaker-sammendrag"}},
	{rule: "counters in another order", edits: []string{"<total>1</total><digipost>1</digipost>→<digipost>1</digipost><total>1</total>"}, errors: []string{"missing_element mottaker-sammendrag", "unexpected_element mottaker-sammendrag/total"}},
	{rule: "a counter with decimals", edits: []string{"<total>1→<total>1.0"}, errors: []string{"bad_value mottaker-sammendrag/total"}},
	{rule: "a counter beyond int", edits: []string{"<total>1→<total>2147483648"}, errors: []string{"out_of_range mottaker-sammendrag/total"}},
	{rule: "counters that do not add up", edits: []string{"<total>1→<total>7"}},
	{rule: "error info beside the lists", edits: []string{"</mottaker-resultater>→</mottaker-resultater>" + errorInfo}, errors: []string{"unexpected_element feilinformasjon"}},
	{rule: "error info with success", edits: []string{splitResultSample[strings.Index(splitResultSample, "<mottaker-sammendrag>"):strings.Index(splitResultSample, "</mottakersplitt-")] + "→" + errorInfo}},
	{rule: "an unknown error code", edits: []string{splitResultSample[strings.Index(splitResultSample, "<mottaker-sammendrag>"):strings.Index(splitResultSample, "</mottakersplitt-")] + "→" + strings.Replace(errorInfo, "VALIDERING_FEILET", "FEIL", 1)}, errors: []string{"not_in_list feilinformasjon/feilkode"}},
	{rule: "an empty list", edits: []string{splitResultSample[strings.Index(splitResultSample, "<resultat>"):strings.Index(splitResultSample, "</mottaker-resultater>")] + "→"}},
	{rule: "rows before the counters", edits: []string{"<mottaker-sammendrag>→<mottaker-resultater/><mottaker-sammendrag>"}, errors: []string{"unexpected_element mottaker-sammendrag", "too_many_elements mottaker-resultater[2]"}},
	{rule: "a row without status", edits: []string{"<status>DIGIPOST</status>→"}, errors: []string{"missing_element " + rowPath}},
	{rule: "a row with an address and an alias", edits: []string{"</digipostadresse>→</digipostadresse><person-alias>b#1234</person-alias>"}, errors: []string{"unexpected_element " + rowPath + "/person-alias"}, warnings: []string{"wrong_result " + rowPath + "/person-alias"}},
	{rule: "a row with two addresses", edits: []string{"</digipostadresse>→</digipostadresse><digipostadresse>b#1234</digipostadresse>"}, errors: []string{"too_many_elements " + rowPath + "/digipostadresse[2]"}},
	{rule: "two reasons", edits: []string{"</uidentifisert-grunn>→</uidentifisert-grunn><uidentifisert-grunn>MANGELFULL_ADRESSE</uidentifisert-grunn>"}},
	{rule: "a reason of the other kind", edits: []string{">FLERE_TREFF<→>UGYLDIG_KUNDEID<"}, errors: []string{"not_in_list " + rowPath + "[2]/uidentifisert-grunn"}},
	{rule: "no reason", edits: []string{"<uidentifisert-grunn>FLERE_TREFF</uidentifisert-grunn>→"}},
	{rule: "an address beside IDENTIFISERT", edits: []string{"<status>DIGIPOST→<status>IDENTIFISERT"}, warnings: []string{"wrong_result " + rowPath + "/digipostadresse"}},
	{rule: "washed, empty", edits: []string{"<vasket>true→<vasket>"}, errors: []string{"bad_value " + rowPath + "/vasket"}},
	{rule: "two rows for one kunde-id", edits: []string{"<kunde-id>2→<kunde-id>1"}, warnings: []string{"duplicate_customer_id " + rowPath + "[2]"}},
	{rule: "a Signature that is empty", edits: []string{"</mottakersplitt-resultat>→<Signature xmlns=\"" + signatureNamespace + "\"/></mottakersplitt-resultat>"}, errors: []string{"missing_element Signature"}},
	{rule: "a Signature of ours", edits: []string{"</mottakersplitt-resultat>→<Signature/></mottakersplitt-resultat>"}, errors: []string{"unexpected_element Signature"}},
}

func TestJobVerdicts(t *testing.T) {
	for _, set := range []struct {
		root, schema, sample string
		cases                []jobCase
	}{
		{"mottakersplitt", "mottakersplitt.xsd", splitSample, splitCases},
		{"masseutsendelse", "print.xsd", mailingSample, mailingCases},
		{"mottakersplitt-resultat", "mottakersplitt-resultat.xsd", splitResultSample, splitResultCases},
		{"masseutsendelse-resultat", "masseutsendelse-resultat.xsd", mailingResultSample, mailingResultCases},
	} {
		t.Run(set.root, func(t *testing.T) {
			documents := make([]string, len(set.cases))
			for i, c := range set.cases {
				documents[i] = c.document(t, set.sample)
				t.Run(c.rule, func(t *testing.T) {
					expect{documents[i], absolute(set.root, c.errors), absolute(set.root, c.warnings)}.hold(t, Batch)
				})
			}
			t.Run("xmllint", func(t *testing.T) { agreeWithLint(t, set.schema, set.cases, documents) })
		})
	}
}

func (c jobCase) document(t *testing.T, sample string) string {
	t.Helper()
	for _, edit := range c.edits {
		before, after, found := strings.Cut(edit, "→")
		if !found || !strings.Contains(sample, before) {
			t.Fatalf("%s: %q changes nothing", c.rule, edit)
		}
		sample = strings.Replace(sample, before, after, 1)
	}
	if c.encode != nil {
		return c.encode(sample)
	}
	return sample
}

// absolute gives findings with the root in their paths. One without a path is
// about the document as a whole.
func absolute(root string, findings []string) []string {
	var list []string
	for _, f := range findings {
		code, path, _ := strings.Cut(f, " ")
		switch path {
		case "":
			list = append(list, code+" ")
		case ".":
			list = append(list, code+" /"+root)
		default:
			list = append(list, code+" /"+root+"/"+path)
		}
	}
	return list
}

// agreeWithLint holds what the grammar says of documents against xmllint.
func agreeWithLint(t *testing.T, schema string, cases []jobCase, documents []string) {
	lint, dir := program(t, "xmllint"), t.TempDir()
	arguments := []string{"--nonet", "--noout", "--schema", shared(t, "schemas", "batch", schema)}
	file := func(i int) string { return filepath.Join(dir, strconv.Itoa(i)+".xml") }
	for i, document := range documents {
		writeFile(t, file(i), document)
		arguments = append(arguments, file(i))
	}
	says := lintVerdicts(t, lint, arguments)
	for i, c := range cases {
		g, err := batchGrammar()
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs := byGrammar(t, g, documents[i]), says[file(i)]
		agreed := ours.Valid() == theirs.valid
		if agreed == (c.beyond || c.strict) || c.beyond && ours.Valid() || c.strict && theirs.valid {
			t.Errorf("%s: xmllint says %v: %s\nwe say %+v", c.rule, theirs.valid, theirs.text, ours)
		}
	}
}
