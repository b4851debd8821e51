package channel

import (
	"strings"

	"brevdue/app/post"
	"brevdue/digipost"
)

// addPaper says how the letter may go on paper, and how somebody without
// Digipost is invited. Print-details stand in the recipient only for somebody
// who surely has none (design rule 4): else a slip at Digipost could print what
// can go digitally.
func addPaper(message *digipost.Message, letter post.Letter) error {
	paper, invite := letter.Options.Paper, letter.Options.Invite
	if !letter.NoDigipost {
		invite = nil
	}
	var details *digipost.PrintDetails
	if paper != nil && (!paper.IfUnreadBy.IsZero() || paper.IfNoDigipost && letter.NoDigipost) {
		made, err := printDetailsOf(*paper, letter.To)
		if err != nil {
			return err
		}
		details = made
	}
	var instead *digipost.PrintDetails // of Digipost, at once or after the deadline
	if paper != nil && paper.IfNoDigipost && letter.NoDigipost {
		instead = details
	}
	if paper != nil && !paper.IfUnreadBy.IsZero() {
		message.PrintIfUnread = &digipost.PrintIfUnread{After: wire(paper.IfUnreadBy), PrintDetails: *details}
	}
	if invite == nil {
		message.Recipient.PrintDetails = instead
		return nil
	}
	if letter.To.Kind != post.ByBirthNumber {
		return post.NewFault(post.CodeInviteNeedsNumber, nil)
	}
	message.RequestForRegistration = &digipost.RequestForRegistration{
		Deadline: wire(invite.Deadline), Phone: phoneOf(letter.To), Email: letter.To.Email, PrintDetails: instead}
	return nil
}

// phoneOf is the number without what people put between its digits.
func phoneOf(to post.Target) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "").Replace(to.Phone)
}

func printDetailsOf(paper post.Paper, to post.Target) (*digipost.PrintDetails, error) {
	recipient, whole := envelopeOf(to.Name(), to.Address)
	if !whole {
		return nil, post.NewFault(post.CodePaperAddress, nil)
	}
	back, whole := envelopeOf(paper.Return.Name, paper.Return.Address)
	if !whole {
		return nil, post.NewFault(post.CodeReturnAddress, nil)
	}
	details := &digipost.PrintDetails{Recipient: recipient, ReturnAddress: back,
		Color: digipost.PrintMonochrome, NondeliverableHandling: digipost.NondeliverableReturn}
	if paper.Color {
		details.Color = digipost.PrintColors
	}
	if paper.Shred {
		details.NondeliverableHandling = digipost.NondeliverableShred
	}
	return details, nil
}

// envelopeOf is a name and an address on an envelope; whole is false when a
// part that the post needs is missing.
func envelopeOf(name string, a post.Address) (to digipost.PrintRecipient, whole bool) {
	to.Name = strings.TrimSpace(name)
	country := strings.TrimSpace(a.Country)
	if !a.Abroad() {
		to.Norwegian = &digipost.NorwegianAddress{Line1: a.Line1, Line2: a.Line2, Postcode: a.Postcode, City: a.Town}
		return to, to.Name != "" && a.Line1 != "" && a.Postcode != "" && a.Town != ""
	}
	// A foreign address has lines only: postcode and town stand on the last one.
	foreign := &digipost.ForeignAddress{Line1: a.Line1, Line2: a.Line2}
	town := strings.TrimSpace(a.Postcode + " " + a.Town)
	if foreign.Line2 == "" {
		foreign.Line2 = town
	} else {
		foreign.Line3 = town
	}
	if code := strings.ToUpper(country); len(code) == 2 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		foreign.CountryCode = code
	} else {
		foreign.Country = country
	}
	to.Foreign = foreign
	return to, to.Name != "" && a.Line1 != "" && town != ""
}
