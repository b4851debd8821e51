package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // Windows has no time zones of its own that Go reads

	"brevdue/app/post"
)

// belgium is the clock on the wall where the e-Box is.
var belgium = func() *time.Location {
	if zone, err := time.LoadLocation("Europe/Brussels"); err == nil {
		return zone
	}
	return time.FixedZone("CET", 3600)
}()

// Selection is what to save, and where.
type Selection struct {
	// Messages are those wanted; All takes all that are visible and have not expired
	// instead, so that what is there already is passed over.
	Messages []Key
	All      bool
	// Document is the key of one document of one message; empty takes all.
	Document string
	// Annexes leaves the main documents out: then nothing is marked read.
	Annexes bool
	// Folder is the user's own. It is there, or will be made in one that is. Each
	// message gets a folder in it.
	Folder string
	// Language is that of the folders' names.
	Language string
}

// Item is a document to save.
type Item struct {
	Key
	Subject, Sender post.Translated
	Received        time.Time
	Attachment      post.EBoxAttachment
	// Body says that it is the text of the message and not a document.
	Body bool
	// Path is where it goes or lies.
	Path string
	// Have says that it is there already: it is not fetched again.
	Have bool
	// MarksRead says that fetching it marks an unread message read, for the whole
	// enterprise.
	MarksRead bool

	partial string // its temporary name
	known   post.EBoxDownload
}

// Plan is what saving would do. Nothing was fetched for it that marks anything
// read.
type Plan struct {
	Folder string
	Items  []Item
	// Failed are messages whose documents could not be asked for.
	Failed []Result
	// Messages have something to fetch, Documents are to be fetched, Have are there
	// already. Bytes is what the senders announced of those to fetch.
	Messages, Documents, Have int
	Bytes                     int64
	// MarksRead is how many unread messages are read afterwards for the whole
	// enterprise, Registered how many registered ones are among them.
	MarksRead, Registered int

	owner string // of the temporary names
}

// Plan looks at what saving a selection would do, without fetching a document.
// Documents not known yet are asked for, which marks nothing read.
func (s *Service) Plan(ctx context.Context, selection Selection) (*Plan, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(selection.Folder)
	if err != nil {
		return nil, fmt.Errorf("find the folder: %w", err)
	}
	if selection.Folder == "" || !isFolder(folder) && (exists(folder) || !isFolder(filepath.Dir(folder))) {
		return nil, post.NewFault(post.CodeFolderMissing, nil, "folder", folder)
	}
	entries, err := s.selected(ctx, selection)
	if err != nil {
		return nil, err
	}
	owner, err := s.ports.Store.FolderID(ctx)
	if err != nil {
		return nil, fmt.Errorf("plan what to save: %w", err)
	}
	p := planner{service: s, selection: selection, plan: &Plan{Folder: folder, owner: owner}, taken: taken{}}
	if err := p.takeKnown(ctx); err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.add(ctx, entry); err != nil {
			return nil, err
		}
	}
	return p.plan, nil
}

// selected gives the entries that are meant, the newest first.
func (s *Service) selected(ctx context.Context, selection Selection) ([]post.EBoxEntry, error) {
	if selection.All {
		page, err := s.List(ctx, Query{})
		return page.Entries, err
	}
	entries := make([]post.EBoxEntry, 0, len(selection.Messages))
	seen := map[Key]bool{}
	for _, key := range selection.Messages {
		if seen[key] {
			continue
		}
		seen[key] = true
		entry, err := s.Entry(ctx, key)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// planner makes a plan message by message.
type planner struct {
	service   *Service
	selection Selection
	plan      *Plan
	taken     taken
	// failing are providers that do not answer: they are not asked for each message.
	failing map[string]error
}

// takeKnown keeps the paths of all earlier downloads out of the way.
func (p *planner) takeKnown(ctx context.Context) error {
	all, err := p.service.entries(ctx)
	if err != nil {
		return err
	}
	for _, entry := range all {
		for _, download := range entry.Downloads {
			p.taken[foldPath(download.Path)] = true
			p.taken[foldPath(filepath.Dir(download.Path))] = true
		}
	}
	return nil
}

// add puts a message's documents into the plan.
func (p *planner) add(ctx context.Context, entry post.EBoxEntry) error {
	if len(entry.Attachments) == 0 && !entry.BodyIsMain {
		opened, err := p.open(ctx, entry)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.plan.Failed = append(p.plan.Failed, Result{Item: itemOf(entry), State: ItemFailed, Err: err})
			return nil
		}
		entry = opened
	}
	documents := entry.Attachments
	if entry.BodyIsMain {
		documents = append([]post.EBoxAttachment{{ID: post.EBoxBody, FileName: bodyName, Main: true}}, documents...)
	}
	folder, fetches, marks := "", false, false
	for _, document := range documents {
		if (p.selection.Document != "" && document.Key() != p.selection.Document) || (p.selection.Annexes && document.Main) {
			continue
		}
		item := itemOf(entry)
		item.Attachment, item.Body = document, entry.BodyIsMain && document.ID == post.EBoxBody
		item.MarksRead = document.Main && !entry.Read
		p.place(&item, entry, &folder)
		p.plan.Items = append(p.plan.Items, item)
		if item.Have {
			p.plan.Have++
			continue
		}
		p.plan.Documents++
		p.plan.Bytes += max(document.Size, 0)
		fetches, marks = true, marks || item.MarksRead
	}
	if fetches {
		p.plan.Messages++
	}
	if marks {
		p.plan.MarksRead++
		if entry.Registered {
			p.plan.Registered++
		}
	}
	return nil
}

// open asks for a message's documents.
func (p *planner) open(ctx context.Context, entry post.EBoxEntry) (post.EBoxEntry, error) {
	if err := p.failing[entry.Provider]; err != nil {
		return entry, err
	}
	opened, err := p.service.Open(ctx, KeyOf(entry))
	if err != nil && giveUp(post.CodeOf(err)) {
		if p.failing == nil {
			p.failing = map[string]error{}
		}
		p.failing[entry.Provider] = err
	}
	return opened, err
}

func itemOf(entry post.EBoxEntry) Item {
	return Item{Key: KeyOf(entry), Subject: entry.Subject, Sender: entry.Sender, Received: entry.Received}
}

// place finds where a document lies, lay or is to go. One that was saved
// elsewhere, and is still there unchanged, stays there.
func (p *planner) place(item *Item, entry post.EBoxEntry, folder *string) {
	for _, known := range entry.Downloads {
		if known.Attachment != item.Attachment.Key() {
			continue
		}
		state := onDisk(known, p.plan.owner)
		if state == diskWhole || (state == diskPartial && inside(known.Path, p.plan.Folder)) {
			item.Path, item.known, item.Have = known.Path, known, state == diskWhole && !known.At.IsZero()
			item.partial = partialName(known.Path, p.plan.owner)
			if *folder == "" && inside(known.Path, p.plan.Folder) {
				*folder = filepath.Dir(known.Path)
			}
			return
		}
		// Meant to be saved here and begun or not: the same place again.
		if known.At.IsZero() && inside(known.Path, p.plan.Folder) && !exists(known.Path) {
			item.Path, item.known, item.partial = known.Path, known, partialName(known.Path, p.plan.owner)
			if *folder == "" {
				*folder = filepath.Dir(known.Path)
			}
			return
		}
	}
	if *folder == "" {
		*folder = p.folder(entry)
	}
	item.Path = p.taken.free(filepath.Join(*folder, fileName(item.Attachment, p.selection.Language)), false, exists)
	item.partial = partialName(item.Path, p.plan.owner)
}

// folder is the message's own below the user's: the one its other documents lie
// in, or a new one.
func (p *planner) folder(entry post.EBoxEntry) string {
	for _, known := range entry.Downloads {
		if own := filepath.Dir(known.Path); filepath.Dir(own) == p.plan.Folder {
			return own
		}
	}
	return p.taken.free(filepath.Join(p.plan.Folder, folderName(entry.EBoxMessage, p.selection.Language)), true, exists)
}

// inside reports whether a path lies in a folder of a folder.
func inside(path, folder string) bool { return filepath.Dir(filepath.Dir(path)) == folder }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// giveUp reports whether a fault will be the same for the provider's next
// document, so that it is left alone for the rest.
func giveUp(code post.Code) bool {
	switch code {
	case post.CodeEBoxUnreachable, post.CodeEBoxTimeout, post.CodeEBoxUnverified, post.CodeEBoxRefused, post.CodeTooMany, post.CodeScopeMissing:
		return true
	}
	return own(code) && code != post.CodeInternal
}
