package intake

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"brevdue/app/number"
	"brevdue/app/post"
)

// Sureness says how far a guess is to be trusted.
type Sureness string

// The degrees. An unsure column has no guess: the person chooses.
const (
	Sure   Sureness = "sure"
	Likely Sureness = "likely"
	Unsure Sureness = "unsure"
)

// Column is one column of a list and what it seems to hold.
type Column struct {
	// Heading is the user's own, or the column's letter where there is none. No
	// two columns have the same: a later one gets its letter added.
	Heading string
	Letter  string
	// Samples are up to three different values from the top.
	Samples []string
	// Guess is the field, or empty.
	Guess post.Field
	Sure  Sureness
}

const (
	headerDepth  = 30  // how far down a heading row is looked for
	profileDepth = 200 // how many rows are looked at to judge a column
	samples      = 3
)

// GuessHeader finds the row with the headings, as Excel numbers it; 0 is none:
// the list begins with a person. A sheet without anything is sheet_empty.
func (b *Book) GuessHeader(ctx context.Context, sheet string) (int, error) {
	found, err := b.sheet(sheet)
	if err != nil {
		return 0, err
	}
	top, err := b.top(ctx, found.Name, headerDepth+1)
	if err != nil {
		return 0, err
	}
	empty, best, bestScore := true, 0, 0
	for i, r := range top {
		if r.blank() {
			continue
		}
		empty = false
		if i == headerDepth {
			break
		}
		if score := headingScore(r); score > bestScore {
			best, bestScore = r.number, score
		}
	}
	switch {
	case empty && found.Rows == 0:
		return 0, post.NewFault(post.CodeSheetEmpty, nil, "sheet", found.Name)
	case bestScore >= 4:
		return best, nil
	}
	return plainHeader(top), nil
}

// headingScore counts the known words in a row; values that only a person's row
// has take away.
func headingScore(r row) int {
	score := 0
	seen := map[post.Field]bool{}
	for _, c := range r.cells {
		switch {
		case c.text == "":
		case c.kind != kindText || looksLikeData(c.text):
			score -= 3
		default:
			field, exact := headingField(c.text)
			if field == "" || seen[field] || len(c.text) > 60 {
				continue
			}
			seen[field] = true
			score++
			if exact {
				score++
			}
		}
	}
	return score
}

// looksLikeData finds values that are never headings.
func looksLikeData(text string) bool {
	if strings.Contains(text, "@") {
		return true
	}
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits >= 4 && digits*2 > len(text)
}

// plainHeader finds headings in words nobody foresaw: the first row with
// several texts and no data, above a row that has data or other lengths.
func plainHeader(top []row) int {
	for i, r := range top {
		texts, data := shape(r)
		if data > 0 {
			return 0 // the list has begun
		}
		if texts < 2 || i+1 >= len(top) {
			continue
		}
		for _, below := range top[i+1:] {
			if belowTexts, belowData := shape(below); belowTexts+belowData > 0 {
				if belowData > 0 {
					return r.number
				}
				break
			}
		}
	}
	return 0
}

// shape counts the texts and the values of a row.
func shape(r row) (texts, data int) {
	for _, c := range r.cells {
		switch {
		case c.text == "":
		case c.kind != kindText || looksLikeData(c.text):
			data++
		default:
			texts++
		}
	}
	return texts, data
}

// Columns gives the columns of a sheet with a guess for each. header is the row
// of the headings, 0 for none.
func (b *Book) Columns(ctx context.Context, sheet string, header int) ([]Column, error) {
	found, err := b.sheet(sheet)
	if err != nil {
		return nil, err
	}
	top, err := b.top(ctx, found.Name, header+profileDepth)
	if err != nil {
		return nil, err
	}
	width := 0
	for i, r := range top {
		if i >= header-1 {
			width = max(width, len(r.cells))
		}
	}
	if width == 0 {
		if found.Rows == 0 || header == 0 {
			return nil, post.NewFault(post.CodeSheetEmpty, nil, "sheet", found.Name)
		}
		return nil, post.NewFault(post.CodeNoRows, nil, "sheet", found.Name, "row", strconv.Itoa(header))
	}
	var headings row
	if header > 0 && header <= len(top) {
		headings = top[header-1]
	}
	columns := make([]Column, width)
	profiles := make([]profile, width)
	names := headingNames(headings, width)
	for i := range columns {
		columns[i] = Column{Heading: names[i], Letter: letters(i), Sure: Unsure}
	}
	for _, r := range top[min(header, len(top)):] {
		for i := range columns {
			c := r.at(i)
			profiles[i].add(c)
			if s := &columns[i].Samples; c.text != "" && len(*s) < samples && !contains(*s, c.text) {
				*s = append(*s, c.text)
			}
		}
	}
	guess(columns, profiles, headings)
	return columns, nil
}

// Guess is the mapping that Columns proposes.
func (b *Book) Guess(ctx context.Context, sheet string, header int) (post.Mapping, error) {
	columns, err := b.Columns(ctx, sheet, header)
	if err != nil {
		return nil, err
	}
	mapping := post.Mapping{}
	for _, c := range columns {
		if c.Guess != "" {
			mapping[c.Guess] = c.Heading
		}
	}
	return mapping, nil
}

// headingNames gives every column a name of its own.
func headingNames(headings row, width int) []string {
	names := make([]string, width)
	seen := map[string]bool{}
	for i := range names {
		name := headings.at(i).text
		if name == "" {
			name = letters(i)
		}
		if seen[strings.ToLower(name)] {
			name += " (" + letters(i) + ")"
		}
		seen[strings.ToLower(name)] = true
		names[i] = name
	}
	return names
}

func contains(list []string, text string) bool {
	for _, known := range list {
		if known == text {
			return true
		}
	}
	return false
}

// profile counts what the values of a column look like.
type profile struct {
	filled, birth, lostZero, organisation, postcode, year, email, digipost, date, phone, longDigits int
}

func (p *profile) add(c cell) {
	if c.text == "" {
		return
	}
	p.filled++
	if c.kind == kindDate {
		p.date++
		return
	}
	digits := number.Clean(c.text)
	switch {
	case strings.Contains(c.text, "@"):
		p.email++
	case digipostForm(c.text):
		p.digipost++
	case number.BirthNumber(digits, number.From2032).Valid:
		p.birth++
	case number.OrganisationNumber(digits).Valid:
		p.organisation++
	case len(digits) == 4 && allDigits(digits):
		p.postcode++
		if strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20") {
			p.year++
		}
	default:
		if _, ok := number.LostZero(digits); ok {
			p.lostZero++
		} else if _, ok := parseDay(c.text); ok {
			p.date++
		} else if _, ok := phoneNumber(c.text); ok && len(digits) >= 8 {
			p.phone++
		} else if len(digits) >= 10 && allDigits(digits) {
			p.longDigits++
		}
	}
}

func allDigits(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// most reports whether at least four fifths of the values are of one sort.
func (p profile) most(count int) bool { return count > 0 && count*5 >= p.filled*4 }

// byContent is what the values alone say.
func (p profile) byContent() (post.Field, Sureness) {
	switch {
	case p.filled == 0:
		return "", Unsure
	case p.most(p.birth + p.lostZero):
		return post.FieldBirthNumber, Likely
	case p.most(p.organisation) && p.filled > 1:
		return post.FieldOrganisationNumber, Likely
	case p.most(p.digipost):
		return post.FieldDigipostAddress, Likely
	case p.most(p.email):
		return post.FieldEmail, Likely
	case p.most(p.postcode) && p.filled > 1 && p.year*2 < p.filled:
		return post.FieldPostcode, Likely
	}
	return "", Unsure
}

// contradicts reports whether the values can't be what the heading says.
func (p profile) contradicts(field post.Field) bool {
	if p.filled == 0 {
		return false
	}
	numbers := p.birth + p.lostZero + p.longDigits
	switch field {
	case post.FieldBirthNumber:
		return p.email+p.date+p.postcode+p.digipost > p.filled/2 || numbers+p.organisation == 0 && p.filled > 2
	case post.FieldEmail:
		return p.email == 0 && p.filled > 2
	case post.FieldPostcode:
		return numbers+p.email+p.date > p.filled/2
	case post.FieldFullName, post.FieldFirstName, post.FieldLastName, post.FieldTown, post.FieldAddress1:
		return p.email+p.date+numbers+p.digipost > p.filled/2
	case post.FieldCustomerID, post.FieldPhone, post.FieldBirthDate, post.FieldDueDate, post.FieldAmount, post.FieldReference, post.FieldGroup:
		return p.birth+p.lostZero > p.filled/2
	case post.FieldDigipostAddress:
		return p.digipost == 0 && p.filled > 2
	}
	return false
}

// guess fills in the fields. Each is given once: to a heading that is known
// before one that only begins alike before the values alone, then to the
// leftmost.
func guess(columns []Column, profiles []profile, headings row) {
	taken := map[post.Field]bool{}
	give := func(i int, field post.Field, sure Sureness) {
		if field != "" && columns[i].Guess == "" && !taken[field] {
			columns[i].Guess, columns[i].Sure, taken[field] = field, sure, true
		}
	}
	for pass := range 3 {
		for i := range columns {
			named, exact := headingField(headings.at(i).text)
			if named != "" && profiles[i].contradicts(named) {
				named = ""
			}
			switch {
			case pass == 0 && exact:
				give(i, named, Sure)
			case pass == 1 && !exact:
				give(i, named, Likely)
			case pass == 2 && named == "":
				field, sure := profiles[i].byContent()
				give(i, field, sure)
			}
		}
	}
	dropSecondName(columns, taken)
}

// dropSecondName leaves the column with whole names out where first and last
// names have columns of their own: one of them could hold something else.
func dropSecondName(columns []Column, taken map[post.Field]bool) {
	if !taken[post.FieldFirstName] || !taken[post.FieldLastName] {
		return
	}
	for i := range columns {
		if columns[i].Guess == post.FieldFullName {
			columns[i].Guess, columns[i].Sure = "", Unsure
		}
	}
}
