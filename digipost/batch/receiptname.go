package batch

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// RemoteFile is a receipt that lies at Digipost. Kind, Name and Size are enough
// to fetch or remove it.
type RemoteFile struct {
	Kind Kind
	Name string
	// Receipt is Received or Outcome.
	Receipt string
	// Size is in bytes, as listed.
	Size int64
	// Modified is the server's time of the file.
	Modified time.Time
	// Stamp is the time in the name, read as if it were UTC because the name
	// tells no zone; zero when there is none. It serves to order receipts.
	Stamp time.Time
}

// The two sorts of receipts, named by the words in their names.
const (
	Received = "mottatt"
	Outcome  = "resultat"
)

// stampForm is the time in a receipt's name: yyyyMMdd-HHmmssSSS.
var stampForm = regexp.MustCompile(`(?:^|[^0-9])([0-9]{8})-([0-9]{6})([0-9]{3})(?:[^0-9]|$)`)

// receiptName judges a name in a receipt folder. Digipost's are
// STEM.resultat.20111201-145344585.zip; only the stem at the beginning, one of
// the words behind it and .zip at the end are relied on, and letter case is not.
// Whether a receipt is really of the job is told by the jobb-id inside.
func receiptName(name, stem string) (receipt string, stamp time.Time, ok bool) {
	lower, stem := strings.ToLower(name), strings.ToLower(stem)
	rest, begins := strings.CutPrefix(lower, stem)
	rest, ends := strings.CutSuffix(rest, ".zip")
	if stem == "" || !begins || !ends || !plainName(name) || !stemEnds(rest) {
		return "", time.Time{}, false
	}
	received, outcome := strings.Index(rest, Received), strings.Index(rest, Outcome)
	switch {
	case outcome >= 0 && (received < 0 || outcome < received):
		receipt = Outcome
	case received >= 0:
		receipt = Received
	default:
		return "", time.Time{}, false
	}
	if parts := stampForm.FindStringSubmatch(rest); parts != nil {
		// An impossible time, as 99999999-999999999, is none.
		stamp, _ = time.Parse("20060102150405.000", parts[1]+parts[2]+"."+parts[3])
	}
	return receipt, stamp, true
}

// stemEnds reports whether what follows the stem belongs to the receipt. Otherwise
// it is a longer stem: job-10.resultat is no receipt of job-1. A dot can't be in a
// stem; without one only the words may follow.
func stemEnds(rest string) bool {
	bare := strings.TrimLeft(rest, "-_")
	return strings.HasPrefix(rest, ".") || strings.HasPrefix(bare, Received) || strings.HasPrefix(bare, Outcome)
}

// plainName reports whether a name is only a name and no path.
func plainName(name string) bool {
	return name != "" && name[0] != '.' && !strings.ContainsAny(name, `/\`) && !strings.ContainsFunc(name, unicode.IsControl)
}

// sortReceipts puts the oldest first: by the time in the name, where a file
// without one is placed by its own time.
func sortReceipts(files []RemoteFile) {
	at := func(f RemoteFile) time.Time {
		if f.Stamp.IsZero() {
			return f.Modified
		}
		return f.Stamp
	}
	slices.SortFunc(files, func(a, b RemoteFile) int {
		return cmp.Or(at(a).Compare(at(b)), a.Modified.Compare(b.Modified), strings.Compare(a.Name, b.Name))
	})
}
