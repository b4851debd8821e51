package digipost

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func batchXML(uuid, rest string) string {
	return `<batch xmlns="http://api.digipost.no/schema/v8"><uuid>` + uuid + `</uuid>` + rest + `</batch>`
}

// batchLinks are those of a batch that is still open.
const batchLinks = `<link rel="https://api.digipost.no/relations/complete_batch" uri="https://api.digipost.no/b/complete"/>` +
	`<link rel="https://api.digipost.no/relations/self_delete" uri="https://api.digipost.no/b/delete"/>`

func TestBatch(t *testing.T) {
	state, created := "", ""
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		switch r.Method + " " + r.URL.Path {
		case "POST /create_batch":
			created, state = string(body), batchXML(uuidA, "<status>CREATED</status>"+batchLinks)
			s.reply(w, r, 201, state)
		case "GET /get_batch/" + uuidA:
			if state == "" {
				s.reply(w, r, 404, errorXML("UNKNOWN_BATCH", "CLIENT_DATA", ""))
				return
			}
			s.reply(w, r, 200, state)
		case "POST /b/complete":
			if len(body) != 0 || r.Header.Get("X-Content-SHA256") != "" || r.ContentLength != 0 {
				t.Errorf("completing has a body: %q", body)
			}
			state = batchXML(uuidA, "<status>DONE</status><count-digipost>3</count-digipost><count-print>0</count-print>")
			s.reply(w, r, 200, "")
		case "DELETE /b/delete":
			state = ""
			s.reply(w, r, 200, "")
		}
	})
	s.rootLinks = `<link rel="x/create_batch" uri="/create_batch"/><link rel="x/get_batch" uri="/get_batch/"/>`
	c, ctx := s.client(), context.Background()
	if b, err := c.CreateBatch(ctx, uuidA); err != nil || b.Status != BatchCreated || b.CountPrint != -1 {
		t.Fatalf("create: %+v %v", b, err)
	}
	if want := `<?xml version="1.0" encoding="UTF-8"?>` + batchXML(uuidA, ""); created != want {
		t.Errorf("sent %s", created)
	}
	if err := c.CompleteBatch(ctx, uuidA); err != nil {
		t.Errorf("complete: %v", err)
	}
	if b, err := c.Batch(ctx, uuidA); err != nil || b.Status != BatchDone || b.CountDigipost != 3 || b.CountPrint != 0 {
		t.Errorf("done: %+v %v", b, err)
	}
	if err := c.CancelBatch(ctx, uuidA); !errors.Is(err, ErrLinkMissing) || OutcomeUnknown(err) {
		t.Errorf("cancelling what is done: %v", err)
	}
	if _, err := c.CreateBatch(ctx, uuidA); err != nil {
		t.Error(err)
	}
	if err := c.CancelBatch(ctx, uuidA); err != nil {
		t.Errorf("cancel: %v", err)
	}
	if _, err := c.Batch(ctx, uuidA); !IsNotFound(err) {
		t.Errorf("after cancelling: %v", err)
	}
	var wrong *FieldError
	if _, err := c.Batch(ctx, "../x"); !errors.As(err, &wrong) {
		t.Errorf("a path went in as uuid: %v", err)
	}
}

// TestBatchLost: where the answer to a commit is lost, nobody may say that it
// did not happen, and it is not repeated.
func TestBatchLost(t *testing.T) {
	var commits atomic.Int32
	var s *digipostStub
	s = newStub(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		switch r.URL.Path {
		case "/b/complete":
			commits.Add(1)
			panic(http.ErrAbortHandler)
		case "/get_batch/" + uuidB:
			s.reply(w, r, 200, batchXML(uuidA, ""))
		default:
			s.reply(w, r, 200, batchXML(uuidA, "<status>NOT_COMMITTED</status>"+batchLinks))
		}
	})
	s.rootLinks = `<link rel="x/get_batch" uri="/get_batch/"/>`
	c, ctx := s.client(), context.Background()
	if err := c.CompleteBatch(ctx, uuidA); !OutcomeUnknown(err) || commits.Load() != 1 || !strings.Contains(err.Error(), OpCompleteBatch) {
		t.Errorf("%v, %d commits", err, commits.Load())
	}
	if err := c.CompleteBatch(ctx, uuidB); !errors.Is(err, ErrBadAnswer) || OutcomeUnknown(err) {
		t.Errorf("completing another batch: %v", err)
	}
	if _, err := c.Batch(ctx, uuidB); !errors.Is(err, ErrBadAnswer) || OutcomeUnknown(err) {
		t.Errorf("another batch: %v", err)
	}
}
