package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"brevdue/app/post"
)

// ItemState is what came of a document.
type ItemState string

// The ends of a document. NotTried is left for another time: the person stopped,
// or its provider did not answer for the ones before.
const (
	ItemSaved    ItemState = "saved"
	ItemThere    ItemState = "there"
	ItemFailed   ItemState = "failed"
	ItemNotTried ItemState = "not_tried"
)

// Result is what came of one document. Err is why it failed or was not tried.
type Result struct {
	Item  Item
	State ItemState
	Err   error
}

// Progress is how far saving is.
type Progress struct {
	// Done and Total count documents to fetch, Bytes and TotalBytes what has come of
	// what was announced.
	Done, Total       int
	Bytes, TotalBytes int64
	// Item is the one at work.
	Item Item
}

// Run saves what a plan holds, one document after the other, each whole or not at
// all. What fails does not stop the rest: there is a result for every document.
// Stopped or killed, a new plan for the same selection goes on where this one
// ended, and nothing that came whole is fetched again. The error is one that
// concerns all: the context's end or a full disk; the results tell what was saved
// until then. progress may be nil.
func (s *Service) Run(ctx context.Context, plan *Plan, progress func(Progress)) ([]Result, error) {
	s.saving.Lock()
	defer s.saving.Unlock()
	release, err := s.ports.Hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	defer s.changed()
	if err := makeFolder(plan.Folder); err != nil && plan.Documents > 0 {
		return nil, err
	}
	r := runner{service: s, plan: plan, tell: progress, failing: map[string]error{}}
	if progress == nil {
		r.tell = func(Progress) {}
	}
	r.at.Total, r.at.TotalBytes = plan.Documents, plan.Bytes
	results := append([]Result(nil), plan.Failed...)
	var stopped error
	for _, item := range plan.Items {
		if stopped == nil {
			stopped = ctx.Err()
		}
		if stopped != nil && !item.Have {
			results = append(results, Result{item, ItemNotTried, stopped})
			continue
		}
		result := r.one(ctx, item)
		if result.Err != nil && (endsAll(result.Err) || !isFolder(plan.Folder)) {
			stopped = result.Err
		}
		results = append(results, result)
	}
	return results, errors.Join(stopped, r.audit(context.WithoutCancel(ctx), results))
}

type runner struct {
	service *Service
	plan    *Plan
	tell    func(Progress)
	at      Progress
	failing map[string]error
}

// one saves one document.
func (r *runner) one(ctx context.Context, item Item) Result {
	if item.Have {
		return Result{item, ItemThere, nil}
	}
	if known, there := r.service.saved(ctx, item); there {
		item.Path, item.Have, item.known = known.Path, true, known
		return Result{item, ItemThere, nil}
	}
	r.at.Item = item
	r.tell(r.at)
	before := r.at.Bytes
	if err := r.failing[item.Provider]; err != nil {
		return Result{item, ItemNotTried, err}
	}
	err := r.service.save(ctx, &item, func(bytes int64) {
		r.at.Bytes = before + bytes
		r.tell(r.at)
	})
	r.at.Done++
	r.at.Bytes = before + max(item.Attachment.Size, 0)
	r.tell(r.at)
	switch {
	case err == nil:
		return Result{item, ItemSaved, nil}
	case ctx.Err() != nil:
		return Result{item, ItemNotTried, ctx.Err()}
	case giveUp(post.CodeOf(err)):
		r.failing[item.Provider] = err
	}
	return Result{item, ItemFailed, err}
}

// saved gives the document of an item where it was saved since the plan was made,
// by another process for one.
func (s *Service) saved(ctx context.Context, item Item) (post.EBoxDownload, bool) {
	entry, found, err := s.ports.Store.EBoxEntry(ctx, item.Provider, item.Message)
	if err != nil || !found {
		return post.EBoxDownload{}, false
	}
	for _, known := range entry.Downloads {
		if known.Attachment == item.Attachment.Key() && !known.At.IsZero() && holds(known.Path, known) {
			return known, true
		}
	}
	return post.EBoxDownload{}, false
}

// endsAll reports whether nothing more can be saved after an error.
func endsAll(err error) bool {
	code := post.CodeOf(err)
	return code == post.CodeDiskFull || errors.Is(err, context.Canceled)
}

// audit keeps how much was saved, and nothing of what.
func (r *runner) audit(ctx context.Context, results []Result) error {
	counts := map[ItemState]int{}
	read := map[Key]bool{}
	for _, result := range results {
		counts[result.State]++
		if result.State == ItemSaved && result.Item.MarksRead {
			read[result.Item.Key] = true
		}
	}
	fields := map[string]string{"marked_read": strconv.Itoa(len(read))}
	for state, n := range counts {
		fields[string(state)] = strconv.Itoa(n)
	}
	err := r.service.ports.Store.AddAudit(ctx, post.Audit{At: r.service.ports.Now(), Action: "ebox_saved", Fields: fields})
	if err != nil {
		return fmt.Errorf("write the audit line ebox_saved: %w", err)
	}
	return nil
}

// mostWait is how long a provider that asks for patience gets it while somebody
// looks on.
const mostWait = 2 * time.Minute

// save fetches one document and puts it in its place. In the store stands what is
// meant before anything comes, and the hash of what came before it gets its name:
// so that whatever a crash leaves is known.
func (s *Service) save(ctx context.Context, item *Item, progress func(int64)) error {
	download := post.EBoxDownload{Provider: item.Provider, Message: item.Message, Attachment: item.Attachment.Key(), Path: item.Path}
	if known := item.known; known.SHA256 != "" && holds(item.partial, known) {
		download.SHA256, download.Size = known.SHA256, known.Size
		return s.finish(ctx, item, download)
	} else if known.SHA256 != "" && holds(item.Path, known) {
		download = known
		return s.record(ctx, download)
	}
	if err := s.ports.Store.SaveEBoxDownload(ctx, download); err != nil {
		return fmt.Errorf("note what is to be saved: %w", err)
	}
	if err := makeFolder(filepath.Dir(item.Path)); err != nil {
		return err
	}
	err := s.fetch(ctx, *item, &download, progress)
	if wait, asked := askedToWait(err); err != nil && asked && wait <= mostWait {
		if err = s.ports.Sleep(ctx, wait); err == nil {
			err = s.fetch(ctx, *item, &download, progress)
		}
	}
	if err != nil {
		return err
	}
	return s.finish(ctx, item, download)
}

// finish gives a whole document its name and notes it. Where somebody else has
// taken the name meanwhile it gets the next one.
func (s *Service) finish(ctx context.Context, item *Item, download post.EBoxDownload) error {
	if err := s.ports.Store.SaveEBoxDownload(ctx, download); err != nil {
		return fmt.Errorf("note what came: %w", err)
	}
	err := moveInto(item.partial, download.Path)
	for errors.Is(err, fs.ErrExist) && ctx.Err() == nil {
		before := download
		download.Path = taken{}.free(before.Path, false, exists)
		item.Path = download.Path
		if err := s.ports.Store.SaveEBoxDownload(ctx, download); err != nil {
			return fmt.Errorf("note another name: %w", err)
		}
		if err := s.ports.Store.DropEBoxDownload(ctx, before); err != nil {
			return fmt.Errorf("note another name: %w", err)
		}
		err = moveInto(item.partial, download.Path)
	}
	if err != nil {
		return diskFault(item.Path, err)
	}
	return s.record(context.WithoutCancel(ctx), download)
}

// record notes that a document is in its place.
func (s *Service) record(ctx context.Context, download post.EBoxDownload) error {
	download.At = s.ports.Now()
	if err := s.ports.Store.SaveEBoxDownload(ctx, download); err != nil {
		return fmt.Errorf("note what was saved: %w", err)
	}
	return nil
}

// makeFolder makes a folder, but not the one it is in: that may lie on a disk that
// was taken out, and what is made then would be on another.
func makeFolder(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !isFolder(path) {
		return diskFault(path, err)
	}
	return nil
}

// diskFault says what is wrong with a place on the disk.
func diskFault(path string, err error) error {
	switch {
	case slices.ContainsFunc(noSpace, func(full error) bool { return errors.Is(err, full) }):
		return post.NewFault(post.CodeDiskFull, err, "folder", filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission):
		return post.NewFault(post.CodeNoAccess, err, "folder", filepath.Dir(path))
	case errors.Is(err, fs.ErrExist):
		return post.NewFault(post.CodeFileExists, err, "file", filepath.Base(path))
	case errors.Is(err, fs.ErrNotExist) && !isFolder(filepath.Dir(path)):
		return post.NewFault(post.CodeFolderMissing, err, "folder", filepath.Dir(path))
	}
	return fmt.Errorf("save a document: %w", err)
}
