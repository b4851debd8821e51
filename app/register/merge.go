package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"brevdue/app/post"
)

// MergePlan is what an import would do to the register. Nothing is stored until
// it is committed.
type MergePlan struct {
	New, Changed, Same []post.Change
	// Joined is how many rows were put together with an earlier row of the same
	// person.
	Joined int

	rows  []post.Row
	group string
}

// all gives the changes in the order of the list.
func (p *MergePlan) all() []post.Change {
	all := slices.Concat(p.New, p.Changed, p.Same)
	slices.SortStableFunc(all, func(a, b post.Change) int { return a.Row - b.Row })
	return all
}

// agrees reports whether both plans do the same to the same people. What a
// split or a letter changed in between does not count, and neither does an id
// the register gives.
func (p *MergePlan) agrees(other *MergePlan) bool {
	a, b := p.all(), other.all()
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || a[i].Row != b[i].Row || (a[i].Before == nil) != (b[i].Before == nil) {
			return false
		}
		if a[i].Before != nil && (a[i].Before.CustomerID != b[i].Before.CustomerID || !sameListed(*a[i].Before, *b[i].Before)) {
			return false
		}
		if !sameListed(a[i].After, b[i].After) {
			return false
		}
	}
	return true
}

// Plan matches a list with the register. group, when given, is added to
// everybody in it. Rows of the same person are joined; who is new and has no id
// gets one; a cell that is empty erases nothing; what a split found stays.
func (r *Register) Plan(ctx context.Context, rows []post.Row, group string) (*MergePlan, error) {
	plan := &MergePlan{rows: rows, group: group}
	people, numbers := join(rows, group)
	plan.Joined = len(rows) - len(people)
	known, err := r.store.Match(ctx, people)
	if err != nil {
		return nil, fmt.Errorf("match the list with the register: %w", err)
	}
	if len(known) != len(people) {
		return nil, fmt.Errorf("match the list with the register: %d answers for %d people", len(known), len(people))
	}
	for i, person := range people {
		if known[i] != nil && known[i].CustomerID != person.CustomerID && contradicts(*known[i], person) {
			known[i] = nil
		}
	}
	people, known, numbers = joinKnown(people, known, numbers)
	plan.Joined = len(rows) - len(people)
	if err := r.giveIDs(ctx, people, known); err != nil {
		return nil, err
	}
	for i, person := range people {
		if known[i] == nil {
			plan.New = append(plan.New, post.Change{Kind: post.ChangeNew, Row: numbers[i], After: person})
			continue
		}
		before := *known[i]
		after := merge(before, person)
		change := post.Change{Kind: post.ChangeUpdate, Row: numbers[i], Before: &before, After: after}
		if sameListed(before, after) && before.DigipostAddress == after.DigipostAddress {
			change.Kind = post.ChangeSame
			plan.Same = append(plan.Same, change)
			continue
		}
		plan.Changed = append(plan.Changed, change)
	}
	return plan, nil
}

// join puts rows of the same person together, the later row on top of the
// earlier, and gives the people with the number of their first row.
func join(rows []post.Row, group string) (people []post.Recipient, numbers []int) {
	seen := make(map[string]int, 2*len(rows))
	for _, row := range rows {
		person := row.Recipient
		person.Groups = addGroups(person.Groups, group)
		at := -1
		for _, key := range keys(person) {
			if i, ok := seen[key]; ok && !contradicts(people[i], person) {
				at = i
				break
			}
		}
		if at < 0 {
			at = len(people)
			people = append(people, person)
			numbers = append(numbers, row.Number)
		} else {
			people[at] = merge(people[at], person)
		}
		for _, key := range keys(people[at]) {
			if _, taken := seen[key]; !taken {
				seen[key] = at
			}
		}
	}
	return people, numbers
}

// joinKnown joins people that turned out to be one person in the register, for
// example by customer id in one row and by birth number in another.
func joinKnown(people []post.Recipient, known []*post.Recipient, numbers []int) ([]post.Recipient, []*post.Recipient, []int) {
	first := make(map[string]int, len(people))
	n := 0
	for i := range people {
		if known[i] != nil {
			if at, ok := first[known[i].CustomerID]; ok {
				people[at] = merge(people[at], people[i])
				continue
			}
			first[known[i].CustomerID] = n
		}
		people[n], known[n], numbers[n] = people[i], known[i], numbers[i]
		n++
	}
	return people[:n], known[:n], numbers[:n]
}

// keys are the ways a person is found again inside one list, the surest first:
// the same ways as the store matches by.
func keys(p post.Recipient) []string {
	var keys []string
	for kind, value := range []string{p.CustomerID, p.BirthNumber, p.OrganisationNumber, strings.ToLower(p.DigipostAddress)} {
		if value != "" {
			keys = append(keys, fmt.Sprint(kind, ":", value))
		}
	}
	if p.Name() != "" && p.Address.Line1 != "" && p.Address.Postcode != "" {
		keys = append(keys, "a:"+fold(p.Name())+"|"+p.Address.Postcode+"|"+fold(p.Address.Line1))
	}
	return keys
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// contradicts reports whether two rows that share something sure name different
// people all the same: two ids, or two numbers. Father and son can share a name
// and a house; they are never joined.
func contradicts(a, b post.Recipient) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return differ(a.BirthNumber, b.BirthNumber) || differ(a.OrganisationNumber, b.OrganisationNumber) ||
		(differ(a.CustomerID, b.CustomerID) && (a.BirthNumber == "" || a.BirthNumber != b.BirthNumber) &&
			(a.OrganisationNumber == "" || a.OrganisationNumber != b.OrganisationNumber))
}

// giveIDs fills the customer id of everybody: the register's own for a known
// person, the list's where it has one, else a new one that neither has.
func (r *Register) giveIDs(ctx context.Context, people []post.Recipient, known []*post.Recipient) error {
	taken := make(map[string]bool, len(people))
	missing := 0
	for i := range people {
		if known[i] != nil {
			people[i].CustomerID = known[i].CustomerID
		}
		if people[i].CustomerID == "" {
			missing++
			continue
		}
		taken[people[i].CustomerID] = true
	}
	if missing == 0 {
		return nil
	}
	// The store knows the register only, so that ids the list itself brings may
	// come back; at most len(taken) of them.
	var free []string
	for extra := 0; len(free) < missing; {
		ids, err := r.store.NextCustomerIDs(ctx, missing+extra)
		if err != nil {
			return fmt.Errorf("find free customer ids: %w", err)
		}
		free = slices.DeleteFunc(ids, func(id string) bool { return taken[id] })
		if extra >= len(taken) && len(free) < missing {
			return fmt.Errorf("find free customer ids: %d wanted, %d given", missing, len(free))
		}
		extra = min(len(taken), max(2*extra, missing-len(free)))
	}
	for i := range people {
		if people[i].CustomerID == "" {
			people[i].CustomerID, free = free[0], free[1:]
		}
	}
	return nil
}
