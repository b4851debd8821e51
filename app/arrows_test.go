package app_test

import (
	"fmt"
	"go/build/constraint"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// The tests in this file hold the code against the design: who may import whom,
// and which technology lives where. They read every Go file of the module,
// whatever its build tags say, so that no back end of one system escapes.

// An arrow says what of ours a package may import. Packages are folders below
// the module, "." is main, and "x/..." is x with all below it.
type arrow struct {
	from string
	to   []string
	rule string
}

var (
	words    = []string{"app/post", "app/number"}
	useCases = []string{"app/intake", "app/register", "app/document/...", "app/job", "app/onboarding",
		"app/sender", "app/doctor", "app/inbox", "app/flow"}
	wire = []string{"digipost", "digipost/batch", "digipost/signup", "digipost/ebox"}
)

const useCaseRule = "a use case names what it needs in ports.go and knows no other use case"

// arrows is the picture. The first row that fits a package counts; a package
// without a row is an error, so that a new one is thought about.
var arrows = []arrow{
	{".", []string{"app", "app/command"}, "main only starts the window or a command"},
	{"app", []string{"..."}, "app opens everything and plugs it together"},

	{"app/post", nil, "the words of the job know nobody"},
	{"app/number", nil, "number checks know nobody"},
	{"app/flow", slices.Concat(words, useCases), "a story across use cases knows the use cases, and neither wire nor store"},
	{"app/document/...", slices.Concat(words, []string{"app/document/..."}), useCaseRule},
	{"app/intake", words, useCaseRule},
	{"app/register", words, useCaseRule},
	{"app/job", words, useCaseRule},
	{"app/onboarding", words, useCaseRule},
	{"app/sender", words, useCaseRule},
	{"app/doctor", words, useCaseRule},
	{"app/inbox", words, useCaseRule},
	{"app/windowtest", nil, "the tests of the window drive the program from outside"},
	{"app/channel", slices.Concat([]string{"app/post"}, wire), "the channel translates between the words of the job and Digipost, and knows nothing else"},
	{"app/command", slices.Concat(words, useCases, []string{"assets/lang"}), "a command calls use cases and prints"},

	{"digipost/sandbox/...", []string{"digipost/sandbox/..."}, "the stand-in judges by its own reading"},
	{"digipost/...", wire, "below digipost nothing knows the program: it is usable alone"},

	{"store/secret", nil, "secrets know nobody"},
	{"store", []string{"app/post"}, "the store keeps the words of the job"},
	{"store/outbox", []string{"app/post"}, "the store keeps the words of the job"},

	{"ui/look", []string{"assets/...", "app/post"}, "look is below every other ui package"},
	{"ui/task", []string{"ui/look", "app/post"}, "background work is below the screens"},
	{"ui/parts", slices.Concat(words, []string{"ui/look", "ui/task"}), "shared widgets are below the screens and call no use case"},
	{"ui", slices.Concat(words, useCases, []string{"ui/..."}), "the window puts the screens together"},
	{"ui/...", slices.Concat(words, useCases, []string{"ui/look", "ui/task", "ui/parts"}), "a screen calls use cases and knows no other screen"},

	{"assets/...", nil, "assets are what is shipped; they know nobody"},
}

// standardOnly are the packages that import nothing but Go's own library.
var standardOnly = []string{"app/post", "app/number"}

// A technology may be used in the named packages only. Test files may use any,
// except where tests is set.
type technology struct {
	imports []string
	only    []string
	tests   bool
	rule    string
}

const (
	fynePath    = "fyne.io/fyne/v2"
	fyneAppPath = fynePath + "/app"
)

var technologies = []technology{
	{[]string{"fyne.io/..."}, []string{".", "app", "ui/..."}, true, "Fyne is for ui, app and main"},
	{[]string{fyneAppPath}, []string{"app"}, true, "Fyne's app package brings in the driver of the window: only app may"},
	{[]string{"database/sql/...", "github.com/mattn/go-sqlite3/..."}, []string{"store/..."}, false, "SQL is for store"},
	{[]string{"net/http/..."}, []string{"digipost/..."}, false, "HTTP is for digipost"},
	{[]string{"golang.org/x/crypto/ssh/...", "github.com/pkg/sftp/..."}, []string{"digipost/batch", "digipost/sandbox/..."}, false,
		"SSH is for digipost/batch and digipost/sandbox"},
	{[]string{"github.com/zalando/go-keyring/..."}, []string{"store/secret"}, false, "the keyring is for store/secret"},
	{[]string{"github.com/xuri/excelize/v2/..."}, []string{"app/intake"}, false, "workbooks are for app/intake"},
}

func TestArrows(t *testing.T) {
	reportWrong(t, wrongArrows(readModule(t, os.DirFS(moduleRoot(t)))))
}

// TestWrongArrowsAreCaught plants files in an empty module: a check that cannot
// fail is none.
func TestWrongArrowsAreCaught(t *testing.T) {
	imports := func(paths ...string) string {
		return "package p\n\nimport (\n_ \"" + strings.Join(paths, "\"\n_ \"") + "\"\n)\n"
	}
	for _, c := range []struct {
		file, source string
		// want is part of the complaint, or empty for none.
		want string
	}{
		{"main.go", imports("brevdue/app", "brevdue/app/command"), ""},
		{"main.go", imports("brevdue/store"), "main.go imports store"},
		{"app/open.go", imports("brevdue/store/secret", "brevdue/ui", "brevdue/digipost/sandbox", "brevdue/assets/sample"), ""},
		{"app/post/word.go", imports("strings"), ""},
		{"app/post/word.go", imports("brevdue/app/number"), "app/post/word.go imports app/number"},
		{"app/post/word.go", imports("golang.org/x/text/cases"), "only Go's own library"},
		{"app/job/run.go", imports("brevdue/app/post", "brevdue/app/number"), ""},
		{"app/job/run.go", imports("brevdue/app/register"), "knows no other use case"},
		{"app/job/run.go", imports("brevdue/store"), "app/job/run.go imports store"},
		{"app/job/run.go", imports("brevdue/assets/lang"), "app/job/run.go imports assets/lang"},
		{"app/job/run_linux.go", "//go:build linux\n\n" + imports("brevdue/digipost"), "app/job/run_linux.go imports digipost"},
		{"app/job/run_test.go", imports("brevdue/store"), ""},
		{"app/document/preview/page.go", imports("brevdue/app/document"), ""},
		{"app/flow/story.go", imports("brevdue/app/register", "brevdue/app/job", "brevdue/app/document/preview"), ""},
		{"app/flow/story.go", imports("brevdue/app/channel"), "app/flow/story.go imports app/channel"},
		{"app/channel/rest.go", imports("brevdue/digipost/batch", "brevdue/app/post"), ""},
		{"app/channel/rest.go", imports("brevdue/digipost/sandbox"), "app/channel/rest.go imports digipost/sandbox"},
		{"app/command/mail.go", imports("brevdue/app/flow", "brevdue/assets/lang"), ""},
		{"app/command/sandbox.go", imports("brevdue/digipost/sandbox"), "app/command/sandbox.go imports digipost/sandbox"},
		{"app/new/new.go", imports("strings"), "no row"},
		{"app/new/new_test.go", imports("brevdue/store"), ""},
		{"digipost/client.go", imports("brevdue/app/post"), "digipost/client.go imports app/post"},
		{"digipost/batch/job.go", imports("brevdue/digipost"), ""},
		{"digipost/relay/relay.go", imports("brevdue/store"), "digipost/relay/relay.go imports store"},
		{"digipost/sandbox/rest.go", imports("brevdue/digipost"), "by its own reading"},
		{"store/db.go", imports("brevdue/store/secret"), "store/db.go imports store/secret"},
		{"store/secret/seal.go", imports("brevdue/app/post"), "store/secret/seal.go imports app/post"},
		{"store/outbox/put.go", imports("brevdue/app/post"), ""},
		{"ui/window.go", imports("brevdue/ui/letter", "brevdue/app/job"), ""},
		{"ui/letter/view.go", imports("brevdue/ui/look", "brevdue/ui/parts", "brevdue/ui/task", "brevdue/app/job", fynePath), ""},
		{"ui/letter/view.go", imports("brevdue/ui/people"), "no other screen"},
		{"ui/letter/view.go", imports("brevdue/assets/lang"), "ui/letter/view.go imports assets/lang"},
		{"ui/letter/view.go", imports("brevdue/store"), "ui/letter/view.go imports store"},
		{"ui/letter/model.go", imports(fynePath + "/data/binding"), "model.go holds state and commands"},
		{"ui/parts/table.go", imports("brevdue/app/job"), "ui/parts/table.go imports app/job"},
		{"ui/look/theme.go", imports("brevdue/ui/parts"), "ui/look/theme.go imports ui/parts"},
		{"ui/look/theme.go", imports("brevdue/assets/fonts", fynePath+"/theme"), ""},
		{"assets/lang/lang.go", imports("brevdue/app/post"), "assets/lang/lang.go imports app/post"},

		{"app/job/job.go", imports(fynePath), "Fyne is for"},
		{"app/job/job_test.go", imports(fynePath + "/test"), "Fyne is for"},
		{"app/window.go", "//go:build !nowindow\n\n" + imports(fyneAppPath), ""},
		{"app/window_linux.go", "//go:build linux && !nowindow\n\n" + imports(fyneAppPath), ""},
		{"app/window.go", imports(fyneAppPath), "//go:build !nowindow"},
		{"app/window.go", "//go:build linux || !nowindow\n\n" + imports(fyneAppPath), "//go:build !nowindow"},
		{"main.go", "//go:build !nowindow\n\n" + imports(fyneAppPath), "only app may"},
		{"ui/window_test.go", "//go:build !nowindow\n\n" + imports(fyneAppPath), "only app may"},
		{"store/db.go", imports("database/sql", "github.com/mattn/go-sqlite3"), ""},
		{"app/register/list.go", imports("database/sql"), "SQL is for"},
		{"app/register/list.go", imports("database/sql/driver"), "SQL is for"},
		{"digipost/signup/listen.go", imports("net/http"), ""},
		{"app/onboarding/driver.go", imports("net/http"), "HTTP is for"},
		{"app/onboarding/driver.go", imports("net/http/httptest"), "HTTP is for"},
		{"app/onboarding/driver_test.go", imports("net/http/httptest"), ""},
		{"app/onboarding/driver.go", imports("net/url"), ""},
		{"digipost/client.go", imports("golang.org/x/crypto/ssh"), "SSH is for"},
		{"digipost/batch/dial.go", imports("golang.org/x/crypto/ssh/knownhosts", "github.com/pkg/sftp"), ""},
		{"store/secret/keyring.go", imports("github.com/zalando/go-keyring"), ""},
		{"app/sender/key.go", imports("github.com/zalando/go-keyring"), "keyring is for"},
		{"app/intake/book.go", imports("github.com/xuri/excelize/v2"), ""},
		{"app/flow/export.go", imports("github.com/xuri/excelize/v2"), "workbooks are for"},

		{"assets/icon/draw.go", "//go:build ignore\n\n" + imports("brevdue/ui/look"), ""},
		{"app/job/testdata/bad.go", imports("brevdue/store"), ""},
		{".ci/tools/tools.go", imports("brevdue/store"), ""},
	} {
		found := wrongArrows(plantFile(t, c.file, c.source))
		switch {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s\n%s\nis fine, but: %s", c.file, c.source, strings.Join(found, "\n"))
		case c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want):
			t.Errorf("%s\n%s\nshould be caught with %q, got %q", c.file, c.source, c.want, found)
		}
	}
}

// wrongArrows gives a sentence for each import that should not be.
func wrongArrows(files []goFile) []string {
	var wrong []string
	for _, f := range files {
		row, known := rowFor(f.pkg)
		if !known && !f.test {
			wrong = append(wrong, fmt.Sprintf("%s: package %s has no row in the table of arrows; add one that follows the design", f.path, f.pkg))
		}
		for _, imported := range f.imports {
			if complaint := judge(f, row, imported); complaint != "" {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", f.path, strings.TrimPrefix(imported, "./"), complaint))
			}
		}
	}
	return wrong
}

// judge says what is wrong with one import, or nothing.
func judge(f goFile, row arrow, imported string) string {
	if own, ok := strings.CutPrefix(imported, "./"); ok {
		if f.test || own == f.pkg || fitsAny(row.to, own) {
			return ""
		}
		return fmt.Sprintf("%s may import only [%s] of ours (%s)", f.pkg, strings.Join(row.to, " "), row.rule)
	}
	if !f.test && slices.Contains(standardOnly, f.pkg) && strings.Contains(strings.Split(imported, "/")[0], ".") {
		return f.pkg + " may import only Go's own library"
	}
	for _, tech := range technologies {
		if fitsAny(tech.imports, imported) && !fitsAny(tech.only, f.pkg) && (tech.tests || !f.test) {
			return tech.rule
		}
	}
	if fits("ui/...", f.pkg) && path.Base(f.path) == "model.go" && fits("fyne.io/...", imported) {
		return "a screen's model.go holds state and commands and knows no Fyne; that is for view.go"
	}
	if imported == fyneAppPath && !leftOutWithoutWindow(f.constraint) {
		return "the file needs //go:build !nowindow, so that servers and tests can do without libGL"
	}
	return ""
}

// leftOutWithoutWindow reports whether the tag nowindow leaves a file out
// whatever else is set.
func leftOutWithoutWindow(expr constraint.Expr) bool {
	if expr == nil {
		return false
	}
	all := expr.Eval(func(string) bool { return true })
	alone := expr.Eval(func(tag string) bool { return tag == "nowindow" })
	return !all && !alone
}

func rowFor(pkg string) (arrow, bool) {
	for _, row := range arrows {
		if fits(row.from, pkg) {
			return row, true
		}
	}
	return arrow{}, false
}

// fits knows "x" and "x/...", which is x and all below it, and "..." for all.
func fits(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	above, tree := strings.CutSuffix(pattern, "/...")
	return name == above || tree && strings.HasPrefix(name, above+"/")
}

func fitsAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return fits(pattern, name) })
}
