//go:build !nowindow

package app

import (
	"context"
	"os"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/lang"
)

// saveEvidence writes the evidence of a job in the window's language, with numbers
// masked.
func (a *App) saveEvidence(ctx context.Context, id, out string) (job.Evidence, error) {
	return a.writeEvidence(ctx, id, out, lang.New(a.language()), false)
}

// checkEvidence checks an evidence file with the audit chain of this profile.
func (a *App) checkEvidence(ctx context.Context, path string) (job.EvidenceReport, error) {
	file, err := os.Open(path)
	if err != nil {
		return job.EvidenceReport{}, fileFault(err, path)
	}
	defer file.Close()
	facts, err := file.Stat()
	if err != nil || !facts.Mode().IsRegular() {
		return job.EvidenceReport{}, post.NewFault(post.CodeFileUnreadable, err, "file", path)
	}
	return job.VerifyEvidence(ctx, file, facts.Size(), a.Store)
}
