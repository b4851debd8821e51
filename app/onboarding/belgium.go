package onboarding

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"brevdue/app/post"
)

// EBox is the use case of the way to the Belgian e-Box: a checklist that is kept
// over weeks, the checks the program can make itself, and with an own key the
// proof that it works. It is safe for use by several goroutines.
type EBox struct {
	ports EBoxPorts
	// mu makes each event one step: read, apply, save.
	mu sync.Mutex
}

// NewEBox makes the use case.
func NewEBox(ports EBoxPorts) *EBox {
	if ports.Now == nil {
		ports.Now = time.Now
	}
	if ports.Notify == nil {
		ports.Notify = func(post.Notice) {}
	}
	return &EBox{ports: ports}
}

// Trajectory gives the trajectory as it is now. One that has not begun has all
// its steps, and a zero Started.
func (e *EBox) Trajectory(ctx context.Context) (post.EBoxTrajectory, error) {
	t, found, err := e.ports.Store.EBoxTrajectory(ctx)
	if err != nil {
		return t, fmt.Errorf("read the e-Box trajectory: %w", err)
	}
	if !found {
		t = post.EBoxTrajectory{Environment: e.ports.Environment}
	}
	return EBoxSettle(t), nil
}

// Do takes an event and gives the trajectory after it. Nothing is stored when it
// cannot be; see EBoxApply for the faults.
func (e *EBox) Do(ctx context.Context, event EBoxEvent) (post.EBoxTrajectory, error) {
	return e.do(ctx, event)
}

// do takes several events as one step.
func (e *EBox) do(ctx context.Context, events ...EBoxEvent) (post.EBoxTrajectory, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before, err := e.Trajectory(ctx)
	if err != nil {
		return before, err
	}
	after := before
	for _, event := range events {
		if after, err = EBoxApply(after, event, e.ports.Now()); err != nil {
			return before, err
		}
	}
	if err := e.save(ctx, before, after); err != nil {
		return after, err
	}
	if before.OwnKey && !after.OwnKey {
		// Nobody could use the key any more, nor see that it is there.
		if err := e.vault().forget(ctx); err != nil {
			return after, fmt.Errorf("remove the e-Box key from the keyring: %w", err)
		}
	}
	return after, nil
}

// save stores a trajectory and keeps in the audit which steps changed.
func (e *EBox) save(ctx context.Context, before, after post.EBoxTrajectory) error {
	if after.ID == "" {
		after.ID = rand.Text()
	}
	if err := e.ports.Store.SaveEBoxTrajectory(ctx, after); err != nil {
		return fmt.Errorf("store the e-Box trajectory: %w", err)
	}
	fields := map[string]string{}
	for i, step := range after.Steps {
		if step.State != before.Steps[i].State {
			fields[strings.ToLower(step.ID)] = string(step.State)
		}
	}
	if before.Certificate.SHA256 != after.Certificate.SHA256 {
		fields["certificate"] = after.Certificate.SHA256
	}
	defer e.ports.Notify(post.Notice{Topic: post.TopicTrajectory, ID: after.ID})
	if len(fields) == 0 {
		return nil
	}
	if err := e.ports.Store.AddAudit(ctx, post.Audit{At: e.ports.Now(), Action: "ebox_steps", Fields: fields}); err != nil {
		return fmt.Errorf("write the audit line of the e-Box steps: %w", err)
	}
	return nil
}

// SetClientID takes the ClientID of the REST account and gives what is to be said
// of it. One that cannot be one is a fault client_id_invalid and not stored; an
// empty one takes it away.
func (e *EBox) SetClientID(ctx context.Context, id string) ([]post.EBoxCheck, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return nil, err
	}
	var checks []post.EBoxCheck
	if id = strings.TrimSpace(id); id != "" {
		checks = e.ports.Checker.CheckClientID(id, t.SenderNumber)
		if bad, found := firstBlocking(checks); found {
			return checks, post.NewFault(post.CodeClientIDInvalid, nil, "reason", bad.Code)
		}
	}
	_, err = e.Do(ctx, EBoxClientID{id})
	return checks, err
}

// ClientIDChecks gives what is to be said of the ClientID that is stored; nothing
// where there is none.
func (e *EBox) ClientIDChecks(ctx context.Context) ([]post.EBoxCheck, error) {
	t, err := e.Trajectory(ctx)
	if err != nil || t.ClientID == "" {
		return nil, err
	}
	return e.ports.Checker.CheckClientID(t.ClientID, t.SenderNumber), nil
}

// firstBlocking gives the first check that says no.
func firstBlocking(checks []post.EBoxCheck) (post.EBoxCheck, bool) {
	at := slices.IndexFunc(checks, func(c post.EBoxCheck) bool { return c.Verdict == post.EBoxBlocks })
	if at < 0 {
		return post.EBoxCheck{}, false
	}
	return checks[at], true
}

// Access gives how the e-Box is reached: the servers that were set, with the
// trajectory's environment and ClientID.
func (e *EBox) Access(ctx context.Context) (post.EBoxAccess, error) {
	access, err := e.ports.Store.EBoxServers(ctx)
	if err != nil {
		return access, fmt.Errorf("read the e-Box servers: %w", err)
	}
	t, err := e.Trajectory(ctx)
	access.Environment, access.ClientID = t.Environment, t.ClientID
	return access, err
}

// SetServers keeps addresses other than the environment's own; the ClientID and
// the environment of access are left aside.
func (e *EBox) SetServers(ctx context.Context, access post.EBoxAccess) error {
	access.ClientID, access.Environment = "", ""
	if err := e.ports.Store.SaveEBoxServers(ctx, access); err != nil {
		return fmt.Errorf("store the e-Box servers: %w", err)
	}
	e.ports.Notify(post.Notice{Topic: post.TopicTrajectory})
	return nil
}

// EBoxProved is what the program could see for itself of the way to the e-Box.
type EBoxProved struct {
	Token post.EBoxToken
	// Providers are those that were found; Fallback says why they are the configured
	// ones, or is nil. Messages is how many messages they say they hold, Silent which
	// of them did not answer and why.
	Providers []post.EBoxProvider
	Fallback  error
	Messages  int
	Silent    map[string]error
}

// Prove tries the way with the own key: a token, the providers, one list. What
// was seen is marked in the checklist, also when the rest fails; the error says
// what failed. Team DigiPost's key cannot be tried from here: no_ebox.
func (e *EBox) Prove(ctx context.Context) (EBoxProved, error) {
	var proved EBoxProved
	t, err := e.Trajectory(ctx)
	switch {
	case err != nil:
		return proved, err
	case !t.OwnKey || e.ports.Reach == nil:
		return proved, post.NewFault(post.CodeNoEBox, nil)
	case t.ClientID == "":
		return proved, post.NewFault(post.CodeClientIDInvalid, nil, "reason", "missing")
	}
	if _, err := e.Key(ctx); err != nil {
		return proved, err
	}
	seen, proofErr := e.try(ctx, &proved)
	if seen.Token {
		if _, err := e.Do(ctx, seen); err != nil {
			return proved, err
		}
	}
	return proved, proofErr
}

// errProbed ends a list after its first message.
var errProbed = errors.New("one message is enough")

// try asks for a token, the providers and a list of each.
func (e *EBox) try(ctx context.Context, proved *EBoxProved) (seen EBoxProof, err error) {
	if proved.Token, err = e.ports.Reach.Token(ctx, true); err != nil {
		return seen, fmt.Errorf("ask for a token: %w", err)
	}
	seen.Token = true
	if proved.Providers, proved.Fallback, err = e.ports.Reach.Providers(ctx); err != nil {
		return seen, fmt.Errorf("ask for the providers: %w", err)
	}
	proved.Silent = map[string]error{}
	for _, provider := range proved.Providers {
		if !provider.Active {
			continue
		}
		err := e.ports.Reach.Messages(ctx, provider, post.EBoxQuery{}, func(_ post.EBoxMessage, total int) error {
			proved.Messages += total
			return errProbed
		})
		if err != nil && !errors.Is(err, errProbed) {
			proved.Silent[provider.ID] = err
			continue
		}
		seen.Connected, seen.Listed = true, true
	}
	if seen.Listed {
		return seen, nil
	}
	for _, provider := range proved.Providers {
		if err := proved.Silent[provider.ID]; err != nil {
			return seen, fmt.Errorf("read a list of messages: %w", err)
		}
	}
	return seen, post.NewFault(post.CodeEBoxUnreachable, nil, "host", "e-Box")
}

// Forget removes the key from the keyring and everything about the e-Box from the
// database. Files that were saved stay. It tries all and gives the first error.
func (e *EBox) Forget(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	keyErr := e.vault().forget(ctx)
	if keyErr != nil {
		// What cannot be taken out of the keyring must still be known of.
		return fmt.Errorf("remove the e-Box key from the keyring: %w", keyErr)
	}
	if err := e.ports.Store.ForgetEBox(ctx); err != nil {
		return fmt.Errorf("forget the e-Box: %w", err)
	}
	defer e.ports.Notify(post.Notice{Topic: post.TopicTrajectory})
	if err := e.ports.Store.AddAudit(ctx, post.Audit{At: e.ports.Now(), Action: "ebox_forgotten"}); err != nil {
		return fmt.Errorf("write the audit line ebox_forgotten: %w", err)
	}
	return nil
}
