package digipost_test

import (
	"context"
	"testing"
	"time"
)

// TestClockSkew: the skew is that of the last answer that was verified, and is
// told when all is well too.
func TestClockSkew(t *testing.T) {
	l, ctx := start(t), context.Background()
	if _, known := l.client.ClockSkew(); known {
		t.Error("a skew is known before any answer")
	}
	if _, err := l.client.Root(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if _, known := l.client.ClockSkew(); known {
		t.Error("a skew is known from an entry point, which proves nothing")
	}
	for _, try := range []struct {
		trouble string
		fails   bool
		want    time.Duration
	}{
		{"", false, 0},
		{"clock:3m", false, -3 * time.Minute},
		{"clock:-2m", false, 2 * time.Minute},
		{"clock:1m,bad_signature", true, 2 * time.Minute},
	} {
		l.trouble(try.trouble)
		_, err := l.client.SenderInformation(ctx, l.sender)
		skew, known := l.client.ClockSkew()
		if off := (skew - try.want).Abs(); (err != nil) != try.fails || !known || off > 5*time.Second {
			t.Errorf("%q: skew %v %v (%v), want about %v", try.trouble, skew, known, err, try.want)
		}
	}
}
