package store

import "syscall"

// ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of the Windows API.
const (
	handleDiskFull = syscall.Errno(39)
	diskFull       = syscall.Errno(112)
)

// noSpace reports whether the system's error says that the disk is full.
func noSpace(errno syscall.Errno) bool { return errno == diskFull || errno == handleDiskFull }
