package store_test

import (
	"fmt"
	"reflect"
	"testing"

	"brevdue/app/post"
)

func TestPersonComesBackAsStored(t *testing.T) {
	db, _ := open(t)
	want := post.Recipient{CustomerID: "17", BirthNumber: birthNumber(1), OrganisationNumber: "987654325", DigipostAddress: "a.b#1A2B",
		PersonAlias: "qwerty#0000", FirstName: "Åse", MiddleName: "Æ", LastName: "Ødegård", FullName: "Åse Ø", BirthDate: "1980-01-02",
		Address: post.Address{Line1: "Gata 1", Line2: "H1", Postcode: "0150", Town: "Oslo", Country: "NO"}, Phone: "1", Email: "a@b.no",
		Account: "12345678903", Groups: []string{"Ansatte", "Øvre \"vei\""}, Digipost: post.HasDigipost, Reason: post.ReasonOther, Uncertain: true, Checked: start}
	addPeople(t, db, "i", want)
	got, err := db.Recipient(t.Context(), "17")
	check(t, err)
	if got.Created.IsZero() || !got.Created.Equal(got.Changed) {
		t.Errorf("created %v, changed %v", got.Created, got.Changed)
	}
	want.Created, want.Changed = got.Created, got.Changed
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	_, err = db.Recipient(t.Context(), "18")
	wantCode(t, err, post.CodePersonUnknown)
}

func TestSearchAndOrder(t *testing.T) {
	db, _ := open(t)
	addPeople(t, db, "i",
		post.Recipient{CustomerID: "1", FullName: "Åse Ødegård", BirthNumber: birthNumber(7), Address: post.Address{Town: "Tromsø"}, Groups: []string{"A"}},
		post.Recipient{CustomerID: "10", FirstName: "Zoë", LastName: "Berg", DigipostAddress: "zoe.berg#1A2B", Digipost: post.HasDigipost},
		post.Recipient{CustomerID: "2", FullName: "Bakeri 100% AS", OrganisationNumber: "987654325", Groups: []string{"A", "B"}},
		post.Recipient{CustomerID: "3", FullName: "Ærlig Øst", Digipost: post.Identified},
		post.Recipient{CustomerID: "4", FullName: "Øystein Aas"})
	number := birthNumber(7)
	for _, c := range []struct {
		query post.RecipientQuery
		want  string
	}{
		{post.RecipientQuery{}, "2 10 3 4 1"},
		{post.RecipientQuery{Down: true}, "1 4 3 10 2"},
		{post.RecipientQuery{Order: post.OrderCustomerID}, "1 2 3 4 10"},
		{post.RecipientQuery{Order: "no such order", Limit: 2, Offset: 1}, "10 3"},
		{post.RecipientQuery{Search: "odegard"}, "1"},
		{post.RecipientQuery{Search: "ØDEGÅRD ase"}, "1"},
		{post.RecipientQuery{Search: "Aase oDEGaard"}, "1"},
		{post.RecipientQuery{Search: "tromso"}, "1"},
		{post.RecipientQuery{Search: "zoe"}, "10"},
		{post.RecipientQuery{Search: "ærlig"}, "3"},
		{post.RecipientQuery{Search: "aerlig"}, "3"},
		{post.RecipientQuery{Search: "ås"}, "2 4 1"},
		{post.RecipientQuery{Search: "100%"}, "2"},
		{post.RecipientQuery{Search: "_"}, ""},
		{post.RecipientQuery{Search: "#1a2b"}, "10"},
		{post.RecipientQuery{Search: number}, "1"},
		{post.RecipientQuery{Search: " " + number[:6] + " " + number[6:]}, "1"},
		{post.RecipientQuery{Search: number[:10]}, ""},
		{post.RecipientQuery{Search: "987 654 325"}, "2"},
		{post.RecipientQuery{Group: "A"}, "2 1"},
		{post.RecipientQuery{Group: "A", Search: "bakeri"}, "2"},
		{post.RecipientQuery{Digipost: []post.SplitStatus{post.HasDigipost, post.Identified}}, "10 3"},
		{post.RecipientQuery{Digipost: []post.SplitStatus{post.NeverChecked}}, "2 4 1"},
	} {
		page, err := db.Recipients(t.Context(), c.query)
		check(t, err)
		got := ""
		for _, person := range page.Recipients {
			got += " " + person.CustomerID
		}
		if got != "" {
			got = got[1:]
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.query, got, c.want)
		}
		if c.query.Limit == 0 && page.Total != len(page.Recipients) || c.query.Limit > 0 && page.Total != 5 {
			t.Errorf("%+v: total %d", c.query, page.Total)
		}
	}
	groups, err := db.Groups(t.Context())
	if err != nil || !reflect.DeepEqual(groups, []string{"A", "B"}) {
		t.Errorf("groups %v, %v", groups, err)
	}
	overview, err := db.Overview(t.Context())
	if err != nil || overview.Total != 5 || overview.BySplit[post.NeverChecked] != 3 || !overview.LastSplit.IsZero() {
		t.Errorf("overview %+v, %v", overview, err)
	}
}

func TestMatch(t *testing.T) {
	db, _ := open(t)
	home := post.Address{Line1: "Storgata 1", Postcode: "0150", Town: "Oslo"}
	addPeople(t, db, "i",
		post.Recipient{CustomerID: "1", BirthNumber: birthNumber(1), FullName: "Kari Nordmann", Address: home},
		post.Recipient{CustomerID: "2", OrganisationNumber: "987654325", FullName: "Bakeri AS"},
		post.Recipient{CustomerID: "3", DigipostAddress: "ola#1A2B", FullName: "Ola Nordmann"},
		post.Recipient{CustomerID: "B00001", FullName: "Per Hansen", Address: home},
		post.Recipient{CustomerID: "5", FullName: "Jan Hansen", Address: home},
		post.Recipient{CustomerID: "6", FullName: "Jan Hansen", Address: home})
	cases := []struct {
		person post.Recipient
		want   string
	}{
		{post.Recipient{CustomerID: "1", BirthNumber: birthNumber(9)}, "1"},
		{post.Recipient{CustomerID: "77", BirthNumber: birthNumber(1)}, "1"},
		{post.Recipient{OrganisationNumber: "987654325"}, "2"},
		{post.Recipient{DigipostAddress: "OLA#1a2b"}, "3"},
		{post.Recipient{DigipostAddress: "ola#1A2B", OrganisationNumber: "974760673"}, "3"},
		{post.Recipient{FullName: "kari  NORDMANN", Address: home}, "1"},
		{post.Recipient{FullName: "Kari Nordmann", Address: home, BirthNumber: birthNumber(2)}, ""},
		{post.Recipient{FullName: "Kari Nordmann", Address: post.Address{Line1: "Storgata 1", Postcode: "5003"}}, ""},
		{post.Recipient{FirstName: "Per", LastName: "Hansen", Address: home}, "B00001"},
		{post.Recipient{CustomerID: "42", FullName: "Per Hansen", Address: home}, "B00001"},
		{post.Recipient{CustomerID: "42", FullName: "Kari Nordmann", Address: home}, ""},
		{post.Recipient{FullName: "Jan Hansen", Address: home}, ""},
		{post.Recipient{}, ""},
	}
	var asked []post.Recipient
	for _, c := range cases {
		asked = append(asked, c.person)
	}
	matches, err := db.Match(t.Context(), asked)
	check(t, err)
	for i, c := range cases {
		got := ""
		if matches[i] != nil {
			got = matches[i].CustomerID
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.person, got, c.want)
		}
	}
}

func TestNextCustomerIDs(t *testing.T) {
	db, _ := open(t)
	addPeople(t, db, "i", post.Recipient{CustomerID: "B00002", FullName: "A"})
	ids, err := db.NextCustomerIDs(t.Context(), 3)
	if err != nil || fmt.Sprint(ids) != "[B00003 B00004 B00005]" {
		t.Fatal(ids, err)
	}
	// Not given out again after the person was forgotten.
	check(t, db.Forget(t.Context(), "B00002"))
	ids, err = db.NextCustomerIDs(t.Context(), 1)
	if err != nil || ids[0] != "B00003" {
		t.Fatal(ids, err)
	}
}
