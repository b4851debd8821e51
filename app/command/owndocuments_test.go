package command

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// TestMailOwnDocuments: each gets the own document; who has none is told and
// left out, and so are files that nobody gets.
func TestMailOwnDocuments(t *testing.T) {
	r := newRig(t)
	r.stories.people = flow.People{To: []job.Addressee{{CustomerID: "1", Row: 2, Name: "Kari"}, {CustomerID: "2", Row: 3, Name: "Ola"}, {CustomerID: "3", Row: 4, Name: "Per"}},
		LeftOut: map[post.Reason]int{}, WithDigipost: 3}
	kari, ola, per := flow.Whose{Place: 0, Row: 2, Name: "Kari"}, flow.Whose{Place: 1, Row: 3, Name: "Ola"}, flow.Whose{Place: 2, Row: 4, Name: "Per"}
	r.stories.own = flow.OwnDocuments{Files: map[int]job.File{0: {Name: "a.pdf"}}, Missing: []flow.Whose{ola}, Extra: []string{"x.pdf"},
		Ambiguous: []flow.Fitting{{People: []flow.Whose{kari}, Files: []string{"a.pdf", "b.pdf"}}}, Shared: []flow.Fitting{{People: []flow.Whose{kari, per}, Files: []string{"a.pdf"}}},
		Refused: []flow.RefusedFile{{People: []flow.Whose{per}, File: "../c.pdf", Fault: post.NewFault(post.CodeFileUnreadable, nil, "file", "c.pdf")}}}
	r.jobs.outcome = deliverAll
	list, dir := oneFile(t, "kunder.csv", listCSV), t.TempDir()
	out, err := r.want(exitAttention, "mail", "-json", "-yes", "-list", list, "-documents", dir, "-match", "column:Navn", "-subject", "Faktura")
	var result struct {
		Documents struct {
			Folder                     string
			Matched                    int
			Missing                    []struct{ Row int }
			Extra                      []string
			Ambiguous, Shared, Refused []any
		}
	}
	if json.Unmarshal([]byte(out), &result) != nil || result.Documents.Matched != 1 || len(result.Documents.Missing) != 1 || result.Documents.Missing[0].Row != 3 ||
		len(result.Documents.Extra) != 1 || len(result.Documents.Ambiguous) != 1 || len(result.Documents.Shared) != 1 || len(result.Documents.Refused) != 1 || result.Documents.Folder != dir {
		t.Errorf("%s", out)
	}
	for _, want := range []string{"Én mangler dokument", "Rad 3 Ola", "x.pdf", "Én fil kan ikke brukes"} {
		if !strings.Contains(err, want) {
			t.Errorf("%q is not told: %s", want, err)
		}
	}
	to := r.jobs.wish.To
	if len(to) != 3 || len(to[0].Files) != 1 || to[1].LeftOut != post.ReasonBadFile || to[2].LeftOut != post.ReasonBadFile || len(r.jobs.wish.Files) != 0 {
		t.Errorf("%+v", to)
	}
	if r.stories.rule.By != document.ByColumn || r.stories.dir != dir || r.stories.listed.Mapping[post.FieldDocument] != "Navn" || r.stories.listed.Mapping[post.FieldFullName] != "Navn" {
		t.Errorf("%+v %v", r.stories.rule, r.stories.listed.Mapping)
	}
	r.want(exitAttention, "mail", "-yes", "-group", "Kor", "-documents", dir, "-match", "file", "-subject", "Faktura")
	if r.stories.rule.By != document.ByFileName {
		t.Errorf("%+v", r.stories.rule)
	}
	r.stories.ownErr = post.NewFault(post.CodeFileMissing, nil, "file", "borte")
	r.want(exitRefused, "mail", "-yes", "-group", "Kor", "-documents", filepath.Join(dir, "borte"), "-match", "file", "-subject", "Faktura")
}

// TestMailShield: a document that holds somebody else's birth number does not go
// before a person has looked; several who get the same may stand in it together.
func TestMailShield(t *testing.T) {
	r := newRig(t)
	people := func() flow.People {
		return flow.People{To: []job.Addressee{{Row: 2, Name: "Kari"}, {Row: 3, Name: "Ola"}}, LeftOut: map[post.Reason]int{}, WithDigipost: 2,
			Keys: []flow.DocumentKey{{BirthNumber: kari}, {}}}
	}
	args := []string{"mail", "-yes", "-group", "Kor", "-documents", t.TempDir(), "-match", "file", "-subject", "Faktura"}
	run := func(exit int, more ...string) string {
		r.stories.people = people()
		r.stories.own = flow.OwnDocuments{Files: map[int]job.File{0: {Name: "a.pdf", Key: "/d/a.pdf"}, 1: {Name: "b.pdf", Key: "/d/b.pdf"}}}
		r.jobs.outcome = deliverAll
		_, err := r.want(exit, append(args, more...)...)
		return err
	}
	run(exitDone)
	if len(r.shielded) != 2 || r.shielded[0] != "a.pdf "+kari {
		t.Errorf("%v", r.shielded)
	}
	r.foreign = []document.Foreign{{Page: 2, Masked: "010190 *****"}}
	if err := run(exitAttention); !strings.Contains(err, "010190 *****") || r.jobs.wish.To[0].LeftOut != post.ReasonBadFile {
		t.Errorf("%s %+v", err, r.jobs.wish.To)
	}
	if run(exitDone, "-foreign-number-ok"); len(r.jobs.wish.To[0].Files) != 1 {
		t.Errorf("%+v", r.jobs.wish.To)
	}
	r.foreign, r.shieldErr = nil, document.ErrTextUnread
	if err := run(exitDone); !strings.Contains(err, "2 dokumenter kan ikke leses") {
		t.Error(err)
	}
	r.shieldErr = post.NewFault(post.CodeTimeout, nil)
	run(exitUnreachable)
}

// TestMailShieldForAll: a document that goes to everybody and holds a birth number
// goes to nobody before a person has looked; that is kept. Who is the only one may
// have their own in it.
func TestMailShieldForAll(t *testing.T) {
	r := newRig(t)
	args := []string{"mail", "-yes", "-group", "Kor", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", "Hei"}
	run := func(exit int, people int, more ...string) string {
		r.stories.people = flow.People{LeftOut: map[post.Reason]int{post.ReasonNotAUser: 1}, To: []job.Addressee{{Row: 2, Name: "Borte", LeftOut: post.ReasonNotAUser},
			{Row: 3, Name: "Kari"}, {Row: 4, Name: "Ola"}}[:1+people], Keys: []flow.DocumentKey{{}, {BirthNumber: kari}, {}}[:1+people], WithDigipost: people}
		r.jobs.outcome, r.shielded = deliverAll, nil
		_, err := r.want(exit, append(args, more...)...)
		return err
	}
	run(exitAttention, 2)
	if len(r.shielded) != 1 || r.shielded[0] != "brev.pdf " {
		t.Errorf("%v", r.shielded)
	}
	if run(exitAttention, 1); len(r.shielded) != 1 || r.shielded[0] != "brev.pdf "+kari {
		t.Errorf("%v", r.shielded)
	}
	r.foreign = []document.Foreign{{Page: 2, Masked: "010190 *****"}}
	jobs := len(r.jobs.order)
	for _, more := range [][]string{nil, {"-dry-run"}} {
		if told := run(exitRefused, 2, more...); len(r.jobs.order) != jobs || !strings.Contains(told, "010190 *****") {
			t.Errorf("%d jobs: %s", len(r.jobs.order)-jobs, told)
		}
	}
	run(exitAttention, 2, "-foreign-number-ok")
	if len(r.jobs.order) != jobs+1 || len(r.allowed) != 1 {
		t.Errorf("%d jobs, kept %v", len(r.jobs.order)-jobs, r.allowed)
	}
}

// TestMailDocumentFlags: what does not go together, and what comes later, is said
// before anything is read.
func TestMailDocumentFlags(t *testing.T) {
	r := newRig(t)
	list, pdf, dir := oneFile(t, "kunder.csv", listCSV), oneFile(t, "brev.pdf", "%PDF"), t.TempDir()
	for name, args := range map[string][]string{
		"-documents krever -match":         {"-list", list, "-documents", dir},
		"-match krever -documents":         {"-list", list, "-document", pdf, "-match", "file"},
		"enten -document eller -documents": {"-list", list, "-document", pdf, "-documents", dir, "-match", "file"},
		"Flagget -document mangler":        {"-list", list},
		"-match krever -list":              {"-group", "Kor", "-documents", dir, "-match", "column:Fil"},
		"skal være column:NAVN":            {"-list", list, "-documents", dir, "-match", "kolonne"},
		"i teksten kommer i en senere":     {"-list", list, "-documents", dir, "-match", "text"},
		"-cut kommer i en senere":          {"-list", list, "-cut", pdf},
		"-template kommer i en senere":     {"-list", list, "-template", pdf},
		"skal være et tall fra 1 til 10":   {"-list", list, "-document", pdf, "-trial", "11"},
		"-trial-to krever -trial":          {"-list", list, "-document", pdf, "-trial-to", "digipost:a#1"},
		"-trial og -detach":                {"-list", list, "-document", pdf, "-trial", "1", "-detach"},
	} {
		if _, err := r.want(exitUsage, append([]string{"mail", "-yes", "-subject", "Hei"}, args...)...); !strings.Contains(err, name) {
			t.Errorf("%s: %s", name, err)
		}
	}
}

// TestMailTrial: letters to oneself go first, by a yes of their own; only when
// they arrived the mailing is asked about.
func TestMailTrial(t *testing.T) {
	r := newRig(t)
	r.stories.people, r.jobs.outcome = twoPeople(), deliverAll
	pdf := oneFile(t, "brev.pdf", "%PDF")
	args := []string{"mail", "-group", "Kor", "-document", pdf, "-subject", "Faktura", "-trial", "1"}
	if _, err := r.want(exitUsage, append(args, "-yes")...); !strings.Contains(err, "-trial-to") {
		t.Error(err)
	}
	to := append(args, "-trial-to", "digipost:meg#12AB")
	r.terminal, r.stdin = true, "nei\n"
	r.want(exitStopped, to...)
	if len(r.jobs.jobs) != 0 || r.trialTo != "digipost:meg#12AB" {
		t.Errorf("%v %s", r.jobs.order, r.trialTo)
	}
	r.stdin = "ja\nnei\n"
	_, err := r.want(exitStopped, args...) // to whom it went last
	if len(r.jobs.jobs) != 1 || r.jobs.jobs["trial1"] == nil || !strings.Contains(err, "ekte brev") || r.jobs.approved != 0 {
		t.Errorf("%v %s", r.jobs.order, err)
	}
	r.stdin = "ja\nja\n"
	out, _ := r.want(exitAttention, append(args, "-json")...)
	var result struct {
		Job    string
		Trials []struct {
			Job, Status string
			Row         int
			CustomerID  string `json:"customer_id"`
		}
	}
	if json.Unmarshal([]byte(out), &result) != nil || len(result.Trials) != 1 || result.Trials[0].Status != "delivered" || result.Trials[0].CustomerID != "1" ||
		result.Job == "" || r.jobs.jobs["trial1"].TrialOf != result.Job {
		t.Error(out)
	}
	// One that does not arrive: nobody else gets a letter.
	r.jobs.outcome = func(j *post.Job, items []post.Item) {
		j.State = post.JobDone
		items[0].Status, items[0].Reason = post.ItemNotDelivered, post.ReasonNotAUser
	}
	before := len(r.jobs.order)
	out, err = r.want(exitStopped, append(args, "-json", "-yes")...)
	if len(r.jobs.order) != before+1 || !strings.Contains(out, `"state": "draft"`) || !strings.Contains(err, "kom ikke fram") {
		t.Errorf("%v %s %s", r.jobs.order, out, err)
	}
	// A personal number is not kept.
	r.trialTo = ""
	r.jobs.outcome = deliverAll
	if _, err := r.want(exitAttention, append(args, "-yes", "-trial-to", "fnr:"+kari)...); r.trialTo != "" {
		t.Error(err)
	}
}

// TestUndecidedBatch: a batch of which Digipost counts other letters waits for a
// person, who completes it or stops it; nothing is withdrawn behind them.
func TestUndecidedBatch(t *testing.T) {
	r := newRig(t)
	held := post.Job{ID: "b1", Kind: post.KindMailing, Via: post.ViaREST, State: post.JobSending, RESTBatch: "u", BatchStep: post.BatchOpen,
		Trouble: post.CodeBatchCounts, TroubleFields: map[string]string{"expected": "2", "digipost": "3", "print": "0"}, TroubleSince: day, ApprovedAt: day}
	r.jobs.add(held, []post.Item{{Seq: 1, Status: post.ItemReceived}, {Seq: 2, Status: post.ItemReceived}})
	if hasLeft(*r.jobs.jobs["b1"]) {
		t.Error("what waits in an open batch can be called back")
	}
	out, err := r.want(exitUnsure, "resume", "-json", "b1")
	if !strings.Contains(err, "resume b1 -complete") || !strings.Contains(out, `"waits_at": "digipost"`) || len(r.jobs.completed) != 0 {
		t.Errorf("%s %s", out, err)
	}
	if _, err := r.want(exitUnsure, "resume"); !strings.Contains(err, "resume b1 -complete") {
		t.Error(err)
	}
	r.want(exitUsage, "resume", "-complete")
	r.want(exitStopped, "resume", "b1", "-complete") // nobody to ask
	r.jobs.outcome = deliverAll
	r.want(exitDone, "resume", "b1", "-complete", "-yes")
	if len(r.jobs.completed) != 1 || r.jobs.stopped != 0 {
		t.Errorf("%v, %d stops", r.jobs.completed, r.jobs.stopped)
	}
	r.want(exitRefused, "resume", "b1", "-complete", "-yes")
	// One that the command itself has made is not withdrawn either.
	r.jobs.outcome, r.jobs.forever = nil, true
	r.jobs.steps = []func(*post.Job){func(j *post.Job) {
		j.RESTBatch, j.BatchStep, j.Trouble, j.TroubleFields, j.TroubleSince = "u", post.BatchOpen, post.CodeBatchCounts, held.TroubleFields, day
	}}
	r.stories.people = twoPeople()
	_, err = r.want(exitUnsure, "mail", "-yes", "-group", "Kor", "-document", oneFile(t, "b.pdf", "%PDF"), "-subject", "Hei")
	if r.jobs.stopped != 0 || !strings.Contains(err, "-complete") {
		t.Errorf("%d stops: %s", r.jobs.stopped, err)
	}
}

// TestWhereLettersWait: letters lie at Digipost when one has come there, not
// when a batch for them has.
func TestWhereLettersWait(t *testing.T) {
	for _, c := range []struct {
		state    post.JobState
		step     post.BatchStep
		received int
		want     string
	}{
		{post.JobCoolingOff, post.BatchNone, 0, "here"},
		{post.JobCoolingOff, post.BatchCreating, 0, "here"},
		{post.JobCoolingOff, post.BatchOpen, 1, "digipost"},
		{post.JobSending, post.BatchCreating, 0, "here"},
		{post.JobSending, post.BatchOpen, 2, "digipost"},
		{post.JobSending, post.BatchCompleting, 2, ""},
		{post.JobDone, post.BatchCompleted, 2, ""},
	} {
		job := post.Job{Kind: post.KindMailing, State: c.state, RESTBatch: "u", BatchStep: c.step,
			Counts: post.Counts{Total: 2, ByStatus: map[post.ItemStatus]int{post.ItemReceived: c.received}}}
		if got := waitsAt(job); got != c.want {
			t.Errorf("%s, %s, %d received: waits at %q, want %q", c.state, c.step, c.received, got, c.want)
		}
	}
}
