// Package validate holds documents of Digipost's interfaces against their
// grammar and against the rules that Digipost has written down beside it. It
// reads a document from front to end and keeps no more of it than a letter's
// worth, so that a job of a million recipients takes no more memory than one of
// ten, but for eight bytes or so for each name that must be unique.
//
// The grammars are api_v8.xsd (digipost/digipost-api-client-java),
// datatypes.xsd (digipost/digipost-data-types), Digipost's batch interface
// files of version 2.1 and XML Signature, written down as Go tables.
package validate

import (
	"context"
	"io"
	"sync"
)

// Report is what was found in a document.
type Report struct {
	// Root is the local name of the document's first element; "" where there
	// is none.
	Root string `json:"root"`
	// Errors are what Digipost would refuse; Warnings are what it may refuse,
	// or does otherwise than the sender may expect.
	Errors   []Finding `json:"errors"`
	Warnings []Finding `json:"warnings"`
	// More says that there are more findings than listed.
	More bool `json:"more,omitempty"`
}

// Valid says whether a document has no errors.
func (r Report) Valid() bool { return len(r.Errors) == 0 }

// Finding is one thing that is wrong, or may be.
type Finding struct {
	// Line is where it stands, counted from 1.
	Line int `json:"line"`
	// Path leads to the element: /message/attachment[2]/subject. The first of
	// several has no number. An attribute has @ before its name.
	Path string `json:"path"`
	// Code is a word that stays the same: one of the constants here.
	Code string `json:"code"`
	// Text says in English what is wrong. A birth number that stands in the
	// document is not shown whole.
	Text string `json:"text"`
}

// Limits of what is read.
const (
	// maxFindings is how many errors, and how many warnings, are listed.
	maxFindings = 100
	// maxDepth is how deep elements may stand in each other.
	maxDepth = 100
	// maxPiece is how many bytes a tag, a text or a comment may have.
	maxPiece = 1 << 20
	// maxAttributes is how many attributes an element may have.
	maxAttributes = 200
)

// grammars are made when the first document comes.
var (
	restGrammar = sync.OnceValues(func() (*grammar, error) {
		return compile(apiSchema(), dataTypeSchema())
	})
	batchGrammar = sync.OnceValues(func() (*grammar, error) {
		return compile(batchSchema(), signatureSchema())
	})
)

// Document holds a document of the REST API against api_v8.xsd, the data-types
// and the rules beside them. Whatever is wrong with the document stands in the
// report; an error says that it could not be read at all, or that ctx ended.
func Document(ctx context.Context, r io.Reader) (Report, error) {
	g, err := restGrammar()
	if err != nil {
		return Report{}, err
	}
	return check(ctx, r, g, restRules(g))
}

// Batch holds a job of the batch interface, or a result of one, against its
// grammar and the rules beside it. Files that a mailing names are not looked
// for.
func Batch(ctx context.Context, r io.Reader) (Report, error) {
	g, err := batchGrammar()
	if err != nil {
		return Report{}, err
	}
	return check(ctx, r, g, batchRules(g))
}
