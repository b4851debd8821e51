package sandbox

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	lines := []string{peopleHeading,
		kari + ",,kari.nordmann#A1B2,,Kari Nordmann,Storgata 1,0155,Oslo,1990-01-01,+47 912 34 567,kari@example.no,user",
		aase + ",,aase#9YDT,,Åse Marie Ødegård,Lilleveien 22 B,5003,Bergen,1985-02-14,,,user",
		per + ",,,,Per Nordmann,Storgata 1,0155,Oslo,,,,known",
		",310245798,firma#7XYZ,,Prøvefirma AS,Torget 5,0180,Oslo,,,,user"}
	for i := range 12 {
		lines = append(lines, fmt.Sprintf(",,mange.%d#AAAA,,Mange Nordmann,Gata %d,7011,Trondheim,,,,user", i, i+1))
	}
	s := start(t, func(c *Config) { c.People = strings.NewReader(strings.Join(lines, "\n")) })
	c := newCaller(t, s.Ready())
	search := func(kind, text string) string {
		t.Helper()
		a := c.get("/recipients/" + kind + "/" + url.PathEscape(text))
		if a.status != 200 || strings.Contains(string(a.body), "912") {
			t.Fatalf("%s: %d %s", text, a.status, a.body)
		}
		return string(a.body)
	}
	if got := search("search", "kari nord"); !strings.Contains(got, "<recipient><firstname>Kari</firstname><lastname>Nordmann</lastname><digipost-address>kari.nordmann#A1B2</digipost-address><mobile-number>*****567</mobile-number><address><street>Storgata</street><house-number>1</house-number><zip-code>0155</zip-code><city>Oslo</city></address>") {
		t.Error(got)
	}
	if got := search("search", "ØDEGÅRD bergen"); !strings.Contains(got, "<middlename>Marie</middlename>") || !strings.Contains(got, "<house-letter>B</house-letter>") {
		t.Error(got)
	}
	if got := search("search", "prøvefirma"); !strings.Contains(got, "<organisation-number>310245798</organisation-number><organisation-name>Prøvefirma AS</organisation-name>") {
		t.Error(got)
	}
	if got := search("search", "nordmann"); strings.Count(got, "<recipient>") != 10 || strings.Contains(got, ">Per<") {
		t.Error(got)
	}
	for _, nobody := range []string{"Per Nordmann", "%/?", "Ukjent"} {
		if got := search("search", nobody); strings.Contains(got, "<recipient>") {
			t.Errorf("%s: %s", nobody, got)
		}
	}
	var suggested struct {
		Suggestions []struct {
			Text string `xml:"search-string"`
			Link struct {
				URI string `xml:"uri,attr"`
			} `xml:"link"`
		} `xml:"suggestion"`
	}
	if err := xml.Unmarshal([]byte(search("suggest", "nord")), &suggested); err != nil || len(suggested.Suggestions) != 2 {
		t.Fatalf("%v %+v", err, suggested)
	}
	if a := c.get(strings.TrimPrefix(suggested.Suggestions[0].Link.URI, s.Ready().REST)); !strings.Contains(string(a.body), "kari.nordmann#A1B2") {
		t.Errorf("the link of a suggestion: %s", a.body)
	}
	if a := c.get("/recipients/kari.nordmann%23A1B2"); !strings.Contains(string(a.body), "<firstname>Kari</firstname>") {
		t.Errorf("self: %s", a.body)
	}
	for _, short := range []string{"/recipients/search/ab", "/recipients/search/", "/recipients/suggest/a"} {
		refusedWith(t, c.must(request{method: "GET", path: short}), 400, "INVALID_QUERY_PARAMETER")
	}
	refusedWith(t, c.must(request{method: "GET", path: "/recipients/nobody%230000"}), 404, "GENERAL_ERROR")
	refusedWith(t, c.must(request{method: "POST", path: "/recipients/search/kari"}), 405, "ILLEGAL_ACCESS")
}
