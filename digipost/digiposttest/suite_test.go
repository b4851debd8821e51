package digiposttest_test

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"brevdue/digipost"
	"brevdue/digipost/digiposttest"
	"brevdue/digipost/sandbox"
)

// The people of the stand-in; check digits are right.
const people = `birth_number,organisation_number,digipost_address,person_alias,name,address1,postcode,town,birth_date,phone,email,state
01818130291,,kari.prove#1A2B,kariprove#6QE6,Kari Prøve,Storgata 1,0155,Oslo,1981-01-01,,kari@example.org,user
01818130372,,,alias1#6QE6,Ola Prøve,Storgata 2,0155,Oslo,1981-01-01,,,known
`

func home() *digipost.PrintDetails {
	address := digipost.PrintRecipient{Name: "Kari Prøve", Norwegian: &digipost.NorwegianAddress{Line1: "Storgata 1", Postcode: "0155", City: "Oslo"}}
	return &digipost.PrintDetails{Recipient: address, ReturnAddress: address}
}

// TestStandIn runs the suite on the stand-in, for the broker itself and for
// another sender with the least of agreements.
func TestStandIn(t *testing.T) {
	ready := start(t, sandbox.Config{Dir: t.TempDir(), People: strings.NewReader(people), Seed: 1, Pace: sandbox.Pace{Batch: -1, Open: -1, Print: -1, Postmark: -1},
		Senders: []sandbox.Sender{{ID: 34567, OrganisationNumber: "312345676", Features: []string{"delivery.digipost"}, Permissions: []string{}}}})
	response, err := http.Post(ready.Control+"/inbox?sender=Str%C3%B8m+AS&subject=Faktura", "application/pdf", strings.NewReader("%PDF-1.7\n"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for name, sender := range map[string]int64{"broker": 0, "sender": 34567} {
		t.Run(name, func(t *testing.T) {
			target := account(t, ready.CertificateFile, ready.CertificatePassword, ready.SenderID)
			target.BaseURL, target.SenderID = ready.REST, sender
			target.Recipient = digiposttest.Person{
				PersonalNumber: "01818130291", DigipostAddress: "kari.prove#1A2B", BankAccount: "12345678903", Emails: []string{"kari@example.org"},
				NameAndAddress: &digipost.NameAndAddress{FullName: "Kari Prøve", Line1: "Storgata 1", Postcode: "0155", City: "Oslo", BirthDate: "1981-01-01"},
			}
			target.NotAUser, target.Paper, target.Extremes = "01818130372", home(), sender == 0
			digiposttest.Run(t, target)
		})
	}
}

func start(t *testing.T, config sandbox.Config) sandbox.Ready {
	t.Helper()
	server, err := sandbox.Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.Ready()
}

// account reads the certificate of an account.
func account(t *testing.T, file, password, id string) digiposttest.Target {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := digipost.ReadPKCS12(data, password)
	if err != nil {
		t.Fatal(err)
	}
	broker, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatalf("the account is not a number: %v", err)
	}
	return digiposttest.Target{BaseURL: digipost.BaseURLTest, BrokerID: broker, Key: credentials.Key}
}

// TestEnvironment runs the suite on Digipost's test environment.
func TestEnvironment(t *testing.T) {
	certificate, sender := os.Getenv("DIGIPOST_TEST_CERTIFICATE"), os.Getenv("DIGIPOST_TEST_SENDER")
	if certificate == "" || sender == "" {
		t.Skip("DIGIPOST_TEST_CERTIFICATE, DIGIPOST_TEST_PASSWORD and DIGIPOST_TEST_SENDER name an account of Digipost's test environment; without them it is left alone")
	}
	target := account(t, certificate, os.Getenv("DIGIPOST_TEST_PASSWORD"), sender)
	if base := os.Getenv("DIGIPOST_TEST_URL"); base != "" {
		target.BaseURL = base
	}
	switch recipient := os.Getenv("DIGIPOST_TEST_RECIPIENT"); {
	case recipient == "":
		t.Log("DIGIPOST_TEST_RECIPIENT is empty: nothing is sent")
	case regexp.MustCompile(`^[0-9]{11}$`).MatchString(recipient):
		target.Recipient.PersonalNumber = recipient
	default:
		target.Recipient.DigipostAddress = recipient
	}
	digiposttest.Run(t, target)
}
