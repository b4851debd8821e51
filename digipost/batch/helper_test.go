package batch

import (
	"archive/zip"
	"bytes"
	"flag"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// testdata is the folder of golden files shared by tests.
const testdata = "../../testdata/batch"

// program finds a program a test needs.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && name == "sshd" {
		path, err = exec.LookPath("/usr/sbin/sshd")
	}
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing", name)
	}
	return path
}

// schema finds one of Digipost's batch schemas beside the project.
func schema(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
	path := filepath.Join(filepath.Dir(dir), "shared", "schemas", "batch", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("the schema %s is missing", name)
		}
		t.Skipf("the schema %s is missing", name)
	}
	return path
}

// validate checks a document with xmllint.
func validate(t *testing.T, schemaName string, document []byte) {
	t.Helper()
	command := exec.Command(program(t, "xmllint"), "--nonet", "--noout", "--schema", schema(t, schemaName), "-")
	command.Stdin = bytes.NewReader(document)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v\n%s", err, out)
	}
}

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(testdata, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s", name, got)
	}
}

func people(list ...Recipient) iter.Seq2[Recipient, error] {
	return func(yield func(Recipient, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

type zipEntry struct{ name, content string }

func zipped(t testing.TB, entries ...zipEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noLeaks fails the test when goroutines of this package or of the SSH
// libraries are still there some time after its end.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for range 100 {
			buf := make([]byte, 1<<20)
			left = ""
			for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
				ours := strings.Contains(stack, "x/crypto/ssh") || strings.Contains(stack, "pkg/sftp") ||
					strings.Contains(stack, "digipost/batch.")
				if ours && !strings.Contains(stack, "digipost/batch.noLeaks") && !strings.Contains(stack, "testing.(*T).Run(") && !strings.Contains(stack, "testing.(*F).Fuzz") {
					left = stack
				}
			}
			if left == "" {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("a goroutine is still there:\n%s", left)
	})
}
