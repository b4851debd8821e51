package sandbox

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Results lie in a file, one JSON line each, so that a job of a million
// recipients needs no more memory than a small one.

// rowWriter writes such a file.
type rowWriter struct {
	file *os.File
	out  *bufio.Writer
	at   int64 // where the next line begins
}

func (f folder) newRows() (*rowWriter, error) {
	file, err := f.create()
	if err != nil {
		return nil, fmt.Errorf("keep results: %w", err)
	}
	return &rowWriter{file: file, out: bufio.NewWriterSize(file, 64<<10)}, nil
}

// add writes one line and says where it begins.
func (w *rowWriter) add(line any) (at int64, err error) {
	data, err := json.Marshal(line)
	if err != nil {
		return 0, err
	}
	at = w.at
	n, err := w.out.Write(append(data, '\n'))
	w.at += int64(n)
	return at, err
}

// keep finishes the file under its lasting name.
func (w *rowWriter) keep(name string) error {
	err := w.out.Flush()
	if err == nil {
		err = w.file.Sync()
	}
	if err == nil {
		err = w.file.Close()
	}
	if err == nil {
		err = os.Rename(w.file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("keep results: %w", err)
	}
	return nil
}

// drop removes the file if it was not kept.
func (w *rowWriter) drop() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name()) // gone already when it was kept
}

// rowReader reads such a file in any order.
type rowReader struct {
	file *os.File
	ends []int64 // of each line
}

// openRows opens a file of results; "" is one without any.
func openRows(name string) (*rowReader, error) {
	if name == "" {
		return &rowReader{}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	r := &rowReader{file: file}
	in, at := bufio.NewReaderSize(file, 64<<10), int64(0)
	for {
		piece, err := in.ReadSlice('\n')
		at += int64(len(piece))
		switch {
		case err == nil:
			r.ends = append(r.ends, at)
		case errors.Is(err, io.EOF):
			return r, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			r.close()
			return nil, fmt.Errorf("read results: %w", err)
		}
	}
}

func (r *rowReader) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// each reads the lines in the order given into what into points at, and visits each.
func (r *rowReader) each(order []int, into func() any, visit func()) error {
	var buf []byte
	for _, i := range order {
		from := int64(0)
		if i > 0 {
			from = r.ends[i-1]
		}
		buf = slices.Grow(buf[:0], int(r.ends[i]-from))[:r.ends[i]-from]
		if _, err := r.file.ReadAt(buf, from); err != nil {
			return fmt.Errorf("read results: %w", err)
		}
		if err := json.Unmarshal(buf, into()); err != nil {
			return fmt.Errorf("read results: %w", err)
		}
		visit()
	}
	return nil
}

// readRow reads one line that begins at a place.
func readRow(name string, at int64, into any) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	line, err := bufio.NewReader(io.NewSectionReader(file, at, 1<<40)).ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// spot is where a document of a mailing stands in the file of its letters.
type spot struct {
	id [16]byte // its uuid
	at int64
}

// uuidIndex finds documents of a mailing by uuid. It is sorted.
type uuidIndex []spot

// uuidBytes reads a uuid in the only form that the batch schema allows.
func uuidBytes(s string) (id [16]byte, ok bool) {
	if len(s) != 36 || strings.ToLower(s) != s {
		return id, false
	}
	text := strings.ReplaceAll(s, "-", "")
	n, err := hex.Decode(id[:], []byte(text[:min(len(text), 32)]))
	return id, err == nil && n == len(id) && len(text) == 32
}

// sort puts the index in order; twice is where a uuid stands a second time, -1 if none does.
func (x uuidIndex) sort() (twice int64) {
	slices.SortFunc(x, func(a, b spot) int { return bytes.Compare(a.id[:], b.id[:]) })
	for i := range len(x) - 1 {
		if x[i].id == x[i+1].id {
			return max(x[i].at, x[i+1].at)
		}
	}
	return -1
}

// find gives the place of a uuid.
func (x uuidIndex) find(id [16]byte) (at int64, found bool) {
	i, found := slices.BinarySearchFunc(x, id, func(s spot, id [16]byte) int { return bytes.Compare(s.id[:], id[:]) })
	if !found {
		return 0, false
	}
	return x[i].at, true
}

const spotSize = 16 + 8

// write writes the index as it lies in its file.
func (x uuidIndex) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	var one [spotSize]byte
	for _, s := range x {
		copy(one[:], s.id[:])
		binary.BigEndian.PutUint64(one[16:], uint64(s.at))
		if _, err := out.Write(one[:]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// readIndex reads the file of an index.
func readIndex(name string) (uuidIndex, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	x := make(uuidIndex, info.Size()/spotSize)
	in := bufio.NewReader(file)
	var one [spotSize]byte
	for i := range x {
		if _, err := io.ReadFull(in, one[:]); err != nil {
			return nil, err
		}
		copy(x[i].id[:], one[:16])
		x[i].at = int64(binary.BigEndian.Uint64(one[16:]))
	}
	return x, nil
}

// idSet remembers kunde-ids, whatever their length, in a few bytes each.
type idSet map[[16]byte]struct{}

// add puts an id in; again says that it was there.
func (set idSet) add(id string) (again bool) {
	sum := sha256.Sum256([]byte(id))
	key := [16]byte(sum[:16])
	_, again = set[key]
	set[key] = struct{}{}
	return again
}
