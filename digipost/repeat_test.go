package digipost

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const resultXML = `<identification-result xmlns="http://api.digipost.no/schema/v8"><result>DIGIPOST</result></identification-result>`

// busyOnce answers its first call with a status and what the header says.
func busyOnce(t *testing.T, status int, after string) (s *digipostStub, dates func() []string) {
	var mu sync.Mutex
	var seen []string
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		mu.Lock()
		seen = append(seen, r.Header.Get("Date"))
		first := len(seen) == 1
		mu.Unlock()
		if !first {
			s.reply(w, r, 200, resultXML)
			return
		}
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status) // as a gateway would: unsigned
	})
	return s, func() []string { mu.Lock(); defer mu.Unlock(); return seen }
}

func ask(ctx context.Context, c *Client) error {
	_, err := c.Identify(ctx, Identification{PersonalIdentificationNumber: "01818130291"})
	return err
}

// TestBusy: a question is asked again after the time that the server names, a
// time that is long is left to the caller.
func TestBusy(t *testing.T) {
	for name, test := range map[string]struct {
		status       int
		after        string
		atLeast      time.Duration
		calls        int
		wait         time.Duration
		wantNoAnswer bool
	}{
		"at once":       {503, "0", 0, 2, 0, false},
		"a second":      {503, "1", time.Second, 2, 0, false},
		"too many":      {429, "0", 0, 2, 0, false},
		"without time":  {503, "", 50 * time.Millisecond, 2, 0, false},
		"a long time":   {503, "11", 0, 1, 11 * time.Second, true},
		"another fault": {500, "0", 0, 1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dates := busyOnce(t, test.status, test.after)
			now := time.Now()
			var mu sync.Mutex
			c := s.client(func(config *Config) {
				// A clock that goes on by a second whenever it is looked at.
				config.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now }
			})
			c.pause = 50 * time.Millisecond
			begin := time.Now()
			err := ask(context.Background(), c)
			if took := time.Since(begin); took < test.atLeast || took > test.atLeast+5*time.Second {
				t.Errorf("took %v", took)
			}
			if (err != nil) != test.wantNoAnswer || RetryAfter(err) != test.wait || len(dates()) != test.calls {
				t.Errorf("%v, wait %v, %d calls", err, RetryAfter(err), len(dates()))
			}
			if d := dates(); len(d) == 2 && d[0] == d[1] {
				t.Error("the second attempt was not dated and signed anew")
			}
		})
	}
}

// TestBusyContext: the caller's patience comes before the server's wish.
func TestBusyContext(t *testing.T) {
	s, _ := busyOnce(t, 503, "9")
	c := s.client()
	if _, err := c.Root(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	begin := time.Now()
	if err := ask(ctx, c); RetryAfter(err) != 9*time.Second || time.Since(begin) > 3*time.Second {
		t.Errorf("a deadline that comes first: %v after %v", err, time.Since(begin))
	}
	s, dates := busyOnce(t, 503, "9")
	c = s.client()
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(200*time.Millisecond, stop)
	begin = time.Now()
	if err := ask(ctx, c); !errors.Is(err, context.Canceled) || MayRetry(err) || time.Since(begin) > 3*time.Second {
		t.Errorf("given up: %v after %v", err, time.Since(begin))
	}
	if len(dates()) != 1 {
		t.Errorf("%d calls", len(dates()))
	}
}

// TestNeverRepeated: what changes something at Digipost goes out once, however
// busy it is.
func TestNeverRepeated(t *testing.T) {
	ctx := context.Background()
	for name, call := range map[string]func(*Client) error{
		"letter": func(c *Client) error { _, err := send(c); return err },
		"batch":  func(c *Client) error { _, err := c.CreateBatch(ctx, uuidA); return err },
		"data": func(c *Client) error {
			return c.AddData(ctx, []Link{{Rel: "x/add_data", URI: "/add"}}, &AdditionalData{DataType: DataType{Payslip: &Payslip{}}})
		},
		"delete": func(c *Client) error {
			return c.DeleteInboxDocument(ctx, &InboxDocument{DeleteURI: "/1000/inbox/7"})
		},
	} {
		s, dates := busyOnce(t, 503, "0")
		s.rootLinks = `<link rel="x/create_message" uri="/messages"/><link rel="x/create_batch" uri="/batches"/>`
		if err := call(s.client()); err == nil || !MayRetry(err) || len(dates()) != 1 {
			t.Errorf("%s: %v, %d calls", name, err, len(dates()))
		}
	}
}

func TestAddData(t *testing.T) {
	var s *digipostStub
	var got []byte
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		got = body
		if r.Header.Get("Content-Type") != mediaType {
			t.Errorf("content type %s", r.Header.Get("Content-Type"))
		}
		s.reply(w, r, 200, "")
	})
	c, ctx := s.client(), context.Background()
	delivery, err := parseDelivery([]byte(strings.Replace(deliveryXML, "relations/self", "relations/add_data", 1)))
	if err != nil {
		t.Fatal(err)
	}
	data := golden()["additional-data.xml"].(*AdditionalData)
	if err := c.AddData(ctx, delivery.PrimaryDocument.Links, data); err != nil {
		t.Error(err)
	}
	want, _ := encode(data)
	if calls := s.called(); string(got) != string(want) || calls[len(calls)-1] != "POST /x" {
		t.Errorf("%s\n%v", got, calls)
	}
	if err := c.AddData(ctx, nil, data); !errors.Is(err, ErrLinkMissing) || MayRetry(err) {
		t.Errorf("a document that takes no more: %v", err)
	}
	for field, spoil := range map[string]func(*AdditionalData){
		"data-type/kind":      func(d *AdditionalData) { d.DataType = DataType{} },
		"sender-organization": func(d *AdditionalData) { d.SenderOrganization = &SenderOrganization{OrganizationID: "312345676"} },
	} {
		bad := *data
		spoil(&bad)
		var wrong *FieldError
		if err := c.AddData(ctx, delivery.PrimaryDocument.Links, &bad); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	s.answer = func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) }
	if err := c.AddData(ctx, delivery.PrimaryDocument.Links, data); !OutcomeUnknown(err) {
		t.Errorf("an answer that is lost: %v", err)
	}
}

// TestMostAttachments: the limit is the schema's at most, and 99 unless told.
func TestMostAttachments(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) { s.reply(w, r, 200, deliveryXML) })
	with := func(n int) (*Message, []Content) {
		m, contents := letter(), []Content{content(uuidA, []byte("hei"))}
		for i := range n {
			id := "00000000-0000-4000-8000-" + strings.Repeat("0", 9) + string([]byte{byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)})
			m.Attachments = append(m.Attachments, Document{UUID: id, Subject: "Vedlegg", FileType: "txt"})
			contents = append(contents, content(id, nil))
		}
		return m, contents
	}
	for _, test := range []struct{ setting, n int }{{0, 99}, {201, 201}, {1, 1}} {
		c := s.client(func(config *Config) { config.MaxAttachments = test.setting })
		m, contents := with(test.n)
		if _, err := c.Send(context.Background(), m, contents); err != nil {
			t.Errorf("%d with the setting %d: %v", test.n, test.setting, err)
		}
		m, contents = with(test.n + 1)
		var wrong *FieldError
		if _, err := c.Send(context.Background(), m, contents); !errors.As(err, &wrong) || wrong.Field != "attachment" {
			t.Errorf("%d with the setting %d: %v", test.n+1, test.setting, err)
		}
	}
	for _, n := range []int{-1, 202} {
		if _, err := New(Config{BaseURL: BaseURLTest, BrokerID: 1, Key: clientKey(), MaxAttachments: n}); err == nil {
			t.Errorf("a limit of %d was accepted", n)
		}
	}
}
