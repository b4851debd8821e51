package sandbox

import (
	"encoding/json"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"
)

// eboxRegistry answers a message registry, in either dialect.
func (s *Server) eboxRegistry(c *eboxCall) (eboxAnswer, error) {
	if err := s.authorize(c, scopeConsumer); err != nil {
		return eboxAnswer{}, err
	}
	d := c.part.dialect
	switch {
	case len(c.path) > 1 && c.path[0] == d.reference:
		return s.eboxReference(c, c.path[1:])
	case len(c.path) == 0 || c.path[0] != "ebox":
		return eboxAnswer{}, nothingHere("There is nothing at this address")
	case len(c.path) == 1 && d.summary:
		return s.eboxGet(c, "summary", nil, func() (any, error) { return s.eboxSummary(c), nil })
	case len(c.path) == 2 && c.path[1] == "messages" && c.Method == http.MethodPatch:
		return s.eboxPatch(c)
	case len(c.path) == 2 && c.path[1] == "messages":
		return s.eboxList(c)
	case len(c.path) > 2 && c.path[1] == "messages":
		return s.eboxMessagePath(c, c.path[2], c.path[3:])
	}
	return eboxAnswer{}, nothingHere("There is nothing at this address")
}

// eboxGet answers a GET in JSON, and counts it.
func (s *Server) eboxGet(c *eboxCall, operation string, parameters []string, do func() (any, error)) (eboxAnswer, error) {
	if err := s.mayGet(c, "application/json", parameters); err != nil {
		return eboxAnswer{}, err
	}
	s.countOperation(c, operation)
	value, err := do()
	if err != nil {
		return eboxAnswer{}, err
	}
	return inJSON(value)
}

// mayGet checks method, Accept and the names in the query.
func (s *Server) mayGet(c *eboxCall, media string, parameters []string) error {
	if err := only(c.Request, http.MethodGet); err != nil {
		return err
	}
	if err := takes(c.Request, media); err != nil {
		return err
	}
	_, err := eboxQuery(c.URL.RawQuery, parameters)
	return err
}

func (s *Server) countOperation(c *eboxCall, operation string) {
	s.ebox.counting(func(h *eboxHits) { h.provider(c.part.dialect.provider).Operations[operation]++ })
}

// eboxSummary counts what is there, hidden messages too.
func (s *Server) eboxSummary(c *eboxCall) object {
	out := object{}
	unread, kB := 0, 0.0
	list := s.ebox.list(c.part.dialect.provider, c.now)
	for _, v := range list {
		if !v.Read {
			unread++
		}
		for _, d := range v.Documents {
			kB += d.kB()
		}
	}
	out["numberOfMessages"], out["numberOfUnreadMessages"], out["eboxSize"] = len(list), unread, math.Round(kB*10)/10
	if len(list) > 0 {
		out["lastReceiptDate"] = eboxTime(list[0].Received, 1)
	}
	s.ebox.mu.Lock()
	defer s.ebox.mu.Unlock()
	if at, ok := s.ebox.looked[c.part.dialect.provider]; ok {
		out["lastConsultationDate"] = eboxTime(at, 1)
	}
	return out
}

// eboxMessagePath answers what lies below one message.
func (s *Server) eboxMessagePath(c *eboxCall, id string, below []string) (eboxAnswer, error) {
	d := c.part.dialect
	v, found := s.ebox.find(d.provider, id, c.now)
	if !found {
		return eboxAnswer{}, nothingHere("Message not found")
	}
	switch {
	case len(below) == 0:
		return s.eboxGet(c, "message", nil, func() (any, error) { return d.message(s.ebox.base, v), nil })
	case len(below) == 1 && below[0] == "attachments":
		return s.eboxGet(c, "attachments", nil, func() (any, error) { return d.attachments(s.ebox.base, v), nil })
	case len(below) == 1 && below[0] == "body":
		return s.eboxBody(c, v)
	case len(below) == 1 && below[0] == "paymentData":
		return s.eboxGet(c, "paymentData", nil, func() (any, error) {
			if v.Payment == nil {
				return nil, nothingHere("PaymentData not found")
			}
			return v.Payment, nil
		})
	case len(below) == 2 && below[0] == "attachments":
		return s.eboxGet(c, "attachment", nil, func() (any, error) {
			if doc := v.document(below[1]); doc != nil {
				return d.attachment(s.ebox.base, v, doc), nil
			}
			return nil, nothingHere("Attachment not found")
		})
	case len(below) == 3 && below[0] == "attachments" && below[2] == "content":
		return s.eboxContent(c, v, below[1])
	}
	return eboxAnswer{}, nothingHere("There is nothing at this address")
}

// eboxContent gives a document's bytes. The main one marks the message read.
func (s *Server) eboxContent(c *eboxCall, v eboxView, id string) (eboxAnswer, error) {
	doc := v.document(id)
	if doc == nil {
		return eboxAnswer{}, nothingHere("Attachment not found")
	}
	if err := s.mayGet(c, "application/octet-stream", nil); err != nil {
		return eboxAnswer{}, err
	}
	if doc.Main {
		if err := s.markRead(c, v); err != nil {
			return eboxAnswer{}, err
		}
	}
	s.countOperation(c, "content")
	s.ebox.counting(func(h *eboxHits) { h.provider(c.part.dialect.provider).Contents[v.ID+"/"+doc.ID]++ })
	return eboxAnswer{status: http.StatusOK, media: "application/octet-stream", body: doc.content(), document: true,
		header: map[string]string{"Cache-Control": "no-store"}}, nil
}

// eboxBody gives the text of a message; as main content it marks it read.
func (s *Server) eboxBody(c *eboxCall, v eboxView) (eboxAnswer, error) {
	if v.Body == nil {
		return eboxAnswer{}, nothingHere("Body not found")
	}
	if err := s.mayGet(c, "application/json", nil); err != nil {
		return eboxAnswer{}, err
	}
	if v.BodyMain {
		if err := s.markRead(c, v); err != nil {
			return eboxAnswer{}, err
		}
	}
	s.countOperation(c, "body")
	return inJSON(v.Body)
}

func (s *Server) markRead(c *eboxCall, v eboxView) error {
	if v.Read {
		return nil
	}
	return s.keepEBox(eboxStep{Read: &eboxMark{eboxKey{c.part.dialect.provider, v.ID}, c.now}})
}

// eboxPatch hides and shows messages: all of them or none.
func (s *Server) eboxPatch(c *eboxCall) (eboxAnswer, error) {
	d := c.part.dialect
	if _, err := eboxQuery(c.URL.RawQuery, nil); err != nil {
		return eboxAnswer{}, err
	}
	media, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || media != "application/merge-patch+json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return eboxAnswer{}, eboxRefuse(http.StatusUnsupportedMediaType, "", "The request must be application/merge-patch+json")
	}
	body, err := io.ReadAll(c.Body)
	if err != nil {
		f := eboxRefuse(http.StatusRequestEntityTooLarge, "payloadTooLarge", "The request is larger than %d bytes", maxEBoxRequest)
		f.extra = object{"limit": maxEBoxRequest}
		return eboxAnswer{}, f
	}
	shown, err := readPatch(body, d.names.visible)
	if err != nil {
		return eboxAnswer{}, err
	}
	for id := range shown {
		if _, found := s.ebox.find(d.provider, id, c.now); !found {
			return eboxAnswer{}, nothingHere("Message/s not found")
		}
	}
	if len(shown) > 0 {
		if err := s.keepEBox(eboxStep{Visible: &eboxShown{d.provider, shown}}); err != nil {
			return eboxAnswer{}, err
		}
	}
	s.countOperation(c, "patch")
	return eboxAnswer{status: http.StatusOK}, nil
}

// readPatch reads {items:[{messageId, visible}], totalItems}, and nothing else.
func readPatch(body []byte, visible string) (map[string]bool, error) {
	var patch struct {
		Items      []map[string]json.RawMessage `json:"items"`
		TotalItems *int                         `json:"totalItems"`
	}
	var names map[string]json.RawMessage
	if json.Unmarshal(body, &names) != nil || json.Unmarshal(body, &patch) != nil {
		return nil, badInput("body", "body", "", "not a JSON object of the form MessagesToUpdate")
	}
	for name := range names {
		if name != "items" && name != "totalItems" {
			return nil, badInput("body", name, "", "not known")
		}
	}
	if patch.Items == nil {
		return nil, badInput("body", "items", "", "missing")
	}
	if patch.TotalItems != nil && *patch.TotalItems != len(patch.Items) {
		return nil, badInput("body", "totalItems", "", "not the number of items")
	}
	shown := map[string]bool{}
	for _, item := range patch.Items {
		var id string
		var show *bool
		for name, value := range item {
			switch name {
			case "messageId":
				_ = json.Unmarshal(value, &id) // what is no string stays empty and is refused below
			case visible:
				_ = json.Unmarshal(value, &show)
			default:
				return nil, badInput("body", "items."+name, "", "only "+visible+" can be changed")
			}
		}
		_, twice := shown[id]
		if id == "" || show == nil || twice {
			return nil, badInput("body", "items", id, "each item has one messageId, not named before, and "+visible)
		}
		shown[id] = *show
	}
	return shown, nil
}
