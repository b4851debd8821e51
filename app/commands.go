package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"brevdue/app/channel"
	"brevdue/app/command"
	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/digipost/sandbox"
)

// commands plugs the use cases into the command line twin.
func commands(log *slog.Logger, file *logWriter, pdfs *pdfs) command.App {
	_, fyne := Build("fyne.io/fyne/v2")
	return command.App{
		Open: func(ctx context.Context, options command.Options) (*command.Program, error) {
			return openProgram(ctx, options, log, file)
		},
		RunSandbox: runSandbox, RunRelay: runRelay, CheckRelay: checkRelay, ReadReturn: readReturn, ReadDocument: document.Read, CheckDocument: checkDocument, CheckJob: checkJob,
		EBoxChecker: channel.EBoxChecks{}, CheckPDF: pdfs.reader.Check, Shield: pdfs.reader.Shield,
		VerifyEvidence: func(ctx context.Context, options command.Options, path string) (job.EvidenceReport, error) {
			return verifyEvidence(ctx, options, path, log)
		},
		Version: Version(), Fyne: fyne, Log: log,
	}
}

func openProgram(ctx context.Context, wanted command.Options, log *slog.Logger, file *logWriter) (*command.Program, error) {
	options := optionsOf(wanted, wanted.Passphrase)
	options.Log = log
	if options.Data == "" {
		folder, err := DefaultFolder()
		if err != nil {
			return nil, err
		}
		options.Data = folder
	}
	if options.Passphrase == "" && wanted.AskPassphrase != nil && needsPassphrase(options) {
		var err error
		if options.Passphrase, err = wanted.AskPassphrase(); err != nil {
			return nil, err
		}
	}
	file.in(options.Data)
	a, err := Open(ctx, options)
	if err != nil {
		return nil, err
	}
	if options.SandboxFile != "" {
		if err := a.Equip(ctx); err != nil {
			return nil, firstOf(err, a.Close())
		}
	}
	return a.program(), nil
}

// firstOf gives the error that matters and drops what came of closing after it.
func firstOf(err, _ error) error { return err }

func (a *App) program() *command.Program {
	return &command.Program{
		Register: a.Register, Sender: a.Sender, Signup: a.Onboarding, Jobs: a.Jobs, Stories: a.Stories, Belgium: a.belgium(),
		Environment: a.Environment, SFTPHost: a.sftpHost(), CoolingOff: a.CoolingOff,
		TrialTo: a.TrialTo, SetTrialTo: a.SetTrialTo,
		ReturnAddress: a.ReturnAddress, WriteJobFile: a.writeJobFile, WritePostage: a.writePostage, ForeignAllowed: a.foreignAllowed,
		Doctor: a.Doctor.Run, Support: a.Support, SaveSupport: a.SaveSupport, SetRelay: a.SetRelay, SetReturnPort: a.SetReturnPort,
		Prices: a.Store.Prices, SetPrices: a.Store.SetPrices, WriteEvidence: a.writeEvidence,
		Run: a.RunOrFollow, Close: a.Close,
	}
}

// sftpHost is the batch server of the environment as its key is pinned by. The
// stand-in's key is known without.
func (a *App) sftpHost() string {
	if a.Environment == post.Practice {
		return ""
	}
	return sftpAddress
}

// The settings that change letters, and what they are when nobody chose.
const (
	settingCoolingLetter  = "cooling_off.letter"
	settingCoolingMailing = "cooling_off.mailing"

	defaultCoolingLetter  = time.Minute
	defaultCoolingMailing = 5 * time.Minute
)

// CoolingOff is the profile's time between approval and sending.
func (a *App) CoolingOff(ctx context.Context, kind post.JobKind) (time.Duration, error) {
	name, usual := settingCoolingMailing, defaultCoolingMailing
	switch kind {
	case post.KindSplit:
		return 0, nil
	case post.KindLetter:
		name, usual = settingCoolingLetter, defaultCoolingLetter
	}
	settings, err := a.Store.Settings(ctx)
	if err != nil {
		return 0, err
	}
	if chosen, err := time.ParseDuration(settings[name]); err == nil && chosen >= 0 {
		return chosen, nil
	}
	return usual, nil
}

// SetCoolingOff chooses the time between approval and sending, an hour at most.
func (a *App) SetCoolingOff(ctx context.Context, kind post.JobKind, d time.Duration) error {
	name := settingCoolingMailing
	if kind == post.KindLetter {
		name = settingCoolingLetter
	}
	d = min(max(d, 0), time.Hour)
	if err := a.Store.SetSetting(ctx, name, d.String()); err != nil {
		return err
	}
	a.hub.notify(post.Notice{Topic: post.TopicSettings})
	return nil
}

// checkSandbox refuses values that no stand-in starts with.
func checkSandbox(options command.SandboxOptions) error {
	if _, err := sandbox.ParseTrouble(options.Trouble); err != nil {
		return command.BadValue("trouble", err)
	}
	for _, each := range []struct{ flag, address string }{{"rest", options.REST}, {"sftp", options.SFTP}} {
		if each.address == "" {
			continue
		}
		host, port, err := net.SplitHostPort(each.address)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err == nil && host != "localhost" && !net.ParseIP(host).IsLoopback() {
			err = sandbox.ErrNotLoopback
		}
		if err != nil {
			return command.BadValue(each.flag, err)
		}
	}
	return nil
}

// peopleTrouble says what is wrong with a people file and in which line.
func peopleTrouble(err error) string {
	_, what, _ := strings.Cut(err.Error(), sandbox.ErrPeopleFile.Error()+": ")
	return what
}

// fileFault says why a file cannot be opened.
func fileFault(err error, path string) error {
	if errors.Is(err, os.ErrNotExist) {
		return post.NewFault(post.CodeFileMissing, err, "file", path)
	}
	return post.NewFault(post.CodeFileUnreadable, err, "file", path)
}

// runSandbox runs the stand-in alone: it prints the ready line and serves until
// ctx ends.
func runSandbox(ctx context.Context, options command.SandboxOptions, ready io.Writer) error {
	if err := checkSandbox(options); err != nil {
		return err
	}
	config := sandbox.Config{Dir: options.Dir, REST: options.REST, SFTP: options.SFTP, Trouble: options.Trouble, Seed: options.Seed, Relay: options.Relay}
	if config.Dir == "" {
		folder, err := os.MkdirTemp("", "brevdue-sandbox-")
		if err != nil {
			return accessFault(err, os.TempDir())
		}
		config.Dir = folder
	}
	if options.People != "" {
		people, err := os.Open(options.People)
		if err != nil {
			return fileFault(err, options.People)
		}
		defer people.Close()
		config.People = people
	}
	server, err := sandbox.Start(ctx, config)
	if err != nil {
		if errors.Is(err, sandbox.ErrPeopleFile) {
			return post.NewFault(post.CodePeopleFile, err, "file", options.People, "detail", peopleTrouble(err))
		}
		if errors.Is(err, sandbox.ErrRelayAddress) {
			return command.BadValue("relay", err)
		}
		return sandboxFault(err, config.Dir)
	}
	if err := json.NewEncoder(ready).Encode(server.Ready()); err != nil {
		return firstOf(fmt.Errorf("print the ready line: %w", err), server.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("the stand-in ended: %w", err)
	}
	return server.Close()
}
