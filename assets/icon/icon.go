// Package icon holds the program's icon: a pigeon with a letter. Ours, drawn as
// SVG; the PNG files are made from it, see README.md.
package icon

import _ "embed"

// PNG is the icon in 256 by 256 pixels.
//
//go:embed icon-256.png
var PNG []byte

// SVG is the drawing the icons are made from.
//
//go:embed brevdue.svg
var SVG []byte
