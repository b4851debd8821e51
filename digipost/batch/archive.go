package batch

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"time"
)

// Packed says where a document lies in the archive. It is the way back from the
// archive's names, which are ours, to the sender's files.
type Packed struct {
	// DocumentID is the document's ID, File its name in the archive. Documents of
	// the same content share a file.
	DocumentID, File string
	// Size is the content's in bytes.
	Size int64
	// Shared marks a file that an earlier document has brought, Stored one that
	// was not compressed.
	Shared, Stored bool
}

// WriteMailingArchive writes the zip that is uploaded: masseutsendelse.xml, then
// the documents' files under names of its own (dok/000001.pdf). Nothing is
// written twice, w need not seek, and the same job gives the same bytes. Files
// are packed when that makes them clearly smaller. heard may be nil; it hears of
// each document as it is packed, and its error ends the writing. Errors are those
// of WriteMailing and the context's; a *DocumentError around ErrChanged means that
// a file's size or SHA-256 is not the approved one. After any error what was
// written is no archive and must be thrown away.
func WriteMailingArchive(ctx context.Context, w io.Writer, job MailingJob, heard func(Packed) error) (MailingCount, error) {
	archive := zip.NewWriter(&untilDone{ctx: ctx, to: w})
	entry, err := archive.CreateHeader(archiveEntry(string(Mailing) + ".xml"))
	if err != nil {
		return MailingCount{}, fmt.Errorf("begin the job archive: %w", err)
	}
	place := &places{files: make(map[contentKey]int)}
	count, err := meanwhile(entry, func(w io.Writer) (MailingCount, error) {
		return writeMailing(w, job, place.named(job.Documents))
	})
	if err != nil {
		return count, err
	}
	pack := &packer{ctx: ctx, archive: archive, places: place, heard: heard}
	if err := pack.documents(job.Documents); err != nil {
		return count, err
	}
	if err := archive.Close(); err != nil {
		return count, fmt.Errorf("end the job archive: %w", err)
	}
	return count, nil
}

// untilDone ends all writing when the context ends.
type untilDone struct {
	ctx context.Context
	to  io.Writer
}

func (u *untilDone) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.to.Write(p)
}

// archiveEntry heads an entry. The time is the zip format's first, so that the
// same job gives the same bytes on any day.
func archiveEntry(name string) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// contentKey tells contents apart; the ending is part of what a file is.
type contentKey struct {
	sum    [32]byte
	ending string
}

// places gives each content its name in the archive.
type places struct {
	files map[contentKey]int
}

// maxContentSize is what a file may have in bytes before the zip format's headers
// have to become larger ones, which is far above what Digipost takes.
const maxContentSize = 1 << 31

var endingForm = regexp.MustCompile(`^[a-z0-9]{1,10}$`)

// key is that of a document's content, or what is wrong with it.
func (p *places) key(x *Document) (key contentKey, problem string) {
	key = contentKey{sum: x.Content.SHA256, ending: strings.ToLower(x.Content.Ending)}
	switch {
	case !endingForm.MatchString(key.ending):
		return key, "has no ending of 1 to 10 letters and digits"
	case x.Content.Size <= 0:
		return key, "is empty"
	case x.Content.Size > maxContentSize:
		return key, "is too large"
	case x.Content.Open == nil || key.sum == [32]byte{}:
		return key, "has no approved content"
	}
	return key, ""
}

func (p *places) name(number int, key contentKey) string {
	return fmt.Sprintf("dok/%06d.%s", number, key.ending)
}

// named gives the documents with the names they get in the archive.
func (p *places) named(documents iter.Seq2[Document, error]) iter.Seq2[Document, error] {
	if documents == nil {
		return nil
	}
	return func(yield func(Document, error) bool) {
		index := 0
		for one, err := range documents {
			index++
			if err == nil {
				key, problem := p.key(&one)
				if problem != "" {
					yield(one, &DocumentError{Index: index, Field: "fil", Problem: problem})
					return
				}
				number := p.files[key]
				if number == 0 {
					number = len(p.files) + 1
					p.files[key] = number
				}
				one.File = p.name(number, key)
			}
			if !yield(one, err) {
				return
			}
		}
	}
}

// packer puts the documents' files into the archive.
type packer struct {
	ctx     context.Context
	archive *zip.Writer
	places  *places
	heard   func(Packed) error
	// packed is how many files are in the archive; the next has that number and 1.
	packed int
	work   workbench
}

// documents goes through the documents once more, in the order in which they got
// their names.
func (p *packer) documents(list iter.Seq2[Document, error]) error {
	index := 0
	for one, err := range list {
		index++
		if err == nil {
			err = p.ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("batch document %d: %w", index, err)
		}
		if err := p.document(index, &one); err != nil {
			return err
		}
	}
	if p.packed != len(p.places.files) {
		return &DocumentError{Index: index + 1, Field: "dokument", Problem: "was there when the documents were read first", Err: ErrChanged}
	}
	return nil
}

func (p *packer) document(index int, one *Document) error {
	key, _ := p.places.key(one)
	number := p.places.files[key]
	if number == 0 || number > p.packed+1 {
		return &DocumentError{Index: index, Field: "dokument", Problem: "is not the one that was read first", Err: ErrChanged}
	}
	what := Packed{DocumentID: one.ID, File: p.places.name(number, key), Size: one.Content.Size, Shared: number <= p.packed}
	if !what.Shared {
		stored, err := p.work.pack(p.ctx, p.archive, what.File, one.Content)
		if err != nil {
			return p.explain(index, err)
		}
		what.Stored = stored
		p.packed++
	}
	if p.heard == nil {
		return nil
	}
	return p.heard(what)
}

// explain tells a document's fault from one of the archive.
func (p *packer) explain(index int, err error) error {
	var fault *contentFault
	switch {
	case p.ctx.Err() != nil:
		return fmt.Errorf("batch document %d: %w", index, p.ctx.Err())
	case errors.As(err, &fault):
		return &DocumentError{Index: index, Field: "fil", Problem: fault.problem, Err: fault.err}
	}
	return fmt.Errorf("write the job archive: %w", err)
}
