package digipost_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"
	"brevdue/digipost/sandbox"

	"github.com/google/uuid"
)

// The people of the test; check digits are right.
const people = `birth_number,organisation_number,digipost_address,person_alias,name,address1,postcode,town,birth_date,phone,email,state
01818130291,,kari.prove#1A2B,,Kari Prøve,Storgata 1,0155,Oslo,1981-01-01,,,user
01818130372,,,alias1#6QE6,Ola Prøve,Storgata 2,0155,Oslo,1981-01-01,,,known
`

// letterbox is a client against the stand-in, which judges by its own reading.
type letterbox struct {
	*testing.T
	client *digipost.Client
	sender int64
	ready  sandbox.Ready
}

func start(t *testing.T) *letterbox {
	t.Helper()
	server, err := sandbox.Start(context.Background(), sandbox.Config{Dir: t.TempDir(), People: strings.NewReader(people), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	ready := server.Ready()
	file, err := os.ReadFile(ready.CertificateFile)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := digipost.ReadPKCS12(file, ready.CertificatePassword)
	if err != nil || credentials.Certificate == nil {
		t.Fatalf("certificate file: %v", err)
	}
	sender, err := strconv.ParseInt(ready.SenderID, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	client, err := digipost.New(digipost.Config{BaseURL: ready.REST, BrokerID: sender, Key: credentials.Key, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &letterbox{t, client, sender, ready}
}

func (l *letterbox) trouble(spec string) {
	l.Helper()
	response, err := http.Post(l.ready.Control+"/trouble", "text/plain", strings.NewReader(spec))
	if err != nil {
		l.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode >= 300 {
		l.Fatalf("trouble %s: status %d", spec, response.StatusCode)
	}
}

func message(number string) (*digipost.Message, []digipost.Content) {
	text := []byte("Hei, æøå")
	id := uuid.NewString()
	return &digipost.Message{
		ID: uuid.NewString(), Recipient: digipost.Recipient{PersonalIdentificationNumber: number},
		PrimaryDocument: digipost.Document{UUID: id, Subject: "Prøve", FileType: "txt", ContentHash: digipost.SHA256Hash(sha256.Sum256(text))},
	}, []digipost.Content{{UUID: id, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}}
}

func TestAgainstStandIn(t *testing.T) {
	l, ctx := start(t), context.Background()
	information, err := l.client.SenderInformation(ctx, l.sender)
	if err != nil || !information.Valid() || !information.Has(digipost.FeatureDigipost) {
		t.Errorf("sender: %+v %v", information, err)
	}
	for number, want := range map[string]string{"01818130291": digipost.ResultDigipost, "01818130372": digipost.ResultIdentified} {
		if result, err := l.client.Identify(ctx, digipost.Identification{PersonalIdentificationNumber: number}); err != nil || result.Result != want {
			t.Errorf("identify: %+v %v, want %s", result, err, want)
		}
	}
	m, contents := message("01818130291")
	delivery, err := l.client.Send(ctx, m, contents)
	if err != nil || delivery.Status != digipost.DeliveryDelivered || delivery.DeliveryMethod != digipost.ChannelDigipost || delivery.SenderID != l.sender {
		t.Fatalf("send: %+v %v", delivery, err)
	}
	if got := delivery.PrimaryDocument.ContentHash; got == nil || got.Value != m.PrimaryDocument.ContentHash.Value {
		t.Errorf("content hash: %+v", got)
	}
	status, err := l.client.DocumentStatus(ctx, l.sender, m.PrimaryDocument.UUID)
	if err != nil || status.Status != digipost.StatusDelivered || status.Channel != digipost.ChannelDigipost {
		t.Errorf("status: %+v %v", status, err)
	}
	if _, err := l.client.Send(ctx, m, contents); !digipost.IsDuplicateMessage(err) || digipost.OutcomeUnknown(err) {
		t.Errorf("the same again: %v", err)
	}
	m, contents = message("01818130372")
	if _, err := l.client.Send(ctx, m, contents); !digipost.IsNotAUser(err) {
		t.Errorf("not a user: %v", err)
	}
	if _, err := l.client.DocumentStatus(ctx, l.sender, m.PrimaryDocument.UUID); !digipost.IsNotFound(err) {
		t.Errorf("status of what never arrived: %v", err)
	}
}

// TestTrouble: after every trouble the truth can be found out, and the letter
// goes once.
func TestTrouble(t *testing.T) {
	l, ctx := start(t), context.Background()
	for spec, test := range map[string]struct{ unknown, arrived bool }{
		"reset_before@/messages":  {true, false},
		"reset_after@/messages":   {true, true},
		"500@/messages":           {true, false},
		"503@/messages:7":         {true, false},
		"cut@/messages":           {true, true},
		"bad_hash@/messages":      {true, true},
		"bad_signature@/messages": {true, true},
		"html@/messages":          {true, false},
		"html@/messages:404":      {true, false},
		"clock@/messages:10m":     {false, false},
	} {
		l.trouble("")
		if _, err := l.client.Root(ctx, 0); err != nil {
			t.Fatal(err)
		}
		l.trouble(spec)
		m, contents := message("01818130291")
		_, err := l.client.Send(ctx, m, contents)
		// A reset before anything was done may come before or after the letter's last
		// byte has left.
		either := strings.HasPrefix(spec, "reset_before")
		if err == nil || digipost.OutcomeUnknown(err) != test.unknown && !either || digipost.IsNotAUser(err) {
			t.Errorf("%s: %v, unknown %v", spec, err, digipost.OutcomeUnknown(err))
		}
		if _, wrong := digipost.IsClockSkew(err); wrong != strings.HasPrefix(spec, "clock") {
			t.Errorf("%s: clock is %v", spec, wrong)
		}
		if wait := digipost.RetryAfter(err); (wait == 7*time.Second) != strings.HasPrefix(spec, "503") {
			t.Errorf("%s: wait %v", spec, wait)
		}
		l.trouble("")
		_, err = l.client.DocumentStatus(ctx, l.sender, m.PrimaryDocument.UUID)
		if arrived := err == nil; arrived != test.arrived || (err != nil && !digipost.IsNotFound(err)) {
			t.Errorf("%s: status %v, want arrived %v", spec, err, test.arrived)
		}
		_, err = l.client.Send(ctx, m, contents)
		if test.arrived && !digipost.IsDuplicateMessage(err) || !test.arrived && err != nil {
			t.Errorf("%s: sent again under the same ids: %v", spec, err)
		}
	}
}
