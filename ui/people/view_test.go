package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// crowd is a register of made-up people.
type crowd struct {
	people []post.Recipient
	fault  error
}

func (c *crowd) List(_ context.Context, query post.RecipientQuery) (post.RecipientPage, error) {
	var found []post.Recipient
	for _, person := range c.people {
		if strings.Contains(strings.ToLower(person.Name()), strings.ToLower(query.Search)) && (len(query.Digipost) == 0 || query.Digipost[0] == person.Digipost) {
			found = append(found, person)
		}
	}
	total := len(found)
	found = found[min(query.Offset, total):]
	return post.RecipientPage{Recipients: found[:min(query.Limit, len(found))], Total: total}, c.fault
}

func (c *crowd) Show(_ context.Context, id string) (post.Recipient, []post.HistoryLine, error) {
	at := time.Date(2026, 11, 2, 14, 5, 0, 0, time.Local)
	for _, person := range c.people {
		if person.CustomerID == id {
			return person, []post.HistoryLine{
				{At: at, Kind: post.HistoryLetter, Job: "k3x9m2", Subject: "Innkalling til årsmøte", Status: post.ItemDelivered, Channel: post.ChannelDigipost},
				{At: at.AddDate(0, 0, -3), Kind: post.HistoryLetter, Job: "b7w2p1", Subject: "Faktura for kontingent høsten 2026, med purregebyr og en lang forklaring på hvorfor", Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser},
				{At: at.AddDate(0, -1, 0), Kind: post.HistorySplit, Job: "s1", Split: post.HasDigipost},
				{At: at.AddDate(0, -1, -1), Kind: post.HistoryImport, Job: "i1"},
			}, nil
		}
	}
	return post.Recipient{}, nil, post.NewFault(post.CodePersonUnknown, nil, "customer_id", id)
}

func (c *crowd) Overview(context.Context) (post.RegisterOverview, error) {
	overview := post.RegisterOverview{Total: len(c.people), BySplit: map[post.SplitStatus]int{}}
	for _, person := range c.people {
		overview.BySplit[person.Digipost]++
		if person.Checked.After(overview.LastSplit) {
			overview.LastSplit = person.Checked
		}
	}
	return overview, c.fault
}

func (c *crowd) Groups(context.Context) ([]string, error) {
	return []string{"Håndball", "Styret"}, nil
}

func (c *crowd) Forget(_ context.Context, id string) error {
	for i, person := range c.people {
		if person.CustomerID == id {
			c.people = append(c.people[:i:i], c.people[i+1:]...)
		}
	}
	return nil
}

func newCrowd(count int) *crowd {
	checked := time.Date(2026, 10, 30, 9, 0, 0, 0, time.Local)
	c := &crowd{}
	for i := range count {
		person := post.Recipient{CustomerID: fmt.Sprint(1001 + i), FullName: []string{"Åse Bjørkhaug", "Maximiliana Alexandra Bjørnstjerne-Østerhaugsvoll Kristoffersdatter", "Øystein Lønnebakk", "Kjersti Sæterdal", "Per-Olav Tveitnes"}[i%5],
			BirthNumber: "03846131239", Digipost: statuses[(i*i)%len(statuses)], Address: post.Address{Line1: "Måkeveien 12", Postcode: "5003", Town: "Bergen"},
			Groups: [][]string{{"Håndball"}, nil, {"Håndball", "Styret"}}[i%3], Created: checked.AddDate(0, -2, 0)}
		if person.Digipost != post.NeverChecked {
			person.Checked = checked
		}
		if person.Digipost == post.HasDigipost {
			person.DigipostAddress, person.LastLetter = "ase.bjorkhaug#DCGX", checked.AddDate(0, 0, 3)
			person.Phone, person.Email, person.BirthDate, person.Account = "40001001", "ase.bjorkhaug@example.com", "1961-04-03", "12345678903"
		}
		c.people = append(c.people, person)
	}
	return c
}

// TestPictures uses the screen by its ids and takes pictures on the way.
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "people")
		people := newCrowd(12408)
		s := New(b.Env, Ports{Register: people, FirstAid: true})
		b.Framed(s, "", story.Width, story.Height)
		snap("1list")
		b.Type(t, "people.search", "ingen heter dette\n")
		snap("2nohits")
		if !b.Has("people.clear") {
			t.Error("no way back from a search without hits")
		}
		b.Tap(t, "people.clear")
		b.Tap(t, "people.status.digipost")
		b.Tap(t, "people.row.0")
		snap("3card")
		b.Tap(t, "people.show.birth_number")
		snap("3card-shown")
		b.Tap(t, "people.forget")
		snap("4forget")
		b.Tap(t, "people.forget.confirm")
		if len(b.Toasts) != 0 {
			t.Fatal("deleted without the name")
		}
		b.Type(t, "people.forget.name", "Åse Bjørkhaug")
		snap("4forget-typed")
		b.Tap(t, "people.forget.confirm")
		if len(b.Toasts) != 1 || len(people.people) != 12407 || !b.Has("people.search") {
			t.Errorf("toasts %v, %d people", b.Toasts, len(people.people))
		}
		b.Framed(s, "1002", story.Width, story.Height)
		snap("3card-long")
		b.Tap(t, "people.letter")
		if last := len(b.Went) - 1; b.Went[last] != parts.PlaceLetter || b.Args[last] != "1002" {
			t.Errorf("went to %v %v", b.Went, b.Args)
		}
		people.fault = post.NewFault(post.CodeDatabaseBusy, errors.New("locked"))
		b.Framed(s, "", story.Width, story.Height)
		snap("5fault")
		b.Framed(New(b.Env, Ports{Register: &crowd{}}), "", story.Width, story.Height)
		snap("6empty")
	}
}

// TestWrongRecipient: the card leads to first aid for the newest letter, where there is
// first aid.
func TestWrongRecipient(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, Ports{Register: newCrowd(5), FirstAid: true})
	b.Framed(s, "1001", 1024, 700)
	b.Tap(t, "people.wrong")
	if len(b.Went) != 1 || b.Went[0] != parts.PlaceJobs || b.Args[0] != "wrong:k3x9m2:1001" {
		t.Errorf("went to %v %v", b.Went, b.Args)
	}
	s.Leave()
	s = New(b.Env, Ports{Register: newCrowd(5)})
	b.Framed(s, "1001", 1024, 700)
	if b.Has("people.wrong") {
		t.Error("it is offered without first aid")
	}
	s.Leave()
}
