package onboarding

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

var start = time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)

func press(org string, at time.Time) Event {
	return Pressed{ID: "id", Nonce: "nonce-" + org, OrganisationNumber: org, At: at}
}

func comesBack(nonce string, sender int64, after time.Duration) Event {
	return Answered{Answer: Answer{SenderID: sender, DigipostAddress: "kor#1A2B", Nonce: nonce}, At: start.Add(after)}
}

var bound = Bound{Port: 4711, Path: "/p", RegistrationURL: "https://example.org/r"}

// TestStories walks whole stories; each line is an event and what is expected:
// the state, the wishes and the trouble.
func TestStories(t *testing.T) {
	type line struct {
		event Event
		want  string
	}
	begin := []line{
		{press("1", start), "not_started [close bind open]"},
		{bound, "browser_opened [save]"},
	}
	for _, story := range []struct {
		name  string
		lines []line
	}{
		{"straight on", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{Proved{}, "verified [save]"})},
		{"pressed twice: the nonce in the browser stays good", append(begin[:2:2],
			line{press("1", start.Add(time.Minute)), "browser_opened [bind open]"},
			line{bound, "browser_opened [save]"},
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"})},
		{"pressed again without naming the company", append(begin[:2:2],
			line{press("", start.Add(time.Minute)), "browser_opened [bind open]"},
			line{bound, "browser_opened [save]"},
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"})},
		{"another company: a new attempt", append(begin[:2:2],
			line{press("2", start.Add(time.Minute)), "not_started [close bind open]"},
			line{bound, "browser_opened [save]"},
			line{comesBack("nonce-1", 1000, time.Hour), "browser_opened [save] return_wrong_nonce"},
			line{comesBack("nonce-2", 2000, time.Hour), "returned [save close verify]"})},
		{"closed the browser, came back tomorrow", append(begin[:2:2],
			line{Restarted{At: start.AddDate(0, 0, 1)}, "browser_opened [bind]"},
			line{bound, "browser_opened [save]"},
			line{comesBack("nonce-1", 1000, 26*time.Hour), "returned [save close verify]"})},
		{"no browser", append(begin[:2:2],
			line{Unopened{}, "browser_opened [save] no_browser"},
			line{Unopened{}, "browser_opened [] no_browser"},
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"})},
		{"wrong nonce, then the right one", append(begin[:2:2],
			line{comesBack("other", 666, time.Hour), "browser_opened [save] return_wrong_nonce"},
			line{comesBack("", 666, time.Hour), "browser_opened [] return_wrong_nonce"},
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"})},
		{"the link clicked twice", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{comesBack("nonce-1", 1000, 2*time.Hour), "returned []"},
			line{Proved{}, "verified [save]"},
			line{comesBack("nonce-1", 1000, 3*time.Hour), "verified []"})},
		{"a second answer with another sender-id", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{comesBack("nonce-1", 6666, time.Hour), "returned [save] return_wrong_nonce"},
			line{Proved{}, "verified [save]"},
			line{comesBack("nonce-1", 6666, time.Hour), "verified [save] return_wrong_nonce"})},
		{"back on the last day", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, NonceLife), "returned [save close verify]"})},
		{"back a day too late, then pressed again", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, NonceLife+time.Second), "browser_opened [save] return_expired"},
			line{Restarted{At: start.Add(NonceLife + time.Second)}, "browser_opened [] return_expired"},
			line{press("1", start.Add(NonceLife+time.Second)), "not_started [close bind open]"})},
		{"the wrong company's certificate, then the right one", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{Disproved{Code: post.CodeNotAuthorised}, "returned [save] not_authorised"},
			line{Asked{}, "returned [verify] not_authorised"},
			line{Proved{}, "verified [save]"})},
		{"no signing rights: approved a week later", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"},
			line{Restarted{At: start.AddDate(0, 0, 7)}, "applied [bind]"},
			line{bound, "applied [save]"},
			line{comesBack("nonce-1", 1000, 8*24*time.Hour), "returned [save close verify]"})},
		{"turned down, then approved after all", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"},
			line{Denied{}, "refused [save close]"},
			line{comesBack("nonce-1", 1000, 9*24*time.Hour), "returned [save close verify]"})},
		{"no sender-id in the answer", append(begin[:2:2],
			line{comesBack("nonce-1", 0, time.Hour), "browser_opened [save] return_no_sender"})},
		{"junk was pasted", append(begin[:2:2],
			line{Unreadable{Code: post.CodeReturnUnreadable}, "browser_opened [save] return_unreadable"})},
		{"gave up", append(begin[:2:2],
			line{Cancelled{}, "not_started [save close]"},
			line{comesBack("nonce-1", 1000, time.Hour), "not_started []"})},
		{"an answer out of nowhere", []line{{comesBack("x", 1000, 0), "not_started []"}, {comesBack("", 1000, 0), "not_started []"}}},
		{"events that make no sense", []line{{Proved{}, "not_started []"}, {Disproved{}, "not_started []"}, {HandedIn{}, "not_started []"},
			{Asked{}, "not_started []"}, {Cancelled{}, "not_started []"}, {Restarted{At: start}, "not_started []"}, {bound, "not_started [close]"}}},
		{"signed up once more for another company", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{Proved{}, "verified [save]"},
			line{Cancelled{}, "verified []"},
			line{press("2", start.AddDate(0, 1, 0)), "not_started [close bind open]"})},
	} {
		t.Run(story.name, func(t *testing.T) {
			var attempt Attempt
			for i, line := range story.lines {
				var wishes []Wish
				attempt, wishes = attempt.Apply(line.event)
				got := strings.TrimSpace(fmt.Sprint(attempt.State, " ", wishes, " ", attempt.Trouble))
				if got != line.want {
					t.Fatalf("line %d, %T:\n got %s\nwant %s", i+1, line.event, got, line.want)
				}
			}
		})
	}
}

func TestLate(t *testing.T) {
	for after, want := range map[time.Duration]bool{time.Hour: false, 25 * time.Hour: true} {
		if Late(post.Onboarding{Started: start, Returned: start.Add(after)}) != want {
			t.Errorf("%v", after)
		}
	}
	if Late(post.Onboarding{Started: start}) {
		t.Error("not returned, not late")
	}
}

// FuzzEvents throws events in any order and holds the machine to its promises.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0, 1, 3, 7})
	f.Add([]byte{0, 1, 2, 4, 5, 6, 3, 8, 9, 10, 11, 12, 13, 14})
	f.Fuzz(func(t *testing.T, script []byte) {
		var a Attempt
		at := start
		for i, b := range script {
			at = at.Add(time.Duration(b>>4) * 48 * time.Hour)
			events := []Event{
				Pressed{ID: fmt.Sprint(i), Nonce: fmt.Sprint("n", i), OrganisationNumber: fmt.Sprint(b >> 7), At: at},
				bound,
				Answered{Answer{SenderID: 6666, Nonce: "wrong"}, at},
				Answered{Answer{SenderID: 1000, Nonce: a.Nonce}, at},
				Answered{Answer{SenderID: 2000, Nonce: a.Nonce}, at},
				Answered{Answer{Nonce: a.Nonce}, at},
				Unopened{}, Proved{}, Disproved{post.CodeUnreachable}, HandedIn{}, Denied{}, Asked{}, Cancelled{},
				Restarted{at}, Unreadable{post.CodeReturnUnreadable},
			}
			event := events[int(b&15)%len(events)]
			next, wishes := a.Apply(event)
			promise(t, a, event, next, wishes, at)
			a = next
		}
	})
}

func promise(t *testing.T, before Attempt, event Event, after Attempt, wishes []Wish, at time.Time) {
	t.Helper()
	has := after.SenderID != 0
	if got := after.Is(Returned) || after.Is(Verified); got != has {
		t.Fatalf("%T: state %s with sender-id %d", event, after.State, after.SenderID)
	}
	if _, proved := event.(Proved); after.Is(Verified) && !before.Is(Verified) && (!proved || !before.Is(Returned)) {
		t.Fatalf("verified by %T from %s", event, before.State)
	}
	if e, ok := event.(Answered); ok && has && before.SenderID == 0 {
		if e.Nonce != before.Nonce || e.Nonce == "" || at.Sub(before.Started) > NonceLife {
			t.Fatalf("took an answer it should not: %+v", e)
		}
	}
	if before.SenderID != 0 && has && before.Nonce == after.Nonce && before.SenderID != after.SenderID {
		t.Fatalf("%T changed a caught sender-id", event)
	}
	normal := before
	normal.State = string(before.state())
	if after != normal && !wants(wishes, WishSave) && !wants(wishes, WishBind) {
		t.Fatalf("%T changed something that is not saved", event)
	}
	if wants(wishes, WishVerify) && !after.Is(Returned) {
		t.Fatalf("%T wants proof in %s", event, after.State)
	}
}
