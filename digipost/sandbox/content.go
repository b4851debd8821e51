package sandbox

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// magic is how the files of a type begin. Types without one are text.
var magic = map[string]string{
	"pdf": "%PDF-", "jpg": "\xff\xd8\xff", "jpeg": "\xff\xd8\xff", "png": "\x89PNG\r\n\x1a\n", "gif": "GIF8", "zip": "PK\x03\x04",
}

// checkContent checks a file against its type and the agreement. file-type in
// the XML decides; the Content-Type of the part means nothing.
func (o *order) checkContent(fileType string, data *io.SectionReader, number int) error {
	switch {
	case data.Size() == 0:
		return refuse(codeMissingContent, "The file of document %d is empty", number)
	case !slices.Contains(o.sender.FileTypes, fileType) && o.msg.child("recipient").child("peppol-addresses") == nil:
		return refuse(codeContentType, "Document %d has a file-type that this account may not send (%s)", number, strings.Join(o.sender.FileTypes, ", "))
	case o.sender.MaxFile > 0 && data.Size() > o.sender.MaxFile:
		return refuse(codeFileTooLarge, "The file of document %d is larger than %d bytes", number, o.sender.MaxFile)
	}
	if begin, known := magic[fileType]; known {
		head := make([]byte, len(begin))
		if _, err := data.ReadAt(head, 0); err == nil && string(head) == begin {
			return nil
		}
		if fileType == "pdf" {
			return refuse(codeInvalidPDF, "The file of document %d is not a PDF", number)
		}
		return refuse(codeBadContent, "The file of document %d is not what its file-type says", number)
	}
	switch good := isText(data); {
	case strings.Contains(fileType, "ht"):
		return checkHTML(data, good, number)
	case !good, (fileType == "xml" || fileType == "ehf") && !isXML(data):
		return refuse(codeBadContent, "The file of document %d is not what its file-type says", number)
	}
	return nil
}

// isText says whether a file is UTF-8 without control characters that no text has.
func isText(data *io.SectionReader) bool {
	in := bufio.NewReader(io.NewSectionReader(data, 0, data.Size()))
	for {
		r, size, err := in.ReadRune()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		if r == 0 || r == utf8.RuneError && size == 1 {
			return false
		}
	}
}

// isXML says whether a file is one well-formed XML element and no document type.
func isXML(data *io.SectionReader) bool {
	dec := xml.NewDecoder(io.NewSectionReader(data, 0, data.Size()))
	for seen := false; ; {
		tok, err := dec.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && seen
		}
		switch tok.(type) {
		case xml.Directive:
			return false
		case xml.StartElement:
			seen = true
		}
	}
}

// forbiddenHTML is what Digipost's rules for HTML certainly do not allow. The
// whole of the rules is not published.
var forbiddenHTML = []string{"<script", "<iframe", "<object", "<embed", "<form", "javascript:"}

func checkHTML(data *io.SectionReader, good bool, number int) error {
	text, err := wholePart(data, maxLetter)
	if err != nil {
		return err
	}
	text = bytes.ToLower(text)
	switch {
	case !good, !bytes.Contains(text, []byte("<")):
		return refuse(codeInvalidHTML, "The file of document %d is not HTML", number)
	case slices.ContainsFunc(forbiddenHTML, func(what string) bool { return bytes.Contains(text, []byte(what)) }):
		return refuse(codeIllegalHTML, "The file of document %d holds HTML that is not allowed", number)
	}
	return nil
}
