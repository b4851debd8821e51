//go:build !nowindow

package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	fynelang "fyne.io/fyne/v2/lang"
	"github.com/gofrs/flock"

	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/ui"
	"brevdue/ui/look"
)

// appID is the program's name to the system.
const appID = "no.brevdue.desktop"

// openPatience is how long the window waits for the profile before it shows
// itself without: a locked keyring may be asking for its password meanwhile.
const openPatience = 1500 * time.Millisecond

// window is one run of the window. It shows one profile; others that have work
// under way are open beside it.
type window struct {
	options  Options
	controls string
	log      *slog.Logger
	// patience is openPatience. inline, for tests, does at once what the window else
	// does beside itself.
	patience time.Duration
	inline   bool

	fyne fyne.App
	ui   *ui.UI
	pdfs *pdfs

	// stands is closed when there is something to show news on.
	stands chan struct{}
	// ctx ends when the window closes, and with it what is done beside it, which
	// behind waits for.
	ctx    context.Context
	stop   context.CancelFunc
	behind sync.WaitGroup

	mutex sync.Mutex
	looks Looks
	// begun is the profile the program was started with, shown the one on the
	// screen.
	begun, shown string
	open         map[string]*App
	under        map[string]*effort
	claims       map[string]*flock.Flock // by folder
}

// newWindow makes a run of the window that shows nothing yet.
func newWindow(ctx context.Context, options Options) *window {
	w := &window{options: options, log: options.Log, looks: ReadLooks(options.Data), pdfs: newPDFs(), patience: openPatience,
		stands: make(chan struct{}), open: map[string]*App{}, under: map[string]*effort{}, claims: map[string]*flock.Flock{}}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.looks.Language == "" || options.Language != "" && options.Language != w.looks.Language {
		w.looks.Language = options.Language
	}
	w.ctx, w.stop = context.WithCancel(ctx)
	return w
}

// RunWindow opens the window and gives the exit code when it is closed.
// controls, in practice only, is the file for tests of the window.
func RunWindow(ctx context.Context, options Options, controls string) error {
	if err := checkDisplay(); err != nil {
		return err
	}
	if controls != "" && !options.Practice {
		return post.NewFault(post.CodeUsage, nil, "detail", "-debug-controls -practice")
	}
	if options.Data == "" {
		folder, err := DefaultFolder()
		if err != nil {
			return err
		}
		options.Data = folder
	}
	if err := os.MkdirAll(options.Data, 0o700); err != nil {
		return accessFault(err, options.Data)
	}
	w := newWindow(ctx, options)
	w.controls = controls
	return errors.Join(w.run(), w.close())
}

func (w *window) run() error {
	first, waits := w.begin()
	if errors.Is(first.err, errOpenElsewhere) {
		return nil
	}
	w.makeCache()
	w.translate()
	w.fyne = fyneapp.NewWithID(appID)
	w.show(first, waits)
	w.ui.Show()
	w.wakeOthers()
	w.behind.Go(w.keepAsking)
	stop := w.watch()
	w.fyne.Run()
	stop()
	w.ui.Close()
	return nil
}

// begin opens the profile to begin with. waits says that it takes its time, and
// goes on.
func (w *window) begin() (first opening, waits bool) {
	name, err := w.firstProfile()
	if err != nil {
		w.log.Error("choose a profile", "error", err)
		return opening{profile: name, err: err}, false
	}
	w.mutex.Lock()
	w.begun = name
	w.mutex.Unlock()
	patience, cancel := context.WithTimeout(w.ctx, w.patience)
	defer cancel()
	first = w.reach(patience, w.optionsFor(name))
	return first, post.CodeOf(first.err) == post.CodeInternal && errors.Is(first.err, context.DeadlineExceeded)
}

// show makes the window with what came of opening the first profile.
func (w *window) show(first opening, waits bool) {
	ports := w.turn(first)
	ports.Welcome.Waits = waits
	w.ui = ui.New(w.fyne, ports, ui.Options{Language: w.looks.Language, Mode: look.Mode(w.looks.Mode),
		Controls: w.controls, LookChanged: w.lookChanged, Inline: w.inline})
	close(w.stands)
}

// makeCache makes the user's cache folder: the toolkit complains without one.
func (w *window) makeCache() {
	if folder, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(folder, 0o700)
	}
}

// translate gives the toolkit its own words in our languages.
func (w *window) translate() {
	for _, code := range lang.Languages() {
		if err := fynelang.AddTranslationsForLocale(lang.Fyne(code), fyne.Locale(code)); err != nil {
			w.log.Warn("words of the toolkit", "language", code, "error", err)
		}
	}
}

func (w *window) lookChanged(language string, mode look.Mode) {
	for _, a := range w.profiles() {
		a.SetLanguage(language)
	}
	w.changeLooks(func(looks *Looks) { looks.Language, looks.Mode = language, string(mode) })
}

// changeLooks changes the looks and keeps them.
func (w *window) changeLooks(change func(*Looks)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	before := w.looks
	if change(&w.looks); w.looks == before {
		return
	}
	if err := WriteLooks(w.options.Data, w.looks); err != nil {
		w.log.Warn("keep the looks", "error", err)
	}
}

// watch brings the window forward when a second one asks, and ends the program
// when the system says so.
func (w *window) watch() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	watching, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-signals:
				fyne.Do(w.fyne.Quit)
			case <-ticker.C:
				for _, folder := range w.claimed() {
					if raised(folder) {
						fyne.Do(w.ui.Window().RequestFocus)
					}
				}
			case <-watching.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-done; signal.Stop(signals) }
}
