package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// control asks something of the stand-in's control address.
func (w *twin) control(path, body string) {
	w.t.Helper()
	answer, err := http.Post(w.standIn.Control+path, "text/plain", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode >= 300 {
		w.t.Fatalf("%s: %s", path, answer.Status)
	}
}

// inDays is a moment some days from now, as a flag takes it.
func inDays(days int) string {
	return time.Now().AddDate(0, 0, days).Format("2006-01-02T15:04")
}

// later is a letter as resume prints it.
type later struct {
	Result struct {
		Status, Channel, Detail string
		OpenedAt                string `json:"opened_at"`
		PostedAt                string `json:"posted_at"`
	}
}

// TestJourneyLater: letters with the options of the sender API, and what becomes
// of them while days pass: opened, posted, shown on the day, invited and then
// registered. None is sent twice on the way.
func TestJourneyLater(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	const user, known, invited = "fnr:03846131239", "fnr:28825643135", "fnr:25855841986"
	paper := []string{"-print", "-address", "Per-Olav Tveitnes;Brygga 4;;5003;Bergen", "-return", "Øvelsesbedriften AS;Gata 1;;0150;Oslo"}
	jobs := map[string]string{}
	send := func(name, to, status string, flags ...string) {
		t.Helper()
		var sent result
		w.run(0, &sent, append([]string{"send", "-yes", "-cooling-off", "0s", "-to", to, "-subject", "Brev " + name, w.letter}, flags...)...)
		if sent.Status != status {
			t.Errorf("%s: %s, want %s", name, sent.Status, status)
		}
		jobs[name] = sent.Job
	}
	send("opened", user, "delivered", "-opening-receipt", "-sms", "24", "-reference", "4711",
		"-invoice", "amount=1 234,50,due=31.12.2099,account=1234.56.78903,kid=12344")
	send("posted", known, "printing", paper...)
	send("shown", user, "received", "-deliver-at", inDays(1))
	send("invited", invited, "pending", "-invite", inDays(20), "-phone", "40001001")
	send("never", user, "delivered", paper...) // has Digipost: never on paper

	w.control("/clock", "72h")
	w.control("/register", strings.TrimPrefix(invited, "fnr:"))
	for name, want := range map[string]string{"opened": "opened", "posted": "posted", "shown": "delivered", "invited": "delivered", "never": "delivered"} {
		var now later
		w.run(0, &now, "resume", jobs[name])
		if now.Result.Status != want {
			t.Errorf("three days later %s is %s, want %s", name, now.Result.Status, want)
		}
		if (name == "opened") != (now.Result.OpenedAt != "") || (name == "posted") != (now.Result.PostedAt != "") {
			t.Errorf("%s: opened %q, posted %q", name, now.Result.OpenedAt, now.Result.PostedAt)
		}
	}
	answer, err := http.Get(w.standIn.Control + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var state struct{ Delivered, Printed, Pending []delivered }
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	if len(state.Delivered) != 4 || len(state.Printed) != 1 || len(state.Pending) != 0 {
		t.Errorf("%d delivered, %d printed, %d pending", len(state.Delivered), len(state.Printed), len(state.Pending))
	}
	w.nothingInClear("12345678903", "1234.50")
}
