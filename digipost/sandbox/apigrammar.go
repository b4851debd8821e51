package sandbox

// The parts of api_v8.xsd that requests of this cut use, copied by hand in
// schema order.

const uuidPattern = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// apiGrammar holds the documents that a client sends, and the data types that
// a message may hold, by name.
type apiGrammar struct {
	message, identification, batch, additional *rule
	dataTypes                                  map[string]*rule
}

func newAPIGrammar() apiGrammar {
	return apiGrammar{message: messageRule(), identification: identificationRule(), batch: batchRule(), additional: additionalDataRule(), dataTypes: dataTypeRules()}
}

func messageRule() *rule {
	document := documentBody()
	return tree("message",
		maybe(leaf("message-id", anyText)),
		oneOf(0,
			one(leaf("sender-id", isLong)),
			one(senderOrganizationRule()),
		),
		one(recipientRule()),
		maybe(leaf("delivery-time", isDateTime)),
		maybe(leaf("invoice-reference", length(0, 100))),
		one(document("primary-document")),
		times(0, 201, document("attachment")),
		maybe(tree("print-if-unread",
			one(leaf("print-if-unread-after", isDateTime)), one(printDetailsRule()))),
		maybe(tree("request-for-registration",
			one(leaf("registration-deadline", isDateTime)),
			maybe(leaf("phone-number", anyText)),
			maybe(leaf("email-address", anyText)),
			maybe(printDetailsRule()))),
		maybe(batchRule()),
	)
}

func senderOrganizationRule() *rule {
	return tree("sender-organization",
		one(leaf("organization-id", pattern(`[\pL\pN_]{1,35}`))),
		maybe(leaf("part-id", length(0, 100))))
}

func dataTypeRule() *rule {
	return &rule{name: "data-type", body: seq(part{min: 1, max: 1, any: nsDataTypes})}
}

func batchRule() *rule {
	return tree("batch",
		one(leaf("uuid", pattern(uuidPattern))),
		maybe(leaf("status", enum("CREATED", "NOT_COMMITTED", "COMMITTED", "DONE"))),
		maybe(leaf("count-digipost", isInt)),
		maybe(leaf("count-print", isInt)),
		times(0, unbounded, linkRule()))
}

func recipientRule() *rule {
	peppol := func(name string) *rule {
		return tree(name, one(leaf("schemeID", anyText)), one(leaf("endpointID", anyText)))
	}
	return tree("recipient",
		oneOf(1,
			maybe(leaf("personal-identification-number", exactly(11))),
			maybe(leaf("organisation-number", exactly(9))),
			maybe(leaf("digipost-address", anyText)),
			maybe(tree("email-details", times(1, 50, leaf("email-address", anyText)))),
			maybe(tree("peppol-addresses", one(peppol("receiver")), one(peppol("sender")))),
			maybe(nameAndAddressRule()),
			maybe(leaf("bank-account-number", exactly(11))),
		),
		maybe(printDetailsRule()),
	)
}

func identificationRule() *rule {
	r := tree("identification", oneOf(1,
		maybe(leaf("personal-identification-number", exactly(11))),
		maybe(leaf("organisation-number", exactly(9))),
		maybe(leaf("digipost-address", anyText)),
		maybe(nameAndAddressRule()),
		maybe(leaf("bank-account-number", exactly(11))),
	))
	r.attrs = map[string]check{"include-personalias-for-digipost-user": isBool}
	return r
}

func nameAndAddressRule() *rule {
	return tree("name-and-address",
		one(leaf("fullname", length(0, 130))),
		one(leaf("addressline1", length(0, 100))),
		maybe(leaf("addressline2", length(0, 100))),
		one(leaf("postalcode", length(0, 10))),
		one(leaf("city", length(0, 80))),
		maybe(leaf("birth-date", isDate)),
		maybe(leaf("phone-number", anyText)),
		maybe(leaf("email-address", anyText)),
	)
}

func printDetailsRule() *rule {
	line := length(0, 100)
	addressee := func(name string) *rule {
		return tree(name, one(leaf("name", length(0, 130))), oneOf(1,
			one(tree("norwegian-address",
				maybe(leaf("addressline1", line)), maybe(leaf("addressline2", line)), maybe(leaf("addressline3", line)),
				one(leaf("zip-code", length(0, 10))), one(leaf("city", length(0, 80))))),
			one(tree("foreign-address",
				one(leaf("addressline1", line)), maybe(leaf("addressline2", line)), maybe(leaf("addressline3", line)), maybe(leaf("addressline4", line)),
				oneOf(1, one(leaf("country", length(0, 80))), one(leaf("country-code", length(0, 20)))))),
		))
	}
	orEmpty := func(values ...string) check { return enum(append(values, "")...) } // the schema gives a default
	return tree("print-details",
		one(addressee("recipient")), one(addressee("return-address")),
		maybe(leaf("color", orEmpty("MONOCHROME", "COLORS"))),
		maybe(leaf("nondeliverable-handling", orEmpty("SHRED", "RETURN_TO_SENDER"))),
		maybe(tree("print-instructions", times(1, unbounded,
			tree("print-instruction", one(leaf("key", anyText)), one(leaf("value", anyText)))))),
	)
}

func linkRule() *rule {
	return &rule{name: "link", need: []string{"uri"},
		attrs: map[string]check{"rel": anyText, "uri": anyText, "media-type": anyText}}
}

// documentBody makes the rule of a document under a name of its own.
func documentBody() func(name string) *rule {
	at := &rule{name: "at", attrs: map[string]check{"time": isDateTime}}
	hash := leaf("content-hash", anyText)
	hash.attrs = map[string]check{"hash-algorithm": anyText}
	body := seq(
		maybe(leaf("uuid", pattern(uuidPattern))),
		maybe(leaf("subject", length(0, 255))),
		one(leaf("file-type", anyText)),
		oneOf(0, one(leaf("opening-receipt", anyText)), one(leaf("opened", isBool))),
		maybe(tree("sms-notification",
			maybe(tree("overrides", one(leaf("sms-mobile-number", anyText)), one(leaf("text", length(1, 160))))),
			times(0, unbounded, at),
			times(0, unbounded, leaf("after-hours", isNonNegative)))),
		maybe(tree("email-notification",
			one(leaf("email-address", anyText)), one(leaf("subject", length(1, 100))), one(leaf("text", length(1, 500))),
			times(1, unbounded, at))),
		maybe(leaf("authentication-level", enum("PASSWORD", "TWO_FACTOR", "IDPORTEN_3", "IDPORTEN_4"))),
		maybe(leaf("sensitivity-level", enum("NORMAL", "SENSITIVE"))),
		maybe(&rule{name: "encrypted", attrs: map[string]check{"number-of-pages": isInt}}),
		maybe(hash),
		times(0, unbounded, linkRule()),
		maybe(dataTypeRule()),
	)
	return func(name string) *rule {
		return &rule{name: name, body: body, attrs: map[string]check{"technical-type": anyText}}
	}
}
