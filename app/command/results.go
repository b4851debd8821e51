package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// results are what is printed of a mailing, and of a job of any kind that was
// only looked up. Fields of other kinds stay empty.
type mailJSON struct {
	Job          string `json:"job"`
	Kind         string `json:"kind"`
	State        string `json:"state"`
	Fingerprint  string `json:"fingerprint"`
	Approved     int    `json:"approved"`
	Delivered    int    `json:"delivered"`
	Received     int    `json:"received"` // with Digipost, to be delivered later
	Held         int    `json:"held"`     // of them, those that somebody at Digipost must release
	Printed      int    `json:"printed"`
	Pending      int    `json:"pending"`
	NotDelivered int    `json:"not_delivered"`
	Unsure       int    `json:"unsure"`
	Stopped      int    `json:"stopped"`
	Trouble      string `json:"trouble"`
	Ending       string `json:"ending"`
	Via          string `json:"via"`
	Pattern      string `json:"pattern"`
	RefusedText  string `json:"refused_text"`
	// Cost is what the letters may cost; it is reckoned before they are approved.
	Cost    *costJSON        `json:"cost,omitempty"`
	Results []mailResultJSON `json:"results"`
	whenJSON
	// Documents says which files found their people, where each has one; Trials
	// are the letters to oneself that went before.
	Documents *ownJSON    `json:"documents,omitempty"`
	Trials    []trialJSON `json:"trials,omitempty"`
	// Split is the recipient split that went before, where there was one.
	Split *splitJSON `json:"split,omitempty"`
}

type mailResultJSON struct {
	Row        int    `json:"row"`
	CustomerID string `json:"customer_id"`
	Channel    string `json:"channel"`
	Status     string `json:"status"`
	Reason     string `json:"reason"`
	Text       string `json:"text"`
	MessageID  string `json:"message_id"`
	itemTimesJSON
	// Document is the name of the person's own document, where the job that is told
	// of was made just now.
	Document string `json:"document,omitempty"`
}

// itemTimesJSON is what has become of a letter after it was taken in.
type itemTimesJSON struct {
	DeliveredAt string `json:"delivered_at"`
	// StatusAt is when the status came about at Digipost. OpenedAt and PostedAt are
	// the same moment where that is what happened.
	StatusAt string `json:"status_at"`
	OpenedAt string `json:"opened_at"`
	PostedAt string `json:"posted_at"`
	// Detail is Digipost's own code of what went wrong.
	Detail string `json:"detail"`
}

func itemTimes(item post.Item) itemTimesJSON {
	times := itemTimesJSON{DeliveredAt: moment(item.DeliveredAt), StatusAt: moment(item.StatusAt), Detail: item.Detail}
	switch item.Status {
	case post.ItemOpened:
		times.OpenedAt = times.StatusAt
	case post.ItemPosted:
		times.PostedAt = times.StatusAt
	}
	return times
}

func (s *session) mailResult(job post.Job, items []post.Item) mailJSON {
	n := job.Counts.ByStatus
	result := mailJSON{Job: job.ID, Kind: string(job.Kind), State: string(job.State), Fingerprint: job.Fingerprint, Approved: job.Approved,
		Delivered: n[post.ItemDelivered] + n[post.ItemOpened], Printed: n[post.ItemPrinting] + n[post.ItemPosted],
		Received: n[post.ItemReceived] + n[post.ItemHeld], Held: n[post.ItemHeld], Pending: n[post.ItemPending], NotDelivered: n[post.ItemNotDelivered] + n[post.ItemPrintFailed] + n[post.ItemShredded],
		Unsure: n[post.ItemUnsure], Stopped: n[post.ItemStopped], Trouble: string(job.Trouble), Ending: string(job.Ending),
		Via: string(job.Via), Pattern: string(job.Pattern), RefusedText: job.RefusedText, Cost: s.cost, Results: []mailResultJSON{},
		whenJSON: whenOf(job), Documents: s.own, Trials: s.trials}
	for _, item := range items {
		result.Results = append(result.Results, mailResultJSON{item.Row, item.CustomerID, string(item.Channel),
			string(job.Shown(item)), string(item.Reason), s.itemText(job, item), item.MessageID, itemTimes(item), s.documentNames[item.Seq]})
	}
	return result
}

func (s *session) mailText(w io.Writer, job post.Job, items []post.Item) {
	s.jobHead(w, job)
	s.heads(w, "row_number", "name", "status", "why")
	for _, item := range items {
		row(w, rowNumber(item.Row), item.Name, s.texts.Status(string(job.Shown(item))), s.why(item))
	}
}

// jobHead is what is said of every job.
func (s *session) jobHead(w io.Writer, job post.Job) {
	s.line(w, "job", job.ID)
	s.line(w, "kind", s.texts.Get("job.kind."+string(job.Kind)))
	if job.Kind == post.KindMailing {
		s.line(w, "via", s.via(job.Via))
	}
	s.line(w, "state", s.stateText(job))
	if waits := waitsAt(job); waits != "" {
		s.line(w, "waits_at", s.get("waits."+waits))
	}
	s.line(w, "subject", job.Subject)
	s.line(w, "fingerprint", job.Fingerprint)
	if job.Ending != "" {
		s.line(w, "ending", s.endingText(job))
	}
	if job.Trouble != "" && !job.State.Finished() {
		what, next := s.words(job.Held())
		s.line(w, "trouble", what+" "+next)
	}
	if n := job.Counts.ByStatus[post.ItemHeld]; n > 0 && job.Via == post.ViaBatch {
		s.line(w, "held", s.count("held", n))
	}
	s.line(w, "refused", job.RefusedText)
}

// via is the way out in words, "" where it is not known.
func (s *session) via(via post.Via) string {
	switch via {
	case post.ViaREST:
		return s.get("via.rest")
	case post.ViaBatch:
		return s.get("via.batch")
	}
	return ""
}

func (s *session) endingText(job post.Job) string {
	n := job.Counts.ByStatus // what waits at Digipost for its day cannot be called back either
	return s.texts.Count("ending."+string(job.Ending), delivered(job)+n[post.ItemReceived]+n[post.ItemPending]+n[post.ItemHeld])
}

// delivered is how many letters of a job are with the recipients or on their
// way.
func delivered(job post.Job) int {
	n := 0
	for status, count := range job.Counts.ByStatus {
		if status.Reached() {
			n += count
		}
	}
	return n
}

type splitJSON struct {
	Job          string            `json:"job"`
	Kind         string            `json:"kind"`
	Via          string            `json:"via"`
	State        string            `json:"state"`
	Digipost     int               `json:"digipost"`
	Identified   int               `json:"identified"`
	Unidentified int               `json:"unidentified"`
	Invalid      int               `json:"invalid"`
	Missing      int               `json:"missing"`
	Cleared      int               `json:"cleared"`
	Trouble      string            `json:"trouble"`
	Ending       string            `json:"ending"`
	RefusedText  string            `json:"refused_text"`
	Results      []splitResultJSON `json:"results"`
}

type splitResultJSON struct {
	CustomerID      string `json:"customer_id"`
	Row             int    `json:"row"`
	Status          string `json:"status"`
	Reason          string `json:"reason"`
	DigipostAddress string `json:"digipost_address"`
	PersonAlias     string `json:"person_alias"`
	Uncertain       bool   `json:"uncertain"`
}

// findings are a split's answers by item. Somebody Digipost was never asked
// about, because nothing in the list says who it is, counts as invalid; a second
// row of a person has the answer of the first.
func findings(items []post.Item) []post.Finding {
	out, first := make([]post.Finding, len(items)), map[string]post.Finding{}
	for _, item := range items {
		if item.Finding != nil && item.CustomerID != "" {
			first[item.CustomerID] = *item.Finding
		}
	}
	for i, item := range items {
		switch {
		case item.Finding != nil:
			out[i] = *item.Finding
		case secondRow(item):
			out[i] = first[item.CustomerID]
		case item.Status == post.ItemNotDelivered:
			out[i] = post.Finding{Status: post.Invalid, Reason: item.Reason}
		}
	}
	return out
}

// secondRow reports whether an item is left out because its person stands
// further up in the list.
func secondRow(item post.Item) bool {
	return item.Status == post.ItemNotDelivered && item.Reason == post.ReasonDuplicateLetter
}

func splitResult(job post.Job, items []post.Item) splitJSON {
	result := splitJSON{Job: job.ID, Kind: string(job.Kind), Via: string(job.Via), State: string(job.State), Trouble: string(job.Trouble),
		Ending: string(job.Ending), RefusedText: job.RefusedText, Results: []splitResultJSON{}}
	counts := map[post.SplitStatus]*int{post.HasDigipost: &result.Digipost, post.Identified: &result.Identified,
		post.Unidentified: &result.Unidentified, post.Invalid: &result.Invalid, post.Missing: &result.Missing}
	for i, f := range findings(items) {
		item := items[i]
		if count := counts[f.Status]; count != nil && !secondRow(item) { // people are counted, not rows
			*count++
		}
		if f.Cleared && !secondRow(item) {
			result.Cleared++
		}
		result.Results = append(result.Results, splitResultJSON{item.CustomerID, item.Row, string(f.Status), string(f.Reason),
			f.DigipostAddress, f.PersonAlias, f.Uncertain})
	}
	return result
}

func (s *session) splitText(w io.Writer, job post.Job, items []post.Item, before *post.Job) {
	s.splitHead(w, job, splitResult(job, items))
	s.sinceLast(w, job, before)
	s.heads(w, "row_number", "customer_id", "name", "digipost", "why")
	for i, f := range findings(items) {
		item := items[i]
		row(w, rowNumber(item.Row), item.CustomerID, item.Name, s.digipost(f.Status), s.foundHow(f))
	}
}

// splitHead is a split in numbers.
func (s *session) splitHead(w io.Writer, job post.Job, result splitJSON) {
	s.jobHead(w, job)
	for _, line := range []struct {
		status post.SplitStatus
		count  int
	}{{post.HasDigipost, result.Digipost}, {post.Identified, result.Identified}, {post.Unidentified, result.Unidentified},
		{post.Invalid, result.Invalid}, {post.Missing, result.Missing}} {
		if line.count > 0 {
			row(w, s.digipost(line.status), s.number(line.count))
		}
	}
	if result.Cleared > 0 {
		fmt.Fprintln(w, s.count("split.cleared", result.Cleared))
	}
}

// foundHow says why the answer is what it is, and what a person should look at.
func (s *session) foundHow(f post.Finding) string {
	var said []string
	if f.Reason != post.ReasonNone {
		said = append(said, s.texts.Reason(string(f.Reason)))
	}
	if f.Uncertain {
		said = append(said, s.get("split.uncertain"))
	}
	if f.Cleared {
		said = append(said, s.get("split.cleared_one"))
	}
	return strings.Join(said, " ")
}

type letterJSON struct {
	Job       string `json:"job"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	MessageID string `json:"message_id"`
	Status    string `json:"status"`
	Channel   string `json:"channel"`
	Reason    string `json:"reason"`
	Text      string `json:"text"`
	Trouble   string `json:"trouble"`
	Ending    string `json:"ending"`
	itemTimesJSON
}

func (s *session) letterResult(job post.Job, items []post.Item) letterJSON {
	result := letterJSON{Job: job.ID, Kind: string(job.Kind), State: string(job.State), Trouble: string(job.Trouble), Ending: string(job.Ending)}
	if len(items) > 0 {
		item := items[0]
		result.MessageID, result.Status, result.Channel = item.MessageID, string(job.Shown(item)), string(item.Channel)
		result.Reason, result.Text, result.itemTimesJSON = string(item.Reason), s.itemText(job, item), itemTimes(item)
	}
	return result
}

func (s *session) letterText(w io.Writer, job post.Job, items []post.Item) {
	s.jobHead(w, job)
	for _, item := range items {
		s.line(w, "name", item.Name)
		s.line(w, "status", s.texts.Status(string(job.Shown(item))))
		s.line(w, "why", s.texts.Reason(string(item.Reason)))
		s.line(w, "remark", s.remark(item))
		s.line(w, s.deliveryLabel(item), s.texts.Time(item.DeliveredAt))
		if !item.StatusAt.Equal(item.DeliveredAt) {
			s.line(w, "status_at", s.texts.Time(item.StatusAt))
		}
	}
}

// deliveryLabel is what stands before the time of delivery, which may lie ahead.
func (s *session) deliveryLabel(item post.Item) string {
	if item.DeliveredAt.After(s.now()) {
		return "delivered_later"
	}
	return "delivered_at"
}

// jobResult gives what is printed of a job of any kind.
func (s *session) jobResult(ctx context.Context, p *Program, job post.Job, items []post.Item) (value any, text func(io.Writer)) {
	switch job.Kind {
	case post.KindSplit:
		return splitResult(job, items), func(w io.Writer) {
			before, err := lastSplit(ctx, p, job)
			if err != nil && s.app.Log != nil { // the result is told without the comparison
				s.app.Log.Warn("compare splits", "job", job.ID, "error", err)
			}
			s.splitText(w, job, items, before)
		}
	case post.KindLetter:
		return s.letterResult(job, items), func(w io.Writer) { s.letterText(w, job, items) }
	}
	return s.mailResult(job, items), func(w io.Writer) { s.mailText(w, job, items) }
}

func rowNumber(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

// copyWords are the cells beside the rows in a copy of the user's list.
type copyWords struct {
	s *session
	// findings are a split's answers by the item's place in the job.
	findings map[int]post.Finding
}

func (s *session) copyWords(items []post.Item) copyWords {
	words := copyWords{s, make(map[int]post.Finding, len(items))}
	for i, f := range findings(items) {
		words.findings[items[i].Seq] = f
	}
	return words
}

// Headings are the headings of the new columns.
func (c copyWords) Headings(job post.Job) []string {
	if job.Kind == post.KindSplit {
		return []string{c.s.get("copy.digipost"), c.s.get("copy.why")}
	}
	return []string{c.s.get("copy.status"), c.s.get("copy.why")}
}

// Cells are the values for one item.
func (c copyWords) Cells(job post.Job, item post.Item) []string {
	if job.Kind == post.KindSplit {
		f := c.findings[item.Seq]
		return []string{c.s.digipost(f.Status), c.s.foundHow(f)}
	}
	return []string{c.s.texts.Status(string(job.Shown(item))), c.s.why(item)}
}
