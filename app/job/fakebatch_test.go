package job

import (
	"context"
	"errors"

	"brevdue/app/post"
)

// batchFake is digipostFake with batches: what is in one is delivered when it is
// completed, or never.
type batchFake struct {
	*digipostFake
	batches map[string]*heldFake
	// fails, when set, is asked at each call about a batch: before says that it
	// never arrived, after that its answer was lost.
	fails func(op string) (before, after error)
	// counts, when set, is what Digipost tells of one that holds n letters.
	counts func(n int) (digipost, print int)
	calls  []string
	// used are all message-ids and documents it has ever seen, as Digipost
	// remembers those of a batch that was cancelled.
	used map[string]bool
	// knows says that a letter in a batch is known to Status.
	knows bool
}

type heldFake struct {
	letters   map[string]post.Letter // by message-id
	committed bool
	gone      bool
}

func newBatches() *batchFake {
	return &batchFake{digipostFake: newDigipost(), batches: map[string]*heldFake{}, used: map[string]bool{}, knows: true}
}

// around runs a call that may not arrive, or whose answer may be lost.
func (b *batchFake) around(op string, do func() error) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.calls = append(b.calls, op)
	var before, after error
	if b.fails != nil {
		before, after = b.fails(op)
	}
	if before != nil {
		return before
	}
	if err := do(); err != nil {
		return err
	}
	return after
}

func (b *batchFake) CreateBatch(_ context.Context, _ post.Sender, uuid string) error {
	return b.around("create", func() error {
		if b.batches[uuid] != nil {
			return post.NewFault(post.CodeBadAnswer, errors.New("used before"))
		}
		b.batches[uuid] = &heldFake{letters: map[string]post.Letter{}}
		return nil
	})
}

func (b *batchFake) open(uuid string) (*heldFake, error) {
	held := b.batches[uuid]
	switch {
	case held == nil || held.gone:
		return nil, post.NewFault(post.CodeBatchGone, nil)
	case held.committed:
		return nil, post.NewFault(post.CodeBadAnswer, errors.New("completed already"))
	}
	return held, nil
}

func (b *batchFake) CompleteBatch(_ context.Context, _ post.Sender, uuid string) error {
	return b.around("complete", func() error {
		held, err := b.open(uuid)
		if err == nil {
			held.committed = true
			for _, letter := range held.letters {
				b.delivered[letter.Documents[0].UUID]++
			}
		}
		return err
	})
}

func (b *batchFake) CancelBatch(_ context.Context, _ post.Sender, uuid string) error {
	return b.around("cancel", func() error {
		held, err := b.open(uuid)
		if err == nil {
			held.gone = true
		}
		return err
	})
}

func (b *batchFake) BatchCounts(_ context.Context, _ post.Sender, uuid string) (counts post.BatchCounts, found bool, err error) {
	err = b.around("counts", func() error {
		held := b.batches[uuid]
		if found = held != nil && !held.gone; !found {
			return nil
		}
		counts = post.BatchCounts{Committed: held.committed, Done: held.committed, Digipost: -1, Print: -1}
		if b.counts != nil {
			counts.Digipost, counts.Print = b.counts(len(held.letters))
		}
		return nil
	})
	return counts, found && err == nil, err
}

func (b *batchFake) Send(ctx context.Context, letter post.Letter) (outcome post.Outcome, err error) {
	if letter.Batch == "" {
		return b.digipostFake.Send(ctx, letter)
	}
	err = b.around("send", func() error {
		b.sends++
		b.sent = append(b.sent, letter)
		held, err := b.open(letter.Batch)
		if err != nil {
			return err
		}
		document := letter.Documents[0].UUID
		if _, there := held.letters[letter.MessageID]; there {
			return post.NewFault(post.CodeUnsure, nil, "detail", DetailDuplicate)
		}
		if b.used[letter.MessageID] || b.used[document] {
			return post.NewFault(post.CodeBadAnswer, errors.New("ids of another batch"))
		}
		b.used[letter.MessageID], b.used[document] = true, true
		held.letters[letter.MessageID] = letter
		outcome = post.Outcome{Status: post.ItemReceived, Channel: post.ChannelDigipost}
		return nil
	})
	if err != nil {
		return post.Outcome{}, err
	}
	return outcome, nil
}

func (b *batchFake) Status(ctx context.Context, sender post.Sender, documentUUID string) (outcome post.Outcome, found bool, err error) {
	if outcome, found, err = b.digipostFake.Status(ctx, sender, documentUUID); found || err != nil {
		return outcome, found, err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, held := range b.batches {
		for _, letter := range held.letters {
			if b.knows && !held.gone && letter.Documents[0].UUID == documentUUID {
				return post.Outcome{Status: post.ItemReceived, Channel: post.ChannelDigipost}, true, nil
			}
		}
	}
	return post.Outcome{}, false, nil
}

func (b *batchFake) called(op string) int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	n := 0
	for _, call := range b.calls {
		if call == op {
			n++
		}
	}
	return n
}

// holding is an engine that lets the letters of mailings wait at Digipost.
func holding(m *memory, b *batchFake, clock Clock) *Engine {
	e := engineOn(m, b.digipostFake, clock)
	e.Letters, e.RESTBatch = b, b
	return e
}

func heldWish(n int) Wish {
	wish := wishFor(n)
	wish.HoldAtDigipost = true
	return wish
}
