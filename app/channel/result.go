package channel

import (
	"context"
	"errors"
	"io"
	"slices"

	"brevdue/app/post"
	"brevdue/digipost/batch"
)

// Read gives what a receipt says (it is job.Batch).
func (c *Channel) Read(_ context.Context, job post.Job, receipt io.ReaderAt, size int64, visit func(post.BatchRow) error) (post.ReceiptSummary, error) {
	recipient := func(row batch.RecipientResult) error {
		finding := findingOf(row)
		return visit(post.BatchRow{Finding: &finding})
	}
	var result *batch.Result
	var err error
	if kindOf(job) == batch.Split {
		result, err = batch.ReadResult(receipt, size, recipient)
	} else {
		unprintable := false
		result, err = batch.ReadMailingResult(receipt, size, batch.Visitor{
			Recipient: recipient,
			Document: func(row batch.DocumentResult) error {
				unprintable = unprintable || hasFault(row.Faults, faultPrint)
				return nil
			},
			Letter: func(row batch.LetterResult) error {
				return visit(post.BatchRow{DocumentUUID: row.UUID, Outcome: letterOutcome(row, unprintable)})
			},
		})
	}
	if err != nil {
		return post.ReceiptSummary{}, err
	}
	if result.NotXML != "" {
		return post.ReceiptSummary{State: post.ReceiptRefused, Text: result.NotXML}, nil
	}
	ids := []string{job.BatchJobID}
	for _, earlier := range job.EarlierUploads {
		ids = append(ids, earlier.BatchJobID)
	}
	if !slices.Contains(ids, result.Job.JobID) {
		return post.ReceiptSummary{}, post.NewFault(post.CodeBadAnswer, errors.New("the receipt is another job's"), "status", "ref-jobb-id")
	}
	return summaryOf(result), nil
}

// summaryOf decides by status and failure together: the schema ties neither to
// the other (masseutsendelse-resultat.xsd).
func summaryOf(result *batch.Result) post.ReceiptSummary {
	summary := post.ReceiptSummary{State: post.ReceiptReceived, Ended: result.Job.Ended}
	switch {
	case result.Status == batch.StatusFailed, result.Failure != nil && result.Rows+result.Letters == 0:
		summary.State = post.ReceiptRefused
	case result.Status == batch.StatusSuccess:
		summary.State = post.ReceiptSuccess
	case result.Status == batch.StatusProvisional:
		summary.State = post.ReceiptProvisional
	}
	if result.Failure != nil {
		summary.Text = result.Failure.Message
	}
	return summary
}

// The words of Digipost for what is wrong with a letter (feil in
// masseutsendelse-resultat.xsd).
const (
	faultDocument  = "UGYLDIG_DOKUMENT"
	faultRecipient = "UGYLDIG_MOTTAKER"
	faultPrint     = "UGYLDIG_FOR_PRINT"
	faultOther     = "USPESIFISERT_FEIL"
)

// detailUnknownResult is the detail of a letter of which a result says something
// that the schema does not have.
const detailUnknownResult = "UNKNOWN_RESULT"

// letterOutcome puts a letter's row into the words of the job. Its code alone
// decides: a letter that was not sent may have a channel too. The reason is empty
// where the recipient's row has to tell it. unprintable says that some document
// of the job could not be printed, else it is the address.
func letterOutcome(row batch.LetterResult, unprintable bool) post.Outcome {
	outcome := post.Outcome{Status: post.ItemNotDelivered, Channel: post.ChannelNone}
	switch {
	case row.OnPaper():
		return post.Outcome{Status: post.ItemPrinting, Channel: post.ChannelPrint}
	case row.Sent():
		return post.Outcome{Status: post.ItemDelivered, Channel: post.ChannelDigipost}
	case row.Code != batch.LetterNotSent:
		return post.Outcome{Status: post.ItemUnsure, Channel: post.ChannelNone, Detail: detailUnknownResult}
	case hasFault(row.Faults, faultDocument):
		outcome.Reason, outcome.Detail = post.ReasonBadFile, faultDocument
	case hasFault(row.Faults, faultPrint):
		outcome.Reason, outcome.Detail = post.ReasonInvalidAddress, faultPrint
		if unprintable {
			outcome.Reason = post.ReasonBadFile
		}
	case hasFault(row.Faults, faultRecipient):
		outcome.Detail = faultRecipient
	case len(row.Faults) > 0:
		outcome.Reason, outcome.Detail = post.ReasonOther, faultOther
	}
	return outcome
}

func hasFault(faults []batch.Fault, kind string) bool {
	return slices.ContainsFunc(faults, func(f batch.Fault) bool { return f.Type == kind })
}

// findingOf puts a row into the words of the job. A row without a known status
// counts as missing, so that nobody is taken for a user on a guess.
func findingOf(row batch.RecipientResult) post.Finding {
	finding := post.Finding{RecipientKey: row.CustomerID, Status: post.Missing, Uncertain: row.Washed}
	switch row.Status {
	case batch.RecipientDigipost:
		finding.Status, finding.DigipostAddress = post.HasDigipost, row.DigipostAddress
	case batch.RecipientIdentified:
		finding.Status, finding.Reason, finding.PersonAlias = post.Identified, post.ReasonNotAUser, row.PersonAlias
	case batch.RecipientUnidentified:
		finding.Status, finding.Reason = post.Unidentified, unidentifiedReason(row.Unidentified)
	case batch.RecipientInvalid:
		finding.Status, finding.Reason = post.Invalid, invalidReason(row.Invalid)
	}
	return finding
}

// unidentifiedReason reads uidentifisert-grunn.
func unidentifiedReason(reasons []string) post.Reason {
	switch {
	case slices.Contains(reasons, "FLERE_TREFF"):
		return post.ReasonSeveralMatches
	case slices.Contains(reasons, "MANGELFULL_ADRESSE"):
		return post.ReasonMissingAddress
	}
	return post.ReasonUnidentified
}

// invalidReason reads ugyldig-grunn.
func invalidReason(reasons []string) post.Reason {
	for _, reason := range reasons {
		switch reason {
		case "UGYLDIG_FOEDSELSNUMMER", "UGYLDIG_ORGANISASJONSNUMMER", "UGYLDIG_FOEDSELSDATO":
			return post.ReasonInvalidNumber
		case "UGYLDIG_NAVN_ADRESSE", "UGYLDIG_POSTNUMMER", "UGYLDIG_DIGIPOSTADRESSE":
			return post.ReasonInvalidAddress
		}
	}
	return post.ReasonOther
}
