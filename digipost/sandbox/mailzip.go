package sandbox

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

// Bounds of a job's archive. Digipost publishes none; these are far above what
// a practice needs, and keep a hostile archive from filling memory or disk.
const (
	maxJobXML    = 4 << 30  // the job document, unpacked
	maxUnpacked  = 16 << 30 // everything, unpacked
	maxDirectory = 32 << 20 // the archive's table of contents
	maxRatio     = 200      // of a document above bigEntry, unpacked to packed
	bigEntry     = 64 << 20
)

// metered is a reader that gives only so many bytes until its meter is taken
// off: the table of contents is read whole into memory, whatever its size.
type metered struct {
	io.ReaderAt
	left int64
}

var errMetered = errors.New("too much to read")

// ReadAt reads within the budget.
func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errMetered
	}
	return m.ReaderAt.ReadAt(p, at)
}

// openArchive reads the table of contents of a job's archive and checks every
// name in it, whether it is used or not.
func openArchive(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	meter := &metered{r, maxDirectory}
	archive, err := zip.NewReader(meter, size)
	if err != nil {
		return nil, errors.New("filen er ikke et lesbart zip-arkiv")
	}
	meter.left = math.MaxInt64
	files := make(map[string]*zip.File, len(archive.File))
	var total uint64
	for i, f := range archive.File {
		if wrong := badEntry(f); wrong != "" {
			return nil, fmt.Errorf("fil nr. %d i arkivet %s", i+1, wrong)
		}
		if f.Mode().IsDir() {
			continue
		}
		if files[f.Name] != nil {
			return nil, fmt.Errorf("fil nr. %d i arkivet har samme navn som en annen", i+1)
		}
		files[f.Name] = f
		if total += f.UncompressedSize64; total > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, fmt.Errorf("arkivet er større enn %d byte utpakket", int64(maxUnpacked))
		}
	}
	return files, nil
}

// badEntry says what is wrong with a file of an archive, or "".
func badEntry(f *zip.File) string {
	name := strings.TrimSuffix(f.Name, "/")
	switch {
	case f.Flags&1 != 0:
		return "er kryptert"
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "er pakket på en måte som ikke støttes"
	case f.Mode()&fs.ModeSymlink != 0 || !f.Mode().IsRegular() && !f.Mode().IsDir():
		return "er en lenke eller noe annet enn en fil"
	case strings.ContainsAny(name, "\\:") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return "har et navn med tegn som ikke er tillatt"
	case !fs.ValidPath(name) || name == ".":
		return "har et navn som peker ut av arkivet"
	case f.UncompressedSize64 > bigEntry && f.UncompressedSize64/maxRatio > f.CompressedSize64:
		return "er en zip-bombe"
	}
	return ""
}

// openEntry unpacks a file of an archive, no more of it than it says.
func openEntry(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, int64(f.UncompressedSize64)+1), r}, nil // one more, so that the check sum is read
}

// openJob finds the job document in a zip. A split job holds nothing else.
func openJob(r io.ReaderAt, size int64, kind string) (io.ReadCloser, map[string]*zip.File, error) {
	files, err := openArchive(r, size)
	if err != nil {
		return nil, nil, err
	}
	want := kind + ".xml"
	doc := files[want]
	if kind == kindSplit && (len(files) != 1 || doc == nil) {
		return nil, nil, fmt.Errorf("arkivet skal inneholde nøyaktig én fil, %s", want)
	}
	if doc == nil || doc.UncompressedSize64 > maxJobXML {
		return nil, nil, fmt.Errorf("arkivet inneholder ikke %s i rimelig størrelse", want)
	}
	in, err := openEntry(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("%s i arkivet kan ikke pakkes ut", want)
	}
	return in, files, nil
}
