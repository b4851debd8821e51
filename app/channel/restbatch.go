package channel

import (
	"context"
	"errors"

	"brevdue/app/post"
	"brevdue/digipost"
)

// The HTTP statuses of a call whose caller is not known, and of one that the
// caller may not make.
const (
	unauthorised = 401
	forbidden    = 403
)

// CreateBatch makes a batch for letters that wait at Digipost (it is
// job.RESTBatch).
func (c *Channel) CreateBatch(ctx context.Context, sender post.Sender, uuid string) error {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return err
	}
	_, err = client.CreateBatch(ctx, uuid)
	return c.batchFault(ctx, sender, err)
}

// CompleteBatch releases the letters of a batch together (it is job.RESTBatch).
func (c *Channel) CompleteBatch(ctx context.Context, sender post.Sender, uuid string) error {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return err
	}
	return c.batchFault(ctx, sender, client.CompleteBatch(ctx, uuid))
}

// CancelBatch deletes a batch and its letters (it is job.RESTBatch).
func (c *Channel) CancelBatch(ctx context.Context, sender post.Sender, uuid string) error {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return err
	}
	return c.batchFault(ctx, sender, client.CancelBatch(ctx, uuid))
}

// BatchCounts tells how far a batch is (it is job.RESTBatch).
func (c *Channel) BatchCounts(ctx context.Context, sender post.Sender, uuid string) (post.BatchCounts, bool, error) {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return post.BatchCounts{}, false, err
	}
	batch, err := client.Batch(ctx, uuid)
	if digipost.IsNotFound(err) {
		return post.BatchCounts{}, false, nil
	}
	if err != nil {
		return post.BatchCounts{}, false, c.batchFault(ctx, sender, err)
	}
	done := batch.Status == digipost.BatchDone
	return post.BatchCounts{Done: done, Committed: done || batch.Status == digipost.BatchCommitted,
		Digipost: batch.CountDigipost, Print: batch.CountPrint}, true, nil
}

// batchFault is fault for a batch. An entry point without the link to batches,
// or an address of it that is not there, is a sender who may not use them.
func (c *Channel) batchFault(ctx context.Context, sender post.Sender, err error) error {
	var answered *digipost.Error
	if errors.As(err, &answered) && answered.Op != digipost.OpCompleteBatch && answered.Op != digipost.OpCancelBatch &&
		(errors.Is(err, digipost.ErrLinkMissing) || digipost.IsNotFound(err) ||
			answered.HTTPStatus == forbidden && !answered.Unverified && !digipost.IsSignatureRefused(err)) {
		return post.NewFault(post.CodeAgreement, err, "detail", "BATCH")
	}
	return c.fault(ctx, sender, err)
}
