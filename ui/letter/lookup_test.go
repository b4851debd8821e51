package letter

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
	"brevdue/ui/task"
)

// TestSearchable: short texts and everything with a digit stay here.
func TestSearchable(t *testing.T) {
	for text, want := range map[string]string{
		"Åse": "Åse", "  Åse   Aas ": "Åse Aas", "Anne-Lise O'Hara": "Anne-Lise O'Hara", "St. Olav": "St. Olav",
		"Ås": "", "Å s": "", "": "", "   ": "", "018": "", "Åse 018101": "", "01810199918": "", "974760673": "", "ase.aas#1A2B": "", "ase@aas.no": "", "Storgata 12": "",
		strings.Repeat("å", 101): "",
	} {
		got, ok := searchable(text)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestOnlyNamesAreAsked, once each, and only when typing has stopped.
func TestOnlyNamesAreAsked(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 800)
	b.Type(t, "letter.to", "Ås")
	b.Run.Tick()
	b.Type(t, "letter.to", "e")
	if len(f.asked) != 0 || b.Control(t, "letter.digipost").Text == "" {
		t.Errorf("asked %q before the pause", f.asked)
	}
	b.Run.Tick()
	b.Type(t, "letter.to", "\n")
	if !slices.Equal(f.asked, []string{"Åse"}) || !b.Has("letter.digipost.row.0") {
		t.Errorf("asked %q; %v", f.asked, b.IDs())
	}
	for _, number := range []string{syntheticNumber, "974760673", "018101", "ase.aas#1A2B"} {
		s.hear(number)
		s.find(number)
	}
	if len(f.asked) != 1 {
		t.Errorf("a number was asked: %q", f.asked)
	}
	if s.model.chosen() {
		t.Error("a hit chose itself")
	}
}

// TestHitBecomesTarget by its Digipost address, with name and address to see.
func TestHitBecomesTarget(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	f.people[0].DigipostAddress = "ASE.AAS#1A2B" // known already: not listed twice
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 900)
	b.Type(t, "letter.to", "åse\n")
	if b.Has("letter.digipost.row.2") {
		t.Error("somebody in the register is listed at Digipost too")
	}
	b.Tap(t, "letter.digipost.row.1")
	to := s.model.to
	if to.To.Kind != post.ByDigipostAddress || to.To.Value != "aas.bygg#AB12" || to.Name != "Aas Bygg og Anlegg AS" || to.CustomerID != "" || !reachable(to.To) {
		t.Errorf("%+v", to)
	}
	if card := b.Control(t, "letter.chosen").Text; !strings.Contains(card, "Industrigata 7, 6856 Sogndal") || !strings.Contains(card, "974760673") {
		t.Errorf("card %q", card)
	}
	b.Tap(t, "letter.change")
	if s.model.hit != nil || !b.Has("letter.digipost.row.1") {
		t.Error("the hits are gone")
	}
}

// TestLookUpFault stands beside the register's hits and can be tried again.
func TestLookUpFault(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	f.lookErr = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
	s := New(b.Env, f.ports())
	b.Framed(s, "", 1280, 900)
	b.Type(t, "letter.to", "åse\n")
	if !b.Has("letter.hits.row.0") || !strings.Contains(b.Control(t, "letter.digipost").Text, "api.digipost.no") || s.fault.ControlText() != "" {
		t.Errorf("%v, fault %q", b.IDs(), s.fault.ControlText())
	}
	f.lookErr = nil
	b.Tap(t, "letter.digipost.retry")
	if !b.Has("letter.digipost.row.0") || len(f.asked) != 2 {
		t.Errorf("%v, asked %q", b.IDs(), f.asked)
	}
}

// TestNoLookUp: without the port nothing is said of Digipost.
func TestNoLookUp(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	ports := town().ports()
	ports.LookUp, ports.Features, ports.ReturnAddress, ports.SetReturnAddress = nil, nil, nil, nil
	s := New(b.Env, ports)
	b.Framed(s, "", 1280, 900)
	b.Type(t, "letter.to", "åse\n")
	if b.Has("letter.digipost") || b.Has("letter.digipost.row.0") || !b.Has("letter.hits.row.0") {
		t.Errorf("%v", b.IDs())
	}
}

// stalled is a register that does not answer: what Digipost says does not wait for it.
type stalled struct{ *fake }

func (stalled) List(ctx context.Context, _ post.RecipientQuery) (post.RecipientPage, error) {
	<-ctx.Done()
	return post.RecipientPage{}, ctx.Err()
}

// TestStaleAnswers never show: neither after another key nor after another question.
func TestStaleAnswers(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	f := town()
	synctest.Test(t, func(t *testing.T) {
		run := task.New(t.Context())
		b.Env.Run = run
		gates := map[string]chan struct{}{"Åse": make(chan struct{}), "Åsea": make(chan struct{}), "Åseb": make(chan struct{})}
		ports := f.ports()
		ports.Features, ports.ReturnAddress, ports.Register = nil, nil, stalled{f}
		ports.LookUp = func(_ context.Context, text string) ([]post.Hit, error) {
			<-gates[text] // as a network that does not hear of the cancel
			return []post.Hit{{Name: text, DigipostAddress: text + "#1"}}, nil
		}
		s := New(b.Env, ports)
		b.Framed(s, "", 1280, 900)
		let := func(text string) {
			close(gates[text])
			synctest.Wait()
		}
		s.find("Åse")
		s.hear("Åsea") // a key more: what comes for "Åse" is no answer any more
		let("Åse")
		if s.asking.state != lookAsking || len(s.asking.hits) > 0 || b.Has("letter.digipost.row.0") {
			t.Errorf("a stale answer shows: %+v", s.asking)
		}
		s.find("Åsea")
		s.find("Åseb")
		let("Åsea")
		if s.asking.state != lookAsking || b.Has("letter.digipost.row.0") {
			t.Errorf("an overtaken answer shows: %+v", s.asking)
		}
		let("Åseb")
		if s.asking.state != lookDone || s.asking.hits[0].Name != "Åseb" || !b.Has("letter.digipost.row.0") {
			t.Errorf("the last answer is missing: %+v", s.asking)
		}
		s.Leave()
		run.Close()
	})
}
