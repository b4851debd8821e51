package job

import (
	"encoding/json"
	"slices"

	"brevdue/app/number"
	"brevdue/app/post"
)

// leftOut reports whether an item was left out when the job was planned, so that
// it is no part of the fingerprint.
func leftOut(item post.Item) bool {
	return item.Status == post.ItemNotDelivered && item.Attempts == 0
}

// planText is the canonical plan whose SHA-256 is the fingerprint.
func planText(job post.Job, documents []post.Document, items []post.Item) ([]byte, error) {
	plan := canonical{
		Version: 1, Kind: job.Kind, SenderID: job.Sender.SenderID, Via: job.Via, Subject: job.Subject,
		Auth: job.Options.Auth, Sensitive: job.Options.Sensitive,
		Documents: []canonicalDocument{}, To: []canonicalRecipient{},
	}
	plan.addOptions(job.Options)
	for _, document := range documents {
		plan.Documents = append(plan.Documents, canonicalDocument{
			FileType: document.FileType, SHA256: document.SHA256, Title: job.Title(document)})
	}
	for _, item := range items {
		if !leftOut(item) {
			plan.To = append(plan.To, canonicalTo(item.To, job.Options))
		}
	}
	return json.Marshal(plan)
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
