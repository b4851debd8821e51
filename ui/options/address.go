package options

import (
	"context"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The fields of the return address.
const (
	fieldName     = "name"
	fieldLine1    = "line1"
	fieldLine2    = "line2"
	fieldPostcode = "postcode"
	fieldTown     = "town"
)

var addressFields = []string{fieldName, fieldLine1, fieldLine2, fieldPostcode, fieldTown}

// The most characters Digipost takes (api_v8.xsd: norwegian-address, name).
var addressLimits = map[string]int{fieldName: 130, fieldLine1: 100, fieldLine2: 100, fieldPostcode: 4, fieldTown: 80}

// part gives the place of a field in an address.
func part(address *post.PostalAddress, field string) *string {
	switch field {
	case fieldName:
		return &address.Name
	case fieldLine1:
		return &address.Line1
	case fieldLine2:
		return &address.Line2
	case fieldPostcode:
		return &address.Postcode
	}
	return &address.Town
}

// tidy takes needless spaces away; a postcode has none at all.
func tidy(address post.PostalAddress) post.PostalAddress {
	for _, field := range addressFields {
		value := part(&address, field)
		*value = strings.Join(strings.Fields(*value), " ")
	}
	address.Postcode = strings.ReplaceAll(address.Postcode, " ", "")
	return address
}

// checkAddress gives the key of words for each field that is wrong. An address
// that is empty everywhere is none, and fine.
func checkAddress(address post.PostalAddress) map[string]string {
	wrong := map[string]string{}
	if address == (post.PostalAddress{}) {
		return wrong
	}
	for _, field := range addressFields {
		value := *part(&address, field)
		switch {
		case value == "" && field != fieldLine2:
			wrong[field] = "options.address.missing." + field
		case field == fieldPostcode && (len(value) != 4 || strings.Trim(value, "0123456789") != ""):
			wrong[field] = "options.address.postcode.wrong"
		case utf8.RuneCountInString(value) > addressLimits[field]:
			wrong[field] = "options.address.long"
		}
	}
	return wrong
}

// returnAddress is the form for the address letters on paper come back to.
func (s *Screen) returnAddress() fyne.CanvasObject {
	env := s.env
	if s.typed == nil {
		address := s.state.address
		s.typed = &address
	}
	widths := map[string]float32{fieldName: 480, fieldLine1: 480, fieldLine2: 480, fieldPostcode: 96, fieldTown: 320}
	shown := map[string]fyne.CanvasObject{}
	for _, name := range addressFields {
		field := parts.TextField("options.address."+name, env.T("options.address."+name), "", widths[name])
		field.Entry.SetText(*part(s.typed, name))
		if key := s.wrong[name]; key != "" {
			field.SetError(env.T(key))
		}
		field.Entry.OnChanged = func(text string) {
			*part(s.typed, name) = text
			if s.wrong[name] != "" {
				delete(s.wrong, name)
				field.SetError("")
			}
		}
		field.Entry.OnSubmitted = func(string) { s.keepAddress() }
		shown[name] = field.Object
	}
	text := env.T("options.address.keep")
	if s.busy == busyAddress {
		text = env.T("options.address.keeping")
	}
	keep := parts.Quiet("options.address.keep", text, s.keepAddress).Off(s.busy != "")
	return s.group("options.address", look.QuietText(env.T("options.address.lead")).Wrap(look.Reading),
		parts.Form(shown[fieldName], shown[fieldLine1], shown[fieldLine2], shown[fieldPostcode], shown[fieldTown], parts.Left(keep)))
}

// typing reports whether an address stands in the form that is not kept yet.
func (s *Screen) typing() bool { return s.typed != nil && *s.typed != s.state.address }

// keepAddress keeps what was typed when it can be used.
func (s *Screen) keepAddress() {
	if s.busy != "" || s.typed == nil {
		return
	}
	address := tidy(*s.typed)
	if s.wrong = checkAddress(address); len(s.wrong) > 0 {
		s.env.Redraw()
		return
	}
	s.setAddress(address)
}

func (s *Screen) setAddress(address post.PostalAddress) {
	before := s.state.address
	act(s, busyAddress, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.ports.SetReturnAddress(ctx, address) }, func(struct{}) {
		s.state.address, s.typed, s.wrong = address, nil, nil
		s.env.Toast(s.env.T("options.saved"), func() { s.setAddress(before) })
	})
}
