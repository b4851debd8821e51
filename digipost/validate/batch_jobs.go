package validate

// batchNamespace is that of Digipost's batch interface, version 2.1.
const batchNamespace = "http://www.digipost.no/xsd/avsender2_1"

// batchSchema is Digipost's interface files for batch jobs and their results:
// digipost-common.xsd, mottakersplitt.xsd, masseutsendelse.xsd, print.xsd and
// the two results.
func batchSchema() schema {
	return schema{
		namespace: batchNamespace,
		prefixes:  map[string]string{"ds": signatureNamespace},
		elements: map[string]string{
			"masseutsendelse":          ".masseutsendelse",
			"masseutsendelse-resultat": ".masseutsendelse-resultat",
			"mottakersplitt":           ".mottakersplitt",
			"mottakersplitt-resultat":  ".mottakersplitt-resultat",
		},
		complex: join(jobTypes(), resultTypes()),
		simple:  batchTexts(),
	}
}

// jobTypes are what a sender writes: splits and mailings.
func jobTypes() map[string]complexType {
	return map[string]complexType{
		"jobb-innstillinger": plain(
			one("avsender-id", "xs:long"),
			opt("behandler-id", "xs:long"),
			one("jobb-id", ".jobb-id"),
			opt("jobb-navn", ".jobb-navn"),
			opt("auto-godkjenn-jobb", "xs:boolean").or("false"),
			opt("virkningsdato", "xs:dateTime"),
			opt("klientinformasjon", "xs:string"),
		),
		"mottaker-liste": plain(
			some("mottaker", "mottaker"),
		),
		"mottaker": plain(
			one("kunde-id", "xs:string"),
			choice(
				sequence(
					one("navn", "navn"),
					one("adresse", "adresse"),
					opt("foedselsdato", "xs:string"),
					opt("telefonnummer", "xs:string"),
					opt("epostadresse", "xs:string"),
				),
				one("foedselsnummer", "xs:string"),
				one("digipostadresse", "xs:string"),
				one("person-alias", "xs:string"),
				one("organisasjonsnummer", "xs:string"),
			),
		),
		"navn": {
			content: choice(
				one("navn-format1", "navn-format1"),
				one("navn-format2", "navn-format2"),
				one("navn-format3", "navn-format3"),
			),
		},
		"navn-format1": {
			content: choice(
				one("fullt-navn-fornavn-foerst", "xs:string"),
				one("fullt-navn-etternavn-foerst", "xs:string"),
			),
		},
		"navn-format2": plain(
			one("fornavn", "xs:string"),
			one("etternavn", "xs:string"),
		),
		"navn-format3": plain(
			one("fornavn", "xs:string"),
			opt("mellomnavn", "xs:string"),
			one("etternavn", "xs:string"),
		),
		"adresse": {
			content: choice(
				one("adresse-format1", "adresse-format1"),
				one("adresse-format2", "adresse-format2"),
			),
		},
		"adresse-format1": plain(
			one("adresselinje1", "xs:string"),
			opt("adresselinje2", "xs:string"),
			one("postnummer", "xs:string"),
			one("poststed", "xs:string"),
			opt("land", "xs:string"),
		),
		"adresse-format2": plain(
			one("adresse1", "xs:string"),
			opt("adresse2", "xs:string"),
			opt("adresse3", "xs:string"),
			opt("adresse4", "xs:string"),
			one("postnummer", "xs:string"),
			one("poststed", "xs:string"),
			opt("land", "xs:string"),
		),
		".mottakersplitt": plain(
			one("jobb-innstillinger", "jobb-innstillinger"),
			one("mottakere", "mottaker-liste"),
		),
		".masseutsendelse": plain(
			one("jobb-innstillinger", "jobb-innstillinger"),
			one("standard-distribusjon", "standard-distribusjon"),
		),
		"standard-distribusjon": plain(
			opt("felles-innstillinger", "felles-dokument-innstillinger"),
			one("post", "dokument-liste"),
			one("forsendelser", "brev-liste"),
		),
		"felles-dokument-innstillinger": plain(
			opt("globale-dokument-innstillinger", "dokument-innstillinger"),
			many("dokument-innstillinger", "refererbare-dokument-innstillinger"),
		),
		"dokument-innstillinger": plain(
			opt("emne", ".emne"),
			opt("sms-varsling", "sms-varsling"),
			opt("autentiseringsnivaa", "autentiseringsnivaa"),
			opt("sensitivitetsnivaa", "sensitivitetsnivaa"),
			opt("aapningskvitteringsgruppe", "xs:string"),
			opt("print-farge", "print-farge").or("MONOKROM"),
		),
		"refererbare-dokument-innstillinger": {
			extends:    "dokument-innstillinger",
			attributes: []attribute{must("id", "xs:ID")},
		},
		"per-dokument-innstillinger": {
			extends:    "dokument-innstillinger",
			attributes: []attribute{may("extends", "xs:IDREF")},
		},
		"sms-varsling": plain(
			many("tidspunkt", "xs:dateTime"),
			many("etter-timer", "etter-timer"),
		),
		"dokument-liste": plain(
			some("dokument", "dokument"),
		),
		"brev-liste": plain(
			some("brev", "brev"),
		),
		"dokument": plain(
			one("id", "xs:ID"),
			one("fil", ".fil"),
			opt("innstillinger", "per-dokument-innstillinger"),
		),
		"faktura": {
			extends: "dokument",
			content: sequence(
				opt("kid", ".kid"),
				one("beloep", ".beloep"),
				one("kontonummer", ".kontonummer"),
				one("forfallsdato", "xs:date"),
			),
		},
		"brev": {
			content: sequence(
				one("mottaker", "mottaker"),
				opt("varslingsadresser", "varslingsadresser"),
				one("hoveddokument", "dokument-til-mottaker"),
				one("vedlegg", "dokument-til-mottaker").times(0, 99),
			),
			attributes: []attribute{may("id", "xs:string")},
		},
		"dokument-til-mottaker": {
			content: sequence(
				opt("innstillinger", "dokument-innstillinger"),
			),
			attributes: []attribute{may("uuid", "uuid"), may("refid", "xs:IDREF")},
		},
		"varslingsadresser": plain(
			opt("epostadresse", "xs:string"),
			opt("mobilnummer", "xs:string"),
		),
		"brev-med-print": {
			extends: "brev",
			content: sequence(
				one("fysisk-print", "fysisk-print-info"),
			),
		},
		"fysisk-print-info": plain(
			one("postmottaker", "postmottaker-navn"),
			choice(
				one("norsk-mottakeradresse", "norsk-postadresse"),
				one("utenlandsk-mottakeradresse", "utenlandsk-postadresse"),
			),
			opt("posttype", ".posttype").or("B"),
			one("retur-postmottaker", "postmottaker-navn"),
			choice(
				one("norsk-returadresse", "norsk-postadresse"),
				one("utenlandsk-returadresse", "utenlandsk-postadresse"),
			),
		),
		"norsk-postadresse": plain(
			opt("adresselinje1", "adresselinje"),
			opt("adresselinje2", "adresselinje"),
			one("postnummer", "norsk-postnummer"),
			one("poststed", "poststed"),
		),
		"utenlandsk-postadresse": plain(
			one("adresselinje1", "adresselinje"),
			opt("adresselinje2", "adresselinje"),
			opt("adresselinje3", "adresselinje"),
			opt("adresselinje4", "adresselinje"),
			choice(
				one("land", "land"),
				one("land-kode", "land-kode"),
			),
		),
	}
}
