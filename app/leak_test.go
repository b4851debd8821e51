package app_test

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"brevdue/app"
)

// TestClosedLeavesNothing: a profile that was open, acted and stood by leaves no
// goroutine behind, and gives the lock back.
func TestClosedLeavesNothing(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	options := app.Options{Data: filepath.Join(t.TempDir(), "data"), Practice: true}
	open := func() *app.App {
		a, err := app.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if err := open().Close(); err != nil { // what is made once is made now
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 3 {
		first, second := open(), open()
		if acting, err := first.RunOrFollow(t.Context()); err != nil || !acting {
			t.Fatalf("the first acts: %v, %v", acting, err)
		}
		if acting, err := second.RunOrFollow(t.Context()); err != nil || acting {
			t.Fatalf("the second acts: %v, %v", acting, err)
		}
		if _, err := first.StandIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := first.Equip(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
		waitFor(t, func() bool { held, err := second.HoldRunner(); return err == nil && held })
		if _, err := second.StandIn(t.Context()); err != nil { // that of the first has ended
			t.Error(err)
		}
		if _, err := second.Sender.Prove(t.Context()); err != nil {
			t.Error(err)
		}
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			buffer := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), before, buffer[:runtime.Stack(buffer, true)])
		}
	}
}
