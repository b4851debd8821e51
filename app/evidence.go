package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"brevdue/app/command"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/store"
)

// writeEvidence writes the evidence of a job whole or not at all. A file that is
// there already is left as it is.
func (a *App) writeEvidence(ctx context.Context, id, out string, words job.EvidenceWords, showNumbers bool) (made job.Evidence, err error) {
	err = writeNew(out, func(w io.Writer) error {
		made, err = a.Jobs.Evidence(ctx, id, w, job.EvidenceWith{Trail: a.Store, Words: words, ShowNumbers: showNumbers})
		return err
	})
	if err != nil {
		return job.Evidence{}, err
	}
	return made, nil
}

// verifyEvidence checks an evidence file, with the audit chain of the profile
// that is meant where there is one. The keyring is not needed for that, and a
// profile that cannot be opened does not keep anybody from checking a file.
func verifyEvidence(ctx context.Context, options command.Options, path string, log *slog.Logger) (job.EvidenceReport, error) {
	file, err := os.Open(path)
	if err != nil {
		return job.EvidenceReport{}, fileFault(err, path)
	}
	defer file.Close()
	facts, err := file.Stat()
	if err != nil || !facts.Mode().IsRegular() {
		return job.EvidenceReport{}, post.NewFault(post.CodeFileUnreadable, err, "file", path)
	}
	database := databaseOf(options)
	if database == "" {
		return job.VerifyEvidence(ctx, file, facts.Size(), nil)
	}
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		log.Warn("check evidence without the audit chain", "error", err)
		return job.VerifyEvidence(ctx, file, facts.Size(), nil)
	}
	report, err := job.VerifyEvidence(ctx, file, facts.Size(), db)
	if closed := db.Close(); err == nil && closed != nil {
		err = fmt.Errorf("close the database: %w", closed)
	}
	return report, err
}

// databaseOf finds the database of the profile that is meant, "" where there is
// none or where it is not clear which. It makes nothing.
func databaseOf(wanted command.Options) string {
	options := optionsOf(wanted, "")
	if options.Data == "" {
		folder, err := DefaultFolder()
		if err != nil {
			return ""
		}
		options.Data = folder
	}
	name := practiceProfile
	if !options.Practice {
		var err error
		if name, err = chooseProfile(options); err != nil {
			return ""
		}
	}
	path := filepath.Join(options.Data, name, databaseFile)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
