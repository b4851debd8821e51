package channel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"strconv"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/batch"
)

// WriteSplit writes the archive of a split job (it is job.Batch).
func (c *Channel) WriteSplit(ctx context.Context, file io.Writer, job post.Job, items []post.Item) error {
	split := batch.SplitJob{
		SenderID: job.Sender.SenderID, JobID: job.BatchJobID, JobName: job.Name, ClientInfo: c.userAgent,
		AutoApprove: true, Recipients: recipients(ctx, items),
	}
	if id := broker(job.Sender); id != job.Sender.SenderID {
		split.BrokerID = id
	}
	_, err := batch.WriteSplitArchive(file, split)
	var invalid *batch.RecipientError
	if errors.As(err, &invalid) {
		// The list was checked before it was planned: say which row got through.
		return post.NewFault(post.CodeRecipientInvalid, err, "recipient_kind", invalid.Field)
	}
	return err
}

func recipients(ctx context.Context, items []post.Item) iter.Seq2[batch.Recipient, error] {
	return func(yield func(batch.Recipient, error) bool) {
		for _, item := range items {
			if err := ctx.Err(); err != nil {
				yield(batch.Recipient{}, err)
				return
			}
			if !yield(batchRecipient(item), nil) {
				return
			}
		}
	}
}

// batchRecipient is one item as the batch interface wants it: one way to
// identify, and for a name and address everything that makes a match surer.
func batchRecipient(item post.Item) batch.Recipient {
	to := item.To
	recipient := batch.Recipient{CustomerID: item.RecipientKey}
	switch to.Kind {
	case post.ByBirthNumber:
		recipient.BirthNumber = to.Value
	case post.ByOrganisation:
		recipient.OrganisationNumber = to.Value
	case post.ByDigipostAddress:
		recipient.DigipostAddress = to.Value
	case post.ByAlias:
		recipient.PersonAlias = to.Value
	case post.ByNameAndAddress:
		recipient.FirstName, recipient.MiddleName, recipient.LastName, recipient.FullName = to.FirstName, to.MiddleName, to.LastName, to.FullName
		recipient.Line1, recipient.Line2 = to.Address.Line1, to.Address.Line2
		recipient.Postcode, recipient.Town, recipient.Country = to.Address.Postcode, to.Address.Town, to.Address.Country
		recipient.Phone, recipient.Email = strings.ReplaceAll(to.Phone, " ", ""), to.Email
		if born, err := time.Parse(time.DateOnly, to.BirthDate); err == nil {
			recipient.BirthDate = born.Format("020106")
		}
	}
	return recipient
}

// connection dials the SFTP server as the sender. It is closed by the caller.
func (c *Channel) connection(ctx context.Context, sender post.Sender) (*batch.Connection, error) {
	endpoints, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	file, passphrase, err := c.credentials.SFTPKeyFile(ctx)
	if err != nil {
		return nil, err
	}
	key, err := batch.ReadPrivateKey(file, passphrase)
	if err != nil {
		return nil, sftpKeyFault(err)
	}
	pinned := endpoints.HostKey
	if pinned == "" {
		known, _, err := c.hostKeys.PinnedHostKey(ctx, endpoints.SFTP)
		if err != nil {
			return nil, fmt.Errorf("read the pinned host key: %w", err)
		}
		pinned = known.Fingerprint
	}
	user := endpoints.SFTPUser + strconv.FormatInt(broker(sender), 10)
	connection, err := batch.Dial(ctx, batch.Config{Addr: endpoints.SFTP, User: user, Key: key, PinnedHostKey: pinned})
	if err != nil {
		return nil, sftpFault(ctx, err, endpoints.SFTP, user)
	}
	return connection, nil
}

// HostKey asks the SFTP server for its key, so that a person can compare and
// pin it. host is how it is pinned; pinned is the key pinned so far or empty.
func (c *Channel) HostKey(ctx context.Context, sender post.Sender) (host, fingerprint, pinned string, err error) {
	endpoints, err := c.locate(ctx)
	if err != nil {
		return "", "", "", err
	}
	known, _, err := c.hostKeys.PinnedHostKey(ctx, endpoints.SFTP)
	if err != nil {
		return "", "", "", err
	}
	connection, err := c.connection(ctx, sender)
	if err == nil {
		return endpoints.SFTP, known.Fingerprint, known.Fingerprint, connection.Close()
	}
	fault := post.FaultOf(err)
	if fault.Code == post.CodeHostKeyNew || fault.Code == post.CodeHostKeyChanged {
		return endpoints.SFTP, fault.Fields["fingerprint"], known.Fingerprint, nil
	}
	return "", "", "", err
}

// sftpFault turns the transfer's error into one for a person.
func sftpFault(ctx context.Context, err error, host, user string) error {
	var fresh *batch.HostKeyUnknownError
	var changed *batch.HostKeyChangedError
	var unsure *batch.UploadUnsureError
	var unreachable *batch.UnreachableError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unsure), errors.Is(err, batch.ErrExists):
		// Of a file of that name only an upload of ours can know, cut off before it
		// could be written down.
		return post.NewFault(post.CodeUnsure, err)
	case ctx.Err() != nil:
		return err
	case errors.As(err, &changed):
		return post.NewFault(post.CodeHostKeyChanged, err, "fingerprint", changed.Got, "pinned", changed.Pinned)
	case errors.As(err, &fresh):
		return post.NewFault(post.CodeHostKeyNew, err, "fingerprint", fresh.Fingerprint)
	case errors.Is(err, batch.ErrLoginRefused):
		return post.NewFault(post.CodeLoginRefused, err, "user", user)
	case errors.Is(err, fs.ErrNotExist):
		return post.NewFault(post.CodeFileMissing, err, "file", "")
	case errors.As(err, &unreachable) && unreachable.Timeout():
		return post.NewFault(post.CodeTimeout, err, "host", hostOnly(host))
	case errors.As(err, &unreachable):
		return post.NewFault(post.CodeUnreachable, err, "host", hostOnly(host))
	}
	return post.NewFault(post.CodeBadAnswer, err, "status", "SFTP")
}

func hostOnly(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// with runs one piece of work over a connection of its own.
func (c *Channel) with(ctx context.Context, job post.Job, work func(*batch.Connection) error) error {
	connection, err := c.connection(ctx, job.Sender)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := work(connection); err != nil {
		endpoints, locateErr := c.locate(ctx)
		if locateErr != nil {
			return err
		}
		return sftpFault(ctx, err, endpoints.SFTP, "")
	}
	return nil
}

// Upload puts the job file under the job's name (it is job.Batch).
func (c *Channel) Upload(ctx context.Context, job post.Job, file io.Reader, size int64, progress func(sent int64)) error {
	return c.with(ctx, job, func(connection *batch.Connection) error {
		return connection.Upload(ctx, kindOf(job), job.UploadName, file, size, progress)
	})
}

// Uploaded gives the size of the job file at Digipost (it is job.Batch).
func (c *Channel) Uploaded(ctx context.Context, job post.Job) (size int64, found bool, err error) {
	err = c.with(ctx, job, func(connection *batch.Connection) (err error) {
		size, found, err = connection.Size(ctx, kindOf(job), job.UploadName)
		return err
	})
	return size, found, err
}

// Receipts lists what has come for the job, under its name and the names it
// had before, oldest first (it is job.Batch).
func (c *Channel) Receipts(ctx context.Context, job post.Job) ([]post.RemoteReceipt, error) {
	names := []string{job.UploadName}
	for _, earlier := range job.EarlierUploads {
		names = append(names, earlier.UploadName)
	}
	var found []post.RemoteReceipt
	err := c.with(ctx, job, func(connection *batch.Connection) error {
		for _, name := range names {
			files, err := connection.Receipts(ctx, kindOf(job), strings.TrimSuffix(name, ".zip"))
			if err != nil {
				return err
			}
			for _, file := range files {
				found = append(found, post.RemoteReceipt{Name: file.Name, Kind: file.Receipt, Size: file.Size})
			}
		}
		return nil
	})
	return found, err
}

// Fetch copies a receipt (it is job.Batch).
func (c *Channel) Fetch(ctx context.Context, job post.Job, receipt post.RemoteReceipt, into io.Writer) error {
	return c.with(ctx, job, func(connection *batch.Connection) error {
		return connection.Download(ctx, remoteFile(job, receipt), into)
	})
}

// Remove deletes a receipt at Digipost (it is job.Batch).
func (c *Channel) Remove(ctx context.Context, job post.Job, receipt post.RemoteReceipt) error {
	return c.with(ctx, job, func(connection *batch.Connection) error {
		return connection.Remove(ctx, remoteFile(job, receipt))
	})
}

func kindOf(job post.Job) batch.Kind {
	if job.Kind == post.KindSplit {
		return batch.Split
	}
	return batch.Mailing
}

func remoteFile(job post.Job, receipt post.RemoteReceipt) batch.RemoteFile {
	return batch.RemoteFile{Kind: kindOf(job), Name: receipt.Name, Size: receipt.Size}
}
