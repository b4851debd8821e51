package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"brevdue/app/doctor"
	"brevdue/app/post"
)

// examiner plugs the machine and the profile into the doctor.
func (a *App) examiner(secrets doctor.Secrets) *doctor.Doctor {
	return doctor.New(doctor.Ports{
		Graphics: graphicsPort(), Versions: versions,
		Sender: a.Sender.Sender, Secrets: secrets, InFile: a.secretsInFile, Now: a.Clock.Now,
		Certificate: func(ctx context.Context) (post.CertificateFacts, error) {
			file, password, err := a.Sender.CertificateFile(ctx)
			if err != nil {
				return post.CertificateFacts{}, err
			}
			return a.channel.Certificate(file, password)
		},
		Prove: a.channel.Prove, SFTP: a.channel.CheckSFTP, Relay: a.relayHealth,
		Free: func(context.Context) (uint64, error) { return freeSpace(a.Folder) },
		Database: func(ctx context.Context) (doctor.DatabaseFacts, error) {
			health, err := a.Store.Health(ctx)
			if err == nil {
				err = a.auditHolds(ctx)
			}
			return doctor.DatabaseFacts{Engine: health.Engine, Schema: health.Schema}, err
		},
	})
}

// auditHolds follows the audit chain; a fault audit_broken says where it does not
// hold.
func (a *App) auditHolds(ctx context.Context) error {
	check, err := a.Store.CheckAudit(ctx)
	switch {
	case err != nil:
		return err
	case check.BrokenAt != 0:
		return post.NewFault(post.CodeAuditBroken, nil, "line", strconv.FormatInt(check.BrokenAt, 10))
	case check.Cut:
		return post.NewFault(post.CodeAuditBroken, nil, "line", strconv.Itoa(check.Lines+1))
	}
	return nil
}

// settingReturnAddress is the sender's own postal address for letters on paper.
const settingReturnAddress = "paper.return_address"

// ReturnAddress is the sender's own address for letters on paper, zero where
// none is kept.
func (a *App) ReturnAddress(ctx context.Context) (address post.PostalAddress, err error) {
	settings, err := a.Store.Settings(ctx)
	if err != nil {
		return address, err
	}
	if text := settings[settingReturnAddress]; text != "" {
		if err := json.Unmarshal([]byte(text), &address); err != nil {
			return post.PostalAddress{}, fmt.Errorf("read the return address: %w", err)
		}
	}
	return address, nil
}

// SetReturnAddress keeps the sender's own address for letters on paper.
func (a *App) SetReturnAddress(ctx context.Context, address post.PostalAddress) error {
	text, err := json.Marshal(address)
	if err != nil {
		return fmt.Errorf("keep the return address: %w", err)
	}
	if err := a.Store.SetSetting(ctx, settingReturnAddress, string(text)); err != nil {
		return err
	}
	a.hub.notify(post.Notice{Topic: post.TopicSettings})
	return nil
}
