package flow_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
)

// folderOf makes a folder of files: the sample letter, or what is given.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if content == "" {
			content = string(sample.Letter()) + "\n%" + name // another content for each
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// named makes people, each with the file that the list says.
func named(cells ...string) flow.People {
	people := flow.People{LeftOut: map[post.Reason]int{}}
	for i, cell := range cells {
		id := "K" + string(rune('1'+i))
		people.To = append(people.To, job.Addressee{Row: i + 2, CustomerID: id, Name: "Person " + id,
			To: post.Target{Kind: post.ByDigipostAddress, Value: "person." + strings.ToLower(id) + "#12AB"}})
		people.Known = append(people.Known, post.HasDigipost)
		people.Keys = append(people.Keys, flow.DocumentKey{CustomerID: id, File: cell})
		people.WithDigipost++
	}
	return people
}

func places(who []flow.Whose) (all []int) {
	for _, each := range who {
		all = append(all, each.Place)
	}
	return all
}

// TestOwnDocumentsOfOthers: a file that is that of somebody who is left out goes to
// nobody, also when something else in its name looks like somebody else.
func TestOwnDocumentsOfOthers(t *testing.T) {
	r := newRig(t)
	people := named("", "", "", "", "")
	for i, id := range []string{"1001", "1002", "2026", "1003", "1002"} {
		people.Keys[i].CustomerID = id
	}
	people.To[0].LeftOut, people.To[3].LeftOut, people.To[4].LeftOut = post.ReasonNotAUser, post.ReasonNotAUser, post.ReasonDuplicateLetter
	dir := folderOf(t, map[string]string{"faktura 1001 2026.pdf": "", "faktura 1002.pdf": "", "faktura 1003.pdf": ""})
	own, err := r.stories.OwnDocuments(t.Context(), people, dir, flow.DocumentRule{By: document.ByFileName}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(own.Files) != 1 || own.Files[1].Name != "faktura 1002.pdf" || len(own.Missing) != 0 || !reflect.DeepEqual(own.Extra, []string{"faktura 1003.pdf"}) ||
		len(own.Ambiguous) != 1 || !reflect.DeepEqual(places(own.Ambiguous[0].People), []int{0, 2}) {
		t.Errorf("%+v", own)
	}
}

// TestOwnDocumentsByColumn: everybody who can be sent to has a file, or stands
// with the reason why not; nothing outside of the folder is a file.
func TestOwnDocumentsByColumn(t *testing.T) {
	r := newRig(t)
	outside := folderOf(t, map[string]string{"hemmelig.pdf": ""})
	dir := folderOf(t, map[string]string{"a.pdf": "", "juni/b.pdf": "", "juli/b.pdf": "", "juli/c.pdf": "", "felles.pdf": "", "ekstra.pdf": "",
		"tekst.pdf": "ikke en pdf", ".skjult.pdf": "", "Thumbs.db": "x"})
	for link, target := range map[string]string{"lenke.pdf": filepath.Join(outside, "hemmelig.pdf"), "inne.pdf": "a.pdf", "ut": outside} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	people := named("A", `juni\b.pdf`, "b.pdf", "juni/c.pdf", "felles.pdf", "felles", "../"+filepath.Base(outside)+"/hemmelig.pdf",
		filepath.Join(outside, "hemmelig.pdf"), filepath.Join(dir, "juli", "b.pdf"), "lenke.pdf", "", "tekst.pdf", "inne.pdf", `C:\brev\a.pdf`, "ut/hemmelig.pdf")
	people.To = append(people.To, job.Addressee{Row: 99, LeftOut: post.ReasonNotAUser})
	people.Known, people.Keys = append(people.Known, post.Identified), append(people.Keys, flow.DocumentKey{File: "ekstra.pdf"})
	people.LeftOut[post.ReasonNotAUser] = 1
	looked := 0
	own, err := r.stories.OwnDocuments(t.Context(), people, dir, flow.DocumentRule{By: document.ByColumn}, func(done, total int) { looked = done * 1000 / total })
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]string{}
	for place, file := range own.Files {
		got[place] = file.Name
	}
	// b.pdf alone lies in two folders.
	want := map[int]string{0: "a.pdf", 1: "b.pdf", 4: "felles.pdf", 5: "felles.pdf", 8: "b.pdf", 12: "inne.pdf"}
	if !reflect.DeepEqual(got, want) || own.Files[1].Key == own.Files[8].Key || looked != 1000 {
		t.Errorf("files %v, looked %d", got, looked)
	}
	if got := places(own.Missing); !reflect.DeepEqual(got, []int{3, 9, 10, 14}) {
		t.Errorf("missing %v", got)
	}
	if len(own.Ambiguous) != 1 || !reflect.DeepEqual(places(own.Ambiguous[0].People), []int{2}) || len(own.Ambiguous[0].Files) != 2 {
		t.Errorf("ambiguous %+v", own.Ambiguous)
	}
	if len(own.Shared) == 0 {
		t.Error("nothing is shared")
	}
	if !reflect.DeepEqual(own.Extra, []string{"ekstra.pdf", "juli/c.pdf"}) {
		t.Errorf("extra %v", own.Extra)
	}
	refused := map[string]int{}
	for _, each := range own.Refused {
		refused[each.File] = len(each.People)
		want := post.CodeOutsideFolder
		if each.File == "tekst.pdf" {
			want = post.CodeNotAPDF
		}
		if post.CodeOf(each.Fault) != want {
			t.Errorf("%s is refused with %v", each.File, each.Fault)
		}
	}
	for file, count := range map[string]int{"lenke.pdf": 0, "ut": 0, "tekst.pdf": 1, `C:\brev\a.pdf`: 1, filepath.Join(outside, "hemmelig.pdf"): 1} {
		if n, there := refused[file]; !there || n != count {
			t.Errorf("refused: %v, want %s", refused, file)
		}
	}
	given := own.Give(people)
	if given.Sendable() != len(want) || given.LeftOut[post.ReasonBadFile] != 9 || given.LeftOut[post.ReasonNotAUser] != 1 || len(given.To) != len(people.To) {
		t.Errorf("%d letters, left out %v", given.Sendable(), given.LeftOut)
	}
	wish := job.Wish{Kind: post.KindMailing, Sender: post.Sender{SenderID: 1000}, Subject: "Faktura", To: given.To}
	draft, err := r.engine.Prepare(t.Context(), wish)
	if err != nil || draft.Sendable() != len(want) || len(draft.Documents) != len(want) {
		t.Fatalf("%+v, %v", draft, err)
	}
}

// TestOwnDocumentsByFileName: by customer id and by birth number, for a group
// without rows as well; the number does not stay in the name.
func TestOwnDocumentsByFileName(t *testing.T) {
	r := newRig(t)
	const born = "03846131239"
	dir := folderOf(t, map[string]string{"faktura_K1_2026.pdf": "", "faktura_" + born + "_2026.pdf": "", "faktura_K9_2026.pdf": ""})
	people := named("", "", "")
	people.Keys[1].BirthNumber = born
	for i := range people.To {
		people.To[i].Row = 0
	}
	own, err := r.stories.OwnDocuments(t.Context(), people, dir, flow.DocumentRule{By: document.ByFileName}, nil)
	if err != nil || len(own.Files) != 2 || !reflect.DeepEqual(places(own.Missing), []int{2}) || len(own.Extra) != 1 {
		t.Fatalf("%+v, %v", own, err)
	}
	draft, err := r.engine.Prepare(t.Context(), job.Wish{Kind: post.KindMailing, Sender: post.Sender{SenderID: 1000}, Subject: "Faktura", To: own.Give(people).To})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range draft.Documents {
		if strings.Contains(document.Name, born) {
			t.Errorf("the number stands in %s", document.Name)
		}
	}
	if _, err := r.stories.OwnDocuments(t.Context(), people, dir, flow.DocumentRule{By: document.ByText}, nil); err == nil {
		t.Error("by text, which is not built")
	}
	if _, err := r.stories.OwnDocuments(t.Context(), people, filepath.Join(dir, "borte"), flow.DocumentRule{By: document.ByColumn}, nil); post.CodeOf(err) != post.CodeFileMissing {
		t.Errorf("a folder that is not there: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.stories.OwnDocuments(ended, people, dir, flow.DocumentRule{By: document.ByFileName}, nil); err == nil {
		t.Error("it goes on after its end")
	}
}

// TestFileSwappedForALink: what is put in a file's place later does not lead out
// of the folder.
func TestFileSwappedForALink(t *testing.T) {
	r := newRig(t)
	outside := filepath.Join(folderOf(t, map[string]string{"hemmelig.pdf": ""}), "hemmelig.pdf")
	dir := folderOf(t, map[string]string{"K1.pdf": ""})
	people := named("K1.pdf")
	own, err := r.stories.OwnDocuments(t.Context(), people, dir, flow.DocumentRule{By: document.ByColumn}, nil)
	if err != nil {
		t.Fatal(err)
	}
	content, err := own.Files[0].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(content); err != nil || len(text) == 0 || content.Close() != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "K1.pdf")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Skip("no links here:", err)
	}
	if _, err := own.Files[0].Open(t.Context()); post.CodeOf(err) != post.CodeFileUnreadable {
		t.Errorf("the link was followed: %v", err)
	}
}

var _ flow.Matcher = (*document.Reader)(nil)
