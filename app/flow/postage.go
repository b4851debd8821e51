package flow

// Postage is what was written of those a letter did not reach, for the sender's
// own postage.
type Postage struct {
	// List is the workbook with all of them.
	List string
	// Letters is one PDF with a letter for each who has a whole address, or ""
	// where nobody has or Unprintable says why there is none.
	Letters string
	// Envelopes is how many letters there are in it.
	Envelopes int
	// Unprintable is the fault of a document that cannot be put into one PDF; the
	// list is written all the same. nil is none.
	Unprintable error
}

// Envelopes is how many of the people have a whole address.
func Envelopes(people []Unreached) int {
	count := 0
	for _, person := range people {
		if person.To.Whole() {
			count++
		}
	}
	return count
}
