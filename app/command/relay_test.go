package command

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

func TestRelay(t *testing.T) {
	r := newRig(t)
	r.env.secrets[envMail] = "hemmelig"
	out, _ := r.want(exitDone, "relay", "-listen", "127.0.0.1:0", "-behind", "10.0.0.0/8, 192.0.2.1", "-mail-server", "mail.example:25",
		"-mail-from", "a@example.org", "-mail-to", "b@example.org,c@example.org", "-dir", "D", "-callback", "/hemmelig", "-json")
	var ready RelayReady
	if err := json.Unmarshal([]byte(out), &ready); err != nil || strings.Count(out, "\n") != 1 || ready.Listen != "127.0.0.1:0" {
		t.Errorf("%v: %q", err, out)
	}
	mail := r.ran.Mail
	if !slices.Equal(r.ran.Behind, []string{"10.0.0.0/8", "192.0.2.1"}) || mail.Password != "hemmelig" || len(mail.To) != 2 ||
		!strings.Contains(mail.Text, "{sender_id}") || mail.Subject == "" || r.ran.Callback != "/hemmelig" || r.ran.Dir != "D" {
		t.Errorf("%+v", r.ran)
	}
	out, _ = r.want(exitDone, "relay", "-listen", ":8443", "-tls-cert", "c", "-tls-key", "k", "-notify", "say -loud", "-data", "E")
	if !strings.Contains(out, ":8443") || !slices.Equal(r.ran.Notify, []string{"say", "-loud"}) || r.ran.Certificate != "c" || r.ran.Dir != "E" {
		t.Errorf("%s %+v", out, r.ran)
	}
	if r.opens != 0 {
		t.Error("a profile was opened for a relay")
	}
	for _, wrong := range []string{"", "-listen :1 -tls-cert c", "-listen :1 -mail-to a@b.no", "-listen :1 -mail-server a:1 -mail-to a@b.no",
		"-listen :1 -mail-from a@b.no", "-listen :1 -notify x -mail-server a:1 -mail-to a@b.no -mail-from a@b.no", "-listen :1 -check http://x"} {
		r.want(exitUsage, append([]string{"relay"}, strings.Fields(wrong)...)...)
	}
	r.relayErr = RelayPlain(nil)
	_, told := r.want(exitUsage, "relay", "-listen", ":1")
	if !strings.Contains(told, "TLS") {
		t.Error(told)
	}
}

func TestRelayChecked(t *testing.T) {
	r := newRig(t)
	r.health = RelayHealth{OK: true, Started: day, Waiting: 3, Capacity: 100_000}
	out, _ := r.want(exitDone, "relay", "-check", "https://relay.example.org", "-json")
	if !strings.Contains(out, `"waiting": 3`) || !strings.Contains(out, `"ok": true`) {
		t.Error(out)
	}
	r.health.OK = false
	out, _ = r.want(exitAttention, "relay", "-check", "https://relay.example.org", "-lang", "en")
	if !strings.Contains(out, "does not work") || strings.Contains(out, "command.") {
		t.Error(out)
	}
	r.relayErr = post.NewFault(post.CodeRelay, nil, "host", "relay.example.org")
	_, told := r.want(exitUnreachable, "relay", "-check", "https://relay.example.org")
	if !strings.Contains(told, "relay.example.org") {
		t.Error(told)
	}
}

// TestHalfAutomatic is the story of somebody without signing rights at a prompt.
func TestHalfAutomatic(t *testing.T) {
	r := newRig(t)
	out, told := r.want(exitDone, "onboard", "-half", "-org", "984661185", "-relay", "https://relay.example.org", "-json")
	if !strings.Contains(out, `"applied"`) || !strings.Contains(told, "https://www.digipost.no/") || r.relay != "https://relay.example.org" {
		t.Errorf("%s %s", out, told)
	}
	// Nothing has come, and nobody's browser is opened again.
	out, told = r.want(exitDone, "onboard", "-json")
	if !strings.Contains(out, `"applied"`) || strings.Contains(told, "https://www.digipost.no/") || strings.Contains(out, `"reminder_due": true`) {
		t.Errorf("%s %s", out, told)
	}
	r.clock = r.clock.Add(6 * 24 * time.Hour)
	out, _ = r.want(exitDone, "onboard")
	if !strings.Contains(out, "tre arbeidsdager") {
		t.Error(out)
	}
	r.signup.checkErr = post.NewFault(post.CodeRelay, nil, "host", "relay.example.org")
	r.want(exitUnreachable, "onboard")
	r.signup.checkErr, r.signup.said = nil, 4711
	out, _ = r.want(exitDone, "onboard", "-json")
	if !strings.Contains(out, `"verified"`) || !strings.Contains(out, "4711") {
		t.Error(out)
	}
	r.want(exitUsage, "onboard", "-half", "-paste", "http://x")
}

// TestRelayAlone: choosing the relay opens no browser.
func TestRelayAlone(t *testing.T) {
	r := newRig(t)
	out, told := r.want(exitDone, "onboard", "-relay", "https://relay.example.org", "-json")
	if !strings.Contains(out, `"state": ""`) && !strings.Contains(out, "not_started") || strings.Contains(told, "https://www.digipost.no/") {
		t.Errorf("%s %s", out, told)
	}
	r.relayErr = post.NewFault(post.CodeRelay, nil, "host", "relay.example.org")
	r.want(exitUnreachable, "onboard", "-relay", "https://relay.example.org")
	r.relayErr = BadValue("relay", nil)
	r.want(exitUsage, "onboard", "-relay", "gopher://x")
}

// TestHeardInAnotherWay: who waits for an approval and types the sender-id ends
// the waiting.
func TestHeardInAnotherWay(t *testing.T) {
	r := newRig(t)
	r.signup.current = post.Onboarding{State: "applied", Nonce: "n"}
	r.want(exitDone, "credentials", "set", "-sender-id", "4711")
	if !r.signup.current.Typed || r.signup.current.SenderID != 4711 || !r.signup.verified {
		t.Errorf("%+v", r.signup.current)
	}
	r.signup.current = post.Onboarding{State: "verified", SenderID: 1}
	r.want(exitDone, "credentials", "set", "-sender-id", "4711")
	if r.signup.current.SenderID != 1 {
		t.Error("a sign-up that is over was changed")
	}
}
