package store

import (
	"context"
	"database/sql"

	"brevdue/app/post"
)

// orders are the ways to sort people; the row number makes each of them
// complete, so that no one is on two pages.
var orders = map[post.RecipientOrder]string{
	"":                   "sort_name",
	post.OrderName:       "sort_name",
	post.OrderCustomerID: "length(customer_id), customer_id",
	post.OrderDigipost:   "digipost",
	post.OrderChecked:    "checked",
	post.OrderLastLetter: "last_letter",
}

// downOrders are the same the other way round.
var downOrders = map[post.RecipientOrder]string{
	"":                   "sort_name DESC",
	post.OrderName:       "sort_name DESC",
	post.OrderCustomerID: "length(customer_id) DESC, customer_id DESC",
	post.OrderDigipost:   "digipost DESC",
	post.OrderChecked:    "checked DESC",
	post.OrderLastLetter: "last_letter DESC",
}

// Recipients gives a part of the people that match, and how many match.
func (db *DB) Recipients(ctx context.Context, query post.RecipientQuery) (page post.RecipientPage, err error) {
	seal, err := db.sealer()
	if err != nil {
		return page, err
	}
	where, args := peopleWhere(seal, query)
	order, tie := orders[query.Order], ", person.id"
	if query.Down {
		order, tie = downOrders[query.Order], ", person.id DESC"
	}
	if order == "" {
		order = orders[""]
	}
	err = db.read(ctx, "read people", func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM person"+where, args...).Scan(&page.Total); err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			p, err := scanPerson(seal, rows.Scan)
			page.Recipients = append(page.Recipients, p.Recipient)
			return err
			// Sorted by number first and read whole afterwards: the page is small.
		}, "SELECT "+personColumns+" FROM person WHERE id IN (SELECT id FROM person"+where+" ORDER BY "+order+tie+
			limit(query.Limit, query.Offset)+") ORDER BY "+order+tie, args...)
	})
	return page, err
}

// peopleWhere gives the condition of a query. A search that is a whole number
// finds its owner by the keyed hash.
func peopleWhere(seal Sealer, query post.RecipientQuery) (string, []any) {
	var where []string
	var args []any
	if words := searchWords(query.Search); len(words) > 0 {
		condition := "("
		for i, word := range words {
			if i > 0 {
				condition += " AND "
			}
			condition += `search LIKE ? ESCAPE '\'`
			args = append(args, likePattern(word))
		}
		switch number := digits(query.Search); len(number) {
		case 11:
			condition += " OR birth_hash = ?"
			args = append(args, lookup(seal, post.ByBirthNumber, number))
		case 9:
			condition += " OR organisation_number = ?"
			args = append(args, number)
		}
		where = append(where, condition+")")
	}
	if query.Group != "" {
		where = append(where, "EXISTS (SELECT 1 FROM person_group WHERE person_id = person.id AND name = ?)")
		args = append(args, query.Group)
	}
	if len(query.Digipost) > 0 {
		where, args = append(where, "digipost IN ("+marks(len(query.Digipost))+")"), appendAny(args, query.Digipost)
	}
	return whereAll(where), args
}

// Groups gives the names of all groups in order.
func (db *DB) Groups(ctx context.Context) (groups []string, err error) {
	err = db.read(ctx, "read groups", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			var group string
			err := rows.Scan(&group)
			groups = append(groups, group)
			return err
		}, "SELECT DISTINCT name FROM person_group ORDER BY name")
	})
	return groups, err
}

// Overview gives the register in numbers.
func (db *DB) Overview(ctx context.Context) (post.RegisterOverview, error) {
	overview := post.RegisterOverview{BySplit: map[post.SplitStatus]int{}}
	err := db.read(ctx, "read overview", func(tx *sql.Tx) error {
		var last int64
		err := each(ctx, tx, func(rows *sql.Rows) error {
			var status post.SplitStatus
			var n int
			var checked int64
			err := rows.Scan(&status, &n, &checked)
			overview.BySplit[status] += n
			overview.Total += n
			last = max(last, checked)
			return err
		}, "SELECT digipost, count(*), max(checked) FROM person GROUP BY digipost")
		overview.LastSplit = moment(last)
		return err
	})
	return overview, err
}

// Match finds for each person given the one in the register who is the same: by
// customer id, birth number, organisation number, Digipost address, then by
// name with postcode and first address line; nil where there is none. A number
// that differs on both sides is never the same person; a name and address that
// several people share, or that the user gave another id, matches none of them.
func (db *DB) Match(ctx context.Context, people []post.Recipient) ([]*post.Recipient, error) {
	seal, err := db.sealer()
	if err != nil {
		return nil, err
	}
	matches := make([]*post.Recipient, len(people))
	err = db.read(ctx, "match people", func(tx *sql.Tx) error {
		m, err := newMatcher(ctx, tx, seal)
		if err != nil {
			return err
		}
		defer m.close()
		for i, candidate := range people {
			if matches[i], err = m.match(ctx, candidate); err != nil {
				return err
			}
		}
		return nil
	})
	return matches, err
}

// matcher holds one prepared statement for each way to find a person.
type matcher struct {
	seal                                                Sealer
	byID, byBirth, byOrganisation, byDigipost, byNameAt *sql.Stmt
}

func newMatcher(ctx context.Context, tx *sql.Tx, seal Sealer) (*matcher, error) {
	m := &matcher{seal: seal}
	for condition, statement := range map[string]**sql.Stmt{
		"customer_id = ?": &m.byID, "birth_hash = ?": &m.byBirth, "organisation_number = ?": &m.byOrganisation,
		"digipost_address = ? COLLATE NOCASE": &m.byDigipost, "name_key = ?": &m.byNameAt,
	} {
		prepared, err := tx.PrepareContext(ctx, "SELECT "+personColumns+" FROM person WHERE "+condition+" ORDER BY person.id LIMIT 2")
		if err != nil {
			m.close()
			return nil, err
		}
		*statement = prepared
	}
	return m, nil
}

func (m *matcher) close() {
	for _, statement := range []*sql.Stmt{m.byID, m.byBirth, m.byOrganisation, m.byDigipost, m.byNameAt} {
		if statement != nil {
			_ = statement.Close()
		}
	}
}

func (m *matcher) match(ctx context.Context, r post.Recipient) (*post.Recipient, error) {
	if r.CustomerID != "" {
		// The user's own id settles it, whatever else changed.
		found, err := m.find(ctx, m.byID, r.CustomerID)
		if err != nil || len(found) > 0 {
			return first(found), err
		}
	}
	if r.BirthNumber != "" {
		found, err := m.find(ctx, m.byBirth, lookup(m.seal, post.ByBirthNumber, r.BirthNumber))
		if err != nil || len(found) > 0 {
			return first(found), err
		}
	}
	for _, way := range []struct {
		statement *sql.Stmt
		value     string
		byName    bool
	}{
		{m.byOrganisation, r.OrganisationNumber, false},
		{m.byDigipost, r.DigipostAddress, false},
		{m.byNameAt, nameKey(r), true},
	} {
		if way.value == "" {
			continue
		}
		found, err := m.find(ctx, way.statement, way.value)
		if err != nil {
			return nil, err
		}
		match := first(found)
		switch {
		case match == nil, contradict(*match, r):
		case way.byName && (len(found) > 1 || r.CustomerID != "" && !ownID(match.CustomerID)):
			// Two people with one name and address, or two ids of the user's own.
		default:
			return match, nil
		}
	}
	return nil, nil
}

func (m *matcher) find(ctx context.Context, statement *sql.Stmt, value any) ([]post.Recipient, error) {
	rows, err := statement.QueryContext(ctx, value)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []post.Recipient
	for rows.Next() {
		p, err := scanPerson(m.seal, rows.Scan)
		if err != nil {
			return nil, err
		}
		found = append(found, p.Recipient)
	}
	return found, rows.Err()
}

func first(found []post.Recipient) *post.Recipient {
	if len(found) == 0 {
		return nil
	}
	return &found[0]
}

// contradict reports whether two people have numbers that cannot both be right.
func contradict(a, b post.Recipient) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return differ(a.BirthNumber, b.BirthNumber) || differ(a.OrganisationNumber, b.OrganisationNumber)
}
