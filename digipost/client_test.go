package digipost

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestNew(t *testing.T) {
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	good := Config{BaseURL: "https://api.digipost.no", BrokerID: 1, Key: clientKey()}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Config){
		"plain http":  func(c *Config) { c.BaseURL = "http://api.digipost.no" },
		"no scheme":   func(c *Config) { c.BaseURL = "api.digipost.no" },
		"query":       func(c *Config) { c.BaseURL = "https://api.digipost.no/?x=1" },
		"password":    func(c *Config) { c.BaseURL = "https://a:b@api.digipost.no/" },
		"no broker":   func(c *Config) { c.BrokerID = 0 },
		"no key":      func(c *Config) { c.Key = nil },
		"another key": func(c *Config) { c.Key = ec },
	} {
		config := good
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestResolve: a link gives path and query, the configuration gives the host.
func TestResolve(t *testing.T) {
	for _, test := range []struct{ base, link, want string }{
		{"https://api.digipost.no", "https://api.digipost.no/messages", "https://api.digipost.no/messages"},
		{"https://api.digipost.no/", "https://evil.example/messages?a=b", "https://api.digipost.no/messages?a=b"},
		{"http://127.0.0.1:8282/dp", "messages", "http://127.0.0.1:8282/dp/messages"},
		{"http://127.0.0.1:8282/dp", "/messages", "http://127.0.0.1:8282/messages"},
		{"http://127.0.0.1:8282", "//evil.example/x", "http://127.0.0.1:8282/x"},
		{"https://api.digipost.no", "https://api.digipost.no/a%2Fb/", "https://api.digipost.no/a%2Fb/"},
		{"https://api.digipost.no", "mailto:a@b", ""},
		{"https://api.digipost.no", "", ""},
		{"https://api.digipost.no", "https://x/%zz", ""},
		{"https://api.digipost.no", "/" + strings.Repeat("x", 3000), ""},
	} {
		c, err := New(Config{BaseURL: test.base, BrokerID: 1, Key: clientKey()})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.resolve(test.link)
		if (err != nil) != (test.want == "") || (err == nil && got.String() != test.want) {
			t.Errorf("%s + %s: %v %v, want %s", test.base, test.link, got, err, test.want)
		}
	}
}

// TestProxy: loopback never goes through a proxy.
func TestProxy(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:80/", "http://localhost/", "http://[::1]:9/", "http://127.8.8.8/"} {
		request, _ := http.NewRequest("GET", address, nil)
		if proxy, err := proxyFor(request); proxy != nil || err != nil {
			t.Errorf("%s: %v %v", address, proxy, err)
		}
	}
	if transport := newTransport(7); transport.Proxy == nil || !transport.DisableCompression || transport.TLSClientConfig.InsecureSkipVerify {
		t.Error("the transport is not as it should be")
	}
}

func TestRootCache(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s := newStub(t, nil)
	s.now = clock
	c := s.client(func(config *Config) { config.Now = clock })
	ctx := context.Background()
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {4 * time.Minute, 1}, {4 * time.Minute, 1}, {5 * time.Minute, 2}, {-time.Hour, 3}} {
		mu.Lock()
		now = now.Add(step.wait)
		mu.Unlock()
		if _, err := c.Root(ctx, 0); err != nil || s.roots != step.want {
			t.Errorf("after %v: %v, fetched %d times, want %d", step.wait, err, s.roots, step.want)
		}
	}
	for range 20 {
		mu.Lock()
		now = now.Add(4 * time.Minute)
		mu.Unlock()
		if _, err := c.Root(ctx, 0); err != nil {
			t.Error(err)
		}
	}
	if s.roots != 4 {
		t.Errorf("fetched %d times in 80 minutes of steady use, want 4", s.roots)
	}
	if _, err := c.Root(ctx, 1000); err != nil || s.called()[len(s.called())-1] != "GET /1000" {
		t.Errorf("a sender's entry point: %v", err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { c.Root(ctx, 1000) })
	}
	all.Wait()
	if s.roots != 5 {
		t.Errorf("many at once fetched %d times", s.roots)
	}
}

// TestNewCertificate: Digipost may change its certificate while an entry point
// is kept; the letter's answer is verified by the new one.
func TestNewCertificate(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, deliveryXML) })
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.key = clientKey()
	s.mu.Unlock()
	if _, err := send(c); err != nil || s.roots != 2 {
		t.Errorf("%v, fetched %d times", err, s.roots)
	}
}

// TestRepeat: questions are asked once more when the connection breaks, letters
// never (TestOutcomes counts them).
func TestRepeat(t *testing.T) {
	var s *digipostStub
	var broken atomic.Bool
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		if broken.CompareAndSwap(false, true) {
			panic(http.ErrAbortHandler)
		}
		if len(body) == 0 {
			t.Error("the second attempt has no body")
		}
		s.reply(w, r, 200, `<identification-result xmlns="http://api.digipost.no/schema/v8"><result>DIGIPOST</result></identification-result>`)
	})
	result, err := s.client().Identify(context.Background(), Identification{PersonalIdentificationNumber: "01818130291"})
	if err != nil || result.Result != ResultDigipost {
		t.Errorf("%+v %v", result, err)
	}
}

func TestQuestionsToDigipost(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		switch r.URL.Path {
		case "/get_sender_information/34567":
			s.reply(w, r, 200, `<sender-information xmlns="http://api.digipost.no/schema/v8"><sender-id>34567</sender-id><status>VALID_SENDER</status>`+
				`<supported-features><feature>no.digipost.feature.delivery.digipost</feature><feature param="3">no.digipost.feature.validation.print.bleed</feature></supported-features></sender-information>`)
		case "/documents/34567/" + uuidA + "/status":
			s.reply(w, r, 200, `<document-status xmlns="http://api.digipost.no/schema/v8" uuid="`+uuidA+`" sender-id="34567" status="DELIVERED" created="2026-01-26T13:00:00+01:00" `+
				`delivered="2026-01-26T13:00:01+01:00" read="N" channel="DIGIPOST" is-primary-document="true" content-hash="abc" content-hash-algorithm="SHA256">`+
				`<attachments uuid="`+uuidB+`" status="NOT_DELIVERED"/></document-status>`)
		case "/documents/34567/" + uuidB + "/status":
			s.reply(w, r, 404, errorXML("DOCUMENT_NOT_FOUND", "CLIENT_TECHNICAL", "no such document"))
		case "/identify_recipient":
			s.reply(w, r, 200, `<identification-result xmlns="http://api.digipost.no/schema/v8"><result>DIGIPOST</result><digipost-address>a.b#1234</digipost-address><person-alias>x#6QE6</person-alias></identification-result>`)
		}
	})
	c, ctx := s.client(), context.Background()
	information, err := c.SenderInformation(ctx, 34567)
	if err != nil || !information.Valid() || information.SenderID != 34567 || !information.Has(FeatureDigipost) ||
		information.Has(FeatureBatchSplit) || information.Features[1].Param != "3" {
		t.Errorf("%+v %v", information, err)
	}
	status, err := c.DocumentStatus(ctx, 34567, uuidA)
	if err != nil || status.Status != StatusDelivered || status.Channel != ChannelDigipost || status.Read != "N" ||
		status.Delivered.Unix() != 1769428801 || len(status.Attachments) != 1 || status.Attachments[0].Status != StatusNotDelivered {
		t.Errorf("%+v %v", status, err)
	}
	if _, err := c.DocumentStatus(ctx, 34567, uuidB); !IsNotFound(err) || IsNotAUser(err) || MayRetry(err) {
		t.Errorf("%v", err)
	}
	if _, err := c.DocumentStatus(ctx, 34567, "../../x"); err == nil {
		t.Error("a path went in as uuid")
	}
	result, err := c.Identify(ctx, Identification{DigipostAddress: "a.b#1234", IncludePersonAlias: true})
	if err != nil || result.DigipostAddress != "a.b#1234" || result.PersonAlias != "x#6QE6" {
		t.Errorf("%+v %v", result, err)
	}
}

// TestGzip: an answer may come packed; its hash covers what was on the wire.
func TestGzip(t *testing.T) {
	var packed bytes.Buffer
	out := gzip.NewWriter(&packed)
	out.Write([]byte(deliveryXML))
	out.Close()
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Content-Encoding", "gzip")
		s.reply(w, r, 200, packed.String())
	})
	if d, err := send(s.client()); err != nil || d.Status != DeliveryDelivered {
		t.Errorf("%+v %v", d, err)
	}
	if d, err := send(s.client(func(c *Config) { c.Transport = &http.Transport{} })); err != nil || d.Status != DeliveryDelivered {
		t.Errorf("with a foreign transport: %+v %v", d, err)
	}
}

func TestClockWrong(t *testing.T) {
	s := newStub(t, nil)
	ahead := func(config *Config) { config.Now = func() time.Time { return time.Now().Add(10 * time.Minute) } }
	_, err := s.client(ahead).Root(context.Background(), 0)
	if skew, wrong := IsClockSkew(err); !wrong || skew < 9*time.Minute || skew > 11*time.Minute || !IsUnverified(err) {
		t.Errorf("%v: %v %v", err, skew, wrong)
	}
	s.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		s.reply(w, r, 400, errorXML("DATE_HEADER_OUTSIDE_ACCEPTED_INTERVAL", "CLIENT_TECHNICAL", ""))
	}
	if _, err := send(s.client()); err == nil {
		t.Error("accepted")
	} else if _, wrong := IsClockSkew(err); !wrong || OutcomeUnknown(err) {
		t.Errorf("%v", err)
	}
}

func TestRootWithoutLinks(t *testing.T) {
	s := newStub(t, nil)
	s.rootLinks = `<link rel="x/self" uri="/"/>`
	if _, err := send(s.client()); !errors.Is(err, ErrLinkMissing) || MayRetry(err) || OutcomeUnknown(err) {
		t.Errorf("%v", err)
	}
}
