package ebox

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const testClientID = "self_service_chaman_1000002_zyxwvutsrq"

// server answers for a token endpoint at /token and for whatever a test adds.
type server struct {
	*httptest.Server
	mux    *http.ServeMux
	client *Client
	// p speaks 2.1, p3 the assumed 3.x.
	p, p3 Provider
	// granted counts tokens; refuse is what the next requests for one get.
	granted atomic.Int64
	forms   chan string
}

func newServer(t testing.TB, change ...func(*Config)) *server {
	t.Helper()
	s := &server{mux: http.NewServeMux(), forms: make(chan string, 1000)}
	s.Server = httptest.NewServer(s.mux)
	t.Cleanup(s.Close)
	s.mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err == nil {
			s.forms <- r.PostForm.Get("client_assertion")
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"secret-token-%d","token_type":"Bearer","expires_in":3600}`, s.granted.Add(1))
	})
	s.p = Provider{ID: "p", URL: s.URL + "/v2", Version: "2.1", Active: true}
	s.p3 = Provider{ID: "p3", URL: s.URL + "/v3/", Version: "3.0", Active: true}
	config := Config{ClientID: testClientID, Key: testKey(), TokenURL: s.URL + "/token", Fallback: []string{s.p.URL, s.p3.URL},
		Timeout: 5 * time.Second}
	for _, each := range change {
		each(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	client.pause = time.Millisecond
	t.Cleanup(client.Close)
	s.client = client
	return s
}

// answers gives a path an answer, JSON unless it begins with another sign.
func (s *server) answers(pattern string, status int, body string, header ...string) *atomic.Int64 {
	var hits atomic.Int64
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			w.Header().Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	return &hits
}
