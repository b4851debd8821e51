package intake

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"brevdue/app/number"
	"brevdue/app/post"
)

// The lengths of Digipost's fields, in signs (api_v8.xsd).
const (
	maxName        = 130
	maxAddressLine = 100
	maxTown        = 80
)

// youngest is the age from which people can have Digipost.
const youngest = 15

// field reads one value into the row. Contact details that can't be right are
// left empty, so that they stop neither a letter nor a search.
func (r *reading) field(c source, value cell) {
	text, to := value.text, &r.to.Recipient
	r.oddSigns(c, text)
	switch c.field {
	case post.FieldCustomerID:
		to.CustomerID = text
	case post.FieldBirthNumber:
		r.birthNumber(c, text)
	case post.FieldOrganisationNumber:
		r.organisation(c, text)
	case post.FieldDigipostAddress:
		to.DigipostAddress = text
		if !digipostForm(text) {
			to.DigipostAddress = ""
			r.problem(c, post.ProblemOther, post.ShouldCheck, "digipost_address")
		}
	case post.FieldFirstName:
		to.FirstName = text
	case post.FieldMiddleName:
		to.MiddleName = text
	case post.FieldLastName:
		to.LastName = text
	case post.FieldFullName:
		to.FullName = text
	case post.FieldBirthDate:
		r.birthDate(c, text)
	case post.FieldAddress1:
		to.Address.Line1 = text
	case post.FieldAddress2:
		to.Address.Line2 = text
	case post.FieldPostcode:
		to.Address.Postcode = text // checked with the country
	case post.FieldTown:
		to.Address.Town = text
	case post.FieldCountry:
		if foreign(text) {
			to.Address.Country = text
		}
	case post.FieldPhone:
		if phone, ok := phoneNumber(text); ok {
			to.Phone = phone
		} else {
			r.problem(c, post.ProblemBadPhone, post.ShouldCheck, "")
		}
	case post.FieldEmail:
		if email, ok := emailAddress(text); ok {
			to.Email = email
		} else {
			r.problem(c, post.ProblemBadEmail, post.ShouldCheck, "")
		}
	case post.FieldAccount:
		r.account(c, text)
	case post.FieldGroup:
		for _, group := range strings.FieldsFunc(text, func(s rune) bool { return s == ';' || s == ',' }) {
			if group = strings.TrimSpace(group); group != "" {
				to.Groups = append(to.Groups, group)
			}
		}
	default:
		r.letterField(c, text)
	}
}

// letterField reads what belongs to the letter and the user's own fields.
func (r *reading) letterField(c source, text string) {
	switch c.field {
	case post.FieldAmount:
		money, ok := amount(text)
		if !ok {
			r.problem(c, post.ProblemBadAmount, post.MustFix, "")
			return
		}
		text = money
	case post.FieldDueDate:
		due, ok := dueDay(text)
		if !ok {
			r.problem(c, post.ProblemBadDate, post.MustFix, "due_date")
			return
		}
		if due.Before(startOfDay(r.plan.Today)) {
			r.problem(c, post.ProblemPastDue, post.ShouldCheck, "")
		}
		text = due.Format(time.DateOnly)
	case post.FieldKID:
		kid := number.KID(text)
		if !kid.Valid {
			r.problem(c, post.ProblemBadKID, post.MustFix, "")
			return
		}
		text = kid.Number
	}
	if r.to.Values == nil {
		r.to.Values = map[post.Field]string{}
	}
	r.to.Values[c.field] = text
}

func startOfDay(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// birthNumber takes a birth number or D-number, gives back a lost zero when the
// check digits then agree, and takes an organisation number where a list has
// both in one column.
func (r *reading) birthNumber(c source, text string) {
	result := number.BirthNumber(text, r.rule)
	if digits, lost := number.LostZero(text); !result.Valid && lost {
		result = number.BirthNumber(digits, r.rule)
		r.problem(c, post.ProblemLostZeroRepaired, post.Repaired, "")
	}
	if !result.Valid {
		if org := number.OrganisationNumber(text); org.Valid && r.to.Recipient.OrganisationNumber == "" {
			r.to.Recipient.OrganisationNumber = org.Number
			return
		}
		r.problem(c, post.ProblemBadCheckDigit, post.MustFix, variant(result.Reason))
		return
	}
	if result.Synthetic() && !r.plan.AllowSynthetic {
		r.problem(c, post.ProblemSynthetic, post.MustFix, "")
		return
	}
	r.to.Recipient.BirthNumber = result.Number
}

// variant names the exacter sentence for a number; the check digits are the
// common one.
func variant(reason string) string {
	if reason == number.ReasonCheckDigit {
		return ""
	}
	return reason
}

func (r *reading) organisation(c source, text string) {
	// Register excerpts write NO 123 456 785 MVA.
	upper := strings.TrimSpace(strings.TrimSuffix(strings.ToUpper(text), "MVA"))
	result := number.OrganisationNumber(strings.TrimPrefix(upper, "NO"))
	if !result.Valid {
		r.problem(c, post.ProblemBadCheckDigit, post.MustFix, "organisation")
		return
	}
	r.to.Recipient.OrganisationNumber = result.Number
}

func (r *reading) account(c source, text string) {
	result := number.Account(text)
	if !result.Valid && len(number.Clean(text)) == 10 {
		if result = number.Account("0" + text); result.Valid {
			r.problem(c, post.ProblemLostZeroRepaired, post.Repaired, "account")
		}
	}
	if !result.Valid {
		r.problem(c, post.ProblemBadAccount, post.ShouldCheck, "")
		return
	}
	r.to.Recipient.Account = result.Number
}

func (r *reading) birthDate(c source, text string) {
	at, ok := birthDay(text, r.plan.Today)
	if !ok {
		r.problem(c, post.ProblemBadDate, post.ShouldCheck, "")
		return
	}
	r.to.Recipient.BirthDate = at.Format(time.DateOnly)
	if at.AddDate(youngest, 0, 0).After(r.plan.Today) {
		r.problem(c, post.ProblemBadDate, post.ShouldCheck, "under_15", "limit", strconv.Itoa(youngest))
	}
}

// oddSigns notices the marks of a file read in the wrong encoding.
func (r *reading) oddSigns(c source, text string) {
	if strings.ContainsRune(text, utf8.RuneError) || strings.Contains(text, "Ã¸") || strings.Contains(text, "Ã¥") ||
		strings.Contains(text, "Ã¦") || strings.Contains(text, "Ã˜") || strings.Contains(text, "Ã…") {
		r.problem(c, post.ProblemOther, post.ShouldCheck, "odd_signs")
	}
}

// whole checks what needs more than one value of the row.
func (r *reading) whole() {
	r.nameOrder()
	to := &r.to.Recipient
	numbered := to.BirthNumber != "" || to.OrganisationNumber != "" || to.DigipostAddress != ""
	level := post.ShouldCheck
	if !numbered {
		level = post.MustFix // the address is all there is
	}
	r.postcode(level)
	r.lengths(level)
	if r.mustFix {
		return
	}
	if _, ok := to.Target(false); !ok {
		r.nobody()
		return
	}
	if to.Name() == "" {
		r.problem(r.nameColumn(), post.ProblemMissing, post.ShouldCheck, "name")
	}
}

func (r *reading) nameColumn() source {
	for _, field := range []post.Field{post.FieldFullName, post.FieldLastName} {
		if c := r.column(field); c.heading != "" {
			return c
		}
	}
	return source{field: post.FieldFullName}
}

// nameOrder turns "Hansen, Kari" round and notices names in capitals.
func (r *reading) nameOrder() {
	to := &r.to.Recipient
	last, first, found := strings.Cut(to.FullName, ",")
	if found && to.OrganisationNumber == "" && !strings.Contains(first, ",") && !companyName(to.FullName) {
		last, first = strings.TrimSpace(last), strings.TrimSpace(first)
		if first != "" && last != "" {
			to.FullName = first + " " + last
			r.problem(r.nameColumn(), post.ProblemOther, post.Repaired, "name_turned")
		}
	}
	if name := to.Name(); to.OrganisationNumber == "" && len(name) > 4 && name == strings.ToUpper(name) &&
		strings.ContainsFunc(name, unicode.IsLetter) && strings.Contains(name, " ") && !companyName(name) {
		r.problem(r.nameColumn(), post.ProblemOther, post.ShouldCheck, "name_capitals")
	}
}

// companyName finds the endings of Norwegian firms.
func companyName(name string) bool {
	for _, word := range strings.Fields(strings.ToUpper(name)) {
		switch strings.Trim(word, ".,") {
		case "AS", "ASA", "DA", "ANS", "ENK", "SA", "BA", "NUF", "KS", "A/S", "&", "OG", "KOMMUNE", "SAMEIE", "BORETTSLAG":
			return true
		}
	}
	return false
}

// postcode sets a Norwegian postcode right or takes it out.
func (r *reading) postcode(level post.Level) {
	to := &r.to.Recipient
	if to.Address.Postcode == "" || foreign(to.Address.Country) {
		return
	}
	c := r.column(post.FieldPostcode)
	code, repaired, ok := postcode(to.Address.Postcode)
	to.Address.Postcode = code
	switch {
	case !ok:
		r.problem(c, post.ProblemBadPostcode, level, "")
	case repaired:
		r.problem(c, post.ProblemLostZeroRepaired, post.Repaired, "postcode")
	}
}

// lengths checks what Digipost's fields hold.
func (r *reading) lengths(level post.Level) {
	to := r.to.Recipient
	for _, part := range []struct {
		field post.Field
		text  string
		limit int
	}{
		{r.nameColumn().field, to.Name(), maxName},
		{post.FieldAddress1, to.Address.Line1, maxAddressLine},
		{post.FieldAddress2, to.Address.Line2, maxAddressLine},
		{post.FieldTown, to.Address.Town, maxTown},
	} {
		if count := utf8.RuneCountInString(part.text); count > part.limit {
			r.problem(r.column(part.field), post.ProblemTooLong, level, "", "count", strconv.Itoa(count), "limit", strconv.Itoa(part.limit))
		}
	}
}

// nobody says what is missing to know who the row is for.
func (r *reading) nobody() {
	to := r.to.Recipient
	if to.Name() == "" || to.Address.Empty() {
		r.problem(source{}, post.ProblemMissing, post.MustFix, "nobody")
		return
	}
	for _, part := range []struct {
		field post.Field
		text  string
	}{
		{post.FieldAddress1, to.Address.Line1}, {post.FieldPostcode, to.Address.Postcode}, {post.FieldTown, to.Address.Town},
	} {
		if part.text == "" {
			r.problem(r.column(part.field), post.ProblemMissing, post.MustFix, "address")
			return
		}
	}
	r.problem(source{}, post.ProblemMissing, post.MustFix, "nobody")
}
