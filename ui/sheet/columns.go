package sheet

import (
	"context"
	"maps"

	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// fieldGroup is a heading in the matching of columns and what stands below it.
// Those that are seldom used are folded away until asked for.
type fieldGroup struct {
	key    string
	fields []post.Field
	seldom bool
}

var fieldGroups = []fieldGroup{
	{"who", []post.Field{post.FieldBirthNumber, post.FieldOrganisationNumber, post.FieldDigipostAddress, post.FieldCustomerID}, false},
	{"name", []post.Field{post.FieldFullName, post.FieldFirstName, post.FieldMiddleName, post.FieldLastName}, false},
	{"address", []post.Field{post.FieldAddress1, post.FieldAddress2, post.FieldPostcode, post.FieldTown, post.FieldCountry}, false},
	{"contact", []post.Field{post.FieldBirthDate, post.FieldPhone, post.FieldEmail, post.FieldGroup}, true},
	{"letter", []post.Field{post.FieldDocument, post.FieldReference}, true},
	{"invoice", []post.Field{post.FieldAmount, post.FieldDueDate, post.FieldKID, post.FieldAccount}, true},
}

// match finds the columns below the heading row: as they were matched last time
// under the same headings, else as guessed.
func (m *model) match() {
	m.begin(doingLook)
	book, sheet, header, people := m.book, m.sheet, m.header, m.ports.Register
	type answer struct {
		columns    []intake.Column
		mapping    post.Mapping
		remembered bool
	}
	task.Replace(m.run, &m.work, func(ctx context.Context) (answer, error) {
		columns, err := book.Columns(ctx, sheet, header)
		if err != nil {
			return answer{}, err
		}
		mapping, known, err := people.Remembered(ctx, headings(columns))
		if err != nil {
			return answer{}, err
		}
		if !known {
			mapping = guesses(columns)
		}
		return answer{columns, mapping, known}, nil
	}, func(got answer, err error) {
		m.end(err)
		if err != nil {
			m.changed()
			return
		}
		m.columns, m.mapping, m.remembered = got.columns, got.mapping, got.remembered
		m.step, m.preview, m.skipCheck = stepColumns, 0, false
		m.read()
		m.changed()
	})
}

func headings(columns []intake.Column) []string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Heading
	}
	return names
}

func guesses(columns []intake.Column) post.Mapping {
	mapping := post.Mapping{}
	for _, column := range columns {
		if column.Guess != "" {
			mapping[column.Guess] = column.Heading
		}
	}
	return mapping
}

// assign matches a field with a column, "" with none. A column that is chosen
// for one field no longer fills another.
func (m *model) assign(field post.Field, heading string) {
	if m.mapping[field] == heading {
		return
	}
	mapping := maps.Clone(m.mapping)
	if mapping == nil {
		mapping = post.Mapping{}
	}
	for other, taken := range mapping {
		if taken == heading {
			delete(mapping, other)
		}
	}
	delete(mapping, field)
	if heading != "" {
		mapping[field] = heading
	}
	m.mapping, m.preview, m.skipCheck = mapping, 0, false
	m.read()
}

// column gives the column that fills a field, or nil.
func (m *model) column(field post.Field) *intake.Column {
	heading := m.mapping[field]
	for i := range m.columns {
		if heading != "" && m.columns[i].Heading == heading {
			return &m.columns[i]
		}
	}
	return nil
}

// sureness says how far a field's match is to be trusted: one that a person
// chose, now or last time, is sure.
func (m *model) sureness(field post.Field) intake.Sureness {
	column := m.column(field)
	if column == nil || column.Guess != field || m.remembered {
		return intake.Sure
	}
	return column.Sure
}

// unused gives the columns that fill nothing.
func (m *model) unused() []intake.Column {
	var unused []intake.Column
	used := map[string]bool{}
	for _, heading := range m.mapping {
		used[heading] = true
	}
	for _, column := range m.columns {
		if !used[column.Heading] {
			unused = append(unused, column)
		}
	}
	return unused
}

// shownFields gives the fields of a group to show now.
func (m *model) shownFields(group fieldGroup) []post.Field {
	if m.allFields || !group.seldom {
		return group.fields
	}
	var shown []post.Field
	for _, field := range group.fields {
		if m.mapping[field] != "" {
			shown = append(shown, field)
		}
	}
	return shown
}

// showAllFields unfolds the fields that are seldom used.
func (m *model) showAllFields() {
	m.allFields = true
	m.changed()
}

// read reads the rows by the matching at hand, in place of a reading that runs.
// The columns page shows people from it as they will be stored.
func (m *model) read() {
	m.result, m.readErr, m.readingNow = nil, nil, true
	m.done, m.total = 0, 0
	book := m.book
	plan := intake.Plan{Sheet: m.sheet, Header: m.header, Mapping: maps.Clone(m.mapping), AllowSynthetic: m.ports.AllowSynthetic,
		KeepDuplicates: !m.firstOnly, Today: m.now()}
	if len(plan.Mapping) == 0 {
		// Intake would guess where nothing is matched; here nothing means nothing.
		m.readingNow, m.readErr = false, post.NewFault(post.CodeNoIdentity, nil)
		m.touched()
		return
	}
	tell := m.run.Progress(func(done, total int) {
		m.done, m.total = done, total
		m.progress(done, total)
	})
	task.Replace(m.run, &m.reading, func(ctx context.Context) (*intake.Result, error) { return book.Read(ctx, plan, tell) },
		func(result *intake.Result, err error) {
			m.result, m.readErr, m.readingNow = result, err, false
			if !m.advance {
				m.touched()
				return
			}
			m.advance = false
			m.end(err)
			m.arrive()
		})
	m.touched()
}

// arrive goes on after a reading that the person waited for.
func (m *model) arrive() {
	switch {
	case m.readErr != nil:
		m.step = stepColumns
		m.changed()
	case m.step == stepReview:
		m.review(nil)
	default:
		m.step = stepProblems
		m.changed()
	}
}

// toProblems goes on when the rows have been read.
func (m *model) toProblems() {
	if m.readingNow {
		m.waitForRows()
		return
	}
	m.step = stepProblems
	m.changed()
}

// waitForRows keeps the person waiting for the reading that runs.
func (m *model) waitForRows() {
	m.advance = true
	m.begin(doingRead)
}

// sample gives the person shown as a sample, and how many there are.
func (m *model) sample() (row post.Row, at, count int) {
	if m.result == nil || len(m.result.Recipients) == 0 {
		return post.Row{}, 0, 0
	}
	count = len(m.result.Recipients)
	at = min(m.preview, count-1)
	return m.result.Recipients[at], at, count
}

// turn shows another person as a sample.
func (m *model) turn(by int) {
	_, _, count := m.sample()
	if count == 0 {
		return
	}
	m.preview = (m.preview + by + count) % count
	m.touched()
}
