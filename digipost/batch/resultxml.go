package batch

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// resultRoot is the root element of a split's receipt.
const resultRoot = "mottakersplitt-resultat"

const (
	// maxToken bounds one tag or one run of text in bytes, maxDepth how deep
	// elements may nest; both are far above what the schema can hold.
	maxToken = 1 << 20
	maxDepth = 32
	// maxReasons bounds the reasons kept for one recipient.
	maxReasons = 32
)

// resultReader walks a receipt token by token, so that a receipt of any length
// needs the same memory. Elements count by their path below the root; those
// of unknown names or foreign namespaces (the signature) are passed over.
type resultReader struct {
	in     *tokenBudget
	tokens *xml.Decoder
	visit  func(RecipientResult) error
	// path is the open elements below the root, each with a slash before it;
	// marks are the lengths to go back to.
	path  []byte
	marks []int
	text  []byte
	row   RecipientResult
	out   Result
}

func readResultXML(from *receiptFile, visit func(RecipientResult) error) (*Result, error) {
	in := &tokenBudget{from: from.Reader}
	r := &resultReader{in: in, tokens: xml.NewDecoder(in), visit: visit}
	if err := r.root(); err != nil {
		return nil, err
	}
	for open := true; open; {
		token, err := r.next()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			err = r.start(token.Name)
		case xml.CharData:
			err = r.add(token)
		case xml.EndElement:
			if open = len(r.marks) > 0; open {
				err = r.end()
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if err := r.rest(); err != nil {
		return nil, err
	}
	return &r.out, nil
}

// next gives the next token. A document type could define entities that grow
// without end, and no receipt has one. The decoder's words are left out of the
// error: they can quote the document. io.EOF is the end of a whole document.
func (r *resultReader) next() (xml.Token, error) {
	r.in.left = maxToken
	token, err := r.tokens.Token()
	if err == nil {
		if _, doctype := token.(xml.Directive); doctype {
			return nil, fmt.Errorf("%w: it has a document type", ErrReceipt)
		}
		return token, nil
	}
	switch {
	case r.in.err != nil:
		return nil, r.in.err
	case err == io.EOF:
		return nil, err
	}
	line, _ := r.tokens.InputPos()
	return nil, fmt.Errorf("%w: its XML breaks at line %d", ErrReceipt, line)
}

// root reads up to the root element and checks that it is a split's receipt.
func (r *resultReader) root() error {
	for {
		token, err := r.next()
		if err == io.EOF {
			return fmt.Errorf("%w: it has no root element", ErrReceipt)
		}
		if err != nil {
			return err
		}
		if root, found := token.(xml.StartElement); found {
			if root.Name.Local != resultRoot || !strings.HasPrefix(root.Name.Space, namespaceFamily) {
				return fmt.Errorf("%w: it is another kind of document", ErrReceipt)
			}
			return nil
		}
		if err := outside(token); err != nil {
			return err
		}
	}
}

// rest reads what follows the root element, which lets the zip library compare
// the checksum, and refuses a second document.
func (r *resultReader) rest() error {
	for {
		token, err := r.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = outside(token)
		}
		if err != nil {
			return err
		}
	}
}

// outside refuses what may not stand outside the root element.
func outside(token xml.Token) error {
	text, isText := token.(xml.CharData)
	_, isElement := token.(xml.StartElement)
	if isElement || isText && strings.TrimSpace(string(text)) != "" {
		return fmt.Errorf("%w: there is something outside its root element", ErrReceipt)
	}
	return nil
}

func (r *resultReader) add(text []byte) error {
	if len(r.text)+len(text) > maxToken {
		return fmt.Errorf("%w: a text in it is too long", ErrReceipt)
	}
	r.text = append(r.text, text...)
	return nil
}

func (r *resultReader) start(name xml.Name) error {
	if len(r.marks) == maxDepth {
		return fmt.Errorf("%w: its elements nest too deep", ErrReceipt)
	}
	r.marks = append(r.marks, len(r.path))
	r.path = append(r.path, '/')
	if !strings.HasPrefix(name.Space, namespaceFamily) {
		r.path = append(r.path, '!')
	}
	r.path = append(r.path, name.Local...)
	r.text = r.text[:0]
	switch string(r.path) {
	case "/mottaker-resultater/resultat":
		r.row = RecipientResult{}
	case "/mottaker-sammendrag":
		r.out.Summary = new(Summary)
	case "/feilinformasjon":
		r.out.Failure = new(Failure)
	}
	return nil
}

// end takes what an element held and goes back to its parent.
func (r *resultReader) end() error {
	var err error
	path := string(r.path)
	switch {
	case path == "/mottaker-resultater/resultat":
		r.out.Rows++
		if r.visit != nil {
			err = r.visit(r.row)
		}
	case strings.HasPrefix(path, "/mottaker-resultater/resultat/"):
		r.endOfRow(path)
	case strings.HasPrefix(path, "/mottaker-sammendrag/"):
		r.endOfSummary(path)
	default:
		r.endOfHead(path)
	}
	last := len(r.marks) - 1
	r.path, r.marks = r.path[:r.marks[last]], r.marks[:last]
	r.text = r.text[:0]
	return err
}

func (r *resultReader) word() string { return strings.TrimSpace(string(r.text)) }

func (r *resultReader) endOfHead(path string) {
	switch path {
	case "/status":
		r.out.Status = r.word()
	case "/jobb-info/ref-avsender-id":
		r.out.Job.SenderID = r.word()
	case "/jobb-info/ref-behandler-id":
		r.out.Job.BrokerID = r.word()
	case "/jobb-info/ref-jobb-id":
		r.out.Job.JobID = r.word()
	case "/jobb-info/start-tid":
		r.out.Job.Started = r.moment()
	case "/jobb-info/slutt-tid":
		r.out.Job.Ended = r.moment()
	case "/feilinformasjon/feilkode":
		r.out.Failure.Code = r.word()
	case "/feilinformasjon/melding":
		r.out.Failure.Message = r.word()
	}
}

func (r *resultReader) endOfRow(path string) {
	row := &r.row
	switch strings.TrimPrefix(path, "/mottaker-resultater/resultat/") {
	case "kunde-id":
		row.CustomerID = string(r.text)
	case "status":
		row.Status = r.word()
	case "digipostadresse":
		row.DigipostAddress = r.word()
	case "person-alias":
		row.PersonAlias = r.word()
	case "uidentifisert-grunn":
		row.Unidentified = r.reason(row.Unidentified)
	case "ugyldig-grunn":
		row.Invalid = r.reason(row.Invalid)
	case "vasket":
		row.Washed = r.word() == "true" || r.word() == "1"
	}
}

func (r *resultReader) endOfSummary(path string) {
	// A counter that is no number stays 0: the rows are what counts.
	n, _ := strconv.Atoi(r.word())
	s := r.out.Summary
	switch strings.TrimPrefix(path, "/mottaker-sammendrag/") {
	case "total":
		s.Total = n
	case "digipost":
		s.Digipost = n
	case "digipost-vask":
		s.DigipostWashed = n
	case "identifisert":
		s.Identified = n
	case "identifisert-vask":
		s.IdentifiedWashed = n
	case "uidentifisert":
		s.Unidentified = n
	case "uidentifisert-flere-treff":
		s.SeveralMatches = n
	case "ugyldig":
		s.Invalid = n
	}
}

func (r *resultReader) reason(reasons []string) []string {
	if word := r.word(); word != "" && len(reasons) < maxReasons {
		return append(reasons, word)
	}
	return reasons
}

// moment reads a dateTime. One without an offset is no certain point in time
// and stays zero.
func (r *resultReader) moment() time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.word())
	if err != nil {
		return time.Time{}
	}
	return at
}

// tokenBudget feeds the decoder and stops it when one token takes too much. It
// keeps the first error that is not the end, so that it can be told from an
// error of the XML.
type tokenBudget struct {
	from *bufio.Reader
	left int
	err  error
}

func (t *tokenBudget) ReadByte() (byte, error) {
	if t.left--; t.left < 0 {
		t.err = fmt.Errorf("%w: a part of it is too long", ErrReceipt)
		return 0, t.err
	}
	b, err := t.from.ReadByte()
	if err != nil && err != io.EOF && t.err == nil {
		t.err = err
	}
	return b, err
}

// Read is there because the decoder asks for an io.Reader; it reads bytes.
func (t *tokenBudget) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := t.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}
