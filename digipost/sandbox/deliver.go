package sandbox

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// retryAfter is how many receipt delays pass before a receipt that could not
// be written (full disk) is tried again.
const retryAfter = 5

// runJob gives a job its receipts, one after the other, and ends when all are
// given, the job is lost, or the server stops. A new process goes on where
// this one was killed.
func (s *Server) runJob(j *job) {
	for {
		s.state.mu.Lock()
		done, step, judging := j.finished(), len(j.given), j.judging
		s.state.mu.Unlock()
		switch {
		case done:
			s.dropRows(j)
			return
		case judging && !s.settleMailing(j):
			return
		case judging:
			continue
		}
		if !s.awaitReceipt(j, j.Plan[step]) {
			if s.ctx.Err() != nil {
				return
			}
			continue // lost, or not delivered yet
		}
		if err := s.give(j, j.Plan[step]); err != nil {
			s.cfg.Log("receipt of job %d: %v", j.Number, err)
			s.pause(retryAfter*s.cfg.ReceiptDelay, j.lost)
		}
	}
}

// awaitReceipt waits until a receipt is due. false: there will be none.
func (s *Server) awaitReceipt(j *job, kind string) bool {
	if kind != receiptArrived && kind != receiptEarly {
		select {
		case <-j.approved:
		case <-j.lost:
			return false
		case <-s.ctx.Done():
			return false
		}
		if j.Kind == kindMailing && j.accepted() && !s.awaitDelivery(j) {
			return false
		}
	}
	more := s.trouble.wait("receipt_delay", "/"+j.Kind+"/"+j.Upload, 30*time.Second)
	return s.pause(s.cfg.ReceiptDelay+more, j.lost)
}

// pause waits; false if the server or the job came to its end.
func (s *Server) pause(d time.Duration, end <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-end:
		return false
	case <-s.ctx.Done():
		return false
	}
}

// give puts a receipt into the folder and writes that down. A process killed
// between the two finds the file again instead of giving it twice.
func (s *Server) give(j *job, kind string) error {
	s.taking.Lock() // no overwriting and no other receipt meanwhile
	defer s.taking.Unlock()
	s.state.mu.Lock()
	gone := j.gone
	s.state.mu.Unlock()
	if gone {
		return nil
	}
	name, found, err := s.leftover(j, kind)
	if err != nil {
		return err
	}
	if !found {
		now := s.clock.now()
		for name = receiptName(j, kind, now); s.receiptExists(j.Kind, name); name = receiptName(j, kind, now) {
			now = now.Add(time.Millisecond)
		}
		if err := s.writeReceipt(j, kind, name, now); err != nil {
			return err
		}
	}
	if err := s.journal.append(record{Receipt: &given{Job: j.Number, Name: name}}); err != nil {
		return err
	}
	return s.state.onJob(j.Number, func(j *job) { j.given = append(j.given, name) })
}

// receiptName is <stem>.<kind>.<yyyyMMdd>-<HHmmssSSS>.zip.
func receiptName(j *job, kind string, at time.Time) string {
	stamp := strings.ReplaceAll(at.Format("20060102-150405.000"), ".", "")
	return j.stem() + "." + receiptWord(kind) + "." + stamp + ".zip"
}

func (s *Server) receiptExists(kind, name string) bool {
	_, err := os.Lstat(s.dir.path(kind, "kvittering", name))
	return err == nil
}

// leftover finds a receipt of this job that lies in the folder but is in no
// journal line: the process was killed in between.
func (s *Server) leftover(j *job, kind string) (string, bool, error) {
	entries, err := os.ReadDir(s.dir.path(j.Kind, "kvittering"))
	if err != nil {
		return "", false, fmt.Errorf("look for receipts: %w", err)
	}
	prefix := receiptName(j, kind, time.Time{})
	prefix = prefix[:len(prefix)-len("00000000-000000000.zip")]
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, e := range entries {
		known := slices.ContainsFunc(s.state.jobs, func(other *job) bool { return slices.Contains(other.given, e.Name()) })
		if strings.HasPrefix(e.Name(), prefix) && !known {
			return e.Name(), true, nil
		}
	}
	return "", false, nil
}

// writeReceipt writes the zip under a hidden name and renames it. A damaged
// one is the first half of a whole one.
func (s *Server) writeReceipt(j *job, kind, name string, now time.Time) error {
	rows, err := s.rowsFor(j, kind)
	if err != nil {
		return err
	}
	defer rows.close()
	path := j.Kind + "/kvittering/" + name
	if kind != receiptBroken {
		return s.dir.writeWith(path, func(w io.Writer) error { return s.receiptZip(w, j, kind, rows, now) })
	}
	var size counter
	if err := s.receiptZip(&size, j, receiptResult, rows, now); err != nil {
		return err
	}
	return s.dir.writeWith(path, func(w io.Writer) error {
		return s.receiptZip(&firstOf{w, int64(size) / 2}, j, receiptResult, rows, now)
	})
}

// counter counts what is written to it.
type counter int64

// Write counts.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// firstOf writes only the first bytes of what it gets.
type firstOf struct {
	w    io.Writer
	left int64
}

// Write writes as far as it may and says that it wrote all.
func (f *firstOf) Write(p []byte) (int, error) {
	n := min(f.left, int64(len(p)))
	f.left -= n
	if _, err := f.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// rowsFor opens the rows that a receipt of a job holds.
func (s *Server) rowsFor(j *job, kind string) (*rowReader, error) {
	switch {
	case kind == receiptArrived || j.Rows == "" || j.FaultCode != "":
		return openRows("")
	case j.Kind == kindMailing:
		return openRows(s.dir.path("mail", j.Rows))
	}
	return openRows(s.dir.path("rows", j.Rows))
}

// dropRows removes the rows of a finished split, which are in its receipt, and
// all of a mailing that is lost. sweepRows and sweepMail try again.
func (s *Server) dropRows(j *job) {
	if j.Kind == kindMailing && j.gone {
		for _, what := range []string{"zip", "jsonl", "uuids"} {
			s.dropMail(j.Number, what)
		}
	}
	if j.Rows != "" && j.Kind == kindSplit {
		_ = os.Remove(s.dir.path("rows", j.Rows))
	}
}

// sweepRows removes rows that no unfinished job needs, at start.
func (s *Server) sweepRows() error {
	entries, err := os.ReadDir(s.dir.path("rows"))
	if err != nil {
		return fmt.Errorf("sweep results: %w", err)
	}
	waiting := s.state.unfinished()
	for _, e := range entries {
		if slices.ContainsFunc(waiting, func(j *job) bool { return j.Kind == kindSplit && j.Rows == e.Name() }) {
			continue
		}
		if err := os.Remove(s.dir.path("rows", e.Name())); err != nil {
			return fmt.Errorf("sweep results: %w", err)
		}
	}
	return nil
}

// approve releases a held job, durably.
func (s *Server) approve(number int) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	held := false
	if err := s.state.onJob(number, func(j *job) { held = !j.released && !j.gone && !j.judging && j.FaultCode == "" }); err != nil || !held {
		return err
	}
	if err := s.journal.append(record{Approved: number}); err != nil {
		return err
	}
	return s.state.onJob(number, (*job).approve)
}
