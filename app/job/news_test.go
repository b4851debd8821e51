package job

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"brevdue/app/post"
)

// feedOf is one piece of news for a letter.
func feedOf(item post.Item, status post.ItemStatus, at time.Time) post.LetterNews {
	return post.LetterNews{DocumentUUID: item.DocumentUUIDs[0], Status: status, Detail: "EVENT", At: at}
}

// sentMailing gives a finished mailing, sent by an engine that has ended.
func sentMailing(t *testing.T, m *memory, d *digipostFake, clock Clock, n int) (post.Job, []post.Item) {
	t.Helper()
	e := engineOn(m, d, clock)
	end := running(t, e)
	job := follow(t, e, approved(t, e, wishFor(n), 0).ID)
	end()
	if job.State != post.JobDone {
		t.Fatalf("job %s %v", job.State, job.Counts.ByStatus)
	}
	return job, m.items[job.ID]
}

// watching runs an engine that asks for news every second.
func watching(t *testing.T, m *memory, d *digipostFake, clock Clock) (e *Engine, end func()) {
	t.Helper()
	e = engineOn(m, d, clock)
	e.NewsEvery = time.Second
	return e, running(t, e)
}

// look reads the memory of an engine that runs.
func (m *memory) look(read func()) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	read()
}

func newsEvents(m *memory) (lines []post.Event) {
	m.look(func() {
		for _, event := range m.events {
			if event.Code == "news" {
				lines = append(lines, event)
			}
		}
	})
	return lines
}

// TestHear: what each piece of news makes of a letter.
func TestHear(t *testing.T) {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		is   post.ItemStatus
		news []post.ItemStatus
		want post.ItemStatus
	}{
		{post.ItemDelivered, []post.ItemStatus{post.ItemOpened}, post.ItemOpened},
		{post.ItemOpened, []post.ItemStatus{post.ItemDelivered}, post.ItemOpened},
		{post.ItemPrinting, []post.ItemStatus{post.ItemPosted}, post.ItemPosted},
		{post.ItemPrinting, []post.ItemStatus{post.ItemPrintFailed}, post.ItemPrintFailed},
		{post.ItemPrinting, []post.ItemStatus{post.ItemPosted, post.ItemShredded}, post.ItemShredded},
		{post.ItemPosted, []post.ItemStatus{post.ItemPrinting}, post.ItemPosted},
		{post.ItemShredded, []post.ItemStatus{post.ItemPosted}, post.ItemShredded},
		{post.ItemPending, []post.ItemStatus{post.ItemDelivered}, post.ItemDelivered},
		{post.ItemPending, []post.ItemStatus{post.ItemPrinting, post.ItemPosted}, post.ItemPosted},
		{post.ItemPending, []post.ItemStatus{post.ItemNotDelivered}, post.ItemNotDelivered},
		{post.ItemReceived, []post.ItemStatus{post.ItemDelivered, post.ItemOpened}, post.ItemOpened},
		{post.ItemUnsure, []post.ItemStatus{post.ItemOpened}, post.ItemOpened},
		{post.ItemUnsure, []post.ItemStatus{post.ItemShredded}, post.ItemShredded},
		{post.ItemNotDelivered, []post.ItemStatus{post.ItemDelivered}, post.ItemNotDelivered},
		{post.ItemStopped, []post.ItemStatus{post.ItemDelivered}, post.ItemStopped},
		{post.ItemDelivered, []post.ItemStatus{post.ItemPrinting}, post.ItemPrinting}, // paper if unread
	} {
		item := post.Item{Status: c.is}
		var all []post.LetterNews
		for i, status := range c.news {
			all = append(all, post.LetterNews{Status: status, Detail: string(status), Channel: post.ChannelEPost, At: noon.Add(time.Duration(i) * time.Hour)})
		}
		for _, news := range all {
			hear(&item, news)
		}
		moved := item.Status != c.is
		if item.Status != c.want || moved && (item.StatusAt != all[len(all)-1].At || item.Detail != string(c.want) || item.Channel != post.ChannelEPost) {
			t.Errorf("%s with %v: %+v, want %s", c.is, c.news, item, c.want)
		}
		again := item
		for _, news := range all {
			hear(&again, news)
		}
		if !same(item, again) {
			t.Errorf("%s with %v: the same news again made %+v of %+v", c.is, c.news, again, item)
		}
	}
	item := post.Item{Status: post.ItemDelivered}
	reminder := post.LetterNews{Detail: "SMS_NOTIFICATION_FAILED", At: noon}
	hear(&item, reminder)
	if item.Status != post.ItemDelivered || item.Detail != reminder.Detail || !item.StatusAt.IsZero() {
		t.Errorf("a reminder that failed: %+v", item)
	}
	hear(&item, post.LetterNews{Status: post.ItemOpened, Detail: "OPENED", At: noon.Add(time.Hour)})
	if hear(&item, reminder); item.Detail != "OPENED" {
		t.Errorf("an old reminder is news again: %+v", item)
	}
}

// TestLaterNews: the news of more letters than one batch holds come to them
// once, with a line that counts them, and the mark moves on after that.
func TestLaterNews(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	job, items := sentMailing(t, m, d, clock, newsBatch+30)
	at := clock.Now().UTC().Truncate(time.Second)
	for _, item := range items[:newsBatch+20] {
		d.feed = append(d.feed, feedOf(item, post.ItemOpened, at))
	}
	d.feed = append(d.feed, post.LetterNews{DocumentUUID: "somebody else's", Status: post.ItemOpened, At: at}, feedOf(items[0], post.ItemDelivered, at.Add(time.Hour)))
	m.marks[1000] = "" // the empty feed was read
	_, end := watching(t, m, d, clock)
	until(t, func() (done bool) { m.look(func() { done = m.marks[1000] == fmt.Sprint(len(d.feed)) }); return done })
	end()
	opened := 0
	for _, item := range m.items[job.ID] {
		if item.Status == post.ItemOpened && item.StatusAt.Equal(at) && item.Detail == "EVENT" && item.Channel == post.ChannelDigipost {
			opened++
		}
	}
	lines := newsEvents(m)
	if opened != newsBatch+20 || len(lines) != 1 || lines[0].Fields["opened"] != fmt.Sprint(newsBatch+20) || lines[0].Fields["count"] != lines[0].Fields["opened"] {
		t.Fatalf("%d opened, lines %+v", opened, lines)
	}
	// The same again, as after a mark that was lost.
	m.marks[1000] = ""
	before := fmt.Sprint(m.items[job.ID])
	_, end = watching(t, m, d, clock)
	until(t, func() (done bool) { m.look(func() { done = m.marks[1000] != "" }); return done })
	end()
	if fmt.Sprint(m.items[job.ID]) != before || len(newsEvents(m)) != 1 {
		t.Errorf("the same news changed something: %+v", newsEvents(m))
	}
}

// TestNobodyIsAskedForNothing: without a letter that could change, or with old
// ones only, Digipost is left alone.
func TestNobodyIsAskedForNothing(t *testing.T) {
	for name, prepare := range map[string]func(*memory, string, *fastClock){
		"nothing was delivered": func(m *memory, id string, _ *fastClock) { m.items[id][0].Status = post.ItemNotDelivered },
		"all is known":          func(m *memory, id string, _ *fastClock) { m.items[id][0].Status = post.ItemOpened },
		"long ago":              func(_ *memory, _ string, clock *fastClock) { clock.skip(31 * 24 * time.Hour) },
		"a split": func(m *memory, id string, _ *fastClock) {
			job := m.jobs[id]
			job.Kind, job.Via = post.KindSplit, post.ViaBatch
			m.jobs[id] = job
			m.items[id][0].Status = post.ItemReceived
		},
	} {
		m, d, clock := newMemory(), newDigipost(), &fastClock{}
		job, _ := sentMailing(t, m, d, clock, 1)
		prepare(m, job.ID, clock)
		d.heard, d.inquired = 0, 0
		_, end := watching(t, m, d, clock)
		time.Sleep(50 * time.Millisecond)
		end()
		if d.heard+d.inquired != 0 {
			t.Errorf("%s: asked %d times for news, %d times for a status", name, d.heard, d.inquired)
		}
	}
}

// TestNewsThatFail: what cannot be asked or written down is tried again, later
// and later; the mark stays, and the finished job has no trouble.
func TestNewsThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		news  error
		store string
	}{
		"Digipost is down":    {post.NewFault(post.CodeUnreachable, nil), ""},
		"an error half-way":   {errors.New("cut off"), ""},
		"the disk is full":    {nil, "UpdateItems"},
		"the database fails":  {nil, "ItemsByDocument"},
		"the mark stays away": {nil, "SetMark"},
	} {
		m, d, clock := newMemory(), newDigipost(), &fastClock{}
		job, items := sentMailing(t, m, d, clock, 2)
		m.marks[1000] = ""
		d.feed = []post.LetterNews{feedOf(items[1], post.ItemOpened, clock.Now())}
		fails, broken := failing(diskFull, c.store)
		m.fails, d.newsErr, d.heard = fails, c.news, 0
		broken(c.store != "")
		_, end := watching(t, m, d, clock)
		until(t, func() (again bool) { d.with(func() { again = d.heard > 2 }); return again })
		m.look(func() {
			if m.marks[1000] != "" || m.jobs[job.ID].Trouble != "" || m.jobs[job.ID].State != post.JobDone {
				t.Errorf("%s: mark %q, trouble %q", name, m.marks[1000], m.jobs[job.ID].Trouble)
			}
		})
		broken(false)
		d.with(func() { d.newsErr = nil })
		until(t, func() (done bool) { m.look(func() { done = m.marks[1000] == "1" }); return done })
		end()
		if lines := newsEvents(m); m.items[job.ID][1].Status != post.ItemOpened || len(lines) != 1 {
			t.Errorf("%s: letter %s, %d lines", name, m.items[job.ID][1].Status, len(lines))
		}
	}
	e := engineOn(newMemory(), newDigipost(), &fastClock{})
	down, busy := post.NewFault(post.CodeUnreachable, nil), post.NewFault(post.CodeServerError, nil, "retry_after", "2400")
	for _, c := range []struct {
		failures int
		err      error
		want     time.Duration
	}{{0, nil, 10 * time.Minute}, {1, down, time.Minute}, {2, down, 2 * time.Minute}, {4, down, 8 * time.Minute}, {99, down, time.Hour}, {1, busy, 40 * time.Minute}} {
		if got := e.newsPause(c.failures, c.err); got != c.want {
			t.Errorf("after %d failures: wait %v, want %v", c.failures, got, c.want)
		}
	}
}

// TestNewsBeforeTheAnswer: news of a letter whose answer is not written down
// yet are not lost; the mark waits for it.
func TestNewsBeforeTheAnswer(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	_, items := sentMailing(t, m, d, clock, 2)
	e := engineOn(m, d, clock)
	d.feed = []post.LetterNews{feedOf(items[0], post.ItemOpened, clock.Now()), feedOf(items[1], post.ItemOpened, clock.Now())}
	m.marks[1000] = ""
	items[0].Status = post.ItemSending
	for i, want := range []string{"", "2"} {
		if i == 1 {
			m.items[items[0].Job][0].Status = post.ItemDelivered
		}
		if err := e.hearNews(t.Context(), post.Sender{SenderID: 1000}); err != nil || m.marks[1000] != want {
			t.Errorf("mark %q, %v, want %q", m.marks[1000], err, want)
		}
	}
	if got := m.items[items[0].Job]; got[0].Status != post.ItemOpened || got[1].Status != post.ItemOpened || len(newsEvents(m)) != 2 {
		t.Errorf("letters %s and %s, %d lines", got[0].Status, got[1].Status, len(newsEvents(m)))
	}
}

// TestDeliveredLater: a letter with a delivery time ahead ends its job, is not
// asked about before that time, and becomes delivered after it.
func TestDeliveredLater(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	at := clock.Now().Add(40 * 24 * time.Hour).Truncate(time.Second)
	d.answer = func(int, post.Letter) (bool, post.Outcome, error) {
		return true, post.Outcome{Status: post.ItemReceived, Channel: post.ChannelDigipost, DeliveredAt: at}, nil
	}
	e, end := watching(t, m, d, clock)
	id := approved(t, e, letterTo(sally, post.Options{DeliverAt: at}), 0).ID
	if job := follow(t, e, id); job.State != post.JobDone || job.Counts.ByStatus[post.ItemReceived] != 1 {
		t.Fatalf("job %s %v", job.State, job.Counts.ByStatus)
	}
	until(t, func() (heard bool) { d.with(func() { heard = d.heard > 2 }); return heard })
	d.with(func() {
		if d.inquired != 0 {
			t.Errorf("asked %d times before the time", d.inquired)
		}
	})
	end()
	clock.skip(40 * 24 * time.Hour)
	d.status = map[string]post.Outcome{m.items[id][0].DocumentUUIDs[0]: {Status: post.ItemDelivered, Channel: post.ChannelDigipost, DeliveredAt: at}}
	e, _ = watching(t, m, d, clock)
	until(t, func() bool { job, _ := e.Job(t.Context(), id); return job.Counts.ByStatus[post.ItemDelivered] == 1 })
}

// TestManyPending: of many letters on their way some are asked about in each
// round, and all of them in the end.
func TestManyPending(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	const letters = 2*mostAsked + 20
	job, items := sentMailing(t, m, d, clock, letters)
	d.status = map[string]post.Outcome{}
	for i, item := range items {
		items[i].Status = post.ItemPending
		d.status[item.DocumentUUIDs[0]] = post.Outcome{Status: post.ItemPending}
	}
	last := items[letters-1].DocumentUUIDs[0]
	d.status[last] = delivered
	e := engineOn(m, d, clock)
	w := watcher{engine: e}
	d.inquired = 0
	for round := 1; round <= 3; round++ {
		if err := w.round(t.Context()); err != nil || d.inquired != round*mostAsked {
			t.Fatalf("round %d: %d questions, %v", round, d.inquired, err)
		}
	}
	if m.items[job.ID][letters-1].Status != post.ItemDelivered {
		t.Error("the last letter was never asked about")
	}
}

// TestSendersOfTheLastMonth: each sender with letters to follow is asked for,
// once a round, by what the newest job says of it.
func TestSendersOfTheLastMonth(t *testing.T) {
	m, d, clock := newMemory(), newDigipost(), &fastClock{}
	e := engineOn(m, d, clock)
	end := running(t, e)
	for _, id := range []int64{1000, 1001, 1000} {
		wish := wishFor(1)
		wish.Sender.SenderID = id
		follow(t, e, approved(t, e, wish, 0).ID)
	}
	end()
	d.heard = 0
	w := watcher{engine: e}
	if err := w.round(t.Context()); err != nil || d.heard != 2 || m.marks[1000] != "0" || m.marks[1001] != "0" {
		t.Errorf("asked %d times, marks %v, %v", d.heard, m.marks, err)
	}
}
