package app

import (
	"sync"

	"brevdue/app/post"
)

// hub passes notices on to whoever watches.
type hub struct {
	mutex    sync.Mutex
	next     int
	watchers map[int]func(post.Notice)
}

// notify tells all watchers. They must not block.
func (h *hub) notify(notice post.Notice) {
	h.mutex.Lock()
	watchers := make([]func(post.Notice), 0, len(h.watchers))
	for _, watch := range h.watchers {
		watchers = append(watchers, watch)
	}
	h.mutex.Unlock()
	for _, watch := range watchers {
		watch(notice)
	}
}

// watch calls f for each notice until stop is called. f runs on the goroutine
// of whoever made the change.
func (h *hub) watch(f func(post.Notice)) (stop func()) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.watchers == nil {
		h.watchers = map[int]func(post.Notice){}
	}
	id := h.next
	h.next++
	h.watchers[id] = f
	return func() {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		delete(h.watchers, id)
	}
}
