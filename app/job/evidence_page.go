package job

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"brevdue/app/post"
)

//go:embed evidence.html
var evidencePage string

// pageData is what the page shows. All of it is escaped by the template.
type pageData struct {
	Lang, Title, Intro                        string
	Facts                                     []pageFact
	ApprovalsTitle, DocumentsTitle, ListTitle string
	LineTitle, ReceiptsTitle, CheckTitle      string
	Approvals, Line                           []pageFact
	Documents, People, Receipts               pageTable
	Counts                                    []pageFact
	CountsTitle                               string
	Check                                     []string
}

type pageFact struct {
	Name, Text string
	Code       bool
}

// pageTable is a table; a cell with Code is a hash or an id.
type pageTable struct {
	Heads []string
	Rows  [][]pageFact
}

// page makes the page for people.
func (p *evidence) page(words EvidenceWords) ([]byte, error) {
	parsed, err := template.New("evidence").Parse(evidencePage)
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	w := func(key string) string { return words.Get("evidence." + key) }
	data := pageData{
		Lang: words.Code(), Title: w("title"), Intro: words.Get("evidence.intro", "time", words.Time(p.manifest.AsOf)),
		Facts: p.pageFacts(words), CountsTitle: w("counts"), Counts: p.pageCounts(words),
		ApprovalsTitle: w("approvals"), Approvals: p.pageApprovals(words),
		DocumentsTitle: w("documents"), Documents: p.pageDocuments(words),
		ListTitle: w("list"), People: p.pagePeople(words),
		LineTitle: w("line"), Line: p.pageLine(words),
		ReceiptsTitle: w("receipts"), Receipts: p.pageReceipts(words),
		CheckTitle: w("check"), Check: []string{w("check.how"), w("check.seal"), w("proof." + string(p.manifest.Proof))},
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return out.Bytes(), nil
}

func (p *evidence) pageFacts(words EvidenceWords) []pageFact {
	var facts []pageFact
	add := func(key, text string, code bool) {
		if text != "" {
			facts = append(facts, pageFact{words.Get("evidence." + key), text, code})
		}
	}
	job := p.job
	add("job", job.ID, true)
	add("kind", words.Get("evidence.kind."+string(job.Kind)), false)
	add("state", words.Get("evidence.state."+string(job.State)), false)
	add("name", job.Name, false)
	add("subject", job.Subject, false)
	add("sender", job.Sender.Name, false)
	add("sender_id", strconv.FormatInt(job.Sender.SenderID, 10), false)
	if job.Sender.Environment == post.Test || job.Sender.Environment == post.Practice {
		add("environment", words.Get("evidence.environment.other"), false)
	}
	add("created", words.Time(job.Created), false)
	add("handed_over", words.Time(job.HandedOver), false)
	add("ended", words.Time(job.Ended), false)
	add("fingerprint", job.Fingerprint, true)
	add("batch", job.BatchJobID, true)
	add("upload", job.UploadName, true)
	add("rest_batch", job.RESTBatch, true)
	return facts
}

// statusOrder is the order in which counts are shown.
var statusOrder = []post.ItemStatus{post.ItemDelivered, post.ItemOpened, post.ItemPrinting, post.ItemPosted, post.ItemReceived,
	post.ItemHeld, post.ItemPending, post.ItemNotDelivered, post.ItemPrintFailed, post.ItemShredded, post.ItemUnsure,
	post.ItemStopped, post.ItemSending, post.ItemReady}

func (p *evidence) pageCounts(words EvidenceWords) []pageFact {
	facts := []pageFact{{Name: words.Get("evidence.total"), Text: words.Number(p.manifest.Counts.Total)}}
	if p.job.Kind == post.KindSplit {
		for _, status := range []post.SplitStatus{post.HasDigipost, post.Identified, post.Unidentified, post.Invalid, post.Missing} {
			if n := p.manifest.Counts.BySplit[status]; n > 0 {
				facts = append(facts, pageFact{Name: words.Get("evidence.split." + string(status)), Text: words.Number(n)})
			}
		}
		return facts
	}
	for _, status := range statusOrder {
		if n := p.manifest.Counts.ByStatus[status]; n > 0 {
			facts = append(facts, pageFact{Name: words.Status(string(status)), Text: words.Number(n)})
		}
	}
	return facts
}

func (p *evidence) pageApprovals(words EvidenceWords) []pageFact {
	var facts []pageFact
	for _, note := range append(p.manifest.Approvals, p.manifest.Amendments...) {
		key := "evidence.audit." + note.Action
		text := note.Action
		if words.Has(key) {
			text = words.Get(key, "count", note.Fields["count"])
		}
		if note.Actor != "" {
			text += " (" + note.Actor + ")"
		}
		facts = append(facts, pageFact{Name: words.Time(note.At), Text: text})
	}
	if len(p.manifest.Approvals) == 0 {
		facts = append(facts, pageFact{Text: words.Get("evidence.approvals.none")})
	}
	return facts
}

func heads(words EvidenceWords, keys ...string) []string {
	var texts []string
	for _, key := range keys {
		texts = append(texts, words.Get("evidence.head."+key))
	}
	return texts
}

func (p *evidence) pageDocuments(words EvidenceWords) pageTable {
	table := pageTable{Heads: heads(words, "document", "size", "pages", "sha256")}
	for _, d := range p.documents {
		pages := ""
		if d.Pages > 0 {
			pages = words.Number(d.Pages)
		}
		table.Rows = append(table.Rows, []pageFact{{Text: p.documentName(words, d)}, {Text: words.Size(d.Size)}, {Text: pages}, {Text: d.SHA256, Code: true}})
	}
	return table
}

// documentName is a document's name, behind the number of the letter where it is
// that letter's alone.
func (p *evidence) documentName(words EvidenceWords, d post.Document) string {
	if d.Item == 0 {
		return d.Name
	}
	name := d.Name
	if at, gone := p.removed[d.Item]; gone {
		name = removedText(words, at)
	}
	return words.Number(d.Item) + ": " + name
}

func (p *evidence) pagePeople(words EvidenceWords) pageTable {
	table := pageTable{Heads: heads(words, "seq", "row", "name", "to", "status", "time", "id")}
	for _, item := range p.items {
		name, to := item.Name, p.shown(item.To)
		if item.To.Kind == post.ByNameAndAddress {
			to = item.To.Address.Line1 + ", " + item.To.Address.Postcode + " " + item.To.Address.Town
		}
		if at, gone := p.removed[item.Seq]; gone {
			name, to = removedText(words, at), ""
		}
		row, id := "", item.MessageID
		if item.Row > 0 {
			row = strconv.Itoa(item.Row)
		}
		if id == "" {
			id = item.RecipientKey
		}
		table.Rows = append(table.Rows, []pageFact{{Text: strconv.Itoa(item.Seq)}, {Text: row}, {Text: name}, {Text: to},
			{Text: p.outcome(words, item)}, {Text: words.Time(firstTime(item.StatusAt, item.DeliveredAt, item.SentAt))}, {Text: id, Code: true}})
	}
	return table
}

func (p *evidence) outcome(words EvidenceWords, item post.Item) string {
	if p.job.Kind == post.KindSplit && item.Finding != nil {
		return words.Get("evidence.split." + string(item.Finding.Status))
	}
	text := words.Status(string(p.job.Shown(item)))
	if item.Reason != post.ReasonNone {
		text += ". " + words.Reason(string(item.Reason))
	}
	return text
}

func removedText(words EvidenceWords, at time.Time) string {
	if at.IsZero() {
		return words.Get("evidence.removed.undated")
	}
	return words.Get("evidence.removed", "date", words.Date(at))
}

func firstTime(times ...time.Time) time.Time {
	for _, at := range times {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

func (p *evidence) pageReceipts(words EvidenceWords) pageTable {
	table := pageTable{Heads: heads(words, "receipt", "time", "file", "sha256")}
	for i, receipt := range p.manifest.Receipts {
		file := receipt.File
		if file == "" {
			at := time.Time{}
			if len(p.removed) > 0 {
				at = p.lastRemoval()
			}
			file = removedText(words, at)
		}
		table.Rows = append(table.Rows, []pageFact{{Text: p.receipts[i].RemoteName, Code: true}, {Text: words.Time(receipt.At)},
			{Text: file}, {Text: receipt.SHA256, Code: true}})
	}
	return table
}

// pageLine is the time line in words; an event without words shows its code.
func (p *evidence) pageLine(words EvidenceWords) []pageFact {
	var facts []pageFact
	for _, event := range p.events {
		key, text := "jobs.event."+event.Code, event.Code
		count, err := strconv.Atoi(event.Fields["count"])
		switch {
		case words.Has("evidence.event." + event.Code):
			text = words.Get("evidence.event."+event.Code, "code", event.Fields["code"])
		case !words.Has(key):
		case event.Code == "extended":
			seconds, _ := strconv.Atoi(event.Fields["seconds"])
			text = words.Count(key, max(1, seconds/60))
		case err == nil:
			text = words.Count(key, count)
		default:
			text = words.Get(key)
		}
		facts = append(facts, pageFact{Name: words.Time(event.At), Text: text})
	}
	return facts
}
