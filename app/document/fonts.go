package document

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// standardFonts are parts of the names of fonts that the print service has
// (PdfFontValidator).
var standardFonts = []string{"TIMES", "COURIER", "HELVETICA", "SYMBOL", "ZAPFDINGBATS", "ARIAL"}

// fontCheck judges fonts as the validator does; each once, since pages share
// them.
type fontCheck struct {
	file  *pdfFile
	known map[int]bool // by object number
}

// unnamed stands for the name of a font without one.
const unnamed = "?"

// bad gives the name of the first font, in the order of their keys, that can't
// be printed, or "". An error is a font that isn't one: the validator gives up
// then.
func (c *fontCheck) bad(ctx context.Context, fonts types.Dict) (string, error) {
	for _, key := range slices.Sorted(maps.Keys(fonts)) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		ref, isRef := fonts[key].(types.IndirectRef)
		number := 0
		if isRef {
			number = ref.ObjectNumber.Value()
			if c.known[number] {
				continue
			}
		}
		font, err := c.file.DereferenceDict(fonts[key])
		if err != nil {
			return "", err
		}
		if font == nil {
			return "", errNotAFont
		}
		fine, err := c.fine(font)
		if err != nil {
			return "", err
		}
		if !fine {
			return nameOf(font), nil
		}
		if isRef {
			if c.known == nil {
				c.known = map[int]bool{}
			}
			c.known[number] = true
		}
	}
	return "", nil
}

func nameOf(font types.Dict) string {
	name := font.NameEntry("BaseFont")
	if name == nil {
		name = font.NameEntry("Name")
	}
	if name == nil || *name == "" {
		return unnamed
	}
	_, plain, found := strings.Cut(*name, "+") // without the mark of a part of a font
	if !found {
		return *name
	}
	return plain
}

// fine says whether a font is embedded or known to everybody. A font drawn in
// the file itself (Type3) has neither a descriptor nor a known name as a rule,
// and is refused then.
func (c *fontCheck) fine(font types.Dict) (bool, error) {
	composite := font.Subtype() != nil && *font.Subtype() == "Type0"
	described := font
	if composite {
		value, _ := font.Find("DescendantFonts")
		list, err := c.file.DereferenceArray(value)
		if err != nil {
			return false, err
		}
		if len(list) == 0 {
			return false, errNotAFont
		}
		if described, err = c.file.DereferenceDict(list[0]); err != nil {
			return false, err
		}
		if described == nil {
			return false, errNotAFont
		}
	}
	descriptor, err := c.file.dict(described, "FontDescriptor")
	if err != nil {
		return false, err
	}
	if descriptor == nil {
		return composite || standardName(nameOf(font)), nil
	}
	for _, kind := range []string{"FontFile", "FontFile2", "FontFile3"} {
		if value, found := descriptor.Find(kind); found {
			return c.whole(value, kind), nil
		}
	}
	name := descriptor.NameEntry("FontName")
	return name != nil && standardName(*name), nil
}

func standardName(name string) bool {
	plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(name))
	return slices.ContainsFunc(standardFonts, func(known string) bool { return strings.Contains(plain, known) })
}

// whole says whether an embedded font is what it says it is: a rough look, which
// finds what was cut off, emptied or mixed up. The validator reads it all.
func (c *fontCheck) whole(value types.Object, kind string) bool {
	stream, _, err := c.file.DereferenceStreamDict(value)
	if err != nil || stream == nil || stream.DecodeWithLimit(MaxSize) != nil {
		return false
	}
	data := stream.Content
	stream.Content = nil // a file may have many
	if len(data) < 4 {
		return false
	}
	openType := bytes.HasPrefix(data, []byte("OTTO"))
	trueType := bytes.HasPrefix(data, []byte{0, 1, 0, 0}) || bytes.HasPrefix(data, []byte("true"))
	switch kind {
	case "FontFile":
		return bytes.HasPrefix(data, []byte("%!")) || data[0] == 0x80
	case "FontFile2":
		return trueType && tablesWhole(data, "glyf", "loca") || openType && tablesWhole(data)
	}
	return openType || trueType || data[0] == 1 // a compact font of version 1
}

// tablesWhole looks for the tables that a TrueType font in a PDF can't do without,
// and whether they lie in the file (TTFParser of PDFBox).
func tablesWhole(data []byte, more ...string) bool {
	if len(data) < 12 {
		return false
	}
	count := int(binary.BigEndian.Uint16(data[4:]))
	if len(data) < 12+16*count {
		return false
	}
	missing := append([]string{"head", "hhea", "maxp", "hmtx"}, more...)
	for i := range count {
		entry := data[12+16*i:]
		if offset := binary.BigEndian.Uint32(entry[8:]); int64(offset) > int64(len(data)) {
			continue
		}
		missing = slices.DeleteFunc(missing, func(tag string) bool { return tag == string(entry[:4]) })
	}
	return len(missing) == 0
}
