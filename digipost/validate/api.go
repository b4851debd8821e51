package validate

// The namespaces of Digipost's sender API, version 8.
const (
	apiNamespace      = "http://api.digipost.no/schema/v8"
	dataTypeNamespace = "http://api.digipost.no/schema/datatypes"
)

// apiSchema is api_v8.xsd, as published in Digipost's Java client
// (digipost/digipost-api-client-java).
func apiSchema() schema {
	return schema{
		namespace: apiNamespace,
		elements: map[string]string{
			"additional-data":            "additional-data",
			"archive":                    "archive",
			"archive-document":           "archive-document",
			"archive-document-attribute": "archive-document-attribute",
			"archive-document-content":   "archive-document-content",
			"archives":                   "archives",
			"autocomplete":               ".autocomplete",
			"batch":                      "batch",
			"document":                   "document",
			"document-events":            "document-events",
			"document-status":            "document-status",
			"encryption-certificate":     "encryption-certificate",
			"encryption-key":             "encryption-key",
			"entrypoint":                 "entrypoint",
			"error":                      ".error",
			"identification":             "identification",
			"identification-result":      "identification-result",
			"identification-result-with-encryption-key": "identification-result-with-encryption-key",
			"inbox":                         "inbox",
			"message":                       "message",
			"message-delivery":              "message-delivery",
			"message-recipient":             "message-recipient",
			"recipient":                     "recipient",
			"recipients":                    "recipients",
			"sender-information":            "sender-information",
			"share-documents-request-state": "share-documents-request-state",
			"shared-document-content":       "shared-document-content",
			"tag":                           "tag",
			"tags":                          "tags",
			"user-account":                  "user-account",
			"user-information":              "user-information",
		},
		complex: join(messageTypes(), answerTypes(), archiveTypes()),
		simple:  join(apiTexts(), apiWords()),
	}
}

// messageTypes are what a sender writes: letters, and questions about who
// somebody is.
func messageTypes() map[string]complexType {
	return map[string]complexType{
		"message": plain(
			opt("message-id", "xs:string"),
			choice(
				one("sender-id", "xs:long"),
				one("sender-organization", "sender-organization"),
			).times(0, 1),
			one("recipient", "message-recipient"),
			opt("delivery-time", "xs:dateTime"),
			opt("invoice-reference", ".invoice-reference"),
			one("primary-document", "document"),
			one("attachment", "document").times(0, 201),
			opt("print-if-unread", "print-if-unread"),
			opt("request-for-registration", "request-for-registration"),
			opt("batch", "batch"),
		),
		"sender-organization": plain(
			one("organization-id", ".organization-id"),
			opt("part-id", ".part-id"),
		),
		"message-recipient": plain(
			choice(
				opt("personal-identification-number", ".personal-identification-number"),
				opt("organisation-number", ".organisation-number"),
				opt("digipost-address", "xs:string"),
				opt("email-details", "email-details"),
				opt("peppol-addresses", "peppol-addresses"),
				opt("name-and-address", "name-and-address"),
				opt("bank-account-number", ".bank-account-number"),
			),
			opt("print-details", "print-details"),
		),
		"name-and-address": plain(
			one("fullname", "name"),
			one("addressline1", "addressline"),
			opt("addressline2", "addressline"),
			one("postalcode", "zip-code"),
			one("city", "city"),
			opt("birth-date", "xs:date"),
			opt("phone-number", "xs:string"),
			opt("email-address", "xs:string"),
		),
		"email-details": plain(
			one("email-address", "xs:string").times(1, 50),
		),
		"peppol-addresses": plain(
			one("receiver", "peppol-address"),
			one("sender", "peppol-address"),
		),
		"peppol-address": plain(
			one("schemeID", "xs:string"),
			one("endpointID", "xs:string"),
		),
		"document": {
			content: sequence(
				opt("uuid", "uuid"),
				opt("subject", ".subject"),
				one("file-type", "xs:string"),
				choice(
					one("opening-receipt", "xs:string"),
					one("opened", "xs:boolean"),
				).times(0, 1),
				opt("sms-notification", "sms-notification"),
				opt("email-notification", "email-notification"),
				opt("authentication-level", "authentication-level"),
				opt("sensitivity-level", "sensitivity-level"),
				opt("encrypted", "encrypted"),
				opt("content-hash", "content-hash"),
				many("link", "link"),
				opt("data-type", "data-type"),
			),
			attributes: []attribute{may("technical-type", "xs:string")},
		},
		"encrypted": {attributes: []attribute{may("number-of-pages", "xs:int")}},
		"content-hash": {
			text:       "xs:string",
			attributes: []attribute{may("hash-algorithm", "xs:string")},
		},
		"data-type": plain(
			wild(dataTypeNamespace, false),
		),
		"sms-notification": plain(
			opt("overrides", "sms-overrides"),
			many("at", "listed-time"),
			many("after-hours", "after-hours"),
		),
		"sms-overrides": plain(
			one("sms-mobile-number", "xs:string"),
			one("text", ".text"),
		),
		"email-notification": plain(
			one("email-address", "xs:string"),
			one("subject", ".email-notification-subject"),
			one("text", ".email-notification-text"),
			some("at", "listed-time"),
		),
		"listed-time": {attributes: []attribute{may("time", "xs:dateTime")}},
		"print-if-unread": plain(
			one("print-if-unread-after", "xs:dateTime"),
			one("print-details", "print-details"),
		),
		"request-for-registration": plain(
			one("registration-deadline", "xs:dateTime"),
			opt("phone-number", "xs:string"),
			opt("email-address", "xs:string"),
			opt("print-details", "print-details"),
		),
		"print-details": plain(
			one("recipient", "print-recipient"),
			one("return-address", "print-recipient"),
			opt("color", "print-colors").or("MONOCHROME"),
			opt("nondeliverable-handling", "nondeliverable-handling").or("RETURN_TO_SENDER"),
			opt("print-instructions", "print-instructions"),
		),
		"print-recipient": plain(
			one("name", "name"),
			choice(
				one("norwegian-address", "norwegian-address"),
				one("foreign-address", "foreign-address"),
			),
		),
		"norwegian-address": plain(
			opt("addressline1", "addressline"),
			opt("addressline2", "addressline"),
			opt("addressline3", "addressline"),
			one("zip-code", "zip-code"),
			one("city", "city"),
		),
		"foreign-address": plain(
			one("addressline1", "addressline"),
			opt("addressline2", "addressline"),
			opt("addressline3", "addressline"),
			opt("addressline4", "addressline"),
			choice(
				one("country", "country"),
				one("country-code", ".country-code"),
			),
		),
		"print-instructions": plain(
			some("print-instruction", "print-instruction"),
		),
		"print-instruction": plain(
			one("key", "xs:string"),
			one("value", "xs:string"),
		),
		"batch": plain(
			one("uuid", "uuid"),
			opt("status", "batch-status"),
			opt("count-digipost", "xs:int"),
			opt("count-print", "xs:int"),
			many("link", "link"),
		),
		"identification": {
			content: sequence(
				choice(
					opt("personal-identification-number", ".personal-identification-number"),
					opt("organisation-number", ".organisation-number"),
					opt("digipost-address", "xs:string"),
					opt("name-and-address", "name-and-address"),
					opt("bank-account-number", ".bank-account-number"),
				),
			),
			attributes: []attribute{{name: "include-personalias-for-digipost-user", typ: "xs:boolean", fallback: "false"}},
		},
	}
}
