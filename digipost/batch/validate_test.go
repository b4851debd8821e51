package batch

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	judges "brevdue/digipost/validate"
)

// judge holds a document against the project's own validator and gives the
// errors found.
func judge(t *testing.T, document []byte) []string {
	t.Helper()
	report, err := judges.Batch(context.Background(), bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range report.Errors {
		found = append(found, fmt.Sprintf("line %d, %s: %s", f.Line, f.Path, f.Text))
	}
	return found
}

// judged fails for each error.
func judged(t *testing.T, document []byte) {
	t.Helper()
	for _, found := range judge(t, document) {
		t.Error(found)
	}
}
