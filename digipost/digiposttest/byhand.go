package digiposttest

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

const (
	plainXML = "application/vnd.digipost-v8+xml"
	space    = "http://api.digipost.no/schema/v8"
)

// raw is a request that the client would not make.
type raw struct {
	method, link string
	// tail is put behind the link's path, escaped; signedTail is what the
	// signature has in its place.
	tail, signedTail string
	contentType      string
	body             []byte
	header           map[string]string
}

// byHand asks what the client takes care never to ask.
func (s *suite) byHand(t *testing.T) {
	t.Run("path", s.signedPath)
	t.Run("gzip", s.gzip)
	t.Run("times and ids", s.rawLetters)
}

// signedPath searches with a path that needs escaping, signed in both ways.
func (s *suite) signedPath(t *testing.T) {
	const text = "Åse Ødegård"
	for name, tail := range map[string]string{"decoded": text, "escaped": url.PathEscape(text)} {
		status, _, err := s.raw(t, raw{method: http.MethodGet, link: digipost.RelSearch, tail: "/" + url.PathEscape(text), signedTail: "/" + tail})
		open(t, 4, "signed %s: status %d (%v)", name, status, err)
	}
}

// gzip sends a packed question and asks for a packed answer.
func (s *suite) gzip(t *testing.T) {
	question := []byte(`<?xml version="1.0" encoding="UTF-8"?><identification xmlns="` + space + `"><personal-identification-number>01818130290</personal-identification-number></identification>`)
	var packed bytes.Buffer
	out := gzip.NewWriter(&packed)
	out.Write(question)
	out.Close()
	status, _, err := s.raw(t, raw{method: http.MethodPost, link: digipost.RelIdentifyRecipient, contentType: plainXML, body: packed.Bytes(), header: map[string]string{"Content-Encoding": "gzip"}})
	open(t, 18, "a packed request: status %d (%v)", status, err)
	status, header, err := s.raw(t, raw{method: http.MethodPost, link: digipost.RelIdentifyRecipient, contentType: plainXML, body: question, header: map[string]string{"Accept-Encoding": "gzip"}})
	open(t, 18, "a packed answer to POST: status %d, Content-Encoding %q (%v)", status, header.Get("Content-Encoding"), err)
}

// rawLetters sends letters to the recipient that the client would refuse.
func (s *suite) rawLetters(t *testing.T) {
	s.mustHaveRecipient(t)
	to, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"recipient"`
		digipost.Recipient
	}{Recipient: s.ways()[0].Recipient})
	if err != nil {
		t.Fatal(err)
	}
	sender := ""
	if s.SenderID != 0 {
		sender = fmt.Sprintf("<sender-id>%d</sender-id>", s.SenderID)
	}
	letter := func(more, id, name string) (int, http.Header, error) {
		const boundary = "digiposttest"
		body := fmt.Sprintf("--%s\r\nContent-Type: %s\r\nContent-Disposition: attachment; filename=\"message\"\r\n\r\n"+
			`<?xml version="1.0" encoding="UTF-8"?><message xmlns="%s"><message-id>%s</message-id>%s%s%s<primary-document>%s<subject>Test fra Brevdue</subject><file-type>txt</file-type></primary-document></message>`+
			"\r\n--%s\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=%s\r\n\r\nTest\r\n--%s--\r\n",
			boundary, plainXML, space, uuid.NewString(), sender, to, more, id, boundary, name, boundary)
		return s.raw(t, raw{method: http.MethodPost, link: digipost.RelCreateMessage, body: []byte(body), contentType: "multipart/vnd.digipost-v8+xml; boundary=" + boundary})
	}
	id := uuid.NewString()
	status, _, err := letter("", "<uuid>"+id+"</uuid>", id)
	if err != nil || status < 200 || status > 299 {
		t.Errorf("a letter made by hand: status %d (%v)", status, err)
	}
	status, _, err = letter("", "", uuid.NewString())
	open(t, 14, "a document without uuid: status %d (%v)", status, err)
	at := time.Now().Add(3 * time.Hour).Format("2006-01-02T15:04:05")
	id = uuid.NewString()
	status, _, err = letter("<delivery-time>"+at+"</delivery-time>", "<uuid>"+id+"</uuid>", id)
	if err != nil || status < 200 || status > 299 {
		open(t, 17, "a time without offset: status %d (%v)", status, err)
		return
	}
	ctx, stop := patience()
	defer stop()
	answer, err := s.client.DocumentStatus(ctx, s.sender, id)
	if err != nil {
		t.Errorf("the status of a letter made by hand: %v", err)
		return
	}
	open(t, 17, "%s sent here in %s: the status is %s, delivered %s", at, time.Local, answer.Status, answer.Delivered.Format(time.RFC3339))
}

// raw signs and sends a request by a writing of the rules of its own, and gives
// status and head of the answer.
func (s *suite) raw(t *testing.T, r raw) (int, http.Header, error) {
	t.Helper()
	ctx, stop := patience()
	defer stop()
	root, err := s.client.Root(ctx, 0)
	if err != nil {
		return 0, nil, err
	}
	link, ok := root.Link(r.link)
	if !ok {
		t.Skipf("no link %s", r.link)
	}
	at, err := url.Parse(link.URI)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, strings.TrimRight(s.BaseURL, "/")+strings.TrimRight(at.EscapedPath(), "/")+r.tail, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, err
	}
	date, user := time.Now().UTC().Format(http.TimeFormat), strconv.FormatInt(s.BrokerID, 10)
	text := r.method + "\n" + strings.ToLower(strings.TrimRight(at.Path, "/")+r.signedTail) + "\ndate: " + date + "\n"
	if r.body != nil {
		sum := sha256.Sum256(r.body)
		request.Header.Set("X-Content-SHA256", base64Text(sum[:]))
		request.Header.Set("Content-Type", r.contentType)
		text += "x-content-sha256: " + base64Text(sum[:]) + "\n"
	}
	text += "x-digipost-userid: " + user + "\n\n"
	digest := sha256.Sum256([]byte(text))
	signature, err := s.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Date", date)
	request.Header.Set("Accept", plainXML)
	request.Header.Set("X-Digipost-UserId", user)
	request.Header.Set("X-Digipost-Signature", base64Text(signature))
	for name, value := range r.header {
		request.Header.Set(name, value)
	}
	response, err := s.wire.RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 4<<20))
	return response.StatusCode, response.Header, err
}
