package app

import (
	"context"
	"log/slog"
	"os"

	"brevdue/app/command"
)

// Main opens the window, or runs the command on the line, and gives the exit
// code.
func Main(ctx context.Context, args []string) int {
	log, file := newLog()
	defer file.close()
	wanted, controls, isWindow := command.Window(args)
	if !isWindow {
		return runCommand(ctx, args, log, file)
	}
	environment := command.TakeEnvironment()
	options := optionsOf(wanted, environment.Passphrase())
	if options.Language == "" && ReadLooks(options.Data).Language == "" {
		options.Language = environment.Language()
	}
	if options.Data == "" {
		if folder, err := DefaultFolder(); err == nil {
			options.Data = folder
		}
	}
	file.in(options.Data)
	options.Log = log
	if err := RunWindow(ctx, options, controls); err != nil {
		log.Error("window", "error", err)
		return command.Tell(os.Stderr, environment, options.Language, err)
	}
	return 0
}

// runCommand runs the command on the line. PDFium ends after everything else.
func runCommand(ctx context.Context, args []string, log *slog.Logger, file *logWriter) int {
	pdfs := newPDFs()
	defer func() {
		if err := pdfs.close(); err != nil {
			log.Warn("command", "error", err)
		}
	}()
	return command.Main(ctx, args, commands(log, file, pdfs), os.Stdin, os.Stdout, os.Stderr)
}

func optionsOf(wanted command.Options, passphrase string) Options {
	return Options{
		Data: wanted.Data, Profile: wanted.Profile, Environment: wanted.Environment, Practice: wanted.Practice,
		SandboxFile: wanted.SandboxFile, Secrets: wanted.Secrets, Passphrase: passphrase, Language: wanted.Lang,
	}
}
