package flow

import (
	"context"

	"brevdue/app/intake"
	"brevdue/app/post"
)

// Words gives the cells that stand beside a row in the copy of the user's list,
// in the person's language.
type Words interface {
	// Headings are the headings of the new columns.
	Headings(job post.Job) []string
	// Cells are the values for one item, as many as there are headings.
	Cells(job post.Job, item post.Item) []string
}

// WriteBack writes a copy of the list a job came from, with what came of each
// row beside it. The list itself is never touched. out "" takes the place that
// was asked for when the job was planned; a job without a list is left alone and
// written is then false.
func (s *Stories) WriteBack(ctx context.Context, id, out string, words Words) (written bool, err error) {
	job, err := s.jobs.Job(ctx, id)
	if err != nil {
		return false, err
	}
	if out == "" {
		out = job.Source.WriteBack
	}
	if out == "" || job.Source.Path == "" {
		return false, nil
	}
	items, err := s.jobs.Items(ctx, id, post.ItemQuery{})
	if err != nil {
		return false, err
	}
	cells := make(map[int][]string, len(items))
	for _, item := range items {
		if item.Row != 0 {
			cells[item.Row] = words.Cells(job, item)
		}
	}
	if err := intake.WriteBack(ctx, job.Source, out, words.Headings(job), cells); err != nil {
		return false, err
	}
	return true, nil
}

// SameAgain counts the people who already got the document with this content,
// and names one of the jobs.
func (s *Stories) SameAgain(ctx context.Context, documentSHA256 string, people People) (count int, earlier string, err error) {
	var ids []string
	for _, to := range people.To {
		if to.LeftOut == post.ReasonNone && to.CustomerID != "" {
			ids = append(ids, to.CustomerID)
		}
	}
	if len(ids) == 0 {
		return 0, "", nil
	}
	before, err := s.jobs.SentBefore(ctx, documentSHA256, ids)
	if err != nil {
		return 0, "", err
	}
	for _, id := range before {
		if id != "" {
			count++
			earlier = id
		}
	}
	return count, earlier, nil
}
