//go:build !windows

package app

import "syscall"

// freeSpace gives the bytes that this user may still write in a folder.
func freeSpace(folder string) (uint64, error) {
	var facts syscall.Statfs_t
	if err := syscall.Statfs(folder, &facts); err != nil {
		return 0, err
	}
	return facts.Bavail * uint64(facts.Bsize), nil
}
