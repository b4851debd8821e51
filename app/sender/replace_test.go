package sender

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"brevdue/app/post"
)

// TestReplaceIsRefused: a certificate that is not the sender's is refused before
// the old one is touched; one that cannot be tried just now is taken.
func TestReplaceIsRefused(t *testing.T) {
	known := post.Sender{SenderID: 1000, BrokerID: 1000, OrganisationNumber: "987654325", Environment: post.Production}
	for _, c := range []struct {
		name, company string
		sender        post.Sender
		knows         int64
		err           error
		want          post.Code
		tried         bool
	}{
		{"the sender's", "987654325", known, 1000, nil, "", true},
		{"another sender's", "987654325", known, 2000, nil, post.CodeNotAuthorised, true},
		{"refused", "", known, 0, post.NewFault(post.CodeSignatureRefused, nil), post.CodeSignatureRefused, true},
		{"out of reach", "", known, 0, post.NewFault(post.CodeUnreachable, nil), "", true},
		{"another company's", "974760673", known, 1000, nil, post.CodeWrongCompany, false},
		{"a partner's", "974760673", post.Sender{SenderID: 1000, BrokerID: 2000, OrganisationNumber: "987654325"}, 1000, nil, "", true},
		{"practice", "974760673", post.Sender{SenderID: 1000, OrganisationNumber: "987654325", Environment: post.Practice}, 1000, nil, "", true},
		{"no sender yet", "974760673", post.Sender{OrganisationNumber: "987654325"}, 0, nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig()
			if _, err := r.ImportCertificate(t.Context(), []byte("OLD/p"), "p"); err != nil {
				t.Fatal(err)
			}
			r.store.sender, r.prover.knows, r.prover.err = c.sender, c.knows, c.err
			r.reader = companyReader{fakeReader{day.AddDate(1, 0, 0)}, c.company}
			_, err := r.ImportCertificate(t.Context(), []byte("NEW/q"), "q")
			want := "NEW/q"
			if c.want != "" {
				want = "OLD/p"
			}
			file, _, readErr := r.CertificateFile(t.Context())
			if post.CodeOf(err) != c.want || readErr != nil || string(file) != want || len(r.secrets.values) != 2 || (len(r.prover.tried) > 0) != c.tried {
				t.Errorf("%v; then %q, %v, kept %v, tried %v", err, file, readErr, r.secrets.values, r.prover.tried)
			}
		})
	}
}

// companyReader tells a company of every certificate.
type companyReader struct {
	fakeReader
	company string
}

func (r companyReader) Certificate(file []byte, password string) (post.CertificateFacts, error) {
	facts, err := r.fakeReader.Certificate(file, password)
	facts.OrganisationNumber = r.company
	return facts, err
}

// lockedSecrets and lockedStore make the fakes safe for several goroutines.
type lockedSecrets struct {
	mutex *sync.Mutex
	*fakeSecrets
}

func (l lockedSecrets) Set(ctx context.Context, name string, value []byte) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fakeSecrets.Set(ctx, name, value)
}

func (l lockedSecrets) Get(ctx context.Context, name string) ([]byte, bool, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fakeSecrets.Get(ctx, name)
}

func (l lockedSecrets) Delete(ctx context.Context, name string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fakeSecrets.Delete(ctx, name)
}

type lockedStore struct {
	mutex *sync.Mutex
	*fakeStore
}

func (l lockedStore) Certificate(ctx context.Context) (post.CertificateFacts, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fakeStore.Certificate(ctx)
}

func (l lockedStore) SaveCertificate(ctx context.Context, facts post.CertificateFacts) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fakeStore.SaveCertificate(ctx, facts)
}

// TestReplaceWhileLettersAreSigned: whoever asks for the certificate while it is
// replaced again and again gets a whole one, the old or the new.
func TestReplaceWhileLettersAreSigned(t *testing.T) {
	var mutex sync.Mutex
	r := newRig()
	secrets, store := lockedSecrets{&mutex, r.secrets}, lockedStore{&mutex, r.store}
	service := func() *Service {
		return New(store, secrets, fakeReader{day.AddDate(100, 0, 0)}, r.prover, nil)
	}
	here := service()
	if _, err := here.ImportCertificate(t.Context(), []byte("0/p"), "p"); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var signing sync.WaitGroup
	for range 4 {
		signing.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if file, password, err := here.CertificateFile(t.Context()); err != nil || password != "p" {
					t.Errorf("%q %q %v", file, password, err)
					return
				}
			}
		})
	}
	for i := range 300 {
		name := fmt.Sprint(i % 7)
		if _, err := here.ImportCertificate(t.Context(), []byte(name+"/p"), "p"); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	signing.Wait()
	if file, _, err := here.CertificateFile(t.Context()); err != nil || string(file) != "5/p" || len(r.secrets.values) != 2 {
		t.Errorf("at the end %q, %v, kept %v", file, err, r.secrets.values)
	}
}
