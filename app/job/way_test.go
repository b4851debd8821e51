package job

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"brevdue/app/post"
)

// refused is Digipost's sure word about somebody who is not a user.
var refused = post.Outcome{Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser, Channel: post.ChannelNone, Detail: DetailNotAUser}

var printing = post.Outcome{Status: post.ItemPrinting, Channel: post.ChannelPrint}

func paperIfNone() post.Options {
	return post.Options{Paper: &post.Paper{IfNoDigipost: true, Return: post.PostalAddress{Name: "Klubben", Address: oslo}}}
}

// says is a Digipost that gives one answer.
func says(finding post.Finding, err error) func(post.Target) (post.Finding, error) {
	return func(post.Target) (post.Finding, error) { return finding, err }
}

// notThere answers 404 to letters that go digitally only.
func notThere(_ int, letter post.Letter) (bool, post.Outcome, error) {
	if letter.NoDigipost {
		return true, printing, nil
	}
	return false, refused, nil
}

// TestPaperOnlyAfterASureWord: what each answer leads to. wantWays are the
// values of NoDigipost that left, in order.
func TestPaperOnlyAfterASureWord(t *testing.T) {
	invite := post.Options{Invite: &post.Invitation{Deadline: time.Now().Add(240 * time.Hour)}}
	unread := paperIfNone()
	unread.Paper = &post.Paper{IfUnreadBy: time.Now().Add(240 * time.Hour), Return: unread.Paper.Return}
	weaker := refused
	weaker.Detail = "UNKNOWN_USER"
	homeless := sally
	homeless.Address = post.Address{}
	for _, c := range []struct {
		name       string
		options    post.Options
		to         post.Target
		finding    post.Finding
		answer     func(int, post.Letter) (bool, post.Outcome, error)
		wantWays   []bool
		wantStatus post.ItemStatus
		wantReason post.Reason
		wantAsked  int
	}{
		{"has Digipost", paperIfNone(), sally, post.Finding{Status: post.HasDigipost}, nil, []bool{false}, post.ItemDelivered, "", 1},
		{"known without", paperIfNone(), sally, post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser}, notThere, []bool{true}, post.ItemPrinting, "", 1},
		{"not known", paperIfNone(), sally, post.Finding{Status: post.Unidentified, Reason: post.ReasonUnidentified}, notThere, []bool{true}, post.ItemPrinting, "", 1},
		{"several", paperIfNone(), sally, post.Finding{Status: post.Unidentified, Reason: post.ReasonSeveralMatches}, nil, nil, post.ItemNotDelivered, post.ReasonSeveralMatches, 1},
		{"invalid", paperIfNone(), sally, post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidNumber}, nil, nil, post.ItemNotDelivered, post.ReasonInvalidNumber, 1},
		{"invalid somehow", paperIfNone(), sally, post.Finding{Status: post.Invalid}, nil, nil, post.ItemNotDelivered, post.ReasonOther, 1},
		{"said yes, means no", paperIfNone(), sally, post.Finding{Status: post.HasDigipost}, notThere, []bool{false, true}, post.ItemPrinting, "", 1},
		{"said no, refuses paper", paperIfNone(), sally, post.Finding{Status: post.Identified}, func(int, post.Letter) (bool, post.Outcome, error) { return false, refused, nil },
			[]bool{true}, post.ItemNotDelivered, post.ReasonNotAUser, 1},
		{"a weaker no", paperIfNone(), sally, post.Finding{Status: post.HasDigipost}, func(int, post.Letter) (bool, post.Outcome, error) { return false, weaker, nil },
			[]bool{false}, post.ItemNotDelivered, post.ReasonNotAUser, 1},
		{"invited", invite, sally, post.Finding{Status: post.Identified}, notThere, []bool{true}, post.ItemPrinting, "", 1},
		{"nothing asked for", post.Options{}, sally, post.Finding{Status: post.Identified}, notThere, []bool{false}, post.ItemNotDelivered, post.ReasonNotAUser, 0},
		{"only if unread", unread, sally, post.Finding{Status: post.Identified}, notThere, []bool{false}, post.ItemNotDelivered, post.ReasonNotAUser, 0},
		{"paper without an address", paperIfNone(), homeless, post.Finding{Status: post.Identified}, notThere, []bool{false}, post.ItemNotDelivered, post.ReasonMissingAddress, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := newMemory(), newDigipost()
			d.identify, d.answer = says(c.finding, nil), c.answer
			e := engineOn(m, d, &fastClock{})
			wish := letterTo(c.to, c.options)
			wish.Kind = post.KindMailing
			running(t, e)
			job := follow(t, e, approved(t, e, wish, 0).ID)
			item := m.items[job.ID][0]
			if job.State != post.JobDone || item.Status != c.wantStatus || item.Reason != c.wantReason || d.identified != c.wantAsked || item.Attempts != 1 {
				t.Errorf("job %s, letter %s %s after %d attempts, asked %d times", job.State, item.Status, item.Reason, item.Attempts, d.identified)
			}
			var ways []bool
			for _, letter := range d.sent {
				ways = append(ways, letter.NoDigipost)
				if letter.MessageID != item.MessageID || letter.Documents[0].UUID != item.DocumentUUIDs[0] {
					t.Error("the letter went with other ids")
				}
			}
			if fmt.Sprint(ways) != fmt.Sprint(c.wantWays) {
				t.Errorf("no Digipost: %v, want %v", ways, c.wantWays)
			}
			if again := Fingerprint(job, m.documents[job.ID], m.items[job.ID]); again != job.Fingerprint {
				t.Error("the outcome changed the fingerprint")
			}
		})
	}
}

// TestTroubleIsNeverPaper: as long as Digipost does not answer for sure, the
// letter waits; nothing leaves.
func TestTroubleIsNeverPaper(t *testing.T) {
	for _, c := range []struct {
		finding post.Finding
		err     error
		want    post.Code
	}{
		{post.Finding{}, post.NewFault(post.CodeUnreachable, nil), post.CodeUnreachable},
		{post.Finding{Status: post.Identified}, post.NewFault(post.CodeTimeout, nil), post.CodeTimeout},
		{post.Finding{Status: post.Identified}, post.NewFault(post.CodeUnverified, nil), post.CodeUnverified},
		{post.Finding{}, post.NewFault(post.CodeServerError, nil), post.CodeServerError},
		{post.Finding{}, post.NewFault(post.CodeUnsure, nil), post.CodeUnsure},
		{post.Finding{}, errors.New("odd"), post.CodeInternal},
		{post.Finding{}, nil, post.CodeBadAnswer},
		{post.Finding{Status: post.Missing}, nil, post.CodeBadAnswer},
		{post.Finding{Status: "new word"}, nil, post.CodeBadAnswer},
	} {
		m, d := newMemory(), newDigipost()
		d.identify, d.answer = says(c.finding, c.err), notThere
		e := engineOn(m, d, &fastClock{})
		end := running(t, e)
		id := approved(t, e, letterTo(sally, paperIfNone()), 0).ID
		until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Trouble == c.want })
		if items, _ := e.Items(t.Context(), id, post.ItemQuery{}); items[0].Status != post.ItemReady || items[0].Attempts != 0 {
			t.Errorf("%s: letter %s", c.want, items[0].Status)
		}
		d.with(func() {
			if d.sends != 0 {
				t.Errorf("%s: a letter left", c.want)
			}
			d.identify = says(post.Finding{Status: post.Identified}, nil)
		})
		if job := follow(t, e, id); job.Counts.ByStatus[post.ItemPrinting] != 1 || job.Held() != nil {
			t.Errorf("%s: afterwards %v, held by %+v", c.want, job.Counts.ByStatus, job.Held())
		}
		end()
	}
}

// TestOneInTroubleDoesNotHoldTheOthers: a recipient Digipost cannot be asked
// about waits, and the rest of the mailing goes.
func TestOneInTroubleDoesNotHoldTheOthers(t *testing.T) {
	m, d := newMemory(), newDigipost()
	d.identify = func(to post.Target) (post.Finding, error) {
		if to.Value == "person0#12AB" {
			return post.Finding{}, post.NewFault(post.CodeServerError, nil)
		}
		return post.Finding{Status: post.HasDigipost}, nil
	}
	e := engineOn(m, d, &fastClock{})
	e.InFlight = 1
	running(t, e)
	wish := wishFor(4)
	wish.Options = paperIfNone()
	for i := range wish.To {
		wish.To[i].To.FullName, wish.To[i].To.Address = wish.To[i].Name, oslo
	}
	id := approved(t, e, wish, 0).ID
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemDelivered] == 3 })
	if job, _ := e.Job(t.Context(), id); job.Counts.ByStatus[post.ItemReady] != 1 {
		t.Errorf("%v", job.Counts.ByStatus)
	}
}

// TestEndedWhileAsking: a program that ends, or is asked to stop, between the
// question and the letter has sent nothing; after a restart it asks again.
func TestEndedWhileAsking(t *testing.T) {
	for _, stop := range []bool{false, true} {
		m, d := newMemory(), newDigipost()
		entered, leave := make(chan struct{}, 9), make(chan struct{})
		d.answer = notThere
		d.identify = func(post.Target) (post.Finding, error) {
			entered <- struct{}{}
			<-leave
			return post.Finding{Status: post.Identified}, nil
		}
		clock := &fastClock{}
		e := engineOn(m, d, clock)
		end := running(t, e)
		id := approved(t, e, letterTo(sally, paperIfNone()), 0).ID
		<-entered
		if stop {
			if _, err := e.Stop(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			close(leave)
			if job := follow(t, e, id); job.State != post.JobStopped || job.Ending != post.NothingDelivered || d.sends != 0 {
				t.Errorf("stopped: job %s %s, %d sent", job.State, job.Ending, d.sends)
			}
			end()
			continue
		}
		time.AfterFunc(10*time.Millisecond, func() { close(leave) })
		end()
		if items, _ := m.Items(t.Context(), id, post.ItemQuery{}); d.sends != 0 || items[0].Status != post.ItemReady {
			t.Errorf("ended: %d sent, letter %s", d.sends, items[0].Status)
		}
		again := engineOn(m, d, clock)
		running(t, again)
		if job := follow(t, again, id); job.Counts.ByStatus[post.ItemPrinting] != 1 || d.identified != 2 || d.sends != 1 {
			t.Errorf("after a restart: %v, asked %d times, %d sent", job.Counts.ByStatus, d.identified, d.sends)
		}
	}
}

// TestNobodyGetsPaperForADigipost: with lost questions, answers and letters, a
// server that changes its mind, and restarts, everybody gets one letter; nobody
// who has Digipost gets paper.
func TestNobodyGetsPaperForADigipost(t *testing.T) {
	for seed := range uint64(4) {
		m, d, clock := newMemory(), newDigipost(), &fastClock{}
		random, mutex := rand.New(rand.NewPCG(seed, 5)), sync.Mutex{}
		dice := func(n int) bool {
			mutex.Lock()
			defer mutex.Unlock()
			return random.IntN(n) == 0
		}
		user := func(to post.Target) bool { return (len(to.Value)+int(to.Value[6]))%2 == 0 }
		d.identify = func(to post.Target) (post.Finding, error) {
			switch {
			case dice(5):
				return post.Finding{Status: post.Identified}, post.NewFault(post.CodeTimeout, nil) // a lie with an error
			case user(to) || dice(4): // not up to date
				return post.Finding{Status: post.HasDigipost}, nil
			}
			return post.Finding{Status: post.Unidentified}, nil
		}
		d.answer = func(_ int, letter post.Letter) (bool, post.Outcome, error) {
			outcome := delivered
			switch {
			case dice(6):
				return false, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("the letter was lost"))
			case !user(letter.To) && !letter.NoDigipost:
				return false, refused, nil
			case !user(letter.To):
				outcome = printing
			case letter.NoDigipost:
				t.Error("somebody with Digipost was to get paper")
			}
			d.with(func() {
				if d.status == nil {
					d.status = map[string]post.Outcome{}
				}
				d.status[letter.Documents[0].UUID] = outcome
			})
			if dice(6) {
				return true, post.Outcome{}, post.NewFault(post.CodeUnsure, errors.New("the answer was lost"))
			}
			return true, outcome, nil
		}
		wish := wishFor(24)
		wish.Options = paperIfNone()
		for i := range wish.To {
			wish.To[i].To.FullName, wish.To[i].To.Address = wish.To[i].Name, oslo
		}
		id := approved(t, engineOn(m, d, clock), wish, 0).ID
		for range 6 {
			e := engineOn(m, d, clock)
			e.Grace = time.Millisecond
			end := running(t, e)
			time.Sleep(5 * time.Millisecond)
			end()
		}
		e := engineOn(m, d, clock)
		end := running(t, e)
		job := follow(t, e, id)
		end()
		if job.State != post.JobDone || d.count() != 24 {
			t.Errorf("seed %d: job %s %v, %d delivered", seed, job.State, job.Counts.ByStatus, d.count())
		}
		for _, item := range m.items[id] {
			if want := map[bool]post.ItemStatus{true: post.ItemDelivered, false: post.ItemPrinting}[user(item.To)]; item.Status != want || d.delivered[item.DocumentUUIDs[0]] != 1 {
				t.Errorf("seed %d: letter %d is %s, want %s; went %d times", seed, item.Seq, item.Status, want, d.delivered[item.DocumentUUIDs[0]])
			}
		}
	}
}

// TestRetryAfter: a server that asks to be left alone is, for an hour at most.
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		asked string
		least time.Duration
		most  time.Duration
	}{
		{"", 0, 10 * time.Minute},
		{"1800", 30 * time.Minute, 5 * time.Hour},
		{"999999", time.Hour, 10 * time.Hour},
		{"-5", 0, 10 * time.Minute},
		{"soon", 0, 10 * time.Minute},
	} {
		for _, letters := range []bool{true, false} {
			m, d, clock := newMemory(), newDigipost(), &fastClock{leaps: true}
			busy := post.NewFault(post.CodeServerError, nil, "retry_after", c.asked)
			var times []time.Time
			try := func() error {
				if times = append(times, clock.Now()); len(times) == 1 {
					return busy
				}
				return nil
			}
			if letters {
				d.answer = func(int, post.Letter) (bool, post.Outcome, error) { err := try(); return err == nil, delivered, err }
			} else {
				d.onReady = try
			}
			e := engineOn(m, d, clock)
			end := running(t, e)
			job := follow(t, e, approved(t, e, wishFor(1), 0).ID)
			end()
			if waited := times[1].Sub(times[0]); waited < c.least || waited > c.most || job.State != post.JobDone {
				t.Errorf("retry_after %q: waited %v, job %s", c.asked, waited, job.State)
			}
		}
	}
}

// TestWaits: a letter waits as long as it has to, and no longer because a clock
// was set back.
func TestWaits(t *testing.T) {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name            string
		written, before time.Duration
		want            bool
	}{
		{"over", -time.Minute, -time.Second, false},
		{"backoff", 0, time.Minute, true},
		{"asked for by the server", -time.Minute, 50 * time.Minute, true},
		{"longer than anybody may ask", -time.Minute, 60 * time.Minute, false},
		{"the clock was set back", time.Hour, 80 * time.Minute, false},
		{"the clock was set back a little", time.Second, 30 * time.Second, true},
		{"the clock was set back by a year", 365 * 24 * time.Hour, 365*24*time.Hour + time.Minute, false},
	} {
		item := post.Item{UpdatedAt: noon.Add(c.written), NotBefore: noon.Add(c.before)}
		if got := waits(item, noon); got != c.want {
			t.Errorf("%s: waits %v", c.name, got)
		}
	}
}

var _ Letters = (*digipostFake)(nil)
