package sandbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
)

// inMemory is the size up to which a request body stays in memory; a larger
// one lies in a file, so that memory does not grow with the letter.
const inMemory = 256 << 10

// spool is the body of a request, whole, with its hash taken while it was read.
type spool struct {
	io.ReaderAt
	size int64
	sum  [sha256.Size]byte
	file *os.File // nil: in memory
}

// spoolOf is a body that is in memory already.
func spoolOf(data []byte) *spool {
	return &spool{ReaderAt: bytes.NewReader(data), size: int64(len(data)), sum: sha256.Sum256(data)}
}

// errTooLarge is a body above the bound.
var errTooLarge = errors.New("too large")

// spool reads a body of at most max bytes. The caller closes what it gets.
func (f folder) spool(r io.Reader, max int64) (_ *spool, err error) {
	r = io.LimitReader(r, max+1)
	hash := sha256.New()
	var head bytes.Buffer
	n, err := io.Copy(io.MultiWriter(hash, &head), io.LimitReader(r, inMemory+1))
	if err != nil {
		return nil, err
	}
	s := &spool{ReaderAt: bytes.NewReader(head.Bytes()), size: n}
	if n > inMemory {
		if s.file, err = f.create(); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				s.close()
			}
		}()
		if _, err = s.file.Write(head.Bytes()); err != nil {
			return nil, err
		}
		more, err := io.Copy(io.MultiWriter(hash, s.file), r)
		if err != nil {
			return nil, err
		}
		s.ReaderAt, s.size = s.file, n+more
	}
	if s.size > max {
		s.close()
		return nil, errTooLarge
	}
	hash.Sum(s.sum[:0])
	return s, nil
}

// close gives the file free, if there is one.
func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name()) // sweep tries again
	}
}

// part is a piece of the body.
func (s *spool) part(from, to int64) *io.SectionReader { return io.NewSectionReader(s, from, to-from) }

// bytes reads the body whole, at most max bytes of it.
func (s *spool) bytes(max int64) ([]byte, error) { return wholePart(s.part(0, s.size), max) }

// wholePart reads a piece whole; errTooLarge if it has more than max bytes.
func wholePart(p *io.SectionReader, max int64) ([]byte, error) {
	if p.Size() > max {
		return nil, errTooLarge
	}
	data := make([]byte, p.Size())
	if n, err := p.ReadAt(data, 0); int64(n) < p.Size() {
		return nil, err
	}
	return data, nil
}

// has says whether a text stands at a place.
func (s *spool) has(at int64, text string) bool {
	buf := make([]byte, len(text))
	n, _ := s.ReadAt(buf, at)
	return n == len(text) && string(buf) == text
}

// index finds a text at or after a place, -1 without one.
func (s *spool) index(from int64, text string) (int64, error) {
	buf := make([]byte, min(s.size-from, inMemory)+int64(len(text)))
	for from < s.size {
		n, err := s.ReadAt(buf, from)
		if err != nil && !errors.Is(err, io.EOF) {
			return -1, err
		}
		if i := bytes.Index(buf[:n], []byte(text)); i >= 0 {
			return from + int64(i), nil
		}
		if n < len(buf) {
			break
		}
		from += int64(n - len(text) + 1) // the text may lie across
	}
	return -1, nil
}

// hashOf hashes a piece.
func hashOf(p *io.SectionReader) (sum [sha256.Size]byte, err error) {
	hash := sha256.New()
	_, err = io.Copy(hash, io.NewSectionReader(p, 0, p.Size()))
	hash.Sum(sum[:0])
	return sum, err
}
