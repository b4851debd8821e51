package job

import (
	"encoding/json"
	"time"

	"brevdue/app/post"
)

// canonical is a plan in the one form that is hashed. Its fields and their order
// must not change: old evidence would no longer verify. What came later is left
// out when it is not asked for. It holds no ids, no times but those that were
// asked for, and no keys, so that practice, dry run and the real thing agree.
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

	Paper          *canonicalPaper   `json:"paper,omitempty"`
	SMS            *canonicalSMS     `json:"sms,omitempty"`
	Email          *canonicalEmail   `json:"email,omitempty"`
	OpeningReceipt bool              `json:"opening_receipt,omitempty"`
	Reference      string            `json:"reference,omitempty"`
	DeliverAt      string            `json:"deliver_at,omitempty"`
	InviteUntil    string            `json:"invite_until,omitempty"`
	Content        *canonicalContent `json:"content,omitempty"`
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
	// Documents are the letter's own, before those that go to all.
	Documents []canonicalDocument `json:"documents,omitempty"`
}

type canonicalPaper struct {
	IfNoDigipost bool   `json:"if_no_digipost"`
	IfUnreadBy   string `json:"if_unread_by"`
	ReturnName   string `json:"return_name"`
	post.Address
	Color bool `json:"color"`
	Shred bool `json:"shred"`
}

type canonicalSMS struct {
	At         []string `json:"at"`
	AfterHours []int    `json:"after_hours"`
}

type canonicalEmail struct {
	Address string   `json:"address"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	At      []string `json:"at"`
}

type canonicalContent struct {
	Kind    post.ContentKind `json:"kind"`
	Amount  string           `json:"amount"`
	Date    string           `json:"date"`
	Account string           `json:"account"`
	KID     string           `json:"kid"`
}

// Fingerprint is the SHA-256, hexadecimal, of the canonical plan: what would
// leave the machine, and to whom, in order. Recipients that are left out are
// not part of it.
func Fingerprint(job post.Job, documents []post.Document, items []post.Item) string {
	text, err := planText(job, documents, items)
	if err != nil {
		// A plan is strings, numbers and flags only: this cannot happen.
		return ""
	}
	return hexSHA256(text)
}

// planText is the canonical plan itself: what is hashed, and what stands in the
// evidence.
func planText(job post.Job, documents []post.Document, items []post.Item) ([]byte, error) {
	plan := canonical{
		Version: 1, Kind: job.Kind, SenderID: job.Sender.SenderID, Via: job.Via, Subject: job.Subject,
		Auth: job.Options.Auth, Sensitive: job.Options.Sensitive,
		Documents: []canonicalDocument{}, To: []canonicalRecipient{},
	}
	plan.addOptions(job.Options)
	byLetter := post.GroupDocuments(documents)
	plan.Documents = canonicalDocuments(job, plan.Documents, byLetter.Shared())
	for _, item := range items {
		if !leftOut(item) {
			to := canonicalTo(item.To, job.Options)
			to.Documents = canonicalDocuments(job, nil, byLetter.Own(item.Seq))
			plan.To = append(plan.To, to)
		}
	}
	return json.Marshal(plan)
}

func canonicalDocuments(job post.Job, into []canonicalDocument, documents []post.Document) []canonicalDocument {
	for _, document := range documents {
		into = append(into, canonicalDocument{FileType: document.FileType, SHA256: document.SHA256, Title: job.Title(document)})
	}
	return into
}

// canonicalTo is a recipient with all that may be used of them: a letter that
// may go on paper shows name and address, an invitation goes by telephone and
// e-mail, a reminder by e-mail.
func canonicalTo(target post.Target, options post.Options) canonicalRecipient {
	to := canonicalRecipient{Kind: target.Kind, Value: target.Value}
	if target.Kind == post.ByNameAndAddress {
		to.Name, to.Address = target.Name(), target.Address
		to.BirthDate, to.Phone, to.Email = target.BirthDate, target.Phone, target.Email
	}
	if options.Paper != nil {
		to.Name, to.Address = target.Name(), target.Address
	}
	if options.Invite != nil {
		to.Phone, to.Email = target.Phone, target.Email
	}
	if options.Email != nil && options.Email.Address == "" {
		to.Email = target.Email
	}
	return to
}

func (c *canonical) addOptions(options post.Options) {
	c.OpeningReceipt, c.Reference, c.DeliverAt = options.OpeningReceipt, options.Reference, moment(options.DeliverAt)
	if paper := options.Paper; paper != nil {
		c.Paper = &canonicalPaper{IfNoDigipost: paper.IfNoDigipost, IfUnreadBy: moment(paper.IfUnreadBy),
			ReturnName: paper.Return.Name, Address: paper.Return.Address, Color: paper.Color, Shred: paper.Shred}
	}
	if sms := options.SMS; sms != nil {
		c.SMS = &canonicalSMS{At: moments(sms.At), AfterHours: append([]int{}, sms.AfterHours...)}
	}
	if email := options.Email; email != nil {
		c.Email = &canonicalEmail{Address: email.Address, Subject: email.Subject, Text: email.Text, At: moments(email.At)}
	}
	if options.Invite != nil {
		c.InviteUntil = moment(options.Invite.Deadline)
	}
	if content := options.Content; content != (post.Content{}) {
		c.Content = &canonicalContent{Kind: content.Kind, Amount: content.Amount, Date: content.Date, Account: content.Account, KID: content.KID}
	}
}

// moment is a time as it is hashed: the same wherever it was asked for.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func moments(times []time.Time) []string {
	all := []string{}
	for _, at := range times {
		all = append(all, moment(at))
	}
	return all
}
