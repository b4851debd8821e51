package sandbox

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/sftp"
)

// jail is what an SFTP user sees: two job folders, each with a folder of
// receipts. Uploads are written, never read; receipts are read and deleted.
type jail struct {
	s       *Server
	session io.Closer
}

// entry is one thing in a listing.
type entry struct {
	name string
	size int64
	at   time.Time
	dir  bool
}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return e.size }
func (e entry) ModTime() time.Time { return e.at }
func (e entry) IsDir() bool        { return e.dir }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// listing is a list of entries as pkg/sftp wants it.
type listing []fs.FileInfo

// ListAt fills a window of the list.
func (l listing) ListAt(out []fs.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(out, l[offset:])
	if n < len(out) {
		return n, io.EOF
	}
	return n, nil
}

// place says what a path means: the kind of job, whether it is in the receipt
// folder, and the file name. An empty name is the folder itself, an empty kind
// the root.
func (j *jail) place(name string) (kind string, receipts bool, file string, err error) {
	parts := strings.Split(strings.Trim(path.Clean("/"+name), "/"), "/")
	if parts[0] == "" {
		return "", false, "", nil
	}
	kind = parts[0]
	if !slices.Contains(jobKinds[:], kind) {
		return "", false, "", os.ErrNotExist
	}
	parts = parts[1:]
	if len(parts) > 0 && parts[0] == "kvittering" {
		receipts, parts = true, parts[1:]
	}
	switch len(parts) {
	case 0:
		return kind, receipts, "", nil
	case 1:
		return kind, receipts, parts[0], nil
	}
	return "", false, "", os.ErrNotExist
}

// hold waits as trouble tells (delay, stall) for a path that a SPEC names.
func (j *jail) hold(name string) {
	for _, t := range j.s.trouble.all(name, true, "delay", "stall") {
		wait, err := time.ParseDuration(t.Arg)
		if t.What == "stall" || err != nil {
			wait = 365 * 24 * time.Hour
		}
		j.s.pause(wait, nil)
	}
}

// Fileread opens a receipt.
func (j *jail) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	j.hold(r.Filepath)
	kind, receipts, file, err := j.place(r.Filepath)
	if err != nil {
		return nil, err
	}
	if !receipts || file == "" {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	if !usableName(file) {
		return nil, os.ErrNotExist
	}
	f, err := os.Open(j.s.dir.path(kind, "kvittering", file))
	if err != nil {
		return nil, plain(err)
	}
	return f, nil
}

// Filewrite begins an upload into a job folder. Resuming is not possible: a
// new handle begins a new file.
func (j *jail) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	j.hold(r.Filepath)
	kind, receipts, file, err := j.place(r.Filepath)
	if err != nil {
		return nil, err
	}
	if kind == "" || receipts || !usableName(file) || r.Pflags().Append {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	return j.s.beginUpload(kind, file, j.session)
}

// Filecmd deletes receipts. Attributes may be set on anything that is there,
// without effect, since common clients do so after an upload.
func (j *jail) Filecmd(r *sftp.Request) error {
	kind, receipts, file, err := j.place(r.Filepath)
	if err != nil {
		return err
	}
	switch {
	case r.Method == "Setstat":
		_, err := j.stat(r.Filepath)
		return err
	case r.Method != "Remove" || !receipts || file == "":
		return sftp.ErrSSHFxPermissionDenied
	case !usableName(file):
		return os.ErrNotExist
	}
	return plain(os.Remove(j.s.dir.path(kind, "kvittering", file)))
}

// Filelist lists a folder or describes one thing.
func (j *jail) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method == "Readlink" {
		return nil, sftp.ErrSSHFxOpUnsupported
	}
	if r.Method != "List" {
		e, err := j.stat(r.Filepath)
		if err != nil {
			return nil, err
		}
		return listing{e}, nil
	}
	j.hold(r.Filepath)
	kind, receipts, file, err := j.place(r.Filepath)
	if err != nil {
		return nil, err
	}
	if file != "" {
		return nil, os.ErrNotExist
	}
	return j.list(kind, receipts)
}

func (j *jail) list(kind string, receipts bool) (listing, error) {
	var all listing
	if kind == "" {
		for _, k := range jobKinds {
			all = append(all, entry{name: k, dir: true, at: j.s.clock.now()})
		}
		return all, nil
	}
	if !receipts {
		all = append(all, entry{name: "kvittering", dir: true, at: j.s.clock.now()})
		for _, job := range j.s.waitingUploads(kind) {
			all = append(all, entry{name: job.Upload, size: job.Size, at: job.Received})
		}
		for _, u := range j.s.uploads.of(kind) {
			all = append(all, u)
		}
		return all, nil
	}
	files, err := os.ReadDir(j.s.dir.path(kind, "kvittering"))
	if err != nil {
		return nil, plain(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err == nil && usableName(f.Name()) {
			all = append(all, entry{name: f.Name(), size: info.Size(), at: info.ModTime()})
		}
	}
	return all, nil
}

// stat describes one path.
func (j *jail) stat(name string) (fs.FileInfo, error) {
	kind, receipts, file, err := j.place(name)
	if err != nil {
		return nil, err
	}
	if file == "" {
		base := path.Base("/" + strings.Trim(name, "/"))
		return entry{name: base, dir: true, at: j.s.clock.now()}, nil
	}
	all, err := j.list(kind, receipts)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.Name() == file && !e.IsDir() {
			return e, nil
		}
	}
	return nil, os.ErrNotExist
}

// plain hides our own paths from the other end.
func plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return os.ErrNotExist
	}
	return sftp.ErrSSHFxFailure
}
