package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// Band says on top of every screen whether letters are real: a colour, a shape
// and words. Real shows the sender's name and id.
func Band(env *Env, sender post.Sender) fyne.CanvasObject {
	icon, color, ground := look.IconWarning, look.Stop, look.StopSoft
	switch sender.Environment {
	case post.Practice:
		icon, color, ground = look.IconShield, look.Good, look.GoodSoft
	case post.Test:
		icon, color, ground = look.IconInfo, look.Care, look.CareSoft
	}
	mode := string(sender.Environment)
	style := look.Style{Size: look.SizeSmall, Bold: true, Color: color}
	objects := []fyne.CanvasObject{
		look.NewIconOf(icon, color, 18),
		look.NewText(env.T("band."+mode), style),
		Fill(look.NewText(env.T("band."+mode+".text"), look.Style{Size: look.SizeSmall, Color: color}).Clip()),
	}
	if sender.SenderID != 0 {
		name := look.NewText(sender.Name, style).Clip()
		id := look.NewText(env.T("band.sender_id", "id", strconv.FormatInt(sender.SenderID, 10)), look.Style{Size: look.SizeSmall, Color: color})
		objects = append(objects, Fill(name.Align(fyne.TextAlignTrailing)), id)
	}
	return WithID("band."+mode, container.NewStack(look.NewSurface(ground, look.Clear, 0),
		Inset(look.Edge, 6, look.Edge, 6, Row(look.Near, objects...))))
}

// SenderName is who sends, with the sender-id: the name alone can be shared.
func SenderName(words *look.Words, sender post.Sender) string {
	id := strconv.FormatInt(sender.SenderID, 10)
	if sender.Name == "" {
		return words.Get("sender.unnamed", "id", id)
	}
	return words.Get("sender.named", "name", sender.Name, "id", id)
}
