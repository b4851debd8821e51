package batch

import "testing"

func TestIDSet(t *testing.T) {
	const count = 50_000
	s := newIDSet()
	if s.has("a") {
		t.Error("an empty set has something")
	}
	for i := range count {
		if !s.add(number(i)) {
			t.Fatalf("%d is said to have been there", i)
		}
	}
	for i := range count {
		if !s.has(number(i)) || s.add(number(i)) || s.has(number(i+count)) {
			t.Fatalf("%d", i)
		}
	}
	room := 0
	for i := range s.shards {
		if table := &s.shards[i]; table.count >= len(table.slots) {
			t.Fatal("a table is full")
		}
		room += len(s.shards[i].slots)
	}
	if room > 2*count {
		t.Errorf("room for %d", room)
	}
}
