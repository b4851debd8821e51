package validate

// answerTypes are what Digipost answers: the entry point, results of sending
// and of looking people up, senders, statuses and events.
func answerTypes() map[string]complexType {
	return map[string]complexType{
		"entrypoint": plain(
			opt("certificate", "xs:string"),
			many("link", "link"),
		),
		"link": {
			attributes: []attribute{may("rel", "xs:string"), must("uri", "xs:string"), may("media-type", "xs:string")},
		},
		".error": plain(
			one("error-code", "xs:string"),
			one("error-message", "xs:string"),
			one("error-type", "xs:string"),
			many("link", "link"),
		),
		"message-delivery": plain(
			opt("message-id", "xs:string"),
			one("delivery-method", "channel"),
			one("sender-id", "xs:long"),
			one("status", "message-status"),
			opt("delivery-time", "xs:dateTime"),
			one("primary-document", "document"),
			one("attachment", "document").times(0, 201),
			many("link", "link"),
		),
		"identification-result": plain(
			one("result", "identification-result-code"),
			choice(
				sequence(
					one("digipost-address", "xs:string"),
					opt("person-alias", "xs:string"),
				),
				one("person-alias", "xs:string"),
				one("unidentified-reason", "unidentified-reason"),
				one("invalid-reason", "invalid-reason"),
			).times(0, 1),
		),
		"identification-result-with-encryption-key": plain(
			one("identification-result", "identification-result"),
			opt("encryption-key", "encryption-key"),
		),
		"encryption-key": {
			text:       "xs:string",
			attributes: []attribute{may("key-id", "xs:string")},
		},
		"encryption-certificate": {text: "PEM-type"},
		"recipients": plain(
			many("recipient", "recipient"),
			many("link", "link"),
		),
		"recipient": plain(
			opt("firstname", "xs:string"),
			opt("middlename", "xs:string"),
			opt("lastname", "xs:string"),
			one("digipost-address", "xs:string"),
			opt("mobile-number", "xs:string"),
			opt("organisation-number", "xs:string"),
			opt("organisation-name", "xs:string"),
			many("address", "address"),
			many("link", "link"),
		),
		"address": {
			content: all(
				opt("street", "xs:string"),
				opt("house-number", "xs:string"),
				opt("house-letter", "xs:string"),
				opt("additional-addressline", "xs:string"),
				opt("zip-code", "xs:string"),
				opt("city", "xs:string"),
			),
		},
		".autocomplete": plain(
			many("suggestion", "suggestion"),
			many("link", "link"),
		),
		"suggestion": plain(
			opt("search-string", "xs:string"),
			opt("link", "link"),
		),
		"sender-information": plain(
			opt("sender-id", "xs:long"),
			one("status", "sender-status"),
			opt("supported-features", "features"),
		),
		"features": plain(
			some("feature", "feature"),
		),
		"feature": {
			text:       "feature-name",
			attributes: []attribute{may("param", "xs:string")},
		},
		"document-status": {
			content: sequence(
				many("attachments", "document-status"),
				many("link", "link"),
			),
			attributes: []attribute{may("uuid", "uuid"), may("sender-id", "xs:long"), may("status", "delivery-status"), may("created", "xs:dateTime"), may("delivered", "xs:dateTime"), may("read", "read"), may("channel", "channel"), may("is-primary-document", "xs:boolean"), may("content-hash", "xs:string"), may("content-hash-algorithm", "hash-algorithm")},
		},
		"document-events": plain(
			many("event", "event"),
		),
		"event": {
			content: sequence(
				opt("metadata", "event-metadata"),
			),
			attributes: []attribute{must("uuid", "uuid"), must("type", "event-type"), must("created", "xs:dateTime"), must("document-created", "xs:dateTime")},
		},
		"event-metadata": {abstract: true},
		"move-files-from-public-sector-metadata": {
			extends: "event-metadata",
			content: sequence(
				some("document", "document-metadata"),
				one("x509Certificate", "xs:string"),
			),
			attributes: []attribute{must("opened", "xs:boolean"), must("delivery-time", "xs:dateTime"), must("subject", "xs:string"), must("authentication-level", "authentication-level"), must("sensitivity-level", "sensitivity-level"), must("destination-mailbox", "xs:string"), must("destination-mailbox-address", "xs:string")},
		},
		"email-delivered-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("email-address", "xs:string")},
		},
		"email-notification-failed-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("email-address", "xs:string"), must("error-code", "xs:string")},
		},
		"sms-notification-failed-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("mobile-number", "xs:string"), must("error-code", "xs:string")},
		},
		"failed-print-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("error-code", "xs:string")},
		},
		"failed-peppol-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("error-code", "xs:string")},
		},
		"postmarked-metadata": {
			extends:    "event-metadata",
			attributes: []attribute{must("postmarked-date", "xs:dateTime")},
		},
		"document-metadata": {
			content: sequence(
				many("link", "link"),
			),
			attributes: []attribute{must("uuid", "uuid"), may("technical-type", "xs:string")},
		},
	}
}

// archiveTypes are the rest of api_v8.xsd: the inbox, the archive, users, tags
// and shared documents.
func archiveTypes() map[string]complexType {
	return map[string]complexType{
		"inbox": plain(
			many("document", "inbox-document"),
		),
		"inbox-document": plain(
			one("id", "xs:long"),
			opt("reference-from-sender", "xs:string"),
			opt("subject", "xs:string"),
			one("sender", "xs:string"),
			one("delivery-time", "xs:dateTime"),
			opt("first-accessed", "xs:dateTime"),
			one("authentication-level", "authentication-level"),
			opt("content-type", "xs:string"),
			opt("content-uri", "xs:string"),
			opt("delete-uri", "xs:string"),
			sequence(
				many("attachment", "inbox-document"),
			),
		),
		"user-information": plain(
			one("national-identity-number", "xs:string"),
			one("phone-number", "xs:string"),
			one("email-address", "xs:string"),
		),
		"user-account": plain(
			one("digipost-address", "xs:string"),
			one("encryption-key", "xs:string"),
		),
		"additional-data": plain(
			one("data-type", "data-type"),
			choice(
				one("sender-id", "xs:long"),
				one("sender-organization", "sender-organization"),
			).times(0, 1),
		),
		"archives": plain(
			many("archive", "archive"),
			many("link", "link"),
		),
		"archive": plain(
			choice(
				one("sender-id", "xs:long"),
				one("sender-organization", "sender-organization"),
			).times(0, 1),
			opt("name", "xs:string"),
			many("link", "link"),
			one("documents", "archive-document").times(0, 201),
		),
		"archive-document": plain(
			one("uuid", "uuid"),
			opt("file-name", ".file-name"),
			one("file-type", "xs:string"),
			opt("referenceid", ".referenceid"),
			opt("content-type", "xs:string"),
			opt("content-hash", "content-hash"),
			one("attributes", "archive-document-attribute").times(0, 15),
			opt("archived-time", "xs:dateTime"),
			opt("deletion-time", "xs:dateTime"),
			many("link", "link"),
		),
		"archive-document-content": plain(
			one("content-type", "xs:string"),
			one("uri", "xs:string"),
		),
		"archive-document-attribute": plain(
			one("key", ".key"),
			one("value", ".value"),
		),
		"tag": plain(
			choice(
				one("public-mailbox-tag", "public-mailbox-tag"),
			),
		),
		"public-mailbox-tag": plain(
			one("personal-identification-number", ".personal-identification-number"),
		),
		"tags": plain(
			many("tag-type", "tag-type"),
		),
		"share-documents-request-state": plain(
			one("shared-documents", "shared-documents"),
			opt("shared-at-time", "xs:dateTime"),
			opt("expiry-time", "xs:dateTime"),
			opt("withdrawn-time", "xs:dateTime"),
			many("link", "link"),
		),
		"shared-documents": plain(
			many("shared-document", "shared-document"),
		),
		"shared-document": plain(
			one("delivery-time", "xs:dateTime"),
			one("subject", ".subject"),
			one("file-type", "xs:string"),
			one("file-size-bytes", "xs:integer"),
			one("origin", "shared-document-origin"),
			many("link", "link"),
		),
		"shared-document-origin": plain(
			choice(
				one("organisation", "shared-document-origin-organisation"),
				one("private-person", "shared-document-origin-private-person"),
			),
		),
		"shared-document-origin-organisation":   {attributes: []attribute{may("organisation-number", "xs:string"), may("name", "xs:string")}},
		"shared-document-origin-private-person": {attributes: []attribute{may("name", "xs:string")}},
		"shared-document-content": plain(
			one("content-type", "xs:string"),
			one("uri", "xs:string"),
		),
	}
}
