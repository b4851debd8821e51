package app

import (
	"database/sql"
	"path/filepath"
	"testing"

	"brevdue/app/doctor"
	"brevdue/app/post"
)

// TestDoctorFollowsTheAudit: a line that was changed behind the program's back
// makes the doctor's check of the database fail, and says where.
func TestDoctorFollowsTheAudit(t *testing.T) {
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
	check := func() doctor.Check {
		report, err := a.Doctor.Run(t.Context(), func(doctor.Check) {})
		if err != nil {
			t.Fatal(err)
		}
		found, _ := report.Check(doctor.Database)
		return found
	}
	for range 3 {
		if err := a.Store.AddAudit(t.Context(), post.Audit{At: a.Clock.Now(), Actor: "kari", Action: "approved", Job: "j"}); err != nil {
			t.Fatal(err)
		}
	}
	if found := check(); !found.OK {
		t.Fatalf("%+v", found)
	}
	db, err := sql.Open("sqlite3", filepath.Join(a.Folder, "brevdue.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE audit SET actor = 'ola' WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	if found := check(); found.OK || found.Fault == nil || found.Fault.Code != post.CodeAuditBroken || found.Fault.Fields["line"] != "2" {
		t.Errorf("%+v", found)
	}
}
