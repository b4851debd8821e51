package batch

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

const (
	// maxToken bounds one tag or one run of text in bytes, maxDepth how deep
	// elements may nest; both are far above what the schema can hold.
	maxToken = 1 << 20
	maxDepth = 32
	// maxReasons bounds the reasons, faults and messages kept of one row, of each
	// kind; maxUUIDs the attachments. maxRow bounds all text of a row in bytes.
	maxReasons = 32
	maxUUIDs   = MaxAttachments
	maxRow     = 1 << 20
)

// resultReader walks a receipt token by token, so that a receipt of any length
// needs the same memory. Elements count by their path below the root; those
// of unknown names or foreign namespaces (the signature) are passed over.
type resultReader struct {
	in     *tokenBudget
	tokens *xml.Decoder
	kind   Kind
	visit  Visitor
	// path is the open elements below the root, each with a slash before it;
	// marks are the lengths to go back to.
	path  []byte
	marks []int
	text  []byte
	// heard counts the bytes of text in the row under way.
	heard int
	// The row under way, of the sort that the path tells.
	row    RecipientResult
	letter LetterResult
	paper  DocumentResult
	out    Result
}

func readResultXML(from *receiptFile, kind Kind, visit Visitor) (*Result, error) {
	in := &tokenBudget{from: from.Reader}
	r := &resultReader{in: in, tokens: xml.NewDecoder(in), kind: kind, visit: visit}
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
			err = r.start(&token)
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

// root reads up to the root element and checks that it is a receipt of the kind.
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
			if root.Name.Local != r.kind.resultRoot() || !strings.HasPrefix(root.Name.Space, namespaceFamily) {
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
	r.heard += len(text)
	if len(r.text)+len(text) > maxToken || len(r.marks) > 1 && r.heard > maxRow {
		return fmt.Errorf("%w: a text in it is too long", ErrReceipt)
	}
	r.text = append(r.text, text...)
	return nil
}

// The rows' elements. Below them stand the fields of a row.
const (
	recipientPath = "/mottaker-resultater/resultat"
	letterPath    = "/brev-resultater/resultat"
	documentPath  = "/dokumenter-med-feil/dokument-med-feil"
)

func (r *resultReader) start(element *xml.StartElement) error {
	if len(r.marks) == maxDepth {
		return fmt.Errorf("%w: its elements nest too deep", ErrReceipt)
	}
	r.marks = append(r.marks, len(r.path))
	r.path = append(r.path, '/')
	if !strings.HasPrefix(element.Name.Space, namespaceFamily) {
		r.path = append(r.path, '!')
	}
	r.path = append(r.path, element.Name.Local...)
	r.text = r.text[:0]
	if len(r.marks) == 2 {
		r.heard = 0
	}
	switch string(r.path) {
	case recipientPath:
		r.row = RecipientResult{}
	case letterPath:
		r.letter = LetterResult{ID: attribute(element, "brev-id")}
	case documentPath:
		r.paper = DocumentResult{}
	case letterPath + "/feilinformasjon/feil":
		r.letter.Faults = fault(r.letter.Faults)
	case documentPath + "/feil":
		r.paper.Faults = fault(r.paper.Faults)
	case "/mottaker-sammendrag":
		r.out.Summary = new(Summary)
	case "/print-sammendrag":
		r.out.Print = new(PrintSummary)
	case "/feilinformasjon":
		r.out.Failure = new(Failure)
	}
	return nil
}

// attribute gives the attribute of a name without a namespace, or "".
func attribute(element *xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// end takes what an element held and goes back to its parent.
func (r *resultReader) end() error {
	err := r.take()
	last := len(r.marks) - 1
	r.path, r.marks = r.path[:r.marks[last]], r.marks[:last]
	r.text = r.text[:0]
	return err
}

func (r *resultReader) take() error {
	if field, inside := below(r.path, recipientPath); inside {
		if len(field) > 0 {
			r.endOfRow(field)
			return nil
		}
		r.out.Rows++
		return visited(r.visit.Recipient, r.row)
	}
	if r.kind == Mailing {
		if field, inside := below(r.path, letterPath); inside {
			if len(field) > 0 {
				r.endOfLetter(field)
				return nil
			}
			r.out.Letters++
			return visited(r.visit.Letter, r.letter)
		}
		if field, inside := below(r.path, documentPath); inside {
			if len(field) > 0 {
				r.endOfDocument(field)
				return nil
			}
			r.out.Documents++
			return visited(r.visit.Document, r.paper)
		}
	}
	if field, inside := below(r.path, "/mottaker-sammendrag"); inside {
		r.endOfSummary(field)
		return nil
	}
	r.endOfHead()
	return nil
}

// below gives what of the path lies below an element; inside is false when it
// lies elsewhere, and nothing is below the element itself.
func below(path []byte, element string) (field []byte, inside bool) {
	if len(path) < len(element) || string(path[:len(element)]) != element {
		return nil, false
	}
	rest := path[len(element):]
	switch {
	case len(rest) == 0:
		return nil, true
	case rest[0] == '/':
		return rest[1:], true
	}
	return nil, false
}

func visited[T any](visit func(T) error, row T) error {
	if visit == nil {
		return nil
	}
	return visit(row)
}

// tokenBudget feeds the decoder and stops it when one token takes too much. It
// keeps the first error that is not the end, so that it can be told from an
// error of the XML.
type tokenBudget struct {
	from *bufio.Reader
	// piece is what lies ready; the decoder asks for single bytes.
	piece []byte
	left  int
	err   error
}

func (t *tokenBudget) ReadByte() (byte, error) {
	if t.left--; t.left < 0 {
		t.err = fmt.Errorf("%w: a part of it is too long", ErrReceipt)
		return 0, t.err
	}
	if len(t.piece) == 0 {
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	b := t.piece[0]
	t.piece = t.piece[1:]
	return b, nil
}

// fill takes all that the reader has ready, which stays valid until the next
// fill.
func (t *tokenBudget) fill() error {
	if _, err := t.from.Peek(1); err != nil {
		if err != io.EOF && t.err == nil {
			t.err = err
		}
		return err
	}
	t.piece, _ = t.from.Peek(t.from.Buffered())
	_, err := t.from.Discard(len(t.piece))
	return err
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
