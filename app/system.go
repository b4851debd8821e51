package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os/exec"
	"os/user"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"brevdue/app/post"
)

// version is set by the linker for a release.
var version = "0.1.0"

// Version is the program's version.
func Version() string { return version }

// Build tells the commit the program was built from and the version of a
// module it holds; both may be empty.
func Build(module string) (commit, moduleVersion string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value
		}
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			moduleVersion = strings.TrimPrefix(dependency.Version, "v")
		}
	}
	return commit, moduleVersion
}

// actor names the person at the machine for the audit trail.
func actor() string {
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return "unknown"
}

// newPassphrase gives 128 random bits or more.
func newPassphrase() string { return rand.Text() }

// openBrowser opens an address by the system's own means. It waits only long
// enough to hear that there is no browser.
func openBrowser(ctx context.Context, address string) error {
	var command *exec.Cmd
	switch runtime.GOOS {
	case "windows":
		command = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	case "darwin":
		command = exec.Command("open", address)
	default:
		command = exec.Command("xdg-open", address)
	}
	if err := command.Start(); err != nil {
		return post.NewFault(post.CodeNoBrowser, fmt.Errorf("start %s: %w", command.Path, err))
	}
	failed := make(chan error, 1)
	go func() { failed <- command.Wait() }()
	select {
	case err := <-failed:
		if err != nil {
			return post.NewFault(post.CodeNoBrowser, err)
		}
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
	return nil
}
