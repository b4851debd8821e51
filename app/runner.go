package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// runner is the part of an App that acts on jobs, while this process holds the
// folder's lock.
type runner struct {
	lock   *flock.Flock
	cancel context.CancelFunc
	done   chan error
}

const lockFile = "runner.lock"

// HoldRunner takes the folder's lock; held is false when another process has
// it. The lock goes with the process, however that ends.
func (a *App) HoldRunner() (held bool, err error) {
	if a.runner.lock != nil {
		return true, nil
	}
	lock := flock.New(filepath.Join(a.Folder, lockFile), flock.SetPermissions(0o600))
	held, err = lock.TryLock()
	if err != nil {
		return false, accessFault(err, a.Folder)
	}
	if !held {
		return false, nil
	}
	a.runner.lock = lock
	return true, nil
}

// StartRunner acts on jobs from now on, if this process holds or gets the
// folder's lock; else another process does, and acting is false.
func (a *App) StartRunner(ctx context.Context) (acting bool, err error) {
	if a.runner.done != nil {
		return true, nil
	}
	held, err := a.HoldRunner()
	if err != nil || !held {
		return false, err
	}
	if err := a.sweep(ctx); err != nil {
		a.Log.Warn("sweep the outbox", "error", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.runner.cancel, a.runner.done = cancel, make(chan error, 1)
	go func() {
		err := a.Jobs.Run(running)
		if err != nil {
			a.Log.Error("runner", "error", err)
		}
		a.runner.done <- err
	}()
	return true, nil
}

// StopRunner ends acting on jobs and gives the lock back.
func (a *App) StopRunner() error {
	var errs []error
	if a.runner.done != nil {
		a.runner.cancel()
		errs = append(errs, <-a.runner.done)
		a.runner.done = nil
	}
	if a.runner.lock != nil {
		errs = append(errs, a.runner.lock.Unlock())
		a.runner.lock = nil
	}
	return errors.Join(errs...)
}

// sweep removes files of the outbox that no job knows: what a crash between
// staging and storing left.
func (a *App) sweep(ctx context.Context) error {
	known, err := a.Store.StagedNames(ctx)
	if err != nil {
		return err
	}
	return a.outbox.Sweep(ctx, func(name string) bool { return known[name] })
}

// raiseFile is touched by a second window, so that the first comes forward.
const raiseFile = "raise"

// Raise asks the window that holds the folder to come forward.
func (a *App) Raise() error {
	path := filepath.Join(a.Folder, raiseFile)
	if err := os.WriteFile(path, []byte(time.Now().Format(time.RFC3339Nano)), 0o600); err != nil {
		return accessFault(err, a.Folder)
	}
	return nil
}

// raised reports whether Raise was called since the last look.
func (a *App) raised() bool {
	path := filepath.Join(a.Folder, raiseFile)
	return os.Remove(path) == nil
}
