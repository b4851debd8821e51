// Package look is how the window looks and speaks: colours, type, spacing,
// icons, and the words in the person's language. It lies below every other
// package of the window and knows nothing of letters.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"brevdue/assets/fonts"
)

// Spacing, in Fyne's pixels. Everything stands on a grid of four.
const (
	// Tight parts a label from its field, Near things that belong together,
	// Apart the parts of a group, Group the groups, and Edge the window's rim.
	Tight float32 = 4
	Near  float32 = 8
	Apart float32 = 16
	Group float32 = 24
	Edge  float32 = 32
	// Reading is the widest a text or form gets.
	Reading float32 = 720
	// Target is the smallest thing to click on, and the height of a table row.
	Target float32 = 40
	// Radius rounds cards, RadiusSmall buttons and fields.
	Radius      float32 = 10
	RadiusSmall float32 = 6
)

// The sizes of type.
const (
	SizeSmall   float32 = 13
	SizeBody    float32 = 14
	SizeLead    float32 = 16
	SizeHeading float32 = 20
	SizeTitle   float32 = 28
)

// Mode says whether the window is light or dark.
type Mode string

// The modes. System follows the machine's own setting.
const (
	System Mode = "system"
	Light  Mode = "light"
	Dark   Mode = "dark"
)

// Theme is Brevdue's theme for Fyne.
type Theme struct {
	mode Mode
}

// NewTheme makes the theme for a mode; an unknown mode is System.
func NewTheme(mode Mode) *Theme { return &Theme{mode: mode} }

// Color gives a colour; names we do not set are Fyne's own.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.mode {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	}
	found, ok := palette[name]
	if !ok {
		return theme.DefaultTheme().Color(name, variant)
	}
	if variant == theme.VariantDark {
		return found.dark
	}
	return found.light
}

var (
	regular  = fyne.NewStaticResource("Inter-Regular.otf", fonts.Regular)
	semiBold = fyne.NewStaticResource("Inter-SemiBold.otf", fonts.SemiBold)
)

// Font gives Inter. Symbols stay Fyne's own, so that a rare letter has a shape.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return theme.DefaultTheme().Font(style)
	case style.Bold:
		return semiBold
	}
	return regular
}

// Icon gives Fyne's own icons; ours are drawn by Icon.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNamePadding:            4,
	theme.SizeNameInnerPadding:       11,
	theme.SizeNameText:               SizeBody,
	theme.SizeNameCaptionText:        SizeSmall,
	theme.SizeNameHeadingText:        SizeTitle,
	theme.SizeNameSubHeadingText:     SizeHeading,
	theme.SizeNameInlineIcon:         18,
	theme.SizeNameInputBorder:        1,
	theme.SizeNameInputRadius:        RadiusSmall,
	theme.SizeNameButtonRadius:       RadiusSmall,
	theme.SizeNameCardRadius:         Radius,
	theme.SizeNameDialogRadius:       Radius,
	theme.SizeNamePopupRadius:        RadiusSmall,
	theme.SizeNameMenuRadius:         RadiusSmall,
	theme.SizeNameSelectionRadius:    0,
	theme.SizeNameScrollBar:          10,
	theme.SizeNameScrollBarSmall:     4,
	theme.SizeNameSeparatorThickness: 1,
	theme.SizeNameLineSpacing:        4,
}

// Size gives a size; names we do not set are Fyne's own.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if size, ok := sizes[name]; ok {
		return size
	}
	return theme.DefaultTheme().Size(name)
}

// hairline is the theme inside a table: rows stand one pixel apart, and that
// pixel is the line between them.
type hairline struct{ fyne.Theme }

// Size gives one pixel of padding.
func (t hairline) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNamePadding {
		return 1
	}
	return t.Theme.Size(name)
}

// Hairline wraps a theme for lists whose rows are parted by one pixel.
func Hairline(t fyne.Theme) fyne.Theme { return hairline{t} }
