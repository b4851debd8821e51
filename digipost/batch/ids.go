package batch

import "hash/maphash"

// idSet remembers which ids have been there, in eight bytes or so for each: 13
// MB for a million. Two different ids that are taken for one would refuse a job
// for no reason, which among a million happens three times in a hundred million
// jobs, and not again when the job is tried again.
type idSet struct {
	seed maphash.Seed
	seen map[uint64]struct{}
}

func newIDSet() idSet {
	return idSet{seed: maphash.MakeSeed(), seen: make(map[uint64]struct{})}
}

// add reports whether the id is new.
func (s idSet) add(id string) bool {
	key := maphash.String(s.seed, id)
	if _, twice := s.seen[key]; twice {
		return false
	}
	s.seen[key] = struct{}{}
	return true
}

func (s idSet) has(id string) bool {
	_, has := s.seen[maphash.String(s.seed, id)]
	return has
}
