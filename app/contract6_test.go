package app_test

import (
	"testing"
)

// The contract of the commands around a mailing: prices, evidence, cost, pause,
// again and deviations.

// textMap is an object whose values are all strings.
func textMap(value any) string {
	entries, ok := value.(map[string]any)
	if !ok {
		return "no object"
	}
	for name, entry := range entries {
		if wrong := text(entry); wrong != "" {
			return name + ": " + wrong
		}
	}
	return ""
}

func init() {
	documents["prices"] = object(map[string]field{"prices": textMap, "changed": textMap})
}

func TestContractPrices(t *testing.T) {
	w := newTwin(t, "")
	shown := w.holds(0, "prices", "prices", "show")["prices"].(map[string]any)
	if shown["sms"] != "" || shown["vat_percent"] != "25" || shown["digital.step1"] != "" {
		t.Errorf("prices nobody has set: %v", shown)
	}
	set := w.holds(0, "prices", "prices", "set", "sms=0,5", "digital.step1=4", "vat_percent=15")["prices"].(map[string]any)
	if set["sms"] != "0.50" || set["digital.step1"] != "4.00" || set["vat_percent"] != "15" {
		t.Errorf("prices that were set: %v", set)
	}
	w.holds(2, "fault", "prices", "set", "sms=1", "stamps=2")
	w.holds(2, "fault", "prices", "set", "sms=dear")
	w.holds(2, "fault", "prices", "set", "sms")
	w.holds(0, "prices", "prices", "set", "vat_percent=")
	after := w.holds(0, "prices", "prices", "show")
	if prices := after["prices"].(map[string]any); prices["sms"] != "0.50" || prices["vat_percent"] != "25" {
		t.Errorf("a slip changed a price, or a removed one stayed: %v", prices)
	}
	if changed := after["changed"].(map[string]any); when(changed["sms"]) != "" || changed["paper.first_sheet"] != nil {
		t.Errorf("changed: %v", changed)
	}
}
