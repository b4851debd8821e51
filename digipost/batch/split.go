package batch

import (
	"archive/zip"
	"fmt"
	"io"
	"iter"
)

// SplitJob is a recipient split: the question who among the recipients has
// Digipost.
type SplitJob struct {
	// SenderID is the account the job is for (avsender-id). BrokerID is the
	// account that hands it in (behandler-id); 0 when it is the same.
	SenderID, BrokerID int64
	// JobID is the sender's id of the job (jobb-id), never used twice: 1 to 100
	// of a-z, A-Z, 0-9, _ . -
	JobID string
	// JobName is shown in Digipost's portal; at most 80 characters, may be empty.
	JobName string
	// ClientInfo names the program and its version; may be empty.
	ClientInfo string
	// AutoApprove lets the job run without somebody's yes in the portal.
	AutoApprove bool
	// Recipients are read once and in order. An error among them ends the
	// writing.
	Recipients iter.Seq2[Recipient, error]
}

// WriteSplit writes the document mottakersplitt.xml and gives the number of
// recipients in it. The same job gives the same bytes. After an error what was
// written is no document and must be thrown away; the error is a *JobError, a
// *RecipientError, ErrNoRecipients, or the recipients' or the writer's own.
func WriteSplit(w io.Writer, job SplitJob) (count int, err error) {
	head, err := settings{
		senderID: job.SenderID, brokerID: job.BrokerID, jobID: job.JobID, name: job.JobName,
		autoApprove: job.AutoApprove, client: job.ClientInfo,
	}.check()
	if err != nil {
		return 0, err
	}
	if job.Recipients == nil {
		return 0, ErrNoRecipients
	}
	doc := newDocument(w)
	doc.root(string(Split), "")
	head.write(doc)
	doc.open("mottakere")
	list := newRecipients(doc)
	for recipient, err := range job.Recipients {
		if err != nil {
			return list.count, fmt.Errorf("batch recipient %d: %w", list.count+1, err)
		}
		if err := list.write(recipient); err != nil {
			return list.count, err
		}
	}
	if list.count == 0 {
		return 0, ErrNoRecipients
	}
	doc.close("mottakere")
	doc.close(string(Split))
	if err := doc.finish(); err != nil {
		return list.count, fmt.Errorf("write the split document: %w", err)
	}
	return list.count, nil
}

// WriteSplitArchive writes the zip that is uploaded: mottakersplitt.xml and
// nothing else. Errors and count are those of WriteSplit.
func WriteSplitArchive(w io.Writer, job SplitJob) (count int, err error) {
	archive := zip.NewWriter(w)
	entry, err := archive.CreateHeader(archiveEntry(string(Split) + ".xml"))
	if err != nil {
		return 0, fmt.Errorf("begin the job archive: %w", err)
	}
	if count, err = meanwhile(entry, func(w io.Writer) (int, error) { return WriteSplit(w, job) }); err != nil {
		return count, err
	}
	if err := archive.Close(); err != nil {
		return count, fmt.Errorf("end the job archive: %w", err)
	}
	return count, nil
}
