package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
	deviationCodes := anyOf("not_delivered unsure held print_failed receipt_late refused")
	documents["cost"] = object(map[string]field{"cost": object(map[string]field{"low": filled, "likely": filled, "high": filled,
		"missing_prices": listOf(filled), "basis": anyOf("split list register nothing")})})
	documents["paused"] = object(map[string]field{"job": filled, "state": filled, "paused": truth})
	documents["closed"] = object(map[string]field{"deviation": filled, "job": filled, "code": deviationCodes, "closed": when, "why": filled})
	documents["jobs with deviations"] = object(map[string]field{"jobs": listOf(jobDocument), "deviations": listOf(object(map[string]field{
		"id": filled, "job": filled, "seq": count, "customer_id": text, "name": text, "code": deviationCodes, "reason": anyOf(reasons),
		"since": when, "owner": text, "note": text}))})
	removals := listOf(object(map[string]field{"what": filled, "seq": count, "row": count, "date": when, "in_file": truth}))
	documents["evidence"] = object(map[string]field{"job": filled, "file": filled, "seal": filled, "fingerprint": filled,
		"proof": anyOf("same masked removed differs"), "removed": removals})
	documents["verified"] = object(map[string]field{"valid": truth, "problem": anyOf("- unreadable newer"), "changed": listOf(filled), "removed": removals,
		"seal": text, "recorded": anyOf("recorded missing unknown"), "chain": anyOf("unknown holds cut differs"), "job": text, "fingerprint": text, "proof": text})
	documents["prices"] = object(map[string]field{"prices": textMap, "changed": textMap})
}

func TestContractPrices(t *testing.T) {
	t.Parallel()
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

func TestContractEvidence(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	user := known(t)["user"][0]
	sent := w.holds(0, "send", "send", "-to", "fnr:"+user, "-subject", "Hei", "-cooling-off", "0s", "-yes", w.letter)
	out := filepath.Join(t.TempDir(), "bevis.zip")
	made := w.holds(0, "evidence", "evidence", sent["job"].(string), out)
	whole, err := os.ReadFile(out)
	if err != nil || made["file"] != out {
		t.Fatalf("%v %v", err, made)
	}
	if bytes.Contains(whole, []byte(user)) {
		t.Error("the evidence holds a birth number")
	}
	w.holds(3, "fault", "evidence", sent["job"].(string), out)
	if again, err := os.ReadFile(out); err != nil || !bytes.Equal(again, whole) {
		t.Error("evidence was written over a file")
	}
	w.holds(3, "fault", "evidence", "nosuchjob", out+".zip")
	w.holds(2, "fault", "evidence", sent["job"].(string), out+".pdf")
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}

	here := w.holds(0, "verified", "evidence", "verify", out)
	if here["valid"] != true || here["recorded"] != "recorded" || here["chain"] != "holds" || here["seal"] != made["seal"] {
		t.Errorf("verified where it was made: %v", here)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if log, _ := w.print(0, "evidence", "verify", out, "-data", elsewhere, "-json"); !strings.Contains(log, `"recorded": "unknown"`) {
		t.Errorf("verified elsewhere: %s", log)
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Error("verifying made a profile")
	}
	whole[len(whole)/2] ^= 1
	if err := os.WriteFile(out, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if changed := w.holds(3, "verified", "evidence", "verify", out); changed["valid"] != false || len(changed["changed"].([]any)) == 0 {
		t.Errorf("a changed byte: %v", changed)
	}
	if none := w.holds(3, "verified", "evidence", "verify", w.letter); none["problem"] != "unreadable" || none["changed"] == nil {
		t.Errorf("a letter as evidence: %v", none)
	}
	w.holds(3, "fault", "evidence", "verify", out+".none")
}

func TestContractCost(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	mail := func(more ...string) []string {
		return append([]string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Hei", "-cooling-off", "0s", "-yes"}, more...)
	}
	cost := func(document map[string]any) map[string]any { return document["cost"].(map[string]any) }
	unpriced := cost(w.holds(0, "cost", mail("-dry-run")...))
	if missing := unpriced["missing_prices"].([]any); unpriced["high"] != "0.00" || len(missing) != 1 || missing[0] != "digital.step1" {
		t.Errorf("without prices: %v", unpriced)
	}
	w.holds(0, "prices", "prices", "set", "digital.step1=2,50")
	priced := w.holds(0, "cost", mail("-dry-run")...)
	if sums := cost(priced); sums["high"] == "0.00" || len(sums["missing_prices"].([]any)) != 0 {
		t.Errorf("with a price: %v", sums)
	}
	sent := w.holds(1, "cost", mail()...)
	if cost(sent)["high"] != cost(priced)["high"] {
		t.Errorf("the mailing costs %v, its dry run %v", cost(sent), cost(priced))
	}
	paper := cost(w.holds(0, "cost", mail("-dry-run", "-print", "-return", "Kor;Gate 1;;0150;Oslo")...))
	if len(paper["missing_prices"].([]any)) == 0 {
		t.Errorf("paper without a price: %v", paper)
	}
}

func TestContractPause(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	user := known(t)["user"][0]
	begun := w.holds(0, "send", "send", "-to", "fnr:"+user, "-subject", "Hei", "-cooling-off", "1s", "-yes", "-detach", w.letter)
	job := begun["job"].(string)
	if paused := w.holds(0, "paused", "pause", job); paused["paused"] != true {
		t.Errorf("paused: %v", paused)
	}
	w.holds(3, "fault", "pause", "nosuchjob")
	w.holds(0, "jobs", "resume") // leaves it alone
	listed := w.holds(0, "jobs", "jobs")["jobs"].([]any)[0].(map[string]any)
	if listed["paused"] != true || listed["done"] != float64(0) {
		t.Errorf("a paused job in the list: %v", listed)
	}
	if gone := w.holds(0, "resume", "resume", job)["result"].(map[string]any); gone["status"] != "delivered" {
		t.Errorf("after the pause: %v", gone)
	}
	w.holds(3, "fault", "pause", job)
}

func TestContractDeviations(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	if _, there := w.holds(0, "jobs", "jobs")["deviations"]; there {
		t.Error("deviations where there are none")
	}
	w.holds(1, "send", "send", "-to", "account:12345678903", "-subject", "Hei", "-cooling-off", "0s", "-yes", w.letter)
	listed := w.holds(0, "jobs with deviations", "jobs")["deviations"].([]any)
	if len(listed) != 1 {
		t.Fatalf("one letter did not arrive: %v", listed)
	}
	number := listed[0].(map[string]any)["id"].(string)
	w.holds(2, "fault", "close", number)
	w.holds(3, "fault", "close", number+"0", "-why", "x")
	if closed := w.holds(0, "closed", "close", number, "-why", "Ringt"); closed["why"] != "Ringt" || closed["closed"] == "" {
		t.Errorf("closed: %v", closed)
	}
	w.holds(3, "fault", "close", number, "-why", "x")
	if _, there := w.holds(0, "jobs", "jobs")["deviations"]; there {
		t.Error("a closed deviation is still open")
	}
}

func TestContractAgain(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	first := w.holds(1, "mail", "mail", "-list", w.list, "-document", w.letter, "-subject", "Hei", "-cooling-off", "0s", "-yes",
		"-write-back", filepath.Join(t.TempDir(), "svar.xlsx"))
	job := first["job"].(string)
	w.holds(6, "fault", "again", job) // nobody said yes
	again := w.holds(1, "mail", "again", job, "-cooling-off", "0s", "-yes")
	if again["job"] == job || len(again["results"].([]any)) == 0 || len(again["results"].([]any)) >= len(first["results"].([]any)) {
		t.Errorf("sent again to %d of %d", len(again["results"].([]any)), len(first["results"].([]any)))
	}
	w.holds(3, "fault", "again", "nosuchjob")
	user := known(t)["user"][0]
	sent := w.holds(0, "send", "send", "-to", "fnr:"+user, "-subject", "Hei", "-cooling-off", "0s", "-yes", w.letter)
	w.holds(3, "fault", "again", sent["job"].(string), "-yes") // it arrived
}

func TestContractMailAt(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	mail := func(at string) []string {
		return []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Hei", "-cooling-off", "0s", "-yes", "-wait", "300ms", "-at", at}
	}
	w.holds(2, "fault", mail("tomorrow")...)
	w.holds(3, "fault", mail(time.Now().Add(-time.Hour).Format(time.RFC3339))...)
	waits := w.holds(0, "mail", mail(time.Now().Add(time.Hour).Format(time.RFC3339))...)
	if waits["state"] != "cooling_off" || waits["delivered"] != float64(0) {
		t.Errorf("a mailing for later: %v %v", waits["state"], waits["delivered"])
	}
	w.holds(0, "stop", "stop", waits["job"].(string))
}
