package onboarding

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"brevdue/app/post"
)

const (
	// watchEvery is how often a waiting driver looks whether another process has
	// the answer: somebody who waits at one prompt pastes the address at the next.
	watchEvery = time.Second
	// checkEvery is how often a waiting driver asks the relay. Approval takes
	// days, and the relay has other customers.
	checkEvery = time.Minute
)

// Check asks the partner's relay whether Digipost has approved the application,
// and proves what it brought. Without a relay, or when nothing is awaited, it
// gives the attempt as it is. It may be called at each start of the program and
// now and then while it runs.
func (d *Driver) Check(ctx context.Context) (post.Onboarding, error) { return d.check(ctx, ctx) }

// check asks within one context and takes what came in another: who stops
// waiting must not cut off what was got.
func (d *Driver) check(asking, taking context.Context) (post.Onboarding, error) {
	attempt, err := d.Current(taking)
	claim := d.relay()
	if err != nil || claim == nil || !Attempt(attempt).Awaits() {
		return attempt, err
	}
	if Attempt(attempt).expired(d.ports.Now()) {
		return d.event(taking, Restarted{At: d.ports.Now()})
	}
	// The lock is free meanwhile, so that an address can be pasted. The id of an
	// attempt is random and goes nowhere else, so it can be the claimer's secret.
	senderID, found, err := claim(asking, attempt.Nonce, attempt.ID)
	switch {
	case err != nil:
		return attempt, fmt.Errorf("ask the relay: %w", err)
	case !found:
		return attempt, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if now, err := d.current(taking); err != nil || now.ID != attempt.ID {
		return now, err // the person has begun anew meanwhile
	}
	return d.answer(taking, Answer{SenderID: senderID, Nonce: attempt.Nonce})
}

// Wait waits for the return, at the listener and at the relay, and proves what
// it brought. It ends as well when the address is pasted meanwhile, here or in
// another process. A sender-id that could not be proved yet is no error: the
// state stays returned and Trouble says why.
func (d *Driver) Wait(ctx context.Context) (post.Onboarding, error) {
	d.mu.Lock()
	listener, relayed := d.listener, d.ports.Claim != nil
	d.mu.Unlock()
	if listener == nil {
		attempt, err := d.Current(ctx)
		state := State(attempt.State)
		switch {
		case err != nil || state == Returned || state == Verified:
			return attempt, err
		case !relayed || !Attempt(attempt).Awaits():
			return attempt, post.NewFault(post.CodeNoSignup, nil)
		}
	}
	waiting, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { d.watch(waiting, stop) })
	if relayed {
		beside.Go(func() { d.poll(waiting, ctx) })
	}
	answer, waitErr := awaitListener(waiting, listener)
	stop()
	beside.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if waitErr == nil {
		if d.listener == listener {
			d.listener, d.leaving = nil, listener
		}
		return d.answer(ctx, answer)
	}
	attempt, err := d.current(ctx)
	if err != nil {
		return attempt, err
	}
	if !errors.Is(waitErr, context.Canceled) && !errors.Is(waitErr, context.DeadlineExceeded) && d.listener == listener {
		_ = d.unbind() // it has stopped by itself: the time of the nonce is over
		if attempt, err = d.step(ctx, Restarted{At: d.ports.Now()}); err != nil || attempt.Trouble == post.CodeReturnExpired {
			return attempt, errors.Join(err, post.NewFault(post.CodeReturnExpired, nil))
		}
	}
	if attempt.SenderID != 0 && !Attempt(attempt).Awaits() {
		return attempt, d.unbind()
	}
	return attempt, fmt.Errorf("wait for the return from Digipost: %w", waitErr)
}

// awaitListener waits for an answer at a listener; without one nothing comes.
func awaitListener(ctx context.Context, listener Listener) (Answer, error) {
	if listener != nil {
		return listener.Wait(ctx)
	}
	<-ctx.Done()
	return Answer{}, ctx.Err()
}

// watch stops the waiting once an answer is stored.
func (d *Driver) watch(ctx context.Context, stop func()) {
	every(ctx, watchEvery, func() {
		if attempt, _, err := d.ports.Store.Onboarding(ctx); err == nil && attempt.SenderID != 0 && !Attempt(attempt).Awaits() {
			stop()
		}
	})
}

// poll asks the relay until the waiting ends. One that can't be reached is asked
// again.
func (d *Driver) poll(waiting, taking context.Context) {
	_, _ = d.check(waiting, taking)
	every(waiting, checkEvery, func() { _, _ = d.check(waiting, taking) })
}

// every does something again and again until the context ends.
func every(ctx context.Context, period time.Duration, do func()) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}
