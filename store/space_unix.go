//go:build !windows

package store

import "syscall"

// noSpace reports whether the system's error says that the disk or the user's
// share of it is full.
func noSpace(errno syscall.Errno) bool {
	return errno == syscall.ENOSPC || errno == syscall.EDQUOT
}
