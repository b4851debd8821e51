package channel

import (
	"context"
	"errors"
	"io"
	"strings"

	"brevdue/app/post"
	"brevdue/digipost"
)

// Ready makes a signed call that sends nothing (it is job.Letters).
func (c *Channel) Ready(ctx context.Context, sender post.Sender) error {
	_, err := c.Prove(ctx, sender)
	return err
}

// Send delivers one letter (it is job.Letters).
func (c *Channel) Send(ctx context.Context, letter post.Letter) (post.Outcome, error) {
	client, err := c.rest(ctx, letter.Sender)
	if err != nil {
		return post.Outcome{}, err
	}
	message, err := messageOf(letter)
	if post.CodeOf(err) == post.CodeRecipientInvalid {
		// It concerns this letter only, and must not hold up the others.
		return notDelivered(post.ReasonOther, string(post.CodeRecipientInvalid)), nil
	}
	if err != nil {
		return post.Outcome{}, err
	}
	delivery, err := client.Send(ctx, message, contentsOf(ctx, letter))
	if err != nil {
		return c.notSent(ctx, letter, err)
	}
	outcome := outcomeOf(delivery.DeliveryMethod, delivery.Status)
	outcome.DeliveredAt, outcome.SentSHA256 = delivery.DeliveryTime, delivery.RequestSHA256
	return outcome, nil
}

// notSent sorts a failed send: an outcome for this recipient, an outcome that
// is unknown, or a trouble that concerns every letter.
func (c *Channel) notSent(ctx context.Context, letter post.Letter, err error) (post.Outcome, error) {
	var invalid *digipost.FieldError
	var answered *digipost.Error
	errors.As(err, &answered)
	switch {
	case digipost.OutcomeUnknown(err):
		return post.Outcome{}, post.NewFault(post.CodeUnsure, err)
	case digipost.IsDuplicateMessage(err), digipost.IsDuplicateDocument(err):
		// An earlier attempt arrived: what became of it is asked about.
		return post.Outcome{}, post.NewFault(post.CodeUnsure, err, "detail", digipost.CodeDuplicateMessage)
	case digipost.IsNotAUser(err):
		return notDelivered(post.ReasonNotAUser, digipost.CodeUnknownRecipient), nil
	case errors.As(err, &invalid):
		return notDelivered(fieldReason(invalid.Field), strings.ToUpper(invalid.Field)), nil
	case errors.Is(err, digipost.ErrContentChanged), errors.Is(err, digipost.ErrContentUnreadable):
		return post.Outcome{}, post.NewFault(post.CodeFileChanged, err)
	case answered != nil && concernsLetter(answered):
		return notDelivered(codeReason(answered.Code), answered.Code), nil
	}
	return post.Outcome{}, c.fault(ctx, letter.Sender, err)
}

// concernsLetter reports whether Digipost refused what is in this one letter,
// so that the others go on. A name in letters its schema does not allow is such
// a thing, although the code calls it technical.
func concernsLetter(e *digipost.Error) bool {
	refused := e.HTTPStatus >= 400 && e.HTTPStatus < 500 && !e.Unverified
	return refused && (e.Type == digipost.TypeClientData || e.Code == "SCHEMA_VALIDATION_ERROR")
}

func notDelivered(reason post.Reason, detail string) post.Outcome {
	return post.Outcome{Status: post.ItemNotDelivered, Reason: reason, Channel: post.ChannelNone, Detail: detail}
}

// fieldReason says which reason belongs to a field that was refused before it
// left.
func fieldReason(field string) post.Reason {
	switch {
	case strings.Contains(field, "number"):
		return post.ReasonInvalidNumber
	case strings.Contains(field, "address"), strings.Contains(field, "postal"), strings.Contains(field, "zip"), strings.Contains(field, "city"):
		return post.ReasonInvalidAddress
	}
	return post.ReasonRefused
}

// codeReason says which reason belongs to Digipost's code (ErrorCode in the
// Java client) for a letter that was refused because of what is in it.
func codeReason(code string) post.Reason {
	switch code {
	case "REQUEST_TOO_LARGE", "FILE_TOO_LARGE":
		return post.ReasonTooLarge
	case "BAD_CONTENT", "ILLEGAL_CONTENT_TYPE", "INVALID_PDF_CONTENT", "INVALID_HTML_CONTENT", "ILLEGAL_HTML_CONTENT",
		"HTML_CONTENT_SANITIZED", "CONTENT_OF_PRINT_MESSAGE_MUST_BE_PDF", "MISSING_CONTENT":
		return post.ReasonBadFile
	case "INVALID_RECIPIENT_PRINT_ADDRESS", "INVALID_RETURN_ADDRESS":
		return post.ReasonInvalidAddress
	case "UNKNOWN_USER", "UNKNOWN_RECIPIENT":
		return post.ReasonNotAUser
	}
	return post.ReasonRefused
}

// Status asks what became of a document (it is job.Letters).
func (c *Channel) Status(ctx context.Context, sender post.Sender, documentUUID string) (post.Outcome, bool, error) {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return post.Outcome{}, false, err
	}
	status, err := client.DocumentStatus(ctx, sender.SenderID, documentUUID)
	if digipost.IsNotFound(err) {
		return post.Outcome{}, false, nil
	}
	if err != nil {
		return post.Outcome{}, false, c.fault(ctx, sender, err)
	}
	outcome := outcomeOf(string(status.Channel), string(status.Status))
	outcome.DeliveredAt = status.Delivered
	return outcome, true, nil
}

// outcomeOf reads delivery-method with status, of a message-delivery or of a
// document-status (api_v8.xsd). It tells what happened, not what was hoped for.
func outcomeOf(method, status string) post.Outcome {
	outcome := post.Outcome{Channel: channelOf(method), Status: post.ItemReceived}
	switch {
	case method == "PRINT" && (status == "DELIVERED_TO_PRINT" || status == "DELIVERED"):
		outcome.Status = post.ItemPrinting
	case method == "PENDING":
		outcome.Status = post.ItemPending
	case status == "DELIVERED":
		outcome.Status = post.ItemDelivered
	}
	return outcome
}

func channelOf(method string) post.Channel {
	switch method {
	case "DIGIPOST":
		return post.ChannelDigipost
	case "PRINT":
		return post.ChannelPrint
	case "PEPPOL":
		return post.ChannelPeppol
	case "EPOST":
		return post.ChannelEPost
	}
	return post.ChannelNone
}

func contentsOf(ctx context.Context, letter post.Letter) []digipost.Content {
	var contents []digipost.Content
	for _, document := range letter.Documents {
		contents = append(contents, digipost.Content{
			UUID: document.UUID, Size: document.Size,
			Open: func() (io.ReadCloser, error) { return document.Open(ctx) },
		})
	}
	return contents
}
