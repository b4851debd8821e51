// Package pages makes the pages that a browser shows when it comes back from
// Digipost: finished HTML in the person's language, with nothing in it that has
// to be fetched from anywhere.
package pages

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed return.html
var returnPage string

// ReturnPages are the pages of the return listener.
type ReturnPages struct {
	// Receive posts the whole address, fragment included, to its own path in the
	// form field "address"; without script it shows the form for pasting.
	Receive []byte
	// Done says that the answer was received and the tab can be closed.
	Done []byte
	// Refused says that the answer belongs to another attempt.
	Refused []byte
	// Paste has the form again, for an address that could not be read.
	Paste []byte
}

// content is what fills the template.
type content struct {
	Name, Lang, Title string
	Text              []string
	Good              bool
	// Label and Button make a form for pasting the address.
	Label, Button string
	// Wait and WaitText are shown instead while a script sends the address.
	Wait, WaitText string
}

// Return makes the pages. texts gives the words for a key of pages.json, lang is
// the code of their language.
func Return(texts func(key string) string, lang string) ReturnPages {
	// The template is part of the program and takes words only, so that neither
	// reading nor filling it can fail once the tests have passed.
	parsed := template.Must(template.New("return").Parse(returnPage))
	var all ReturnPages
	for _, page := range []struct {
		into *[]byte
		content
	}{
		{&all.Receive, content{Name: "receive", Title: texts("pages.paste.title"), Text: []string{texts("pages.paste.text")},
			Label: texts("pages.paste.label"), Button: texts("pages.paste.button"),
			Wait: texts("pages.receive.title"), WaitText: texts("pages.receive.text")}},
		{&all.Paste, content{Name: "paste", Title: texts("pages.paste.again.title"), Text: []string{texts("pages.paste.again.text")},
			Label: texts("pages.paste.label"), Button: texts("pages.paste.button")}},
		{&all.Done, content{Name: "done", Good: true, Title: texts("pages.done.title"),
			Text: []string{texts("pages.done.text"), texts("pages.done.close")}}},
		{&all.Refused, content{Name: "refused", Title: texts("pages.refused.title"), Text: []string{texts("pages.refused.text")}}},
	} {
		page.Lang = lang
		var b bytes.Buffer
		template.Must(parsed, parsed.Execute(&b, page.content))
		*page.into = b.Bytes()
	}
	return all
}
