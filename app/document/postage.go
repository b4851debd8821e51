package document

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"brevdue/app/post"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Printable is a letter for somebody's own printer and envelopes.
type Printable struct {
	Name string
	// Address are the lines below the name, the postcode and town, and the country
	// where it is a foreign one.
	Address []string
	// Paths are the letter's documents, the main one first.
	Paths []string
}

// Postage says how letters are put together.
type Postage struct {
	// Font is an OpenType font with PostScript outlines, as the program ships it.
	Font []byte
	// Return are the lines of the sender's address; none leaves it out.
	Return []string
	// NewSheet lets the documents begin on a sheet of their own where both sides
	// are printed, instead of on the back of the address.
	NewSheet bool
}

// Where things stand on the address sheet, in millimetres from the upper left
// corner. The window of a Norwegian C5 envelope is 105 x 35 mm, 15 mm from the
// left and 44 mm from the top; what stands in the upper 26 mm of it also shows in
// E6/5, C6/5 and EC4 envelopes (officeconsult.no, "plassering av mottakerfelt i
// vinduskonvolutter"). Sheets slide about in their envelopes: 3 mm are kept free.
const (
	windowLeft   = 20
	windowWidth  = 96
	returnLine   = 48
	addressLine  = 53.5
	addressStep  = 4.4
	addressLines = 6
	returnSize   = 7
	addressSize  = 10.5
)

const blankPage = "/MediaBox[0 0 595.28 841.89]/Resources<<>>"

// ForOwnPostage writes one PDF of all letters, ready to print on both sides: for
// each person a sheet with the address for a window envelope, then the
// documents. Each letter begins on an odd page, and so on a sheet of its own. It
// needs memory for one document at a time. A document that can't be used is a
// fault with its file name, and what was written so far is of no use then.
func ForOwnPostage(ctx context.Context, out io.Writer, letters []Printable, how Postage) error {
	face, err := readTypeface(how.Font)
	if err != nil {
		return err
	}
	w := newPDFWriter(out)
	known := map[[sha256.Size]byte]copied{}
	for _, letter := range letters {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.fill()
		w.addressSheet(face, letter, how.Return)
		if how.NewSheet {
			w.fill()
		}
		for _, path := range letter.Paths {
			if err := w.document(ctx, path, known); err != nil {
				return err
			}
		}
		if w.err != nil {
			return w.err
		}
	}
	if len(letters) == 0 {
		w.page(blankPage)
	}
	face.embed(w)
	return w.finish()
}

// fill makes the next page an odd one.
func (w *pdfWriter) fill() {
	if len(w.pages)%2 == 1 {
		w.page(blankPage)
	}
}

// document adds the pages of a PDF. The same document for many is stored once.
func (w *pdfWriter) document(ctx context.Context, path string, known map[[sha256.Size]byte]copied) error {
	data, err := Load(path)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(data)
	pages, seen := known[hash]
	if !seen {
		base := w.next()
		pages, err = guarded(ctx, readTime, func(ctx context.Context) (copied, error) { return copyAll(ctx, data, base) })
		if err != nil {
			return documentFault(ctx, filepath.Base(path), err)
		}
	}
	w.add(pages)
	known[hash] = copied{pages: pages.pages}
	return nil
}

var (
	errProtected = errors.New("the PDF is protected")
	errNoPages   = errors.New("the PDF has no pages")
)

// documentFault turns what is wrong with a PDF into a fault.
func documentFault(ctx context.Context, name string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errProtected), errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature):
		return post.NewFault(post.CodePDFProtected, err, "file", name)
	case errors.Is(err, errNoPages):
		return post.NewFault(post.CodePDFEmpty, err, "file", name)
	}
	return post.NewFault(post.CodePDFDamaged, err, "file", name)
}

// copyAll copies all pages of a document.
func copyAll(ctx context.Context, data []byte, base int) (copied, error) {
	file, pages, err := allPages(ctx, data)
	if err != nil {
		return copied{}, err
	}
	return file.copyPages(ctx, pages, base)
}

// allPages opens a document that is not protected and gives its pages.
func allPages(ctx context.Context, data []byte) (*pdfFile, []page, error) {
	file, err := openPDF(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	if file.Encrypt != nil {
		return nil, nil, errProtected
	}
	var pages []page
	err = file.walk(ctx, func(p page) error {
		pages = append(pages, p)
		return nil
	})
	if err == nil && len(pages) == 0 {
		err = errNoPages
	}
	return file, pages, err
}

// addressSheet adds the page that shows in the envelope's window.
func (w *pdfWriter) addressSheet(face *typeface, letter Printable, sender []string) {
	var content strings.Builder
	write := func(text string, size, y float64) {
		glyphs, width := face.encode(text)
		if most := windowWidth * pointsPerMM; float64(width)*size/1000 > most {
			size = most * 1000 / float64(width) // a long line is written smaller, never cut
		}
		fmt.Fprintf(&content, "BT /F %.2f Tf %.2f %.2f Td <", size, windowLeft*pointsPerMM, (a4Height-y)*pointsPerMM)
		for _, glyph := range glyphs {
			fmt.Fprintf(&content, "%04X", glyph)
		}
		content.WriteString("> Tj ET\n")
	}
	if back := strings.Join(filled(sender), ", "); back != "" {
		write(back, returnSize, returnLine)
	}
	for i, line := range addressOf(letter) {
		write(line, addressSize, addressLine+float64(i)*addressStep)
	}
	number := w.next()
	w.put(number, streamBody("", []byte(content.String())))
	w.page(fmt.Sprintf("/MediaBox[0 0 595.28 841.89]/Resources<</Font<</F %d 0 R>>>>/Contents %d 0 R", fontObject, number))
}

// addressOf are the lines in the window. Where there are too many the ones in the
// middle are put together: name, town and country stay as they are.
func addressOf(letter Printable) []string {
	lines := filled(append([]string{letter.Name}, letter.Address...))
	for len(lines) > addressLines {
		lines = slices.Concat(lines[:1], []string{lines[1] + ", " + lines[2]}, lines[3:])
	}
	return lines
}

// filled are the lines that say something.
func filled(lines []string) []string {
	var found []string
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			found = append(found, line)
		}
	}
	return found
}

func sortedNames(dict types.Dict) []string { return slices.Sorted(maps.Keys(dict)) }
