package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// record is one line of the journal: exactly one field is set.
type record struct {
	Letter   *letter   `json:"letter,omitempty"`   // a letter was accepted
	Job      *job      `json:"job,omitempty"`      // a batch file was taken
	Approved int       `json:"approved,omitempty"` // number of a job released by hand
	Receipt  *given    `json:"receipt,omitempty"`  // a receipt was put into the folder
	Lost     int       `json:"lost,omitempty"`     // number of a job whose file was overwritten
	Judged   *judged   `json:"judged,omitempty"`   // a mailing was judged
	Mailed   *delivery `json:"mailed,omitempty"`   // all its letters were delivered
	Signup   *signedUp `json:"signup,omitempty"`   // a customer accepted the terms

	Applied     *applied  `json:"applied,omitempty"`      // a customer handed in an application
	ApprovedOne *approved `json:"approved_one,omitempty"` // it was approved by hand

	Registration *registration `json:"registration,omitempty"` // a person became a user
	MoreData     *moreData     `json:"more_data,omitempty"`    // a document got more data

	Batch     *restBatch `json:"batch,omitempty"`      // a REST batch was created
	BatchStep *batchStep `json:"batch_step,omitempty"` // it was completed or cancelled

	Inbox     *inboxLetter `json:"inbox,omitempty"`      // a letter to a sender came
	InboxStep *inboxStep   `json:"inbox_step,omitempty"` // it was fetched first, or deleted

	EBox *eboxStep `json:"ebox,omitempty"` // something happened in the e-Box
}

// given says that the next receipt of a job lies in its folder.
type given struct {
	Job  int    `json:"job"`
	Name string `json:"name"`
}

// judged is the verdict of a mailing.
type judged struct {
	Job int `json:"job"`
	verdict
}

// delivery says that the letters of a mailing were delivered, all at once.
type delivery struct {
	Job int       `json:"job"`
	At  time.Time `json:"at"`
}

// maxJournal bounds what is read at start; far above what practice makes.
const maxJournal = 1 << 30

// errJournal means that the journal can't be trusted any more in this process.
var errJournal = errors.New("the journal of the stand-in could not be written")

// syncAfter is how long a line may wait until it is safe from a power cut.
const syncAfter = 250 * time.Millisecond

// journal is an append-only file of JSON lines. append returns when its line
// is written, so that it outlives this process however that ends; the disk is
// told a little later, since a sync for each letter would set the pace of a
// practice. Lines written at the same time share one write.
type journal struct {
	file *os.File

	mu   sync.Mutex
	next *batch // gathers lines while the one before is written

	writing sync.Mutex // held by the one who writes
	size    int64      // of the whole lines in the file
	broken  error
	syncing bool // a sync is on its way
}

type batch struct {
	lines []byte
	done  chan struct{}
	err   error
}

// openJournal reads what is there. A last line without its end was being
// written when the process died: nobody got an answer for it, so it is cut off.
func openJournal(name string) (*journal, []record, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	j := &journal{file: file}
	records, err := j.read()
	if err == nil {
		err = j.cut()
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	return j, records, nil
}

func (j *journal) read() ([]record, error) {
	data, err := io.ReadAll(io.LimitReader(j.file, maxJournal+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxJournal {
		return nil, fmt.Errorf("larger than %d bytes", maxJournal)
	}
	var records []record
	for line := 1; ; line++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return records, nil
		}
		var r record
		if err := json.Unmarshal(data[:end], &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		records = append(records, r)
		j.size += int64(end) + 1
		data = data[end+1:]
	}
}

// cut removes what follows the last whole line.
func (j *journal) cut() error {
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	_, err := j.file.Seek(j.size, io.SeekStart)
	return err
}

// sync tells the disk. A fault shows at the next line: what went before may
// not be there after a power cut.
func (j *journal) sync() {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.syncing = false
	if j.broken != nil {
		return
	}
	if err := j.file.Sync(); err != nil {
		j.broken = fmt.Errorf("%w: %w", errJournal, err)
	}
}

// append writes one record and returns when it is written. After an error the
// record is not in the journal.
func (j *journal) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	j.mu.Lock()
	leader := j.next == nil
	if leader {
		j.next = &batch{done: make(chan struct{})}
	}
	b := j.next
	b.lines = append(append(b.lines, line...), '\n')
	j.mu.Unlock()
	if leader {
		j.flush(b)
	}
	<-b.done
	return b.err
}

// flush waits for its turn, closes the batch for newcomers and writes it.
func (j *journal) flush(b *batch) {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	j.next = nil
	j.mu.Unlock()
	defer close(b.done)
	if b.err = j.broken; b.err != nil {
		return
	}
	_, err := j.file.Write(b.lines)
	if err == nil {
		j.size += int64(len(b.lines))
		if !j.syncing {
			j.syncing = true
			time.AfterFunc(syncAfter, j.sync)
		}
		return
	}
	b.err = fmt.Errorf("%w: %w", errJournal, err)
	if err := j.cut(); err != nil {
		j.broken = b.err
	}
}

func (j *journal) close() error {
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.broken == nil {
		j.broken = fmt.Errorf("%w: %w", errJournal, os.ErrClosed)
	}
	return errors.Join(j.file.Sync(), j.file.Close())
}
