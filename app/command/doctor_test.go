package command

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"brevdue/app/doctor"
	"brevdue/app/post"
)

func TestDoctor(t *testing.T) {
	locked := doctor.Check{Name: doctor.Keyring, Fault: post.NewFault(post.CodeKeyringLocked, nil)}
	untried := doctor.Check{Name: doctor.REST, Code: doctor.CodeNotTried, Fields: map[string]string{"needs": "certificate"}}
	disk := doctor.Check{Name: doctor.Disk, OK: true, Fields: map[string]string{"free_mb": "9000", "least_mb": "200"}}
	clock := doctor.Check{Name: doctor.Clock, Fault: post.NewFault(post.CodeClockWrong, nil, "minutes", "40")}
	agreement := doctor.Check{Name: doctor.Agreement, OK: true, Code: doctor.CodePartly, Fields: map[string]string{"sender": "1000"},
		Features: []string{post.FeatureDigipost}, Missing: []string{post.FeaturePaper}}
	for name, try := range map[string]struct {
		checks []doctor.Check
		exit   int
	}{
		"all well":                {[]doctor.Check{disk, agreement}, exitDone},
		"one is not":              {[]doctor.Check{clock, disk}, exitAttention},
		"credentials":             {[]doctor.Check{locked, untried, disk}, exitAttention},
		"credentials and no more": {[]doctor.Check{locked, untried}, exitCredentials},
		"nothing to look at":      {nil, exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.checks = try.checks
			out, _ := r.want(try.exit, "doctor", "-json")
			var said doctorJSON
			if err := json.Unmarshal([]byte(out), &said); err != nil || said.Checks == nil || len(said.Checks) != len(try.checks) {
				t.Fatalf("%v: %s", err, out)
			}
			for i, check := range said.Checks {
				if check.Name != string(try.checks[i].Name) || check.OK != try.checks[i].OK || check.Detail == "" || check.OK == (check.Next != "") {
					t.Errorf("%+v", check)
				}
			}
			out, told := r.want(try.exit, "doctor")
			if strings.Contains(out+told, "doctor.") || strings.Contains(out+told, "{") || strings.Contains(out, "?") {
				t.Errorf("a key or a gap is left: %s %s", out, told)
			}
		})
	}
	r := newRig(t)
	r.checks = []doctor.Check{clock, disk}
	out, told := r.want(exitAttention, "doctor")
	if !strings.Contains(out, "Ikke i orden  Klokk") || !strings.Contains(out, "9000") || strings.Contains(out, "Alt er i orden.") || !strings.Contains(told, "Ser på") {
		t.Errorf("%s %s", out, told)
	}
	out, _ = r.want(exitAttention, "doctor", "-json")
	if !strings.Contains(out, `"code": "clock_wrong"`) {
		t.Error(out)
	}
	r.doctorErr = context.Canceled
	r.want(exitStopped, "doctor")
}

// TestSupportFile: shown, saved after a yes, and never when it is not clean.
func TestSupportFile(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, "doctor", "-support-file", "-", "-lang", "en")
	if !strings.Contains(out, "[log]") || !strings.Contains(out, "For the support") || r.savedAt != "" {
		t.Error(out)
	}
	out, _ = r.want(exitDone, "doctor", "-support-file", "out.txt", "-json")
	if !strings.Contains(out, `"support_file": "out.txt"`) || r.savedAt != "out.txt" || !strings.Contains(r.saved, "[log]") {
		t.Errorf("%s %s", out, r.savedAt)
	}
	r.savedAt, r.terminal, r.stdin = "", true, "nei\n"
	_, told := r.want(exitStopped, "doctor", "-support-file", "out.txt")
	if !strings.Contains(told, "[log]") || r.savedAt != "" {
		t.Errorf("not read before it was saved: %s", told)
	}
	r.stdin = "ja\n"
	r.want(exitDone, "doctor", "-support-file", "out.txt")
	if r.savedAt != "out.txt" {
		t.Error("not saved after a yes")
	}
	r.savedAt, r.supportErr = "", post.NewFault(post.CodeSupportUnclean, nil, "line", "7")
	_, told = r.want(exitRefused, "doctor", "-support-file", "out.txt")
	if !strings.Contains(told, "7") || r.savedAt != "" {
		t.Error(told)
	}
}
