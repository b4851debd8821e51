package sheet

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// TestPictures walks through the wizard by its ids and takes a picture of each
// step: PICTURES=/tmp/pictures go test -run Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "sheet")
		s := New(b.Env, Ports{Register: people(t), AllowSynthetic: true})
		b.Framed(s, "", story.Width, story.Height)
		snap("1file")
		b.Picked = filepath.Join(t.TempDir(), "finnes ikke.xlsx")
		b.Tap(t, "sheet.choose")
		snap("1file-fault")
		b.Picked = long(t)
		b.Tap(t, "sheet.choose")
		snap("2sheet")
		b.Tap(t, "sheet.next")
		snap("3header")
		b.Tap(t, "sheet.header.2")
		snap("3header-other")
		b.Tap(t, "sheet.header.4")
		b.Tap(t, "sheet.next")
		snap("4columns")
		b.Tap(t, "sheet.sample.next")
		for field := range s.model.mapping {
			s.model.assign(field, "")
		}
		snap("4columns-nobody")
		b.Tap(t, "sheet.back")
		b.Tap(t, "sheet.next")
		b.Tap(t, "sheet.next")
		snap("5problems")
		b.Tap(t, "sheet.next")
		snap("6review-new")
		b.Tap(t, "sheet.store")
		snap("7stored")
		if !strings.Contains(strings.Join(b.IDs(), " "), "sheet.split") {
			t.Errorf("after storing there is no split: %v", b.IDs())
		}

		b.Framed(s, sample, story.Width, story.Height)
		b.Tap(t, "sheet.next")
		snap("4columns-sample")
		b.Tap(t, "sheet.next")
		snap("5problems-sample")
		b.Tap(t, "sheet.next")
		snap("6review-sample")
		b.Tap(t, "sheet.review.changed")
		snap("6review-changed")
		b.Tap(t, "sheet.store")
		b.Tap(t, "sheet.undo")
		snap("7undone")
		b.Tap(t, "sheet.people")
		if last := b.Went[len(b.Went)-1]; last != parts.PlacePeople {
			t.Errorf("went to %s", last)
		}
	}
}

// TestWaiting shows progress with a way out once work takes long.
func TestWaiting(t *testing.T) {
	for _, story := range partstest.Storybook()[:2] {
		b := partstest.New(t, story.Language, story.Mode)
		s := New(b.Env, Ports{Register: people(t), AllowSynthetic: true})
		b.Framed(s, sample, story.Width, story.Height)
		s.model.begin(doingRead)
		b.Run.Tick()
		s.model.progress(3500, 98000)
		b.Picture(t, fmt.Sprintf("sheet-5waiting-%s-%.0f", story.Language, story.Width), story.Width, story.Height)
		b.Tap(t, "sheet.cancel")
		if s.model.doing != doingNothing || s.model.step != stepHeader {
			t.Errorf("after cancel: doing %q, step %d", s.model.doing, s.model.step)
		}
	}
}

// TestKeyboard chooses the heading row without a mouse.
func TestKeyboard(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, Ports{Register: people(t), AllowSynthetic: true})
	b.Framed(s, sample, 1280, 800)
	b.Tap(t, "sheet.header.none")
	if s.model.header != 0 {
		t.Errorf("heading row %d", s.model.header)
	}
	if !s.Back() || s.model.step != stepFile {
		t.Errorf("Esc leads to step %d", s.model.step)
	}
	b.Type(t, "sheet.path", sample+"\n")
	if s.model.step != stepHeader {
		t.Errorf("a path that was typed leads to step %d, fault %v", s.model.step, s.model.fault)
	}
}

// TestPlaceIsKept: going elsewhere and coming back changes nothing.
func TestPlaceIsKept(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, Ports{Register: people(t), AllowSynthetic: true})
	b.Framed(s, sample, 1280, 800)
	b.Tap(t, "sheet.next")
	b.Tap(t, "sheet.later")
	s.Leave()
	b.Words.Switch("en")
	b.Framed(s, "", 1280, 800)
	if s.model.step != stepColumns || !b.Has("sheet.column.birth_number") {
		t.Errorf("step %d, %v", s.model.step, b.IDs())
	}
}

// long writes a workbook with long names, many columns, and hidden and empty
// sheets.
func long(t testing.TB) string {
	t.Helper()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	const sheet = "Medlemmer og foresatte våren"
	for _, err := range []error{book.SetSheetName("Sheet1", sheet), setRow(book, sheet, 1, "Fjordvik idrettslag – medlemsliste per 1. november 2026, sendt av kassereren"),
		setRow(book, sheet, 3, "Uttrekk fra medlemssystemet"),
		setRow(book, sheet, 4, "Fødselsnr", "Etternavn og fornavn, slik det står i Folkeregisteret", "Adresse", "Postnr", "Poststed", "E-post", "Kontingent", "Notat til styret", "Gruppe")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, person := range [][]any{
		{"03846131239", "Åse Bjørkhaug", "Måkeveien 12", "5003", "Bergen", "ase.bjorkhaug@example.com", "350", "Betalt", "Håndball"},
		{"17917440808", "Maximiliana Alexandra Bjørnstjerne-Østerhaugsvoll Kristoffersdatter", "Gamle Strandgata Nordre Kvartal 114 B, oppgang C, leilighet H0402", "6002", "Ålesund", "maximiliana.alexandra.bjornstjerne-osterhaugsvoll@example.com", "350", "Ringte i mars og ba om utsettelse", "Fotball"},
		{"9818825568", "KJERSTI SÆTERDAL", "Brygga 3", "50033", "Bergen", "kjersti", "tre", "", "Fotball"},
		{"28825643136", "Per-Olav Tveitnes", "Brygga 4", "5003", "Bergen", "", "350", "", "Styret"},
		{"", "", "", "", "", "", "350", "Hvem er dette?", ""},
		{"03846131239", "Åse Bjørkhaug", "Måkeveien 12", "5003", "Bergen", "", "", "", "Turn"},
	} {
		if err := setRow(book, sheet, 5+i, person...); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Gamle medlemmer", "Tomt ark"} {
		if _, err := book.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := setRow(book, "Gamle medlemmer", 1, "Navn", "Sluttet"); err != nil {
		t.Fatal(err)
	}
	if err := book.SetSheetVisible("Gamle medlemmer", false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "Medlemsliste Fjordvik IL 2026 – endelig versjon (3).xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func setRow(book *excelize.File, sheet string, row int, cells ...any) error {
	return book.SetSheetRow(sheet, fmt.Sprintf("A%d", row), &cells)
}
