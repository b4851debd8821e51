package sandbox

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// postMessage takes one message. It is checked from the outside in: form,
// grammar, sender, files, features, contents, ids, recipient. Only an accepted
// message uses up its ids.
func (s *Server) postMessage(r *http.Request, body *spool, now time.Time) (answer, error) {
	parts, err := readMultipart(r.Header.Get("Content-Type"), body)
	if err != nil {
		return answer{}, err
	}
	msg, files, err := readMessage(s.grammar.message, parts)
	if err != nil {
		return answer{}, err
	}
	l := &letter{Created: now, DeliveryTime: now, RequestSHA256: hex.EncodeToString(body.sum[:]), Reference: msg.value("invoice-reference"),
		Batch: msg.child("batch").value("uuid")}
	if m := msg.child("message-id"); m != nil {
		l.MessageID = m.text
	}
	o := &order{msg: msg, letter: l, now: now, zone: s.clock.zone}
	if o.sender, err = s.actualSender(msg); err != nil {
		return answer{}, err
	}
	l.SenderID = o.sender.ID
	if err := o.checkOptions(); err != nil {
		return answer{}, err
	}
	if l.Documents, err = o.readDocuments(s.grammar.dataTypes, files); err != nil {
		return answer{}, err
	}
	if err := s.checkPrint(o, files); err != nil {
		return answer{}, err
	}
	if err := s.accept(o); err != nil {
		return answer{}, err
	}
	a := answer{status: http.StatusCreated, body: s.deliveryXML(l)}
	if l.MessageID != "" {
		a.location = s.base + "/messages/" + url.PathEscape(l.MessageID)
	}
	return a, nil
}

// checkPrint judges the PDFs of a letter that goes, or may go, to print.
func (s *Server) checkPrint(o *order, files map[string]*io.SectionReader) error {
	if len(o.paper()) == 0 {
		return nil
	}
	for i, d := range o.letter.Documents {
		if faults := s.judgePrint(o.sender, d.SHA256, files[d.UUID]); len(faults) > 0 {
			return refuse(codeInvalidPDF, "Document %d can't be printed: %s", i+1, strings.Join(faults, ", "))
		}
	}
	return nil
}

// accept takes the ids, finds the recipient and makes the letter durable. The
// ids come first: who repeats a message must hear that, whatever became of the
// recipient since.
func (s *Server) accept(o *order) error {
	l := o.letter
	if l.Batch != "" { // its batch is not completed or cancelled meanwhile
		s.batching.RLock()
		defer s.batching.RUnlock()
	}
	if err := s.state.reserve(l, o.sender.MonthlyLetters); err != nil {
		return err
	}
	err := s.address(o)
	if err == nil {
		err = s.journal.append(record{Letter: l})
	}
	if err != nil {
		s.state.release(l)
		return err
	}
	s.state.keep(l)
	return nil
}

// address decides the way of a letter: digital for users; for others paper or
// an invitation if the message allows it. Who is not a user, is not known, or
// can't be told apart, is an unknown recipient.
func (s *Server) address(o *order) error {
	l, to := o.letter, o.msg.child("recipient")
	l.RecipientKind = to.kids[0].name
	one := s.recipient(to.kids[0])
	if one != nil {
		l.Name = one.Name
	}
	l.Fate = s.decide(one, "/messages")
	switch {
	case l.RecipientKind == "email-details":
		l.Channel, l.Name = channelEmail, l.Emails[0]
	case l.RecipientKind == "peppol-addresses" && one == nil:
		return refuse(codeUnknownPeppol, "Nobody receives Peppol at this address")
	case l.RecipientKind == "peppol-addresses":
		l.Channel = channelPeppol
	case one != nil && one.user():
		l.Channel = channelDigipost
	case o.msg.child("request-for-registration") != nil && validBirthNumber(to.kids[0].text, o.now):
		l.Channel, l.Person = channelPending, s.id.tag(to.kids[0].text)
		if at := o.now.Add(choiceRegisters); l.Fate.Registers && at.Before(l.Deadline) {
			l.Registered = at
		}
	case to.child("print-details") != nil:
		l.Channel, l.Name = channelPrint, to.child("print-details").child("recipient").value("name")
	default:
		return refuse(codeUnknownRecipient, "The recipient is not a Digipost user")
	}
	return nil
}

// readMessage finds the message in the first part and checks it against the
// grammar; the other parts are the files by name.
func readMessage(grammar *rule, parts []bodyPart) (*node, map[string]*io.SectionReader, error) {
	if len(parts) == 0 || parts[0].filename != "message" || parts[0].mediaType != mediaXML {
		return nil, nil, refuse(codeProblem, "The first part must be the message: %s, filename=\"message\"", mediaXML)
	}
	data, err := wholePart(parts[0].data, maxXML)
	if err != nil {
		return nil, nil, refuse(codeRequestTooLarge, "The message is larger than %d bytes", maxXML)
	}
	msg, err := parseXML(data)
	if err == nil {
		err = validator{nsAPI}.root(grammar, msg)
	}
	if err != nil {
		return nil, nil, schemaError(err)
	}
	files := map[string]*io.SectionReader{}
	for _, p := range parts[1:] {
		if _, twice := files[p.filename]; twice {
			return nil, nil, refuse(codeMismatch, "Two files have the same filename")
		}
		files[p.filename] = p.data
	}
	return msg, files, nil
}

func schemaError(err error) error {
	var f *xmlFault
	if errors.As(err, &f) {
		return refuse(codeSchema, "The XML is not valid: %s", f.Error())
	}
	return fmt.Errorf("read XML: %w", err)
}

// documentsOf lists the document elements, the primary first.
func documentsOf(msg *node) []*node {
	var docs []*node
	for _, k := range msg.kids {
		if k.name == "primary-document" || k.name == "attachment" {
			docs = append(docs, k)
		}
	}
	return docs
}

// readDocuments pairs documents with files: each document has exactly one.
func (o *order) readDocuments(rules map[string]*rule, files map[string]*io.SectionReader) ([]document, error) {
	nodes := documentsOf(o.msg)
	if len(nodes) != len(files) {
		return nil, refuse(codeMismatch, "The message names %d documents, but %d files are there", len(nodes), len(files))
	}
	if len(nodes) > maxFiles {
		return nil, refuse(codeRequestTooLarge, "More than %d documents in a message", maxFiles)
	}
	var docs []document
	seen, total := map[string]bool{}, int64(0)
	for i, n := range nodes {
		id := n.value("uuid")
		data, found := files[id]
		if id == "" || !found || seen[id] {
			return nil, refuse(codeMismatch, "Document %d has no file of its own with its uuid as filename", i+1)
		}
		seen[id] = true
		if total += data.Size(); total > maxLetter {
			return nil, refuse(codeFileTooLarge, "The documents are larger than %d bytes in all", maxLetter)
		}
		d, err := o.readDocument(rules, n, data, i+1)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func (o *order) readDocument(rules map[string]*rule, n *node, data *io.SectionReader, number int) (document, error) {
	sum, err := hashOf(data)
	if err != nil {
		return document{}, err
	}
	d := document{
		UUID: n.value("uuid"), Subject: n.value("subject"), FileType: n.value("file-type"),
		AuthenticationLevel: orDefault(n.value("authentication-level"), "PASSWORD"),
		SensitivityLevel:    orDefault(n.value("sensitivity-level"), "NORMAL"),
		SHA256:              hex.EncodeToString(sum[:]), Size: int(data.Size()), Receipt: n.child("opening-receipt") != nil,
		hashed: n.child("content-hash") != nil,
	}
	if err := o.checkDocumentFeatures(n, number); err != nil {
		return d, err
	}
	if err := o.readNotices(n, &d, number); err != nil {
		return d, err
	}
	if data := n.child("data-type"); data != nil {
		if err := o.sender.checkDataType(rules, data, fmt.Sprintf("document %d", number)); err != nil {
			return d, err
		}
		d.DataType = data.kids[0].name
		d.Receipt = d.Receipt || d.DataType == "opening-receipt"
	}
	if strings.TrimSpace(d.Subject) == "" {
		return d, refuse(codeMissingSubject, "Document %d has no subject", number)
	}
	if h := n.child("content-hash"); h != nil && (h.attr("hash-algorithm") != "SHA256" || collapse(h.text) != hexToBase64(d.SHA256)) {
		return d, refuse(codeValidation, "The content-hash of document %d is not the SHA256 of its file", number)
	}
	return d, o.checkContent(d.FileType, data, number)
}

func (o *order) checkDocumentFeatures(n *node, number int) error {
	switch level := n.value("authentication-level"); {
	case strings.HasPrefix(level, "IDPORTEN") && !o.sender.may(permitIDPorten):
		return refuse(codeNoIDPorten, "Document %d asks for ID-porten, which is not part of the agreement", number)
	case n.child("encrypted") != nil:
		return refuse(codeNoPreEncrypt, "Document %d is encrypted, which is not part of the agreement", number)
	case n.attr("technical-type") != "" && !o.sender.may(permitTechnical):
		return refuse(codeNoTechnical, "Document %d is technical, which is not part of the agreement", number)
	}
	for _, name := range []string{"opened", "link"} {
		if n.child(name) != nil {
			return refuse(codeValidation, "Document %d has %s, which only answers hold", number, name)
		}
	}
	return nil
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// deliveryXML is the answer to an accepted message.
func (s *Server) deliveryXML(l *letter) []byte {
	return apiDocument("message-delivery", func(x *xmlWriter) {
		x.optional("message-id", l.MessageID)
		x.text("delivery-method", l.Channel)
		x.number("sender-id", l.SenderID)
		x.text("status", l.answerStatus())
		if l.Channel != channelPending && l.Batch == "" {
			x.text("delivery-time", dateTime(l.DeliveryTime))
		}
		for i, d := range l.Documents {
			name := "attachment"
			if i == 0 {
				name = "primary-document"
			}
			x.start(name)
			x.text("uuid", d.UUID)
			x.text("subject", d.Subject)
			x.text("file-type", d.FileType)
			x.text("authentication-level", d.AuthenticationLevel)
			x.text("sensitivity-level", d.SensitivityLevel)
			x.text("content-hash", hexToBase64(d.SHA256), "hash-algorithm", "SHA256")
			x.link("add_data", s.dataLink(d.UUID))
			x.end()
		}
	})
}
