package partstest

import (
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Framed opens a screen with the room it gets in the window: the band above, and
// at the left the navigation's 200 pixels, or 64 in a narrow window.
func (b *Bench) Framed(screen parts.Screen, arg string, width, height float32) {
	b.Window.Resize(fyne.NewSize(width, height))
	room := float32(200)
	if width < 1100 {
		room = 64
	}
	b.Env.Redraw = func() {
		side := canvas.NewRectangle(look.Color(look.Clear))
		side.SetMinSize(fyne.NewSize(room, 0))
		band := parts.Band(b.Env, post.Sender{Environment: post.Practice, SenderID: 1001, Name: "Fjordvik idrettslag"})
		b.Put(container.NewBorder(band, nil, container.NewBorder(nil, nil, nil, look.NewHairline(), side), nil, screen.View()))
	}
	screen.Open(arg)
	b.Env.Redraw()
}
