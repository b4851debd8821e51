package app

import (
	"context"
	"crypto"
	"io"
	"path/filepath"
	"sync"

	"brevdue/app/channel"
	"brevdue/app/command"
	"brevdue/app/document"
	"brevdue/app/inbox"
	"brevdue/app/intake"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/app/sender"
	"brevdue/assets/fonts"

	"github.com/gofrs/flock"
)

// plugEBox puts the Belgian part together: the checklist, the reader, the inbox.
func (a *App) plugEBox(secrets sender.Secrets) {
	reader := channel.NewEBox(a.eboxAccess, a.eboxKey, "Brevdue/"+Version())
	a.closeLater(func() error { reader.Close(); return nil })
	a.EBox = onboarding.NewEBox(onboarding.EBoxPorts{Store: a.Store, Secrets: secrets, Checker: channel.EBoxChecks{}, Reach: reader,
		Paper: checklistPaper, Environment: eboxEnvironment(a.Environment), Notify: a.hub.notify, Now: a.Clock.Now})
	a.Inbox = inbox.New(inbox.Ports{Store: a.Store, Box: reader, Table: intake.WriteTable, Ready: a.eboxReady, Hold: a.holdEBox, Notify: a.hub.notify,
		Now: a.Clock.Now, Sleep: a.Clock.Wait})
}

// holdEBox takes the folder's lock on saving documents of the e-Box, which goes
// with the process, however that ends. Two at it would fetch everything twice.
func (a *App) holdEBox(context.Context) (release func(), err error) {
	lock := flock.New(filepath.Join(a.Folder, "ebox.lock"), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, accessFault(err, a.Folder)
	case !held:
		return nil, post.NewFault(post.CodeBusy, nil, "what", "e-Box")
	}
	return func() { _ = lock.Unlock() }, nil
}

// eboxEnvironment is that of a new trajectory in a profile.
func eboxEnvironment(of post.Environment) post.EBoxEnvironment {
	switch of {
	case post.Practice:
		return post.EBoxPractice
	case post.Test:
		return post.EBoxAcceptance
	}
	return post.EBoxProduction
}

// eboxAccess is how the e-Box is reached. In practice it is the stand-in and
// nothing else, whatever stands in the checklist; elsewhere it is never the
// stand-in (design rule 7).
func (a *App) eboxAccess(ctx context.Context) (post.EBoxAccess, error) {
	access, err := a.EBox.Access(ctx)
	if err != nil {
		return access, err
	}
	if a.Environment != post.Practice {
		if access.Environment == post.EBoxPractice {
			return access, post.NewFault(post.CodeNoEBox, nil)
		}
		return access, nil
	}
	ready, err := a.network.standIn(ctx)
	if err != nil {
		return access, err
	}
	return post.EBoxAccess{Environment: post.EBoxPractice, ClientID: access.ClientID, TokenURL: ready.EBoxToken, RegistryURL: ready.EBoxRegistry}, nil
}

// eboxKeys remembers the key that signs for the e-Box by its certificate's
// fingerprint, so that the keyring is not asked for each call.
type eboxKeys struct {
	mutex  sync.Mutex
	of     string
	signer crypto.Signer
}

// eboxKey gives the private key that signs for the e-Box.
func (a *App) eboxKey(ctx context.Context) (crypto.Signer, error) {
	trajectory, err := a.EBox.Trajectory(ctx)
	if err != nil {
		return nil, err
	}
	if !trajectory.OwnKey {
		return nil, post.NewFault(post.CodeNoEBox, nil)
	}
	k := &a.eboxKeys
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if of := trajectory.Certificate.SHA256; of == "" || of != k.of {
		k.of, k.signer = "", nil
		key, err := a.EBox.Key(ctx)
		if err != nil {
			return nil, err
		}
		if k.signer, err = channel.EBoxSigner(key.File, key.Key, key.Password); err != nil {
			return nil, err
		}
		k.of = of
	}
	return k.signer, nil
}

// eboxReady says why no e-Box can be read here, or nil.
func (a *App) eboxReady(ctx context.Context) error {
	trajectory, err := a.EBox.Trajectory(ctx)
	switch {
	case err != nil:
		return err
	case trajectory.Started.IsZero(), !trajectory.OwnKey:
		return post.NewFault(post.CodeNoEBox, nil)
	case trajectory.ClientID == "", trajectory.Certificate.SHA256 == "":
		return post.NewFault(post.CodeEBoxKey, nil)
	}
	return nil
}

// checklistPaper writes the checklist as a PDF in the program's own font.
func checklistPaper(ctx context.Context, sheet onboarding.EBoxSheet) ([]byte, error) {
	paper := document.Sheet{Title: sheet.Title, Subtitle: sheet.Subtitle, Foot: sheet.Foot, Page: sheet.Page}
	for _, section := range sheet.Sections {
		paper.Sections = append(paper.Sections, document.Section(section))
	}
	return document.WriteSheet(ctx, fonts.Regular, paper)
}

// saveNew writes a file whole or not at all, readable by the user alone; one that
// is there already is left as it is.
func saveNew(content []byte, out string) error {
	return writeNew(out, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// belgium is the Belgian part for the commands.
func (a *App) belgium() command.Belgium {
	return command.Belgium{EBox: a.EBox, Inbox: a.Inbox, SaveFile: saveNew}
}
