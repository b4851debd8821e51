package letter

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brevdue/app/document"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// wide is a page with text where the barcode goes, and a font that is missing.
var wide = document.Report{Name: "brev.pdf", Pages: 2, Version: "1.7", Errors: []document.PrintError{
	{Page: 2, Code: document.PrintMargin, Area: &document.Area{Y: 95, Width: 15, Height: 80}, Found: &document.Area{X: 7, Y: 101}},
	{Page: 1, Code: document.PrintFont, Font: "Verdana-Bold"}}}

// printer judges documents and looks for birth numbers.
type printer struct {
	report   document.Report
	checked  int
	foreign  []document.Foreign
	asked    []string
	err      error
	allowErr error
}

func (p *printer) ports(f *fake) Ports {
	ports := f.ports()
	ports.CheckPrint = func(context.Context, string) (document.Report, error) {
		p.checked++
		return p.report, nil
	}
	ports.Shield = func(_ context.Context, path, own string) ([]document.Foreign, error) {
		p.asked = append(p.asked, filepath.Base(path)+" "+own)
		return p.foreign, p.err
	}
	ports.ForeignAllowed = func(_ context.Context, id string) error {
		f.calls = append(f.calls, "allowed "+id)
		return p.allowErr
	}
	return ports
}

// TestPrintCheck: a letter is judged for print where paper is wished; one that can't
// be printed is not looked over with paper, but goes digitally.
func TestPrintCheck(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f, p := town(), &printer{report: wide}
	s := New(b.Env, p.ports(f))
	b.Framed(s, "1001", 1280, 4000)
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.subject", "Vedtak")
	if p.checked != 0 {
		t.Error("judged for print, though nothing is printed")
	}
	b.Tap(t, "letter.section.paper")
	b.Tap(t, "letter.paper")
	if p.checked != 1 || !b.Has("letter.print.0") {
		t.Fatalf("judged %d times: %v", p.checked, b.IDs())
	}
	told := b.Control(t, "letter.print.0").Text
	for _, want := range []string{"brev.pdf", "Side 2 har tekst der strekkoden skal stå", "Verdana-Bold på side 1", "Gjør margen bredere"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is missing: %s", want, told)
		}
	}
	b.Tap(t, "letter.unread")
	b.Tap(t, "letter.unread")
	b.Tap(t, "letter.review")
	if s.reviewing || f.wish.Subject != "" || !b.Has("letter.mend.0") || p.checked != 1 {
		t.Errorf("looked over with paper: %v", b.IDs())
	}
	b.Tap(t, "letter.paper")
	b.Tap(t, "letter.review")
	if !s.reviewing || f.wish.Options.Paper != nil {
		t.Errorf("not sent digitally: %v", b.IDs())
	}
	s.Leave()
}

// TestPrintChanged: what stands in the file when the letter is looked over is what
// counts.
func TestPrintChanged(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f, p := town(), &printer{report: document.Report{PrintOK: true, DigitalOK: true}}
	s := New(b.Env, p.ports(f))
	b.Framed(s, "1001", 1280, 4000)
	b.Tap(t, "letter.section.paper")
	b.Tap(t, "letter.paper")
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.subject", "Vedtak")
	if !b.Has("letter.print.ok") {
		t.Error(b.IDs())
	}
	p.report = wide
	b.Tap(t, "letter.review")
	if s.reviewing || len(p.asked) != 1 || !b.Has("letter.print.0") || f.wish.Subject != "" {
		t.Errorf("%v %v", p.asked, b.IDs())
	}
	s.Leave()
}

// TestShield: a letter with somebody else's birth number is not sent before a person
// says that they have looked; that is kept before it goes.
func TestShield(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f, p := town(), &printer{foreign: []document.Foreign{{Page: 2, Masked: "030461 *****"}}}
	s := New(b.Env, p.ports(f))
	b.Framed(s, "1001", 1280, 1600)
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.subject", "Vedtak")
	b.Tap(t, "letter.review")
	if !slices.Equal(p.asked, []string{"brev.pdf " + syntheticNumber}) || p.checked != 0 {
		t.Errorf("%v, judged %d times", p.asked, p.checked)
	}
	if text := b.Control(t, "letter.foreign").Text; !strings.Contains(text, "brev.pdf, side 2: 030461 *****") {
		t.Error(text)
	}
	s.send()
	b.Tap(t, "letter.send")
	if len(f.calls) != 0 {
		t.Fatalf("sent: %v", f.calls)
	}
	b.Tap(t, "letter.foreign.ok")
	b.Tap(t, "letter.back")
	b.Tap(t, "letter.review")
	if !s.held() {
		t.Error("a look at an earlier plan counts for this one")
	}
	b.Tap(t, "letter.foreign.ok")
	p.allowErr = errors.New("the disk is full")
	b.Tap(t, "letter.send")
	if !slices.Equal(f.calls, []string{"keep", "allowed new", "stop"}) {
		t.Fatalf("%v", f.calls)
	}
	p.allowErr, f.calls = nil, nil
	b.Tap(t, "letter.send")
	if !slices.Equal(f.calls, []string{"keep", "allowed new", "approve 1 1m0s"}) {
		t.Errorf("%v", f.calls)
	}
	s.Leave()
}

// TestShieldUnread: a document whose text can't be read is told, and holds nothing
// up; a recipient without a number is told otherwise.
func TestShieldUnread(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f, p := town(), &printer{err: document.ErrTextUnread}
	s := New(b.Env, p.ports(f))
	b.Framed(s, "", 1280, 1600)
	s.pickHit(f.found[0])
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.subject", "Vedtak")
	b.Tap(t, "letter.review")
	if b.Has("letter.foreign") || s.held() || !strings.Contains(strings.Join(partstest.Texts(b.Window.Canvas()), "\n"), "Teksten i brev.pdf kan ikke leses") {
		t.Errorf("%v", partstest.Texts(b.Window.Canvas()))
	}
	b.Tap(t, "letter.back")
	p.err, p.foreign = nil, []document.Foreign{{Page: 1, Masked: "030461 *****"}}
	b.Tap(t, "letter.review")
	if text := b.Control(t, "letter.foreign").Text; p.asked[0] != "brev.pdf " || !strings.Contains(text, "Vi kjenner ikke mottakerens") {
		t.Errorf("%q %s", p.asked, text)
	}
	s.Leave()
}

// TestPrintPictures shows documents that can't be printed and numbers that are not
// the recipient's.
func TestPrintPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "letter")
		f, p := town(), &printer{report: wide, foreign: []document.Foreign{{Page: 1, Masked: "030461 *****"}, {Page: 2, Masked: "010190 *****"}}}
		s := New(b.Env, p.ports(f))
		b.Framed(s, "1001", story.Width, story.Height)
		s.model.choices.paper, s.open[sectionPaper] = true, true
		s.model.subject = "Vedtak om plass"
		s.takeFile(letterFile)
		s.column.ScrollToOffset(fynePos(s, sectionPaper))
		snap("a-no-print")
		b.Tap(t, "letter.review")
		snap("a-no-print-review")
		p.report = document.Report{PrintOK: true}
		s.removeFile(0)
		s.takeFile(letterFile)
		s.column.ScrollToOffset(fynePos(s, sectionPaper))
		snap("a-print-ok")
		b.Tap(t, "letter.review")
		snap("b-foreign")
		b.Tap(t, "letter.foreign.ok")
		snap("b-foreign-ok")
		s.Leave()
	}
}
