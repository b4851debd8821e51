package sandbox

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"time"
)

// receiptZip writes a receipt: a zip with exactly one entry. It is the result
// document, or plain text if the job could not be read.
func (s *Server) receiptZip(w io.Writer, j *job, kind string, rows *rowReader, now time.Time) error {
	archive := zip.NewWriter(w)
	name := j.Kind + "-resultat.xml"
	if j.Unreadable {
		name = "feilmelding.txt"
	}
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(entry)
	if j.Unreadable {
		fmt.Fprintf(out, "Jobben kunne ikke leses: %s\n", j.Fault)
	} else if err := s.writeResult(out, j, kind, rows, now); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return archive.Close()
}

// writeResult writes a result document (mottakersplitt-resultat.xsd,
// masseutsendelse-resultat.xsd). The first receipt is the same document with
// status MOTTATT and nothing after jobb-info.
func (s *Server) writeResult(w io.Writer, j *job, kind string, rows *rowReader, now time.Time) error {
	x := beginXML(w, j.Kind+"-resultat", nsBatch)
	status := "SUKSESS"
	switch {
	case kind == receiptArrived:
		status = "MOTTATT"
	case j.FaultCode != "":
		status = "FEILET"
	case kind == receiptEarly:
		status = "FORELØPIG_SUKSESS"
	}
	x.text("status", status)
	x.start("jobb-info")
	x.optional("ref-avsender-id", j.SenderRef)
	x.optional("ref-behandler-id", j.BrokerRef)
	x.text("ref-jobb-id", j.JobID)
	x.text("start-tid", dateTime(j.Received.In(s.clock.zone)))
	if kind != receiptArrived && kind != receiptEarly {
		x.text("slutt-tid", dateTime(now))
	}
	x.end()
	order := shuffled(len(rows.ends), s.cfg.Seed, j.JobID) // no order is promised
	var err error
	switch {
	case status == "MOTTATT":
	case status == "FEILET":
		x.start("feilinformasjon")
		x.text("feilkode", j.FaultCode)
		x.text("melding", j.Fault)
		x.end()
	case j.Kind == kindMailing:
		err = writeMailing(x, j, kind, rows, order)
	default:
		j.Counts.write(x)
		err = rows.writeRecipients(x, order, func(r *row) any { return r })
	}
	x.end()
	return err
}

// writeRecipients writes mottaker-resultater. A line of the file is what a row
// stands in.
func (r *rowReader) writeRecipients(x *xmlWriter, order []int, line func(*row) any) error {
	x.start("mottaker-resultater")
	var one row
	err := r.each(order, func() any { one = row{}; return line(&one) }, func() { one.write(x) })
	x.end()
	return err
}

// writeMailing writes what follows jobb-info in the result of a mailing.
func writeMailing(x *xmlWriter, j *job, kind string, rows *rowReader, order []int) error {
	j.Counts.write(x)
	c := j.mail()
	if c.WithPaper > 0 {
		x.start("print-sammendrag")
		x.number("sendt-til-print", int64(c.Paper))
		x.number("ugyldig", int64(c.PaperInvalid))
		x.end()
	}
	if err := rows.writeRecipients(x, order, func(r *row) any {
		return &struct {
			Row *row `json:"row"`
		}{r}
	}); err != nil {
		return err
	}
	if len(c.BadDocuments) > 0 {
		x.start("dokumenter-med-feil")
		for _, d := range c.BadDocuments {
			x.start("dokument-med-feil")
			x.text("dokument-id", d.ID)
			d.mailFault.write(x)
			x.end()
		}
		x.end()
	}
	if kind == receiptEarly {
		return nil // no letter is sent yet
	}
	x.start("brev-resultater")
	var one mailLine
	err := rows.each(order, func() any { one = mailLine{}; return &one }, func() { one.write(x) })
	x.end()
	return err
}

// write writes the result of one letter.
func (line *mailLine) write(x *xmlWriter) {
	var attrs []string
	if line.ID != "" {
		attrs = []string{"brev-id", line.ID}
	}
	x.start("resultat", attrs...)
	docs := line.Letter.Documents
	x.text("hoveddokument-uuid", docs[0].UUID)
	if len(docs) > 1 {
		x.start("vedlegg")
		for _, d := range docs[1:] {
			x.text("dokument-uuid", d.UUID)
		}
		x.end()
	}
	result, way := "IKKE_SENDT", ""
	if choiceChannelUnsent {
		way = "WEB"
	}
	switch line.Way {
	case channelDigipost:
		result, way = "SENDT", "WEB"
	case channelPrint:
		result, way = "SENDT", "PRINT"
	}
	x.text("resultat", result)
	x.optional("kanal", way)
	x.start("feilinformasjon")
	for _, f := range line.Faults {
		f.write(x)
	}
	x.end()
	x.end()
}

func (f mailFault) write(x *xmlWriter) {
	x.start("feil")
	x.text("type", f.Type)
	x.optional("melding", f.Text)
	x.end()
}

func (c counts) write(x *xmlWriter) {
	x.start("mottaker-sammendrag")
	for _, n := range []struct {
		name  string
		count int
	}{
		{"total", c.Total}, {"digipost", c.Digipost}, {"digipost-vask", c.DigipostWashed},
		{"identifisert", c.Identified}, {"identifisert-vask", c.IdentifiedWashed},
		{"uidentifisert", c.Unidentified}, {"uidentifisert-flere-treff", c.UnidentifiedSeveral},
		{"ugyldig", c.Invalid},
	} {
		x.number(n.name, int64(n.count))
	}
	x.end()
}

func (r row) write(x *xmlWriter) {
	x.start("resultat")
	x.text("kunde-id", r.Customer)
	x.text("status", r.Status)
	x.optional("digipostadresse", r.Address)
	x.optional("person-alias", r.Alias)
	for _, reason := range r.Reasons {
		if r.Status == statusInvalid {
			x.text("ugyldig-grunn", reason)
		} else {
			x.text("uidentifisert-grunn", reason)
		}
	}
	if r.Washed {
		x.text("vasket", strconv.FormatBool(true))
	}
	x.end()
}
