package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// The ids of the two providers that answer.
const (
	eboxFederal = "oefen-federaal" // speaks 2.1
	eboxFlemish = "oefen-vlaanderen"
)

// eboxProviderList is the provider registry at a moment: one of each kind.
func (b *ebox) providerList(now time.Time) []object {
	day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	maintenance := func(from, to time.Duration) object {
		at := now.UTC().Truncate(time.Hour)
		return object{"startDate": at.Add(from).Format(time.RFC3339), "endDate": at.Add(to).Format(time.RFC3339)}
	}
	provider := func(id, nl, fr, address, version, since string) object {
		return object{
			"messageProviderId": id, "messageProviderName": object{"nl": nl, "fr": fr},
			"messageProviderDescription":    object{"nl": nl + " (oefening)", "fr": fr + " (exercice)"},
			"messageProviderUrl":            address,
			"messageProviderActivationDate": since, "messageProviderTechnicalContact": "helpdesk@ebox.example",
			"apiSupportedVersion": version, "_links": object{"self": object{"href": b.base + "/registry/messageProviders/" + id}},
		}
	}
	official := b.base + "/REST/ebox/enterprise/messageRegistry"
	list := []object{
		provider(eboxFederal, "Federaal oefenregister", "Registre d'exercice fédéral", official+"/v2/", "2.1", "2018-01-01"),
		provider(eboxFlemish, "Vlaams oefenregister", "Registre d'exercice flamand", official+"/v3", "3.0", "2023-12-01"),
		provider("oefen-toekomst", "Register van morgen", "Registre de demain", b.base+"/closed/toekomst/", "2.1", day(40)),
		provider("oefen-gesloten", "Gesloten register", "Registre fermé", b.base+"/closed/gesloten/", "2.1", "2018-01-01"),
		provider("oefen-onderhoud", "Register in onderhoud", "Registre en maintenance", b.base+"/closed/onderhoud/", "2.1", "2019-05-01"),
		// Nobody listens at port 1.
		provider("oefen-onbereikbaar", "Onbereikbaar register", "Registre hors d'atteinte", "http://127.0.0.1:1/ebox/v2/", "2.1", "2019-05-01"),
	}
	list[0]["messageProviderPlannedMaintenance"] = []object{maintenance(-50*time.Hour, -48*time.Hour), maintenance(200*time.Hour, 203*time.Hour)}
	list[1]["messageProviderPlannedMaintenance"] = []object{}
	list[3]["messageProviderDeactivationDate"] = day(-30)
	list[4]["messageProviderPlannedMaintenance"] = []object{maintenance(-time.Hour, 3*time.Hour)}
	hidden := b.current().HideProviders
	return slices.DeleteFunc(list, func(p object) bool {
		id, _ := p["messageProviderId"].(string)
		return slices.Contains(hidden, id)
	})
}

// eboxProviders answers the provider registry, generation 1.
func (s *Server) eboxProviders(c *eboxCall) (eboxAnswer, error) {
	if err := only(c.Request, http.MethodGet); err != nil {
		return eboxAnswer{}, err
	}
	if err := s.authorize(c, scopeRegistry); err != nil {
		return eboxAnswer{}, err
	}
	if err := takes(c.Request, "application/json"); err != nil {
		return eboxAnswer{}, err
	}
	if _, err := eboxQuery(c.URL.RawQuery, nil); err != nil {
		return eboxAnswer{}, err
	}
	s.ebox.counting(func(h *eboxHits) { h.Registry++ })
	list := s.ebox.providerList(c.now)
	if len(c.path) == 0 {
		if len(list) == 0 {
			return eboxAnswer{}, nothingHere("No message providers")
		}
		return inJSON(list)
	}
	for _, p := range list {
		if len(c.path) == 1 && p["messageProviderId"] == c.path[0] {
			return inJSON(p)
		}
	}
	return eboxAnswer{}, nothingHere("No such message provider")
}
