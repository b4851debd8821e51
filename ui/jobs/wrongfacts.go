package jobs

import (
	"context"
	"maps"
	"slices"

	"brevdue/app/job"
	"brevdue/app/post"
)

// wrongFacts are what a page of first aid shows.
type wrongFacts struct {
	cases []post.Misdelivery
	// jobs are those of all cases, and those not finished, by id; open the ids of
	// those that can be stopped, what hurries first.
	jobs map[string]post.Job
	open []string
	// items are the letters that reached somebody wrong, people who they are in the
	// register.
	items  map[string][]post.Item
	people map[string]post.Recipient
}

// readWrong reads the cases, the jobs of the one shown and, with people, its letters.
func readWrong(ctx context.Context, ports Ports, m post.Misdelivery, people bool) (wrongFacts, error) {
	f := wrongFacts{jobs: map[string]post.Job{}}
	var err error
	if f.cases, err = ports.FirstAid.Cases(ctx); err != nil {
		return f, err
	}
	wanted := slices.Clone(m.Jobs)
	for _, other := range f.cases {
		wanted = append(wanted, other.Jobs...)
	}
	for _, id := range wanted {
		if _, known := f.jobs[id]; known {
			continue
		}
		job, err := ports.Jobs.Job(ctx, id)
		if err != nil && post.CodeOf(err) != post.CodeJobUnknown {
			return f, err
		}
		if err == nil {
			f.jobs[id] = job
		}
	}
	open, err := ports.Jobs.Jobs(ctx, post.JobQuery{Open: true})
	if err != nil {
		return f, err
	}
	f.sortOpen(m, open)
	if !people {
		return f, nil
	}
	return f, f.readPeople(ctx, ports, m)
}

// sortOpen finds what can be stopped: first what has to do with the case.
func (f *wrongFacts) sortOpen(m post.Misdelivery, open []post.Job) {
	var others []string
	for _, job := range open {
		if job.Kind == post.KindSplit {
			continue
		}
		f.jobs[job.ID] = job
		if f.concerned(m, job) {
			f.open = append(f.open, job.ID)
		} else {
			others = append(others, job.ID)
		}
	}
	f.open = append(f.open, others...)
}

// concerned reports whether a job that is not finished has to do with the case.
func (f *wrongFacts) concerned(m post.Misdelivery, other post.Job) bool {
	return slices.ContainsFunc(m.Jobs, func(id string) bool { return job.Concerned(f.jobs[id], other) })
}

// readPeople reads the letters of the case, and of the first of them who it is in the
// register.
func (f *wrongFacts) readPeople(ctx context.Context, ports Ports, m post.Misdelivery) error {
	f.items, f.people = map[string][]post.Item{}, map[string]post.Recipient{}
	for id, seqs := range m.People {
		if _, known := f.jobs[id]; !known || len(seqs) == 0 {
			continue
		}
		items, err := ports.Jobs.Items(ctx, id, post.ItemQuery{})
		if err != nil {
			return err
		}
		for _, item := range items {
			if m.Has(id, item.Seq) {
				f.items[id] = append(f.items[id], item)
			}
		}
		for _, item := range f.items[id] {
			if item.CustomerID == "" || ports.Person == nil || len(f.people) >= mostPeople {
				continue
			}
			person, _, err := ports.Person(ctx, item.CustomerID)
			if err != nil && post.CodeOf(err) != post.CodePersonUnknown {
				return err
			}
			if err == nil {
				f.people[item.CustomerID] = person
			}
		}
	}
	return nil
}

// alike reports whether two readings show the same.
func (f wrongFacts) alike(o wrongFacts) bool {
	if len(f.cases) != len(o.cases) || !slices.Equal(f.open, o.open) || len(f.jobs) != len(o.jobs) {
		return false
	}
	for id, job := range f.jobs {
		other := o.jobs[id]
		if job.State != other.State || job.Ending != other.Ending || !maps.Equal(job.Counts.ByStatus, other.Counts.ByStatus) {
			return false
		}
	}
	same := func(x, y []post.Item) bool {
		return slices.EqualFunc(x, y, func(x, y post.Item) bool { return x.Seq == y.Seq && sameFate(x, y) })
	}
	return maps.EqualFunc(f.items, o.items, same) && maps.EqualFunc(f.people, o.people, func(x, y post.Recipient) bool { return x.Matched() == y.Matched() })
}
