package validate

import "strings"

// judge is what a rule speaks through.
type judge struct {
	run *run
	// at is the element whose rule speaks, the innermost one that is open.
	at *record
}

// wrong adds an error about an element at or below the one at hand.
func (j *judge) wrong(n *record, code, text string) error {
	return j.run.add(j.path(n), n.line, code, text)
}

// doubtful adds a warning.
func (j *judge) doubtful(n *record, code, text string) {
	j.run.warn(j.path(n), n.line, code, text)
}

// path leads to an element at or below the one at hand.
func (j *judge) path(n *record) string {
	var below []*record
	for ; n != nil && n != j.at; n = n.parent {
		below = append(below, n)
	}
	var b strings.Builder
	b.WriteString(j.run.path(len(j.run.stack), ""))
	for i := len(below) - 1; i >= 0; i-- {
		step(&b, below[i].local, below[i].index)
	}
	return b.String()
}
