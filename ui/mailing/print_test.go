package mailing

import (
	"errors"
	"strings"
	"testing"

	"brevdue/app/document"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

var badPrint = document.Report{Name: "brev.pdf", Pages: 22, Version: "1.7", DigitalOK: true, Errors: []document.PrintError{
	{Code: document.PrintTooManyPages, Value: "22", Limit: "20"},
	{Page: 3, Code: document.PrintMargin, Area: &document.Area{Y: 95, Width: 15, Height: 80}, Found: &document.Area{X: 7, Y: 101}}}}

// TestPrintCheck: the document of a mailing on paper is judged when it is chosen; one
// that can't be printed goes no further on paper, and goes digitally.
func TestPrintCheck(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(18)
	f.proof.Features, f.report = []string{post.FeaturePaper}, badPrint
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.rest.paper")
	b.Tap(t, "mailing.next")
	b.Type(t, "mailing.path", letterFile+"\n")
	b.Type(t, "mailing.subject", "Årsmøte")
	told := b.Control(t, "mailing.print").Text
	for _, want := range []string{"22 sider", "Side 3 har tekst", "Gjør margen bredere"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is missing: %s", want, told)
		}
	}
	b.Tap(t, "mailing.next")
	if s.model.step != stepDocument || s.need != "mailing.need.print" {
		t.Errorf("went on to %d, %q", s.model.step, s.need)
	}
	b.Tap(t, "mailing.back")
	b.Tap(t, "mailing.rest.none")
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.next")
	if s.model.step != stepOptions || b.Has("mailing.print") {
		t.Errorf("held up digitally: %d", s.model.step)
	}
	s.Leave()
}

// TestPrintChanged: the document is judged again when the mailing is looked over,
// and before that where the judgement failed.
func TestPrintChanged(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := crowd(18)
	f.proof.Features, f.reportErr = []string{post.FeaturePaper}, errors.New("no time")
	f.back = post.PostalAddress{Name: "Koret", Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 1600)
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.rest.paper")
	b.Tap(t, "mailing.next")
	b.Type(t, "mailing.path", letterFile+"\n")
	b.Type(t, "mailing.subject", "Årsmøte")
	f.reportErr = nil
	b.Tap(t, "mailing.next")
	b.Tap(t, "mailing.next")
	if !b.Has("mailing.print.ok") {
		t.Errorf("not judged again: %v", b.IDs())
	}
	f.report = badPrint
	b.Tap(t, "mailing.next")
	if s.model.step != stepDocument || s.model.plan.draft != nil || !b.Has("mailing.print") || s.need == "" {
		t.Errorf("step %d: %v", s.model.step, b.IDs())
	}
	s.Leave()
}

// TestEnvelopes: sheets are printed on both sides, and thick letters go in C4.
func TestEnvelopes(t *testing.T) {
	pages := func(n int) document.Facts { return document.Facts{Pages: n} }
	m := model{path: "brev.pdf", facts: pages(3), attachments: []shared{{facts: pages(1)}}}
	if fewest, most, large := m.envelopes(); fewest != 3 || most != 3 || large != 0 {
		t.Errorf("%d to %d sheets, %d large", fewest, most, large)
	}
	m.own = own{on: true, found: &matching{rows: []ownRow{{state: rowGood, look: glance{facts: pages(2)}},
		{state: rowGood, look: glance{facts: pages(15)}}, {state: rowBad, look: glance{facts: pages(99)}}}}}
	if fewest, most, large := m.envelopes(); fewest != 2 || most != 9 || large != 1 {
		t.Errorf("%d to %d sheets, %d large", fewest, most, large)
	}
}
