package sandbox

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var decimalText = regexp.MustCompile(`^[-+]?(\d+(\.\d*)?|\.\d+)$`)

func isDecimal(s string) string {
	if !decimalText.MatchString(collapse(s)) {
		return "must be a decimal number such as 1234.50"
	}
	return ""
}

func isDouble(s string) string {
	s = collapse(s)
	if _, err := strconv.ParseFloat(s, 64); err != nil || strings.ContainsAny(s, "xXpP_iI") && s != "INF" && s != "-INF" {
		return "must be a number"
	}
	return ""
}

// dataTypeGrammar is digipost-datatypes.xsd in schema order, one type a line:
// name, then its elements, each with * (any number), + (one or more), ?
// (maybe) or nothing (once), and after a colon its type unless that is text.
const dataTypeGrammar = `
appointment: start-time end-time? arrival-time? place? address?:address sub-title? info*:info language?:language link?:externalLink
boligdetaljer: residence?:residence hjemmelshavere*:hjemmelshaver bruksareal?:int antall-oppholdsrom?:int antall-baderom?:int omsetningshistorikk*:omsetning organisasjonsnummer? bruksenhet? andelsnummer? heftelser*:heftelse callToAction?:externalLink language?:language
event: sub-title? start-time+:interval timeLabel? description? place? placeLabel? address?:address info*:info barcodeLabel? barcode?:barcode links*:plainLink language?:language
externalLink: url deadline?:dateTime description? button-text?
inkasso: link?:externalLink due-date sum?:decimal account? kid?
invoice: link?:externalLink due-date sum:decimal creditor-account kid?
invoice-payment: payment-id payment-status payment-time debtor-account debtor-account-name? payment-channel payment-bank:bank
opening-receipt: group
opening-receipt-accepted:
payslip: payment-date? net-amount?:decimal
pickup-notice: parcel-id parcel-uuid? barcode:barcode product-name? arrival-date-time return-date-time recipient:pickupRecipient sender?:pickupSender pickup-place:pickupPlace package?:package cost?:cost extra-information? status?:status tags*:tag language?:language link?:externalLink
pickup-notice-status: status:status occurrence-datetime?
proof: authorizer-name? background-color? issued-time? valid-period:validPeriod proof-holder:proofHolder title proof-id-name? proof-id-value? attribute*:info info*:info language?:language
receipt: receiptId? receiptNumber? purchaseTime totalPrice totalVat currency? cashier? register? merchant-chain? merchant-name merchant-phone-number? merchant-address?:address orgnumber? barcode?:barcode payments*:payment items*:receiptLine taxiDetails?:taxiDetails customer?:customer delivery?:delivery order-number? membership-number? comment? language?:language
residence: address:residenceAddress matrikkel?:matrikkel source? external-id?
share-documents-request: max-share-duration-seconds:long purpose allowed-origin-organisation-numbers*
share-documents-request-documents-shared: document-ids*:long
share-documents-request-sharing-stopped:
signedDocument: document-issuer document-subject signing-time
verifiable-credential-notice: title? description?
verifiable-presentation-notice: title description

address: street-address? street-address-2? postal-code? city? country?
info: title? text?
barcode: barcode-value? barcode-type? barcode-text? show-value-in-barcode?:boolean
residenceAddress: unit-number? house-number? street-name? postal-code? city?
matrikkel: kommunenummer gaardsnummer bruksnummer festenummer? seksjonsnummer?
hjemmelshaver: name? email?
omsetning: dato beskrivelse? selger? kjoeper? beloep?:long
heftelse: panthaver? type-pant? beloep?
interval: start-time end-time
plainLink: url description
currencyPayment: currency-code? amount?:decimal exchange-rate?:decimal label?
bank: id? name?
cost: value-to-be-payed:decimal package-value?:decimal customs-fee-outlayed?:decimal vas-text? customs-fee?:decimal customs-fee-outlay-cost?:decimal cod-amount?:decimal cod-fee?:decimal
package: length?:int width?:int height?:int weight?:int
pickupRecipient: name? digipost-address address?:address
pickupSender: name? reference? address?:address
pickupPlace: name code instruction shelf-location? address?:address
calendarDate: month:int day:int hour?:orInt min?:orInt time-zone?
period: from? to?
validPeriod: period?:period yearly-repeating-period?:yearly
yearly: start-year?:int end-year?:int from:calendarDate to:calendarDate
proofHolder: firstname surname social-security-number? address?:address
customer: name? address?:address phoneNumber?
delivery: name? address?:address terms?
payment: type? card-number? cardName? amount? currency-code? foreign-currency-payment?:currencyPayment
receiptLine: item-name? item-description? item-code? unit? quantity:double item-price? item-vat? total-price? total-vat? discount? serialNumber? eanCode?
taxiDetails: carPlateNumber? license? orgNumberLicenseHolder? startTime? stopTime? tips? totalMeterPrice? totalDistanceBeforeBoardingInMeters?:int totalDistanceInMeters?:int totalDistanceWithPassengerInMeters?:int totalTimeBeforeBoardingInSeconds?:int totalTimeInSeconds?:int totalTimeWithPassengerInSeconds?:int vat?:vatDetails
vatDetails: levels*:vatLevel sum?
vatLevel: grossAmount? netAmount? vat? vatPercent?
`

// dataTypeTexts are the types of dataTypeGrammar that hold text. Where the
// schema gives a default, an element may be empty.
func dataTypeTexts() map[string]check {
	orNothing := func(c check) check {
		return func(s string) string {
			if s == "" {
				return ""
			}
			return c(s)
		}
	}
	return map[string]check{
		"": anyText, "int": isInt, "long": isLong, "double": isDouble, "decimal": isDecimal, "dateTime": isDateTime,
		"boolean": orNothing(isBool), "orInt": orNothing(isInt), "language": orNothing(enum("NB", "NN", "EN")), "tag": enum("VARSEL1", "VARSEL2", "POSTEN"),
		"status": enum("READY_FOR_PICKUP", "PICKED_UP", "RETURNED", "UNKNOWN", "DEVIATION"),
	}
}

// dataTypeRules makes the rules of the elements that a data-type may hold:
// those above the empty line of the grammar.
func dataTypeRules() map[string]*rule {
	texts, lines := dataTypeTexts(), map[string]string{}
	elements, types, _ := strings.Cut(strings.TrimSpace(dataTypeGrammar), "\n\n")
	for line := range strings.Lines(elements + "\n" + types) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		lines[name] = rest
	}
	var element func(name, kind string) *rule
	element = func(name, kind string) *rule {
		if text, known := texts[kind]; known {
			return leaf(name, text)
		}
		r := &rule{name: name}
		for _, item := range strings.Fields(lines[kind]) {
			item, kind, _ := strings.Cut(item, ":")
			p := part{min: 1, max: 1}
			switch item[len(item)-1] {
			case '?':
				p.min = 0
			case '*':
				p.min, p.max = 0, unbounded
			case '+':
				p.max = unbounded
			}
			p.rule = element(strings.TrimRight(item, "?*+"), kind)
			if r.body == nil {
				r.body = seq()
			}
			r.body.parts = append(r.body.parts, p)
		}
		return r
	}
	rules := map[string]*rule{}
	for line := range strings.Lines(elements) {
		name, _, _ := strings.Cut(line, ":")
		rules[name] = element(name, name)
	}
	return rules
}

// checkDataType judges the one element of a data-type: the schema first, then
// what the descriptions say of its fields.
func (a *Sender) checkDataType(rules map[string]*rule, wrapper *node, what string) error {
	data := wrapper.kids[0] // exactly one, by the grammar
	rule := rules[data.name]
	if rule == nil {
		return refuse(codeSchema, "The XML is not valid: line %d: unknown data-type", data.line)
	}
	if err := (validator{nsDataTypes}).element(rule, data, "/data-type"); err != nil {
		return schemaError(err)
	}
	switch data.name {
	case "invoice", "inkasso", "payslip", "opening-receipt":
		for _, k := range data.kids {
			if c, why := badField(k); why != "" {
				return refuse(c, "%s in the %s of %s %s", k.name, data.name, what, why)
			}
		}
	}
	switch {
	case data.name == "invoice" && data.child("kid") == nil && !a.has(featureNoKID):
		return refuse(choiceDataType, "The invoice of %s has no kid, which the agreement asks for", what)
	case strings.HasPrefix(data.name, "share-documents-request") && !a.may(permitSharing):
		return refuse(choiceNotPermitted, "Sharing of documents is not part of the agreement")
	}
	return nil
}

// badField judges one field of a data type by its name.
func badField(k *node) (code, string) {
	text := collapse(k.text)
	switch k.name {
	case "sum", "net-amount":
		if _, fraction, _ := strings.Cut(text, "."); len(fraction) > choiceDecimals || strings.HasPrefix(text, "-") {
			return codeAmount, "must not be negative and have two decimals at most"
		}
	case "creditor-account", "account":
		if _, ok := digits(k.text, choiceAccount); !ok {
			return choiceDataType, "must be 11 digits"
		}
	case "kid":
		if k.text == "" || len(k.text) > choiceKID || strings.Trim(strings.TrimSuffix(k.text, "-"), "0123456789") != "" {
			return choiceDataType, "must be 1 to 25 digits"
		}
	case "due-date", "payment-date":
		_, asTime := parseDateTime(text, time.UTC)
		if isDate(text) != "" && asTime != nil {
			return choiceDataType, "must be a date"
		}
	case "group":
		if strings.TrimSpace(k.text) == "" {
			return choiceDataType, "is empty"
		}
	}
	return "", ""
}
