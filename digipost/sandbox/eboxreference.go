package sandbox

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// eboxText is a text in the languages of Belgium; senders mostly fill one.
type eboxText = map[string]string

// eboxReferenceItem is a sender, an application or a type of message.
type eboxReferenceItem struct {
	ID                string
	Name, Description eboxText
	Address           string // of its pages, or empty
	Days              int    // a type's validity
	Image             string // "png", "svg" or empty
}

// The senders' enterprise numbers are made up, from a range that is not given out.
var eboxOrganizations = []eboxReferenceItem{
	{ID: "1900010165", Name: eboxText{"nl": "Oefendienst Sociale Bijdragen", "fr": "Service d'exercice des cotisations", "de": "Übungsdienst Sozialbeiträge"}, Description: eboxText{"nl": "Inning van sociale bijdragen (oefening)"}, Address: "https://bijdragen.example", Image: "png"},
	{ID: "1900010264", Name: eboxText{"nl": "Oefenbelastingdienst", "fr": "Administration fiscale d'exercice"}, Description: eboxText{"nl": "Belastingen (oefening)", "fr": "Impôts (exercice)"}, Address: "https://belasting.example", Image: "svg"},
	{ID: "1900010363", Name: eboxText{"nl": "Agentschap Oefenwonen"}, Description: eboxText{"nl": "Premies en vergunningen (oefening)"}},
	{ID: "1900010462", Name: eboxText{"fr": "Commune d'Exercice-sur-Lesse"}, Description: eboxText{"fr": "Administration communale (exercice)"}},
	{ID: "1900010561", Name: eboxText{"de": "Gemeinde Übungsdorf"}, Description: eboxText{"de": "Gemeindeverwaltung (Übung)"}},
	{ID: "1900010660", Name: eboxText{"nl": "Stad Oefengem"}, Description: eboxText{"nl": "Stadsdiensten (oefening)"}, Image: "png"},
	{ID: "1900010759", Name: eboxText{"nl": "Oefenrechtbank van ondernemingen", "fr": "Tribunal d'exercice de l'entreprise"}, Description: eboxText{"nl": "Griffie (oefening)"}},
}

var eboxApplications = []eboxReferenceItem{
	{ID: "app-bijdragen", Name: eboxText{"nl": "Bijdragen online", "fr": "Cotisations en ligne"}, Description: eboxText{"nl": "Aangifte en betaling"}, Address: "https://bijdragen.example/online", Image: "png"},
	{ID: "app-vergunningen", Name: eboxText{"nl": "Vergunningenloket"}, Description: eboxText{"nl": "Aanvragen en beslissingen"}},
	{ID: "app.griffie:1", Name: eboxText{"nl": "Digitale griffie", "fr": "Greffe numérique"}},
}

var eboxTypes = []eboxReferenceItem{
	{ID: "attest", Name: eboxText{"nl": "Attest", "fr": "Attestation", "de": "Bescheinigung"}, Description: eboxText{"nl": "Een attest voor uw onderneming"}, Days: 730},
	{ID: "factuur", Name: eboxText{"nl": "Factuur of betaalbericht", "fr": "Facture ou avis de paiement", "de": "Rechnung"}, Days: 365},
	{ID: "beslissing", Name: eboxText{"nl": "Beslissing", "fr": "Décision", "de": "Bescheid"}, Description: eboxText{"nl": "Een beslissing over uw dossier"}, Days: 365},
	{ID: "aangetekend", Name: eboxText{"nl": "Aangetekende zending", "fr": "Envoi recommandé", "de": "Einschreiben"}, Days: 180},
	{ID: "vraag-om-inlichtingen", Name: eboxText{"nl": "Vraag om inlichtingen", "fr": "Demande de renseignements", "de": "Auskunftsersuchen"}, Days: 90},
	{ID: "nieuws", Name: eboxText{"nl": "Mededeling", "fr": "Communication", "de": "Mitteilung"}, Days: 60},
}

func eboxReferenceOf(list []eboxReferenceItem, id string) *eboxReferenceItem {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
	}
	return nil
}

// eboxReferenceKinds are the three collections: how they are written and what
// is cached how long, in seconds.
var eboxReferenceKinds = map[string]struct {
	list   []eboxReferenceItem
	prefix string
	cache  int
}{
	"messageTypes":        {eboxTypes, "messageType", 172800},
	"senderApplications":  {eboxApplications, "application", 86400},
	"senderOrganizations": {eboxOrganizations, "organization", 86400},
}

// eboxReference answers reference data: a collection, one of it, or an image.
func (s *Server) eboxReference(c *eboxCall, path []string) (eboxAnswer, error) {
	kind, known := eboxReferenceKinds[path[0]]
	if !known {
		return eboxAnswer{}, nothingHere("There is nothing at this address")
	}
	cached := func(a eboxAnswer, err error) (eboxAnswer, error) {
		if err == nil {
			a.header["Cache-Control"] = "private, max-age=" + strconv.Itoa(kind.cache)
		}
		return a, err
	}
	count := func() {
		s.ebox.counting(func(h *eboxHits) { h.provider(c.part.dialect.provider).Reference[strings.Join(path, "/")]++ })
	}
	if len(path) == 1 {
		count()
		return cached(s.eboxGet(c, "reference", []string{"page", "pageSize"}, func() (any, error) {
			page, size, err := readPaging(c.URL.Query())
			if err != nil {
				return nil, err
			}
			items := []object{}
			for _, item := range pageOf(kind.list, page, size) {
				items = append(items, s.referenceItem(c, path[0], kind.prefix, &item))
			}
			return object{"items": items, "totalItems": len(kind.list)}, nil
		}))
	}
	item := eboxReferenceOf(kind.list, path[1])
	switch {
	case item == nil:
		return eboxAnswer{}, nothingHere("No such reference")
	case len(path) == 2:
		count()
		return cached(s.eboxGet(c, "reference", nil, func() (any, error) { return s.referenceItem(c, path[0], kind.prefix, item), nil }))
	case len(path) == 5 && path[2] == "images" && path[4] == "content" && item.Image != "" && path[3] == item.imageID():
		count()
		return cached(s.eboxImage(c, item))
	}
	return eboxAnswer{}, nothingHere("Image not found")
}

func (r *eboxReferenceItem) imageID() string { return "logo-" + r.Image }

// image gives a picture of its own: a coloured square, or a disc as SVG.
func (r *eboxReferenceItem) image() []byte {
	if r.Image == "svg" {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#246"/></svg>`)
	}
	picture := image.NewRGBA(image.Rect(0, 0, 16, 16))
	shade := byte(40 * len(r.ID) % 200)
	for i := range 256 {
		picture.Set(i%16, i/16, color.RGBA{shade, 90, byte(i), 255})
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, picture); err != nil {
		return nil // a buffer takes everything
	}
	return buf.Bytes()
}

func (s *Server) eboxImage(c *eboxCall, item *eboxReferenceItem) (eboxAnswer, error) {
	if err := s.mayGet(c, "application/octet-stream", nil); err != nil {
		return eboxAnswer{}, err
	}
	s.countOperation(c, "image")
	return eboxAnswer{status: http.StatusOK, media: "application/octet-stream", body: item.image(), header: map[string]string{}}, nil
}

// referenceItem writes one of a collection. The lists that name each other are
// empty, as at the main provider.
func (s *Server) referenceItem(c *eboxCall, collection, prefix string, item *eboxReferenceItem) object {
	out := object{prefix + "Id": item.ID}
	if collection == "messageTypes" {
		out["messageTypeName"], out["senderOrganizationIds"], out["senderApplicationIds"] = item.Name, []string{}, []string{}
		out["validityPeriod"] = object{"validityPeriodNumber": item.Days, "validityPeriodUnit": "day"}
		if item.Description != nil {
			out["messageTypeDescription"] = item.Description
		}
		return out
	}
	out["messageTypeIds"], out["contactBusiness"] = []string{}, "helpdesk@ebox.example"
	if collection == "senderOrganizations" {
		out["organizationShortName"], out["organizationLongName"], out["senderApplicationIds"] = item.Name, item.Description, []string{}
	} else {
		out["applicationName"], out["senderOrganizationIds"] = item.Name, []string{}
		if item.Description != nil {
			out["applicationDescription"] = item.Description
		}
	}
	if item.Address != "" {
		out[prefix+"Url"] = eboxText{"nl": item.Address}
	}
	logos := []object{}
	if item.Image != "" {
		media := map[string]string{"png": "image/png", "svg": "image/svg+xml"}[item.Image]
		d := c.part.dialect
		logos = append(logos, object{"imageId": item.imageID(), "size": kB(len(item.image())), "mediaType": media, "language": "nl",
			"contentHref": s.ebox.base + d.root + "/" + d.reference + "/" + collection + "/" + url.PathEscape(item.ID) + "/images/" + item.imageID() + "/content"})
	}
	out[prefix+"Logos"] = logos
	return out
}
