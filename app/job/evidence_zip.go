package job

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"brevdue/app/post"
)

// An evidence file is a zip (PKWARE's APPNOTE.TXT) of the plainest form there
// is: nothing is compressed, no times, no extra fields, the manifest first. So
// every byte of it follows from the manifest and can be checked, and no program
// that packs differently some day makes other bytes of the same evidence. It is
// written by hand for that reason.

// Names in an evidence file.
const (
	manifestName = "manifest.json"
	pageName     = "evidence.html"
	listName     = "list.json"
	planName     = "plan.json"
	timeLineName = "timeline.json"
	chainName    = "audit.jsonl"
)

// Bounds of an evidence file, so that a hostile one costs little.
const (
	maxManifest  = 64 << 20
	maxPack      = 1 << 30
	maxPackFiles = 10_000
)

// Lengths of the fixed parts of a zip.
const (
	localLength   = 30
	centralLength = 46
	endLength     = 22
)

// packEntry is a file as the manifest names it.
type packEntry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	CRC32  uint32 `json:"crc32"`
}

// length is how many bytes the entry takes, without its line in the directory.
func (e packEntry) length() int64 { return localLength + int64(len(e.Name)) + e.Size }

// packFile is a file that goes into the zip.
type packFile struct {
	entry packEntry
	open  func(ctx context.Context) (io.ReadCloser, error)
}

func memoryFile(name string, content []byte) packFile {
	return packFile{
		entry: packEntry{Name: name, Size: int64(len(content)), SHA256: hexSHA256(content), CRC32: crc32.ChecksumIEEE(content)},
		open:  func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
}

// hashedFile reads a file once to describe it.
func hashedFile(ctx context.Context, name string, open func(context.Context) (io.ReadCloser, error)) (packFile, error) {
	content, err := open(ctx)
	if err != nil {
		return packFile{}, err
	}
	defer content.Close()
	entry, err := describeContent(ctx, io.LimitReader(content, maxPack+1))
	entry.Name = name
	return packFile{entry: entry, open: open}, err
}

// describeContent gives size and hashes of what it reads to the end.
func describeContent(ctx context.Context, content io.Reader) (entry packEntry, err error) {
	sum, crc := sha256.New(), crc32.NewIEEE()
	entry.Size, err = io.Copy(io.MultiWriter(sum, crc), contextReader{ctx, content})
	entry.SHA256, entry.CRC32 = hex.EncodeToString(sum.Sum(nil)), crc.Sum32()
	return entry, err
}

// contextReader ends reading when the context ends.
type contextReader struct {
	ctx context.Context
	in  io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// errChanged is the cause when a file is not what it was a moment ago.
var errChanged = errors.New("a file changed while evidence was made")

// writePack writes the zip.
func writePack(ctx context.Context, out io.Writer, files []packFile) error {
	entries := make([]packEntry, len(files))
	var size int64
	for i, file := range files {
		entries[i] = file.entry
		size += file.entry.length()
	}
	if size > maxPack || len(files) > maxPackFiles {
		return post.NewFault(post.CodeFileTooLarge, nil, "file", "evidence")
	}
	for _, file := range files {
		if err := writeEntry(ctx, out, file); err != nil {
			return err
		}
	}
	if _, err := out.Write(directory(entries)); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

func writeEntry(ctx context.Context, out io.Writer, file packFile) error {
	if _, err := out.Write(localHeader(file.entry)); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	content, err := file.open(ctx)
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	defer content.Close()
	written, err := describeContent(ctx, io.TeeReader(io.LimitReader(content, file.entry.Size+1), out))
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	if written.Name = file.entry.Name; written != file.entry {
		return errChanged
	}
	return nil
}

// common are the fields that local header and directory line share: version 1.0,
// no flags, not compressed, the earliest date there is, hash, sizes, lengths.
func common(b []byte, entry packEntry) []byte {
	b = binary.LittleEndian.AppendUint16(b, 10)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 1<<5|1)
	b = binary.LittleEndian.AppendUint32(b, entry.CRC32)
	b = binary.LittleEndian.AppendUint32(b, uint32(entry.Size))
	b = binary.LittleEndian.AppendUint32(b, uint32(entry.Size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entry.Name)))
	return binary.LittleEndian.AppendUint16(b, 0)
}

func localHeader(entry packEntry) []byte {
	return append(common([]byte("PK\x03\x04"), entry), entry.Name...)
}

// centralLine is an entry's line in the directory; offset is of its header.
func centralLine(entry packEntry, offset int64) []byte {
	b := common([]byte("PK\x01\x02\x0a\x00"), entry)
	b = append(b, make([]byte, 10)...) // comment, disk, attributes
	b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	return append(b, entry.Name...)
}

// endRecord ends the zip.
func endRecord(count int, size, offset int64) []byte {
	b := []byte("PK\x05\x06\x00\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(count))
	b = binary.LittleEndian.AppendUint16(b, uint16(count))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	return append(b, 0, 0)
}

// directory is all that follows the files.
func directory(entries []packEntry) []byte {
	var b []byte
	var offset int64
	for _, entry := range entries {
		b = append(b, centralLine(entry, offset)...)
		offset += entry.length()
	}
	return append(b, endRecord(len(entries), int64(len(b)), offset)...)
}
