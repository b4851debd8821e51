package look

import (
	"fyne.io/fyne/v2"

	"brevdue/assets/icon"
)

// AppIcon is the program's own icon.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("brevdue.png", icon.PNG) }
