package validate

// apiTexts are the texts of api_v8.xsd that have a length or a form.
func apiTexts() map[string]simpleType {
	return map[string]simpleType{
		"zip-code":                        atMost(10),
		"name":                            atMost(130),
		"addressline":                     atMost(100),
		"city":                            atMost(80),
		"country":                         atMost(80),
		".country-code":                   atMost(20),
		"PEM-type":                        {base: "xs:string", pattern: `-+ *BEGIN [^-]* *-+[A-Za-z0-9+/\n]*={0,2}\n-+ *END [^-]* *-+\n?`},
		".personal-identification-number": {base: "xs:string", length: 11},
		".organisation-number":            {base: "xs:string", length: 9},
		".bank-account-number":            {base: "xs:string", length: 11},
		".subject":                        atMost(255),
		".invoice-reference":              atMost(100),
		".organization-id":                {base: "xs:string", pattern: `\w{1,35}`},
		".part-id":                        atMost(100),
		".text":                           {base: "xs:string", minLength: 1, maxLength: 160},
		".email-notification-subject":     {base: "xs:string", minLength: 1, maxLength: 100},
		".email-notification-text":        {base: "xs:string", minLength: 1, maxLength: 500},
		"after-hours":                     {base: "xs:int", minInclusive: "0"},
		"feature-name":                    {base: "xs:string", pattern: `no\.digipost\.feature\.[a-zA-Z0-9_\.\-]+`},
		"uuid":                            {base: "xs:string", pattern: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`},
		".file-name":                      atMost(255),
		".referenceid":                    atMost(255),
		".key":                            atMost(20),
		".value":                          atMost(100),
	}
}

// apiWords are the lists of words in api_v8.xsd.
func apiWords() map[string]simpleType {
	return map[string]simpleType{
		"authentication-level":       oneOf("PASSWORD", "TWO_FACTOR", "IDPORTEN_3", "IDPORTEN_4"),
		"sensitivity-level":          oneOf("NORMAL", "SENSITIVE"),
		"message-status":             oneOf("NOT_COMPLETE", "COMPLETE", "DELIVERED", "DELIVERED_TO_PRINT"),
		"identification-result-code": oneOf("DIGIPOST", "IDENTIFIED", "UNIDENTIFIED", "INVALID"),
		"unidentified-reason":        oneOf("MULTIPLE_MATCHES", "NOT_FOUND"),
		"invalid-reason":             oneOf("INVALID_PERSONAL_IDENTIFICATION_NUMBER", "INVALID_ORGANISATION_NUMBER", "UNKNOWN"),
		"print-colors":               oneOf("MONOCHROME", "COLORS"),
		"nondeliverable-handling":    oneOf("SHRED", "RETURN_TO_SENDER"),
		"sender-status":              oneOf("NO_INFO_AVAILABLE", "VALID_SENDER"),
		"channel":                    oneOf("PRINT", "DIGIPOST", "PEPPOL", "EPOST", "PENDING"),
		"delivery-status":            oneOf("DELIVERED", "NOT_DELIVERED"),
		"read":                       oneOf("Y", "N"),
		"hash-algorithm":             oneOf("NONE", "MD5", "SHA256"),
		"event-type":                 oneOf("EMAIL_NOTIFICATION_FAILED", "EMAIL_MESSAGE_SENT", "EMAIL_MESSAGE_FAILED", "SMS_NOTIFICATION_FAILED", "OPENED", "MOVE_FILES_FROM_PUBLIC_SECTOR", "POSTMARKED", "PRINT_FAILED", "SHREDDED", "PEPPOL_DELIVERED", "PEPPOL_FAILED", "SHARE_DOCUMENTS_REQUEST_DOCUMENTS_SHARED", "SHARE_DOCUMENTS_REQUEST_SHARING_WITHDRAWN"),
		"batch-status":               oneOf("CREATED", "NOT_COMMITTED", "COMMITTED", "DONE"),
		"tag-type":                   oneOf("PUBLIC_MAILBOX_TAG"),
	}
}
