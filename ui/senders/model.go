// Package senders lists the senders kept on this machine, turns from one to
// another, and adds one.
package senders

import (
	"context"
	"errors"
	"strings"
	"time"

	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Ports are what the screen needs.
type Ports struct {
	// List tells of all senders, in the order they are shown in.
	List func(ctx context.Context) ([]Sender, error)
	// Check says why a new sender cannot be kept under a name: form, practice or
	// taken; "" is fine.
	Check func(name string) string
	// Turn shows a sender in place of this one, and makes it when there is none of
	// the name. The window fills it in. ErrElsewhere is one that another window
	// has.
	Turn func(ctx context.Context, profile string) error
	// GiveUp stops waiting for the keyring of a sender.
	GiveUp func(profile string)
	// Leave goes back to the sender that is shown. The window fills it in.
	Leave func()
}

// ErrElsewhere means that another window has the sender. That one was asked to
// come forward.
var ErrElsewhere = errors.New("the sender is open in another window")

// Sender is one of the list.
type Sender struct {
	// Profile is the name it is kept under.
	Profile string
	Sender  post.Sender
	// Shown is the one on the screen, Open one whose jobs are acted on, Elsewhere
	// one that another window has.
	Shown, Open, Elsewhere bool
	// Working are jobs under way, Asking those that wait for a person.
	Working, Asking int
	// CertificateEnds is when the certificate does, zero when there is none.
	CertificateEnds time.Time
	// Fault is why nothing more is known of it, or nil.
	Fault error
}

// Title is what the sender is called: by its own name, or the one it is kept
// under.
func (s Sender) Title() string {
	if s.Sender.Name != "" {
		return s.Sender.Name
	}
	return s.Profile
}

// Asleep reports whether jobs stand still because the sender is not open.
func (s Sender) Asleep() bool { return s.Working > 0 && !s.Open && !s.Elsewhere }

// Model is the state of the list.
type Model struct {
	Senders []Sender
	Read    bool
	// Adding says that the form of a new sender is shown, Name what was typed there
	// and Problem why it will not do.
	Adding        bool
	Name, Problem string
	// Turning is the profile that is being opened, or "". Slow says that its keyring
	// is waited for, Elsewhere the title of one that another window has.
	Turning, Elsewhere string
	Slow               bool
	Fault              error

	ports   Ports
	run     *task.Runner
	changed func()
	reading task.Latest
	turning task.Latest
	patient func()
}

// NewModel makes the state of an empty list.
func NewModel(ports Ports, run *task.Runner, changed func()) *Model {
	return &Model{ports: ports, run: run, changed: changed}
}

// Open reads the list; add begins with the form of a new sender.
func (m *Model) Open(add bool) {
	m.Adding, m.Name, m.Problem, m.Fault, m.Elsewhere = add, "", "", nil, ""
	m.Reload()
}

// Reload reads the list again.
func (m *Model) Reload() {
	task.Replace(m.run, &m.reading, m.ports.List, func(list []Sender, err error) {
		if err != nil {
			m.Fault = err
		} else {
			m.Senders, m.Read = list, true
		}
		m.changed()
	})
}

// Leave stops reading and turning.
func (m *Model) Leave() {
	m.reading.Cancel()
	m.stop()
}

func (m *Model) stop() {
	m.turning.Cancel()
	if m.patient != nil {
		m.patient()
		m.patient = nil
	}
	m.Turning, m.Slow = "", false
}

// Add shows the form of a new sender.
func (m *Model) Add() {
	m.Adding, m.Fault, m.Problem, m.Elsewhere = true, nil, "", ""
	m.changed()
}

// Back closes the form; it reports whether it was open.
func (m *Model) Back() bool {
	if !m.Adding || m.Turning != "" {
		return false
	}
	m.Adding, m.Fault = false, nil
	m.changed()
	return true
}

// Create makes a sender under the name that was typed and turns to it.
func (m *Model) Create() {
	name := strings.TrimSpace(m.Name)
	if m.Problem = m.ports.Check(name); name == "" {
		m.Problem = "empty"
	}
	if m.Problem != "" {
		m.changed()
		return
	}
	m.turn(name, name)
}

// Turn shows another sender.
func (m *Model) Turn(s Sender) {
	if s.Shown {
		m.ports.Leave()
		return
	}
	m.turn(s.Profile, s.Title())
}

func (m *Model) turn(profile, title string) {
	if m.Turning != "" {
		return
	}
	m.Turning, m.Fault, m.Elsewhere, m.Slow = profile, nil, "", false
	m.changed()
	m.patient = m.run.After(parts.KeyringPatience, func() {
		m.Slow = m.Turning != ""
		m.changed()
	})
	task.Replace(m.run, &m.turning, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.Turn(ctx, profile) },
		func(_ struct{}, err error) {
			m.stop()
			switch {
			case errors.Is(err, ErrElsewhere):
				m.Elsewhere = title
			case err != nil:
				m.Fault = err
			}
			m.changed()
		})
}

// GiveUp stops waiting for the keyring.
func (m *Model) GiveUp() {
	profile := m.Turning
	m.stop()
	if profile != "" {
		m.ports.GiveUp(profile)
	}
	m.changed()
}
