package job

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"

	"brevdue/app/post"
)

// content gives a file's content when it is what it should be and lies open in
// the zip; nil else, and what is wrong with it has been said already.
func (v *verifier) content(ctx context.Context, name string) (io.Reader, bool) {
	i := slices.IndexFunc(v.entries, func(e packEntry) bool { return e.Name == name })
	if i < 0 {
		v.changed(name)
		return nil, false
	}
	if !v.good[i] || v.offsets[i] < 0 {
		return nil, false
	}
	return contextReader{ctx, io.NewSectionReader(v.in, v.offsets[i], v.entries[i].Size)}, true
}

// checkPlan reckons the fingerprint from the plan, where nothing in it is masked
// or removed.
func (v *verifier) checkPlan(ctx context.Context) error {
	for _, name := range []string{pageName, listName, timeLineName} {
		v.content(ctx, name) // says so when the manifest does not name it
	}
	plan, ok := v.content(ctx, planName)
	switch {
	case v.manifest.Proof == FingerprintDiffers:
		v.changed(ChangedFingerprint)
	case v.manifest.Proof == FingerprintSame && ok:
		found, err := describeContent(ctx, plan)
		if err != nil {
			return err
		}
		if found.SHA256 != v.manifest.Fingerprint {
			v.changed(ChangedFingerprint)
		}
	}
	for _, approval := range v.manifest.Approvals {
		if approval.Fields["fingerprint"] != v.manifest.Fingerprint {
			v.changed(ChangedFingerprint)
		}
	}
	return nil
}

// maxChainLine bounds a line of the audit chain.
const maxChainLine = 1 << 20

// checkChain follows the audit chain's part from the hash ahead of it to its
// head, and holds the manifest's approvals against it.
func (v *verifier) checkChain(ctx context.Context) error {
	text, ok := v.content(ctx, chainName)
	if !ok {
		return nil
	}
	want := v.manifest.Chain
	before, next := want.Before, want.First
	var own []chainLine
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, maxChainLine)
	for lines.Scan() {
		var line chainLine
		var hash string
		err := json.Unmarshal(lines.Bytes(), &line)
		if err == nil {
			hash, err = line.hashAfter(before)
		}
		if err != nil || line.ID != next || hash != line.Hash {
			v.changed(chainName + ":" + strconv.FormatInt(next, 10))
			return nil
		}
		if before, next = hash, next+1; line.Job == v.manifest.Job.ID {
			own = append(own, line)
		}
	}
	if err := lines.Err(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("read the audit chain: %w", err)
		}
		v.changed(chainName)
		return nil
	}
	if empty := want.First == 0; !empty && (before != want.Head || next != want.Lines+1) {
		v.changed(chainName)
	}
	approvals, amendments := notes(v.manifest.Job.ID, own)
	if !sameNotes(approvals, v.manifest.Approvals) || !sameNotes(amendments, v.manifest.Amendments) {
		v.changed(ChangedApprovals)
	}
	return nil
}

// sameNotes compares after JSON, which does not tell an empty map from none.
func sameNotes(a, b []manifestAudit) bool {
	return slices.EqualFunc(a, b, func(a, b manifestAudit) bool {
		sameFields := len(a.Fields) == 0 && len(b.Fields) == 0 || reflect.DeepEqual(a.Fields, b.Fields)
		return sameFields && a.Line == b.Line && a.At.Equal(b.At) && a.Actor == b.Actor && a.Action == b.Action
	})
}

// compare holds the file against the database: is its seal recorded, does the
// audit chain still hold its head, who was forgotten since.
func (v *verifier) compare(ctx context.Context, trail EvidenceTrail) error {
	recorded, known := false, false
	last := int64(0)
	_, err := trail.AuditPart(ctx, v.manifest.Job.ID, func(id int64, line post.Audit, _ []byte) error {
		last = id
		if line.Job == v.manifest.Job.ID {
			known = true
			recorded = recorded || line.Action == AuditEvidence && line.Fields["seal"] == v.report.Seal
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the audit chain: %w", err)
	}
	if err := v.compareHead(ctx, trail, known, last); err != nil {
		return err
	}
	switch {
	case recorded:
		v.report.Recorded = SealRecorded
	case known && v.report.Chain == ChainHolds:
		// The chain is the one the file was made with, and all there: it would know.
		v.report.Recorded = SealMissing
		v.changed(ChangedSeal)
	case known:
		v.report.Recorded = SealMissing
	}
	return v.compareRemovals(ctx, trail)
}

// compareHead looks for the file's head in the chain.
func (v *verifier) compareHead(ctx context.Context, trail EvidenceTrail, known bool, last int64) error {
	chain := v.manifest.Chain
	if chain.Lines == 0 {
		return nil
	}
	_, hash, found, err := trail.AuditLine(ctx, chain.Lines)
	switch {
	case err != nil:
		return fmt.Errorf("read the audit chain: %w", err)
	case found && hex.EncodeToString(hash) == chain.Head:
		v.report.Chain = ChainHolds
	case known && !found && last < chain.Lines:
		v.report.Chain = ChainCut
	case known:
		v.report.Chain = ChainDiffers
	}
	return nil
}

// compareRemovals adds who was forgotten after the file was made.
func (v *verifier) compareRemovals(ctx context.Context, trail EvidenceTrail) error {
	removed, err := trail.RemovedItems(ctx, v.manifest.Job.ID)
	if err != nil {
		return fmt.Errorf("read who was forgotten: %w", err)
	}
	rows := map[int]int{}
	if list, ok := v.content(ctx, listName); ok && len(removed) > 0 {
		var text bytes.Buffer
		var people evidenceList
		if _, err := text.ReadFrom(list); err != nil {
			return err
		}
		if json.Unmarshal(text.Bytes(), &people) == nil {
			for _, line := range people.People {
				rows[line.Seq] = line.Row
			}
		}
	}
	var seqs []int
	for seq := range removed {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		if !slices.ContainsFunc(v.report.Removed, func(r Removal) bool { return r.Seq == seq && r.What == removedRecipient }) {
			v.report.Removed = append(v.report.Removed, Removal{What: removedRecipient, Seq: seq, Row: rows[seq], Date: removed[seq].UTC(), InFile: true})
		}
	}
	return nil
}
