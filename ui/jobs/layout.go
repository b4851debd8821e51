package jobs

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
)

// shown are the rows of the list as they are searched and sorted.
type shown struct {
	jobs       []post.Job
	deviations []post.Deviation
}

// newEither lays two objects over each other, of which one is seen.
func newEither(a, b fyne.CanvasObject) fyne.CanvasObject { return container.NewStack(a, b) }

// givesWay sets a bar above a list, and leaves the bar out in a window so low that
// the list would have no room. What it shows stands in the filters, too. room is
// what the list gets above its least height.
type givesWay struct{ gap, room float32 }

func (g *givesWay) MinSize(objects []fyne.CanvasObject) fyne.Size {
	list := objects[1].MinSize()
	return fyne.NewSize(max(objects[0].MinSize().Width, list.Width), list.Height)
}

func (g *givesWay) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	above, list := objects[0], objects[1]
	high := above.MinSize().Height + g.gap
	if size.Height < high+list.MinSize().Height+g.room {
		above.Hide()
		high = 0
	} else {
		above.Show()
		above.Resize(fyne.NewSize(size.Width, high-g.gap))
		above.Move(fyne.NewPos(0, 0))
	}
	list.Resize(fyne.NewSize(size.Width, size.Height-high))
	list.Move(fyne.NewPos(0, high))
}
