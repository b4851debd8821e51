package job

import (
	"slices"

	"brevdue/app/number"
	"brevdue/app/post"
)

// leftOut reports whether an item was left out when the job was planned, so that
// it is no part of the fingerprint.
func leftOut(item post.Item) bool {
	return item.Status == post.ItemNotDelivered && item.Attempts == 0
}

// provePlan reckons the fingerprint again, and gives the plan as it goes into
// the file: with numbers masked unless they are asked for.
func (p *evidence) provePlan() ([]byte, FingerprintProof) {
	text, err := planText(p.job, p.documents, p.items)
	proof := FingerprintSame
	switch {
	case len(p.removed) > 0:
		proof = FingerprintRemoved
	case err != nil || hexSHA256(text) != p.job.Fingerprint:
		proof = FingerprintDiffers
	}
	if !p.masked {
		return text, proof
	}
	job, items, changed := p.job, slices.Clone(p.items), false
	mask := func(value *string) {
		if *value != "" {
			*value, changed = number.Mask(*value), true
		}
	}
	mask(&job.Options.Content.Account)
	for i := range items {
		if kind := items[i].To.Kind; kind == post.ByBirthNumber || kind == post.ByAccount {
			mask(&items[i].To.Value)
		}
	}
	if changed {
		if text, err = planText(job, p.documents, items); err != nil {
			return nil, FingerprintDiffers
		}
		if proof == FingerprintSame {
			proof = FingerprintMasked
		}
	}
	return text, proof
}
