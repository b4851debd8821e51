package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"brevdue/app/post"
)

var (
	oleMagic = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	zipMagic = []byte("PK\x03\x04")
)

// sniff looks at the first bytes, not at the name, and opens the list. The name
// only decides for text, which has no first bytes of its own.
func sniff(ctx context.Context, name string, data []byte) (table, error) {
	switch {
	case bytes.HasPrefix(data, oleMagic):
		return nil, sniffOLE(name, data)
	case bytes.HasPrefix(data, zipMagic):
		return sniffZip(ctx, name, data)
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".txt":
	default:
		return nil, post.NewFault(post.CodeNotAWorkbook, errors.New("neither a zip nor named as text"), "file", name)
	}
	return openText(ctx, name, data)
}

// sniffOLE tells the two sorts of Microsoft's older container apart: workbooks
// locked with a password, and .xls. Names of streams are UTF-16 inside.
func sniffOLE(name string, data []byte) error {
	if bytes.Contains(data, utf16LE("EncryptedPackage")) {
		return post.NewFault(post.CodeWorkbookProtected, nil, "file", name)
	}
	if bytes.Contains(data, utf16LE("Workbook")) || bytes.Contains(data, utf16LE("Book")) {
		return post.NewFault(post.CodeOldWorkbook, nil, "file", name, "kind", ".xls")
	}
	return post.NewFault(post.CodeNotAWorkbook, errors.New("an OLE file without a workbook"), "file", name)
}

func utf16LE(text string) []byte {
	out := make([]byte, 0, 2*len(text))
	for i := 0; i < len(text); i++ {
		out = append(out, text[i], 0)
	}
	return out
}

func sniffZip(ctx context.Context, name string, data []byte) (table, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, post.NewFault(post.CodeNotAWorkbook, err, "file", name)
	}
	for _, entry := range archive.File {
		if entry.Flags&1 != 0 {
			return nil, post.NewFault(post.CodeWorkbookProtected, nil, "file", name)
		}
		switch partName(entry.Name) {
		case "mimetype":
			if kind := startOf(entry, 64); strings.Contains(kind, "opendocument.spreadsheet") {
				return nil, post.NewFault(post.CodeOldWorkbook, nil, "file", name, "kind", ".ods")
			}
		case "xl/workbook.bin":
			return nil, post.NewFault(post.CodeOldWorkbook, nil, "file", name, "kind", ".xlsb")
		}
	}
	t, err := openWorkbook(ctx, archive)
	switch {
	case err == nil:
		return t, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errTooLarge):
		return nil, post.NewFault(post.CodeWorkbookTooLarge, err, "file", name, "limit", megabytes(maxPart))
	}
	return nil, post.NewFault(post.CodeNotAWorkbook, err, "file", name)
}

func startOf(entry *zip.File, limit int64) string {
	r, err := entry.Open()
	if err != nil {
		return ""
	}
	defer r.Close()
	start, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return ""
	}
	return string(start)
}

func megabytes(size int64) string { return strconv.FormatInt((size+1<<20-1)>>20, 10) + " MB" }
