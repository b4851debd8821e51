package digiposttest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"brevdue/digipost"

	"github.com/google/uuid"
)

// batch makes two batches: one is completed, the other cancelled.
func (s *suite) batch(t *testing.T) {
	s.mustHaveRecipient(t)
	for _, end := range []string{"complete", "cancel"} {
		t.Run(end, func(t *testing.T) { s.oneBatch(t, end == "complete") })
	}
}

func (s *suite) oneBatch(t *testing.T, complete bool) {
	ctx, stop := patience()
	defer stop()
	id := uuid.NewString()
	created, err := s.client.CreateBatch(ctx, id)
	if errors.Is(err, digipost.ErrLinkMissing) {
		t.Skip("the account has no batches")
	}
	if !allowed(t, "a batch", err) {
		return
	}
	open(t, 5, "a new batch is %s and has the links %v", created.Status, relations(created.Links))
	m, d, err := s.send(func(m *digipost.Message) { m.Batch = &digipost.BatchReference{UUID: id} })
	if err != nil {
		t.Fatalf("a letter for the batch: %v", err)
	}
	if d.Status == digipost.DeliveryDelivered || d.Status == digipost.DeliveryToPrint {
		t.Errorf("a letter of a batch that is not completed is %s", d.Status)
	}
	t.Logf("a letter for the batch: %s %s", d.DeliveryMethod, d.Status)
	open(t, 5, "a batch with a letter has the links %v", s.batchRelations(t, id, digipost.BatchNotCommitted))
	if status, err := s.client.DocumentStatus(ctx, s.sender, m.PrimaryDocument.UUID); err == nil && status.Status == digipost.StatusDelivered {
		t.Error("a letter was delivered before its batch was completed")
	}
	if !complete {
		if err := s.client.CancelBatch(ctx, id); err != nil {
			t.Fatalf("cancel: %v", err)
		}
		_, err := s.client.Batch(ctx, id)
		if !digipost.IsNotFound(err) {
			t.Errorf("a cancelled batch: %v", err)
		}
		open(t, 1, "a cancelled batch: %s", told(err))
		return
	}
	if err := s.client.CompleteBatch(ctx, id); err != nil {
		t.Fatalf("complete: %v", err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(500 * time.Millisecond) {
		batch, err := s.client.Batch(ctx, id)
		if err != nil || batch.Status != digipost.BatchCommitted && batch.Status != digipost.BatchDone {
			t.Fatalf("after completing: %+v %v", batch, err)
		}
		if batch.Status == digipost.BatchDone {
			if batch.CountDigipost+batch.CountPrint != 1 {
				t.Errorf("counts: %+v", batch)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Log("the batch takes its time; its end is not waited for")
			return
		}
	}
	if status, err := s.client.DocumentStatus(ctx, s.sender, m.PrimaryDocument.UUID); err != nil || status.Status != digipost.StatusDelivered {
		t.Errorf("a letter of a batch that is done: %+v %v", status, err)
	}
}

// batchRelations asserts the status and gives the names of the links.
func (s *suite) batchRelations(t *testing.T, id, want string) []string {
	t.Helper()
	ctx, stop := patience()
	defer stop()
	batch, err := s.client.Batch(ctx, id)
	if err != nil || batch.Status != want {
		t.Fatalf("the batch: %+v %v, want %s", batch, err, want)
	}
	return relations(batch.Links)
}

// relations gives the names of links.
func relations(links []digipost.Link) (names []string) {
	for _, link := range links {
		names = append(names, link.Rel[strings.LastIndexByte(link.Rel, '/')+1:])
	}
	return names
}
