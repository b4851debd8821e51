package channel

import (
	"context"
	"errors"
	"strings"

	"brevdue/app/post"
	"brevdue/digipost"
)

// Identify asks whether a recipient has Digipost (it is job.Letters). What is
// wrong with the question itself, so that no answer can come, is an invalid
// recipient; every other trouble is an error, which says nothing of the
// recipient.
func (c *Channel) Identify(ctx context.Context, sender post.Sender, to post.Target) (post.Finding, error) {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return post.Finding{}, err
	}
	question, err := questionOf(to)
	if err != nil {
		return post.Finding{}, err
	}
	answer, err := client.Identify(ctx, question)
	var invalid *digipost.FieldError
	var answered *digipost.Error
	switch {
	case err == nil:
		return identified(answer), nil
	case errors.As(err, &invalid):
		return post.Finding{Status: post.Invalid, Reason: fieldReason(invalid.Field)}, nil
	case errors.As(err, &answered) && answered.HTTPStatus == 400 && concernsLetter(answered):
		return post.Finding{Status: post.Invalid, Reason: codeReason(answered.Code)}, nil
	}
	return post.Finding{}, c.fault(ctx, sender, err)
}

// questionOf asks with all that makes a match surer. A person-alias is asked
// about in the place of a Digipost address (the Java client, docs 2_send).
func questionOf(to post.Target) (digipost.Identification, error) {
	question := digipost.Identification{IncludePersonAlias: true}
	switch to.Kind {
	case post.ByBirthNumber:
		question.PersonalIdentificationNumber = to.Value
	case post.ByOrganisation:
		question.OrganisationNumber = to.Value
	case post.ByDigipostAddress, post.ByAlias:
		question.DigipostAddress = to.Value
	case post.ByAccount:
		question.BankAccountNumber = to.Value
	case post.ByNameAndAddress:
		question.NameAndAddress = nameAndAddressOf(to)
	default:
		return digipost.Identification{}, post.NewFault(post.CodeRecipientInvalid, nil, "recipient_kind", string(to.Kind))
	}
	return question, nil
}

func nameAndAddressOf(to post.Target) *digipost.NameAndAddress {
	return &digipost.NameAndAddress{
		FullName: to.Name(), Line1: to.Address.Line1, Line2: to.Address.Line2, Postcode: to.Address.Postcode,
		City: to.Address.Town, BirthDate: to.BirthDate, Phone: phoneOf(to), Email: to.Email,
	}
}

// identified puts an identification-result into the words of the job. The
// client lets no other result through.
func identified(answer *digipost.IdentificationResult) post.Finding {
	finding := post.Finding{DigipostAddress: answer.DigipostAddress, PersonAlias: answer.PersonAlias}
	switch answer.Result {
	case digipost.ResultDigipost:
		finding.Status = post.HasDigipost
	case digipost.ResultIdentified:
		finding.Status, finding.Reason = post.Identified, post.ReasonNotAUser
	case digipost.ResultUnidentified:
		finding.Status, finding.Reason = post.Unidentified, post.ReasonUnidentified
		if answer.UnidentifiedReason == digipost.ReasonMultipleMatches {
			finding.Reason = post.ReasonSeveralMatches
		}
	default:
		finding.Status, finding.Reason = post.Invalid, post.ReasonOther
		if strings.HasSuffix(answer.InvalidReason, "_NUMBER") {
			finding.Reason = post.ReasonInvalidNumber
		}
	}
	return finding
}
