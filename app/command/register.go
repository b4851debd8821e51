package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"brevdue/app/post"
)

type personJSON struct {
	CustomerID string   `json:"customer_id"`
	Name       string   `json:"name"`
	Digipost   string   `json:"digipost"`
	Checked    string   `json:"checked"`
	LastLetter string   `json:"last_letter"`
	Groups     []string `json:"groups"`
}

func person(r post.Recipient) personJSON {
	return personJSON{r.CustomerID, r.Name(), string(r.Digipost), moment(r.Checked), moment(r.LastLetter), append([]string{}, r.Groups...)}
}

func registerList(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, func(p *Program) error {
		page, err := p.Register.List(ctx, post.RecipientQuery{Search: s.flags.search, Group: s.flags.group, Order: post.OrderName})
		if err != nil {
			return err
		}
		result := struct {
			Recipients []personJSON `json:"recipients"`
		}{[]personJSON{}}
		for _, found := range page.Recipients {
			result.Recipients = append(result.Recipients, person(found))
		}
		s.emit(result, func(w io.Writer) {
			switch {
			case len(page.Recipients) == 0 && s.flags.group != "" && s.flags.search == "":
				fmt.Fprintln(w, s.get("register.group_empty", "group", s.flags.group))
				return
			case len(page.Recipients) == 0:
				fmt.Fprintln(w, s.get("register.empty"))
				return
			}
			s.heads(w, "customer_id", "name", "digipost", "checked", "last_letter", "groups")
			for _, r := range page.Recipients {
				row(w, r.CustomerID, r.Name(), s.digipost(r.Digipost), s.texts.Date(r.Checked), s.texts.Date(r.LastLetter), strings.Join(r.Groups, ", "))
			}
		})
		return nil
	})
}

// digipost is the word for a split's answer.
func (s *session) digipost(status post.SplitStatus) string {
	if status == post.NeverChecked {
		status = "never"
	}
	return s.texts.Get("split." + string(status))
}

type personDetailJSON struct {
	personJSON
	BirthNumber        string        `json:"birth_number"`
	OrganisationNumber string        `json:"organisation_number"`
	DigipostAddress    string        `json:"digipost_address"`
	PersonAlias        string        `json:"person_alias"`
	BirthDate          string        `json:"birth_date"`
	Address1           string        `json:"address1"`
	Address2           string        `json:"address2"`
	Postcode           string        `json:"postcode"`
	Town               string        `json:"town"`
	Country            string        `json:"country"`
	Phone              string        `json:"phone"`
	Email              string        `json:"email"`
	Account            string        `json:"account"`
	Reason             string        `json:"reason"`
	Uncertain          bool          `json:"uncertain"`
	History            []historyJSON `json:"history"`
}

type historyJSON struct {
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Job     string `json:"job"`
	Subject string `json:"subject"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Channel string `json:"channel"`
}

func registerShow(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		r, history, err := p.Register.Show(ctx, words[0])
		if err != nil {
			return err
		}
		result := personDetailJSON{personJSON: person(r), BirthNumber: s.personal(r.BirthNumber), OrganisationNumber: r.OrganisationNumber,
			DigipostAddress: r.DigipostAddress, PersonAlias: r.PersonAlias, BirthDate: r.BirthDate, Address1: r.Address.Line1,
			Address2: r.Address.Line2, Postcode: r.Address.Postcode, Town: r.Address.Town, Country: r.Address.Country,
			Phone: r.Phone, Email: r.Email, Account: s.personal(r.Account), Reason: string(r.Reason), Uncertain: r.Uncertain,
			History: []historyJSON{}}
		for _, line := range history {
			status := string(line.Status)
			if line.Kind == post.HistorySplit {
				status = string(line.Split)
			}
			result.History = append(result.History, historyJSON{moment(line.At), string(line.Kind), line.Job, line.Subject, status,
				string(line.Reason), string(line.Channel)})
		}
		s.emit(result, func(w io.Writer) { s.personText(w, r, history) })
		return nil
	})
}

func (s *session) personText(w io.Writer, r post.Recipient, history []post.HistoryLine) {
	s.line(w, "name", r.Name())
	s.line(w, "customer_id", r.CustomerID)
	s.line(w, "birth_number", s.personal(r.BirthNumber))
	s.line(w, "organisation_number", r.OrganisationNumber)
	s.line(w, "address", addressLine(r.Address))
	s.line(w, "phone", r.Phone)
	s.line(w, "email", r.Email)
	s.line(w, "account", s.personal(r.Account))
	s.line(w, "groups", strings.Join(r.Groups, ", "))
	s.line(w, "digipost", s.digipost(r.Digipost))
	s.line(w, "digipost_address", r.DigipostAddress)
	s.line(w, "checked", s.texts.Time(r.Checked))
	for _, line := range history {
		what := ""
		switch line.Kind {
		case post.HistoryLetter:
			what = s.texts.Status(string(line.Status))
		case post.HistorySplit:
			what = s.digipost(line.Split)
		}
		row(w, s.texts.Time(line.At), s.get("history."+string(line.Kind)), line.Subject, what, s.texts.Reason(string(line.Reason)))
	}
}

func addressLine(a post.Address) string {
	var parts []string
	for _, part := range []string{a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.Town), a.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func registerForget(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		r, err := p.Register.Person(ctx, words[0])
		if err != nil {
			return err
		}
		// Nothing leaves the machine, so that a script needs no -yes; but a person
		// at a terminal is asked, for it cannot be undone.
		if s.terminal {
			if err := s.approve(ctx, s.get("ask.forget", "name", r.Name())); err != nil {
				return err
			}
		}
		if err := p.Register.Forget(ctx, words[0]); err != nil {
			return err
		}
		s.emit(struct {
			CustomerID string `json:"customer_id"`
		}{words[0]}, func(w io.Writer) { fmt.Fprintln(w, s.get("register.forgotten")) })
		return nil
	})
}
