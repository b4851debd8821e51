package post

// DocumentSet is a job's documents by letter.
type DocumentSet struct {
	shared []Document
	own    map[int][]Document
}

// GroupDocuments sorts a job's documents by the letters they belong to. Each
// letter's are kept in the order given.
func GroupDocuments(documents []Document) DocumentSet {
	set := DocumentSet{own: map[int][]Document{}}
	for _, document := range documents {
		if document.Item == 0 {
			set.shared = append(set.shared, document)
			continue
		}
		set.own[document.Item] = append(set.own[document.Item], document)
	}
	return set
}

// Shared are the documents that go to all.
func (s DocumentSet) Shared() []Document { return s.shared }

// Own are the documents of the letter with that Seq alone.
func (s DocumentSet) Own(seq int) []Document { return s.own[seq] }

// PerLetter reports whether letters have documents of their own.
func (s DocumentSet) PerLetter() bool { return len(s.own) > 0 }

// Of are the documents of the letter with that Seq, the main one first: its own,
// then those that go to all.
func (s DocumentSet) Of(seq int) []Document {
	own := s.own[seq]
	if len(own) == 0 {
		return s.shared
	}
	return append(append(make([]Document, 0, len(own)+len(s.shared)), own...), s.shared...)
}

// DetailNoDocument is the detail of a letter that was left out with bad_file since
// there is no document for its recipient.
const DetailNoDocument = "NO_DOCUMENT"

// SentLetter is a letter of which is asked whether its recipient got that document
// before.
type SentLetter struct {
	DocumentSHA256 string
	CustomerID     string
	To             Target
}
