package batch

import (
	"bytes"
	"strconv"
	"time"
)

func (r *resultReader) word() string { return known(bytes.TrimSpace(r.text)) }

// known gives the text as a string; that of a word which comes in every row is
// the same one each time.
func known(text []byte) string {
	switch string(text) {
	case RecipientDigipost:
		return RecipientDigipost
	case RecipientIdentified:
		return RecipientIdentified
	case RecipientUnidentified:
		return RecipientUnidentified
	case LetterSent:
		return LetterSent
	case LetterNotSent:
		return LetterNotSent
	case ChannelWeb:
		return ChannelWeb
	case ChannelPrint:
		return ChannelPrint
	}
	return string(text)
}

func (r *resultReader) endOfHead() {
	switch string(r.path) {
	case "/status":
		r.out.Status = r.word()
	case "/jobb-info/ref-avsender-id":
		r.out.Job.SenderID = r.word()
	case "/jobb-info/ref-behandler-id":
		r.out.Job.BrokerID = r.word()
	case "/jobb-info/ref-jobb-id":
		r.out.Job.JobID = r.word()
	case "/jobb-info/start-tid":
		r.out.Job.Started = r.moment()
	case "/jobb-info/slutt-tid":
		r.out.Job.Ended = r.moment()
	case "/feilinformasjon/feilkode":
		r.out.Failure.Code = r.word()
	case "/feilinformasjon/melding":
		r.out.Failure.Message = r.word()
	case "/print-sammendrag/sendt-til-print":
		r.out.Print.Sent = r.number()
	case "/print-sammendrag/ugyldig":
		r.out.Print.Invalid = r.number()
	}
}

// number reads a counter. One that is no number is 0: the rows are what counts.
func (r *resultReader) number() int {
	n, _ := strconv.Atoi(r.word())
	return n
}

func (r *resultReader) endOfLetter(field []byte) {
	l := &r.letter
	switch string(field) {
	case "hoveddokument-uuid":
		l.UUID = r.word()
	case "vedlegg/dokument-uuid":
		l.AttachmentUUIDs = r.kept(l.AttachmentUUIDs, maxUUIDs)
	case "resultat":
		l.Code = r.word()
	case "kanal":
		l.Channel = r.word()
	case "feilinformasjon/feil/type":
		r.faultType(l.Faults)
	case "feilinformasjon/feil/melding":
		r.faultMessage(l.Faults)
	}
}

func (r *resultReader) endOfDocument(field []byte) {
	switch string(field) {
	case "dokument-id":
		r.paper.ID = r.word()
	case "feil/type":
		r.faultType(r.paper.Faults)
	case "feil/melding":
		r.faultMessage(r.paper.Faults)
	}
}

// fault begins another fault. Beyond the limit the last one is written over,
// which a whole row of faults can bear.
func fault(faults []Fault) []Fault {
	if len(faults) == maxReasons {
		faults[maxReasons-1] = Fault{}
		return faults
	}
	return append(faults, Fault{})
}

func (r *resultReader) faultType(faults []Fault) { faults[len(faults)-1].Type = r.word() }

func (r *resultReader) faultMessage(faults []Fault) {
	last := &faults[len(faults)-1]
	last.Messages = r.kept(last.Messages, maxReasons)
}

func (r *resultReader) endOfRow(field []byte) {
	row := &r.row
	switch string(field) {
	case "kunde-id":
		row.CustomerID = string(r.text)
	case "status":
		row.Status = r.word()
	case "digipostadresse":
		row.DigipostAddress = r.word()
	case "person-alias":
		row.PersonAlias = r.word()
	case "uidentifisert-grunn":
		row.Unidentified = r.kept(row.Unidentified, maxReasons)
	case "ugyldig-grunn":
		row.Invalid = r.kept(row.Invalid, maxReasons)
	case "vasket":
		row.Washed = r.word() == "true" || r.word() == "1"
	}
}

func (r *resultReader) endOfSummary(field []byte) {
	n := r.number()
	s := r.out.Summary
	switch string(field) {
	case "total":
		s.Total = n
	case "digipost":
		s.Digipost = n
	case "digipost-vask":
		s.DigipostWashed = n
	case "identifisert":
		s.Identified = n
	case "identifisert-vask":
		s.IdentifiedWashed = n
	case "uidentifisert":
		s.Unidentified = n
	case "uidentifisert-flere-treff":
		s.SeveralMatches = n
	case "ugyldig":
		s.Invalid = n
	}
}

// kept adds the word to a list that must not grow without end.
func (r *resultReader) kept(list []string, most int) []string {
	if word := r.word(); word != "" && len(list) < most {
		return append(list, word)
	}
	return list
}

// moment reads a dateTime. One without an offset is no certain point in time
// and stays zero.
func (r *resultReader) moment() time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.word())
	if err != nil {
		return time.Time{}
	}
	return at
}
