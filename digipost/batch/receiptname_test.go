package batch

import (
	"strings"
	"testing"
	"time"
)

func TestReceiptName(t *testing.T) {
	at := time.Date(2011, 12, 1, 14, 53, 44, 585e6, time.UTC)
	for _, test := range []struct {
		name, stem, receipt string
		stamp               time.Time
	}{
		{"min-mottakersplitt.resultat.20111201-145344585.zip", "min-mottakersplitt", Outcome, at},
		{"min-mottakersplitt.resultat-20111201-145344585.zip", "min-mottakersplitt", Outcome, at},
		{"a.mottatt.20111201-145344585.zip", "a", Received, at},
		{"A.MOTTATT.20111201-145344585.ZIP", "a", Received, at},
		{"a.20111201-145344585.mottatt.zip", "A", Received, at},
		{"a.zip.resultat.zip", "a", Outcome, time.Time{}},
		{"aresultat.zip", "a", Outcome, time.Time{}},
		{"resultat.mottatt.zip", "resultat", Received, time.Time{}},
		{"a.resultat.mottatt.zip", "a", Outcome, time.Time{}},
		{"a.resultat.20119901-145344585.zip", "a", Outcome, time.Time{}},
		{"a.resultat.920111201-1453445851.zip", "a", Outcome, time.Time{}},
		{"a_mottatt-20111201-145344585.zip", "a", Received, at},
		{"job-10.resultat.20111201-145344585.zip", "job-1", "", time.Time{}},
		{"a-b.resultat.zip", "a", "", time.Time{}},
		{"ab.resultat.zip", "a", "", time.Time{}},
		{"b.resultat.zip", "a", "", time.Time{}},
		{"a.zip", "a", "", time.Time{}},
		{"resultat.zip", "resultat", "", time.Time{}},
		{"a.resultat.zip.part", "a", "", time.Time{}},
		{"a.resultat.xml", "a", "", time.Time{}},
		{"a.resultat.zip", "", "", time.Time{}},
		{"a/../resultat.zip", "a", "", time.Time{}},
		{"a\\resultat.zip", "a", "", time.Time{}},
		{"a\nresultat.zip", "a", "", time.Time{}},
	} {
		receipt, stamp, ok := receiptName(test.name, test.stem)
		if receipt != test.receipt || ok != (test.receipt != "") || !stamp.Equal(test.stamp) {
			t.Errorf("%q of %q: %q, %v, %v", test.name, test.stem, receipt, stamp, ok)
		}
	}
}

func TestSortReceipts(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 11, n, 0, 0, 0, 0, time.UTC) }
	files := []RemoteFile{
		{Name: "e", Stamp: day(4), Modified: day(1)},
		{Name: "d", Stamp: day(3), Modified: day(9)},
		{Name: "b", Modified: day(2)},
		{Name: "c", Stamp: day(3), Modified: day(8)},
		{Name: "a", Modified: day(2)},
	}
	sortReceipts(files)
	var names strings.Builder
	for _, file := range files {
		names.WriteString(file.Name)
	}
	if names.String() != "abcde" {
		t.Error(names.String())
	}
}

func FuzzReceiptName(f *testing.F) {
	f.Add("min-mottakersplitt.resultat.20111201-145344585.zip", "min-mottakersplitt")
	f.Add("İ.Mottatt.ZIP", "i̇")
	f.Fuzz(func(t *testing.T, name, stem string) {
		receipt, stamp, ok := receiptName(name, stem)
		if ok != (receipt == Received || receipt == Outcome) || !ok && !stamp.IsZero() {
			t.Fatalf("%q, %v, %v", receipt, stamp, ok)
		}
		if ok && (!plainName(name) || stem == "" || !strings.HasPrefix(strings.ToLower(name), strings.ToLower(stem))) {
			t.Fatalf("%q was taken for %q", name, stem)
		}
	})
}
