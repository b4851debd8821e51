// Package flow tells the stories that go across use cases: list or group ->
// recipient split -> register -> results in a copy of the list, and list or
// group -> mailing -> results in a copy of the list.
package flow

import (
	"context"
	"strconv"

	"brevdue/app/document"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/app/register"
)

// Jobs is what the stories need from the engine.
type Jobs interface {
	Prepare(ctx context.Context, wish job.Wish) (*job.Draft, error)
	Job(ctx context.Context, id string) (post.Job, error)
	Items(ctx context.Context, id string, query post.ItemQuery) ([]post.Item, error)
	SentBefore(ctx context.Context, documentSHA256 string, customerIDs []string) (map[string]string, error)
	SentTo(ctx context.Context, letters []post.SentLetter) ([]string, error)
}

// Stories plans splits and mailings from lists and groups and brings results
// back.
type Stories struct {
	register *register.Register
	jobs     Jobs
	matcher  Matcher
}

// New makes the stories on a register and an engine.
func New(people *register.Register, jobs Jobs) *Stories {
	return &Stories{register: people, jobs: jobs, matcher: &document.Reader{}}
}

// People are the recipients of a job before it is planned, with what is known
// of them in numbers.
type People struct {
	To []job.Addressee
	// Known is what the last split said of each in To.
	Known []post.SplitStatus
	// Keys are what a document is known to be somebody's by, for each in To.
	Keys   []DocumentKey
	Source post.Source
	// WithDigipost have Digipost by the last split, NotChecked have never been
	// asked about; letters to both are tried. Others were not found or have none,
	// and are written to all the same because of the mailing's way. LeftOut get no
	// letter, by reason.
	WithDigipost, NotChecked, Others int
	LeftOut                          map[post.Reason]int
	// ToReview are those left out because nobody has looked yet whether the match
	// is right; invalid_address in LeftOut counts them too.
	ToReview int
}

// Sendable is the number of people a letter would be sent to.
func (p People) Sendable() int { return p.WithDigipost + p.NotChecked + p.Others }

func (p *People) add(to job.Addressee, known post.SplitStatus, key DocumentKey) {
	switch {
	case to.LeftOut != post.ReasonNone:
		p.LeftOut[to.LeftOut]++
	case known == post.HasDigipost:
		p.WithDigipost++
	case known == post.NeverChecked, known == post.Missing:
		p.NotChecked++
	default:
		p.Others++
	}
	p.To, p.Known, p.Keys = append(p.To, to), append(p.Known, known), append(p.Keys, key)
}

// review counts somebody who is left out until somebody has looked at the match.
func (p *People) review(person post.Recipient, to job.Addressee) {
	if to.LeftOut == post.ReasonInvalidAddress && person.WaitsForReview() {
		p.ToReview++
	}
}

// ForMailing gives the people of a group ("" is the whole register) for a
// mailing: those who have Digipost and those nobody has asked about; the others
// are left out with the reason.
func (s *Stories) ForMailing(ctx context.Context, group string) (People, error) {
	return s.MailingTo(ctx, group, Way{})
}

// MailingTo is ForMailing for a mailing that goes a certain way: those whom it
// reaches besides come along.
func (s *Stories) MailingTo(ctx context.Context, group string, way Way) (People, error) {
	return s.ofGroup(ctx, group, onePerMailbox(way))
}

// ForSplit gives the people of a group ("" is the whole register) for a split.
func (s *Stories) ForSplit(ctx context.Context, group string) (People, error) {
	return s.ofGroup(ctx, group, splitAddressee)
}

func (s *Stories) ofGroup(ctx context.Context, group string, as func(post.Recipient) job.Addressee) (People, error) {
	page, err := s.register.List(ctx, post.RecipientQuery{Group: group, Order: post.OrderName})
	if err != nil {
		return People{}, err
	}
	people := People{LeftOut: map[post.Reason]int{}, Source: post.Source{Group: group}}
	for _, person := range page.Recipients {
		to := as(person)
		people.review(person, to)
		people.add(to, person.Digipost, DocumentKey{CustomerID: person.CustomerID, BirthNumber: person.BirthNumber})
	}
	return people, nil
}

// ListForMailing gives the people of a list that was read, joined with what the
// register knows. Every row gets an outcome: rows that cannot be sent to are
// left out with the reason, and so is the second row for one person.
func (s *Stories) ListForMailing(ctx context.Context, path string, list *intake.Result) (People, error) {
	return s.MailingToList(ctx, path, list, Way{})
}

// MailingToList is ListForMailing for a mailing that goes a certain way.
func (s *Stories) MailingToList(ctx context.Context, path string, list *intake.Result, way Way) (People, error) {
	return s.ofList(ctx, path, list, onePerMailbox(way))
}

// ListForSplit gives the people of a list for a split. They should be in the
// register already, so that the answers have a place.
func (s *Stories) ListForSplit(ctx context.Context, path string, list *intake.Result) (People, error) {
	return s.ofList(ctx, path, list, splitAddressee)
}

func (s *Stories) ofList(ctx context.Context, path string, list *intake.Result, as func(post.Recipient) job.Addressee) (People, error) {
	people := People{LeftOut: map[post.Reason]int{}, Source: post.Source{
		Path: path, Sheet: list.Sheet, HeaderRow: list.HeaderRow, FileSHA256: list.FileSHA256}}
	rows := make([]post.Recipient, len(list.Recipients))
	for i, row := range list.Recipients {
		rows[i] = row.Recipient
	}
	known, err := s.register.Find(ctx, rows)
	if err != nil {
		return People{}, err
	}
	first := map[string]int{}
	merged := newRows(list)
	for i, row := range list.Recipients {
		person := row.Recipient
		if known[i] != nil {
			person = withKnown(person, *known[i])
		}
		to := as(person)
		to.Row = row.Number
		people.review(person, to)
		if key := identity(to); key != "" && to.LeftOut == post.ReasonNone {
			if first[key] != 0 {
				to.LeftOut = post.ReasonDuplicateLetter
			} else {
				first[key] = row.Number
			}
		}
		merged.put(row.Number, to, person.Digipost, keyOf(row, person))
	}
	merged.into(&people)
	return people, nil
}

// withKnown fills what the list does not say from the register.
func withKnown(person, known post.Recipient) post.Recipient {
	person.CustomerID = known.CustomerID
	person.Digipost, person.Reason, person.Checked = known.Digipost, known.Reason, known.Checked
	person.PersonAlias, person.Uncertain = known.PersonAlias, known.Uncertain
	if person.BirthNumber == "" {
		person.BirthNumber = known.BirthNumber
	}
	if person.OrganisationNumber == "" {
		person.OrganisationNumber = known.OrganisationNumber
	}
	if person.DigipostAddress == "" {
		person.DigipostAddress = known.DigipostAddress
	}
	return person
}

// identity tells two rows for the same person apart from rows for two people.
func identity(to job.Addressee) string {
	if to.CustomerID != "" {
		return "customer:" + to.CustomerID
	}
	if to.To.Kind == post.ByNameAndAddress {
		return strconv.Quote(to.To.Name()) + strconv.Quote(to.To.Address.Line1) + to.To.Address.Postcode
	}
	if to.To.Kind == "" {
		return ""
	}
	return string(to.To.Kind) + ":" + to.To.Value
}

// splitAddressee says how Digipost is asked about a person.
func splitAddressee(person post.Recipient) job.Addressee { return addressee(person, true) }

func addressee(person post.Recipient, alias bool) job.Addressee {
	to := job.Addressee{CustomerID: person.CustomerID, Name: person.Name()}
	target, ok := person.Target(alias)
	if !ok {
		to.LeftOut = post.ReasonMissingAddress
		return to
	}
	to.To = target
	return to
}
