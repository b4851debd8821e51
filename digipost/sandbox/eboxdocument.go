package sandbox

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
)

// digestKind says how a document's digest is told.
type digestKind int

const (
	digestRight digestKind = iota
	digestPadded
	digestWrong
	digestAbsent
)

// eboxDocument is a document of a message; its bytes are made when asked for.
type eboxDocument struct {
	ID, Name, Media string
	Title           eboxText
	Main, Signed    bool
	NoID, NoHref    bool // leave out attachmentId, or contentHref
	Stray           bool // contentHref leads to another host
	Digest          digestKind
	make            func() []byte

	once sync.Once
	data []byte
}

func (d *eboxDocument) content() []byte {
	d.once.Do(func() { d.data = d.make() })
	return d.data
}

// kB is a size as it is told: in kilobytes of 1024 bytes, one decimal.
func kB(size int) float64 { return math.Ceil(float64(size)/1024*10) / 10 }

func (d *eboxDocument) kB() float64 { return kB(len(d.content())) }

func (d *eboxDocument) digest() string {
	content := d.content()
	if d.Digest == digestWrong {
		content = []byte("something else")
	}
	sum := sha256.Sum256(content)
	if d.Digest == digestPadded {
		return base64.URLEncoding.EncodeToString(sum[:])
	}
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// document finds a document by its id, also one whose id is told nowhere but in
// its address.
func (m *eboxMessage) document(id string) *eboxDocument {
	for _, d := range m.Documents {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// strayAddress is this machine by another name: a client that holds an address
// against its provider's goes nowhere near it.
func strayAddress(base, id string) string {
	return strings.Replace(base, "127.0.0.1", "localhost", 1) + "/stray/" + url.PathEscape(id)
}

// eboxPDF writes a plain PDF, as many pages as the lines need, and padding that
// no page shows.
func eboxPDF(lines []string, padding int) []byte {
	const perPage = 45
	var buf bytes.Buffer
	var offsets []int
	begin := func(format string, args ...any) {
		offsets = append(offsets, buf.Len())
		fmt.Fprintf(&buf, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&buf, format, args...)
		buf.WriteString("\nendobj\n")
	}
	stream := func(data []byte) {
		offsets = append(offsets, buf.Len())
		fmt.Fprintf(&buf, "%d 0 obj\n<< /Length %d >>\nstream\n", len(offsets), len(data))
		buf.Write(data)
		buf.WriteString("\nendstream\nendobj\n")
	}
	pages := max((len(lines)+perPage-1)/perPage, 1)
	buf.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	begin("<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	begin("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), pages)
	begin("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	for i := range pages {
		begin("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i)
		stream(eboxPage(lines[min(i*perPage, len(lines)):min((i+1)*perPage, len(lines))]))
	}
	if padding > 0 {
		noise := make([]byte, padding)
		source := rand.NewPCG(uint64(padding), 2)
		for i := range noise {
			noise[i] = byte(source.Uint64())
		}
		stream(noise)
	}
	xref := buf.Len()
	fmt.Fprintf(&buf, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&buf, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&buf, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return buf.Bytes()
}

// eboxPage draws lines of text; what Latin-1 lacks becomes a question mark.
func eboxPage(lines []string) []byte {
	var b bytes.Buffer
	b.WriteString("BT /F1 11 Tf 15 TL 57 780 Td\n")
	for _, line := range lines {
		b.WriteByte('(')
		for _, r := range line {
			switch {
			case r == '(' || r == ')' || r == '\\':
				b.WriteByte('\\')
				b.WriteByte(byte(r))
			case r < 0x20 || r > 0xff:
				b.WriteByte('?')
			default:
				b.WriteByte(byte(r))
			}
		}
		b.WriteString(") Tj T*\n")
	}
	b.WriteString("ET")
	return b.Bytes()
}

// eboxZip is an archive of one small file.
func eboxZip() []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	f, err := w.Create("lijst.csv")
	if err == nil {
		_, err = f.Write([]byte("dossier;bedrag\r\nA-1;12,50\r\n"))
	}
	if err != nil || w.Close() != nil {
		return nil // a buffer takes everything
	}
	return buf.Bytes()
}
