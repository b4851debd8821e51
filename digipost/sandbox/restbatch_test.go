package sandbox

import (
	"strings"
	"testing"
	"time"
)

// TestBatchBehindOnesBack: batches that somebody else ends, and counts that are off.
func TestBatchBehindOnesBack(t *testing.T) {
	s := start(t)
	c := newCaller(t, s.Ready())
	first, second := "aaaaaaaa-0000-4000-8000-000000000003", "aaaaaaaa-0000-4000-8000-000000000004"
	c.must(batchDoc(first))
	if err := s.trouble.set("batch_counts@/batches:3"); err != nil {
		t.Fatal(err)
	}
	if got := string(c.get("/batches/" + first).body); !strings.Contains(got, "<count-digipost>3</count-digipost>") || !strings.Contains(got, "CREATED") {
		t.Error(got)
	}
	if err := s.endBatches("cancel"); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, c.get("/batches/"+first), 404, "UNKNOWN_BATCH")
	c.must(batchDoc(second))
	if err := s.endBatches("complete"); err != nil {
		t.Fatal(err)
	}
	if got := string(c.get("/batches/" + second).body); strings.Contains(got, "CREATED") || strings.Contains(got, "/relations/complete_batch") {
		t.Error(got)
	}
	if s.endBatches("complete") != nil || s.endBatches("forget") == nil {
		t.Error("nothing is left to end, and nothing else can be done")
	}
}

func batchDoc(uuid string) request {
	return request{method: "POST", path: "/batches", contentType: mediaXML, body: []byte(`<batch xmlns="` + nsAPI + `"><uuid>` + uuid + `</uuid></batch>`)}
}

func TestBatch(t *testing.T) {
	dir := newDir(t)
	s := start(t, func(c *Config) { c.Dir = dir })
	c := newCaller(t, s.Ready())
	b, other := "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
	if a := c.must(batchDoc(b)); a.status != 201 || !strings.Contains(string(a.body), "<status>CREATED</status>") || !strings.Contains(string(a.body), "/relations/complete_batch") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	refusedWith(t, c.must(batchDoc(b)), 400, "VALIDATION_FAILED")
	refusedWith(t, c.must(batchDoc(strings.ToUpper(b))), 400, "SCHEMA_VALIDATION_ERROR")
	join := func(d draft, batch string) draft {
		d.after = "<batch><uuid>" + batch + "</uuid></batch>"
		d.docs[0].extra = `<content-hash hash-algorithm="SHA256">` + sha256Base64([]byte(d.docs[0].data)) + `</content-hash>`
		return d
	}
	digital, print := join(fresh(), b), join(fresh(), b)
	print.recipient = paper
	for _, d := range []draft{digital, print} {
		if a := c.must(d.request()); a.status != 201 || !strings.Contains(string(a.body), "<status>COMPLETE</status><primary") {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	nobodys := join(fresh(), b)
	nobodys.recipient = number(nobody)
	refusedWith(t, c.must(nobodys.request()), 404, "UNKNOWN_RECIPIENT")
	refusedWith(t, c.must(digital.request()), 400, "DUPLICATE_MESSAGE")
	again := digital
	again.id = "again"
	refusedWith(t, c.must(again.request()), 400, "DUPLICATE_DOCUMENT_ID_FOR_BATCH")
	again.docs = []draftDoc{digital.docs[0]}
	again.docs[0].extra = "" // without content-hash nobody knows that it is the same
	refusedWith(t, c.must(again.request()), 400, "DUPLICATE_DOCUMENT_ID")
	again.docs[0].data = pdfOf(2, a4)
	refusedWith(t, c.must(again.request()), 400, "DUPLICATE_DOCUMENT_ID")

	// Nothing is delivered, and all of it survives.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, func(c *Config) { c.Dir = dir })
	c = newCaller(t, s.Ready())
	if got := s.snapshot(); len(got.Held) != 2 || len(got.Delivered)+len(got.Printed) != 0 || got.Batches[0].Letters != 2 {
		t.Errorf("%+v", got)
	}
	status := func(d draft) string { return string(c.get("/documents/1000/" + d.docs[0].uuid + "/status").body) }
	if got := status(digital); !strings.Contains(got, `status="NOT_DELIVERED"`) || strings.Contains(got, "delivered=") {
		t.Errorf("before completion: %s", got)
	}
	if a := c.get("/batches/" + b); !strings.Contains(string(a.body), "<status>NOT_COMMITTED</status>") || strings.Contains(string(a.body), "count-") {
		t.Errorf("%s", a.body)
	}
	if a := c.must(request{method: "POST", path: "/batches/" + b + "/complete"}); a.status != 200 || !strings.Contains(string(a.body), "<status>COMMITTED</status>") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if got := status(digital) + status(print); strings.Count(got, `status="DELIVERED"`) != 2 {
		t.Errorf("after completion: %s", got)
	}
	s.clock.move(5 * time.Second)
	if a := c.get("/batches/" + b); !strings.Contains(string(a.body), "<status>DONE</status><count-digipost>1</count-digipost><count-print>1</count-print>") || strings.Contains(string(a.body), "complete_batch") {
		t.Errorf("%s", a.body)
	}
	for _, r := range []request{{method: "POST", path: "/batches/" + b + "/complete"}, {method: "DELETE", path: "/batches/" + b}, join(fresh(), b).request()} {
		refusedWith(t, c.must(r), 400, "INVALID_TRANSACTION")
	}

	// What is cancelled vanishes, for good; its ids stay used.
	if a := c.must(batchDoc(other)); a.status != 201 {
		t.Fatal(a.status)
	}
	gone := join(fresh(), other)
	if a := c.must(gone.request()); a.status != 201 {
		t.Fatal(a.status)
	}
	if a := c.must(request{method: "DELETE", path: "/batches/" + other}); a.status != 200 {
		t.Fatal(a.status)
	}
	for range 2 {
		for _, r := range []request{{method: "GET", path: "/batches/" + other}, {method: "POST", path: "/batches/" + other + "/complete"}, {method: "DELETE", path: "/batches/" + other}} {
			refusedWith(t, c.must(r), 404, "UNKNOWN_BATCH")
		}
		refusedWith(t, c.must(request{method: "GET", path: "/documents/1000/" + gone.docs[0].uuid + "/status"}), 404, "DOCUMENT_NOT_FOUND")
		refusedWith(t, c.must(gone.request()), 400, "DUPLICATE_MESSAGE")
		refusedWith(t, c.must(join(fresh(), other).request()), 400, "UNKNOWN_BATCH")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = start(t, func(c *Config) { c.Dir = dir })
		c = newCaller(t, s.Ready())
	}
	if got := s.snapshot(); len(got.Held) != 0 || len(got.Delivered) != 1 || len(got.Printed) != 1 || len(got.Batches) != 1 {
		t.Errorf("%+v", got)
	}
}

// A batch, its letters and what was completed survive SIGKILL.
func TestBatchKilled(t *testing.T) {
	dir := newDir(t)
	cmd, r := spawn(t, dir)
	kill := func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		cmd, r = spawn(t, dir)
	}
	c := newCaller(t, r)
	b := "bbbbbbbb-0000-4000-8000-000000000001"
	if a := c.must(batchDoc(b)); a.status != 201 {
		t.Fatal(a.status)
	}
	kill()
	d := fresh()
	d.recipient, d.after = paper, "<batch><uuid>"+b+"</uuid></batch>"
	if a := c.must(d.request()); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	kill()
	if a := c.must(request{method: "POST", path: "/batches/" + b + "/complete"}); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	kill()
	if got := c.get("/documents/1000/" + d.docs[0].uuid + "/status"); !strings.Contains(string(got.body), `status="DELIVERED"`) {
		t.Errorf("%s", got.body)
	}
	refusedWith(t, c.must(d.request()), 400, "DUPLICATE_MESSAGE")
}
