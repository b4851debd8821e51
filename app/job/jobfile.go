package job

import (
	"context"
	"fmt"
	"io"

	"brevdue/app/post"
)

// WriteJobFile writes the file that a draft of the batch interface would be sent
// as. Nothing is stored and nothing leaves the machine; ids that are in the file
// are not used for anything else. A document that changed since Prepare is a
// fault file_changed.
func (e *Engine) WriteJobFile(ctx context.Context, draft *Draft, file io.Writer) error {
	if draft.Job.Via != post.ViaBatch {
		return fmt.Errorf("a job that goes by %s has no file", draft.Job.Via)
	}
	var items []post.Item
	for _, item := range draft.Items {
		if item.Status == post.ItemReady {
			items = append(items, item)
		}
	}
	if draft.Job.Kind == post.KindSplit {
		return e.Batch.WriteSplit(ctx, file, draft.Job, items)
	}
	job := draft.Job
	job.Options = timely(job.Options, e.Clock.Now())
	type place struct{ item, index int }
	files := map[place]File{}
	for i, document := range draft.Documents {
		files[place{document.Item, document.Index}] = draft.files[i]
	}
	return e.Batch.WriteMailing(ctx, file, job, inLetters(draft.Documents, items), items, func(ctx context.Context, document post.Document) (io.ReadCloser, error) {
		return files[place{document.Item, document.Index}].Open(ctx)
	})
}
