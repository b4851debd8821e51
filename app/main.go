package app

import (
	"context"
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
		return command.Main(ctx, args, commands(log, file), os.Stdin, os.Stdout, os.Stderr)
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

func optionsOf(wanted command.Options, passphrase string) Options {
	return Options{
		Data: wanted.Data, Profile: wanted.Profile, Environment: wanted.Environment, Practice: wanted.Practice,
		SandboxFile: wanted.SandboxFile, Secrets: wanted.Secrets, Passphrase: passphrase, Language: wanted.Lang,
	}
}
