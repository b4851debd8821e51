package register

import (
	"slices"

	"brevdue/app/post"
)

// merge gives the person with what a list says laid on top. Only filled cells
// count, groups are added, and what splits and letters told is left alone.
func merge(old, list post.Recipient) post.Recipient {
	out := old
	take := func(into *string, value string) {
		if value != "" {
			*into = value
		}
	}
	if out.CustomerID == "" {
		out.CustomerID = list.CustomerID
	}
	take(&out.BirthNumber, list.BirthNumber)
	take(&out.OrganisationNumber, list.OrganisationNumber)
	take(&out.BirthDate, list.BirthDate)
	take(&out.Phone, list.Phone)
	take(&out.Email, list.Email)
	take(&out.Account, list.Account)
	if takesAddress(out) {
		take(&out.DigipostAddress, list.DigipostAddress)
	}
	mergeName(&out, list)
	mergeAddress(&out.Address, list.Address)
	out.Groups = addGroups(old.Groups, list.Groups...)
	return out
}

// takesAddress reports whether a list may set the Digipost address. Once a
// split has asked about a person's number, its answer stands: an old list must
// not bring back an address that Digipost asked us to drop.
func takesAddress(p post.Recipient) bool {
	return p.Checked.IsZero() || (p.BirthNumber == "" && p.OrganisationNumber == "" && p.Digipost != post.HasDigipost)
}

// mergeName treats a name as one thing: a new full name does not stay beside
// old parts that say something else, nor the other way round.
func mergeName(out *post.Recipient, list post.Recipient) {
	parts := func(p post.Recipient) post.Recipient { p.FullName = ""; return p }
	before := out.Name()
	if list.FirstName != "" || list.MiddleName != "" || list.LastName != "" {
		// A middle name that the list leaves out stays only when nothing else of the
		// name changes.
		renamed := (list.FirstName != "" && list.FirstName != out.FirstName) || (list.LastName != "" && list.LastName != out.LastName)
		if renamed && list.FirstName != "" && list.LastName != "" {
			out.MiddleName = ""
		}
		for _, part := range []struct {
			into  *string
			value string
		}{{&out.FirstName, list.FirstName}, {&out.MiddleName, list.MiddleName}, {&out.LastName, list.LastName}} {
			if part.value != "" {
				*part.into = part.value
			}
		}
		if list.FullName == "" && fold(parts(*out).Name()) != fold(before) {
			out.FullName = ""
		}
	}
	if list.FullName == "" {
		return
	}
	if list.FirstName == "" && list.LastName == "" && fold(list.FullName) != fold(parts(*out).Name()) {
		out.FirstName, out.MiddleName, out.LastName = "", "", ""
	}
	if out.FullName == "" && fold(list.FullName) == fold(parts(*out).Name()) {
		return
	}
	out.FullName = list.FullName
}

// mergeAddress replaces a whole address by a whole other one, so that no letter
// goes to a new street with an old c/o line; parts only fill in.
func mergeAddress(out *post.Address, list post.Address) {
	whole := list.Line1 != "" && list.Postcode != "" && list.Town != ""
	if whole && (list.Line1 != out.Line1 || list.Postcode != out.Postcode || list.Town != out.Town) {
		*out = list
		return
	}
	for _, part := range []struct {
		into  *string
		value string
	}{{&out.Line1, list.Line1}, {&out.Line2, list.Line2}, {&out.Postcode, list.Postcode}, {&out.Town, list.Town}, {&out.Country, list.Country}} {
		if part.value != "" {
			*part.into = part.value
		}
	}
}

// addGroups gives the groups with more added, each once, in a new slice.
func addGroups(groups []string, more ...string) []string {
	out := slices.Clone(groups)
	for _, group := range more {
		if group != "" && !slices.Contains(out, group) {
			out = append(out, group)
		}
	}
	return out
}

// sameListed compares what lists bring, not what splits and letters told.
func sameListed(a, b post.Recipient) bool {
	return a.BirthNumber == b.BirthNumber && a.OrganisationNumber == b.OrganisationNumber &&
		a.FirstName == b.FirstName && a.MiddleName == b.MiddleName && a.LastName == b.LastName && a.FullName == b.FullName &&
		a.BirthDate == b.BirthDate && a.Address == b.Address && a.Phone == b.Phone && a.Email == b.Email &&
		a.Account == b.Account && slices.Equal(a.Groups, b.Groups)
}
