package intake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"brevdue/app/number"
	"brevdue/app/post"
)

// sameFile reports whether two paths lead to one file, also through links.
func sameFile(a, b string) (bool, error) {
	absA, err := filepath.Abs(a)
	if err != nil {
		return false, fmt.Errorf("find the list: %w", err)
	}
	absB, err := filepath.Abs(b)
	if err != nil {
		return false, fmt.Errorf("find the place of the copy: %w", err)
	}
	if absA == absB {
		return true, nil
	}
	infoA, errA := os.Stat(absA)
	infoB, errB := os.Stat(absB)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB), nil
}

// replace writes a file whole or not at all: under another name beside its
// place, synced, checked, then renamed. What stood there before stays until the
// new one is complete.
func replace(out string, write func(io.Writer) error, check func(written string) error) (err error) {
	dir := filepath.Dir(out)
	file, err := os.CreateTemp(dir, ".brevdue-*"+filepath.Ext(out))
	if err != nil {
		return placeFault(out, err)
	}
	name := file.Name()
	defer func() {
		if err != nil {
			file.Close() // closed already on most ways here
			os.Remove(name)
		}
	}()
	buffered := bufio.NewWriterSize(file, 256<<10)
	for _, step := range []func() error{
		func() error { return write(buffered) },
		buffered.Flush,
		file.Sync,
		file.Close,
		func() error { return check(name) },
		func() error { return os.Rename(name, out) },
	} {
		if err := step(); err != nil {
			return placeFault(out, err)
		}
	}
	return nil
}

// placeFault gives a fault for trouble with the place a file is written to;
// other errors stay as they are.
func placeFault(out string, err error) error {
	dir := filepath.Dir(out)
	var fault *post.Fault
	switch {
	case errors.As(err, &fault):
		return err
	case isDiskFull(err):
		return post.NewFault(post.CodeDiskFull, err, "folder", dir)
	case errors.Is(err, fs.ErrNotExist):
		return post.NewFault(post.CodeFileMissing, err, "file", dir)
	case errors.Is(err, fs.ErrPermission):
		return post.NewFault(post.CodeNoAccess, err, "folder", dir, "file", filepath.Base(out))
	}
	return fmt.Errorf("write the copy: %w", err)
}

// isDiskFull knows the error of Unix and those of Windows (ERROR_HANDLE_DISK_FULL
// and ERROR_DISK_FULL).
func isDiskFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	var code syscall.Errno
	return runtime.GOOS == "windows" && errors.As(err, &code) && (code == 39 || code == 112)
}

// WriteProblems writes a workbook with the problem rows of a list alone: the
// number of the row in the list, the reason, and the row's own cells. headings
// name the first two columns; one alone names the reason, and the number's is
// "#". Birth and account numbers are masked. The faults are those of WriteBack.
func WriteProblems(ctx context.Context, source post.Source, out string, rows map[int]string, headings ...string) error {
	return writeProblems(ctx, source, out, rows, headings, maskCell)
}

// WriteProblemsWithNumbers is WriteProblems with the numbers as they stand, for
// a person who asked for them.
func WriteProblemsWithNumbers(ctx context.Context, source post.Source, out string, rows map[int]string, headings ...string) error {
	return writeProblems(ctx, source, out, rows, headings, func(text string) string { return text })
}

func writeProblems(ctx context.Context, source post.Source, out string, rows map[int]string, headings []string, show func(string) string) error {
	list, _, err := openSource(ctx, source, out)
	if err != nil {
		return err
	}
	sheet, err := list.sheet(source.Sheet)
	if err != nil {
		return err
	}
	if len(headings) == 1 {
		headings = []string{"#", headings[0]}
	}
	first := append(append([]string{}, headings...), "", "")[:2]
	write := func(w io.Writer) error {
		return newWorkbook(sheet.Name, w, func(set func(int, []any) error) error {
			written := 0
			put := func(number, reason any, cells []cell) error {
				values := []any{number, reason}
				for _, c := range cells {
					values = append(values, show(c.text))
				}
				written++
				return set(written, values)
			}
			if source.HeaderRow == 0 {
				if err := put(first[0], first[1], nil); err != nil {
					return err
				}
			}
			return list.each(ctx, sheet.Name, func(r row) (bool, error) {
				if r.number == source.HeaderRow {
					return true, put(first[0], first[1], r.cells)
				}
				if reason, wanted := rows[r.number]; wanted {
					return true, put(r.number, reason, r.cells)
				}
				return true, nil
			})
		})
	}
	return replace(out, write, func(string) error { return nil })
}

// maskCell hides what could be a birth or account number: eleven digits, or ten
// where a zero was lost.
func maskCell(text string) string {
	digits := number.Clean(text)
	if !allDigits(digits) || len(digits) < 10 || len(digits) > 11 {
		return text
	}
	if len(digits) == 10 {
		digits = "0" + digits
	}
	return number.Mask(digits)
}
