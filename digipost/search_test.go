package digipost

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	recipientsXML = `<recipients xmlns="http://api.digipost.no/schema/v8"><recipient><firstname>Åse</firstname><lastname>Prøve</lastname>` +
		`<digipost-address>ase.prove#1A2B</digipost-address><mobile-number>*****527</mobile-number><address><street>Storgata</street>` +
		`<house-number>1</house-number><zip-code>0155</zip-code><city>Oslo</city></address><link rel="x/self" uri="/r"/></recipient>` +
		`<recipient><digipost-address> </digipost-address></recipient></recipients>`
	suggestionsXML = `<autocomplete xmlns="http://api.digipost.no/schema/v8"><suggestion><search-string>Åse Prøve</search-string>` +
		`<link rel="x/search" uri="/s"/></suggestion><suggestion/></autocomplete>`
)

func TestSearchText(t *testing.T) {
	for text, want := range map[string]string{
		"  Åse   Prøve-Ås ": "Åse Prøve-Ås", "ola.nordmann#1234": "ola nordmann 1234", "../../x?y=1&z": "x y 1 z",
		"a\x00b\xff%2Fc": "a b 2Fc", "": "", "...": "", "ＡＢ": "ＡＢ", strings.Repeat("ø", 300): strings.Repeat("ø", 100),
	} {
		if got := SearchText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzSearchText(f *testing.F) {
	f.Add("Åse Prøve")
	f.Add("a/../b\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := SearchText(text)
		if got != SearchText(got) || !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxSearch || strings.ContainsAny(got, "/?#%&.") {
			t.Errorf("%q: %q", text, got)
		}
	})
}

// TestSearch: the client lives with a server that signs paths escaped and with
// one that signs them decoded.
func TestSearch(t *testing.T) {
	for _, decodes := range []bool{false, true} {
		var s *digipostStub
		s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
			path := r.URL.EscapedPath()
			if decodes {
				path = r.URL.Path
			}
			digest := sha256.Sum256([]byte("GET\n" + strings.ToLower(path) + "\ndate: " + r.Header.Get("Date") + "\nx-digipost-userid: 1000\n\n"))
			signature, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Digipost-Signature"))
			switch {
			case rsa.VerifyPKCS1v15(&clientKey().PublicKey, crypto.SHA256, digest[:], signature) != nil:
				s.reply(w, r, 403, errorXML("INVALID_SIGNATURE", "CLIENT_TECHNICAL", ""))
			case strings.HasPrefix(r.URL.Path, "/complete/"):
				s.reply(w, r, 200, suggestionsXML)
			default:
				s.reply(w, r, 200, recipientsXML)
			}
		})
		s.rootLinks = `<link rel="x/search" uri="/search"/><link rel="x/autocomplete" uri="/complete/"/>`
		c, ctx := s.client(), context.Background()
		found, err := c.Search(ctx, " Åse, Prøve ")
		if err != nil || len(found) != 1 || found[0].FirstName != "Åse" || found[0].DigipostAddress != "ase.prove#1A2B" ||
			found[0].Addresses[0] != (FoundAddress{Street: "Storgata", HouseNumber: "1", Postcode: "0155", City: "Oslo"}) {
			t.Errorf("decodes %v: %+v %v", decodes, found, err)
		}
		suggestions, err := c.Autocomplete(ctx, "Åse")
		if err != nil || len(suggestions) != 1 || suggestions[0] != "Åse Prøve" {
			t.Errorf("decodes %v: %v %v", decodes, suggestions, err)
		}
		want := 3 // entry point, search, autocomplete
		if decodes {
			want = 4 // one refusal teaches it
		}
		if calls := s.called(); len(calls) != want || calls[1] != "GET /search/%C3%85se%20Pr%C3%B8ve" {
			t.Errorf("decodes %v: %v", decodes, calls)
		}
		var wrong *FieldError
		if _, err := c.Search(ctx, "å."); !errors.As(err, &wrong) || wrong.Field != "search" {
			t.Errorf("short: %v", err)
		}
	}
}

// TestSearchRefused: where the signature is refused either way, that is said,
// and a path without escapes is asked for once.
func TestSearchRefused(t *testing.T) {
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		s.reply(w, r, 403, errorXML("INVALID_SIGNATURE", "CLIENT_TECHNICAL", ""))
	})
	s.rootLinks = `<link rel="x/search" uri="/search"/>`
	c, ctx := s.client(), context.Background()
	if _, err := c.Root(ctx, 0); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"abc": 1, "abc def": 2} {
		before := len(s.called())
		if _, err := c.Search(ctx, text); !IsSignatureRefused(err) {
			t.Errorf("%s: %v", text, err)
		}
		if got := len(s.called()) - before; got != want {
			t.Errorf("%s: %d calls, want %d", text, got, want)
		}
	}
}
