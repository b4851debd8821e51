package channel

import (
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/digipost"

	"github.com/google/uuid"
)

var _ job.RESTBatch = (*Channel)(nil)

// TestBatchAgainstStandIn puts letters into a batch, some of them twice, and
// completes or cancels it.
func TestBatchAgainstStandIn(t *testing.T) {
	for _, complete := range []bool{true, false} {
		s, ctx := startStandIn(t), t.Context()
		id := uuid.NewString()
		counts := func() (post.BatchCounts, bool) {
			t.Helper()
			counts, found, err := s.BatchCounts(ctx, s.sender, id)
			if err != nil {
				t.Fatal(err)
			}
			return counts, found
		}
		if _, found := counts(); found {
			t.Fatal("a batch before it was made")
		}
		letter := s.letter(kari, post.Options{})
		letter.Batch = id
		if _, err := s.Send(ctx, letter); post.CodeOf(err) != post.CodeBatchGone {
			t.Errorf("a letter for no batch: %v", err)
		}
		if err := s.CreateBatch(ctx, s.sender, id); err != nil {
			t.Fatal(err)
		}
		outcome, err := s.Send(ctx, letter)
		if err != nil || outcome.Status != post.ItemReceived {
			t.Fatalf("%+v, %v", outcome, err)
		}
		if outcome, err := s.Send(ctx, letter); post.CodeOf(err) != post.CodeUnsure || post.FaultOf(err).Fields["detail"] != job.DetailDuplicate {
			t.Errorf("the same message again: %+v, %v", outcome, err)
		}
		again := letter
		again.MessageID = uuid.NewString()
		if outcome, err := s.Send(ctx, again); err != nil || outcome.Status != post.ItemReceived || outcome.Detail != detailInBatch {
			t.Errorf("the same documents again: %+v, %v", outcome, err)
		}
		if got, found := counts(); !found || got.Committed || got.Digipost != -1 || got.Print != -1 {
			t.Errorf("before its end: %+v, found %v", got, found)
		}
		if outcome, found, err := s.Status(ctx, s.sender, letter.Documents[0].UUID); err != nil || found && outcome.Status != post.ItemReceived {
			t.Errorf("a letter that waits is %+v, %v, %v", outcome, found, err)
		}
		if !complete {
			if err := s.CancelBatch(ctx, s.sender, id); err != nil {
				t.Fatal(err)
			}
			if _, found := counts(); found {
				t.Error("a cancelled batch is there")
			}
			continue
		}
		if err := s.CompleteBatch(ctx, s.sender, id); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Hour)
		if got, found := counts(); !found || !got.Done || !got.Committed || got.Digipost != 1 || got.Print != 0 {
			t.Errorf("after its end: %+v, found %v", got, found)
		}
		if outcome, found, err := s.Status(ctx, s.sender, letter.Documents[0].UUID); err != nil || !found || outcome.Status != post.ItemDelivered {
			t.Errorf("afterwards: %+v, %v, %v", outcome, found, err)
		}
		if err := s.CompleteBatch(ctx, s.sender, id); err == nil {
			t.Error("completed twice")
		}
	}
}

// TestBatchFaults: what says that a sender may not use batches, and what does
// not.
func TestBatchFaults(t *testing.T) {
	c := &Channel{}
	for _, try := range []struct {
		err  error
		want post.Code
	}{
		{nil, ""},
		{&digipost.Error{Op: digipost.OpCreateBatch, Err: digipost.ErrLinkMissing}, post.CodeAgreement},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 404, Code: "GENERAL_ERROR"}, post.CodeAgreement},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 403, Code: "ILLEGAL_ACCESS"}, post.CodeAgreement},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 403, Code: "INVALID_SIGNATURE"}, post.CodeSignatureRefused},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 403, Unverified: true}, post.CodeUnverified},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 400, Code: "VALIDATION_FAILED"}, post.CodeBadAnswer},
		{&digipost.Error{Op: digipost.OpCreateBatch, HTTPStatus: 500}, post.CodeServerError},
		{&digipost.Error{Op: digipost.OpCompleteBatch, Err: digipost.ErrLinkMissing}, post.CodeUnreachable},
	} {
		if err := c.batchFault(t.Context(), post.Sender{SenderID: 1000}, try.err); post.CodeOf(err) != try.want {
			t.Errorf("%v: %v, want %q", try.err, err, try.want)
		}
	}
	if err := c.CreateBatch(t.Context(), post.Sender{}, uuid.NewString()); post.CodeOf(err) != post.CodeNoSender {
		t.Errorf("nobody's: %v", err)
	}
}
