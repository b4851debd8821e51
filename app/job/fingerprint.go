package job

import (
	"encoding/json"

	"brevdue/app/post"
)

// canonical is a plan in the one form that is hashed. Its fields and their order
// must not change: old evidence would no longer verify. It holds no ids, times
// or keys, so that practice, dry run and the real thing agree.
type canonical struct {
	Version   int                  `json:"version"`
	Kind      post.JobKind         `json:"kind"`
	SenderID  int64                `json:"sender_id"`
	Via       post.Via             `json:"via"`
	Subject   string               `json:"subject"`
	Auth      post.AuthLevel       `json:"auth"`
	Sensitive bool                 `json:"sensitive"`
	Documents []canonicalDocument  `json:"documents"`
	To        []canonicalRecipient `json:"recipients"`
}

type canonicalDocument struct {
	FileType string `json:"file_type"`
	SHA256   string `json:"sha256"`
	Title    string `json:"title"`
}

type canonicalRecipient struct {
	Kind  post.TargetKind `json:"kind"`
	Value string          `json:"value"`
	Name  string          `json:"name,omitempty"`
	post.Address
	BirthDate string `json:"birth_date,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
}

// Fingerprint is the SHA-256, hexadecimal, of the canonical plan: what would
// leave the machine, and to whom, in order. Recipients that are left out are
// not part of it.
func Fingerprint(job post.Job, documents []post.Document, items []post.Item) string {
	plan := canonical{
		Version: 1, Kind: job.Kind, SenderID: job.Sender.SenderID, Via: job.Via, Subject: job.Subject,
		Auth: job.Options.Auth, Sensitive: job.Options.Sensitive,
		Documents: []canonicalDocument{}, To: []canonicalRecipient{},
	}
	for _, document := range documents {
		plan.Documents = append(plan.Documents, canonicalDocument{
			FileType: document.FileType, SHA256: document.SHA256, Title: title(job, document)})
	}
	for _, item := range items {
		if item.Status == post.ItemNotDelivered && item.Attempts == 0 {
			continue // left out when the job was planned
		}
		to := canonicalRecipient{Kind: item.To.Kind, Value: item.To.Value}
		if item.To.Kind == post.ByNameAndAddress {
			to.Name, to.Address = item.To.Name(), item.To.Address
			to.BirthDate, to.Phone, to.Email = item.To.BirthDate, item.To.Phone, item.To.Email
		}
		plan.To = append(plan.To, to)
	}
	data, err := json.Marshal(plan)
	if err != nil {
		// A plan is strings, numbers and flags only: this cannot happen.
		return ""
	}
	return hexSHA256(data)
}
