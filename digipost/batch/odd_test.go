package batch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// odd is an SFTP server with habits of its own.
type odd struct {
	// write opens a file for writing; stat gives the size, or -1 for none.
	write func() (io.WriterAt, error)
	stat  func() int64
	list  sftp.ListerAt
}

func (o odd) Fileread(*sftp.Request) (io.ReaderAt, error)  { return nil, os.ErrPermission }
func (o odd) Filecmd(*sftp.Request) error                  { return os.ErrPermission }
func (o odd) Filewrite(*sftp.Request) (io.WriterAt, error) { return o.write() }
func (o odd) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method == "List" {
		return o.list, nil
	}
	size := o.stat()
	switch size {
	case -1:
		return nil, os.ErrNotExist
	case -2:
		return nil, os.ErrPermission
	}
	return oneFile{info{"a.zip", size}}, nil
}

func (o odd) serve(t *testing.T) *Connection {
	return dialTest(t, handlerServer(t, sftp.Handlers{FileGet: o, FilePut: o, FileCmd: o, FileList: o}).config())
}

type info struct {
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return time.Unix(0, 0) }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

type oneFile struct{ info }

func (o oneFile) ListAt(into []fs.FileInfo, at int64) (int, error) {
	if at > 0 {
		return 0, io.EOF
	}
	into[0] = o.info
	return 1, io.EOF
}

// writes counts what is written and says when the file is closed.
type writes struct {
	fail   error
	closed func()
}

func (w writes) WriteAt(p []byte, off int64) (int, error) { return len(p), w.fail }
func (w writes) Close() error                             { w.closed(); return nil }

func TestUploadToOddServers(t *testing.T) {
	noLeaks(t)
	size := int64(-1)
	plain := writes{closed: func() {}}
	for name, test := range map[string]struct {
		server odd
		check  func(error) bool
	}{
		"taken at once": {odd{write: func() (io.WriterAt, error) { return plain, nil }, stat: func() int64 { return -1 }}, isNil},
		"tells nothing": {odd{write: func() (io.WriterAt, error) { return plain, nil }, stat: func() int64 { return -2 }}, isNil},
		"stays": {odd{write: func() (io.WriterAt, error) { return writes{closed: func() { size = 5 }}, nil },
			stat: func() int64 { return size }}, isNil},
		"wrong size": {odd{write: func() (io.WriterAt, error) { return writes{closed: func() { size = 4 }}, nil },
			stat: func() int64 { return size }}, isUnsure},
		"disk full":   {odd{write: func() (io.WriterAt, error) { return writes{errFull, func() {}}, nil }, stat: func() int64 { return -1 }}, isUnsure},
		"not allowed": {odd{write: func() (io.WriterAt, error) { return nil, sftp.ErrSSHFxPermissionDenied }, stat: func() int64 { return -1 }}, isNotAllowed},
		"knows no exclusive": {odd{write: func() (io.WriterAt, error) { t.Error("opened a file that is there"); return plain, nil },
			stat: func() int64 { return 7 }}, isThere},
		"comes between": {odd{write: func() (io.WriterAt, error) { size = 9; return nil, sftp.ErrSSHFxFailure }, stat: func() int64 { return size }}, isThere},
	} {
		t.Run(name, func(t *testing.T) {
			size = -1
			if err := test.server.serve(t).Upload(context.Background(), Split, "a.zip", strings.NewReader("12345"), 5, nil); !test.check(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func isNil(err error) bool { return err == nil }

func isUnsure(err error) bool {
	var unsure *UploadUnsureError
	return errors.As(err, &unsure)
}

func isThere(err error) bool      { return errors.Is(err, ErrExists) && !isUnsure(err) }
func isNotAllowed(err error) bool { return errors.Is(err, fs.ErrPermission) && !isUnsure(err) }

// endlessList never comes to an end.
type endlessList struct{}

func (endlessList) ListAt(into []fs.FileInfo, _ int64) (int, error) {
	for i := range into {
		into[i] = info{strings.Repeat("x", 250), 1}
	}
	return len(into), nil
}

func TestReceiptsEndless(t *testing.T) {
	noLeaks(t)
	c := odd{list: endlessList{}}.serve(t)
	_, err := c.Receipts(context.Background(), Split, "a")
	if !errors.Is(err, errTooMuch) {
		t.Errorf("got %v", err)
	}
}

// changing is a receipt whose content is not what its size says.
type changing struct {
	io.Reader
	size int64
}

func (c changing) Stat() (fs.FileInfo, error) { return info{"a", c.size}, nil }

func TestFetchChanging(t *testing.T) {
	for name, file := range map[string]changing{
		"grew before":   {strings.NewReader("123456"), 6},
		"grows now":     {strings.NewReader("123456"), 5},
		"shrinks now":   {strings.NewReader("1234"), 5},
		"shrank before": {strings.NewReader("1234"), 4},
		"never ends":    {neverEnds{}, 5},
	} {
		var b bytes.Buffer
		if err := fetch(file, 5, &b); !errors.Is(err, ErrNotWhole) || b.Len() > 5 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
	}
}

type neverEnds struct{}

func (neverEnds) Read(p []byte) (int, error) { return len(p), nil }

// jumbled writes pieces down as they come and answers the first one last: a
// server that works on several at once.
type jumbled struct {
	mu      sync.Mutex
	size    int64
	others  int64
	early   bool
	written map[int64]int
}

func (j *jumbled) WriteAt(p []byte, off int64) (int, error) {
	j.mu.Lock()
	if off+int64(len(p)) == j.size && j.others != j.size-int64(len(p)) {
		j.early = true
	}
	j.mu.Unlock()
	if off == 0 {
		time.Sleep(50 * time.Millisecond)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.others += int64(len(p))
	j.written[off] = len(p)
	return len(p), nil
}

// TestUploadEndsLast: the file has its size only when every other piece is
// confirmed, whatever order the server works in.
func TestUploadEndsLast(t *testing.T) {
	noLeaks(t)
	for _, size := range []int64{1, chunk - 1, chunk, chunk + 1, 20 * chunk, 20*chunk + 1, stretch + chunk, 2*stretch + 3*chunk + 7} {
		j := &jumbled{size: size, written: map[int64]int{}}
		server := odd{write: func() (io.WriterAt, error) { return j, nil }, stat: func() int64 { return -1 }}
		var heard []int64
		err := server.serve(t).Upload(context.Background(), Split, "a.zip", io.LimitReader(neverEnds{}, size), size, func(n int64) { heard = append(heard, n) })
		if err != nil || j.early || j.others != size {
			t.Errorf("%d bytes: %d written, end too early: %v, %v", size, j.others, j.early, err)
		}
		if !slices.IsSorted(heard) || heard[len(heard)-1] != size {
			t.Errorf("%d bytes: progress %v", size, heard)
		}
	}
}
