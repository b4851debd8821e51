//go:build !nowindow

package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brevdue/app/post"
	"brevdue/assets/sample"
)

// How the window opens profiles: one by one, each once, and beside each other.

// opening is what came of opening a profile.
type opening struct {
	profile string
	app     *App
	err     error
}

// effort is a profile that is being opened, once for all who wait for it.
type effort struct {
	cancel  context.CancelFunc
	done    chan struct{}
	result  opening // when done
	givenUp bool
}

// errOpenElsewhere means that another window has the profile; it was asked to
// come forward.
var errOpenElsewhere = errors.New("another window has the profile")

// profiles are the open ones, in the order they are closed in: practice first,
// which may be talking to a stand-in of its own.
func (w *window) profiles() []*App {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	names := slices.Sorted(maps.Keys(w.open))
	slices.SortStableFunc(names, func(a, b string) int {
		switch practiceProfile {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	var open []*App
	for _, name := range names {
		open = append(open, w.open[name])
	}
	return open
}

// profile gives an open profile, or nil.
func (w *window) profile(name string) *App {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.open[name]
}

// firstProfile is the one to begin with: the one that was asked for, else the
// one shown last, else any. Only a command refuses to choose.
func (w *window) firstProfile() (string, error) {
	if w.options.Practice {
		return practiceProfile, nil
	}
	name, err := chooseProfile(w.options)
	if post.CodeOf(err) != post.CodeProfileChoice {
		return name, err
	}
	profiles, err := Profiles(w.options.Data)
	if err != nil {
		return "", err
	}
	if slices.Contains(profiles, w.looks.Profile) {
		return w.looks.Profile, nil
	}
	return profiles[0], nil
}

// optionsFor are the options to open a profile with. Where the keys lie and the
// stand-in that runs already were said of the profile the program began with:
// no other shares them.
func (w *window) optionsFor(profile string) Options {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	options := w.options
	options.Language = w.looks.Language
	options.Profile, options.Practice = profile, profile == practiceProfile
	if options.Practice {
		options.Profile = ""
	}
	if profile != w.begun {
		options.Secrets, options.Passphrase, options.SandboxFile = "", "", ""
	}
	return options
}

// profileName is the name of the profile that options open.
func profileName(options Options) string {
	if options.Practice {
		return practiceProfile
	}
	return options.Profile
}

// reach gives a profile, opened now unless it is open. Whoever stops waiting
// leaves the effort to itself: only giveUp and the end of the window end it.
func (w *window) reach(ctx context.Context, options Options) opening {
	name := profileName(options)
	for {
		e, before := w.join(name, options)
		if e == nil {
			return opening{profile: name, app: w.profile(name)}
		}
		select {
		case <-e.done:
			if !before {
				return e.result
			} // it was given up before: once more
		case <-ctx.Done():
			return opening{profile: name, err: ctx.Err()}
		}
	}
}

// join gives the effort under way for a profile, or begins one; nil when the
// profile is open. before says that it had been given up already.
func (w *window) join(name string, options Options) (e *effort, before bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.open[name] != nil {
		return nil, false
	}
	if e := w.under[name]; e != nil {
		return e, e.givenUp
	}
	ctx, cancel := context.WithCancel(w.ctx)
	e = &effort{cancel: cancel, done: make(chan struct{})}
	w.under[name] = e
	w.behind.Go(func() {
		defer cancel()
		a, err := w.openProfile(ctx, options)
		w.mutex.Lock()
		delete(w.under, name)
		if err == nil {
			w.open[name] = a
		}
		e.result = opening{profile: name, app: a, err: err}
		w.mutex.Unlock()
		close(e.done)
		if err == nil {
			w.askRelay(ctx, name, a)
		}
	})
	return e, false
}

// giveUp ends the effort to open a profile.
func (w *window) giveUp(name string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if e := w.under[name]; e != nil {
		e.givenUp = true
		e.cancel()
	}
}

// openProfile opens a profile for the window and starts to act on its jobs.
func (w *window) openProfile(ctx context.Context, options Options) (*App, error) {
	a, err := w.tryProfile(ctx, options)
	if err != nil && !errors.Is(err, errOpenElsewhere) {
		w.log.Error("open the profile", "error", err)
	}
	return a, err
}

func (w *window) tryProfile(ctx context.Context, options Options) (*App, error) {
	folder, _, err := profileFolder(options)
	if err != nil {
		return nil, err
	}
	if ours, err := w.claim(folder); err != nil {
		return nil, err
	} else if !ours {
		return nil, errors.Join(errOpenElsewhere, raise(folder))
	}
	tidy := tidyAfter(options)
	a, err := Open(ctx, options)
	if err != nil {
		tidy()
		return nil, err
	}
	// A command may be acting just now; when it ends this process goes on.
	_, err = a.RunOrFollow(ctx)
	if err == nil && a.Environment == post.Practice {
		err = a.prepare(ctx)
	}
	if err != nil {
		return nil, firstOf(err, a.Close())
	}
	a.watchEBox()
	return a, nil
}

// secretsFileOf is the option that keeps a profile's keys in its encrypted file.
func secretsFileOf(folder string) string { return "file:" + filepath.Join(folder, secretsFile) }

// tidyAfter gives what takes an encrypted file away again that was made while a
// profile was opened that then did not open: else the next start would take it
// for the place of the keys.
func tidyAfter(options Options) func() {
	path, inFile := strings.CutPrefix(options.Secrets, "file:")
	folder := filepath.Dir(path)
	if !inFile || filepath.Base(path) != secretsFile || keysInFile(folder) {
		return func() {}
	}
	return func() { _ = removeSecretsFile(folder) }
}

// claim makes this process the window of a profile's folder, until it ends.
func (w *window) claim(folder string) (ours bool, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.claims[folder] != nil {
		return true, nil
	}
	lock, err := holdWindow(folder)
	if err != nil || lock == nil {
		return false, err
	}
	w.claims[folder] = lock
	return true, nil
}

// claimed are the folders this process is the window of.
func (w *window) claimed() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Collect(maps.Keys(w.claims))
}

// release gives the folders back. One that was made for a profile that came to
// nothing goes.
func (w *window) release() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var errs []error
	for folder, lock := range w.claims {
		errs = append(errs, lock.Close())
		if _, err := os.Stat(filepath.Join(folder, databaseFile)); errors.Is(err, os.ErrNotExist) {
			_ = os.Remove(filepath.Join(folder, windowLock))
			_ = os.Remove(folder) // only when nothing else is in it
		}
	}
	clear(w.claims)
	return errors.Join(errs...)
}

// close ends what is done beside the window, and closes the profiles; letters
// under way get a moment to finish.
func (w *window) close() error {
	w.stop()
	w.behind.Wait()
	var errs []error
	for _, a := range w.profiles() {
		errs = append(errs, a.Close())
	}
	clear(w.open)
	errs = append(errs, w.release(), w.pdfs.close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
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
