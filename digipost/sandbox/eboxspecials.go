package sandbox

import (
	"slices"
	"strings"
	"time"
)

// special begins a message that is there for one reason.
func special(born time.Time, id, lang, subject, sender, kind string, hours, days int) *eboxMessage {
	return &eboxMessage{ID: id, Subject: eboxText{lang: subject}, Sender: sender, Type: kind,
		Received: born.Add(-time.Duration(hours) * time.Hour), Expires: born.Add(time.Duration(days) * 24 * time.Hour)}
}

// eboxSpecials are the messages at the provider of 2.1 that a client may
// stumble over.
func eboxSpecials(born time.Time) []*eboxMessage {
	return slices.Concat(eboxPeculiar(born), eboxWords(born), eboxFiles(born), eboxOddities(born))
}

// eboxPeculiar are special in what they are.
func eboxPeculiar(born time.Time) []*eboxMessage {
	registered := special(born, "EBX-1001", "nl", "Aangetekend: ingebrekestelling", fromCourt, "aangetekend", 5, 150)
	registered.Registered = true
	registered.add(eboxFederal, 0, 0).Signed = true

	attention := special(born, "EBX-1002", "fr", "Convocation personnelle", fromTax, "vraag-om-inlichtingen", 9, 60)
	attention.Attention = &eboxPerson{ID: "99999999964", Type: "NATIONAL_NUMBER", Name: "Élodie Vandeputte-Übel"}
	attention.Reply = true
	attention.add(eboxFederal, 0, 0)

	reply := special(born, "EBX-1003", "fr", "Réponse à votre question", fromTax, "beslissing", 4, 90)
	reply.Original = "EBX-1002"
	reply.add(eboxFederal, 0, 0)

	six := special(born, "EBX-1004", "nl", "Dossier met zes documenten", fromHomes, "beslissing", 15, 200)
	for i := range 6 {
		six.add(eboxFederal, i, 0)
	}
	for i, other := range []struct{ name, media, text string }{
		{"lijst.csv", "text/csv", "dossier;bedrag\r\nA-1;12,50\r\n"}, {"toelichting.html", "text/html", "<!doctype html><title>Toelichting</title><p>Oefening.</p>"},
		{"bericht.xml", "text/xml", "<bericht><dossier>A-1</dossier></bericht>"},
	} {
		d := six.Documents[i+2]
		d.Name, d.Media, d.make = other.name, other.media, func() []byte { return []byte(other.text) }
	}
	six.Documents[5].Name, six.Documents[5].Media, six.Documents[5].make = "alles.zip", "application/zip", eboxZip

	pay := special(born, "EBX-1005", "nl", "Factuur met betaalgegevens", fromDues, "factuur", 6, 120)
	pay.Payment = object{"paymentDataId": "pay-1", "amount": 1250.40, "vatAmount": 262.58, "currency": "EUR", "dueDate": eboxTime(born.AddDate(0, 0, 30), 1),
		"iban": "BE68539007547034", "bic": "OEFEBEBB", "reference": object{"type": "structured", "value": "+++090/9337/55594+++"}}
	pay.add(eboxFederal, 0, 0)

	hidden := special(born, "EBX-1010", "nl", "Verborgen bericht", fromTax, "nieuws", 400, 35)
	hidden.WasHidden, hidden.WasRead = true, true
	hidden.add(eboxFederal, 0, 0)

	soon := special(born, "EBX-1011", "nl", "Dit bericht vervalt morgen", fromDues, "vraag-om-inlichtingen", 1400, 1)
	soon.add(eboxFederal, 0, 0)
	return []*eboxMessage{registered, attention, reply, six, pay, hidden, soon}
}

// eboxWords are special in what they say.
func eboxWords(born time.Time) []*eboxMessage {
	facts := special(born, "EBX-1006", "nl", "Bericht met kenmerken", fromCity, "beslissing", 18, 100)
	facts.Business = []eboxBusiness{
		{"dossier", eboxText{"nl": "Dossiernummer", "fr": "Numéro de dossier"}, nil, []eboxText{{"nl": "OEF-2026/00017"}}},
		{"vestiging", eboxText{"nl": "Vestigingen"}, eboxText{"nl": "De vestigingen waarop dit slaat"}, []eboxText{{"nl": "Café Zoë, Oefengem"}, {"nl": "Magazijn Noord"}, {"nl": "Kantoor Zuid"}}},
	}
	facts.add(eboxFederal, 0, 0)

	body := special(born, "EBX-1007", "nl", "Kort bericht zonder document", fromCity, "nieuws", 11, 30)
	body.Body, body.BodyMain = eboxText{"nl": "Onze loketten zijn maandag gesloten.\nMet vriendelijke groeten"}, true

	annex := special(born, "EBX-1008", "fr", "Message dont le corps accompagne le document", fromLesse, "nieuws", 16, 30)
	annex.Body = eboxText{"fr": "Veuillez trouver ci-joint le document."}
	annex.add(eboxFederal, 0, 0)

	all := special(born, "EBX-1009", "nl", "Bericht in drie talen", fromDues, "nieuws", 22, 45)
	all.add(eboxFederal, 0, 0)
	all.Subject = eboxText{"nl": "Bericht in drie talen", "fr": "Message en trois langues", "de": "Nachricht in drei Sprachen"}

	long := special(born, "EBX-1012", "nl", strings.Repeat("Een onderwerp dat zo lang is als het maar mag zijn, ", 8)[:400], fromCity, "nieuws", 28, 30)
	long.add(eboxFederal, 0, 0)

	tricky := special(born, "EBX:1013+a b/é%20", "nl", "Bericht met een lastige sleutel", fromCity, "nieuws", 29, 30)
	tricky.add(eboxFederal, 0, 0).ID = "doc 1/é?+"

	return []*eboxMessage{facts, body, annex, all, long, tricky}
}

// eboxFiles are special in their documents.
func eboxFiles(born time.Time) []*eboxMessage {
	named := func(id, subject string, hours int, names ...string) *eboxMessage {
		m := special(born, id, "nl", subject, fromHomes, "attest", hours, 300)
		for i, name := range names {
			m.add(eboxFederal, i, 0).Name = name
		}
		return m
	}
	names := named("EBX-1020", "Documenten met bijzondere namen", 31, "Décision_été à l'œil.pdf", "Overzicht%20%E2%82%AC%20bedragen.pdf", "100% gelijk.pdf")
	paths := named("EBX-1021", "Documenten met paden in de naam", 32, "../../../etc/nota.pdf", `C:\temp\nota.pdf`, "..%2F..%2Fnota.pdf", "CON.pdf", "nota.pdf. ")
	same := named("EBX-1022", "Documenten met dezelfde naam", 34, "brief.pdf", "brief.pdf", "BRIEF.PDF")
	long := named("EBX-1023", "Document met een zeer lange naam", 35, strings.Repeat("zeer-lange-naam-", 16)[:251]+".pdf")

	wrong := named("EBX-1024", "Document dat niet klopt met zijn digest", 36, "fout.pdf", "goed.pdf")
	wrong.Documents[0].Digest = digestWrong
	wrong.Documents[1].Digest = digestPadded
	none := named("EBX-1025", "Document zonder digest", 37, "zonder.pdf")
	none.Documents[0].Digest = digestAbsent
	noID := named("EBX-1026", "Document zonder sleutel", 38, "alleen-adres.pdf")
	noID.Documents[0].NoID = true
	stray := named("EBX-1027", "Document op een vreemd adres", 39, "vreemd.pdf", "vreemd-zonder-sleutel.pdf")
	stray.Documents[0].Stray = true
	stray.Documents[1].Stray, stray.Documents[1].NoID = true, true
	empty := named("EBX-1028", "Leeg document", 41, "leeg.pdf")
	empty.Documents[0].make = func() []byte { return nil }
	noHref := named("EBX-1029", "Document zonder adres", 42, "zonder-adres.pdf")
	noHref.Documents[0].NoHref = true

	big := special(born, "EBX-1030", "nl", "Groot document", fromHomes, "attest", 43, 300)
	big.add(eboxFederal, 0, 3<<20).Name = "plannen.pdf"
	return []*eboxMessage{names, paths, same, long, wrong, none, noID, stray, empty, noHref, big}
}

// eboxOddities break the contract, as servers do.
func eboxOddities(born time.Time) []*eboxMessage {
	odd := func(id, subject string, hours int, change func(object)) *eboxMessage {
		m := special(born, id, "nl", subject, fromCity, "nieuws", hours, 200)
		m.Odd, m.Change = true, change
		m.add(eboxFederal, 0, 0)
		return m
	}
	extra := odd("EBX-1040", "Bericht met onbekende velden", 44, func(o object) {
		o["eboxShard"], o["links"], o["priority"] = object{"id": 7}, []any{nil, "x"}, "HIGH"
	})
	nulls := odd("EBX-1041", "Bericht met null waar lijsten horen", 45, func(o object) {
		o["attachments"], o["businessDataList"], o["paymentData"], o["forTheAttentionOf"], o["originalMessageId"] = object{"items": nil, "totalItems": 0}, nil, nil, nil, nil
	})
	bare := odd("EBX-1042", "Bericht zonder bijlagenlijst", 46, func(o object) {
		delete(o, "attachments")
		delete(o, "bodyMainContent")
		delete(o, "visible")
		o["subject"] = eboxText{"nl": "Bericht zonder bijlagenlijst", "fr": ""} // a map of its own: the message's is read by others
	})
	unknown := odd("EBX-1043", "Bericht van een onbekende afzender en soort", 47, func(o object) {
		o["messageTypeId"], o["senderOrganizationId"], o["senderApplicationId"] = "onbekend/soort", "1900010858", "app-onbekend"
	})
	unknown.Documents[0].Media = "image/tiff"
	untitled := odd("EBX-1044", "x", 48, func(o object) { o["subject"] = object{} })
	return []*eboxMessage{extra, nulls, bare, unknown, untitled}
}

// eboxFlemishSpecials are the peculiar ones at the provider of 3.x.
func eboxFlemishSpecials(born time.Time) []*eboxMessage {
	registered := special(born, "EBX-1001", "nl", "Aangetekend: herstelvordering", fromHomes, "aangetekend", 8, 100)
	registered.Registered = true
	registered.add(eboxFlemish, 0, 0)
	part := special(born, "EBX-2001", "nl", "Bericht voor de personeelsdienst", fromHomes, "vraag-om-inlichtingen", 10, 70)
	part.Partition = "HR"
	part.Attention = &eboxPerson{ID: "99999999964", Name: "Élodie Vandeputte-Übel"}
	part.add(eboxFlemish, 0, 0)
	body := special(born, "EBX-2002", "nl", "Kort Vlaams bericht", fromCity, "nieuws", 14, 30)
	body.Body, body.BodyMain = eboxText{"nl": "De infosessie gaat niet door."}, true
	wrong := special(born, "EBX-2003", "nl", "Document dat niet klopt", fromCity, "nieuws", 36, 30)
	wrong.add(eboxFlemish, 0, 0).Digest = digestWrong
	return []*eboxMessage{registered, part, body, wrong}
}
