package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"brevdue/app/post"

	"github.com/google/uuid"
)

// memory is a Store and an Outbox in memory, with the promises of the ports: a
// change is whole or not at all.
type memory struct {
	mutex     sync.Mutex
	jobs      map[string]post.Job
	order     []string
	documents map[string][]post.Document
	items     map[string][]post.Item
	requests  []post.Request
	receipts  []post.Receipt
	events    []post.Event
	audit     []post.Audit
	marks     map[int64]string
	files     map[string][]byte
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
		if job, _ := m.get(id); !query.Open || !job.State.Finished() {
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
