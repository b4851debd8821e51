//go:build !nowindow

package app

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"brevdue/app/doctor"
	"brevdue/app/document"
	"brevdue/app/intake"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
	"brevdue/ui"
	"brevdue/ui/home"
	"brevdue/ui/jobs"
	"brevdue/ui/letter"
	"brevdue/ui/mailing"
	"brevdue/ui/options"
	"brevdue/ui/people"
	"brevdue/ui/sheet"
	"brevdue/ui/split"
	"brevdue/ui/welcome"
)

// ports plugs a profile into the screens, or, when it could not be opened, says
// why and leaves practice as the way on.
func (w *window) ports(result opening) ui.Ports {
	if result.err != nil {
		return w.closedPorts(result)
	}
	a := result.app
	ctx := context.Background()
	current, err := a.Sender.Sender(ctx)
	if err != nil {
		return w.closedPorts(opening{profile: result.profile, err: err})
	}
	current.Environment = a.Environment
	ports := ui.Ports{Profile: result.profile, Sender: current, ReadSender: a.Sender.Sender, Watch: a.Watch,
		Home: home.Ports{Jobs: a.Jobs.Jobs, Overview: a.Register.Overview, Sender: a.Sender.Sender,
			Certificate: a.Sender.Certificate, SignUp: a.Onboarding.Current, PutOff: a.Onboarding.PutOff,
			Deviations: a.Jobs.Deviations, Cost: a.monthCost},
		Welcome: w.welcomePorts(a), StartPractice: w.startPractice,
	}
	last := &lastList{}
	synthetic := a.Environment != post.Production
	ports.Sheet = sheet.Ports{Register: a.Register, AllowSynthetic: synthetic, Hand: last.keep}
	ports.People = people.Ports{Register: a.Register, FirstAid: true}
	ports.Split = split.Ports{Stories: a.Stories, Jobs: a.Jobs, Groups: a.Register.Groups, Sender: a.Sender.Sender,
		CoolingOff: a.CoolingOff, List: last.get, Refresh: a.Jobs.Refresh, Export: a.exportAnswers,
		ToReview: a.Register.ToReview, Review: a.Register.Review}
	ports.Mailing = mailing.Ports{Stories: a.Stories, Jobs: a.Jobs, Register: a.Register, Sender: a.Sender.Sender,
		CoolingOff: a.CoolingOff, List: last.get, Features: a.Sender.Prove, HasSFTPKey: a.hasSFTPKey,
		ReturnAddress: a.ReturnAddress, SetReturnAddress: a.SetReturnAddress,
		CheckPrint: w.pdfs.reader.Check, Shield: w.pdfs.reader.Shield, ForeignAllowed: a.foreignsAllowed, Preview: w.preview,
		Prices: a.Store.Prices, WriteJobFile: a.writeJobFile, TrialTo: a.TrialTo, SetTrialTo: a.SetTrialTo,
		NotReached: a.Stories.NotReached, SaveForPostage: a.saveForPostage}
	ports.Letter = letter.Ports{Register: a.Register, Jobs: a.Jobs, Sender: a.Sender.Sender, CoolingOff: a.CoolingOff,
		AllowSynthetic: synthetic, Preview: w.preview, CheckPrint: w.pdfs.reader.Check, Shield: w.pdfs.reader.Shield,
		ForeignAllowed: a.foreignAllowed, LookUp: a.lookUp, Features: a.Sender.Prove,
		ReturnAddress: a.ReturnAddress, SetReturnAddress: a.SetReturnAddress}
	ports.Options = options.Ports{Sender: a.Sender, ImportCertificate: a.importCertificate, CoolingOff: a.CoolingOff,
		SetCoolingOff: a.SetCoolingOff, DataFolder: a.Folder, Doctor: doctorLines(a),
		ReturnAddress: a.ReturnAddress, SetReturnAddress: a.SetReturnAddress, Practice: a.Environment == post.Practice,
		ImportSFTPKey: a.importSFTPKey, DeleteFile: deleteFile, SupportFile: a.supportText,
		SaveSupport: func(_ context.Context, path, text string) error { return a.SaveSupport(text, path) }}
	ports.Options.Prices, ports.Options.SetPrices = a.Store.Prices, a.Store.SetPrices
	if a.Environment != post.Practice {
		ports.Options.HostKey = a.hostKey
	}
	ports.Jobs = jobs.Ports{Jobs: a.Jobs, CoolingOff: a.CoolingOff, WriteBack: a.Stories.WriteBack,
		Refresh: a.Jobs.Refresh, Control: a.Jobs, StartNow: a.Jobs.StartNow, Resend: a.Jobs, Deviations: a.Jobs,
		Receipts: a.Store.Receipts, SaveEvidence: a.saveEvidence, CheckEvidence: a.checkEvidence, SaveForPostage: a.saveForPostage}
	ports.Jobs.FirstAid, ports.Jobs.Person, ports.Jobs.SetAside = job.NewFirstAid(a.Store, a.Clock, actor()), a.Register.Show, a.Register.SetAside
	if a.Environment == post.Practice {
		ports.StartPractice = nil
		ports.Home.Sample = filepath.Join(a.Folder, exampleFolder, sample.ListName)
		if !w.options.Practice {
			ports.LeavePractice = w.leavePractice
		}
	} else {
		ports.Senders, ports.OpenSender, ports.Several = w.senderPorts(), w.openSender, w.several()
	}
	a.eboxPorts(&ports)
	return ports
}

// doctorLines runs the doctor for the settings.
func doctorLines(a *App) func(context.Context, func(options.DoctorLine)) error {
	return func(ctx context.Context, progress func(options.DoctorLine)) error {
		_, err := a.Doctor.Run(ctx, func(check doctor.Check) {
			progress(options.DoctorLine{Name: string(check.Name), OK: check.OK,
				Say: func(words options.Texts) (detail, next string) { return check.Words(words) }})
		})
		return err
	}
}

// previewDPI is sharp enough to read a letter on the screen.
const previewDPI = 110

// preview draws a page of a document and says how many pages there are.
func (w *window) preview(ctx context.Context, path string, page int) (image.Image, int, error) {
	facts, err := document.Read(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	picture, err := w.pdfs.renderer.RenderPage(ctx, path, page, previewDPI)
	return picture, facts.Pages, err
}

// hostKey asks the batch server for its key.
func (a *App) hostKey(ctx context.Context) (options.HostKey, error) {
	current, err := a.Sender.Sender(ctx)
	if err != nil {
		return options.HostKey{}, err
	}
	host, fingerprint, pinned, err := a.channel.HostKey(ctx, current)
	return options.HostKey{Host: host, Fingerprint: fingerprint, Pinned: pinned}, err
}

// lastList is the list that was imported last while the window is open: a split
// or a mailing can go to the same rows.
type lastList struct {
	mutex sync.Mutex
	path  string
	list  *intake.Result
}

func (l *lastList) keep(path string, list *intake.Result) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.path, l.list = path, list
}

func (l *lastList) get() (string, *intake.Result) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.path, l.list
}

// startPractice opens the practice profile beside the real one, whose jobs go
// on meanwhile.
func (w *window) startPractice(ctx context.Context) (ui.Ports, error) {
	result := w.reach(ctx, w.optionsFor(practiceProfile))
	if result.err != nil {
		return ui.Ports{}, result.err
	}
	return w.turn(result), nil
}

// leavePractice shows the real profile again; practice keeps its state.
func (w *window) leavePractice(ctx context.Context) (ui.Ports, error) {
	name := w.begun
	if last := w.lastShown(); last != "" {
		name = last
	}
	return w.openSender(ctx, name)
}

// lastShown is the sender that was shown last, practice left out.
func (w *window) lastShown() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.looks.Profile
}

// closedPorts are those of a profile that could not be opened: welcome says why,
// and how to go on. The other senders can be turned to.
func (w *window) closedPorts(result opening) ui.Ports {
	err, name := result.err, result.profile
	if post.CodeOf(err) == post.CodeInternal && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		err = post.NewFault(post.CodeKeyringLocked, err) // it was waited for no longer
	}
	signup := func(context.Context) (post.Onboarding, error) { return post.Onboarding{}, err }
	withText := func(context.Context, string) (post.Onboarding, error) { return post.Onboarding{}, err }
	folder := filepath.Join(w.options.Data, name)
	closed := w.closedSender(name, folder)
	ports := ui.Ports{Profile: name, Sender: closed, StartPractice: w.startPractice, Welcome: welcome.Ports{
		DataFolder: w.options.Data, Closed: true, Name: closed.Name,
		Sender:  func(context.Context) (post.Sender, error) { return post.Sender{}, err },
		Current: signup, Resume: signup, Wait: signup, Verify: signup, Start: withText, Paste: withText,
		ImportCertificate: func(context.Context, string, string) (post.CertificateFacts, error) {
			return post.CertificateFacts{}, err
		},
		CertificateFacts: func(context.Context) (post.CertificateFacts, error) { return post.CertificateFacts{}, err },
		SetSenderID:      func(context.Context, int64) error { return err },
		Prove:            func(context.Context) error { return err },
	}}
	if name == "" {
		return ports // there is nothing to try again with
	}
	ports.Reopen = w.reopen(name)
	ports.Welcome.GiveUp = func() { w.giveUp(name) }
	if name != practiceProfile {
		ports.Senders, ports.OpenSender, ports.Several = w.senderPorts(), w.openSender, w.several()
		// What was sealed with a key of the keyring does not open without: a file is
		// the way for a new profile, and for one that has its keys in a file.
		if _, missing := os.Stat(filepath.Join(folder, databaseFile)); missing != nil || keysInFile(folder) || strings.HasPrefix(w.optionsFor(name).Secrets, "file:") {
			ports.UseSecretsFile = w.openWithFile(name)
		}
	}
	return ports
}

// closedSender is what is known of a profile that is not open.
func (w *window) closedSender(name, folder string) post.Sender {
	var closed post.Sender
	if found, err := glance(w.ctx, folder, nil); err == nil && name != "" {
		closed = found.Sender
	}
	switch {
	case name == practiceProfile:
		closed.Environment = post.Practice
	case closed.Environment == "" && w.options.Environment != "":
		closed.Environment = w.options.Environment
	case closed.Environment == "":
		closed.Environment = post.Production
	}
	return closed
}
