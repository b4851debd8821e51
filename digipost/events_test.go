package digipost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func eventsXML(events string) string {
	return `<document-events xmlns="http://api.digipost.no/schema/v8" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` + events + `</document-events>`
}

func eventXML(kind, created, metadata string) string {
	return `<event uuid="` + uuidA + `" type="` + kind + `" created="` + created + `" document-created="2026-11-01T08:00:00+01:00">` + metadata + `</event>`
}

const (
	eventAt  = "2026-11-20T12:00:00.000+01:00"
	moveMeta = `<metadata i:type="move-files-from-public-sector-metadata" opened="true" delivery-time="2026-10-01T08:00:00+02:00" subject="Vedtak" ` +
		`authentication-level="IDPORTEN_4" sensitivity-level="SENSITIVE" destination-mailbox="x" destination-mailbox-address="a#1">` +
		`<document uuid="` + uuidB + `" technical-type="t"><link uri="/d"/></document><x509Certificate>MII</x509Certificate></metadata>`
)

// someEvents are of every kind of metadata in the schema.
var someEvents = eventXML(EventOpened, eventAt, "") +
	eventXML(EventPostmarked, eventAt, `<metadata i:type="postmarked-metadata" postmarked-date="2026-11-19T00:00:00+01:00"/>`) +
	eventXML(EventPrintFailed, eventAt, `<metadata i:type="failed-print-metadata" error-code="INVALID_PDF"/>`) +
	eventXML(EventShredded, eventAt, "") +
	eventXML(EventSMSFailed, eventAt, `<metadata i:type="sms-notification-failed-metadata" mobile-number="90000000" error-code="e"/>`) +
	eventXML(EventEmailFailed, eventAt, `<metadata i:type="email-notification-failed-metadata" email-address="a@example.org" error-code="e"/>`) +
	eventXML(EventEmailMessageSent, eventAt, `<metadata i:type="email-delivered-metadata" email-address="a@example.org"/>`) +
	eventXML(EventEmailMessageFailed, eventAt, "") + eventXML(EventPeppolDelivered, eventAt, "") +
	eventXML(EventPeppolFailed, eventAt, `<metadata i:type="failed-peppol-metadata" error-code="e"/>`) +
	eventXML(EventMoveFiles, eventAt, moveMeta) +
	eventXML(EventDocumentsShared, eventAt, "") + eventXML(EventSharingWithdrawn, eventAt, "")

// TestEventsSample: the sample that the parser is tested on is valid.
func TestEventsSample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.xml")
	if err := os.WriteFile(path, []byte(eventsXML(someEvents)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program(t, "xmllint"), "--nonet", "--noout", "--schema", shared(t, "schemas", "api_v8.xsd"), path).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestParseEvents: every type is read, an unknown one and nonsense too.
func TestParseEvents(t *testing.T) {
	events, seen, err := parseEvents([]byte(eventsXML(someEvents +
		eventXML(EventRegistrationExpired, eventAt, `<metadata xmlns:n="x" i:type="n:request-for-registration-expired-metadata" fallback-channel="print"/>`) +
		eventXML("SOMETHING_NEW", "whenever", `<metadata i:type="new-metadata" count="many"><more/></metadata>`) +
		`<event uuid="none" type="OPENED"/>`)))
	if err != nil || seen != 16 || len(events) != 15 {
		t.Fatalf("%d of %d: %v", len(events), seen, err)
	}
	at := time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)
	if e := events[1]; e.UUID != uuidA || e.Type != EventPostmarked || !e.Created.Equal(at) || e.DocumentCreated.IsZero() ||
		e.MetadataType != "postmarked-metadata" || e.PostmarkedDate.Day() != 19 || e.Moved != nil {
		t.Errorf("%+v", e)
	}
	if events[2].ErrorCode != "INVALID_PDF" || events[4].MobileNumber != "90000000" || events[5].EmailAddress != "a@example.org" {
		t.Errorf("%+v", events[2:6])
	}
	if m := events[10].Moved; m == nil || !m.Opened || m.Subject != "Vedtak" || m.AuthenticationLevel != AuthIDPorten4 ||
		m.Certificate != "MII" || len(m.Documents) != 1 || m.Documents[0].UUID != uuidB || m.Documents[0].Links[0].URI != "/d" {
		t.Errorf("%+v", m)
	}
	if e := events[13]; e.Type != EventRegistrationExpired || e.FallbackChannel != "print" || e.MetadataType != "request-for-registration-expired-metadata" {
		t.Errorf("%+v", e)
	}
	if e := events[14]; e.Type != "SOMETHING_NEW" || !e.Created.IsZero() {
		t.Errorf("%+v", e)
	}
}

// feed serves n events in pages.
func feed(t *testing.T, n int, turns bool) (*digipostStub, *Client) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		offset := 0
		if turns {
			fmt.Sscan(r.URL.Query().Get("offset"), &offset)
		}
		var page strings.Builder
		for i := offset; i < min(n, offset+100); i++ {
			page.WriteString(eventXML("OPENED", time.Date(2026, 11, 20, 12, 0, i, 0, time.UTC).Format(time.RFC3339), ""))
		}
		s.reply(w, r, 200, eventsXML(page.String()))
	})
	s.rootLinks = `<link rel="x/document_events" uri="https://api.digipost.no/documents/events"/>`
	return s, s.client()
}

func month() EventQuery {
	return EventQuery{From: noon.AddDate(0, 0, -20), To: noon}
}

func TestEventPaging(t *testing.T) {
	for n, pages := range map[int]int{0: 1, 99: 1, 100: 2, 250: 3} {
		s, c := feed(t, n, true)
		seen := map[string]bool{}
		for event, err := range c.DocumentEvents(context.Background(), month()) {
			if err != nil {
				t.Fatal(err)
			}
			seen[event.Key()] = true
		}
		if len(seen) != n || len(s.called()) != 1+pages {
			t.Errorf("%d events: %d read, calls %v", n, len(seen), s.called())
		}
	}
	s, c := feed(t, 250, true)
	q := month()
	q.SenderID, q.Organisation, q.Part = 34567, "312345676", "Avd Øst"
	for _, err := range c.DocumentEvents(context.Background(), q) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	want := "GET /documents/events?from=2026-11-11T12%3A00%3A00.000%2B01%3A00&to=2026-12-01T12%3A00%3A00.000%2B01%3A00" +
		"&offset=0&maxResults=100&org=312345676&part=Avd%20%C3%98st&sender=34567"
	if calls := s.called(); len(calls) != 2 || calls[1] != want {
		t.Errorf("who stops reading asks no more: %v", calls)
	}
}

// TestEventTrouble: a feed that is broken ends with an error, once.
func TestEventTrouble(t *testing.T) {
	s, c := feed(t, 250, false)
	var failed []error
	for _, err := range c.DocumentEvents(context.Background(), month()) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) != 1 || !errors.Is(failed[0], ErrBadAnswer) || len(s.called()) != 3 {
		t.Errorf("a page that does not turn: %v, %v", failed, s.called())
	}
	for field, q := range map[string]EventQuery{
		"from": {To: noon}, "to": {From: noon, To: noon.Add(-1)}, "sender": {From: noon, To: noon, SenderID: -1},
		"org": {From: noon, To: noon, Part: "x"},
	} {
		var wrong *FieldError
		for _, err := range c.DocumentEvents(context.Background(), q) {
			if !errors.As(err, &wrong) || wrong.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

// TestCursor: windows overlap, no event is told twice, and nothing grows.
func TestCursor(t *testing.T) {
	var k EventCursor
	now := noon
	from, to := k.Window(now)
	if !from.Equal(now.Add(-EventsKept)) || !to.Equal(now) {
		t.Errorf("first window %v to %v", from, to)
	}
	late := DocumentEvent{UUID: uuidA, Type: EventOpened, Created: now.Add(-time.Minute)}
	old := DocumentEvent{UUID: uuidB, Type: EventOpened, Created: now.Add(-time.Hour)}
	if !k.Fresh(late) || k.Fresh(late) || !k.Fresh(old) {
		t.Error("each is fresh once")
	}
	k.Done(to)
	kept, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	var again EventCursor
	if err := json.Unmarshal(kept, &again); err != nil || len(again.Seen) != 1 {
		t.Errorf("%s %v", kept, err)
	}
	from, _ = again.Window(now.Add(time.Hour))
	if !from.Before(to) || from.Before(old.Created) || again.Fresh(late) {
		t.Errorf("second window from %v", from)
	}
	if from, _ := again.Window(now.AddDate(-1, 0, 0)); !from.Before(now.AddDate(-1, 0, -29)) {
		t.Errorf("after the clock was set back: from %v", from)
	}
}
