package sandbox

import (
	"strings"
	"time"
)

// The two kinds of batch jobs, named as their folders.
const (
	kindSplit   = "mottakersplitt"
	kindMailing = "masseutsendelse"
)

var jobKinds = [...]string{kindSplit, kindMailing}

// The receipts of a job: the word in their names, and a mark for what is
// special about some.
const (
	receiptArrived = "mottatt"
	receiptResult  = "resultat"
	receiptBroken  = "resultat!" // a damaged one, from trouble
	receiptEarly   = "resultat~" // FORELØPIG_SUKSESS: the job waits
)

// receiptWord is the word in the name of a receipt.
func receiptWord(kind string) string { return strings.TrimRight(kind, "!~") }

// job is one batch file that was taken from an upload. A split is judged when
// it is taken; what it held is gone then, but for its rows of results. A
// mailing is kept as it came until it is judged.
type job struct {
	Number   int       `json:"number"`
	Kind     string    `json:"kind"`
	Upload   string    `json:"upload"` // file name
	Size     int64     `json:"size"`
	Received time.Time `json:"received"`
	Archive  string    `json:"archive,omitempty"` // file with what came, of a mailing that is to be judged
	Trouble  []string  `json:"trouble,omitempty"` // what trouble it met: receipt_order, receipt_broken
	verdict

	// Below: changed under the lock of the state, made durable by records of their own.
	judging  bool // there is no verdict yet
	given    []string
	released bool
	gone     bool
	mailed   time.Time     // when the letters were delivered
	index    uuidIndex     // of the letters
	happens  []event       // of the letters, once delivered, unless too many
	approved chan struct{} // closed when released
	lost     chan struct{} // closed when overwritten
}

// verdict is what was found of a job when it was judged.
type verdict struct {
	JobID      string      `json:"job_id,omitempty"`
	Name       string      `json:"name,omitempty"`
	SenderRef  string      `json:"sender_id,omitempty"`
	BrokerRef  string      `json:"broker_id,omitempty"`
	FaultCode  string      `json:"fault_code,omitempty"` // feilkode; "" means it went well
	Fault      string      `json:"fault,omitempty"`
	Unreadable bool        `json:"unreadable,omitempty"` // the receipt can't be a result document
	Hold       bool        `json:"hold,omitempty"`       // waits for approval
	NotBefore  time.Time   `json:"not_before,omitzero"`  // virkningsdato of a mailing
	Rows       string      `json:"rows,omitempty"`       // file with the rows, in the folder rows or mail
	Counts     counts      `json:"counts"`
	Mail       *mailCounts `json:"mail,omitempty"` // of a mailing that went well
	Plan       []string    `json:"plan"`           // the receipts it gets, in order
}

// counts is the summary of a split. Each row counts in exactly one place, as
// in the public sample receipt.
type counts struct {
	Total               int `json:"total"`
	Digipost            int `json:"digipost"`
	DigipostWashed      int `json:"digipost_washed"`
	Identified          int `json:"identified"`
	IdentifiedWashed    int `json:"identified_washed"`
	Unidentified        int `json:"unidentified"`
	UnidentifiedSeveral int `json:"unidentified_several"`
	Invalid             int `json:"invalid"`
}

// begin prepares a job that is new or read from the journal.
func (j *job) begin() {
	j.approved, j.lost = make(chan struct{}), make(chan struct{})
	if j.judging = j.Archive != ""; !j.judging && !j.Hold {
		j.approve()
	}
}

// settled takes the verdict of a job that was to be judged.
func (j *job) settled(v verdict) {
	j.verdict, j.judging = v, false
	if !j.Hold {
		j.approve()
	}
}

func (j *job) approve() {
	if !j.released {
		j.released = true
		close(j.approved)
	}
}

func (j *job) lose() {
	if !j.gone {
		j.gone = true
		close(j.lost)
	}
}

// accepted says whether the job will be, or was, carried out: its jobb-id is used up.
func (j *job) accepted() bool { return j.FaultCode == "" && !j.Unreadable && j.JobID != "" }

func (j *job) finished() bool { return j.gone || !j.judging && len(j.given) >= len(j.Plan) }

// stem is the upload's name without .zip: receipts begin with it.
func (j *job) stem() string { return j.Upload[:len(j.Upload)-len(".zip")] }

// status is the job's status in words of the batch schema, or judging, held and lost.
func (j *job) status() string {
	switch {
	case j.gone:
		return "lost"
	case j.judging:
		return "judging"
	case j.FaultCode != "" || j.Unreadable:
		return "FEILET"
	case !j.released:
		return "held"
	case j.finished():
		return "SUKSESS"
	}
	return "MOTTATT"
}

// jobFault is why a job fails as a whole.
type jobFault struct {
	code string // feilkode
	text string
}

func (f *jobFault) Error() string { return f.code + ": " + f.text }

// The job-level codes of the batch schema that are given here.
const (
	faultValidation = "VALIDERING_FEILET"
	faultGeneral    = "GENERELL_FEIL"
)

// usableName says whether an upload may have this name: .zip at the end, and
// only characters that are safe in every file system.
func usableName(name string) bool {
	if len(name) < len("x.zip") || len(name) > 150 || !strings.EqualFold(name[len(name)-4:], ".zip") || name[0] == '.' {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}) < 0
}
