package digipost

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	stdmultipart "mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// slowCanonical makes the string to sign from what stands on the wire, line by
// line as Digipost's security documentation tells it: the method in upper case;
// the path in lower case; the signed headers that are there, by name in lower
// case, in alphabetical order; for a request the parameters in lower case. It
// shares nothing with the program.
func slowCanonical(t *testing.T, wire []byte, response bool, path string) string {
	head, _, ok := strings.Cut(string(wire), "\r\n\r\n")
	if !ok {
		t.Fatalf("no end of the head in %q", wire)
	}
	lines := strings.Split(head, "\r\n")
	words := strings.Split(lines[0], " ")
	var signed []string
	for _, line := range lines[1:] {
		colon := strings.Index(line, ":")
		name := strings.ToLower(line[:colon])
		for _, each := range []string{"x-digipost-userid", "x-content-sha256", "date", "content-md5"} {
			if name == each {
				signed = append(signed, name+": "+strings.TrimPrefix(line[colon+1:], " "))
			}
		}
	}
	slices.Sort(signed)
	all := []string{words[1], strings.ToLower(path)}
	parameters := ""
	if !response {
		target := words[1]
		if mark := strings.Index(target, "?"); mark >= 0 {
			target, parameters = target[:mark], target[mark+1:]
		}
		all = []string{strings.ToUpper(words[0]), strings.ToLower(target)}
	}
	all = append(all, signed...)
	if !response {
		all = append(all, strings.ToLower(parameters))
	}
	return strings.Join(all, "\n") + "\n"
}

// FuzzCanonical holds the string to sign, of a request and of an answer,
// against slowCanonical.
func FuzzCanonical(f *testing.F) {
	f.Add("POST", "/messages", "a=B%2B", "Wed, 29 Jun 2011 14:58:11 GMT", "hash", "9999", 200)
	f.Add("GET", "", "", "", "", "", 403)
	f.Add("DELETE", "/Å/x y%2F?#", "a=%C3%85&b=", "d", "h", "1", 599)
	f.Fuzz(func(t *testing.T, method, path, query, date, hash, user string, status int) {
		for _, text := range []string{method, query, date, hash, user} {
			if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(text) != text {
				t.Skip("not for a head of HTTP")
			}
		}
		if strings.ContainsAny(query, " #") || strings.ContainsAny(method, " ?") || method == "" || method == "CONNECT" || status < 100 || status > 999 {
			t.Skip()
		}
		if path != "" && path[0] != '/' || strings.HasPrefix(path, "//") {
			path = "/" + strings.TrimLeft(path, "/")
		}
		request := &http.Request{Method: method, URL: &url.URL{Scheme: "https", Host: "x", Path: path, RawQuery: query}, Header: http.Header{"User-Agent": {"y"}}}
		for name, value := range map[string]string{"Date": date, headerHash: hash, headerUserID: user} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		var wire bytes.Buffer
		if err := request.Write(&wire); err != nil {
			t.Skip("not for the wire")
		}
		if got, want := canonicalRequest(method, request.URL, request.Header), slowCanonical(t, wire.Bytes(), false, ""); got != want {
			t.Errorf("request: got\n%q\nwant\n%q", got, want)
		}
		target, _, _ := strings.Cut(strings.Split(wire.String(), " ")[1], "?")
		answer := &http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: request.Header}
		wire.Reset()
		if err := answer.Write(&wire); err != nil {
			t.Fatal(err)
		}
		if got, want := canonicalResponse(status, request.URL, request.Header), slowCanonical(t, wire.Bytes(), true, target); got != want {
			t.Errorf("answer: got\n%q\nwant\n%q", got, want)
		}
	})
}

// FuzzMultipart reads what is sent back with the standard library's reader:
// names and bytes are the same, whatever stands in the documents.
func FuzzMultipart(f *testing.F) {
	f.Add([]byte("%PDF-1.7\r\n--"), []byte("\r\n--brevdue-"), "Eksempel")
	f.Add([]byte{}, []byte("\r\n\r\n"), "\r\n--x")
	f.Add([]byte("--"), []byte("\r\n--brevdue-00000000000000000000000000000000--\r\n"), "æøå")
	f.Fuzz(func(t *testing.T, first, second []byte, subject string) {
		boundary := newBoundary()
		files := map[string][]byte{"message": []byte("<x>" + subject + "</x>"), uuidA: first, uuidB: second}
		parts := newMultipart(boundary, files["message"], []document{{Content: content(uuidA, first)}, {Content: content(uuidB, second)}})
		body, err := parts.body(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		in, err := body.open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		wire, err := io.ReadAll(in)
		if err != nil || int64(len(wire)) != body.size || sha256.Sum256(wire) != body.sha256 {
			t.Fatalf("%d bytes of %d: %v", len(wire), body.size, err)
		}
		reader := stdmultipart.NewReader(bytes.NewReader(wire), boundary)
		for _, name := range []string{"message", uuidA, uuidB} {
			part, err := reader.NextRawPart()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			disposition, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			data, readErr := io.ReadAll(part)
			if err != nil || readErr != nil || disposition != "attachment" || parameters["filename"] != name || !bytes.Equal(data, files[name]) {
				t.Errorf("%s: %s %v %q %v %v", name, disposition, parameters, data, err, readErr)
			}
		}
		if _, err := reader.NextRawPart(); err != io.EOF {
			t.Errorf("behind the last part: %v", err)
		}
	})
}

// wire is a transport that answers with the same bytes, parsed by net/http.
type wire []byte

// RoundTrip answers.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(w)), r)
}

// FuzzWire: whatever stands on the wire, every call ends, with an error that
// can be asked everything; nothing unsigned is believed.
func FuzzWire(f *testing.F) {
	at := time.Now().UTC().Format(http.TimeFormat)
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 503 x\r\nRetry-After: 0\r\n\r\n", "", "HTTP/1.1 307 x\r\nLocation: //\r\n\r\n",
		"HTTP/1.1 200 OK\r\nDate: " + at + "\r\nX-Content-Sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\nX-Digipost-Signature: AAAA\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nDate: " + at + "\r\n\r\n3\r\n\x1f\x8b\x08\r\n0\r\n\r\n",
		"HTTP/1.1 404 x\r\nContent-Length: 90\r\n\r\n" + errorXML(CodeUnknownRecipient, TypeClientData, ""),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		c, err := New(Config{BaseURL: BaseURLTest, BrokerID: 1, Key: clientKey(), Transport: wire(answer), Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		c.pause = 0
		ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer stop()
		if _, err := c.Root(ctx, 0); err == nil {
			t.Fatal("an entry point was believed")
		}
		c.roots[0] = &cachedRoot{entry: &EntryPoint{key: &serverKey().PublicKey, Links: []Link{{Rel: "x/create_message", URI: "/m"}}}, fetched: c.now(), used: c.now()}
		_, err = send(c)
		if err == nil || IsNotAUser(err) || IsDuplicateMessage(err) || IsDuplicateDocument(err) || IsNotAuthorised(err) || IsAgreementMissing(err) {
			t.Errorf("believed: %v", err)
		}
		if !OutcomeUnknown(err) {
			t.Errorf("a letter all of which had left is not in doubt: %v", err)
		}
		IsClockSkew(err)
		IsSignatureRefused(err)
		if wait := RetryAfter(err); wait < 0 || wait > time.Hour {
			t.Errorf("wait %v", wait)
		}
		if _, err := c.FetchInboxDocument(ctx, &InboxDocument{ContentURI: "/c"}, io.Discard, 10); err == nil && !bytes.Contains(answer, []byte("ocation")) {
			t.Error("content was believed")
		}
	})
}

// TestQuestionsOnAnyBody: on a page, plain text, nothing and a document that is
// cut, no question is answered with a firm yes that may lead to a wrong step.
func TestQuestionsOnAnyBody(t *testing.T) {
	whole := errorXML(CodeUnknownRecipient, TypeClientData, "x")
	for _, body := range []string{"<html><body>404 UNKNOWN_RECIPIENT DUPLICATE_MESSAGE", "UNKNOWN_RECIPIENT", "", whole[:len(whole)/2], whole[:len(whole)-1], "\x00\xff", "{}"} {
		for _, status := range []int{300, 400, 403, 404, 407, 409, 413, 429, 500, 502, 503, 599} {
			for _, signed := range []bool{true, false} {
				var s *digipostStub
				s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
					if signed {
						s.reply(w, r, status, body)
						return
					}
					w.WriteHeader(status)
					io.WriteString(w, body)
				})
				_, err := send(s.client())
				s.server.Close()
				name := fmt.Sprintf("%d %.10q signed %v", status, body, signed)
				var e *Error
				if !errors.As(err, &e) || e.HTTPStatus != status || e.Code == "" || e.Type == "" {
					t.Fatalf("%s: %v", name, err)
				}
				if IsNotAUser(err) || IsDuplicateMessage(err) || IsDuplicateDocument(err) || IsSignatureRefused(err) || IsNotAuthorised(err) || IsNotFound(err) {
					t.Errorf("%s: a firm yes: %v", name, err)
				}
				if _, wrong := IsClockSkew(err); wrong {
					t.Errorf("%s: the clock is blamed", name)
				}
				refused := signed && status >= 400 && status < 500
				if OutcomeUnknown(err) == refused || IsUnverified(err) != (!signed && status < 500) {
					t.Errorf("%s: unknown %v, unverified %v", name, OutcomeUnknown(err), IsUnverified(err))
				}
				if may := !refused || status == 429; MayRetry(err) != may {
					t.Errorf("%s: may retry %v", name, !may)
				}
			}
		}
	}
}
