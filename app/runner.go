package app

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// runner is the part of an App that acts on jobs, while this process holds the
// folder's lock.
type runner struct {
	mutex  sync.Mutex
	lock   *flock.Flock
	cancel context.CancelFunc
	done   chan error
	// heir ends the waiting for the lock; gone is closed when it has ended.
	heir context.CancelFunc
	gone chan struct{}
}

// heirInterval is how often a process that follows a job looks whether the
// runner is gone.
const heirInterval = time.Second

const lockFile = "runner.lock"

// HoldRunner takes the folder's lock; held is false when another process has
// it. The lock goes with the process, however that ends.
func (a *App) HoldRunner() (held bool, err error) {
	a.runner.mutex.Lock()
	defer a.runner.mutex.Unlock()
	return a.holdRunner()
}

func (a *App) holdRunner() (held bool, err error) {
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
	a.runner.mutex.Lock()
	defer a.runner.mutex.Unlock()
	if a.runner.done != nil {
		return true, nil
	}
	held, err := a.holdRunner()
	if err != nil || !held {
		return false, err
	}
	if err := a.sweep(ctx); err != nil {
		a.Log.Warn("sweep the outbox", "error", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	a.runner.cancel, a.runner.done = cancel, done
	go func() {
		err := a.Jobs.Run(running)
		if err != nil {
			a.Log.Error("runner", "error", err)
		}
		done <- err
	}()
	return true, nil
}

// RunOrFollow is StartRunner for a process that follows a job: while another
// process acts it stands by, and takes over when that one ends. Else a job would
// stand still, and whoever follows it wait for ever.
func (a *App) RunOrFollow(ctx context.Context) (acting bool, err error) {
	if acting, err = a.StartRunner(ctx); acting || err != nil {
		return acting, err
	}
	a.runner.mutex.Lock()
	defer a.runner.mutex.Unlock()
	if a.runner.heir != nil {
		return false, nil
	}
	waiting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	gone := make(chan struct{})
	a.runner.heir, a.runner.gone = cancel, gone
	go func() {
		defer close(gone)
		for a.Clock.Wait(waiting, heirInterval) == nil {
			if acting, err := a.StartRunner(waiting); acting {
				a.Log.Info("the runner is gone; this process takes over")
				return
			} else if err != nil {
				a.Log.Warn("take over as the runner", "error", err)
			}
		}
	}()
	return false, nil
}

// standDown ends the standing by of RunOrFollow.
func (a *App) standDown() {
	a.runner.mutex.Lock()
	heir, gone := a.runner.heir, a.runner.gone
	a.runner.heir = nil
	a.runner.mutex.Unlock()
	if heir != nil {
		heir()
		<-gone
	}
}

// StopRunner ends acting on jobs and gives the lock back.
func (a *App) StopRunner() error {
	a.standDown()
	a.runner.mutex.Lock()
	defer a.runner.mutex.Unlock()
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
