package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"brevdue/app/post"
)

const (
	databaseFile    = "brevdue.db"
	practiceProfile = "practice"
	defaultProfile  = "avsender"
)

// profileForm is what a profile may be called: it is a folder's name.
var profileForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,60}$`)

// DefaultFolder is the system's folder for application data.
func DefaultFolder() (string, error) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("find the folder for application data: %w", err)
		}
		return filepath.Join(base, "Brevdue"), nil
	}
	if base := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "brevdue"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "brevdue"), nil
}

// Profiles are the sender profiles below a data folder, practice left out.
func Profiles(data string) ([]string, error) {
	entries, err := os.ReadDir(data)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, post.NewFault(post.CodeNoAccess, err, "folder", data)
	}
	var profiles []string
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == practiceProfile {
			continue
		}
		if _, err := os.Stat(filepath.Join(data, entry.Name(), databaseFile)); err == nil {
			profiles = append(profiles, entry.Name())
		}
	}
	sort.Strings(profiles)
	return profiles, nil
}

// profileFolder chooses the profile and gives its folder, made when it is not
// there. One without a database is new.
func profileFolder(options Options) (folder string, isNew bool, err error) {
	name := practiceProfile
	if !options.Practice {
		if name, err = chooseProfile(options); err != nil {
			return "", false, err
		}
	}
	folder = filepath.Join(options.Data, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", false, accessFault(err, folder)
	}
	_, err = os.Stat(filepath.Join(folder, databaseFile))
	return folder, errors.Is(err, os.ErrNotExist), nil
}

// setupLock is held by a process that makes what a profile has only one of.
const setupLock = "setup.lock"

// alone does something while no other process does the like in this folder.
func (a *App) alone(ctx context.Context, do func() error) error {
	lock := flock.New(filepath.Join(a.Folder, setupLock), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return accessFault(err, a.Folder)
	}
	defer func() { _ = lock.Close() }()
	return do()
}

func chooseProfile(options Options) (string, error) {
	profiles, err := Profiles(options.Data)
	if err != nil {
		return "", err
	}
	switch {
	case options.Profile == practiceProfile, options.Profile != "" && !profileForm.MatchString(options.Profile):
		return "", post.NewFault(post.CodeProfileUnknown, nil, "profile", options.Profile)
	case options.Profile != "":
		return options.Profile, nil
	case len(profiles) == 0:
		return defaultProfile, nil
	case len(profiles) == 1:
		return profiles[0], nil
	}
	return "", post.NewFault(post.CodeProfileChoice, nil, "profiles", strings.Join(profiles, ", "))
}

// accessFault says that a folder cannot be written, or that the disk is full.
func accessFault(err error, folder string) error {
	if isDiskFull(err) {
		return post.NewFault(post.CodeDiskFull, err, "folder", folder)
	}
	return post.NewFault(post.CodeNoAccess, err, "folder", folder)
}
