package flow

import (
	"sort"

	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
)

// rows gathers the addressees of a list by row, those with a problem that must
// be fixed included, and hands them over in the list's order.
type rows struct {
	to    map[int]job.Addressee
	known map[int]post.SplitStatus
	keys  map[int]DocumentKey
}

// newRows starts with the rows that are not used, each with its reason: those
// with a problem that must be fixed, and those of somebody further up.
func newRows(list *intake.Result) *rows {
	r := &rows{to: map[int]job.Addressee{}, known: map[int]post.SplitStatus{}, keys: map[int]DocumentKey{}}
	for _, problem := range list.Problems {
		again := problem.Code == post.ProblemDuplicatePerson || problem.Code == post.ProblemDuplicateRow
		if problem.Row == 0 || problem.Level != post.MustFix && !again {
			continue
		}
		if _, seen := r.to[problem.Row]; !seen {
			r.to[problem.Row] = job.Addressee{Row: problem.Row, LeftOut: reasonOf(problem.Code)}
		}
	}
	return r
}

func (r *rows) put(number int, to job.Addressee, known post.SplitStatus, key DocumentKey) {
	r.to[number], r.known[number], r.keys[number] = to, known, key
}

func (r *rows) into(people *People) {
	numbers := make([]int, 0, len(r.to))
	for number := range r.to {
		numbers = append(numbers, number)
	}
	sort.Ints(numbers)
	for _, number := range numbers {
		people.add(r.to[number], r.known[number], r.keys[number])
	}
}

// reasonOf says why a row with a problem gets no letter.
func reasonOf(code post.ProblemCode) post.Reason {
	switch code {
	case post.ProblemBadCheckDigit, post.ProblemSynthetic, post.ProblemBadDate, post.ProblemBadAccount:
		return post.ReasonInvalidNumber
	case post.ProblemMissing:
		return post.ReasonMissingAddress
	case post.ProblemBadPostcode, post.ProblemTooLong:
		return post.ReasonInvalidAddress
	case post.ProblemDuplicatePerson, post.ProblemDuplicateRow:
		return post.ReasonDuplicateLetter
	case post.ProblemMissingFile:
		return post.ReasonBadFile
	}
	return post.ReasonOther
}
