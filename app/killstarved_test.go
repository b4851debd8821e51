package app_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app"

	_ "github.com/mattn/go-sqlite3" // another program that holds the database
)

// starved is a mailing on which the program is killed while something else fails
// on the machine: hinder begins that for one life of the program and gives what
// ends it.
func starved(t *testing.T, r *rig, via string, lives int, hinder func() (end func())) {
	t.Helper()
	plan := planOfKills(t)
	r.list = strings.TrimSuffix(r.list, ".xlsx") + ".csv"
	app.Crowd(t, plan.people, r.list, r.people)
	r.killStandIn()
	if err := os.RemoveAll(r.folder); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.mischief("delay@/messages:3ms,reset_after@/messages%5,500@/messages%3,receipt_delay:300ms%40")
	mail := []string{"mail", "-list", r.list, "-document", r.letter, "-subject", killedSubject, "-via", via, "-pattern", "send_only", "-cooling-off", "0s", "-yes"}
	r.run(0, nil, append(mail, "-detach")...)
	kills, alone := 0, 0
	for range lives {
		if job := r.jobWhere("mailing", via); job.State == "done" {
			break
		}
		end := hinder()
		if r.killed(3*time.Second, "resume") {
			kills++
		} else {
			alone++
		}
		end()
	}
	r.settle()
	r.agreeByName(via, plan.people)
	t.Logf("%s: killed %d times, ended by itself %d times", via, kills, alone)
}

// lives is how often the program runs under a hindrance: a few times, and more
// for `make torture`.
func lives(t *testing.T) int { return max(3, planOfKills(t).moments/10) }

// TestKilledOnFullDisk kills the program while its disk has no room, or hardly
// any.
func TestKilledOnFullDisk(t *testing.T) {
	for _, via := range []string{"rest", "batch"} {
		t.Run(via, func(t *testing.T) {
			_, seed := rounds(t)
			r := newRig(t, seed)
			d := smallDisk(t, r.twin, 16) // SQLite's log alone may take four
			starved(t, r, via, lives(t), func() func() {
				d.fill(r.random.Int64N(400 << 10))
				return d.clear
			})
		})
	}
}

// TestKilledOnLockedDatabase kills the program while another process takes the
// database for itself again and again.
func TestKilledOnLockedDatabase(t *testing.T) {
	for _, via := range []string{"rest", "batch"} {
		t.Run(via, func(t *testing.T) {
			_, seed := rounds(t)
			r := newRig(t, seed)
			starved(t, r, via, lives(t), func() func() {
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				hold, pause := time.Duration(r.random.IntN(1500))*time.Millisecond, time.Duration(r.random.IntN(300))*time.Millisecond
				go func() { ended <- lockDatabase(ctx, filepath.Join(r.data, "practice", "brevdue.db"), hold, pause) }()
				return func() {
					cancel()
					if err := <-ended; err != nil {
						t.Errorf("hold the database: %v", err)
					}
				}
			})
		})
	}
}

// lockDatabase holds a database for writing and lets it go, again and again until
// ctx ends.
func lockDatabase(ctx context.Context, path string, hold, pause time.Duration) error {
	db, err := sql.Open("sqlite3", "file:"+path+"?_txlock=exclusive&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer db.Close()
	for ctx.Err() == nil {
		transaction, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			return err
		}
		sleep(ctx, hold)
		if err := transaction.Rollback(); err != nil {
			return err
		}
		sleep(ctx, pause)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
