package sandbox

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// peopleHeading is the first line of a people file. The column account (a bank
// account of the person) may follow. The state is one word of those below; any
// of these fates may follow it, with blanks between:
//
//	unread        never opens a letter
//	registers     registers an hour after an invitation
//	print_failed  letters on paper can't be printed
//	shredded      letters on paper come back, and are destroyed if that was chosen
//	sms_failed    reminders by SMS don't get through
//	email_failed  reminders by e-mail don't get through
//
// For example "user unread sms_failed".
const (
	peopleHeading = "birth_number,organisation_number,digipost_address,person_alias,name,address1,postcode,town,birth_date,phone,email,state"
	maxPeopleFile = 64 << 20
)

// The states of a person in the people file.
const (
	stateUser        = "user"        // has Digipost
	stateKnown       = "known"       // identified, no account
	stateDeactivated = "deactivated" // had an account
	stateAmbiguous   = "ambiguous"   // name and address fit several
)

// person is one line of the people file, an organisation too.
type person struct {
	BirthNumber, OrganisationNumber string
	Address, Alias                  string // Digipost address, person-alias
	Name, Address1, Postcode, Town  string
	BirthDate, Phone, Email         string // birth date as ddMMyy
	State                           string
	Account                         string
	Fates                           []string
}

// fated says whether the people file gives this person a fate.
func (p *person) fated(what string) bool { return p != nil && slices.Contains(p.Fates, what) }

// fates are the words that may follow the state.
var fates = []string{"unread", "registers", "print_failed", "shredded", "sms_failed", "email_failed"}

// user says whether letters to this person arrive. An ambiguous person has an
// account if the file gives an address: a sure identifier finds it.
func (p *person) user() bool {
	return p.State == stateUser || p.State == stateAmbiguous && p.Address != ""
}

// people are the known persons and organisations, with the ways to find them.
type people struct {
	all                                           []*person
	byBirth, byOrg, byAddress, byAlias, byAccount map[string]*person
	byContact                                     map[string][]*person // phone or e-mail
	byPostcode                                    map[string][]*person
}

// ErrPeopleFile means that a people file cannot be used; what is wrong stands
// behind it, with line and column and without the value.
var ErrPeopleFile = errors.New("people file")

// readPeople reads a people file. Every fault names the line and the column,
// never the value.
func readPeople(data []byte) (*people, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxPeopleFile || !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8 text, or too large", ErrPeopleFile)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = true
	heading, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: heading: %w", ErrPeopleFile, err)
	}
	columns, err := peopleColumns(heading)
	if err != nil {
		return nil, err
	}
	p := newPeople()
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPeopleFile, err)
		}
		line, _ := r.FieldPos(0)
		if err := p.add(columns, cells); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrPeopleFile, line, err)
		}
	}
}

func newPeople() *people {
	return &people{
		byBirth: map[string]*person{}, byOrg: map[string]*person{}, byAddress: map[string]*person{},
		byAlias: map[string]*person{}, byAccount: map[string]*person{}, byContact: map[string][]*person{}, byPostcode: map[string][]*person{},
	}
}

// peopleColumns checks that the heading holds exactly the known names, in any
// order; account may be left out.
func peopleColumns(heading []string) ([]string, error) {
	want := strings.Split(peopleHeading, ",")
	columns := make([]string, len(heading))
	for i, name := range heading {
		columns[i] = strings.TrimSpace(name)
		if columns[i] != "account" && !slices.Contains(want, columns[i]) || slices.Contains(columns[:i], columns[i]) {
			return nil, fmt.Errorf("%w: heading: column %d is unknown or there twice", ErrPeopleFile, i+1)
		}
	}
	if slices.ContainsFunc(want, func(name string) bool { return !slices.Contains(columns, name) }) {
		return nil, fmt.Errorf("%w: heading: want the columns %s", ErrPeopleFile, peopleHeading)
	}
	return columns, nil
}

func (p *people) add(columns, cells []string) error {
	cell := map[string]string{}
	for i, name := range columns {
		cell[name] = strings.TrimSpace(cells[i])
	}
	one := &person{
		BirthNumber: cell["birth_number"], OrganisationNumber: cell["organisation_number"],
		Address: cell["digipost_address"], Alias: cell["person_alias"],
		Name: cell["name"], Address1: cell["address1"], Postcode: cell["postcode"], Town: cell["town"],
		BirthDate: shortDate(cell["birth_date"]), Phone: foldPhone(cell["phone"]),
		Email: strings.ToLower(cell["email"]), Account: cell["account"],
	}
	if state := strings.Fields(cell["state"]); len(state) > 0 {
		one.State, one.Fates = state[0], state[1:]
	}
	if cell["birth_date"] != "" && one.BirthDate == "" {
		return errors.New("birth_date: not a date")
	}
	if err := one.check(); err != nil {
		return err
	}
	return p.index(one)
}

func (one *person) check() error {
	far := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) // numbers of the rule from 2032 are known already
	switch {
	case !slices.Contains([]string{stateUser, stateKnown, stateDeactivated, stateAmbiguous}, one.State):
		return errors.New("state: want user, known, deactivated or ambiguous")
	case slices.ContainsFunc(one.Fates, func(f string) bool { return !slices.Contains(fates, f) }):
		return fmt.Errorf("state: want %s after the first word", strings.Join(fates, ", "))
	case one.Account != "" && !validAccountNumber(one.Account):
		return errors.New("account: not an account number")
	case one.BirthNumber != "" && !validBirthNumber(one.BirthNumber, far):
		return errors.New("birth_number: not a birth number")
	case one.OrganisationNumber != "" && !validOrganisationNumber(one.OrganisationNumber):
		return errors.New("organisation_number: not an organisation number")
	case one.BirthNumber != "" && one.OrganisationNumber != "":
		return errors.New("birth_number and organisation_number: only one of them")
	case one.Address != "" && !looksLikeAddress(one.Address):
		return errors.New("digipost_address: not a Digipost address")
	case one.State == stateUser && one.Address == "":
		return errors.New("digipost_address: a user must have one")
	case one.Name == "":
		return errors.New("name: missing")
	}
	return nil
}

// index makes a person findable. Two lines may not have the same identifier.
func (p *people) index(one *person) error {
	for _, k := range []struct {
		column, value string
		in            map[string]*person
	}{
		{"birth_number", one.BirthNumber, p.byBirth}, {"organisation_number", one.OrganisationNumber, p.byOrg},
		{"digipost_address", one.Address, p.byAddress}, {"person_alias", one.Alias, p.byAlias},
		{"account", one.Account, p.byAccount},
	} {
		if k.value == "" {
			continue
		}
		if k.in[k.value] != nil {
			return fmt.Errorf("%s: used on an earlier line, too", k.column)
		}
		k.in[k.value] = one
	}
	for _, contact := range []string{one.Phone, one.Email} {
		if contact != "" {
			p.byContact[contact] = append(p.byContact[contact], one)
		}
	}
	p.byPostcode[one.Postcode] = append(p.byPostcode[one.Postcode], one)
	p.all = append(p.all, one)
	return nil
}
