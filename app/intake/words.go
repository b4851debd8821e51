package intake

import (
	"strings"

	"brevdue/app/post"
)

// headingWords are what office lists call their columns, in bokmål, nynorsk and
// English, folded as fold does. A heading that is exactly one of these is
// known; one that begins with a longer one of them is a good hint.
var headingWords = map[post.Field]string{
	post.FieldCustomerID: `kundenr kundenummer kundeid kundenum medlemsnr medlemsnummer medlemnr medlemsid ansattnr ansattnummer
		tilsettnr tilsettnummer ansattid pasientnr pasientnummer pasientid elevnr elevnummer elevid personid brukerid brukarid id
		abonnentnr abonnementsnr deltakernr deltakarnr leietakernr beboernr eiernr customerid customerno customernumber
		memberid memberno membernumber employeeid employeeno employeenumber clientid clientno`,
	post.FieldBirthNumber: `fnr fodselsnr fodselsnummer fodselnr fodselnummer fodselsnrdnr fodselsnummerdnummer fnrdnr personnr personnummer persnr fodselsogpersonnummer
		fodselsogpersonnr fodsels fødselsnr11siffer dnr dnummer 11siffer nasjonalid nationalid nationalidentitynumber nin ssn birthnumber birthno
		personalnumber personalid socialsecuritynumber identitetsnummer idnummer foedselsnummer fodselsnrpersonnr fodselsogpersnr fdsnr fdnr`,
	post.FieldOrganisationNumber: `orgnr orgnummer organisasjonsnr organisasjonsnummer foretaksnr foretaksnummer bedriftsnr bedriftsnummer
		virksomhetsnr virksomhetsnummer verksemdsnummer orgno orgnumber organisationnumber organizationnumber organisationno companynumber companyno
		companyregistrationnumber vatnumber`,
	post.FieldDigipostAddress: `digipost digipostadresse digipostadr digipostaddress digiadresse`,
	post.FieldFirstName: `fornavn fornamn fornavnene fornavnmellomnavn fornavnogmellomnavn fornamnogmellomnamn fnavn firstname givenname forename
		first christianname`,
	post.FieldMiddleName: `mellomnavn mellomnamn middlename middle`,
	post.FieldLastName:   `etternavn etternamn enavn slektsnavn familienavn lastname surname familyname last`,
	post.FieldFullName: `navn namn fulltnavn fulltnamn heltnavn heiltnamn kundenavn kundenamn medlemsnavn medlemsnamn mottaker mottakar mottakernavn mottakarnamn
		ansatt tilsett pasient elev elevnavn beboer leietaker eier person personnavn kontakt kontaktperson firma firmanavn firmanamn bedrift bedriftsnavn
		foretak foretaksnavn virksomhet virksomhetsnavn organisasjon navnpersonfirma fornavnetternavn fornavnogetternavn etternavnfornavn name fullname
		recipient recipientname customername companyname company membername contact`,
	post.FieldBirthDate: `fodselsdato fodselsdag fodt fodtdato fodd foddato fodselsdatoen bursdag dateofbirth birthdate birthday dob born fdato`,
	post.FieldAddress1: `adresse adresse1 adresselinje1 adresselinje gateadresse gate veiadresse vegadresse vei veg postadresse postadresse1 bostedsadresse
		bustadadresse bustad bosted hjemadresse heimeadresse gateogveinr gatenavn adr adr1 address address1 addressline1 addressline street streetaddress
		postaladdress mailingaddress homeaddress`,
	post.FieldAddress2: `adresse2 adresselinje2 co coadresse adr2 postadresse2 leilighet leilegheit bolignr bruksenhet address2 addressline2 apartment`,
	post.FieldPostcode: `postnr postnummer postnum postkode zip zipcode postcode postalcode`,
	post.FieldTown:     `poststed poststad by stad sted postby town city postaltown place`,
	post.FieldCountry:  `land landkode country countrycode nation`,
	post.FieldPhone: `telefon telefonnr telefonnummer tlf tlfnr tlfnummer tlfmobil tel mobil mobilnr mobilnummer mobiltlf mobiltelefon mobiltelefonnr
		mobiltelefonnummer privattelefon phone phonenumber phoneno mobile mobilephone mobilenumber cell cellphone telephone`,
	post.FieldEmail: `epost epostadresse epostadr mail mailadresse mailadr email emailadresse emailaddress ebrev`,
	post.FieldDocument: `dokument dokumentnavn fil filnavn filnamn filename file vedlegg vedleggsnavn pdf pdffil brevfil document documentname
		attachment`,
	post.FieldAmount: `belop belopet sum sumbelop totalt total totalbelop totalsum abetale betale abetalenok belopnok fakturabelop kontingent pris kr amount
		amountdue totalamount price fee`,
	post.FieldDueDate: `forfall forfallsdato forfallsdag betalingsfrist betalesinnen frist duedate paymentdue paymentdate deadline`,
	post.FieldKID:     `kid kidnr kidnummer kidno kidkode kidnumber`,
	post.FieldAccount: `konto kontonr kontonummer bankkonto bankkontonr bankkontonummer lonnskonto utbetalingskonto account accountno accountnumber
		bankaccount bankaccountnumber`,
	post.FieldReference: `referanse ref refnr referansenr referansenummer varref dykkarref deresref faktureringsreferanse fakturareferanse fakturanr
		fakturanummer ordrenr bestillingsnr reference referenceno referencenumber ourref invoiceno invoicenumber`,
	post.FieldGroup: `gruppe grupper lag avdeling avd klasse kategori medlemstype medlemskategori type kull parti rode group groups team department
		category class membershiptype`,
}

// known is every word with its field.
var known = func() map[string]post.Field {
	words := map[string]post.Field{}
	for field, list := range headingWords {
		for _, word := range strings.Fields(list) {
			words[fold(word)] = field
		}
	}
	return words
}()

// fold makes headings alike: small letters and digits alone, æ ø å as a and o,
// also where they are written ae, oe, aa in "foedsel".
func fold(text string) string {
	text = strings.ToLower(text)
	text = strings.NewReplacer("foed", "fod", "føde", "fode", "beloep", "belop").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ø' || r == 'ö':
			return 'o'
		case r == 'å' || r == 'æ' || r == 'ä':
			return 'a'
		case r == 'é' || r == 'è':
			return 'e'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, text)
}

// headingField says what a heading means. exact is false when it only begins
// with a known word of at least five letters, as in "Fødselsnummer (11 siffer)".
func headingField(heading string) (field post.Field, exact bool) {
	folded := fold(heading)
	if field, ok := known[folded]; ok {
		return field, true
	}
	// What stands in brackets explains.
	if before, _, found := strings.Cut(heading, "("); found {
		if field, ok := known[fold(before)]; ok {
			return field, true
		}
	}
	longest := 0
	for word, candidate := range known {
		if len(word) >= 5 && len(word) > longest && strings.HasPrefix(folded, word) {
			field, longest = candidate, len(word)
		}
	}
	if longest > 0 {
		return field, false
	}
	// A short word alone between others: "Medlemmets fnr", "Din e-post".
	for _, part := range strings.FieldsFunc(heading, func(r rune) bool { return r == ' ' || r == '/' || r == ',' || r == ':' || r == '_' }) {
		if candidate, ok := known[fold(part)]; ok && len(fold(part)) > 2 {
			return candidate, false
		}
	}
	return "", false
}
