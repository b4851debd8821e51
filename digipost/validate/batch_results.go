package validate

// resultTypes are what Digipost answers to a job.
func resultTypes() map[string]complexType {
	return map[string]complexType{
		"jobb-info": plain(
			opt("ref-avsender-id", "xs:string"),
			opt("ref-behandler-id", "xs:string"),
			one("ref-jobb-id", "xs:string"),
			one("start-tid", "xs:dateTime"),
			opt("slutt-tid", "xs:dateTime"),
		),
		"feilinformasjon": plain(
			one("feilkode", "feilkode"),
			one("melding", "xs:string"),
		),
		"mottaker-sammendrag": plain(
			one("total", "xs:int"),
			one("digipost", "xs:int"),
			one("digipost-vask", "xs:int"),
			one("identifisert", "xs:int"),
			one("identifisert-vask", "xs:int"),
			one("uidentifisert", "xs:int"),
			one("uidentifisert-flere-treff", "xs:int"),
			one("ugyldig", "xs:int"),
		),
		"print-sammendrag": plain(
			one("sendt-til-print", "xs:int"),
			one("ugyldig", "xs:int"),
		),
		"mottaker-resultat-liste": plain(
			many("resultat", "mottaker-resultat"),
		),
		"mottaker-resultat": plain(
			one("kunde-id", "xs:string"),
			one("status", "mottaker-status-kode"),
			choice(
				one("digipostadresse", "xs:string"),
				one("person-alias", "xs:string"),
				some("uidentifisert-grunn", "uidentifisert-kode"),
				some("ugyldig-grunn", "ugyldig-kode"),
			).times(0, 1),
			opt("vasket", "xs:boolean"),
		),
		"feil-liste": plain(
			many("feil", "xs:string"),
		),
		".mottakersplitt-resultat": plain(
			one("status", "jobb-status"),
			one("jobb-info", "jobb-info"),
			choice(
				sequence(
					opt("mottaker-sammendrag", "mottaker-sammendrag"),
					opt("mottaker-resultater", "mottaker-resultat-liste"),
				),
				one("feilinformasjon", "feilinformasjon"),
			),
			ref("ds:Signature").times(0, 1),
		),
		".masseutsendelse-resultat": plain(
			one("status", "jobb-status"),
			one("jobb-info", "jobb-info"),
			choice(
				sequence(
					opt("mottaker-sammendrag", "mottaker-sammendrag"),
					opt("print-sammendrag", "print-sammendrag"),
					opt("mottaker-resultater", "mottaker-resultat-liste"),
					opt("dokumenter-med-feil", "dokument-med-feil-liste"),
					opt("brev-resultater", "brev-resultat-liste"),
				),
				one("feilinformasjon", "feilinformasjon"),
			),
			ref("ds:Signature").times(0, 1),
		),
		"brev-resultat-liste": plain(
			many("resultat", "brev-resultat"),
		),
		"brev-resultat": {
			content: sequence(
				one("hoveddokument-uuid", "xs:string"),
				opt("vedlegg", "vedlegg-liste"),
				one("resultat", "brev-resultat-kode"),
				opt("kanal", "kanal-kode"),
				opt("feilinformasjon", "brev-feil-liste"),
			),
			attributes: []attribute{may("brev-id", "xs:string")},
		},
		"vedlegg-liste": plain(
			one("dokument-uuid", "xs:string").times(1, 99),
		),
		"brev-feil-liste": plain(
			many("feil", "brev-feil"),
		),
		"brev-feil": plain(
			one("type", "brev-feil-kode"),
			many("melding", "xs:string"),
		),
		"dokument-med-feil-liste": plain(
			many("dokument-med-feil", "dokument-med-feil"),
		),
		"dokument-med-feil": plain(
			one("dokument-id", "xs:string"),
			many("feil", "dokument-feil"),
		),
		"dokument-feil": plain(
			one("type", "dokument-feil-type-kode"),
			many("melding", "xs:string"),
		),
	}
}

// batchTexts are the texts and lists of words of both.
func batchTexts() map[string]simpleType {
	return map[string]simpleType{
		".jobb-id":                {base: "xs:string", pattern: `[a-zA-Z0-9_.-]{1,100}`},
		".jobb-navn":              atMost(80),
		"jobb-status":             oneOf("SUKSESS", "FORELØPIG_SUKSESS", "FEILET", "MOTTATT"),
		"feilkode":                oneOf("VALIDERING_FEILET", "ENGINE_FEIL", "GENERELL_FEIL"),
		"mottaker-status-kode":    oneOf("DIGIPOST", "IDENTIFISERT", "UIDENTIFISERT", "UGYLDIG"),
		"uidentifisert-kode":      oneOf("FLERE_TREFF", "MANGELFULL_ADRESSE"),
		"ugyldig-kode":            oneOf("UGYLDIG_KUNDEID", "UGYLDIG_FOEDSELSNUMMER", "UGYLDIG_FOEDSELSDATO", "UGYLDIG_DIGIPOSTADRESSE", "UGYLDIG_NAVN_ADRESSE", "UGYLDIG_POSTNUMMER", "UGYLDIG_ORGANISASJONSNUMMER", "USPESIFISERT"),
		".emne":                   atMost(100),
		"print-farge":             oneOf("MONOKROM", "FARGER"),
		"etter-timer":             {base: "xs:int", minInclusive: "0"},
		".fil":                    {base: "xs:string", pattern: `([a-zA-Z\d\-_æøåÆØÅ]+)(/[a-zA-Z\d\-_æøåÆØÅ]+)*(/|\.[a-zA-Z\d]+)`},
		".kid":                    {base: "xs:string", pattern: `[0-9]{2,24}[0-9\-]{1}`},
		".beloep":                 {base: "xs:decimal", fractionDigs: 2, totalDigits: 15},
		".kontonummer":            {base: "xs:string", pattern: `[0-9]{11}`},
		"uuid":                    {base: "xs:string", pattern: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`},
		"autentiseringsnivaa":     oneOf("PASSORD", "TO_FAKTOR"),
		"sensitivitetsnivaa":      oneOf("NORMALT", "SENSITIVT"),
		".posttype":               {base: "xs:string", pattern: `A|B`},
		"norsk-postnummer":        {base: "xs:string"},
		"postmottaker-navn":       atMost(130),
		"adresselinje":            atMost(100),
		"poststed":                atMost(80),
		"land":                    atMost(80),
		"land-kode":               atMost(2),
		"brev-resultat-kode":      oneOf("SENDT", "IKKE_SENDT"),
		"kanal-kode":              oneOf("WEB", "PRINT"),
		"dokument-feil-type-kode": oneOf("UGYLDIG_FOR_WEB", "UGYLDIG_FOR_PRINT", "USPESIFISERT_FEIL"),
		"brev-feil-kode":          oneOf("UGYLDIG_DOKUMENT", "UGYLDIG_MOTTAKER", "UGYLDIG_FOR_PRINT", "USPESIFISERT_FEIL"),
	}
}
