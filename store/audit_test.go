package store

import (
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/post"
)

func TestAuditChain(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		broken int64
	}{
		"whole":     {"SELECT 1", 0},
		"changed":   {"UPDATE audit SET actor = 'other' WHERE id = 2", 2},
		"time":      {"UPDATE audit SET at = at + 1 WHERE id = 3", 3},
		"fields":    {`UPDATE audit SET fields = '{"count":"3"}' WHERE id = 1`, 1},
		"no json":   {"UPDATE audit SET fields = '{' WHERE id = 1", 1},
		"taken out": {"DELETE FROM audit WHERE id = 2", 2},
		"first out": {"DELETE FROM audit WHERE id = 1", 1},
		"swapped":   {"UPDATE audit SET id = CASE id WHEN 2 THEN 13 ELSE 12 END WHERE id > 1; UPDATE audit SET id = id - 10 WHERE id > 10", 2},
	} {
		db := mustOpen(t, filepath.Join(t.TempDir(), "brevdue.db"))
		for i := range 3 {
			if err := db.AddAudit(t.Context(), post.Audit{At: time.Unix(int64(i), 0), Actor: "owner", Action: "approved", Job: "j",
				Fields: map[string]string{"count": "2", "a": "b"}}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.writer.Exec(c.change); err != nil {
			t.Fatal(err)
		}
		state, err := db.VerifyAudit(t.Context())
		if err != nil || state.BrokenAt != c.broken || (c.broken == 0 && (state.Lines != 3 || len(state.Head) != 64)) {
			t.Errorf("%s: %+v, %v", name, state, err)
		}
		closed(t, db)
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Ødegård": "odegard", "ØDEGAARD": "odegard", "Aåse": "ase", "Æ": "ae", "Zoë Ü": "zoe u", "o\u0308": "o", "a\tb\nc": "a b c", "Straße": "strasse", "": "",
	} {
		if got := fold(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := likePattern(`50%_\`); got != `%50\%\_\\%` {
		t.Errorf("got %q", got)
	}
	for text, want := range map[string]string{"018100 12345": "01810012345", "1.2-3": "123", "12a": "", "": "", "\u00a01": "1"} {
		if got := digits(text); got != want {
			t.Errorf("digits %q: got %q", text, got)
		}
	}
}

// FuzzFold wants that a search for what a name folds to finds the name, and that
// no text stops it.
func FuzzFold(f *testing.F) {
	f.Add("Åse Ødegård")
	f.Add("\xff\u0300a\u0301")
	f.Fuzz(func(t *testing.T, text string) {
		once := fold(text)
		if twice := fold(once); twice != once {
			t.Errorf("%q folds to %q and then to %q", text, once, twice)
		}
		_, _, _ = sortKey(text), digits(text), nameKey(post.Recipient{FullName: text})
	})
}
