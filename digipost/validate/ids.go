package validate

import (
	"fmt"
	"hash/maphash"
)

// identities are the IDs of a document, and what points at them. Only hashes
// are kept: of a million IDs some ten megabytes.
type identities struct {
	known   unique
	pending []pending
}

// unique is a set of values that are too many to keep.
type unique struct {
	seed maphash.Seed
	set  map[uint64]struct{}
}

// add says whether a value is new.
func (u *unique) add(value string) bool {
	sum := u.sum(value)
	known := u.has(sum)
	u.set[sum] = struct{}{}
	return !known
}

func (u *unique) sum(value string) uint64 {
	if u.set == nil {
		u.seed, u.set = maphash.MakeSeed(), map[uint64]struct{}{}
	}
	return maphash.String(u.seed, value)
}

func (u *unique) has(sum uint64) bool {
	_, known := u.set[sum]
	return known
}

// pending is a reference to an ID that has not come yet.
type pending struct {
	sum  uint64
	line int
	// value and path are kept of the first ones alone.
	value, path string
}

// maxExplained is how many references that point ahead are kept with all that
// a finding shows. In Digipost's documents none points ahead.
const maxExplained = maxFindings

func (i *identities) define(r *run, value, attribute string) error {
	if !i.known.add(value) {
		return r.failAt(attribute, DuplicateID, fmt.Sprintf("the id %s is used before", quote(value)))
	}
	return nil
}

func (i *identities) refer(r *run, value, attribute string) {
	sum := i.known.sum(value)
	if i.known.has(sum) {
		return
	}
	p := pending{sum: sum, line: r.line}
	if len(i.pending) < maxExplained {
		p.value, p.path = shorten(value, 200), r.path(len(r.stack), attribute)
	}
	i.pending = append(i.pending, p)
}

// unresolved says which references lead nowhere.
func (i *identities) unresolved(r *run) error {
	for _, p := range i.pending {
		if i.known.has(p.sum) {
			continue
		}
		text := "nothing has the id that stands here"
		if p.value != "" {
			text = fmt.Sprintf("nothing has the id %s", quote(p.value))
		}
		if err := r.add(p.path, p.line, UnknownID, text); err != nil {
			return err
		}
	}
	return nil
}
