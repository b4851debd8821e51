//go:build !nowindow

package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/store"
	"brevdue/ui"
	"brevdue/ui/senders"
)

// Several senders side by side: what the window tells of them, and turning from
// one to another.

// turn makes a profile the one that is shown, and remembers it for the next
// start.
func (w *window) turn(to opening) ui.Ports {
	w.mutex.Lock()
	w.shown = to.profile
	w.mutex.Unlock()
	if to.profile != "" && to.profile != practiceProfile {
		w.changeLooks(func(looks *Looks) { looks.Profile = to.profile })
	}
	return w.ports(to)
}

// showing is the profile on the screen.
func (w *window) showing() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.shown
}

// openSender turns to a profile, which is made when it is new. One that cannot
// be opened is shown all the same: there the person sees why, and what to do.
func (w *window) openSender(ctx context.Context, name string) (ui.Ports, error) {
	to := w.reach(ctx, w.optionsFor(name))
	switch {
	case errors.Is(to.err, errOpenElsewhere):
		return ui.Ports{}, senders.ErrElsewhere
	case to.err != nil && ctx.Err() != nil:
		return ui.Ports{}, ctx.Err()
	}
	return w.turn(to), nil
}

// reopen tries again to open a profile that could not be opened.
func (w *window) reopen(name string) func(ctx context.Context) (ui.Ports, error) {
	return func(ctx context.Context) (ui.Ports, error) { return w.retry(ctx, w.optionsFor(name)) }
}

// openWithFile opens a profile with its keys in an encrypted file.
func (w *window) openWithFile(name string) func(ctx context.Context, passphrase string) (ui.Ports, error) {
	return func(ctx context.Context, passphrase string) (ui.Ports, error) {
		options := w.optionsFor(name)
		options.Passphrase = passphrase
		if !strings.HasPrefix(options.Secrets, "file:") {
			options.Secrets = secretsFileOf(filepath.Join(options.Data, name))
		}
		return w.retry(ctx, options)
	}
}

func (w *window) retry(ctx context.Context, options Options) (ui.Ports, error) {
	result := w.reach(ctx, options)
	switch {
	case errors.Is(result.err, errOpenElsewhere):
		return ui.Ports{}, senders.ErrElsewhere
	case result.err != nil:
		return ui.Ports{}, result.err
	}
	return w.turn(result), nil
}

// senderPorts are what the list of senders needs.
func (w *window) senderPorts() senders.Ports {
	return senders.Ports{List: w.listSenders, Check: func(name string) string { return nameProblem(w.options.Data, name) },
		GiveUp: w.giveUp}
}

// several reports whether there is more than one sender to choose from.
func (w *window) several() bool {
	profiles, err := Profiles(w.options.Data)
	if name := w.showing(); err == nil && name != practiceProfile && !slices.Contains(profiles, name) {
		profiles = append(profiles, name)
	}
	return len(profiles) > 1
}

// listSenders tells of all profiles. One that cannot be read is told of as well.
func (w *window) listSenders(ctx context.Context) ([]senders.Sender, error) {
	profiles, err := Profiles(w.options.Data)
	if err != nil {
		return nil, err
	}
	shown := w.showing()
	if shown != "" && shown != practiceProfile && !slices.Contains(profiles, shown) {
		profiles = append(profiles, shown) // a new one whose keys have no place yet
	}
	var all []senders.Sender
	for _, name := range profiles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s := w.glanceAt(ctx, name)
		s.Shown = name == shown
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b senders.Sender) int {
		return strings.Compare(strings.ToLower(a.Title()), strings.ToLower(b.Title()))
	})
	return all, nil
}

func (w *window) glanceAt(ctx context.Context, name string) senders.Sender {
	s, folder := senders.Sender{Profile: name}, filepath.Join(w.options.Data, name)
	a := w.profile(name)
	s.Open = a != nil
	s.Elsewhere = a == nil && !slices.Contains(w.claimed(), folder) && heldElsewhere(folder)
	glance, err := glance(ctx, folder, a)
	if err != nil {
		w.log.Warn("look at a profile", "error", err)
		s.Fault = err
		return s
	}
	s.Sender, s.Working, s.Asking, s.CertificateEnds = glance.Sender, glance.Working, glance.Asking, glance.Certificate.NotAfter
	return s
}

// glance tells of a profile, open or not; one that has no database yet is empty.
func glance(ctx context.Context, folder string, a *App) (store.Glance, error) {
	if a != nil {
		return a.Store.Glance(ctx)
	}
	path := filepath.Join(folder, databaseFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return store.Glance{}, nil
	}
	db, err := store.Open(ctx, path, store.Options{})
	if err != nil {
		return store.Glance{}, err
	}
	found, err := db.Glance(ctx)
	return found, errors.Join(err, db.Close())
}

// wakeOthers opens the profiles that have work to do, so that nothing sleeps
// that was approved. None waits for another: each keyring may ask its person.
func (w *window) wakeOthers() {
	if w.options.Practice {
		return
	}
	profiles, err := Profiles(w.options.Data)
	if err != nil {
		w.log.Warn("look for other senders", "error", err)
	}
	for _, name := range profiles {
		if name != w.begun {
			w.behind.Go(func() { w.wake(name) })
		}
	}
}

// wake opens a profile that has jobs under way, or an application that the relay
// may have news of. One that cannot be opened is told of.
func (w *window) wake(name string) {
	found, err := glance(w.ctx, filepath.Join(w.options.Data, name), nil)
	if err != nil {
		w.log.Warn("look at a profile", "error", err)
		return
	}
	applies := relayOf(found.Settings, found.Sender.Environment) != "" && found.Sender.SenderID == 0
	if found.Working == 0 && !applies {
		return
	}
	result := w.reach(w.ctx, w.optionsFor(name))
	if result.err == nil || errors.Is(result.err, errOpenElsewhere) || w.ctx.Err() != nil || found.Working == 0 {
		return
	}
	title := senders.Sender{Profile: name, Sender: found.Sender}.Title()
	fyne.Do(func() { w.ui.Asleep(name, title, found.Working) })
}

// relayEvery is how often the relay is asked for an approved application when
// nobody is looking.
const relayEvery = time.Hour

// keepAsking asks the relay for every open profile again and again.
func (w *window) keepAsking() {
	ticker := time.NewTicker(relayEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.mutex.Lock()
			names := make([]string, 0, len(w.open))
			for name := range w.open {
				names = append(names, name)
			}
			w.mutex.Unlock()
			for _, name := range names {
				if a := w.profile(name); a != nil {
					w.askRelay(w.ctx, name, a)
				}
			}
		case <-w.ctx.Done():
			return
		}
	}
}

// askRelay asks the relay for a profile that waits for an approval, and tells
// the person when the sender-id came.
func (w *window) askRelay(ctx context.Context, name string, a *App) {
	attempt, came, err := a.AskRelay(ctx)
	if err != nil || !came {
		return
	}
	a.hub.notify(post.Notice{Topic: post.TopicSender})
	sender, _ := a.Sender.Sender(ctx) // the id alone will do
	sender.SenderID = attempt.SenderID
	title := senders.Sender{Profile: name, Sender: sender}.Title()
	select {
	case <-w.stands: // the relay may be quicker than the window
	case <-w.ctx.Done():
		return
	}
	fyne.Do(func() { w.ui.Approved(name, title, attempt.SenderID) })
}

// nameProblem says why a new profile cannot have a name: "form", "practice" or
// "taken"; empty when it can.
func nameProblem(data, name string) string {
	switch {
	case !profileForm.MatchString(name), strings.HasSuffix(name, "."), strings.HasSuffix(name, " "), isDevice(name):
		return "form"
	case strings.EqualFold(name, practiceProfile):
		return "practice"
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return ""
	}
	for _, entry := range entries {
		// A folder without a database holds no sender, and a name that differs in
		// its case is the same to some systems.
		if strings.EqualFold(entry.Name(), name) {
			_, err := os.Stat(filepath.Join(data, entry.Name(), databaseFile))
			if !entry.IsDir() || err == nil || entry.Name() != name {
				return "taken"
			}
		}
	}
	return ""
}

// devices are names that Windows keeps for itself, with any ending.
var devices = []string{"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains(devices, strings.TrimSpace(stem))
}
