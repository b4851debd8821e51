//go:build !nowindow

package app

import (
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// windowLock is held by the window of a folder, whoever acts on its jobs.
const windowLock = "window.lock"

// holdWindow makes this process the folder's window; first is false when there
// is one already.
func (a *App) holdWindow() (first bool, err error) {
	lock := flock.New(filepath.Join(a.Folder, windowLock), flock.SetPermissions(0o600))
	first, err = lock.TryLock()
	if err != nil {
		return false, accessFault(err, a.Folder)
	}
	if first {
		a.closeLater(lock.Unlock)
	}
	return first, nil
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
