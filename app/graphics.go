//go:build !nowindow && linux

package app

import (
	"context"
	"os"
	"path/filepath"

	"brevdue/app/doctor"
)

const hasWindow = true

// graphicsPort looks whether a window can open, as far as that is known without
// opening one: a display answers, and a graphics card lets this user draw. Where
// nobody asked for a display, on a server, there is nothing to look at.
func graphicsPort() func(context.Context) (doctor.GraphicsFacts, error) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return func(context.Context) (doctor.GraphicsFacts, error) {
		if err := checkDisplay(); err != nil {
			return doctor.GraphicsFacts{}, err
		}
		cards, err := filepath.Glob("/dev/dri/renderD*")
		if err != nil {
			return doctor.GraphicsFacts{}, err
		}
		for _, card := range cards {
			if file, err := os.OpenFile(card, os.O_RDWR, 0); err == nil {
				return doctor.GraphicsFacts{}, file.Close()
			}
		}
		return doctor.GraphicsFacts{Slow: true}, nil
	}
}
