package intake

import (
	"crypto/sha256"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// seen remembers who has passed, by a short hash so that a hundred thousand rows
// stay small and no number is kept a second time.
type seen struct {
	rows, people map[key]int
	customers    map[key]customer
}

type key [16]byte

type customer struct {
	row    int
	person key
}

func newSeen() *seen {
	return &seen{rows: map[key]int{}, people: map[key]int{}, customers: map[key]customer{}}
}

func keyOf(parts ...string) key {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return key(sum[:16])
}

// duplicate notices the same row, the same person and the same customer id
// further up. It reports whether the row says nothing new: the same person or
// the same row. A row that must be fixed is not looked at: who it is for is not
// known yet.
func (r *reading) duplicate() bool {
	if r.mustFix {
		return false
	}
	texts := make([]string, len(r.line.cells))
	for i, c := range r.line.cells {
		texts[i] = c.text
	}
	kept := ""
	if r.plan.KeepDuplicates {
		kept = "kept"
	}
	whole := keyOf(texts...)
	if first, found := r.seen.rows[whole]; found {
		r.problem(source{}, post.ProblemDuplicateRow, post.ShouldCheck, kept, "other", strconv.Itoa(first))
		return true
	}
	r.seen.rows[whole] = r.line.number

	person, c := r.person()
	first, same := r.seen.people[person]
	if r.sharedCustomerID(person) {
		return false
	}
	if same {
		r.problem(c, post.ProblemDuplicatePerson, post.ShouldCheck, kept, "other", strconv.Itoa(first))
		return true
	}
	r.seen.people[person] = r.line.number
	return false
}

// person is who the row is for by the surest way there is, and the column that
// says so.
func (r *reading) person() (key, source) {
	to := r.to.Recipient
	switch {
	case to.BirthNumber != "":
		return keyOf("birth", to.BirthNumber), r.column(post.FieldBirthNumber)
	case to.OrganisationNumber != "":
		return keyOf("organisation", to.OrganisationNumber), r.column(post.FieldOrganisationNumber)
	case to.DigipostAddress != "":
		return keyOf("digipost", strings.ToLower(to.DigipostAddress)), r.column(post.FieldDigipostAddress)
	}
	return keyOf("address", strings.ToLower(to.Name()), strings.ToLower(to.Address.Line1), strings.ToLower(to.Address.Line2),
		to.Address.Postcode, to.BirthDate), r.nameColumn()
}

// sharedCustomerID refuses a customer id that stands for somebody else further
// up: the register holds one person for each.
func (r *reading) sharedCustomerID(person key) bool {
	id := r.to.Recipient.CustomerID
	if id == "" {
		return false
	}
	first, found := r.seen.customers[keyOf(id)]
	if !found {
		r.seen.customers[keyOf(id)] = customer{row: r.line.number, person: person}
		return false
	}
	if first.person == person {
		return false
	}
	r.problem(r.column(post.FieldCustomerID), post.ProblemDuplicatePerson, post.MustFix, "customer_id", "other", strconv.Itoa(first.row))
	return true
}
