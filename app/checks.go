package app

import (
	"context"
	"io"
	"os"

	"brevdue/app/command"
	"brevdue/app/post"
	"brevdue/digipost/validate"
)

// checkDocument holds a document of the sender API against its grammar and
// rules.
func checkDocument(ctx context.Context, path string) (command.DocumentReport, error) {
	file, err := os.Open(path)
	if err != nil {
		return command.DocumentReport{}, fileFault(err, path)
	}
	defer file.Close()
	return reportOf(ctx, path, file, validate.Document)
}

// reportOf reads a document with one of the validators.
func reportOf(ctx context.Context, path string, content io.Reader, judge func(context.Context, io.Reader) (validate.Report, error)) (command.DocumentReport, error) {
	report, err := judge(ctx, content)
	if err != nil {
		if ctx.Err() != nil {
			return command.DocumentReport{}, err
		}
		return command.DocumentReport{}, post.NewFault(post.CodeFileUnreadable, err, "file", path)
	}
	return command.DocumentReport{Root: report.Root, Valid: report.Valid(), More: report.More,
		Errors: findingsOf(report.Errors), Warnings: findingsOf(report.Warnings)}, nil
}

func findingsOf(found []validate.Finding) []command.DocumentFinding {
	findings := make([]command.DocumentFinding, 0, len(found))
	for _, f := range found {
		findings = append(findings, command.DocumentFinding{Line: f.Line, Path: f.Path, Code: f.Code, Text: f.Text})
	}
	return findings
}
