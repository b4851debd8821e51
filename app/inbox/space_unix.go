//go:build !windows

package inbox

import "syscall"

// noSpace are the errors of a disk that is full.
var noSpace = []error{syscall.ENOSPC, syscall.EDQUOT}
