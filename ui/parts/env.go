package parts

import (
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/task"
)

// Place names a screen.
type Place string

// The places of the navigation, in its order, and those outside it.
const (
	PlaceHome     Place = "home"
	PlaceLetter   Place = "letter"
	PlaceMailing  Place = "mailing"
	PlacePeople   Place = "people"
	PlaceSplit    Place = "split"
	PlaceJobs     Place = "jobs"
	PlaceSettings Place = "settings"
	// PlaceBelgium is the way to the Belgian e-Box, PlaceInbox its messages.
	PlaceBelgium Place = "belgium"
	PlaceInbox   Place = "inbox"
	// PlaceSheet is the import wizard, reached from Mottakere and Hjem.
	PlaceSheet Place = "sheet"
	// PlaceWelcome is the first run and the sign-up.
	PlaceWelcome Place = "welcome"
	// PlaceSenders is the list of senders, reached from the band.
	PlaceSenders Place = "senders"
)

// Env is what the window gives every screen.
type Env struct {
	Window fyne.Window
	Words  *look.Words
	Run    *task.Runner
	Now    func() time.Time
	// SetLanguage and SetMode change words and colours at once; Mode is the one
	// chosen.
	SetLanguage func(code string)
	SetMode     func(mode look.Mode)
	Mode        func() look.Mode
	// Go opens another screen; arg names what to show there (a job's id, a
	// person's, a step), or is empty.
	Go func(place Place, arg string)
	// Redraw builds the open screen's view anew from its model.
	Redraw func()
	// Toast says something that needs no answer, for some seconds. undo may be
	// nil.
	Toast func(text string, undo func())
	// PickFile asks for a file with one of the endings (".xlsx"); taken gets its
	// path, and is not called when the person changes their mind.
	PickFile func(endings []string, taken func(path string))
	// PickFolder asks for a folder; taken gets its path.
	PickFolder func(taken func(folder string))
	// SaveFile asks where to save; taken gets the path.
	SaveFile func(name string, taken func(path string))
}

// T gives the words for a key.
func (e *Env) T(key string, pairs ...string) string { return e.Words.Get(key, pairs...) }

// Screen is one screen of the window. Its state lives in its model; View builds
// widgets from it, again after each change of language or colours.
type Screen interface {
	// Open is called when the screen is gone to, before View.
	Open(arg string)
	// View builds the page.
	View() fyne.CanvasObject
	// Leave is called when another screen takes its place: listeners and timers
	// stop here.
	Leave()
}

// What a screen may do besides; the window looks for these.
type (
	// Refresher reads again on F5.
	Refresher interface{ Reload() }
	// Searcher has a search field for Ctrl+F.
	Searcher interface{ FocusSearch() }
	// Backer handles Esc; it reports whether there was anywhere to go back to.
	Backer interface{ Back() bool }
	// Dropper takes files dropped on the window.
	Dropper interface{ Dropped(paths []string) }
	// Listener hears that something changed elsewhere.
	Listener interface{ Notice(post.Notice) }
)
