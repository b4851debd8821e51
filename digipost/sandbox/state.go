package sandbox

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// signedUp is one customer who chose the partner on the sign-up pages.
type signedUp struct {
	Organisation string    `json:"organisation_number"`
	At           time.Time `json:"at"`
}

// place is where a document uuid is used. letter is nil while the letter is
// being written to the journal.
type place struct {
	letter *letter
	index  int
}

// state is what the stand-in remembers; the journal is its durable form.
type state struct {
	mu         sync.Mutex
	messageIDs map[string]bool
	documents  map[string]place
	letters    []*letter
	jobs       []*job // the number of a job is its index + 1
	jobIDs     map[string]bool
	batches    map[string]*restBatch
	registers  map[string]time.Time // invited persons (tags) who register by themselves, and when
	signups    []signedUp
	applied    []*applied // the number of one is its index + 1
	more       moreTypes  // what came later for documents of mailings
}

func newState() *state {
	return &state{messageIDs: map[string]bool{}, documents: map[string]place{}, jobIDs: map[string]bool{}, batches: map[string]*restBatch{}, registers: map[string]time.Time{}, more: moreTypes{}}
}

// replay takes one record of the journal back in.
func (st *state) replay(r record) error {
	switch {
	case r.Letter != nil:
		if err := st.reserve(r.Letter, 0); err != nil {
			return err
		}
		st.keep(r.Letter)
	case r.MoreData != nil:
		st.addData(*r.MoreData)
	case r.Batch != nil:
		st.addBatch(r.Batch)
	case r.BatchStep != nil:
		st.endBatch(*r.BatchStep)
	case r.Job != nil:
		return st.addJob(r.Job)
	case r.Signup != nil:
		st.signups = append(st.signups, *r.Signup)
	case r.Applied != nil:
		st.applied = append(st.applied, r.Applied)
	case r.ApprovedOne != nil:
		st.approveOne(*r.ApprovedOne)
	case r.Receipt != nil:
		return st.onJob(r.Receipt.Job, func(j *job) { j.given = append(j.given, r.Receipt.Name) })
	case r.Judged != nil:
		return st.onJob(r.Judged.Job, func(j *job) {
			j.settled(r.Judged.verdict)
			if j.accepted() {
				st.jobIDs[j.JobID] = true
			}
		})
	case r.Mailed != nil:
		return st.onJob(r.Mailed.Job, func(j *job) { j.mailed = r.Mailed.At })
	case r.Approved != 0:
		return st.onJob(r.Approved, func(j *job) { j.approve() })
	case r.Lost != 0:
		return st.onJob(r.Lost, st.lose)
	}
	return nil
}

// reserve takes the ids of a letter, or says which of them is used already.
// A letter that is refused uses no ids. monthly bounds the letters of a sender
// in a month, 0 does not.
func (st *state) reserve(l *letter, monthly int) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if l.MessageID != "" && st.messageIDs[l.MessageID] {
		return refuse(codeDuplicateMessage, "A message with this message-id has been sent before")
	}
	for _, d := range l.Documents {
		p, used := st.documents[d.UUID]
		if used && l.Batch != "" && d.hashed && p.letter != nil && p.letter.Batch == l.Batch && p.letter.Documents[p.index].SHA256 == d.SHA256 {
			return refuse(codeDuplicateInBatch, "The document uuid %s with the same content is in this batch already", d.UUID)
		}
		if id, ok := uuidBytes(d.UUID); used || ok && st.usedInJob(id) {
			return refuse(codeDuplicateDocument, "The document uuid %s has been used before", d.UUID)
		}
	}
	if err := st.checkBatch(l); err != nil {
		return err
	}
	if monthly > 0 && st.lettersOfMonth(l) >= monthly {
		return refuse(codeMonthly, "The agreement allows %d letters in a month", monthly)
	}
	if l.MessageID != "" {
		st.messageIDs[l.MessageID] = true
	}
	for i, d := range l.Documents {
		st.documents[d.UUID] = place{index: i}
	}
	return nil
}

// lettersOfMonth counts what the sender of a letter has sent in the same month.
func (st *state) lettersOfMonth(l *letter) (count int) {
	for _, other := range st.letters {
		if other.SenderID == l.SenderID && other.Created.Format("2006-01") == l.Created.Format("2006-01") {
			count++
		}
	}
	for _, j := range st.jobs {
		if id, _ := parseID(j.SenderRef); id == l.SenderID && !j.gone && j.mail().Letters > 0 && j.Received.Format("2006-01") == l.Created.Format("2006-01") {
			count += j.mail().Digital + j.mail().Paper
		}
	}
	return count
}

// release gives the ids of a reserved letter back: it did not become durable.
func (st *state) release(l *letter) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.messageIDs, l.MessageID)
	for _, d := range l.Documents {
		delete(st.documents, d.UUID)
	}
}

// keep makes a reserved letter visible: it is durable now.
func (st *state) keep(l *letter) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.letters = append(st.letters, l)
	if first, known := st.registers[l.Person]; l.Channel == channelPending && !l.Registered.IsZero() && (!known || l.Registered.Before(first)) {
		st.registers[l.Person] = l.Registered
	}
	if b := st.batches[l.Batch]; b != nil {
		b.letters = append(b.letters, l)
	}
	for i, d := range l.Documents {
		st.documents[d.UUID] = place{letter: l, index: i}
	}
}

// find gives a copy of the letter that holds a document uuid.
func (st *state) find(uuid string) (*letter, int, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	p := st.documents[uuid]
	if p.letter == nil {
		return nil, 0, false
	}
	l := *p.letter
	return &l, p.index, true
}

// addJob registers a job under its number and takes its jobb-id.
func (st *state) addJob(j *job) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if j.Number != len(st.jobs)+1 {
		return fmt.Errorf("job number %d out of order", j.Number)
	}
	st.jobs = append(st.jobs, j)
	j.begin()
	if j.accepted() {
		st.jobIDs[j.JobID] = true
	}
	return nil
}

// onJob changes a job under the lock.
func (st *state) onJob(number int, change func(*job)) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if number < 1 || number > len(st.jobs) {
		return fmt.Errorf("no job number %d", number)
	}
	change(st.jobs[number-1])
	return nil
}

// lose marks a job whose file was overwritten; its ids are free again. Called under the lock.
func (st *state) lose(j *job) {
	j.lose()
	if j.accepted() {
		delete(st.jobIDs, j.JobID)
	}
	j.index = nil
}

// unfinished lists the jobs that still owe a receipt.
func (st *state) unfinished() []*job {
	st.mu.Lock()
	defer st.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(st.jobs), func(j *job) bool { return j.finished() })
}
