package validate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

const (
	api   = ` xmlns="` + apiNamespace + `"`
	types = ` xmlns="` + dataTypeNamespace + `"`
	uuid  = "6d99008e-2672-4b55-9b09-996b09a06e47"
	other = "1f0e0a52-7d0c-4a57-8f6a-3a8c4b1f2d3e"
	when  = "2026-12-01T12:00:00.000+01:00"
)

// restSamples are documents that testdata has none of: answers, the archive
// and data-types.
var restSamples = []string{
	`<entrypoint` + api + `><certificate>PEM</certificate><link rel="r/SELF" uri="https://localhost/" media-type="a/b"/><link uri="x"/></entrypoint>`,
	`<error` + api + `><error-code>UNKNOWN_RECIPIENT</error-code><error-message></error-message><error-type>CLIENT_DATA</error-type><link uri="x"/></error>`,
	`<message-delivery` + api + `><message-id>1</message-id><delivery-method>DIGIPOST</delivery-method><sender-id>5</sender-id><status>DELIVERED</status><delivery-time>` + when +
		`</delivery-time><primary-document technical-type="x"><uuid>` + uuid + `</uuid><subject>s</subject><file-type>pdf</file-type><opened>true</opened><sms-notification><overrides><sms-mobile-number>9</sms-mobile-number><text>t</text></overrides><at time="` + when +
		`"/><after-hours>4</after-hours></sms-notification><encrypted number-of-pages="3"/><content-hash hash-algorithm="SHA256">AA==</content-hash><link uri="x"/></primary-document><attachment><file-type>pdf</file-type></attachment><link uri="y"/></message-delivery>`,
	`<identification-result` + api + `><result>DIGIPOST</result><digipost-address>a#1234</digipost-address><person-alias>b#1234</person-alias></identification-result>`,
	`<identification-result-with-encryption-key` + api + `><identification-result><result>INVALID</result><invalid-reason>UNKNOWN</invalid-reason></identification-result><encryption-key key-id="1">K</encryption-key></identification-result-with-encryption-key>`,
	"<encryption-certificate" + api + ">-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n</encryption-certificate>",
	`<recipients` + api + `><recipient><firstname>Kari</firstname><digipost-address>a#1234</digipost-address><address><city>Oslo</city><street>Gata</street></address><address/><link uri="x"/></recipient><link uri="y"/></recipients>`,
	`<autocomplete` + api + `><suggestion><search-string>ka</search-string><link uri="x"/></suggestion></autocomplete>`,
	`<sender-information` + api + `><sender-id>5</sender-id><status>VALID_SENDER</status><supported-features><feature param="2">no.digipost.feature.validation.print.bleed</feature></supported-features></sender-information>`,
	`<document-status` + api + ` uuid="` + uuid + `" sender-id="5" status="DELIVERED" created="` + when + `" read="Y" channel="DIGIPOST" is-primary-document="true" content-hash="x" content-hash-algorithm="SHA256"><attachments uuid="` + other + `"/><link uri="x"/></document-status>`,
	`<d:document-events xmlns:d="` + apiNamespace + `" xmlns:xsi="` + xsiNamespace + `"><d:event uuid="` + uuid + `" type="POSTMARKED" created="` + when + `" document-created="` + when +
		`"><d:metadata xsi:type="d:postmarked-metadata" postmarked-date="` + when + `"/></d:event><d:event uuid="` + uuid + `" type="OPENED" created="` + when + `" document-created="` + when + `"/></d:document-events>`,
	`<document-events` + api + `><event uuid="` + uuid + `" type="MOVE_FILES_FROM_PUBLIC_SECTOR" created="` + when + `" document-created="` + when +
		`"><metadata xmlns:i="` + xsiNamespace + `" i:type="move-files-from-public-sector-metadata" opened="1" delivery-time="` + when + `" subject="s" authentication-level="PASSWORD" sensitivity-level="NORMAL" destination-mailbox="m" destination-mailbox-address="a"><document uuid="` + uuid +
		`"><link uri="x"/></document><x509Certificate>c</x509Certificate></metadata></event></document-events>`,
	`<inbox` + api + `><document><id>1</id><sender>S</sender><delivery-time>` + when + `</delivery-time><authentication-level>PASSWORD</authentication-level><attachment><id>2</id><sender>S</sender><delivery-time>` + when + `</delivery-time><authentication-level>PASSWORD</authentication-level></attachment></document></inbox>`,
	`<archives` + api + `><archive><sender-organization><organization-id>123456785</organization-id><part-id>p</part-id></sender-organization><name>n</name><documents><uuid>` + uuid + `</uuid><file-name>f</file-name><file-type>pdf</file-type><attributes><key>k</key><value>v</value></attributes><archived-time>` + when + `</archived-time></documents></archive></archives>`,
	`<additional-data` + api + `><data-type><share-documents-request-sharing-stopped` + types + `/></data-type><sender-id>5</sender-id></additional-data>`,
	`<tag` + api + `><public-mailbox-tag><personal-identification-number>01818130291</personal-identification-number></public-mailbox-tag></tag>`,
	`<tags` + api + `><tag-type>PUBLIC_MAILBOX_TAG</tag-type></tags>`,
	`<share-documents-request-state` + api + `><shared-documents><shared-document><delivery-time>` + when + `</delivery-time><subject>s</subject><file-type>pdf</file-type><file-size-bytes>1000</file-size-bytes><origin><organisation organisation-number="1" name="n"/></origin><link uri="x"/></shared-document></shared-documents><expiry-time>` + when + `</expiry-time></share-documents-request-state>`,
	`<user-information` + api + `><national-identity-number>01818130291</national-identity-number><phone-number>9</phone-number><email-address>a@b</email-address></user-information>`,
	`<batch` + api + `><uuid>` + uuid + `</uuid><status>DONE</status><count-digipost>1</count-digipost><count-print>0</count-print><link uri="x"/></batch>`,
	`<additional-data` + api + `><data-type><d:receipt xmlns:d="` + dataTypeNamespace + `"><d:purchaseTime>t</d:purchaseTime><d:totalPrice>1</d:totalPrice><d:totalVat>1</d:totalVat><d:merchant-name>m</d:merchant-name><d:barcode><d:show-value-in-barcode>true</d:show-value-in-barcode></d:barcode><d:items><d:quantity>1.5</d:quantity></d:items><d:language/></d:receipt></data-type></additional-data>`,
	`<additional-data` + api + `><data-type><boligdetaljer` + types + `><residence><address><city>Oslo</city></address><matrikkel><kommunenummer>1</kommunenummer><gaardsnummer>1</gaardsnummer><bruksnummer>1</bruksnummer></matrikkel></residence><bruksareal>50</bruksareal><omsetningshistorikk><dato>2020</dato><beloep>5</beloep></omsetningshistorikk><callToAction><url>https://example.org/a?b</url><deadline>` + when + `</deadline></callToAction><language>NN</language></boligdetaljer></data-type></additional-data>`,
	`<additional-data` + api + `><data-type><proof` + types + `><valid-period><yearly-repeating-period><from><month>1</month><day>1</day><hour/></from><to><month>12</month><day>31</day></to></yearly-repeating-period></valid-period><proof-holder><firstname>K</firstname><surname>P</surname></proof-holder><title>T</title></proof></data-type></additional-data>`,
	`<event` + types + `><start-time><start-time>a</start-time><end-time>b</end-time></start-time><links><url>https://example.org</url><description>d</description></links></event>`,
}

// mailingSample has every part of a mailing.
const mailingSample = `<m:masseutsendelse xmlns:m="` + batchNamespace + `" xmlns="` + batchNamespace + `" xmlns:xsi="` + xsiNamespace + `">
<m:jobb-innstillinger><m:avsender-id>5</m:avsender-id><m:behandler-id>6</m:behandler-id><m:jobb-id>job-1</m:jobb-id><m:jobb-navn>n</m:jobb-navn><m:auto-godkjenn-jobb>true</m:auto-godkjenn-jobb><m:virkningsdato>` + when + `</m:virkningsdato><m:klientinformasjon>k</m:klientinformasjon></m:jobb-innstillinger>
<standard-distribusjon><felles-innstillinger><globale-dokument-innstillinger><emne>e</emne></globale-dokument-innstillinger><dokument-innstillinger id="s1"><sms-varsling><tidspunkt>` + when + `</tidspunkt><etter-timer>4</etter-timer></sms-varsling><print-farge>FARGER</print-farge></dokument-innstillinger></felles-innstillinger>
<post><dokument><id>d1</id><fil>dok/brev.pdf</fil><innstillinger extends="s1"><autentiseringsnivaa>TO_FAKTOR</autentiseringsnivaa></innstillinger></dokument><m:dokument xsi:type="m:faktura"><m:id>d2</m:id><m:fil>f.pdf</m:fil><m:kid>12344</m:kid><m:beloep>10.50</m:beloep><m:kontonummer>12345678903</m:kontonummer><m:forfallsdato>2026-12-24</m:forfallsdato></m:dokument></post>
<forsendelser><brev id="b1"><mottaker><kunde-id>1</kunde-id><foedselsnummer>01818130291</foedselsnummer></mottaker><varslingsadresser><epostadresse>a@b</epostadresse></varslingsadresser><hoveddokument uuid="` + uuid + `" refid="d1"/><vedlegg uuid="` + other + `" refid="d2"><innstillinger><sensitivitetsnivaa>SENSITIVT</sensitivitetsnivaa></innstillinger></vedlegg></brev>
<brev xsi:type="brev-med-print"><mottaker><kunde-id>2</kunde-id><navn><navn-format1><fullt-navn-fornavn-foerst>Kari Prøve</fullt-navn-fornavn-foerst></navn-format1></navn><adresse><adresse-format1><adresselinje1>Gata 1</adresselinje1><postnummer>0155</postnummer><poststed>Oslo</poststed></adresse-format1></adresse></mottaker><hoveddokument uuid="7d99008e-2672-4b55-9b09-996b09a06e47" refid="d1"/><fysisk-print><postmottaker>Kari Prøve</postmottaker><norsk-mottakeradresse><adresselinje1>Gata 1</adresselinje1><postnummer>0155</postnummer><poststed>Oslo</poststed></norsk-mottakeradresse><posttype>A</posttype><retur-postmottaker>Oss</retur-postmottaker><utenlandsk-returadresse><adresselinje1>G</adresselinje1><land-kode>SE</land-kode></utenlandsk-returadresse></fysisk-print></brev></forsendelser></standard-distribusjon></m:masseutsendelse>`

const mailingResultSample = `<masseutsendelse-resultat xmlns="` + batchNamespace + `"><status>SUKSESS</status><jobb-info><ref-avsender-id>5</ref-avsender-id><ref-jobb-id>job-1</ref-jobb-id><start-tid>` + when + `</start-tid></jobb-info>` + summarySample +
	`<print-sammendrag><sendt-til-print>1</sendt-til-print><ugyldig>0</ugyldig></print-sammendrag><mottaker-resultater><resultat><kunde-id>1</kunde-id><status>UGYLDIG</status><ugyldig-grunn>UGYLDIG_KUNDEID</ugyldig-grunn><ugyldig-grunn>USPESIFISERT</ugyldig-grunn><vasket>false</vasket></resultat></mottaker-resultater>
<dokumenter-med-feil><dokument-med-feil><dokument-id>d</dokument-id><feil><type>UGYLDIG_FOR_WEB</type><melding>m</melding></feil></dokument-med-feil></dokumenter-med-feil><brev-resultater><resultat brev-id="b1"><hoveddokument-uuid>` + uuid + `</hoveddokument-uuid><vedlegg><dokument-uuid>u</dokument-uuid></vedlegg><resultat>SENDT</resultat><kanal>WEB</kanal><feilinformasjon/></resultat></brev-resultater></masseutsendelse-resultat>`

const summarySample = `<mottaker-sammendrag><total>1</total><digipost>1</digipost><digipost-vask>0</digipost-vask><identifisert>0</identifisert><identifisert-vask>0</identifisert-vask><uidentifisert>0</uidentifisert><uidentifisert-flere-treff>0</uidentifisert-flere-treff><ugyldig>0</ugyldig></mottaker-sammendrag>`

// signedSample carries a signature with wildcards in use.
const signedSample = `<mottakersplitt-resultat xmlns="` + batchNamespace + `"><status>SUKSESS</status><jobb-info><ref-jobb-id>j</ref-jobb-id><start-tid>` + when + `</start-tid></jobb-info>` + summarySample +
	`<Signature xmlns="` + signatureNamespace + `" Id="sig"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">t<x xmlns="urn:x" y="z">t<q/></x></CanonicalizationMethod><SignatureMethod Algorithm="http://a"><HMACOutputLength>5</HMACOutputLength></SignatureMethod>
<Reference URI=""><Transforms><Transform Algorithm="http://a"><XPath>x</XPath><b xmlns="urn:b"/></Transform></Transforms><DigestMethod Algorithm="http://a"/><DigestValue>AA==</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue><KeyInfo>t<KeyName>k</KeyName><X509Data><X509IssuerSerial><X509IssuerName>n</X509IssuerName><X509SerialNumber>5</X509SerialNumber></X509IssuerSerial><X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo><Object><k xmlns="urn:k"/><KeyName>n</KeyName></Object></Signature></mottakersplitt-resultat>`

// parseTree reads a document for the mutator, names and prefixes as written.
func parseTree(document string) (*tree, error) {
	decoder := xml.NewDecoder(strings.NewReader(document))
	outer := &tree{}
	stack := []*tree{outer}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			i := slices.IndexFunc(outer.children, func(n *tree) bool { return n.name != "" })
			return outer.children[i], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &tree{name: written(token.Name)}
			for _, a := range token.Attr {
				if label := written(a.Name); label != "xmlns:xsi" { // all documents get it
					n.attributes = append(n.attributes, label+`="`+escapeText(a.Value)+`"`)
				}
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.children = append(top.children, &tree{text: escapeText(string(token))})
		}
	}
}

func written(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func escapeText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
