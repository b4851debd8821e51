package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The addresses of the sign-up pages; the first is as at Digipost.
const (
	signupPath      = "/registrering/bedrift"
	certificatePath = "/registrering/sertifikat/sender.p12"
)

// signupPages play Digipost's registration of a company. Full-automatic: the
// customer chooses the partner and gets a page with a link back. For the other
// way see signuphalf.go.
func (s *Server) signupPages() http.Handler {
	p := newPages(s.cfg.Log)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+signupPath, func(w http.ResponseWriter, r *http.Request) {
		a, fault := s.readApplication(r.URL.Query())
		if fault != "" {
			p.fault(w, fault)
			return
		}
		p.show(w, http.StatusOK, "choose", a)
	})
	mux.HandleFunc("POST "+signupPath, func(w http.ResponseWriter, r *http.Request) { s.finishSignup(p, w, r) })
	mux.HandleFunc("GET "+certificatePath, func(w http.ResponseWriter, r *http.Request) {
		number := r.URL.Query().Get("org")
		if number != "" && !validOrganisationNumber(number) {
			http.Error(w, "Organisasjonsnummeret er ikke gyldig.", http.StatusBadRequest)
			return
		}
		s.changing.Lock() // who clicks twice gets the same file twice
		data, err := s.id.certificateFor(number)
		s.changing.Unlock()
		if err != nil {
			s.cfg.Log("certificate: %v", err)
			http.Error(w, "Filen kunne ikke leses.", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/x-pkcs12")
		w.Header().Set("Content-Disposition", `attachment; filename="sender.p12"`)
		_, _ = w.Write(data)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := s.trouble.mischief(r.URL.Path, true)
		switch {
		case m.before(w, r):
		case m.failing || m.unavailable:
			http.Error(w, "trouble on purpose", http.StatusServiceUnavailable)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// application is what the address of the registration says.
type application struct {
	Action, Partner, Redirect, Nonce, Organisation string
	Hash                                           string // "escaped": write # as %23 in the return address
}

// readApplication checks the parameters. The fault is for the person.
func (s *Server) readApplication(q url.Values) (application, string) {
	a := application{
		Action: signupPath, Partner: q.Get("partner-id"), Redirect: q.Get("redirect-url"), Nonce: q.Get("nonce"),
		Organisation: strings.ReplaceAll(q.Get("org"), " ", ""), Hash: q.Get("hash"),
	}
	switch {
	case a.Partner != strconv.Itoa(partnerID):
		return a, "Adressen mangler partner-id, eller partneren er ukjent."
	case !validRedirect(a.Redirect):
		return a, "redirect-url må være en http-adresse på denne maskinen, for eksempel http://127.0.0.1:1234/retur. I øvelse sendes ingen andre steder."
	case len(a.Nonce) > 200:
		return a, "nonce er for lang."
	case a.Hash != "" && a.Hash != "escaped" && a.Hash != "raw":
		return a, "hash må være raw eller escaped."
	case a.Organisation != "" && !validOrganisationNumber(a.Organisation):
		return a, "Organisasjonsnummeret er ikke gyldig. Det skal ha ni sifre, og det siste er et kontrollsiffer."
	}
	return a, ""
}

// validRedirect takes http addresses of this machine only.
func validRedirect(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && u.User == nil && u.Fragment == "" && !strings.Contains(address, "#") &&
		isLoopbackAuthority(u.Host) && len(address) < 1000
}

func (s *Server) finishSignup(p pages, w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.fault(w, "Skjemaet kunne ikke leses.")
		return
	}
	a, fault := s.readApplication(r.PostForm)
	switch {
	case fault != "":
		p.fault(w, fault)
		return
	case a.Organisation == "":
		p.fault(w, "Organisasjonsnummeret mangler.")
		return
	case r.PostForm.Get("apply") == "yes":
		s.apply(p, w, a)
		return
	case r.PostForm.Get("accept") != "yes" || r.PostForm.Get("partner") != "yes":
		p.fault(w, "Du må godta vilkårene og velge hvem som får sende post.")
		return
	}
	done := signedUp{Organisation: a.Organisation, At: s.clock.now()}
	if err := s.journal.append(record{Signup: &done}); err != nil {
		s.cfg.Log("signup: %v", err)
		http.Error(w, "Registreringen kunne ikke lagres.", http.StatusInternalServerError)
		return
	}
	s.state.mu.Lock()
	s.state.signups = append(s.state.signups, done)
	s.state.mu.Unlock()
	p.show(w, http.StatusOK, "done", map[string]any{
		"Sender": senderID, "Certificate": certificatePath + "?org=" + a.Organisation, "Password": s.id.password,
		"Back": template.URL(returnAddress(a)), // #nosec: built from checked pieces, all of them escaped
	})
}

// returnAddress builds the link back. The # of the Digipost address is not
// escaped, as in the example of Digipost's onboarding page: a browser takes
// what follows for a fragment.
func returnAddress(a application) string {
	u, err := url.Parse(a.Redirect)
	if err != nil { // was checked
		return ""
	}
	sep := "?"
	if u.RawQuery != "" {
		sep = "&"
	}
	address := digipostAddress
	if a.Hash == "escaped" {
		address = url.QueryEscape(address)
	}
	return u.String() + sep + "sender-id=" + strconv.Itoa(senderID) + "&dp-address=" + address + "&nonce=" + url.QueryEscape(a.Nonce)
}
