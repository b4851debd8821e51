package register

import (
	"context"

	"brevdue/app/post"
)

// Store keeps the people. A call that changes something is durable when it
// returns. Birth and account numbers rest sealed in it.
type Store interface {
	Recipients(ctx context.Context, query post.RecipientQuery) (post.RecipientPage, error)
	// Recipient gives one person; an unknown id is a fault person_unknown.
	Recipient(ctx context.Context, customerID string) (post.Recipient, error)
	// Match finds for each person given the one in the register who is the same:
	// by customer id, birth number, organisation number, Digipost address, then
	// by name with postcode and first address line. nil where there is none.
	Match(ctx context.Context, people []post.Recipient) ([]*post.Recipient, error)
	// NextCustomerIDs gives count new ids that no person has.
	NextCustomerIDs(ctx context.Context, count int) ([]string, error)
	// ApplyImport stores the changes and the import in one transaction.
	ApplyImport(ctx context.Context, imported post.Import, changes []post.Change) error
	// UndoImport puts people back as they were before the import, leaving alone
	// those changed since. An unknown id is a fault import_unknown.
	UndoImport(ctx context.Context, id string) (undone, left int, err error)
	Imports(ctx context.Context) ([]post.Import, error)
	// ApplyFinding stores a split's answer for one person and clears address and
	// alias on "not identified". Calling it again for the same job changes
	// nothing. cleared says whether something was taken away.
	ApplyFindings(ctx context.Context, job post.Job, findings map[string]post.Finding) (cleared map[string]bool, err error)
	// ReviewMatches clears the mark of uncertain matches; of those that are not
	// right what was found is taken away, so that they count as not checked. It
	// gives how many were reviewed and passes over everybody else.
	ReviewMatches(ctx context.Context, customerIDs []string, right bool) (reviewed int, err error)
	// SetMatchesAside does the same for matches of whatever kind that turned out to
	// be wrong. It gives how many there were.
	SetMatchesAside(ctx context.Context, customerIDs []string) (set int, err error)
	History(ctx context.Context, customerID string) ([]post.HistoryLine, error)
	Groups(ctx context.Context) ([]string, error)
	Overview(ctx context.Context) (post.RegisterOverview, error)
	// Forget removes the person, the sealed numbers, the keyed hashes and the
	// names in old jobs.
	Forget(ctx context.Context, customerID string) error
	// SaveMapping and Mapping remember how a list's columns were matched.
	SaveMapping(ctx context.Context, saved post.SavedMapping) error
	Mapping(ctx context.Context, headings []string) (post.Mapping, bool, error)
}
