package app

import (
	"errors"
	"syscall"
)

// errorDiskFull is ERROR_DISK_FULL of the Windows API.
const errorDiskFull = syscall.Errno(112)

func isDiskFull(err error) bool { return errors.Is(err, errorDiskFull) }
