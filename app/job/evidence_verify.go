package job

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"brevdue/app/post"
)

// What stands in EvidenceReport.Changed beside the names of files.
const (
	// ChangedZip is the zip itself: its directory, or bytes that belong to no file.
	ChangedZip = "zip"
	// ChangedSeal: the database knows the job and the audit chain up to here, and
	// never made a file with this seal.
	ChangedSeal = "seal"
	// ChangedFingerprint: the plan, or what was approved, is not what the
	// fingerprint says.
	ChangedFingerprint = "fingerprint"
	// ChangedApprovals: the manifest says other approvals or amendments than the
	// audit chain's part.
	ChangedApprovals = "approvals"
)

// EvidenceReport is what checking an evidence file found.
type EvidenceReport struct {
	// Valid is true when every byte is what it was when the file was made. Who made
	// it the seal tells, compared with one kept elsewhere or by Recorded.
	Valid bool
	// Changed names what is not as it was: changed, missing or added.
	Changed []string
	// Removed is what was left out when the file was made, and with the database at
	// hand what was forgotten since.
	Removed []Removal
	// Unreadable says that there is no manifest to go by: no evidence file, or
	// damaged at its beginning. Newer says that a later program made it.
	Unreadable, Newer bool
	Seal              string
	Job, Fingerprint  string
	Proof             FingerprintProof
	// Recorded says whether the database's audit chain holds the seal, Chain
	// whether it still holds the head the file has. Both are unknown without a
	// database, or with one that does not know the job.
	Recorded EvidenceRecord
	Chain    ChainState
}

// EvidenceRecord says whether a seal stands in the audit chain.
type EvidenceRecord string

// The answers.
const (
	SealUnknown  EvidenceRecord = "unknown"
	SealRecorded EvidenceRecord = "recorded"
	SealMissing  EvidenceRecord = "missing"
)

// ChainState is what an evidence file tells of the database's audit chain.
type ChainState string

// The answers.
const (
	ChainUnknown ChainState = "unknown"
	// ChainHolds: the chain has the file's head where it was.
	ChainHolds ChainState = "holds"
	// ChainCut: the chain is shorter than when the file was made. Lines were cut
	// off, or an older copy was put back.
	ChainCut ChainState = "cut"
	// ChainDiffers: the chain has another line there.
	ChainDiffers ChainState = "differs"
)

// entryName is the form of the names in an evidence file.
var entryName = regexp.MustCompile(`^[a-z0-9]+(/[a-z0-9]+)?\.[a-z]+$`)

// VerifyEvidence checks an evidence file of size bytes. trail is the database at
// hand, or nil. The error is about reading only: a file that is no evidence, or
// not any more, is what the report says.
func VerifyEvidence(ctx context.Context, r io.ReaderAt, size int64, trail EvidenceTrail) (EvidenceReport, error) {
	v := &verifier{in: r, size: size, report: EvidenceReport{Recorded: SealUnknown, Chain: ChainUnknown}}
	if size > maxPack+int64(maxPackFiles)*(centralLength+128) {
		return v.report, post.NewFault(post.CodeFileTooLarge, nil, "file", "evidence")
	}
	if err := v.run(ctx, trail); err != nil {
		return EvidenceReport{Recorded: SealUnknown, Chain: ChainUnknown}, fmt.Errorf("check evidence: %w", err)
	}
	slices.Sort(v.report.Changed)
	v.report.Changed = slices.Compact(v.report.Changed)
	v.report.Valid = len(v.report.Changed) == 0 && !v.report.Unreadable && !v.report.Newer
	return v.report, nil
}

// verifier is one check.
type verifier struct {
	in       io.ReaderAt
	size     int64
	report   EvidenceReport
	manifest evidenceManifest
	// entries are the manifest's own entry and those it names, good which of them
	// hold what they should; found are where their contents lie.
	entries []packEntry
	good    []bool
	offsets []int64
}

func (v *verifier) changed(name string) { v.report.Changed = append(v.report.Changed, name) }

func (v *verifier) run(ctx context.Context, trail EvidenceTrail) error {
	text, err := v.readManifest(ctx)
	if err != nil || text == nil {
		return err
	}
	v.report.Seal = hexSHA256(text)
	if v.report.Newer || v.report.Unreadable {
		return nil
	}
	m := v.manifest
	v.report.Job, v.report.Fingerprint, v.report.Proof, v.report.Removed = m.Job.ID, m.Fingerprint, m.Proof, m.Removed
	if err := v.checkContainer(ctx); err != nil {
		return err
	}
	if err := v.checkPlan(ctx); err != nil {
		return err
	}
	if err := v.checkChain(ctx); err != nil {
		return err
	}
	if trail == nil {
		return nil
	}
	return v.compare(ctx, trail)
}

// read reads n bytes at a place, or as many as there are.
func (v *verifier) read(at, n int64) ([]byte, error) {
	if at < 0 || at >= v.size || n <= 0 {
		return nil, nil
	}
	data := make([]byte, min(n, v.size-at))
	got, err := v.in.ReadAt(data, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:got], nil
}

// readManifest reads the manifest from the head of the file, or, when that is
// not of the form it was written in, wherever a reader of zips finds it.
func (v *verifier) readManifest(ctx context.Context) ([]byte, error) {
	head, err := v.read(0, localLength+int64(len(manifestName)))
	if err != nil {
		return nil, err
	}
	var text []byte
	if len(head) == localLength+len(manifestName) && string(head[localLength:]) == manifestName {
		if n := int64(binary.LittleEndian.Uint32(head[22:])); n <= min(maxManifest, v.size) {
			if text, err = v.read(int64(len(head)), n); err != nil {
				return nil, err
			}
		}
	}
	if !v.takeManifest(text) {
		if text, err = v.lookForManifest(ctx); err != nil {
			return nil, err
		}
		v.changed(ChangedZip)
		if !v.takeManifest(text) {
			v.report.Unreadable = true
			v.report.Changed = []string{manifestName}
			return nil, nil
		}
	}
	own := memoryFile(manifestName, text).entry
	if v.report.Newer && len(v.report.Changed) == 0 && !bytes.Equal(head, localHeader(own)) {
		v.report.Newer = false // the number of the version is what changed
		v.changed(manifestName)
		return nil, nil
	}
	v.entries = append([]packEntry{own}, v.manifest.Files...)
	return text, nil
}

// takeManifest reads the manifest's text; false is that it is none.
func (v *verifier) takeManifest(text []byte) bool {
	var m evidenceManifest
	decoder := json.NewDecoder(bytes.NewReader(text))
	if len(text) == 0 || decoder.Decode(&m) != nil || m.Format != evidenceFormat {
		return false
	}
	v.manifest = m
	if v.report.Newer = m.Version > evidenceVersion; v.report.Newer {
		return true
	}
	return decoder.InputOffset() == int64(len(text)) && soundEntries(m.Files)
}

// soundEntries reports whether the manifest's table of files can be one.
func soundEntries(files []packEntry) bool {
	if len(files) > maxPackFiles {
		return false
	}
	seen, total := map[string]bool{manifestName: true}, int64(0)
	for _, file := range files {
		if len(file.Name) > 64 || !entryName.MatchString(file.Name) || seen[file.Name] || file.Size < 0 || file.Size > maxPack {
			return false
		}
		seen[file.Name] = true
		total += file.length()
	}
	return total <= maxPack
}

// lookForManifest finds the manifest in a zip that is not of our form.
func (v *verifier) lookForManifest(ctx context.Context) ([]byte, error) {
	archive := v.openZip()
	if archive == nil {
		return nil, nil
	}
	for _, file := range archive.File {
		if file.Name != manifestName {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return nil, nil
		}
		defer content.Close()
		text, err := io.ReadAll(io.LimitReader(contextReader{ctx, content}, maxManifest+1))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil || len(text) > maxManifest {
			return nil, nil
		}
		return text, nil
	}
	return nil, nil
}

// openZip reads the file as any zip; nil is that it is none.
func (v *verifier) openZip() *zip.Reader {
	archive, err := zip.NewReader(v.in, v.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) || archive == nil || len(archive.File) > 2*maxPackFiles {
		return nil
	}
	return archive
}

// checkContainer compares the file with the one that the manifest says: headers,
// contents, directory, and nothing after it.
func (v *verifier) checkContainer(ctx context.Context) error {
	v.good, v.offsets = make([]bool, len(v.entries)), make([]int64, len(v.entries))
	heads := make([]bool, len(v.entries))
	var at int64
	allGood := true
	for i, entry := range v.entries {
		want := localHeader(entry)
		got, err := v.read(at, int64(len(want)))
		if err != nil {
			return err
		}
		heads[i] = bytes.Equal(got, want)
		v.offsets[i] = at + int64(len(want))
		found, err := describeContent(ctx, io.NewSectionReader(v.in, v.offsets[i], min(entry.Size, max(0, v.size-v.offsets[i]))))
		if err != nil {
			return err
		}
		found.Name = entry.Name
		v.good[i] = found == entry
		allGood = allGood && v.good[i]
		at += entry.length()
	}
	whole, err := v.checkDirectory(at, heads)
	if err != nil {
		return err
	}
	exact := whole && !slices.Contains(heads, false)
	if !exact && (!allGood || v.hasAdded()) {
		// What was written may have moved, or other files lie between: a reader of
		// zips finds it by name.
		if looked, err := v.lookByName(ctx); looked || err != nil {
			return err
		}
	}
	for i, entry := range v.entries {
		if !v.good[i] || !heads[i] {
			v.changed(entry.Name)
		}
	}
	if !whole {
		v.changed(ChangedZip)
	}
	return nil
}

// checkDirectory compares the directory, which begins at a place, line by line;
// a line that differs counts for its file. whole says that directory and end are
// what they should be.
func (v *verifier) checkDirectory(at int64, heads []bool) (whole bool, err error) {
	want := directory(v.entries)
	got, err := v.read(at, int64(len(want)))
	if err != nil {
		return false, err
	}
	if bytes.Equal(got, want) && at+int64(len(want)) == v.size {
		return true, nil
	}
	if len(got) != len(want) {
		return false, nil
	}
	place := 0
	for i, entry := range v.entries {
		n := centralLength + len(entry.Name)
		heads[i] = heads[i] && bytes.Equal(got[place:place+n], want[place:place+n])
		place += n
	}
	return bytes.Equal(got[place:], want[place:]) && at+int64(len(want)) == v.size, nil
}

// lookByName compares contents by name, however the zip is made. looked is false
// when it is none.
func (v *verifier) lookByName(ctx context.Context) (looked bool, err error) {
	archive := v.openZip()
	if archive == nil {
		return false, nil
	}
	v.changed(ChangedZip)
	times := map[string]int{}
	for _, file := range archive.File {
		times[file.Name]++
		i := slices.IndexFunc(v.entries, func(e packEntry) bool { return e.Name == file.Name })
		if i < 0 || times[file.Name] > 1 {
			v.changed(file.Name)
			continue
		}
		if v.good[i], err = sameContent(ctx, file, v.entries[i]); err != nil {
			return true, err
		}
		if !v.good[i] {
			v.changed(file.Name)
		}
		v.offsets[i] = -1
		if at, err := file.DataOffset(); err == nil && file.Method == zip.Store {
			v.offsets[i] = at
		}
	}
	for i, entry := range v.entries {
		if times[entry.Name] == 0 {
			v.good[i] = false
			v.changed(entry.Name)
		}
	}
	return true, nil
}

// hasAdded says whether the zip holds more files than were written into it.
func (v *verifier) hasAdded() bool {
	archive := v.openZip()
	return archive != nil && len(archive.File) > len(v.entries)
}

func sameContent(ctx context.Context, file *zip.File, want packEntry) (bool, error) {
	content, err := file.Open()
	if err != nil {
		return false, nil
	}
	defer content.Close()
	found, err := describeContent(ctx, io.LimitReader(content, want.Size+1))
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	found.Name = want.Name
	return err == nil && found == want, nil
}
