package batch

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"math"
)

// A file is stored as it is when packing would not make it clearly smaller, which
// is so for the PDFs that programs make: their streams are packed already. Stored
// files carry their size and checksum before their content. Java's
// ZipInputStream, which may be what reads the archive, refuses a stored file that
// has them behind it. So a stored file has to be read before it is written; one of
// up to wholeSize is kept for that, a larger one is read twice. A packed file is
// read once: its size may stand behind it.
const (
	wholeSize = 1 << 20
	// gain is the part of a file that packing has to save, 1/gain: less is not
	// worth that packing takes thirty times as long as storing.
	gain = 20
)

// contentFault is a fault of a document's content, not of the archive.
type contentFault struct {
	problem string
	err     error
}

func (f *contentFault) Error() string { return f.problem }

// workbench holds what packing one file after another needs.
type workbench struct {
	whole  []byte
	packed bytes.Buffer
	flate  *flate.Writer
	sum    hash.Hash
}

// pack puts one file into the archive and tells whether it was stored.
func (b *workbench) pack(ctx context.Context, archive *zip.Writer, name string, content Content) (stored bool, err error) {
	if b.whole == nil {
		b.whole, b.sum = make([]byte, wholeSize), sha256.New()
	}
	from, err := open(content)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	b.sum.Reset()
	head := b.whole[:min(content.Size, wholeSize)]
	if _, err := io.ReadFull(from, head); err != nil {
		return false, readFault(err)
	}
	squeezable := compressible(head)
	if content.Size > wholeSize {
		rest := &checkedContent{ctx: ctx, from: from, left: content.Size - wholeSize, sum: b.sum, want: content.SHA256}
		b.sum.Write(head)
		if squeezable {
			return false, stream(archive, name, io.MultiReader(bytes.NewReader(head), rest))
		}
		return true, b.twice(ctx, archive, name, content, head, rest)
	}
	b.sum.Write(head)
	if err := atEnd(from, b.sum, content.SHA256); err != nil {
		return false, err
	}
	entry := rawEntry(name, content.Size, crc32.ChecksumIEEE(head))
	if squeezable && b.squeeze(head) {
		entry.Method, entry.CompressedSize64 = zip.Deflate, uint64(b.packed.Len())
		head = b.packed.Bytes()
	}
	to, err := archive.CreateRaw(entry)
	if err != nil {
		return false, err
	}
	_, err = to.Write(head)
	return entry.Method == zip.Store, err
}

func open(content Content) (io.ReadCloser, error) {
	from, err := content.Open()
	if err != nil {
		return nil, &contentFault{"can't be opened", err}
	}
	return from, nil
}

// readFault is the fault of a file that ends early or can't be read.
func readFault(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &contentFault{"is shorter than approved", ErrChanged}
	}
	return &contentFault{"can't be read", err}
}

// atEnd makes sure that nothing follows and that the sum is the approved one.
func atEnd(from io.Reader, sum hash.Hash, want [32]byte) error {
	var more [1]byte
	switch n, err := io.ReadFull(from, more[:]); {
	case n > 0:
		return &contentFault{"is longer than approved", ErrChanged}
	case err != io.EOF:
		return readFault(err)
	case [32]byte(sum.Sum(nil)) != want:
		return &contentFault{"has another content than approved", ErrChanged}
	}
	return nil
}

// squeeze packs a whole file and reports whether that was worth it.
func (b *workbench) squeeze(content []byte) bool {
	b.packed.Reset()
	if b.flate == nil {
		// The level is a valid one, which is all that can be wrong here.
		b.flate, _ = flate.NewWriter(&b.packed, flate.DefaultCompression)
	} else {
		b.flate.Reset(&b.packed)
	}
	// Writing to memory does not fail.
	_, _ = b.flate.Write(content)
	_ = b.flate.Close()
	return b.packed.Len() <= len(content)-len(content)/gain
}

// stream packs a large file while it is read.
func stream(archive *zip.Writer, name string, from io.Reader) error {
	to, err := archive.CreateHeader(archiveEntry(name))
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(to, onlyReader{from}, make([]byte, chunk))
	return err
}

// onlyReader keeps io.Copy from finding a shorter way past the buffer.
type onlyReader struct{ io.Reader }

// twice stores a large file: rest is read to its end for the checksum, then all
// of it again for the archive.
func (b *workbench) twice(ctx context.Context, archive *zip.Writer, name string, content Content, head []byte, rest io.Reader) (err error) {
	crc := crc32.NewIEEE()
	crc.Write(head)
	if _, err := io.CopyBuffer(crc, rest, head); err != nil {
		return err
	}
	again, err := open(content)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	to, err := archive.CreateRaw(rawEntry(name, content.Size, crc.Sum32()))
	if err != nil {
		return err
	}
	b.sum.Reset()
	second := &checkedContent{ctx: ctx, from: again, left: content.Size, sum: b.sum, want: content.SHA256}
	_, err = io.CopyBuffer(to, second, head)
	return err
}

// checkedContent reads exactly left bytes and compares their sum at the end.
type checkedContent struct {
	ctx  context.Context
	from io.Reader
	left int64
	sum  hash.Hash
	want [32]byte
}

func (c *checkedContent) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.left == 0 {
		if err := atEnd(c.from, c.sum, c.want); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.left)])
	c.sum.Write(p[:n])
	c.left -= int64(n)
	if err != nil && (err != io.EOF || c.left > 0) {
		return n, readFault(err)
	}
	return n, nil
}

// rawEntry heads a stored entry, with everything before the content.
func rawEntry(name string, size int64, crc uint32) *zip.FileHeader {
	entry := archiveEntry(name)
	entry.Method, entry.CRC32 = zip.Store, crc
	entry.UncompressedSize64, entry.CompressedSize64 = uint64(size), uint64(size)
	entry.ReaderVersion, entry.CreatorVersion = zipVersion, zipVersion
	//lint:ignore SA1019 For raw entries the library takes the time from here only.
	entry.ModifiedDate = zipFirstDay
	return entry
}

const (
	// zipVersion is 2.0, which knows Deflate; zipFirstDay is 1 January 1980.
	zipVersion  = 20
	zipFirstDay = 1<<5 | 1
)

// compressible judges by samples whether packing is worth a try. The bytes of
// packed content are spread evenly: sixteen samples of one kilobyte then hold
// nearly eight bits of information in each byte. Text holds some five.
func compressible(content []byte) bool {
	const samples, size, dense = 16, 1 << 10, 7.7
	if len(content) < samples*size {
		return true
	}
	var seen [256]int
	for i := range samples {
		at := i * (len(content) - size) / (samples - 1)
		for _, b := range content[at : at+size] {
			seen[b]++
		}
	}
	var bits float64
	for _, n := range seen {
		if n > 0 {
			p := float64(n) / (samples * size)
			bits -= p * math.Log2(p)
		}
	}
	return bits < dense
}
