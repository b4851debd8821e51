package job

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"brevdue/app/post"
)

// digipostFake is Digipost as the engine sees it. It keeps what was delivered
// and can lose its answers.
type digipostFake struct {
	mutex     sync.Mutex
	delivered map[string]int // by document uuid
	messages  map[string]bool
	// answer decides what the n-th Send (from 1) answers, after the letter was
	// taken when taken is true.
	answer func(n int, letter post.Letter) (taken bool, outcome post.Outcome, err error)
	// statusErr is what Status answers while set.
	statusErr error
	// down is what Ready answers while set.
	down error
	// onReady is called at each Ready, which answers what it gives.
	onReady func() error
	// identify, when set, is what Identify answers.
	identify func(to post.Target) (post.Finding, error)
	// status, when filled, is what Status answers for a document.
	status map[string]post.Outcome
	// feed is what News tells; the mark is a place in it. newsErr comes after all
	// was told.
	feed    []post.LetterNews
	newsErr error
	// sent are all letters that came to Send; identified, inquired and heard count
	// the other questions.
	sent                        []post.Letter
	identified, inquired, heard int
	sends                       int
	// entered and leave let a test hold a call.
	entered chan struct{}
	leave   chan struct{}
}

func newDigipost() *digipostFake {
	return &digipostFake{delivered: map[string]int{}, messages: map[string]bool{}}
}

var delivered = post.Outcome{Status: post.ItemDelivered, Channel: post.ChannelDigipost}

func (d *digipostFake) Send(ctx context.Context, letter post.Letter) (post.Outcome, error) {
	d.mutex.Lock()
	d.sends++
	d.sent = append(d.sent, letter)
	n := d.sends
	d.mutex.Unlock()
	if d.entered != nil {
		d.entered <- struct{}{}
		select {
		case <-d.leave:
		case <-ctx.Done():
			return post.Outcome{}, post.NewFault(post.CodeUnsure, ctx.Err())
		}
	}
	taken, outcome, err := true, delivered, error(nil)
	if d.answer != nil {
		taken, outcome, err = d.answer(n, letter)
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.messages[letter.MessageID] {
		return post.Outcome{}, post.NewFault(post.CodeUnsure, fmt.Errorf("message-id used before"))
	}
	if taken {
		d.messages[letter.MessageID] = true
		d.delivered[letter.Documents[0].UUID]++
	}
	return outcome, err
}

func (d *digipostFake) Ready(context.Context, post.Sender) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.onReady != nil {
		return d.onReady()
	}
	return d.down
}

func (d *digipostFake) Status(_ context.Context, _ post.Sender, documentUUID string) (post.Outcome, bool, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.inquired++
	if d.statusErr != nil {
		return post.Outcome{}, false, d.statusErr
	}
	if outcome, ok := d.status[documentUUID]; ok {
		return outcome, true, nil
	}
	return delivered, d.delivered[documentUUID] > 0, nil
}

func (d *digipostFake) Identify(_ context.Context, _ post.Sender, to post.Target) (post.Finding, error) {
	d.mutex.Lock()
	d.identified++
	answer := d.identify
	d.mutex.Unlock()
	if answer == nil {
		return post.Finding{Status: post.HasDigipost}, nil
	}
	return answer(to)
}

func (d *digipostFake) News(_ context.Context, _ post.Sender, mark string, visit func(post.LetterNews) error) (string, error) {
	d.mutex.Lock()
	d.heard++
	feed, failed := slices.Clone(d.feed), d.newsErr
	d.mutex.Unlock()
	from, _ := strconv.Atoi(mark)
	for _, news := range feed[from:] {
		if err := visit(news); err != nil {
			return mark, err
		}
	}
	if failed != nil {
		return mark, failed
	}
	return strconv.Itoa(len(feed)), nil
}

// with lets a test look at the fake, or change it, while an engine runs.
func (d *digipostFake) with(look func()) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	look()
}

func (d *digipostFake) count() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return len(d.delivered)
}
