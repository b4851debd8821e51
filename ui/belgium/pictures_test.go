package belgium

import (
	"fmt"
	"testing"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// frames are the two windows a customer has; the taller one shows pages whole.
var frames = []struct {
	width, height float32
	name          string
}{{1280, 800, shortName}, {1024, 700, longName}}

// TestPicturesOfSteps shows every step, empty and full, in Dutch.
func TestPicturesOfSteps(t *testing.T) {
	for _, frame := range frames {
		for _, own := range []bool{false, true} {
			profile := map[bool]string{false: "a", true: "b"}[own]
			for _, s := range onboarding.EBoxSteps(own) {
				for kind, m := range map[string]*memory{"empty": begun(t, own, frame.name), "full": finished(t, own, frame.name)} {
					b := partstest.New(t, "nl", look.Light)
					_, ports := m.box()
					screen := New(b.Env, ports)
					b.Framed(screen, s.ID, frame.width, frame.height)
					b.Picture(t, fmt.Sprintf("belgium-%s-%s-%s-%.0f", s.ID, profile, kind, frame.width), frame.width, frame.height)
					if found := partstest.Unfinished(b.Window.Canvas()); len(found) > 0 {
						t.Errorf("%s %s %s: %v", s.ID, profile, kind, found)
					}
					b.Framed(screen, s.ID, frame.width, 1700)
					b.Picture(t, fmt.Sprintf("belgium-%s-%s-%s-whole-%.0f", s.ID, profile, kind, frame.width), frame.width, 1700)
				}
			}
		}
	}
}

// TestPicturesOfMoments shows what a step's page turns into while it is used.
func TestPicturesOfMoments(t *testing.T) {
	for _, story := range []partstest.Story{{Language: "nl", Mode: look.Light, Width: 1280, Height: 800}, {Language: "nl", Mode: look.Light, Width: 1024, Height: 700},
		{Language: "nb", Mode: look.Light, Width: 1280, Height: 800}, {Language: "en", Mode: look.Dark, Width: 1024, Height: 700}} {
		b, snap := story.Open(t, "belgium")
		show := func(m *memory, arg string) *Screen {
			_, ports := m.box()
			s := New(b.Env, ports)
			b.Framed(s, arg, story.Width, story.Height)
			return s
		}
		show(newMemory(), "")
		snap("1begin")
		b.Tap(t, "belgium.profile.b")
		b.Tap(t, "belgium.begin")
		b.Framed(show(newMemory(), ""), "", story.Width, 1100)
		b.Picture(t, "belgium-1begin-tall-"+story.Language, story.Width, 1100)

		m := begun(t, false, shortName)
		m.does(t, onboarding.EBoxMarked{Step: "S1", Date: clock.AddDate(0, 0, -18)})
		s := show(m, "S2")
		snap("2reminder")
		s.model.takeCertificate(file(t, "digipost.pem", "CERTIFICATE"), "")
		snap("3certificate")
		m.checks = append(m.checks, post.EBoxCheck{Code: "certificate_has_key", Verdict: post.EBoxBlocks})
		s.model.takeCertificate(file(t, "digipost.pem", "PRIVATE KEY"), "")
		b.Picture(t, fmt.Sprintf("belgium-4private-%s-%.0f", story.Language, story.Width), story.Width, 1500)

		show(halfway(t, false, shortName), "S4")
		b.Tap(t, "belgium.sure")
		snap("5sure")

		proof := accounted(t, true, shortName)
		proof.silent = post.NewFault(post.CodeUnreachable, nil, "host", "fin.example")
		show(proof, "S8")
		b.Tap(t, "belgium.test")
		snap("6tested")
		refused := accounted(t, true, shortName)
		refused.down = post.NewFault(post.CodeClientRefused, nil)
		show(refused, "S8")
		b.Tap(t, "belgium.test")
		snap("7refused")

		theirs := accounted(t, false, "Stad Brugge, dienst Post")
		_, ports := theirs.box()
		path := t.TempDir() + "/handover.json"
		if err := ports.HandOver(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		s = show(halfway(t, false, shortName), "")
		b.Window.Resize(b.Window.Canvas().Size())
		s.Dropped([]string{path})
		snap("8take")
		if found := partstest.Unfinished(b.Window.Canvas()); len(found) > 0 {
			t.Errorf("%s: %v", story.Language, found)
		}
		b.Tap(t, "belgium.take")
		snap("9taken")
	}
}
