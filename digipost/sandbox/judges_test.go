package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// findShared looks for a file beside the module's folder.
func findShared(parts ...string) (string, bool) {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			name := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
			_, err := os.Stat(name)
			return name, err == nil
		}
		dir = filepath.Dir(dir)
	}
	return "", false
}

// shared finds a file of the specifications, or skips.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	name, found := findShared(parts...)
	if !found {
		if os.Getenv("REQUIRE_SHARED") == "1" {
			t.Fatalf("missing: shared/%s", filepath.Join(parts...))
		}
		t.Skipf("no shared/%s here", filepath.Join(parts...))
	}
	return name
}

// program finds a program of another maker, or skips.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatalf("program missing: %s", name)
		}
		t.Skipf("no %s on this machine", name)
	}
	return path
}

// validate lets xmllint judge a document. Where schemas or xmllint are missing
// it does nothing, so that the rest of a test still runs.
func validate(t testing.TB, schema string, doc []byte) {
	t.Helper()
	lint, err := exec.LookPath("xmllint")
	xsd, found := findShared("schemas", schema)
	if err != nil || !found {
		if os.Getenv("REQUIRE_REAL") == "1" && err != nil || os.Getenv("REQUIRE_SHARED") == "1" && !found {
			t.Fatalf("xmllint or schema %s missing", schema)
		}
		return
	}
	cmd := exec.Command(lint, "--nonet", "--noout", "--schema", xsd, "-")
	cmd.Stdin = bytes.NewReader(doc)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %s\n%s", schema, out, doc)
	}
}
