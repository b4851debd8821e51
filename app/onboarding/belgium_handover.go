package onboarding

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"brevdue/app/number"
	"brevdue/app/post"
)

// What a handed-over checklist says of itself.
const (
	handOverFormat  = "brevdue-ebox-checklist"
	handOverVersion = 1
	// MostHandOver bounds the file, in bytes; a real one has a few thousand.
	MostHandOver = 1 << 20
)

// handOver is the file by which a checklist goes to a colleague: no key, no
// token, no pass phrase. Checksum is the SHA-256 of Checklist as it stands in the
// file, blanks left out.
type handOver struct {
	Format    string          `json:"format"`
	Version   int             `json:"version"`
	Checklist json.RawMessage `json:"checklist"`
	Checksum  string          `json:"sha256"`
}

type checklistFile struct {
	ID           string               `json:"id"`
	OwnKey       bool                 `json:"own_key"`
	Enterprise   string               `json:"enterprise"`
	Name         string               `json:"name"`
	SenderNumber string               `json:"sender_number"`
	ClientID     string               `json:"client_id"`
	Environment  post.EBoxEnvironment `json:"environment"`
	Certificate  *certificateFile     `json:"certificate,omitempty"`
	Steps        []stepFile           `json:"steps"`
	Started      time.Time            `json:"started"`
	Changed      time.Time            `json:"changed"`
}

type certificateFile struct {
	Subject    string    `json:"subject"`
	Issuer     string    `json:"issuer"`
	Serial     string    `json:"serial"`
	Enterprise string    `json:"enterprise"`
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	SHA256     string    `json:"sha256"`
	Key        string    `json:"key"`
}

type stepFile struct {
	ID        string             `json:"id"`
	State     post.EBoxStepState `json:"state"`
	Date      *time.Time         `json:"date,omitempty"`
	Note      string             `json:"note,omitempty"`
	Confirmed bool               `json:"confirmed,omitempty"`
}

// EBoxHandOver is a checklist that somebody handed over, beside the one here.
type EBoxHandOver struct {
	There, Here post.EBoxTrajectory
	// Begun says that there is a checklist here at all.
	Begun       bool
	Differences []EBoxDifference
	// Older says that the one here was changed later; Foreign that it is another
	// enterprise's.
	Older, Foreign bool
	// DropsKey says that the private key here belongs to another certificate: taking
	// over removes it from the keyring, where nobody could use it any more.
	DropsKey bool
}

// EBoxDifference is one thing that a handed-over checklist has otherwise. Field
// is state, date, note, enterprise, name, profile, environment, sender_number,
// client_id or certificate; Step is empty for what belongs to no step. Here and
// There are values as they are stored, dates as yyyy-mm-dd.
type EBoxDifference struct{ Step, Field, Here, There string }

// Export gives the checklist as a file for a colleague. It holds what people
// noted, and no secret.
func (e *EBox) Export(ctx context.Context) ([]byte, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return nil, err
	}
	return writeHandOver(t)
}

func writeHandOver(t post.EBoxTrajectory) ([]byte, error) {
	file := checklistFile{ID: t.ID, OwnKey: t.OwnKey, Enterprise: t.Enterprise, Name: t.Name, SenderNumber: t.SenderNumber, ClientID: t.ClientID,
		Environment: t.Environment, Started: t.Started, Changed: t.Changed}
	if c := t.Certificate; c.SHA256 != "" {
		file.Certificate = &certificateFile{c.Subject, c.Issuer, c.Serial, c.Enterprise, c.NotBefore, c.NotAfter, c.SHA256, c.Key}
	}
	for _, step := range t.Steps {
		line := stepFile{ID: step.ID, State: step.State, Note: step.Note, Confirmed: step.Confirmed}
		if !step.Date.IsZero() {
			line.Date = &step.Date
		}
		file.Steps = append(file.Steps, line)
	}
	checklist, err := json.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("write the checklist: %w", err)
	}
	out, err := json.MarshalIndent(handOver{handOverFormat, handOverVersion, checklist, checksum(checklist)}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the checklist: %w", err)
	}
	return append(out, '\n'), nil
}

func checksum(checklist []byte) string {
	sum := sha256.Sum256(checklist)
	return hex.EncodeToString(sum[:])
}

// ReadHandOver reads a colleague's file and says what it has otherwise than the
// checklist here. Nothing is stored. name is the file's, for the fault
// hand_over_broken.
func (e *EBox) ReadHandOver(ctx context.Context, file io.Reader, name string) (EBoxHandOver, error) {
	data, err := io.ReadAll(io.LimitReader(file, MostHandOver+1))
	if err != nil {
		return EBoxHandOver{}, post.NewFault(post.CodeFileUnreadable, err, "file", name)
	}
	there, err := readHandOver(data, e.ports.Now())
	if err != nil {
		return EBoxHandOver{}, post.NewFault(post.CodeHandOver, err, "file", name)
	}
	here, err := e.Trajectory(ctx)
	if err != nil {
		return EBoxHandOver{}, err
	}
	h := EBoxHandOver{There: there, Here: here, Begun: !here.Started.IsZero()}
	if h.Begun {
		h.Differences = differences(here, there)
		h.Older = here.Changed.After(there.Changed)
		h.Foreign = here.Enterprise != "" && here.Enterprise != there.Enterprise
		h.DropsKey = dropsKey(here, there)
	}
	return h, nil
}

// TakeOver makes a handed-over checklist the one here. What is newer here, or
// another enterprise's, is lost only where overwrite says so; else the fault is
// hand_over_older. It is that as well when the checklist here has changed since
// the file was read. A private key that does not fit any more leaves the keyring
// (EBoxHandOver.DropsKey).
func (e *EBox) TakeOver(ctx context.Context, h EBoxHandOver, overwrite bool) (post.EBoxTrajectory, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	here, err := e.Trajectory(ctx)
	if err != nil {
		return here, err
	}
	changed := !here.Changed.Equal(h.Here.Changed)
	if changed || ((h.Older || h.Foreign) && !overwrite) {
		return here, post.NewFault(post.CodeHandOverOlder, nil, "date", here.Changed.Format("02.01.2006"))
	}
	there := EBoxSettle(h.There)
	if err := e.save(ctx, here, there); err != nil {
		return there, err
	}
	if dropsKey(here, there) {
		keep := ""
		if there.OwnKey {
			keep = there.Certificate.SHA256
		}
		if err := e.vault().keepOnly(ctx, keep); err != nil {
			return there, fmt.Errorf("remove the old e-Box key from the keyring: %w", err)
		}
	}
	return there, nil
}

// dropsKey reports whether the key of one checklist is of no use with the other.
func dropsKey(here, there post.EBoxTrajectory) bool {
	return here.OwnKey && here.Certificate.SHA256 != "" && (!there.OwnKey || here.Certificate.SHA256 != there.Certificate.SHA256)
}

// differences compares what people see of two checklists.
func differences(here, there post.EBoxTrajectory) []EBoxDifference {
	var list []EBoxDifference
	add := func(step, field, a, b string) {
		if a != b {
			list = append(list, EBoxDifference{step, field, a, b})
		}
	}
	add("", "enterprise", here.Enterprise, there.Enterprise)
	add("", "name", here.Name, there.Name)
	add("", "profile", profileName(here.OwnKey), profileName(there.OwnKey))
	add("", "environment", string(here.Environment), string(there.Environment))
	add("", "sender_number", here.SenderNumber, there.SenderNumber)
	add("", "client_id", here.ClientID, there.ClientID)
	add("", "certificate", here.Certificate.SHA256, there.Certificate.SHA256)
	for i, step := range here.Steps {
		other := there.Steps[i]
		add(step.ID, "state", string(step.State), string(other.State))
		add(step.ID, "date", isoDay(step.Date), isoDay(other.Date))
		add(step.ID, "note", step.Note, other.Note)
	}
	return list
}

func profileName(ownKey bool) string {
	if ownKey {
		return "b"
	}
	return "a"
}

func isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// Why a file is no checklist. They hold nothing of the file.
var (
	errNoHandOver     = errors.New("not a checklist of this program")
	errHandOverLong   = errors.New("larger than a checklist can be")
	errHandOverNewer  = errors.New("a checklist of a newer program")
	errHandOverBroken = errors.New("the checksum does not fit: the file was changed or damaged")
	errHandOverStep   = errors.New("the steps are not the trajectory's")
	errHandOverValue  = errors.New("a value that cannot be")
)

// readHandOver reads a file as strictly as its checksum allows: what it says must
// be a checklist as this program could have made it.
func readHandOver(data []byte, now time.Time) (post.EBoxTrajectory, error) {
	var none post.EBoxTrajectory
	if len(data) > MostHandOver {
		return none, errHandOverLong
	}
	var file handOver
	if json.Unmarshal(data, &file) != nil || file.Format != handOverFormat {
		return none, errNoHandOver
	}
	if file.Version != handOverVersion {
		return none, fmt.Errorf("%w: version %s", errHandOverNewer, strconv.Itoa(file.Version))
	}
	var compact bytes.Buffer
	if json.Compact(&compact, file.Checklist) != nil || checksum(compact.Bytes()) != strings.ToLower(file.Checksum) {
		return none, errHandOverBroken
	}
	var list checklistFile
	decoder := json.NewDecoder(&compact)
	decoder.DisallowUnknownFields()
	if decoder.Decode(&list) != nil {
		return none, errNoHandOver
	}
	return list.trajectory(now)
}

// trajectory gives the checklist of a file, unless it cannot be one.
func (f checklistFile) trajectory(now time.Time) (post.EBoxTrajectory, error) {
	t := post.EBoxTrajectory{ID: f.ID, OwnKey: f.OwnKey, Environment: f.Environment, Started: f.Started, Changed: f.Changed}
	known := []post.EBoxEnvironment{post.EBoxProduction, post.EBoxAcceptance, post.EBoxSimulation, post.EBoxPractice}
	ahead := now.AddDate(0, 0, 1) // another computer's clock
	if !slices.Contains(known, f.Environment) || len(f.ID) > mostName || f.ID != cleanText(f.ID) || f.Started.After(ahead) || f.Changed.After(ahead) {
		return t, errHandOverValue
	}
	for _, err := range []error{named(&t, EBoxNamed{f.Enterprise, f.Name}), senderNumber(&t, f.SenderNumber), clientID(&t, f.ClientID)} {
		if err != nil {
			return t, errHandOverValue
		}
	}
	if f.Enterprise != t.Enterprise || f.Name != t.Name {
		return t, errHandOverValue
	}
	if c := f.Certificate; c != nil {
		if !number.KBO(c.Enterprise).Valid && c.Enterprise != "" || len(c.Subject+c.Issuer+c.Serial+c.SHA256+c.Key) > 4*mostNote {
			return t, errHandOverValue
		}
		t.Certificate = post.EBoxCertificate{Subject: cleanText(c.Subject), Issuer: cleanText(c.Issuer), Serial: cleanText(c.Serial), Enterprise: c.Enterprise,
			NotBefore: c.NotBefore, NotAfter: c.NotAfter, SHA256: cleanText(c.SHA256), Key: cleanText(c.Key)}
	}
	if len(f.Steps) != len(steps) {
		return t, errHandOverStep
	}
	for i, line := range f.Steps {
		step, err := line.step(ahead)
		if err != nil || line.ID != steps[i].ID {
			return t, errHandOverStep
		}
		t.Steps = append(t.Steps, step)
	}
	// A state that does not follow from the others was not made by this program.
	for i, step := range EBoxSettle(t).Steps {
		if step.State != t.Steps[i].State {
			return t, errHandOverStep
		}
	}
	return EBoxSettle(t), nil
}

func (l stepFile) step(ahead time.Time) (post.EBoxStep, error) {
	step := post.EBoxStep{ID: l.ID, State: l.State, Note: cleanText(l.Note), Confirmed: l.Confirmed}
	if l.Date != nil {
		step.Date = *l.Date
	}
	known := []post.EBoxStepState{post.EBoxBlocked, post.EBoxOpen, post.EBoxWaiting, post.EBoxDone, post.EBoxSkipped}
	if !slices.Contains(known, l.State) || len([]rune(step.Note)) > mostNote || step.Note != l.Note || step.Date.After(ahead) ||
		(!step.Date.IsZero() && step.Date.Year() < firstYear) ||
		(l.State == post.EBoxDone && step.Date.IsZero()) {
		return step, errHandOverValue
	}
	return step, nil
}
