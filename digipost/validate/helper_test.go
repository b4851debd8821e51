package validate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// shared gives a path below the folder of specifications beside the project.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{moduleRoot(t), "..", "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("the shared folder is missing: %v", err)
		}
		t.Skipf("the shared folder is missing: %v", err)
	}
	return path
}

// program gives the path of a program the test needs.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

// grammarOf gives the grammar that a document's root belongs to.
func grammarOf(t testing.TB, document string) *grammar {
	t.Helper()
	grammar := restGrammar
	if strings.Contains(document, batchNamespace) {
		grammar = batchGrammar
	}
	g, err := grammar()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// byGrammar holds a document against its grammar, without the rules.
func byGrammar(t testing.TB, g *grammar, document string) Report {
	t.Helper()
	report, err := check(t.Context(), strings.NewReader(document), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func golden(t testing.TB, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleRoot(t), "testdata", folder, "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no documents in testdata/"+folder, err)
	}
	documents := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents[filepath.Base(file)] = string(text)
	}
	return documents
}

func TestGoldenRequestsFitTheGrammar(t *testing.T) {
	for _, folder := range []string{"rest", "batch"} {
		for name, document := range golden(t, folder) {
			report := byGrammar(t, grammarOf(t, document), document)
			if strings.HasSuffix(name, "-odd.xml") {
				t.Log(name, report)
				continue
			}
			if !report.Valid() {
				t.Errorf("%s: %+v", name, report)
			}
		}
	}
}
