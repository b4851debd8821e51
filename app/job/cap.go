package job

import (
	"sync"

	"brevdue/app/post"
)

// within is the one place that holds the letters that leave against what a person
// approved: never are there more of them.
func within(job post.Job, leaving int) error {
	if leaving > job.Approved {
		return post.NewFault(post.CodePlanChanged, nil, "job", job.ID)
	}
	return nil
}

// left is how many letters of a job have reached somebody, or may have.
func left(counts post.Counts) int {
	return counts.Total - counts.ByStatus[post.ItemReady] - counts.ByStatus[post.ItemStopped] - counts.ByStatus[post.ItemNotDelivered]
}

// allowance counts the letters of one round before each of them is sent.
type allowance struct {
	mutex sync.Mutex
	job   post.Job
	gone  int
}

func allow(job post.Job) *allowance { return &allowance{job: job, gone: left(job.Counts)} }

// take lets one more letter go that has not left before, or says that there are
// enough.
func (a *allowance) take() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if err := within(a.job, a.gone+1); err != nil {
		return err
	}
	a.gone++
	return nil
}
