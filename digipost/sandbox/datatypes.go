package sandbox

import (
	"regexp"
	"strings"
	"time"
)

// The data types that this stand-in judges, copied by hand from
// digipost-datatypes.xsd in schema order. The other ones of that schema are
// refused: they are not practised here.

var decimalText = regexp.MustCompile(`^[-+]?(\d+(\.\d*)?|\.\d+)$`)

func isDecimal(s string) string {
	if !decimalText.MatchString(collapse(s)) {
		return "must be a decimal number such as 1234.50"
	}
	return ""
}

func dataTypeRules() map[string]*rule {
	link := maybe(tree("link", one(leaf("url", anyText)), maybe(leaf("deadline", isDateTime)),
		maybe(leaf("description", anyText)), maybe(leaf("button-text", anyText))))
	return map[string]*rule{
		"invoice": tree("invoice", link, one(leaf("due-date", anyText)), one(leaf("sum", isDecimal)),
			one(leaf("creditor-account", anyText)), maybe(leaf("kid", anyText))),
		"inkasso": tree("inkasso", link, one(leaf("due-date", anyText)), maybe(leaf("sum", isDecimal)),
			maybe(leaf("account", anyText)), maybe(leaf("kid", anyText))),
		"payslip":         tree("payslip", maybe(leaf("payment-date", anyText)), maybe(leaf("net-amount", isDecimal))),
		"opening-receipt": tree("opening-receipt", one(leaf("group", anyText))),
	}
}

// otherDataTypes are the elements of the schema that are not practised here.
const otherDataTypes = " appointment boligdetaljer event externalLink invoice-payment opening-receipt-accepted pickup-notice pickup-notice-status" +
	" proof receipt residence share-documents-request share-documents-request-documents-shared share-documents-request-sharing-stopped" +
	" signedDocument verifiable-credential-notice verifiable-presentation-notice "

// readDataType judges the data-type of a document: the schema first, then what
// the descriptions say of its fields.
func (o *order) readDataType(rules map[string]*rule, n *node, d *document, number int) error {
	wrapper := n.child("data-type")
	if wrapper == nil {
		return nil
	}
	data := wrapper.kids[0] // exactly one, by the grammar
	rule := rules[data.name]
	switch {
	case rule == nil && strings.Contains(otherDataTypes, " "+data.name+" "):
		return refuse(choiceDataType, "The data-type of document %d is not practised here", number)
	case rule == nil:
		return refuse(codeSchema, "The XML is not valid: line %d: unknown data-type", data.line)
	}
	if err := (validator{nsDataTypes}).element(rule, data, "/data-type"); err != nil {
		return schemaError(err)
	}
	d.DataType = data.name
	for _, k := range data.kids {
		if c, why := badField(k); why != "" {
			return refuse(c, "%s in the %s of document %d %s", k.name, data.name, number, why)
		}
	}
	switch {
	case data.name == "invoice" && data.child("kid") == nil && !o.sender.has(featureNoKID):
		return refuse(choiceDataType, "The invoice of document %d has no kid, which the agreement asks for", number)
	case data.name == "opening-receipt":
		d.Receipt = true
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
