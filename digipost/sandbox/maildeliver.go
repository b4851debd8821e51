package sandbox

import "time"

// awaitDelivery waits for virkningsdato on the stand-in's clock, which may be
// moved, and delivers all letters of a mailing at once. false: not delivered.
func (s *Server) awaitDelivery(j *job) bool {
	for {
		ahead := j.NotBefore.Sub(s.clock.now())
		if j.NotBefore.IsZero() || ahead <= 0 {
			break
		}
		if !s.pause(min(ahead, clockPoll), j.lost) {
			return false
		}
	}
	if err := s.deliverMailing(j); err != nil {
		s.cfg.Log("deliver job %d: %v", j.Number, err)
		s.pause(retryAfter*s.cfg.ReceiptDelay, j.lost)
		return false
	}
	return true
}

// clockPoll is how soon a move of the clock is noticed.
const clockPoll = 100 * time.Millisecond

// deliverMailing delivers all letters of a mailing by one line of the journal.
func (s *Server) deliverMailing(j *job) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	if j.gone || !j.mailed.IsZero() { // changed under taking only
		return nil
	}
	d := delivery{j.Number, s.clock.now()}
	if err := s.journal.append(record{Mailed: &d}); err != nil {
		return err
	}
	s.cfg.Log("job %d delivered: %d letters, %d on paper", j.Number, j.mail().Digital, j.mail().Paper)
	return s.state.onJob(j.Number, func(j *job) { j.mailed = d.At })
}
