package ebox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestContent(t *testing.T) {
	s := newServer(t, func(c *Config) { c.MaxContent = 1000 })
	s.answers("GET /v2/ebox/messages/m/attachments/{id}/content", 200, "test")
	s.answers("GET /v2/own/place", 200, "test")
	s.answers("GET /v2/ebox/messages/page/attachments/d/content", 200, "<html>", "Content-Type", "text/html; charset=utf-8")
	s.mux.HandleFunc("GET /v2/ebox/messages/large/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", 1001))
	})
	s.mux.HandleFunc("GET /v2/ebox/messages/told/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5000")
	})
	s.mux.HandleFunc("GET /v2/ebox/messages/cut/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		fmt.Fprint(w, "test")
	})
	s.mux.HandleFunc("GET /v2/ebox/messages/reset/attachments/d/content", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "test")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	digest := func(err error) bool { var d *DigestError; return errors.As(err, &d) && d.Size == 4 }
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, test := range map[string]struct {
		message string
		a       Attachment
		fits    func(error) bool
	}{
		"right":             {"m", Attachment{ID: "d", SHA256: sum, Size: 999999}, is(nil)},
		"no digest":         {"m", Attachment{ID: "d", Size: 1024}, is(nil)},
		"no size":           {"m", Attachment{ID: "d"}, is(nil)},
		"capital letters":   {"m", Attachment{ID: "d", SHA256: strings.ToUpper(sum)}, is(nil)},
		"wrong digest":      {"m", Attachment{ID: "d", SHA256: strings.Repeat("0", 64)}, digest},
		"wrong size":        {"m", Attachment{ID: "d", Size: 50 << 10}, digest},
		"gone":              {"expired", Attachment{ID: "d"}, IsNotFound},
		"page":              {"page", Attachment{ID: "d", MediaType: "application/pdf"}, is(ErrBadAnswer)},
		"page meant":        {"page", Attachment{ID: "d", MediaType: "text/html"}, is(nil)},
		"large":             {"large", Attachment{ID: "d"}, is(ErrTooLarge)},
		"large as told":     {"told", Attachment{ID: "d"}, is(ErrTooLarge)},
		"cut":               {"cut", Attachment{ID: "d"}, is(ErrCut)},
		"reset":             {"reset", Attachment{ID: "d"}, is(ErrCut)},
		"address":           {"m", Attachment{Href: s.URL + "/v2/own/place"}, is(nil)},
		"address below":     {"m", Attachment{Href: "own/place"}, is(nil)},
		"other host":        {"m", Attachment{Href: "http://127.0.0.2:1/v2/own/place"}, is(ErrRedirect)},
		"other scheme":      {"m", Attachment{Href: strings.Replace(s.URL, "http:", "https:", 1) + "/v2/own/place"}, is(ErrRedirect)},
		"no way":            {"m", Attachment{}, is(ErrNoContent)},
		"no readable way":   {"m", Attachment{Href: "://"}, is(ErrNoContent)},
		"id before address": {"m", Attachment{ID: "d", Href: "http://127.0.0.2:1/"}, is(nil)},
	} {
		var into bytes.Buffer
		var heard int64
		got, err := s.client.Content(context.Background(), s.p, test.message, test.a, &into, func(n int64) { heard = n })
		if !test.fits(err) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (got.Size != int64(into.Len()) || heard != got.Size || test.message == "m" && got.SHA256 != sum) {
			t.Errorf("%s: %+v, heard %d", name, got, heard)
		}
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

// TestOwnWriter: what the caller's writer says is not the server's fault.
func TestOwnWriter(t *testing.T) {
	s := newServer(t)
	s.answers("GET /v2/ebox/messages/m/attachments/d/content", 200, "test")
	full := errors.New("disk full")
	_, err := s.client.Content(context.Background(), s.p, "m", Attachment{ID: "d"}, fullDisk{full}, nil)
	var own *WriteError
	if !errors.As(err, &own) || !errors.Is(err, full) {
		t.Error(err)
	}
}
