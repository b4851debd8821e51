package digipost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const inboxXML = `<inbox xmlns="http://api.digipost.no/schema/v8"><document><id>7</id><reference-from-sender>r</reference-from-sender>` +
	`<subject>Faktura</subject><sender>Strøm AS</sender><delivery-time>2026-11-20T12:00:00+01:00</delivery-time>` +
	`<authentication-level>PASSWORD</authentication-level><content-type>application/pdf</content-type>` +
	`<content-uri>/1000/inbox/7/content</content-uri><delete-uri>https://api.digipost.no/1000/inbox/7</delete-uri>` +
	`<attachment><id>8</id><sender>Strøm AS</sender><delivery-time>x</delivery-time><authentication-level>PASSWORD</authentication-level>` +
	`<link rel="x/get_document_content" uri="/1000/inbox/8/content"/></attachment></document></inbox>`

// letterroom is a stub with an inbox whose content lies on another host.
func letterroom(t *testing.T, location func(elsewhere string) string, signed bool) (*digipostStub, *Client) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if strings.HasPrefix(name, "X-") || name == "Date" {
				t.Errorf("%s went to another host", name)
			}
		}
		switch r.URL.Path {
		case "/once":
			w.Header().Set("Content-Type", "application/pdf")
			io.WriteString(w, "%PDF-1.7")
		case "/again":
			http.Redirect(w, r, "/once", http.StatusTemporaryRedirect)
		default:
			w.WriteHeader(404)
		}
	}))
	t.Cleanup(elsewhere.Close)
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		switch r.Method + " " + r.URL.Path {
		case "GET /1000/inbox":
			s.reply(w, r, 200, inboxXML)
		case "GET /1000/inbox/7/content":
			if r.Header.Get("Accept") != "*/*" {
				t.Errorf("accepts %s", r.Header.Get("Accept"))
			}
			w.Header().Set("Location", location(elsewhere.URL))
			if signed {
				s.reply(w, r, 307, "")
				return
			}
			w.WriteHeader(307)
		case "GET /1000/inbox/8/content":
			w.Header().Set("Content-Type", "text/plain")
			s.reply(w, r, 200, "hei")
		case "DELETE /1000/inbox/7":
			s.reply(w, r, 200, "")
		default:
			s.reply(w, r, 404, errorXML("DOCUMENT_NOT_FOUND", "CLIENT_TECHNICAL", ""))
		}
	})
	s.rootLinks = `<link rel="x/get_inbox" uri="https://api.digipost.no/1000/inbox"/>`
	return s, s.client()
}

func TestInbox(t *testing.T) {
	for _, signed := range []bool{true, false} {
		s, c := letterroom(t, func(elsewhere string) string { return elsewhere + "/once?ticket=1" }, signed)
		ctx := context.Background()
		documents, err := c.Inbox(ctx, 1000, 5, 0)
		if err != nil || len(documents) != 1 || len(documents[0].Attachments) != 1 {
			t.Fatalf("%+v %v", documents, err)
		}
		if calls := s.called(); calls[0] != "GET /1000" || calls[1] != "GET /1000/inbox?offset=5&limit=100" {
			t.Errorf("%v", calls)
		}
		d := documents[0]
		if d.ID != 7 || d.Subject != "Faktura" || d.DeliveryTime.IsZero() || !d.FirstAccessed.IsZero() || d.Attachments[0].ID != 8 {
			t.Errorf("%+v", d)
		}
		var got bytes.Buffer
		if kind, err := c.FetchInboxDocument(ctx, &d, &got, 8); err != nil || kind != "application/pdf" || got.String() != "%PDF-1.7" {
			t.Errorf("signed %v: %s %q %v", signed, kind, &got, err)
		}
		got.Reset()
		if kind, err := c.FetchInboxDocument(ctx, &d.Attachments[0], &got, 100); err != nil || kind != "text/plain" || got.String() != "hei" {
			t.Errorf("direct: %s %q %v", kind, &got, err)
		}
		if err := c.DeleteInboxDocument(ctx, &d); err != nil {
			t.Error(err)
		}
		if err := c.DeleteInboxDocument(ctx, &d.Attachments[0]); !errors.Is(err, ErrLinkMissing) {
			t.Errorf("without an address: %v", err)
		}
		if _, err := c.FetchInboxDocument(ctx, &d, io.Discard, 7); !errors.Is(err, ErrAnswerTooLarge) {
			t.Errorf("too large elsewhere: %v", err)
		}
		if _, err := c.FetchInboxDocument(ctx, &d.Attachments[0], io.Discard, 2); !errors.Is(err, ErrAnswerTooLarge) {
			t.Errorf("too large here: %v", err)
		}
		reader, writer := io.Pipe()
		reader.Close()
		if _, err := c.FetchInboxDocument(ctx, &d, writer, 100); !errors.Is(err, errNotWritten) || !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("a writer that fails: %v", err)
		}
	}
}

// TestInboxElsewhere: content comes from https, or from loopback to loopback,
// in one step; a false signature is never followed.
func TestInboxElsewhere(t *testing.T) {
	d := &InboxDocument{ContentURI: "/1000/inbox/7/content"}
	for name, location := range map[string]func(string) string{
		"plain http":  func(string) string { return "http://192.0.2.1/once" },
		"file":        func(string) string { return "file:///etc/hostname" },
		"password":    func(string) string { return "https://a:b@192.0.2.1/" },
		"nowhere":     func(string) string { return "" },
		"second step": func(elsewhere string) string { return elsewhere + "/again" },
		"gone":        func(elsewhere string) string { return elsewhere + "/gone" },
	} {
		_, c := letterroom(t, location, true)
		if _, err := c.FetchInboxDocument(context.Background(), d, io.Discard, 100); !errors.Is(err, ErrBadAnswer) || IsNotFound(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, c := letterroom(t, func(elsewhere string) string { return elsewhere + "/once" }, true)
	c.base.Host = "localhost" + c.base.Host[strings.LastIndexByte(c.base.Host, ':'):]
	if _, err := c.FetchInboxDocument(context.Background(), d, io.Discard, 100); err != nil {
		t.Errorf("loopback by name: %v", err)
	}
	s.mu.Lock()
	s.key = clientKey()
	s.mu.Unlock()
	strict := s.client()
	if _, err := strict.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	s.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Location", "https://192.0.2.1/")
		w.Header().Set("X-Digipost-Signature", "AAAA")
		w.WriteHeader(307)
	}
	if _, err := strict.FetchInboxDocument(context.Background(), d, io.Discard, 100); !IsUnverified(err) {
		t.Errorf("a false signature: %v", err)
	}
	s.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Location", "/1000/inbox/8/content")
		w.WriteHeader(http.StatusSeeOther)
	}
	if _, err := strict.FetchInboxDocument(context.Background(), d, io.Discard, 100); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("another redirect, to another redirect: %v", err)
	}
	var wrong *FieldError
	for _, limit := range []int{-1, MaxInboxPage + 1} {
		if _, err := c.Inbox(context.Background(), 1000, 0, limit); !errors.As(err, &wrong) || wrong.Field != "limit" {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestSenderInformationOf(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		s.reply(w, r, 200, `<sender-information xmlns="http://api.digipost.no/schema/v8"><sender-id>34567</sender-id><status>VALID_SENDER</status></sender-information>`)
	})
	c, ctx := s.client(), context.Background()
	for _, part := range []string{"", "Avd Øst"} {
		if information, err := c.SenderInformationOf(ctx, "312345676", part); err != nil || information.SenderID != 34567 {
			t.Errorf("%+v %v", information, err)
		}
	}
	if calls := s.called(); calls[1] != "GET /get_sender_information?org_id=312345676" ||
		calls[2] != "GET /get_sender_information?org_id=312345676&part_id=Avd%20%C3%98st" {
		t.Errorf("%v", calls)
	}
	var wrong *FieldError
	if _, err := c.SenderInformationOf(ctx, "a&b", ""); !errors.As(err, &wrong) || wrong.Field != "org_id" {
		t.Errorf("%v", err)
	}
}
