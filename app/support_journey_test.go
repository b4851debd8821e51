package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestSupportFileJourney: a profile with people, letters, a mailing and trouble
// in its log gives a support file in which nobody is.
func TestSupportFileJourney(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	user := known(t)["user"][0]
	const subject = "Innkalling til årsmøte"
	list := filepath.Join(filepath.Dir(w.list), "pasienter.xlsx")
	if err := os.Rename(w.list, list); err != nil {
		t.Fatal(err)
	}
	w.list = list
	w.holds(1, "import", "import", list)
	w.holds(0, "send", "send", "-to", "fnr:"+user, "-subject", subject, "-cooling-off", "0s", "-yes", w.letter)
	w.trouble("reset_before@/messages")
	w.print(0, "send", "-to", "fnr:"+user, "-subject", subject, "-cooling-off", "0s", "-yes", "-wait", "2s", w.letter,
		"-data", w.data, "-practice", "-sandbox", w.ready)
	w.trouble("")
	log := filepath.Join(w.data, "brevdue.log")
	held, err := os.ReadFile(log)
	if err != nil || len(held) == 0 {
		t.Errorf("nothing is in the log: %v", err)
	}
	home, _ := os.UserHomeDir()
	extra := "time=" + time.Now().Format(time.RFC3339) + ` level=ERROR msg=command error="open ` + home + `/pasienter.xlsx: permission denied for kari@example.org ` + user + "\"\n"
	if err := os.WriteFile(log, append(held, extra...), 0o600); err != nil {
		t.Fatal(err)
	}

	out := filepath.Join(w.data, "støtte.txt")
	w.holds(0, "doctor", "doctor", "-support-file", out)
	w.holds(3, "fault", "doctor", "-support-file", out) // never over a file that is there
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	for _, want := range []string{"people = ", "jobs.letter.rest.done = 1", "environment = practice", "sender = set", "certificate = set", "[log]", "permission denied",
		"disk well", "versions well", "level"} {
		if want == "level" {
			want = "WARN"
		}
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, secret := range []string{user, subject, "Innkalling", "pasienter", ".xlsx", ".pdf", "Åse", "Bjørkhaug", w.data, home + "/", "kari", "@", "127.0.0.1", w.standIn.CertificatePassword, "312345676", "1000\n"} {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%q is in the support file", secret)
		}
	}
	for _, pattern := range []string{`[0-9]{9,}`, `[0-9a-f]{8}-[0-9a-f]{4}`, "PRIVATE KEY"} {
		if found := regexp.MustCompile(pattern).FindString(strings.ReplaceAll(text, ".", "")); found != "" && !strings.Contains(found, "2026") {
			t.Errorf("%s: %q", pattern, found)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
