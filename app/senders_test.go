//go:build !nowindow

package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"brevdue/app/post"
	"brevdue/store"
	"brevdue/ui"
	"brevdue/ui/senders"
)

// bench is a run of the window on a machine without keyring and display.
func bench(t *testing.T, options Options) *window {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	w := newWindow(t.Context(), options)
	w.fyne, w.inline, w.patience = test.NewTempApp(t), true, time.Minute
	t.Cleanup(func() {
		if w.ui != nil {
			w.ui.Close()
		}
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// end closes a run before the test ends.
func end(t *testing.T, w *window) {
	t.Helper()
	if w.ui != nil {
		w.ui.Close()
		w.ui = nil
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	w.pdfs = newPDFs() // closed once more by the bench
}

func begin(t *testing.T, w *window) ui.Ports {
	t.Helper()
	first, waits := w.begin()
	if waits {
		t.Fatal("the profile is still being opened")
	}
	w.show(first, waits)
	return w.ports(first)
}

func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// TestSendersSideBySide: two senders on a machine without a keyring, each with an
// encrypted file of its own. Turning to one leaves the other at work, and the
// next start begins where this one ended.
func TestSendersSideBySide(t *testing.T) {
	data := t.TempDir()
	w := bench(t, Options{Data: data})
	ports := begin(t, w)
	if ports.Profile != defaultProfile || !ports.Welcome.Closed || ports.UseSecretsFile == nil || ports.Several {
		t.Fatalf("a new machine: %+v", ports)
	}
	if _, err := ports.Reopen(t.Context()); post.CodeOf(err) != post.CodeKeyringMissing {
		t.Errorf("tried again: %v", err)
	}
	ports = must(ports.UseSecretsFile(t.Context(), "første lange passord"))(t)
	first := w.profile(defaultProfile)
	if ports.Welcome.Closed || first == nil {
		t.Fatal("the first sender is not open")
	}
	sign(t, first, post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag"})

	ports = must(ports.OpenSender(t.Context(), "Solsiden"))(t)
	if !ports.Welcome.Closed || !ports.Several || w.profile(defaultProfile) != first {
		t.Fatalf("a second sender: %+v", ports)
	}
	ports = must(ports.UseSecretsFile(t.Context(), "andre lange passord"))(t)
	second := w.profile("Solsiden")
	sign(t, second, post.Sender{SenderID: 1002, Name: "Borettslaget Solsiden"})
	list := must(ports.Senders.List(t.Context()))(t)
	if len(list) != 2 || list[0].Title() != "Borettslaget Solsiden" || !list[0].Shown || !list[0].Open || list[1].Sender.SenderID != 1001 || !list[1].Open {
		t.Errorf("the list: %+v", list)
	}
	if acting, err := first.HoldRunner(); err != nil || !acting {
		t.Errorf("the first acts no longer: %v", err)
	}
	for _, name := range []string{"Solsiden", "solsiden", "practice", "a/b", "CON", "nul.txt", "ende."} {
		if ports.Senders.Check(name) == "" {
			t.Errorf("%q is free", name)
		}
	}
	if problem := ports.Senders.Check("Ny forening"); problem != "" {
		t.Errorf("a new name: %s", problem)
	}
	end(t, w)

	w = bench(t, Options{Data: data})
	ports = begin(t, w)
	if ports.Profile != "Solsiden" || ports.Sender.SenderID != 1002 || !ports.Welcome.Closed {
		t.Fatalf("the next start: %+v", ports.Sender)
	}
	if _, err := ports.UseSecretsFile(t.Context(), "feil"); post.CodeOf(err) != post.CodeSecretsPassphrase {
		t.Errorf("a wrong pass phrase: %v", err)
	}
	ports = must(ports.UseSecretsFile(t.Context(), "andre lange passord"))(t)
	if ports.Welcome.Closed || ReadLooks(data).Profile != "Solsiden" {
		t.Errorf("shown last: %q", ReadLooks(data).Profile)
	}
}

func sign(t *testing.T, a *App, sender post.Sender) {
	t.Helper()
	sender.BrokerID, sender.Environment = sender.SenderID, a.Environment
	if err := a.Store.SaveSender(t.Context(), sender); err != nil {
		t.Fatal(err)
	}
}

// TestAskedForAtTheStart: -profile wins over the one shown last, and a damaged or
// old memory of it over nothing.
func TestAskedForAtTheStart(t *testing.T) {
	data := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		db := must(store.Open(t.Context(), filepath.Join(data, name, databaseFile), store.Options{}))(t)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ last, asked, want string }{{"", "", "a"}, {"b", "", "b"}, {"gone", "", "a"}, {"b", "c", "c"}, {"b", "new", "new"}} {
		if err := WriteLooks(data, Looks{Profile: c.last}); err != nil {
			t.Fatal(err)
		}
		w := newWindow(t.Context(), Options{Data: data, Profile: c.asked})
		if name, err := w.firstProfile(); err != nil || name != c.want {
			t.Errorf("%+v: %q %v", c, name, err)
		}
		w.stop()
	}
}

// TestWindowsOfOneProfile: a second window brings the first forward, and a sender
// that another window has is not opened twice.
func TestWindowsOfOneProfile(t *testing.T) {
	data := t.TempDir()
	first := bench(t, Options{Data: data, Profile: "a", Secrets: secretsFileOf(filepath.Join(data, "a")), Passphrase: "lang nok frase"})
	begin(t, first)
	again := bench(t, Options{Data: data, Profile: "a"})
	if result, _ := again.begin(); !errors.Is(result.err, errOpenElsewhere) {
		t.Fatalf("opened twice: %v", result.err)
	}
	if !raised(filepath.Join(data, "a")) {
		t.Error("the first window was not asked to come forward")
	}
	other := bench(t, Options{Data: data, Profile: "b"})
	ports := begin(t, other)
	if _, err := ports.OpenSender(t.Context(), "a"); !errors.Is(err, senders.ErrElsewhere) {
		t.Errorf("turned to another window's sender: %v", err)
	}
	list := must(ports.Senders.List(t.Context()))(t)
	i := slices.IndexFunc(list, func(s senders.Sender) bool { return s.Profile == "a" })
	if i < 0 || !list[i].Elsewhere || list[i].Open {
		t.Errorf("the list: %+v", list)
	}
	end(t, other)
	if _, err := os.Stat(filepath.Join(data, "b")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a sender that came to nothing has a folder: %v", err)
	}
}

// TestWorkIsWokenUp: at the start the profiles with jobs under way are opened
// beside the one shown; the locked one holds up neither.
func TestWorkIsWokenUp(t *testing.T) {
	data := t.TempDir()
	const phrase = "lang nok frase"
	job := post.Job{ID: "j", Kind: post.KindMailing, Via: post.ViaREST, State: post.JobCoolingOff, ReleaseAt: time.Now().Add(time.Hour)}
	for _, name := range []string{"a", "busy", "idle"} {
		w := bench(t, Options{Data: data, Profile: name, Secrets: secretsFileOf(filepath.Join(data, name)), Passphrase: phrase})
		begin(t, w)
		if name == "busy" {
			if err := w.profile(name).Store.AddJob(t.Context(), job, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		end(t, w)
	}
	w := bench(t, Options{Data: data, Profile: "a", Secrets: secretsFileOf(filepath.Join(data, "a")), Passphrase: phrase})
	ports := begin(t, w)
	w.wakeOthers()
	w.behind.Wait()
	if w.profile("a") == nil || w.profile("busy") != nil || w.profile("idle") != nil {
		t.Fatal("a file opened without its pass phrase")
	}
	list := must(ports.Senders.List(t.Context()))(t)
	for _, s := range list {
		if s.Asleep() != (s.Profile == "busy") {
			t.Errorf("%+v", s)
		}
	}
	if ports = must(ports.OpenSender(t.Context(), "busy"))(t); !ports.Welcome.Closed {
		t.Fatal("opened without its pass phrase")
	}
	must(ports.UseSecretsFile(t.Context(), phrase))(t)
	if list = must(ports.Senders.List(t.Context()))(t); slices.ContainsFunc(list, senders.Sender.Asleep) {
		t.Errorf("still asleep: %+v", list)
	}
}
