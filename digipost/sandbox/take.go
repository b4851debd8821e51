package sandbox

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// take makes a job of a finished upload. When it returns nil the job is
// durable and will get its receipts; the upload itself may be removed. whole
// is false when the connection was lost before the handle was closed.
func (s *Server) take(kind, name string, file *os.File, size int64, whole bool) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	j := &job{Kind: kind, Upload: name, Size: size, Received: s.clock.now()}
	s.state.mu.Lock()
	j.Number = len(s.state.jobs) + 1
	s.state.mu.Unlock()
	for _, what := range []string{"receipt_order", "receipt_broken"} {
		if _, hit := s.trouble.strikes(what, "/"+kind+"/"+name); hit {
			j.Trouble = append(j.Trouble, what)
		}
	}
	var err error
	switch {
	case !whole:
		j.fail(errors.New("filen er ikke komplett; forbindelsen ble brutt under opplastingen"))
	case kind == kindMailing:
		err = s.keepArchive(j, file)
	default:
		err = s.judgeSplit(j, file)
	}
	if err != nil {
		return err
	}
	if j.Archive == "" {
		s.plan(j)
	}
	if err := s.journal.append(record{Job: j}); err != nil {
		return err
	}
	if err := s.state.addJob(j); err != nil {
		return err
	}
	s.cfg.Log("job %d taken: %s, %d bytes, %d recipients", j.Number, kind, size, j.Counts.Total)
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

// plan decides which receipts come.
func (s *Server) plan(j *job) {
	if j.FaultCode != "" {
		if j.Plan = []string{receiptResult}; choiceRefusedArrived && !j.Unreadable {
			j.Plan = []string{receiptArrived, receiptResult}
		}
		return
	}
	j.Plan = []string{receiptArrived, receiptResult}
	if slices.Contains(j.Trouble, "receipt_order") {
		j.Plan = []string{receiptResult, receiptArrived}
	}
	if waits := j.Hold || j.NotBefore.After(s.clock.now()); choiceProvisional && j.Kind == kindMailing && waits {
		j.Plan = slices.Insert(j.Plan, slices.Index(j.Plan, receiptResult), receiptEarly)
	}
	if slices.Contains(j.Trouble, "receipt_broken") {
		j.Plan = slices.Insert(j.Plan, slices.Index(j.Plan, receiptResult), receiptBroken)
	}
}

func (j *job) settle(set settings) {
	j.JobID, j.Name, j.SenderRef, j.BrokerRef = set.jobID, set.name, set.sender, set.broker
	j.Hold = !set.autoApprove
}

// judgeSplit reads a split job and writes its rows. A fault of the job is
// noted in it; an error means that this machine could not do it.
func (s *Server) judgeSplit(j *job, file *os.File) error {
	doc, _, err := openJob(file, j.Size, kindSplit)
	if err != nil {
		j.fail(err)
		return nil
	}
	defer doc.Close()
	rows, err := s.dir.newRows()
	if err != nil {
		return err
	}
	defer rows.drop()
	err = s.readRows(j, doc, func(r row) error {
		if _, err := rows.add(r); err != nil {
			return machineError{err}
		}
		return nil
	})
	var broken machineError
	if errors.As(err, &broken) {
		return err
	}
	if err != nil {
		j.Counts = counts{}
		j.fail(err)
		return nil
	}
	j.Rows = filepath.Base(rows.file.Name())
	if err := rows.keep(s.dir.path("rows", j.Rows)); err != nil {
		return err
	}
	syncDir(s.dir.path("rows"))
	if j.Counts.Total >= choiceManyRows && j.Counts.Invalid*2 > j.Counts.Total {
		j.Hold = true
	}
	return nil
}

func (s *Server) readRows(j *job, doc io.Reader, emit func(row) error) error {
	seen, now := idSet{}, s.clock.now()
	settled := func(set settings) error {
		j.settle(set)
		return s.checkSettings(set, featureSplit)
	}
	return s.split.readSplit(doc, settled, func(n *node) error {
		r := s.folk().judge(n, seen, now)
		j.Counts.add(r)
		return emit(r)
	})
}

// checkSettings checks who sends, that the agreement holds this kind of job,
// and that the jobb-id is new. Faults that the grammar finds come first.
func (s *Server) checkSettings(set settings, feature string) error {
	id, ok := parseID(collapse(set.sender))
	broker, brokerOK := parseID(set.broker)
	switch sender, login := s.sender(id), s.sender(senderID); {
	case !ok || sender == nil:
		return &jobFault{faultGeneral, "avsender-id er ikke en avsender som denne brukeren kan sende for"}
	case set.broker != "" && (!brokerOK || broker != senderID), set.broker == "" && id != senderID && choiceBrokerNamed:
		return &jobFault{faultGeneral, "behandler-id er ikke den som er logget inn"}
	case !login.has(feature):
		return &jobFault{faultGeneral, feature + " er ikke en del av avtalen til den som er logget inn"}
	case sender.Refuse != "":
		return &jobFault{faultGeneral, "avsenderen kan ikke sende nå: " + sender.Refuse}
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if s.state.jobIDs[set.jobID] {
		return errJobIDUsed()
	}
	return nil
}

func errJobIDUsed() error {
	return &jobFault{faultGeneral, "jobb-id er brukt i en tidligere jobb"}
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
// without a receipt whose letters are not delivered.
func (s *Server) waitingUploads(kind string) []*job {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	var list []*job
	for _, j := range s.state.jobs {
		if j.Kind == kind && !j.gone && len(j.given) == 0 && j.mailed.IsZero() {
			list = append(list, j)
		}
	}
	return list
}
