package channel

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"brevdue/app/post"
	"brevdue/digipost"
)

// shortestSearch is how many characters Digipost wants of a search.
const shortestSearch = 3

// Search looks for people and organisations that have Digipost, for the
// look-up while typing. Too short a text finds nobody and is not asked about. A
// person must confirm a hit.
func (c *Channel) Search(ctx context.Context, sender post.Sender, text string) ([]post.Hit, error) {
	text = digipost.SearchText(text)
	if utf8.RuneCountInString(text) < shortestSearch {
		return nil, nil
	}
	client, err := c.rest(ctx, sender)
	if err != nil {
		return nil, err
	}
	found, err := client.Search(ctx, text)
	var invalid *digipost.FieldError
	switch {
	case errors.As(err, &invalid):
		return nil, nil
	case err != nil:
		return nil, c.fault(ctx, sender, err)
	}
	var hits []post.Hit
	for _, each := range found[:min(len(found), post.MaxHits)] {
		hits = append(hits, hitOf(each))
	}
	return hits, nil
}

func hitOf(found digipost.FoundRecipient) post.Hit {
	hit := post.Hit{
		Name:            joined(found.FirstName, found.MiddleName, found.LastName),
		DigipostAddress: found.DigipostAddress, OrganisationNumber: found.OrganisationNumber, Phone: found.MobileNumber,
	}
	if hit.Name == "" {
		hit.Name = strings.TrimSpace(found.OrganisationName)
	}
	for _, a := range found.Addresses {
		hit.Street, hit.Postcode, hit.Town = joined(a.Street, a.HouseNumber+a.HouseLetter), a.Postcode, a.City
		if hit.Street != "" || hit.Town != "" {
			break
		}
	}
	return hit
}

// joined puts a space between the parts that are there.
func joined(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}
