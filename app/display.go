//go:build !nowindow

package app

import (
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"brevdue/app/post"
)

// checkDisplay says whether a window can open, before the toolkit is asked: it
// would end the program without a word.
func checkDisplay() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("WAYLAND_DISPLAY") != "" {
		return nil
	}
	display := os.Getenv("DISPLAY")
	if display == "" {
		return post.NewFault(post.CodeNoDisplay, nil)
	}
	host, number, _ := strings.Cut(display, ":")
	number, _, _ = strings.Cut(number, ".")
	if host != "" && host != "unix" {
		return nil // over the network: X itself will say
	}
	for _, address := range []string{"@/tmp/.X11-unix/X" + number, "/tmp/.X11-unix/X" + number} {
		connection, err := net.DialTimeout("unix", address, time.Second)
		if err == nil {
			return connection.Close()
		}
	}
	return post.NewFault(post.CodeNoDisplay, nil)
}
