package digipost

import "time"

// eventOverlap is how far a window of a cursor reaches back into the one
// before: an event may show up a little after the time it bears.
const eventOverlap = 15 * time.Minute

// EventCursor remembers how far the feed of events was read. It can be kept as
// JSON; the zero cursor has read nothing. One round of reading is Window, then
// Fresh for each event, then Done.
type EventCursor struct {
	// Until is the end of the last window that was read whole.
	Until time.Time `json:"until"`
	// Seen are the keys of events that the next window will show again, with the
	// time of each.
	Seen map[string]time.Time `json:"seen,omitempty"`
}

// Window gives the times to ask for next: from the last window, a little
// overlapped, until now, and never further back than Digipost keeps events.
func (k *EventCursor) Window(now time.Time) (from, to time.Time) {
	from = k.Until.Add(-eventOverlap)
	// A cursor from the future is that of a clock which was set back since; seeing
	// events again is better than missing some.
	if oldest := now.Add(-EventsKept); from.Before(oldest) || from.After(now) {
		from = oldest
	}
	return from, now
}

// Fresh reports whether the event was not seen before, and remembers it.
func (k *EventCursor) Fresh(e DocumentEvent) bool {
	key := e.Key()
	if _, seen := k.Seen[key]; seen {
		return false
	}
	if k.Seen == nil {
		k.Seen = map[string]time.Time{}
	}
	k.Seen[key] = e.Created
	return true
}

// Done says that a window was read to its end and what came of it is kept. What
// no later window can show again is forgotten. After an error Done is not
// called: the same window is read again.
func (k *EventCursor) Done(to time.Time) {
	k.Until = to
	from := to.Add(-eventOverlap)
	for key, created := range k.Seen {
		if created.Before(from) {
			delete(k.Seen, key)
		}
	}
}
