package mailing

import (
	"context"
	"slices"
	"strings"

	"brevdue/app/document"
	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// unquoted is a path as it was typed or pasted.
func unquoted(text string) string { return strings.Trim(strings.TrimSpace(text), `"`) }

// takeFile reads the facts of a document.
func (s *Screen) takeFile(path string) {
	s.readFile(path, func(facts document.Facts) {
		s.model.path, s.model.facts, s.model.report, s.model.leave = path, facts, nil, nil
		s.checkPrint()
	})
}

// attach adds a document that goes to all.
func (s *Screen) attach(path string) {
	if path == "" || s.busy != "" || len(s.model.attachments) >= job.MaxAttachments {
		return
	}
	s.readFile(path, func(facts document.Facts) {
		s.model.attachments = append(s.model.attachments, shared{path: path, facts: facts})
	})
}

func (s *Screen) removeAttachment(at int) {
	s.model.attachments = slices.Delete(slices.Clone(s.model.attachments), at, at+1)
	s.need = ""
	s.env.Redraw()
}

func (s *Screen) readFile(path string, taken func(document.Facts)) {
	s.busy, s.err, s.need = busyRead, nil, ""
	s.env.Redraw()
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (document.Facts, error) { return document.Read(ctx, path) },
		func(facts document.Facts, err error) {
			if s.busy, s.err = "", err; err == nil {
				taken(facts)
			}
			s.env.Redraw()
		})
}

// takeFolder looks for everybody's document in a folder. Where the list names
// files, they are found by that.
func (s *Screen) takeFolder(path string) {
	m := &s.model
	m.own.folder = folderOf(path)
	if m.own.by == "" {
		m.own.by = document.ByFileName
		if namesFiles(m.people) {
			m.own.by = document.ByColumn
		}
	}
	s.matchNow()
}

// matchNow finds and looks over everybody's document beside the window.
func (s *Screen) matchNow() {
	m := &s.model
	if !m.own.on || m.own.folder == "" {
		return
	}
	s.busy, s.err, s.need, m.own.found, m.leave = busyMatch, nil, "", nil, nil
	chosen, tell := *m, s.tell()
	s.env.Redraw()
	type answer struct {
		found *matching
		looks map[lookKey]glance
	}
	task.Replace(s.env.Run, &s.work, func(ctx context.Context) (a answer, err error) {
		people := chosen.people
		if chosen.from != fromRest {
			if people, err = readPeople(ctx, s.ports, chosen.from, chosen.group, chosen.matchWay()); err != nil {
				return a, err
			}
		}
		a.found, a.looks, err = readOwn(ctx, s.ports, chosen, people, tell)
		return a, err
	}, func(a answer, err error) {
		s.busy, s.err = "", err
		if err == nil {
			m.own.found, m.own.looks = a.found, a.looks
		}
		if s.isOpen {
			s.env.Redraw()
		}
	})
}

// matchWay is the way the mailing goes, before its options are chosen.
func (m *model) matchWay() flow.Way {
	way := flow.Way{Pattern: m.way()}
	if m.onPaper() {
		way.Options.Paper = &post.Paper{IfNoDigipost: true}
	}
	return way
}

func (s *Screen) cancelMatch() {
	s.work.Cancel()
	s.busy = ""
	s.env.Redraw()
}

// missing is what is to be mended on the page of the documents, as a key of words.
func (m *model) missing() string {
	switch {
	case !m.own.on && m.path == "":
		return "mailing.need.file"
	case m.own.on && m.own.folder == "":
		return "mailing.need.folder"
	case m.own.on && m.own.found == nil:
		return "mailing.need.match"
	case m.own.on && m.own.found.count(rowGood) == 0:
		return "mailing.need.good"
	}
	return ""
}

// openRows lists the people whose document is in a state.
func (s *Screen) openRows(state rowState) {
	s.sub, s.filter, s.sought = subRows, state, ""
	s.filterRows()
	s.env.Redraw()
}

// filterRows picks the rows of the chosen state, all for "", that fit the words
// searched for.
func (s *Screen) filterRows() {
	s.picked = nil
	found, sought := s.model.own.found, strings.ToLower(strings.TrimSpace(s.sought))
	for i, row := range found.rows {
		if s.filter != "" && row.state != s.filter {
			continue
		}
		name := ""
		if row.to >= 0 {
			name = found.people.To[row.to].Name
		}
		if sought == "" || strings.Contains(strings.ToLower(name+" "+row.name), sought) {
			s.picked = append(s.picked, i)
		}
	}
}

// neighbour gives the row before or after one that is listed and has a document, or
// -1.
func (s *Screen) neighbour(of, by int) int {
	at := slices.Index(s.picked, of)
	for at += by; at >= 0 && at < len(s.picked); at += by {
		if s.model.own.found.rows[s.picked[at]].path != "" {
			return s.picked[at]
		}
	}
	return -1
}

// allow lets a letter go although it holds somebody else's number, or holds it
// back again where there is no reason.
func (s *Screen) allow(at int, reason string) {
	m := &s.model
	row := &m.own.found.rows[at]
	key := letterKey{whose(m.own.found.people.To[row.to]), row.path}
	allowed := map[letterKey]string{}
	for k, v := range m.own.allowed {
		allowed[k] = v
	}
	if allowed[key] = reason; reason == "" {
		delete(allowed, key)
	}
	m.own.allowed = allowed
	m.own.found.judge(row, m.own, m.onPaper())
	s.filterRows()
	s.env.Redraw()
}

// reasonAllowed is why a letter goes all the same, "" where it does not.
func (m *model) reasonAllowed(row ownRow) string {
	return m.own.allowed[letterKey{whose(m.own.found.people.To[row.to]), row.path}]
}

// toPrices leads to the price table; the mailing waits as it is.
func (s *Screen) toPrices() {
	s.returning = true
	s.env.Go(parts.PlaceSettings, "prices:mailing")
}
