package store_test

import (
	"maps"
	"testing"
	"time"

	"brevdue/app/job"
)

// TestPrices: a price says when it was last changed, an unset one is not there,
// and prices are kept through a restart and beside other settings.
func TestPrices(t *testing.T) {
	db, _ := open(t)
	ctx := t.Context()
	check(t, db.SetSetting(ctx, "pricey", "no price"))
	check(t, db.SetPrices(ctx, map[string]string{"sms": "0.50", "attachment": "1.00"}))
	_, first, err := db.Prices(ctx)
	check(t, err)
	check(t, db.SetPrices(ctx, map[string]string{"sms": "0.50", "attachment": "1.25", "two_factor": ""}))
	values, changed, err := db.Prices(ctx)
	check(t, err)
	if !maps.Equal(values, map[string]string{"sms": "0.50", "attachment": "1.25"}) {
		t.Errorf("prices %v", values)
	}
	if !changed["sms"].Equal(first["sms"]) || !changed["attachment"].After(first["attachment"]) || time.Since(changed["sms"]) == 0 {
		t.Errorf("changed %v, before %v", changed, first)
	}
	check(t, db.SetPrices(ctx, map[string]string{"sms": ""}))
	if values, _, err = db.Prices(ctx); err != nil || len(values) != 1 {
		t.Errorf("%v %v", values, err)
	}
	if settings, err := db.Settings(ctx); err != nil || settings["pricey"] != "no price" {
		t.Errorf("%v %v", settings, err)
	}
	if _, err := job.ReadPrices(values); err != nil {
		t.Error(err)
	}
}
