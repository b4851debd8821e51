package batch

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// MailingJob is a mass mailing: letters for many, and the documents in them.
type MailingJob struct {
	// SenderID, BrokerID, JobID, JobName and ClientInfo are as in SplitJob.
	SenderID, BrokerID         int64
	JobID, JobName, ClientInfo string
	// AutoApprove lets the job run without somebody's yes in the portal. Digipost
	// may still hold one with many errors.
	AutoApprove bool
	// EffectiveAt is when the letters are to be delivered (virkningsdato); zero for
	// at once. It is written with its offset.
	EffectiveAt time.Time
	// Global settings are inherited by all documents, Named ones by those that
	// extend them.
	Global Settings
	Named  []NamedSettings
	// Documents are read in order: once by WriteMailing, twice by
	// WriteMailingArchive, and must then be the same. They all come before the
	// letters.
	Documents iter.Seq2[Document, error]
	// Letters are read once and in order. An error among either ends the writing.
	Letters iter.Seq2[Letter, error]
}

// MailingCount is what was written.
type MailingCount struct{ Documents, Letters int }

// typeNamespace declares xsi, which marks invoices and letters on paper.
const typeNamespace = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// names are the ids of a job that something refers to. All of them share one
// name space (xsd:ID), whatever they name. notPDF are the documents that can't go
// on paper.
type names struct{ settings, documents, notPDF idSet }

// WriteMailing writes the document masseutsendelse.xml, with the documents'
// files named as they say. The same job gives the same bytes. Nothing but ids is
// kept, some forty bytes for a letter with a document of its own. After an error what
// was written is no document and must be thrown away; the error is a *JobError, a
// *DocumentError, a *LetterError, ErrNoDocuments, ErrNoLetters, or that of the
// documents, the letters or the writer.
func WriteMailing(w io.Writer, job MailingJob) (MailingCount, error) {
	return writeMailing(w, job, job.Documents)
}

// writeMailing takes the documents apart from the job, so that the archive can
// give their files names.
func writeMailing(w io.Writer, job MailingJob, documents iter.Seq2[Document, error]) (count MailingCount, err error) {
	head, err := settings{
		senderID: job.SenderID, brokerID: job.BrokerID, jobID: job.JobID, name: job.JobName,
		autoApprove: job.AutoApprove, effectiveAt: job.EffectiveAt, client: job.ClientInfo,
	}.check()
	if err != nil {
		return count, err
	}
	doc := newDocument(w)
	doc.root(string(Mailing), typeNamespace)
	head.write(doc)
	doc.open("standard-distribusjon")
	known := &names{newIDSet(), newIDSet(), newIDSet()}
	if err := writeShared(doc, job, known); err != nil {
		return count, err
	}
	if count.Documents, err = writeDocuments(doc, documents, known); err != nil {
		return count, err
	}
	if count.Letters, err = writeLetters(doc, job.Letters, known); err != nil {
		return count, err
	}
	doc.close("standard-distribusjon")
	doc.close(string(Mailing))
	if err := doc.finish(); err != nil {
		return count, fmt.Errorf("write the mailing document: %w", err)
	}
	return count, nil
}

// writeShared writes the settings that documents inherit (felles-innstillinger).
func writeShared(doc *document, job MailingJob, known *names) error {
	global := job.Global.cleaned()
	if field, problem := global.check(); field != "" {
		return &JobError{"globale-dokument-innstillinger/" + field, problem}
	}
	for i, named := range job.Named {
		field, problem := named.cleaned().check()
		switch {
		case !idForm.MatchString(named.ID):
			field, problem = "@id", idRule
		case !known.settings.add(named.ID):
			field, problem = "@id", "comes twice in the job"
		}
		if field != "" {
			return &JobError{"dokument-innstillinger[" + strconv.Itoa(i+1) + "]/" + field, problem}
		}
	}
	if global.empty() && len(job.Named) == 0 {
		return nil
	}
	doc.open("felles-innstillinger")
	if !global.empty() {
		doc.begin("globale-dokument-innstillinger")
		global.write(doc, "globale-dokument-innstillinger")
	}
	for _, named := range job.Named {
		doc.begin("dokument-innstillinger")
		doc.attribute("id", named.ID)
		named.cleaned().write(doc, "dokument-innstillinger")
	}
	doc.close("felles-innstillinger")
	return nil
}

func writeDocuments(doc *document, documents iter.Seq2[Document, error], known *names) (count int, err error) {
	if documents == nil {
		return 0, ErrNoDocuments
	}
	doc.open("post")
	for one, err := range documents {
		var own *DocumentError
		if errors.As(err, &own) {
			return count, err
		}
		if err != nil {
			return count, fmt.Errorf("batch document %d: %w", count+1, err)
		}
		field, problem := one.check()
		if field == "" {
			field, problem = known.take(&one)
		}
		if field != "" {
			return count, &DocumentError{Index: count + 1, Field: field, Problem: problem}
		}
		count++
		if one.write(doc); doc.err != nil {
			return count, fmt.Errorf("write the mailing document: %w", doc.err)
		}
	}
	if count == 0 {
		return 0, ErrNoDocuments
	}
	doc.close("post")
	return count, nil
}

// take remembers a document and holds its references against the settings.
func (n *names) take(x *Document) (field, problem string) {
	extends := x.Settings.Extends
	switch {
	case n.settings.has(x.ID):
		return "id", "is that of settings too"
	case !n.documents.add(x.ID):
		return "id", "comes twice in the job"
	case extends != "" && n.documents.has(extends):
		return "innstillinger/@extends", "leads to a document instead of settings"
	case extends != "" && !n.settings.has(extends):
		return "innstillinger/@extends", "leads to no settings of the job"
	}
	if !strings.EqualFold(x.File[strings.LastIndexByte(x.File, '.')+1:], "pdf") {
		n.notPDF.add(x.ID)
	}
	return "", ""
}

func writeLetters(doc *document, list iter.Seq2[Letter, error], known *names) (count int, err error) {
	if list == nil {
		return 0, ErrNoLetters
	}
	doc.open("forsendelser")
	w := &letters{doc: doc, names: known, recipients: newRecipients(doc), uuids: newIDSet(), ids: newIDSet()}
	for letter, err := range list {
		if err != nil {
			return w.count, fmt.Errorf("batch letter %d: %w", w.count+1, err)
		}
		if err := w.write(&letter); err != nil {
			return w.count, err
		}
	}
	if w.count == 0 {
		return 0, ErrNoLetters
	}
	doc.close("forsendelser")
	return w.count, nil
}
