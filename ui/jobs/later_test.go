package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
	"brevdue/ui/task"
)

// chosen are options of every kind.
func chosen() post.Options {
	return post.Options{Auth: post.AuthTwoFactor, Sensitive: true, OpeningReceipt: true, Reference: "Sak 2026/1187",
		SMS:    &post.SMSReminder{AfterHours: []int{24, 72}},
		Invite: &post.Invitation{Deadline: now.AddDate(0, 0, 14)},
		Paper: &post.Paper{IfNoDigipost: true, IfUnreadBy: now.AddDate(0, 0, 7),
			Return: post.PostalAddress{Name: "Fjordvik og omegn idrettslag, hovedstyret", Address: post.Address{Line1: "Sjøgata 1", Postcode: "6001", Town: "Fjordvik"}}},
		Content: post.Content{Kind: post.ContentInvoice, Amount: "12345.50", Date: "2026-12-20", Account: "12345678903", KID: "1234567897"}}
}

// fate is a letter with a later status.
type fate struct {
	id      string
	item    post.Item
	options post.Options
	words   []string
}

// fates are letters in all later statuses, with what their page says.
func fates() []fate {
	sent, news := now.Add(-50*time.Hour), now.Add(-3*time.Hour)
	letter := func(status post.ItemStatus, channel post.Channel, delivered, at time.Time) post.Item {
		return post.Item{Status: status, Channel: channel, SentAt: sent, DeliveredAt: delivered, StatusAt: at}
	}
	receipt := post.Options{OpeningReceipt: true}
	failed := letter(post.ItemDelivered, post.ChannelDigipost, sent, time.Time{})
	failed.Detail = smsFailed
	unprinted := letter(post.ItemPrintFailed, post.ChannelPrint, sent, news)
	unprinted.Reason, unprinted.Detail = post.ReasonOther, "REFERENCES_INVALID_FONT"
	return []fate{
		{"hidden", letter(post.ItemReceived, post.ChannelDigipost, now.AddDate(0, 0, 21), time.Time{}), post.Options{},
			[]string{"Vises i postkassen 24.11.2026 14:05.", "sent 01.11.2026 12:05", "shows 24.11.2026 14:05 ahead"}},
		{"delivered", letter(post.ItemDelivered, post.ChannelDigipost, sent, time.Time{}), post.Options{},
			[]string{"Uten åpningskvittering får vi ikke vite om brevet blir åpnet.", "sent 01.11.2026 12:05", "delivered 01.11.2026 12:05"}},
		{"unopened", letter(post.ItemDelivered, post.ChannelDigipost, sent, time.Time{}), chosen(),
			[]string{"Ikke åpnet ennå. Du får vite det når det skjer.", "sent 01.11.2026 12:05", "delivered 01.11.2026 12:05", "paper 10.11.2026 14:05 ahead"}},
		{"opened", letter(post.ItemOpened, post.ChannelDigipost, sent, news), receipt,
			[]string{"", "sent 01.11.2026 12:05", "delivered 01.11.2026 12:05", "opened 03.11.2026 11:05"}},
		{"printing", letter(post.ItemPrinting, post.ChannelPrint, sent, time.Time{}), post.Options{},
			[]string{"Utskriften er i gang. Brevet postlegges i løpet av noen dager.", "sent 01.11.2026 12:05", "printing 01.11.2026 12:05"}},
		{"posted", letter(post.ItemPosted, post.ChannelPrint, sent, news), post.Options{},
			[]string{"", "sent 01.11.2026 12:05", "printing 01.11.2026 12:05", "posted 03.11.2026"}},
		{"unread", letter(post.ItemPosted, post.ChannelPrint, sent, news), chosen(),
			[]string{"", "sent 01.11.2026 12:05", "printing", "posted 03.11.2026"}},
		{"pending", letter(post.ItemPending, post.ChannelNone, time.Time{}, time.Time{}), chosen(),
			[]string{"Invitert til å skaffe seg Digipost. Brevet venter til 17.11.2026 14:05; så går det på papir.", "sent 01.11.2026 12:05", "invited", "deadline 17.11.2026 14:05 ahead"}},
		{"unprinted", unprinted, post.Options{},
			[]string{"Brevet kunne ikke skrives ut, og ingenting er postlagt. Rett dokumentet eller adressen, og send på nytt.", "sent 01.11.2026 12:05", "printing 01.11.2026 12:05", "print_failed 03.11.2026 11:05"}},
		{"shredded", letter(post.ItemShredded, post.ChannelPrint, sent, news), post.Options{},
			[]string{"Brevet kunne ikke leveres i postkassen og ble makulert.", "sent 01.11.2026 12:05", "printing 01.11.2026 12:05", "shredded 03.11.2026 11:05"}},
		{"reminder", failed, post.Options{},
			[]string{"Påminnelsen kom ikke fram; brevet er levert. Uten åpningskvittering får vi ikke vite om brevet blir åpnet.", "sent 01.11.2026 12:05", "delivered 01.11.2026 12:05", "reminder_failed"}},
	}
}

// TestLife: what a letter's page says in each status, and its time line.
func TestLife(t *testing.T) {
	words := look.NewWords("nb")
	for _, c := range fates() {
		job := post.Job{Kind: post.KindLetter, State: post.JobDone, Options: c.options}
		said := explain(words, job, c.item, now)
		if more := openness(words, job, c.item); more != "" {
			said = joinSentences(said, more)
		}
		got := []string{said}
		for _, m := range life(job, c.item, now) {
			line := m.Key
			if line == "" {
				line = string(m.Status)
			}
			if !m.At.IsZero() && m.Day {
				line += " " + words.Date(m.At)
			} else if !m.At.IsZero() {
				line += " " + words.Time(m.At)
			}
			if m.Ahead {
				line += " ahead"
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.words) {
			t.Errorf("%s:\n%s\nwant\n%s", c.id, strings.Join(got, "\n"), strings.Join(c.words, "\n"))
		}
	}
}

// TestNoGapsAndKeys: no word of a letter's life is missing in a language.
func TestNoGapsAndKeys(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		words := look.NewWords(language)
		for _, c := range fates() {
			job := post.Job{Kind: post.KindLetter, State: post.JobDone, Options: c.options}
			texts := []string{explain(words, job, c.item, now), openness(words, job, c.item), sinceText(words, c.item)}
			for _, m := range life(job, c.item, now) {
				if m.Key != "" {
					texts = append(texts, words.Get("jobs.life."+m.Key))
				}
			}
			for _, text := range texts {
				if strings.ContainsAny(text, "{}") || strings.HasPrefix(text, "jobs.") {
					t.Errorf("%s %s: %q", language, c.id, text)
				}
			}
		}
	}
}

// later are letters and a mailing some days after they were sent.
func later() *fake {
	f := &fake{}
	all := fates()
	for _, c := range all {
		job := post.Job{ID: c.id, Kind: post.KindLetter, State: post.JobDone, Name: "Vedtak om plass", Subject: "Vedtak om plass", Approved: 1,
			ApprovedAt: now.Add(-51 * time.Hour), Ended: now.Add(-50 * time.Hour), Options: c.options}
		f.add(job, 1, always(c.item.Status, c.item.Reason))
		item := &f.items[c.id][0]
		kept := *item
		*item = c.item
		item.Job, item.Seq, item.Name, item.CustomerID, item.UpdatedAt = kept.Job, kept.Seq, names[2], kept.CustomerID, now
	}
	list := post.Source{Path: "/home/kari/Dokumenter/Medlemmer/kunder.xlsx", Sheet: "Medlemmer", HeaderRow: 4}
	f.add(post.Job{ID: "mailing", Kind: post.KindMailing, State: post.JobDone, Name: "Innkalling til årsmøte", Subject: "Innkalling til årsmøte", Source: list, Approved: 66,
		ApprovedAt: now.Add(-51 * time.Hour), Ended: now.Add(-50 * time.Hour), Options: chosen()}, 66, func(n int) (post.ItemStatus, post.Reason) {
		c := all[n%len(all)]
		return c.item.Status, c.item.Reason
	})
	for i := range f.items["mailing"] {
		c, item := all[i%len(all)].item, &f.items["mailing"][i]
		item.Channel, item.Detail, item.SentAt, item.DeliveredAt, item.StatusAt = c.Channel, c.Detail, c.SentAt, c.DeliveredAt, c.StatusAt
	}
	f.items["mailing"][3].Status = post.ItemHeld
	f.items["mailing"][4].Status = post.ItemUnsure
	return f
}

// TestLaterPictures shows what became of letters: PICTURES=/tmp/pictures go test
// -run Pictures ./ui/...
func TestLaterPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "jobs")
		f := later()
		ports := f.ports()
		ports.Refresh = func(context.Context, string) error { return nil }
		s := New(b.Env, ports)
		for _, c := range fates() {
			b.Framed(s, c.id, story.Width, story.Height)
			snap("6" + c.id)
			s.Leave()
		}
		b.Framed(s, "unopened", story.Width, story.Height)
		b.Tap(t, "jobs.part.details")
		snap("6unopened-details")
		b.Framed(s, "mailing", story.Width, story.Height)
		snap("7mailing")
		b.Tap(t, "jobs.refresh")
		snap("7mailing-asking")
		b.Run.Tick()
		snap("7mailing-asked")
		b.Tap(t, "jobs.filter.reached")
		b.Tap(t, "jobs.status.posted")
		snap("7mailing-posted")
		b.Tap(t, "jobs.items.row.0")
		snap("7mailing-posted-person")
		b.Tap(t, "jobs.person.close")
		s.ports.Refresh = func(context.Context, string) error { return post.NewFault(post.CodeDatabaseBusy, nil) }
		b.Tap(t, "jobs.refresh")
		snap("7mailing-failed")
		s.Leave()
		f.jobs[0].State, f.jobs[0].Kind = post.JobReady, post.KindMailing
		f.jobs[0].Options = chosen()
		b.Framed(s, "hidden", story.Width, story.Height)
		snap("8ready")
		s.Leave()
	}
}

// TestRefresh: one press asks once, a notice ends the wait, nothing new says so,
// and F5 asks too.
func TestRefresh(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := later()
	ports := f.ports()
	var asks []string
	ports.Refresh = func(_ context.Context, id string) error { asks = append(asks, id); return nil }
	s := New(b.Env, ports)
	b.Framed(s, "delivered", 1280, 800)
	b.Tap(t, "jobs.refresh")
	b.Tap(t, "jobs.refresh")
	if got := s.askButton.ControlText(); got != "Spør Digipost …" || len(asks) != 1 {
		t.Errorf("button %q, asked %v", got, asks)
	}
	f.items["delivered"][0].Status, f.items["delivered"][0].StatusAt = post.ItemPosted, now
	s.Notice(post.Notice{Topic: post.TopicJobs, ID: "delivered"})
	b.Run.Tick()
	if got := s.askedText.Text(); got != "Sist oppdatert 14:05" || !b.Has("jobs.letter.status.posted") || !b.Has("jobs.life") {
		t.Errorf("said %q; controls %v", got, b.IDs())
	}
	b.Clock = b.Clock.Add(time.Minute)
	s.Reload()
	b.Run.Tick()
	if got := s.askedText.Text(); got != "Sist oppdatert 14:06, ingenting nytt" || len(asks) != 2 {
		t.Errorf("said %q, asked %v", got, asks)
	}
	s.Leave()
	b.Framed(s, "opened", 1280, 800)
	if b.Has("jobs.refresh") {
		t.Error("there is nothing to ask for, and a button for it")
	}
	s.Leave()
}

// TestRefreshFails: a fault stands on the page until the next press.
func TestRefreshFails(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	ports := later().ports()
	failure := error(post.NewFault(post.CodeDatabaseBusy, nil))
	ports.Refresh = func(context.Context, string) error { return failure }
	s := New(b.Env, ports)
	b.Framed(s, "mailing", 1280, 800)
	b.Tap(t, "jobs.refresh")
	if s.fault.ControlText() == "" || s.askButton.ControlText() != "Oppdater status" || s.askedText.Text() != "" {
		t.Errorf("fault %q, button %q, said %q", s.fault.ControlText(), s.askButton.ControlText(), s.askedText.Text())
	}
	failure = nil
	b.Tap(t, "jobs.refresh")
	if s.fault.ControlText() != "" {
		t.Errorf("fault stays: %q", s.fault.ControlText())
	}
	s.Leave()
}

// TestSlowRefresh: the page answers while the port takes its time, leaving does
// not take the question back, and what comes after leaving does no harm.
func TestSlowRefresh(t *testing.T) {
	var a asked
	if !a.begin() || a.begin() {
		t.Fatal("one press is not one question")
	}
	if a.answered() {
		t.Error("answered before the question was handed on")
	}
	a.handedOn(now, nil)
	a.giveUp = func() {}
	if !a.asking || !a.answered() || a.asking || a.answered() {
		t.Errorf("%+v", a)
	}
	a.begin()
	a.handedOn(now, errors.New("slow and then lost"))
	if a.asking || a.err == nil {
		t.Errorf("%+v", a)
	}

	runner := task.New(context.Background())
	t.Cleanup(runner.Close)
	b := partstest.New(t, "nb", look.Light)
	ports := later().ports()
	s := New(b.Env, ports)
	b.Framed(s, "delivered", 1280, 800)
	begun, done := make(chan struct{}), make(chan struct{})
	s.ports.Refresh = func(ctx context.Context, _ string) error {
		close(begun)
		<-ctx.Done() // the window closes
		close(done)
		return ctx.Err()
	}
	inline := b.Env.Run
	b.Env.Run = runner
	s.refresh()
	<-begun
	b.Env.Run = inline
	if !s.askedOf("delivered").asking {
		t.Error("the page does not say that it asks")
	}
	if s.Leave(); s.isOpen {
		t.Error("leaving waits")
	}
	runner.Close()
	<-done
}

// TestStatusFilter narrows a mailing to one status.
func TestStatusFilter(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := later()
	s := New(b.Env, f.ports())
	b.Framed(s, "mailing", 1280, 800)
	if b.Has("jobs.status.posted") || b.Has("jobs.refresh") {
		t.Errorf("controls %v", b.IDs())
	}
	b.Tap(t, "jobs.filter.reached")
	all := s.people.Total()
	b.Tap(t, "jobs.status.posted")
	if got := s.people.Total(); got != 12 || all <= got {
		t.Errorf("%d posted of %d", got, all)
	}
	if text := b.Control(t, "jobs.items.row.0").Text; !strings.Contains(text, "Postlagt") || !strings.Contains(text, "03.11.2026") {
		t.Errorf("row %q", text)
	}
	b.Tap(t, "jobs.status.all")
	if got := s.people.Total(); got != all {
		t.Errorf("%d, want %d", got, all)
	}
	b.Tap(t, "jobs.filter.failed")
	b.Tap(t, "jobs.status.print_failed")
	if got := s.people.Total(); got != 6 {
		t.Errorf("%d not printed", got)
	}
	b.Tap(t, "jobs.filter.unsure")
	if b.Has("jobs.status.all") || s.status != "" {
		t.Errorf("one status is no choice: %v", b.IDs())
	}
	s.Leave()
}
