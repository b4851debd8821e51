package inbox

import "syscall"

// noSpace are the errors of a disk that is full (ERROR_HANDLE_DISK_FULL and
// ERROR_DISK_FULL of the Windows API).
var noSpace = []error{syscall.Errno(39), syscall.Errno(112)}
