//go:build !nowindow && !linux

package app

import (
	"context"

	"brevdue/app/doctor"
)

const hasWindow = true

// graphicsPort gives nothing to look at: here only an opened window tells whether
// it can be drawn.
func graphicsPort() func(context.Context) (doctor.GraphicsFacts, error) { return nil }
