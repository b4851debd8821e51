//go:build !nowindow

package app

import (
	"context"
	"image"
	"path/filepath"
	"sync"

	"brevdue/app/doctor"
	"brevdue/app/document"
	"brevdue/app/intake"
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
		return w.closedPorts(result.err)
	}
	a := result.app
	ctx := context.Background()
	current, err := a.Sender.Sender(ctx)
	if err != nil {
		return w.closedPorts(err)
	}
	current.Environment = a.Environment
	ports := ui.Ports{Sender: current, ReadSender: a.Sender.Sender, Watch: a.Watch,
		Home: home.Ports{Jobs: a.Jobs.Jobs, Overview: a.Register.Overview, Sender: a.Sender.Sender,
			Certificate: a.Sender.Certificate, SignUp: a.Onboarding.Current, PutOff: a.Onboarding.PutOff,
			Deviations: a.Jobs.Deviations, Cost: a.monthCost},
		Welcome: w.welcomePorts(a), StartPractice: w.startPractice,
	}
	last := &lastList{}
	synthetic := a.Environment != post.Production
	ports.Sheet = sheet.Ports{Register: a.Register, AllowSynthetic: synthetic, Hand: last.keep}
	ports.People = people.Ports{Register: a.Register}
	ports.Split = split.Ports{Stories: a.Stories, Jobs: a.Jobs, Groups: a.Register.Groups, Sender: a.Sender.Sender,
		CoolingOff: a.CoolingOff, List: last.get, Refresh: a.Jobs.Refresh, Export: a.exportAnswers,
		ToReview: a.Register.ToReview, Review: a.Register.Review}
	ports.Mailing = mailing.Ports{Stories: a.Stories, Jobs: a.Jobs, Register: a.Register, Sender: a.Sender.Sender,
		CoolingOff: a.CoolingOff, List: last.get, Features: a.Sender.Prove, HasSFTPKey: a.hasSFTPKey,
		ReturnAddress: a.ReturnAddress, SetReturnAddress: a.SetReturnAddress,
		CheckPrint: w.pdfs.reader.Check,
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
	if a.Environment == post.Practice {
		ports.StartPractice = nil
		ports.Home.Sample = filepath.Join(a.Folder, exampleFolder, sample.ListName)
		if !w.options.Practice {
			ports.LeavePractice = w.leavePractice
		}
	}
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
	if w.profile(true) == nil {
		options := w.options
		options.Practice, options.Profile = true, ""
		if result := w.open(ctx, options); result.err != nil {
			return ui.Ports{}, result.err
		}
	}
	return w.ports(opening{app: w.profile(true)}), nil
}

// leavePractice shows the real profile again; practice keeps its state.
func (w *window) leavePractice(ctx context.Context) (ui.Ports, error) {
	result := opening{app: w.profile(false)}
	if result.app == nil {
		result = w.open(ctx, w.options)
	}
	return w.ports(result), nil
}

// closedPorts are those of a profile that could not be opened: welcome says why.
func (w *window) closedPorts(err error) ui.Ports {
	signup := func(context.Context) (post.Onboarding, error) { return post.Onboarding{}, err }
	withText := func(context.Context, string) (post.Onboarding, error) { return post.Onboarding{}, err }
	closed := post.Sender{Environment: w.options.Environment}
	if w.options.Practice {
		closed.Environment = post.Practice
	} else if closed.Environment == "" {
		closed.Environment = post.Production
	}
	return ui.Ports{Sender: closed, StartPractice: w.startPractice, Welcome: welcome.Ports{
		DataFolder: w.options.Data,
		Sender:     func(context.Context) (post.Sender, error) { return post.Sender{}, err },
		Current:    signup, Resume: signup, Wait: signup, Verify: signup, Start: withText, Paste: withText,
		ImportCertificate: func(context.Context, string, string) (post.CertificateFacts, error) {
			return post.CertificateFacts{}, err
		},
		CertificateFacts: func(context.Context) (post.CertificateFacts, error) { return post.CertificateFacts{}, err },
		SetSenderID:      func(context.Context, int64) error { return err },
		Prove:            func(context.Context) error { return err },
	}}
}
