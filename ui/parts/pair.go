package parts

import "brevdue/ui/look"

// Pair is one question with two short fields beside each other: a day and a time, a
// postcode and a town. What is wrong stands below both.
type Pair struct {
	*Field
	First, Second *Entry
}

// Half is one of the two fields: the end of its id, an example, its width.
type Half struct {
	ID, Example string
	Width       float32
}

// PairField makes the two fields; their ids are id.FIRST and id.SECOND.
func PairField(id, label string, first, second Half) *Pair {
	p := &Pair{First: NewEntry(), Second: NewEntry()}
	p.First.PlaceHolder, p.Second.PlaceHolder = first.Example, second.Example
	p.Field = NewField(id, label, "", first.Width+look.Near+second.Width, Row(look.Near,
		Width(first.Width, WithID(id+"."+first.ID, p.First)), Width(second.Width, WithID(id+"."+second.ID, p.Second))))
	return p
}
