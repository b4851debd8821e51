package document

import (
	"context"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// mostBookmarks bounds a list of bookmarks, and of names, that may go in a
// circle.
const mostBookmarks = 100_000

// bookmarks gives the topmost bookmarks that lead to a page, in their order.
// Neither library reads them well: pdfcpu wants the whole file to be valid, and
// go-pdfium 1.17.0 asks PDFium for something else than where one leads.
func (f *pdfFile) bookmarks(ctx context.Context, pages []page) ([]start, error) {
	catalog, err := f.Catalog()
	if err != nil {
		return nil, fmt.Errorf("read the bookmarks: %w", err)
	}
	outlines, err := f.dict(catalog, "Outlines")
	if err != nil {
		return nil, fmt.Errorf("read the bookmarks: %w", err)
	}
	targets := targets{file: f, catalog: catalog, numbers: map[int]int{}}
	for _, p := range pages {
		targets.numbers[p.object] = p.number
	}
	delete(targets.numbers, 0)
	var found []start
	next, more := outlines.Find("First")
	for n := 0; more && n < mostBookmarks; n++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		item, err := f.DereferenceDict(next)
		if err != nil || item == nil {
			break // what came before it counts
		}
		if page := targets.page(ctx, item); page > 0 {
			found = append(found, start{page, f.text(item, "Title")})
		}
		next, more = item.Find("Next")
	}
	return found, nil
}

// text reads a text entry, "" where there is none that can be read.
func (f *pdfFile) text(in types.Dict, name string) string {
	value, found := in.Find(name)
	if !found {
		return ""
	}
	text, err := f.DereferenceText(value)
	if err != nil {
		return ""
	}
	return text
}

// targets finds the page that a destination means.
type targets struct {
	file    *pdfFile
	catalog types.Dict
	numbers map[int]int // pages by object
	names   map[string]types.Object
}

// page gives the page that a bookmark leads to, by itself or by its action; 0 is
// none.
func (t *targets) page(ctx context.Context, item types.Dict) int {
	dest, found := item.Find("Dest")
	if !found {
		action, err := t.file.dict(item, "A")
		if err != nil || action == nil || action.NameEntry("S") == nil || *action.NameEntry("S") != "GoTo" {
			return 0
		}
		if dest, found = action.Find("D"); !found {
			return 0
		}
	}
	for range 3 { // a name, what it names, and the array in that
		value, err := t.file.Dereference(dest)
		if err != nil {
			return 0
		}
		switch v := value.(type) {
		case types.Array:
			if len(v) == 0 {
				return 0
			}
			ref, ok := v[0].(types.IndirectRef)
			if !ok {
				return 0
			}
			return t.numbers[ref.ObjectNumber.Value()]
		case types.Dict:
			dest = v["D"]
		case types.Name, types.StringLiteral, types.HexLiteral:
			dest = t.named(ctx, v)
		default:
			return 0
		}
	}
	return 0
}

// named finds what a name stands for, in the old list or the new tree (ISO
// 32000-1, 12.3.2.3).
func (t *targets) named(ctx context.Context, name types.Object) types.Object {
	if t.names == nil {
		t.names = map[string]types.Object{}
		if old, err := t.file.dict(t.catalog, "Dests"); err == nil {
			for key, value := range old {
				t.names["/"+key] = value
			}
		}
		if names, err := t.file.dict(t.catalog, "Names"); err == nil {
			if root, found := names.Find("Dests"); found {
				t.readTree(ctx, root)
			}
		}
	}
	return t.names[t.key(name)]
}

func (t *targets) key(name types.Object) string {
	if name, ok := name.(types.Name); ok {
		return "/" + string(name)
	}
	text, err := t.file.DereferenceText(name)
	if err != nil {
		return ""
	}
	return text
}

// readTree reads a tree of names.
func (t *targets) readTree(ctx context.Context, root types.Object) {
	open := []types.Object{root}
	for n := 0; len(open) > 0 && len(open) < mostBookmarks && n < mostBookmarks && ctx.Err() == nil; n++ {
		node, err := t.file.DereferenceDict(open[len(open)-1])
		open = open[:len(open)-1]
		if err != nil || node == nil {
			continue
		}
		if value, found := node.Find("Names"); found {
			list, _ := t.file.DereferenceArray(value)
			for i := 0; i+1 < len(list); i += 2 {
				t.names[t.key(list[i])] = list[i+1]
			}
		}
		if value, found := node.Find("Kids"); found {
			kids, _ := t.file.DereferenceArray(value)
			open = append(open, kids...)
		}
	}
}
