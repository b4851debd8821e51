package inbox

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// messageView shows what is told of a message, and its documents. Nothing here marks
// it read.
func (s *Screen) messageView() fyne.CanvasObject {
	m := s.model
	p := parts.Page{Title: s.t("message"), Fault: s.fault, Back: parts.Quiet("inbox.back", s.env.T("button.back"), m.close).Icon(look.IconLeft)}
	if !m.found {
		return p.View()
	}
	entry := m.entry
	content := []fyne.CanvasObject{look.Heading(s.subject(entry)).Wrap(look.Reading), s.marks(entry)}
	if !entry.Read {
		content = append(content, parts.Note(parts.ToneInfo, s.t("stays_unread"), look.Reading))
	}
	content = append(content, s.facts(entry))
	if entry.Payment != nil {
		content = append(content, s.payment(*entry.Payment))
	}
	content = append(content, look.Heading(s.t("documents")), s.documents(entry))
	if len(entry.Data) > 0 {
		content = append(content, look.Heading(s.t("data")), s.data(entry))
	}
	p.Content = parts.Stack(look.Apart, content...)
	visible, key := false, "hide"
	if !entry.Visible {
		visible, key = true, "unhide"
	}
	p.Extra = []*parts.Button{parts.Quiet("inbox.visible", s.t(key), func() {
		m.setVisible(keysOf(entry), visible, func() { s.env.Toast(s.t(key+".done"), nil) })
	}).Off(m.hiding)}
	if !entry.Saved() && (len(entry.Attachments) > 0 || entry.BodyIsMain) {
		p.Next = parts.Main("inbox.save", s.t("save"), func() { m.save(inbox.Selection{Messages: keysOf(entry)}) }).Icon(look.IconDownload)
	}
	return p.View()
}

// marks are the words that stand out: read or not, registered, expires soon.
func (s *Screen) marks(entry post.EBoxEntry) fyne.CanvasObject {
	row := []fyne.CanvasObject{s.state(entry).View()}
	if entry.Registered {
		row = append(row, parts.Status{Icon: look.IconStamp, Color: look.Care, Word: s.t("registered")}.View())
	}
	if status, soon := s.expires(entry); soon {
		row = append(row, parts.Status{Icon: status.Icon, Color: status.Color, Word: s.t("expires.in", "when", status.Word)}.View())
	}
	return parts.Row(look.Group, row...)
}

func (s *Screen) facts(entry post.EBoxEntry) fyne.CanvasObject {
	const label = float32(144)
	words := s.env.Words
	partition := entry.Partition
	if partition == "GENERAL" {
		partition = ""
	}
	from := s.said(entry.Sender)
	if from == "" {
		from = parts.Enterprise(entry.SenderID)
	} else if entry.SenderID != "" {
		from += " (" + parts.Enterprise(entry.SenderID) + ")"
	}
	return parts.Card(parts.Facts(label, parts.CardText-label-look.Apart,
		parts.Fact{Label: s.t("column.sender"), Value: from},
		parts.Fact{Label: s.t("column.type"), Value: s.said(entry.Type)},
		parts.Fact{Label: s.t("column.received"), Value: words.Time(entry.Received)},
		parts.Fact{Label: s.t("column.expires"), Value: words.Date(entry.Expires)},
		parts.Fact{Label: s.t("attention"), Value: private(entry.Attention)},
		parts.Fact{Label: s.t("partition"), Value: private(partition)},
		parts.Fact{Label: s.t("application"), Value: s.said(entry.Application)},
		parts.Fact{Label: s.t("provider"), Value: s.provider(entry.Provider)}))
}

// provider is the name of a provider, or its id.
func (s *Screen) provider(id string) string {
	for _, source := range s.model.sources {
		if source.Provider.ID == id {
			if name := source.Provider.Name.In(s.env.Words.Code()); name != "" {
				return name
			}
		}
	}
	return id
}

func (s *Screen) payment(payment post.EBoxPayment) fyne.CanvasObject {
	const label = float32(144)
	vat := s.money(payment.Currency, payment.VAT)
	if strings.Trim(payment.VAT, "0.,") == "" {
		vat = ""
	}
	due := payment.Due
	if day := parts.Day(s.env.Words, due); day != "" {
		due = day
	}
	return parts.WithID("inbox.payment", parts.Card(parts.Stack(12, look.Strong(s.t("payment")), parts.Facts(label, parts.CardText-label-look.Apart,
		parts.Fact{Label: s.t("payment.amount"), Value: s.money(payment.Currency, payment.Amount)},
		parts.Fact{Label: s.t("payment.vat"), Value: vat},
		parts.Fact{Label: s.t("payment.due"), Value: due},
		parts.Fact{Label: "IBAN", Value: payment.IBAN},
		parts.Fact{Label: "BIC", Value: payment.BIC},
		parts.Fact{Label: s.t("payment.reference"), Value: private(payment.Reference)}))))
}

// money writes an amount as the language does, for example EUR 1.234,56. What is no
// amount stays as it came.
func (s *Screen) money(currency, amount string) string {
	whole, cents, _ := strings.Cut(amount, ".")
	if n, err := strconv.Atoi(whole); err == nil {
		point := ","
		if s.env.Words.Code() == "en" {
			point = "."
		}
		amount = s.env.Words.Number(n)
		if cents != "" {
			amount += point + cents
		}
	}
	return strings.TrimSpace(currency + " " + amount)
}

// documents are one row each, with where it was saved or a button to save it.
func (s *Screen) documents(entry post.EBoxEntry) fyne.CanvasObject {
	documents := entry.Attachments
	if entry.BodyIsMain {
		documents = append([]post.EBoxAttachment{{ID: post.EBoxBody, Main: true}}, documents...)
	}
	if len(documents) == 0 {
		return look.QuietText(s.t("documents.none")).Wrap(look.Reading)
	}
	var rows []fyne.CanvasObject
	for _, document := range documents {
		rows = append(rows, parts.Inset(look.Near, look.Near, look.Near, look.Near, s.document(entry, document)))
	}
	return parts.WithID("inbox.documents", parts.Listed(rows...))
}

func (s *Screen) document(entry post.EBoxEntry, document post.EBoxAttachment) fyne.CanvasObject {
	m, key := s.model, document.Key()
	name := s.said(document.Title)
	if name == "" {
		name = private(document.FileName)
	}
	if key == post.EBoxBody {
		name = s.t("body")
	}
	icon, facts := look.IconFile, []string{s.t("annex")}
	if document.Main {
		icon, facts[0] = look.IconLetter, s.t("main")
	}
	if document.Size > 0 {
		facts = append(facts, s.env.Words.Size(document.Size))
	}
	if document.Signed {
		facts = append(facts, s.t("signed"))
	}
	row := []fyne.CanvasObject{look.NewIcon(icon, look.QuietInk)}
	saved := ""
	for _, download := range entry.Downloads {
		if download.Attachment == key && !download.At.IsZero() {
			saved = download.Path
			facts = append(facts, s.t("saved_at", "date", s.env.Words.Date(download.At)))
		}
	}
	row = append(row, parts.Fill(parts.Stack(2, look.Strong(name).Clip(), look.Small(strings.Join(facts, " · ")).Clip())))
	switch {
	case saved != "" && m.ports.OpenFolder != nil:
		row = append(row, parts.Quiet("inbox.folder."+key, s.t("folder"), func() { s.openFolder(filepath.Dir(saved)) }))
	case saved == "":
		row = append(row, parts.Quiet("inbox.save."+key, s.t("save.one"), func() {
			m.save(inbox.Selection{Messages: keysOf(entry), Document: key})
		}).Icon(look.IconDownload))
	}
	return parts.Row(12, row...)
}

// openFolder shows a folder in the system's window.
func (s *Screen) openFolder(folder string) {
	m := s.model
	task.Do(s.env.Run, func(ctx context.Context) error { return m.ports.OpenFolder(ctx, folder) }, func(err error) {
		if err != nil {
			m.err = err
			m.changed()
		}
	})
}

// data are the sender's own facts.
func (s *Screen) data(entry post.EBoxEntry) fyne.CanvasObject {
	const label = float32(208)
	var facts []parts.Fact
	for _, value := range entry.Data {
		name := value.Name
		if name == "" {
			name = value.Key
		}
		var all []string
		for _, text := range value.Values {
			all = append(all, s.said(text))
		}
		facts = append(facts, parts.Fact{Label: private(name), Value: strings.Join(all, ", ")})
	}
	return parts.Card(parts.Facts(label, parts.CardText-label-look.Apart, facts...))
}
