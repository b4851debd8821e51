package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"brevdue/app/job"
)

type evidenceJSON struct {
	Job         string        `json:"job"`
	File        string        `json:"file"`
	Seal        string        `json:"seal"`
	Fingerprint string        `json:"fingerprint"`
	Proof       string        `json:"proof"`
	Removed     []removalJSON `json:"removed"`
}

// removalJSON is what is not there any more since a person was forgotten.
type removalJSON struct {
	// What is "recipient", or the name of a receipt at Digipost.
	What string `json:"what"`
	Seq  int    `json:"seq"`
	Row  int    `json:"row"`
	Date string `json:"date"`
	// InFile says that the file still holds it.
	InFile bool `json:"in_file"`
}

func removals(removed []job.Removal) []removalJSON {
	all := []removalJSON{}
	for _, r := range removed {
		all = append(all, removalJSON{r.What, r.Seq, r.Row, moment(r.Date), r.InFile})
	}
	return all
}

// makeEvidence writes all that is known of a job into one file.
func makeEvidence(ctx context.Context, s *session, words []string) error {
	id, out := words[0], words[1]
	if !strings.EqualFold(filepath.Ext(out), ".zip") {
		return usage("evidence_ending")
	}
	if err := checkCopy("out", "", out, ".zip"); err != nil { // the folder
		return err
	}
	if err := mustBeNew(out); err != nil {
		return err
	}
	out = absolute(out)
	return s.with(ctx, func(p *Program) error {
		if _, err := p.Jobs.Job(ctx, id); err != nil {
			return err
		}
		made, err := p.WriteEvidence(ctx, id, out, s.texts, s.flags.showNumbers)
		if err != nil {
			return fmt.Errorf("write the evidence: %w", err)
		}
		if made.Proof == job.FingerprintDiffers {
			s.attention(exitAttention)
		}
		s.emit(evidenceJSON{id, out, made.Seal, made.Fingerprint, string(made.Proof), removals(made.Removed)}, func(w io.Writer) {
			fmt.Fprintln(w, s.texts.Get("evidence.made", "file", out))
			fmt.Fprintln(w, s.texts.Get("evidence.proof."+string(made.Proof)))
			s.removedText(w, made.Removed)
			fmt.Fprintln(w, s.texts.Get("evidence.seal", "seal", made.Seal))
			fmt.Fprintln(w, s.texts.Get("evidence.seal.keep"))
		})
		return nil
	})
}

type verifiedJSON struct {
	Valid bool `json:"valid"`
	// Problem is why nothing could be checked: "unreadable" or "newer", else "".
	Problem     string        `json:"problem"`
	Changed     []string      `json:"changed"`
	Removed     []removalJSON `json:"removed"`
	Seal        string        `json:"seal"`
	Recorded    string        `json:"recorded"`
	Chain       string        `json:"chain"`
	Job         string        `json:"job"`
	Fingerprint string        `json:"fingerprint"`
	Proof       string        `json:"proof"`
}

// verifyEvidence finds any changed byte of an evidence file. It needs no profile.
func verifyEvidence(ctx context.Context, s *session, words []string) error {
	report, err := s.app.VerifyEvidence(ctx, s.flags.open(), words[0])
	if err != nil {
		return err
	}
	if !report.Valid {
		s.attention(exitRefused)
	}
	result := verifiedJSON{Valid: report.Valid, Changed: append([]string{}, report.Changed...), Removed: removals(report.Removed), Seal: report.Seal,
		Recorded: string(report.Recorded), Chain: string(report.Chain), Job: report.Job, Fingerprint: report.Fingerprint, Proof: string(report.Proof)}
	switch {
	case report.Newer:
		result.Problem = "newer"
	case report.Unreadable:
		result.Problem = "unreadable"
	}
	s.emit(result, func(w io.Writer) { s.verifiedText(w, report) })
	return nil
}

func (s *session) verifiedText(w io.Writer, report job.EvidenceReport) {
	switch {
	case report.Newer:
		fmt.Fprintln(w, s.texts.Get("evidence.newer"))
		return
	case report.Unreadable:
		fmt.Fprintln(w, s.texts.Get("evidence.unreadable"))
		return
	case report.Valid:
		fmt.Fprintln(w, s.texts.Get("evidence.valid"))
	default:
		fmt.Fprintln(w, s.texts.Get("evidence.invalid"))
	}
	for _, name := range report.Changed {
		if key := "evidence.changed." + name; s.texts.Has(key) {
			fmt.Fprintln(w, s.texts.Get(key))
		} else {
			fmt.Fprintln(w, s.texts.Get("evidence.changed.file", "name", name))
		}
	}
	s.line(w, "job", report.Job)
	s.line(w, "fingerprint", report.Fingerprint)
	s.line(w, "seal", report.Seal)
	if key := "evidence.proof." + string(report.Proof); s.texts.Has(key) {
		fmt.Fprintln(w, s.texts.Get(key))
	}
	fmt.Fprintln(w, s.texts.Get("evidence.recorded."+string(report.Recorded)))
	if report.Chain == job.ChainCut || report.Chain == job.ChainDiffers {
		fmt.Fprintln(w, s.texts.Get("evidence.chain."+string(report.Chain)))
	}
	s.removedText(w, report.Removed)
}

// removedText says what was left out, and what a file should not hold any longer.
func (s *session) removedText(w io.Writer, removed []job.Removal) {
	inFile := false
	for _, r := range removed {
		key := "evidence.removed.receipt"
		if r.Seq > 0 {
			key = "evidence.removed.recipient"
		}
		if r.Date.IsZero() {
			key += ".undated"
		}
		fmt.Fprintln(w, s.texts.Get(key, "name", r.What, "seq", s.number(r.Seq), "date", s.texts.Date(r.Date)))
		inFile = inFile || r.InFile
	}
	if inFile {
		fmt.Fprintln(w, s.texts.Get("evidence.removed.in_file"))
	}
}
