package mailing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// own is the wish that everybody gets a document of their own.
type own struct {
	on     bool
	folder string
	by     document.By
	// allowed are the letters that go although they hold somebody else's birth
	// number, by whose they are and which file, each with the reason.
	allowed map[letterKey]string
	// found is who gets what, nil while that is not known.
	found *matching
	// looks are what is known of the files, by file and whose letter it is.
	looks map[lookKey]glance
}

// letterKey is one person's document.
type letterKey struct{ whose, path string }

// lookKey is a file as it is looked at for somebody with that birth number.
type lookKey struct{ path, number string }

// glance is what was found in a file, and which file that was.
type glance struct {
	size  int64
	at    time.Time
	facts document.Facts
	// fault is why it cannot be sent at all.
	fault   error
	foreign []document.Foreign
	// unread is true where the text could not be read, so that nobody knows.
	unread bool
	// report is the judgement for print, nil where none was asked for.
	report *document.Report
}

// rowState is what comes of a person's document.
type rowState string

const (
	rowGood      rowState = "good"
	rowMissing   rowState = "missing"
	rowAmbiguous rowState = "ambiguous"
	rowHeld      rowState = "held"
	rowBad       rowState = "bad"
	// rowExtra is a file that belongs to nobody.
	rowExtra rowState = "extra"
)

// rowStates in the order they are told.
var rowStates = []rowState{rowGood, rowHeld, rowMissing, rowAmbiguous, rowBad, rowExtra}

// ownRow is a person with the document that was found, or a file to spare.
type ownRow struct {
	// to is the person's place among the people, -1 for a file to spare.
	to    int
	state rowState
	// name is the file's, as it lies in the folder, path where it lies.
	name, path string
	file       job.File
	// files are those that fit where there is more than one.
	files []string
	look  glance
}

// matching is who gets what.
type matching struct {
	people flow.People
	rows   []ownRow
	// shared is how many files the list gives to several people.
	shared int
}

// count gives the number of rows in a state.
func (m *matching) count(state rowState) int {
	n := 0
	for _, row := range m.rows {
		if row.state == state {
			n++
		}
	}
	return n
}

// shifted reports whether so many letters hold somebody else's number that the
// whole list is most likely out of step with the files.
func (m *matching) shifted() bool {
	held := m.count(rowHeld)
	return held > 2 && 2*held > held+m.count(rowGood)
}

// whose tells people apart, also when the list is read again.
func whose(to job.Addressee) string {
	if to.Row > 0 {
		return "row:" + strconv.Itoa(to.Row)
	}
	return "id:" + to.CustomerID + ":" + to.Name
}

// folderOf is the folder that was given, or that of a file in it.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// match finds everybody's document.
func match(ctx context.Context, ports Ports, m model, people flow.People, tell func(done, total int)) (*matching, error) {
	given, err := ports.Stories.OwnDocuments(ctx, people, m.own.folder, flow.DocumentRule{By: m.own.by}, tell)
	if err != nil {
		return nil, err
	}
	return newMatching(people, given, m.own.folder), nil
}

// newMatching makes the rows of what was found: those to whom a letter would go, in
// the order of the list, then the files to spare.
func newMatching(people flow.People, given flow.OwnDocuments, folder string) *matching {
	m := &matching{people: people, shared: len(given.Shared)}
	several, refused := map[int][]string{}, map[int]flow.RefusedFile{}
	for _, group := range given.Ambiguous {
		for _, who := range group.People {
			several[who.Place] = group.Files
		}
	}
	var spare []ownRow
	for _, each := range given.Refused {
		for _, who := range each.People {
			refused[who.Place] = each
		}
		if len(each.People) == 0 {
			spare = append(spare, ownRow{to: -1, state: rowExtra, name: each.File, look: glance{fault: each.Fault}})
		}
	}
	for i, to := range people.To {
		if to.LeftOut != post.ReasonNone {
			continue
		}
		row := ownRow{to: i, state: rowMissing}
		file, found := given.Files[i]
		switch bad, is := refused[i]; {
		case found:
			row.state, row.path, row.name, row.file = rowGood, file.Key, file.Name, file
		case is:
			row.state, row.name, row.look.fault = rowBad, bad.File, bad.Fault
		case len(several[i]) > 0:
			row.state, row.files = rowAmbiguous, several[i]
		}
		m.rows = append(m.rows, row)
	}
	for _, name := range given.Extra {
		spare = append(spare, ownRow{to: -1, state: rowExtra, name: name, path: filepath.Join(folder, filepath.FromSlash(name))})
	}
	m.rows = append(m.rows, spare...)
	return m
}

// key is what a document is known to be somebody's by.
func key(people flow.People, at int) (k flow.DocumentKey) {
	if at < len(people.Keys) {
		k = people.Keys[at]
	}
	return k
}

// namesFiles reports whether the list names files.
func namesFiles(people flow.People) bool {
	for _, key := range people.Keys {
		if key.File != "" {
			return true
		}
	}
	return false
}

// lookOver looks into everybody's document: whether it can be sent, whether it is
// about somebody else, and whether it can be printed where it may be. Files that
// have not changed since they were looked at are not read again.
func (m *matching) lookOver(ctx context.Context, ports Ports, o own, paper bool, tell func(done, total int)) (map[lookKey]glance, error) {
	looks := map[lookKey]glance{}
	for i := range m.rows {
		row := &m.rows[i]
		if tell(i, len(m.rows)); row.path == "" || row.to < 0 {
			continue
		}
		at := lookKey{row.path, key(m.people, row.to).BirthNumber}
		seen, there := looks[at]
		if !there {
			var err error
			if seen, err = lookAt(ctx, ports, at, o.looks[at], paper); err != nil {
				return nil, err
			}
			looks[at] = seen
		}
		row.look = seen
		m.judge(row, o, paper)
	}
	tell(len(m.rows), len(m.rows))
	return looks, nil
}

// judge says what comes of a document that was looked at.
func (m *matching) judge(row *ownRow, o own, paper bool) {
	_, allowed := o.allowed[letterKey{whose(m.people.To[row.to]), row.path}]
	switch {
	case row.look.fault != nil, paper && row.look.report != nil && !row.look.report.PrintOK:
		row.state = rowBad
	case len(row.look.foreign) > 0 && !allowed:
		row.state = rowHeld
	default:
		row.state = rowGood
	}
}

// lookAt reads one file, unless before is about the same content.
func lookAt(ctx context.Context, ports Ports, key lookKey, before glance, paper bool) (glance, error) {
	if err := ctx.Err(); err != nil {
		return before, err
	}
	info, err := os.Stat(key.path)
	if err == nil && before.size == info.Size() && before.at.Equal(info.ModTime()) && (before.report != nil || !paper) {
		return before, nil
	}
	var seen glance
	if seen.facts, err = document.Read(ctx, key.path); err == nil && ports.Shield != nil {
		if seen.foreign, err = ports.Shield(ctx, key.path, key.number); errors.Is(err, document.ErrTextUnread) {
			seen.unread, err = true, nil
		}
	}
	if err == nil && paper && ports.CheckPrint != nil {
		var report document.Report
		report, err = ports.CheckPrint(ctx, key.path)
		seen.report = &report
	}
	if info != nil {
		seen.size, seen.at = info.Size(), info.ModTime()
	}
	switch {
	case ctx.Err() != nil:
		return seen, ctx.Err()
	case err != nil && post.FaultOf(err) == nil:
		return seen, err // not the file's fault
	case err != nil:
		seen.fault, seen.at = err, time.Time{} // it is looked at again
	}
	return seen, nil
}

// addressed gives the people with their documents. Those whose document cannot go
// wait: they are left out of this mailing.
func (m *matching) addressed() flow.People {
	people := m.people
	people.To, people.LeftOut = slices.Clone(people.To), maps.Clone(people.LeftOut)
	for _, row := range m.rows {
		switch {
		case row.to < 0:
		case row.state == rowGood:
			people.To[row.to].Files = []job.File{row.file}
		default:
			leaveOut(&people, row.to, post.ReasonBadFile)
		}
	}
	return people
}

// leaveOut takes somebody out of the people before they are planned for.
func leaveOut(people *flow.People, at int, reason post.Reason) {
	known := post.Identified
	if at < len(people.Known) {
		known = people.Known[at]
	}
	switch known {
	case post.HasDigipost:
		people.WithDigipost--
	case post.NeverChecked, post.Missing:
		people.NotChecked--
	default:
		people.Others--
	}
	if people.LeftOut == nil {
		people.LeftOut = map[post.Reason]int{}
	}
	people.LeftOut[reason]++
	people.To[at].LeftOut = reason
}

// fileOf is a document as the engine takes it.
func fileOf(path string, facts document.Facts) job.File {
	return job.File{Name: facts.Name, FileType: facts.FileType, Pages: facts.Pages, Key: path,
		Open: func(context.Context) (io.ReadCloser, error) {
			data, err := document.Load(path)
			if err != nil {
				return nil, err
			}
			return io.NopCloser(bytes.NewReader(data)), nil
		}}
}

// reasonsToAllow are why a letter may go although it holds somebody else's number.
var reasonsToAllow = []string{"own", "ward", "meant"}

// overruled is how many letters of the mailing go although they hold somebody
// else's number, by reason.
func (m *matching) overruled(o own) map[string]int {
	reasons := map[string]int{}
	for _, row := range m.rows {
		if row.state != rowGood || len(row.look.foreign) == 0 {
			continue
		}
		if reason, allowed := o.allowed[letterKey{whose(m.people.To[row.to]), row.path}]; allowed {
			reasons[reason]++
		}
	}
	return reasons
}
