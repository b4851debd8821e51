package mailing

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// fewMailings is how far back a mailing is looked for that did not reach everybody.
const fewMailings = 20

// lastMissed is the newest finished mailing that did not reach everybody, or nil.
func lastMissed(ctx context.Context, ports Ports) (*post.Job, error) {
	if ports.NotReached == nil {
		return nil, nil
	}
	mailings, err := ports.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindMailing}, Limit: fewMailings})
	if err != nil {
		return nil, err
	}
	for _, mailing := range mailings {
		if mailing.State != post.JobDone {
			continue
		}
		if mailing.Counts.ByStatus[post.ItemNotDelivered] > 0 {
			return &mailing, nil
		}
		break // those before are history
	}
	return nil, nil
}

// unreached is the work list of one mailing: those it did not reach.
type unreached struct {
	id   string
	job  post.Job
	list []flow.Unreached
	// to is how each letter was addressed, by its place in the job.
	to   map[int]post.Target
	read bool
	// saved is what was written for the sender's own postage, or nil.
	saved *flow.Postage
}

// people are those of the list as the recipients of a mailing on paper: whom
// Digipost does not know or who has no Digipost comes along where an envelope can
// be addressed. Digipost is asked again for each of them, and its answer decides.
// The others keep their reason.
func (u *unreached) people() flow.People {
	people := flow.People{LeftOut: map[post.Reason]int{}}
	for _, person := range u.list {
		to := job.Addressee{CustomerID: person.CustomerID, Name: person.To.Name, To: u.to[person.Seq]}
		to.To.Address = person.To.Address
		if to.To.Name() == "" {
			to.To.FullName = person.To.Name
		}
		rest := person.Reason == post.ReasonNotAUser || person.Reason == post.ReasonUnidentified
		if rest && to.To.Kind != "" && person.To.Whole() {
			people.Others++
		} else {
			to.LeftOut = cmp.Or(person.Reason, post.ReasonOther)
			people.LeftOut[to.LeftOut]++
		}
		key := flow.DocumentKey{CustomerID: person.CustomerID}
		if to.To.Kind == post.ByBirthNumber {
			key.BirthNumber = to.To.Value
		}
		known := post.Identified
		if person.Reason == post.ReasonUnidentified {
			known = post.Unidentified
		}
		people.To, people.Keys, people.Known = append(people.To, to), append(people.Keys, key), append(people.Known, known)
	}
	return people
}

// openUnreached shows whom a mailing did not reach.
func (s *Screen) openUnreached(id string) {
	s.unreached = &unreached{id: id}
}

// readUnreached reads the work list.
func (s *Screen) readUnreached() {
	id := s.unreached.id
	task.Replace(s.env.Run, &s.slot, func(ctx context.Context) (*unreached, error) {
		u := &unreached{id: id, read: true}
		var err error
		if u.job, err = s.ports.Jobs.Job(ctx, id); err != nil || s.ports.NotReached == nil {
			return u, err
		}
		if u.list, err = s.ports.NotReached(ctx, id); err != nil {
			return u, err
		}
		items, err := s.ports.Jobs.Items(ctx, id, post.ItemQuery{})
		u.to = make(map[int]post.Target, len(items))
		for _, item := range items {
			u.to[item.Seq] = item.To
		}
		return u, err
	}, func(u *unreached, err error) {
		if s.unreached == nil || s.unreached.id != id {
			return
		}
		if s.err = err; err == nil {
			s.unreached = u
		}
		s.env.Redraw()
	})
}

// missedLine leads to the work list of an earlier mailing.
func (s *Screen) missedLine(missed post.Job) fyne.CanvasObject {
	text := s.env.T("mailing.missed", "name", missed.Name, "date", s.env.Words.Date(missed.Created))
	return parts.Stack(0, look.NewHairline(), parts.Inset(0, 12, 0, 0, look.QuietText(text).Wrap(parts.WizardText)),
		parts.Left(parts.Link("mailing.missed", s.env.T("mailing.missed.open"), func() {
			s.openUnreached(missed.ID)
			s.Reload()
			s.env.Redraw()
		})))
}

// unreachedView is the work list.
func (s *Screen) unreachedView() fyne.CanvasObject {
	env, u := s.env, s.unreached
	page := parts.Page{Title: env.T("mailing.unreached"), Wide: true, Fault: s.fault,
		Back: parts.Quiet("mailing.back", env.T("mailing.unreached.job"), s.back).Icon(look.IconLeft)}
	switch {
	case !u.read:
		return page.View()
	case len(u.list) == 0:
		page.Content = parts.Empty(look.IconTickCircle, env.T("mailing.unreached.none"), nil)
		return page.View()
	}
	page.Title = env.Words.Count("mailing.unreached.title", len(u.list))
	page.Lead = env.T("mailing.unreached.lead", "name", u.job.Name, "date", env.Words.Date(u.job.Created))
	table := parts.NewTable("mailing.unreached", []parts.Column{
		{Key: "row", Title: env.T("mailing.column.row"), Width: 72, Number: true, Hidden: u.job.Source.Path == ""},
		{Key: "name", Title: env.T("mailing.column.name"), Share: 3},
		{Key: "address", Title: env.T("mailing.column.address"), Share: 4},
		{Key: "why", Title: env.T("mailing.column.reason"), Share: 3},
	}, func() int { return len(u.list) }, s.unreachedCell)
	table.OnOpen = func(row int) {
		if id := u.list[row].CustomerID; id != "" {
			env.Go(parts.PlacePeople, id)
		}
	}
	page.Content = table.Object
	if u.saved != nil {
		page.Content = container.NewBorder(parts.Inset(0, 0, 0, look.Apart, s.savedNote(*u.saved)), nil, nil, nil, table.Object)
	}
	if n := u.people().Others; n > 0 && !s.agreed.noPaper() {
		if n < len(u.list) {
			page.Lead += " " + env.T("mailing.unreached.some")
		}
		page.Next = parts.Main("mailing.unreached.paper", env.Words.Count("mailing.unreached.paper", n), s.sendRest).Icon(look.IconPrinter)
	}
	if s.ports.SaveForPostage != nil {
		save := parts.Quiet("mailing.unreached.save", env.T("mailing.unreached.save"), s.saveForPostage).Icon(look.IconDownload).Off(s.busy != "")
		page.Extra = []*parts.Button{save}
	}
	return page.View()
}

func (s *Screen) unreachedCell(row int, key string) parts.Cell {
	person := s.unreached.list[row]
	switch key {
	case "row":
		if person.Row == 0 {
			return parts.Cell{}
		}
		return parts.Cell{Text: s.env.Words.Number(person.Row), Quiet: true}
	case "address":
		if text := parts.AddressLine(post.PostalAddress{Address: person.To.Address}); text != "" {
			return parts.Cell{Text: text}
		}
		return parts.Cell{Text: s.env.T("mailing.unreached.no_address"), Quiet: true}
	case "why":
		return parts.Cell{Text: s.missedWord(person)}
	}
	return parts.Cell{Text: person.To.Name}
}

// missedWord is why somebody was not reached, in a few words.
func (s *Screen) missedWord(person flow.Unreached) string {
	if person.Reason == post.ReasonNone || person.Reason == post.ReasonOther {
		return s.env.Words.Status(string(person.Status))
	}
	return s.leftWord(person.Reason)
}

// saveForPostage writes the list into a file of the person's choice.
func (s *Screen) saveForPostage() {
	env, u := s.env, s.unreached
	name := env.T("mailing.unreached.file", "name", parts.FileName(u.job.Name), "time", env.Now().Format("2006-01-02 1504")) + ".xlsx"
	folder := ""
	if u.job.Source.Path != "" {
		folder = filepath.Dir(u.job.Source.Path)
	}
	env.SaveFile(filepath.Join(folder, name), func(out string) {
		s.busy, s.err = busySave, nil
		env.Redraw()
		task.Run(env.Run, func(ctx context.Context) (flow.Postage, error) { return s.ports.SaveForPostage(ctx, u.id, out) }, func(written flow.Postage, err error) {
			s.busy, s.err = "", err
			if err == nil {
				u.saved = &written
			}
			if s.isOpen {
				env.Redraw()
			}
		})
	})
}

// savedNote says where the list and the letters are, and for how many there is no
// letter.
func (s *Screen) savedNote(written flow.Postage) fyne.CanvasObject {
	env, tone := s.env, parts.ToneGood
	said := []string{env.T("mailing.unreached.saved", "file", filepath.Base(written.List))}
	if written.Letters != "" {
		said = append(said, env.Words.Count("mailing.unreached.letters", written.Envelopes, "file", filepath.Base(written.Letters)))
	}
	if without := len(s.unreached.list) - written.Envelopes; written.Unprintable == nil && without > 0 {
		said = append(said, env.Words.Count("mailing.unreached.without", without))
	}
	if fault := post.FaultOf(written.Unprintable); fault != nil {
		what, _ := env.Words.Fault(string(fault.Code), fault.Fields)
		said, tone = append(said, what, env.T("mailing.unreached.unprintable")), parts.ToneCare
	}
	return parts.WithID("mailing.unreached.written", parts.Note(tone, strings.Join(said, "\n"), look.Reading))
}

// sendRest begins a mailing on paper to those on the list.
func (s *Screen) sendRest() {
	u := s.unreached
	basis := s.model.basis
	s.model = newModel()
	s.model.basis, s.model.from, s.model.rest = basis, fromRest, &u.job
	s.model.people, s.model.counted, s.model.subject = u.people(), true, u.job.Subject
	s.model.answers.PaperForRest = true
	s.unreached = nil
	s.goTo(stepPattern)
	s.Reload()
	s.readReturnAddress()
}
