package options

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"brevdue/app/job"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/parts/partstest"
)

// priceList is a price table in memory.
type priceList struct {
	values  map[string]string
	changed map[string]time.Time
	err     error
}

func (l *priceList) into(ports Ports) Ports {
	ports.Prices = func(context.Context) (map[string]string, map[string]time.Time, error) {
		return maps.Clone(l.values), maps.Clone(l.changed), nil
	}
	ports.SetPrices = func(_ context.Context, values map[string]string) error {
		if l.err != nil {
			return l.err
		}
		for key, value := range values {
			if value == "" {
				delete(l.values, key)
				delete(l.changed, key)
				continue
			}
			l.values[key], l.changed[key] = value, time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)
		}
		return nil
	}
	return ports
}

func somePrices() *priceList {
	day := time.Date(2026, 8, 17, 9, 0, 0, 0, time.Local)
	return &priceList{values: map[string]string{"digital.step1": "4.5", job.PriceSMS: "0.69", job.PriceFirstSheet: "30.9"},
		changed: map[string]time.Time{"digital.step1": day, job.PriceSMS: day, job.PriceFirstSheet: day}}
}

// TestPrices: a price is kept when the cursor leaves its field, and can be undone;
// an empty field unsets it.
func TestPrices(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	undo := func() {}
	b.Env.Toast = func(_ string, u func()) { undo = u }
	list := somePrices()
	s := New(b.Env, list.into(full().ports()))
	b.Framed(s, "prices", 1280, 2400)
	field := func(key string) *priceRow { return s.prices.rows[key] }
	if got := field("digital.step1").entry.Text; got != "4,50" {
		t.Errorf("shown as %q", got)
	}
	b.Type(t, "options.price."+job.PriceAttachment, "1,25")
	field(job.PriceAttachment).entry.FocusLost()
	if list.values[job.PriceAttachment] != "1.25" {
		t.Fatalf("kept %v", list.values)
	}
	if got := field(job.PriceAttachment).since.Text(); got != "Sist endret 03.11.2026" {
		t.Errorf("since %q", got)
	}
	undo()
	if _, there := list.values[job.PriceAttachment]; there {
		t.Error("the undo left the price")
	}
	if got := field(job.PriceAttachment); got.entry.Text != "" || got.since.Text() != "ikke satt" {
		t.Errorf("after the undo: %q, %q", got.entry.Text, got.since.Text())
	}
	field(job.PriceSMS).entry.SetText("")
	s.keepPrice(job.PriceSMS)
	if _, there := list.values[job.PriceSMS]; there {
		t.Error("an empty field kept the price")
	}
	field(job.PriceVAT).entry.SetText("12")
	s.keepPrice(job.PriceVAT)
	field(job.PriceVAT).entry.SetText("")
	s.keepPrice(job.PriceVAT)
	if got := field(job.PriceVAT); got.entry.Text != "25" || got.since.Text() != "Startverdi" {
		t.Errorf("the start value: %q, %q", got.entry.Text, got.since.Text())
	}
	s.Leave()
}

// TestPriceRefused: what cannot be meant is told at its field and not kept.
func TestPriceRefused(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	list := somePrices()
	s := New(b.Env, list.into(full().ports()))
	b.Framed(s, "prices", 1280, 2400)
	for key, text := range map[string]string{job.PriceSMS: "ti kroner", job.PriceSteps: "500, 100", job.PriceUnread: "101", job.PriceC4Minimum: "2,5"} {
		row := s.prices.rows[key]
		row.entry.SetText(text)
		s.keepPrice(key)
		if !row.problem.Visible() || !strings.Contains(row.wrong.Text(), "ikke lagret") {
			t.Errorf("%s: %q", key, row.wrong.Text())
		}
	}
	if list.values[job.PriceSMS] != "0.69" || len(list.values) != 3 {
		t.Errorf("kept %v", list.values)
	}
	s.Leave()
}

// TestPriceSteps: other steps make other rows.
func TestPriceSteps(t *testing.T) {
	b := partstest.New(t, "en", look.Light)
	s := New(b.Env, somePrices().into(full().ports()))
	b.Framed(s, pricesArg, 1280, 2400)
	s.prices.rows[job.PriceSteps].entry.SetText("50, 250")
	s.keepPrice(job.PriceSteps)
	if s.prices.rows["digital.step3"] == nil || s.prices.rows["digital.step4"] != nil {
		t.Errorf("rows %v", s.prices.table.Keys())
	}
	if missing, all := s.prices.unset(); missing != 11 || all != 14 {
		t.Errorf("%d of %d are unset", missing, all)
	}
	b.Tap(t, "options.prices.mailing")
	if b.Went[0] != parts.PlaceMailing {
		t.Errorf("went to %v", b.Went)
	}
	s.Leave()
}

// TestWithoutPrices leaves the tab out.
func TestWithoutPrices(t *testing.T) {
	b := partstest.New(t, "nb", look.Light)
	s := New(b.Env, full().ports())
	b.Framed(s, "prices", 1280, 800)
	if b.Has("options.tab.prices") {
		t.Error("a tab with nothing behind it")
	}
	s.Leave()
}

// TestPicturesPrices shows the price table.
func TestPicturesPrices(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "prices")
		s := New(b.Env, somePrices().into(full().ports()))
		b.Framed(s, pricesArg, story.Width, story.Height)
		snap("1top")
		s.prices.rows[job.PriceSMS].entry.SetText("ti kroner")
		s.keepPrice(job.PriceSMS)
		s.scroll.ScrollToOffset(s.scroll.Offset.AddXY(0, 420))
		snap("2wrong")
		s.scroll.ScrollToBottom()
		snap("3bottom")
		s.Leave()
	}
}
