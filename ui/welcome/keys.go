package welcome

import (
	"context"

	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// The commands of certificate and test, and the ends a sign-up can have.

// TakeCertificate puts certificate and password into the keyring and tests.
func (m *Model) TakeCertificate() {
	if m.Path == "" || m.Busy == busyCertificate {
		return
	}
	path, password := m.Path, m.Password
	m.imports++
	number := m.imports
	m.run.After(parts.KeyringPatience, func() {
		if m.Busy == busyCertificate && m.imports == number {
			m.Slow = true
			m.changed()
		}
	})
	do(m, busyCertificate, func(ctx context.Context) (post.CertificateFacts, error) {
		return m.ports.ImportCertificate(ctx, path, password)
	}, func(facts post.CertificateFacts) {
		m.Facts, m.Password, m.Page = facts, "", PageTest
		if m.ports.DeleteFile != nil && path != m.ports.Certificate {
			m.Leftover = path
		}
		m.Test()
	})
}

// DeleteLeftover deletes the file the certificate came in; told hears of it.
func (m *Model) DeleteLeftover(told func(path string)) {
	path := m.Leftover
	m.Leftover = ""
	m.changed()
	task.Replace(m.run, &m.tidying, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.DeleteFile(ctx, path) },
		func(_ struct{}, err error) {
			if err != nil {
				m.Fault = err
				m.changed()
				return
			}
			m.Path = ""
			told(path)
		})
}

// KeepLeftover leaves the file where it is.
func (m *Model) KeepLeftover() {
	m.Leftover = ""
	m.changed()
}

// UseSecretsFile keeps keys in an encrypted file, and goes on with what the
// keyring was needed for.
func (m *Model) UseSecretsFile(passphrase string) {
	do(m, busyFile, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.ports.UseSecretsFile(ctx, passphrase)
	},
		func(struct{}) {
			if m.Page == PageCertificate {
				m.TakeCertificate()
			} else {
				m.Open(false)
			}
		})
}

// Test makes a signed call: only that proves the sender-id.
func (m *Model) Test() {
	if m.Way == WayOwnID && m.ports.TypeSender == nil {
		do(m, busyTest, func(ctx context.Context) (struct{}, error) { return struct{}{}, m.ports.Prove(ctx) }, func(struct{}) { m.finish() })
		return
	}
	do(m, busyTest, m.ports.Verify, func(attempt post.Onboarding) {
		m.Attempt = attempt
		if onboarding.State(attempt.State) == onboarding.Verified {
			m.finish()
			return
		}
		if fault := onboarding.TroubleOf(attempt); fault != nil {
			m.Fault = fault
		}
	})
}

// End is a way on that is offered where a sign-up did not go as it should.
type End string

// The ways on.
const (
	// EndApply is for one who lacks signing rights: the application.
	EndApply End = "apply"
	// EndAnew begins again, from the organisation's number.
	EndAnew End = "anew"
	// EndRetype mends a sender-id that was typed, EndCertificate takes another
	// certificate.
	EndRetype      End = "retype"
	EndCertificate End = "certificate"
)

// Ends are the ways on from what went wrong last, the likeliest first.
func (m *Model) Ends() []End {
	code := post.CodeOf(m.Fault)
	if m.Fault == nil {
		code = m.Attempt.Trouble
	}
	waits := m.Page == PageBrowser || m.Page == PageApplied || m.Page == PageRefused
	typed := m.Attempt.Typed || m.Way == WayOwnID
	switch code {
	case post.CodeReturnNoSender:
		if waits && m.Way == WayAutomatic && m.ports.HandedIn != nil {
			return []End{EndApply}
		}
	case post.CodeReturnExpired:
		return []End{EndAnew}
	case onboarding.CodeWrongCompany:
		if m.Page == PageTest {
			return []End{EndCertificate, EndAnew}
		}
	case post.CodeNotAuthorised, post.CodeSignatureRefused:
		if m.Page == PageTest && typed {
			return []End{EndRetype, EndCertificate}
		}
	case post.CodeCertificateOld:
		if m.Page == PageTest {
			return []End{EndCertificate}
		}
	}
	return nil
}

// AnotherCertificate goes back to the certificate, with an empty form.
func (m *Model) AnotherCertificate() {
	m.Path, m.Password, m.Leftover = "", "", ""
	m.Show(PageCertificate)
}

// Expired reports whether the time of the attempt is over: no answer to it is
// taken any more.
func (m *Model) Expired() bool {
	return m.Attempt.Trouble == post.CodeReturnExpired || post.CodeOf(m.Fault) == post.CodeReturnExpired
}

// WrongCompany reports whether the certificate is another organisation's than
// the one that was signed up.
func (m *Model) WrongCompany() bool {
	return m.Page == PageTest && post.CodeOf(m.Fault) == onboarding.CodeWrongCompany
}

// Late reports whether the answer came more than a day after the start: it
// counts all the same.
func (m *Model) Late() bool { return onboarding.Late(m.Attempt) }
