package app_test

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// goFile is one Go file of the module.
type goFile struct {
	// path and pkg, its folder, count from the module's root; main is ".".
	path, pkg string
	test      bool
	// imports are the paths imported; "./x" stands for the module's own x.
	imports    []string
	constraint constraint.Expr
	tree       *ast.File
	positions  *token.FileSet
	lines      int
}

// readModule reads all Go files below a module's root that go would build or
// test: not those in testdata, in hidden folders, in modules of their own, nor
// programs tagged "ignore".
func readModule(t *testing.T, fsys fs.FS) []goFile {
	t.Helper()
	module := moduleName(t, fsys)
	var files []goFile
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && notOurs(fsys, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(path.Base(name), "_") || strings.HasPrefix(path.Base(name), ".") {
			return nil
		}
		f, err := readGoFile(fsys, module, name)
		if err != nil {
			return err
		}
		if tag, ok := f.constraint.(*constraint.TagExpr); !ok || tag.Tag != "ignore" {
			files = append(files, f)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("reading the module: %v", err)
	}
	return files
}

func notOurs(fsys fs.FS, folder string) bool {
	base := path.Base(folder)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor" {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(folder, "go.mod"))
	return err == nil
}

func readGoFile(fsys fs.FS, module, name string) (goFile, error) {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return goFile{}, err
	}
	f := goFile{path: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), positions: token.NewFileSet()}
	f.lines = strings.Count(string(source), "\n")
	if f.tree, err = parser.ParseFile(f.positions, name, source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return goFile{}, err
	}
	for _, spec := range f.tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return goFile{}, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		if imported == module {
			imported = "./."
		} else if own, ok := strings.CutPrefix(imported, module+"/"); ok {
			imported = "./" + own
		}
		f.imports = append(f.imports, imported)
	}
	for _, group := range f.tree.Comments {
		for _, comment := range group.List {
			if comment.Pos() < f.tree.Package && constraint.IsGoBuild(comment.Text) {
				if f.constraint, err = constraint.Parse(comment.Text); err != nil {
					return goFile{}, fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return f, nil
}

func moduleName(t *testing.T, fsys fs.FS) string {
	t.Helper()
	text, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		t.Fatalf("reading the module's name: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(name)
		}
	}
	t.Fatal("go.mod names no module")
	return ""
}

// moduleRoot is the module's folder: the first above the test that has a go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("no go.mod above the test's folder")
		}
		folder = above
	}
}

// plantFile makes a module of one file.
func plantFile(t *testing.T, name, source string) []goFile {
	t.Helper()
	return readModule(t, fstest.MapFS{
		"go.mod":        {Data: []byte("module brevdue\n\ngo 1.26.0\n")},
		".ci/tools/x":   {},
		name:            {Data: []byte(source)},
		"app/empty.txt": {},
	})
}

func reportWrong(t *testing.T, wrong []string) {
	t.Helper()
	for _, sentence := range wrong {
		t.Error(sentence)
	}
}
