package validate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var (
	errPiece    = errors.New("validate: a tag, text or comment is too long")
	errEncoding = errors.New("validate: an encoding that is not read")
)

// source gives the tokens of a document. It reads no more than one bounded
// piece at a time.
type source struct {
	ctx  context.Context
	from io.Reader
	xml  *xml.Decoder
	// room is how many bytes may be read before the next token.
	room int
	// err is why reading ended, where that was not the end of the document.
	err error
	// wide says that the document began with a mark of UTF-16.
	wide bool
}

func open(ctx context.Context, r io.Reader) *source {
	s := &source{ctx: ctx, from: r, room: maxPiece}
	// More than this is never read ahead, so that room means something.
	buffered := bufio.NewReaderSize(s, 32<<10)
	start, _ := buffered.Peek(3) // the decoder sees the error again
	var in io.Reader = buffered
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		_, _ = buffered.Discard(3) // just peeked at
	case bytes.HasPrefix(start, []byte("\xFE\xFF")), bytes.HasPrefix(start, []byte("\xFF\xFE")):
		s.wide = true
		in = unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Reader(buffered)
	}
	s.xml = xml.NewDecoder(in)
	s.xml.CharsetReader = s.decode
	return s
}

// Read keeps within the room and stops when ctx ends.
func (s *source) Read(p []byte) (int, error) {
	switch err := s.ctx.Err(); {
	case s.err != nil:
		return 0, s.err
	case err != nil:
		s.err = err
		return 0, err
	case s.room <= 0:
		s.err = errPiece
		return 0, errPiece
	}
	n, err := s.from.Read(p[:min(len(p), s.room)])
	s.room -= n
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// decode reads the encodings that the XML declaration may name beside UTF-8.
func (s *source) decode(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-16", "utf-16le", "utf-16be":
		if s.wide {
			return in, nil
		}
	case "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(in), nil
	case "iso-8859-15":
		return charmap.ISO8859_15.NewDecoder().Reader(in), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	s.err = errEncoding
	return nil, fmt.Errorf("%w: %s", errEncoding, label)
}

// next gives a token and the line where it begins.
func (s *source) next() (xml.Token, int, error) {
	s.room = maxPiece
	line, _ := s.xml.InputPos()
	token, err := s.xml.RawToken()
	if err != nil && s.err != nil {
		err = s.err
	}
	return token, line, err
}
