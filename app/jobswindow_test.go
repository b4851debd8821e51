//go:build !nowindow

package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/document"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/assets/sample"
	"brevdue/ui"
	"brevdue/ui/home"
	"brevdue/ui/jobs"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// officeDay is the jobs screen on a practice profile of its own, at work.
type officeDay struct {
	*testing.T
	*partstest.Bench
	app    *App
	ports  ui.Ports
	screen *jobs.Screen
}

func newOfficeDay(t *testing.T) *officeDay {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	a, err := Open(t.Context(), Options{Data: filepath.Join(t.TempDir(), "data"), Practice: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.Equip(t.Context()); err != nil {
		t.Fatal(err)
	}
	if acting, err := a.StartRunner(t.Context()); err != nil || !acting {
		t.Fatalf("the runner: %v, %v", acting, err)
	}
	pdfs := newPDFs() // loads nothing before it is used
	t.Cleanup(func() { _ = pdfs.close() })
	d := &officeDay{T: t, Bench: partstest.New(t, "nb", look.Light), app: a, ports: (&window{pdfs: pdfs}).ports(opening{app: a})}
	d.screen = jobs.New(d.Env, d.ports.Jobs)
	t.Cleanup(d.screen.Leave)
	return d
}

// plan keeps a mailing to the first users of the sample and to one whom Digipost
// does not know. With hold the letters wait at Digipost.
func (d *officeDay) plan(users int, hold bool) post.Job {
	d.Helper()
	sender, err := d.app.Sender.Sender(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	sender.Environment = post.Practice
	wish := job.Wish{Kind: post.KindMailing, Via: post.ViaREST, Sender: sender, HoldAtDigipost: hold, Name: "Dugnad", Subject: "Dugnad på lørdag",
		Files: []job.File{{Name: "brev.pdf", FileType: document.FilePDF, Pages: 1, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(sample.Letter())), nil
		}}}}
	rows, err := csv.NewReader(bytes.NewReader(sample.People())).ReadAll()
	if err != nil {
		d.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[2] != "" && len(wish.To) < users {
			wish.To = append(wish.To, job.Addressee{Name: row[4], To: post.Target{Kind: post.ByDigipostAddress, Value: row[2]}})
		}
	}
	wish.To = append(wish.To, job.Addressee{Name: "Ingen Kjenner", To: post.Target{Kind: post.ByDigipostAddress, Value: "ingen.kjenner#0000"}})
	draft, err := d.app.Jobs.Prepare(d.Context(), wish)
	if err != nil {
		d.Fatal(err)
	}
	kept, err := d.app.Jobs.Keep(d.Context(), draft)
	if err != nil {
		d.Fatal(err)
	}
	return kept
}

// until lets time pass until the screen shows a control.
func (d *officeDay) until(control string) {
	d.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		d.Clock = time.Now()
		d.screen.Reload()
		if d.Has(control) {
			return
		}
	}
	d.Fatalf("no %s; there are %v and %q", control, d.IDs(), partstest.Texts(d.Window.Canvas()))
}

func (d *officeDay) shows(text string) bool {
	return strings.Contains(strings.Join(partstest.Texts(d.Window.Canvas()), "\n"), text)
}

// TestOfficeDay goes through the day of a mailing in the jobs screen, on the whole
// program in practice: approved, paused, one taken out, one not reached and sent to
// again, evidence saved and checked, and the deviation closed.
func TestOfficeDay(t *testing.T) {
	for name, hold := range map[string]bool{"waiting here": false, "waiting at Digipost": true} {
		t.Run(name, func(t *testing.T) { officeDayOf(t, hold) })
	}
}

func officeDayOf(t *testing.T, hold bool) {
	d := newOfficeDay(t)
	d.Clock = time.Now()
	mailing := d.plan(5, hold)
	d.Framed(d.screen, mailing.ID, 1280, 1000)
	d.Tap(t, "jobs.approve")
	d.until("jobs.more")
	d.Tap(t, "jobs.pause")
	d.until("jobs.continue")
	d.Tap(t, "jobs.continue")
	d.until("jobs.take_out.find")
	d.Tap(t, "jobs.items.row.0")
	d.Tap(t, "jobs.take_out")
	if !d.shows("er tatt ut og får ikke brevet") {
		t.Errorf("after taking out: %q", partstest.Texts(d.Window.Canvas()))
	}
	if _, err := d.app.Store.UpdateJob(t.Context(), mailing.ID, func(job *post.Job) error {
		job.ReleaseAt = time.Now()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.app.Jobs.Poke()
	d.until("jobs.again")
	done, err := d.app.Jobs.Job(t.Context(), mailing.ID)
	if by := done.Counts.ByStatus; err != nil || by[post.ItemDelivered] != 4 || by[post.ItemStopped] != 1 || by[post.ItemNotDelivered] != 1 {
		t.Fatalf("counts %v, %v", by, err)
	}
	d.evidence(mailing.ID)
	d.deviation(mailing.ID)
	d.sendAgain(mailing.ID)
	d.lookHome()
}

// evidence saves and checks a file, then one with a changed byte.
func (d *officeDay) evidence(id string) {
	d.Helper()
	file := filepath.Join(d.TempDir(), "Bevis 1.zip")
	d.Picked = file
	d.Tap(d.T, "jobs.evidence")
	d.Tap(d.T, "jobs.evidence.where")
	d.Tap(d.T, "jobs.evidence.done")
	d.screen.Leave()
	d.Framed(d.screen, "", 1280, 1000)
	d.Tap(d.T, "jobs.evidence.check")
	if !d.Has("jobs.check.valid") || !d.Has("jobs.check.job") {
		d.Errorf("a whole file: %v", d.IDs())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	content[len(content)/2] ^= 1
	d.Picked = filepath.Join(d.TempDir(), "Bevis 2.zip")
	if err := os.WriteFile(d.Picked, content, 0o600); err != nil {
		d.Fatal(err)
	}
	d.Tap(d.T, "jobs.check.another")
	if !d.Has("jobs.check.invalid") {
		d.Errorf("a changed file: %v", d.IDs())
	}
	if texts := partstest.Unfinished(d.Window.Canvas()); len(texts) > 2 { // the names of files look like keys
		d.Errorf("%q", texts)
	}
}

// deviation gives the one there is an owner, and closes it.
func (d *officeDay) deviation(id string) {
	d.Helper()
	d.screen.Leave()
	d.Framed(d.screen, "deviations:not_delivered", 1280, 1100)
	d.until("jobs.deviations.row.0")
	d.Tap(d.T, "jobs.deviations.row.0")
	d.Type(d.T, "jobs.deviation.owner", "Kari")
	d.Tap(d.T, "jobs.deviation.why.talked")
	d.Window.Resize(fyne.NewSize(1280, 1100))
	d.Tap(d.T, "jobs.deviation.close")
	open, err := d.app.Jobs.Deviations(d.Context(), true)
	all, _ := d.app.Jobs.Deviations(d.Context(), false)
	if err != nil || len(open) != 0 || len(all) != 1 || all[0].Owner != "Kari" || all[0].Why == "" || all[0].Job != id {
		d.Errorf("open %+v, all %+v, %v", open, all, err)
	}
}

// sendAgain drafts, leaves, drafts and approves a job for the one not reached.
func (d *officeDay) sendAgain(id string) {
	d.Helper()
	d.screen.Leave()
	d.Framed(d.screen, id, 1280, 1000)
	d.Tap(d.T, "jobs.again")
	d.Tap(d.T, "jobs.again.back")
	if all, err := d.app.Jobs.Jobs(d.Context(), post.JobQuery{}); err != nil || len(all) != 1 {
		d.Fatalf("%d jobs before the approval, %v", len(all), err)
	}
	d.Tap(d.T, "jobs.again")
	d.Tap(d.T, "jobs.approve")
	d.until("jobs.more")
	d.Tap(d.T, "jobs.stop")
	d.until("jobs.state.stopped")
	d.Tap(d.T, "jobs.link.origin")
	d.until("jobs.again")
}

// lookHome sees the mailing and its cost on the first screen.
func (d *officeDay) lookHome() {
	d.Helper()
	if err := d.app.Store.SetPrices(d.Context(), map[string]string{"digital.step1": "2.50"}); err != nil {
		d.Fatal(err)
	}
	cost, err := d.app.monthCost(d.Context())
	if err != nil || cost.Amount != 1000 || cost.Digital != 4 || len(cost.MissingPrices) != 0 {
		d.Errorf("cost %+v, %v", cost, err)
	}
	first := home.New(d.Env, d.ports.Home)
	d.Framed(first, "", 1280, 800)
	if !d.shows("kr 10,00") || !d.shows("4 av 6 levert") {
		d.Errorf("home shows %q", partstest.Texts(d.Window.Canvas()))
	}
	first.Leave()
}
