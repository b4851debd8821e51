package document

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// pdfWriter writes a PDF object by object as it goes, so that thousands of
// letters need no more memory than one. The first error stays.
type pdfWriter struct {
	out     io.Writer
	written int64
	offsets []int64 // by object number less one
	pages   []int   // object numbers in their order
	err     error
}

// The objects that every file has.
const (
	catalogObject = 1
	pagesObject   = 2
	fontObject    = 3 // with its parts, where it is used
	firstFree     = 9
)

func newPDFWriter(out io.Writer) *pdfWriter {
	w := &pdfWriter{out: out, offsets: make([]int64, firstFree-1)}
	// The four high bytes tell programs that the file isn't text.
	w.write([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"))
	return w
}

func (w *pdfWriter) write(data []byte) {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(data)
	w.written += int64(n)
	if err != nil {
		w.err = fmt.Errorf("write the PDF: %w", err)
	}
}

// next is the number the next new object gets.
func (w *pdfWriter) next() int { return len(w.offsets) + 1 }

// put writes an object under a number, which may be a new one.
func (w *pdfWriter) put(number int, body []byte) {
	for len(w.offsets) < number {
		w.offsets = append(w.offsets, 0)
	}
	w.offsets[number-1] = w.written
	w.write(fmt.Appendf(nil, "%d 0 obj\n", number))
	w.write(body)
	w.write([]byte("\nendobj\n"))
}

// page adds a page; its entries are those beside its type and its place.
func (w *pdfWriter) page(entries string) {
	number := w.next()
	w.pages = append(w.pages, number)
	w.put(number, fmt.Appendf(nil, "<</Type/Page/Parent %d 0 R%s>>", pagesObject, entries))
}

// finish writes the page tree and the table of objects.
func (w *pdfWriter) finish() error {
	var kids bytes.Buffer
	for i, number := range w.pages {
		if i > 0 {
			kids.WriteByte(' ')
		}
		fmt.Fprintf(&kids, "%d 0 R", number)
	}
	w.put(pagesObject, fmt.Appendf(nil, "<</Type/Pages/Count %d/Kids[%s]>>", len(w.pages), kids.Bytes()))
	w.put(catalogObject, fmt.Appendf(nil, "<</Type/Catalog/Pages %d 0 R>>", pagesObject))
	start := w.written
	w.write(fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1))
	for _, offset := range w.offsets {
		if offset == 0 {
			w.write([]byte("0000000000 65535 f \n"))
			continue
		}
		w.write(fmt.Appendf(nil, "%010d 00000 n \n", offset))
	}
	w.write(fmt.Appendf(nil, "trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets)+1, catalogObject, start))
	return w.err
}

// streamBody makes a packed stream with more entries of its dictionary.
func streamBody(entries string, data []byte) []byte {
	var packed bytes.Buffer
	zip := zlib.NewWriter(&packed)
	_, _ = zip.Write(data) // memory takes all
	_ = zip.Close()
	body := fmt.Appendf(nil, "<<%s/Filter/FlateDecode/Length %d>>\nstream\n", entries, packed.Len())
	return append(append(body, packed.Bytes()...), "\nendstream"...)
}

// copied are pages on their way into another file.
type copied struct {
	objects [][]byte // numbered from where copying began
	pages   []string // entries for pdfWriter.page
}

// add writes copied pages: their objects once, and the pages each time.
func (w *pdfWriter) add(c copied) {
	for _, object := range c.objects {
		w.put(w.next(), object)
	}
	for _, entries := range c.pages {
		w.page(entries)
	}
}

// maxDepth bounds things in things of a PDF; maxCopied the objects of one letter.
const maxDepth, maxCopied = 100, 200_000

var errTooDeep = errors.New("the PDF is nested too deeply or has too many parts")

// copier copies pages with all they need, and nothing else of their file: no
// links, scripts, forms or attachments.
type copier struct {
	file    *pdfFile
	base    int         // the number of the first object copied
	numbers map[int]int // new by old
	waiting []types.IndirectRef
	bytes   int
}

// pages copies pages; the first object gets the number base.
func (f *pdfFile) copyPages(ctx context.Context, pages []page, base int) (copied, error) {
	c := copier{file: f, base: base, numbers: map[int]int{}}
	var result copied
	for _, p := range pages {
		entries, err := c.pageEntries(p)
		if err != nil {
			return copied{}, err
		}
		result.pages = append(result.pages, entries)
	}
	for i := 0; i < len(c.waiting); i++ {
		if err := ctx.Err(); err != nil {
			return copied{}, err
		}
		body, err := c.object(c.waiting[i])
		if err != nil {
			return copied{}, err
		}
		if c.bytes += len(body); c.bytes > 4*MaxSize || len(c.waiting) > maxCopied {
			return copied{}, errTooDeep
		}
		result.objects = append(result.objects, body)
	}
	return result, nil
}

// pageEntries are what shows on a page: its boxes, turn, content and what that
// uses. Notes and form fields keep their looks.
func (c *copier) pageEntries(p page) (string, error) {
	var out bytes.Buffer
	own := types.Dict{}
	for _, name := range []string{"Contents", "Group", "UserUnit"} {
		if value, found := p.whole.Find(name); found {
			own[name] = value
		}
	}
	for name, value := range p.entries {
		own[name] = value
	}
	if _, found := own.Find("MediaBox"); !found {
		own["MediaBox"] = types.Array{types.Integer(0), types.Integer(0), types.Integer(letter.x1), types.Integer(letter.y1)}
	}
	if notes, err := c.notes(p.whole); err == nil && len(notes) > 0 {
		own["Annots"] = notes
	}
	if err := c.entries(&out, own, 0); err != nil {
		return "", err
	}
	return out.String(), nil
}

// notes are the annotations with nothing but their looks.
func (c *copier) notes(page types.Dict) (types.Array, error) {
	value, found := page.Find("Annots")
	if !found {
		return nil, nil
	}
	list, err := c.file.DereferenceArray(value)
	if err != nil {
		return nil, err
	}
	var notes types.Array
	for _, value := range list {
		note, err := c.file.DereferenceDict(value)
		if err != nil || note == nil {
			continue // what can't be read can't be shown either
		}
		kept := types.Dict{}
		for _, name := range []string{"Type", "Subtype", "Rect", "AP", "AS", "F"} {
			if value, found := note.Find(name); found {
				kept[name] = value
			}
		}
		if _, looks := kept.Find("AP"); looks {
			notes = append(notes, kept)
		}
	}
	return notes, nil
}

// number gives the new number of an object and remembers to copy it.
func (c *copier) number(ref types.IndirectRef) int {
	old := ref.ObjectNumber.Value()
	if number, known := c.numbers[old]; known {
		return number
	}
	number := c.base + len(c.waiting)
	c.numbers[old] = number
	c.waiting = append(c.waiting, ref)
	return number
}

// object writes out an object that others refer to.
func (c *copier) object(ref types.IndirectRef) ([]byte, error) {
	var out bytes.Buffer
	value, err := c.file.Dereference(ref)
	if err != nil {
		return nil, fmt.Errorf("copy an object: %w", err)
	}
	switch v := value.(type) {
	case types.StreamDict:
		return c.stream(&v)
	case *types.StreamDict:
		return c.stream(v)
	case types.Dict:
		if kind := v.Type(); kind != nil && (*kind == "Page" || *kind == "Pages" || *kind == "Catalog") {
			return []byte("null"), nil // a way back into the whole file
		}
	}
	err = c.value(&out, value, 0)
	return out.Bytes(), err
}

func (c *copier) stream(stream *types.StreamDict) ([]byte, error) {
	var out bytes.Buffer
	raw := stream.Raw
	kept := types.Dict{}
	for name, value := range stream.Dict {
		switch name {
		case "Length", "Metadata", "PieceInfo", "OPI", "Ref", "StructParent", "StructParents":
		default:
			kept[name] = value
		}
	}
	if err := c.entries(&out, kept, 0); err != nil {
		return nil, err
	}
	body := fmt.Appendf(nil, "<<%s/Length %d>>\nstream\n", out.Bytes(), len(raw))
	return append(append(body, raw...), "\nendstream"...), nil
}

// entries writes a dictionary's entries in the order of their names.
func (c *copier) entries(out *bytes.Buffer, dict types.Dict, depth int) error {
	for _, name := range sortedNames(dict) {
		out.WriteByte('/')
		out.WriteString(types.EncodeName(name))
		out.WriteByte(' ')
		if err := c.value(out, dict[name], depth+1); err != nil {
			return err
		}
	}
	return nil
}

// value writes any value.
func (c *copier) value(out *bytes.Buffer, value types.Object, depth int) error {
	if depth > maxDepth {
		return errTooDeep
	}
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case types.IndirectRef:
		fmt.Fprintf(out, "%d 0 R", c.number(v))
	case *types.IndirectRef:
		fmt.Fprintf(out, "%d 0 R", c.number(*v))
	case types.Dict:
		out.WriteString("<<")
		if err := c.entries(out, v, depth); err != nil {
			return err
		}
		out.WriteString(">>")
	case types.Array:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(' ')
			}
			if err := c.value(out, item, depth+1); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case types.Name:
		out.WriteByte('/')
		out.WriteString(types.EncodeName(string(v)))
	case types.Float:
		out.WriteString(strconv.FormatFloat(v.Value(), 'f', -1, 64))
	case types.Integer, types.Boolean, types.StringLiteral, types.HexLiteral:
		out.WriteString(v.PDFString())
	default:
		return fmt.Errorf("a PDF holds a %T where none can be", value)
	}
	return nil
}
