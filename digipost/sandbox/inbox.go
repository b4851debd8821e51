package sandbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// inboxLetter is a letter to a sender itself. Its bytes lie in the folder inbox.
type inboxLetter struct {
	ID          int64     `json:"id"`
	Account     int64     `json:"sender_id"`
	Parent      int64     `json:"attachment_to,omitempty"` // 0: a letter, not an attachment
	From        string    `json:"sender"`
	Subject     string    `json:"subject"`
	Reference   string    `json:"reference,omitempty"`
	ContentType string    `json:"content_type"`
	At          time.Time `json:"delivery_time"`
	Accessed    time.Time `json:"first_accessed,omitzero"`
	gone        bool
}

// inboxStep is a letter that was fetched for the first time, or deleted.
type inboxStep struct {
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
	Gone bool      `json:"deleted,omitempty"`
}

// inbox holds the letters by id: the index is the id less 1.
type inbox struct {
	mu      sync.Mutex
	letters []*inboxLetter
	tickets map[string]ticket
}

// ticket is an address that gives one content once.
type ticket struct {
	id  int64
	end time.Time
}

func (b *inbox) add(l *inboxLetter) error {
	if l.ID != int64(len(b.letters))+1 {
		return fmt.Errorf("inbox letter %d out of order", l.ID)
	}
	b.letters = append(b.letters, l)
	return nil
}

func (b *inbox) step(s inboxStep) error {
	if s.ID < 1 || s.ID > int64(len(b.letters)) {
		return fmt.Errorf("no inbox letter %d", s.ID)
	}
	l := b.letters[s.ID-1]
	if !s.Gone {
		l.Accessed = s.At
		return nil
	}
	l.gone = true
	for _, a := range b.attachments(l.ID) {
		a.gone = true
	}
	return nil
}

// attachments lists what came with a letter. Called under the lock.
func (b *inbox) attachments(id int64) []*inboxLetter {
	return slices.DeleteFunc(slices.Clone(b.letters), func(l *inboxLetter) bool { return l.gone || l.Parent != id })
}

// find gives a letter of an account. Called under the lock.
func (b *inbox) find(account int64, id string) (*inboxLetter, error) {
	n, ok := parseID(id)
	if ok && n >= 1 && n <= int64(len(b.letters)) {
		if l := b.letters[n-1]; !l.gone && l.Account == account {
			return l, nil
		}
	}
	return nil, refuse(codeDocumentNotFound, "There is no such document in the inbox")
}

// inboxRoutes answers /SENDER/inbox and what lies below it.
func (s *Server) inboxRoutes(r *http.Request, account int64, path []string, now time.Time) (answer, error) {
	if s.sender(account) == nil {
		return answer{}, refuse(codeBrokerNotAuthorized, "This account may not act for that sender")
	}
	switch {
	case len(path) == 0:
		return get(r, func() (answer, error) { return s.showInbox(account, r.URL.RawQuery) })
	case len(path) == 1:
		return withMethod(http.MethodDelete, r, func() (answer, error) { return s.deleteInbox(account, path[0], now) })
	case len(path) == 2 && path[1] == "content":
		return get(r, func() (answer, error) { return s.inboxContent(account, path[0], now) })
	}
	return answer{}, refuse(codeNotFound, "There is nothing at this address")
}

// showInbox lists letters, newest first.
func (s *Server) showInbox(account int64, raw string) (answer, error) {
	q, err := query(raw, "offset", "limit")
	if err != nil {
		return answer{}, err
	}
	offset, err := count(q, "offset", 0, 0, 1<<30)
	if err != nil {
		return answer{}, err
	}
	limit, err := count(q, "limit", 100, 1, 1000)
	if err != nil {
		return answer{}, err
	}
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	list := slices.DeleteFunc(s.inbox.attachments(0), func(l *inboxLetter) bool { return l.Account != account })
	slices.Reverse(list)
	list = list[min(offset, len(list)):]
	return ok(apiDocument("inbox", func(x *xmlWriter) {
		for _, l := range list[:min(limit, len(list))] {
			s.writeInbox(x, "document", l)
		}
	})), nil
}

// writeInbox writes a letter with its attachments. Called under the lock.
func (s *Server) writeInbox(x *xmlWriter, name string, l *inboxLetter) {
	here := s.base + "/" + strconv.FormatInt(l.Account, 10) + "/inbox/" + strconv.FormatInt(l.ID, 10)
	x.start(name)
	x.number("id", l.ID)
	x.optional("reference-from-sender", l.Reference)
	x.text("subject", l.Subject)
	x.text("sender", l.From)
	x.text("delivery-time", dateTime(l.At))
	if !l.Accessed.IsZero() {
		x.text("first-accessed", dateTime(l.Accessed))
	}
	x.text("authentication-level", "PASSWORD")
	x.text("content-type", l.ContentType)
	x.text("content-uri", here+"/content")
	x.text("delete-uri", here)
	for _, a := range s.inbox.attachments(l.ID) {
		s.writeInbox(x, "attachment", a)
	}
	x.end()
}

// inboxContent sends the client to another host for the bytes, once and soon.
func (s *Server) inboxContent(account int64, id string, now time.Time) (answer, error) {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	l, err := s.inbox.find(account, id)
	if err != nil {
		return answer{}, err
	}
	for name, t := range s.inbox.tickets { // none is kept longer than it is good for
		if now.After(t.end) {
			delete(s.inbox.tickets, name)
		}
	}
	name := rand.Text()
	s.inbox.tickets[name] = ticket{id: l.ID, end: now.Add(choiceTicket)}
	return answer{status: http.StatusTemporaryRedirect, location: s.ready.Control + "/content/" + name}, nil
}

// giveContent is the other host: its address works once, for whoever has it.
// Its answers are signed, since the Java client verifies those after a redirect
// like any other.
func (s *Server) giveContent(w http.ResponseWriter, r *http.Request) {
	face, _ := s.clock.face(r.Header.Get("Date"))
	a, err := s.contentOnce(r.PathValue("ticket"), s.clock.now())
	if err != nil {
		var known *refused
		if !errors.As(err, &known) {
			s.cfg.Log("inbox content: %v", err)
		}
		a = answerError(err)
	} else {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Disposition", "attachment")
	}
	s.send(w, r, a, mischief{}, face)
}

// contentOnce gives the bytes that a ticket is for, and takes the ticket back.
func (s *Server) contentOnce(name string, now time.Time) (answer, error) {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	t, known := s.inbox.tickets[name]
	delete(s.inbox.tickets, name)
	if !known || now.After(t.end) || s.inbox.letters[t.id-1].gone {
		return answer{}, refuse(codeDocumentNotFound, "This address does not work any more")
	}
	l := s.inbox.letters[t.id-1]
	data, err := readBounded(s.dir.path("inbox", strconv.FormatInt(l.ID, 10)), maxLetter+1)
	if err != nil {
		return answer{}, err
	}
	if l.Accessed.IsZero() {
		step := inboxStep{ID: l.ID, At: now}
		if err := s.journal.append(record{InboxStep: &step}); err != nil {
			return answer{}, err
		}
		if err := s.inbox.step(step); err != nil {
			return answer{}, err
		}
	}
	return answer{status: http.StatusOK, body: data, media: l.ContentType}, nil
}

func (s *Server) deleteInbox(account int64, id string, now time.Time) (answer, error) {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	l, err := s.inbox.find(account, id)
	if err != nil {
		return answer{}, err
	}
	step := inboxStep{ID: l.ID, At: now, Gone: true}
	if err := s.journal.append(record{InboxStep: &step}); err != nil {
		return answer{}, err
	}
	for _, gone := range append(s.inbox.attachments(l.ID), l) {
		_ = os.Remove(s.dir.path("inbox", strconv.FormatInt(gone.ID, 10))) // nobody can ask for it any more
	}
	return answer{status: http.StatusOK}, s.inbox.step(step)
}

// putInbox takes a letter to a sender: the body is its content; the query says
// to (1000 unless told), sender, subject and reference, and attachment_to for
// an attachment of an earlier one.
func (s *Server) putInbox(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxLetter+1))
	to := int64(senderID)
	if text := r.URL.Query().Get("to"); text != "" {
		to, _ = parseID(text)
	}
	if err != nil || len(data) == 0 || len(data) > maxLetter || s.sender(to) == nil {
		http.Error(w, "no content, too large, or no such account", http.StatusBadRequest)
		return
	}
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	var parent int64
	if text := r.URL.Query().Get("attachment_to"); text != "" {
		letter, err := s.inbox.find(to, text)
		if err != nil || letter.Parent != 0 {
			http.Error(w, "there is no such letter to attach to", http.StatusBadRequest)
			return
		}
		parent = letter.ID
	}
	l := &inboxLetter{
		Parent: parent,
		ID:     int64(len(s.inbox.letters)) + 1, Account: to, At: s.clock.now(),
		From: orDefault(r.URL.Query().Get("sender"), "Øvelsesetaten"), Subject: orDefault(r.URL.Query().Get("subject"), "Øvelse"),
		Reference: r.URL.Query().Get("reference"), ContentType: orDefault(r.Header.Get("Content-Type"), "application/pdf"),
	}
	if err = s.dir.write("inbox/"+strconv.FormatInt(l.ID, 10), data); err == nil {
		err = s.journal.append(record{Inbox: l})
	}
	if err == nil {
		err = s.inbox.add(l)
	}
	if err != nil {
		s.cfg.Log("inbox: %v", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintln(w, l.ID) // the other end may be gone
}
