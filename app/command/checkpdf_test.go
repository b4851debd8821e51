package command

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"brevdue/app/document"
	"brevdue/app/post"
)

// TestCheckPDF: what is wrong is told with its place, in words and by the official
// names; one that cannot be printed is a no.
func TestCheckPDF(t *testing.T) {
	r := newRig(t)
	r.pdf = document.Report{Pages: 2, Version: "1.7", DigitalOK: true, PrintOK: true}
	if out, _ := r.want(exitDone, "check", "pdf", "brev.pdf"); !strings.Contains(out, "digitalt og skrives ut") {
		t.Error(out)
	}
	if out, _ := r.want(exitDone, "check", "pdf", "brev.pdf", "-json"); !strings.Contains(out, `"errors":[]`) && !strings.Contains(out, `"errors": []`) {
		t.Error(out)
	}
	r.pdf = document.Report{Pages: 21, Version: "1.7", DigitalOK: true, Errors: []document.PrintError{
		{Code: document.PrintTooManyPages, Value: "21", Limit: "20"},
		{Page: 3, Code: document.PrintMargin, Area: &document.Area{Y: 95, Width: 15, Height: 80}, Found: &document.Area{X: 7, Y: 100}}}}
	out, _ := r.want(exitRefused, "check", "pdf", "brev.pdf")
	for _, want := range []string{"men ikke skrives ut", "21 sider", "Side 3 har tekst", "0–15 mm fra venstre", "Gjør margen bredere", "(" + document.PrintMargin + ")"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing: %s", want, out)
		}
	}
	out, _ = r.want(exitRefused, "check", "pdf", "brev.pdf", "-json")
	var said struct {
		Digital bool `json:"digital_ok"`
		Print   bool `json:"print_ok"`
		Errors  []struct {
			Page int
			Area *struct{ X, Y, Width, Height float64 }
		}
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatal(err)
	}
	if !said.Digital || said.Print || len(said.Errors) != 2 || said.Errors[0].Area != nil || said.Errors[1].Page != 3 || said.Errors[1].Area.Height != 80 {
		t.Errorf("%+v", said)
	}
	r.pdf = document.Report{Errors: []document.PrintError{{Code: document.PrintUnreadable}}}
	if out, _ := r.want(exitRefused, "check", "pdf", "x.pdf", "-lang", "en"); !strings.Contains(out, "neither") {
		t.Error(out)
	}
	r.pdfErr = post.NewFault(post.CodeFileMissing, nil, "file", "borte.pdf")
	if r.want(exitRefused, "check", "pdf", "borte.pdf"); r.opens != 0 {
		t.Error("a profile was opened")
	}
}

// TestSendShield: a letter with somebody else's birth number goes nowhere, unless
// a person says it is right; that is kept before it goes.
func TestSendShield(t *testing.T) {
	r := newRig(t)
	r.jobs.outcome = deliverAll
	letter, more := oneFile(t, "brev.pdf", "%PDF"), oneFile(t, "mer.pdf", "%PDF")
	line := []string{"send", "-yes", "-to", "fnr:" + kari, "-subject", "Hei", letter, more}
	r.want(exitDone, line...)
	if !slices.Equal(r.shielded, []string{"brev.pdf " + kari, "mer.pdf " + kari}) || len(r.allowed) != 0 {
		t.Errorf("%q %q", r.shielded, r.allowed)
	}
	jobs := len(r.jobs.order)
	r.foreign = []document.Foreign{{Page: 2, Masked: "010190 *****"}}
	_, told := r.want(exitRefused, line...)
	if len(r.jobs.order) != jobs || !strings.Contains(told, "brev.pdf, side 2") || !strings.Contains(told, "010190 *****") || !strings.Contains(told, "-foreign-number-ok") {
		t.Errorf("%d jobs: %s", len(r.jobs.order)-jobs, told)
	}
	r.want(exitDone, append(line, "-foreign-number-ok")...)
	if len(r.allowed) != 1 || r.allowed[0] != r.jobs.order[jobs] {
		t.Errorf("%q %q", r.allowed, r.jobs.order)
	}
	r.allowErr = errors.New("the disk is full")
	r.want(exitInternal, append(line, "-foreign-number-ok")...)
	r.foreign, r.shieldErr = nil, document.ErrTextUnread
	if _, told := r.want(exitDone, line...); !strings.Contains(told, "Teksten i brev.pdf kan ikke leses") {
		t.Error(told)
	}
}
