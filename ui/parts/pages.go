package parts

import (
	"context"

	"brevdue/ui/task"
)

// Pages reads a long list piece by piece, as rows come into sight, so that a
// register of 100,000 people costs no more than what is seen. It belongs to the
// thread of the window.
type Pages[T any] struct {
	run     *task.Runner
	size    int
	fetch   func(ctx context.Context, offset, limit int) (rows []T, total int, err error)
	changed func(error)

	total   int
	pages   map[int][]T
	waiting map[int]*task.Latest
	order   []int
}

// keepPages is how many pieces are kept; older ones are read again.
const keepPages = 20

// NewPages makes a list. changed is called when rows have come or could not be
// read.
func NewPages[T any](run *task.Runner, size int, fetch func(ctx context.Context, offset, limit int) ([]T, int, error), changed func(error)) *Pages[T] {
	return &Pages[T]{run: run, size: size, fetch: fetch, changed: changed, pages: map[int][]T{}, waiting: map[int]*task.Latest{}}
}

// Reload forgets what was read and reads the first piece; the total stays until it
// has come, so that nothing jumps.
func (p *Pages[T]) Reload() {
	p.Close()
	p.pages, p.order = map[int][]T{}, nil
	p.load(0)
}

// Close cancels what is under way.
func (p *Pages[T]) Close() {
	for _, slot := range p.waiting {
		slot.Cancel()
	}
	p.waiting = map[int]*task.Latest{}
}

// Total is how many rows there are.
func (p *Pages[T]) Total() int { return p.total }

// Row gives a row; found is false while it is being read.
func (p *Pages[T]) Row(index int) (row T, found bool) {
	page := index / p.size
	rows, ok := p.pages[page]
	if !ok {
		p.load(page)
		rows = p.pages[page]
	}
	if at := index - page*p.size; at < len(rows) {
		return rows[at], true
	}
	return row, false
}

func (p *Pages[T]) load(page int) {
	if p.waiting[page] != nil {
		return
	}
	slot := &task.Latest{}
	p.waiting[page] = slot
	type answer struct {
		rows  []T
		total int
	}
	task.Replace(p.run, slot, func(ctx context.Context) (answer, error) {
		rows, total, err := p.fetch(ctx, page*p.size, p.size)
		return answer{rows, total}, err
	}, func(got answer, err error) {
		delete(p.waiting, page)
		// A piece that could not be read stays empty until Reload: asking again at
		// each drawing would never end.
		if err != nil {
			got.rows = nil
		} else {
			p.total = got.total
		}
		p.keep(page, got.rows)
		p.changed(err)
	})
}

func (p *Pages[T]) keep(page int, rows []T) {
	p.pages[page] = rows
	p.order = append(p.order, page)
	if len(p.order) > keepPages {
		delete(p.pages, p.order[0])
		p.order = p.order[1:]
	}
}
