package sandbox

import (
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pkg/sftp"
)

// maxUpload bounds one job file; Digipost publishes no limit.
const maxUpload = 4 << 30

// uploads are the files being written now.
type uploads struct {
	mu   sync.Mutex
	open map[*upload]bool
}

// begin registers an upload; false if one of that name is under way.
func (us *uploads) begin(u *upload) bool {
	us.mu.Lock()
	defer us.mu.Unlock()
	for other := range us.open {
		if other.kind == u.kind && other.name == u.name {
			return false
		}
	}
	if us.open == nil {
		us.open = map[*upload]bool{}
	}
	us.open[u] = true
	return true
}

func (us *uploads) end(u *upload) {
	us.mu.Lock()
	defer us.mu.Unlock()
	delete(us.open, u)
}

// of lists the files under way in a folder.
func (us *uploads) of(kind string) []entry {
	us.mu.Lock()
	defer us.mu.Unlock()
	var list []entry
	for u := range us.open {
		if u.kind == kind {
			list = append(list, entry{name: u.name, size: u.size.Load(), at: u.at})
		}
	}
	return list
}

// upload is one file being written. It becomes a job when its handle is
// closed; a lost connection leaves a broken file, which is refused.
type upload struct {
	s          *Server
	kind, name string
	at         time.Time
	session    io.Closer
	cutAfter   int64 // bytes until the connection is lost on purpose
	full       bool  // no room, on purpose

	size atomic.Int64 // end of the furthest write

	mu     sync.Mutex
	file   *os.File
	got    int64
	broken bool // a write failed or the connection was lost
	closed bool
}

func (s *Server) beginUpload(kind, name string, session io.Closer) (io.WriterAt, error) {
	u := &upload{s: s, kind: kind, name: name, at: s.clock.now(), session: session, cutAfter: math.MaxInt64}
	path := "/" + kind + "/" + name
	if arg, hit := s.trouble.strikes("sftp_cut", path); hit {
		if n, err := strconv.ParseInt(arg, 10, 64); err == nil {
			u.cutAfter = n
		}
	}
	_, u.full = s.trouble.strikes("sftp_full", path)
	if !s.uploads.begin(u) {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	err := s.overwrite(kind, name)
	if err == nil {
		u.file, err = s.dir.create()
	}
	if err != nil {
		s.uploads.end(u)
		s.cfg.Log("upload: %v", err)
		return nil, sftp.ErrSSHFxFailure
	}
	return u, nil
}

// WriteAt takes a piece of the file.
func (u *upload) WriteAt(data []byte, offset int64) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.full {
		u.broken = true
		return 0, syscall.ENOSPC
	}
	if offset < 0 || offset > maxUpload || int64(len(data)) > maxUpload-offset {
		u.broken = true
		return 0, errors.New("the file is too large")
	}
	cut := false
	if left := u.cutAfter - u.got; int64(len(data)) > left {
		data, cut, u.broken = data[:max(left, 0)], true, true
	}
	n, err := u.file.WriteAt(data, offset)
	u.got += int64(n)
	u.size.Store(max(u.size.Load(), offset+int64(n)))
	if cut {
		_ = u.session.Close()
		return n, errors.New("connection lost")
	}
	if err != nil {
		u.broken = true
		return n, sftp.ErrSSHFxFailure
	}
	return n, nil
}

// TransferError says that the connection was lost while the handle was open.
func (u *upload) TransferError(error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.broken = true
}

// Close ends the upload: the file is judged and becomes a job. When it returns
// without error the job survives a killed process.
func (u *upload) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil
	}
	u.closed = true
	defer os.Remove(u.file.Name())
	defer u.file.Close()
	err := u.s.take(u.kind, u.name, u.file, u.size.Load(), !u.broken)
	u.s.uploads.end(u)
	if err != nil {
		u.s.cfg.Log("take an upload: %v", err)
		return sftp.ErrSSHFxFailure
	}
	return nil
}
