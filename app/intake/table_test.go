package intake

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestWriteTable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "liste.xlsx")
	rows := [][]string{{"Navn", "Hvorfor"}, {"Åse Ødegård", "=1+1"}, {"", "0150"}}
	if err := WriteTable(t.Context(), out, "Ikke nådd: liste / for egen porto og mer", rows); err != nil {
		t.Fatal(err)
	}
	book, err := Open(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	got, err := book.Top(t.Context(), book.Sheets()[0].Name, 10)
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("%q, %v", got, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	other := filepath.Join(t.TempDir(), "b.xlsx")
	if err := WriteTable(cancelled, other, "x", rows); err == nil {
		t.Error("written although nobody waits for it")
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("half a workbook was left")
	}
}
