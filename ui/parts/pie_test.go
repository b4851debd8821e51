package parts

import (
	"slices"
	"testing"
)

// TestPercents: what stands beside a ring adds up.
func TestPercents(t *testing.T) {
	for _, try := range []struct {
		counts []int
		want   []string
	}{
		{[]int{23, 17}, []string{"58", "42"}},
		{[]int{1, 1, 1}, []string{"34", "33", "33"}},
		{[]int{23, 6, 9, 0}, []string{"60", "16", "24", "0"}},
		{[]int{999, 1}, []string{">99", "<1"}},
		{[]int{9999, 1}, []string{">99", "<1"}},
		{[]int{5, 0}, []string{"100", "0"}},
		{[]int{0, 0}, []string{"0", "0"}},
	} {
		parts, total := []Slice{}, 0
		for _, count := range try.counts {
			parts = append(parts, Slice{Count: count})
			total += count
		}
		if got := percents(parts, total); !slices.Equal(got, try.want) {
			t.Errorf("%v: %v, want %v", try.counts, got, try.want)
		}
	}
}
