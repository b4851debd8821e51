package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// News is a customer whose account was approved.
type News struct {
	SenderID int64
	// At is when Digipost called.
	At time.Time
}

// Notify tells somebody of news. It is called for one at a time, beside the
// calls, within notifyTime. A notice is a courtesy: the program asks the relay
// by itself, so one that fails is counted and not repeated.
type Notify func(ctx context.Context, news News) error

const notifyTime = 30 * time.Second

// notices bounds how often somebody is told: approval is done by hand, so more
// than this is a stranger at play.
var notices = Rate{PerSecond: 0.1, Burst: 30}

// announce hands news to the teller, or leaves it out when there is too much.
func (s *Server) announce(news News) {
	if s.cfg.Notify == nil {
		return
	}
	select {
	case s.news <- news:
	default:
		s.counts.untold.Add(1)
	}
}

func (s *Server) tell(ctx context.Context) {
	limit := newLimiter(notices, notices)
	for {
		select {
		case <-ctx.Done():
			return
		case news := <-s.news:
			if !limit.allow(netip.Addr{}) {
				s.counts.untold.Add(1)
				continue
			}
			limited, cancel := context.WithTimeout(ctx, notifyTime)
			err := s.cfg.Notify(limited, news)
			cancel()
			if err != nil {
				s.counts.tellFailed.Add(1)
				s.cfg.Log.Error("notice failed", "error", err)
				continue
			}
			s.counts.told.Add(1)
		}
	}
}

// passedOn are the variables of the environment a command gets. Everything else
// may be a secret.
var passedOn = []string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot", "TEMP", "USERPROFILE"}

// Command makes a Notify that runs a program with arguments, without a shell.
// The program reads one line of JSON from its standard input,
//
//	{"event":"approved","sender_id":"34567","at":"2025-11-21T12:00:00Z"}
//
// since arguments and environment of a process can be seen by others. Its output
// goes nowhere, and it has half a minute.
func Command(arguments ...string) (Notify, error) {
	if len(arguments) == 0 {
		return nil, errors.New("relay: the command for notices is empty")
	}
	program, err := exec.LookPath(arguments[0])
	if err != nil {
		return nil, fmt.Errorf("relay: the command for notices: %w", err)
	}
	return func(ctx context.Context, news News) error {
		line, err := json.Marshal(map[string]string{
			"event": "approved", "sender_id": strconv.FormatInt(news.SenderID, 10), "at": news.At.UTC().Format(time.RFC3339)})
		if err != nil {
			return fmt.Errorf("relay: write the notice: %w", err)
		}
		command := exec.CommandContext(ctx, program, arguments[1:]...)
		command.Stdin = bytes.NewReader(append(line, '\n'))
		command.Env = []string{} // not nil, which would be all of ours
		command.WaitDelay = time.Second
		for _, name := range passedOn {
			if value, set := os.LookupEnv(name); set {
				command.Env = append(command.Env, name+"="+value)
			}
		}
		if err := command.Run(); err != nil {
			return fmt.Errorf("relay: the command for notices: %w", err)
		}
		return nil
	}, nil
}
