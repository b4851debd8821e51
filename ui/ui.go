// Package ui is the window: the band, the navigation, and one screen at a time.
// It puts the screens together; what they show and do comes through Ports.
package ui

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Options say how the window looks at first.
type Options struct {
	// Language is nb or en; Mode light, dark or the system's.
	Language string
	Mode     look.Mode
	// LookChanged is called when the person chose another language or mode, to
	// keep it. It may be nil.
	LookChanged func(language string, mode look.Mode)
	// Controls is a file that keeps the controls on the screen, for tests of the
	// window; "" for none.
	Controls string
	// Inline runs all work at once on the calling thread. For tests.
	Inline bool
	// Now is the time; nil is time.Now.
	Now func() time.Time
}

// UI is the window.
type UI struct {
	app     fyne.App
	window  fyne.Window
	options Options
	env     *parts.Env
	run     *task.Runner
	ports   Ports
	sender  post.Sender

	screens map[parts.Place]parts.Screen
	place   parts.Place
	arg     string

	band, page *fyne.Container
	frame      *fyne.Container
	nav        *navigation
	toast      *toast
	reread     task.Latest
	stopWatch  func()
	// turn is the profile plugged in, turns how many were; kept are those that can be
	// gone back to, with what was begun on their screens.
	turn, turns int
	kept        map[string]keptScreens
	// asleep are the profiles whose jobs stand still.
	asleep map[string]bool
}

// keptScreens are the screens of a profile, and its turn.
type keptScreens struct {
	turn    int
	screens map[parts.Place]parts.Screen
}

// New makes the window with its screens. Show opens it.
func New(app fyne.App, ports Ports, options Options) *UI {
	if options.Now == nil {
		options.Now = time.Now
	}
	u := &UI{app: app, options: options, run: task.New(context.Background()), kept: map[string]keptScreens{}, asleep: map[string]bool{}}
	if options.Inline {
		u.run = task.NewInline()
	}
	app.Settings().SetTheme(look.NewTheme(options.Mode))
	u.window = app.NewWindow("Brevdue")
	u.window.SetPadded(false)
	u.window.SetIcon(look.AppIcon())
	u.window.Resize(fyne.NewSize(1280, 800))
	u.window.SetMaster()
	u.env = &parts.Env{Window: u.window, Words: look.NewWords(options.Language), Run: u.run, Now: options.Now,
		SetLanguage: u.SetLanguage, SetMode: u.SetMode, Mode: func() look.Mode { return u.options.Mode },
		Go: u.Go, Redraw: u.redraw, Toast: u.say, PickFile: u.pickFile, PickFolder: u.pickFolder, SaveFile: u.saveFile}
	u.band, u.page, u.toast = container.NewStack(), container.NewStack(), newToast(u.env)
	u.nav = newNavigation()
	u.frame = container.New(frame{}, u.band, u.nav.object, u.page)
	u.window.SetContent(container.NewStack(look.NewSurface(look.Paper, look.Clear, 0), u.frame, u.toast.object))
	u.window.SetOnDropped(u.dropped)
	u.keys()
	u.keepControls(options.Controls)
	u.Use(ports)
	return u
}

// Show opens the window.
func (u *UI) Show() { u.window.Show() }

// Window is the window, for what package app does with it.
func (u *UI) Window() fyne.Window { return u.window }

// Use plugs in another profile and starts at its first screen. It belongs to the
// window's thread.
func (u *UI) Use(ports Ports) {
	u.doors(&ports)
	u.leave()
	if u.stopWatch != nil {
		u.stopWatch()
		u.stopWatch = nil
	}
	// What was said or asked of the profile that was must not be answered here.
	u.reread.Cancel()
	u.toast.hide()
	overlays := u.window.Canvas().Overlays()
	for top := overlays.Top(); top != nil; top = overlays.Top() {
		overlays.Remove(top)
	}
	u.ports, u.sender, u.place = ports, ports.Sender, ""
	if !ports.Welcome.Closed {
		delete(u.asleep, ports.Profile)
	}
	u.takeScreens(ports)
	if ports.Watch != nil {
		turn := u.turn
		u.stopWatch = ports.Watch(func(notice post.Notice) {
			u.run.Deliver(func() {
				if turn == u.turn {
					u.notice(notice)
				}
			})
		})
	}
	u.Go(u.first(), "")
}

// takeScreens makes the screens of a profile, or takes those it had: a letter half
// written is there when its sender is gone back to.
func (u *UI) takeScreens(ports Ports) {
	if before, ok := u.kept[ports.Profile]; ok && !ports.Welcome.Closed {
		u.turn, u.screens = before.turn, before.screens
		return
	}
	u.turns++
	u.turn = u.turns
	u.screens = screens(u.envOf(u.turn), ports)
	if ports.Profile != "" && !ports.Welcome.Closed {
		u.kept[ports.Profile] = keptScreens{u.turn, u.screens}
	}
}

// doors fills in the ways from this profile to others.
func (u *UI) doors(ports *Ports) {
	if start := ports.StartPractice; start != nil {
		ports.Welcome.StartPractice = func(ctx context.Context) error { return u.change(ctx, start) }
	}
	if ports.LeavePractice != nil {
		ports.Options.LeavePractice = u.leavePractice
	}
	if reopen := ports.Reopen; reopen != nil {
		ports.Welcome.Reopen = func(ctx context.Context) error { return u.change(ctx, reopen) }
	}
	if use := ports.UseSecretsFile; use != nil {
		ports.Welcome.UseSecretsFile = func(ctx context.Context, passphrase string) error {
			return u.change(ctx, func(ctx context.Context) (Ports, error) { return use(ctx, passphrase) })
		}
	}
	if open := ports.OpenSender; open != nil {
		ports.Senders.Turn = func(ctx context.Context, profile string) error {
			return u.change(ctx, func(ctx context.Context) (Ports, error) { return open(ctx, profile) })
		}
		ports.Senders.Leave = func() { u.Go(u.first(), "") }
	}
}

// envOf is what the screens of a profile are given: once another has taken its
// place, nothing they began moves the window any more.
func (u *UI) envOf(turn int) *parts.Env {
	env := *u.env
	still := func() bool { return turn == u.turn }
	env.Go = func(place parts.Place, arg string) {
		if still() {
			u.Go(place, arg)
		}
	}
	env.Redraw = func() {
		if still() {
			u.redraw()
		}
	}
	env.Toast = func(text string, undo func()) {
		if still() {
			u.say(text, undo)
		}
	}
	return &env
}

// first is where a profile begins.
func (u *UI) first() parts.Place {
	switch {
	case u.screens[u.ports.Start] != nil:
		return u.ports.Start
	case u.sender.SenderID != 0 && u.screens[parts.PlaceHome] != nil:
		return parts.PlaceHome
	}
	return parts.PlaceWelcome
}

// change opens another profile beside the window, plugs it in, and closes the
// one that was.
func (u *UI) change(ctx context.Context, open func(context.Context) (Ports, error)) error {
	next, err := open(ctx)
	if err != nil {
		return err
	}
	u.run.Deliver(func() {
		before := u.ports.Close
		u.Use(next)
		if before != nil {
			task.Do(u.run, func(context.Context) error { return before() }, u.logged)
		}
	})
	return nil
}

// leavePractice goes back to the real profile.
func (u *UI) leavePractice() {
	task.Do(u.run, func(ctx context.Context) error { return u.change(ctx, u.ports.LeavePractice) }, func(err error) {
		if fault := post.FaultOf(err); fault != nil {
			what, _ := parts.Explain(u.env.Words, fault.Code, fault.Fields)
			u.say(what, nil)
		}
	})
}

func (u *UI) logged(err error) {
	if err != nil {
		fyne.LogError("close the profile that was", err)
	}
}

// Close ends all work of the window and waits for it.
func (u *UI) Close() {
	if u.stopWatch != nil {
		u.stopWatch()
	}
	u.leave()
	u.run.Close()
}

// Go opens a screen. A place that has none is left alone.
func (u *UI) Go(place parts.Place, arg string) {
	screen := u.screens[place]
	if screen == nil {
		return
	}
	u.leave()
	u.place, u.arg = place, arg
	screen.Open(arg)
	u.redraw()
}

func (u *UI) leave() {
	if screen := u.screens[u.place]; screen != nil {
		screen.Leave()
	}
}

// redraw builds band, navigation and page anew.
func (u *UI) redraw() {
	screen := u.screens[u.place]
	if screen == nil {
		return
	}
	u.window.SetTitle(u.env.T("app.title", "place", u.env.T("nav."+string(u.place))))
	u.band.Objects = []fyne.CanvasObject{u.bandView()}
	u.nav.show(u.items())
	u.page.Objects = []fyne.CanvasObject{screen.View()}
	u.frame.Refresh()
}

// bandView is the band on top, by which another sender can be turned to. Where
// there is none yet, there is nothing to turn to.
func (u *UI) bandView() fyne.CanvasObject {
	if u.screens[parts.PlaceSenders] == nil || u.sender.SenderID == 0 && !u.ports.Several {
		return parts.Band(u.env, u.sender)
	}
	return parts.SwitchBand(u.env, u.sender, u.ports.Profile, len(u.asleep) > 0, func() { u.Go(parts.PlaceSenders, "") })
}

// Asleep says that jobs of another profile stand still, because it could not be
// opened; the band says so until it is. It belongs to the window's thread.
func (u *UI) Asleep(profile, title string, jobs int) {
	u.asleep[profile] = true
	u.band.Objects = []fyne.CanvasObject{u.bandView()}
	u.band.Refresh()
	u.care(u.env.Words.Count("senders.asleep", jobs, "name", title))
}

// Approved says that Digipost has approved the application of a profile. Where it
// is the one shown, Home tells what comes next; a page that waits for the answer
// goes on by itself.
func (u *UI) Approved(profile, title string, senderID int64) {
	id := strconv.FormatInt(senderID, 10)
	if profile != u.ports.Profile {
		u.say(u.env.T("senders.approved.other", "name", title, "id", id), nil)
		return
	}
	if u.place == parts.PlaceHome {
		u.Go(parts.PlaceHome, "")
	}
	u.say(u.env.T("senders.approved", "id", id), nil)
}

// notice passes on what changed, and reads the sender again for the band.
func (u *UI) notice(notice post.Notice) {
	if notice.Topic == post.TopicTrajectory {
		u.ports.BelgiumBegun = true
	}
	if notice.Topic == post.TopicSender && u.ports.ReadSender != nil {
		task.Replace(u.run, &u.reread, u.ports.ReadSender, func(sender post.Sender, err error) {
			if err == nil {
				u.sender = sender
				u.band.Objects = []fyne.CanvasObject{u.bandView()}
				u.band.Refresh()
			}
		})
	}
	if listener, ok := u.screens[u.place].(parts.Listener); ok {
		listener.Notice(notice)
	}
}

// SetLanguage switches all words at once.
func (u *UI) SetLanguage(code string) {
	u.env.Words.Switch(code)
	u.looksChanged()
}

// SetMode switches between light and dark at once.
func (u *UI) SetMode(mode look.Mode) {
	u.options.Mode = mode
	u.app.Settings().SetTheme(look.NewTheme(mode))
	u.looksChanged()
}

func (u *UI) looksChanged() {
	u.redraw()
	if u.options.LookChanged != nil {
		u.options.LookChanged(u.env.Words.Code(), u.options.Mode)
	}
}
