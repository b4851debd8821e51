package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"brevdue/app/command"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/digipost/validate"
)

// writeJobFile writes a draft's job file whole or not at all, for the user's own
// eyes. A file that is there already is left as it is.
func (a *App) writeJobFile(ctx context.Context, draft *job.Draft, out string) error {
	return writeNew(out, func(w io.Writer) error { return a.Jobs.WriteJobFile(ctx, draft, w) })
}

// writeNew writes a file whole or not at all, readable by the user alone. One
// that is there already is a fault and left as it is.
func writeNew(out string, write func(io.Writer) error) (err error) {
	if err := mustBeNew(out); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(out), ".brevdue-*"+filepath.Ext(out))
	if err != nil {
		return accessFault(err, filepath.Dir(out))
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return spaceFault(err, filepath.Dir(out))
	}
	for _, step := range []func() error{file.Sync, file.Close} {
		if err := step(); err != nil {
			return accessFault(err, filepath.Dir(out))
		}
	}
	if err := mustBeNew(out); err != nil { // the writing took its time
		return err
	}
	if err := os.Rename(file.Name(), out); err != nil {
		return accessFault(err, filepath.Dir(out))
	}
	return nil
}

func mustBeNew(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return post.NewFault(post.CodeFileExists, err, "file", filepath.Base(path))
	}
	return nil
}

// spaceFault makes a full disk a fault and leaves other errors as they are.
func spaceFault(err error, folder string) error {
	if isDiskFull(err) {
		return accessFault(err, folder)
	}
	return err
}

// checkJob holds a batch job or the result of one against its grammar and rules,
// as XML or in the archive it travels in.
func checkJob(ctx context.Context, path string) (command.DocumentReport, error) {
	file, err := os.Open(path)
	if err != nil {
		return command.DocumentReport{}, fileFault(err, path)
	}
	defer file.Close()
	content, err := jobXML(file)
	if err != nil {
		return command.DocumentReport{}, post.NewFault(post.CodeFileUnreadable, err, "file", path)
	}
	defer content.Close()
	return reportOf(ctx, path, content, validate.Batch)
}

// jobXML finds the XML of a job: the file itself, or the one XML entry at the
// root of an archive.
func jobXML(file *os.File) (io.ReadCloser, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(file, head); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte("PK")) {
		return io.NopCloser(file), nil
	}
	facts, err := file.Stat()
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, facts.Size())
	if err != nil {
		return nil, err
	}
	var found *zip.File
	for _, entry := range archive.File {
		if strings.Contains(entry.Name, "/") || !strings.EqualFold(filepath.Ext(entry.Name), ".xml") {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("the archive holds more than one XML file")
		}
		found = entry
	}
	if found == nil {
		return nil, fmt.Errorf("the archive holds no XML file")
	}
	return found.Open()
}
