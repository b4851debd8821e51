package batch

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a receipt may cost. Receipts of 100,000 recipients are some 30 MB of XML
// and a few MB of zip; the limits leave room for twenty times that.
const (
	// MaxReceipt is the largest receipt zip that is fetched or read, in bytes.
	MaxReceipt = 256 << 20
	// maxContent is the largest document inside.
	maxContent = 1 << 30
	// maxRatio is how far a document may have been pressed together; beyond
	// freeContent it counts. Repetitive XML reaches some 50, a bomb 1,000.
	maxRatio    = 250
	freeContent = 16 << 20
	// maxDirectory bounds what is read to find the one entry: the tail of the
	// file and a directory of one. It keeps a zip with a million entries out
	// before they are listed.
	maxDirectory = 1 << 20
	// maxText is how much of an answer that is no XML is kept.
	maxText = 64 << 10
)

// receiptFile is the one entry of a receipt zip.
type receiptFile struct {
	*bufio.Reader
	close func() error
	name  string
}

func (f *receiptFile) Close() error { return f.close() }

// openReceipt finds the entry and refuses what a receipt never is.
func openReceipt(r io.ReaderAt, size int64) (*receiptFile, error) {
	if size < 0 || size > MaxReceipt {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrReceipt, int64(MaxReceipt))
	}
	source := &watchedSource{from: r, left: maxDirectory}
	archive, err := zip.NewReader(source, size)
	if err != nil {
		return nil, source.verdict("no zip file", err)
	}
	source.left = -1
	if len(archive.File) != 1 {
		return nil, fmt.Errorf("%w: %d entries in the zip file", ErrReceipt, len(archive.File))
	}
	file := archive.File[0]
	if problem := entryProblem(file); problem != "" {
		return nil, fmt.Errorf("%w: %s", ErrReceipt, problem)
	}
	content, err := file.Open()
	if err != nil {
		return nil, source.verdict("the entry can't be read", err)
	}
	limited := &limitedContent{from: content, source: source, pressed: file.CompressedSize64}
	return &receiptFile{Reader: bufio.NewReaderSize(limited, 64<<10), close: content.Close, name: file.Name}, nil
}

// entryProblem says why an entry is not taken, or "". Its name never becomes a
// path here; a name that tries to is a sign that the file is no receipt.
func entryProblem(file *zip.File) string {
	switch {
	case file.Name == "" || strings.ContainsAny(file.Name, `/\:`) || strings.Contains(file.Name, ".."):
		return "the entry's name is a path"
	case strings.ContainsFunc(file.Name, unicode.IsControl):
		return "the entry's name has control characters"
	case !file.Mode().IsRegular():
		return "the entry is no file"
	case file.Flags&1 != 0:
		return "the entry is encrypted"
	case file.UncompressedSize64 > maxContent:
		return "the entry is too large"
	}
	return ""
}

// looksLikeXML decides by content and name: an .xml entry is XML when it begins
// like it, another one only when it is a receipt document in spite of its name.
func (f *receiptFile) looksLikeXML(kind Kind) (bool, error) {
	head, err := f.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		head = head[len(byteOrderMark):]
		if _, err := f.Discard(len(byteOrderMark)); err != nil {
			return false, err
		}
	}
	start := bytes.TrimLeft(head, " \t\r\n")
	if len(start) == 0 {
		return false, fmt.Errorf("%w: the entry is empty", ErrReceipt)
	}
	if start[0] != '<' {
		return false, nil
	}
	return strings.HasSuffix(strings.ToLower(f.name), ".xml") || bytes.Contains(start, []byte(kind.resultRoot())), nil
}

const byteOrderMark = "\uFEFF"

// text gives the beginning of an entry that is no XML, fit to be shown. Text
// that is not UTF-8 is taken for Latin-1, in which nothing is invalid.
func (f *receiptFile) text() (string, error) {
	raw, err := io.ReadAll(io.LimitReader(f, maxText))
	if err != nil {
		return "", err
	}
	if !validUTF8(raw) {
		letters := make([]rune, len(raw))
		for i, b := range raw {
			letters[i] = rune(b)
		}
		raw = []byte(string(letters))
	}
	text := strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(raw), ""))
	return strings.TrimSpace(text), nil
}

// validUTF8 allows for a last character cut in two by the limit.
func validUTF8(raw []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(raw); cut++ {
		if utf8.Valid(raw[:len(raw)-cut]) {
			return cut == 0 || len(raw) == maxText
		}
	}
	return false
}

// watchedSource bounds the bytes read while left is not negative, and
// remembers whether the file itself could not be read, which is no fault of the
// receipt.
type watchedSource struct {
	from io.ReaderAt
	left int64
	err  error
}

var (
	errDirectory = errors.New("directory too large")
	errOffset    = errors.New("offset before the file")
)

func (s *watchedSource) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		// A forged directory: no fault of the file below.
		return 0, errOffset
	}
	if s.left >= 0 {
		if s.left -= int64(len(p)); s.left < 0 {
			s.left = 0
			return 0, errDirectory
		}
	}
	n, err := s.from.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// verdict is the error for the caller: the file's own, else ErrReceipt. The zip
// library's words name no content.
func (s *watchedSource) verdict(problem string, err error) error {
	if s.err != nil {
		return fmt.Errorf("read the receipt: %w", s.err)
	}
	return fmt.Errorf("%w: %s: %v", ErrReceipt, problem, err)
}

// limitedContent stops a document that grows beyond all measure while it is
// unpacked, whatever its header says.
type limitedContent struct {
	from    io.Reader
	source  *watchedSource
	pressed uint64
	read    uint64
}

func (l *limitedContent) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	l.read += uint64(n)
	switch {
	case l.read > maxContent, l.read > freeContent && l.read/maxRatio > l.pressed:
		return 0, fmt.Errorf("%w: it unpacks to far too much", ErrReceipt)
	case err != nil && err != io.EOF:
		return n, l.source.verdict("the entry is damaged", err)
	}
	return n, err
}
