package options

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// checks are all that pass but one, with long words.
func checks() []DoctorLine {
	at := time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)
	return []DoctorLine{
		{Name: "clock", OK: true, Detail: "Klokken stemmer med Digiposts.", At: at},
		{Name: "keyring", OK: true, At: at},
		{Name: "certificate", OK: true, Detail: "Øvelses-CA for Brevdue, gyldig til 24.11.2026.", At: at},
		{Name: "agreement", At: at, Say: func(words Texts) (string, string) {
			return words.Fault(string(post.CodeAgreement), map[string]string{"detail": "delivery.direct-to-print"})
		}},
		{Name: "rest", OK: true, Detail: "Svarte på 48 ms.", At: at},
		{Name: "disk", Detail: "Det er bare 12 MB igjen på /home/kari/.local/share/brevdue/fjordvik-idrettslag-hovedstyret-og-undergruppene.",
			Next: "Rydd plass på disken. Brevdue trenger minst 200 MB for å ta vare på brev og kvitteringer trygt.", At: at},
		{Name: "database", OK: true, At: at}}
}

// TestConnectionPictures shows the test in its states: PICTURES=/tmp/pictures go
// test -run Pictures ./ui/...
func TestConnectionPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "options")
		f := full()
		s := New(b.Env, f.ports())
		b.Framed(s, "test", story.Width, story.Height)
		snap("6untested")
		f.skew = -7 * time.Minute
		b.Tap(t, "options.test")
		snap("6agreement")
		f.skew, f.lines = 3*time.Second, checks()
		b.Tap(t, "options.test")
		snap("6failed")
		b.Window.Resize(fyne.NewSize(story.Width, 1500))
		b.Picture(t, "options-6failed-all-"+story.Language+"-"+string(story.Mode)+"-"+map[bool]string{true: "1280", false: "1024"}[story.Width > 1100], story.Width, 1500)
		s.busy, s.proof, s.lines = busyTest, nil, checks()[:3]
		b.Framed(s, "test", story.Width, story.Height)
		s.busy = busyTest
		b.Redraw()
		snap("6running")
		s.Leave()
		b.Framed(New(b.Env, (&fake{}).ports()), "test", story.Width, story.Height)
		snap("6nothing")
	}
}

// TestLinesComeOneByOne: each check is on the page before the next is done, with
// its next step, and the agreement is asked for last.
func TestLinesComeOneByOne(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	ports := f.ports()
	var seen []int
	s := New(b.Env, ports)
	s.ports.Doctor = func(_ context.Context, progress func(DoctorLine)) error {
		for _, line := range checks() {
			progress(line)
			n := 0
			for _, id := range b.IDs() {
				if strings.HasPrefix(id, "options.check.") {
					n++
				}
			}
			seen = append(seen, n)
		}
		return f.call("doctor")
	}
	b.Framed(s, "test", 1280, 1700)
	b.Tap(t, "options.test")
	if want := []int{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(seen, want) {
		t.Errorf("lines on the page %v, want %v", seen, want)
	}
	if want := []string{"doctor", "prove"}; !slices.Equal(f.calls, want) {
		t.Errorf("calls %v", f.calls)
	}
	what, next := s.found(s.lines[3])
	if what == "" || next == "" || strings.Contains(what+next, "{") || b.Has("options.proof") {
		t.Errorf("a failed check says %q, do %q", what, next)
	}
	f.err = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
	s.ports.Doctor = ports.Doctor
	f.lines = []DoctorLine{{Name: "rest"}}
	b.Tap(t, "options.test")
	if s.err != nil || len(s.lines) != 1 || s.lines[0].At.IsZero() {
		t.Errorf("said twice: %v, lines %v", s.err, s.lines)
	}
	f.lines = nil
	b.Tap(t, "options.test")
	if post.CodeOf(s.err) != post.CodeUnreachable {
		t.Errorf("nobody tells of %v", s.err)
	}
	s.Leave()
}

// TestLateLine: what a check tells after the person has left is not shown.
func TestLateLine(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, full().ports())
	b.Framed(s, "test", 1280, 800)
	take := s.taker(s.round)
	s.Leave()
	take(DoctorLine{Name: "clock", OK: true})
	s.Open("test")
	take(DoctorLine{Name: "clock", OK: true})
	if len(s.lines) != 0 {
		t.Errorf("%v", s.lines)
	}
	s.Leave()
}

func TestClockWords(t *testing.T) {
	for _, c := range []struct {
		skew time.Duration
		tone parts.Tone
		key  string
	}{{0, parts.ToneGood, "options.clock.right"}, {-29 * time.Second, parts.ToneGood, "options.clock.right"},
		{30 * time.Second, parts.ToneCare, "options.clock.fast"}, {-4 * time.Minute, parts.ToneCare, "options.clock.slow"},
		{5 * time.Minute, parts.ToneStop, "options.clock.fast"}, {-time.Hour, parts.ToneStop, "options.clock.slow"}} {
		if tone, key := clockWords(c.skew); tone != c.tone || key != c.key {
			t.Errorf("%v: %v %s", c.skew, tone, key)
		}
	}
}

// TestFeaturesHaveWords, for having and for not having them.
func TestFeaturesHaveWords(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for _, feature := range features {
			for _, key := range []string{"options.feature." + feature, "options.feature.not." + feature} {
				if !look.NewWords(language).Has(key) {
					t.Errorf("%s lacks %s", language, key)
				}
			}
		}
	}
}

func TestCheckAddress(t *testing.T) {
	good := post.PostalAddress{Name: "Fjordvik idrettslag", Address: post.Address{Line1: "Sjøgata 1", Postcode: "6001", Town: "Fjordvik"}}
	with := func(change func(*post.PostalAddress)) post.PostalAddress {
		address := good
		change(&address)
		return address
	}
	for name, c := range map[string]struct {
		address post.PostalAddress
		want    []string
	}{
		"whole":           {good, nil},
		"none":            {post.PostalAddress{}, nil},
		"only blanks":     {post.PostalAddress{Name: "  "}, nil},
		"postcode spaced": {with(func(a *post.PostalAddress) { a.Postcode = " 60 01 " }), nil},
		"postcode short":  {with(func(a *post.PostalAddress) { a.Postcode = "601" }), []string{fieldPostcode}},
		"postcode word":   {with(func(a *post.PostalAddress) { a.Postcode = "60O1" }), []string{fieldPostcode}},
		"no town":         {with(func(a *post.PostalAddress) { a.Town = "" }), []string{fieldTown}},
		"name alone":      {post.PostalAddress{Name: "Fjordvik"}, []string{fieldLine1, fieldPostcode, fieldTown}},
		"long":            {with(func(a *post.PostalAddress) { a.Line2 = strings.Repeat("å", 101) }), []string{fieldLine2}},
		"just fits":       {with(func(a *post.PostalAddress) { a.Line2 = strings.Repeat("å", 100) }), nil},
	} {
		wrong := checkAddress(tidy(c.address))
		var got []string
		for _, field := range addressFields {
			if key := wrong[field]; key != "" {
				got = append(got, field)
				if text := look.NewWords("nb").Get(key); text == key {
					t.Errorf("no words for %s", key)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestReturnAddress goes from a wrong postcode to an address that is kept.
func TestReturnAddress(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	s := New(b.Env, f.ports())
	b.Framed(s, "sending", 1280, 1300)
	b.Type(t, "options.address.name", "Fjordvik idrettslag")
	b.Type(t, "options.address.line1", "Sjøgata 1")
	b.Type(t, "options.address.postcode", "601")
	b.Type(t, "options.address.town", "Fjordvik")
	b.Tap(t, "options.address.keep")
	if len(f.calls) != 0 || s.wrong[fieldPostcode] == "" {
		t.Fatalf("calls %v, wrong %v", f.calls, s.wrong)
	}
	s.Notice(post.Notice{Topic: post.TopicSettings})
	b.Type(t, "options.address.postcode", "0")
	if s.wrong[fieldPostcode] != "" {
		t.Error("the error stays while one mends it")
	}
	b.Tap(t, "options.address.keep")
	if len(f.calls) != 1 || len(b.Toasts) != 1 || s.typing() || f.address.Town != "Fjordvik" {
		t.Errorf("calls %v, toasts %v, %+v", f.calls, b.Toasts, f.address)
	}
	s.Leave()
}
