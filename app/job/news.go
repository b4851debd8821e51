package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"brevdue/app/post"
)

// newsBatch is how many pieces of news are taken to the letters at once.
const newsBatch = 200

// following are the statuses of a letter that Digipost may still have news of.
var following = []post.ItemStatus{post.ItemReceived, post.ItemPending, post.ItemPrinting, post.ItemPosted, post.ItemDelivered}

// tally counts what became of letters, by job and status. A job that is in it
// has changed.
type tally map[string]map[post.ItemStatus]int

func (t tally) add(job string, moved map[post.ItemStatus]int) {
	if t[job] == nil {
		t[job] = map[post.ItemStatus]int{}
	}
	for status, n := range moved {
		t[job][status] += n
	}
}

// announce adds a counted line to the time lines and tells listeners.
func (e *Engine) announce(ctx context.Context, changed tally) {
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		fields, count := map[string]string{}, 0
		for status, n := range changed[id] {
			fields[string(status)] = strconv.Itoa(n)
			count += n
		}
		if count > 0 {
			fields["count"] = strconv.Itoa(count)
			e.event(ctx, id, "news", fields)
			e.reconcile(ctx, id)
		}
		e.told(id)
	}
}

// hearNews asks for what has happened to a sender's letters since the last time
// and takes it to them. Only when all of it is written down and told does the
// mark move on, so that nothing is lost; news that come again change nothing.
func (e *Engine) hearNews(ctx context.Context, sender post.Sender) error {
	mark, err := e.Store.Mark(ctx, sender.SenderID)
	if err != nil {
		return fmt.Errorf("read the place in the feed: %w", err)
	}
	changed, early := tally{}, false
	defer func() { e.announce(context.WithoutCancel(ctx), changed) }()
	var batch []post.LetterNews
	flush := func() error {
		before, err := e.applyNews(ctx, batch, changed)
		early = early || before
		batch = batch[:0]
		return err
	}
	next, err := e.Letters.News(ctx, sender, mark, func(news post.LetterNews) error {
		if batch = append(batch, news); len(batch) < newsBatch {
			return nil
		}
		return flush()
	})
	if flushErr := flush(); flushErr != nil {
		return flushErr
	}
	if err != nil {
		err = fmt.Errorf("ask for news of letters: %w", err)
	}
	if early || next == "" || next == mark {
		return err
	}
	e.announce(context.WithoutCancel(ctx), changed)
	clear(changed)
	if markErr := e.Store.SetMark(ctx, sender.SenderID, next); markErr != nil {
		return fmt.Errorf("keep the place in the feed: %w", markErr)
	}
	return err
}

// applyNews takes news to the letters they are of, each job in one transaction.
// early is true when some are of a letter whose answer is not written down yet;
// they have to be heard again.
func (e *Engine) applyNews(ctx context.Context, batch []post.LetterNews, changed tally) (early bool, err error) {
	if len(batch) == 0 {
		return false, nil
	}
	var uuids []string
	for _, news := range batch {
		uuids = append(uuids, news.DocumentUUID)
	}
	items, err := e.Store.ItemsByDocument(ctx, uuids)
	if err != nil {
		return false, fmt.Errorf("find the letters that news are of: %w", err)
	}
	byJob := map[string]map[int][]post.LetterNews{}
	for _, news := range batch {
		item, known := items[news.DocumentUUID]
		if !known {
			continue
		}
		if unanswered(item) {
			early = true
			continue
		}
		if byJob[item.Job] == nil {
			byJob[item.Job] = map[int][]post.LetterNews{}
		}
		byJob[item.Job][item.Seq] = append(byJob[item.Job][item.Seq], news)
	}
	for _, item := range items { // old news need no transaction
		if !isNews(item, byJob[item.Job][item.Seq]) {
			delete(byJob[item.Job], item.Seq)
		}
	}
	for id, news := range byJob {
		if len(news) == 0 {
			continue
		}
		before, err := e.change(ctx, id, news, changed)
		if early = early || before; err != nil {
			return early, err
		}
	}
	return early, nil
}

// unanswered reports whether a letter's answer is not written down yet: it is
// under way, or on its way back.
func unanswered(item post.Item) bool {
	return item.Status == post.ItemSending || item.Status == post.ItemReady
}

// change takes news to the letters of one job, by seq. early is as for
// applyNews.
func (e *Engine) change(ctx context.Context, id string, news map[int][]post.LetterNews, changed tally) (early bool, err error) {
	now, moved := e.Clock.Now(), map[post.ItemStatus]int{}
	written, err := e.Store.UpdateItems(ctx, id, slices.Sorted(maps.Keys(news)), func(item *post.Item) error {
		if unanswered(*item) {
			early = true
			return post.ErrSkip
		}
		before := *item
		for _, each := range news[item.Seq] {
			hear(item, each)
		}
		if same(before, *item) {
			return post.ErrSkip
		}
		item.UpdatedAt = now
		if item.Status != before.Status {
			moved[item.Status]++
		}
		return nil
	})
	if err != nil {
		return early, fmt.Errorf("write down news of letters: %w", err)
	}
	if written > 0 {
		changed.add(id, moved)
	}
	return early, nil
}

// hear takes one piece of news to a letter. What would lead backwards, or
// nowhere, is passed over.
func hear(item *post.Item, news post.LetterNews) {
	switch news.Status {
	case "":
		// A reminder failed, say. Older than the status it is old news.
		if news.Detail != "" && !news.At.Before(item.StatusAt) {
			item.Detail = news.Detail
		}
		return
	case item.Status:
		if item.StatusAt.IsZero() && item.Status != post.ItemDelivered && item.Status != post.ItemReceived {
			item.StatusAt = news.At
		}
		return
	}
	if moveItem(item, news.Status) != nil {
		return
	}
	item.StatusAt, item.Reason, item.Detail = news.At, news.Reason, news.Detail
	if news.Channel != "" {
		item.Channel = news.Channel
	}
	if news.Status == post.ItemDelivered && !news.At.IsZero() {
		item.DeliveredAt = news.At
	}
}

// isNews reports whether news change anything about a letter.
func isNews(item post.Item, news []post.LetterNews) bool {
	heard := item
	for _, each := range news {
		hear(&heard, each)
	}
	return !same(item, heard)
}

// same reports whether news have changed nothing.
func same(a, b post.Item) bool {
	return a.Status == b.Status && a.Reason == b.Reason && a.Channel == b.Channel && a.Detail == b.Detail &&
		a.StatusAt.Equal(b.StatusAt) && a.DeliveredAt.Equal(b.DeliveredAt)
}

// inquire asks for the status of single letters, a bounded number at a time,
// until one question fails.
func (e *Engine) inquire(ctx context.Context, job post.Job, items []post.Item, changed tally) error {
	var (
		group  sync.WaitGroup
		mutex  sync.Mutex
		failed error
	)
	slots := make(chan struct{}, e.InFlight)
	for _, item := range items {
		slots <- struct{}{}
		mutex.Lock()
		stop := failed != nil || ctx.Err() != nil
		mutex.Unlock()
		if stop {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			news, found, err := e.statusOf(ctx, job, item)
			mutex.Lock()
			defer mutex.Unlock()
			if err == nil && found && isNews(item, []post.LetterNews{news}) {
				_, err = e.change(ctx, job.ID, map[int][]post.LetterNews{item.Seq: {news}}, changed)
			}
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	if failed == nil {
		return ctx.Err()
	}
	return failed
}

// statusOf asks what a letter is now, in the words of news.
func (e *Engine) statusOf(ctx context.Context, job post.Job, item post.Item) (news post.LetterNews, found bool, err error) {
	if len(item.DocumentUUIDs) == 0 {
		return news, false, nil
	}
	outcome, found, err := e.Letters.Status(ctx, job.Sender, item.DocumentUUIDs[0])
	if err != nil {
		return news, false, fmt.Errorf("ask what has become of a letter: %w", err)
	}
	news = post.LetterNews{DocumentUUID: item.DocumentUUIDs[0], Status: outcome.Status, Channel: outcome.Channel,
		Reason: outcome.Reason, Detail: outcome.Detail}
	if outcome.Status == post.ItemDelivered || outcome.Status == post.ItemReceived {
		news.At = outcome.DeliveredAt // of the others it is not when they came about
	}
	return news, found, nil
}

// mayChange reports whether a letter's status is worth asking for: one that is
// delivered later has none before that time.
func mayChange(item post.Item, now time.Time) bool {
	return item.Status != post.ItemReceived || !item.DeliveredAt.After(now)
}
