package sandbox

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// folder is the place on disk of all state.
type folder string

func (f folder) path(parts ...string) string {
	return filepath.Join(append([]string{string(f)}, parts...)...)
}

// make creates the folder and those in it, for this user only.
func (f folder) make() error {
	for _, sub := range []string{"", "tmp", "rows", "inbox", "mail"} {
		if err := os.MkdirAll(f.path(sub), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	for _, kind := range jobKinds {
		if err := os.MkdirAll(f.path(kind, "kvittering"), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	return nil
}

// sweep removes half-written files. An upload that was under way when the
// process died is lost, as it would be at Digipost.
func (f folder) sweep() error {
	left, err := os.ReadDir(f.path("tmp"))
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for _, e := range left {
		if err := os.Remove(f.path("tmp", e.Name())); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return nil
}

// create opens a new file below tmp, for this user only.
func (f folder) create() (*os.File, error) {
	return os.CreateTemp(f.path("tmp"), "w-*")
}

// write writes a file whole or not at all.
func (f folder) write(name string, data []byte) error {
	return f.writeWith(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeWith writes a file whole or not at all: temporary name, sync, rename, sync of the folder.
func (f folder) writeWith(name string, fill func(io.Writer) error) (err error) {
	tmp, err := f.create()
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if err := fill(tmp); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), f.path(name)); err != nil {
		return err
	}
	syncDir(filepath.Dir(f.path(name)))
	return nil
}

// syncDir makes a rename durable where the system can do that; Windows can't
// open a folder for it, and needs no such call.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// readBounded reads a file of at most max bytes.
func readBounded(name string, max int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(data)) > max {
		err = fmt.Errorf("%s: larger than %d bytes", filepath.Base(name), max)
	}
	return data, err
}
