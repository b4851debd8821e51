package sandbox

import (
	"bytes"
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
	data      []byte
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
func readMultipart(contentType string, body []byte) ([]bodyPart, error) {
	boundary, err := boundaryOf(contentType)
	if err != nil {
		return nil, err
	}
	delimiter := []byte("\r\n--" + boundary)
	rest := bytes.TrimPrefix(body, []byte("\r\n"))
	rest, found := bytes.CutPrefix(rest, delimiter[2:])
	if !found {
		return nil, refuse(codeProblem, "The body does not begin with its boundary")
	}
	var parts []bodyPart
	for {
		if tail, last := bytes.CutPrefix(rest, []byte("--")); last {
			if len(tail) > 0 && !bytes.Equal(tail, []byte("\r\n")) {
				return nil, refuse(codeProblem, "Something follows the last boundary")
			}
			return parts, nil
		}
		rest, found = bytes.CutPrefix(rest, []byte("\r\n"))
		if !found || len(parts) == maxParts {
			return nil, refuse(codeProblem, "A boundary line is not well-formed, or there are too many parts")
		}
		end := delimiterAt(rest, delimiter)
		if end < 0 {
			return nil, refuse(codeProblem, "The last boundary is missing")
		}
		part, err := readPart(rest[:end])
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		rest = rest[end+len(delimiter):]
	}
}

// delimiterAt finds the next delimiter that ends a part: one that is followed
// by CRLF or "--", not the beginning of longer content.
func delimiterAt(data, delimiter []byte) int {
	for from := 0; ; {
		i := bytes.Index(data[from:], delimiter)
		if i < 0 {
			return -1
		}
		after := data[from+i+len(delimiter):]
		if bytes.HasPrefix(after, []byte("\r\n")) || bytes.HasPrefix(after, []byte("--")) {
			return from + i
		}
		from += i + 2
	}
}

func readPart(data []byte) (bodyPart, error) {
	head, content, found := bytes.Cut(data, []byte("\r\n\r\n"))
	if !found || len(head) > maxPartHeader {
		return bodyPart{}, refuse(codeProblem, "A part has no end of headers")
	}
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

func describePart(fields map[string]string, content []byte) (bodyPart, error) {
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
