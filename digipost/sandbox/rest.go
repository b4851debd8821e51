package sandbox

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxRequest is the largest request: the documents of a letter and what
// describes them.
const (
	maxRequest = maxLetter + 1<<20
	maxXML     = 4 << 20
)

// serveREST answers one request of the sender API, signed, with whatever
// trouble is switched on.
func (s *Server) serveREST(w http.ResponseWriter, r *http.Request) {
	m := s.trouble.mischief(r.URL.Path, false)
	if m.before(w, r) {
		return
	}
	face, ahead := s.clock.face(r.Header.Get("Date"))
	face = face.Add(m.clock)
	s.send(w, r, s.answerREST(r, m, face, ahead), m, face)
}

// answerREST answers a caller whose time is face, and for whom the stand-in's
// own time is ahead (clock.face).
func (s *Server) answerREST(r *http.Request, m mischief, face time.Time, ahead time.Duration) answer {
	switch {
	case m.failing:
		return answerError(refuse(codeServerError, "Trouble on purpose"))
	case m.unavailable:
		a := answerError(refuse(codeUnavailable, "Trouble on purpose"))
		a.retry = m.retryAfter
		return a
	case m.code != "":
		return answerError(refuse(m.code, "Trouble on purpose"))
	case !isLoopbackAuthority(r.Host):
		return answerError(refuse(codeProblem, "The stand-in answers on this machine's own address only"))
	}
	a, err := s.judgeREST(r, face, ahead)
	if err == nil {
		return a
	}
	var known *refused
	if !errors.As(err, &known) {
		s.cfg.Log("internal: %v", err)
	}
	return answerError(err)
}

// judgeREST reads a request whole, checks who sends it, and does it.
func (s *Server) judgeREST(r *http.Request, face time.Time, ahead time.Duration) (answer, error) {
	body, err := s.readBody(r)
	if err != nil {
		return answer{}, err
	}
	defer body.close()
	if err := s.authenticate(r, body, face); err != nil {
		return answer{}, err
	}
	now := face.Add(ahead)
	if err := s.settle(now); err != nil {
		return answer{}, err
	}
	return s.route(r, body, now, ahead)
}

func (s *Server) readBody(r *http.Request) (*spool, error) {
	if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return nil, refuse(codeProblem, "Content-Encoding is not supported")
	}
	body, err := s.dir.spool(r.Body, maxRequest)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, refuse(codeRequestTooLarge, "The request is larger than %d bytes", maxRequest)
	case err != nil:
		s.cfg.Log("read a request: %v", err)
		return nil, refuse(codeProblem, "The body could not be read to its end")
	}
	return body, nil
}

// route finds the resource. Every path but the document status is this
// stand-in's own choice and is found through the root, as at Digipost.
func (s *Server) route(r *http.Request, body *spool, now time.Time, ahead time.Duration) (answer, error) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/":
		return get(r, func() (answer, error) { return s.entryPoint("/", senderID) })
	case len(path) == 1 && path[0] == "messages":
		return post(r, func() (answer, error) { return s.postMessage(r, body, now) })
	case len(path) == 1 && (path[0] == "identification" || path[0] == "identification-with-key"):
		return post(r, func() (answer, error) {
			return s.postIdentification(r, body, path[0] == "identification-with-key", now)
		})
	case r.URL.Path == "/documents/events":
		return get(r, func() (answer, error) { return s.documentEvents(r.URL.RawQuery, now, ahead) })
	case path[0] == "recipients" && len(path) > 1:
		return get(r, func() (answer, error) { return s.searchRoutes(strings.TrimPrefix(r.URL.Path, "/recipients/")) })
	case path[0] == "batches":
		return s.batchRoutes(r, path[1:], body, now)
	case path[0] == "sender-information" && len(path) <= 2:
		return get(r, func() (answer, error) { return s.senderInformation(path[1:], r.URL.RawQuery) })
	case len(path) == 3 && path[0] == "documents" && path[2] == "additional-data":
		return post(r, func() (answer, error) { return s.addData(r, path[1], body, now) })
	case len(path) == 4 && path[0] == "documents" && path[3] == "status":
		return get(r, func() (answer, error) { return s.documentStatus(path[1], path[2], now) })
	case len(path) == 4 && path[0] == "documents" && path[2] == "status":
		return get(r, func() (answer, error) { return s.documentStatus(path[1], path[3], now) })
	case len(path) >= 2 && path[1] == "inbox":
		if id, ok := parseID(path[0]); ok {
			return s.inboxRoutes(r, id, path[2:], now)
		}
	case len(path) == 1:
		if id, ok := parseID(path[0]); ok {
			return get(r, func() (answer, error) { return s.entryPoint(r.URL.Path, id) })
		}
	}
	return answer{}, refuse(codeNotFound, "There is nothing at this address")
}

func get(r *http.Request, do func() (answer, error)) (answer, error) {
	return withMethod(http.MethodGet, r, do)
}

func post(r *http.Request, do func() (answer, error)) (answer, error) {
	return withMethod(http.MethodPost, r, do)
}

func withMethod(method string, r *http.Request, do func() (answer, error)) (answer, error) {
	if r.Method != method {
		return answer{}, refuse(codeMethod, "Only %s is allowed here", method)
	}
	if !accepts(r.Header.Values("Accept")) {
		return answer{}, refuse(codeProblem, "Accept must allow %s", mediaXML)
	}
	return do()
}

// accepts says whether the client takes our media type. No header means anything.
func accepts(values []string) bool {
	if len(values) == 0 {
		return true
	}
	for _, item := range strings.Split(strings.Join(values, ","), ",") {
		media, _, _ := strings.Cut(strings.TrimSpace(item), ";")
		switch strings.ToLower(strings.TrimSpace(media)) {
		case mediaXML, "*/*", "application/*":
			return true
		}
	}
	return false
}

// entryPoint answers / and /{sender-id}. Links are absolute, no rel comes
// twice, links that take a uuid end in a slash.
func (s *Server) entryPoint(self string, sender int64) (answer, error) {
	if s.sender(sender) == nil {
		return answer{}, refuse(codeBrokerNotAuthorized, "This account may not act for that sender")
	}
	id := strconv.FormatInt(sender, 10)
	return ok(apiDocument("entrypoint", func(x *xmlWriter) {
		x.text("certificate", string(s.id.respCert))
		for _, l := range [][3]string{
			{"self", self, mediaXML},
			{"create_message", "/messages", mediaMultipart},
			{"identify_recipient", "/identification", mediaXML},
			{"identify_recipient_with_encryption_key", "/identification-with-key", mediaXML},
			{"get_sender_information", "/sender-information", mediaXML},
			{"create_batch", "/batches", mediaXML},
			{"get_batch", "/batches/", mediaXML},
			{"search", "/recipients/search", mediaXML},
			{"autocomplete", "/recipients/suggest", mediaXML},
			{"get_inbox", "/" + id + "/inbox", mediaXML},
			{"document_events", "/documents/events", mediaXML},
			{"document_status", "/documents/" + id + "/status/", mediaXML},
		} {
			x.empty("link", "rel", "https://api.digipost.no/relations/"+l[0], "uri", s.base+l[1], "media-type", l[2])
		}
	})), nil
}

// senderInformation answers by account id (in the path) or by organisation
// number (in the query). An unknown sender and one that may not be acted for
// get the same answer, as at Digipost.
func (s *Server) senderInformation(path []string, rawQuery string) (answer, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return answer{}, refuse(codeQuery, "The query is not well-formed")
	}
	var known *Sender
	switch {
	case len(path) == 1:
		id, ok := parseID(path[0])
		if !ok {
			return answer{}, refuse(codeQuery, "A sender-id is a number")
		}
		known = s.sender(id)
	case query.Get("org_id") != "":
		known = s.senderByOrganisation(query.Get("org_id"), query.Get("part_id"))
	default:
		return answer{}, refuse(codeQuery, "A sender-id or org_id is missing")
	}
	return ok(apiDocument("sender-information", func(x *xmlWriter) {
		if known == nil {
			x.text("status", "NO_INFO_AVAILABLE")
			return
		}
		x.number("sender-id", known.ID)
		x.text("status", "VALID_SENDER")
		if len(known.Features) == 0 {
			return
		}
		x.start("supported-features")
		for _, f := range known.Features {
			name, param, has := strings.Cut(f, "=")
			if has {
				x.text("feature", featurePrefix+name, "param", param)
			} else {
				x.text("feature", featurePrefix+name)
			}
		}
		x.end()
	})), nil
}

// documentStatus tells what became of one document.
func (s *Server) documentStatus(sender, uuid string, now time.Time) (answer, error) {
	id, _ := parseID(sender)
	if s.sender(id) == nil {
		return answer{}, refuse(codeBrokerNotAuthorized, "This account may not act for that sender")
	}
	l, index, found := s.find(uuid)
	if !found || l.SenderID != id {
		return answer{}, refuse(codeDocumentNotFound, "There is no document with this uuid")
	}
	var buf bytes.Buffer
	x := &xmlWriter{w: &buf}
	x.raw(xmlDeclaration)
	s.writeStatus(x, "document-status", l, index, now, "xmlns", nsAPI)
	return ok(buf.Bytes()), nil
}

// writeStatus writes the status of one document, with those of its attachments
// below the primary one. "read" is there only if an opening receipt was asked for.
func (s *Server) writeStatus(x *xmlWriter, name string, l *letter, index int, now time.Time, attrs ...string) {
	d := l.Documents[index]
	at, known := l.deliveredAt()
	delivered := known && !now.Before(at)
	status := "NOT_DELIVERED"
	if delivered {
		status = "DELIVERED"
	}
	attrs = append(attrs, "uuid", d.UUID, "sender-id", strconv.FormatInt(l.SenderID, 10), "status", status, "created", dateTime(l.Created))
	if delivered {
		attrs = append(attrs, "delivered", dateTime(at))
	}
	channel := l.channelAt(now)
	attrs = append(attrs, "channel", channel, "is-primary-document", strconv.FormatBool(index == 0),
		"content-hash", hexToBase64(d.SHA256), "content-hash-algorithm", "SHA256")
	if d.Receipt && channel == channelDigipost {
		read := "Y"
		if l.unreadAt(now) {
			read = "N"
		}
		attrs = append(attrs, "read", read)
	}
	x.start(name, attrs...)
	defer x.end()
	if index == 0 {
		for i := range l.Documents[1:] {
			s.writeStatus(x, "attachments", l, i+1, now)
		}
	}
	x.link("add_data", s.dataLink(d.UUID))
}
