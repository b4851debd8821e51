package channel

import (
	"context"
	"strings"
	"testing"
	"time"

	"brevdue/app/doctor"
	"brevdue/app/post"
)

// TestDoctorAgainstStandIn: the doctor hears the truth through the channel.
func TestDoctorAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	ports := doctor.Ports{
		Sender: func(context.Context) (post.Sender, error) { return s.sender, nil },
		Prove:  s.Prove, SFTP: s.CheckSFTP, Limit: 2 * time.Second,
		Certificate: func(ctx context.Context) (post.CertificateFacts, error) {
			file, password, err := files{s.ready}.CertificateFile(ctx)
			if err != nil {
				return post.CertificateFacts{}, err
			}
			return s.Certificate(file, password)
		},
	}
	look := func() string {
		report, err := doctor.New(ports).Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, check := range report.Checks {
			switch {
			case check.Fault != nil:
				list = append(list, string(check.Name)+":"+string(check.Fault.Code))
			case !check.OK || check.Code != "":
				list = append(list, string(check.Name)+":"+string(check.Code))
			}
		}
		return strings.Join(list, " ")
	}
	for _, try := range []struct{ trouble, want string }{
		{"", "agreement:partly"},
		{"clock:90s", "clock:behind agreement:partly"},
		{"clock:-7m", "clock:clock_wrong agreement:not_tried rest:not_tried"},
		{"bad_signature", "clock:not_tried agreement:not_tried rest:answer_unverified"},
		{"html:403", "clock:not_tried agreement:not_tried rest:answer_unverified"},
		{"stall", "clock:not_tried agreement:not_tried rest:timeout"},
		{"", "agreement:partly"},
	} {
		s.post("/trouble", try.trouble)
		if got := look(); got != try.want {
			t.Errorf("%q: %s, want %s", try.trouble, got, try.want)
		}
	}
	s.sender.SenderID, s.sender.BrokerID = 2000, 1000
	if got := look(); got != "clock:not_tried agreement:not_authorised rest:answered" {
		t.Errorf("another's sender: %s", got)
	}
}
