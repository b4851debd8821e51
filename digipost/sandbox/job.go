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

// The receipts of a job, as their names say.
const (
	receiptArrived = "mottatt"
	receiptResult  = "resultat"
	receiptBroken  = "resultat!" // a damaged one, from trouble
)

// job is one batch file that was taken from an upload. It is judged when it is
// taken; what it held is gone then, but for its rows of results.
type job struct {
	Number     int       `json:"number"`
	Kind       string    `json:"kind"`
	Upload     string    `json:"upload"` // file name
	Size       int64     `json:"size"`
	JobID      string    `json:"job_id,omitempty"`
	Name       string    `json:"name,omitempty"`
	SenderRef  string    `json:"sender_id,omitempty"`
	BrokerRef  string    `json:"broker_id,omitempty"`
	Received   time.Time `json:"received"`
	FaultCode  string    `json:"fault_code,omitempty"` // feilkode; "" means it went well
	Fault      string    `json:"fault,omitempty"`
	Unreadable bool      `json:"unreadable,omitempty"` // the receipt can't be a result document
	Hold       bool      `json:"hold,omitempty"`       // waits for approval
	Rows       string    `json:"rows,omitempty"`       // file with the rows
	Counts     counts    `json:"counts"`
	Plan       []string  `json:"plan"` // the receipts it gets, in order

	// Below: changed under the lock of the state, made durable by records of their own.
	given    []string
	released bool
	gone     bool
	approved chan struct{} // closed when released
	lost     chan struct{} // closed when overwritten
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

func (j *job) finished() bool { return j.gone || len(j.given) >= len(j.Plan) }

// stem is the upload's name without .zip: receipts begin with it.
func (j *job) stem() string { return j.Upload[:len(j.Upload)-len(".zip")] }

// status is the job's status in words of the batch schema, or held and lost.
func (j *job) status() string {
	switch {
	case j.gone:
		return "lost"
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
