package onboarding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/assets/lang"
)

// eventsFrom makes events of bytes, three for each.
func eventsFrom(data []byte) []EBoxEvent {
	var events []EBoxEvent
	for len(data) >= 3 {
		kind, step, more := data[0]%13, fmt.Sprint("S", data[1]%12), int(data[2])
		data = data[3:]
		date := belgiumDay.AddDate(0, 0, more%40-30)
		if more%5 == 0 {
			date = time.Time{}
		}
		note := strings.Repeat("é\x01 ", more)
		switch kind {
		case 0:
			events = append(events, EBoxNamed{[]string{"", "0566988259", "1", "BE0566.988.259"}[more%4], note})
		case 1:
			events = append(events, EBoxProfile{more%2 == 0})
		case 2, 3:
			events = append(events, EBoxMarked{step, note, date, more%3 > 0})
		case 4:
			events = append(events, EBoxAsked{step, note, date})
		case 5:
			events = append(events, EBoxSkip{step, note, date})
		case 6:
			events = append(events, EBoxReopen{step})
		case 7:
			events = append(events, EBoxNote{step, note})
		case 8:
			events = append(events, EBoxPutOff{step})
		case 9:
			events = append(events, EBoxCertified{post.EBoxCertificate{SHA256: []string{"", "AA", "BB"}[more%3], Subject: "CN=x"}})
		case 10:
			events = append(events, EBoxSenderNumber{[]string{"", "1000001", "x"}[more%3]})
		case 11:
			events = append(events, EBoxClientID{[]string{"", "id", "i d"}[more%3]})
		case 12:
			events = append(events, EBoxProof{more%2 == 0, more%3 == 0, more%5 == 0})
		}
	}
	return events
}

// sound says what is wrong with a trajectory, or nothing.
func sound(t post.EBoxTrajectory, proved bool) string {
	if !reflect.DeepEqual(EBoxSettle(t), t) {
		return "is not settled"
	}
	for i, info := range EBoxSteps(t.OwnKey) {
		step := t.Steps[i]
		ready := len(EBoxMissing(t, step.ID)) == 0
		switch {
		case step.ID != info.ID:
			return "is out of order"
		case !slices.Contains([]post.EBoxStepState{post.EBoxBlocked, post.EBoxOpen, post.EBoxWaiting, post.EBoxDone, post.EBoxSkipped}, step.State):
			return step.ID + " has the state " + string(step.State)
		case !info.Unneeded && ready == (step.State == post.EBoxBlocked):
			return step.ID + " is blocked or not, wrongly"
		case step.State == post.EBoxSkipped && !info.MaySkip && !info.Unneeded:
			return step.ID + " was skipped"
		case (step.State == post.EBoxDone || step.State == post.EBoxWaiting) == step.Date.IsZero() && step.State != post.EBoxSkipped:
			return step.ID + " has a wrong date"
		case step.Date.After(belgiumDay.AddDate(0, 0, 1)):
			return step.ID + " is done in times to come"
		case info.Irreversible && step.State == post.EBoxDone && !step.Confirmed && !proved:
			return step.ID + " was not confirmed"
		case info.Proved && fulfilled(step) && !proved:
			return step.ID + " was not proved"
		}
	}
	return ""
}

func FuzzEBoxEvents(f *testing.F) {
	f.Add([]byte{2, 0, 1, 2, 1, 1, 2, 2, 1, 2, 3, 1, 2, 4, 1, 2, 5, 1, 2, 6, 1, 2, 7, 1, 2, 8, 1, 2, 9, 1, 2, 10, 1, 1, 0, 0, 12, 0, 0, 6, 3, 0})
	f.Add([]byte{1, 0, 0, 9, 0, 1, 12, 0, 30, 9, 0, 2, 1, 0, 1, 4, 8, 7, 8, 8, 1, 5, 4, 4, 7, 2, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		at, proved := EBoxSettle(post.EBoxTrajectory{}), false
		for _, event := range eventsFrom(data[:min(len(data), 600)]) {
			before := fmt.Sprint(at)
			after, err := EBoxApply(at, event, belgiumDay)
			if fmt.Sprint(at) != before {
				t.Fatalf("%#v changed what it was given", event)
			}
			if err != nil {
				if code := post.CodeOf(err); code == post.CodeInternal || fmt.Sprint(after) != before {
					t.Fatalf("%#v: %v", event, err)
				}
				continue
			}
			if proof, ok := event.(EBoxProof); ok && proof.Token && at.OwnKey {
				proved = true
			}
			if wrong := sound(after, proved); wrong != "" {
				t.Fatalf("after %#v: %s\n%+v", event, wrong, after)
			}
			at = after
		}
		// Whatever came of it can be handed over, and comes back as it was.
		file, err := writeHandOver(at)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readHandOver(file, belgiumDay)
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if found := differences(at, back); len(found) > 0 {
			t.Fatalf("came back otherwise: %+v", found)
		}
	})
}

func FuzzHandOver(f *testing.F) {
	file, err := writeHandOver(EBoxSettle(post.EBoxTrajectory{ID: "x", Enterprise: "0566988259"}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte("{}"))
	f.Add([]byte(`{"format":"brevdue-ebox-checklist","version":2}`))
	f.Add([]byte(`{"format":"brevdue-ebox-checklist","version":1,"checklist":null,"sha256":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := readHandOver(data, belgiumDay)
		if err == nil {
			if wrong := sound(read, true); wrong != "" {
				t.Fatalf("%s\n%s", wrong, data)
			}
			return
		}
		// The same with a right checksum: what stands in it is judged as well.
		var file handOver
		if json.Unmarshal(data, &file) != nil {
			return
		}
		var compact bytes.Buffer
		if json.Compact(&compact, file.Checklist) != nil {
			return
		}
		file.Format, file.Version, file.Checksum = handOverFormat, handOverVersion, checksum(compact.Bytes())
		again, err := json.Marshal(file)
		if err != nil {
			return
		}
		if read, err := readHandOver(again, belgiumDay); err == nil {
			if wrong := sound(read, true); wrong != "" {
				t.Fatalf("%s\n%s", wrong, again)
			}
		}
	})
}

// TestColleagueTakesOver: a file brings the checklist to another computer, and
// never over something newer unasked.
func TestColleagueTakesOver(t *testing.T) {
	w, e := newBelgium(t)
	w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true, Subject: "CN=gemeente"}
	w.do(e, EBoxNamed{"0566988259", "Gemeente"}, EBoxProfile{OwnKey: true}, EBoxMarked{Step: StepActivate, Note: "Åse deed dit"})
	if _, err := e.TakeCertificate(t.Context(), []byte("c"), []byte("PRIVATE-31415"), "pass-27182"); err != nil {
		t.Fatal(err)
	}
	file, err := e.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte("31415")) || bytes.Contains(file, []byte("27182")) {
		t.Fatalf("a secret in the file:\n%s", file)
	}

	there, other := newBelgium(t)
	there.now = belgiumDay.AddDate(0, 0, 1)
	h, err := other.ReadHandOver(t.Context(), bytes.NewReader(file), "lijst.json")
	if err != nil || h.Begun || len(h.Differences) != 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := other.TakeOver(t.Context(), h, false); err != nil {
		t.Fatal(err)
	}
	w.stored.Certificate.HasPrivateKey, w.stored.Certificate.KeyMatches = false, false // the key stayed behind
	if fmt.Sprint(*there.stored) != fmt.Sprint(*w.stored) {
		t.Errorf("got  %v\nwant %v", *there.stored, *w.stored)
	}
	if _, err := other.Key(t.Context()); post.CodeOf(err) != post.CodeEBoxKey {
		t.Errorf("a key came along: %v", err)
	}
	// The colleague goes on; the old file is older then.
	there.do(other, EBoxSkip{Step: StepManager})
	h, err = other.ReadHandOver(t.Context(), bytes.NewReader(file), "lijst.json")
	if err != nil || !h.Older || h.Foreign || len(h.Differences) == 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	for _, overwrite := range []bool{false, true} {
		_, err := other.TakeOver(t.Context(), h, overwrite)
		if (err == nil) != overwrite || (err != nil && post.CodeOf(err) != post.CodeHandOverOlder) {
			t.Fatal(overwrite, err)
		}
	}
	// What changed after the file was read is not overwritten either.
	h, _ = other.ReadHandOver(t.Context(), bytes.NewReader(file), "lijst.json")
	there.now = there.now.Add(time.Hour)
	there.do(other, EBoxNote{StepRequest, "nieuw"})
	if _, err := other.TakeOver(t.Context(), h, true); post.CodeOf(err) != post.CodeHandOverOlder {
		t.Fatal(err)
	}
	// Another enterprise's.
	there.do(other, EBoxNamed{"0123456749", "Anders"})
	if h, err = other.ReadHandOver(t.Context(), bytes.NewReader(file), "lijst.json"); err != nil || !h.Foreign {
		t.Fatalf("%+v, %v", h, err)
	}
}

func TestBrokenHandOver(t *testing.T) {
	w, e := newBelgium(t)
	w.do(e, EBoxNamed{"0566988259", "Gemeente"}, EBoxMarked{Step: StepActivate, Note: "nota"})
	file, err := e.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := func(change func(map[string]any)) []byte {
		var whole map[string]any
		if err := json.Unmarshal(file, &whole); err != nil {
			t.Fatal(err)
		}
		list := whole["checklist"].(map[string]any)
		change(list)
		text, _ := json.Marshal(list)
		whole["sha256"], whole["checklist"] = checksum(text), json.RawMessage(text)
		text, _ = json.Marshal(whole)
		return text
	}
	step := func(list map[string]any, i int) map[string]any { return list["steps"].([]any)[i].(map[string]any) }
	if _, err := readHandOver(again(func(map[string]any) {}), w.now); err != nil {
		t.Fatalf("the test's own way of changing files: %v", err)
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hei"), "other json": []byte(`{"a":1}`), "cut": file[:len(file)/2],
		"changed":       bytes.Replace(file, []byte("nota"), []byte("Nota"), 1),
		"newer":         bytes.Replace(file, []byte(`"version": 1`), []byte(`"version": 2`), 1),
		"long":          append(bytes.Clone(file), bytes.Repeat([]byte(" "), MostHandOver)...),
		"step missing":  again(func(l map[string]any) { l["steps"] = l["steps"].([]any)[1:] }),
		"step twice":    again(func(l map[string]any) { step(l, 1)["id"] = "S0" }),
		"state unknown": again(func(l map[string]any) { step(l, 0)["state"] = "maybe" }),
		"done too soon": again(func(l map[string]any) { step(l, 6)["state"], step(l, 6)["date"] = "done", "2026-01-01T00:00:00Z" }),
		"done undated":  again(func(l map[string]any) { step(l, 0)["state"] = "done" }),
		"date ahead":    again(func(l map[string]any) { step(l, 3)["date"] = "2036-01-01T00:00:00Z" }),
		"changed ahead": again(func(l map[string]any) { l["changed"] = "2036-01-01T00:00:00Z" }),
		"no KBO number": again(func(l map[string]any) { l["enterprise"] = "0123456789" }),
		"environment":   again(func(l map[string]any) { l["environment"] = "" }),
		"more fields":   again(func(l map[string]any) { l["private_key"] = "x" }),
		"long note":     again(func(l map[string]any) { step(l, 0)["note"] = strings.Repeat("x", mostNote+1) }),
		"odd note":      again(func(l map[string]any) { step(l, 0)["note"] = "a\u0000b" }),
	} {
		if _, err := e.ReadHandOver(t.Context(), bytes.NewReader(data), "lijst.json"); post.CodeOf(err) != post.CodeHandOver {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWordsAndPaper: every language has the words of every step, and the sheet
// holds what people noted.
func TestWordsAndPaper(t *testing.T) {
	w, e := newBelgium(t)
	for _, language := range lang.Languages() {
		words := lang.New(language)
		for _, own := range []bool{false, true} {
			for _, info := range EBoxSteps(own) {
				keys := []string{".title", ".how", ".needs", ".gives"}
				if info.MaySkip {
					keys = append(keys, ".skip")
				}
				for _, key := range keys {
					if !words.Has(info.Words + key) {
						t.Errorf("%s lacks %s", language, info.Words+key)
					}
				}
			}
		}
		w.stored = nil
		w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true, Subject: "CN=gemeente"}
		w.do(e, EBoxNamed{"0566988259", "Gemeente"}, EBoxProfile{OwnKey: true}, EBoxMarked{Step: StepActivate, Note: "mijn nota"})
		if _, err := e.TakeCertificate(t.Context(), []byte("c"), nil, ""); err != nil {
			t.Fatal(err)
		}
		text, err := e.PDF(t.Context(), words)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"mijn nota", "0566988259", "CN=gemeente", words.Date(belgiumDay), urlChaMan} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s: no %q in the sheet", language, want)
			}
		}
		if bytes.Contains(text, []byte("ebox.")) {
			t.Errorf("%s: a key in the sheet: %s", language, text)
		}
	}
}
