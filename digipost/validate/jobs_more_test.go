package validate

import (
	"strconv"
	"strings"
)

const (
	sharedPath  = "standard-distribusjon/felles-innstillinger"
	filePath    = "standard-distribusjon/post/dokument"
	letterPath  = "standard-distribusjon/forsendelser/brev"
	printPath   = letterPath + "[2]/fysisk-print"
	smsPath     = sharedPath + "/dokument-innstillinger/sms-varsling"
	mainSample  = `<hoveddokument uuid="` + uuid + `" refid="d1"/>`
	paperLetter = `<brev xsi:type="brev-med-print">`
)

// without are the warnings about attachments that have no uuid.
func without(to int) []string {
	list := []string{"missing_uuid " + letterPath + "/vedlegg"}
	for i := 2; i <= to; i++ {
		list = append(list, "missing_uuid "+letterPath+"/vedlegg["+strconv.Itoa(i)+"]")
	}
	return list
}

var mailingCases = []jobCase{
	{rule: "the sample itself"},
	{rule: "no shared settings", edits: []string{mailingSample[strings.Index(mailingSample, "<felles-innstillinger>"):strings.Index(mailingSample, "\n<post>")] + "→", ` extends="s1"→`}},
	{rule: "letters before documents", edits: []string{"<post>→<forsendelser/><post>"}, errors: []string{"missing_element standard-distribusjon", "missing_element standard-distribusjon/forsendelser", "unexpected_element standard-distribusjon/post", "too_many_elements standard-distribusjon/forsendelser[2]"}},
	{rule: "emne of 100 Norwegian letters", edits: []string{"<emne>e→<emne>" + strings.Repeat("å", 100)}},
	{rule: "emne of 101 letters", edits: []string{"<emne>e→<emne>" + strings.Repeat("å", 101)}, errors: []string{"too_long " + sharedPath + "/globale-dokument-innstillinger/emne"}},
	{rule: "an empty emne cancels", edits: []string{"<emne>e→<emne>"}},
	{rule: "an empty sms-varsling cancels", edits: []string{`extends="s1">→extends="s1"><sms-varsling/>`}},
	{rule: "an empty opening group cancels", edits: []string{"</autentiseringsnivaa>→</autentiseringsnivaa><aapningskvitteringsgruppe/>"}},
	{rule: "an empty colour is the default", edits: []string{">FARGER<→><"}},
	{rule: "an empty level cancels nothing", edits: []string{">TO_FAKTOR<→><"}, errors: []string{"not_in_list " + filePath + "/innstillinger/autentiseringsnivaa"}},
	{rule: "an empty sensitivity cancels nothing", edits: []string{">SENSITIVT<→><"}, errors: []string{"not_in_list " + letterPath + "/vedlegg/innstillinger/sensitivitetsnivaa"}},
	{rule: "a colour that is none", edits: []string{">FARGER<→>FARGE<"}, errors: []string{"not_in_list " + sharedPath + "/dokument-innstillinger/print-farge"}},
	{rule: "a level of the REST interface", edits: []string{">TO_FAKTOR<→>TWO_FACTOR<"}, errors: []string{"not_in_list " + filePath + "/innstillinger/autentiseringsnivaa"}},
	{rule: "a level in small letters", edits: []string{">TO_FAKTOR<→>to_faktor<"}, errors: []string{"not_in_list " + filePath + "/innstillinger/autentiseringsnivaa"}},
	{rule: "NORMAL is not NORMALT", edits: []string{">SENSITIVT<→>NORMAL<"}, errors: []string{"not_in_list " + letterPath + "/vedlegg/innstillinger/sensitivitetsnivaa"}},
	{rule: "after no hours", edits: []string{"<etter-timer>4→<etter-timer>0"}},
	{rule: "after hours that are negative", edits: []string{"<etter-timer>4→<etter-timer>-1"}, errors: []string{"out_of_range " + smsPath + "/etter-timer"}},
	{rule: "after hours in fractions", edits: []string{"<etter-timer>4→<etter-timer>1.5"}, errors: []string{"bad_value " + smsPath + "/etter-timer"}},
	{rule: "hours before times", edits: []string{"<sms-varsling>→<sms-varsling><etter-timer>1</etter-timer>"}, errors: []string{"unexpected_element " + smsPath + "/tidspunkt"}},
	{rule: "many times and hours", edits: []string{"<etter-timer>4→<tidspunkt>2026-12-02T12:00:00Z</tidspunkt><etter-timer>8</etter-timer><etter-timer>4"}},
	{rule: "settings without id", edits: []string{` id="s1"→`}, errors: []string{"missing_attribute " + sharedPath + "/dokument-innstillinger", "unknown_id " + filePath + "/innstillinger/@extends"}},
	{rule: "an id on the global settings", edits: []string{"<globale-dokument-innstillinger>→<globale-dokument-innstillinger id=\"g\">"}, errors: []string{"unexpected_attribute " + sharedPath + "/globale-dokument-innstillinger/@id"}},
	{rule: "extends on a letter's settings", edits: []string{"<innstillinger><sens→<innstillinger extends=\"s1\"><sens"}, errors: []string{"unexpected_attribute " + letterPath + "/vedlegg/innstillinger/@extends"}},
	{rule: "extends that leads nowhere", edits: []string{`extends="s1"→extends="s2"`}, errors: []string{"unknown_id " + filePath + "/innstillinger/@extends"}, beyond: true},
	{rule: "extends of a document", edits: []string{`extends="s1"→extends="d1"`}, errors: []string{"wrong_reference " + filePath + "/innstillinger"}},
	{rule: "extends of a document that comes later", edits: []string{`extends="s1"→extends="d2"`}, errors: []string{"wrong_reference " + filePath + "[2]/id"}},
	{rule: "refid of settings", edits: []string{`refid="d1"→refid="s1"`}, errors: []string{"wrong_reference " + letterPath + "/hoveddokument"}},
	{rule: "refid that leads nowhere", edits: []string{`refid="d1"→refid="d9"`}, errors: []string{"unknown_id " + letterPath + "/hoveddokument/@refid"}, beyond: true},
	{rule: "an id of two documents", edits: []string{"<m:id>d2→<m:id>d1", `refid="d2"→refid="d1"`}, errors: []string{"duplicate_id " + filePath + "[2]/id"}, beyond: true},
	{rule: "an id of a document and of settings", edits: []string{"<m:id>d2→<m:id>s1", `refid="d2"→refid="d1"`}, errors: []string{"duplicate_id " + filePath + "[2]/id"}, beyond: true},
	{rule: "an id with blanks around it", edits: []string{"<id>d1→<id> d1\n"}},
	{rule: "an id that begins with a digit", edits: []string{"<m:id>d2→<m:id>2"}, errors: []string{"bad_value " + filePath + "[2]/id", "unknown_id " + letterPath + "/vedlegg/@refid"}},
	{rule: "an id with a colon", edits: []string{"<m:id>d2→<m:id>d:2"}, errors: []string{"bad_value " + filePath + "[2]/id", "unknown_id " + letterPath + "/vedlegg/@refid"}},
	{rule: "an id with a Norwegian letter", edits: []string{"<m:id>d2→<m:id>ø2", `refid="d2"→refid="ø2"`}},
	{rule: "a file in folders", edits: []string{"dok/brev.pdf→a/b-c/d_e/1.pdf"}},
	{rule: "a file with capitals in its ending", edits: []string{"dok/brev.pdf→dok/BREV.PDF"}},
	{rule: "a file in the folder above", edits: []string{"dok/brev.pdf→../brev.pdf"}, errors: []string{"bad_pattern " + filePath + "/fil"}},
	{rule: "a file from the root", edits: []string{"dok/brev.pdf→/dok/brev.pdf"}, errors: []string{"bad_pattern " + filePath + "/fil"}},
	{rule: "a file with a backslash", edits: []string{"dok/brev.pdf→dok\\brev.pdf"}, errors: []string{"bad_pattern " + filePath + "/fil"}},
	{rule: "a file with a blank", edits: []string{"dok/brev.pdf→dok/et brev.pdf"}, errors: []string{"bad_pattern " + filePath + "/fil"}},
	{rule: "a file with two dots", edits: []string{"dok/brev.pdf→brev.v2.pdf"}, errors: []string{"bad_pattern " + filePath + "/fil"}},
	{rule: "a file without ending", edits: []string{"<m:fil>f.pdf→<m:fil>f"}, errors: []string{"bad_pattern " + filePath + "[2]/fil"}},
	{rule: "an empty file", edits: []string{"<m:fil>f.pdf→<m:fil>"}, errors: []string{"bad_pattern " + filePath + "[2]/fil"}},
	{rule: "a folder", edits: []string{"<m:fil>f.pdf→<m:fil>f/"}, errors: []string{"bad_file " + filePath + "[2]/fil"}},
	{rule: "digits of another script", edits: []string{"<m:fil>f.pdf→<m:fil>٣.pdf"}, warnings: []string{"odd_file " + filePath + "[2]/fil"}},
	{rule: "HTML that is not printed", edits: []string{"<m:fil>f.pdf→<m:fil>f.html"}},
	{rule: "HTML that may be printed, its id with blanks", edits: []string{"<id>d1→<id> d1\n", "dok/brev.pdf→brev.html", `refid="d1"/><fys→refid=" d1"/><fys`}, errors: []string{"print_not_pdf " + letterPath + "[2]/hoveddokument"}},
	{rule: "extends of a document, its id with blanks", edits: []string{"<id>d1→<id> d1 ", `extends="s1"→extends="d1 "`}, errors: []string{"wrong_reference " + filePath + "/innstillinger"}},
	{rule: "refid of settings, with blanks", edits: []string{`id="s1"→id=" s1"`, `refid="d1"→refid="s1 "`}, errors: []string{"wrong_reference " + letterPath + "/hoveddokument"}},
	{rule: "HTML that may be printed", edits: []string{"dok/brev.pdf→brev.html"}, errors: []string{"print_not_pdf " + letterPath + "[2]/hoveddokument"}},
	{rule: "kid of 25 characters with a hyphen last", edits: []string{"12344→602243" + strings.Repeat("0", 18) + "-"}},
	{rule: "kid of 26 characters", edits: []string{"12344→" + strings.Repeat("1", 26)}, errors: []string{"bad_pattern " + filePath + "[2]/kid"}, warnings: []string{"check_digit " + filePath + "[2]/kid"}},
	{rule: "kid of 2 characters", edits: []string{"12344→12"}, errors: []string{"bad_pattern " + filePath + "[2]/kid"}, warnings: []string{"check_digit " + filePath + "[2]/kid"}},
	{rule: "kid with a hyphen inside", edits: []string{"12344→12-44"}, errors: []string{"bad_pattern " + filePath + "[2]/kid"}},
	{rule: "kid blank", edits: []string{"12344→ "}, errors: []string{"bad_pattern " + filePath + "[2]/kid"}},
	{rule: "kid empty", edits: []string{"12344→"}, errors: []string{"bad_pattern " + filePath + "[2]/kid"}},
	{rule: "an amount of 15 digits", edits: []string{"10.50→1234567890123.45"}},
	{rule: "an amount of 16 digits", edits: []string{"10.50→12345678901234.56"}, errors: []string{"too_many_digits " + filePath + "[2]/beloep"}},
	{rule: "an amount with three decimals", edits: []string{"10.50→10.505"}, errors: []string{"too_many_digits " + filePath + "[2]/beloep"}, warnings: []string{"odd_amount " + filePath + "[2]/beloep"}},
	{rule: "an amount with zeros behind", edits: []string{"10.50→10.5000"}},
	{rule: "an amount with a comma", edits: []string{"10.50→10,50"}, errors: []string{"bad_value " + filePath + "[2]/beloep"}},
	{rule: "an amount that is empty", edits: []string{"10.50→"}, errors: []string{"bad_value " + filePath + "[2]/beloep"}},
	{rule: "an amount below zero", edits: []string{"10.50→-1"}, warnings: []string{"odd_amount " + filePath + "[2]/beloep"}},
	{rule: "an account with dots", edits: []string{"12345678903→1234.56.78903"}, errors: []string{"bad_pattern " + filePath + "[2]/kontonummer"}},
	{rule: "an account of 10 digits", edits: []string{"12345678903→1234567890"}, errors: []string{"bad_pattern " + filePath + "[2]/kontonummer"}},
	{rule: "a due date with points", edits: []string{"2026-12-24→24.12.2026"}, errors: []string{"bad_value " + filePath + "[2]/forfallsdato"}},
	{rule: "a due date that is none", edits: []string{"2026-12-24→2026-02-29"}, errors: []string{"bad_value " + filePath + "[2]/forfallsdato"}},
	{rule: "a due date in a leap year", edits: []string{"2026-12-24→2028-02-29"}},
	{rule: "a due date with a zone", edits: []string{"2026-12-24→2026-12-24+01:00"}},
	{rule: "an invoice without its type", edits: []string{` xsi:type="m:faktura"→`}, errors: []string{"unexpected_element " + filePath + "[2]/kid", "unexpected_element " + filePath + "[2]/beloep", "unexpected_element " + filePath + "[2]/kontonummer", "unexpected_element " + filePath + "[2]/forfallsdato"}},
	{rule: "an invoice without prefix in its type", edits: []string{`"m:faktura"→"faktura"`}},
	{rule: "an invoice with any prefix", edits: []string{`xsi:type="m:faktura"→xmlns:q="` + batchNamespace + `" xsi:type=" q:faktura "`}, strict: true},
	{rule: "a type with a prefix nobody declared", edits: []string{`"m:faktura"→"q:faktura"`}, errors: []string{"bad_type " + filePath + "[2]/@type", "unknown_id " + letterPath + "/vedlegg/@refid"}},
	{rule: "a type of another element", edits: []string{`"m:faktura"→"brev"`}, errors: []string{"bad_type " + filePath + "[2]/@type", "unknown_id " + letterPath + "/vedlegg/@refid"}},
	{rule: "the type a document has anyway", edits: []string{"<dokument><id>→<dokument xsi:type=\"dokument\"><id>"}},
	{rule: "the plain type on a letter", edits: []string{`<brev id="b1">→<brev id="b1" xsi:type="m:brev">`}},
	{rule: "a printed letter without print", edits: []string{`<brev id="b1">→<brev id="b1" xsi:type="brev-med-print">`}, errors: []string{"missing_element " + letterPath}},
	{rule: "nil where none may be", edits: []string{"<emne>e→<emne xsi:nil=\"true\">"}, errors: []string{"not_nillable " + sharedPath + "/globale-dokument-innstillinger/emne/@nil"}},
	{rule: "an empty notification address list", edits: []string{"<epostadresse>a@b</epostadresse></vars→</vars"}},
	{rule: "notification addresses after the document", edits: []string{"<varslingsadresser><epostadresse>a@b</epostadresse></varslingsadresser>→", mainSample + "→" + mainSample + "<varslingsadresser/>"}, errors: []string{"unexpected_element " + letterPath + "/varslingsadresser"}},
	{rule: "no main document", edits: []string{mainSample + "→"}, errors: []string{"missing_element " + letterPath}},
	{rule: "two main documents", edits: []string{mainSample + "→" + mainSample + `<hoveddokument refid="d1"/>`}, errors: []string{"too_many_elements " + letterPath + "/hoveddokument[2]"}, warnings: []string{"missing_uuid " + letterPath + "/hoveddokument[2]"}},
	{rule: "99 attachments", edits: []string{mainSample + "→" + mainSample + strings.Repeat(`<vedlegg refid="d1"/>`, 98)}, warnings: without(98)},
	{rule: "100 attachments", edits: []string{mainSample + "→" + mainSample + strings.Repeat(`<vedlegg refid="d1"/>`, 99)}, errors: []string{"too_many_elements " + letterPath + "/vedlegg[100]"}, warnings: without(99)},
	{rule: "uuid in capitals", edits: []string{uuid + "→" + strings.ToUpper(uuid)}, errors: []string{"bad_pattern " + letterPath + "/hoveddokument/@uuid"}},
	{rule: "uuid without hyphens", edits: []string{uuid + "→" + strings.ReplaceAll(uuid, "-", "")}, errors: []string{"bad_pattern " + letterPath + "/hoveddokument/@uuid"}},
	{rule: "uuid of two documents", edits: []string{other + "→" + uuid}, errors: []string{"duplicate_uuid " + letterPath + "/vedlegg"}},
	{rule: "no refid", edits: []string{` refid="d1"→`}, warnings: []string{"missing_reference " + letterPath + "/hoveddokument"}},
	{rule: "an id of two letters", edits: []string{paperLetter + "→" + `<brev id="b1" xsi:type="brev-med-print">`}, warnings: []string{"duplicate_letter_id " + letterPath + "[2]"}},
	{rule: "a letter to a known kunde-id", edits: []string{"<kunde-id>2→<kunde-id>1"}, errors: []string{"duplicate_customer_id " + letterPath + "[2]/mottaker/kunde-id"}},
	{rule: "a name on paper of 130 letters", edits: []string{"<postmottaker>Kari Prøve→<postmottaker>" + strings.Repeat("ø", 130)}},
	{rule: "a name on paper of 131 letters", edits: []string{"<postmottaker>Kari Prøve→<postmottaker>" + strings.Repeat("ø", 131)}, errors: []string{"too_long " + printPath + "/postmottaker"}},
	{rule: "a line on paper of 101 letters", edits: []string{"<norsk-mottakeradresse><adresselinje1>→<norsk-mottakeradresse><adresselinje1>" + strings.Repeat("x", 101)}, errors: []string{"too_long " + printPath + "/norsk-mottakeradresse/adresselinje1"}},
	{rule: "a third line in a Norwegian address", edits: []string{"<norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1>→<norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1><adresselinje3>x</adresselinje3>"}, errors: []string{"unexpected_element " + printPath + "/norsk-mottakeradresse/adresselinje3"}},
	{rule: "a Norwegian address without lines", edits: []string{"<norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1>→<norsk-mottakeradresse>"}},
	{rule: "a foreign address with a Norwegian one", edits: []string{"</norsk-mottakeradresse>→</norsk-mottakeradresse><utenlandsk-mottakeradresse><adresselinje1>G</adresselinje1><land>Sverige</land></utenlandsk-mottakeradresse>"}, errors: []string{"unexpected_element " + printPath + "/utenlandsk-mottakeradresse"}},
	{rule: "a post code on paper of five digits", edits: []string{"<norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1><postnummer>0155→<norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1><postnummer>01550"}, warnings: []string{"odd_postcode " + printPath + "/norsk-mottakeradresse/postnummer"}},
	{rule: "a country instead of its code", edits: []string{"<land-kode>SE</land-kode>→<land>Sverige</land>"}},
	{rule: "a country of 81 letters", edits: []string{"<land-kode>SE</land-kode>→<land>" + strings.Repeat("s", 81) + "</land>"}, errors: []string{"too_long " + printPath + "/utenlandsk-returadresse/land"}},
	{rule: "a country and its code", edits: []string{"<land-kode>→<land>Sverige</land><land-kode>"}, errors: []string{"unexpected_element " + printPath + "/utenlandsk-returadresse/land-kode"}},
	{rule: "neither country nor code", edits: []string{"<land-kode>SE</land-kode>→"}, errors: []string{"missing_element " + printPath + "/utenlandsk-returadresse"}},
	{rule: "a country code of three letters", edits: []string{">SE<→>SWE<"}, errors: []string{"too_long " + printPath + "/utenlandsk-returadresse/land-kode"}},
	{rule: "a foreign address without its first line", edits: []string{"<adresselinje1>G</adresselinje1>→"}, errors: []string{"missing_element " + printPath + "/utenlandsk-returadresse"}},
	{rule: "posttype empty is the default", edits: []string{">A</posttype>→></posttype>"}},
	{rule: "posttype left out", edits: []string{"<posttype>A</posttype>→"}},
	{rule: "posttype C", edits: []string{">A</posttype>→>C</posttype>"}, errors: []string{"bad_pattern " + printPath + "/posttype"}},
	{rule: "no return address", edits: []string{"<retur-postmottaker>Oss</retur-postmottaker>→"}, errors: []string{"missing_element " + printPath}},
	{rule: "an earlier version", edits: []string{batchNamespace + "→http://www.digipost.no/xsd/avsender1_9"}, errors: []string{"discontinued_version ."}},
}

const (
	letterRow   = "brev-resultater/resultat"
	fileRow     = "dokumenter-med-feil/dokument-med-feil"
	reasonsPath = "mottaker-resultater/resultat/ugyldig-grunn"
)

var mailingResultCases = []jobCase{
	{rule: "the sample itself"},
	{rule: "error info in a row, with errors", edits: []string{"<feilinformasjon/>→<feilinformasjon><feil><type>UGYLDIG_DOKUMENT</type></feil><feil><type>USPESIFISERT_FEIL</type><melding>a</melding><melding>b</melding></feil></feilinformasjon>"}},
	{rule: "a document's error in a letter's row", edits: []string{"<feilinformasjon/>→<feilinformasjon><feil><type>UGYLDIG_FOR_WEB</type></feil></feilinformasjon>"}, errors: []string{"not_in_list " + letterRow + "/feilinformasjon/feil/type"}},
	{rule: "the job's error info in a row", edits: []string{"<feilinformasjon/>→" + errorInfo}, errors: []string{"unexpected_element " + letterRow + "/feilinformasjon/feilkode", "unexpected_element " + letterRow + "/feilinformasjon/melding"}},
	{rule: "error info beside the lists", edits: []string{"</brev-resultater>→</brev-resultater>" + errorInfo}, errors: []string{"unexpected_element feilinformasjon"}},
	{rule: "letters before documents", edits: []string{"<dokumenter-med-feil>→<brev-resultater/><dokumenter-med-feil>"}, errors: []string{"unexpected_element dokumenter-med-feil", "too_many_elements brev-resultater[2]"}},
	{rule: "neither sent nor not sent", edits: []string{">SENDT<→>LEVERT<"}, errors: []string{"not_in_list " + letterRow + "/resultat"}},
	{rule: "no result in a row", edits: []string{"<resultat>SENDT</resultat>→"}, errors: []string{"missing_element " + letterRow}},
	{rule: "no channel", edits: []string{"<kanal>WEB</kanal>→"}},
	{rule: "a channel that is none", edits: []string{">WEB<→>PAPIR<"}, errors: []string{"not_in_list " + letterRow + "/kanal"}},
	{rule: "no main document", edits: []string{"<hoveddokument-uuid>" + uuid + "</hoveddokument-uuid>→"}, errors: []string{"missing_element " + letterRow}},
	{rule: "attachments without one", edits: []string{"<dokument-uuid>u</dokument-uuid>→"}, errors: []string{"missing_element " + letterRow + "/vedlegg"}},
	{rule: "no letter id", edits: []string{` brev-id="b1"→`}},
	{rule: "a letter id by another name", edits: []string{` brev-id="b1"→ id="b1"`}, errors: []string{"unexpected_attribute " + letterRow + "/@id"}},
	{rule: "a document without errors", edits: []string{"<feil><type>UGYLDIG_FOR_WEB</type><melding>m</melding></feil>→"}},
	{rule: "a letter's error at a document", edits: []string{">UGYLDIG_FOR_WEB<→>UGYLDIG_MOTTAKER<"}, errors: []string{"not_in_list " + fileRow + "/feil/type"}},
	{rule: "print counters without one", edits: []string{"<sendt-til-print>1</sendt-til-print>→"}, errors: []string{"missing_element print-sammendrag"}},
	{rule: "reasons of two kinds", edits: []string{"<ugyldig-grunn>USPESIFISERT</ugyldig-grunn>→<uidentifisert-grunn>FLERE_TREFF</uidentifisert-grunn>"}, errors: []string{"unexpected_element mottaker-resultater/resultat/uidentifisert-grunn"}, warnings: []string{"wrong_result mottaker-resultater/resultat/uidentifisert-grunn"}},
	{rule: "a reason that is none", edits: []string{">UGYLDIG_KUNDEID<→>UGYLDIG_ALIAS<"}, errors: []string{"not_in_list " + reasonsPath}},
	{rule: "a status of a job in a row", edits: []string{"<status>UGYLDIG<→<status>SUKSESS<"}, errors: []string{"not_in_list mottaker-resultater/resultat/status"}},
	{rule: "a failure without a word", edits: []string{"SUKSESS→FEILET", mailingResultSample[strings.Index(mailingResultSample, "<mottaker-sammendrag>"):strings.Index(mailingResultSample, "</masseutsendelse-")] + "→"}},
	{rule: "a second status", edits: []string{"<jobb-info>→<status>FEILET</status><jobb-info>"}, errors: []string{"too_many_elements status[2]"}},
	{rule: "no job info", edits: []string{mailingResultSample[strings.Index(mailingResultSample, "<jobb-info>"):strings.Index(mailingResultSample, "<mottaker-sammendrag>")] + "→"}, errors: []string{"missing_element ."}},
}
