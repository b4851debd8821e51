//go:build !nowindow

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	fynelang "fyne.io/fyne/v2/lang"

	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/assets/sample"
	"brevdue/ui"
	"brevdue/ui/look"
)

// appID is the program's name to the system.
const appID = "no.brevdue.desktop"

// openPatience is how long the window waits for the profile before it shows
// itself without: a locked keyring may be asking for its password meanwhile.
const openPatience = 1500 * time.Millisecond

// window is one run of the window.
type window struct {
	options  Options
	controls string
	looks    Looks
	log      *slog.Logger

	fyne fyne.App
	ui   *ui.UI
	pdfs *pdfs

	mutex          sync.Mutex
	real, practice *App
}

// profiles are the open ones, in the order they are closed in.
func (w *window) profiles() []*App {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var open []*App
	for _, a := range []*App{w.practice, w.real} {
		if a != nil {
			open = append(open, a)
		}
	}
	return open
}

// profile gives the open practice profile, or the open real one; nil when it is
// not open.
func (w *window) profile(practice bool) *App {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if practice {
		return w.practice
	}
	return w.real
}

func (w *window) keep(a *App) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if a.Environment == post.Practice {
		w.practice = a
	} else {
		w.real = a
	}
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
	w := &window{options: options, controls: controls, looks: ReadLooks(options.Data), log: options.Log, pdfs: newPDFs()}
	if w.looks.Language == "" || options.Language != "" && options.Language != w.looks.Language {
		w.looks.Language = options.Language
	}
	w.options.Language = w.looks.Language
	return w.run(ctx)
}

func (w *window) run(ctx context.Context) error {
	opened := make(chan opening, 1)
	openCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { opened <- w.open(openCtx, w.options) }()
	first := opening{err: post.NewFault(post.CodeKeyringLocked, nil)}
	late := true
	select {
	case first = <-opened:
		late = false
	case <-time.After(openPatience):
	}
	if errors.Is(first.err, errOpenElsewhere) {
		return nil
	}
	w.makeCache()
	w.translate()
	w.fyne = fyneapp.NewWithID(appID)
	w.ui = ui.New(w.fyne, w.ports(first), ui.Options{
		Language: w.looks.Language, Mode: look.Mode(w.looks.Mode), Controls: w.controls, LookChanged: w.lookChanged})
	w.ui.Show()
	if late {
		go func() {
			result := <-opened
			if errors.Is(result.err, errOpenElsewhere) {
				fyne.Do(w.fyne.Quit)
				return
			}
			fyne.Do(func() { w.ui.Use(w.ports(result)) })
		}()
	}
	stop := w.watch(ctx)
	w.fyne.Run()
	stop()
	w.ui.Close()
	cancel()
	return w.close()
}

// opening is what came of opening a profile.
type opening struct {
	app *App
	err error
}

// errOpenElsewhere means that another window has the folder; it was asked to
// come forward.
var errOpenElsewhere = errors.New("another window has the folder")

// open opens a profile for the window and starts to act on its jobs.
func (w *window) open(ctx context.Context, options Options) opening {
	a, err := Open(ctx, options)
	if err != nil {
		w.logger().Error("open the profile", "error", err)
		return opening{err: err}
	}
	first, err := a.holdWindow()
	switch {
	case err != nil:
	case !first:
		err = errors.Join(errOpenElsewhere, a.Raise())
	default:
		// A command may be acting just now; when it ends this process goes on.
		_, err = a.RunOrFollow(ctx)
	}
	if err == nil && a.Environment == post.Practice {
		err = a.prepare(ctx)
	}
	if err != nil {
		w.logger().Error("open the profile", "error", err)
		return opening{err: firstOf(err, a.Close())}
	}
	w.keep(a)
	return opening{app: a}
}

func (w *window) logger() *slog.Logger {
	if w.log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.log
}

// exampleFolder holds the practice list and letter where a person finds them.
const exampleFolder = "eksempel"

// prepare lays out what practice needs: the list and the letter to try with,
// and the SFTP key the stand-in knows, which stands for the one that a sender
// registers at Digipost.
func (a *App) prepare(ctx context.Context) error {
	folder := filepath.Join(a.Folder, exampleFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return accessFault(err, folder)
	}
	for name, content := range map[string][]byte{sample.ListName: sample.List(), sample.LetterName: sample.Letter()} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			continue // a person may have changed it to try something
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return accessFault(err, folder)
		}
	}
	if a.SandboxFile != "" {
		return a.Equip(ctx) // a stand-in that was named brings the sign-up with it
	}
	return a.EquipSFTP(ctx)
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
			w.logger().Warn("words of the toolkit", "language", code, "error", err)
		}
	}
}

func (w *window) lookChanged(language string, mode look.Mode) {
	w.looks = Looks{Language: language, Mode: string(mode)}
	for _, a := range w.profiles() {
		a.SetLanguage(language)
	}
	if err := WriteLooks(w.options.Data, w.looks); err != nil {
		w.logger().Warn("keep the looks", "error", err)
	}
}

// watch brings the window forward when a second one asks, and ends the program
// when the system says so.
func (w *window) watch(ctx context.Context) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	watching, cancel := context.WithCancel(ctx)
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
				for _, a := range w.profiles() {
					if a.raised() {
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

// close closes the profiles; letters under way get a moment to finish.
func (w *window) close() error {
	var errs []error
	for _, a := range w.profiles() {
		errs = append(errs, a.Close())
	}
	errs = append(errs, w.pdfs.close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}
