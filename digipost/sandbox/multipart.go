package sandbox

import (
	"bytes"
	"io"
	"mime"
	"strings"
)

const (
	mediaXML       = "application/vnd.digipost-v8+xml"
	mediaMultipart = "multipart/vnd.digipost-v8+xml"

	maxParts      = 400
	maxPartHeader = 8 << 10
)

// bodyPart is one part of a message submission.
type bodyPart struct {
	filename  string
	mediaType string
	data      *io.SectionReader
}

// boundaryOf reads the Content-Type of a submission.
func boundaryOf(contentType string) (string, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != mediaMultipart {
		return "", refuse(codeProblem, "Content-Type must be %s with a boundary", mediaMultipart)
	}
	b := params["boundary"]
	if len(b) < 1 || len(b) > 70 || strings.ContainsAny(b, "\r\n") || strings.HasSuffix(b, " ") {
		return "", refuse(codeProblem, "Content-Type has no usable boundary")
	}
	return b, nil
}

// readMultipart cuts a body into its parts. Lines end in CRLF; nothing but one
// CRLF may stand before the first boundary or after the last.
func readMultipart(contentType string, body *spool) ([]bodyPart, error) {
	boundary, err := boundaryOf(contentType)
	if err != nil {
		return nil, err
	}
	delimiter := "\r\n--" + boundary
	at := int64(len(delimiter))
	switch {
	case body.has(0, delimiter):
	case body.has(0, delimiter[2:]):
		at -= 2
	default:
		return nil, refuse(codeProblem, "The body does not begin with its boundary")
	}
	var parts []bodyPart
	for {
		if body.has(at, "--") {
			if at += 2; at < body.size && !(at+2 == body.size && body.has(at, "\r\n")) {
				return nil, refuse(codeProblem, "Something follows the last boundary")
			}
			return parts, nil
		}
		if !body.has(at, "\r\n") || len(parts) == maxParts {
			return nil, refuse(codeProblem, "A boundary line is not well-formed, or there are too many parts")
		}
		at += 2
		end, err := body.delimiter(at, delimiter)
		if err != nil {
			return nil, err
		}
		if end < 0 {
			return nil, refuse(codeProblem, "The last boundary is missing")
		}
		part, err := readPart(body, at, end)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		at = end + int64(len(delimiter))
	}
}

// delimiter finds the next delimiter that ends a part: one that is followed
// by CRLF or "--", not the beginning of longer content.
func (s *spool) delimiter(from int64, delimiter string) (int64, error) {
	for {
		i, err := s.index(from, delimiter)
		if err != nil || i < 0 {
			return -1, err
		}
		after := i + int64(len(delimiter))
		if s.has(after, "\r\n") || s.has(after, "--") {
			return i, nil
		}
		from = i + 2
	}
}

// readPart reads the part between two places of a body.
func readPart(body *spool, from, to int64) (bodyPart, error) {
	head := make([]byte, min(to-from, maxPartHeader))
	if n, err := body.ReadAt(head, from); n < len(head) {
		return bodyPart{}, err
	}
	head, _, found := bytes.Cut(head, []byte("\r\n\r\n"))
	if !found {
		return bodyPart{}, refuse(codeProblem, "A part has no end of headers")
	}
	content := body.part(from+int64(len(head))+4, to)
	fields := map[string]string{}
	for _, line := range strings.Split(string(head), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		name = strings.ToLower(name)
		if _, twice := fields[name]; !ok || twice || name == "" || strings.ContainsAny(name, " \t\n") || strings.ContainsAny(value, "\r\n") {
			return bodyPart{}, refuse(codeProblem, "A header of a part is not well-formed")
		}
		fields[name] = strings.TrimSpace(value)
	}
	if enc := strings.ToLower(fields["content-transfer-encoding"]); enc != "" && enc != "binary" && enc != "8bit" && enc != "7bit" {
		return bodyPart{}, refuse(codeProblem, "A part has a transfer encoding; bytes are sent raw")
	}
	return describePart(fields, content)
}

func describePart(fields map[string]string, content *io.SectionReader) (bodyPart, error) {
	disposition, given := fields["content-disposition"]
	if !given {
		return bodyPart{}, refuse(codeMissingDisposition, "A part has no Content-Disposition")
	}
	kind, params, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" {
		return bodyPart{}, refuse(codeMissingDisposition, "Content-Disposition of a part must be attachment")
	}
	if params["filename"] == "" {
		return bodyPart{}, refuse(codeMissingFilename, "A part has no filename")
	}
	media, charset, err := mime.ParseMediaType(fields["content-type"])
	if err != nil {
		return bodyPart{}, refuse(codeProblem, "A part has no readable Content-Type")
	}
	if c := charset["charset"]; c != "" && !strings.EqualFold(c, "utf-8") && media == mediaXML {
		return bodyPart{}, refuse(codeProblem, "The message must be UTF-8")
	}
	return bodyPart{filename: params["filename"], mediaType: media, data: content}, nil
}
