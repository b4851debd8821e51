package letter

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

var letterFile = filepath.Join("..", "..", "assets", "sample", "brev.pdf")

// The numbers here belong to nobody: 80 is added to the month.
const syntheticNumber = "01810199918"

type fake struct {
	people     []post.Recipient
	wish       job.Wish
	calls      []string
	approveErr error
	previewErr error
	noPreview  bool

	asked     []string
	found     []post.Hit
	lookErr   error
	proof     post.Proof
	proofErr  error
	back      post.PostalAddress
	forgetErr error
}

var everything = post.Proof{SenderID: 1001, Features: []string{post.FeatureDigipost, post.FeaturePaper, post.FeatureNoKID}}

func (f *fake) ports() Ports {
	p := Ports{Register: f, Jobs: f, AllowSynthetic: true,
		Sender: func(context.Context) (post.Sender, error) {
			return post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Practice}, nil
		},
		CoolingOff: func(context.Context, post.JobKind) (time.Duration, error) { return time.Minute, nil },
		Preview: func(_ context.Context, _ string, page int) (image.Image, int, error) {
			return sheet(page), 3, f.previewErr
		},
		LookUp: func(_ context.Context, text string) ([]post.Hit, error) {
			f.asked = append(f.asked, text)
			return f.found, f.lookErr
		},
		ReturnAddress: func(context.Context) (post.PostalAddress, error) { return f.back, nil },
		SetReturnAddress: func(_ context.Context, address post.PostalAddress) error {
			f.back = address
			return f.forgetErr
		},
		Features: func(context.Context) (post.Proof, error) { return f.proof, f.proofErr }}
	if f.noPreview {
		p.Preview = nil
	}
	return p
}

// sheet is a picture of a page.
func sheet(page int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 420, 594))
	for y := range 594 {
		for x := range 420 {
			shade := color.RGBA{255, 255, 255, 255}
			if x > 50 && x < 370-page*30 && y > 60 && y < 400 && y%18 < 6 {
				shade = color.RGBA{90, 100, 115, 255}
			}
			img.Set(x, y, shade)
		}
	}
	return img
}

func (f *fake) List(_ context.Context, query post.RecipientQuery) (post.RecipientPage, error) {
	var page post.RecipientPage
	for _, person := range f.people {
		if strings.Contains(strings.ToLower(person.Name()), strings.ToLower(query.Search)) || person.BirthNumber == query.Search {
			page.Recipients = append(page.Recipients, person)
		}
	}
	page.Total = len(page.Recipients)
	page.Recipients = page.Recipients[:min(query.Limit, page.Total)]
	return page, nil
}

func (f *fake) Person(_ context.Context, id string) (post.Recipient, error) {
	for _, person := range f.people {
		if person.CustomerID == id {
			return person, nil
		}
	}
	return post.Recipient{}, post.NewFault(post.CodePersonUnknown, nil, "customer_id", id)
}

func (f *fake) Prepare(_ context.Context, wish job.Wish) (*job.Draft, error) {
	f.wish = wish
	for _, file := range wish.Files {
		content, err := file.Open(context.Background())
		if err != nil {
			return nil, err
		}
		_ = content.Close()
	}
	return &job.Draft{Job: post.Job{ID: "new", Name: wish.Name, Subject: wish.Subject, Options: wish.Options, Sender: wish.Sender},
		Items: []post.Item{{Status: post.ItemReady}}}, nil
}

func (f *fake) Keep(_ context.Context, draft *job.Draft) (post.Job, error) {
	f.calls = append(f.calls, "keep")
	return draft.Job, nil
}

func (f *fake) Approve(_ context.Context, _, _ string, count int, coolingOff time.Duration) (post.Job, error) {
	f.calls = append(f.calls, fmt.Sprint("approve ", count, " ", coolingOff))
	return post.Job{ID: "new"}, f.approveErr
}

func (f *fake) Stop(context.Context, string) (post.Job, error) {
	f.calls = append(f.calls, "stop")
	return post.Job{}, nil
}

func town() *fake {
	f := &fake{proof: everything, found: hits(), back: post.PostalAddress{Name: "Fjordvik idrettslag", Address: post.Address{Line1: "Sjøgata 1", Postcode: "6001", Town: "Fjordvik"}}}
	names := []string{"Åse Ødegård", "Åse Marie Lunde", "Christina-Alexandra Wergeland Schibsted-Mæhlum av Østlandet og Hålogaland", "Lars Aasen", "Håkon Aasen", "Fatima Aas", "Eirik Aasmund", "Grete Aas"}
	statuses := []post.SplitStatus{post.HasDigipost, post.Identified, post.HasDigipost, post.NeverChecked, post.Unidentified}
	for i, name := range names {
		f.people = append(f.people, post.Recipient{CustomerID: fmt.Sprint(1000 + i), FullName: name, BirthNumber: syntheticNumber, Digipost: statuses[i%len(statuses)],
			Checked: time.Date(2026, 11, 2, 9, 0, 0, 0, time.Local), Address: post.Address{Line1: "Storgata 12", Postcode: "6853", Town: "Sogndal"}})
	}
	f.people = append(f.people, post.Recipient{CustomerID: "2000", FullName: "Uten Adresse"})
	return f
}

// hits are what Digipost finds, long and short.
func hits() []post.Hit {
	return []post.Hit{
		{Name: "Åse Aas", DigipostAddress: "ase.aas#1A2B", Street: "Bjørkeveien 4B", Postcode: "5003", Town: "Bergen", Phone: "*****527"},
		{Name: "Åse-Christina Wergeland Schibsted-Mæhlum Aasmundsen", DigipostAddress: "ase.aasmundsen#77XZ", Street: "Professor Kohts vei 122", Postcode: "1366", Town: "Lysaker og Omegn", Phone: "*****002"},
		{Name: "Aas Bygg og Anlegg AS", DigipostAddress: "aas.bygg#AB12", OrganisationNumber: "974760673", Street: "Industrigata 7", Postcode: "6856", Town: "Sogndal"},
	}
}

// TestWholeWay writes and sends a letter by the ids alone.
func TestWholeWay(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 800)
	b.Type(t, "letter.to", "åse ø\n")
	b.Tap(t, "letter.hits.row.0")
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.path", letterFile+"\n")
	if len(s.model.files) != 1 || s.problem != "letter.twice" {
		t.Errorf("%d files, %q", len(s.model.files), s.problem)
	}
	b.Type(t, "letter.subject", "Vedtak")
	b.Tap(t, "letter.sensitive")
	b.Tap(t, "letter.review")
	if w := f.wish; w.Kind != post.KindLetter || w.Subject != "Vedtak" || !w.Options.Sensitive || w.To[0].CustomerID != "1000" || w.To[0].To.Kind != post.ByBirthNumber {
		t.Fatalf("planned %+v", w)
	}
	b.Tap(t, "letter.send")
	if !slices.Equal(f.calls, []string{"keep", "approve 1 1m0s"}) || !slices.Equal(b.Args, []string{"new"}) || b.Went[0] != parts.PlaceJobs {
		t.Errorf("calls %v, went to %v %v", f.calls, b.Went, b.Args)
	}
	if s.model.chosen() || len(s.model.files) > 0 {
		t.Error("the next letter starts with the last one's content")
	}
	s.Leave()
}

// TestWholeWayWithOptions sends a letter with reminders, paper and a bill, by the ids
// alone, from somebody at Digipost on.
func TestWholeWayWithOptions(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 4000)
	b.Type(t, "letter.to", "åse\n")
	b.Tap(t, "letter.digipost.row.0")
	b.Type(t, "letter.path", letterFile+"\n")
	b.Type(t, "letter.subject", "Regning")
	b.Tap(t, "letter.section.reminder")
	b.Tap(t, "letter.sms.after")
	b.Tap(t, "letter.email")
	b.Type(t, "letter.email.address", "ase@example.no")
	b.Tap(t, "letter.section.paper")
	b.Tap(t, "letter.paper")
	b.Tap(t, "letter.unread")
	b.Tap(t, "letter.color.color")
	b.Tap(t, "letter.section.type")
	b.Tap(t, "letter.type.payslip")
	if !s.model.choices.sensitive {
		t.Error("a payslip's subject may show")
	}
	b.Tap(t, "letter.type.invoice")
	b.Type(t, "letter.amount", "1 234,50")
	b.Type(t, "letter.date", "24.12.2026")
	b.Type(t, "letter.account", "8601 11 17946")
	b.Type(t, "letter.kid", "1234567897")
	b.Run.Tick()
	if at := s.questions.spots["letter.account"]; at.said == "" {
		t.Error("a wrong account is not told when the cursor leaves the field")
	}
	b.Tap(t, "letter.section.more")
	b.Type(t, "letter.reference", "R-17")
	b.Tap(t, "letter.receipt")
	b.Tap(t, "letter.review")
	if s.reviewing || !strings.Contains(b.Control(t, "letter.mend.0").Text, "Kontonummeret stemmer ikke") || b.Has("letter.mend.1") {
		t.Fatalf("what is wrong: %v", b.IDs())
	}
	b.Tap(t, "letter.mend.0")
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	b.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	b.Window.Canvas().Focused().TypedRune('7')
	if b.Has("letter.mend.0") {
		t.Error("what was mended is still in the list")
	}
	b.Words.Switch("en")
	b.Redraw()
	if got := b.Control(t, "letter.email.address").Text + b.Control(t, "letter.amount").Text; got != "ase@example.no1 234,50" {
		t.Errorf("after a change of language: %q", got)
	}
	b.Tap(t, "letter.review")
	at := func(day int) []time.Time { return []time.Time{time.Date(2026, 11, day, 10, 0, 0, 0, time.Local)} }
	want := post.Options{Auth: post.AuthPassword, OpeningReceipt: true, Reference: "R-17", SMS: &post.SMSReminder{AfterHours: []int{24}},
		Email:   &post.EmailReminder{Address: "ase@example.no", Subject: "Du har fått et brev i Digipost", Text: "Hei! Du har et ulest brev fra oss. Logg inn på digipost.no for å lese det.", At: at(6)},
		Paper:   &post.Paper{IfNoDigipost: true, IfUnreadBy: at(17)[0], Color: true, Return: f.back},
		Content: post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2026-12-24", Account: "86011117947", KID: "1234567897"}}
	if !reflect.DeepEqual(f.wish.Options, want) || f.wish.To[0].To.Value != "ase.aas#1A2B" {
		t.Fatalf("planned %+v\nwant %+v", f.wish.Options, want)
	}
	b.Tap(t, "letter.send")
	if len(f.calls) != 2 || s.model.choices.email || s.model.choices.back.name != "Fjordvik idrettslag" {
		t.Errorf("calls %v; the next letter begins with %+v", f.calls, s.model.choices)
	}
	s.Leave()
}

// TestAgreementWithoutPaper takes the switch away and says why, and no letter is
// refused for it.
func TestAgreementWithoutPaper(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	f.proof = post.Proof{Features: []string{post.FeatureDigipost}}
	s := New(b.Env, f.ports())
	b.Framed(s, "1000", 1280, 3000)
	b.Tap(t, "letter.section.paper")
	b.Tap(t, "letter.paper")
	if s.model.choices.paper || b.Has("letter.return.name") || s.summary(sectionPaper) != "Ikke med i avtalen" {
		t.Errorf("paper %v, %q", s.model.choices.paper, s.summary(sectionPaper))
	}
	s.Leave()
	f.proofErr = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
	s = New(b.Env, f.ports())
	b.Framed(s, "1001", 1280, 3000)
	b.Tap(t, "letter.offer_paper")
	if !s.model.choices.paper || !s.open[sectionPaper] || !b.Has("letter.return.name") {
		t.Error("paper cannot be chosen while the agreement is not known")
	}
	f.forgetErr = post.NewFault(post.CodeDiskFull, nil)
	s.takeFile(letterFile)
	s.model.subject = "Regning"
	s.review()
	if !s.reviewing || len(b.Toasts) != 1 {
		t.Errorf("reviewing %v, said %q", s.reviewing, b.Toasts)
	}
	s.Leave()
}

// TestDroppedTogether takes all files dropped at once, and stops at the first that
// is none.
func TestDroppedTogether(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, town().ports())
	b.Framed(s, "", 1280, 800)
	content, err := os.ReadFile(letterFile)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	paths := []string{letterFile}
	for _, name := range []string{"to.pdf", "tre.pdf"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	s.Dropped(append(paths, filepath.Join(folder, "borte.pdf"), paths[1]))
	if len(s.model.files) != 3 || post.CodeOf(s.err) != post.CodeFileMissing || s.busy != "" {
		t.Fatalf("%d files, %v", len(s.model.files), s.err)
	}
	b.Tap(t, "letter.up.1")
	if s.model.files[0].facts.Name != "to.pdf" || s.show != 2 {
		t.Errorf("the letter is %s, shown is %d", s.model.files[0].facts.Name, s.show)
	}
	s.Leave()
}

func TestRecognise(t *testing.T) {
	today := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text      string
		synthetic bool
		kind      post.TargetKind
		problem   string
	}{
		{"Åse Ødegård", true, "", ""},
		{"12", true, "", ""},
		{syntheticNumber, true, post.ByBirthNumber, ""},
		{"018101 99918", true, post.ByBirthNumber, ""},
		{syntheticNumber, false, "", "letter.to.synthetic"},
		{"01810199919", true, "", "number.check_digit"},
		{"974760673", true, post.ByOrganisation, ""},
		{"974 760 674", true, "", "number.check_digit"},
		{"123456789012", true, "", "number.length"},
		{"fjordvik.il#1A2B", true, post.ByDigipostAddress, ""},
		{"nummer # 4", true, "", ""},
	} {
		got := recognise(c.text, c.synthetic, today)
		if got.to.To.Kind != c.kind || got.problem != c.problem {
			t.Errorf("%q: %q %q", c.text, got.to.To.Kind, got.problem)
		}
		if c.kind == post.ByBirthNumber && strings.Contains(got.to.Name, "99918") {
			t.Errorf("the number is shown: %q", got.to.Name)
		}
	}
}

func TestAddressForm(t *testing.T) {
	full := form{" Åse ", "Storgata 1", "", "6853", "Sogndal"}
	if to, problem := full.addressee(); problem != "" || to.Name != "Åse" || to.To.Address.Town != "Sogndal" {
		t.Errorf("%+v %q", to, problem)
	}
	for _, broken := range []form{{}, {name: "Åse", line1: "A", postcode: "685", town: "B"}, {name: "Åse", line1: "A", postcode: "68A3", town: "B"}} {
		if _, problem := broken.addressee(); problem == "" {
			t.Errorf("%+v is taken", broken)
		}
	}
}

func TestTooManyAttachments(t *testing.T) {
	m := newModel()
	for i := range job.MaxAttachments + 1 {
		if problem, err := m.add(file{path: fmt.Sprint(i)}); problem != "" || err != nil {
			t.Fatalf("file %d: %q %v", i, problem, err)
		}
	}
	if _, err := m.add(file{path: "more"}); post.CodeOf(err) != post.CodeTooManyAttachments {
		t.Errorf("error %v", err)
	}
}

func TestSubject(t *testing.T) {
	today := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text                     string
		refused, digits, warning bool
	}{
		{"", true, false, false}, {"Årsmøte", false, false, false}, {strings.Repeat("å", 81), false, false, true}, {strings.Repeat("å", 256), true, false, true},
		{"Sak " + syntheticNumber, true, true, false}, {"Konto 1234.56.78911", false, true, false}, {"24 12 2026 kl 10", false, false, false},
	} {
		j := parts.JudgeSubject(c.text, job.MaxSubject, today)
		if j.Refused() != c.refused || j.Digits != c.digits || j.Long != c.warning {
			t.Errorf("%.20q: %+v", c.text, j)
		}
	}
}
