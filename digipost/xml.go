package digipost

import (
	"bytes"
	"encoding/xml"
	"strings"
	"time"
)

// encode writes a document on one line. Elements stand in the order of the
// struct's fields, which is that of api_v8.xsd.
func encode(document any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	if err := xml.NewEncoder(&b).Encode(document); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decode reads a document. Unknown elements are left out: old and new versions
// carry some. The parser's own error may quote the document, so that it is not
// passed on.
func decode(body []byte, document any) error {
	if xml.Unmarshal(body, document) != nil {
		return ErrBadAnswer
	}
	return nil
}

// moment reads an xsd:dateTime; what can't be read is the zero time. One
// without an offset is taken as local time.
func moment(text string) time.Time {
	text = strings.TrimSpace(text)
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at
	}
	if at, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", text, time.Local); err == nil {
		return at
	}
	return time.Time{}
}
