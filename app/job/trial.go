package job

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"brevdue/app/post"
)

// Trial is Trials for one letter: the first.
func (e *Engine) Trial(ctx context.Context, draft *Draft, to post.Target) (*Draft, error) {
	trials, err := e.Trials(ctx, draft, to, 1)
	if err != nil {
		return nil, err
	}
	return trials[0], nil
}

// Trials drafts letters to oneself as people of a mailing will get them, before
// any of them does: the same documents, subject, login and secrecy, and nothing
// that costs or waits. Of n letters, at most as many as the mailing has, the first
// is that of the first person, then come the longest, the last, and others between
// them; each one's Shows says whose it is. to is where they go; the zero Target is
// the sender's own Digipost address, and a sender without one is a fault
// recipient_invalid. Each is a job of its own, kept and approved before the
// mailing, and real.
func (e *Engine) Trials(ctx context.Context, draft *Draft, to post.Target, n int) ([]*Draft, error) {
	if to == (post.Target{}) {
		to = post.Target{Kind: post.ByDigipostAddress, Value: draft.Job.Sender.DigipostAddress}
	}
	if to.Value == "" && to.Kind != post.ByNameAndAddress {
		return nil, post.NewFault(post.CodeRecipientInvalid, nil, "recipient_kind", string(to.Kind))
	}
	chosen := trialItems(draft, max(n, 1))
	if len(chosen) == 0 {
		return nil, post.NewFault(post.CodeNothingToSend, nil)
	}
	options := draft.Job.Options
	var trials []*Draft
	for _, item := range chosen {
		trial, err := e.Prepare(ctx, Wish{Kind: post.KindLetter, Sender: draft.Job.Sender, Name: draft.Job.Name, Subject: draft.Job.Subject,
			Files:   draft.filesOf(item.Seq),
			Options: post.Options{Auth: options.Auth, Sensitive: options.Sensitive, Content: options.Content},
			To:      []Addressee{{Row: item.Row, Name: draft.Job.Sender.Name, To: to}}})
		if err != nil {
			return nil, err
		}
		trial.Job.TrialOf, trial.Shows = draft.Job.ID, item.Seq
		trials = append(trials, trial)
	}
	return trials, nil
}

// trialItems chooses the letters that are tried.
func trialItems(draft *Draft, n int) []post.Item {
	var ready []post.Item
	for _, item := range draft.Items {
		if item.Status == post.ItemReady {
			ready = append(ready, item)
		}
	}
	if n >= len(ready) {
		return ready
	}
	documents := post.GroupDocuments(draft.Documents)
	pages := func(item post.Item) (sum int) {
		for _, document := range documents.Of(item.Seq) {
			sum += document.Pages
		}
		return sum
	}
	order := []int{0, longest(ready, pages), len(ready) - 1}
	for i := 1; len(order) < n+3; i++ { // at most three of the others are chosen twice
		order = append(order, i*(len(ready)-1)/(n+1))
	}
	for i := range ready { // where rounding made two of them one
		order = append(order, i)
	}
	var chosen []post.Item
	taken := map[int]bool{}
	for _, at := range order {
		if !taken[at] && len(chosen) < n {
			taken[at] = true
			chosen = append(chosen, ready[at])
		}
	}
	return chosen
}

// longest is the letter with the most pages, of these the one with the longest
// name, and neither the first nor the last where there is another as long.
func longest(ready []post.Item, pages func(post.Item) int) int {
	places := make([]int, len(ready))
	for i := range places {
		places[i] = (i + 1) % len(ready) // the first comes last
	}
	return slices.MaxFunc(places, func(a, b int) int {
		return cmp.Or(cmp.Compare(pages(ready[a]), pages(ready[b])),
			cmp.Compare(utf8.RuneCountInString(ready[a].Name), utf8.RuneCountInString(ready[b].Name)))
	})
}

// filesOf are the files of one letter, the main one first.
func (d *Draft) filesOf(seq int) []File {
	var own, shared []File
	for i, document := range d.Documents {
		switch document.Item {
		case 0:
			shared = append(shared, d.files[i])
		case seq:
			own = append(own, d.files[i])
		}
	}
	return append(own, shared...)
}
