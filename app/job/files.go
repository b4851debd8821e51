package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"brevdue/app/number"
	"brevdue/app/post"
)

// draftFiles are a wish's files as documents to be read: those that go to all,
// then each letter's own. Who is left out has none.
func (d *Draft) addFiles(wish Wish) {
	add := func(item, from int, files []File) {
		for i, file := range files {
			d.files = append(d.files, file)
			d.Documents = append(d.Documents, post.Document{Item: item, Index: from + i})
		}
	}
	first := 0
	for _, to := range wish.To {
		if len(to.Files) > 0 && to.LeftOut == post.ReasonNone {
			first = 1 // behind a letter's own they are attachments
		}
	}
	add(0, first, wish.Files)
	for i, to := range wish.To {
		if to.LeftOut == post.ReasonNone {
			add(i+1, 0, to.Files)
		}
	}
}

// freezeFiles reads every content once for its hash.
func (e *Engine) freezeFiles(ctx context.Context, draft *Draft, wish Wish) error {
	draft.addFiles(wish)
	rule := number.RuleOn(e.Clock.Now())
	read := map[string]post.Document{}
	for i, file := range draft.files {
		document := &draft.Documents[i]
		// The name rests as it is in the database and may be read above an attachment.
		document.Name, document.FileType, document.Pages = number.MaskBirthNumbers(file.Name, rule), file.FileType, file.Pages
		same, known := read[file.Key]
		if !known || file.Key == "" {
			var err error
			if same.SHA256, same.Size, err = hashFile(ctx, file); err != nil {
				return err
			}
			read[file.Key] = same
		}
		document.SHA256, document.Size = same.SHA256, same.Size
		draft.tell(i + 1)
	}
	return nil
}

// tell says how many of a draft's files have been read.
func (d *Draft) tell(done int) {
	if d.progress != nil {
		d.progress(done, len(d.files))
	}
}

func hashFile(ctx context.Context, file File) (sum string, size int64, err error) {
	content, err := file.Open(ctx)
	if err != nil {
		return "", 0, err
	}
	defer content.Close()
	hash := sha256.New()
	if size, err = io.Copy(hash, contextReader{ctx, content}); err != nil {
		if ctx.Err() != nil {
			return "", 0, ctx.Err()
		}
		return "", 0, post.NewFault(post.CodeFileUnreadable, err, "file", file.Name)
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}

// stageFiles puts the files of a draft into the outbox, a content that comes
// twice once. undo takes them out again; after an error that is done.
func (e *Engine) stageFiles(ctx context.Context, draft *Draft) (undo func(), err error) {
	staged := map[string]string{}
	undo = func() {
		for _, name := range staged {
			_ = e.Outbox.Remove(context.WithoutCancel(ctx), name)
		}
	}
	for i, file := range draft.files {
		document := &draft.Documents[i]
		if staged[document.SHA256] == "" {
			name, sum, size, err := e.stage(ctx, file)
			if name != "" {
				staged[document.SHA256] = name
			}
			if err == nil && (sum != document.SHA256 || size != document.Size) {
				err = post.NewFault(post.CodeFileChanged, nil, "file", file.Name)
			}
			if err != nil {
				undo()
				return nil, err
			}
		}
		document.Staged = staged[document.SHA256]
		draft.tell(i + 1)
	}
	return undo, nil
}

func (e *Engine) stage(ctx context.Context, file File) (name, sum string, size int64, err error) {
	content, err := file.Open(ctx)
	if err != nil {
		return "", "", 0, err
	}
	defer content.Close()
	name, sum, size, err = e.Outbox.Put(ctx, contextReader{ctx, content})
	if err != nil {
		return "", "", 0, fmt.Errorf("stage a document: %w", err)
	}
	return name, sum, size, nil
}

// documentsOf are a letter's documents, the main one first. shared are those that
// go to all, which most letters have alone.
func (e *Engine) documentsOf(ctx context.Context, job post.Job, shared []post.Document, item post.Item) ([]post.Document, error) {
	documents := shared
	if len(item.DocumentUUIDs) > len(shared) {
		var err error
		if documents, err = e.Store.DocumentsOf(ctx, job.ID, item.Seq); err != nil {
			return nil, fmt.Errorf("read the documents of a letter: %w", err)
		}
	}
	return documents, uuidsFit(job, item, documents)
}

// uuidsFit holds a letter's document ids against its documents.
func uuidsFit(job post.Job, item post.Item, documents []post.Document) error {
	if len(item.DocumentUUIDs) != len(documents) || len(documents) == 0 {
		return fmt.Errorf("letter %d of job %s has %d document ids for %d documents", item.Seq, job.ID, len(item.DocumentUUIDs), len(documents))
	}
	return nil
}

// inLetters leaves out the documents of letters that are not among the items.
func inLetters(documents []post.Document, items []post.Item) []post.Document {
	there := map[int]bool{0: true}
	for _, item := range items {
		there[item.Seq] = true
	}
	var left []post.Document
	for _, document := range documents {
		if there[document.Item] {
			left = append(left, document)
		}
	}
	return left
}

// DocumentsOf gives the documents of one letter of a job, the main one first; seq
// 0 asks for those that go to all.
func (e *Engine) DocumentsOf(ctx context.Context, id string, seq int) ([]post.Document, error) {
	return e.Store.DocumentsOf(ctx, id, seq)
}
