package job

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/assets/lang"
)

var _ EvidenceWords = (*lang.Texts)(nil)

// TestEvidencePageInWords: the page has words for all it says, in each language,
// and nothing that is fetched or run.
func TestEvidencePageInWords(t *testing.T) {
	unfilled := regexp.MustCompile(`\{[a-z_]+\}|\b(evidence|jobs|cost)\.[a-z_]+`)
	for _, code := range lang.Languages() {
		r := newEvidenceRig(t)
		r.e.event(t.Context(), r.job, "held_up", map[string]string{"code": "unreachable"})
		r.e.event(t.Context(), r.job, "extended", map[string]string{"seconds": "300"})
		r.trail.removed = map[int]time.Time{1: {}, 3: time.Unix(1e9, 0)}
		r.m.items[r.job][0].Finding = &post.Finding{Status: post.HasDigipost}
		for _, kind := range []post.JobKind{post.KindMailing, post.KindLetter, post.KindSplit} {
			job := r.m.jobs[r.job]
			job.Kind = kind
			r.m.jobs[r.job] = job
			p, err := r.e.gatherEvidence(t.Context(), r.job, EvidenceWith{Trail: r.trail})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.receiptFiles(t.Context()); err != nil {
				t.Fatal(err)
			}
			page, err := p.page(lang.New(code))
			if err != nil {
				t.Fatal(err)
			}
			if found := unfilled.FindAllString(string(page), -1); len(found) > 0 {
				t.Errorf("%s %s: without words: %v", code, kind, found)
			}
			for _, foreign := range []string{"<script", "src=", "href=", "url(", "@import"} {
				if strings.Contains(string(page), foreign) {
					t.Errorf("%s: the page has %s", code, foreign)
				}
			}
		}
	}
}

// TestWordsForCodes: what a report and a price table can say has words.
func TestWordsForCodes(t *testing.T) {
	keys := []string{"evidence.changed.zip", "evidence.changed.seal", "evidence.changed.fingerprint", "evidence.changed.approvals", "evidence.changed.file"}
	for _, proof := range []FingerprintProof{FingerprintSame, FingerprintMasked, FingerprintRemoved, FingerprintDiffers} {
		keys = append(keys, "evidence.proof."+string(proof))
	}
	for _, recorded := range []EvidenceRecord{SealUnknown, SealRecorded, SealMissing} {
		keys = append(keys, "evidence.recorded."+string(recorded))
	}
	for _, chain := range []ChainState{ChainCut, ChainDiffers} {
		keys = append(keys, "evidence.chain."+string(chain))
	}
	for state := range jobMoves {
		keys = append(keys, "evidence.state."+string(state))
	}
	for _, basis := range []Basis{BasisSplit, BasisList, BasisRegister, BasisNothing} {
		keys = append(keys, "cost.basis."+string(basis))
	}
	for _, key := range tariff(t).Keys() {
		if !stepKey.MatchString(key) {
			keys = append(keys, "cost.price."+key)
		}
	}
	for _, code := range lang.Languages() {
		texts := lang.New(code)
		for _, key := range keys {
			if !texts.Has(key) {
				t.Errorf("%s lacks %s", code, key)
			}
		}
	}
}
