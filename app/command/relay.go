package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// RelayOptions are the flags of the command relay.
type RelayOptions struct {
	// Listen is host:port. Certificate and Key are PEM files for TLS, both or none.
	Listen, Certificate, Key string
	// Dir is where the database lies, "" below the folder of all state.
	Dir string
	// Behind are the networks of the proxies in front, as 10.0.0.0/8; Callback is
	// the path that Digipost calls, "" for the usual one.
	Behind   []string
	Callback string
	// Notify is a program with its arguments that hears of each new sender-id, or
	// empty. Mail is how a mail tells of it; its Server is empty where none does.
	Notify []string
	Mail   RelayMail
	// Log takes what happens, a line each, without nonces and sender-ids.
	Log io.Writer
	// Ready hears where the relay can be called, as soon as it can.
	Ready func(RelayReady)
}

// RelayMail is how a mail tells of a new sender-id. {sender_id} in Text becomes
// that sender-id.
type RelayMail struct {
	Server, User, Password, From string
	To                           []string
	Subject, Text                string
}

// RelayReady says where a relay can be called.
type RelayReady struct {
	// Relay is the address for programs, with the port that was bound; Listen is
	// host:port of it.
	Relay  string `json:"relay"`
	Listen string `json:"listen"`
	// Callback is the path that Digipost calls.
	Callback string `json:"callback"`
}

// RelayHealth is what a relay says of itself: counts only. The calls are those
// since it started.
type RelayHealth struct {
	OK        bool      `json:"ok"`
	Started   time.Time `json:"started"`
	Waiting   int       `json:"waiting"`
	Claimed   int       `json:"claimed"`
	Conflicts int       `json:"conflicts"`
	Capacity  int       `json:"capacity"`
	Kept      int64     `json:"kept"`
	Given     int64     `json:"given"`
	Refused   int64     `json:"refused"`
	Limited   int64     `json:"limited"`
	Failed    int64     `json:"failed"`
	Untold    int64     `json:"untold"`
}

// RelayPlain is the slip of a relay that other machines could reach without TLS.
func RelayPlain(error) error { return usage("relay_plain") }

// RelayFiles is the slip of a relay whose certificate or key cannot be used.
func RelayFiles(err error) error { return usage("relay_files", "why", err.Error()) }

// runRelay runs the partner's relay until the process is told to end, or asks a
// running one how it is.
func runRelay(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	switch {
	case s.has("check") && len(s.given) > 1 && s.has("listen"):
		return usage("not_together", "flag", "check", "other", "listen")
	case s.has("check"):
		return s.checkRelay(ctx)
	case f.listen == "":
		return usage("flag_missing", "flag", "listen")
	case s.has("tls-cert") != s.has("tls-key"):
		return usage("needs_flag", "flag", "tls-cert", "other", "tls-key")
	case s.has("mail-to") != s.has("mail-server"):
		return usage("needs_flag", "flag", "mail-server", "other", "mail-to")
	case s.has("mail-server") && f.mailFrom == "":
		return usage("needs_flag", "flag", "mail-server", "other", "mail-from")
	case (s.has("mail-from") || s.has("mail-user")) && f.mailServer == "":
		return usage("needs_flag", "flag", "mail-from", "other", "mail-server")
	case f.notify != "" && f.mailServer != "":
		return usage("not_together", "flag", "notify", "other", "mail-server")
	}
	dir := f.dir
	if dir == "" {
		dir = f.data
	}
	return s.app.RunRelay(ctx, RelayOptions{
		Listen: f.listen, Certificate: f.tlsCert, Key: f.tlsKey, Dir: dir, Behind: parts(f.behind), Callback: f.callback,
		Notify: strings.Fields(f.notify), Log: s.err,
		Mail: RelayMail{Server: f.mailServer, User: f.mailUser, Password: s.env.secrets[envMail], From: f.mailFrom, To: parts(f.mailTo),
			Subject: s.get("relay.mail.subject"), Text: s.get("relay.mail.text", "sender_id", "{sender_id}")},
		Ready: s.relayReady,
	})
}

// parts splits a list at commas.
func parts(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// relayReady prints where the relay can be called: one line of JSON, or words.
func (s *session) relayReady(ready RelayReady) {
	s.printed = true
	if s.flags.json {
		_ = json.NewEncoder(s.out).Encode(ready) // a pipe that was closed has nobody to tell
		return
	}
	fmt.Fprintln(s.out, s.get("relay.ready", "address", ready.Relay, "callback", ready.Callback))
}

// checkRelay asks a running relay how it is.
func (s *session) checkRelay(ctx context.Context) error {
	health, err := s.app.CheckRelay(ctx, s.flags.askRelay)
	if err != nil {
		return err
	}
	if !health.OK {
		s.attention(exitAttention)
	}
	s.emit(health, func(w io.Writer) {
		if health.OK {
			fmt.Fprintln(w, s.get("relay.well"))
		} else {
			fmt.Fprintln(w, s.get("relay.unwell"))
		}
		for _, line := range []struct {
			label string
			count int
		}{{"relay_waiting", health.Waiting}, {"relay_claimed", health.Claimed}, {"relay_capacity", health.Capacity},
			{"relay_conflicts", health.Conflicts}, {"relay_refused", int(health.Refused)}, {"relay_limited", int(health.Limited)},
			{"relay_failed", int(health.Failed)}, {"relay_untold", int(health.Untold)}} {
			row(w, s.get("label."+line.label), s.number(line.count))
		}
		row(w, s.get("label.since"), s.texts.Date(health.Started))
	})
	return nil
}
