package onboarding

import (
	"fmt"
	"reflect"
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

func typed(sender int64, org string) Event {
	return Typed{ID: "typed", SenderID: sender, OrganisationNumber: org, At: start.Add(time.Hour)}
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
		{"approved first, and then the browser comes back", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"},
			line{comesBack("nonce-1", 1000, 4*24*time.Hour), "returned [save close verify]"},
			line{Proved{}, "verified [save]"},
			line{comesBack("nonce-1", 1000, 5*24*time.Hour), "verified []"},
			line{comesBack("nonce-1", 6666, 5*24*time.Hour), "verified [save] return_wrong_nonce"})},
		{"applied twice, denied twice", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"}, line{HandedIn{}, "applied []"},
			line{press("1", start.AddDate(0, 0, 2)), "applied [bind open]"},
			line{bound, "applied [save]"},
			line{Denied{}, "refused [save close]"}, line{Denied{}, "refused []"}, line{PutOff{}, "refused []"},
			line{press("1", start.AddDate(0, 0, 3)), "not_started [close bind open]"})},
		{"turned down, and approved too late", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"},
			line{Denied{}, "refused [save close]"},
			line{Restarted{At: start.Add(NonceLife + 1)}, "refused []"},
			line{comesBack("nonce-1", 1000, NonceLife+1), "refused [save] return_expired"})},
		{"another company's sender", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{Proved{OrganisationNumber: "2"}, "returned [save] wrong_company"},
			line{Asked{}, "returned [verify] wrong_company"},
			line{Proved{OrganisationNumber: "2"}, "returned [] wrong_company"},
			line{Proved{OrganisationNumber: "1"}, "verified [save]"})},
		{"already a sender", []line{
			{typed(1000, "1"), "returned [save close verify]"},
			{Proved{OrganisationNumber: "1"}, "verified [save close]"},
			{typed(1000, ""), "verified []"},
			{comesBack("", 1000, time.Hour), "verified [save] return_wrong_nonce"}}},
		{"already a sender, a slip of the finger", []line{
			{typed(0, ""), "not_started []"}, {typed(-1, ""), "not_started []"},
			{typed(1001, ""), "returned [save close verify]"},
			{Disproved{Code: post.CodeNotAuthorised}, "returned [save] not_authorised"},
			{Restarted{At: start}, "returned [] not_authorised"},
			{bound, "returned [close] not_authorised"},
			{typed(1000, ""), "returned [save verify]"},
			{Proved{OrganisationNumber: "1"}, "verified [save close]"}}},
		{"heard by mail, mistyped, and then the relay has it", append(begin[:2:2],
			line{HandedIn{}, "applied [save]"},
			line{typed(1001, ""), "returned [save verify]"},
			line{Disproved{Code: post.CodeNotAuthorised}, "returned [save] not_authorised"},
			line{Restarted{At: start.AddDate(0, 0, 5)}, "returned [bind] not_authorised"},
			line{bound, "returned [save] not_authorised"},
			line{comesBack("other", 6666, 5*24*time.Hour), "returned [save] return_wrong_nonce"},
			line{comesBack("nonce-1", 1000, 5*24*time.Hour), "returned [save close verify]"},
			line{Proved{}, "verified [save]"})},
		{"typed what then comes back", append(begin[:2:2],
			line{typed(1000, "1"), "returned [save verify]"},
			line{comesBack("nonce-1", 1000, 2*time.Hour), "returned [save close verify]"},
			line{comesBack("nonce-1", 1000, 2*time.Hour), "returned []"},
			line{Proved{}, "verified [save]"})},
		{"typed and proved, and then it comes back", append(begin[:2:2],
			line{typed(1000, "1"), "returned [save verify]"},
			line{Proved{}, "verified [save close]"},
			line{comesBack("nonce-1", 1000, 2*time.Hour), "verified []"},
			line{comesBack("nonce-1", 6666, 2*time.Hour), "verified [save] return_wrong_nonce"})},
		{"mistyped, then the browser once more: the nonce stays good", append(begin[:2:2],
			line{HandedIn{At: start}, "applied [save]"},
			line{typed(1001, ""), "returned [save verify]"},
			line{press("", start.AddDate(0, 0, 1)), "applied [bind open]"},
			line{bound, "applied [save]"},
			line{comesBack("nonce-1", 1000, 26*time.Hour), "returned [save close verify]"})},
		{"typed over what was caught: a new attempt", append(begin[:2:2],
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save close verify]"},
			line{typed(1000, ""), "returned [verify]"},
			line{typed(2000, ""), "returned [save close verify]"},
			line{comesBack("nonce-1", 1000, time.Hour), "returned [save] return_wrong_nonce"})},
		{"typed for another company than the one that waits", append(begin[:2:2],
			line{typed(2000, "2"), "returned [save close verify]"},
			line{Proved{OrganisationNumber: "1"}, "returned [save] wrong_company"})},
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
	if Late(post.Onboarding{Started: start, Applied: start, Returned: start.AddDate(0, 0, 9)}) {
		t.Error("an application takes its days")
	}
}

// TestDates: when an attempt came how far is kept, the first time counts.
func TestDates(t *testing.T) {
	var a Attempt
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }
	for _, event := range []Event{press("1", day(0)), bound, HandedIn{At: day(1)}, HandedIn{At: day(2)}, PutOff{At: day(5)}, Denied{At: day(6)}, Denied{At: day(7)},
		comesBack("nonce-1", 1000, 8*24*time.Hour), comesBack("nonce-1", 1000, 9*24*time.Hour), Proved{At: day(10)}, Proved{At: day(11)}} {
		a, _ = a.Apply(event)
	}
	for name, test := range map[string]struct {
		got  time.Time
		want int
	}{"started": {a.Started, 0}, "applied": {a.Applied, 1}, "reminded": {a.Reminded, 5}, "refused": {a.Refused, 6}, "returned": {a.Returned, 8}, "verified": {a.Verified, 10}} {
		if !test.got.Equal(day(test.want)) {
			t.Errorf("%s %v, want day %d", name, test.got, test.want)
		}
	}
}

// TestReminder: three working days, weekends left out.
func TestReminder(t *testing.T) {
	oslo := time.FixedZone("CET", 3600)
	for applied, want := range map[string]string{
		"2025-11-17 09:00": "2025-11-20 09:00", // Monday: Thursday
		"2025-11-18 09:00": "2025-11-21 09:00",
		"2025-11-19 09:00": "2025-11-24 09:00", // Wednesday: Monday
		"2025-11-21 15:30": "2025-11-26 15:30", // Friday: Wednesday
		"2025-11-22 12:00": "2025-11-26 12:00", // Saturday
		"2025-11-23 23:30": "2025-11-26 23:30", // Sunday
	} {
		at, _ := time.ParseInLocation("2006-01-02 15:04", applied, oslo)
		a := post.Onboarding{State: string(Applied), Started: at, Applied: at.UTC()}
		due := RemindAt(a, oslo)
		if got := due.Format("2006-01-02 15:04"); got != want {
			t.Errorf("applied %s: due %s, want %s", applied, got, want)
		}
		if ReminderDue(a, due.Add(-time.Second)) || !ReminderDue(a, due) {
			t.Errorf("applied %s: not due exactly then", applied)
		}
		a.Reminded = due
		if ReminderDue(a, due.AddDate(0, 0, 2)) || !ReminderDue(a, due.AddDate(0, 0, 5)) {
			t.Errorf("applied %s: put off wrongly", applied)
		}
		a.Applied, a.Reminded = time.Time{}, time.Time{}
		if !RemindAt(a, oslo).Equal(due) {
			t.Error("without its date the start counts")
		}
		a.State = string(Returned)
		if ReminderDue(a, due.AddDate(1, 0, 0)) {
			t.Error("reminded of what has come")
		}
	}
}

// FuzzEvents throws events in any order and holds the machine to its promises.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 3, 0, 7})
	f.Add([]byte{0, 0, 0, 1, 0, 2, 0, 4, 0, 5, 0, 6, 0, 3, 0, 8, 0, 9, 0, 10, 0, 11, 0, 12, 0, 13, 0, 14})
	f.Add([]byte{0, 0, 0, 1, 0, 9, 0, 15, 0, 8, 0, 3, 0, 17, 0, 7})
	f.Add([]byte{0, 16, 0, 7, 0, 0, 0, 1, 0, 15, 0, 0, 0, 1, 0, 4, 0, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		var a Attempt
		at := start
		used := map[string]int64{} // by nonce: the one sender-id it has brought
		for i := 0; i+1 < len(script); i += 2 {
			b := script[i]
			at = at.Add(time.Duration(b>>4) * 48 * time.Hour)
			org := fmt.Sprint(b & 1)
			events := []Event{
				Pressed{ID: fmt.Sprint(i), Nonce: fmt.Sprint("n", i), OrganisationNumber: org, At: at},
				bound,
				Answered{Answer{SenderID: 6666, Nonce: "wrong"}, at},
				Answered{Answer{SenderID: 1000, Nonce: a.Nonce}, at},
				Answered{Answer{SenderID: 2000, Nonce: a.Nonce}, at},
				Answered{Answer{Nonce: a.Nonce}, at},
				Unopened{}, Proved{At: at}, Disproved{Code: post.CodeUnreachable}, HandedIn{at}, Denied{at}, Asked{}, Cancelled{},
				Restarted{at}, Unreadable{post.CodeReturnUnreadable},
				Typed{fmt.Sprint(i), 1000, "", at}, Typed{fmt.Sprint(i), 3000, org, at}, Proved{org, at}, PutOff{at},
			}
			event := events[int(script[i+1])%len(events)]
			next, wishes := a.Apply(event)
			promise(t, a, event, next, wishes, at)
			if e, ok := event.(Answered); ok && wants(wishes, WishVerify) {
				if earlier, twice := used[e.Nonce]; twice {
					t.Fatalf("the nonce brought %d and then %d", earlier, e.SenderID)
				}
				used[e.Nonce] = e.SenderID
			}
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
	proof, proved := event.(Proved)
	if after.Is(Verified) && !before.Is(Verified) {
		if !proved || !before.Is(Returned) {
			t.Fatalf("verified by %T from %s", event, before.State)
		}
		if proof.OrganisationNumber != "" && proof.OrganisationNumber != after.OrganisationNumber {
			t.Fatalf("verified for %s by a proof of %s", after.OrganisationNumber, proof.OrganisationNumber)
		}
	}
	if e, ok := event.(Answered); ok && after.SenderID != before.SenderID {
		if e.Nonce != before.Nonce || e.Nonce == "" || at.Sub(before.Started) > NonceLife || before.Is(Verified) {
			t.Fatalf("took an answer it should not: %+v", e)
		}
	}
	caught := before.SenderID != 0 && !before.Typed
	if caught && has && before.ID == after.ID && before.SenderID != after.SenderID {
		t.Fatalf("%T changed a caught sender-id", event)
	}
	if before.Is(Verified) && before.ID == after.ID && (!after.Is(Verified) || after.SenderID != before.SenderID) {
		t.Fatalf("%T took a verified sender away", event)
	}
	normal := before
	normal.State = string(before.state())
	if !reflect.DeepEqual(after, normal) && !wants(wishes, WishSave) && !wants(wishes, WishBind) {
		t.Fatalf("%T changed something that is not saved", event)
	}
	if wants(wishes, WishVerify) && !after.Is(Returned) {
		t.Fatalf("%T wants proof in %s", event, after.State)
	}
}
