package channel

import (
	"encoding/hex"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// messageOf turns a letter into Digipost's message.
func messageOf(letter post.Letter) (*digipost.Message, error) {
	recipient, err := recipientOf(letter.To)
	if err != nil {
		return nil, err
	}
	message := &digipost.Message{ID: letter.MessageID, SenderID: letter.Sender.SenderID, Recipient: recipient}
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
	return message, nil
}

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

// wire is a moment as it is sent: with its offset, and without the parts of a
// second that nobody asked for.
func wire(at time.Time) time.Time { return at.Truncate(time.Second) }
