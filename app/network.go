package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"brevdue/app/channel"
	"brevdue/app/post"
	"brevdue/assets/sample"
	"brevdue/digipost/sandbox"
)

// The addresses of Digipost's environments (its Java and .NET clients, its
// batch guide).
const (
	productionREST = "https://api.digipost.no"
	testREST       = "https://api.test.digipost.no"
	sftpAddress    = "sftp.digipost.no:22"
	registration   = "https://www.digipost.no/registrering/bedrift"
)

// partnerID is the account of the vendor whose build this is; set by the linker
// for a build that offers sign-up at the real Digipost.
var partnerID string

// network gives the addresses to talk to. In practice it starts the stand-in
// when they are first asked for, so that a command that only reads starts
// nothing.
type network struct {
	app *App

	mutex  sync.Mutex
	server *sandbox.Server
	ready  *sandbox.Ready
	// looked is when a stand-in of another process was last looked for.
	looked time.Time
}

// standInLife is how long a stand-in of another process is taken to be there:
// it ends with that process, and then this one starts it again.
const standInLife = 2 * time.Second

// endpoints gives the addresses of the profile's environment.
func (n *network) endpoints(ctx context.Context) (channel.Endpoints, error) {
	switch n.app.Environment {
	case post.Practice:
		ready, err := n.standIn(ctx)
		if err != nil {
			return channel.Endpoints{}, err
		}
		return channel.Endpoints{REST: ready.REST, SFTP: ready.SFTP, SFTPUser: "prod_", Registration: ready.Signup,
			PartnerID: ready.PartnerID, HostKey: ready.SFTPHostKey}, nil
	case post.Test:
		return channel.Endpoints{REST: testREST, SFTP: sftpAddress, SFTPUser: "qa_", Registration: registration, PartnerID: partnerID}, nil
	}
	return channel.Endpoints{REST: productionREST, SFTP: sftpAddress, SFTPUser: "prod_", Registration: registration, PartnerID: partnerID}, nil
}

// standIn gives the ready line of the practice stand-in: of the one in the file
// that was named, of one that runs in another process, or of one started here.
func (n *network) standIn(ctx context.Context) (sandbox.Ready, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	ours := n.server != nil || n.app.SandboxFile != ""
	if n.ready != nil && (ours || time.Since(n.looked) < standInLife) {
		return *n.ready, nil
	}
	ready, err := n.findStandIn(ctx)
	if err != nil {
		return sandbox.Ready{}, err
	}
	n.ready, n.looked = &ready, time.Now()
	return ready, nil
}

func (n *network) findStandIn(ctx context.Context) (sandbox.Ready, error) {
	if file := n.app.SandboxFile; file != "" {
		return readReady(file)
	}
	folder := filepath.Join(n.app.Folder, "sandbox")
	server, err := sandbox.Start(context.WithoutCancel(ctx), sandbox.Config{
		Dir: folder, People: bytes.NewReader(sample.People())})
	if errors.Is(err, sandbox.ErrBusy) {
		return awaitReady(ctx, filepath.Join(folder, "ready.json"))
	}
	if err != nil {
		return sandbox.Ready{}, sandboxFault(err, folder)
	}
	n.server = server
	return server.Ready(), nil
}

// sandboxFault says why the stand-in did not start.
func sandboxFault(err error, folder string) error {
	switch {
	case errors.Is(err, sandbox.ErrBusy):
		return post.NewFault(post.CodeBusy, err, "what", folder)
	case isDiskFull(err), errors.Is(err, os.ErrPermission):
		return accessFault(err, folder)
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return accessFault(err, folder)
	}
	var listen *net.OpError
	if errors.As(err, &listen) && listen.Addr != nil { // another program has the port that was asked for
		return post.NewFault(post.CodeBusy, err, "what", listen.Addr.String())
	}
	return fmt.Errorf("start the practice stand-in: %w", err)
}

// awaitReady reads the ready line of a stand-in that another process may just
// be starting.
func awaitReady(ctx context.Context, file string) (ready sandbox.Ready, err error) {
	for range 50 {
		if ready, err = readReady(file); err == nil {
			break
		}
		select {
		case <-ctx.Done():
			return sandbox.Ready{}, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return ready, err
}

// readReady reads a ready line.
func readReady(file string) (sandbox.Ready, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return sandbox.Ready{}, post.NewFault(post.CodeFileMissing, err, "file", file)
	}
	var ready sandbox.Ready
	line, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	if err := json.Unmarshal(line, &ready); err != nil || ready.REST == "" {
		return sandbox.Ready{}, post.NewFault(post.CodeFileUnreadable, err, "file", file)
	}
	return ready, nil
}

func (n *network) close() error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.server == nil {
		return nil
	}
	err := n.server.Close()
	n.server, n.ready = nil, nil
	return err
}

// StandIn gives the ready line of the practice stand-in, for screens that offer
// its certificate file.
func (a *App) StandIn(ctx context.Context) (sandbox.Ready, error) {
	if a.Environment != post.Practice {
		return sandbox.Ready{}, fmt.Errorf("no stand-in outside practice")
	}
	return a.network.standIn(ctx)
}

// Equip gives a practice profile without credentials those of the stand-in, so
// that a script needs no sign-up. It does nothing where there are some.
func (a *App) Equip(ctx context.Context) error {
	current, err := a.Sender.Sender(ctx)
	if err != nil || current.SenderID != 0 {
		return err
	}
	return a.alone(ctx, func() error { return a.equip(ctx) })
}

// equip stores the sender-id last: with it the profile is equipped, also when an
// earlier try was cut off.
func (a *App) equip(ctx context.Context) error {
	current, err := a.Sender.Sender(ctx)
	if err != nil || current.SenderID != 0 {
		return err
	}
	ready, err := a.StandIn(ctx)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(ready.SenderID, 10, 64)
	if err != nil {
		return post.NewFault(post.CodeBadAnswer, err)
	}
	certificate, err := os.ReadFile(ready.CertificateFile)
	if err != nil {
		return post.NewFault(post.CodeFileMissing, err, "file", ready.CertificateFile)
	}
	if _, err := a.Sender.ImportCertificate(ctx, certificate, ready.CertificatePassword); err != nil {
		return err
	}
	if err := a.EquipSFTP(ctx); err != nil {
		return err
	}
	return a.Sender.SetSenderID(ctx, id, 0)
}

// EquipSFTP gives a practice profile the stand-in's SFTP key, which stands for
// the key that a sender registers at Digipost.
func (a *App) EquipSFTP(ctx context.Context) error {
	if facts, err := a.Sender.SFTPKey(ctx); err != nil || facts.Fingerprint != "" {
		return err
	}
	ready, err := a.StandIn(ctx)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(ready.SFTPKeyFile)
	if err != nil {
		return post.NewFault(post.CodeFileMissing, err, "file", ready.SFTPKeyFile)
	}
	_, err = a.Sender.ImportSFTPKey(ctx, key, "")
	return err
}
