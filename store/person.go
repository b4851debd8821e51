package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"brevdue/app/post"
)

// personData are the columns of a person that come from post.Recipient.
const personData = `customer_id, birth_number, birth_hash, account, account_hash, organisation_number, digipost_address, person_alias,
	first_name, middle_name, last_name, full_name, birth_date, address1, address2, postcode, town, country, phone, email,
	digipost, reason, uncertain, checked, last_letter, created, changed, revision, name_key, sort_name, search`

// personColumns are read back by scanPerson, the groups in one column.
const personColumns = `person.id, customer_id, birth_number, account, organisation_number, digipost_address, person_alias,
	first_name, middle_name, last_name, full_name, birth_date, address1, address2, postcode, town, country, phone, email,
	digipost, reason, uncertain, checked, last_letter, created, changed, revision,
	(SELECT json_group_array(name ORDER BY name) FROM person_group WHERE person_id = person.id)`

// person is a recipient as it is stored.
type person struct {
	id       int64
	revision int64
	post.Recipient
}

func scanPerson(seal Sealer, scan func(...any) error) (p person, err error) {
	var birth, account []byte
	var groups string
	var checked, lastLetter, created, changed int64
	if err := scan(&p.id, &p.CustomerID, &birth, &account, &p.OrganisationNumber, &p.DigipostAddress, &p.PersonAlias,
		&p.FirstName, &p.MiddleName, &p.LastName, &p.FullName, &p.BirthDate, &p.Address.Line1, &p.Address.Line2, &p.Address.Postcode,
		&p.Address.Town, &p.Address.Country, &p.Phone, &p.Email, &p.Digipost, &p.Reason, &p.Uncertain, &checked, &lastLetter,
		&created, &changed, &p.revision, &groups); err != nil {
		return p, err
	}
	p.Checked, p.LastLetter, p.Created, p.Changed = moment(checked), moment(lastLetter), moment(created), moment(changed)
	if p.BirthNumber, err = unsealText(seal, birth, place("person", "birth_number", p.id)); err != nil {
		return p, err
	}
	if p.Account, err = unsealText(seal, account, place("person", "account", p.id)); err != nil {
		return p, err
	}
	if groups != "[]" {
		err = json.Unmarshal([]byte(groups), &p.Groups)
	}
	return p, err
}

// personValues gives the values of personData.
func personValues(seal Sealer, p person) ([]any, error) {
	birth, err := sealText(seal, p.BirthNumber, place("person", "birth_number", p.id))
	if err != nil {
		return nil, err
	}
	account, err := sealText(seal, p.Account, place("person", "account", p.id))
	if err != nil {
		return nil, err
	}
	return []any{p.CustomerID, birth, lookup(seal, post.ByBirthNumber, p.BirthNumber),
		account, lookup(seal, post.ByAccount, p.Account), p.OrganisationNumber, p.DigipostAddress, p.PersonAlias,
		p.FirstName, p.MiddleName, p.LastName, p.FullName, p.BirthDate, p.Address.Line1, p.Address.Line2, p.Address.Postcode,
		p.Address.Town, p.Address.Country, p.Phone, p.Email, p.Digipost, p.Reason, p.Uncertain, stamp(p.Checked), stamp(p.LastLetter),
		stamp(p.Created), stamp(p.Changed), p.revision, nameKey(p.Recipient), sortKey(p.Name()), searchText(p.Recipient)}, nil
}

// searchText is what a search for a person looks in, one part a line.
func searchText(r post.Recipient) string {
	parts := []string{r.Name(), r.CustomerID, r.DigipostAddress, r.Address.Town}
	if r.FullName != "" {
		// A list with both forms is found by either.
		r.FullName = ""
		parts = append(parts, r.Name())
	}
	for i := range parts {
		parts[i] = fold(parts[i])
	}
	return strings.Join(parts, "\n")
}

// insertPerson stores a new person under the next row number, which the sealed
// values are bound to.
func insertPerson(ctx context.Context, tx *sql.Tx, seal Sealer, p *person) error {
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM person").Scan(&p.id); err != nil {
		return err
	}
	values, err := personValues(seal, *p)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertInto("person", "id, "+personData), append([]any{p.id}, values...)...); err != nil {
		return err
	}
	return writeGroups(ctx, tx, p.id, p.Groups)
}

// updatePerson writes a person as it is now and counts the change.
func updatePerson(ctx context.Context, tx *sql.Tx, seal Sealer, p *person) error {
	p.revision++
	values, err := personValues(seal, *p)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE person SET ("+personData+") = ("+marks(len(values))+") WHERE id = ?", append(values, p.id)...); err != nil {
		return err
	}
	return writeGroups(ctx, tx, p.id, p.Groups)
}

func writeGroups(ctx context.Context, tx *sql.Tx, id int64, groups []string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM person_group WHERE person_id = ?", id); err != nil {
		return err
	}
	for _, group := range groups {
		if group = strings.TrimSpace(group); group == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO person_group (person_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", id, group); err != nil {
			return err
		}
	}
	return nil
}

// personBy gives the first person for a condition; found is false when there
// is none.
func personBy(ctx context.Context, q querier, seal Sealer, condition string, args ...any) (p person, found bool, err error) {
	p, err = scanPerson(seal, q.QueryRowContext(ctx, "SELECT "+personColumns+" FROM person WHERE "+condition+" ORDER BY person.id LIMIT 1", args...).Scan)
	if notFound(err) {
		return person{}, false, nil
	}
	return p, err == nil, err
}

// Recipient gives one person; an unknown id is a fault person_unknown.
func (db *DB) Recipient(ctx context.Context, customerID string) (post.Recipient, error) {
	seal, err := db.sealer()
	if err != nil {
		return post.Recipient{}, err
	}
	p, found, err := personBy(ctx, db.reader, seal, "customer_id = ?", customerID)
	if err == nil && !found {
		err = unknownPerson(customerID)
	}
	return p.Recipient, db.fault(ctx, "read person", err)
}

func unknownPerson(customerID string) error {
	return post.NewFault(post.CodePersonUnknown, nil, "customer_id", customerID)
}
