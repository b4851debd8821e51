package sandbox

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// readRowFile reads the rows of a job; none for a job that failed.
func (s *Server) readRowFile(j *job) ([]row, error) {
	if j.Rows == "" {
		return nil, nil
	}
	f, err := os.Open(s.dir.path("rows", j.Rows))
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	defer f.Close()
	rows := make([]row, 0, j.Counts.Total)
	for dec := json.NewDecoder(bufio.NewReader(f)); ; {
		var r row
		if err := dec.Decode(&r); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("read results: %w", err)
		}
		rows = append(rows, r)
	}
}

// receiptZip writes a receipt: a zip with exactly one entry. It is the result
// document, or plain text if the job could not be read.
func (s *Server) receiptZip(w io.Writer, j *job, kind string, rows []row, now time.Time) error {
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
	} else {
		s.writeResult(out, j, kind, rows, now)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return archive.Close()
}

// writeResult writes a result document (mottakersplitt-resultat.xsd,
// masseutsendelse-resultat.xsd). The first receipt is the same document with
// status MOTTATT and nothing after jobb-info.
func (s *Server) writeResult(w io.Writer, j *job, kind string, rows []row, now time.Time) {
	x := beginXML(w, j.Kind+"-resultat", nsBatch)
	status := "SUKSESS"
	switch {
	case kind == receiptArrived:
		status = "MOTTATT"
	case j.FaultCode != "":
		status = "FEILET"
	}
	x.text("status", status)
	x.start("jobb-info")
	x.optional("ref-avsender-id", j.SenderRef)
	x.optional("ref-behandler-id", j.BrokerRef)
	x.text("ref-jobb-id", j.JobID)
	x.text("start-tid", dateTime(j.Received.In(s.clock.zone)))
	if kind != receiptArrived {
		x.text("slutt-tid", dateTime(now))
	}
	x.end()
	switch status {
	case "FEILET":
		x.start("feilinformasjon")
		x.text("feilkode", j.FaultCode)
		x.text("melding", j.Fault)
		x.end()
	case "SUKSESS":
		j.Counts.write(x)
		x.start("mottaker-resultater")
		for _, i := range shuffled(len(rows), s.cfg.Seed, j.JobID) { // no order is promised
			rows[i].write(x)
		}
		x.end()
	}
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
