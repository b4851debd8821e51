// Package windowtest drives the real program in a real window with real mouse
// and key events, as a person does: through welcome, sign-up, import, split and
// send in practice mode. Its tests need a display (a virtual one will do),
// xdotool and ImageMagick. The tour is the same journey with a picture of every
// screen.
package windowtest
