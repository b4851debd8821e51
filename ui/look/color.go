package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The colours of the window by what they are for. Some are Fyne's own names, so
// that Fyne's widgets use them too. Each pair of a text colour and what it stands on has
// a contrast of 4.5 or more; a test measures it.
const (
	// Ink is running text, QuietInk everything that may be overlooked.
	Ink      fyne.ThemeColorName = theme.ColorNameForeground
	QuietInk fyne.ThemeColorName = theme.ColorNamePlaceHolder
	// Paper is the ground of the window, Card that of what lies on it.
	Paper fyne.ThemeColorName = theme.ColorNameBackground
	Card  fyne.ThemeColorName = theme.ColorNameInputBackground
	// Line parts things; FieldLine is the stronger edge of a field.
	Line      fyne.ThemeColorName = theme.ColorNameSeparator
	FieldLine fyne.ThemeColorName = theme.ColorNameInputBorder
	// Accent is the one colour that asks to be pressed, OnAccent text on it, and
	// AccentSoft the ground of what is chosen.
	Accent     fyne.ThemeColorName = theme.ColorNamePrimary
	OnAccent   fyne.ThemeColorName = theme.ColorNameForegroundOnPrimary
	AccentSoft fyne.ThemeColorName = theme.ColorNameSelection
	// Good, Care and Stop go with a shape and a word, never alone. Each has a
	// soft ground; GoodSoft is the practice band, StopSoft the real one.
	Good     fyne.ThemeColorName = theme.ColorNameSuccess
	Care     fyne.ThemeColorName = theme.ColorNameWarning
	Stop     fyne.ThemeColorName = theme.ColorNameError
	GoodSoft fyne.ThemeColorName = "brevdueGoodSoft"
	CareSoft fyne.ThemeColorName = "brevdueCareSoft"
	StopSoft fyne.ThemeColorName = "brevdueStopSoft"
	// Hover lies over what the pointer is on, Pressed over what is held down.
	Hover   fyne.ThemeColorName = theme.ColorNameHover
	Pressed fyne.ThemeColorName = theme.ColorNamePressed
	// Clear is nothing at all.
	Clear fyne.ThemeColorName = "brevdueClear"
)

type pair struct{ light, dark color.NRGBA }

var palette = map[fyne.ThemeColorName]pair{
	Ink:        {rgb(0x1B2430), rgb(0xE8ECF1)},
	QuietInk:   {rgb(0x5A6675), rgb(0x9AA7B5)},
	Paper:      {rgb(0xFBFAF7), rgb(0x14181D)},
	Card:       {rgb(0xFFFFFF), rgb(0x1C2229)},
	Line:       {rgb(0xE3E0D8), rgb(0x2C343D)},
	FieldLine:  {rgb(0x8B939E), rgb(0x66727F)},
	Accent:     {rgb(0x1F5FBF), rgb(0x6FA8FF)},
	OnAccent:   {rgb(0xFFFFFF), rgb(0x14181D)},
	AccentSoft: {rgb(0xE6EEF9), rgb(0x1E2C40)},
	Good:       {rgb(0x1E7A4C), rgb(0x57C08A)},
	Care:       {rgb(0x9A6A00), rgb(0xE2B34A)},
	Stop:       {rgb(0xB3261E), rgb(0xFF8A80)},
	GoodSoft:   {rgb(0xE7F3EC), rgb(0x173025)},
	CareSoft:   {rgb(0xFFF9EA), rgb(0x2E2613)},
	StopSoft:   {rgb(0xFBECEA), rgb(0x341A18)},
	Hover:      {rgba(0x1B2430, 0x0D), rgba(0xE8ECF1, 0x12)},
	Pressed:    {rgba(0x1B2430, 0x1A), rgba(0xE8ECF1, 0x22)},
	Clear:      {},

	theme.ColorNameButton:              {rgb(0xFFFFFF), rgb(0x1C2229)},
	theme.ColorNameDisabled:            {rgb(0x767F8B), rgb(0x808C99)},
	theme.ColorNameDisabledButton:      {rgb(0xEFEDE7), rgb(0x232A32)},
	theme.ColorNameFocus:               {rgba(0x1F5FBF, 0x40), rgba(0x6FA8FF, 0x50)},
	theme.ColorNameForegroundOnError:   {rgb(0xFFFFFF), rgb(0x14181D)},
	theme.ColorNameForegroundOnSuccess: {rgb(0xFFFFFF), rgb(0x14181D)},
	theme.ColorNameForegroundOnWarning: {rgb(0xFFFFFF), rgb(0x14181D)},
	theme.ColorNameHeaderBackground:    {rgb(0xFBFAF7), rgb(0x14181D)},
	theme.ColorNameHyperlink:           {rgb(0x1F5FBF), rgb(0x6FA8FF)},
	theme.ColorNameMenuBackground:      {rgb(0xFFFFFF), rgb(0x232A32)},
	theme.ColorNameOverlayBackground:   {rgb(0xFFFFFF), rgb(0x1C2229)},
	theme.ColorNameScrollBar:           {rgba(0x1B2430, 0x55), rgba(0xE8ECF1, 0x55)},
	theme.ColorNameScrollBarBackground: {},
	theme.ColorNameShadow:              {rgba(0x1B2430, 0x2A), rgba(0x000000, 0x70)},
}

func rgb(hex uint32) color.NRGBA { return rgba(hex, 0xFF) }

func rgba(hex uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha}
}

// Color gives a colour as the window shows it now, light or dark.
func Color(name fyne.ThemeColorName) color.Color { return theme.Color(name) }
