package document

import (
	"context"
	"errors"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"brevdue/app/number"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// By is how files are matched to people.
type By string

// The ways of matching.
const (
	// ByColumn takes the file name from the list.
	ByColumn By = "column"
	// ByFileName looks for the customer id or the birth number in the file's name.
	ByFileName By = "file"
	// ByText looks for them on the first pages of the PDF. Names are never enough.
	ByText By = "text"
)

// Person is a row of the list that wants a document.
type Person struct {
	Row         int
	CustomerID  string
	BirthNumber string
	Name        string
	// FileCell is what the list says of the file: a name, with or without folders
	// and ".pdf".
	FileCell string
}

// MatchResult says which document is whose. Every person is in ByRow, Missing or
// Ambiguous; every file is a value of ByRow, or in Extra, Ambiguous or Unread.
type MatchResult struct {
	ByRow map[int]string
	// Missing are the rows for which there is no file.
	Missing []int
	// Extra are the files that belong to nobody: a row may be missing.
	Extra []string
	// Ambiguous are those that fit in more than one way. Nobody gets anything then.
	Ambiguous []Ambiguous
	// Shared are files that the list gives to several people (ByColumn).
	Shared []Ambiguous
	// Unread are files whose text could not be read (ByText).
	Unread []string
}

// Ambiguous are rows and files that fit each other, more than one of either.
type Ambiguous struct {
	Rows  []int
	Files []string
}

const (
	// textFirst is how many pages are looked at for whose a document is.
	textFirst = 3
	// textLeast is how long a customer id is that is looked for in a text: shorter
	// ones stand there for all sorts of things.
	textLeast = 5
)

// Match finds out which document is whose. Files are paths; they are opened only
// for ByText. An error is the end of the context, or of the engine.
func (r *Reader) Match(ctx context.Context, people []Person, files []string, by By) (MatchResult, error) {
	var fits []fit
	var unread []string
	switch by {
	case ByColumn:
		fits = fitColumns(people, files)
	case ByText:
		index := newKeys(people, textLeast)
		for i, file := range files {
			rows, err := r.fitText(ctx, index, file)
			if errors.Is(err, ErrTextUnread) {
				unread = append(unread, file)
				continue
			}
			if err != nil {
				return MatchResult{}, err
			}
			for _, row := range rows {
				fits = append(fits, fit{row, i})
			}
		}
	default:
		fits = fitNames(newKeys(people, 1), files)
	}
	if err := ctx.Err(); err != nil {
		return MatchResult{}, err
	}
	result := settle(people, files, fits, by == ByColumn)
	result.Unread = unread
	result.Extra = slices.DeleteFunc(result.Extra, func(file string) bool { return slices.Contains(unread, file) })
	return result, nil
}

// fitText reads the first pages of a file. A file that is gone or no PDF counts
// as unread.
func (r *Reader) fitText(ctx context.Context, index keys, file string) ([]int, error) {
	data, err := Load(file)
	if err != nil {
		return nil, errors.Join(ErrTextUnread, err)
	}
	var whole strings.Builder
	err = r.eachText(ctx, data, textFirst, func(_ int, text string) bool {
		whole.WriteString(text)
		whole.WriteByte('\n')
		return true
	})
	if err != nil {
		return nil, err
	}
	return index.in(whole.String(), nil), nil
}

// fit says that a file could be a person's.
type fit struct{ person, file int }

// settle keeps what fits one to one. Where the list itself names the files,
// several people may have the same.
func settle(people []Person, files []string, fits []fit, mayShare bool) MatchResult {
	result := MatchResult{ByRow: map[int]string{}}
	filesOf, peopleOf := map[int][]int{}, map[int][]int{}
	for _, f := range fits {
		filesOf[f.person] = append(filesOf[f.person], f.file)
		peopleOf[f.file] = append(peopleOf[f.file], f.person)
	}
	unsure := map[int]bool{} // people
	for file, name := range files {
		owners := peopleOf[file]
		switch {
		case len(owners) == 0:
			result.Extra = append(result.Extra, name)
		case len(owners) > 1 && mayShare:
			result.Shared = append(result.Shared, Ambiguous{rowsOf(people, owners), []string{name}})
		case len(owners) > 1:
			result.Ambiguous = append(result.Ambiguous, Ambiguous{rowsOf(people, owners), []string{name}})
			for _, owner := range owners {
				unsure[owner] = true
			}
		}
	}
	for i, person := range people {
		theirs := filesOf[i]
		switch {
		case len(theirs) > 1:
			names := make([]string, len(theirs))
			for n, file := range theirs {
				names[n] = files[file]
			}
			result.Ambiguous = append(result.Ambiguous, Ambiguous{[]int{person.Row}, names})
		case unsure[i]:
		case len(theirs) == 1:
			result.ByRow[person.Row] = files[theirs[0]]
		default:
			result.Missing = append(result.Missing, person.Row)
		}
	}
	return result
}

func rowsOf(people []Person, indexes []int) []int {
	rows := make([]int, len(indexes))
	for i, index := range indexes {
		rows[i] = people[index].Row
	}
	return rows
}

// fold makes names comparable: å is one character or two, and case is nothing.
func fold(text string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(text))))
}

// fitColumns finds the files that the list names. A name alone fits a file in
// any folder; with folders these have to fit as well.
func fitColumns(people []Person, files []string) []fit {
	byName := map[string][]int{}
	whole := make([]string, len(files))
	for i, file := range files {
		whole[i] = fold(filepath.ToSlash(file))
		name := path.Base(whole[i])
		byName[name] = append(byName[name], i)
	}
	var fits []fit
	for i, person := range people {
		cell := strings.Trim(fold(strings.ReplaceAll(person.FileCell, `\`, "/")), "/ ")
		if cell == "" {
			continue
		}
		candidates := byName[path.Base(cell)]
		if len(candidates) == 0 {
			cell += ".pdf"
			candidates = byName[path.Base(cell)]
		}
		if strings.Contains(cell, "/") {
			candidates = slices.DeleteFunc(slices.Clone(candidates), func(file int) bool {
				return whole[file] != cell && !strings.HasSuffix(whole[file], "/"+cell)
			})
		}
		for _, file := range candidates {
			fits = append(fits, fit{i, file})
		}
	}
	return fits
}

// fitNames looks for people in the files' names, without folders and ending.
func fitNames(index keys, files []string) []fit {
	stems := make([]string, len(files))
	for i, file := range files {
		name := filepath.Base(file)
		stems[i] = strings.TrimSuffix(name, filepath.Ext(name))
	}
	same := commonTokens(stems)
	var fits []fit
	for i, stem := range stems {
		for _, person := range index.in(stem, same) {
			fits = append(fits, fit{person, i})
		}
	}
	return fits
}

// token is a run of letters or of digits, folded.
type token struct {
	text string
	// joined is whether it stands right behind the one before it.
	joined bool
}

// tokens cuts a text where letters, digits and other characters meet, so that a
// number is always a whole number.
func tokens(text string) []token {
	const letter, digit = 1, 2
	var found []token
	last := 0
	var run strings.Builder
	joined := false
	end := func() {
		if run.Len() > 0 {
			found = append(found, token{run.String(), joined})
			run.Reset()
		}
	}
	for _, r := range fold(text) {
		kind := 0
		switch {
		case unicode.IsDigit(r):
			kind = digit
		case unicode.IsLetter(r), unicode.IsMark(r):
			kind = letter
		}
		if kind != last {
			end()
			joined = last != 0 && kind != 0
		}
		if kind != 0 {
			run.WriteRune(r)
		}
		last = kind
	}
	end()
	return found
}

// commonTokens finds the places where all names say the same, such as a date:
// these tell nobody from another. Two names are too few to know.
func commonTokens(stems []string) map[int]bool {
	if len(stems) < 3 {
		return nil
	}
	first := tokens(stems[0])
	same := map[int]bool{}
	for i := range first {
		same[i] = true
	}
	for _, stem := range stems[1:] {
		found := tokens(stem)
		if len(found) != len(first) {
			return nil
		}
		for i := range first {
			if found[i].text != first[i].text {
				delete(same, i)
			}
		}
	}
	return same
}

// keys finds people by customer id and birth number.
type keys struct {
	// ids are the customer ids by their first token.
	ids    map[string][]id
	births map[string][]int
	rule   number.Rule
}

type id struct {
	tokens []token
	person int
}

// newKeys leaves out customer ids of fewer characters than least.
func newKeys(people []Person, least int) keys {
	k := keys{map[string][]id{}, map[string][]int{}, number.RuleOn(time.Now())}
	for i, person := range people {
		if found := tokens(person.CustomerID); length(found) >= least {
			k.ids[found[0].text] = append(k.ids[found[0].text], id{found, i})
		}
		if result := number.BirthNumber(person.BirthNumber, k.rule); result.Valid {
			k.births[result.Number] = append(k.births[result.Number], i)
		}
	}
	return k
}

func length(id []token) int {
	sum := 0
	for _, part := range id {
		sum += len(part.text)
	}
	return sum
}

// in gives the people whose keys stand in a text, in the order of the list. A
// birth number says more than a customer id, which may be any number; a longer
// id says more than one that is part of it. The tokens at the places in same do
// not begin an id.
func (k keys) in(text string, same map[int]bool) []int {
	people := map[int]bool{}
	for _, birth := range birthNumbers(strings.ReplaceAll(text, "_", " "), k.rule) {
		for _, person := range k.births[birth] {
			people[person] = true
		}
	}
	if len(people) > 0 {
		return slices.Sorted(maps.Keys(people))
	}
	found := tokens(text)
	for i := 0; i < len(found); {
		longest := 0
		var owners []int
		for _, candidate := range k.ids[found[i].text] {
			if same[i] || !startsWith(found[i:], candidate.tokens) || len(candidate.tokens) < longest {
				continue
			}
			if len(candidate.tokens) > longest {
				longest, owners = len(candidate.tokens), nil
			}
			owners = append(owners, candidate.person)
		}
		for _, owner := range owners {
			people[owner] = true
		}
		i += max(longest, 1)
	}
	return slices.Sorted(maps.Keys(people))
}

// startsWith says whether an id stands at the beginning, and not as part of a
// longer word: 1001 is neither in 21001 nor in A1001.
func startsWith(found, id []token) bool {
	if len(found) < len(id) || found[0].joined || len(found) > len(id) && found[len(id)].joined {
		return false
	}
	for i, part := range id {
		if found[i].text != part.text || i > 0 && found[i].joined != part.joined {
			return false
		}
	}
	return true
}
