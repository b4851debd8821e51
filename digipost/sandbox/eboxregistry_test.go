package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEBoxPages(t *testing.T) {
	c := startEBox(t)
	c.login()
	first, total := c.ids("/v2/ebox/messages")
	if len(first) != 25 || total < 40 {
		t.Fatalf("%d of %d", len(first), total)
	}
	whole, _ := c.ids("/v2/ebox/messages?pageSize=100")
	var walked []string
	for page := 1; len(walked) < total; page++ {
		ids, again := c.ids("/v2/ebox/messages?pageSize=7&page=" + strconv.Itoa(page))
		if again != total || len(ids) == 0 {
			t.Fatalf("page %d: %d of %d", page, len(ids), again)
		}
		walked = append(walked, ids...)
	}
	if !slices.Equal(walked, whole) || !slices.Equal(first, whole[:25]) {
		t.Errorf("%v\n%v", walked, whole)
	}
	for _, path := range []string{"?page=999", "?page=2147483647&pageSize=100", "?receivedAfter=2099-01-01", "?receivedAfter=2026-02-01&receivedBefore=2026-01-01", "?messageTypeId=none"} {
		if a := c.get("/v2/ebox/messages" + path); a.status != 200 || !strings.Contains(string(a.body), `"items":[]`) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := c.get("/v2/ebox/messages?senderOrganizationId=x"); strings.TrimSpace(string(a.body)) != `{"items":[],"totalItems":0}` {
		t.Errorf("%s", a.body)
	}
	// Newest first.
	var last time.Time
	for i, m := range c.state().Messages {
		_ = i
		if m.Received.After(last) && m.Provider == eboxFederal {
			last = m.Received
		}
	}
	if m := c.get("/v2/ebox/messages/" + whole[0]).json(t); !strings.HasPrefix(m["receiptDate"].(string), "20") {
		t.Errorf("%v", m)
	} else if at, err := time.Parse(time.RFC3339, m["receiptDate"].(string)); err != nil || !at.Equal(last) {
		t.Errorf("the first is of %v, the newest of %v", at, last)
	}
	// One that comes between two pages moves the rest by one.
	c.control("/ebox-message", `{"id": "EBX-BETWEEN", "between_pages": true}`)
	one, _ := c.ids("/v2/ebox/messages?pageSize=10")
	two, more := c.ids("/v2/ebox/messages?pageSize=10&page=2")
	if slices.Contains(one, "EBX-BETWEEN") || more != total+1 || two[0] != one[9] {
		t.Errorf("%v %v %d", one, two, more)
	}
}

func TestEBoxFilters(t *testing.T) {
	c := startEBox(t)
	c.login()
	c.control("/ebox-settings", `{"contract_only": true}`)
	all := c.state().Messages
	federal := func(keep func(eboxShownMessage) bool) (n int) {
		for _, m := range all {
			if m.Provider == eboxFederal && keep(m) {
				n++
			}
		}
		return n
	}
	day := eboxDay(time.Now().Add(-240 * time.Hour))
	soon := eboxDay(time.Now().Add(14 * 24 * time.Hour))
	for query, want := range map[string]int{
		"readStatus=false":             federal(func(m eboxShownMessage) bool { return !m.Read }),
		"readStatus=true&visible=true": federal(func(m eboxShownMessage) bool { return m.Read && m.Visible }),
		"visible=false":                1,
		"registeredMail=true":          1,
		"messageTypeId=factuur&senderOrganizationId=" + fromLesse: 1,
		"senderApplicationId=app.griffie:1":                       2,
		"receivedAfter=" + day:                                    federal(func(m eboxShownMessage) bool { return eboxDay(m.Received) > day }),
		"receivedBefore=" + day:                                   federal(func(m eboxShownMessage) bool { return eboxDay(m.Received) < day }),
		"expiredBefore=" + soon:                                   federal(func(m eboxShownMessage) bool { return eboxDay(m.Expires) < soon }),
		"expiredAfter=" + soon:                                    federal(func(m eboxShownMessage) bool { return eboxDay(m.Expires) > soon }),
		"q=ISOLATION&qlang=fr":                                    1,
		"q=decision+relative&qlang=fr":                            1,
		"q=STRASSE&qlang=de":                                      0, // ß is a letter, no accent
		"q=straße&qlang=de":                                       1,
		"q=isolation&qlang=nl":                                    0,
		"q=cafe+zoe&qlang=nl":                                     1, // a fact of the sender's
		"q=elodie&qlang=nl":                                       1, // whom it is for
		"q=99999999964&qlang=de":                                  1,
		"q=communale+(ex&qlang=fr":                                federal(func(m eboxShownMessage) bool { return m.Sender == fromLesse }),
		"q=oefenbericht+heeft&qlang=nl":                           0, // not inside documents
	} {
		if _, total := c.ids("/v2/ebox/messages?pageSize=100&" + query); total != want {
			t.Errorf("%s: %d, want %d", query, total, want)
		}
	}
	for _, query := range []string{"q=x", "qlang=nl", "q=x&qlang=en", "q=&qlang=nl", "readStatus=1", "readStatus=TRUE", "page=0", "page=x", "pageSize=0", "pageSize=101", "pageSize=",
		"receivedAfter=2026-1-1", "receivedAfter=2026-02-30", "expiredBefore=2026-01-01T00:00:00Z", "page=1&page=2", "colour=red", "unread=true", "access_token=x", "%zz", "isRead=true", "partition=GENERAL"} {
		if a := c.get("/v2/ebox/messages?" + query); a.status != 400 {
			t.Errorf("%s: %d", query, a.status)
		}
	}
}

// TestEBoxRead: only the main content marks a message read.
func TestEBoxRead(t *testing.T) {
	c := startEBox(t)
	c.login()
	read := func(id string) bool { return c.get("/v2/ebox/messages/" + id).json(t)["readStatus"] == true }
	for _, path := range []string{"", "/attachments", "/attachments/doc-1", "/attachments/doc-2", "/attachments/doc-2/content"} {
		if a := c.get("/v2/ebox/messages/EBX-0003" + path); a.status != 200 || read("EBX-0003") {
			t.Errorf("%s: %d, read %v", path, a.status, read("EBX-0003"))
		}
	}
	unread := c.get("/v2/ebox").json(t)["numberOfUnreadMessages"].(float64)
	a := c.get("/v2/ebox/messages/EBX-0003/attachments/doc-1/content")
	if a.status != 200 || !read("EBX-0003") || a.header.Get("Content-Type") != "application/octet-stream" || string(a.body[:5]) != "%PDF-" {
		t.Errorf("%d %v %.20q", a.status, a.header, a.body)
	}
	if after := c.get("/v2/ebox").json(t)["numberOfUnreadMessages"].(float64); after != unread-1 {
		t.Errorf("%v, then %v", unread, after)
	}
	if c.get("/v3/ebox/messages/EBX-0003").json(t)["isRead"] != false {
		t.Error("the same id at the other provider is another message")
	}
	if c.get("/v2/ebox/messages/EBX-1007/body").status != 200 || !read("EBX-1007") {
		t.Error("a body that is the main content marks it read")
	}
	if c.get("/v2/ebox/messages/EBX-1008/body").status != 200 || read("EBX-1008") {
		t.Error("a body that is not does not")
	}
	for _, m := range c.state().Messages {
		if m.Provider == eboxFederal && m.ID == "EBX-0003" && (!m.Read || m.ReadAt.IsZero() || m.Documents[0].Fetched != 1 || m.Documents[1].Fetched != 1) {
			t.Errorf("%+v", m)
		}
	}
}

// TestEBoxDocuments: every document can be had, is as large as told, and has the
// digest that was told unless that is meant to be wrong.
func TestEBoxDocuments(t *testing.T) {
	c := startEBox(t)
	c.login()
	names := map[string]int{}
	for _, root := range []string{"/v2", "/v3"} {
		var list struct {
			Items []struct {
				MessageID   string
				Attachments struct {
					Items []struct {
						AttachmentID, FileName, MediaType, ContentHref string
						Size                                           float64
						Digest                                         *struct{ DigestValue string }
					}
				}
			}
		}
		if err := json.Unmarshal(c.get(root+"/ebox/messages?pageSize=100").body, &list); err != nil {
			t.Fatal(err)
		}
		for _, m := range list.Items {
			for _, d := range m.Attachments.Items {
				names[d.FileName]++
				address := d.ContentHref
				if address == "" || !strings.HasPrefix(address, c.base) {
					address = root + "/ebox/messages/" + url.PathEscape(m.MessageID) + "/attachments/" + url.PathEscape(d.AttachmentID) + "/content"
				}
				if strings.Contains(address, "//content") { // a stray address and no id
					continue
				}
				a := c.get(address)
				if a.status != 200 {
					t.Errorf("%s %s: %d %s", m.MessageID, d.FileName, a.status, a.body)
				}
				if told := int(d.Size * 1024); len(a.body) > told || told-len(a.body) > 103 {
					t.Errorf("%s: %d bytes, told %v kB", m.MessageID, len(a.body), d.Size)
				}
				sum := sha256.Sum256(a.body)
				wrong := d.FileName == "fout.pdf" || m.MessageID == "EBX-2003"
				if d.Digest != nil && (strings.TrimRight(d.Digest.DigestValue, "=") == base64.RawURLEncoding.EncodeToString(sum[:])) == wrong {
					t.Errorf("%s %s: digest %s", m.MessageID, d.FileName, d.Digest.DigestValue)
				}
				if d.MediaType == "application/pdf" && len(a.body) > 0 && len(a.body) < 1<<20 && root == "/v3" {
					table, err := readPDF(t.Context(), spoolOf(a.body).part(0, int64(len(a.body))))
					if err != nil {
						t.Errorf("%s: %v", m.MessageID, err)
					} else if pages, err := pdfPages(t.Context(), table.XRefTable); err != nil || len(pages) != 1 {
						t.Errorf("%s: %d pages, %v", m.MessageID, len(pages), err)
					}
				}
			}
		}
	}
	long := 0
	for name := range names {
		if len(name) == 255 {
			long++
		}
	}
	if long != 1 || names["../../../etc/nota.pdf"] != 1 || names["Overzicht%20%E2%82%AC%20bedragen.pdf"] != 1 {
		t.Errorf("%v", names)
	}
	if h := c.state().Hits; h.Stray != 0 {
		t.Errorf("%+v", h)
	}
	stray := c.get("/v2/ebox/messages/EBX-1027/attachments/doc-1").json(t)["contentHref"].(string)
	if a := c.get(stray); a.status != 404 || c.state().Hits.StrayTokens != 1 || strings.HasPrefix(stray, c.base) {
		t.Errorf("%s: %d", stray, a.status)
	}
}

func TestEBoxStrict(t *testing.T) {
	c := startEBox(t)
	c.login()
	content := "/v2/ebox/messages/EBX-0001/attachments/doc-1/content"
	const patch = "application/merge-patch+json"
	good := `{"items":[{"messageId":"EBX-0001","visible":false}],"totalItems":1}`
	for name, try := range map[string]struct {
		method, path, body string
		status             int
		header             []string
	}{
		"delete":            {"DELETE", "/v2/ebox/messages/EBX-0001", "", 405, nil},
		"head":              {"HEAD", "/v2/ebox", "", 405, nil},
		"post a list":       {"POST", "/v2/ebox/messages", "", 405, nil},
		"post content":      {"POST", content, "", 405, nil},
		"patch a message":   {"PATCH", "/v2/ebox/messages/EBX-0001", good, 405, []string{"Content-Type", patch}},
		"post a token":      {"PUT", "/token", "", 405, nil},
		"post the registry": {"POST", "/registry", "", 405, nil},
		"content as JSON":   {"GET", content, "", 406, []string{"Accept", "application/json"}},
		"content as PDF":    {"GET", content, "", 406, []string{"Accept", "application/pdf"}},
		"content as any":    {"GET", content, "", 200, []string{"Accept", "application/pdf, */*;q=0.1"}},
		"JSON as XML":       {"GET", "/v2/ebox", "", 406, []string{"Accept", "text/xml"}},
		"content and query": {"GET", content + "?x=1", "", 400, nil},
		"message and query": {"GET", "/v2/ebox/messages/EBX-0001?x=1", "", 400, nil},
		"singular":          {"GET", "/v2/referenceData/messageType/attest", "", 404, nil},
		"of the other":      {"GET", "/v2/refData/messageTypes/attest", "", 404, nil},
		"root":              {"GET", "/v2/", "", 404, nil},
		"patch":             {"PATCH", "/v2/ebox/messages", good, 200, []string{"Content-Type", patch}},
		"patch of none":     {"PATCH", "/v2/ebox/messages", `{"items":[]}`, 200, []string{"Content-Type", patch + ";charset=utf-8"}},
		"patch as JSON":     {"PATCH", "/v2/ebox/messages", good, 415, []string{"Content-Type", "application/json"}},
		"patch as nothing":  {"PATCH", "/v2/ebox/messages", good, 415, nil},
		"patch an array":    {"PATCH", "/v2/ebox/messages", `[{"messageId":"EBX-0001","visible":false}]`, 400, []string{"Content-Type", patch}},
		"patch read":        {"PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0001","visible":true,"readStatus":true}]}`, 400, []string{"Content-Type", patch}},
		"patch by 3":        {"PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0001","isVisible":true}]}`, 400, []string{"Content-Type", patch}},
		"patch twice":       {"PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0001","visible":true},{"messageId":"EBX-0001","visible":true}]}`, 400, []string{"Content-Type", patch}},
		"patch miscounted":  {"PATCH", "/v2/ebox/messages", `{"items":[],"totalItems":1}`, 400, []string{"Content-Type", patch}},
		"patch no items":    {"PATCH", "/v2/ebox/messages", `{"totalItems":0}`, 400, []string{"Content-Type", patch}},
		"patch null":        {"PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0001","visible":null}]}`, 400, []string{"Content-Type", patch}},
		"patch unknown":     {"PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0002","visible":false},{"messageId":"none","visible":false}]}`, 404, []string{"Content-Type", patch}},
		"patch in 3":        {"PATCH", "/v3/ebox/messages", `{"items":[{"messageId":"EBX-0001","isVisible":false}],"totalItems":1}`, 200, []string{"Content-Type", patch}},
		"patch too large":   {"PATCH", "/v2/ebox/messages", strings.Repeat(" ", maxEBoxRequest+1), 413, []string{"Content-Type", patch}},
	} {
		t.Run(name, func(t *testing.T) {
			if a := c.do(try.method, try.path, try.body, try.header...); a.status != try.status {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	for _, m := range c.state().Messages {
		if want := m.ID != "EBX-0001" && m.ID != "EBX-1010"; m.Visible != want {
			t.Errorf("%s %s: visible %v", m.Provider, m.ID, m.Visible)
		}
	}
}

// TestEBoxKept: what happened is there again after a restart, at the same port.
func TestEBoxKept(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newConsumer(t, s.Ready())
	c.login()
	used := c.form(c.claims())
	if a := c.ask(used); a.status != 200 {
		t.Fatal(a.status)
	}
	c.get("/v2/ebox/messages/EBX-0001/attachments/doc-1/content")
	c.do("PATCH", "/v2/ebox/messages", `{"items":[{"messageId":"EBX-0002","visible":false},{"messageId":"EBX-1010","visible":true}]}`, "Content-Type", "application/merge-patch+json")
	c.control("/ebox-message", `{"id": "EBX-NEW", "subject": "Nieuw", "documents": 2, "provider": "`+eboxFlemish+`"}`)
	c.control("/ebox-expire", eboxFederal+" EBX-0003")
	c.control("/ebox-settings", `{"token_seconds": 77}`)
	before := c.state()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := newConsumer(t, start(t, func(c *Config) { c.Dir = dir }).Ready())
	if again.base != c.base {
		t.Errorf("%s, then %s", c.base, again.base)
	}
	after := again.state()
	if len(after.Messages) != len(before.Messages) || after.Settings.TokenSeconds != 77 || !after.Settings.Born.Equal(before.Settings.Born) {
		t.Errorf("%+v", after.Settings)
	}
	for i, m := range after.Messages {
		was := before.Messages[i]
		if m.ID != was.ID || m.Read != was.Read || m.Visible != was.Visible || m.Expired != was.Expired || !m.Received.Equal(was.Received) || !slices.EqualFunc(m.Documents, was.Documents, func(a, b eboxShownDocument) bool { return a.SHA256 == b.SHA256 }) {
			t.Errorf("%+v\n%+v", was, m)
		}
	}
	again.token = c.token
	if a := again.get("/v2/ebox/messages/EBX-0003"); a.status != 404 {
		t.Errorf("expired, with the token of before: %d", a.status)
	}
	if a := again.ask(used); a.json(t)["error"] != "invalid_client" {
		t.Errorf("a jti of before: %s", a.body)
	}
	text, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil || strings.Contains(string(text), c.token) {
		t.Error("the token itself is in the journal")
	}
}

func TestEBoxControlRefuses(t *testing.T) {
	c := startEBox(t)
	for _, try := range [][2]string{{"/ebox-message", `{"provider": "x"}`}, {"/ebox-message", `{"language": "en"}`}, {"/ebox-message", `{"documents": 7}`}, {"/ebox-message", `{"expires": "-1h"}`},
		{"/ebox-message", `{"id": "EBX-0001"}`}, {"/ebox-message", `{"colour": "red"}`}, {"/ebox-expire", "none"}, {"/ebox-expire", ""}, {"/trouble", "429:x"}, {"/trouble", "slow"}, {"/trouble", "digest:1"}} {
		if code, text := postTo(t, c.ready.Control+try[0], try[1], "text/plain"); code != 400 {
			t.Errorf("%v: %d %s", try, code, text)
		}
	}
}

func TestEBoxTrouble(t *testing.T) {
	c := startEBox(t)
	c.login()
	const content = "/v2/ebox/messages/EBX-1030/attachments/doc-1/content"
	whole := c.get(content)
	for spec, check := range map[string]func() string{
		"500@/token":        func() string { return c.ask(c.form(c.claims())).json(t)["error"].(string) },
		"html@/token":       func() string { return c.ask(c.form(c.claims())).header.Get("Content-Type") },
		"401@/token":        func() string { return c.ask(c.form(c.claims())).json(t)["error"].(string) },
		"clock@/token:-10m": func() string { return c.ask(c.form(c.claims())).json(t)["error_description"].(string) },
		"503@/ebox:2":       func() string { return c.get("/v2/ebox/messages").header.Get("Retry-After") },
		"429@/ebox:7": func() string {
			return strconv.FormatBool(strings.Contains(string(c.get("/v3/ebox/messages").body), `"retryAfterSec":7`))
		},
		"429@/ebox:9,retry_body": func() string {
			a := c.get("/v2/ebox/messages")
			return a.header.Get("Retry-After") + strconv.FormatBool(strings.Contains(string(a.body), `"retryAfterSec":9`))
		},
		"503:30,retry_date": func() string {
			at, err := http.ParseTime(c.get("/v3/ebox/messages").header.Get("Retry-After"))
			return strconv.FormatBool(err == nil && time.Until(at) > 28*time.Second && time.Until(at) < 32*time.Second)
		},
		"empty@/registry:502": func() string { a := c.get("/registry"); return strconv.Itoa(a.status) + string(a.body) },
		"digest@/content": func() string {
			a := c.get(content)
			return strconv.FormatBool(len(a.body) == len(whole.body) && string(a.body) != string(whole.body))
		},
		"cut@/content": func() string {
			a, err := c.try("GET", content, "")
			return strconv.FormatBool(errors.Is(err, io.ErrUnexpectedEOF) && len(a.body) == len(whole.body)/2)
		},
		"reset_after@/v2/ebox/messages": func() string {
			_, err := c.try("GET", "/v2/ebox/messages/EBX-0012/attachments/doc-1/content", "")
			return strconv.FormatBool(err != nil && slices.ContainsFunc(c.state().Messages, func(m eboxShownMessage) bool {
				return m.Provider == eboxFederal && m.ID == "EBX-0012" && m.Read
			}))
		},
		"slow@/content:200ms": func() string {
			began := time.Now()
			a := c.get(content)
			return strconv.FormatBool(time.Since(began) >= 150*time.Millisecond && string(a.body) == string(whole.body))
		},
		"404@/refData": func() string { return strconv.Itoa(c.get("/v3/refData/messageTypes").status) },
	} {
		want := map[string]string{"500@/token": "server_error", "html@/token": "text/html; charset=utf-8", "401@/token": "invalid_client", "clock@/token:-10m": "iat is in the future",
			"503@/ebox:2": "2", "empty@/registry:502": "502", "404@/refData": "404"}[spec]
		if want == "" {
			want = "true"
		}
		c.control("/trouble", spec)
		if got := check(); got != want {
			t.Errorf("%s: %q, want %q", spec, got, want)
		}
	}
	c.control("/trouble", "")
	if a := c.get("/v2/ebox"); a.status != 200 {
		t.Errorf("%d", a.status)
	}
}

func FuzzEBoxAssertion(f *testing.F) {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	f.Add(part(`{"alg":"RS256"}`) + "." + part(`{"iss":"a","sub":"a","aud":"x","jti":"1","iat":1,"exp":1e10}`) + "." + part("sig"))
	f.Add(part(`{"alg":"none"}`) + "." + part(`{"exp":-1e300,"exp":1}`) + ".")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := readAssertion(text)
		if err != nil {
			return
		}
		if strings.Count(text, ".") != 2 || !strings.HasPrefix(text, a.signed+".") {
			t.Fatalf("%q", a.signed)
		}
		if err := a.claims.judgeTimes(time.Unix(1e9, 0)); err == nil && a.claims.ID == "" {
			t.Fatal("no jti")
		}
		_ = judgeAudience(a.claims.Audience, "x") // must not panic
	})
}

func FuzzEBoxFilter(f *testing.F) {
	f.Add("q=%C3%89t%C3%A9&qlang=fr&page=2&pageSize=100&readStatus=true&receivedAfter=2026-01-31")
	f.Add("page=99999999999999999999&%zz&isRead=false&partition=HR")
	views := []eboxView{}
	for _, m := range eboxMessages(time.Unix(1e9, 0), nil)[eboxFlemish] {
		views = append(views, eboxView{eboxMessage: m, Ends: m.Expires})
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, d := range []*eboxDialect{&eboxV2, &eboxV3} {
			filter, err := d.readFilter(raw)
			if err != nil {
				continue
			}
			if filter.page < 1 || filter.size < 1 || filter.size > 100 || len(pageOf(views, filter.page, filter.size)) > filter.size {
				t.Fatalf("%+v", filter)
			}
			for _, v := range views {
				for _, test := range filter.tests {
					test(v)
				}
			}
		}
	})
}

func FuzzEBoxPatch(f *testing.F) {
	f.Add([]byte(`{"items":[{"messageId":"a","visible":true}],"totalItems":1}`))
	f.Add([]byte(`{"items":[{"messageId":1,"visible":{}},null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		shown, err := readPatch(body, "visible")
		if _, there := shown[""]; err == nil && there {
			t.Fatalf("%s", body)
		}
	})
}

func FuzzEBoxTokenForm(f *testing.F) {
	f.Add("grant_type=client_credentials&scope=a%20b")
	f.Add("a=1&a=2&%ff=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := parseTokenForm(body)
		for name, values := range form {
			if err == nil && len(values) != 1 {
				t.Fatalf("%q", name)
			}
		}
	})
}
