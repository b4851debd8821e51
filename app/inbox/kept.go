package inbox

import (
	"context"
	"time"

	"brevdue/app/post"
)

// keptNames are names of a provider's senders, types and applications that its
// messages here have, and how long they may be kept. A program that starts anew
// for every look need not ask for all of them again.
type keptNames struct{ senders, types, applications map[string]keptName }

type keptName struct {
	name  post.Translated
	until time.Time
}

// keptNames gives the names that still hold.
func (s *Service) keptNames(ctx context.Context, provider string, now time.Time) keptNames {
	kept := keptNames{map[string]keptName{}, map[string]keptName{}, map[string]keptName{}}
	entries, err := s.entries(ctx)
	if err != nil {
		return kept // they are asked for, then
	}
	for _, e := range entries {
		if e.Provider != provider || !now.Before(e.NamesUntil) {
			continue
		}
		for _, each := range kept.of(&e.EBoxMessage) {
			if each.id != "" && *each.name != (post.Translated{}) && e.NamesUntil.After(each.in[each.id].until) {
				each.in[each.id] = keptName{*each.name, e.NamesUntil}
			}
		}
	}
	return kept
}

// nameSlot is a place for a name in a message.
type nameSlot struct {
	id   string
	name *post.Translated
	in   map[string]keptName
}

func (k keptNames) of(m *post.EBoxMessage) []nameSlot {
	return []nameSlot{{m.SenderID, &m.Sender, k.senders}, {m.TypeID, &m.Type, k.types}, {m.ApplicationID, &m.Application, k.applications}}
}

// fill gives a message the names that are kept, and the soonest end of those.
func (k keptNames) fill(m *post.EBoxMessage) {
	for _, each := range k.of(m) {
		kept, found := each.in[each.id]
		if !found || *each.name != (post.Translated{}) {
			continue
		}
		*each.name = kept.name
		if m.NamesUntil.IsZero() || kept.until.Before(m.NamesUntil) {
			m.NamesUntil = kept.until
		}
	}
}
