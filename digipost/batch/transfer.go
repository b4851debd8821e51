package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"

	"github.com/pkg/sftp"
)

// UploadUnsureError: the upload broke off, or the file's size at Digipost is not
// the right one, so that Digipost may have all of it, a part or nothing. Size
// tells more when it is asked later.
type UploadUnsureError struct {
	Name string
	// Sent counts the bytes whose arrival was confirmed.
	Sent int64
	Err  error
}

func (e *UploadUnsureError) Error() string {
	return fmt.Sprintf("the upload of %s is unsure after %d bytes: %v", e.Name, e.Sent, e.Err)
}

// Unwrap gives the cause.
func (e *UploadUnsureError) Unwrap() error { return e.Err }

const (
	// chunk is one write in bytes: what every SFTP server must take. inFlight is
	// how many may be unconfirmed, as OpenSSH's own sftp has it, and stretch after
	// how many bytes all are waited for and progress is told. readChunk is one
	// read, which the library splits into eight asked for at once.
	chunk     = 32 << 10
	inFlight  = 64
	stretch   = 4 << 20
	readChunk = 8 * chunk
	// listAllowance bounds a folder listing: some 300,000 receipts.
	listAllowance = 64 << 20
)

// uploadName is the form of names seen at Digipost: no dot in the stem.
var uploadName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,120}\.zip$`)

func (c *Connection) jobPath(kind Kind, name string) string {
	return path.Join(c.root, string(kind), name)
}

func (c *Connection) receiptPath(kind Kind, name string) string {
	return path.Join(c.root, string(kind), "kvittering", name)
}

// Upload writes the job file under its final name, in order and over this one
// connection, and never over another file: ErrExists when there is one. r must
// give exactly size bytes. progress may be nil; it hears the bytes confirmed so
// far. A nil error means that every byte and the end were confirmed; that
// Digipost took the file away at once is fine. As soon as the server may have
// made the file, every failure is an *UploadUnsureError and the connection is
// closed.
func (c *Connection) Upload(ctx context.Context, kind Kind, name string, r io.Reader, size int64, progress func(sent int64)) error {
	if !kind.known() || !uploadName.MatchString(name) {
		return fmt.Errorf("upload a job: %w", ErrName)
	}
	up := upload{c: c, remote: c.jobPath(kind, name), from: r, size: size, progress: progress}
	err := c.do(ctx, "upload a job", callAllowance+size/8, up.run)
	if err != nil && up.begun {
		c.wire.breakOff(err)
		return &UploadUnsureError{Name: name, Sent: up.sent, Err: err}
	}
	return err
}

// upload is one upload under way.
type upload struct {
	c        *Connection
	remote   string
	from     io.Reader
	size     int64
	progress func(sent int64)
	// begun is set while the file may have been made by us.
	begun bool
	sent  int64
}

func (u *upload) run() error {
	if err := u.absent(); err != nil {
		return err
	}
	u.begun = true
	file, err := u.c.sftp.OpenFile(u.remote, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil && answered(err) {
		u.begun = false
		// SFTP 3 has no word for "exists", so the server's no is looked into.
		if exists := u.absent(); exists != nil {
			return exists
		}
	}
	if err != nil {
		return err
	}
	if err := u.copy(file); err != nil {
		// The file is not closed: that could look like a finished upload. The
		// connection goes instead.
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return u.compare()
}

// absent gives ErrExists when a file of that name is there. A server that does
// not tell is trusted to keep the exclusive open.
func (u *upload) absent() error {
	_, err := u.c.sftp.Lstat(u.remote)
	switch {
	case err == nil:
		return kept{ErrExists}
	case answered(err):
		return nil
	}
	return err
}

// copy writes the pieces in order, many under way at once: over a distance a
// server that is asked for one confirmation after another would take hours. A
// server may then have a later piece and not an earlier one when the connection
// breaks. So the last piece goes alone, when all others are confirmed: a file at
// the server that has the right size is whole.
func (u *upload) copy(file *sftp.File) error {
	from := &jobFile{from: u.from}
	last := min(chunk, u.size)
	for u.sent < u.size-last {
		if err := u.write(file, from, min(stretch, u.size-last-u.sent)); err != nil {
			return err
		}
	}
	// What is after the end is found out before the end is written.
	end := make([]byte, last+1)
	n, err := io.ReadFull(from, end)
	switch {
	case from.err != nil:
		return from.fault()
	case n > int(last):
		return kept{fmt.Errorf("read the job file: longer than %d bytes", u.size)}
	case n < int(last):
		return kept{fmt.Errorf("read the job file: %w", noEOF(err))}
	case n == 0:
		return nil
	}
	return u.write(file, bytes.NewReader(end[:last]), last)
}

// write sends length bytes and waits until all are confirmed.
func (u *upload) write(file *sftp.File, from io.Reader, length int64) error {
	n, err := file.ReadFromWithConcurrency(io.LimitReader(from, length), inFlight)
	if job, isJob := from.(*jobFile); isJob && job.err != nil {
		return job.fault()
	}
	if err != nil {
		return err
	}
	if n < length {
		return kept{fmt.Errorf("read the job file: %w", io.ErrUnexpectedEOF)}
	}
	u.sent += n
	if u.progress != nil {
		u.progress(u.sent)
	}
	return nil
}

// jobFile remembers its own errors, so that they are not taken for the
// connection's.
type jobFile struct {
	from io.Reader
	err  error
}

func (f *jobFile) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

func (f *jobFile) fault() error { return kept{fmt.Errorf("read the job file: %w", f.err)} }

// noEOF makes an early end an error of its own, so that it is not taken for
// the connection's.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// compare looks at the size once more. Everything was confirmed, so only a
// size that is there and wrong counts.
func (u *upload) compare() error {
	info, err := u.c.sftp.Stat(u.remote)
	if err == nil && info.Size() != u.size {
		return kept{fmt.Errorf("the file at the server has %d bytes instead of %d", info.Size(), u.size)}
	}
	return nil
}

// Size gives the size of an uploaded file; found is false when it is not there,
// because it never arrived or was taken by Digipost.
func (c *Connection) Size(ctx context.Context, kind Kind, name string) (size int64, found bool, err error) {
	if !kind.known() || !uploadName.MatchString(name) {
		return 0, false, fmt.Errorf("look at an upload: %w", ErrName)
	}
	var info fs.FileInfo
	err = c.do(ctx, "look at an upload", callAllowance, func() error {
		info, err = c.sftp.Stat(c.jobPath(kind, name))
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	}
	return info.Size(), true, nil
}

// Receipts lists what has come for the upload with the given stem (its name
// without .zip), oldest first.
func (c *Connection) Receipts(ctx context.Context, kind Kind, stem string) ([]RemoteFile, error) {
	if !kind.known() || !uploadName.MatchString(stem+".zip") {
		return nil, fmt.Errorf("list receipts: %w", ErrName)
	}
	var entries []fs.FileInfo
	err := c.do(ctx, "list receipts", listAllowance, func() (err error) {
		entries, err = c.sftp.ReadDir(c.receiptPath(kind, ""))
		return err
	})
	if err != nil {
		return nil, err
	}
	var files []RemoteFile
	for _, entry := range entries {
		receipt, stamp, ok := receiptName(entry.Name(), stem)
		if !ok || !entry.Mode().IsRegular() {
			continue
		}
		files = append(files, RemoteFile{Kind: kind, Name: entry.Name(), Receipt: receipt,
			Size: entry.Size(), Modified: entry.ModTime().UTC(), Stamp: stamp})
	}
	sortReceipts(files)
	return files, nil
}

// Download copies a receipt. ErrNotWhole when its size is not the listed one,
// ErrTooLarge beyond MaxReceipt, fs.ErrNotExist when it has gone. After an error
// what was written is no receipt.
func (c *Connection) Download(ctx context.Context, receipt RemoteFile, into io.Writer) error {
	switch {
	case !receipt.Kind.known() || !plainName(receipt.Name):
		return fmt.Errorf("fetch a receipt: %w", ErrName)
	case receipt.Size > MaxReceipt:
		return fmt.Errorf("fetch a receipt: %w", ErrTooLarge)
	}
	return c.do(ctx, "fetch a receipt", callAllowance+2*receipt.Size, func() error {
		file, err := c.sftp.Open(c.receiptPath(receipt.Kind, receipt.Name))
		if err != nil {
			return err
		}
		err = fetch(file, receipt.Size, into)
		// Nothing was written, so a failing close tells nothing of use.
		_ = file.Close()
		return err
	})
}

// remoteReader is what fetch needs of a file at the server.
type remoteReader interface {
	io.Reader
	Stat() (fs.FileInfo, error)
}

// fetch copies exactly size bytes and makes sure that there are no others.
func fetch(file remoteReader, size int64, into io.Writer) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != size {
		return kept{ErrNotWhole}
	}
	buffer := make([]byte, readChunk)
	var got int64
	for {
		n, err := file.Read(buffer)
		if got += int64(n); got > size {
			return kept{ErrNotWhole}
		}
		if _, err := into.Write(buffer[:n]); err != nil {
			return kept{fmt.Errorf("keep the receipt: %w", err)}
		}
		switch {
		case err == io.EOF && got < size:
			return kept{ErrNotWhole}
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// Remove deletes a receipt at Digipost. One that has gone already is fine.
func (c *Connection) Remove(ctx context.Context, receipt RemoteFile) error {
	if !receipt.Kind.known() || !plainName(receipt.Name) {
		return fmt.Errorf("remove a receipt: %w", ErrName)
	}
	err := c.do(ctx, "remove a receipt", callAllowance, func() error {
		return c.sftp.Remove(c.receiptPath(receipt.Kind, receipt.Name))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
