package ui

import (
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/home"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/welcome"
)

var now = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

// fake is a profile made of plain values.
type fake struct {
	sender   post.Sender
	attempt  post.Onboarding
	facts    post.CertificateFacts
	overview post.RegisterOverview
	jobs     []post.Job
}

func (f *fake) ports() Ports {
	read := func(context.Context) (post.Sender, error) { return f.sender, nil }
	attempt := func(context.Context) (post.Onboarding, error) { return f.attempt, nil }
	facts := func(context.Context) (post.CertificateFacts, error) { return f.facts, nil }
	return Ports{
		Sender: f.sender, ReadSender: read,
		StartPractice: func(context.Context) (Ports, error) {
			return Ports{}, post.NewFault(post.CodeDiskFull, nil, "folder", "/home/kari")
		},
		Home: home.Ports{Sender: read, Certificate: facts,
			Overview: func(context.Context) (post.RegisterOverview, error) { return f.overview, nil },
			Jobs: func(_ context.Context, q post.JobQuery) ([]post.Job, error) {
				var found []post.Job
				for _, job := range f.jobs {
					if !q.Open || !job.State.Finished() {
						found = append(found, job)
					}
				}
				return found, nil
			}},
		Welcome: welcome.Ports{DataFolder: "/home/kari/.local/share/brevdue/fjordvik", Sender: read, Current: attempt, Resume: attempt,
			Wait: func(context.Context) (post.Onboarding, error) {
				return f.attempt, post.NewFault(post.CodeNoSignup, nil)
			}, Verify: attempt,
			Start:            func(context.Context, string) (post.Onboarding, error) { return f.attempt, nil },
			Paste:            func(context.Context, string) (post.Onboarding, error) { return f.attempt, nil },
			CertificateFacts: facts, Prove: func(context.Context) error { return nil },
			SetSenderID: func(context.Context, int64) error { return nil }},
	}
}

func signedUp() *fake {
	counts := func(total int, by map[post.ItemStatus]int) post.Counts {
		return post.Counts{Total: total, ByStatus: by}
	}
	return &fake{
		sender:   post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Practice},
		facts:    post.CertificateFacts{Subject: "Fjordvik idrettslag", Fingerprint: "ab", NotAfter: now.AddDate(0, 0, 21)},
		overview: post.RegisterOverview{Total: 38, BySplit: map[post.SplitStatus]int{post.HasDigipost: 28}, LastSplit: now.AddDate(0, 0, -1)},
		jobs: []post.Job{
			{ID: "1", Kind: post.KindMailing, Name: "Medlemskontingent 2027", State: post.JobSending, Created: now, Counts: counts(38, map[post.ItemStatus]int{post.ItemDelivered: 14, post.ItemReady: 24})},
			{ID: "2", Kind: post.KindSplit, Name: "Mottakersplitt 3. november", State: post.JobWaiting, Created: now, Trouble: post.CodeUnreachable, TroubleSince: now.Add(-time.Hour), Counts: counts(38, nil)},
			{ID: "3", Kind: post.KindMailing, Name: "Innkalling til ekstraordinært årsmøte i Fjordvik og omegn idrettslag, med vedlegg og fullmaktsskjema", State: post.JobReady, Created: now, Counts: counts(38, nil)},
			{ID: "4", Kind: post.KindMailing, Name: "Dugnadsbrev", State: post.JobDone, Created: now.AddDate(0, 0, -3), Counts: counts(30, map[post.ItemStatus]int{post.ItemDelivered: 27, post.ItemNotDelivered: 3})},
			{ID: "5", Kind: post.KindLetter, Name: "Brev til Åse Ødegård", State: post.JobStopped, Created: now.AddDate(0, 0, -5), Counts: counts(1, map[post.ItemStatus]int{post.ItemStopped: 1})},
		},
	}
}

func newUI(t *testing.T, f *fake, language string, mode look.Mode) *UI {
	t.Helper()
	app := test.NewTempApp(t)
	u := New(app, f.ports(), Options{Language: language, Mode: mode, Inline: true, Now: func() time.Time { return now }})
	u.Show()
	t.Cleanup(u.Close)
	return u
}

// TestPictures paints the window, to look at: PICTURES=/tmp/pictures go test -run
// Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for _, mode := range []look.Mode{look.Light, look.Dark} {
			u := newUI(t, signedUp(), language, mode)
			shoot(t, u, fmt.Sprintf("home-%s-%s", language, mode))

			fresh := signedUp()
			fresh.jobs, fresh.overview, fresh.facts = nil, post.RegisterOverview{}, post.CertificateFacts{}
			shoot(t, newUI(t, fresh, language, mode), fmt.Sprintf("home-empty-%s-%s", language, mode))

			u = newUI(t, &fake{sender: post.Sender{Environment: post.Production}}, language, mode)
			for _, page := range []welcome.Page{welcome.PageHello, welcome.PageStored, welcome.PageChoose, welcome.PagePractice, welcome.PageOrganisation, welcome.PageOwnID, welcome.PageCertificate} {
				u.screens[parts.PlaceWelcome].(*welcome.Screen).Show(page)
				shoot(t, u, fmt.Sprintf("welcome-%s-%s-%s", page, language, mode))
			}
			waiting := &fake{sender: post.Sender{Environment: post.Practice}, attempt: post.Onboarding{State: string(onboarding.BrowserOpened), Trouble: post.CodeNoBrowser,
				RegistrationURL: "http://127.0.0.1:40123/app/registration?partnerid=2000&orgnr=987654325&return=http%3A%2F%2F127.0.0.1%3A41234%2Fretur"}}
			shoot(t, newUI(t, waiting, language, mode), fmt.Sprintf("welcome-browser-%s-%s", language, mode))
			done := signedUp()
			done.attempt = post.Onboarding{State: string(onboarding.Returned), SenderID: 1001, DigipostAddress: "fjordvik.idrettslag#1A2B", Trouble: post.CodeSignatureRefused}
			u = newUI(t, done, language, mode)
			u.Go(parts.PlaceWelcome, "")
			shoot(t, u, fmt.Sprintf("welcome-test-%s-%s", language, mode))
		}
	}
}

// TestPicturesOfSenders paints a real sender that others stand beside, and those
// that could not be opened.
func TestPicturesOfSenders(t *testing.T) {
	for _, language := range []string{"nb", "en"} {
		for name, c := range map[string]struct {
			code         post.Code
			title        string
			file, reopen bool
			waits        bool
		}{
			"new":        {post.CodeKeyringMissing, "", true, true, false},
			"phrase":     {post.CodeSecretsPassphrase, "Fjordvik og omegn idrettslag, hovedstyret og undergruppene for ski, fotball og friidrett", true, true, false},
			"no-keyring": {post.CodeKeyringMissing, "Fjordvik idrettslag", false, true, false},
			"locked":     {post.CodeKeyringLocked, "Fjordvik idrettslag", false, true, false},
			"newer":      {post.CodeNewerData, "Fjordvik idrettslag", false, true, false},
		} {
			var opened []string
			ports := twoSenders(&opened)
			ports.Home.Jobs, ports.Welcome.Closed, ports.Welcome.Name, ports.Sender.Name = nil, true, c.title, c.title
			ports.Welcome.Sender = func(context.Context) (post.Sender, error) { return post.Sender{}, post.NewFault(c.code, nil) }
			if c.title == "" {
				ports.Sender, ports.Several = post.Sender{Environment: post.Production}, false
			}
			ports.Reopen = func(context.Context) (Ports, error) { return Ports{}, post.NewFault(c.code, nil) }
			if c.file {
				ports.UseSecretsFile = func(context.Context, string) (Ports, error) { return Ports{}, nil }
			}
			u := New(test.NewTempApp(t), ports, Options{Language: language, Inline: true, Now: func() time.Time { return now }})
			u.Show()
			t.Cleanup(u.Close)
			shoot(t, u, fmt.Sprintf("shut-%s-%s", name, language))
		}
		var opened []string
		ports := twoSenders(&opened)
		ports.Sender.Name = "Fjordvik og omegn idrettslag, hovedstyret og undergruppene for ski, fotball og friidrett"
		u := New(test.NewTempApp(t), ports, Options{Language: language, Inline: true, Now: func() time.Time { return now }})
		u.Show()
		t.Cleanup(u.Close)
		shoot(t, u, "real-"+language)
		u.Go(parts.PlaceSenders, "")
		shoot(t, u, "real-senders-"+language)
		u.Asleep("solsiden", "Borettslaget Solsiden", 2)
		u.Go(parts.PlaceHome, "")
		shoot(t, u, "real-asleep-"+language)
	}
}

func shoot(t *testing.T, u *UI, name string) {
	t.Helper()
	folder := os.Getenv("PICTURES")
	if folder == "" {
		return
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, size := range []fyne.Size{{Width: 1280, Height: 800}, {Width: 1024, Height: 700}} {
		u.window.Resize(size)
		file, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s-%.0f.png", name, size.Width)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, u.window.Canvas().Capture()); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
