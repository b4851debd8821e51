package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/post"
)

// The ways of -match: by a column of the list, or by the files' names.
const (
	matchColumn = "column:"
	matchFile   = "file"
)

// checkDocuments refuses what a mailing with a document for each person cannot
// have. What comes later is said in so many words.
func (s *session) checkDocuments() error {
	f := &s.flags
	switch {
	case s.has("cut"):
		return usage("later", "flag", "cut")
	case s.has("template"):
		return usage("later", "flag", "template")
	case f.match == "text":
		return usage("match_text_later", "flag", "match")
	case f.document == "" && f.documents == "":
		return usage("flag_missing", "flag", "document")
	case f.document != "" && f.documents != "":
		return usage("one_of", "flag", "document", "other", "documents")
	case s.has("match") && f.documents == "":
		return usage("needs_flag", "flag", "match", "other", "documents")
	case f.documents == "":
		return nil
	case f.match == "":
		return usage("needs_flag", "flag", "documents", "other", "match")
	}
	column, byColumn := strings.CutPrefix(f.match, matchColumn)
	switch {
	case byColumn && strings.TrimSpace(column) == "", !byColumn && f.match != matchFile:
		return usage("bad_match", "flag", "match")
	case byColumn && f.listFile == "":
		return usage("needs_flag", "flag", "match", "other", "list")
	}
	return nil
}

// documentColumn is the heading of the list's column with the files, or "".
func (f *flags) documentColumn() string {
	column, _ := strings.CutPrefix(f.match, matchColumn)
	if column == f.match {
		return ""
	}
	return strings.TrimSpace(column)
}

// ownJSON says which files of a folder found their people.
type ownJSON struct {
	Folder  string `json:"folder"`
	Matched int    `json:"matched"`
	// Missing have no file, or none that is theirs alone; they get no letter.
	Missing []ownerJSON `json:"missing"`
	// Extra are files that nobody gets.
	Extra     []string      `json:"extra"`
	Ambiguous []fittingJSON `json:"ambiguous"`
	// Shared are files that the list gives to several people.
	Shared  []fittingJSON `json:"shared"`
	Refused []refusedJSON `json:"refused"`
}

type ownerJSON struct {
	Row        int    `json:"row"`
	CustomerID string `json:"customer_id"`
	Name       string `json:"name"`
}

type fittingJSON struct {
	Recipients []ownerJSON `json:"recipients"`
	Files      []string    `json:"files"`
}

type refusedJSON struct {
	File       string      `json:"file"`
	Code       string      `json:"code"`
	Text       string      `json:"text"`
	Recipients []ownerJSON `json:"recipients"`
}

// ownDocuments gives the people of a mailing the documents of the folder, and
// tells who has none and which files nobody gets.
func (s *session) ownDocuments(ctx context.Context, p *Program, people flow.People) (flow.People, error) {
	rule := flow.DocumentRule{By: document.ByFileName}
	if s.flags.documentColumn() != "" {
		rule.By = document.ByColumn
	}
	own, err := p.Stories.OwnDocuments(ctx, people, s.flags.documents, rule, func(done, total int) {
		s.progress(s.get("progress.documents", "done", s.number(done), "total", s.number(total)))
	})
	s.progressEnd()
	if err == nil {
		err = s.shieldOwn(ctx, people, &own)
	}
	if err != nil {
		return people, err
	}
	s.own = s.ownResult(people, own)
	s.tellOwn(own)
	return own.Give(people), nil
}

// shieldOwn takes documents away that hold somebody else's birth number: they may
// be about to go to the wrong person. A file that the list gives to several may
// hold the numbers of all of them. With -foreign-number-ok a person has looked, and
// nothing is read. A PDF whose text cannot be read is counted and goes.
func (s *session) shieldOwn(ctx context.Context, people flow.People, own *flow.OwnDocuments) error {
	if s.flags.foreignOK {
		return nil
	}
	owners := map[string][]int{}
	for _, place := range slices.Sorted(maps.Keys(own.Files)) {
		owners[own.Files[place].Key] = append(owners[own.Files[place].Key], place)
	}
	unread := 0
	for i, path := range slices.Sorted(maps.Keys(owners)) {
		s.progress(s.get("progress.shield", "done", s.number(i), "total", s.number(len(owners))))
		found, err := s.foreignTo(ctx, people, owners[path], path)
		switch {
		case errors.Is(err, document.ErrTextUnread):
			unread++
		case err != nil:
			s.progressEnd()
			return err
		}
		if len(found) == 0 {
			continue
		}
		refused := flow.RefusedFile{File: filepath.Base(path), Fault: post.NewFault(post.CodeForeignNumber, nil, "file", filepath.Base(path),
			"page", strconv.Itoa(found[0].Page), "number", found[0].Masked)}
		for _, place := range owners[path] {
			delete(own.Files, place)
			refused.People = append(refused.People, flow.Whose{Place: place, Row: people.To[place].Row, Name: people.To[place].Name})
		}
		own.Refused = append(own.Refused, refused)
	}
	s.progressEnd()
	if unread > 0 {
		s.tell(s.count("documents.unread", unread))
	}
	return nil
}

// foreignTo gives what is in a file for none of those who are to get it.
func (s *session) foreignTo(ctx context.Context, people flow.People, owners []int, path string) (left []document.Foreign, err error) {
	for i, place := range owners {
		number := ""
		if place < len(people.Keys) {
			number = people.Keys[place].BirthNumber
		}
		found, err := s.app.Shield(ctx, path, number)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			left = found
		}
		left = slices.DeleteFunc(left, func(each document.Foreign) bool { return !slices.Contains(found, each) })
	}
	return left, nil
}

func (s *session) ownResult(people flow.People, own flow.OwnDocuments) *ownJSON {
	owners := func(list []flow.Whose) []ownerJSON {
		out := []ownerJSON{}
		for _, who := range list {
			out = append(out, ownerJSON{who.Row, people.To[who.Place].CustomerID, who.Name})
		}
		return out
	}
	fitting := func(list []flow.Fitting) []fittingJSON {
		out := []fittingJSON{}
		for _, each := range list {
			out = append(out, fittingJSON{owners(each.People), each.Files})
		}
		return out
	}
	result := &ownJSON{Folder: absolute(s.flags.documents), Matched: len(own.Files), Missing: owners(own.Missing), Extra: append([]string{}, own.Extra...),
		Ambiguous: fitting(own.Ambiguous), Shared: fitting(own.Shared), Refused: []refusedJSON{}}
	for _, each := range own.Refused {
		fault := faultOf(each.Fault)
		text, _ := s.words(fault)
		result.Refused = append(result.Refused, refusedJSON{each.File, string(fault.Code), text, owners(each.People)})
	}
	return result
}

// mostNamed is how many people or files are named in a list of what is wrong.
const mostNamed = 20

// tellOwn says on standard error what is to be looked at before a yes.
func (s *session) tellOwn(own flow.OwnDocuments) {
	s.tell(s.count("documents.matched", len(own.Files)))
	list := func(key string, lines []string) {
		if len(lines) == 0 {
			return
		}
		s.tell(s.count("documents."+key, len(lines)))
		for _, line := range lines[:min(len(lines), mostNamed)] {
			s.tell("  " + line)
		}
		if more := len(lines) - mostNamed; more > 0 {
			s.tell("  " + s.count("documents.more", more))
		}
	}
	var missing, ambiguous, shared, refused []string
	for _, who := range own.Missing {
		missing = append(missing, s.owner(who))
	}
	fitting := func(each flow.Fitting) string {
		var names []string
		for _, who := range each.People {
			names = append(names, s.owner(who))
		}
		return strings.Join(names[:min(len(names), mostNamed)], ", ") + ": " + strings.Join(each.Files[:min(len(each.Files), mostNamed)], ", ")
	}
	for _, each := range own.Ambiguous {
		ambiguous = append(ambiguous, fitting(each))
	}
	for _, each := range own.Shared {
		shared = append(shared, fitting(each))
	}
	for _, each := range own.Refused {
		text, _ := s.words(faultOf(each.Fault))
		refused = append(refused, each.File+": "+text)
	}
	list("missing", missing)
	list("ambiguous", ambiguous)
	list("refused", refused)
	list("shared", shared)
	list("extra", own.Extra)
}

// owner is somebody in a line of text.
func (s *session) owner(who flow.Whose) string {
	if who.Row == 0 {
		return who.Name
	}
	return fmt.Sprintf("%s %d %s", s.get("label.row_number"), who.Row, who.Name)
}

// documentNames are the names of people's own documents by Seq, for the result.
func documentNames(documents []post.Document) map[int]string {
	names := map[int]string{}
	for _, each := range documents {
		if each.Item != 0 && each.Index == 0 {
			names[each.Item] = each.Name
		}
	}
	return names
}

// largestIn is the size of the largest file below a folder, 0 where it cannot be
// read: what is wrong with it is told when the files are matched.
func largestIn(dir string) (largest int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			largest = max(largest, info.Size())
		}
		return nil
	})
	return largest
}

// knownMapping puts the column of the documents into a mapping: unlike others it
// may fill another field as well, for a file may be named by customer id.
func (f *flags) knownMapping(mapping post.Mapping) post.Mapping {
	if column := f.documentColumn(); column != "" && f.documents != "" {
		mapping[post.FieldDocument] = column
	}
	return mapping
}

// trialSafe are the kinds of recipients that may be remembered as they stand:
// none of them is a personal number.
var trialSafe = []string{"digipost:", "orgnr:", "customer:"}

func remembers(to string) bool {
	return slices.ContainsFunc(trialSafe, func(kind string) bool { return strings.HasPrefix(to, kind) })
}
