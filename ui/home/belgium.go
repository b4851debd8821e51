package home

import (
	"context"

	"brevdue/ui/parts"
)

// Belgium is what the way to the Belgian e-Box, and the e-Box itself, want of the
// person now. The zero value is nothing.
type Belgium struct {
	// Reminders are the ids of steps whose answer should have come by now. OwnKey says
	// which of the two ways the steps belong to.
	Reminders []string
	OwnKey    bool
	// New are messages that came since the person last looked; Expiring those that end
	// within two weeks and are not saved.
	New, Expiring int
}

// The arguments with which the inbox opens.
const (
	inboxNew      = "new"
	inboxExpiring = "expiring"
)

// ofBelgium gives a line for each reminder and each sort of message.
func ofBelgium(ctx context.Context, ports Ports) ([]Action, error) {
	if ports.Belgium == nil {
		return nil, nil
	}
	found, err := ports.Belgium(ctx)
	if err != nil {
		return nil, err
	}
	var actions []Action
	for _, step := range found.Reminders {
		actions = append(actions, Action{Kind: ActionEBoxStep, Step: step, OwnKey: found.OwnKey})
	}
	if found.Expiring > 0 { // what goes away comes before what is new
		actions = append(actions, Action{Kind: ActionEBoxExpiring, Count: found.Expiring})
	}
	if found.New > 0 {
		actions = append(actions, Action{Kind: ActionEBoxNew, Count: found.New})
	}
	return actions, nil
}

// belgianWords say what the e-Box wants, and where it is done.
func (s *Screen) belgianWords(a Action) (what string, where parts.Place, arg string) {
	words := s.env.Words
	switch a.Kind {
	case ActionEBoxStep:
		title := parts.EBoxStep(words, a.Step, a.OwnKey)
		return words.Get("home.action.ebox_step", "step", a.Step, "title", title), parts.PlaceBelgium, a.Step
	case ActionEBoxExpiring:
		return words.Count("home.action.ebox_expiring", a.Count), parts.PlaceInbox, inboxExpiring
	}
	return words.Count("home.action.ebox_new", a.Count), parts.PlaceInbox, inboxNew
}
