package channel

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/batch"
)

// WriteMailing writes the archive of a mailing (it is job.Batch).
func (c *Channel) WriteMailing(ctx context.Context, file io.Writer, job post.Job, documents []post.Document, items []post.Item,
	open func(ctx context.Context, document post.Document) (io.ReadCloser, error)) error {
	mailing := batch.MailingJob{
		SenderID: job.Sender.SenderID, JobID: job.BatchJobID, JobName: job.Name, ClientInfo: c.userAgent,
		AutoApprove: true, EffectiveAt: wholeUTC(job.Options.DeliverAt), Global: levelsOf(job.Options),
	}
	if id := broker(job.Sender); id != job.Sender.SenderID {
		mailing.BrokerID = id
	}
	ids := documentIDs(job, documents)
	files, err := batchDocuments(ctx, job, documents, ids, open)
	if err != nil {
		return err
	}
	mailing.Documents = func(yield func(batch.Document, error) bool) {
		for _, document := range files {
			if !yield(document, nil) {
				return
			}
		}
	}
	mailing.Letters = batchLetters(ctx, job, documents, ids, items)
	_, err = batch.WriteMailingArchive(ctx, file, mailing, nil)
	return mailingFault(err, items)
}

// levelsOf are the settings of all documents of a mailing; what is Digipost's own
// default is left out.
func levelsOf(options post.Options) batch.Settings {
	var settings batch.Settings
	if options.Auth == post.AuthTwoFactor {
		settings.Authentication = batch.TwoFactor
	}
	if options.Sensitive {
		settings.Sensitivity = batch.Sensitive
	}
	if onPaper(options) && options.Paper.Color {
		settings.PrintColour = batch.Colours
	}
	return settings
}

// onPaper reports whether a mailing goes on paper to those who are not users.
func onPaper(options post.Options) bool { return options.Paper != nil && options.Paper.IfNoDigipost }

// batchDocuments are the files of a mailing, each content under a title once, to
// however many it goes.
func batchDocuments(ctx context.Context, job post.Job, documents []post.Document, ids map[documentPlace]string,
	open func(ctx context.Context, document post.Document) (io.ReadCloser, error)) ([]batch.Document, error) {
	files := make([]batch.Document, 0, len(documents))
	for _, document := range documents {
		if ids[placeOf(document)] != documentID(document) {
			continue // it stands there already
		}
		content := batch.Content{Ending: strings.ToLower(document.FileType), Size: document.Size,
			Open: func() (io.ReadCloser, error) { return open(ctx, document) }}
		if n, err := hex.Decode(content.SHA256[:], []byte(document.SHA256)); err != nil || n != len(content.SHA256) {
			return nil, fmt.Errorf("document %d has no hash", document.Index)
		}
		file := batch.Document{ID: documentID(document), Content: content}
		file.Settings.Subject = job.Title(document)
		if document.Index == 0 {
			if err := describeBatchMain(&file, job); err != nil {
				return nil, err
			}
		}
		files = append(files, file)
	}
	return files, nil
}

// documentPlace is where a document is in the job.
type documentPlace struct{ item, index int }

func placeOf(document post.Document) documentPlace {
	return documentPlace{document.Item, document.Index}
}

// documentIDs names the documents of a job. Those that are the same in all that is
// written of them have the name of the first.
func documentIDs(job post.Job, documents []post.Document) map[documentPlace]string {
	type same struct {
		sum, fileType, title string
		index                int // two of one letter stay two
	}
	ids, first := map[documentPlace]string{}, map[same]string{}
	for _, document := range documents {
		key := same{document.SHA256, document.FileType, job.Title(document), document.Index}
		if first[key] == "" {
			first[key] = documentID(document)
		}
		ids[placeOf(document)] = first[key]
	}
	return ids
}

// documentID names a document in the job: d0 goes to all, d0-17 is that of letter
// 17.
func documentID(document post.Document) string {
	id := "d" + strconv.Itoa(document.Index)
	if document.Item != 0 {
		id += "-" + strconv.Itoa(document.Item)
	}
	return id
}

// describeBatchMain adds what belongs to the main document only.
func describeBatchMain(file *batch.Document, job post.Job) error {
	if sms := job.Options.SMS; sms != nil {
		file.Settings.SMS = &batch.SMS{AfterHours: sms.AfterHours}
		for _, at := range sms.At {
			file.Settings.SMS.At = append(file.Settings.SMS.At, wholeUTC(at))
		}
	}
	if job.Options.OpeningReceipt {
		// The group is that of the job: what Digipost does with it is not documented.
		file.Settings.OpeningReceipt = job.ID
	}
	switch content := job.Options.Content; content.Kind {
	case post.ContentLetter:
		return nil
	case post.ContentInvoice:
		invoice, err := batchInvoice(content)
		file.Invoice = invoice
		return err
	default:
		return post.NewFault(post.CodeBatchLacks, nil, "option", string(content.Kind))
	}
}

func batchInvoice(content post.Content) (*batch.Invoice, error) {
	kroner, oere, _ := strings.Cut(content.Amount, ".")
	amount, err := strconv.ParseInt(kroner+(oere + "00")[:2], 10, 64)
	if err != nil || amount <= 0 || len(oere) > 2 {
		return nil, post.NewFault(post.CodeAmountInvalid, nil)
	}
	due, err := time.Parse(time.DateOnly, content.Date)
	if err != nil {
		return nil, post.NewFault(post.CodeDateInvalid, nil)
	}
	return &batch.Invoice{KID: content.KID, Amount: amount, Account: content.Account, Due: due}, nil
}

// batchLetters are the letters of a mailing, each with uuids of its own for its
// documents.
func batchLetters(ctx context.Context, job post.Job, documents []post.Document, ids map[documentPlace]string, items []post.Item) iter.Seq2[batch.Letter, error] {
	byLetter := post.GroupDocuments(documents)
	return func(yield func(batch.Letter, error) bool) {
		for _, item := range items {
			if err := ctx.Err(); err != nil {
				yield(batch.Letter{}, err)
				return
			}
			documents := byLetter.Of(item.Seq)
			if len(item.DocumentUUIDs) != len(documents) || len(documents) == 0 {
				yield(batch.Letter{}, fmt.Errorf("letter %d has %d ids for %d documents", item.Seq, len(item.DocumentUUIDs), len(documents)))
				return
			}
			if !yield(batchLetter(job, documents, ids, item), nil) {
				return
			}
		}
	}
}

func batchLetter(job post.Job, documents []post.Document, ids map[documentPlace]string, item post.Item) batch.Letter {
	letter := batch.Letter{Recipient: batchRecipient(item)}
	for i, document := range documents {
		enclosure := batch.Enclosure{UUID: item.DocumentUUIDs[i], DocumentID: ids[placeOf(document)]}
		if i == 0 {
			letter.Main = enclosure
			continue
		}
		letter.Attachments = append(letter.Attachments, enclosure)
	}
	to := post.PostalAddress{Name: item.To.Name(), Address: item.To.Address}
	if onPaper(job.Options) && to.Whole() {
		// Digipost decides who is no user, and prints for nobody else.
		letter.Print = &batch.PrintDetails{To: printAddressOf(to), Return: printAddressOf(job.Options.Paper.Return)}
	}
	return letter
}

// printAddressOf is an envelope in the words of the batch interface.
func printAddressOf(a post.PostalAddress) batch.PrintAddress {
	to, _ := envelopeOf(a.Name, a.Address)
	address := batch.PrintAddress{Name: to.Name}
	if n := to.Norwegian; n != nil {
		address.Norwegian = &batch.NorwegianAddress{Line1: n.Line1, Line2: n.Line2, Postcode: n.Postcode, Town: n.City}
	}
	if f := to.Foreign; f != nil {
		address.Foreign = &batch.ForeignAddress{Line1: f.Line1, Line2: f.Line2, Line3: f.Line3, Line4: f.Line4,
			Country: f.Country, CountryCode: f.CountryCode}
	}
	return address
}

// wholeUTC is a moment as it was frozen: in whole seconds, with an offset that is
// the same on every machine.
func wholeUTC(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.UTC().Truncate(time.Second)
}

// mailingFault turns the writer's error into one for a person. The plan was
// checked before it was approved: what is wrong all the same is named, by row.
func mailingFault(err error, items []post.Item) error {
	var letter *batch.LetterError
	var document *batch.DocumentError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &letter) && strings.HasPrefix(letter.Field, "fysisk-print/retur"), errors.As(err, &letter) && strings.Contains(letter.Field, "returadresse"):
		return post.NewFault(post.CodeReturnAddress, err)
	case errors.As(err, &letter):
		row := 0
		if letter.Index > 0 && letter.Index <= len(items) {
			row = items[letter.Index-1].Row
		}
		return post.NewFault(post.CodeRecipientInvalid, err, "recipient_kind", letter.Field, "row", strconv.Itoa(row))
	case errors.Is(err, batch.ErrChanged):
		return post.NewFault(post.CodeFileChanged, err, "file", "")
	case errors.As(err, &document) && document.Field == "kontonummer":
		return post.NewFault(post.CodeAccountMissing, err)
	}
	return err
}
