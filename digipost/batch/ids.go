package batch

import (
	"hash/maphash"
	"math/bits"
)

// idSet remembers which ids have been there, as eight bytes of a hash for each: 12
// MB for a million, where a map takes twice that while it grows. Two different ids
// that are taken for one would refuse a job for no reason, which among a million
// happens three times in a hundred million jobs, and not again when the job is
// tried again.
type idSet struct {
	seed   maphash.Seed
	shards *[256]shard
}

// shard is a table with linear probing; 0 is an empty slot. Small tables that grow
// one at a time need little more memory than what is in them.
type shard struct {
	slots []uint64
	count int
}

func newIDSet() idSet { return idSet{seed: maphash.MakeSeed(), shards: new([256]shard)} }

// add reports whether the id is new.
func (s idSet) add(id string) bool {
	key, table := s.find(id)
	if table.count >= len(table.slots)*7/8 {
		table.grow()
	}
	at := table.place(key)
	if table.slots[at] == key {
		return false
	}
	table.slots[at] = key
	table.count++
	return true
}

func (s idSet) has(id string) bool {
	key, table := s.find(id)
	return table.count > 0 && table.slots[table.place(key)] == key
}

func (s idSet) find(id string) (key uint64, table *shard) {
	key = max(maphash.String(s.seed, id), 1)
	return key, &s.shards[key>>56]
}

// place is where the key is or would be.
func (t *shard) place(key uint64) int {
	high, _ := bits.Mul64(key<<8, uint64(len(t.slots)))
	at := int(high)
	for t.slots[at] != 0 && t.slots[at] != key {
		if at++; at == len(t.slots) {
			at = 0
		}
	}
	return at
}

func (t *shard) grow() {
	old := t.slots
	t.slots = make([]uint64, max(16, len(old)+len(old)/2))
	for _, key := range old {
		if key != 0 {
			t.slots[t.place(key)] = key
		}
	}
}
