package digiposttest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

func (s *suite) root(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	root, err := s.client.Root(ctx, 0)
	if err != nil {
		t.Fatalf("the entry point: %v", err)
	}
	if root.Certificate == nil {
		t.Error("the entry point has no readable certificate")
	}
	for _, relation := range []string{digipost.RelCreateMessage, digipost.RelIdentifyRecipient, digipost.RelGetSenderInformation} {
		if _, ok := root.Link(relation); !ok {
			t.Errorf("no link %s", relation)
		}
	}
	seen := map[string]bool{}
	for _, link := range root.Links {
		if seen[link.Rel] {
			t.Errorf("the relation %s comes twice", link.Rel)
		}
		seen[link.Rel] = true
		u, err := url.Parse(link.URI)
		if err != nil {
			t.Errorf("%s: %v", link.Rel, err)
			continue
		}
		open(t, 5, "%s: path %s, absolute %v, %s", relations([]digipost.Link{link})[0], u.Path, u.IsAbs(), link.MediaType)
	}
	if _, err := s.client.Root(ctx, s.sender); err != nil {
		t.Errorf("the entry point of sender %d: %v", s.sender, err)
	}
	open(t, 6, "headers on limits: %v", limitHeaders(s.wire.last.Header))
}

// limitHeaders are those that tell of a limit.
func limitHeaders(header map[string][]string) (found []string) {
	for name := range header {
		if lower := strings.ToLower(name); strings.Contains(lower, "limit") || lower == "retry-after" {
			found = append(found, name)
		}
	}
	return found
}

func (s *suite) senderInformation(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	information, err := s.client.SenderInformation(ctx, s.sender)
	if err != nil {
		t.Fatal(err)
	}
	if !information.Valid() {
		t.Fatalf("the account may not send for %d: %s", s.sender, information.Status)
	}
	for _, feature := range information.Features {
		if !strings.HasPrefix(feature.Name, "no.digipost.feature.") {
			t.Errorf("a feature named %q", feature.Name)
		}
		t.Logf("feature %s %q", feature.Name, feature.Param)
		if strings.Contains(feature.Name, "file-size") {
			open(t, 6, "%s has the parameter %q", feature.Name, feature.Param)
		}
	}
	s.information = information
	if skew, known := s.client.ClockSkew(); !known || skew.Abs() > 5*time.Minute {
		t.Errorf("this computer's clock is %v ahead of the server's (known %v)", skew, known)
	}
	// No such sender and one that is not ours are answered alike.
	if nobody, err := s.client.SenderInformation(ctx, 999_999_999_999); err != nil || nobody.Valid() {
		t.Errorf("a sender that does not exist: %+v %v", nobody, err)
	}
}

// identify asks for all four results. It is a look-up only.
func (s *suite) identify(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	for _, test := range []struct {
		name     string
		question digipost.Identification
		given    bool
		want     string
	}{
		{"the recipient by number", digipost.Identification{PersonalIdentificationNumber: s.Recipient.PersonalNumber, IncludePersonAlias: true}, s.Recipient.PersonalNumber != "", digipost.ResultDigipost},
		{"the recipient by address", digipost.Identification{DigipostAddress: s.Recipient.DigipostAddress, IncludePersonAlias: true}, s.Recipient.DigipostAddress != "", digipost.ResultDigipost},
		{"the recipient by name", digipost.Identification{NameAndAddress: s.Recipient.NameAndAddress}, s.Recipient.NameAndAddress != nil, digipost.ResultDigipost},
		{"somebody who is not a user", digipost.Identification{PersonalIdentificationNumber: s.NotAUser}, s.NotAUser != "", digipost.ResultIdentified},
		{"nobody", digipost.Identification{NameAndAddress: &digipost.NameAndAddress{FullName: "Qqqq Zzzz Xxxx", Line1: "Finnesikkegata 9999", Postcode: "0001", City: "Oslo"}}, true, digipost.ResultUnidentified},
		{"a number that is wrong", digipost.Identification{PersonalIdentificationNumber: "01818130290"}, true, digipost.ResultInvalid},
	} {
		if !test.given {
			t.Logf("%s: not given", test.name)
			continue
		}
		result, err := s.client.Identify(ctx, test.question)
		if err != nil || result.Result != test.want {
			t.Errorf("%s: %+v %v, want %s", test.name, result, err, test.want)
			continue
		}
		if test.question.PersonalIdentificationNumber != "" && result.DigipostAddress != "" {
			t.Errorf("%s: a question by number is answered with an address", test.name)
		}
		t.Logf("%s: %s, reason %q, alias %v", test.name, result.Result, result.UnidentifiedReason+result.InvalidReason, result.PersonAlias != "")
	}
}

// refusals are mistakes that the server must not let through.
func (s *suite) refusals(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	stranger := s.newClient(t, func(c *digipost.Config) { c.Key = key })
	_, err = stranger.Root(ctx, 0)
	refused(t, "a wrong signature", err)
	if !digipost.IsSignatureRefused(err) || s.wire.last.StatusCode != 403 {
		t.Errorf("a wrong signature: %v", err)
	}
	open(t, 7, "a refused signature is answered signed: %v", signed(s.wire.last))
	var e *digipost.Error
	if errors.As(err, &e) && (!strings.Contains(e.Message, "===START===") || !strings.Contains(e.Message, "===SLUTT===")) {
		t.Error("a refused signature does not show the string that was built")
	}
	late := s.newClient(t, func(c *digipost.Config) { c.Now = func() time.Time { return time.Now().Add(10 * time.Minute) } })
	_, err = late.Root(ctx, 0)
	if skew, wrong := digipost.IsClockSkew(err); !wrong || (skew-10*time.Minute).Abs() > time.Minute {
		t.Errorf("a wrong clock: %v, measured %v", err, skew)
	}
	open(t, 1, "a wrong clock: %s", told(err))
	_, err = s.client.DocumentStatus(ctx, s.sender, uuid.NewString())
	refused(t, "the status of no document", err)
	if !digipost.IsNotFound(err) {
		t.Errorf("the status of no document: %v", err)
	}
	_, err = s.client.Batch(ctx, uuid.NewString())
	refused(t, "no batch", err)
	if s.NotAUser == "" {
		t.Log("a letter to somebody who is not a user: nobody was given")
		return
	}
	_, _, err = s.send(func(m *digipost.Message) {
		m.Recipient = digipost.Recipient{PersonalIdentificationNumber: s.NotAUser}
	})
	refused(t, "a letter to somebody who is not a user", err)
	if !digipost.IsNotAUser(err) {
		t.Errorf("not a user: %v", err)
	}
}

// events reads the feed of the last days.
func (s *suite) events(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	now := time.Now()
	query := digipost.EventQuery{From: now.Add(-digipost.EventsKept + time.Hour), To: now, SenderID: s.SenderID}
	seen := map[string]int{}
	for event, err := range s.client.DocumentEvents(ctx, query) {
		if errors.Is(err, digipost.ErrLinkMissing) {
			t.Skip("the account has no events")
		}
		if err != nil {
			t.Fatal(err)
		}
		if event.Created.IsZero() || event.Created.Before(query.From.Add(-time.Second)) || event.Created.After(query.To.Add(time.Minute)) {
			t.Errorf("an event %s of %v is outside what was asked for", event.Type, event.Created)
		}
		seen[event.Type+" with "+event.MetadataType]++
	}
	open(t, 10, "events seen: %v", seen)
}

// search looks for people as somebody who types would.
func (s *suite) search(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	for _, text := range []string{"Nordmann", "Åse Ødegård"} {
		found, err := s.client.Search(ctx, text)
		if errors.Is(err, digipost.ErrLinkMissing) {
			t.Skip("the account has no search")
		}
		if !allowed(t, "search for "+text, err) {
			continue
		}
		if len(found) > 10 {
			t.Errorf("%d hits", len(found))
		}
		for _, one := range found {
			if one.MobileNumber != "" && !strings.Contains(one.MobileNumber, "*") {
				t.Error("a mobile number is not masked")
			}
		}
		suggestions, err := s.client.Autocomplete(ctx, text)
		if !errors.Is(err, digipost.ErrLinkMissing) && allowed(t, "autocomplete of "+text, err) {
			t.Logf("%s: %d hits, %d suggestions", text, len(found), len(suggestions))
		}
	}
}

// inbox lists the sender's own inbox and fetches its newest document. Nothing
// is deleted.
func (s *suite) inbox(t *testing.T) {
	ctx, stop := patience()
	defer stop()
	documents, err := s.client.Inbox(ctx, s.sender, 0, 10)
	if errors.Is(err, digipost.ErrLinkMissing) {
		t.Skip("the account has no inbox")
	}
	if !allowed(t, "the inbox", err) {
		return
	}
	for i := 1; i < len(documents); i++ {
		if documents[i].DeliveryTime.After(documents[i-1].DeliveryTime) {
			t.Error("the newest does not come first")
		}
	}
	if len(documents) == 0 {
		t.Log("the inbox is empty")
		return
	}
	d := &documents[0]
	u, err := url.Parse(d.ContentURI)
	open(t, 8, "content-uri there %v, absolute %v; links %d (%v)", d.ContentURI != "", err == nil && u.IsAbs(), len(d.Links), err)
	var content bytes.Buffer
	kind, err := s.client.FetchInboxDocument(ctx, d, &content, 64<<20)
	if err != nil {
		t.Errorf("the content of an inbox document: %v", err)
		return
	}
	t.Logf("content: %d bytes, %s", content.Len(), kind)
	for _, head := range []*http.Response{s.wire.before, s.wire.last} {
		open(t, 7, "on the way to the content: status %d from %s, signed: %v", head.StatusCode, head.Request.URL.Hostname(), signed(head))
	}
}
