package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// The life of a mailing: taken (the archive lies in the folder mail), judged
// (its letters lie there instead), approved, delivered (one line of the journal
// for all letters), told in its receipts. Each step is a line of the journal,
// and a new process goes on with the next.

// mailFile is a file of a mailing: zip, jsonl (its letters) or uuids (where they stand).
func (s *Server) mailFile(number int, what string) string {
	return s.dir.path("mail", "job-"+strconv.Itoa(number)+"."+what)
}

// keepArchive moves an upload to where it waits for being judged.
func (s *Server) keepArchive(j *job, file *os.File) error {
	err := file.Sync()
	if err == nil {
		err = file.Close() // some systems don't move an open file
	}
	name := s.mailFile(j.Number, "zip")
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("keep an upload: %w", err)
	}
	syncDir(s.dir.path("mail"))
	j.Archive = name[len(s.dir.path("mail"))+1:]
	return nil
}

// settleMailing judges a mailing and keeps the verdict. What this machine
// could not do is tried again. false: the server ends.
func (s *Server) settleMailing(j *job) bool {
	for {
		s.mailing.Lock()
		err := s.judgeMailing(j)
		s.mailing.Unlock()
		if err == nil {
			return true
		}
		if s.ctx.Err() != nil {
			return false
		}
		s.cfg.Log("judge job %d: %v", j.Number, err)
		s.pause(retryAfter*s.cfg.ReceiptDelay, j.lost)
	}
}

// judgeMailing reads a mailing once and writes its letters. An error means that
// this machine could not do it. Called under mailing.
func (s *Server) judgeMailing(j *job) error {
	s.state.mu.Lock()
	done := j.gone || !j.judging
	s.state.mu.Unlock()
	if done {
		return nil
	}
	out, err := s.dir.newRows()
	if err != nil {
		return err
	}
	defer out.drop()
	draft := &job{Number: j.Number, Kind: j.Kind, Upload: j.Upload, Trouble: j.Trouble, lost: j.lost}
	draft.Mail = &mailCounts{}
	m := &mailJudge{s: s, job: draft, received: j.Received.In(s.clock.zone), path: "/" + j.Kind + "/" + j.Upload, out: out,
		ids: map[string]any{}, documents: mailDocuments{}, customers: idSet{}}
	if err = m.read(s.dir.path("mail", j.Archive)); err == nil {
		m.hold()
		err = s.keepLetters(m)
	}
	var broken machineError
	switch {
	case errors.Is(err, errStopped):
		return s.ctx.Err() // nil: the job is lost
	case errors.As(err, &broken):
		return err
	case err != nil:
		draft.failed(err)
	}
	err = s.acceptMailing(j, m)
	var fault *jobFault
	if errors.As(err, &fault) { // an id is used already
		draft.failed(fault)
		err = s.acceptMailing(j, m)
	}
	if err == nil {
		s.dropMail(j.Number, "zip")
		s.cfg.Log("job %d judged: %d letters, %d digital, %d on paper, %s", j.Number, draft.mail().Letters, draft.mail().Digital, draft.mail().Paper, orDefault(draft.FaultCode, "accepted"))
	}
	return err
}

// failed is fail for a mailing: nothing of what was found counts.
func (j *job) failed(err error) {
	j.Counts, j.Mail, j.Rows, j.NotBefore = counts{}, nil, "", time.Time{}
	j.fail(err)
}

// mail gives the counts of a mailing; zeros for one that failed.
func (j *job) mail() mailCounts {
	if j.Mail == nil {
		return mailCounts{}
	}
	return *j.Mail
}

// read reads the archive.
func (m *mailJudge) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return machineError{err}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return machineError{err}
	}
	doc, files, err := openJob(file, info.Size(), kindMailing)
	if err != nil {
		return err
	}
	defer doc.Close()
	m.files = files
	if err := m.s.mail.readMailing(bufio.NewReaderSize(doc, 64<<10), m.s.split, m); err != nil {
		return err
	}
	if at := m.index.sort(); at >= 0 {
		return &jobFault{faultValidation, "en dokument-uuid er brukt to ganger i jobben"}
	}
	return nil
}

// hold decides whether a mailing waits for approval though it asked for none.
func (m *mailJudge) hold() {
	c := m.job.Mail
	bad := m.job.Counts.Invalid + c.PaperInvalid
	if m.job.Counts.Total >= choiceManyRows && bad*2 > m.job.Counts.Total {
		m.job.Hold = true
	}
}

// keepLetters makes the letters of a mailing lasting, before the journal names them.
func (s *Server) keepLetters(m *mailJudge) error {
	n := m.job.Number
	if err := m.out.keep(s.mailFile(n, "jsonl")); err != nil {
		return machineError{err}
	}
	if err := s.dir.writeWith("mail/job-"+strconv.Itoa(n)+".uuids", m.index.write); err != nil {
		return machineError{err}
	}
	m.job.Rows = "job-" + strconv.Itoa(n) + ".jsonl"
	return nil
}

// acceptMailing takes the ids of a mailing and writes the verdict down. A
// jobFault says that an id is used already.
func (s *Server) acceptMailing(j *job, m *mailJudge) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	if j.gone { // changed under taking only
		return nil
	}
	s.plan(m.job)
	v := m.job.verdict
	if m.job.accepted() {
		monthly := m.sender.MonthlyLetters
		if err := s.state.reserveMailing(j, v, m.index, m.senderID, monthly, s.clock.now()); err != nil {
			return err
		}
	} else {
		s.dropMail(j.Number, "jsonl")
		s.dropMail(j.Number, "uuids")
	}
	if err := s.journal.append(record{Judged: &judged{j.Number, v}}); err != nil {
		s.state.freeMailing(j, v)
		return err
	}
	return s.state.onJob(j.Number, func(j *job) { j.settled(v) })
}

// reserveMailing takes all ids of a mailing, or says which sort is used already.
func (st *state) reserveMailing(j *job, v verdict, index uuidIndex, sender int64, monthly int, now time.Time) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.jobIDs[v.JobID] {
		return errJobIDUsed()
	}
	for i := range index {
		if st.usedInJob(index[i].id) {
			return &jobFault{faultGeneral, "en dokument-uuid er brukt i en tidligere jobb"}
		}
	}
	for uuid := range st.documents {
		if id, ok := uuidBytes(uuid); ok {
			if _, used := index.find(id); used {
				return &jobFault{faultGeneral, "dokument-uuid " + uuid + " er brukt i et brev som er sendt før"}
			}
		}
	}
	if sent := v.Mail.Digital + v.Mail.Paper; monthly > 0 && st.lettersOfMonth(&letter{SenderID: sender, Created: now})+sent > monthly {
		return &jobFault{faultGeneral, fmt.Sprintf("avtalen tillater %d brev i måneden", monthly)}
	}
	st.jobIDs[v.JobID] = true
	j.index = index
	return nil
}

// freeMailing gives the ids back: the verdict did not become durable.
func (st *state) freeMailing(j *job, v verdict) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if j.index != nil {
		delete(st.jobIDs, v.JobID)
		j.index = nil
	}
}

// usedInJob says whether a uuid stands in a mailing. Called under the lock.
func (st *state) usedInJob(id [16]byte) bool {
	return slices.ContainsFunc(st.jobs, func(j *job) bool {
		_, found := j.index.find(id)
		return found
	})
}

// dropMail removes a file of a mailing; sweepMail tries again.
func (s *Server) dropMail(number int, what string) { _ = os.Remove(s.mailFile(number, what)) }

// sweepMail removes what no mailing needs, at start, and reads the places of
// the letters of those that were accepted.
func (s *Server) sweepMail() error {
	entries, err := os.ReadDir(s.dir.path("mail"))
	if err != nil {
		return fmt.Errorf("sweep mailings: %w", err)
	}
	needed := map[string]bool{}
	for _, j := range s.state.jobs {
		switch {
		case j.Kind != kindMailing || j.gone:
		case j.judging:
			needed[j.Archive] = true
		case j.accepted():
			base := "job-" + strconv.Itoa(j.Number)
			needed[base+".jsonl"], needed[base+".uuids"] = true, true
			if j.index, err = readIndex(s.mailFile(j.Number, "uuids")); err != nil {
				return fmt.Errorf("read letters of job %d: %w", j.Number, err)
			}
		}
	}
	for _, e := range entries {
		if needed[e.Name()] {
			continue
		}
		if err := os.Remove(s.dir.path("mail", e.Name())); err != nil {
			return fmt.Errorf("sweep mailings: %w", err)
		}
	}
	return nil
}
