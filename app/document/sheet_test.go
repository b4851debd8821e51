package document

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sheetFont(t *testing.T) []byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "..", "assets", "fonts", "*.otf"))
	if err != nil || len(names) == 0 {
		t.Fatal("no font in assets/fonts")
	}
	font, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return font
}

// TestSheet: a long list goes over several pages, is a whole PDF, and what people
// wrote, however odd, breaks nothing.
func TestSheet(t *testing.T) {
	sheet := Sheet{Title: "Stappenplan", Subtitle: "3 van 11", Foot: "22.11.2026", Page: func(page, pages int) string { return fmt.Sprintf("%d/%d", page, pages) }}
	for i := range 11 {
		sheet.Sections = append(sheet.Sections, Section{fmt.Sprint("S", i), "klaar", [][2]string{
			{"Wie", "toegangsbeheerder"}, {"Een label dat langer is dan zijn kolom", "kort"},
			{"Nota", strings.Repeat("een lange nota met (haakjes) \\ en 漢字 ", 30)}, {"Vingerafdruk", strings.Repeat("AB:", 200)}, {"", ""}}})
	}
	data, err := WriteSheet(t.Context(), sheetFont(t), sheet)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	facts, err := Read(t.Context(), path)
	if err != nil || facts.Pages < 3 {
		t.Fatalf("%+v, %v", facts, err)
	}
	if keep := os.Getenv("KEEP_SHEET"); keep != "" {
		_ = os.WriteFile(keep, data, 0o600)
	}
	if _, err := WriteSheet(t.Context(), nil, sheet); err == nil {
		t.Error("written without a font")
	}
	if data, err := WriteSheet(t.Context(), sheetFont(t), Sheet{}); err != nil || len(data) == 0 {
		t.Errorf("an empty one: %v", err)
	}
}
