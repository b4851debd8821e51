//go:build !nowindow

package app

import (
	"context"
	"strconv"
	"strings"

	"brevdue/app/command"
	"brevdue/app/flow"
	"brevdue/app/intake"
	"brevdue/app/post"
	"brevdue/assets/lang"
)

// saveForPostage writes those whom a mailing did not reach into a workbook and
// their letters beside it, for letters that the sender posts.
func (a *App) saveForPostage(ctx context.Context, jobID, out string) (flow.Postage, error) {
	people, err := a.Stories.NotReached(ctx, jobID)
	if err != nil {
		return flow.Postage{}, err
	}
	texts := lang.New(a.language())
	return a.writePostage(ctx, jobID, people, out, texts.Get("command.postage.sheet"), command.PostageTable(texts, people, false, a.Clock.Now()))
}

// exportAnswers writes a split's answers into a workbook, whatever its people
// came from.
func (a *App) exportAnswers(ctx context.Context, jobID, out string, words flow.Words) error {
	job, err := a.Jobs.Job(ctx, jobID)
	if err != nil {
		return err
	}
	items, err := a.Jobs.Items(ctx, jobID, post.ItemQuery{})
	if err != nil {
		return err
	}
	texts := lang.New(a.language())
	heads := []string{texts.Get("command.label.row_number"), texts.Get("command.label.customer_id"), texts.Get("command.label.name")}
	rows := [][]string{append(heads, words.Headings(job)...)}
	for _, item := range items {
		row := ""
		if item.Row != 0 {
			row = strconv.Itoa(item.Row)
		}
		rows = append(rows, append([]string{row, item.CustomerID, item.Name}, words.Cells(job, item)...))
	}
	return intake.WriteTable(ctx, out, job.Name, rows)
}

// hasSFTPKey reports whether there is a key for sending everything in one file.
func (a *App) hasSFTPKey(ctx context.Context) (bool, error) {
	facts, err := a.Sender.SFTPKey(ctx)
	return facts.Fingerprint != "", err
}

// lookUp asks Digipost for people by a piece of a name, as the sender.
func (a *App) lookUp(ctx context.Context, text string) ([]post.Hit, error) {
	current, err := a.Sender.Sender(ctx)
	if err != nil {
		return nil, err
	}
	return a.channel.Search(ctx, current, strings.TrimSpace(text))
}

// foreignsAllowed keeps in the audit that a person looked at letters of a mailing
// that hold birth numbers of others and let them go: how many, by the reason that
// was chosen.
func (a *App) foreignsAllowed(ctx context.Context, jobID string, reasons map[string]int) error {
	fields := map[string]string{}
	for reason, count := range reasons {
		fields[reason] = strconv.Itoa(count)
	}
	return a.Store.AddAudit(ctx, post.Audit{At: a.Clock.Now(), Actor: actor(), Action: actionForeignNumber, Job: jobID, Fields: fields})
}
