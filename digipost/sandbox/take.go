package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A job with at least manyRows rows of which more than half are invalid waits
// for approval even when it asked for none (Digipost's FAQ, against large
// systematic mistakes; the numbers are ours).
const manyRows = 20

// take makes a job of a finished upload. When it returns nil the job is
// durable and will get its receipts; the upload itself may be removed. whole
// is false when the connection was lost before the handle was closed.
func (s *Server) take(kind, name string, file *os.File, size int64, whole bool) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	j := &job{Kind: kind, Upload: name, Size: size, Received: s.clock.now()}
	switch {
	case !whole:
		j.fail(errors.New("filen er ikke komplett; forbindelsen ble brutt under opplastingen"))
	case kind == kindMailing:
		s.judgeMailing(j, file)
	default:
		if err := s.judgeSplit(j, file); err != nil {
			return err
		}
	}
	s.plan(j)
	s.state.mu.Lock()
	j.Number = len(s.state.jobs) + 1
	s.state.mu.Unlock()
	if err := s.journal.append(record{Job: j}); err != nil {
		return err
	}
	if err := s.state.addJob(j); err != nil {
		return err
	}
	s.cfg.Log("job %d taken: %s, %d bytes, %d recipients, %s", j.Number, kind, size, j.Counts.Total, j.status())
	if s.ctx.Err() == nil {
		s.wg.Go(func() { s.runJob(j) })
	}
	return nil
}

// fail notes why a job fails: a jobFault or a fault of the XML as a result
// document, anything else as a file that could not be read at all.
func (j *job) fail(err error) {
	var fault *jobFault
	var invalid *xmlFault
	switch {
	case errors.As(err, &fault):
		j.FaultCode, j.Fault = fault.code, fault.text
	case errors.As(err, &invalid):
		j.FaultCode, j.Fault = faultValidation, invalid.Error()
	default:
		j.FaultCode, j.Fault = faultGeneral, err.Error()
		j.Unreadable = true
	}
	if j.JobID == "" { // a result document must name the job
		j.Unreadable = true
	}
	j.Hold = false // a refusal waits for nobody
}

// plan decides which receipts come, with the trouble of this moment.
func (s *Server) plan(j *job) {
	path := "/" + j.Kind + "/" + j.Upload
	if j.FaultCode != "" {
		j.Plan = []string{receiptResult} // "mottatt" says that the format was right
		return
	}
	j.Plan = []string{receiptArrived, receiptResult}
	if _, hit := s.trouble.strikes("receipt_order", path); hit {
		j.Plan = []string{receiptResult, receiptArrived}
	}
	if _, hit := s.trouble.strikes("receipt_broken", path); hit {
		j.Plan = append([]string{receiptBroken}, j.Plan...)
		if j.Plan[1] == receiptArrived {
			j.Plan[0], j.Plan[1] = receiptArrived, receiptBroken
		}
	}
}

// judgeMailing refuses a mailing: this stand-in delivers none yet. The
// refusal names the job if it can be read.
func (s *Server) judgeMailing(j *job, file *os.File) {
	doc, err := openJob(file, j.Size, kindMailing)
	if err != nil {
		j.fail(err)
		return
	}
	defer doc.Close()
	set, err := s.split.readSettings(newXMLReader(skipBOM(doc)), kindMailing)
	j.settle(set)
	if err == nil {
		err = &jobFault{faultGeneral, "masseutsendelse er ikke en del av avtalen til denne avsenderen"}
	}
	j.fail(err)
}

func (j *job) settle(set settings) {
	j.JobID, j.Name, j.SenderRef, j.BrokerRef = set.jobID, set.name, set.sender, set.broker
	j.Hold = !set.autoApprove
}

// judgeSplit reads a split job and writes its rows. A fault of the job is
// noted in it; an error means that this machine could not do it.
func (s *Server) judgeSplit(j *job, file *os.File) error {
	doc, err := openJob(file, j.Size, kindSplit)
	if err != nil {
		j.fail(err)
		return nil
	}
	defer doc.Close()
	rows, err := s.dir.create()
	if err != nil {
		return fmt.Errorf("keep results: %w", err)
	}
	defer os.Remove(rows.Name()) // gone already when it was renamed
	defer rows.Close()
	out := bufio.NewWriter(rows)
	var writeErr error
	readErr := s.readRows(j, doc, func(r row) error {
		var line []byte
		if line, writeErr = json.Marshal(r); writeErr == nil {
			_, writeErr = out.Write(append(line, '\n'))
		}
		return writeErr
	})
	if writeErr == nil && readErr != nil {
		j.Counts = counts{}
		j.fail(readErr)
		return nil
	}
	if writeErr == nil {
		writeErr = out.Flush()
	}
	if writeErr == nil {
		writeErr = rows.Sync()
	}
	if writeErr == nil {
		writeErr = rows.Close()
	}
	j.Rows = filepath.Base(rows.Name())
	if writeErr == nil {
		writeErr = os.Rename(rows.Name(), s.dir.path("rows", j.Rows))
	}
	if writeErr != nil {
		return fmt.Errorf("keep results: %w", writeErr)
	}
	syncDir(s.dir.path("rows"))
	if j.Counts.Total >= manyRows && j.Counts.Invalid*2 > j.Counts.Total {
		j.Hold = true
	}
	return nil
}

func (s *Server) readRows(j *job, doc io.Reader, emit func(row) error) error {
	seen, now := map[string]bool{}, s.clock.now()
	settled := func(set settings) error {
		j.settle(set)
		return s.checkSettings(set)
	}
	return s.split.readSplit(doc, settled, func(n *node) error {
		r := s.folk().judge(n, seen, now)
		j.Counts.add(r)
		return emit(r)
	})
}

// checkSettings checks who sends and that the jobb-id is new. Faults that the
// grammar finds come first.
func (s *Server) checkSettings(set settings) error {
	if id, ok := parseID(set.sender); !ok || id != senderID {
		return &jobFault{faultGeneral, "avsender-id er ikke en avsender som denne brukeren kan sende for"}
	}
	if id, ok := parseID(set.broker); set.broker != "" && (!ok || id != senderID) {
		return &jobFault{faultGeneral, "behandler-id er ikke den som er logget inn"}
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if s.state.jobIDs[set.jobID] {
		return &jobFault{faultGeneral, "jobb-id er brukt i en tidligere jobb"}
	}
	return nil
}

// overwrite marks a job as lost whose upload is replaced before its first
// receipt came: Digipost warns that a file of the same name can do that.
func (s *Server) overwrite(kind, name string) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	for _, j := range s.waitingUploads(kind) {
		if j.Upload != name {
			continue
		}
		if err := s.journal.append(record{Lost: j.Number}); err != nil {
			return err
		}
		s.cfg.Log("job %d lost: a file of the same name came", j.Number)
		return s.state.onJob(j.Number, s.state.lose)
	}
	return nil
}

// waitingUploads lists the jobs whose upload still shows in its folder: those
// without a receipt.
func (s *Server) waitingUploads(kind string) []*job {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	var list []*job
	for _, j := range s.state.jobs {
		if j.Kind == kind && !j.gone && len(j.given) == 0 {
			list = append(list, j)
		}
	}
	return list
}
