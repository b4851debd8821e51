package post

import "time"

// EBoxEntry is a message as the inbox remembers it, with the copies that were
// saved.
type EBoxEntry struct {
	EBoxMessage
	// FirstSeen is when the inbox first saw it, LastSeen when last.
	FirstSeen, LastSeen time.Time
	// New says that it came after the person last looked.
	New       bool
	Downloads []EBoxDownload
}

// Saved reports whether all its documents, as far as they are known, were saved.
func (e EBoxEntry) Saved() bool {
	have := map[string]bool{}
	for _, d := range e.Downloads {
		have[d.Attachment] = have[d.Attachment] || !d.At.IsZero()
	}
	if e.BodyIsMain && !have[EBoxBody] {
		return false
	}
	for _, a := range e.Attachments {
		if !have[a.Key()] {
			return false
		}
	}
	return len(have) > 0
}

// EBoxBody stands for a message's body among its attachments.
const EBoxBody = "body"

// Key names the attachment within its message: its id, or its address where it
// has none.
func (a EBoxAttachment) Key() string {
	if a.ID != "" {
		return a.ID
	}
	return a.Href
}

// EBoxSource is a provider as the inbox remembers it.
type EBoxSource struct {
	Provider EBoxProvider
	// Good is when its list was last read to the end, Full when all of it was and
	// not only what is new.
	Good, Full time.Time
	// Trouble is why the last reading failed, empty where it did not; TroubleAt when,
	// and RetryAt when to ask again at the earliest.
	Trouble            Code
	TroubleAt, RetryAt time.Time
}
