//go:build !nowindow

package app

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"brevdue/app/channel"
	"brevdue/app/inbox"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui"
	"brevdue/ui/belgium"
	"brevdue/ui/home"
	boxes "brevdue/ui/inbox"
	"brevdue/ui/parts"
)

// eboxPorts plugs the Belgian part into the window.
func (a *App) eboxPorts(ports *ui.Ports) {
	ports.Belgium = belgium.Ports{EBox: a.EBox, Practice: a.Environment == post.Practice, CheckClientID: channel.CheckClientID,
		TakeCertificate: a.takeEBoxCertificate, HasKey: a.hasEBoxKey, OpenPage: a.Browser,
		HandOver: a.handOverEBox, ReadHandOver: a.readHandOver, SavePDF: a.saveEBoxPDF}
	if a.Environment == post.Practice {
		ports.Belgium.Given = a.givenEBox
	}
	ports.Inbox = boxes.Ports{Inbox: a.Inbox, Ready: a.eboxReady, OpenFolder: openBrowser}
	ports.Welcome.Belgium, ports.Home.Belgium = true, a.eboxWants
	trajectory, err := a.EBox.Trajectory(context.Background())
	if err != nil || trajectory.Started.IsZero() {
		return
	}
	ports.BelgiumBegun = true
	if ports.Sender.SenderID == 0 { // nothing to send with: the Belgian part is all there is
		ports.Start = parts.PlaceBelgium
		if done, all := onboarding.EBoxProgress(trajectory); done == all && trajectory.OwnKey {
			ports.Start = parts.PlaceInbox
		}
	}
}

// givenEBox is what the stand-in knows, in the place of what offices give in the
// real world.
func (a *App) givenEBox(ctx context.Context) (belgium.Given, error) {
	ready, err := a.network.standIn(ctx)
	if err != nil {
		return belgium.Given{}, err
	}
	return belgium.Given{Key: ready.EBoxKeyFile, Certificate: ready.EBoxCertificateFile, ClientID: ready.EBoxClientID, Enterprise: ready.EBoxEnterprise}, nil
}

// eboxSoon is how many days before its end a message needs the person.
const eboxSoon = 14

// eboxWants is what the way to the e-Box, and the e-Box, want of the person now, by
// what is stored here: nobody is asked.
func (a *App) eboxWants(ctx context.Context) (home.Belgium, error) {
	var wants home.Belgium
	trajectory, err := a.EBox.Trajectory(ctx)
	if err != nil || trajectory.Started.IsZero() {
		return wants, err
	}
	wants.OwnKey = trajectory.OwnKey
	for _, reminder := range onboarding.EBoxReminders(trajectory, a.Clock.Now()) {
		if reminder.Due {
			wants.Reminders = append(wants.Reminders, reminder.Step)
		}
	}
	if a.eboxReady(ctx) != nil { // no e-Box to read from here
		return wants, nil
	}
	ending, err := a.Inbox.List(ctx, inbox.Query{ExpiringDays: eboxSoon, Saved: inbox.NotSaved, Limit: 1})
	wants.New, wants.Expiring = ending.Counts.New, ending.Total
	return wants, err
}

// eboxEvery is how often the e-Box is looked into by itself.
const eboxEvery = 15 * time.Minute

// watchEBox looks into the e-Box now and then until the app is closed, where there
// is one to look into.
func (a *App) watchEBox() {
	watching, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = a.Inbox.Watch(watching, eboxEvery, func(_ inbox.Refreshed, err error) {
			if code := post.CodeOf(err); err != nil && code != post.CodeNoEBox && code != post.CodeEBoxKey {
				a.Log.Warn("look into the inbox", "code", string(code), "error", err)
			}
		})
	}()
	a.closeLater(func() error {
		cancel()
		<-done
		return nil
	})
}

// takeEBoxCertificate reads a certificate and the key beside it, whose path may be
// empty, and makes it the trajectory's.
func (a *App) takeEBoxCertificate(ctx context.Context, certificate, key, password string) (onboarding.EBoxLook, error) {
	file, err := readKeyFile(certificate)
	if err != nil {
		return onboarding.EBoxLook{}, err
	}
	var beside []byte
	if key != "" {
		if beside, err = readKeyFile(key); err != nil {
			return onboarding.EBoxLook{}, err
		}
	}
	return a.EBox.TakeCertificate(ctx, file, beside, password)
}

// hasEBoxKey reports whether the own key is in the keyring.
func (a *App) hasEBoxKey(ctx context.Context) (bool, error) {
	_, err := a.EBox.Key(ctx)
	switch post.CodeOf(err) {
	case post.CodeEBoxKey, post.CodeNoEBox:
		return false, nil
	}
	return err == nil, err
}

// handOverEBox writes the checklist to a file for a colleague.
func (a *App) handOverEBox(ctx context.Context, path string) error {
	content, err := a.EBox.Export(ctx)
	if err != nil {
		return err
	}
	return saveNew(content, path)
}

// readHandOver looks at a checklist that a colleague handed over.
func (a *App) readHandOver(ctx context.Context, path string) (onboarding.EBoxHandOver, error) {
	file, err := os.Open(path)
	if err != nil {
		return onboarding.EBoxHandOver{}, fileFault(err, filepath.Base(path))
	}
	defer file.Close()
	return a.EBox.ReadHandOver(ctx, file, filepath.Base(path))
}

// saveEBoxPDF writes the checklist as a PDF.
func (a *App) saveEBoxPDF(ctx context.Context, path string, words onboarding.EBoxWords) error {
	content, err := a.EBox.PDF(ctx, words)
	if err != nil {
		return err
	}
	return saveNew(content, path)
}
