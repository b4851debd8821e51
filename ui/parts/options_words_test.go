package parts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

var optionsAt = time.Date(2026, 11, 24, 10, 0, 0, 0, time.Local)

func allOptions() post.Options {
	return post.Options{Auth: post.AuthTwoFactor, Sensitive: true, OpeningReceipt: true, Reference: "Årsmøte 2027", DeliverAt: optionsAt,
		SMS:    &post.SMSReminder{At: []time.Time{optionsAt.AddDate(0, 0, 1)}, AfterHours: []int{1, 24, 72}},
		Email:  &post.EmailReminder{Subject: "Husk brevet", Text: "Det ligger et brev til deg.", At: []time.Time{optionsAt, optionsAt.AddDate(0, 0, 2)}},
		Invite: &post.Invitation{Deadline: optionsAt.AddDate(0, 0, 7)},
		Paper: &post.Paper{IfNoDigipost: true, IfUnreadBy: optionsAt.AddDate(0, 0, 9), Color: true, Shred: true,
			Return: post.PostalAddress{Name: "Fjordvik idrettslag", Address: post.Address{Line1: "Sjøgata 1", Postcode: "6001", Town: "Fjordvik"}}},
		Content: post.Content{Kind: post.ContentInvoice, Amount: "12345.50", Date: "2026-12-20", Account: "12345678903", KID: "1234567897"}}
}

func TestOptionLines(t *testing.T) {
	nb := look.NewWords("nb")
	for name, c := range map[string]struct {
		options post.Options
		want    []string
	}{
		"nothing chosen": {post.Options{}, []string{"Mottakeren åpner brevet med vanlig innlogging."}},
		"everything": {allOptions(), []string{
			"Faktura som kan betales fra Digipost, beløp kr 12\u202f345,50, forfall 20.12.2026, til konto 1234\u00a056\u00a078903, KID 1234567897.",
			"Mottakeren må logge inn i to trinn for å åpne brevet.",
			"Avsender og emne vises ikke før mottakeren har logget inn.",
			"Vises i postkassen 24.11.2026 10:00, ikke før.",
			"Påminnelse på SMS 25.11.2026 10:00, hvis brevet er ulest.",
			"Påminnelse på SMS én time, 24 timer og 72 timer etter levering, hvis brevet er ulest.",
			"Påminnelse på e-post 24.11.2026 10:00 og 26.11.2026 10:00, hvis brevet er ulest, til adressen mottakeren har i listen. Emne: «Husk brevet».",
			"Du får vite når brevet åpnes. Det koster ekstra, og mottakeren må si ja til det først.",
			"Har mottakeren ikke Digipost, blir de invitert til å skaffe seg det innen 01.12.2026 10:00.",
			"Tar de ikke imot invitasjonen, går brevet på papir i posten.",
			"Er brevet ulest 03.12.2026 10:00, går det på papir i posten.",
			"Papiret trykkes i farger. Det som ikke kan leveres, makuleres.",
			"Returadresse: Fjordvik idrettslag, Sjøgata 1, 6001 Fjordvik.",
			"Referanse på regningen fra Digipost: Årsmøte 2027."}},
		"paper in black, returned": {post.Options{Paper: &post.Paper{IfNoDigipost: true}}, []string{
			"Mottakeren åpner brevet med vanlig innlogging.",
			"Har mottakeren ikke Digipost, går brevet på papir i posten.",
			"Papiret trykkes i svart-hvitt. Det som ikke kan leveres, kommer i retur."}},
		"payslip without a date": {post.Options{Content: post.Content{Kind: post.ContentPayslip, Amount: "32000"}}, []string{
			"Lønnsslipp, netto kr 32\u202f000,00.", "Mottakeren åpner brevet med vanlig innlogging."}},
		"one e-mail address": {post.Options{Email: &post.EmailReminder{Address: "a@b.no", Subject: "Hei", At: []time.Time{optionsAt}}}, []string{
			"Mottakeren åpner brevet med vanlig innlogging.",
			"Påminnelse på e-post til a@b.no 24.11.2026 10:00, hvis brevet er ulest. Emne: «Hei»."}},
	} {
		if got := OptionLines(nb, c.options); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestOptionLinesInEveryLanguage: no key and no open gap reaches a person.
func TestOptionLinesInEveryLanguage(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for _, kind := range []post.ContentKind{post.ContentLetter, post.ContentInvoice, post.ContentDebt, post.ContentPayslip} {
			options := allOptions()
			options.Content.Kind = kind
			for _, line := range OptionLines(look.NewWords(language), options) {
				if strings.Contains(line, "options.say") || strings.ContainsAny(line, "{}") {
					t.Errorf("%s: %q", language, line)
				}
			}
		}
	}
}

func TestAmountsAndNumbersAsTheyCome(t *testing.T) {
	nb, en := look.NewWords("nb"), look.NewWords("en")
	for _, c := range [][2]string{{Kroner(nb, "1234.5x"), "1234.5x"}, {Kroner(nb, "1234.5"), "kr 1\u202f234,50"}, {Kroner(nb, "-3"), "kr -3,00"}, {Kroner(nb, "mye"), "mye"}, {Kroner(en, "1234.50"), "NOK 1,234.50"},
		{Day(nb, "2026-02-30"), "2026-02-30"}, {Account("123"), "123"}} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}
