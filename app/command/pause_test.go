package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/app/post"
)

// TestPausedWhileFollowed: a job that somebody pauses in the window does not keep
// a command waiting for ever, and goes on only when it is named.
func TestPausedWhileFollowed(t *testing.T) {
	r := newRig(t)
	r.jobs.add(post.Job{ID: "j1", Kind: post.KindMailing, State: post.JobSending, Subject: "s", Created: day},
		[]post.Item{{Job: "j1", Seq: 1, Status: post.ItemReady, Channel: post.ChannelNone}})
	r.jobs.forever = true
	r.jobs.steps = []func(*post.Job){func(j *post.Job) { j.PausedAt = day }}
	out, told := r.want(exitDone, "resume", "j1", "-json")
	if !strings.Contains(told, "på pause") || !strings.Contains(out, `"paused": true`) {
		t.Errorf("%s\n%s", out, told)
	}
	r.jobs.steps = nil
	runs := r.runs
	if _, told = r.want(exitDone, "resume"); r.runs != runs || !strings.Contains(told, "brevdue resume j1") || r.jobs.jobs["j1"].PausedAt.IsZero() {
		t.Errorf("a job that was paused went on without its name: %s", told)
	}
	r.jobs.forever = false
	r.jobs.outcome = func(j *post.Job, items []post.Item) { j.State, items[0].Status = post.JobDone, post.ItemDelivered }
	r.want(exitDone, "resume", "j1")
	if !r.jobs.jobs["j1"].PausedAt.IsZero() {
		t.Error("the pause was not ended")
	}
}

// TestDeviationsInWords: each code has words, and closed ones are not listed.
func TestDeviationsInWords(t *testing.T) {
	r := newRig(t)
	r.jobs.add(post.Job{ID: "j1", Kind: post.KindMailing, State: post.JobDone, Created: day}, nil)
	for i, code := range []post.DeviationCode{post.DeviationNotDelivered, post.DeviationUnsure, post.DeviationHeld, post.DeviationPrintFailed,
		post.DeviationReceiptLate, post.DeviationRefused} {
		r.jobs.deviations = append(r.jobs.deviations, post.Deviation{ID: int64(i + 1), Job: "j1", Code: code, Since: day, Reason: post.ReasonNotAUser})
	}
	out, _ := r.want(exitDone, "jobs")
	if !strings.Contains(out, "6 åpne avvik") || strings.Contains(out, "command.") {
		t.Error(out)
	}
	r.want(exitDone, "close", "3", "-why", "Ringt")
	r.want(exitRefused, "close", "3", "-why", "Ringt")
	if out, _ = r.want(exitDone, "jobs"); !strings.Contains(out, "5 åpne avvik") {
		t.Error(out)
	}
}

// TestAgainKeepsTheCopy: the copy of the list that tells of everybody is not
// written over by a job of some.
func TestAgainKeepsTheCopy(t *testing.T) {
	r := newRig(t)
	r.jobs.add(post.Job{ID: "j1", Kind: post.KindMailing, State: post.JobDone, Subject: "s", Source: post.Source{WriteBack: "copy.xlsx"}},
		[]post.Item{{Job: "j1", Seq: 1, CustomerID: "1", Status: post.ItemDelivered}, {Job: "j1", Seq: 2, CustomerID: "2", Status: post.ItemNotDelivered}})
	r.want(exitStopped, "again", "j1")
	r.jobs.outcome = func(j *post.Job, items []post.Item) { j.State, items[0].Status = post.JobDone, post.ItemDelivered }
	r.want(exitDone, "again", "j1", "-yes")
	sent := r.jobs.jobs["job2"]
	if sent == nil || sent.Again != "j1" || sent.Source.WriteBack != "" || len(r.jobs.items["job2"]) != 1 {
		t.Errorf("%+v", sent)
	}
}

// TestVerifiedInWords: whatever a check finds is said in sentences.
func TestVerifiedInWords(t *testing.T) {
	r := newRig(t)
	whole := job.EvidenceReport{Valid: true, Seal: "s", Job: "j1", Fingerprint: "f", Proof: job.FingerprintMasked, Recorded: job.SealRecorded, Chain: job.ChainHolds}
	changed := job.EvidenceReport{Changed: []string{job.ChangedZip, job.ChangedSeal, job.ChangedFingerprint, job.ChangedApprovals, "list.json"},
		Recorded: job.SealMissing, Chain: job.ChainCut,
		Removed: []job.Removal{{What: "recipient", Seq: 2, Row: 3, Date: day, InFile: true}, {What: "receipt.zip", Date: time.Time{}}}}
	for _, c := range []struct {
		report job.EvidenceReport
		want   []string
	}{
		{whole, []string{"Beviset er uendret.", "Seglet står i revisjonssporet"}},
		{changed, []string{"Stol ikke på det", "Selve zip-filen", "lagt til: list.json", "kuttet bort", "Mottaker nr. 2: slettet 21.11.2025", "Kvitteringen receipt.zip: slettet.", "Filen inneholder fortsatt"}},
		{job.EvidenceReport{Unreadable: true}, []string{"ikke et bevis"}},
		{job.EvidenceReport{Newer: true}, []string{"nyere utgave"}},
	} {
		var out bytes.Buffer
		newSession(r.app(), r.env, strings.NewReader(""), &out, &out).verifiedText(&out, c.report)
		for _, piece := range c.want {
			if !strings.Contains(out.String(), piece) {
				t.Errorf("%q is not said: %s", piece, out.String())
			}
		}
		if strings.Contains(out.String(), "evidence.") || unfilled.MatchString(out.String()) {
			t.Errorf("without words: %s", out.String())
		}
	}
}
