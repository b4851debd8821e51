package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// answer ends a split, with Digipost for the first, and a mailing.
func answer(j *post.Job, items []post.Item) {
	if j.Kind != post.KindSplit {
		deliverAll(j, items)
		return
	}
	j.State, j.Ended = post.JobDone, day
	for i := range items {
		if items[i].Status != post.ItemReady {
			continue
		}
		finding := post.Finding{Status: post.HasDigipost}
		if i > 0 {
			finding = post.Finding{Status: post.Unidentified, Reason: post.ReasonUnidentified}
		}
		items[i].Status, items[i].Finding = post.ItemReceived, &finding
	}
}

func named(n int) flow.People {
	people := flow.People{LeftOut: map[post.Reason]int{}, NotChecked: n}
	for range n {
		people.To = append(people.To, job.Addressee{Name: "Kari", To: post.Target{Kind: post.ByNameAndAddress, FullName: "Kari"}})
	}
	return people
}

// TestVia: the way out is the one on the line, else by the rule; Digipost is
// asked about the agreement only where that decides.
func TestVia(t *testing.T) {
	long := strings.Repeat("x", 101)
	for name, try := range map[string]struct {
		flags           []string
		people          flow.People
		key, agreement  bool
		want            post.Via
		proofs          int
		told            string
		subject, answer string
	}{
		"no key":          {nil, named(1), false, true, post.ViaREST, 0, "ingen nøkkel", "", ""},
		"no agreement":    {nil, named(1), true, false, post.ViaREST, 1, "avtalen med Digipost", "", ""},
		"names":           {nil, named(1), true, true, post.ViaBatch, 1, "navn og adresse", "", ""},
		"auto":            {[]string{"-via", "auto"}, named(1), true, true, post.ViaBatch, 1, "navn og adresse", "", ""},
		"few":             {nil, twoPeople(), true, true, post.ViaREST, 0, "ikke mer enn 1\u202f000 brev", "", ""},
		"many":            {nil, named(1001), true, true, post.ViaBatch, 1, "mer enn 1\u202f000 brev", "", ""},
		"batch lacks":     {[]string{"-reference", "R"}, named(1), true, true, post.ViaREST, 0, "kan ikke ha din referanse", "", ""},
		"long subject":    {nil, named(1), true, true, post.ViaREST, 0, "emnet er for langt", long, ""},
		"batch, chosen":   {[]string{"-via", "batch"}, twoPeople(), false, false, post.ViaBatch, 0, "", "", ""},
		"REST, chosen":    {[]string{"-via", "rest"}, named(1001), true, true, post.ViaREST, 0, "", "", ""},
		"asked for a yes": {[]string{"-via", "batch"}, twoPeople(), true, true, post.ViaBatch, 0, "Alt går i én fil", "", "ja\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stories.people, r.jobs.outcome = try.people, deliverAll
			if try.key {
				r.sender.key.Fingerprint = "SHA256:abc"
			}
			if try.agreement {
				r.sender.features = []string{post.FeatureBatchMailing}
			}
			subject := try.subject
			if subject == "" {
				subject = "Hei"
			}
			args := append([]string{"mail", "-group", "", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", subject}, try.flags...)
			if r.terminal, r.stdin = try.answer != "", try.answer; !r.terminal {
				args = append(args, "-yes")
			}
			_, _, told := r.run(args...)
			if r.jobs.wish.Via != try.want || r.sender.proofs != try.proofs || !strings.Contains(told, try.told) {
				t.Errorf("by %s after %d questions: %s", r.jobs.wish.Via, r.sender.proofs, told)
			}
		})
	}
	r := newRig(t)
	r.stories.people, r.sender.key.Fingerprint = named(1), "SHA256:abc"
	r.sender.proveErr = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
	r.want(exitUnreachable, "mail", "-yes", "-group", "", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", "Hei")
}

// TestPattern: the pattern reaches the stories and the job; auto says what was
// advised and why.
func TestPattern(t *testing.T) {
	weekly := []post.Job{}
	for i := range 4 {
		weekly = append(weekly, post.Job{ID: string(rune('a' + i)), Kind: post.KindMailing, State: post.JobDone, ApprovedAt: day.Add(-time.Hour)})
	}
	paper := []string{"-return", "Koret;Vei 2;;0151;Oslo"}
	for name, try := range map[string]struct {
		flags   []string
		earlier []post.Job
		people  int
		want    post.Pattern
		told    string
	}{
		"none":                {nil, nil, 1, post.PatternRegister, ""},
		"none, paper":         {append([]string{"-print"}, paper...), nil, 1, post.PatternSendOrPrint, ""},
		"register":            {[]string{"-pattern", "register"}, nil, 1, post.PatternRegister, ""},
		"send only":           {[]string{"-pattern", "send_only"}, nil, 1, post.PatternSendOnly, ""},
		"send or print":       {append([]string{"-pattern", "send_or_print"}, paper...), nil, 1, post.PatternSendOrPrint, ""},
		"advised, small":      {[]string{"-pattern", "auto"}, nil, 2, post.PatternSendOnly, "Utsendelsen er liten: 2 brev, under 1\u202f000, og hvert på høyst 150 kB."},
		"advised, paper":      {append([]string{"-pattern", "auto", "-print"}, paper...), nil, 2, post.PatternSendOrPrint, "på papir"},
		"advised, weekly":     {[]string{"-pattern", "auto"}, weekly, 2, post.PatternRegister, "ikke spurt om disse ennå"},
		"advised, many, show": {[]string{"-pattern", "auto", "-dry-run"}, nil, 1000, post.PatternSplitFirst, "Når det sendes, spørres Digipost først."},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stories.people, r.jobs.outcome = named(try.people), deliverAll
			for _, j := range try.earlier {
				r.jobs.add(j, nil)
			}
			_, told := r.want(exitDone, append([]string{"mail", "-yes", "-group", "", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", "Hei"}, try.flags...)...)
			wish := r.jobs.wish
			if wish.Pattern != try.want || r.stories.way.Pattern != try.want || !strings.Contains(told, try.told) {
				t.Errorf("%s, people for %s: %s", wish.Pattern, r.stories.way.Pattern, told)
			}
			if paper := try.want == post.PatternSendOrPrint; paper != (r.stories.way.Options.Paper != nil) {
				t.Errorf("paper %v", r.stories.way.Options.Paper)
			}
		})
	}
}

// TestSplitFirst: the split of a mailing's people goes first, and the result
// tells both jobs. Where it has no end, nothing is sent.
func TestSplitFirst(t *testing.T) {
	line := func(t *testing.T, more ...string) []string {
		return append([]string{"mail", "-json", "-pattern", "split_first", "-cooling-off", "1h", "-group", "Kor", "-document", oneFile(t, "brev.pdf", "%PDF"),
			"-subject", "Hei"}, more...)
	}
	read := func(t *testing.T, out string) (m mailJSON) {
		t.Helper()
		if err := json.Unmarshal([]byte(out), &m); err != nil || m.Split == nil || m.Split.Job != "job1" || m.Kind != "mailing" {
			t.Fatalf("%v: %s", err, out)
		}
		return m
	}
	t.Run("both", func(t *testing.T) {
		r := newRig(t)
		r.stories.people, r.jobs.outcome = named(2), answer
		out, told := r.want(exitDone, line(t, "-yes")...)
		m := read(t, out)
		if m.Job != "job2" || m.Split.State != "done" || m.Split.Digipost != 1 || len(m.Split.Results) != 2 || m.Pattern != "split_first" || r.jobs.approved != time.Hour {
			t.Errorf("%+v", m)
		}
		if !strings.Contains(told, "1 av 2 har Digipost") {
			t.Error(told)
		}
		text, _ := r.want(exitDone, line(t, "-yes", "-json=false")...)
		if !strings.Contains(text, "Mottakersplitt") || !strings.Contains(text, "Fingeravtrykk") {
			t.Error(text)
		}
	})
	t.Run("a list", func(t *testing.T) {
		r := newRig(t)
		r.stories.people, r.jobs.outcome = named(1), answer
		out, _ := r.want(exitDone, "mail", "-json", "-yes", "-pattern", "split_first", "-list", oneFile(t, "kunder.csv", listCSV), "-document",
			oneFile(t, "brev.pdf", "%PDF"), "-subject", "Hei", "-write-back", filepath.Join(t.TempDir(), "ut.csv"))
		if read(t, out); len(r.people.committed) != 1 || !r.stories.splitList {
			t.Error("the list was not stored for the answers")
		}
		if r.jobs.jobs["job1"].Source.WriteBack != "" || r.jobs.jobs["job2"].Source.WriteBack == "" {
			t.Error("the copy belongs to the mailing")
		}
	})
	for name, try := range map[string]struct {
		exit    int
		outcome func(*post.Job, []post.Item)
		flags   []string
	}{
		"refused": {exitRefused, func(j *post.Job, _ []post.Item) { j.State = post.JobRefused }, []string{"-yes"}},
		"stopped": {exitStopped, func(j *post.Job, _ []post.Item) { j.State, j.Ending = post.JobStopped, post.NothingDelivered }, []string{"-yes"}},
		"too late": {exitStopped, func(j *post.Job, items []post.Item) {
			answer(j, items)
			j.Ending = post.TooLate
		}, []string{"-yes"}},
		"not in time": {exitStopped, nil, []string{"-yes", "-wait", "1ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stories.people, r.jobs.outcome, r.jobs.forever = named(2), try.outcome, try.outcome == nil
			out, told := r.want(try.exit, line(t, try.flags...)...)
			if m := read(t, out); m.Job != "" || m.State != "draft" || len(r.jobs.order) != 1 || !strings.Contains(told, "resume job1") {
				t.Errorf("%+v %s", m, told)
			}
			if text, _, _ := r.run(line(t, append(try.flags, "-json=false")...)...); text == exitDone {
				t.Error("all well")
			}
		})
	}
	t.Run("nobody left", func(t *testing.T) {
		r := newRig(t)
		r.stories.people = named(2)
		r.jobs.outcome = func(j *post.Job, items []post.Item) {
			answer(j, items)
			r.jobs.prepErr = post.NewFault(post.CodeNothingToSend, nil)
		}
		out, _ := r.want(exitRefused, line(t, "-yes")...)
		if m := read(t, out); m.Job != "" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("asked twice", func(t *testing.T) {
		r := newRig(t)
		r.stories.people, r.jobs.outcome, r.terminal, r.stdin = named(2), answer, true, "ja\nnei\n"
		out, _ := r.want(exitStopped, line(t)...)
		if m := read(t, out); m.Job != "" || len(r.jobs.order) != 1 {
			t.Errorf("%+v", m)
		}
	})
}

// TestSinceLast: a split is compared with the one before of the same people.
func TestSinceLast(t *testing.T) {
	r := newRig(t)
	r.stories.people, r.jobs.outcome = named(1), answer
	before := func(group string, found int) {
		r.jobs.jobs, r.jobs.order = map[string]*post.Job{}, nil
		var items []post.Item
		for range found {
			items = append(items, post.Item{Finding: &post.Finding{Status: post.HasDigipost}})
		}
		r.jobs.add(post.Job{ID: "old", Kind: post.KindSplit, State: post.JobDone, Source: post.Source{Group: group}, Created: day.Add(-48 * time.Hour)}, items)
	}
	for found, want := range []string{"+1 ny i Digipost", "Like mange i Digipost", "1 færre i Digipost"} {
		before("", found)
		if out, _ := r.want(exitDone, "split", "-yes", "-via", "batch"); !strings.Contains(out, want) || !strings.Contains(out, "19.11.2025") {
			t.Errorf("%d before: %s", found, out)
		}
	}
	before("Andre", 5)
	if out, _ := r.want(exitDone, "split", "-yes"); strings.Contains(out, "forrige splitt") {
		t.Errorf("compared with other people: %s", out)
	}
}

// TestOwnPostage: those whom the letter did not reach stand in a list, numbers
// masked; who has no whole address is told.
func TestOwnPostage(t *testing.T) {
	r := newRig(t)
	r.stories.people, r.jobs.outcome = twoPeople(), deliverAll
	home := post.PostalAddress{Name: "Kari Øy", Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}
	r.stories.unreached = []flow.Unreached{{Row: 2, CustomerID: "1", Status: post.ItemNotDelivered, Reason: post.ReasonNotAUser, To: home},
		{CustomerID: kari, Status: post.ItemPrintFailed, To: post.PostalAddress{Name: kari}}}
	folder := t.TempDir()
	line := []string{"mail", "-yes", "-group", "", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", "Hei", "-own-postage", folder}
	_, told := r.want(exitAttention, line...)
	if len(r.table) != 4 || r.table[0][0] != filepath.Join(folder, "egen porto job1.xlsx") || !strings.Contains(told, "Listen over 2") ||
		!strings.Contains(told, "Brevet klart til utskrift, med adressen øverst: "+filepath.Join(folder, "egen porto job1.pdf")) || !strings.Contains(told, "Én har ikke hel adresse") {
		t.Fatalf("%q %s", r.table, told)
	}
	first, second := strings.Join(r.table[2], "|"), strings.Join(r.table[3], "|")
	if !strings.HasPrefix(first, "2|1|Kari Øy|Vei 1||0150|Oslo||") || len(r.table[1]) != len(r.table[2]) {
		t.Error(first)
	}
	if strings.Contains(second, kari) || !strings.Contains(second, "Adressen er ikke hel") {
		t.Error(second)
	}
	if r.want(exitAttention, append(line, "-show-numbers")...); !strings.Contains(strings.Join(r.table[3], "|"), kari) {
		t.Error("masked, though shown was asked for")
	}
	r.unprintable = post.NewFault(post.CodePDFProtected, nil, "file", "brev.pdf")
	if _, told := r.want(exitAttention, line...); !strings.Contains(told, "bare en liste") || strings.Contains(told, "egen porto job3.pdf") {
		t.Error(told)
	}
	r.unprintable = nil
	if err := os.WriteFile(filepath.Join(folder, "egen porto job4.xlsx"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, told := r.want(exitAttention, line...); !strings.Contains(told, "Det som er sendt, er sendt") || !strings.Contains(told, "finnes fra før") {
		t.Error(told)
	}
	r.stories.unreached, r.table = nil, nil
	if _, told := r.want(exitAttention, line...); r.table != nil || !strings.Contains(told, "nådde alle") {
		t.Error(told)
	}
	if _, told := r.want(exitDone, append(line, "-detach")...); !strings.Contains(told, "er ikke ferdig") {
		t.Error(told)
	}
	jobs := len(r.jobs.order)
	if r.want(exitRefused, append(line, "-own-postage", filepath.Join(folder, "borte"))...); len(r.jobs.order) != jobs {
		t.Error("sent without a place for the list")
	}
}

// TestMake: a job file is written, and nothing is stored, approved or sent.
func TestMake(t *testing.T) {
	r := newRig(t)
	r.stories.people, r.stories.again = twoPeople(), 1
	folder, pdf := t.TempDir(), oneFile(t, "brev.pdf", "%PDF")
	out := filepath.Join(folder, "jobb.zip")
	printed, _ := r.want(exitDone, "make", "split", "-json", "-group", "Kor", "-out", out)
	var made madeJSON
	if err := json.Unmarshal([]byte(printed), &made); err != nil || made != (madeJSON{out, "f1", 1}) || r.made.Job.Kind != post.KindSplit || r.madeAt != out {
		t.Errorf("%v %s", err, printed)
	}
	r.want(exitDone, "make", "split", "-file", oneFile(t, "kunder.csv", listCSV), "-out", out, "-via", "batch")
	if !r.stories.splitList || len(r.people.committed) != 0 {
		t.Error("the list was stored, or not asked about")
	}
	printed, _ = r.want(exitDone, "make", "mail", "-group", "Kor", "-document", pdf, "-subject", "Hei", "-out", out, "-pattern", "send_only")
	if j := r.made.Job; j.Kind != post.KindMailing || j.Via != post.ViaBatch || j.Pattern != post.PatternSendOnly || !strings.Contains(printed, "Ingenting er sendt") {
		t.Errorf("%+v %s", j, printed)
	}
	if len(r.jobs.order) != 0 || r.runs != 0 || r.sender.proofs != 0 {
		t.Error("something was stored or asked")
	}
	r.stories.people = named(1000)
	r.want(exitUsage, "make", "mail", "-group", "Kor", "-document", pdf, "-subject", "Hei", "-out", out, "-pattern", "auto")
	r.jobs.prepErr = post.NewFault(post.CodeBatchLacks, nil, "option", job.BatchLacks(post.Options{Reference: "R"}))
	if _, told := r.want(exitRefused, "make", "mail", "-group", "Kor", "-document", pdf, "-subject", "Hei", "-out", out, "-reference", "R"); !strings.Contains(told, "kan ikke ha din referanse") {
		t.Error(told)
	}
	r.jobs.prepErr = nil
	r.writeErr = post.NewFault(post.CodeDiskFull, context.Canceled, "folder", folder)
	r.want(exitInternal, "make", "split", "-out", out)

	opens := r.opens
	if err := os.WriteFile(out, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, told := r.want(exitRefused, "make", "split", "-out", out)
	if !strings.Contains(told, "jobb.zip finnes fra før") || r.opens != opens {
		t.Error(told)
	}
	r.want(exitRefused, "make", "split", "-out", filepath.Join(folder, "borte", "jobb.zip"))
}

// TestHeldIsSaid: what Digipost holds, and an answer that is late, stand in the
// job in words.
func TestHeldIsSaid(t *testing.T) {
	r := newRig(t)
	r.jobs.add(post.Job{ID: "j1", Kind: post.KindMailing, Via: post.ViaBatch, State: post.JobWaiting, Subject: "Hei", Created: day,
		Trouble: post.CodeReceiptLate, TroubleFields: map[string]string{"hours": "4"}, TroubleSince: day, HandedOver: day},
		[]post.Item{{Seq: 1, Name: "Kari", Status: post.ItemHeld, RecipientKey: "k1"}})
	out, _ := r.want(exitDone, "job", "j1")
	for _, piece := range []string{"én fil (SFTP)", "Digipost holder ett brev", "ikke kommet på 4 timer", "Ikke send på nytt"} {
		if !strings.Contains(out, piece) {
			t.Errorf("%q is not said: %s", piece, out)
		}
	}
	if out, _ = r.want(exitDone, "job", "j1", "-json"); !strings.Contains(out, `"held": 1`) || !strings.Contains(out, `"received": 1`) || !strings.Contains(out, `"via": "batch"`) {
		t.Error(out)
	}
	if out, _ = r.want(exitDone, "jobs"); !strings.Contains(out, "én fil (SFTP)") {
		t.Error(out)
	}
	r.jobs.steps = []func(*post.Job){func(*post.Job) { r.clock = r.clock.Add(time.Minute) }}
	if out, _ = r.want(exitUnsure, "resume", "j1", "-json"); !strings.Contains(out, `"trouble": "receipt_late"`) {
		t.Error(out)
	}
}
