package look

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// IconName names one of our own line icons.
type IconName string

// The icons. The shapes of the statuses differ from each other without colour.
const (
	IconHome     IconName = "home"
	IconLetter   IconName = "letter"
	IconMailing  IconName = "mailing"
	IconPeople   IconName = "people"
	IconSplit    IconName = "split"
	IconJobs     IconName = "jobs"
	IconSettings IconName = "settings"

	IconDraft       IconName = "draft"
	IconReady       IconName = "ready"
	IconClock       IconName = "clock"
	IconHourglass   IconName = "hourglass"
	IconArrow       IconName = "arrow"
	IconTray        IconName = "tray"
	IconHand        IconName = "hand"
	IconTick        IconName = "tick"
	IconOpened      IconName = "opened"
	IconPrinter     IconName = "printer"
	IconStamp       IconName = "stamp"
	IconCross       IconName = "cross"
	IconQuestion    IconName = "question"
	IconStop        IconName = "stop"
	IconPause       IconName = "pause"
	IconDot         IconName = "dot"
	IconWarning     IconName = "warning"
	IconInfo        IconName = "info"
	IconTickCircle  IconName = "tick-circle"
	IconCrossCircle IconName = "cross-circle"

	IconPlus     IconName = "plus"
	IconSearch   IconName = "search"
	IconClose    IconName = "close"
	IconLeft     IconName = "left"
	IconRight    IconName = "right"
	IconUp       IconName = "up"
	IconDown     IconName = "down"
	IconFile     IconName = "file"
	IconSheet    IconName = "sheet"
	IconUpload   IconName = "upload"
	IconDownload IconName = "download"
	IconCopy     IconName = "copy"
	IconBrowser  IconName = "browser"
	IconKey      IconName = "key"
	IconShield   IconName = "shield"
	IconRefresh  IconName = "refresh"
	IconUndo     IconName = "undo"
	IconTrash    IconName = "trash"
	IconPlay     IconName = "play"
	IconBuilding IconName = "building"
	IconLanguage IconName = "language"
	IconPigeon   IconName = "pigeon"

	IconChecklist IconName = "checklist"
)

// shapes are the lines of the icons in a square of 24, drawn with a stroke of
// 1.75. "!" before a path fills it.
var shapes = map[IconName][]string{
	IconHome:     {"M4 11 L12 4 L20 11 V20 H14.5 V14.5 H9.5 V20 H4 Z"},
	IconLetter:   {"M3.5 6 H20.5 V18.5 H3.5 Z", "M3.5 7 L12 13.5 L20.5 7"},
	IconMailing:  {"M7 9 H21 V19 H7 Z", "M7 10 L14 15 L21 10", "M3.5 15.5 V5.5 H17"},
	IconPeople:   {circle(9, 8, 3.25), "M3 19 C3 15.5 5.5 13.75 9 13.75 C12.5 13.75 15 15.5 15 19", "M15.5 5 C17.4 5.2 18.75 6.4 18.75 8.2 C18.75 9.9 17.5 11.1 15.8 11.3", "M17.5 14.2 C19.8 14.9 21 16.6 21 19"},
	IconSplit:    {circle(12, 12, 8.5), "M12 12 V3.5", "M12 12 L19 16.9"},
	IconJobs:     {"M4 6.5 L5.5 8 L8 5", "M11.5 6.5 H20", "M4 12.5 L5.5 14 L8 11", "M11.5 12.5 H20", "M4 18.5 L5.5 20 L8 17", "M11.5 18.5 H20"},
	IconSettings: {"M4 7 H9.5", "M14.5 7 H20", circle(12, 7, 2.5), "M4 17 H6.5", "M11.5 17 H20", circle(9, 17, 2.5)},

	IconDraft:       {"M5.5 5.5 H18.5 V18.5 H5.5 Z"},
	IconReady:       {circle(12, 12, 7)},
	IconClock:       {circle(12, 12, 8), "M12 7.5 V12 L15 14"},
	IconHourglass:   {"M7 4 H17", "M7 20 H17", "M8 4 C8 9 12 9.5 12 12 C12 9.5 16 9 16 4", "M8 20 C8 15 12 14.5 12 12 C12 14.5 16 15 16 20"},
	IconArrow:       {"M4 12 H19.5", "M13.5 6 L19.5 12 L13.5 18"},
	IconTray:        {"M4 13 L6.5 5.5 H17.5 L20 13 V18.5 H4 Z", "M4 13 H9 C9 15 10.3 16 12 16 C13.7 16 15 15 15 13 H20"},
	IconHand:        {"M8 12 V6.8 C8 5.2 10.3 5.2 10.3 6.8 V11", "M10.3 10.5 V5.2 C10.3 3.6 12.7 3.6 12.7 5.2 V10.5", "M12.7 10.5 V5.8 C12.7 4.2 15 4.2 15 5.8 V11", "M15 10.5 V8 C15 6.5 17.2 6.5 17.2 8 V14.5 C17.2 18 15.2 20.3 12.4 20.3 C9.8 20.3 8.6 19.2 7.4 17 L5.2 13.2 C4.5 11.7 6.3 10.9 7.2 12.2 L8 13.4"},
	IconTick:        {"M5 12.5 L10 17.5 L19.5 7"},
	IconOpened:      {"M3.5 10 L12 4 L20.5 10 V19.5 H3.5 Z", "M3.5 10.5 L12 15.5 L20.5 10.5"},
	IconPrinter:     {"M7.5 9 V4 H16.5 V9", "M7.5 16.5 H4 V9 H20 V16.5 H16.5", "M7.5 13.5 H16.5 V20 H7.5 Z"},
	IconStamp:       {"M5 5 H19 V19 H5 Z", "M8.5 8.5 H15.5 V15.5 H8.5 Z", "M2.5 8.5 H5", "M2.5 15.5 H5", "M19 8.5 H21.5", "M19 15.5 H21.5"},
	IconCross:       {"M6 6 L18 18", "M18 6 L6 18"},
	IconQuestion:    {"M8.5 9 C8.5 6.5 10 5 12.2 5 C14.4 5 15.8 6.4 15.8 8.3 C15.8 11 12 11.2 12 14.5", "M12 18.6 V18.9"},
	IconStop:        {"M8.5 3.5 H15.5 L20.5 8.5 V15.5 L15.5 20.5 H8.5 L3.5 15.5 V8.5 Z", "M8 12 H16"},
	IconPause:       {"M9 6 V18", "M15 6 V18"},
	IconDot:         {"!" + circle(12, 12, 4)},
	IconWarning:     {"M12 4 L21 19.5 H3 Z", "M12 10 V14", "M12 16.8 V17"},
	IconInfo:        {circle(12, 12, 8.5), "M12 11 V16.5", "M12 7.6 V7.8"},
	IconTickCircle:  {circle(12, 12, 8.5), "M8 12.3 L11 15.3 L16.2 9.4"},
	IconCrossCircle: {circle(12, 12, 8.5), "M9 9 L15 15", "M15 9 L9 15"},

	IconPlus:      {"M12 5 V19", "M5 12 H19"},
	IconSearch:    {circle(10.5, 10.5, 6), "M15 15 L20 20"},
	IconClose:     {"M6.5 6.5 L17.5 17.5", "M17.5 6.5 L6.5 17.5"},
	IconLeft:      {"M14.5 5.5 L8 12 L14.5 18.5"},
	IconRight:     {"M9.5 5.5 L16 12 L9.5 18.5"},
	IconUp:        {"M6 14.5 L12 8.5 L18 14.5"},
	IconDown:      {"M6 9.5 L12 15.5 L18 9.5"},
	IconFile:      {"M6 3.5 H14 L18.5 8 V20.5 H6 Z", "M13.5 3.5 V8.5 H18.5"},
	IconSheet:     {"M4 5 H20 V19 H4 Z", "M4 10 H20", "M4 14.5 H20", "M10 5 V19"},
	IconUpload:    {"M12 16 V5", "M7 10 L12 5 L17 10", "M4.5 16 V19.5 H19.5 V16"},
	IconDownload:  {"M12 4.5 V15.5", "M7 10.5 L12 15.5 L17 10.5", "M4.5 16 V19.5 H19.5 V16"},
	IconCopy:      {"M9 9 H19.5 V20 H9 Z", "M5.5 15 H4.5 V4 H15 V5.5"},
	IconBrowser:   {"M12 4.5 H4.5 V19.5 H19.5 V12", "M15 4.5 H19.5 V9", "M19.5 4.5 L11 13"},
	IconKey:       {circle(8, 15.5, 4), "M11 12.5 L19.5 4", "M15.5 8 L18.5 11"},
	IconShield:    {"M12 3.5 L19.5 6.5 V12 C19.5 16 16.5 19 12 20.5 C7.5 19 4.5 16 4.5 12 V6.5 Z", "M8.5 12 L11 14.5 L15.5 9.5"},
	IconRefresh:   {"M19 8.5 C17.6 6 15 4.5 12 4.5 C7.9 4.5 4.5 7.9 4.5 12 C4.5 16.1 7.9 19.5 12 19.5 C15.4 19.5 18.2 17.3 19.2 14.2", "M19.5 4 V9 H14.5"},
	IconUndo:      {"M8.5 5 L4 9.5 L8.5 14", "M4 9.5 H14.5 C17.5 9.5 20 11.7 20 14.5 C20 17.3 17.8 19.5 15 19.5 H10"},
	IconTrash:     {"M4.5 7 H19.5", "M9 7 V4.5 H15 V7", "M6.5 7 L7.5 20 H16.5 L17.5 7", "M10.5 11 V16", "M13.5 11 V16"},
	IconPlay:      {"M8 5.5 L18.5 12 L8 18.5 Z"},
	IconBuilding:  {"M5 20 V4.5 H14 V20", "M14 10 H19 V20", "M3 20 H21", "M8 8.5 H11", "M8 12 H11", "M8 15.5 H11"},
	IconLanguage:  {circle(12, 12, 8.5), "M3.5 12 H20.5", "M12 3.5 C9.5 6 8.5 9 8.5 12 C8.5 15 9.5 18 12 20.5 C14.5 18 15.5 15 15.5 12 C15.5 9 14.5 6 12 3.5"},
	IconChecklist: {"M3.5 6 L5.2 7.7 L8.2 4.5", "M11.5 6 H20.5", "M3.5 12.2 L5.2 13.9 L8.2 10.7", "M11.5 12.2 H20.5", "M3.5 18.4 L5.2 20.1 L8.2 16.9", "M11.5 18.4 H20.5"},
	IconPigeon: {"M12.38 18.4 L11.25 21.4", "M15.75 17.9 L16.12 21",
		"M7.6 9.75 C7.5 9.4 7.5 9 7.5 8.62 C7.5 5.44 9.56 3.56 12 3.56 C14.44 3.56 15.75 5.25 15.94 7.31 C18.38 7.5 20.62 6.56 22.5 4.31 C23.06 12.38 19.69 18.38 13.88 18.38 C11.6 18.38 9.8 17.5 8.6 16.12",
		"M12.56 12 C15 14.06 18.19 13.31 19.88 10.31", "M7.6 6.94 L3.94 8.81 L6 9.6",
		"M1.12 9.75 H9.75 V16.12 H1.12 Z", "M1.42 10.05 L5.44 13.31 L9.45 10.05", "!" + circle(11.44, 7.31, 0.6)},
}

func circle(x, y, r float64) string {
	return fmt.Sprintf("M%g %g A%g %g 0 1 1 %g %g A%g %g 0 1 1 %g %g Z", x-r, y, r, r, x+r, y, r, r, x-r, y)
}

// Resource gives an icon as an SVG in a colour of the moment.
func Resource(name IconName, color fyne.ThemeColorName) fyne.Resource {
	return resource(name, color, 1.75)
}

func resource(name IconName, color fyne.ThemeColorName, stroke float64) fyne.Resource {
	r, g, b, _ := Color(color).RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	var svg strings.Builder
	svg.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`)
	for _, path := range shapes[name] {
		if filled, ok := strings.CutPrefix(path, "!"); ok {
			fmt.Fprintf(&svg, `<path fill="%s" d="%s"/>`, hex, filled)
			continue
		}
		fmt.Fprintf(&svg, `<path fill="none" stroke="%s" stroke-width="%g" stroke-linecap="round" stroke-linejoin="round" d="%s"/>`, hex, stroke, path)
	}
	svg.WriteString("</svg>")
	return fyne.NewStaticResource(fmt.Sprintf("%s-%s-%g.svg", name, hex[1:], stroke), []byte(svg.String()))
}

// Icon shows one of our icons in a colour that follows light and dark.
type Icon struct {
	widget.BaseWidget
	name   IconName
	color  fyne.ThemeColorName
	size   float32
	stroke float64
}

// NewIcon makes an icon of 20 pixels.
func NewIcon(name IconName, color fyne.ThemeColorName) *Icon { return NewIconOf(name, color, 20) }

// NewIconOf makes an icon of another size. Large ones get a finer line.
func NewIconOf(name IconName, color fyne.ThemeColorName, size float32) *Icon {
	i := &Icon{name: name, color: color, size: size, stroke: 1.75}
	if size > 32 {
		i.stroke = 1
	}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes shape and colour.
func (i *Icon) Set(name IconName, color fyne.ThemeColorName) {
	if i.name != name || i.color != color {
		i.name, i.color = name, color
		i.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	image := canvas.NewImageFromResource(nil)
	image.FillMode = canvas.ImageFillContain
	r := &iconRenderer{of: i, image: image}
	r.draw()
	return r
}

type iconRenderer struct {
	of    *Icon
	image *canvas.Image
}

func (r *iconRenderer) draw() {
	r.image.Resource = nil
	if r.of.name != "" {
		r.image.Resource = resource(r.of.name, r.of.color, r.of.stroke)
	}
}

func (r *iconRenderer) Layout(size fyne.Size) {
	own := r.MinSize()
	r.image.Resize(own)
	r.image.Move(fyne.NewPos((size.Width-own.Width)/2, (size.Height-own.Height)/2))
}

func (r *iconRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.of.size) }

func (r *iconRenderer) Refresh() {
	r.draw()
	r.image.Refresh()
}

func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

func (r *iconRenderer) Destroy() {}
