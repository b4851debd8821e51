//go:build !nowindow

package app

import (
	"context"
	"os"
	"path/filepath"

	"brevdue/app/doctor"
	"brevdue/app/post"
	"brevdue/assets/lang"
	"brevdue/ui/welcome"
)

func (w *window) welcomePorts(a *App) welcome.Ports {
	ports := welcome.Ports{
		Practice: a.Environment == post.Practice, Greet: w.options.Practice, DataFolder: a.Folder,
		Sender: a.Sender.Sender, Current: a.Onboarding.Current, Resume: a.Onboarding.Resume, Wait: a.Onboarding.Wait,
		Verify: a.Onboarding.Verify, Start: a.Onboarding.Start, Paste: a.Onboarding.Paste,
		Listening: a.Onboarding.Listening, HandedIn: a.Onboarding.HandedIn, PutOff: a.Onboarding.PutOff,
		Denied: a.Onboarding.Denied, Cancel: a.Onboarding.Cancel, TypeSender: a.Onboarding.TypeSender,
		ImportCertificate: a.importCertificate, CertificateFacts: a.Sender.Certificate, DeleteFile: deleteFile,
		UseSecretsFile: a.UseSecretsFile,
		SetSenderID:    func(ctx context.Context, id int64) error { return a.Sender.SetSenderID(ctx, id, 0) },
		Prove: func(ctx context.Context) error {
			_, err := a.Sender.Prove(ctx)
			return err
		},
	}
	if relay, err := a.Relay(context.Background()); err == nil && relay != "" {
		ports.Check = a.Onboarding.Check
	}
	if ports.Practice {
		// prepare has started the stand-in: this only reads what it said.
		if ready, err := a.StandIn(context.Background()); err == nil {
			ports.Organisation, ports.Certificate = ready.OrganisationNumber, ready.CertificateFile
		}
	}
	return ports
}

func (a *App) importCertificate(ctx context.Context, path, password string) (post.CertificateFacts, error) {
	file, err := readKeyFile(path)
	if err != nil {
		return post.CertificateFacts{}, err
	}
	return a.Sender.ImportCertificate(ctx, file, password)
}

// maxKeyFile bounds a key file, in bytes.
const maxKeyFile = 1 << 20

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, post.NewFault(post.CodeFileMissing, err, "file", filepath.Base(path))
	}
	if info.IsDir() || info.Size() > maxKeyFile {
		return nil, post.NewFault(post.CodeCertificateBroken, nil, "file", filepath.Base(path))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, post.NewFault(post.CodeFileUnreadable, err, "file", filepath.Base(path))
	}
	return file, nil
}

func (a *App) importSFTPKey(ctx context.Context, path, passphrase string) (post.SFTPKeyFacts, error) {
	file, err := readKeyFile(path)
	if err != nil {
		return post.SFTPKeyFacts{}, err
	}
	return a.Sender.ImportSFTPKey(ctx, file, passphrase)
}

// deleteFile deletes a file that a key came in, after a person said so.
func deleteFile(_ context.Context, path string) error {
	if err := os.Remove(path); err != nil {
		return fileFault(err, path)
	}
	return nil
}

// supportText makes the text for support: the doctor's checks and what else may
// be told.
func (a *App) supportText(ctx context.Context) (string, error) {
	report, err := a.Doctor.Run(ctx, func(doctor.Check) {})
	if err != nil {
		return "", err
	}
	return a.Support(ctx, report, lang.New(a.language()).Get("command.doctor.support"))
}
