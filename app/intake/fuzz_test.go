package intake

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzOpen: no bytes make the reading fall over, whatever the name; what opens
// can be looked at and read.
func FuzzOpen(f *testing.F) {
	sample, err := os.ReadFile(filepath.Join("..", "..", "assets", "sample", "kunder.xlsx"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.xlsx", sample)
	f.Add("a.xlsx", zipped(f, parts(`<sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A2:B9"/></mergeCells>`)))
	f.Add("a.csv", []byte("Navn;Fnr\n\"Kari;03846131239\n"))
	f.Add("a.tsv", []byte("\xff\xfea\x00\t\x00b\x00"))
	f.Add("a.xls", oleMagic)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		book, err := openBytes(ctx, name, data)
		if err != nil {
			return
		}
		defer book.Close()
		for _, sheet := range book.Sheets() {
			header, err := book.GuessHeader(ctx, sheet.Name)
			if err != nil {
				continue
			}
			result, err := book.Read(ctx, Plan{Sheet: sheet.Name, Header: header, AllowSynthetic: true, Today: today}, nil)
			if err == nil && (result.Good > result.Rows || len(result.Recipients) > result.Good) {
				t.Errorf("%+v", result)
			}
		}
	})
}

// FuzzSheet: the same for what stands inside a sheet.
func FuzzSheet(f *testing.F) {
	f.Add(`<sheetData><row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>Navn</t></is></c><c r="B1" s="1"><v>46329</v></c></row></sheetData>`)
	f.Add(`<sheetData><row><c t="s"><v>-1</v></c><c r="ZZZZ1"><v>1e999</v></c><c t="d"><v>2026</v></c></row></sheetData>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		book, err := openBytes(context.Background(), "a.xlsx", zipped(t, parts(sheet)))
		if err != nil {
			return
		}
		_, _ = book.Top(context.Background(), "", 50) // only must not fall over
	})
}

// FuzzText: encoding/csv is a second opinion on every text it reads without
// complaint.
func FuzzText(f *testing.F) {
	f.Add("a;b\n\"c;d\";\"e\"\"f\"\n\n;g")
	f.Add("\"a\nb\";c\r\n")
	f.Add("\"a\"b;c")
	f.Fuzz(func(t *testing.T, text string) {
		rows := &textRows{text: text, separator: ';'}
		var ours [][]string
		for {
			record, err := rows.record()
			if err == io.EOF {
				break
			}
			ours = append(ours, append([]string(nil), record...))
		}
		if rows.at != len(text) {
			t.Fatalf("read up to %d of %d", rows.at, len(text))
		}
		if strings.ContainsAny(text, "\r") {
			return // encoding/csv leaves a lone \r in the field
		}
		other := csv.NewReader(bytes.NewReader([]byte(text)))
		other.Comma, other.FieldsPerRecord = ';', -1
		theirs, err := other.ReadAll()
		if err != nil {
			return
		}
		var kept [][]string // theirs leaves out blank lines
		for _, record := range ours {
			if len(record) > 1 || record[0] != "" {
				kept = append(kept, record)
			}
		}
		if len(kept) != len(theirs) {
			// A line of "" alone is blank to us and a field to encoding/csv.
			if strings.Contains(text, `""`) {
				return
			}
			t.Fatalf("%q: %q, encoding/csv says %q", text, kept, theirs)
		}
		for i := range kept {
			if strings.Join(kept[i], "\x00") != strings.Join(theirs[i], "\x00") {
				t.Errorf("%q: %q, encoding/csv says %q", text, kept[i], theirs[i])
			}
		}
	})
}

// FuzzValues: days, money, phone numbers, addresses: no text makes them fall
// over, and what they give is of the promised form.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"21.11.2025", "21/11-25", "2025-11-21 14:00", "kr 1 234,50", "1.234.567", "+47 400 00 000", "a@b.no",
		"ola#1A2B", "150", "-,-", "12,-", "\xff", "0,1000", "9999999999999,99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := birthDay(text, today); ok && (at.After(today) || at.Year() < 1850) {
			t.Errorf("born %s", at)
		}
		if at, ok := dueDay(text); ok && at.Year() < 1900 {
			t.Errorf("due %s", at)
		}
		if money, ok := amount(text); ok {
			if again, ok := amount(money); !ok || again != money || !strings.Contains(money, ".") {
				t.Errorf("%q became %q, then %q", text, money, again)
			}
		}
		if phone, ok := phoneNumber(text); ok {
			if again, ok := phoneNumber(phone); !ok || again != phone {
				t.Errorf("%q became %q, then %q", text, phone, again)
			}
		}
		if email, ok := emailAddress(text); ok && strings.ContainsFunc(email, unicode.IsSpace) && !strings.Contains(email, `"`) {
			t.Errorf("e-mail %q", email)
		}
		if code, _, ok := postcode(text); ok && len(code) != 4 {
			t.Errorf("postcode %q", code)
		}
		once := clean(text)
		if clean(once) != once {
			t.Errorf("clean(%q) is %q, then %q", text, once, clean(once))
		}
		_ = styleOf(164, text) // none of these may panic
		_, _ = columnOf(text)
		_ = unescape(text)
		_, _ = headingField(text)
		_ = maskCell(text)
	})
}
