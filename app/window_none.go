//go:build nowindow

package app

import (
	"context"

	"brevdue/app/post"
)

// RunWindow says that this build has no window.
func RunWindow(context.Context, Options, string) error {
	return post.NewFault(post.CodeNoDisplay, nil)
}
