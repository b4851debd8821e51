package pages

import (
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"
)

func made(t testing.TB) map[string]string {
	t.Helper()
	all := Return(func(key string) string { return "[" + key + " <&>]" }, "nb")
	return map[string]string{
		"receive": string(all.Receive), "done": string(all.Done), "refused": string(all.Refused), "paste": string(all.Paste),
	}
}

// TestNothingForeign: the pages fetch nothing and hold no handlers or styles
// outside the blocks that the listener allows.
func TestNothingForeign(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)https?://|src=|@import|url\(|\son[a-z]+=|\sstyle=|<iframe|<object`)
	for name, page := range made(t) {
		if found := foreign.FindString(page); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
		if strings.Contains(page, " <&>]") || !strings.Contains(page, "&lt;&amp;&gt;") {
			t.Errorf("%s: words are not escaped", name)
		}
		if strings.Count(page, "<style>") != 1 || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: the styles are not as written", name)
		}
	}
}

// TestWhatEachHolds: one script, forms where something can be pasted, words for
// everything.
func TestWhatEachHolds(t *testing.T) {
	for name, page := range made(t) {
		for part, want := range map[string]bool{
			"<script>": name == "receive", `name="address"`: name == "receive" || name == "paste",
			"[pages.done.close": name == "done", "[pages." + name: true, `lang="nb"`: true,
		} {
			if strings.Contains(page, part) != want {
				t.Errorf("%s: %s there is %v", name, part, !want)
			}
		}
	}
}

// TestSound: elements are closed as they were opened.
func TestSound(t *testing.T) {
	for name, page := range made(t) {
		d := xml.NewDecoder(strings.NewReader(page))
		d.Strict = false
		d.AutoClose = []string{"meta", "link"}
		d.Entity = xml.HTMLEntity
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
	}
}
