package ebox

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose fields are read one by one, so that a null, a
// missing field, one of another type or one that nobody knows spoils nothing
// else.
type object map[string]json.RawMessage

// parseObject gives nil for anything but an object.
func parseObject(raw []byte) object {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

// get gives the first of the fields that is there and not null.
func (o object) get(names ...string) json.RawMessage {
	for _, name := range names {
		if raw := bytes.TrimSpace(o[name]); len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
			return raw
		}
	}
	return nil
}

func (o object) has(name string) bool { return o.get(name) != nil }

func (o object) object(names ...string) object { return parseObject(o.get(names...)) }

// text gives a string, a number or a boolean as text.
func (o object) text(names ...string) string {
	return textOf(o.get(names...))
}

// maxText bounds each text: a subject has 400 characters at most.
const maxText = 64 << 10

func textOf(raw json.RawMessage) string {
	var text string
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null":
		return ""
	case raw[0] != '"':
		text = string(raw)
	case json.Unmarshal(raw, &text) != nil:
		return ""
	}
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.ToValidUTF8(text, "")
}

// flag reads a boolean, also one in quotes; fallback where there is none.
func (o object) flag(fallback bool, names ...string) bool {
	if value, err := strconv.ParseBool(o.text(names...)); err == nil {
		return value
	}
	return fallback
}

// number gives 0 for what is no finite number.
func (o object) number(names ...string) float64 {
	value, err := strconv.ParseFloat(o.text(names...), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) || math.Abs(value) > 1<<52 {
		return 0
	}
	return value
}

func (o object) count(names ...string) int {
	return int(min(max(o.number(names...), 0), math.MaxInt32))
}

func (o object) time(names ...string) time.Time { return parseTime(o.text(names...)) }

// list gives the elements of an array, or of the items of an object. Where
// neither is there it gives nil.
func (o object) list(names ...string) []json.RawMessage { return listOf(o.get(names...)) }

func listOf(raw json.RawMessage) []json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if inner := parseObject(raw); inner != nil {
		raw = inner.get(nameList...)
	}
	if len(raw) == 0 || raw[0] != '[' || !json.Valid(raw) {
		return nil
	}
	list := []json.RawMessage{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	for decoder.More() && len(list) < maxList {
		var each json.RawMessage
		if decoder.Decode(&each) != nil {
			return nil
		}
		list = append(list, each)
	}
	return list
}

// maxList bounds each list: a page has 100 messages, a message at most some
// dozen documents. What a server sends beyond is passed over.
const maxList = 1000

// translated reads a text by language, or one without.
func (o object) translated(names ...string) Text { return translatedOf(o.get(names...)) }

func translatedOf(raw json.RawMessage) Text {
	if inner := parseObject(raw); inner != nil {
		return Text{NL: inner.text("nl"), FR: inner.text("fr"), DE: inner.text("de"), EN: inner.text("en")}
	}
	return Text{NL: textOf(raw)}
}

// any gives the text in whichever language there is.
func (t Text) any() string {
	for _, text := range []string{t.NL, t.FR, t.DE, t.EN} {
		if text != "" {
			return text
		}
	}
	return ""
}

func messageOf(raw json.RawMessage) (Message, bool) {
	o := parseObject(raw)
	m := Message{
		ID: o.text("messageId"), Original: o.text("originalMessageId"), Subject: o.translated("subject"),
		Received: o.time("receiptDate"), Expires: o.time("expirationDate"),
		Read: o.flag(false, nameRead...), Visible: o.flag(true, nameVisible...), Registered: o.flag(false, nameRegistered...),
		SenderID: o.text(nameSenderID...), TypeID: o.text("messageTypeId"), ApplicationID: o.text("senderApplicationId"),
		Attention: o.object("forTheAttentionOf").translated(nameAttention...).any(),
		MayReply:  o.flag(false, nameReply...), BodyIsMain: o.flag(false, nameBodyMain...),
	}
	if m.SenderID == "" {
		m.SenderID = o.object(nameSender...).text(namePartyID...)
	}
	if m.Partition = o.text("partition"); m.Partition == "" {
		m.Partition = o.object(nameRecipient...).text("partition")
	}
	if strings.EqualFold(m.Partition, generalPartition) {
		m.Partition = ""
	}
	for _, each := range o.list("attachments") {
		if a, ok := attachmentOf(each); ok {
			m.Attachments = append(m.Attachments, a)
		}
	}
	for _, each := range o.list("businessDataList") {
		m.Data = append(m.Data, valueOf(each))
	}
	if raw := o.get("paymentData"); raw != nil {
		if p := paymentOf(raw); p != (Payment{}) {
			m.Payment = &p
		}
	}
	return m, m.ID != "" && len(m.ID) <= maxID
}

// maxID bounds the id of a message or a document, which has to stand in an
// address. A UUID has 36 characters.
const maxID = 500

func valueOf(raw json.RawMessage) Value {
	o := parseObject(raw)
	v := Value{Key: o.text("key"), Name: o.translated("name")}
	for _, each := range o.list("values") {
		v.Values = append(v.Values, translatedOf(each))
	}
	return v
}

func attachmentOf(raw json.RawMessage) (Attachment, bool) {
	o := parseObject(raw)
	if o == nil {
		return Attachment{}, false
	}
	id := o.text("attachmentId")
	if len(id) > maxID {
		id = "" // then there may be an address
	}
	return Attachment{
		ID: id, Href: o.text("contentHref"), Title: o.translated("attachmentTitle"),
		FileName: DecodeFileName(o.text("fileName")), MediaType: o.text("mediaType"),
		// 1 kB is 1,024 bytes, as the contract says of the whole e-Box.
		Size:   int64(math.Round(max(o.number("size"), 0) * 1024)),
		SHA256: digestOf(o.object("digest")),
		Main:   o.flag(false, nameMain...), Signed: o.flag(false, nameSigned...),
	}, true
}

func paymentOf(raw json.RawMessage) Payment {
	o := parseObject(raw)
	p := Payment{
		ID: o.text("paymentDataId"), Amount: amount(o.text("amount")), VAT: amount(o.text("vatAmount")),
		Currency: o.text("currency"), IBAN: o.text("iban"), BIC: o.text("bic"), Reference: o.text("reference"),
	}
	if due := o.time("dueDate"); !due.IsZero() {
		p.Due = day(due)
	}
	// The contract calls the reference an object and names none of its fields.
	if inner := o.object("reference"); inner != nil {
		p.Reference = inner.text("value", "reference", "structuredCommunication", "communication", "text", "id")
	}
	return p
}

// amount gives a number two decimals, unless it has more.
func amount(text string) string {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.Abs(value) > 1e12 {
		return ""
	}
	plain := strconv.FormatFloat(value, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(plain, "."); len(decimals) > 2 {
		return plain
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

func referenceOf(raw []byte) (Reference, bool) {
	o := parseObject(raw)
	r := Reference{
		ID:          o.text("messageTypeId", "organizationId", "applicationId", "id"),
		Name:        o.translated("messageTypeName", "organizationShortName", "applicationName", "name"),
		Description: o.translated("messageTypeDescription", "organizationLongName", "applicationDescription", "description"),
	}
	if r.Name.Empty() {
		r.Name = r.Description
	}
	return r, o != nil
}

// DecodeFileName takes percent escapes out of a file name, once: senders write
// them for what ISO-8859-1 does not have. A name with a percent sign that is no
// escape, or whose escapes give no text, stays as it is.
func DecodeFileName(name string) string {
	if !strings.Contains(name, "%") {
		return name
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			out = append(out, name[i])
			continue
		}
		if i+2 >= len(name) {
			return name
		}
		value, err := strconv.ParseUint(name[i+1:i+3], 16, 8)
		if err != nil {
			return name
		}
		out = append(out, byte(value))
		i += 2
	}
	if !utf8.Valid(out) || bytes.ContainsRune(out, 0) {
		return name
	}
	return string(out)
}
