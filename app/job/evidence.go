package job

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"brevdue/app/post"
)

// EvidenceTrail is what an evidence file needs to know beside the engine's
// store. It is the database's part, at making a file and, where there is one at
// hand, at checking it.
type EvidenceTrail interface {
	// AuditPart visits the audit chain from the first line about a job to the
	// head, those about other jobs too; for a job without a line that is the head
	// alone. before is the hash ahead of the first line.
	AuditPart(ctx context.Context, job string, visit func(id int64, line post.Audit, hash []byte) error) (before []byte, err error)
	// AuditLine gives one line by its number, and its hash.
	AuditLine(ctx context.Context, id int64) (line post.Audit, hash []byte, found bool, err error)
	// RemovedItems gives the items of a job whose person was forgotten, by Seq, and
	// when; the zero time is not known when.
	RemovedItems(ctx context.Context, job string) (map[int]time.Time, error)
}

// EvidenceWords are the person's words for the page; a language of assets/lang
// has them.
type EvidenceWords interface {
	Code() string
	Has(key string) bool
	Get(key string, pairs ...string) string
	Count(key string, count int, pairs ...string) string
	Number(n int) string
	Time(at time.Time) string
	Date(at time.Time) string
	Size(bytes int64) string
	Status(status string) string
	Reason(reason string) string
}

// EvidenceWith is what an evidence file is made with.
type EvidenceWith struct {
	Trail EvidenceTrail
	Words EvidenceWords
	// ShowNumbers leaves birth and account numbers unmasked, so that anybody can
	// reckon the fingerprint again from the file alone.
	ShowNumbers bool
}

// Evidence is what was made.
type Evidence struct {
	// Seal is the SHA-256 of the manifest, hexadecimal. It stands in the audit
	// chain; who has it elsewhere too can tell a forged file from this one.
	Seal string
	// Fingerprint is the job's, and Proof what came of reckoning it again.
	Fingerprint string
	Proof       FingerprintProof
	// Removed is what was left out, since the person was forgotten.
	Removed []Removal
}

// FingerprintProof is what came of reckoning a fingerprint again.
type FingerprintProof string

// What can come of it.
const (
	// FingerprintSame: reckoned from the plan, and the same.
	FingerprintSame FingerprintProof = "same"
	// FingerprintMasked: the numbers in the file are masked; where the file was
	// made it was the same.
	FingerprintMasked FingerprintProof = "masked"
	// FingerprintRemoved: somebody on the list was forgotten since.
	FingerprintRemoved FingerprintProof = "removed"
	// FingerprintDiffers: the plan is not the one that was approved.
	FingerprintDiffers FingerprintProof = "differs"
)

// Removal is something that is not there any more since a person was forgotten,
// or, in a file made before that, something that should not be kept any longer.
type Removal struct {
	// What is "recipient", or the file name of a receipt at Digipost.
	What string `json:"what"`
	// Seq and Row are the item's, 0 for a receipt.
	Seq int `json:"seq,omitempty"`
	Row int `json:"row,omitempty"`
	// Date is when; zero is not known when.
	Date time.Time `json:"date,omitzero"`
	// InFile says that the file still holds it.
	InFile bool `json:"-"`
}

// removedRecipient is what a Removal of a person says.
const removedRecipient = "recipient"

// AuditEvidence is the action of the audit line about an evidence file; its field
// "seal" is the file's seal.
const AuditEvidence = "evidence"

// Evidence writes one zip that says what was approved, what was sent and what
// came of it: a manifest with the hash of all else, the list, the plan, the time
// line, the receipts as they came, the audit chain's part and a page for people.
// The same state gives the same bytes. The seal is recorded in the audit chain
// when all has been written; after an error what was written is to be thrown
// away.
func (e *Engine) Evidence(ctx context.Context, id string, out io.Writer, with EvidenceWith) (Evidence, error) {
	pack, err := e.gatherEvidence(ctx, id, with)
	if err != nil {
		return Evidence{}, err
	}
	files, err := pack.files(ctx, with.Words)
	if err != nil {
		return Evidence{}, err
	}
	for _, file := range files {
		pack.manifest.Files = append(pack.manifest.Files, file.entry)
	}
	text, err := json.Marshal(pack.manifest)
	if err != nil {
		return Evidence{}, fmt.Errorf("write the manifest: %w", err)
	}
	if len(text) > maxManifest {
		return Evidence{}, post.NewFault(post.CodeFileTooLarge, nil, "file", manifestName)
	}
	manifest := memoryFile(manifestName, text)
	if err := writePack(ctx, out, append([]packFile{manifest}, files...)); err != nil {
		return Evidence{}, err
	}
	line := post.Audit{At: e.Clock.Now(), Actor: e.Actor, Action: AuditEvidence, Job: id, Fields: map[string]string{"seal": manifest.entry.SHA256}}
	if err := e.Store.AddAudit(ctx, line); err != nil {
		return Evidence{}, fmt.Errorf("record the evidence: %w", err)
	}
	return Evidence{Seal: manifest.entry.SHA256, Fingerprint: pack.manifest.Fingerprint, Proof: pack.manifest.Proof, Removed: pack.manifest.Removed}, nil
}

// evidence is all that goes into a file.
type evidence struct {
	manifest  evidenceManifest
	job       post.Job
	documents []post.Document
	items     []post.Item
	events    []post.Event
	receipts  []post.Receipt
	removed   map[int]time.Time
	chain     []chainLine
	plan      []byte
	masked    bool
	outbox    Outbox
}

// gatherEvidence reads what there is about a job.
func (e *Engine) gatherEvidence(ctx context.Context, id string, with EvidenceWith) (*evidence, error) {
	p := &evidence{outbox: e.Outbox, masked: !with.ShowNumbers}
	var err error
	if p.job, err = e.Store.Job(ctx, id); err != nil {
		return nil, err
	}
	if p.documents, err = e.Store.Documents(ctx, id); err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	if p.items, err = e.Store.Items(ctx, id, post.ItemQuery{}); err != nil {
		return nil, fmt.Errorf("read the letters: %w", err)
	}
	if p.events, err = e.Store.Events(ctx, id); err != nil {
		return nil, fmt.Errorf("read the time line: %w", err)
	}
	if p.receipts, err = e.Store.Receipts(ctx, id); err != nil {
		return nil, fmt.Errorf("read the receipts: %w", err)
	}
	if p.removed, err = with.Trail.RemovedItems(ctx, id); err != nil {
		return nil, fmt.Errorf("read who was forgotten: %w", err)
	}
	before, err := with.Trail.AuditPart(ctx, id, func(id int64, line post.Audit, hash []byte) error {
		p.chain = append(p.chain, newChainLine(id, line, hash))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit chain: %w", err)
	}
	p.describe(hex.EncodeToString(before))
	return p, nil
}

// files makes all files but the manifest, in their order.
func (p *evidence) files(ctx context.Context, words EvidenceWords) ([]packFile, error) {
	receipts, err := p.receiptFiles(ctx)
	if err != nil {
		return nil, err
	}
	list, err1 := json.Marshal(p.list())
	line, err2 := json.Marshal(p.timeLine())
	page, err3 := p.page(words)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, fmt.Errorf("write evidence: %w", err)
		}
	}
	var chain bytes.Buffer
	for _, line := range p.chain {
		text, err := json.Marshal(line)
		if err != nil {
			return nil, fmt.Errorf("write the audit chain: %w", err)
		}
		chain.Write(text)
		chain.WriteByte('\n')
	}
	files := []packFile{memoryFile(pageName, page), memoryFile(listName, list), memoryFile(planName, p.plan),
		memoryFile(timeLineName, line), memoryFile(chainName, chain.Bytes())}
	return append(files, receipts...), nil
}

// receiptFiles reads each receipt once for its hash and notes it in the
// manifest. A receipt names all people of the job: once one of them was
// forgotten it is left out.
func (p *evidence) receiptFiles(ctx context.Context) ([]packFile, error) {
	var files []packFile
	for i, receipt := range p.receipts {
		note := manifestReceipt{Name: receipt.RemoteName, Kind: receipt.Kind, SHA256: receipt.SHA256, At: receipt.At.UTC()}
		name := fmt.Sprintf("receipts/%04d.zip", i+1)
		file, err := p.receiptFile(ctx, name, receipt)
		switch {
		case len(p.removed) > 0:
			p.manifest.Removed = append(p.manifest.Removed, Removal{What: receipt.RemoteName, Date: p.lastRemoval()})
		case post.CodeOf(err) == post.CodeFileMissing:
			p.manifest.Removed = append(p.manifest.Removed, Removal{What: receipt.RemoteName})
		case err != nil:
			return nil, fmt.Errorf("read a receipt: %w", err)
		default:
			note.File = name
			files = append(files, file)
		}
		p.manifest.Receipts = append(p.manifest.Receipts, note)
	}
	return files, nil
}

func (p *evidence) receiptFile(ctx context.Context, name string, receipt post.Receipt) (packFile, error) {
	if len(p.removed) > 0 {
		return packFile{}, nil
	}
	return hashedFile(ctx, name, func(ctx context.Context) (io.ReadCloser, error) { return p.outbox.Open(ctx, receipt.Staged) })
}

func (p *evidence) lastRemoval() (last time.Time) {
	for _, at := range p.removed {
		if at.After(last) {
			last = at
		}
	}
	return last.UTC()
}
