package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// bandName is how wide the name of a sender may be in the band.
const bandName float32 = 400

// Band says on top of every screen whether letters are real: a colour, a shape
// and words. Real shows the sender's name and id.
func Band(env *Env, sender post.Sender) fyne.CanvasObject {
	color := bandColor(sender)
	var objects []fyne.CanvasObject
	if sender.SenderID != 0 {
		name := look.NewText(sender.Name, bandStyle(color)).Clip()
		objects = []fyne.CanvasObject{Fill(name.Align(fyne.TextAlignTrailing)), bandID(env, sender, color)}
	}
	return band(env, sender, objects...)
}

// SwitchBand is Band with the sender as a button, by which another can be turned
// to. name is what the sender is called where it has no name of its own; asleep
// says that jobs of another stand still. The button has the id band.sender.
func SwitchBand(env *Env, sender post.Sender, name string, asleep bool, others func()) fyne.CanvasObject {
	color := bandColor(sender)
	if sender.Name != "" {
		name = sender.Name
	}
	text := look.NewText(name, bandStyle(color))
	width := min(text.MinSize().Width, bandName)
	var line []fyne.CanvasObject
	if asleep {
		line = append(line, look.NewIconOf(look.IconHand, color, 16), look.NewText(env.T("band.asleep"), bandStyle(color)), look.NewText("·", bandStyle(color)))
	}
	line = append(line, Width(width, text.Clip()))
	if sender.SenderID != 0 {
		line = append(line, bandID(env, sender, color))
	}
	line = append(line, look.NewIconOf(look.IconDown, color, 16))
	button := newPress("band.sender", func() string { return env.T("band.switch", "name", name) }, Inset(10, 3, 8, 3, Row(look.Near, line...)), others)
	return band(env, sender, Inset(0, -3, -10, -3, button))
}

// band puts what tells of the sender behind what tells of the environment.
func band(env *Env, sender post.Sender, about ...fyne.CanvasObject) fyne.CanvasObject {
	icon, color, ground := look.IconWarning, bandColor(sender), look.StopSoft
	switch sender.Environment {
	case post.Practice:
		icon, ground = look.IconShield, look.GoodSoft
	case post.Test:
		icon, ground = look.IconInfo, look.CareSoft
	}
	mode := string(sender.Environment)
	objects := []fyne.CanvasObject{
		look.NewIconOf(icon, color, 18),
		look.NewText(env.T("band."+mode), bandStyle(color)),
		Fill(look.NewText(env.T("band."+mode+".text"), look.Style{Size: look.SizeSmall, Color: color}).Clip()),
	}
	return WithID("band."+mode, container.NewStack(look.NewSurface(ground, look.Clear, 0),
		Inset(look.Edge, 6, look.Edge, 6, Row(look.Near, append(objects, about...)...))))
}

func bandColor(sender post.Sender) fyne.ThemeColorName {
	switch sender.Environment {
	case post.Practice:
		return look.Good
	case post.Test:
		return look.Care
	}
	return look.Stop
}

func bandStyle(color fyne.ThemeColorName) look.Style {
	return look.Style{Size: look.SizeSmall, Bold: true, Color: color}
}

func bandID(env *Env, sender post.Sender, color fyne.ThemeColorName) fyne.CanvasObject {
	return look.NewText(env.T("band.sender_id", "id", strconv.FormatInt(sender.SenderID, 10)), look.Style{Size: look.SizeSmall, Color: color})
}

// SenderName is who sends, with the sender-id: the name alone can be shared.
func SenderName(words *look.Words, sender post.Sender) string {
	id := strconv.FormatInt(sender.SenderID, 10)
	if sender.Name == "" {
		return words.Get("sender.unnamed", "id", id)
	}
	return words.Get("sender.named", "name", sender.Name, "id", id)
}
