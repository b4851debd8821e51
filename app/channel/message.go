package channel

import (
	"context"
	"encoding/hex"
	"io"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// messageOf turns a letter into Digipost's message. A fault
// paper_address_missing, email_missing, recipient_invalid or
// invite_needs_number concerns this letter only.
func messageOf(letter post.Letter) (*digipost.Message, error) {
	if len(letter.Documents) == 0 {
		return nil, post.NewFault(post.CodeNothingToSend, nil)
	}
	recipient, err := recipientOf(letter.To)
	if err != nil {
		return nil, err
	}
	message := &digipost.Message{
		ID: letter.MessageID, SenderID: letter.Sender.SenderID, Recipient: recipient,
		InvoiceReference: letter.Options.Reference,
	}
	if letter.Batch != "" {
		message.Batch = &digipost.BatchReference{UUID: letter.Batch}
	}
	if at := letter.Options.DeliverAt; !at.IsZero() {
		at = wire(at)
		message.DeliveryTime = &at
	}
	for i, document := range letter.Documents {
		described, err := documentOf(letter, document)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			message.PrimaryDocument = described
			continue
		}
		message.Attachments = append(message.Attachments, described)
	}
	if err := describeMain(&message.PrimaryDocument, letter); err != nil {
		return nil, err
	}
	return message, addPaper(message, letter)
}

// documentOf is one document with what applies to each: the levels, and the
// hash that Digipost's answer is compared with.
func documentOf(letter post.Letter, document post.LetterDocument) (digipost.Document, error) {
	described := digipost.Document{UUID: document.UUID, Subject: document.Title, FileType: document.FileType,
		AuthenticationLevel: digipost.AuthPassword, SensitivityLevel: digipost.SensitivityNormal}
	if letter.Options.Auth == post.AuthTwoFactor {
		described.AuthenticationLevel = digipost.AuthTwoFactor
	}
	if letter.Options.Sensitive {
		described.SensitivityLevel = digipost.SensitivitySensitive
	}
	var sum [32]byte
	if n, err := hex.Decode(sum[:], []byte(document.SHA256)); err != nil || n != len(sum) {
		return digipost.Document{}, post.NewFault(post.CodeFileChanged, err)
	}
	described.ContentHash = digipost.SHA256Hash(sum)
	return described, nil
}

func recipientOf(to post.Target) (digipost.Recipient, error) {
	switch to.Kind {
	case post.ByBirthNumber:
		return digipost.Recipient{PersonalIdentificationNumber: to.Value}, nil
	case post.ByOrganisation:
		return digipost.Recipient{OrganisationNumber: to.Value}, nil
	case post.ByDigipostAddress:
		return digipost.Recipient{DigipostAddress: to.Value}, nil
	case post.ByAccount:
		return digipost.Recipient{BankAccountNumber: to.Value}, nil
	case post.ByNameAndAddress:
		return digipost.Recipient{NameAndAddress: nameAndAddressOf(to)}, nil
	}
	return digipost.Recipient{}, post.NewFault(post.CodeRecipientInvalid, nil, "recipient_kind", string(to.Kind))
}

// contentsOf gives the files. Nothing is opened before it is sent.
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

// wire is a moment as it is sent: with the offset it was chosen in, and without
// the parts of a second that nobody asked for. A zone whose offset has seconds,
// as before 1900, has no form in XML and becomes UTC.
func wire(at time.Time) time.Time {
	if _, offset := at.Zone(); offset%60 != 0 {
		at = at.UTC()
	}
	return at.Truncate(time.Second)
}
