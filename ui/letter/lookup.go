package letter

import (
	"context"
	"strings"
	"unicode"

	"brevdue/app/job"
	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/task"
)

// leastLetters is how much of a name Digipost is asked about at least.
const leastLetters = 3

// mostLetters bounds a question: no name is longer.
const mostLetters = 100

// lookState is how far the question to Digipost is.
type lookState int

const (
	lookIdle lookState = iota
	lookAsking
	lookDone
	lookFailed
)

// lookup is what Digipost said about a name.
type lookup struct {
	state lookState
	// text is what was asked about.
	text string
	hits []post.Hit
	err  error
}

// searchable gives what Digipost may be asked about, and whether at all. Anything with
// a digit stays here: it may be somebody's number.
func searchable(text string) (string, bool) {
	text = strings.Join(strings.Fields(text), " ")
	letters, runes := 0, 0
	for _, r := range text {
		runes++
		switch {
		case unicode.IsLetter(r):
			letters++
		case r != ' ' && r != '-' && r != '\'' && r != '’' && r != '.':
			return "", false
		}
	}
	return text, letters >= leastLetters && runes <= mostLetters
}

// hear is told of every key: an answer about another text is no answer any more.
func (s *Screen) hear(text string) {
	s.slot.Cancel()
	s.ask.Cancel()
	s.model.search = text
	s.asking = lookup{}
	if _, ok := searchable(text); ok && s.ports.LookUp != nil {
		s.asking.state = lookAsking // it is asked as soon as typing stops
	}
	if text == "" {
		s.hits = post.RecipientPage{}
	}
	s.showHits()
}

// askDigipost looks a name up at Digipost, unless it has answered just this.
func (s *Screen) askDigipost(text string) {
	query, ok := searchable(text)
	if !ok || s.ports.LookUp == nil {
		s.ask.Cancel()
		s.asking = lookup{}
		return
	}
	if s.asking.text == query && (s.asking.state == lookDone || s.asking.state == lookAsking) {
		return
	}
	s.asking = lookup{state: lookAsking, text: query}
	task.Replace(s.env.Run, &s.ask, func(ctx context.Context) ([]post.Hit, error) { return s.ports.LookUp(ctx, query) },
		func(hits []post.Hit, err error) {
			s.asking = lookup{state: lookDone, text: query, hits: usable(hits)}
			if err != nil {
				s.asking = lookup{state: lookFailed, text: query, err: err}
			}
			s.showHits()
		})
}

// usable are the hits that a letter can be sent to, at most as many as Digipost gives.
func usable(hits []post.Hit) []post.Hit {
	var kept []post.Hit
	for _, hit := range hits {
		if hit.DigipostAddress != "" && len(kept) < post.MaxHits {
			kept = append(kept, hit)
		}
	}
	return kept
}

// others are the hits that are not in the register's answer already.
func others(hits []post.Hit, known []post.Recipient) []post.Hit {
	var kept []post.Hit
	for _, hit := range hits {
		if !knows(known, hit) {
			kept = append(kept, hit)
		}
	}
	return kept
}

func knows(known []post.Recipient, hit post.Hit) bool {
	for _, person := range known {
		if strings.EqualFold(person.DigipostAddress, hit.DigipostAddress) {
			return true
		}
	}
	return false
}

// pickHit takes somebody Digipost found. Only a person does this, never the search.
func (m *model) pickHit(hit post.Hit) {
	m.person, m.hit = nil, &hit
	m.to = job.Addressee{Name: hit.Name, To: post.Target{Kind: post.ByDigipostAddress, Value: hit.DigipostAddress, FullName: hit.Name,
		Address: post.Address{Line1: hit.Street, Postcode: hit.Postcode, Town: hit.Town}}}
}

// where is a hit's address and what else tells it from others of the same name.
func where(hit post.Hit, organisation string) string {
	parts := compact(hit.Street, strings.TrimSpace(hit.Postcode+" "+hit.Town))
	line := strings.Join(parts, ", ")
	if checked := number.OrganisationNumber(hit.OrganisationNumber); checked.Valid {
		line = strings.Join(compact(line, organisation+" "+checked.Number), " · ")
	}
	return strings.Join(compact(line, hit.Phone), " · ")
}
