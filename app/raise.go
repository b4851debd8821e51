//go:build !nowindow

package app

import (
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// windowLock is held by the window that has a profile, whoever acts on its jobs.
const windowLock = "window.lock"

// holdWindow makes this process the window of a profile's folder; lock is nil
// when another process is.
func holdWindow(folder string) (lock *flock.Flock, err error) {
	lock = flock.New(filepath.Join(folder, windowLock), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, accessFault(err, folder)
	}
	if !held {
		return nil, nil
	}
	return lock, nil
}

// heldElsewhere reports whether another process is the window of a folder.
func heldElsewhere(folder string) bool {
	if _, err := os.Stat(filepath.Join(folder, windowLock)); err != nil {
		return false
	}
	lock, err := holdWindow(folder)
	if lock != nil {
		_ = lock.Close()
	}
	return err == nil && lock == nil
}

// raiseFile is written by a second window, so that the first comes forward.
const raiseFile = "raise"

// raise asks the window that holds the folder to come forward.
func raise(folder string) error {
	path := filepath.Join(folder, raiseFile)
	if err := os.WriteFile(path, []byte(time.Now().Format(time.RFC3339Nano)), 0o600); err != nil {
		return accessFault(err, folder)
	}
	return nil
}

// raised reports whether raise was called since the last look.
func raised(folder string) bool { return os.Remove(filepath.Join(folder, raiseFile)) == nil }
