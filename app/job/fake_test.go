package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"brevdue/app/post"

	"github.com/google/uuid"
)

// memory is a Store and an Outbox in memory, with the promises of the ports: a
// change is whole or not at all.
type memory struct {
	mutex      sync.Mutex
	jobs       map[string]post.Job
	order      []string
	documents  map[string][]post.Document
	items      map[string][]post.Item
	requests   []post.Request
	receipts   []post.Receipt
	events     []post.Event
	audit      []post.Audit
	marks      map[int64]string
	files      map[string][]byte
	deviations []post.Deviation
	// broken, when set, is what every write answers: a full disk, say.
	broken error
	// fails, when set, is asked before each call, by the method's name, and may
	// make it fail.
	fails func(method string) error
}

// fault is what a call answers instead of working, or nil.
func (m *memory) fault(method string) error {
	if m.fails == nil {
		return nil
	}
	return m.fails(method)
}

func newMemory() *memory {
	return &memory{jobs: map[string]post.Job{}, documents: map[string][]post.Document{},
		items: map[string][]post.Item{}, files: map[string][]byte{}, marks: map[int64]string{}}
}

func (m *memory) AddJob(_ context.Context, job post.Job, documents []post.Document, items []post.Item) error {
	if err := m.fault("AddJob"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.jobs[job.ID], m.documents[job.ID], m.items[job.ID] = job, documents, slices.Clone(items)
	m.order = append(m.order, job.ID)
	return nil
}

func (m *memory) get(id string) (post.Job, error) {
	job, ok := m.jobs[id]
	if !ok {
		return post.Job{}, post.NewFault(post.CodeJobUnknown, nil, "job", id)
	}
	job.Counts = count(m.items[id])
	return job, nil
}

func (m *memory) Job(_ context.Context, id string) (post.Job, error) {
	if err := m.fault("Job"); err != nil {
		return post.Job{}, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.get(id)
}

func (m *memory) Jobs(_ context.Context, query post.JobQuery) ([]post.Job, error) {
	if err := m.fault("Jobs"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var jobs []post.Job
	for _, id := range slices.Backward(m.order) {
		if job, _ := m.get(id); (!query.Open || !job.State.Finished()) && (query.Again == "" || query.Again == id || query.Again == job.Again) {
			jobs = append(jobs, job)
		}
	}
	return jobs, nil
}

func (m *memory) Documents(_ context.Context, job string) ([]post.Document, error) {
	if err := m.fault("Documents"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.documents[job], nil
}

func (m *memory) DocumentsOf(_ context.Context, job string, item int) ([]post.Document, error) {
	if err := m.fault("DocumentsOf"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return post.GroupDocuments(m.documents[job]).Of(item), nil
}

func (m *memory) Items(_ context.Context, job string, query post.ItemQuery) ([]post.Item, error) {
	if err := m.fault("Items"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var items []post.Item
	for _, item := range m.items[job] {
		if len(query.Statuses) == 0 || slices.Contains(query.Statuses, item.Status) {
			items = append(items, item)
		}
	}
	return items, nil
}

func (m *memory) UpdateJob(_ context.Context, id string, change func(*post.Job) error) (post.Job, error) {
	if err := m.fault("UpdateJob"); err != nil {
		return post.Job{}, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	job, err := m.get(id)
	if err != nil {
		return post.Job{}, err
	}
	if m.broken != nil {
		return post.Job{}, m.broken
	}
	if err := change(&job); err != nil {
		return post.Job{}, err
	}
	m.jobs[id] = job
	return job, nil
}

func (m *memory) UpdateItems(_ context.Context, job string, seqs []int, change func(*post.Item) error) (int, error) {
	if err := m.fault("UpdateItems"); err != nil {
		return 0, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.broken != nil {
		return 0, m.broken
	}
	changed := slices.Clone(m.items[job])
	n := 0
	for i := range changed {
		if seqs != nil && !slices.Contains(seqs, changed[i].Seq) {
			continue
		}
		item := changed[i]
		switch err := change(&item); {
		case errors.Is(err, post.ErrSkip):
			continue
		case err != nil:
			return 0, err
		}
		changed[i] = item
		n++
	}
	m.items[job] = changed
	return n, nil
}

func (m *memory) AddRequest(_ context.Context, request post.Request) (int64, error) {
	if err := m.fault("AddRequest"); err != nil {
		return 0, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	request.ID = int64(len(m.requests) + 1)
	m.requests = append(m.requests, request)
	return request.ID, nil
}

func (m *memory) OpenRequests(_ context.Context, job string) ([]post.Request, error) {
	if err := m.fault("OpenRequests"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var open []post.Request
	for _, request := range m.requests {
		if (job == "" || request.Job == job) && request.Outcome == "" {
			open = append(open, request)
		}
	}
	return open, nil
}

func (m *memory) LastRequest(_ context.Context, job string, kind post.RequestKind) (post.Request, bool, error) {
	if err := m.fault("LastRequest"); err != nil {
		return post.Request{}, false, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, request := range slices.Backward(m.requests) {
		if request.Job == job && request.Kind == kind {
			return request, true, nil
		}
	}
	return post.Request{}, false, nil
}

func (m *memory) ItemsByDocument(_ context.Context, uuids []string) (map[string]post.Item, error) {
	if err := m.fault("ItemsByDocument"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found := map[string]post.Item{}
	for _, items := range m.items {
		for _, item := range items {
			for _, id := range item.DocumentUUIDs {
				if slices.Contains(uuids, id) {
					found[id] = item
				}
			}
		}
	}
	return found, nil
}

func (m *memory) Mark(_ context.Context, senderID int64) (string, error) {
	if err := m.fault("Mark"); err != nil {
		return "", err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.marks[senderID], nil
}

func (m *memory) SetMark(_ context.Context, senderID int64, mark string) error {
	if err := m.fault("SetMark"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.marks[senderID] = mark
	return nil
}

func (m *memory) CloseRequest(_ context.Context, id int64, outcome string) error {
	if err := m.fault("CloseRequest"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.requests[id-1].Outcome = outcome
	return nil
}

func (m *memory) AddReceipt(_ context.Context, receipt post.Receipt) (bool, error) {
	if err := m.fault("AddReceipt"); err != nil {
		return false, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, kept := range m.receipts {
		if kept.Job == receipt.Job && kept.RemoteName == receipt.RemoteName {
			return false, nil
		}
	}
	m.receipts = append(m.receipts, receipt)
	return true, nil
}

func (m *memory) Receipts(_ context.Context, job string) ([]post.Receipt, error) {
	if err := m.fault("Receipts"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(m.receipts), func(r post.Receipt) bool { return r.Job != job }), nil
}

func (m *memory) AddEvent(_ context.Context, event post.Event) error {
	if err := m.fault("AddEvent"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.events = append(m.events, event)
	return nil
}

func (m *memory) Events(context.Context, string) ([]post.Event, error) { return m.events, nil }

func (m *memory) AddAudit(_ context.Context, line post.Audit) error {
	if err := m.fault("AddAudit"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.audit = append(m.audit, line)
	return nil
}

func (m *memory) NoteDeviations(_ context.Context, job string, now []post.Deviation, at time.Time) (changed bool, err error) {
	if err := m.fault("NoteDeviations"); err != nil {
		return false, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	wrong := map[post.Deviation]bool{}
	for _, d := range now {
		wrong[post.Deviation{Job: job, Seq: d.Seq, Code: d.Code}] = true
	}
	for i, d := range m.deviations {
		key := post.Deviation{Job: d.Job, Seq: d.Seq, Code: d.Code}
		if d.Job == job && d.Closed.IsZero() && !wrong[key] {
			m.deviations[i].Closed, m.deviations[i].Resolved, changed = at, true, true
		}
		if wrong[key] && d.Resolved {
			m.deviations[i].Closed, m.deviations[i].Resolved, changed = time.Time{}, false, true
		}
		delete(wrong, key)
	}
	for _, d := range now {
		if wrong[post.Deviation{Job: job, Seq: d.Seq, Code: d.Code}] {
			d.ID, d.Job, changed = int64(len(m.deviations)+1), job, true
			m.deviations = append(m.deviations, d)
		}
	}
	return changed, nil
}

func (m *memory) Deviations(_ context.Context, open bool) ([]post.Deviation, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(m.deviations), func(d post.Deviation) bool { return open && !d.Closed.IsZero() }), nil
}

func (m *memory) UpdateDeviation(_ context.Context, id int64, change func(*post.Deviation)) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for i := range m.deviations {
		if m.deviations[i].ID == id {
			change(&m.deviations[i])
			return true, nil
		}
	}
	return false, nil
}

func (m *memory) SentTo(context.Context, []post.SentLetter) ([]string, error) {
	return nil, m.fault("SentTo")
}

func (m *memory) SentBefore(context.Context, string, []string) (map[string]string, error) {
	return nil, nil
}

func (m *memory) Put(_ context.Context, content io.Reader) (string, string, int64, error) {
	if err := m.fault("Put"); err != nil {
		return "", "", 0, err
	}
	data, err := io.ReadAll(content)
	if err != nil {
		return "", "", 0, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.broken != nil {
		return "", "", 0, m.broken
	}
	name := uuid.NewString()
	m.files[name] = data
	return name, hexSHA256(data), int64(len(data)), nil
}

func (m *memory) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if err := m.fault("Open"); err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	data, ok := m.files[name]
	if !ok {
		return nil, post.NewFault(post.CodeFileMissing, nil)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (m *memory) Remove(_ context.Context, name string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.files, name)
	return nil
}

// text is a file of a wish.
func text(content string) File {
	return File{Name: "brev.pdf", FileType: "pdf", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func wishFor(n int) Wish {
	wish := Wish{Kind: post.KindMailing, Sender: post.Sender{SenderID: 1000}, Subject: "Årsmøte", Files: []File{text("%PDF-1.7 årsmøte")}}
	for i := range n {
		wish.To = append(wish.To, Addressee{CustomerID: fmt.Sprint("P", i), Row: i + 2, Name: fmt.Sprint("Person ", i),
			To: post.Target{Kind: post.ByDigipostAddress, Value: fmt.Sprintf("person%d#12AB", i)}})
	}
	return wish
}

func engineOn(m *memory, d *digipostFake, clock Clock) *Engine {
	return New(Config{Store: m, Outbox: m, Letters: d, Clock: clock, NewUUID: uuid.NewString, Grace: 200 * time.Millisecond})
}

type ioReadCloser = io.ReadCloser

func missing(context.Context) (io.ReadCloser, error) {
	return nil, post.NewFault(post.CodeFileMissing, nil, "file", "brev.pdf")
}
