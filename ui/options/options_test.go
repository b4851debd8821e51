package options

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

type fake struct {
	sender  post.Sender
	facts   post.CertificateFacts
	key     post.SFTPKeyFacts
	cooling map[post.JobKind]time.Duration
	host    HostKey
	err     error
	calls   []string
	lines   []DoctorLine
	address post.PostalAddress
	skew    time.Duration
}

func (f *fake) call(name string) error {
	f.calls = append(f.calls, name)
	return f.err
}

func (f *fake) Sender(context.Context) (post.Sender, error)                { return f.sender, nil }
func (f *fake) Certificate(context.Context) (post.CertificateFacts, error) { return f.facts, nil }
func (f *fake) SFTPKey(context.Context) (post.SFTPKeyFacts, error)         { return f.key, nil }
func (f *fake) MakeSFTPKey(context.Context) (post.SFTPKeyFacts, error) {
	return f.key, f.call("make key")
}
func (f *fake) Prove(context.Context) (post.Proof, error) {
	return post.Proof{SenderID: 1001, ClockSkew: f.skew, Features: []string{"delivery.digipost", "batch.mottakersplitt", "validation.print.fonts"}}, f.call("prove")
}
func (f *fake) TrustHost(_ context.Context, host, fingerprint string) error {
	return f.call("trust " + host + " " + fingerprint)
}
func (f *fake) Forget(context.Context) error {
	f.facts, f.key = post.CertificateFacts{}, post.SFTPKeyFacts{}
	return f.call("forget")
}

func (f *fake) ports() Ports {
	return Ports{Sender: f, DataFolder: "/home/kari/.local/share/brevdue/fjordvik-idrettslag/practice", LeavePractice: func() { f.calls = append(f.calls, "leave") },
		ImportCertificate: func(_ context.Context, path, password string) (post.CertificateFacts, error) {
			return f.facts, f.call("certificate " + path + " " + password)
		},
		CoolingOff: func(_ context.Context, kind post.JobKind) (time.Duration, error) { return f.cooling[kind], nil },
		SetCoolingOff: func(_ context.Context, kind post.JobKind, d time.Duration) error {
			f.cooling[kind] = d
			return f.call(fmt.Sprint("cooling ", kind, " ", d))
		},
		Doctor: func(_ context.Context, progress func(DoctorLine)) error {
			for _, line := range f.lines {
				progress(line)
			}
			return nil
		},
		ReturnAddress: func(context.Context) (post.PostalAddress, error) { return f.address, nil },
		SetReturnAddress: func(_ context.Context, address post.PostalAddress) error {
			f.address = address
			return f.call("address " + address.Name + "|" + address.Line1 + "|" + address.Postcode + "|" + address.Town)
		},
		ImportSFTPKey: func(_ context.Context, path, passphrase string) (post.SFTPKeyFacts, error) {
			return f.key, f.call("sftp " + path + " " + passphrase)
		},
		DeleteFile:     func(_ context.Context, path string) error { return f.call("delete " + path) },
		UseSecretsFile: func(_ context.Context, passphrase string) error { f.err = nil; return f.call("file " + passphrase) },
		SupportFile: func(context.Context) (string, error) {
			return "brevdue 1.0\nsystem linux amd64\nclock +0.2 s\n", f.call("support")
		},
		SaveSupport: func(_ context.Context, path, text string) error { return f.call("save " + path + " " + text[:7]) },
		HostKey:     func(context.Context) (HostKey, error) { return f.host, f.call("host") }}
}

func full() *fake {
	return &fake{
		sender:  post.Sender{SenderID: 1001, BrokerID: 1001, Name: "Fjordvik og omegn idrettslag, hovedstyret og undergruppene", OrganisationNumber: "987654325", DigipostAddress: "fjordvik.idrettslag#1A2B"},
		facts:   post.CertificateFacts{Subject: "Fjordvik og omegn idrettslag", Issuer: "Øvelses-CA for Brevdue, ikke til ekte bruk", NotAfter: time.Date(2026, 11, 24, 0, 0, 0, 0, time.Local), Fingerprint: "ab"},
		key:     post.SFTPKeyFacts{Type: "RSA 3072", Fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BrTQ4jOXcwY5mP1Wm3mNqXzA", Public: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDJ8mJcZ0Zl2VQJ3f7zEJ8yqjHh0m5c3nSWv3gq brevdue"},
		cooling: map[post.JobKind]time.Duration{post.KindLetter: time.Minute, post.KindMailing: 5 * time.Minute},
		host:    HostKey{Host: "sftp.digipost.no:22", Fingerprint: "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"}}
}

// TestPictures shows every tab: PICTURES=/tmp/pictures go test -run Pictures
// ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b := partstest.New(t, story.Language, story.Mode)
		height := story.Height
		snap := func(name string) {
			t.Helper()
			b.Picture(t, fmt.Sprintf("options-%s-%s-%s-%.0f", name, story.Language, story.Mode, story.Width), story.Width, height)
		}
		f := full()
		s := New(b.Env, f.ports())
		b.Framed(s, "", story.Width, story.Height)
		snap("1look")
		b.Tap(t, "options.tab.sending")
		f.cooling[post.KindLetter] = 0
		s.Reload()
		snap("2sending")
		height = 1300
		b.Window.Resize(fyne.NewSize(story.Width, height))
		snap("2sending-all")
		b.Type(t, "options.address.line1", "Sjøgata 1")
		b.Type(t, "options.address.postcode", "60 1")
		b.Tap(t, "options.address.keep")
		snap("2address-wrong")
		height = story.Height
		b.Window.Resize(fyne.NewSize(story.Width, height))
		b.Tap(t, "options.tab.data")
		snap("4data")
		b.Tap(t, "options.leave")
		snap("4leave")
		b.Tap(t, "options.leave.no")
		height = 1700 // all of a page that scrolls
		b.Window.Resize(fyne.NewSize(story.Width, height))
		b.Tap(t, "options.tab.sender")
		snap("3sender")
		b.Tap(t, "options.host.check")
		snap("3host")
		f.host.Pinned = "SHA256:anotheranotheranotheranotheranotheranotheran"
		b.Tap(t, "options.host.check")
		snap("3host-changed")
		b.Tap(t, "options.certificate.change")
		snap("3replace")
		s.busy, s.slow, s.giveUp = busyCertificate, true, func() {}
		b.Redraw()
		snap("3keyring-slow")
		s.busy, s.slow, s.giveUp = "", false, nil
		f.err = post.NewFault(post.CodeKeyringMissing, nil)
		s.path = "/home/kari/Nedlastinger/fjordvik.p12"
		s.takeCertificate()
		snap("3no-keyring")
		f.err = post.NewFault(post.CodeWrongPassword, nil, "file", "fjordvik.p12")
		s.path, s.password = "/home/kari/Nedlastinger/fjordvik.p12", "feil"
		s.takeCertificate()
		snap("3wrong-password")
		f.err = nil
		f.facts.NotAfter = b.Clock.AddDate(0, 0, 1).Add(time.Hour)
		f.facts.Organisation, f.facts.OrganisationNumber = "Fjellbygda regnskap AS", "974760673"
		s.takeCertificate()
		snap("3leftover")
		f.facts.NotAfter = b.Clock.AddDate(0, 0, -2)
		s.leftover = ""
		s.importKey()
		snap("3sftp-import")
		s.Back()
		s.word = "glem"
		s.forget()
		snap("3forgotten")
		height = story.Height
		b.Window.Resize(fyne.NewSize(story.Width, height))
		b.Tap(t, "options.tab.data")
		b.Tap(t, "options.support.make")
		snap("4support")
		s.Leave()
		b.Framed(New(b.Env, (&fake{}).ports()), "sender", story.Width, height)
		snap("5nothing")
	}
}

// TestSettings goes through what can be set, by the ids alone.
func TestSettings(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	s := New(b.Env, f.ports())
	b.Framed(s, "sending", 1280, 1700)
	b.Tap(t, "options.cooling.letter.120")
	b.Tap(t, "options.tab.sender")
	b.Tap(t, "options.test")
	if !b.Has("options.proof") {
		t.Errorf("after the test there are %v", b.IDs())
	}
	b.Tap(t, "options.tab.sender")
	b.Tap(t, "options.host.check")
	b.Tap(t, "options.host.trust")
	b.Tap(t, "options.sftp.make")
	b.Tap(t, "options.sftp.ask.yes")
	b.Tap(t, "options.certificate.change")
	b.Type(t, "options.certificate.path", "/tmp/ny.p12\n")
	b.Type(t, "options.password", "hemmelig")
	b.Tap(t, "options.certificate.keep")
	b.Tap(t, "options.leftover.delete")
	b.Tap(t, "options.sftp.import")
	b.Type(t, "options.sftp.path", "/tmp/id_rsa\n")
	b.Tap(t, "options.sftp.keep")
	b.Tap(t, "options.leftover.keep")
	b.Tap(t, "options.forget")
	b.Type(t, "options.forget.word", "glem")
	b.Tap(t, "options.forget")
	want := []string{"cooling letter 2m0s", "prove", "host", "trust sftp.digipost.no:22 " + f.host.Fingerprint, "make key", "certificate /tmp/ny.p12 hemmelig", "delete /tmp/ny.p12", "sftp /tmp/id_rsa ", "forget"}
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls %q\nwant  %q", f.calls, want)
	}
	if s.password != "" || b.Has("options.forget") || len(s.forgotten) != 2 || s.leftover != "" {
		t.Errorf("password kept: %v; controls %v", s.password != "", b.IDs())
	}
	s.Leave()
}

// TestChangedHostKey: a key that changed is not trusted by one press.
func TestChangedHostKey(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	f.host.Pinned = "SHA256:before"
	s := New(b.Env, f.ports())
	b.Framed(s, "sender", 1280, 1700)
	b.Tap(t, "options.host.check")
	b.Tap(t, "options.host.trust")
	b.Tap(t, "options.host.ask.no")
	if slices.ContainsFunc(f.calls, func(call string) bool { return call != "host" }) {
		t.Errorf("calls %q", f.calls)
	}
	b.Tap(t, "options.host.trust")
	b.Tap(t, "options.host.ask.yes")
	if len(f.calls) != 2 || s.host.Pinned != s.host.Fingerprint {
		t.Errorf("calls %q, %+v", f.calls, s.host)
	}
	s.Leave()
}

func TestChoices(t *testing.T) {
	if got := choices(post.KindLetter, 90*time.Second); !slices.Contains(got, 90*time.Second) || !slices.IsSorted(got) || len(got) != len(letterTimes)+1 {
		t.Errorf("%v", got)
	}
	if got := choices(post.KindMailing, time.Minute); len(got) != len(mailingTimes) {
		t.Errorf("%v", got)
	}
}

func TestAgreed(t *testing.T) {
	for typed, want := range map[string]bool{"glem": true, " GLEM ": true, "gle": false, "": false, "glem alt": false} {
		if agreed(typed, "glem") != want {
			t.Errorf("%q", typed)
		}
	}
}

// TestSupportFile: the text is shown before anything is written, and stays as it
// was made.
func TestSupportFile(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	s := New(b.Env, f.ports())
	b.Framed(s, "data", 1280, 1300)
	b.Tap(t, "options.support.make")
	if len(f.calls) != 1 || !b.Has("options.support.text") {
		t.Fatalf("calls %q, controls %v", f.calls, b.IDs())
	}
	b.Type(t, "options.support.text", "x")
	b.Picked = "/tmp/stotte.txt"
	b.Tap(t, "options.support.save")
	b.Tap(t, "options.support.copy")
	if want := []string{"support", "save /tmp/stotte.txt brevdue"}; !slices.Equal(f.calls, want) || b.App.Clipboard().Content() != s.support {
		t.Errorf("calls %q, copied %q", f.calls, b.App.Clipboard().Content())
	}
	s.Leave()
	if s.support != "" {
		t.Error("the text is kept after leaving")
	}
	ports := f.ports()
	ports.SupportFile = nil
	b.Framed(New(b.Env, ports), "data", 1280, 1300)
	if b.Has("options.support.make") {
		t.Error("a support file is offered where there is none")
	}
}

// TestNoKeyring: a machine without one gets the certificate into an encrypted
// file, after a pass phrase that is long enough.
func TestNoKeyring(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := full()
	s := New(b.Env, f.ports())
	b.Framed(s, "sender", 1280, 2000)
	b.Tap(t, "options.certificate.change")
	b.Type(t, "options.certificate.path", "/tmp/ny.p12\n")
	b.Type(t, "options.password", "hemmelig")
	f.err = post.NewFault(post.CodeKeyringMissing, nil)
	b.Tap(t, "options.certificate.keep")
	b.Type(t, "options.file.phrase", "kort")
	b.Tap(t, "options.file.use")
	b.Type(t, "options.file.phrase", " men lang nok")
	b.Tap(t, "options.file.use") // typed once
	b.Type(t, "options.file.again", "kort men lang nok")
	b.Tap(t, "options.file.use")
	if want := []string{"certificate /tmp/ny.p12 hemmelig", "file kort men lang nok", "certificate /tmp/ny.p12 hemmelig"}; !slices.Equal(f.calls, want) {
		t.Errorf("calls %q", f.calls)
	}
	if s.replacing || s.err != nil {
		t.Errorf("still replacing: %v, %v", s.replacing, s.err)
	}
	s.Leave()
}

// TestKeyringIsWaitedFor: the wait is said after a while, and can be given up.
func TestKeyringIsWaitedFor(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, full().ports())
	b.Framed(s, "sender", 1280, 2000)
	b.Tap(t, "options.certificate.change")
	stopped := false
	s.busy, s.slow, s.giveUp = busyCertificate, true, func() { stopped, s.busy = true, "" }
	b.Redraw()
	b.Tap(t, "options.keyring.cancel")
	b.Redraw()
	if !stopped || b.Has("options.keyring.cancel") || !b.Has("options.password") {
		t.Errorf("stopped %v, controls %v", stopped, b.IDs())
	}
	s.Leave()
}

// TestOwner: whose certificate it should be, where that is known.
func TestOwner(t *testing.T) {
	for name, c := range map[string]struct {
		sender   post.Sender
		practice bool
		want     string
	}{
		"own":      {post.Sender{SenderID: 1, BrokerID: 1, OrganisationNumber: "987654325"}, false, "987654325"},
		"no id":    {post.Sender{OrganisationNumber: "987654325"}, false, "987654325"},
		"partner":  {post.Sender{SenderID: 1, BrokerID: 2, OrganisationNumber: "987654325"}, false, ""},
		"practice": {post.Sender{SenderID: 1, BrokerID: 1, OrganisationNumber: "987654325"}, true, ""},
	} {
		if got := (state{sender: c.sender}).owner(c.practice); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
