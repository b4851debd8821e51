package flow

import (
	"strings"

	"brevdue/app/job"
	"brevdue/app/post"
)

// Way is what decides whom a mailing is for. The zero Way is a mailing that is
// digital only, to those who have Digipost and those nobody has asked about.
type Way struct {
	Pattern post.Pattern
	Options post.Options
}

// everybody reports whether Digipost sorts the people itself, when the mailing
// comes: what an earlier split said keeps nobody out.
func (w Way) everybody() bool {
	return w.Pattern == post.PatternSendOnly || w.Pattern == post.PatternSendOrPrint
}

// elsewhere reports whether there is something to do for somebody without
// Digipost: paper, or an invitation.
func (w Way) elsewhere() bool {
	return w.Options.Invite != nil || w.Options.Paper != nil && w.Options.Paper.IfNoDigipost
}

// takes reports whether somebody whom a split would leave out for a reason comes
// along. Where paper or an invitation waits for them, those without Digipost do:
// they are looked for again, and Digipost's answer decides. Whoever was not told
// from somebody else, or stands there with wrong data, gets no paper.
func (w Way) takes(reason post.Reason) bool {
	return w.everybody() || w.elsewhere() && (reason == post.ReasonNotAUser || reason == post.ReasonUnidentified)
}

// onePerMailbox is mailingAddressee that leaves out whoever shares a Digipost
// address, or Digipost's own name for a person, with somebody before: a person may
// stand in the register twice, once by number and once by name, and a split tells
// that both are one.
func onePerMailbox(way Way) func(post.Recipient) job.Addressee {
	seen := map[string]bool{}
	return func(person post.Recipient) job.Addressee {
		to := mailingAddressee(person, way)
		if to.LeftOut != post.ReasonNone {
			return to
		}
		for kind, value := range map[string]string{"address ": strings.ToLower(person.DigipostAddress), "alias ": person.PersonAlias} {
			if value != "" && seen[kind+value] {
				to.LeftOut = post.ReasonDuplicateLetter
			}
			seen[kind+value] = true
		}
		return to
	}
}

// mailingAddressee says how a letter reaches a person, or why it is not tried.
func mailingAddressee(person post.Recipient, way Way) job.Addressee {
	to := addressee(person, false)
	if to.LeftOut != post.ReasonNone {
		return to
	}
	if setAside(person, to) {
		to.LeftOut = post.ReasonInvalidAddress // whatever the way: somebody has seen where it leads
		return to
	}
	reason := post.ReasonNone
	switch {
	case person.WaitsForReview():
		reason = post.ReasonInvalidAddress
	case person.Digipost == post.Identified:
		reason = post.ReasonNotAUser
	case person.Digipost == post.Unidentified, person.Digipost == post.Invalid:
		if reason = person.Reason; reason == post.ReasonNone {
			reason = post.ReasonUnidentified
		}
	}
	if reason != post.ReasonNone && !way.takes(reason) {
		to.LeftOut = reason
	}
	return to
}

// setAside reports whether somebody has said that the one Digipost finds by this
// address is not that person: a letter by it would reach somebody else again.
func setAside(person post.Recipient, to job.Addressee) bool {
	return person.Digipost == post.NeverChecked && person.Reason == post.ReasonInvalidAddress && to.To.Kind == post.ByNameAndAddress
}
