package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controlPages are for tests and for who wants to look behind. What they are
// stands on their first page (pages/control.html) and in its words alone.
func (s *Server) controlPages() http.Handler {
	p := newPages(s.cfg.Log)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", " ")
		_ = enc.Encode(s.snapshot()) // the other end may be gone
	})
	mux.HandleFunc("GET /jobs", func(w http.ResponseWriter, _ *http.Request) {
		p.show(w, http.StatusOK, "jobs", s.snapshot().Jobs)
	})
	mux.HandleFunc("POST /jobs/approve", func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.FormValue("number"))
		if err == nil {
			err = s.approve(number)
		}
		if err != nil {
			http.Error(w, "no such job, or not kept: "+err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "/jobs", http.StatusSeeOther)
	})
	s.applicationPages(p, mux)
	mux.HandleFunc("POST /trouble", command(s.trouble.set))
	mux.HandleFunc("POST /clock", command(s.moveClock))
	mux.HandleFunc("POST /senders", command(s.changeSenders))
	mux.HandleFunc("POST /register", command(s.register))
	mux.HandleFunc("POST /batches", command(s.endBatches))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		p.show(w, http.StatusOK, "control", s.snapshot())
	})
	mux.HandleFunc("POST /inbox", s.putInbox)
	mux.HandleFunc("GET /content/{ticket}", s.giveContent)
	s.eboxControl(mux)
	mux.HandleFunc("POST /keys", command(func(text string) error { return s.id.allow([]byte(text)) }))
	return mux
}

// command takes the body of a request as one line of text.
func command(do func(string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = do(strings.TrimSpace(string(body)))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// snapshot is the answer of GET /state.
type snapshot struct {
	Now       time.Time   `json:"now"`
	Offset    string      `json:"clock_offset"`
	Trouble   string      `json:"trouble"`
	Delivered []letter    `json:"delivered"` // visible to their recipients
	Printed   []letter    `json:"printed"`   // with the print service
	Held      []letter    `json:"held"`      // accepted, delivery-time not reached or batch not completed
	Batches   []batchView `json:"batches"`   // REST batches that are not cancelled
	Jobs      []jobView   `json:"jobs"`
	Pending   []pending   `json:"pending"`                    // receipts not yet given, and letters that wait for a registration
	LeftOut   int         `json:"letters_left_out,omitempty"` // of large mailings: not among the above
	Signups   []signedUp  `json:"signups"`
	Applied   []applied   `json:"applications"` // half-automatic sign-up
	Senders   []*Sender   `json:"senders"`
	EBox      eboxHits    `json:"ebox"` // requests to the e-Box since the start; more at GET /ebox
}

// jobView is a job as shown outside.
type jobView struct {
	job
	Status   string   `json:"status"`
	Receipts []string `json:"receipts"`
}

// pending is a receipt that is still to come, or a letter that waits for its
// recipient to register.
type pending struct {
	Job     int    `json:"number,omitempty"`
	JobID   string `json:"job_id,omitempty"`
	Upload  string `json:"upload,omitempty"`
	Receipt string `json:"receipt,omitempty"`
	Held    bool   `json:"held"`

	MessageID string     `json:"message_id,omitempty"`
	Until     time.Time  `json:"registration_deadline,omitzero"`
	Print     bool       `json:"print_after_deadline,omitempty"`
	Documents []document `json:"documents,omitempty"`
}

func (s *Server) snapshot() snapshot {
	now := s.clock.now()
	out := snapshot{
		Now: now, Offset: s.clock.moved().String(), Trouble: s.trouble.String(),
		Delivered: []letter{}, Printed: []letter{}, Held: []letter{}, Batches: []batchView{}, Jobs: []jobView{}, Pending: []pending{}, Signups: []signedUp{}, Applied: s.applications(), Senders: s.allSenders(), EBox: s.ebox.counted(),
	}
	s.mailSnapshot(&out, now)
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, l := range s.state.letters {
		out.sort(l, now)
	}
	for _, j := range s.state.jobs {
		out.Jobs = append(out.Jobs, jobView{job: *j, Status: j.status(), Receipts: slices.Clone(j.given)})
		if j.gone {
			continue
		}
		for _, kind := range j.Plan[min(len(j.given), len(j.Plan)):] {
			held := !j.released && kind != receiptArrived && kind != receiptEarly
			out.Pending = append(out.Pending, pending{Job: j.Number, JobID: j.JobID, Upload: j.Upload, Receipt: receiptWord(kind), Held: held})
		}
	}
	for _, uuid := range slices.Sorted(maps.Keys(s.state.batches)) {
		if b := s.state.batches[uuid]; !b.cancelled {
			out.Batches = append(out.Batches, b.view(now, s.cfg.Pace.Batch))
		}
	}
	out.Signups = append(out.Signups, s.state.signups...)
	return out
}

// sort puts a letter where it is now.
func (out *snapshot) sort(l *letter, now time.Time) {
	shown := *l
	shown.PaperState = l.paperState(now)
	switch at := l.channelAt(now); {
	case at == channelPending:
		out.Pending = append(out.Pending, pending{MessageID: l.MessageID, Until: l.Deadline, Print: l.DeadlinePrint, Documents: l.Documents})
	case !l.delivered(now):
		out.Held = append(out.Held, shown)
	case at == channelPrint:
		out.Printed = append(out.Printed, shown)
	default:
		out.Delivered = append(out.Delivered, shown)
		if shown.PaperState != "" { // printed since it was not read
			out.Printed = append(out.Printed, shown)
		}
	}
}
