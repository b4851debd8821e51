package job

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestEvidenceFindsEveryByte changes a bit of each byte of a pack, one at a time:
// each is found, and in a file's content the file is named.
func TestEvidenceFindsEveryByte(t *testing.T) {
	pack, _ := newEvidenceRig(t).make(t, false)
	inside := make([]string, len(pack))
	archive, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.File {
		at, err := file.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		for i := range int64(file.UncompressedSize64) {
			inside[at+i] = file.Name
		}
	}
	for at := range pack {
		changed := slices.Clone(pack)
		changed[at] ^= 1 << (at % 8)
		report := verify(t, changed, nil)
		if report.Valid || len(report.Changed) == 0 {
			t.Fatalf("byte %d in %q: not found", at, inside[at])
		}
		if inside[at] != "" && !slices.Contains(report.Changed, inside[at]) {
			t.Fatalf("byte %d is in %s, the report names %v", at, inside[at], report.Changed)
		}
	}
	for _, changed := range [][]byte{nil, pack[:1], pack[:len(pack)-1], append(slices.Clone(pack), 0), append([]byte{0}, pack...), pack[:len(pack)/2]} {
		if report := verify(t, changed, nil); report.Valid || len(report.Changed) == 0 {
			t.Errorf("%d bytes of %d: not found", len(changed), len(pack))
		}
	}
	t.Logf("%d bytes", len(pack))
}

// repack makes a pack anew with another program's zip.
func repack(t testing.TB, files map[string]string, twice string, method uint16) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range append(slices.Sorted(maps.Keys(files)), twice) {
		if name == "" {
			continue
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.WriteString(file, files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestEvidenceNamesWhatChanged: a pack that was opened, altered and packed again
// by another program is not valid, and what was altered is named.
func TestEvidenceNamesWhatChanged(t *testing.T) {
	pack, _ := newEvidenceRig(t).make(t, false)
	for _, c := range []struct {
		name   string
		change func(map[string]string)
		twice  string
		want   string
	}{
		{"packed again", func(map[string]string) {}, "", "zip"},
		{"content", func(f map[string]string) { f[listName] += " " }, "", "list.json zip"},
		{"missing", func(f map[string]string) { delete(f, "receipts/0001.zip") }, "", "receipts/0001.zip zip"},
		{"added", func(f map[string]string) { f["receipts/0002.zip"] = "x" }, "", "receipts/0002.zip zip"},
		{"path", func(f map[string]string) { f["../../x"] = "x" }, "", "../../x zip"},
		{"twice", func(map[string]string) {}, planName, "plan.json zip"},
		{"bomb", func(f map[string]string) { f[planName] = strings.Repeat("0", 1<<22) }, "", "plan.json zip"},
		{"no manifest", func(f map[string]string) { delete(f, manifestName) }, "", "manifest.json"},
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			files := unpack(t, pack)
			c.change(files)
			report := verify(t, repack(t, files, c.twice, method), nil)
			if got := strings.Join(report.Changed, " "); report.Valid || got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	}
}

// TestEvidenceNamesWhatWasAdded: a file put into the pack, with all others left
// where they are, is the one that is named.
func TestEvidenceNamesWhatWasAdded(t *testing.T) {
	pack, _ := newEvidenceRig(t).make(t, false)
	archive, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, file := range archive.File {
		if err := w.Copy(file); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.Create("receipts/0002.zip")
	if err == nil {
		_, err = io.WriteString(file, "x")
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	report := verify(t, out.Bytes(), nil)
	if got := strings.Join(report.Changed, " "); report.Valid || !strings.Contains(" "+got, " receipts/0002.zip") || strings.Contains(got, listName) {
		t.Errorf("%s is named, want what was added", got)
	}
}

// forge alters a pack and makes all its hashes anew, as somebody would who knows
// the form.
func forge(t testing.TB, pack []byte, change func(*evidenceManifest, map[string]string)) []byte {
	t.Helper()
	files := unpack(t, pack)
	var m evidenceManifest
	if err := json.Unmarshal([]byte(files[manifestName]), &m); err != nil {
		t.Fatal(err)
	}
	change(&m, files)
	var all []packFile
	for i, entry := range m.Files {
		file := memoryFile(entry.Name, []byte(files[entry.Name]))
		m.Files[i] = file.entry
		all = append(all, file)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writePack(t.Context(), &out, append([]packFile{memoryFile(manifestName, text)}, all...)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestForgedEvidence: a pack whose hashes were all made anew contradicts itself,
// or its seal does not stand in the audit chain.
func TestForgedEvidence(t *testing.T) {
	r := newEvidenceRig(t)
	pack, made := r.make(t, true)
	for _, c := range []struct {
		name         string
		change       func(*evidenceManifest, map[string]string)
		alone, trail string
	}{
		{"nothing", func(*evidenceManifest, map[string]string) {}, "", ""},
		{"plan", func(_ *evidenceManifest, f map[string]string) {
			f[planName] = strings.Replace(f[planName], "person0", "person9", 1)
		},
			"fingerprint", "fingerprint seal"},
		{"plan and fingerprint", func(m *evidenceManifest, f map[string]string) {
			f[planName] = strings.Replace(f[planName], "person0", "person9", 1)
			m.Fingerprint = hexSHA256([]byte(f[planName]))
		}, "fingerprint", "fingerprint seal"},
		{"list", func(_ *evidenceManifest, f map[string]string) {
			f[listName] = strings.Replace(f[listName], "person0", "person9", 1)
		}, "", "seal"},
		{"approval", func(m *evidenceManifest, _ map[string]string) { m.Approvals[0].Actor = "ola" }, "approvals", "approvals seal"},
		{"chain", func(_ *evidenceManifest, f map[string]string) {
			f[chainName] = strings.Replace(f[chainName], "kari", "nina", 1)
		},
			"audit.jsonl:2", "audit.jsonl:2 seal"},
		{"chain's end", func(_ *evidenceManifest, f map[string]string) {
			f[chainName] = f[chainName][:strings.Index(f[chainName], "\n")+1]
		},
			"approvals audit.jsonl", "approvals audit.jsonl seal"},
		{"a file left out", func(m *evidenceManifest, _ map[string]string) {
			m.Files = slices.DeleteFunc(m.Files, func(e packEntry) bool { return e.Name == planName })
		}, "plan.json", "plan.json seal"},
	} {
		forged := forge(t, pack, c.change)
		if got := strings.Join(verify(t, forged, nil).Changed, " "); got != c.alone {
			t.Errorf("%s alone: %q, want %q", c.name, got, c.alone)
		}
		if got := strings.Join(verify(t, forged, r.trail).Changed, " "); got != c.trail {
			t.Errorf("%s with the database: %q, want %q", c.name, got, c.trail)
		}
		if same := verify(t, forged, nil).Seal == made.Seal; same != (c.name == "nothing") {
			t.Errorf("%s: the seal is the same: %v", c.name, same)
		}
	}
}

// TestNewerEvidence: a file of a later program is neither believed nor blamed.
func TestNewerEvidence(t *testing.T) {
	pack, _ := newEvidenceRig(t).make(t, false)
	later := forge(t, pack, func(m *evidenceManifest, _ map[string]string) { m.Version++ })
	if report := verify(t, later, nil); report.Valid || !report.Newer || len(report.Changed) > 0 {
		t.Errorf("%+v", report)
	}
}

func FuzzVerifyEvidence(f *testing.F) {
	r := newEvidenceRig(f)
	pack, _ := r.make(f, false)
	f.Add(pack)
	f.Add(repack(f, unpack(f, pack), planName, zip.Deflate))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := VerifyEvidence(t.Context(), bytes.NewReader(data), int64(len(data)), r.trail)
		if err != nil || report.Valid != (len(report.Changed) == 0 && !report.Newer) {
			t.Errorf("%+v %v", report, err)
		}
		if report.Valid && report.Recorded == SealRecorded && !bytes.Equal(data, pack) {
			t.Error("another pack with the seal of ours is valid")
		}
	})
}

func BenchmarkVerifyEvidence(b *testing.B) {
	pack, _ := newEvidenceRig(b).make(b, false)
	for b.Loop() {
		verify(b, pack, nil)
	}
}
