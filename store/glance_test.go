package store_test

import (
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store"
)

// TestGlance: a profile whose sealing key is out of reach still says who sends,
// and what is to be done.
func TestGlance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	db, err := store.Open(t.Context(), path, store.Options{Seal: newSealer(t)})
	if err != nil {
		t.Fatal(err)
	}
	sender := post.Sender{SenderID: 1001, Name: "Fjordvik idrettslag", Environment: post.Production}
	if err := db.SaveSender(t.Context(), sender); err != nil {
		t.Fatal(err)
	}
	if err := db.SetSetting(t.Context(), "relay", "https://relay.example"); err != nil {
		t.Fatal(err)
	}
	for i, job := range []post.Job{
		{State: post.JobReady}, {State: post.JobCoolingOff}, {State: post.JobSending, Trouble: post.CodeUnreachable},
		{State: post.JobWaiting}, {State: post.JobDone}, {State: post.JobStopped}, {State: post.JobRefused, Trouble: post.CodeUnreachable},
	} {
		job.ID, job.Kind, job.Via = string(rune('a'+i)), post.KindMailing, post.ViaREST
		if err := db.AddJob(t.Context(), job, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = store.Open(t.Context(), path, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g, err := db.Glance(t.Context())
	if err != nil || g.Sender != sender || g.Working != 3 || g.Asking != 2 || g.Settings["relay"] == "" || g.Certificate.Fingerprint != "" {
		t.Errorf("%+v, %v", g, err)
	}
}
