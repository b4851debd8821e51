package intake

import (
	"bytes"
	"context"
	"fmt"
	"testing"
)

// manyRows is a workbook of so many rows and 12 columns.
func manyRows(b *testing.B, count int) []byte {
	b.Helper()
	var out bytes.Buffer
	err := newWorkbook("Mange", &out, func(set func(int, []any) error) error {
		if err := set(1, []any{"Nr", "Navn", "Adresse", "Postnr", "Poststed", "Mobil", "E-post", "A", "B", "C", "D", "E"}); err != nil {
			return err
		}
		for i := range count {
			if err := set(i+2, []any{i, fmt.Sprintf("Person %d", i), fmt.Sprintf("Storgata %d", i), "0150", "Oslo", "40000000",
				fmt.Sprintf("p%d@example.com", i), "a", "b", "c", "d", "e"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkRead opens and reads 100,000 rows of 12 columns.
func BenchmarkRead(b *testing.B) {
	data := manyRows(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		book, err := openBytes(context.Background(), "mange.xlsx", data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := book.Read(context.Background(), Plan{Header: 1, Today: today}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriteBack puts a result beside each of 100,000 rows.
func BenchmarkWriteBack(b *testing.B) {
	data := manyRows(b, 100_000)
	cells := map[int][]string{}
	for i := range 100_000 {
		cells[i+2] = []string{"Levert i Digipost"}
	}
	list, err := openBytes(context.Background(), "mange.xlsx", data)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var out bytes.Buffer
		add := addition{sheet: "Mange", column: 12, values: cells}
		if err := extendWorkbook(context.Background(), data, list.table.(*workbook), add, &out); err != nil {
			b.Fatal(err)
		}
	}
}
