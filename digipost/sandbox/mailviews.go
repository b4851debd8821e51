package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// moreTypes are data-types that came later, by document uuid.
type moreTypes map[string][]string

// mailView is what is needed to read the letters of a mailing without the lock.
type mailView struct {
	path         string
	jobID        string
	received, at time.Time // mailed: at, zero before
	notBefore    time.Time
	more         moreTypes
}

// view is nil for a job without letters. Called under the lock.
func (s *Server) view(j *job) *mailView {
	if j.Kind != kindMailing || j.gone || j.judging || !j.accepted() {
		return nil
	}
	return &mailView{path: s.mailFile(j.Number, "jsonl"), jobID: j.JobID, received: j.Received, at: j.mailed, notBefore: j.NotBefore, more: maps.Clone(s.state.more)}
}

// complete makes a letter out of a line, false if it is not sent.
func (v *mailView) complete(line *mailLine) (*letter, bool) {
	l := &line.Letter
	l.Job, l.Created, l.Committed, l.DeliveryTime = v.jobID, v.received, v.at, v.received
	if v.notBefore.After(v.received) {
		l.DeliveryTime = v.notBefore
	}
	if !v.at.IsZero() {
		l.DeliveryTime = v.at
	}
	for i := range l.Documents {
		l.Documents[i].MoreData = v.more[l.Documents[i].UUID]
	}
	return l, line.Way != ""
}

// letters visits the letters of a mailing that are sent, until visit says no.
func (v *mailView) letters(visit func(*letter) bool) error {
	file, err := os.Open(v.path)
	if err != nil {
		return err
	}
	defer file.Close()
	for dec := json.NewDecoder(bufio.NewReaderSize(file, 64<<10)); ; {
		var line mailLine
		if err := dec.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if l, sent := v.complete(&line); sent && !visit(l) {
			return nil
		}
	}
}

// find gives a copy of the letter that holds a document uuid, in whatever way
// it came. A letter of a mailing that was not sent is nobody's.
func (s *Server) find(uuid string) (*letter, int, bool) {
	if l, index, found := s.state.find(uuid); found {
		return l, index, true
	}
	id, ok := uuidBytes(uuid)
	if !ok {
		return nil, 0, false
	}
	v, at := s.place(id)
	if v == nil {
		return nil, 0, false
	}
	var line mailLine
	if err := readRow(v.path, at, &line); err != nil {
		s.cfg.Log("read a letter: %v", err)
		return nil, 0, false
	}
	l, sent := v.complete(&line)
	index := slices.IndexFunc(l.Documents, func(d document) bool { return d.UUID == uuid })
	return l, index, sent && index >= 0
}

// place says where the letter with a document stands, nil without one.
func (s *Server) place(id [16]byte) (*mailView, int64) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, j := range s.state.jobs {
		if at, found := j.index.find(id); found {
			return s.view(j), at
		}
	}
	return nil, 0
}

// mailings lists the jobs with letters, and how to read these.
func (s *Server) mailings() map[*job]*mailView {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	list := map[*job]*mailView{}
	for _, j := range s.state.jobs {
		if v := s.view(j); v != nil {
			list[j] = v
		}
	}
	return list
}

// mailEvents lists what has happened to the letters of mailings.
func (s *Server) mailEvents(now time.Time, takes func(*letter) bool) []event {
	var list []event
	for j, v := range s.mailings() {
		sender, _ := parseID(collapse(j.SenderRef))
		if v.at.IsZero() || !takes(&letter{SenderID: sender}) {
			continue
		}
		for _, e := range s.eventsOf(j, v) {
			if !e.At.After(now) && now.Sub(e.At) <= keepEvents {
				list = append(list, e)
			}
		}
	}
	return list
}

// eventsOf lists all events of a delivered mailing, past and to come. They do
// not change any more, and are kept unless they are very many.
func (s *Server) eventsOf(j *job, v *mailView) []event {
	s.state.mu.Lock()
	list := j.happens
	s.state.mu.Unlock()
	if list != nil {
		return list
	}
	list = []event{}
	if err := v.letters(func(l *letter) bool {
		list = append(list, l.events()...)
		return true
	}); err != nil {
		s.cfg.Log("read letters: %v", err)
		return list
	}
	if len(list) <= choiceEventsKept {
		s.state.mu.Lock()
		j.happens = list
		s.state.mu.Unlock()
	}
	return list
}

// mailSnapshot adds the letters of mailings, of large ones only the first.
func (s *Server) mailSnapshot(out *snapshot, now time.Time) {
	s.state.mu.Lock()
	jobs := slices.Clone(s.state.jobs)
	s.state.mu.Unlock()
	views := s.mailings()
	for _, j := range jobs {
		v := views[j]
		if v == nil {
			continue
		}
		shown := 0
		if err := v.letters(func(l *letter) bool {
			out.sort(l, now)
			shown++
			return shown < choiceShown
		}); err != nil {
			s.cfg.Log("read letters: %v", err)
		}
		out.LeftOut += j.mail().Digital + j.mail().Paper - shown
	}
}
