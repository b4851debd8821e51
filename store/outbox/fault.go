package outbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"brevdue/app/post"
)

// fault turns an error of the system into what a person can be told. nil stays
// nil; a context's end and an error of the caller's own reader stay what they
// are.
func (o *Outbox) fault(what string, err error) error {
	if err == nil {
		return nil
	}
	wrapped := fmt.Errorf("%s: %w", what, err)
	var known *post.Fault
	var errno syscall.Errno
	switch {
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return wrapped
	case errors.As(err, &errno) && noSpace(errno):
		return post.NewFault(post.CodeDiskFull, wrapped, "folder", o.dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return post.NewFault(post.CodeNoAccess, wrapped, "folder", o.dir, "file", o.dir)
	case errors.Is(err, fs.ErrNotExist):
		return post.NewFault(post.CodeFileMissing, wrapped, "file", o.dir)
	case errors.Is(err, ErrDamaged):
		return post.NewFault(post.CodeFileUnreadable, wrapped, "file", o.dir)
	}
	return wrapped
}
