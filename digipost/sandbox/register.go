package sandbox

import (
	"errors"
	"strings"
	"time"
)

// registration is a person of the people file who has become a user.
type registration struct {
	Person string    `json:"person"` // identity.tag of the birth number
	At     time.Time `json:"at"`
}

// errNobody means that a birth number is not in the people file as one who can register.
var errNobody = errors.New("nobody in the people file has this birth number and no account")

// register makes a known person a user: letters that wait for it are delivered.
func (s *Server) register(number string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	one := s.folk().byBirth[number]
	if one == nil || one.user() {
		return errNobody
	}
	r := registration{Person: s.id.tag(number), At: s.clock.now()}
	if err := s.journal.append(record{Registration: &r}); err != nil {
		return err
	}
	return s.registered(r)
}

// registered takes a registration in, now or from the journal.
func (s *Server) registered(r registration) error {
	known := newPeople()
	for _, one := range s.folk().all {
		if one.BirthNumber != "" && !one.user() && s.id.tag(one.BirthNumber) == r.Person {
			changed := *one
			changed.State = stateUser
			if changed.Address == "" {
				changed.Address = newAddress(one.Name, r.Person)
			}
			one = &changed
		}
		if err := known.index(one); err != nil {
			return err
		}
	}
	s.people.Store(known)
	s.state.registered(r)
	return nil
}

// settle makes users of those whose time to register by themselves has come.
// Nothing is written down: the letter that invited them tells it.
func (s *Server) settle(now time.Time) error {
	s.state.mu.Lock()
	var come []registration
	for tag, at := range s.state.registers {
		if !at.After(now) {
			come = append(come, registration{Person: tag, At: at})
			delete(s.state.registers, tag)
		}
	}
	s.state.mu.Unlock()
	if len(come) == 0 {
		return nil
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	for _, r := range come {
		if err := s.registered(r); err != nil {
			return err
		}
	}
	return nil
}

// newAddress makes a Digipost address for a person.
func newAddress(name, tag string) string {
	fold := strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa")
	names := strings.FieldsFunc(fold.Replace(strings.ToLower(name)), func(r rune) bool { return r < 'a' || r > 'z' })
	return strings.Join(names, ".") + "#" + strings.ToUpper(tag[:4])
}

// registered delivers the letters that wait for a person, if their time has not run out.
func (st *state) registered(r registration) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, l := range st.letters {
		if l.Channel == channelPending && l.Person == r.Person && l.Registered.IsZero() && r.At.Before(l.Deadline) {
			l.Registered = r.At
		}
	}
}
