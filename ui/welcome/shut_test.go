package welcome

import (
	"context"
	"testing"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// closed is a profile that could not be opened for a reason.
func closed(reason error) (Ports, *int) {
	ports, tried := (&world{}).ports(), new(int)
	ports.Closed, ports.Name = true, "Fjordvik idrettslag"
	ports.StartPractice = func(context.Context) error { return nil }
	ports.Sender = func(context.Context) (post.Sender, error) { return post.Sender{}, reason }
	ports.Reopen = func(context.Context) error { *tried++; return reason }
	return ports, tried
}

// TestShut: each reason has its way on, and practice leads back to it.
func TestShut(t *testing.T) {
	for _, c := range []struct {
		code              post.Code
		file              bool
		fields, word, try bool
	}{
		{post.CodeKeyringLocked, false, false, false, true},
		{post.CodeKeyringMissing, false, false, true, true},
		{post.CodeKeyringMissing, true, true, false, true},
		{post.CodeSecretsPassphrase, true, true, false, false},
		{post.CodeNewerData, false, false, false, true},
	} {
		b := partstest.New(t, "nb", look.Light)
		ports, tried := closed(post.NewFault(c.code, nil))
		if c.file {
			ports.UseSecretsFile = func(context.Context, string) error { return nil }
		}
		s := New(b.Env, ports)
		b.Framed(s, "", 1280, 800)
		if s.model.Page != PageShut || b.Has("welcome.file.phrase") != c.fields || b.Has("welcome.shut") != c.word || b.Has("welcome.reopen") != c.try {
			t.Errorf("%s, file %v: %s with %v", c.code, c.file, s.model.Page, b.IDs())
		}
		if c.try {
			b.Tap(t, "welcome.reopen")
		}
		if c.try != (*tried == 1) || post.CodeOf(s.model.Fault) != c.code {
			t.Errorf("%s: tried %d times, %v", c.code, *tried, s.model.Fault)
		}
		b.Tap(t, "welcome.try")
		b.Tap(t, "welcome.back")
		if s.model.Page != PageShut || post.CodeOf(s.model.Fault) != c.code {
			t.Errorf("%s: back at %s with %v", c.code, s.model.Page, s.model.Fault)
		}
		s.Leave()
	}
}

// TestShutWaits: while the profile is still being opened its keyring is waited
// for, with a way out; after it the person may try again.
func TestShutWaits(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	ports, tried := closed(post.NewFault(post.CodeKeyringLocked, nil))
	ports.Waits = true
	given := 0
	ports.GiveUp = func() { given++ }
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 800)
	if *tried != 1 {
		t.Fatalf("waited for %d times", *tried)
	}
	s.model.Busy, s.model.Slow, s.model.Fault = busyOpen, true, nil // as while it takes its time
	b.Redraw()
	b.Tap(t, "welcome.keyring.cancel")
	if given != 1 || s.model.Busy != "" || post.CodeOf(s.model.Fault) != post.CodeKeyringLocked {
		t.Errorf("given up %d times, busy %q, %v", given, s.model.Busy, s.model.Fault)
	}
	b.Tap(t, "welcome.reopen")
	if *tried != 2 {
		t.Errorf("tried %d times", *tried)
	}
	s.Leave()
	s.Open("")
	if *tried != 2 {
		t.Error("waited for once more without being asked")
	}
}

// TestLanguagesByName: each language is chosen by its own name, also the one that
// stands on another's words.
func TestLanguagesByName(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, (&world{}).ports())
	b.Show(s, "")
	for _, code := range []string{"nl", "en", "nb"} {
		b.Tap(t, "welcome.language."+code)
		if b.Words.Code() != code || b.Has("welcome.language."+code) {
			t.Errorf("the language is %s", b.Words.Code())
		}
	}
	s.Leave()
}

// TestBelgianCard leads to screens of its own, where there are some.
func TestBelgianCard(t *testing.T) {
	for _, there := range []bool{false, true} {
		b := partstest.New(t, "nb", look.Light)
		ports := (&world{}).ports()
		ports.Belgium = there
		s := New(b.Env, ports)
		b.Framed(s, "choose", 1280, 900)
		if b.Has("welcome.way.belgium") != there {
			t.Fatalf("%v: %v", there, b.IDs())
		}
		if there {
			b.Tap(t, "welcome.way.belgium")
			b.Tap(t, "welcome.next")
			if len(b.Went) != 1 || b.Went[0] != parts.PlaceBelgium {
				t.Errorf("went to %v", b.Went)
			}
		}
		s.Leave()
	}
}
