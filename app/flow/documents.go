package flow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/post"
)

// Matcher finds out which document is whose; *document.Reader has it.
type Matcher interface {
	Match(ctx context.Context, people []document.Person, files []string, by document.By) (document.MatchResult, error)
}

// DocumentKey is what a document is known to be somebody's by. It holds a
// personal number and stays in memory.
type DocumentKey struct {
	CustomerID, BirthNumber string
	// File is what the list says in its column for the document.
	File string
}

// keyOf is the key of a row: the list's own customer id stands on its files.
func keyOf(row post.Row, person post.Recipient) DocumentKey {
	key := DocumentKey{CustomerID: row.Recipient.CustomerID, BirthNumber: person.BirthNumber, File: row.Values[post.FieldDocument]}
	if key.CustomerID == "" {
		key.CustomerID = person.CustomerID
	}
	return key
}

// key and known are of somebody by place; what was not found out is empty.
func (p People) key(place int) (key DocumentKey) {
	if place < len(p.Keys) {
		key = p.Keys[place]
	}
	return key
}

func (p People) known(place int) (known post.SplitStatus) {
	if place < len(p.Known) {
		known = p.Known[place]
	}
	return known
}

// DocumentRule says how the files of a folder are matched to people:
// document.ByColumn takes the name from the list's field document,
// document.ByFileName looks for the customer id or the birth number in the name.
type DocumentRule struct{ By document.By }

// Whose is somebody in People.To by place, with the row of the list (0 without
// one) and the name.
type Whose struct {
	Place, Row int
	Name       string
}

// Fitting are people and files that fit each other, more than one of either.
type Fitting struct {
	People []Whose
	Files  []string
}

// RefusedFile is a file that cannot be sent, and why. People are those it would
// have gone to, none for a link that leads out of the folder.
type RefusedFile struct {
	People []Whose
	File   string
	Fault  error
}

// OwnDocuments says which file of a folder is whose letter. Of the people who can
// be sent to each is in Files, Missing, Ambiguous or Refused. Files are named by
// their place in the folder, with slashes.
type OwnDocuments struct {
	// Files are by place in People.To.
	Files map[int]job.File
	// Missing are those for whom there is no file.
	Missing []Whose
	// Extra are files that nobody gets: a row may be missing.
	Extra []string
	// Ambiguous fit in more than one way; nobody gets anything then. Shared are
	// files that the list gives to several people, who all get them.
	Ambiguous, Shared []Fitting
	Refused           []RefusedFile
}

// Give puts the documents into the people's hands: who has none is left out with
// bad_file.
func (o OwnDocuments) Give(people People) People {
	given := People{Source: people.Source, ToReview: people.ToReview, LeftOut: map[post.Reason]int{}}
	for i, to := range people.To {
		file, found := o.Files[i]
		switch {
		case to.LeftOut != post.ReasonNone:
		case found:
			to.Files = []job.File{file}
		default:
			to.LeftOut = post.ReasonBadFile
		}
		given.add(to, people.known(i), people.key(i))
	}
	return given
}

// OwnDocuments finds out which file in a folder, or the folders in it, is whose.
// Files that are not taken are told with the reason, and nothing outside of the
// folder is ever one: no name with .., no place elsewhere, no link that leads out.
// progress, which may be nil, hears how many files have been looked into. The
// faults are those of the folder itself: file_missing, no_access, file_unreadable.
func (s *Stories) OwnDocuments(ctx context.Context, people People, dir string, rule DocumentRule, progress func(done, total int)) (OwnDocuments, error) {
	if rule.By != document.ByColumn && rule.By != document.ByFileName {
		return OwnDocuments{}, fmt.Errorf("documents are not matched by %q", rule.By)
	}
	own := OwnDocuments{Files: map[int]job.File{}}
	f, err := openFolder(dir)
	if err != nil {
		return own, err
	}
	defer f.root.Close()
	files, err := f.list(ctx, &own)
	if err != nil {
		return own, err
	}
	persons := f.persons(people, rule.By, &own)
	match, err := s.matcher.Match(ctx, persons, files, rule.By)
	if err != nil {
		return own, err
	}
	own.fill(people, onlyTheirs(people, match))
	return own, f.look(ctx, people, match.ByRow, &own, progress)
}

// onlyTheirs leaves out of a match what concerns nobody who can be sent to. A file of
// somebody else is one that nobody gets.
func onlyTheirs(people People, match document.MatchResult) document.MatchResult {
	leftOut := func(place int) bool { return people.To[place].LeftOut != post.ReasonNone }
	for place, file := range match.ByRow {
		if leftOut(place) {
			match.Extra = append(match.Extra, file)
			delete(match.ByRow, place)
		}
	}
	match.Missing = slices.DeleteFunc(match.Missing, leftOut)
	match.Ambiguous = slices.DeleteFunc(match.Ambiguous, func(each document.Ambiguous) bool {
		nobodys := !slices.ContainsFunc(each.Rows, func(place int) bool { return !leftOut(place) })
		if nobodys {
			match.Extra = append(match.Extra, each.Files...)
		}
		return nobodys
	})
	slices.Sort(match.Extra)
	match.Extra = slices.Compact(match.Extra)
	return match
}

// fill takes over what did not fit one to one. Places stand for rows in a match.
func (o *OwnDocuments) fill(people People, match document.MatchResult) {
	refused := map[int]bool{}
	for _, each := range o.Refused {
		for _, who := range each.People {
			refused[who.Place] = true
		}
	}
	for _, place := range match.Missing {
		if !refused[place] {
			o.Missing = append(o.Missing, whose(people, place))
		}
	}
	o.Extra = match.Extra
	fitting := func(list []document.Ambiguous) (all []Fitting) {
		for _, each := range list {
			one := Fitting{Files: each.Files}
			for _, place := range each.Rows {
				one.People = append(one.People, whose(people, place))
			}
			all = append(all, one)
		}
		return all
	}
	o.Ambiguous, o.Shared = fitting(match.Ambiguous), fitting(match.Shared)
}

func whose(people People, place int) Whose {
	return Whose{Place: place, Row: people.To[place].Row, Name: people.To[place].Name}
}

// folder is where the documents lie; root keeps every look inside.
type folder struct {
	root *os.Root
	path string
}

func openFolder(dir string) (folder, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return folder{}, post.NewFault(post.CodeFileUnreadable, err, "file", dir)
	}
	root, err := os.OpenRoot(whole)
	name := filepath.Base(whole)
	switch {
	case err == nil:
		return folder{root, whole}, nil
	case errors.Is(err, fs.ErrNotExist):
		return folder{}, post.NewFault(post.CodeFileMissing, err, "file", name)
	case errors.Is(err, fs.ErrPermission):
		return folder{}, post.NewFault(post.CodeNoAccess, err, "file", name, "folder", name)
	}
	return folder{}, post.NewFault(post.CodeFileUnreadable, err, "file", name)
}

// list gives the files of the folder in the order of their names. What systems
// and programs put there themselves is passed over.
func (f folder) list(ctx context.Context, own *OwnDocuments) (files []string, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return post.NewFault(post.CodeFileUnreadable, err, "file", path.Base(name))
		case name == ".":
			return nil
		case notOfPeople(entry.Name()):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		}
		info, err := f.root.Stat(filepath.FromSlash(name)) // of what a link leads to, if that is inside
		switch {
		case err != nil:
			own.Refused = append(own.Refused, RefusedFile{File: name, Fault: post.NewFault(post.CodeOutsideFolder, err, "file", name)})
		case info.Mode().IsRegular():
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

func notOfPeople(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

// persons are those whose documents may lie there, as the matcher knows them; places
// stand for rows, since a group has none. Who has a name in the list that leads out
// of the folder has no file. Those who are left out count where files are told by
// their names: theirs must not be taken for somebody else's.
func (f folder) persons(people People, by document.By, own *OwnDocuments) []document.Person {
	var persons []document.Person
	ids, births := map[string]bool{}, map[string]bool{}
	for i, to := range people.To {
		if key := people.key(i); to.LeftOut == post.ReasonNone {
			ids[key.CustomerID], births[key.BirthNumber] = true, true
		}
	}
	ids[""], births[""] = false, false // nobody's
	for i, to := range people.To {
		key := people.key(i)
		if to.LeftOut != post.ReasonNone {
			// The same person further up the list is not somebody else.
			if by == document.ByFileName && !ids[key.CustomerID] && !births[key.BirthNumber] {
				persons = append(persons, document.Person{Row: i, CustomerID: key.CustomerID, BirthNumber: key.BirthNumber, Name: to.Name})
			}
			continue
		}
		cell, inside := f.inside(key.File)
		if by == document.ByColumn && !inside {
			own.Refused = append(own.Refused, RefusedFile{People: []Whose{whose(people, i)}, File: key.File,
				Fault: post.NewFault(post.CodeOutsideFolder, nil, "file", key.File)})
			cell = ""
		}
		persons = append(persons, document.Person{Row: i, CustomerID: key.CustomerID, BirthNumber: key.BirthNumber, Name: to.Name, FileCell: cell})
	}
	return persons
}

// drive is how a place on a Windows disk begins.
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// inside gives a file's name as the list has it, seen from the folder. ok is false
// when it leads elsewhere.
func (f folder) inside(cell string) (name string, ok bool) {
	name = strings.ReplaceAll(strings.TrimSpace(cell), `\`, "/")
	if strings.HasPrefix(name, "/") || drive.MatchString(name) {
		base := strings.TrimSuffix(filepath.ToSlash(f.path), "/") + "/"
		if name, ok = strings.CutPrefix(name, base); !ok {
			return "", false
		}
	}
	if slices.Contains(strings.Split(name, "/"), "..") {
		return "", false
	}
	return strings.TrimPrefix(name, "./"), true
}

// look opens each file that somebody is to get: one that cannot be sent is
// refused, and who would have got it has none.
func (f folder) look(ctx context.Context, people People, byPlace map[int]string, own *OwnDocuments, progress func(done, total int)) error {
	owners := map[string][]int{}
	for _, place := range slices.Sorted(maps.Keys(byPlace)) {
		owners[byPlace[place]] = append(owners[byPlace[place]], place)
	}
	for i, name := range slices.Sorted(maps.Keys(owners)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		file, err := f.file(ctx, name)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		refused := RefusedFile{File: name, Fault: err}
		for _, place := range owners[name] {
			if own.Files[place] = file; err != nil {
				delete(own.Files, place)
				refused.People = append(refused.People, whose(people, place))
			}
		}
		if err != nil {
			own.Refused = append(own.Refused, refused)
		}
		if progress != nil {
			progress(i+1, len(owners))
		}
	}
	return nil
}

// file is a file as the engine takes it. It is opened through the folder each
// time, so that what is put in its place later is no way out either.
func (f folder) file(ctx context.Context, name string) (job.File, error) {
	dir, local := f.path, filepath.FromSlash(name)
	facts, err := document.Read(ctx, filepath.Join(dir, local))
	if err != nil {
		return job.File{}, err
	}
	return job.File{Name: facts.Name, FileType: facts.FileType, Pages: facts.Pages, Key: filepath.Join(dir, local),
		Open: func(context.Context) (io.ReadCloser, error) {
			root, err := openFolder(dir)
			if err != nil {
				return nil, err
			}
			defer root.root.Close()
			file, err := root.root.Open(local)
			if err != nil {
				return nil, post.NewFault(post.CodeFileUnreadable, err, "file", facts.Name)
			}
			return file, nil
		}}, nil
}

// SameLetters counts the people of a draft who already got their letter's main
// document, by its content, and names one of the jobs. A person is known by the
// register, and by how the letter is addressed.
func (s *Stories) SameLetters(ctx context.Context, draft *job.Draft) (count int, earlier string, err error) {
	documents := post.GroupDocuments(draft.Documents)
	var letters []post.SentLetter
	for _, item := range draft.Items {
		if theirs := documents.Of(item.Seq); item.Status == post.ItemReady && len(theirs) > 0 {
			letters = append(letters, post.SentLetter{DocumentSHA256: theirs[0].SHA256, CustomerID: item.CustomerID, To: item.To})
		}
	}
	before, err := s.jobs.SentTo(ctx, letters)
	if err != nil {
		return 0, "", err
	}
	for _, job := range before {
		if job != "" {
			count, earlier = count+1, job
		}
	}
	return count, earlier, nil
}
