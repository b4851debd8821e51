package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Half-automatic sign-up (digipost.no/plattform/funksjonalitet/onboarding): who
// has no signatory right hands in an application. Here somebody approves it on
// the control page, as Digipost's people do it by hand, days later. Digipost's
// back end then calls an address agreed with the partner beforehand, with
// sender-id and nonce and without a Digipost address.

// applied is an application.
type applied struct {
	Number       int       `json:"number"` // from 1
	Organisation string    `json:"organisation"`
	Nonce        string    `json:"nonce"`
	At           time.Time `json:"at"`
	// Approved is when; zero while it waits. Called says that the partner's
	// address took the call.
	Approved time.Time `json:"approved,omitzero"`
	Called   bool      `json:"called,omitempty"`
}

// approved is what became of an application.
type approved struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	Called bool      `json:"called"`
}

// ErrRelayAddress is an address for approvals that is none of this machine.
var ErrRelayAddress = errors.New("the address for approvals must be http or https on this machine, without query")

// relayAddress checks an address that approvals are told to.
func relayAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || strings.Contains(text, "#") || !isLoopbackAuthority(u.Host) {
		return nil, ErrRelayAddress
	}
	return u, nil
}

// apply takes an application. One with the same nonce is the same one.
func (s *Server) apply(p pages, w http.ResponseWriter, a application) {
	if a.Nonce == "" {
		p.fault(w, "nonce mangler, så ingen kan få vite at søknaden er godkjent.")
		return
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.state.mu.Lock()
	known := slices.ContainsFunc(s.state.applied, func(each *applied) bool { return each.Nonce == a.Nonce })
	next := applied{Number: len(s.state.applied) + 1, Organisation: a.Organisation, Nonce: a.Nonce, At: s.clock.now()}
	s.state.mu.Unlock()
	if !known {
		if err := s.journal.append(record{Applied: &next}); err != nil {
			s.cfg.Log("application: %v", err)
			http.Error(w, "Søknaden kunne ikke lagres.", http.StatusInternalServerError)
			return
		}
		s.state.mu.Lock()
		s.state.applied = append(s.state.applied, &next)
		s.state.mu.Unlock()
	}
	p.show(w, http.StatusOK, "applied", a)
}

// approveApplication approves an application and calls the partner's address,
// the one of this call or the one agreed at the start. One that was approved,
// but could not be told, is told again.
func (s *Server) approveApplication(ctx context.Context, number int, method, address string) error {
	if address == "" {
		address = s.cfg.Relay
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.state.mu.Lock()
	if number < 1 || number > len(s.state.applied) {
		s.state.mu.Unlock()
		return fmt.Errorf("there is no application %d", number)
	}
	now := *s.state.applied[number-1]
	s.state.mu.Unlock()
	if now.Called {
		return nil
	}
	step := approved{Number: number, At: now.Approved}
	if step.At.IsZero() {
		step.At = s.clock.now()
	}
	var callErr error
	if address != "" {
		callErr = s.callPartner(ctx, method, address, now.Nonce)
		step.Called = callErr == nil
	}
	if err := s.journal.append(record{ApprovedOne: &step}); err != nil {
		return err
	}
	s.state.mu.Lock()
	s.state.approveOne(step)
	s.state.mu.Unlock()
	return callErr
}

// callTime bounds a call of the partner's address.
const callTime = 10 * time.Second

// callPartner tells the partner's address of an approval, as a query of a GET or
// as the form of a POST: Digipost's page leaves open which.
func (s *Server) callPartner(ctx context.Context, method, address, nonce string) error {
	u, err := relayAddress(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	parameters := url.Values{"sender-id": {strconv.Itoa(senderID)}, "nonce": {nonce}}.Encode()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(parameters)
	} else {
		method, u.RawQuery = http.MethodGet, parameters
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return fmt.Errorf("make the call: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // whose text holds the nonce
			err = wrapped.Err
		}
		return fmt.Errorf("call %s: %w", u.Host, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // only the status counts
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %s", u.Host, response.Status)
	}
	return nil
}

// approveOne marks an application.
func (st *state) approveOne(step approved) {
	if step.Number >= 1 && step.Number <= len(st.applied) {
		st.applied[step.Number-1].Approved, st.applied[step.Number-1].Called = step.At, step.Called
	}
}

// applications are copies of all, in order.
func (s *Server) applications() []applied {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	all := make([]applied, 0, len(s.state.applied))
	for _, each := range s.state.applied {
		all = append(all, *each)
	}
	return all
}

// applicationPages are the control pages of applications.
func (s *Server) applicationPages(p pages, mux *http.ServeMux) {
	mux.HandleFunc("GET /applications", func(w http.ResponseWriter, _ *http.Request) {
		p.show(w, http.StatusOK, "applications", map[string]any{"Relay": s.cfg.Relay, "All": s.applications()})
	})
	mux.HandleFunc("POST /approve-application", func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.FormValue("number"))
		if err == nil {
			err = s.approveApplication(r.Context(), number, r.FormValue("method"), r.FormValue("relay"))
		}
		if err != nil {
			http.Error(w, "not approved, or the partner was not told: "+err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "/applications", http.StatusSeeOther)
	})
}
