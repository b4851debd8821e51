package store

import (
	"path/filepath"
	"testing"

	"brevdue/app/post"
	"brevdue/store/secret"
)

// TestFirstVersionIsTakenUp: a file of the first version comes along with its
// letters found by document, its plain options readable, and its requests.
func TestFirstVersionIsTakenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brevdue.db")
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	old, err := openSteps(t.Context(), path, Options{}, steps[:1])
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO job VALUES (1, 'j', 'mailing', 'rest', 'done', 'Brev', 'Emne', '{"Auth":"two_factor","Sensitive":true}', '{"SenderID":1000}',
			'print', 2, '', '', 0, 'null', '{}', 5, 6, 7, 0, 8, '', '', 'null', 0, '')`,
		`INSERT INTO item VALUES (7, 1, 1, 'K1', 2, 'Åse', 'ase', 'digipost', 'ase#1A2B', NULL, NULL, '{"address":{}}', 'm1', '["d1","d2"]', '',
			'delivered', '', 'digipost', '', '', '', 1, 0, 'sum', 5, 6, 7)`,
		`INSERT INTO item VALUES (8, 1, 2, 'K2', 3, 'Per', 'per', 'digipost', 'per#1A2B', NULL, NULL, '', '', 'null', 'r',
			'not_delivered', '', 'none', '', '', '', 0, 0, '', 0, 0, 7)`,
		`INSERT INTO request VALUES (1, 1, 'stop', '', 0, 0, 5, '')`,
	} {
		if _, err := old.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, old)

	seal, err := secret.NewSealer(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := openSteps(t.Context(), path, Options{Seal: seal}, steps)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	if copies := backups(t, path); len(copies) != 1 {
		t.Errorf("copies %v", copies)
	}
	job, err := db.Job(t.Context(), "j")
	if err != nil || job.Options != (post.Options{Auth: post.AuthTwoFactor, Sensitive: true}) || job.Sender.SenderID != 1000 {
		t.Errorf("job %+v, %v", job, err)
	}
	found, err := db.ItemsByDocument(t.Context(), []string{"d1", "d2"})
	if err != nil || len(found) != 2 || found["d1"].Seq != 1 || found["d2"].Job != "j" || found["d1"].Status != post.ItemDelivered || !found["d1"].StatusAt.IsZero() {
		t.Errorf("found %+v, %v", found, err)
	}
	if open, err := db.OpenRequests(t.Context(), ""); err != nil || len(open) != 1 {
		t.Errorf("requests %+v, %v", open, err)
	}
	if items, err := db.Items(t.Context(), "j", post.ItemQuery{}); err != nil || len(items) != 2 {
		t.Errorf("items %+v, %v", items, err)
	}
}
