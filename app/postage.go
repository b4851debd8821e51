package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/assets/fonts"
)

// writePostage writes the list of people into the workbook out and, beside it,
// one PDF of their letters: both or nothing. A PDF that is there already is left
// as it is, with a fault file_exists. Where the letter itself cannot be put into
// one PDF, the list is written alone.
func (a *App) writePostage(ctx context.Context, jobID string, people []flow.Unreached, out, sheet string, rows [][]string) (flow.Postage, error) {
	written := flow.Postage{List: out}
	if flow.Envelopes(people) > 0 {
		letters := strings.TrimSuffix(out, filepath.Ext(out)) + ".pdf"
		switch count, err := a.writeLetters(ctx, jobID, people, letters); {
		case err == nil && count == 0: // there are addresses, and no document for any of them
		case err == nil:
			written.Letters, written.Envelopes = letters, count
		case unprintable(err):
			written.Unprintable = err
		default:
			return flow.Postage{}, err
		}
	}
	if err := intake.WriteTable(ctx, out, sheet, rows); err != nil {
		if written.Letters != "" {
			_ = os.Remove(written.Letters) // written just now: not the half without the other
		}
		return flow.Postage{}, err
	}
	return written, nil
}

// unprintable reports whether it is the letter itself that cannot be put into one
// PDF, so that trying again is of no use.
func unprintable(err error) bool {
	return slices.Contains([]post.Code{post.CodePDFProtected, post.CodePDFDamaged, post.CodePDFEmpty}, post.CodeOf(err))
}

// writeLetters writes one PDF with the letter of each who has a whole address and
// a document, in the order given, whole or not at all. It gives how many there are.
func (a *App) writeLetters(ctx context.Context, jobID string, people []flow.Unreached, out string) (count int, err error) {
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return 0, post.NewFault(post.CodeFileExists, err, "file", filepath.Base(out))
	}
	paths, remove, err := a.unpackLetters(ctx, jobID, people)
	defer remove()
	if err != nil {
		return 0, err
	}
	letters := printables(people, paths)
	if len(letters) == 0 {
		return 0, nil
	}
	back, err := a.ReturnAddress(ctx)
	if err != nil {
		return 0, err
	}
	file, err := os.CreateTemp(filepath.Dir(out), ".brevdue-*.pdf") // readable by the user alone
	if err != nil {
		return 0, accessFault(err, filepath.Dir(out))
	}
	defer func() {
		if err != nil {
			_ = file.Close() // closed already on some ways here
			_ = os.Remove(file.Name())
		}
	}()
	how := document.Postage{Font: fonts.Regular}
	if back != (post.PostalAddress{}) {
		how.Return = append([]string{back.Name}, envelopeLines(back.Address)...)
	}
	if err := document.ForOwnPostage(ctx, file, letters, how); err != nil {
		return 0, spaceFault(err, filepath.Dir(out))
	}
	for _, step := range []func() error{file.Sync, file.Close, func() error { return os.Rename(file.Name(), out) }} {
		if err := step(); err != nil {
			return 0, accessFault(err, filepath.Dir(out))
		}
	}
	return len(letters), nil
}

// printables are the letters of those who have a whole address and a document;
// paths are by Seq.
func printables(people []flow.Unreached, paths map[int][]string) []document.Printable {
	var letters []document.Printable
	for _, person := range people {
		if person.To.Whole() && len(paths[person.Seq]) > 0 {
			letters = append(letters, document.Printable{Name: person.To.Name, Address: envelopeLines(person.To.Address), Paths: paths[person.Seq]})
		}
	}
	return letters
}

// envelopeLines are the lines below the name. The country is only written on what
// goes abroad.
func envelopeLines(a post.Address) []string {
	lines := []string{a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.Town)}
	if a.Abroad() {
		lines = append(lines, strings.ToUpper(a.Country))
	}
	return lines
}

// The folder a letter is unpacked into lies in the profile's own, which nobody
// else can read. One that is older than any printing takes was left by a crash.
const (
	unpackedPrefix = "unpacked-"
	unpackedStale  = time.Hour
)

// unpackLetters gives the documents of each person's letter as files, by Seq and
// the main one first, until remove is called. What goes to all is unpacked once.
func (a *App) unpackLetters(ctx context.Context, jobID string, people []flow.Unreached) (paths map[int][]string, remove func(), err error) {
	a.removeStale()
	remove = func() {}
	all, err := a.Store.Documents(ctx, jobID)
	if err != nil {
		return nil, remove, err
	}
	folder, err := os.MkdirTemp(a.Folder, unpackedPrefix)
	if err != nil {
		return nil, remove, accessFault(err, a.Folder)
	}
	remove = func() {
		if err := os.RemoveAll(folder); err != nil {
			a.Log.Warn("remove the unpacked letter", "error", err)
		}
	}
	documents, unpacked := post.GroupDocuments(all), map[string]bool{}
	paths = map[int][]string{}
	for _, person := range people {
		if !person.To.Whole() || documents.PerLetter() && len(documents.Own(person.Seq)) == 0 {
			continue // attachments alone are no letter
		}
		for _, each := range documents.Of(person.Seq) {
			// The user's own file name is what a fault tells, in a folder of its own. A
			// number in it is masked with what no file's name may hold everywhere.
			name := strings.ReplaceAll(filepath.Base(each.Name), "*", "x")
			path := filepath.Join(folder, strconv.Itoa(each.Item)+"-"+strconv.Itoa(each.Index), name)
			paths[person.Seq] = append(paths[person.Seq], path)
			if unpacked[path] {
				continue
			}
			if unpacked[path] = true; each.Staged == "" {
				return nil, remove, post.NewFault(post.CodeFileMissing, nil, "file", name)
			}
			if err := a.unpack(ctx, each.Staged, path); err != nil {
				return nil, remove, err
			}
		}
	}
	return paths, remove, nil
}

// unpack copies a document out of the outbox.
func (a *App) unpack(ctx context.Context, staged, path string) error {
	content, err := a.outbox.Open(ctx, staged)
	if err != nil {
		return err
	}
	defer content.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return accessFault(err, a.Folder)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return accessFault(err, a.Folder)
	}
	if _, err := io.Copy(file, content); err != nil {
		_ = file.Close()
		return spaceFault(fmt.Errorf("unpack a document: %w", err), a.Folder)
	}
	if err := file.Close(); err != nil {
		return accessFault(err, a.Folder)
	}
	return nil
}

// removeStale removes what a crash left of letters that were unpacked.
func (a *App) removeStale() {
	entries, err := os.ReadDir(a.Folder)
	if err != nil {
		return // what cannot be read is told by what comes after
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), unpackedPrefix) {
			continue
		}
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > unpackedStale {
			_ = os.RemoveAll(filepath.Join(a.Folder, entry.Name()))
		}
	}
}
