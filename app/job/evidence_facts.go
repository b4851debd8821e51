package job

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
)

// The form of an evidence file. A file of a later version is not judged.
const (
	evidenceFormat  = "brevdue-evidence"
	evidenceVersion = 1
)

// evidenceManifest says what is in an evidence file and holds no personal data:
// ids, hashes, times and counts.
type evidenceManifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// AsOf is when the newest thing in the file happened. The moment of making is
	// in the audit chain: it would make two files of one state differ.
	AsOf        time.Time          `json:"as_of"`
	Job         manifestJob        `json:"job"`
	Fingerprint string             `json:"fingerprint"`
	Proof       FingerprintProof   `json:"fingerprint_proof"`
	Counts      manifestCounts     `json:"counts"`
	Approvals   []manifestAudit    `json:"approvals"`
	Amendments  []manifestAudit    `json:"amendments"`
	TakenOut    []int              `json:"taken_out"`
	Documents   []manifestDocument `json:"documents"`
	Items       []manifestItem     `json:"items"`
	Receipts    []manifestReceipt  `json:"receipts"`
	Removed     []Removal          `json:"removed"`
	Chain       manifestChain      `json:"audit"`
	Files       []packEntry        `json:"files"`
}

type manifestJob struct {
	ID                 string           `json:"id"`
	Kind               post.JobKind     `json:"kind"`
	Via                post.Via         `json:"via"`
	Pattern            post.Pattern     `json:"pattern,omitempty"`
	State              post.JobState    `json:"state"`
	Ending             post.Ending      `json:"ending,omitempty"`
	SenderID           int64            `json:"sender_id"`
	BrokerID           int64            `json:"broker_id"`
	OrganisationNumber string           `json:"organisation_number,omitempty"`
	Environment        post.Environment `json:"environment"`
	Approved           int              `json:"approved"`
	BatchJobID         string           `json:"batch_job_id,omitempty"`
	UploadName         string           `json:"upload_name,omitempty"`
	EarlierUploads     []post.Upload    `json:"earlier_uploads,omitempty"`
	RESTBatch          string           `json:"rest_batch,omitempty"`
	Again              string           `json:"again,omitempty"`
	TrialOf            string           `json:"trial_of,omitempty"`
	Created            time.Time        `json:"created,omitzero"`
	ApprovedAt         time.Time        `json:"approved_at,omitzero"`
	ReleaseAt          time.Time        `json:"release_at,omitzero"`
	HandedOver         time.Time        `json:"handed_over,omitzero"`
	Ended              time.Time        `json:"ended,omitzero"`
}

type manifestCounts struct {
	Total    int                      `json:"total"`
	ByStatus map[post.ItemStatus]int  `json:"by_status"`
	BySplit  map[post.SplitStatus]int `json:"by_split"`
}

// manifestAudit points to a line of the audit chain.
type manifestAudit struct {
	Line   int64             `json:"line"`
	At     time.Time         `json:"at"`
	Actor  string            `json:"actor"`
	Action string            `json:"action"`
	Fields map[string]string `json:"fields,omitempty"`
}

type manifestDocument struct {
	Index int `json:"index"`
	// Item is the Seq of the one letter the document belongs to.
	Item     int    `json:"item,omitempty"`
	FileType string `json:"file_type"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Pages    int    `json:"pages"`
}

type manifestItem struct {
	Seq           int              `json:"seq"`
	MessageID     string           `json:"message_id,omitempty"`
	RecipientKey  string           `json:"recipient_key,omitempty"`
	DocumentUUIDs []string         `json:"document_uuids,omitempty"`
	SentSHA256    string           `json:"sent_sha256,omitempty"`
	Status        post.ItemStatus  `json:"status"`
	Reason        post.Reason      `json:"reason,omitempty"`
	Channel       post.Channel     `json:"channel"`
	Detail        string           `json:"detail,omitempty"`
	Split         post.SplitStatus `json:"split,omitempty"`
	SentAt        time.Time        `json:"sent_at,omitzero"`
	DeliveredAt   time.Time        `json:"delivered_at,omitzero"`
	StatusAt      time.Time        `json:"status_at,omitzero"`
}

// manifestReceipt is a receipt of Digipost; File is empty where it was left out.
type manifestReceipt struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
	File   string    `json:"file,omitempty"`
}

// manifestChain is the audit chain's part: Before is the hash ahead of line
// First, Head that of line Lines, the last when the file was made.
type manifestChain struct {
	First  int64  `json:"first"`
	Lines  int64  `json:"lines"`
	Before string `json:"before"`
	Head   string `json:"head"`
}

// chainLine is a line of the audit chain. At is in nanoseconds since 1970, as it
// is hashed.
type chainLine struct {
	ID     int64             `json:"id"`
	At     int64             `json:"at"`
	Actor  string            `json:"actor"`
	Action string            `json:"action"`
	Job    string            `json:"job"`
	Fields map[string]string `json:"fields"`
	Hash   string            `json:"hash"`
}

func newChainLine(id int64, line post.Audit, hash []byte) chainLine {
	at := int64(0)
	if !line.At.IsZero() {
		at = line.At.UnixNano()
	}
	return chainLine{ID: id, At: at, Actor: line.Actor, Action: line.Action, Job: line.Job, Fields: line.Fields, Hash: hex.EncodeToString(hash)}
}

// hashAfter is the line's hash as it must be: the SHA-256 of the hash before and
// the line as a JSON array. The store has the same rule; that both agree is
// tested, and that the engine has its own makes the check independent of it.
func (l chainLine) hashAfter(before string) (string, error) {
	ahead, err := hex.DecodeString(before)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{l.ID, l.At, l.Actor, l.Action, l.Job, l.Fields})
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(ahead)
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// notes are the lines about a job that say yes to it, and those that amend it.
func notes(job string, chain []chainLine) (approvals, amendments []manifestAudit) {
	approvals, amendments = []manifestAudit{}, []manifestAudit{}
	for _, line := range chain {
		note := manifestAudit{Line: line.ID, At: time.Unix(0, line.At).UTC(), Actor: line.Actor, Action: line.Action, Fields: line.Fields}
		switch {
		case line.Job != job || line.Action == AuditEvidence:
		case line.Action == "approved":
			approvals = append(approvals, note)
		default:
			amendments = append(amendments, note)
		}
	}
	return approvals, amendments
}

// describe fills the manifest, but for the receipts and files.
func (p *evidence) describe(before string) {
	job := p.job
	m := &p.manifest
	m.Format, m.Version, m.AsOf, m.Fingerprint = evidenceFormat, evidenceVersion, p.newest(), job.Fingerprint
	m.Job = manifestJob{ID: job.ID, Kind: job.Kind, Via: job.Via, Pattern: job.Pattern, State: job.State, Ending: job.Ending,
		SenderID: job.Sender.SenderID, BrokerID: job.Sender.BrokerID, OrganisationNumber: job.Sender.OrganisationNumber,
		Environment: job.Sender.Environment, Approved: job.Approved, BatchJobID: job.BatchJobID, UploadName: job.UploadName,
		EarlierUploads: job.EarlierUploads, RESTBatch: job.RESTBatch, Again: job.Again, TrialOf: job.TrialOf,
		Created: job.Created.UTC(), ApprovedAt: job.ApprovedAt.UTC(), ReleaseAt: job.ReleaseAt.UTC(),
		HandedOver: job.HandedOver.UTC(), Ended: job.Ended.UTC()}
	counts := count(p.items)
	m.Counts = manifestCounts{counts.Total, counts.ByStatus, counts.BySplit}
	m.Approvals, m.Amendments = notes(job.ID, p.chain)
	m.Documents, m.Items, m.Receipts, m.Removed, m.TakenOut = []manifestDocument{}, []manifestItem{}, []manifestReceipt{}, []Removal{}, []int{}
	for _, d := range p.documents {
		m.Documents = append(m.Documents, manifestDocument{d.Index, d.Item, d.FileType, d.SHA256, d.Size, d.Pages})
	}
	for _, item := range p.items {
		m.Items = append(m.Items, manifestOf(item))
		if item.Reason == post.ReasonTakenOut {
			m.TakenOut = append(m.TakenOut, item.Seq)
		}
		if at, gone := p.removed[item.Seq]; gone {
			m.Removed = append(m.Removed, Removal{What: removedRecipient, Seq: item.Seq, Row: item.Row, Date: at.UTC()})
		}
	}
	m.Chain.Before = before
	if n := len(p.chain); n > 0 {
		m.Chain.First, m.Chain.Lines, m.Chain.Head = p.chain[0].ID, p.chain[n-1].ID, p.chain[n-1].Hash
	}
	p.plan, m.Proof = p.provePlan()
}

func manifestOf(item post.Item) manifestItem {
	m := manifestItem{Seq: item.Seq, MessageID: item.MessageID, RecipientKey: item.RecipientKey, DocumentUUIDs: item.DocumentUUIDs,
		SentSHA256: item.SentSHA256, Status: item.Status, Reason: item.Reason, Channel: item.Channel, Detail: item.Detail,
		SentAt: item.SentAt.UTC(), DeliveredAt: item.DeliveredAt.UTC(), StatusAt: item.StatusAt.UTC()}
	if item.Finding != nil {
		m.Split = item.Finding.Status
	}
	return m
}

// newest is when the newest thing known of the job happened.
func (p *evidence) newest() time.Time {
	newest := p.job.Created
	times := []time.Time{p.job.ApprovedAt, p.job.HandedOver, p.job.Ended}
	for _, item := range p.items {
		times = append(times, item.UpdatedAt, item.StatusAt)
	}
	for _, event := range p.events {
		times = append(times, event.At)
	}
	for _, receipt := range p.receipts {
		times = append(times, receipt.At)
	}
	for _, at := range times {
		if at.After(newest) {
			newest = at
		}
	}
	return newest.UTC()
}

// evidenceList is the approved list.
type evidenceList struct {
	Name      string         `json:"name"`
	Subject   string         `json:"subject"`
	Sender    string         `json:"sender"`
	Refused   string         `json:"refused_text,omitempty"`
	Documents []string       `json:"documents"`
	People    []evidenceLine `json:"recipients"`
}

// evidenceLine is one person on the list. LeftOut were on it and not to be sent
// to. Removed stands in place of what was forgotten.
type evidenceLine struct {
	Seq        int             `json:"seq"`
	Row        int             `json:"row,omitempty"`
	CustomerID string          `json:"customer_id,omitempty"`
	Name       string          `json:"name,omitempty"`
	Kind       post.TargetKind `json:"kind,omitempty"`
	Value      string          `json:"value,omitempty"`
	// Documents are the names of the person's own.
	Documents []string `json:"documents,omitempty"`
	LeftOut   bool     `json:"left_out,omitempty"`
	Removed   bool     `json:"removed,omitempty"`
}

func (p *evidence) list() evidenceList {
	list := evidenceList{Name: p.job.Name, Subject: p.job.Subject, Sender: p.job.Sender.Name, Refused: p.job.RefusedText,
		Documents: []string{}, People: []evidenceLine{}}
	byLetter := post.GroupDocuments(p.documents)
	for _, document := range byLetter.Shared() {
		list.Documents = append(list.Documents, document.Name)
	}
	for _, item := range p.items {
		line := evidenceLine{Seq: item.Seq, Row: item.Row, CustomerID: item.CustomerID, Name: item.Name, Kind: item.To.Kind,
			Value: p.shown(item.To), LeftOut: leftOut(item)}
		for _, document := range byLetter.Own(item.Seq) {
			line.Documents = append(line.Documents, document.Name)
		}
		if _, gone := p.removed[item.Seq]; gone {
			line = evidenceLine{Seq: item.Seq, Row: item.Row, LeftOut: leftOut(item), Removed: true}
		}
		list.People = append(list.People, line)
	}
	return list
}

// shown is how somebody is addressed, with a personal number masked.
func (p *evidence) shown(to post.Target) string {
	if p.masked && (to.Kind == post.ByBirthNumber || to.Kind == post.ByAccount) {
		return number.Mask(to.Value)
	}
	return to.Value
}

type evidenceEvent struct {
	At     time.Time         `json:"at"`
	Code   string            `json:"code"`
	Fields map[string]string `json:"fields,omitempty"`
}

func (p *evidence) timeLine() []evidenceEvent {
	events := []evidenceEvent{}
	for _, event := range p.events {
		events = append(events, evidenceEvent{event.At.UTC(), event.Code, event.Fields})
	}
	return events
}
