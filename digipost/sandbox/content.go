package sandbox

import (
	"bytes"
	"unicode/utf8"
)

// checkContent checks a file against its type. file-type in the XML decides;
// the Content-Type of the part means nothing. HTML needs an activation that
// this account does not have.
func checkContent(fileType string, data []byte, number int) error {
	if len(data) == 0 {
		return refuse(codeMissingContent, "The file of document %d is empty", number)
	}
	good, known := false, true
	switch fileType {
	case "pdf":
		if !bytes.HasPrefix(data, []byte("%PDF-")) {
			return refuse(codeInvalidPDF, "The file of document %d is not a PDF", number)
		}
		good = true
	case "txt":
		good = utf8.Valid(data) && !bytes.ContainsRune(data, 0)
	case "jpg", "jpeg":
		good = bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff})
	case "png":
		good = bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n"))
	default:
		known = false
	}
	switch {
	case !known:
		return refuse(codeContentType, "Document %d has a file-type that this account may not send (pdf, txt, jpg, jpeg, png)", number)
	case !good:
		return refuse(codeBadContent, "The file of document %d is not what its file-type says", number)
	}
	return nil
}
