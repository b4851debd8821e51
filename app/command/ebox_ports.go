package command

import (
	"context"
	"flag"
	"io"

	"brevdue/app/inbox"
	"brevdue/app/onboarding"
	"brevdue/app/post"
)

// Belgium is what the commands about the Belgian e-Box need of a profile.
type Belgium struct {
	EBox  EBox
	Inbox Inbox
	// SaveFile writes a file, readable by the user alone, whole or not at all; one
	// that is there already is left as it is, with a fault file_exists.
	SaveFile func(content []byte, out string) error
}

// EBox is what commands need of the way to the e-Box; *onboarding.EBox has it.
type EBox interface {
	Trajectory(ctx context.Context) (post.EBoxTrajectory, error)
	Do(ctx context.Context, event onboarding.EBoxEvent) (post.EBoxTrajectory, error)
	SetClientID(ctx context.Context, id string) ([]post.EBoxCheck, error)
	ClientIDChecks(ctx context.Context) ([]post.EBoxCheck, error)
	TakeCertificate(ctx context.Context, file, key []byte, password string) (onboarding.EBoxLook, error)
	Access(ctx context.Context) (post.EBoxAccess, error)
	SetServers(ctx context.Context, access post.EBoxAccess) error
	Prove(ctx context.Context) (onboarding.EBoxProved, error)
	Export(ctx context.Context) ([]byte, error)
	ReadHandOver(ctx context.Context, file io.Reader, name string) (onboarding.EBoxHandOver, error)
	TakeOver(ctx context.Context, h onboarding.EBoxHandOver, overwrite bool) (post.EBoxTrajectory, error)
	PDF(ctx context.Context, words onboarding.EBoxWords) ([]byte, error)
	Forget(ctx context.Context) error
}

// Inbox is what commands need of the inbox; *inbox.Service has it.
type Inbox interface {
	Refresh(ctx context.Context, full bool) (inbox.Refreshed, error)
	List(ctx context.Context, query inbox.Query) (inbox.Page, error)
	Sources(ctx context.Context) ([]post.EBoxSource, error)
	Looked(ctx context.Context) error
	Plan(ctx context.Context, selection inbox.Selection) (*inbox.Plan, error)
	Run(ctx context.Context, plan *inbox.Plan, progress func(inbox.Progress)) ([]inbox.Result, error)
	Export(ctx context.Context, query inbox.Query, out string, words inbox.Words) (rows int, err error)
}

// eboxFlags are the flags of the commands about the Belgian e-Box.
type eboxFlags struct {
	done, asked, skip, reopen, step, date, note, export, handOver, pdf string
	confirm, overwrite, ownKey, tryIt, forget                          bool
	enterprise, name, senderNumber, clientID, eboxEnvironment, eboxKey string
	tokenURL, audience, registryURL                                    string
	providerURLs, messages                                             list
	refresh, unread, registered, all, annexesOnly                      bool
	expiring                                                           int
	workbook                                                           string
}

func defineEBox(set *flag.FlagSet, f *eboxFlags) {
	set.StringVar(&f.done, "done", "", "STEP")
	set.StringVar(&f.asked, "asked", "", "STEP")
	set.StringVar(&f.skip, "skip", "", "STEP")
	set.StringVar(&f.reopen, "reopen", "", "STEP")
	set.StringVar(&f.step, "step", "", "STEP")
	set.StringVar(&f.date, "date", "", "DAY")
	set.StringVar(&f.note, "note", "", "TEXT")
	set.BoolVar(&f.confirm, "confirm", false, "")
	set.StringVar(&f.export, "export", "", "OUT.json")
	set.StringVar(&f.handOver, "import", "", "FILE.json")
	set.BoolVar(&f.overwrite, "overwrite", false, "")
	set.StringVar(&f.pdf, "pdf", "", "OUT.pdf")
	set.BoolVar(&f.ownKey, "profile-b", false, "")
	set.StringVar(&f.enterprise, "enterprise", "", "KBO")
	set.StringVar(&f.name, "name", "", "NAME")
	set.StringVar(&f.senderNumber, "sender-number", "", "N")
	set.StringVar(&f.clientID, "client-id", "", "ID")
	set.StringVar(&f.eboxEnvironment, "ebox-environment", "", "production|acceptance|simulation|practice")
	set.StringVar(&f.eboxKey, "ebox-key", "", "FILE")
	set.StringVar(&f.tokenURL, "token-url", "", "URL")
	set.StringVar(&f.audience, "audience", "", "URL")
	set.StringVar(&f.registryURL, "registry-url", "", "URL")
	set.Var(&f.providerURLs, "provider-url", "URL")
	set.BoolVar(&f.tryIt, "try", false, "")
	set.BoolVar(&f.forget, "forget", false, "")
	set.BoolVar(&f.refresh, "refresh", true, "")
	set.BoolVar(&f.unread, "unread", false, "")
	set.BoolVar(&f.registered, "registered", false, "")
	set.IntVar(&f.expiring, "expiring", 0, "DAYS")
	set.StringVar(&f.workbook, "workbook", "", "OUT.xlsx")
	set.Var(&f.messages, "message", "ID")
	set.BoolVar(&f.all, "all", false, "")
	set.BoolVar(&f.annexesOnly, "annexes-only", false, "")
}

// eboxCommands are the commands about the Belgian e-Box.
func eboxCommands() []command {
	who := []string{"profile-b", "enterprise", "name", "sender-number", "ebox-environment"}
	return []command{
		{name: "ebox checklist", flags: append([]string{"done", "asked", "skip", "reopen", "step", "date", "note", "confirm",
			"export", "import", "overwrite", "pdf"}, who...), run: eboxChecklist},
		{name: "ebox check-certificate", args: "FILE", flags: []string{"ebox-key", "enterprise", "ebox-environment"}, least: 1, most: 1, run: eboxCheckCertificate},
		{name: "ebox access", flags: append([]string{"client-id", "certificate", "ebox-key", "token-url", "audience", "registry-url",
			"provider-url", "try", "forget"}, who...), run: eboxAccess},
		{name: "ebox messages", flags: []string{"search", "unread", "registered", "expiring", "refresh", "workbook"}, run: eboxMessages},
		{name: "ebox download", args: "DIR", flags: []string{"message", "all", "annexes-only", "refresh"}, least: 1, most: 1, run: eboxDownload},
	}
}

// withEBox opens the profile and does work on its e-Box.
func (s *session) withEBox(ctx context.Context, work func(Belgium) error) error {
	return s.with(ctx, func(p *Program) error {
		if p.Belgium.EBox == nil || p.Belgium.Inbox == nil {
			return post.NewFault(post.CodeNoEBox, nil)
		}
		return work(p.Belgium)
	})
}
