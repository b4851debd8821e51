package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// eboxControl adds the control pages of the e-Box.
func (s *Server) eboxControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /ebox", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", " ")
		_ = enc.Encode(s.eboxState()) // the other end may be gone
	})
	mux.HandleFunc("POST /ebox-message", command(s.eboxArrives))
	mux.HandleFunc("POST /ebox-expire", command(s.eboxExpires))
	mux.HandleFunc("POST /ebox-settings", command(s.changeEBox))
}

// eboxShownMessage is a message in GET /ebox.
type eboxShownMessage struct {
	Provider   string              `json:"provider"`
	ID         string              `json:"id"`
	Subject    eboxText            `json:"subject"`
	Sender     string              `json:"sender"`
	Received   time.Time           `json:"received"`
	Expires    time.Time           `json:"expires"`
	Expired    bool                `json:"expired"`
	Read       bool                `json:"read"`
	ReadAt     time.Time           `json:"read_at,omitzero"` // when it was marked read here
	Visible    bool                `json:"visible"`
	Registered bool                `json:"registered"`
	Odd        bool                `json:"breaks_contract,omitempty"`
	Documents  []eboxShownDocument `json:"documents"`
}

type eboxShownDocument struct {
	ID      string `json:"id"`
	Name    string `json:"file_name"`
	Main    bool   `json:"main"`
	Bytes   int    `json:"bytes"`
	SHA256  string `json:"sha256"`
	Fetched int    `json:"fetched"` // since the start
}

// eboxShownState is the answer of GET /ebox.
type eboxShownState struct {
	Now        time.Time          `json:"now"`
	Enterprise string             `json:"enterprise"`
	ClientID   string             `json:"client_id"`
	Settings   eboxSettings       `json:"settings"`
	Providers  []object           `json:"providers"`
	Hits       eboxHits           `json:"hits"`
	Tokens     int                `json:"live_tokens"`
	Messages   []eboxShownMessage `json:"messages"`
}

func (s *Server) eboxState() eboxShownState {
	now := s.clock.now()
	out := eboxShownState{Now: now, Enterprise: eboxEnterprise, ClientID: eboxClientID, Settings: s.ebox.current(),
		Providers: s.ebox.providerList(now), Hits: s.ebox.counted(), Messages: []eboxShownMessage{}}
	s.ebox.mu.Lock()
	for _, g := range s.ebox.grants {
		if now.Before(g.End) {
			out.Tokens++
		}
	}
	s.ebox.mu.Unlock()
	for _, provider := range []string{eboxFederal, eboxFlemish} {
		for _, v := range s.ebox.all(provider) {
			out.Messages = append(out.Messages, s.eboxShow(provider, v, now, out.Hits))
		}
	}
	return out
}

func (s *Server) eboxShow(provider string, v eboxView, now time.Time, hits eboxHits) eboxShownMessage {
	m := eboxShownMessage{Provider: provider, ID: v.ID, Subject: v.Subject, Sender: v.Sender, Received: v.Received, Expires: v.Ends,
		Expired: !now.Before(v.Ends), Read: v.Read, Visible: v.Visible, Registered: v.Registered, Odd: v.Odd, Documents: []eboxShownDocument{}}
	s.ebox.mu.Lock()
	m.ReadAt = s.ebox.read[eboxKey{provider, v.ID}]
	s.ebox.mu.Unlock()
	for _, d := range v.Documents {
		sum := sha256.Sum256(d.content())
		shown := eboxShownDocument{ID: d.ID, Name: d.Name, Main: d.Main, Bytes: len(d.content()), SHA256: hex.EncodeToString(sum[:])}
		if p := hits.Providers[provider]; p != nil {
			shown.Fetched = p.Contents[v.ID+"/"+d.ID]
		}
		m.Documents = append(m.Documents, shown)
	}
	return m
}

// strictJSON reads JSON without unknown names; no text at all changes nothing.
func strictJSON(text string, into any) error {
	if text == "" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one value")
	}
	return nil
}

// eboxArrives lets a message come, now or after the next page of a list.
func (s *Server) eboxArrives(text string) error {
	wish := struct {
		eboxArrival
		Between bool `json:"between_pages"`
	}{eboxArrival: eboxArrival{Provider: eboxFederal, Subject: "Nieuw oefenbericht", Language: "nl", Sender: fromDues, Type: "nieuws", Expires: "2160h", Documents: 1}}
	if err := strictJSON(text, &wish); err != nil {
		return err
	}
	a := wish.eboxArrival
	a.At = s.clock.now()
	if a.ID == "" {
		a.ID = "EBX-N-" + newUUID()[:8]
	}
	if err := a.check(); err != nil {
		return err
	}
	if slices.ContainsFunc(s.ebox.all(a.Provider), func(v eboxView) bool { return v.ID == a.ID }) {
		return fmt.Errorf("there is a message %s", a.ID)
	}
	if !wish.Between {
		return s.keepEBox(eboxStep{Arrived: &a})
	}
	s.ebox.mu.Lock()
	defer s.ebox.mu.Unlock()
	s.ebox.coming[a.Provider] = append(s.ebox.coming[a.Provider], a)
	return nil
}

func (a eboxArrival) check() error {
	life, err := time.ParseDuration(a.Expires)
	switch {
	case a.Provider != eboxFederal && a.Provider != eboxFlemish:
		return errors.New("the provider is " + eboxFederal + " or " + eboxFlemish)
	case !slices.Contains([]string{"nl", "fr", "de"}, a.Language):
		return errors.New("the language is nl, fr or de")
	case err != nil || life <= 0:
		return errors.New("expires is a time such as 240h")
	case a.Documents < 0 || a.Documents > 6:
		return errors.New("a message has at most 6 documents")
	case a.Padding < 0 || a.Padding > 100<<20:
		return errors.New("padding is at most 100 MiB")
	}
	return nil
}

// eboxExpires ends the life of a message: ID, or PROVIDER ID.
func (s *Server) eboxExpires(text string) error {
	now, found := s.clock.now(), false
	for _, provider := range []string{eboxFederal, eboxFlemish} {
		id, named := strings.CutPrefix(text, provider+" ")
		if _, there := s.ebox.find(provider, id, now); !there || !named && strings.HasPrefix(text, "oefen-") {
			continue
		}
		found = true
		if err := s.keepEBox(eboxStep{Expired: &eboxMark{eboxKey{provider, id}, now}}); err != nil {
			return err
		}
	}
	if !found {
		return errors.New("there is no such message, or it has expired")
	}
	return nil
}

// changeEBox changes some of the settings and remembers them.
func (s *Server) changeEBox(text string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	next := s.ebox.current()
	next.Scopes, next.HideProviders = slices.Clone(next.Scopes), slices.Clone(next.HideProviders) // JSON is read into what is there
	if err := strictJSON(text, &next); err != nil {
		return err
	}
	if err := next.check(s.ebox.own); err != nil {
		return err
	}
	if err := s.ebox.save(next); err != nil {
		return err
	}
	s.ebox.mu.Lock()
	defer s.ebox.mu.Unlock()
	s.ebox.settings, s.ebox.messages = next, nil
	return nil
}
