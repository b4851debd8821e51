package inbox

import (
	"context"

	"brevdue/app/post"
)

// Box reads an e-Box at its Document Providers. One that fails does not hide the
// others: every call names the provider it asks.
//
// Its faults are ebox_key_missing, ebox_client_refused, ebox_scope_missing,
// message_unknown, message_expired, digest_wrong, too_many_requests and those of
// the network.
type Box interface {
	// Token asks for an access token, a new one when fresh is set, and tells when it
	// ends: the proof that client id and key are good.
	Token(ctx context.Context, fresh bool) (post.EBoxToken, error)
	// Providers gives the providers of the registry, or the configured ones where it
	// does not answer; then fallback says why.
	Providers(ctx context.Context) (providers []post.EBoxProvider, fallback, err error)
	// Messages gives what matches, the newest first and none twice. total is what
	// the provider says at first.
	Messages(ctx context.Context, provider post.EBoxProvider, query post.EBoxQuery,
		visit func(message post.EBoxMessage, total int) error) error
	// Message gives one message with its documents and names.
	Message(ctx context.Context, provider post.EBoxProvider, id string) (post.EBoxMessage, error)
	// Names fills in the names of sender, type and application, from memory where
	// they were asked for before.
	Names(ctx context.Context, provider post.EBoxProvider, message *post.EBoxMessage) error
	// Content writes a document's content and fails with digest_wrong when it is not
	// what was announced. The main document's content marks the message read for the
	// whole enterprise.
	Content(ctx context.Context, provider post.EBoxProvider, message string, attachment post.EBoxAttachment, content post.EBoxContent) error
	// Body gives the text of a message whose body is its main content, and marks it
	// read.
	Body(ctx context.Context, provider post.EBoxProvider, message string) (post.Translated, error)
	// Summary gives the provider's own counts.
	Summary(ctx context.Context, provider post.EBoxProvider) (post.EBoxSummary, error)
	// SetVisible shows or hides messages: the only change a consumer may make.
	SetVisible(ctx context.Context, provider post.EBoxProvider, messages []string, visible bool) error
}
