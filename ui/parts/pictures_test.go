package parts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// TestPictures shows every part once, to look at: PICTURES=/tmp/pictures go test
// -run Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for _, mode := range []look.Mode{look.Light, look.Dark} {
			b := partstest.New(t, language, mode)
			for name, build := range map[string]func(*parts.Env) fyne.CanvasObject{"form": form, "table": table, "states": states, "empty": empty} {
				b.Put(container.NewBorder(parts.Band(b.Env, post.Sender{Environment: post.Practice, SenderID: 1001, Name: "Fjordvik idrettslag"}), nil, nil, nil, build(b.Env)))
				b.Picture(t, fmt.Sprintf("parts-%s-%s-%s", name, language, mode), 1280, 800)
			}
		}
	}
}

func form(env *parts.Env) fyne.CanvasObject {
	wrong := parts.TextField("org", "Organisasjonsnummer", "Ni siffer. Det står på brev fra Brønnøysundregistrene.", 160)
	wrong.Entry.SetText("123456789")
	wrong.SetError("Nummeret har feil kontrollsiffer. Se etter om to siffer er byttet om.")
	fault := parts.NewFaultBox(env, parts.WizardText)
	fault.Show(errors.New("x"))
	return parts.Page{
		Title: "Koble til Digipost", Lead: "Vi sjekker nummeret før nettleseren åpnes.",
		Steps: parts.StepsAt(1, "Velg vei inn", "Organisasjonsnummer", "Godkjenn i nettleseren", "Sertifikat", "Test"),
		Fault: fault,
		Content: parts.Form(wrong.Object,
			parts.PasswordField("pass", "Passord til sertifikatet", "", 320).Object,
			parts.SelectField("lang", "Språk", "", 200, []string{"Bokmål", "English"}, "Bokmål", nil).Object,
			parts.CheckBox("check", "Krev to-trinns innlogging for å åpne brevet", true, nil),
			parts.CopyLine(env, "copy", "https://www.digipost.no/app/registration?partnerid=1234567&return=http%3A%2F%2F127.0.0.1%3A41234", parts.WizardText)),
		Back: parts.Quiet("back", env.T("button.back"), nil), Later: parts.Link("later", env.T("button.later"), nil),
		Next: parts.Main("next", env.T("button.next"), nil),
	}.View()
}

var statuses = []post.ItemStatus{post.ItemDelivered, post.ItemNotDelivered, post.ItemUnsure, post.ItemSending, post.ItemOpened,
	post.ItemHeld, post.ItemStopped, post.ItemPrinting, post.ItemCoolingOff, post.ItemReceived, post.ItemPending, post.ItemPosted, post.ItemReady, post.ItemDraft,
	post.ItemScheduled, post.ItemPaused, post.ItemPrintFailed, post.ItemShredded}

func table(env *parts.Env) fyne.CanvasObject {
	t := parts.NewTable("people", []parts.Column{
		{Key: "name", Title: "Navn", Sortable: true, Share: 2}, {Key: "id", Title: "Kundenummer", Width: 120, Number: true, Sortable: true},
		{Key: "status", Title: "Status", Width: 220}, {Key: "reason", Title: "Hvorfor", Share: 2}, {Key: "empty", Title: "Tom", Hidden: true},
	}, func() int { return 100000 }, func(row int, key string) parts.Cell {
		switch key {
		case "name":
			if row%5 == 3 {
				return parts.Cell{Text: "Maximiliana Alexandra Bjørnstjerne-Østerhaugsvoll Kristoffersdatter"}
			}
			return parts.Cell{Text: []string{"Åse Ødegård", "Kari Nordmann", "Ola Æbelø"}[row%3]}
		case "id":
			return parts.Cell{Text: fmt.Sprint(1000 + row*111)}
		case "status":
			s := parts.ItemStatus(env.Words, statuses[row%len(statuses)])
			return parts.Cell{Status: &s}
		}
		return parts.Cell{Text: env.Words.Reason([]string{"", "not_a_user", "several_matches"}[row%3]), Quiet: true}
	})
	t.OnSort = func(string, bool) {}
	t.SetSort("name", false)
	search := parts.NewSearch(env, "search", "Søk etter navn, kundenummer eller sted", 360, func(string) {})
	return parts.Page{Title: "Mottakere", Wide: true,
		Aside:   []fyne.CanvasObject{parts.Quiet("import", env.T("button.import"), nil).Icon(look.IconPlus)},
		Content: container.NewBorder(parts.Inset(0, 0, 0, 16, parts.Row(8, search.Object, parts.Fill(nil), look.QuietText("100 000 mottakere"))), nil, nil, nil, t.Object),
		Next:    parts.Main("split", "Kjør mottakersplitt for utvalget", nil)}.View()
}

func states(env *parts.Env) fyne.CanvasObject {
	now := env.Now()
	progress := parts.NewProgress(env, "Sender brev")
	progress.Set(7, 38)
	count := parts.ConfirmCount(env, "count", 38, func(bool) {})
	count.Entry.SetText("37")
	return parts.Page{Title: "Utsendelse", Content: parts.Stack(look.Group,
		parts.NewClock(env, "clock", now, now.Add(4*time.Minute+12*time.Second), nil, nil, nil).Object,
		parts.Card(progress.Object),
		parts.Card(parts.Pie(env, "mottakere", []parts.Slice{
			{Status: parts.SplitStatus(env.Words, post.HasDigipost), Count: 28}, {Status: parts.SplitStatus(env.Words, post.Identified), Count: 6},
			{Status: parts.SplitStatus(env.Words, post.Unidentified), Count: 3}, {Status: parts.SplitStatus(env.Words, post.Invalid), Count: 1}})),
		parts.Note(parts.ToneCare, "Listen er eldre enn 30 dager. Kjør en mottakersplitt først.", look.Reading),
		count.Object),
		Next: parts.Main("approve", "Godkjenn og start angrefrist", nil).Off(true), Back: parts.Quiet("back", env.T("button.back"), nil),
		Extra: []*parts.Button{parts.StopButton("stop", "Stopp alt", nil)}}.View()
}

func empty(env *parts.Env) fyne.CanvasObject {
	return parts.Page{Title: "Jobber", Wide: true, Content: parts.Empty(look.IconPigeon, env.T("empty.people"), parts.Main("import", env.T("button.import"), nil))}.View()
}
