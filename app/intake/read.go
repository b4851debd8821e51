package intake

import (
	"context"
	"sort"
	"strconv"
	"strings"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
)

// Plan says how a list is read.
type Plan struct {
	// Sheet is a sheet's name; "" is the book's default.
	Sheet string
	// Header is the row of the headings, 0 for none.
	Header int
	// Mapping names for each field the column, by heading or by letter. Without
	// any, what Columns guesses is taken.
	Mapping post.Mapping
	// AllowSynthetic lets numbers through that belong to nobody. Never against
	// production.
	AllowSynthetic bool
	// KeepDuplicates keeps every row of a person who is there twice; else only
	// the first is kept, so that nobody gets a letter twice.
	KeepDuplicates bool
	// Today judges days of birth, due dates and the rule for birth numbers; zero
	// is now.
	Today time.Time
}

// Result is a list as it was understood.
type Result struct {
	Sheet     string
	HeaderRow int
	// Rows counts the rows below the heading that hold anything. Good are those
	// without a must-fix problem. Repaired counts rows in which something was
	// set right, Duplicates rows of somebody who stands further up.
	Rows, Good, Repaired, Duplicates int
	// Recipients are the good rows, duplicates left out unless asked for.
	Recipients []post.Row
	Problems   []post.Problem
	// Mapping is the one used, by the headings as they stand in the list.
	Mapping    post.Mapping
	FileSHA256 string
}

// progressStep is how many rows pass between two reports of progress.
const progressStep = 500

// Read reads the rows below the heading. It reports progress as rows done and
// rows there are; cancelling ctx ends it with nothing left behind. The faults
// are sheet_missing, sheet_empty, no_rows_below_heading, column_missing and
// no_identity_column.
func (b *Book) Read(ctx context.Context, plan Plan, progress func(done, total int)) (*Result, error) {
	found, err := b.sheet(plan.Sheet)
	if err != nil {
		return nil, err
	}
	columns, err := b.Columns(ctx, found.Name, plan.Header)
	if err != nil {
		return nil, err
	}
	used, err := resolve(plan.Mapping, columns)
	if err != nil {
		return nil, err
	}
	if plan.Today.IsZero() {
		plan.Today = time.Now()
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	r := &reading{plan: plan, columns: used, rule: number.RuleOn(plan.Today), seen: newSeen(),
		result: &Result{Sheet: found.Name, HeaderRow: plan.Header, Mapping: post.Mapping{}, FileSHA256: b.sha256}}
	for _, c := range used {
		r.result.Mapping[c.field] = c.heading
	}
	total := found.Rows
	err = b.each(ctx, found.Name, func(line row) (bool, error) {
		if line.blank() {
			return true, nil
		}
		if line.number <= plan.Header {
			total--
			return true, nil
		}
		r.row(line)
		if r.result.Rows%progressStep == 0 {
			progress(r.result.Rows, total)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if r.result.Rows == 0 {
		return nil, post.NewFault(post.CodeNoRows, nil, "sheet", found.Name, "row", strconv.Itoa(plan.Header))
	}
	progress(r.result.Rows, r.result.Rows)
	return r.result, nil
}

// source is a column that fills a field.
type source struct {
	field   post.Field
	index   int
	heading string
}

// resolve finds the columns of a mapping, in the order of the fields so that
// problems of a row come in the same order every time.
func resolve(mapping post.Mapping, columns []Column) ([]source, error) {
	var names []string
	guessed := len(mapping) == 0
	if guessed {
		mapping = post.Mapping{}
	}
	for _, c := range columns {
		names = append(names, c.Heading)
		if guessed && c.Guess != "" {
			mapping[c.Guess] = c.Heading
		}
	}
	all := strings.Join(names, ", ")
	var used []source
	for field, wanted := range mapping {
		if strings.TrimSpace(wanted) == "" {
			continue
		}
		index := findColumn(wanted, columns)
		if index < 0 {
			return nil, post.NewFault(post.CodeColumnMissing, nil, "column", wanted, "columns", all)
		}
		used = append(used, source{field: field, index: index, heading: columns[index].Heading})
	}
	order := map[post.Field]int{}
	for i, field := range post.Fields() {
		order[field] = i - len(post.Fields())
	}
	sort.Slice(used, func(i, j int) bool {
		a, b := used[i], used[j]
		if order[a.field] != order[b.field] {
			return order[a.field] < order[b.field]
		}
		return a.field < b.field
	})
	if !identifies(used) {
		return nil, post.NewFault(post.CodeNoIdentity, nil, "columns", all)
	}
	return used, nil
}

// findColumn finds a column by its heading, then by its letter.
func findColumn(wanted string, columns []Column) int {
	wanted = clean(wanted)
	for i, c := range columns {
		if c.Heading == wanted {
			return i
		}
	}
	for i, c := range columns {
		if strings.EqualFold(c.Heading, wanted) {
			return i
		}
	}
	for i, c := range columns {
		if strings.EqualFold(c.Letter, wanted) {
			return i
		}
	}
	return -1
}

// identifies reports whether the columns can say who somebody is: a number, a
// Digipost address, an id of the register, or a name with an address.
func identifies(used []source) bool {
	has := map[post.Field]bool{}
	for _, c := range used {
		has[c.field] = true
	}
	name := has[post.FieldFullName] || has[post.FieldLastName]
	return has[post.FieldBirthNumber] || has[post.FieldOrganisationNumber] || has[post.FieldDigipostAddress] ||
		name && has[post.FieldAddress1] && has[post.FieldPostcode] && has[post.FieldTown]
}

// reading is the work on one list.
type reading struct {
	plan    Plan
	columns []source
	rule    number.Rule
	seen    *seen
	result  *Result

	// Of the row at hand:
	line     row
	to       post.Row
	mustFix  bool
	repaired bool
}

// row reads one row, checks it, and keeps it when nothing must be fixed.
func (r *reading) row(line row) {
	r.result.Rows++
	r.line, r.mustFix, r.repaired = line, false, false
	r.to = post.Row{Number: line.number}
	if line.hidden {
		r.problem(source{}, post.ProblemOther, post.ShouldCheck, "hidden_row")
	}
	for _, c := range r.columns {
		if value := line.at(c.index); r.readable(c, value) && value.text != "" {
			r.field(c, value)
		}
	}
	r.whole()
	duplicate := r.duplicate()
	if r.repaired {
		r.result.Repaired++
	}
	if duplicate {
		r.result.Duplicates++
	}
	if r.mustFix {
		return
	}
	r.result.Good++
	if !duplicate || r.plan.KeepDuplicates {
		r.result.Recipients = append(r.result.Recipients, r.to)
	}
}

// readable refuses cells without a value of their own.
func (r *reading) readable(c source, value cell) bool {
	code := post.ProblemCode("")
	switch value.kind {
	case kindError:
		code = post.ProblemErrorCell
	case kindUncached:
		code = post.ProblemUncachedFormula
	default:
		return true
	}
	level := post.ShouldCheck
	if essential[c.field] {
		level = post.MustFix
	}
	r.problem(c, code, level, "")
	return false
}

// essential are the fields that decide who gets the letter or what is paid.
var essential = map[post.Field]bool{
	post.FieldCustomerID: true, post.FieldBirthNumber: true, post.FieldOrganisationNumber: true, post.FieldDigipostAddress: true,
	post.FieldDocument: true, post.FieldAmount: true, post.FieldDueDate: true, post.FieldKID: true,
}

// problem notes something to look at. pairs are names and values for the words;
// never a personal number.
func (r *reading) problem(c source, code post.ProblemCode, level post.Level, variant string, pairs ...string) {
	p := post.Problem{Row: r.line.number, Column: c.heading, Field: c.field, Code: code, Level: level, Variant: variant}
	if len(pairs) > 1 {
		p.Fields = map[string]string{}
		for i := 0; i+1 < len(pairs); i += 2 {
			p.Fields[pairs[i]] = pairs[i+1]
		}
	}
	switch level {
	case post.MustFix:
		r.mustFix = true
	case post.Repaired:
		r.repaired = true
	}
	r.result.Problems = append(r.result.Problems, p)
}

// column finds the column of a field for a problem of the row.
func (r *reading) column(field post.Field) source {
	for _, c := range r.columns {
		if c.field == field {
			return c
		}
	}
	return source{field: field}
}
