package parts

import (
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// TestCertificateRemarks: each thing worth a word is said once, and a good
// certificate says nothing.
func TestCertificateRemarks(t *testing.T) {
	now := time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC)
	after := func(d time.Duration) post.CertificateFacts {
		return post.CertificateFacts{Subject: "Fjordvik idrettslag (987654325)", Organisation: "Fjordvik idrettslag", OrganisationNumber: "987654325", NotAfter: now.Add(d)}
	}
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		facts        post.CertificateFacts
		organisation string
		tones        []Tone
		words        string
	}{
		"good":               {after(90 * day), "987654325", nil, ""},
		"nobody asked":       {after(90 * day), "", nil, ""},
		"no date":            {post.CertificateFacts{Subject: "Fjordvik"}, "987654325", nil, ""},
		"another's":          {after(90 * day), "974760673", []Tone{ToneCare}, "Fjordvik idrettslag (987654325)"},
		"31 days":            {after(31*day + time.Hour), "", nil, ""},
		"30 days":            {after(30*day + time.Hour), "", []Tone{ToneCare}, "om 30 dager"},
		"7 days":             {after(7*day + time.Hour), "", []Tone{ToneStop}, "om 7 dager"},
		"1 day":              {after(day + time.Hour), "", []Tone{ToneStop}, "om én dag"},
		"hours":              {after(3 * time.Hour), "", []Tone{ToneStop}, "neste døgnet"},
		"over":               {after(-time.Minute), "", []Tone{ToneStop}, "gikk ut"},
		"number unknown":     {post.CertificateFacts{Subject: "Fjordvik (987654325)"}, "974760673", nil, ""},
		"over and another's": {after(-day), "974760673", []Tone{ToneCare, ToneStop}, ""},
	} {
		remarks := CertificateRemarks(look.NewWords("nb"), c.facts, c.organisation, now)
		if len(remarks) != len(c.tones) {
			t.Errorf("%s: %+v", name, remarks)
			continue
		}
		for i, remark := range remarks {
			if remark.Tone != c.tones[i] || !strings.Contains(remark.Text, c.words) || strings.Contains(remark.Text, "{") {
				t.Errorf("%s: %+v", name, remark)
			}
		}
	}
}

func TestDaysLeft(t *testing.T) {
	now := time.Date(2026, 11, 3, 14, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]int{time.Hour: 0, 24 * time.Hour: 1, 47 * time.Hour: 1, -time.Minute: -1, -25 * time.Hour: -2} {
		if got := DaysLeft(now.Add(d), now); got != want {
			t.Errorf("%v: %d, want %d", d, got, want)
		}
	}
}

func TestNoKeyring(t *testing.T) {
	for code, want := range map[post.Code]bool{post.CodeKeyringMissing: true, post.CodeKeyringFailed: true, post.CodeSecretsPassphrase: true,
		post.CodeKeyringLocked: false, post.CodeWrongPassword: false} {
		if NoKeyring(post.NewFault(code, nil)) != want {
			t.Error(code)
		}
	}
	if NoKeyring(nil) {
		t.Error("no error is no trouble")
	}
}
