package sandbox

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// restBatch gathers letters that are delivered together or not at all.
type restBatch struct {
	UUID      string    `json:"uuid"`
	Created   time.Time `json:"created"`
	Committed time.Time `json:"committed,omitzero"`
	cancelled bool
	letters   []*letter
}

// batchStep is a batch that was completed or cancelled.
type batchStep struct {
	UUID string    `json:"uuid"`
	At   time.Time `json:"at"`
	Gone bool      `json:"cancelled,omitempty"`
}

// batchView is a batch as it stands at one moment.
type batchView struct {
	UUID     string `json:"uuid"`
	Status   string `json:"status"`
	Letters  int    `json:"letters"`
	Digipost int    `json:"count_digipost"`
	Print    int    `json:"count_print"`
}

func (b *restBatch) view(now time.Time, takes time.Duration) batchView {
	v := batchView{UUID: b.UUID, Status: "CREATED", Letters: len(b.letters)}
	switch {
	case !b.Committed.IsZero() && now.Before(b.Committed.Add(takes)):
		v.Status = "COMMITTED"
	case !b.Committed.IsZero():
		v.Status = "DONE"
	case len(b.letters) > 0:
		v.Status = "NOT_COMMITTED"
	}
	for _, l := range b.letters {
		switch l.Channel { // who is invited counts as neither
		case channelDigipost:
			v.Digipost++
		case channelPrint:
			v.Print++
		}
	}
	return v
}

// batchRoutes answers /batches and what lies below it.
func (s *Server) batchRoutes(r *http.Request, path []string, body *spool, now time.Time) (answer, error) {
	switch {
	case len(path) == 0:
		return post(r, func() (answer, error) { return s.createBatch(r, body, now) })
	case len(path) == 2 && path[1] == "complete":
		return post(r, func() (answer, error) { return s.endBatch(path[0], now, false) })
	case len(path) == 1 && r.Method == http.MethodDelete:
		return withMethod(http.MethodDelete, r, func() (answer, error) { return s.endBatch(path[0], now, true) })
	case len(path) == 1:
		return get(r, func() (answer, error) { return s.showBatch(path[0], now, http.StatusOK) })
	}
	return answer{}, refuse(codeNotFound, "There is nothing at this address")
}

// xmlBody reads a plain XML request.
func xmlBody(r *http.Request, grammar *rule, body *spool) (*node, error) {
	if media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != mediaXML ||
		params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return nil, refuse(codeProblem, "Content-Type must be %s", mediaXML)
	}
	data, err := body.bytes(maxXML)
	if err != nil {
		return nil, refuse(codeRequestTooLarge, "The XML is larger than %d bytes", maxXML)
	}
	doc, err := parseXML(data)
	if err == nil {
		err = validator{nsAPI}.root(grammar, doc)
	}
	if err != nil {
		return nil, schemaError(err)
	}
	return doc, nil
}

func (s *Server) createBatch(r *http.Request, body *spool, now time.Time) (answer, error) {
	doc, err := xmlBody(r, s.grammar.batch, body)
	if err != nil {
		return answer{}, err
	}
	s.batching.Lock()
	defer s.batching.Unlock()
	b := &restBatch{UUID: doc.value("uuid"), Created: now}
	if s.state.batch(b.UUID) != nil {
		return answer{}, refuse(choiceBatchAgain, "A batch with this uuid has been created before")
	}
	if err := s.journal.append(record{Batch: b}); err != nil {
		return answer{}, err
	}
	s.state.addBatch(b)
	a, err := s.showBatch(b.UUID, now, http.StatusCreated)
	a.location = s.base + "/batches/" + b.UUID
	return a, err
}

// endBatch completes or cancels a batch. No letter joins it meanwhile.
func (s *Server) endBatch(uuid string, now time.Time, cancel bool) (answer, error) {
	s.batching.Lock()
	defer s.batching.Unlock()
	switch b := s.state.batch(uuid); {
	case b == nil || b.cancelled:
		return answer{}, refuseHere(codeUnknownBatch, "There is no batch with this uuid")
	case !b.Committed.IsZero():
		return answer{}, refuse(choiceBatchEnded, "The batch is completed already")
	}
	step := batchStep{UUID: uuid, At: now, Gone: cancel}
	if err := s.journal.append(record{BatchStep: &step}); err != nil {
		return answer{}, err
	}
	s.state.endBatch(step)
	if cancel {
		return answer{status: http.StatusOK}, nil
	}
	return s.showBatch(uuid, now, http.StatusOK)
}

// endBatches completes or cancels all batches that are open, as somebody else of
// the same sender may.
func (s *Server) endBatches(how string) error {
	if how != "complete" && how != "cancel" {
		return errors.New("complete or cancel")
	}
	now := s.clock.now()
	for _, b := range s.snapshot().Batches {
		if b.Status == "COMMITTED" || b.Status == "DONE" {
			continue
		}
		if _, err := s.endBatch(b.UUID, now, how == "cancel"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) showBatch(uuid string, now time.Time, status int) (answer, error) {
	b := s.state.batch(uuid)
	if b == nil || b.cancelled {
		return answer{}, refuseHere(codeUnknownBatch, "There is no batch with this uuid")
	}
	s.state.mu.Lock()
	v := b.view(now, s.cfg.Pace.Batch)
	s.state.mu.Unlock()
	more, early := s.trouble.strikes("batch_counts", "/batches/"+uuid)
	if n, err := strconv.Atoi(more); early && err == nil {
		v.Digipost += n
	}
	return answer{status: status, body: apiDocument("batch", func(x *xmlWriter) {
		x.text("uuid", v.UUID)
		x.text("status", v.Status)
		if v.Status == "DONE" || early {
			x.number("count-digipost", int64(v.Digipost))
			x.number("count-print", int64(v.Print))
		}
		here := s.base + "/batches/" + v.UUID
		x.link("self", here)
		if v.Status == "CREATED" || v.Status == "NOT_COMMITTED" {
			x.link("complete_batch", here+"/complete")
			x.link("self_delete", here)
		}
	})}, nil
}

// batch gives a batch by uuid, or nil. Whether it is committed or cancelled
// changes only under Server.batching.
func (st *state) batch(uuid string) *restBatch {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.batches[uuid]
}

func (st *state) addBatch(b *restBatch) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.batches[b.UUID] = b
}

// endBatch lets the letters of a batch go, or vanish. The ids of vanished
// letters stay used.
func (st *state) endBatch(step batchStep) {
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.batches[step.UUID]
	if b == nil {
		return
	}
	if !step.Gone {
		b.Committed = step.At
		for _, l := range b.letters {
			l.Committed = step.At
		}
		return
	}
	b.cancelled = true
	st.letters = slices.DeleteFunc(st.letters, func(l *letter) bool { return l.Batch == step.UUID })
	for _, l := range b.letters {
		for _, d := range l.Documents {
			st.documents[d.UUID] = place{}
		}
	}
	b.letters = nil
}

// checkBatch says whether a letter may join its batch. Called under the lock.
func (st *state) checkBatch(l *letter) error {
	if l.Batch == "" {
		return nil
	}
	switch b := st.batches[l.Batch]; {
	case b == nil || b.cancelled:
		return refuse(codeUnknownBatch, "There is no batch with this uuid")
	case !b.Committed.IsZero():
		return refuse(choiceBatchEnded, "The batch is completed and takes no more documents")
	}
	return nil
}
