package sandbox

import (
	"archive/zip"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
)

// mailDocument is a dokument of a mailing.
type mailDocument struct {
	id, name string // name of the file
	file     *zip.File
	settings docSettings // with all that is inherited
	invoice  bool
	wantsKID bool       // an invoice without the KID that the agreement asks for
	facts    *fileFacts // once it was looked at
	told     int        // what of it stands among the bad documents: 1 for web, 2 for print
}

func (d *mailDocument) fileType() string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(d.name), "."))
}

// fileFacts are what was found of a file, which may be that of many documents.
type fileFacts struct {
	sha256  string
	size    int64
	web     string // why it can't be sent, "" if it can
	judged  bool   // for print
	noPrint string // why it can't be printed
}

// badDocument is one line of dokumenter-med-feil.
type badDocument struct {
	ID string `json:"id"`
	mailFault
}

// mailDocuments are the files that were looked at.
type mailDocuments map[*zip.File]*fileFacts

// unpack gives a file whole. The caller closes it. A file that can't be
// unpacked is a fault of the job.
func (m *mailJudge) unpack(d *mailDocument) (*spool, error) {
	in, err := openEntry(d.file)
	if err != nil {
		return nil, &jobFault{faultGeneral, d.name + " i arkivet kan ikke pakkes ut"}
	}
	defer in.Close()
	whole, err := m.s.dir.spool(in, maxLetter)
	switch {
	case err == nil, errors.Is(err, errTooLarge):
		return whole, err
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), m.s.dir.usable() == nil:
		return nil, &jobFault{faultGeneral, d.name + " i arkivet er skadet"}
	}
	return nil, machineError{err}
}

// forWeb says why a document can't be sent at all, "" if it can.
func (docs mailDocuments) forWeb(m *mailJudge, d *mailDocument) (string, error) {
	if d.facts == nil {
		facts, err := docs.look(m, d)
		if err != nil {
			return "", err
		}
		d.facts = facts
	}
	why := d.facts.web
	if why == "" && d.wantsKID {
		why = "fakturaen mangler KID"
	}
	if why != "" && d.told&1 == 0 {
		d.told |= 1
		m.job.Mail.BadDocuments = append(m.job.Mail.BadDocuments, badDocument{d.id, mailFault{badForWeb, why}})
	}
	return why, nil
}

// look judges a file by the rules for letters of the sender API.
func (docs mailDocuments) look(m *mailJudge, d *mailDocument) (*fileFacts, error) {
	if facts := docs[d.file]; facts != nil {
		return facts, nil
	}
	facts := &fileFacts{size: int64(d.file.UncompressedSize64)}
	docs[d.file] = facts
	whole, err := m.unpack(d)
	if errors.Is(err, errTooLarge) {
		facts.web = webFaults[codeFileTooLarge]
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	defer whole.close()
	facts.sha256, facts.size = hex.EncodeToString(whole.sum[:]), whole.size
	o := &order{msg: &node{}, sender: m.sender}
	var no *refused
	switch err := o.checkContent(d.fileType(), whole.part(0, whole.size), 1); {
	case errors.As(err, &no):
		facts.web = orDefault(webFaults[no.code], string(no.code))
	case err != nil:
		return nil, machineError{err}
	}
	return facts, nil
}

// webFaults are the words for what makes a file impossible to send.
var webFaults = map[code]string{
	codeMissingContent: "filen er tom",
	codeContentType:    "filtypen er ikke en del av avtalen",
	codeFileTooLarge:   "filen er for stor",
	codeInvalidPDF:     "filen er ikke en PDF",
	codeBadContent:     "filen er ikke det filendelsen sier",
	codeInvalidHTML:    "filen er ikke HTML",
	codeIllegalHTML:    "filen har HTML som ikke er tillatt",
}

// forPrint says why a document can't be printed. It is asked only of documents
// that are to be: that one judges slowly.
func (docs mailDocuments) forPrint(m *mailJudge, d *mailDocument) (string, error) {
	if err := docs.judgePrint(m, d); err != nil {
		return "", err
	}
	if why := d.facts.noPrint; why != "" && d.told&2 == 0 {
		d.told |= 2
		m.job.Mail.BadDocuments = append(m.job.Mail.BadDocuments, badDocument{d.id, mailFault{badForPrint, why}})
	}
	return d.facts.noPrint, nil
}

func (docs mailDocuments) judgePrint(m *mailJudge, d *mailDocument) error {
	switch {
	case d.facts.judged:
		return nil
	case d.fileType() != "pdf":
		d.facts.judged, d.facts.noPrint = true, "bare PDF kan skrives ut"
		return nil
	}
	whole, err := m.unpack(d)
	if err != nil {
		return err
	}
	defer whole.close()
	faults := m.s.judgePrint(m.sender, d.facts.sha256, whole.part(0, whole.size))
	if m.s.ctx.Err() != nil {
		return errStopped
	}
	d.facts.judged, d.facts.noPrint = true, strings.Join(faults, ", ")
	return nil
}

// usable says whether the folder can be written to, to tell a damaged file
// from a full disk.
func (f folder) usable() error {
	probe, err := f.spool(strings.NewReader(strings.Repeat("x", inMemory+1)), maxLetter)
	if err != nil {
		return fmt.Errorf("the folder of the stand-in: %w", err)
	}
	probe.close()
	return nil
}
