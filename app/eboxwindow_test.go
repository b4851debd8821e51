//go:build !nowindow

package app

import (
	"path/filepath"
	"testing"
	"time"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

// TestEBoxWants: the first screen hears of a step that nobody answered, of what is
// new, and of what ends soon and is not saved; before the way to the e-Box is begun
// it hears of nothing.
func TestEBoxWants(t *testing.T) {
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
	ctx, now := t.Context(), time.Now()
	if wants, err := a.eboxWants(ctx); err != nil || len(wants.Reminders) != 0 || wants.New+wants.Expiring != 0 {
		t.Fatalf("before anything: %+v, %v", wants, err)
	}
	for _, event := range []onboarding.EBoxEvent{onboarding.EBoxNamed{Enterprise: "0566988259", Name: "Gemeente"}, onboarding.EBoxProfile{OwnKey: true},
		onboarding.EBoxAsked{Step: onboarding.StepManager, Date: now.AddDate(0, -2, 0)}, onboarding.EBoxAsked{Step: onboarding.StepActivate, Date: now}} {
		if _, err := a.EBox.Do(ctx, event); err != nil {
			t.Fatal(err)
		}
	}
	message := func(id string, ends time.Time) post.EBoxMessage {
		return post.EBoxMessage{Provider: "p", ID: id, Received: now.AddDate(0, 0, -1), Expires: ends, Visible: true}
	}
	if _, err := a.Store.KeepEBoxMessages(ctx, "p", []post.EBoxMessage{message("soon", now.AddDate(0, 0, 5)), message("late", now.AddDate(1, 0, 0))}, now); err != nil {
		t.Fatal(err)
	}
	wants, err := a.eboxWants(ctx)
	if err != nil || len(wants.Reminders) != 1 || wants.Reminders[0] != onboarding.StepManager || !wants.OwnKey || wants.New+wants.Expiring != 0 {
		t.Fatalf("without a key: %+v, %v", wants, err)
	}
	trajectory, err := a.EBox.Trajectory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	trajectory.ClientID, trajectory.Certificate.SHA256 = "self_service_chaman_1", "aa"
	if err := a.Store.SaveEBoxTrajectory(ctx, trajectory); err != nil {
		t.Fatal(err)
	}
	if wants, err = a.eboxWants(ctx); err != nil || wants.New != 2 || wants.Expiring != 1 {
		t.Errorf("with a key: %+v, %v", wants, err)
	}
}
