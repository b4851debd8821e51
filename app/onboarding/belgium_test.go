package onboarding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

var belgiumDay = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC) // a Monday

// belgium is a world around an EBox.
type belgium struct {
	t       *testing.T
	now     time.Time
	stored  *post.EBoxTrajectory
	servers post.EBoxAccess
	saveErr error
	audit   []post.Audit
	notices int

	secrets   map[string][]byte
	secretErr map[string]error // by operation and name

	certificate post.EBoxCertificate
	checks      []post.EBoxCheck
	clientCheck []post.EBoxCheck

	token     error
	providers []post.EBoxProvider
	listErr   map[string]error
	tokens    int
}

func newBelgium(t *testing.T) (*belgium, *EBox) {
	w := &belgium{t: t, now: belgiumDay, secrets: map[string][]byte{}, secretErr: map[string]error{}, listErr: map[string]error{}}
	return w, NewEBox(EBoxPorts{Store: w, Secrets: w, Checker: w, Reach: w, Environment: post.EBoxPractice,
		Notify: func(post.Notice) { w.notices++ }, Now: func() time.Time { return w.now },
		Paper: func(_ context.Context, sheet EBoxSheet) ([]byte, error) {
			return []byte(fmt.Sprintf("%s %+v", sheet.Page(1, 2), sheet)), nil
		}})
}

func (w *belgium) EBoxTrajectory(context.Context) (post.EBoxTrajectory, bool, error) {
	if w.stored == nil {
		return post.EBoxTrajectory{}, false, nil
	}
	return *w.stored, true, nil
}
func (w *belgium) SaveEBoxTrajectory(_ context.Context, t post.EBoxTrajectory) error {
	if w.saveErr != nil {
		return w.saveErr
	}
	t.Steps = append([]post.EBoxStep(nil), t.Steps...)
	w.stored = &t
	return nil
}
func (w *belgium) EBoxServers(context.Context) (post.EBoxAccess, error) { return w.servers, nil }
func (w *belgium) SaveEBoxServers(_ context.Context, a post.EBoxAccess) error {
	w.servers = a
	return nil
}
func (w *belgium) ForgetEBox(context.Context) error { w.stored = nil; return nil }
func (w *belgium) AddAudit(_ context.Context, line post.Audit) error {
	w.audit = append(w.audit, line)
	return nil
}
func (w *belgium) Set(_ context.Context, name string, value []byte) error {
	if err := w.secretErr["set "+name]; err != nil {
		return err
	}
	w.secrets[name] = value
	return nil
}
func (w *belgium) Get(_ context.Context, name string) ([]byte, bool, error) {
	value, found := w.secrets[name]
	return value, found, w.secretErr["get "+name]
}
func (w *belgium) Delete(_ context.Context, name string) error {
	if err := w.secretErr["delete "+name]; err != nil {
		return err
	}
	delete(w.secrets, name)
	return nil
}
func (w *belgium) CheckEBoxCertificate(file, key []byte, _, _ string, _ post.EBoxEnvironment, _ time.Time) (post.EBoxCertificate, []post.EBoxCheck, error) {
	c := w.certificate
	c.SHA256 = "AA:" + string(file)
	return c, append([]post.EBoxCheck(nil), w.checks...), nil
}
func (w *belgium) CheckClientID(string, string) []post.EBoxCheck { return w.clientCheck }
func (w *belgium) Token(context.Context, bool) (post.EBoxToken, error) {
	w.tokens++
	return post.EBoxToken{Expires: w.now.Add(time.Hour)}, w.token
}
func (w *belgium) Providers(context.Context) ([]post.EBoxProvider, error, error) {
	return w.providers, nil, nil
}
func (w *belgium) Messages(_ context.Context, p post.EBoxProvider, _ post.EBoxQuery, visit func(post.EBoxMessage, int) error) error {
	if err := w.listErr[p.ID]; err != nil {
		return err
	}
	return visit(post.EBoxMessage{ID: "m"}, 7)
}

// do takes an event that must be taken.
func (w *belgium) do(e *EBox, events ...EBoxEvent) post.EBoxTrajectory {
	w.t.Helper()
	var after post.EBoxTrajectory
	for _, event := range events {
		var err error
		if after, err = e.Do(w.t.Context(), event); err != nil {
			w.t.Fatalf("%#v: %v", event, err)
		}
	}
	return after
}

// refuse takes an event that must be refused, and leave everything as it was.
func (w *belgium) refuse(e *EBox, code post.Code, event EBoxEvent) {
	w.t.Helper()
	before := fmt.Sprint(w.stored)
	if _, err := e.Do(w.t.Context(), event); post.CodeOf(err) != code {
		w.t.Fatalf("%#v: %v, want %s", event, err, code)
	}
	if fmt.Sprint(w.stored) != before {
		w.t.Fatalf("%#v changed what is stored", event)
	}
}

// states writes the states of S0 to S10 in short.
func states(t post.EBoxTrajectory) string {
	var out strings.Builder
	for _, step := range EBoxSettle(t).Steps {
		out.WriteString(map[post.EBoxStepState]string{post.EBoxBlocked: "-", post.EBoxOpen: "o", post.EBoxWaiting: "w", post.EBoxDone: "D", post.EBoxSkipped: "s"}[step.State])
	}
	return out.String()
}

func wantStates(t *testing.T, got post.EBoxTrajectory, want string) {
	t.Helper()
	if s := states(got); s != want {
		t.Fatalf("steps S0 to S10 are %s, want %s", s, want)
	}
}

// TestProfileA is the guide's path over weeks, with Team DigiPost's key.
func TestProfileA(t *testing.T) {
	w, e := newBelgium(t)
	ctx := t.Context()
	first, err := e.Trajectory(ctx)
	if err != nil || !first.Started.IsZero() || first.Environment != post.EBoxPractice || w.stored != nil {
		t.Fatalf("%+v, %v", first, err)
	}
	wantStates(t, first, "oo-o-------")
	w.do(e, EBoxNamed{"BE 566.988.259", "  Gemeente\tVoorbeeld "})
	if w.stored.Enterprise != "0566988259" || w.stored.Name != "Gemeente Voorbeeld" || w.stored.ID == "" {
		t.Fatalf("%+v", w.stored)
	}
	w.refuse(e, post.CodeEnterpriseInvalid, EBoxNamed{Enterprise: "0123456789"})
	w.refuse(e, post.CodeStepBlocked, EBoxMarked{Step: StepTerms, Confirmed: true})
	w.refuse(e, post.CodeStepBlocked, EBoxSkip{Step: StepClientID})
	w.do(e, EBoxMarked{Step: StepRequest})
	w.refuse(e, post.CodeStepNeeded, EBoxSkip{Step: StepCert})
}

func TestBelgiumStory(t *testing.T) {
	w, e := newBelgium(t)
	ctx := t.Context()
	wantStates(t, w.do(e, EBoxMarked{Step: StepRequest, Date: belgiumDay.AddDate(0, 0, -3), Note: "via Facilipunt"}), "oDwo-------")
	if since := stepOf(w.stored, StepCert).Date; !since.Equal(belgiumDay.AddDate(0, 0, -3)) {
		t.Errorf("waits since %v, and not since it was asked for", since)
	}
	// A week later: the certificate is waited for long enough.
	w.now = belgiumDay.AddDate(0, 0, 7)
	if r := EBoxReminders(*w.stored, w.now); len(r) != 1 || r[0].Step != StepCert || !r[0].Due {
		t.Fatalf("%+v", r)
	}
	w.do(e, EBoxPutOff{StepCert})
	if r := EBoxReminders(*w.stored, w.now); len(r) != 1 || r[0].Due {
		t.Fatalf("%+v", r)
	}
	// Team DigiPost's certificate: facts only, and one with a key is refused.
	w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true}
	if look, err := e.TakeCertificate(ctx, []byte("c"), nil, ""); post.CodeOf(err) != post.CodeCertificateBad || look.Taken || w.stored.Certificate.SHA256 != "" {
		t.Fatalf("%+v, %v", look, err)
	}
	w.certificate = post.EBoxCertificate{Subject: "CN=x"}
	if look, err := e.TakeCertificate(ctx, []byte("c"), nil, ""); err != nil || !look.Taken {
		t.Fatalf("%+v, %v", look, err)
	}
	if len(w.secrets) != 0 {
		t.Fatalf("the keyring holds %v", w.secrets)
	}
	w.do(e, EBoxMarked{Step: StepCert})
	// The legal representative was asked; meanwhile the manager is there already.
	wantStates(t, w.do(e, EBoxAsked{Step: StepActivate, Note: "mail aan de WV"}, EBoxSkip{Step: StepManager, Reason: "er is een HTB"}), "sDDw-o-----")
	w.now = w.now.AddDate(0, 0, 1)
	w.do(e, EBoxMarked{Step: StepActivate})
	w.refuse(e, post.CodeStepConfirm, EBoxMarked{Step: StepTerms})
	w.refuse(e, post.CodeDateAhead, EBoxMarked{Step: StepTerms, Confirmed: true, Date: w.now.AddDate(0, 0, 1)})
	w.refuse(e, post.CodeDateInvalid, EBoxMarked{Step: StepTerms, Confirmed: true, Date: time.Date(206, 1, 1, 0, 0, 0, 0, time.UTC)})
	wantStates(t, w.do(e, EBoxMarked{Step: StepTerms, Confirmed: true, Date: w.now}), "sDDDDo-----")
	w.do(e, EBoxSenderNumber{"1000 001"}, EBoxMarked{Step: StepSender}, EBoxMarked{Step: StepAccount})
	w.refuse(e, post.CodeNumberInvalid, EBoxSenderNumber{"10x"})
	w.clientCheck = []post.EBoxCheck{{Code: "client_id_placeholder", Verdict: post.EBoxBlocks}}
	if _, err := e.SetClientID(ctx, "your_client_id"); post.CodeOf(err) != post.CodeClientIDInvalid || w.stored.ClientID != "" {
		t.Fatal(err)
	}
	w.clientCheck = []post.EBoxCheck{{Code: "client_id", Verdict: post.EBoxGood}}
	if checks, err := e.SetClientID(ctx, " self_service_chaman_1000001_abcdefghij\n"); err != nil || len(checks) != 1 || w.stored.ClientID != "self_service_chaman_1000001_abcdefghij" {
		t.Fatal(checks, err)
	}
	wantStates(t, w.do(e, EBoxMarked{Step: StepClientID}), "sDDDDDDDw--")
	if _, err := e.Prove(ctx); post.CodeOf(err) != post.CodeNoEBox || w.tokens != 0 {
		t.Fatal(err)
	}
	// Another person goes on, weeks later.
	w.now = w.now.AddDate(0, 0, 30)
	late := w.do(e, EBoxMarked{Step: StepToken}, EBoxMarked{Step: StepConnected}, EBoxMarked{Step: StepDelivered})
	wantStates(t, late, "sDDDDDDDDDD")
	if done, all := EBoxProgress(late); done != 11 || all != 11 {
		t.Error(done, all)
	}
	if _, found := EBoxNext(late); found || len(EBoxReminders(late, w.now)) != 0 {
		t.Error("something is left")
	}
	// A new certificate must go to ChaMan again, and to Team DigiPost.
	if got := EBoxFallsBack(late, StepAccount); strings.Join(got, " ") != "S7 S8 S9 S10" {
		t.Errorf("falls back: %v", got)
	}
	if _, err := e.TakeCertificate(ctx, []byte("d"), nil, ""); err != nil {
		t.Fatal(err)
	}
	wantStates(t, *w.stored, "sDDDDDo----")
	for _, line := range w.audit {
		if strings.Contains(fmt.Sprint(line), "WV") {
			t.Errorf("a note in the audit: %v", line)
		}
	}
}

// TestProfileB is the path with an own key, proved by the program.
func TestProfileB(t *testing.T) {
	w, e := newBelgium(t)
	ctx := t.Context()
	wantStates(t, w.do(e, EBoxProfile{OwnKey: true}), "osoo---s---")
	if _, err := e.Key(ctx); post.CodeOf(err) != post.CodeEBoxKey {
		t.Fatal(err)
	}
	if _, err := e.TakeCertificate(ctx, []byte("c"), nil, ""); post.CodeOf(err) != post.CodeEBoxKey {
		t.Fatal(err)
	}
	if _, err := e.TakeCertificate(ctx, []byte("c"), []byte("other"), ""); post.CodeOf(err) != post.CodeEBoxKeyOther || len(w.secrets) != 0 {
		t.Fatal(err)
	}
	w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true}
	w.checks = []post.EBoxCheck{{Code: checkHasKey, Verdict: post.EBoxBlocks}} // a warning here, where the key belongs
	look, err := e.TakeCertificate(ctx, []byte("c"), []byte("secret key"), "pass")
	if err != nil || !look.Taken || look.Checks[0].Verdict != post.EBoxWarns {
		t.Fatal(look, err)
	}
	wantStates(t, *w.stored, "osDo---s---")
	key, err := e.Key(ctx)
	if err != nil || string(key.Key) != "secret key" || key.Password != "pass" || strings.Contains(fmt.Sprintf("%v %+v %#v", key, key, key), "pass") {
		t.Fatal(err, key)
	}
	w.do(e, EBoxSkip{Step: StepManager}, EBoxMarked{Step: StepActivate})
	w.refuse(e, post.CodeStepBlocked, EBoxMarked{Step: StepToken})
	if _, err := e.Prove(ctx); post.CodeOf(err) != post.CodeClientIDInvalid {
		t.Fatal(err)
	}
	w.do(e, EBoxClientID{"id"})
	w.token = post.NewFault(post.CodeClientRefused, nil)
	if _, err := e.Prove(ctx); post.CodeOf(err) != post.CodeClientRefused {
		t.Fatal(err)
	}
	wantStates(t, *w.stored, "ssDDoo-s---")
	// The token comes, and no provider answers: what was seen is kept.
	w.token, w.providers = nil, []post.EBoxProvider{{ID: "a", Active: true}, {ID: "b", Active: true}, {ID: "off"}}
	w.listErr = map[string]error{"a": post.NewFault(post.CodeTimeout, nil), "b": post.NewFault(post.CodeScopeMissing, nil)}
	if _, err := e.Prove(ctx); post.CodeOf(err) != post.CodeTimeout {
		t.Fatal(err)
	}
	wantStates(t, *w.stored, "ssDDDDDsDo-")
	w.refuse(e, post.CodeStepProved, EBoxMarked{Step: StepConnected})
	delete(w.listErr, "b")
	proved, err := e.Prove(ctx)
	if err != nil || proved.Messages != 7 || post.CodeOf(proved.Silent["a"]) != post.CodeTimeout {
		t.Fatal(proved, err)
	}
	wantStates(t, *w.stored, "ssDDDDDsDDD")
	access, err := e.Access(ctx)
	if err != nil || access.ClientID != "id" || access.Environment != post.EBoxPractice {
		t.Fatal(access, err)
	}
	if err := e.SetServers(ctx, post.EBoxAccess{ClientID: "no", Environment: "no", TokenURL: "t"}); err != nil || w.servers.ClientID != "" {
		t.Fatal(err)
	}
	// Handed back to Team DigiPost: the certificate is another's then.
	wantStates(t, w.do(e, EBoxProfile{OwnKey: false}), "so-DDD-----")
	if len(w.secrets) != 0 {
		t.Errorf("the own key stays in the keyring")
	}
	if _, err := e.Key(ctx); post.CodeOf(err) != post.CodeNoEBox {
		t.Fatal(err)
	}
	if err := e.Forget(ctx); err != nil || len(w.secrets) != 0 || w.stored != nil {
		t.Fatal(err, w.secrets)
	}
}

// TestKeyThatIsReplaced: whichever step fails, a whole key is there, and the one
// that the database means.
func TestKeyThatIsReplaced(t *testing.T) {
	broken := errors.New("keyring")
	for name, c := range map[string]struct {
		spoil func(w *belgium)
		want  string
	}{
		"nothing":          {func(*belgium) {}, "new"},
		"cannot be laid":   {func(w *belgium) { w.secretErr["set "+secretEBoxNew] = broken }, "old"},
		"database":         {func(w *belgium) { w.saveErr = broken }, "old"},
		"cannot be moved":  {func(w *belgium) { w.secretErr["set "+secretEBox] = broken }, "new"},
		"cannot be tidied": {func(w *belgium) { w.secretErr["delete "+secretEBoxNew] = broken }, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			w, e := newBelgium(t)
			w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true}
			w.do(e, EBoxProfile{OwnKey: true})
			if _, err := e.TakeCertificate(t.Context(), []byte("old"), nil, ""); err != nil {
				t.Fatal(err)
			}
			c.spoil(w)
			look, err := e.TakeCertificate(t.Context(), []byte("new"), nil, "")
			if (err == nil) != (c.want == "new") || look.Taken != (c.want == "new") {
				t.Errorf("taken %v, %v", look.Taken, err)
			}
			for range 2 {
				key, err := e.Key(t.Context())
				if err != nil || string(key.File) != c.want {
					t.Fatalf("%q, %v", key.File, err)
				}
				w.secretErr, w.saveErr = map[string]error{}, nil
			}
		})
	}
}

func TestReopen(t *testing.T) {
	w, e := newBelgium(t)
	w.do(e, EBoxSkip{Step: StepManager}, EBoxMarked{Step: StepActivate, Note: "nota"}, EBoxMarked{Step: StepTerms, Confirmed: true})
	wantStates(t, w.do(e, EBoxReopen{StepActivate}), "so-o-o-----")
	if step := stepOf(w.stored, StepActivate); step.Note != "nota" || !step.Date.IsZero() {
		t.Errorf("%+v", step)
	}
	if stepOf(w.stored, StepTerms).Confirmed {
		t.Error("still confirmed")
	}
	w.refuse(e, post.CodeStepUnknown, EBoxReopen{"S11"})
	w.refuse(e, post.CodeNoteTooLong, EBoxNote{StepActivate, strings.Repeat("é", mostNote+1)})
	w.refuse(e, post.CodeStepUnknown, EBoxNote{"", "x"})
	w.do(e, EBoxNote{StepActivate, "a\r\nb\x00\x1b[31m\xff"})
	if note := stepOf(w.stored, StepActivate).Note; note != "a\nb[31m" {
		t.Errorf("%q", note)
	}
}

// TestBelgianDays holds the holidays against known ones.
func TestBelgianDays(t *testing.T) {
	for _, day := range []string{"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-07-21", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25",
		"2025-04-21", "2025-05-29", "2025-06-09", "2024-04-01", "2038-04-26"} {
		at, _ := time.Parse(time.DateOnly, day)
		if !belgianHoliday(at) {
			t.Errorf("%s is a holiday", day)
		}
		if before := at.AddDate(0, 0, -2); belgianHoliday(before) {
			t.Errorf("%s is none", before)
		}
	}
	// Tuesday the 10th: the 11th is a holiday, then Thursday and Friday, Monday.
	from := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	if got := afterBelgianDays(from, 3); got.Day() != 16 || got.Hour() != 9 {
		t.Errorf("got %v", got)
	}
}

// TestStepsHold: the table is one that settling in its order works for.
func TestStepsHold(t *testing.T) {
	for _, own := range []bool{false, true} {
		all := EBoxSteps(own)
		if len(all) != 11 {
			t.Fatal(len(all))
		}
		for i, info := range all {
			if info.ID != fmt.Sprint("S", i) || len(info.Who) == 0 || info.Words == "" {
				t.Errorf("%+v", info)
			}
			for _, need := range info.Needs {
				if stepOf(&post.EBoxTrajectory{Steps: EBoxSettle(post.EBoxTrajectory{}).Steps[:i]}, need) == nil {
					t.Errorf("%s needs %s, which does not come before it", info.ID, need)
				}
			}
		}
	}
	EBoxSteps(false)[6].Needs[0] = "spoilt"
	if EBoxSteps(false)[6].Needs[0] == "spoilt" {
		t.Error("the table can be changed from outside")
	}
}

// TestTakenOverKey: with a colleague's checklist a private key leaves the keyring
// when nobody could use it any more, and only then.
func TestTakenOverKey(t *testing.T) {
	for name, c := range map[string]struct {
		change func(there *post.EBoxTrajectory)
		drops  bool
	}{
		"the same certificate": {func(*post.EBoxTrajectory) {}, false},
		"another certificate":  {func(there *post.EBoxTrajectory) { there.Certificate.SHA256 = "other" }, true},
		"none":                 {func(there *post.EBoxTrajectory) { there.Certificate = post.EBoxCertificate{} }, true},
		"Team DigiPost's":      {func(there *post.EBoxTrajectory) { there.OwnKey = false }, true},
	} {
		w, e := newBelgium(t)
		w.certificate = post.EBoxCertificate{HasPrivateKey: true, KeyMatches: true}
		w.do(e, EBoxProfile{OwnKey: true})
		if _, err := e.TakeCertificate(t.Context(), []byte("c"), nil, ""); err != nil {
			t.Fatal(err)
		}
		there := *w.stored
		c.change(&there)
		file, err := writeHandOver(EBoxSettle(there))
		if err != nil {
			t.Fatal(err)
		}
		h, err := e.ReadHandOver(t.Context(), bytes.NewReader(file), "f")
		if err != nil || h.DropsKey != c.drops {
			t.Fatalf("%s: %v, %v", name, h.DropsKey, err)
		}
		if _, err := e.TakeOver(t.Context(), h, true); err != nil || len(w.secrets) == 0 != c.drops {
			t.Errorf("%s: %v, %d in the keyring", name, err, len(w.secrets))
		}
	}
}
