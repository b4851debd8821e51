package inbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"brevdue/app/inbox"
	"brevdue/app/post"
)

var clock = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

// fakeBox is an e-Box as the use case shows it.
type fakeBox struct {
	entries  []post.EBoxEntry
	sources  []post.EBoxSource
	refused  error
	asked    []inbox.Query
	looked   int
	checked  int
	plans    []inbox.Selection
	fails    map[string]error
	exported string
	// during is called before each document.
	during func(done int)
}

func (f *fakeBox) List(_ context.Context, query inbox.Query) (inbox.Page, error) {
	f.asked = append(f.asked, query)
	var page inbox.Page
	var found []post.EBoxEntry
	for _, e := range f.entries {
		if e.Visible {
			page.Counts.All++
			page.Counts.Unread += one(!e.Read)
			page.Counts.New += one(e.New)
			page.Counts.Registered += one(e.Registered)
			page.Counts.NotSaved += one(!e.Saved())
			page.Counts.Fortnight += one(!e.Expires.IsZero() && e.Expires.Before(clock.AddDate(0, 0, 14)))
		}
		if e.Visible != query.Hidden && (!query.Unread || !e.Read) && (!query.Registered || e.Registered) &&
			strings.Contains(strings.ToLower(e.Subject.NL), strings.ToLower(query.Search)) && (query.SenderID == "" || query.SenderID == e.SenderID) {
			found = append(found, e)
		}
	}
	page.Total = len(found)
	found = found[min(query.Offset, len(found)):]
	if query.Limit > 0 {
		found = found[:min(query.Limit, len(found))]
	}
	page.Entries = found
	return page, nil
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func (f *fakeBox) Senders(context.Context) ([]inbox.Choice, error) {
	return []inbox.Choice{{ID: "0206731645", Name: post.Translated{NL: "Rijksdienst voor Sociale Zekerheid"}, Count: 4}, {ID: "0308357159", Name: post.Translated{NL: "FOD Financiën"}, Count: 2}}, nil
}

func (f *fakeBox) Types(context.Context) ([]inbox.Choice, error) {
	return []inbox.Choice{{ID: "a", Name: post.Translated{NL: "Aanslagbiljet"}, Count: 2}, {ID: "b", Count: 1}}, nil
}
func (f *fakeBox) Sources(context.Context) ([]post.EBoxSource, error) { return f.sources, nil }

func (f *fakeBox) Refresh(context.Context, bool) (inbox.Refreshed, error) {
	f.checked++
	if f.refused != nil {
		return inbox.Refreshed{}, f.refused
	}
	for i := range f.sources {
		if f.sources[i].Trouble == "" {
			f.sources[i].Good = clock
		}
	}
	return inbox.Refreshed{Sources: f.sources}, nil
}
func (f *fakeBox) Looked(context.Context) error { f.looked++; return nil }

func (f *fakeBox) Open(ctx context.Context, key inbox.Key) (post.EBoxEntry, error) {
	return f.Entry(ctx, key)
}

func (f *fakeBox) Entry(_ context.Context, key inbox.Key) (post.EBoxEntry, error) {
	for _, e := range f.entries {
		if inbox.KeyOf(e) == key {
			return e, nil
		}
	}
	return post.EBoxEntry{}, post.NewFault(post.CodeMessageUnknown, nil)
}

func (f *fakeBox) SetVisible(_ context.Context, keys []inbox.Key, visible bool) error {
	for i := range f.entries {
		if inbox.KeyOf(f.entries[i]) == keys[0] {
			f.entries[i].Visible = visible
		}
	}
	return nil
}

func (f *fakeBox) Plan(_ context.Context, selection inbox.Selection) (*inbox.Plan, error) {
	f.plans = append(f.plans, selection)
	plan := &inbox.Plan{Folder: selection.Folder}
	for _, e := range f.entries {
		wanted := selection.All && e.Visible
		for _, key := range selection.Messages {
			wanted = wanted || key == inbox.KeyOf(e)
		}
		marks := false
		for _, a := range e.Attachments {
			if !wanted || selection.Document != "" && a.Key() != selection.Document || selection.Annexes && a.Main {
				continue
			}
			item := inbox.Item{Key: inbox.KeyOf(e), Subject: e.Subject, Sender: e.Sender, Attachment: a, Path: filepath.Join(selection.Folder, e.ID, a.FileName),
				Have: len(e.Downloads) > 0, MarksRead: a.Main && !e.Read}
			plan.Items = append(plan.Items, item)
			plan.Have += one(item.Have)
			plan.Documents += one(!item.Have)
			marks = marks || item.MarksRead && !item.Have
			plan.Bytes += a.Size
		}
		plan.Messages += one(wanted)
		plan.MarksRead += one(marks)
		plan.Registered += one(marks && e.Registered)
	}
	return plan, nil
}

func (f *fakeBox) Run(ctx context.Context, plan *inbox.Plan, progress func(inbox.Progress)) ([]inbox.Result, error) {
	var results []inbox.Result
	for i, item := range plan.Items {
		progress(inbox.Progress{Done: i, Total: plan.Documents, Item: item})
		if f.during != nil {
			f.during(i)
		}
		switch {
		case ctx.Err() != nil:
			results = append(results, inbox.Result{Item: item, State: inbox.ItemNotTried, Err: ctx.Err()})
		case item.Have:
			results = append(results, inbox.Result{Item: item, State: inbox.ItemThere})
		case f.fails[item.Message] != nil:
			results = append(results, inbox.Result{Item: item, State: inbox.ItemFailed, Err: f.fails[item.Message]})
		default:
			results = append(results, inbox.Result{Item: item, State: inbox.ItemSaved})
		}
	}
	return results, errors.Join(ctx.Err())
}

func (f *fakeBox) Export(_ context.Context, _ inbox.Query, out string, _ inbox.Words) (int, error) {
	f.exported = out
	return len(f.entries), nil
}

// full is an e-Box with all there is: new, registered, saved and hidden messages, long
// names, and a provider that does not answer.
func full() *fakeBox {
	nl := func(text string) post.Translated { return post.Translated{NL: text} }
	document := func(id, title, name string, main bool) post.EBoxAttachment {
		return post.EBoxAttachment{ID: id, Title: nl(title), FileName: name, MediaType: "application/pdf", Size: 182_000, Main: main}
	}
	f := &fakeBox{fails: map[string]error{}, sources: []post.EBoxSource{
		{Provider: post.EBoxProvider{ID: "rsz", Name: nl("Rijksdienst voor Sociale Zekerheid"), Active: true}, Good: clock.Add(-3 * time.Minute)},
		{Provider: post.EBoxProvider{ID: "fin", Name: nl("FOD Financiën"), Active: true}, Good: clock.Add(-26 * time.Hour), Trouble: post.CodeUnreachable, TroubleAt: clock.Add(-3 * time.Minute),
			RetryAt: clock.Add(12 * time.Minute)}}}
	subjects := []string{"Aanslagbiljet vennootschapsbelasting, aanslagjaar 2026", "Rekeninguittreksel derde kwartaal", "Uitnodiging voor het overleg over de sociale inspectie van de bouwsector in de provincies Antwerpen, Limburg en Vlaams-Brabant",
		"Attest van geen sociale schulden", "Beslissing over uw aanvraag tot vermindering van bijdragen", "Nieuwe barema's vanaf 1 januari"}
	for i := range 36 {
		e := post.EBoxEntry{EBoxMessage: post.EBoxMessage{Provider: "rsz", ID: fmt.Sprint("m", i), Subject: nl(subjects[i%len(subjects)]),
			Received: clock.AddDate(0, 0, -i*3), Expires: clock.AddDate(0, 0, 365-i*10), Read: i%3 == 1, Visible: i != 9, Registered: i%8 == 0,
			SenderID: "0206731645", Sender: nl("Rijksdienst voor Sociale Zekerheid"), Type: nl("Aanslagbiljet"), TypeID: "a",
			Attachments: []post.EBoxAttachment{document("hoofd", "Aanslagbiljet", "aanslagbiljet.pdf", true), document("bijlage", "Toelichting bij de berekening", "toelichting.pdf", false)}},
			New: i < 2}
		switch i % 4 {
		case 1:
			e.Sender, e.SenderID = nl("FOD Financiën, Algemene Administratie van de Inning en de Invordering"), "0308357159"
		case 2:
			e.Sender, e.Type = post.Translated{}, nl("Uitnodiging")
		}
		f.entries = append(f.entries, e)
	}
	f.entries[0].Expires = clock.AddDate(0, 0, 5)
	f.entries[0].Attention = "Els Peeters, dienst Fiscaliteit"
	f.entries[0].Payment = &post.EBoxPayment{Amount: "1234.56", VAT: "0.00", Currency: "EUR", Due: "2026-12-15", IBAN: "BE68 5390 0754 7034", BIC: "GKCCBEBB", Reference: "+++090/9337/55493+++"}
	f.entries[0].Data = []post.EBoxValue{{Key: "year", Name: "Aanslagjaar", Values: []post.Translated{nl("2026")}}, {Key: "ssin", Name: "Contactpersoon", Values: []post.Translated{nl("85.07.30-033.28")}}}
	f.entries[3].Downloads = []post.EBoxDownload{{Attachment: "hoofd", Path: "/tmp/e-box/a.pdf", At: clock}, {Attachment: "bijlage", Path: "/tmp/e-box/b.pdf", At: clock}}
	return f
}
