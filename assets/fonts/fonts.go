// Package fonts holds the one type family of the window: Inter, cut down to the
// letters of the Latin alphabet, with figures of one width. See README.md.
package fonts

import _ "embed"

// Regular is the weight of running text, an OpenType file.
//
//go:embed Inter-Regular.otf
var Regular []byte

// SemiBold is the weight of titles, headings and buttons, an OpenType file.
//
//go:embed Inter-SemiBold.otf
var SemiBold []byte
