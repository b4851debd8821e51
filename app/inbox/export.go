package inbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"brevdue/app/post"
)

// Words gives the words of a key in the person's language; *lang.Texts has it.
type Words interface {
	Get(key string, pairs ...string) string
	Date(at time.Time) string
	Code() string
}

// exportColumns are the columns of a workbook of messages, in their order. Their
// headings are ebox.column.<name>.
var exportColumns = []string{"received", "expires", "sender", "sender_number", "subject", "type", "read", "registered", "attention", "provider", "message", "files", "sha256"}

// Export writes the messages a query picks into a workbook, one row each. It asks
// nobody.
func (s *Service) Export(ctx context.Context, query Query, out string, words Words) (rows int, err error) {
	if s.ports.Table == nil {
		return 0, post.NewFault(post.CodeInternal, nil)
	}
	query.Offset, query.Limit = 0, 0
	page, err := s.List(ctx, query)
	if err != nil {
		return 0, err
	}
	known, err := s.ports.Store.EBoxSources(ctx)
	if err != nil {
		return 0, fmt.Errorf("read what is known of the providers: %w", err)
	}
	table := [][]string{make([]string, len(exportColumns))}
	for i, name := range exportColumns {
		table[0][i] = words.Get("ebox.column." + name)
	}
	for _, entry := range page.Entries {
		table = append(table, exportRow(entry, known[entry.Provider].Provider, words))
	}
	if err := s.ports.Table(ctx, out, words.Get("ebox.column.sheet"), table); err != nil {
		return 0, fmt.Errorf("write the workbook of messages: %w", err)
	}
	return len(page.Entries), nil
}

func exportRow(e post.EBoxEntry, provider post.EBoxProvider, words Words) []string {
	yes := func(is bool) string {
		if is {
			return words.Get("ebox.yes")
		}
		return words.Get("ebox.no")
	}
	name := provider.Name.In(words.Code())
	if name == "" {
		name = e.Provider
	}
	var files, sums []string
	for _, d := range e.Downloads {
		if !d.At.IsZero() {
			files, sums = append(files, d.Path), append(sums, d.SHA256)
		}
	}
	return []string{words.Date(e.Received), words.Date(e.Expires), e.Sender.In(words.Code()), e.SenderID, e.Subject.In(words.Code()),
		e.Type.In(words.Code()), yes(e.Read), yes(e.Registered), e.Attention, name, e.ID, strings.Join(files, "\n"), strings.Join(sums, "\n")}
}
