//go:build nowindow

package app

import (
	"context"

	"brevdue/app/doctor"
)

const hasWindow = false

// graphicsPort is left out where there is no window.
func graphicsPort() func(context.Context) (doctor.GraphicsFacts, error) { return nil }
