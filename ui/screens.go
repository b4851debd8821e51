package ui

import (
	"context"

	"brevdue/app/post"
	"brevdue/ui/belgium"
	"brevdue/ui/home"
	"brevdue/ui/inbox"
	"brevdue/ui/jobs"
	"brevdue/ui/letter"
	"brevdue/ui/mailing"
	"brevdue/ui/options"
	"brevdue/ui/parts"
	"brevdue/ui/people"
	"brevdue/ui/senders"
	"brevdue/ui/sheet"
	"brevdue/ui/split"
	"brevdue/ui/welcome"
)

// Ports are what the window needs of a profile. A screen's own needs stand in its
// package.
type Ports struct {
	// Profile is the name the sender is kept under; OpenSender turns to another, or
	// makes it, and is nil in practice. Several says that there are others. Senders
	// is their list.
	Profile    string
	OpenSender func(ctx context.Context, profile string) (Ports, error)
	Several    bool
	Senders    senders.Ports
	// Reopen tries again to open a profile that could not be opened; UseSecretsFile
	// does so with its keys in an encrypted file. Either may be nil.
	Reopen         func(ctx context.Context) (Ports, error)
	UseSecretsFile func(ctx context.Context, passphrase string) (Ports, error)
	// Sender is who sends, for the band; ReadSender reads it again.
	Sender     post.Sender
	ReadSender func(ctx context.Context) (post.Sender, error)
	// Watch calls f for each change, from any goroutine, until stop.
	Watch func(f func(post.Notice)) (stop func())
	// StartPractice opens the practice profile and gives its ports; nil in
	// practice. LeavePractice opens the real profile again; nil outside practice.
	StartPractice, LeavePractice func(ctx context.Context) (Ports, error)
	// Close closes the profile; called when another has taken its place. It may
	// be nil.
	Close func() error
	// Start is the place to begin at in place of Home and Welcome, for example that
	// of a Belgian sign-up that was begun; "" is none.
	Start parts.Place
	// BelgiumBegun says that the way to the Belgian e-Box was begun: then it and the
	// inbox stand in the navigation.
	BelgiumBegun bool

	Home    home.Ports
	Welcome welcome.Ports
	Sheet   sheet.Ports
	People  people.Ports
	Split   split.Ports
	Mailing mailing.Ports
	Jobs    jobs.Ports
	Letter  letter.Ports
	Options options.Ports
	Belgium belgium.Ports
	Inbox   inbox.Ports
}

// screens makes the screens of a profile: those whose ports are there. A profile
// that could not be opened has only the way in.
func screens(env *parts.Env, ports Ports) map[parts.Place]parts.Screen {
	made := map[parts.Place]parts.Screen{parts.PlaceWelcome: welcome.New(env, ports.Welcome)}
	if ports.Home.Jobs != nil {
		made[parts.PlaceHome] = home.New(env, ports.Home)
	}
	if ports.Sheet.Register != nil {
		made[parts.PlaceSheet] = sheet.New(env, ports.Sheet)
	}
	if ports.People.Register != nil {
		made[parts.PlacePeople] = people.New(env, ports.People)
	}
	if ports.Split.Jobs != nil {
		made[parts.PlaceSplit] = split.New(env, ports.Split)
	}
	if ports.Mailing.Jobs != nil {
		made[parts.PlaceMailing] = mailing.New(env, ports.Mailing)
	}
	if ports.Jobs.Jobs != nil {
		made[parts.PlaceJobs] = jobs.New(env, ports.Jobs)
	}
	if ports.Letter.Jobs != nil {
		made[parts.PlaceLetter] = letter.New(env, ports.Letter)
	}
	if ports.Options.Sender != nil {
		made[parts.PlaceSettings] = options.New(env, ports.Options)
	}
	if ports.Belgium.EBox != nil {
		if ports.Sender.SenderID != 0 {
			ports.Belgium.Later = parts.PlaceHome
		} else {
			ports.Belgium.Before = parts.PlaceWelcome
		}
		made[parts.PlaceBelgium] = belgium.New(env, ports.Belgium)
	}
	if ports.Inbox.Inbox != nil {
		made[parts.PlaceInbox] = inbox.New(env, ports.Inbox)
	}
	if ports.Senders.List != nil {
		made[parts.PlaceSenders] = senders.New(env, ports.Senders)
	}
	return made
}
