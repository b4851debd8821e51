package look

import (
	"slices"

	"brevdue/assets/lang"
)

// Language is one to choose: its code, and its name in the language itself.
type Language struct{ Code, Name string }

// Languages are those to choose from, the first one first.
func (w *Words) Languages() []Language {
	var all []Language
	for _, code := range lang.Languages() {
		all = append(all, Language{code, w.Get("language." + code)})
	}
	return all
}

// NextLanguage is the one after that of the moment, the first after the last.
func (w *Words) NextLanguage() Language {
	all := w.Languages()
	i := slices.IndexFunc(all, func(l Language) bool { return l.Code == w.Code() })
	return all[(i+1)%len(all)]
}
