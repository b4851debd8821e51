package document

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var errFont = errors.New("the font is not one that can be embedded")

// typeface is an OpenType font with PostScript outlines, as far as it takes to
// embed it and to write with it.
type typeface struct {
	name    string
	outline []byte // the compact font inside
	glyphs  map[rune]uint16
	widths  []int // in thousandths of the size, by glyph
	box     [4]int
	ascent  int
	descent int
	used    map[uint16]rune
}

// readTypeface reads the font that the program ships. Lengths are checked all
// the same: a font may be exchanged.
func readTypeface(data []byte) (face *typeface, err error) {
	defer func() {
		if recover() != nil { // reading beyond the end
			face, err = nil, errFont
		}
	}()
	if len(data) < 12 || string(data[:4]) != "OTTO" {
		return nil, errFont
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		entry := data[12+16*i:]
		offset, length := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		tables[string(entry[:4])] = data[offset : offset+length]
	}
	short := func(table string, at int) int { return int(int16(binary.BigEndian.Uint16(tables[table][at:]))) }
	unit := short("head", 18)
	if unit < 1 || len(tables["CFF "]) == 0 {
		return nil, errFont
	}
	scale := func(n int) int { return n * 1000 / unit }
	face = &typeface{name: "Brevdue", outline: tables["CFF "], used: map[uint16]rune{},
		ascent: scale(short("hhea", 4)), descent: scale(short("hhea", 6))}
	for i := range face.box {
		face.box[i] = scale(short("head", 36+2*i))
	}
	count, measured := short("maxp", 4), short("hhea", 34)
	for glyph := range count {
		face.widths = append(face.widths, scale(short("hmtx", 4*min(glyph, measured-1))))
	}
	face.glyphs, err = readCharacters(tables["cmap"])
	return face, err
}

// readCharacters reads a table of format 4, which holds all letters of Europe.
func readCharacters(cmap []byte) (map[rune]uint16, error) {
	word := func(data []byte, at int) int { return int(binary.BigEndian.Uint16(data[at:])) }
	for i := range word(cmap, 2) {
		table := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if word(table, 0) != 4 {
			continue
		}
		glyphs := map[rune]uint16{}
		segments := word(table, 6) / 2
		ends, starts := 14, 16+2*segments
		deltas, offsets := starts+2*segments, starts+4*segments
		for s := range segments {
			first, last, delta, offset := word(table, starts+2*s), word(table, ends+2*s), word(table, deltas+2*s), word(table, offsets+2*s)
			for char := first; char <= last && char != 0xffff; char++ {
				glyph := char
				if offset != 0 {
					if glyph = word(table, offsets+2*s+offset+2*(char-first)); glyph == 0 {
						continue
					}
				}
				if glyph = (glyph + delta) & 0xffff; glyph != 0 {
					glyphs[rune(char)] = uint16(glyph)
				}
			}
		}
		return glyphs, nil
	}
	return nil, errFont
}

// encode gives the glyphs for a text and its width in thousandths of the size. A
// letter the font lacks is written without its marks, else as a question mark.
func (f *typeface) encode(text string) (glyphs []uint16, width int) {
	for _, char := range norm.NFC.String(text) {
		glyph, found := f.glyphs[char]
		if !found {
			char, glyph = f.stand(char)
		}
		if glyph == 0 {
			continue
		}
		f.used[glyph] = char
		glyphs = append(glyphs, glyph)
		if int(glyph) < len(f.widths) {
			width += f.widths[glyph]
		}
	}
	return glyphs, width
}

// stand gives what stands in for a letter the font lacks.
func (f *typeface) stand(char rune) (rune, uint16) {
	switch {
	case unicode.IsSpace(char):
		return ' ', f.glyphs[' ']
	case unicode.IsControl(char), unicode.IsMark(char):
		return 0, 0
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(char)))
	if glyph, found := f.glyphs[base]; found {
		return base, glyph
	}
	return '?', f.glyphs['?']
}

// embed writes the font's objects, with the widths and the meaning of the glyphs
// that were used.
func (f *typeface) embed(w *pdfWriter) {
	var widths, meaning strings.Builder
	used := slices.Sorted(maps.Keys(f.used))
	for _, glyph := range used {
		fmt.Fprintf(&widths, "%d[%d]", glyph, f.widths[glyph])
	}
	for chunk := range slices.Chunk(used, 100) { // the most a list may have
		fmt.Fprintf(&meaning, "%d beginbfchar\n", len(chunk))
		for _, glyph := range chunk {
			fmt.Fprintf(&meaning, "<%04X><%04X>\n", glyph, f.used[glyph])
		}
		meaning.WriteString("endbfchar\n")
	}
	w.put(fontObject, fmt.Appendf(nil, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		f.name, fontObject+1, fontObject+4))
	w.put(fontObject+1, fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0/W[%s]/FontDescriptor %d 0 R>>",
		f.name, widths.String(), fontObject+2))
	w.put(fontObject+2, fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 700/StemV 80/FontFile3 %d 0 R>>",
		f.name, f.box[0], f.box[1], f.box[2], f.box[3], f.ascent, f.descent, fontObject+3))
	w.put(fontObject+3, streamBody("/Subtype/CIDFontType0C", f.outline))
	w.put(fontObject+4, streamBody("", []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"+
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"+
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"+meaning.String()+
		"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")))
}
