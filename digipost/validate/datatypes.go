package validate

// dataTypeSchema is datatypes.xsd of digipost/digipost-data-types: what may
// stand inside data-type.
func dataTypeSchema() schema {
	return schema{
		namespace: dataTypeNamespace,
		elements: map[string]string{
			"appointment":              "appointment",
			"boligdetaljer":            "boligdetaljer",
			"event":                    "event",
			"externalLink":             "externalLink",
			"inkasso":                  "inkasso",
			"invoice":                  "invoice",
			"invoice-payment":          "invoicePayment",
			"opening-receipt":          "openingReceipt",
			"opening-receipt-accepted": "openingReceiptAccepted",
			"payslip":                  "payslip",
			"pickup-notice":            "pickupNotice",
			"pickup-notice-status":     "pickupNoticeStatus",
			"proof":                    "proof",
			"receipt":                  "receipt",
			"residence":                "residence",
			"share-documents-request":  "shareDocumentsRequest",
			"share-documents-request-documents-shared": "shareDocumentsRequestDocumentsShared",
			"share-documents-request-sharing-stopped":  "shareDocumentsRequestSharingStopped",
			"signedDocument":                 "signedDocument",
			"verifiable-credential-notice":   "verifiableCredentialNotice",
			"verifiable-presentation-notice": "verifiablePresentationNotice",
		},
		complex: join(paymentTypes(), parcelTypes()),
		simple: map[string]simpleType{
			"language": oneOf("NB", "NN", "EN"),
			"tag":      oneOf("VARSEL1", "VARSEL2", "POSTEN"),
			"status":   oneOf("READY_FOR_PICKUP", "PICKED_UP", "RETURNED", "UNKNOWN", "DEVIATION"),
		},
	}
}

// paymentTypes are invoices, payslips, receipts of opening, requests, proofs
// and meetings, with what they share.
func paymentTypes() map[string]complexType {
	return map[string]complexType{
		"invoice": plain(
			opt("link", "externalLink"),
			one("due-date", "xs:string"),
			one("sum", "xs:decimal"),
			one("creditor-account", "xs:string"),
			opt("kid", "xs:string"),
		),
		"inkasso": plain(
			opt("link", "externalLink"),
			one("due-date", "xs:string"),
			opt("sum", "xs:decimal"),
			opt("account", "xs:string"),
			opt("kid", "xs:string"),
		),
		"payslip": plain(
			opt("payment-date", "xs:string"),
			opt("net-amount", "xs:decimal"),
		),
		"externalLink": plain(
			one("url", "xs:anyURI"),
			opt("deadline", "xs:dateTime"),
			opt("description", "xs:string"),
			opt("button-text", "xs:string"),
		),
		"invoicePayment": plain(
			one("payment-id", "xs:string"),
			one("payment-status", "xs:string"),
			one("payment-time", "xs:string"),
			one("debtor-account", "xs:string"),
			opt("debtor-account-name", "xs:string"),
			one("payment-channel", "xs:string"),
			one("payment-bank", "bank"),
		),
		"bank": plain(
			opt("id", "xs:string"),
			opt("name", "xs:string"),
		),
		"openingReceipt": plain(
			one("group", "xs:string"),
		),
		"openingReceiptAccepted": plain(),
		"shareDocumentsRequest": plain(
			one("max-share-duration-seconds", "xs:long"),
			one("purpose", "xs:string"),
			many("allowed-origin-organisation-numbers", "xs:string"),
		),
		"shareDocumentsRequestDocumentsShared": plain(
			many("document-ids", "xs:long"),
		),
		"shareDocumentsRequestSharingStopped": plain(),
		"signedDocument": plain(
			one("document-issuer", "xs:string"),
			one("document-subject", "xs:string"),
			one("signing-time", "xs:string"),
		),
		"verifiableCredentialNotice": plain(
			opt("title", "xs:string"),
			opt("description", "xs:string"),
		),
		"verifiablePresentationNotice": plain(
			one("title", "xs:string"),
			one("description", "xs:string"),
		),
		"option": plain(
			opt("credential_ids", ".credential_ids"),
		),
		".credential_ids": plain(
			many("credential_id", "xs:string"),
		),
		"proof": plain(
			opt("authorizer-name", "xs:string"),
			opt("background-color", "xs:string"),
			opt("issued-time", "xs:string"),
			one("valid-period", "validPeriod"),
			one("proof-holder", "proofHolder"),
			one("title", "xs:string"),
			opt("proof-id-name", "xs:string"),
			opt("proof-id-value", "xs:string"),
			many("attribute", "info"),
			many("info", "info"),
			opt("language", "language").or("NB"),
		),
		"validPeriod": plain(
			opt("period", "period"),
			opt("yearly-repeating-period", "yearlyRepeatingPeriod"),
		),
		"period": plain(
			opt("from", "xs:string"),
			opt("to", "xs:string"),
		),
		"yearlyRepeatingPeriod": plain(
			opt("start-year", "xs:int"),
			opt("end-year", "xs:int"),
			one("from", "calendarDate"),
			one("to", "calendarDate"),
		),
		"calendarDate": plain(
			one("month", "xs:int"),
			one("day", "xs:int"),
			opt("hour", "xs:int").or("0"),
			opt("min", "xs:int").or("0"),
			opt("time-zone", "xs:string").or("+01:00"),
		),
		"proofHolder": plain(
			one("firstname", "xs:string"),
			one("surname", "xs:string"),
			opt("social-security-number", "xs:string"),
			opt("address", "address"),
		),
		"appointment": plain(
			one("start-time", "xs:string"),
			opt("end-time", "xs:string"),
			opt("arrival-time", "xs:string"),
			opt("place", "xs:string"),
			opt("address", "address"),
			opt("sub-title", "xs:string"),
			many("info", "info"),
			opt("language", "language").or("NB"),
			opt("link", "externalLink"),
		),
		"event": plain(
			opt("sub-title", "xs:string"),
			some("start-time", "timeInterval"),
			opt("timeLabel", "xs:string"),
			opt("description", "xs:string"),
			opt("place", "xs:string"),
			opt("placeLabel", "xs:string"),
			opt("address", "address"),
			many("info", "info"),
			opt("barcodeLabel", "xs:string"),
			opt("barcode", "barcode"),
			many("links", "link"),
			opt("language", "language"),
		),
		"timeInterval": plain(
			one("start-time", "xs:string"),
			one("end-time", "xs:string"),
		),
		"address": plain(
			opt("street-address", "xs:string"),
			opt("street-address-2", "xs:string"),
			opt("postal-code", "xs:string"),
			opt("city", "xs:string"),
			opt("country", "xs:string"),
		),
		"info": plain(
			opt("title", "xs:string"),
			opt("text", "xs:string"),
		),
		"link": plain(
			one("url", "xs:anyURI"),
			one("description", "xs:string"),
		),
		"barcode": plain(
			opt("barcode-value", "xs:string"),
			opt("barcode-type", "xs:string"),
			opt("barcode-text", "xs:string"),
			opt("show-value-in-barcode", "xs:boolean").or("false"),
		),
	}
}
