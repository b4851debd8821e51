package inbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"brevdue/app/post"
)

// Open gives a message with its documents and names, asked for anew. Nothing that
// would mark it read is fetched: no content and no body.
func (s *Service) Open(ctx context.Context, key Key) (post.EBoxEntry, error) {
	entry, err := s.Entry(ctx, key)
	if err != nil {
		return entry, err
	}
	if err := s.ready(ctx); err != nil {
		return entry, err
	}
	provider, err := s.provider(ctx, key.Provider)
	if err != nil {
		return entry, err
	}
	message, err := s.ports.Box.Message(ctx, provider, key.Message)
	if err != nil {
		return entry, fmt.Errorf("open a message: %w", err)
	}
	message.Provider, message.ID = key.Provider, key.Message
	if s.ports.Now().Before(entry.NamesUntil) && entry.SenderID == message.SenderID && entry.TypeID == message.TypeID && entry.ApplicationID == message.ApplicationID {
		message.Sender, message.Type, message.Application, message.NamesUntil = entry.Sender, entry.Type, entry.Application, entry.NamesUntil
	}
	_ = s.ports.Box.Names(ctx, provider, &message) // a comfort
	if _, err := s.ports.Store.KeepEBoxMessages(ctx, key.Provider, []post.EBoxMessage{message}, s.ports.Now()); err != nil {
		return entry, fmt.Errorf("store a message: %w", err)
	}
	s.changed()
	return s.Entry(ctx, key)
}

// provider gives a provider as it was at the last look.
func (s *Service) provider(ctx context.Context, id string) (post.EBoxProvider, error) {
	known, err := s.ports.Store.EBoxSources(ctx)
	if err != nil {
		return post.EBoxProvider{}, fmt.Errorf("read what is known of the providers: %w", err)
	}
	source, found := known[id]
	if !found {
		return post.EBoxProvider{}, post.NewFault(post.CodeMessageUnknown, nil)
	}
	return source.Provider, nil
}

// SetVisible shows or hides messages, for everybody of the enterprise. Each
// provider is asked on its own; the error is the first one's that refused, and
// what the others did stays.
func (s *Service) SetVisible(ctx context.Context, keys []Key, visible bool) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	byProvider := map[string][]string{}
	for _, key := range keys {
		byProvider[key.Provider] = append(byProvider[key.Provider], key.Message)
	}
	defer s.changed()
	var first error
	for id, messages := range byProvider {
		if err := s.setVisible(ctx, id, messages, visible); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (s *Service) setVisible(ctx context.Context, id string, messages []string, visible bool) error {
	provider, err := s.provider(ctx, id)
	if err != nil {
		return err
	}
	if err := s.ports.Box.SetVisible(ctx, provider, messages, visible); err != nil {
		return fmt.Errorf("show or hide messages: %w", err)
	}
	return s.alter(ctx, id, messages, func(m *post.EBoxMessage) { m.Visible = visible })
}

// alter changes messages in the store.
func (s *Service) alter(ctx context.Context, provider string, messages []string, change func(*post.EBoxMessage)) error {
	var changed []post.EBoxMessage
	for _, id := range messages {
		entry, err := s.Entry(ctx, Key{provider, id})
		if err != nil {
			return err
		}
		change(&entry.EBoxMessage)
		changed = append(changed, entry.EBoxMessage)
	}
	if _, err := s.ports.Store.KeepEBoxMessages(ctx, provider, changed, s.ports.Now()); err != nil {
		return fmt.Errorf("store messages: %w", err)
	}
	return nil
}

func sortedSources(known map[string]post.EBoxSource) []post.EBoxSource {
	list := make([]post.EBoxSource, 0, len(known))
	for _, source := range known {
		list = append(list, source)
	}
	slices.SortFunc(list, func(a, b post.EBoxSource) int {
		return cmp.Or(cmp.Compare(fold(a.Provider.Name.In("nl")), fold(b.Provider.Name.In("nl"))), cmp.Compare(a.Provider.ID, b.Provider.ID))
	})
	return list
}
