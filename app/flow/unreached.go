package flow

import (
	"context"

	"brevdue/app/post"
)

// Unreached is somebody whom a letter did not reach, for a list for the sender's
// own postage.
type Unreached struct {
	// Seq and Row are the letter's place in the job and the row in the user's
	// sheet, or 0.
	Seq, Row   int
	CustomerID string
	Status     post.ItemStatus
	Reason     post.Reason
	// To is what an envelope shows, as far as it is known; To.Whole tells whether
	// that is enough.
	To post.PostalAddress
}

// NotReached gives the people a job's letter did not reach, in the job's order:
// those left out when it was planned, those Digipost did not send to, and those
// whose paper letter came to nothing. Left out are letters that are unsure, since
// they may have arrived, letters that somebody stopped, and the second letter to
// somebody. The address is that of the plan, else the register's. A split reaches
// nobody and is a fault wrong_state.
func (s *Stories) NotReached(ctx context.Context, id string) ([]Unreached, error) {
	job, err := s.jobs.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	if job.Kind == post.KindSplit {
		return nil, post.NewFault(post.CodeWrongState, nil, "job", id, "state", string(job.State))
	}
	items, err := s.jobs.Items(ctx, id, post.ItemQuery{
		Statuses: []post.ItemStatus{post.ItemNotDelivered, post.ItemPrintFailed, post.ItemShredded}})
	if err != nil {
		return nil, err
	}
	var list []Unreached
	for _, item := range items {
		if item.Reason == post.ReasonDuplicateLetter {
			continue
		}
		to, err := s.envelope(ctx, item)
		if err != nil {
			return nil, err
		}
		list = append(list, Unreached{Seq: item.Seq, Row: item.Row, CustomerID: item.CustomerID,
			Status: item.Status, Reason: item.Reason, To: to})
	}
	return list, nil
}

// envelope is a letter's name and address: what the register knows fills what the
// plan does not hold. Somebody who was forgotten since has what the plan has.
func (s *Stories) envelope(ctx context.Context, item post.Item) (post.PostalAddress, error) {
	to := post.PostalAddress{Name: item.To.Name(), Address: item.To.Address}
	if to.Name == "" {
		to.Name = item.Name
	}
	if to.Whole() || item.CustomerID == "" {
		return to, nil
	}
	person, err := s.register.Person(ctx, item.CustomerID)
	if post.CodeOf(err) == post.CodePersonUnknown {
		return to, nil
	}
	if err != nil {
		return to, err
	}
	if to.Name == "" {
		to.Name = person.Name()
	}
	if known := (post.PostalAddress{Name: to.Name, Address: person.Address}); known.Whole() || to.Address.Empty() {
		return known, nil
	}
	return to, nil
}
