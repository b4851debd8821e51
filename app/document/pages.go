package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// maxNodes bounds the page tree.
const maxNodes = 200_000

var (
	errPageTree = errors.New("the page tree is broken")
	errNotAFont = errors.New("a font is none")
)

// pdfFile is a PDF whose objects are read.
type pdfFile struct {
	*model.Context
	// header is the version that the first line gives, for example 1.7.
	header string
}

// noConfiguration keeps the library from making a folder of its own among the
// user's settings.
var noConfiguration = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// configuration holds the limits for a file from anywhere.
func configuration() *model.Configuration {
	noConfiguration()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.ValidationMode = model.ValidationRelaxed
	conf.Limits.MaxStreamBytes = MaxSize
	conf.Limits.MaxDecodeBytes = 4 * MaxSize
	conf.Limits.MaxObjectCount = 1_000_000
	conf.Limits.MaxXRefEntries = 1_000_000
	return conf
}

var headerLine = regexp.MustCompile(`%PDF-(\d\.\d)`)

// knownVersions are those the library reads.
var knownVersions = []string{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"}

// openPDF reads the objects of a PDF.
func openPDF(ctx context.Context, data []byte) (*pdfFile, error) {
	header := ""
	if found := headerLine.FindSubmatchIndex(data[:min(len(data), 1024)]); found != nil {
		header = string(data[found[2]:found[3]])
		if !slices.Contains(knownVersions, header) {
			// The library refuses what claims to be of a version it never heard of. The
			// rest may be fine all the same.
			data = bytes.Clone(data)
			copy(data[found[2]:found[3]], "1.7")
		}
	}
	read, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), configuration())
	if err != nil {
		return nil, fmt.Errorf("read the PDF: %w", err)
	}
	return &pdfFile{Context: read, header: header}, nil
}

// page is what matters of a page: its own entries and those it inherits.
type page struct {
	number  int // from 1
	entries types.Dict
	whole   types.Dict // the page's own dictionary, with nothing inherited
	object  int        // the number of its object, 0 if it has none
}

// inheritable are the entries that a page may have from the nodes above it
// (ISO 32000-1, table 30).
var inheritable = []string{"Resources", "MediaBox", "CropBox", "Rotate"}

// walk visits the pages in their order. The number the file gives for itself may
// be wrong, and the library's own walk follows a tree that bites its tail for
// ever.
func (f *pdfFile) walk(ctx context.Context, visit func(page) error) error {
	root, err := f.Pages()
	if err != nil {
		return fmt.Errorf("find the pages: %w", err)
	}
	if root == nil {
		return errPageTree
	}
	type node struct {
		is        types.Object
		inherited types.Dict
	}
	pages, seen := 0, map[int]bool{}
	open := []node{{is: *root}}
	for nodes := 0; len(open) > 0; nodes++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := open[len(open)-1]
		open = open[:len(open)-1]
		number := 0
		if ref, ok := next.is.(types.IndirectRef); ok {
			number = ref.ObjectNumber.Value()
			if seen[number] {
				return fmt.Errorf("%w: a node stands in it twice", errPageTree)
			}
			seen[number] = true
		}
		dict, err := f.DereferenceDict(next.is)
		if err != nil {
			return fmt.Errorf("read the page tree: %w", err)
		}
		if dict == nil || nodes > maxNodes {
			return errPageTree
		}
		entries := inherit(dict, next.inherited)
		kids, inner := dict.Find("Kids")
		if !inner {
			pages++
			if err := visit(page{pages, entries, dict, number}); err != nil {
				return err
			}
			continue
		}
		list, err := f.DereferenceArray(kids)
		if err != nil {
			return fmt.Errorf("read the page tree: %w", err)
		}
		if len(open)+len(list) > maxNodes {
			return errPageTree
		}
		for _, kid := range slices.Backward(list) {
			open = append(open, node{kid, entries})
		}
	}
	return nil
}

func inherit(own, above types.Dict) types.Dict {
	entries := types.Dict{}
	for _, name := range inheritable {
		if value, found := own.Find(name); found {
			entries[name] = value
		} else if value, found := above.Find(name); found {
			entries[name] = value
		}
	}
	return entries
}

// dict gives a dictionary in another one, nil if there is none.
func (f *pdfFile) dict(in types.Dict, name string) (types.Dict, error) {
	value, found := in.Find(name)
	if !found {
		return nil, nil
	}
	return f.DereferenceDict(value)
}

// box is a rectangle in points, the lower left corner first.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) width() float64  { return b.x1 - b.x0 }
func (b box) height() float64 { return b.y1 - b.y0 }

// letter is the size of a page that names none, as PDFBox takes it: US Letter.
var letter = box{0, 0, 612, 792}

// crop is what is shown of a page: its crop box within its media box.
func (f *pdfFile) crop(p page) (box, error) {
	media, found, err := f.rectangle(p.entries, "MediaBox")
	if err != nil {
		return box{}, err
	}
	if !found {
		media = letter
	}
	crop, found, err := f.rectangle(p.entries, "CropBox")
	if err != nil || !found {
		return media, err
	}
	crop = box{max(crop.x0, media.x0), max(crop.y0, media.y0), min(crop.x1, media.x1), min(crop.y1, media.y1)}
	return crop, nil
}

// rectangle reads four numbers, whichever corners they name.
func (f *pdfFile) rectangle(entries types.Dict, name string) (b box, found bool, err error) {
	value, found := entries.Find(name)
	if !found {
		return b, false, nil
	}
	list, err := f.DereferenceArray(value)
	if err != nil || len(list) < 4 {
		return b, false, errors.Join(err, errPageTree)
	}
	var at [4]float64
	for i := range at {
		if at[i], err = f.DereferenceNumber(list[i]); err != nil {
			return b, false, fmt.Errorf("read the %s: %w", name, err)
		}
	}
	return box{min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3])}, true, nil
}

// turn is by how many degrees a page is shown turned clockwise: 0, 90, 180 or
// 270. What is no multiple of 90 counts as 0.
func (f *pdfFile) turn(p page) int {
	value, found := p.entries.Find("Rotate")
	if !found {
		return 0
	}
	degrees, err := f.DereferenceNumber(value)
	if err != nil || degrees > 1e6 || degrees < -1e6 || int(degrees)%90 != 0 {
		return 0
	}
	return (int(degrees)%360 + 360) % 360
}
