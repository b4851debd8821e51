package validate

// signatureNamespace is that of XML Signature.
const signatureNamespace = "http://www.w3.org/2000/09/xmldsig#"

// signatureSchema is xmldsig-core-schema.xsd of the W3C: a result of a job may
// carry a signature. Its form is checked, not what it says.
func signatureSchema() schema {
	return schema{
		namespace: signatureNamespace,
		elements: map[string]string{
			"CanonicalizationMethod": "CanonicalizationMethodType",
			"DSAKeyValue":            "DSAKeyValueType",
			"DigestMethod":           "DigestMethodType",
			"DigestValue":            "DigestValueType",
			"KeyInfo":                "KeyInfoType",
			"KeyName":                "xs:string",
			"KeyValue":               "KeyValueType",
			"Manifest":               "ManifestType",
			"MgmtData":               "xs:string",
			"Object":                 "ObjectType",
			"PGPData":                "PGPDataType",
			"RSAKeyValue":            "RSAKeyValueType",
			"Reference":              "ReferenceType",
			"RetrievalMethod":        "RetrievalMethodType",
			"SPKIData":               "SPKIDataType",
			"Signature":              "SignatureType",
			"SignatureMethod":        "SignatureMethodType",
			"SignatureProperties":    "SignaturePropertiesType",
			"SignatureProperty":      "SignaturePropertyType",
			"SignatureValue":         "SignatureValueType",
			"SignedInfo":             "SignedInfoType",
			"Transform":              "TransformType",
			"Transforms":             "TransformsType",
			"X509Data":               "X509DataType",
		},
		complex: signatureTypes(),
		simple: map[string]simpleType{
			"CryptoBinary":         {base: "xs:base64Binary"},
			"DigestValueType":      {base: "xs:base64Binary"},
			"HMACOutputLengthType": {base: "xs:integer"},
		},
	}
}

// signatureTypes are all types of XML Signature.
func signatureTypes() map[string]complexType {
	return map[string]complexType{
		"SignatureType": {
			content: sequence(
				ref("SignedInfo"),
				ref("SignatureValue"),
				ref("KeyInfo").times(0, 1),
				ref("Object").times(0, unbounded),
			),
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"SignatureValueType": {
			text:       "xs:base64Binary",
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"SignedInfoType": {
			content: sequence(
				ref("CanonicalizationMethod"),
				ref("SignatureMethod"),
				ref("Reference").times(1, unbounded),
			),
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"CanonicalizationMethodType": {
			mixed: true,
			content: sequence(
				wild(anyNamespace, true).times(0, unbounded),
			),
			attributes: []attribute{must("Algorithm", "xs:anyURI")},
		},
		"SignatureMethodType": {
			mixed: true,
			content: sequence(
				opt("HMACOutputLength", "HMACOutputLengthType"),
				wild(otherNamespace, true).times(0, unbounded),
			),
			attributes: []attribute{must("Algorithm", "xs:anyURI")},
		},
		"ReferenceType": {
			content: sequence(
				ref("Transforms").times(0, 1),
				ref("DigestMethod"),
				ref("DigestValue"),
			),
			attributes: []attribute{may("Id", "xs:ID"), may("URI", "xs:anyURI"), may("Type", "xs:anyURI")},
		},
		"TransformsType": plain(
			ref("Transform").times(1, unbounded),
		),
		"TransformType": {
			mixed: true,
			content: choice(
				wild(otherNamespace, true),
				one("XPath", "xs:string"),
			).times(0, unbounded),
			attributes: []attribute{must("Algorithm", "xs:anyURI")},
		},
		"DigestMethodType": {
			mixed: true,
			content: sequence(
				wild(otherNamespace, true).times(0, unbounded),
			),
			attributes: []attribute{must("Algorithm", "xs:anyURI")},
		},
		"KeyInfoType": {
			mixed: true,
			content: choice(
				ref("KeyName"),
				ref("KeyValue"),
				ref("RetrievalMethod"),
				ref("X509Data"),
				ref("PGPData"),
				ref("SPKIData"),
				ref("MgmtData"),
				wild(otherNamespace, true),
			).times(1, unbounded),
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"KeyValueType": {
			mixed: true,
			content: choice(
				ref("DSAKeyValue"),
				ref("RSAKeyValue"),
				wild(otherNamespace, true),
			),
		},
		"RetrievalMethodType": {
			content: sequence(
				ref("Transforms").times(0, 1),
			),
			attributes: []attribute{must("URI", "xs:anyURI"), may("Type", "xs:anyURI")},
		},
		"X509DataType": {
			content: sequence(
				choice(
					one("X509IssuerSerial", "X509IssuerSerialType"),
					one("X509SKI", "xs:base64Binary"),
					one("X509SubjectName", "xs:string"),
					one("X509Certificate", "xs:base64Binary"),
					one("X509CRL", "xs:base64Binary"),
					wild(otherNamespace, true),
				),
			).times(1, unbounded),
		},
		"X509IssuerSerialType": plain(
			one("X509IssuerName", "xs:string"),
			one("X509SerialNumber", "xs:string"),
		),
		"PGPDataType": {
			content: choice(
				sequence(
					one("PGPKeyID", "xs:base64Binary"),
					opt("PGPKeyPacket", "xs:base64Binary"),
					wild(otherNamespace, true).times(0, unbounded),
				),
				sequence(
					one("PGPKeyPacket", "xs:base64Binary"),
					wild(otherNamespace, true).times(0, unbounded),
				),
			),
		},
		"SPKIDataType": {
			content: sequence(
				one("SPKISexp", "xs:base64Binary"),
				wild(otherNamespace, true).times(0, 1),
			).times(1, unbounded),
		},
		"ObjectType": {
			mixed: true,
			content: sequence(
				wild(anyNamespace, true),
			).times(0, unbounded),
			attributes: []attribute{may("Id", "xs:ID"), may("MimeType", "xs:string"), may("Encoding", "xs:anyURI")},
		},
		"ManifestType": {
			content: sequence(
				ref("Reference").times(1, unbounded),
			),
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"SignaturePropertiesType": {
			content: sequence(
				ref("SignatureProperty").times(1, unbounded),
			),
			attributes: []attribute{may("Id", "xs:ID")},
		},
		"SignaturePropertyType": {
			mixed: true,
			content: choice(
				wild(otherNamespace, true),
			).times(1, unbounded),
			attributes: []attribute{must("Target", "xs:anyURI"), may("Id", "xs:ID")},
		},
		"DSAKeyValueType": plain(
			sequence(
				one("P", "CryptoBinary"),
				one("Q", "CryptoBinary"),
			).times(0, 1),
			opt("G", "CryptoBinary"),
			one("Y", "CryptoBinary"),
			opt("J", "CryptoBinary"),
			sequence(
				one("Seed", "CryptoBinary"),
				one("PgenCounter", "CryptoBinary"),
			).times(0, 1),
		),
		"RSAKeyValueType": plain(
			one("Modulus", "CryptoBinary"),
			one("Exponent", "CryptoBinary"),
		),
	}
}
