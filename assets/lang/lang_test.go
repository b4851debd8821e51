package lang

import (
	"encoding/json"
	"path"
	"regexp"
	"sort"
	"strings"
	"testing"
)

var gap = regexp.MustCompile(`\{[a-z_]+\}`)

// TestSameKeys: every language has the same files, the same keys and, for each
// key, the same gaps. A missing sentence would show its key to a person.
func TestSameKeys(t *testing.T) {
	base := Languages()[0]
	for _, code := range Languages()[1:] {
		if got, want := strings.Join(Parts(code), " "), strings.Join(Parts(base), " "); got != want && under(code) == "" {
			t.Errorf("%s has the files %q, %s has %q", code, got, base, want)
		}
		a, b := load(base), load(code)
		for key, words := range a {
			other, ok := b[key]
			if !ok {
				t.Errorf("%s lacks %q", code, key)
				continue
			}
			if gaps(words) != gaps(other) {
				t.Errorf("%s: %q has the gaps %s, %s has %s", code, key, gaps(other), base, gaps(words))
			}
			if (words.one == "") != (other.one == "") {
				t.Errorf("%s: %q has no form for one", code, key)
			}
		}
		for key := range b {
			if _, ok := a[key]; !ok {
				t.Errorf("%s lacks %q, which %s has", base, key, code)
			}
		}
	}
}

// TestFilesAreSound: every file parses, no key stands in two files, no text is
// empty.
func TestFilesAreSound(t *testing.T) {
	for _, code := range Languages() {
		seen := map[string]string{}
		for _, part := range Parts(code) {
			data, err := files.ReadFile(path.Join(code, part+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var words map[string]text
			if err := json.Unmarshal(data, &words); err != nil {
				t.Errorf("%s/%s.json: %v", code, part, err)
			}
			for key, value := range words {
				if seen[key] != "" {
					t.Errorf("%s: %q stands in %s and %s", code, key, seen[key], part)
				}
				seen[key] = part
				if value.other == "" {
					t.Errorf("%s/%s.json: %q is empty", code, part, key)
				}
			}
		}
	}
}

// TestFaultsHaveANextStep: whoever is told of a fault is told what to do.
func TestFaultsHaveANextStep(t *testing.T) {
	for _, code := range Languages() {
		for key := range load(code) {
			if strings.HasPrefix(key, "fault.") && !strings.HasSuffix(key, ".next") {
				if _, ok := load(code)[key+".next"]; !ok {
					t.Errorf("%s: %s has no next step", code, key)
				}
			}
		}
	}
}

// TestWholeParts: a language that stands on another may lack parts, but a part that
// is there has every key: half a screen in another language is worse than a whole
// one.
func TestWholeParts(t *testing.T) {
	for _, code := range Languages() {
		base := under(code)
		if base == "" {
			continue
		}
		for _, part := range Parts(code) {
			ours, theirs := words(t, code, part), words(t, base, part)
			for key := range theirs {
				if _, ok := ours[key]; !ok {
					t.Errorf("%s/%s.json lacks %q", code, part, key)
				}
			}
			for key := range ours {
				if _, ok := theirs[key]; !ok {
					t.Errorf("%s/%s.json has %q, which %s has not", code, part, key, base)
				}
			}
		}
	}
}

// words reads one file.
func words(t *testing.T, code, part string) map[string]text {
	t.Helper()
	data, err := files.ReadFile(path.Join(code, part+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var found map[string]text
	if err := json.Unmarshal(data, &found); err != nil {
		t.Fatalf("%s/%s.json: %v", code, part, err)
	}
	return found
}

func TestNumbersAndTimes(t *testing.T) {
	nb, en, nl := New("nb"), New("en"), New("nl")
	if got := nb.Number(1234567); got != "1\u202f234\u202f567" {
		t.Errorf("nb: %q", got)
	}
	if got := en.Number(-1234); got != "-1,234" {
		t.Errorf("en: %q", got)
	}
	if got := nl.Number(1234567); got != "1.234.567" {
		t.Errorf("nl: %q", got)
	}
	if got := nl.Size(1234567); got != "1,2 MB" {
		t.Errorf("size: %q", got)
	}
	if got := nb.Size(1234567); got != "1,2 MB" {
		t.Errorf("size: %q", got)
	}
	if got := nb.Clock(61e9); got != "1:01" {
		t.Errorf("clock: %q", got)
	}
}

func gaps(t text) string {
	found := append(gap.FindAllString(t.one, -1), gap.FindAllString(t.other, -1)...)
	sort.Strings(found)
	var unique []string
	for _, name := range found {
		if len(unique) == 0 || unique[len(unique)-1] != name {
			unique = append(unique, name)
		}
	}
	return strings.Join(unique, " ")
}
