package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"brevdue/app/doctor"
	"brevdue/app/post"
)

// Support writes the support file: versions, settings, counts, what the doctor
// found and the codes of the log, without names, numbers, subjects, file names
// and secrets. heading is in the person's language. It is for reading before it
// is saved.
func (a *App) Support(ctx context.Context, report doctor.Report, heading string) (string, error) {
	settings, err := a.supportSettings(ctx)
	if err != nil {
		return "", err
	}
	counts, err := a.supportCounts(ctx)
	if err != nil {
		return "", err
	}
	log, closeLog := openLogs(a.Data)
	defer closeLog()
	facts := versions()
	commit, _ := Build("")
	return doctor.Support(doctor.SupportFacts{Heading: heading, Report: report, Settings: settings, Counts: counts, Log: log,
		Versions: map[string]string{"brevdue": facts.Program, "commit": commit[:min(8, len(commit))], "go": facts.Go, "fyne": facts.Window, "system": facts.System}})
}

// SaveSupport saves a support file, readable by the user alone. A file that is
// there already is left as it is.
func (a *App) SaveSupport(text, out string) error {
	file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return post.NewFault(post.CodeFileExists, err, "file", filepath.Base(out))
	}
	if err != nil {
		return accessFault(err, filepath.Dir(out))
	}
	if _, err = io.WriteString(file, text); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(out) // a half file helps nobody
		return accessFault(err, filepath.Dir(out))
	}
	return nil
}

// supportSettings are what changes how the program works. Addresses are only
// said to be there.
func (a *App) supportSettings(ctx context.Context) (map[string]string, error) {
	settings, err := a.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	current, err := a.Sender.Sender(ctx)
	if err != nil {
		return nil, err
	}
	attempt, err := a.Onboarding.Current(ctx)
	if err != nil {
		return nil, err
	}
	certificate, err := a.Sender.Certificate(ctx)
	if err != nil {
		return nil, err
	}
	key, err := a.Sender.SFTPKey(ctx)
	if err != nil {
		return nil, err
	}
	said := map[string]string{
		"environment": string(a.Environment), "language": a.language(), "onboarding.state": attempt.State, "onboarding.trouble": string(attempt.Trouble),
		"secrets": "keyring", "sender": isSet(current.SenderID != 0), "partner": isSet(current.BrokerID != current.SenderID),
		"certificate": isSet(certificate.Fingerprint != ""), "sftp_key": key.Type,
		settingRelay: isSet(relayOf(settings, a.Environment) != ""), settingReturnPort: isSet(settings[settingReturnPort] != ""),
		settingReturnAddress: isSet(settings[settingReturnAddress] != ""),
	}
	if a.secretsInFile() {
		said["secrets"] = "file"
	}
	for _, kind := range []post.JobKind{post.KindLetter, post.KindMailing} {
		time, err := a.CoolingOff(ctx, kind)
		if err != nil {
			return nil, err
		}
		said["cooling_off."+string(kind)] = time.String()
	}
	return said, nil
}

func isSet(set bool) string {
	if set {
		return "set"
	}
	return "none"
}

// supportCounts are how many people there are, and jobs by kind, way and state.
func (a *App) supportCounts(ctx context.Context) (map[string]int, error) {
	people, err := a.Register.Overview(ctx)
	if err != nil {
		return nil, err
	}
	jobs, err := a.Jobs.Jobs(ctx, post.JobQuery{})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{"people": people.Total, "jobs": len(jobs)}
	for _, job := range jobs {
		counts[fmt.Sprintf("jobs.%s.%s.%s", job.Kind, job.Via, job.State)]++
	}
	return counts, nil
}

// openLogs opens the program's log, the older part first.
func openLogs(folder string) (log io.Reader, closeAll func()) {
	var parts []io.Reader
	var files []*os.File
	for _, name := range []string{logFile + ".old", logFile} {
		if file, err := os.Open(filepath.Join(folder, name)); err == nil {
			parts, files = append(parts, file), append(files, file)
		}
	}
	return io.MultiReader(parts...), func() {
		for _, file := range files {
			_ = file.Close()
		}
	}
}

// versions tells what runs.
func versions() doctor.VersionFacts {
	_, window := Build("fyne.io/fyne/v2")
	if !hasWindow {
		window = ""
	}
	return doctor.VersionFacts{Program: Version(), Go: strings.TrimPrefix(runtime.Version(), "go"), Window: window, System: runtime.GOOS + "/" + runtime.GOARCH}
}
