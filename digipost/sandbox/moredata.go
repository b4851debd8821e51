package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// moreData is a data-type that came for a document after it was sent.
type moreData struct {
	UUID string    `json:"uuid"`
	Type string    `json:"data_type"`
	At   time.Time `json:"at"`
}

// dataLink is where more data for a document goes (relation ADD_DATA).
func (s *Server) dataLink(uuid string) string {
	return s.base + "/documents/" + uuid + "/additional-data"
}

func additionalDataRule() *rule {
	return tree("additional-data",
		one(dataTypeRule()),
		oneOf(0, one(leaf("sender-id", isLong)), one(senderOrganizationRule())))
}

// addData takes more data for a document.
func (s *Server) addData(r *http.Request, uuid string, body *spool, now time.Time) (answer, error) {
	doc, err := xmlBody(r, s.grammar.additional, body)
	if err != nil {
		return answer{}, err
	}
	sender, err := s.actualSender(doc)
	if err != nil {
		return answer{}, err
	}
	if l, _, found := s.find(uuid); !found || l.SenderID != sender.ID {
		return answer{}, refuse(codeDocumentNotFound, "There is no document with this uuid")
	}
	data := doc.child("data-type")
	if err := sender.checkDataType(s.grammar.dataTypes, data, "the document"); err != nil {
		return answer{}, err
	}
	more := moreData{UUID: uuid, Type: data.kids[0].name, At: now}
	if err := s.journal.append(record{MoreData: &more}); err != nil {
		return answer{}, err
	}
	s.state.addData(more)
	return answer{status: http.StatusOK}, nil
}

// addData notes more data at its document.
func (st *state) addData(more moreData) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if p := st.documents[more.UUID]; p.letter != nil {
		docs := slices.Clone(p.letter.Documents) // others may be reading the old ones
		docs[p.index].MoreData = append(slices.Clone(docs[p.index].MoreData), more.Type)
		p.letter.Documents = docs
	} else {
		st.more[more.UUID] = append(slices.Clone(st.more[more.UUID]), more.Type)
	}
}
