package command

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"brevdue/app/number"
)

type numberJSON struct {
	Valid  bool   `json:"valid"`
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

func checkNumber(_ context.Context, s *session, words []string) error {
	kind, value := words[0], words[1]
	var result number.Result
	switch kind {
	case "fnr":
		result = number.BirthNumber(value, number.Rule(s.flags.rule))
	case "orgnr":
		result = number.OrganisationNumber(value)
	case "account":
		result = number.Account(value)
	case "kid":
		result = number.KID(value)
	case "kbo":
		result = number.KBO(value)
	default:
		return usage("unknown_kind")
	}
	if !result.Valid {
		s.attention(exitRefused)
	}
	s.emit(numberJSON{result.Valid, string(result.Kind), result.Reason}, func(w io.Writer) {
		if result.Valid {
			fmt.Fprintln(w, s.get("check.valid."+string(result.Kind)))
			return
		}
		fmt.Fprintln(w, s.get("check.reason."+result.Reason))
	})
	return nil
}

type returnJSON struct {
	SenderID        string `json:"sender_id"`
	DigipostAddress string `json:"digipost_address"`
	NonceOK         bool   `json:"nonce_ok"`
}

func checkReturn(_ context.Context, s *session, words []string) error {
	if !s.has("nonce") {
		return usage("flag_missing", "flag", "nonce")
	}
	answer, err := s.app.ReadReturn(words[0])
	if err != nil {
		return err
	}
	ok := answer.Nonce != "" && subtle.ConstantTimeCompare([]byte(answer.Nonce), []byte(s.flags.nonce)) == 1
	if !ok {
		s.attention(exitRefused)
	}
	s.emit(returnJSON{id(answer.SenderID), answer.DigipostAddress, ok}, func(w io.Writer) {
		s.line(w, "sender_id", id(answer.SenderID))
		s.line(w, "digipost_address", answer.DigipostAddress)
		if ok {
			fmt.Fprintln(w, s.get("check.nonce"))
		} else {
			fmt.Fprintln(w, s.get("check.no_nonce"))
		}
	})
	return nil
}

func runSandbox(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	return s.app.RunSandbox(ctx, SandboxOptions{Dir: f.dir, REST: f.rest, SFTP: f.sftp, People: f.people, Trouble: f.trouble, Seed: f.seed, Relay: f.relay}, s.out)
}

type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	Fyne    string `json:"fyne"`
}

func version(_ context.Context, s *session, _ []string) error {
	result := versionJSON{Version: s.app.Version, Go: strings.TrimPrefix(runtime.Version(), "go"), Fyne: s.app.Fyne}
	if info, ok := debug.ReadBuildInfo(); ok {
		if result.Version == "" {
			result.Version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				result.Commit = setting.Value
			}
		}
		for _, module := range info.Deps {
			if module.Path == "fyne.io/fyne/v2" && result.Fyne == "" {
				result.Fyne = module.Version
			}
		}
	}
	s.emit(result, func(w io.Writer) {
		fmt.Fprintf(w, "Brevdue %s\n", result.Version)
		s.line(w, "commit", result.Commit)
		row(w, "Go", result.Go)
		row(w, "Fyne", result.Fyne)
	})
	return nil
}
