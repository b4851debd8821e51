//go:build !windows

package outbox

import (
	"errors"
	"os"
	"syscall"
)

// noSpace reports whether the disk or the user's share of it is full.
func noSpace(errno syscall.Errno) bool { return errno == syscall.ENOSPC || errno == syscall.EDQUOT }

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
