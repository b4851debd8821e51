package command

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"brevdue/app/inbox"
	"brevdue/app/post"
)

type messagesJSON struct {
	Total    int           `json:"total"`
	Unread   int           `json:"unread"`
	New      int           `json:"new"`
	Messages []messageJSON `json:"messages"`
	// Providers are those asked, with what went wrong.
	Providers []providerJSON `json:"providers"`
	Workbook  string         `json:"workbook,omitempty"`
}

type messageJSON struct {
	ID           string             `json:"id"`
	Provider     string             `json:"provider"`
	Sender       string             `json:"sender"`
	SenderNumber string             `json:"sender_number"`
	Subject      string             `json:"subject"`
	Type         string             `json:"type"`
	Received     string             `json:"received"`
	Expires      string             `json:"expires"`
	Read         bool               `json:"read"`
	Registered   bool               `json:"registered"`
	New          bool               `json:"new"`
	Saved        bool               `json:"saved"`
	Documents    []eboxDocumentJSON `json:"documents"`
}

type eboxDocumentJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	Main bool   `json:"main"`
}

// eboxMessages shows the messages, after asking the providers for what is new.
func eboxMessages(ctx context.Context, s *session, _ []string) error {
	f := s.flags
	if f.expiring < 0 {
		return usage("bad_value", "flag", "expiring")
	}
	return s.withEBox(ctx, func(b Belgium) error {
		if err := s.refreshInbox(ctx, b); err != nil {
			return err
		}
		query := inbox.Query{Search: f.search, Unread: f.unread, Registered: f.registered, ExpiringDays: f.expiring, Language: s.texts.Code()}
		page, err := b.Inbox.List(ctx, query)
		if err != nil {
			return err
		}
		result := messagesJSON{Total: page.Total, Unread: page.Counts.Unread, New: page.Counts.New, Messages: make([]messageJSON, 0, len(page.Entries))}
		for _, entry := range page.Entries {
			result.Messages = append(result.Messages, s.messageJSON(entry))
		}
		if result.Providers, err = s.providers(ctx, b); err != nil {
			return err
		}
		if f.workbook != "" {
			if _, err := b.Inbox.Export(ctx, query, f.workbook, s.texts); err != nil {
				return err
			}
			result.Workbook = f.workbook
		}
		s.emit(result, func(w io.Writer) { s.messagesText(w, page, result) })
		if f.json {
			return nil // a script has not looked at anything
		}
		return b.Inbox.Looked(ctx)
	})
}

// refreshInbox asks the providers, unless -refresh=false. When nobody can be
// reached just now the list shows what is known, and the exit code says so.
func (s *session) refreshInbox(ctx context.Context, b Belgium) error {
	if !s.flags.refresh {
		return nil
	}
	refreshed, err := b.Inbox.Refresh(ctx, false)
	if refreshed.Fallback != nil {
		s.note("ebox.fallback")
	}
	for _, source := range refreshed.Sources {
		if source.Trouble != "" {
			s.attention(exitAttention)
		}
	}
	if err == nil {
		return nil
	}
	fault := faultOf(err)
	if exitOfCode(fault.Code) != exitUnreachable {
		return err
	}
	what, next := s.words(fault)
	s.tell(what + "\n" + next)
	s.attention(exitUnreachable)
	return nil
}

func (s *session) providers(ctx context.Context, b Belgium) ([]providerJSON, error) {
	sources, err := b.Inbox.Sources(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]providerJSON, 0, len(sources))
	for _, source := range sources {
		line := providerJSON{ID: source.Provider.ID, Name: source.Provider.Name.In(s.texts.Code()), Version: source.Provider.Version,
			Active: source.Provider.Active, Trouble: string(source.Trouble)}
		if source.Trouble != "" {
			line.Text, _ = s.words(post.NewFault(source.Trouble, nil, "host", clip(orElse(line.Name, line.ID), mostSubject)))
		}
		list = append(list, line)
	}
	return list, nil
}

func (s *session) messageJSON(e post.EBoxEntry) messageJSON {
	language := s.texts.Code()
	m := messageJSON{ID: e.ID, Provider: e.Provider, Sender: orElse(e.Sender.In(language), e.SenderID), SenderNumber: e.SenderID,
		Subject: e.Subject.In(language), Type: orElse(e.Type.In(language), e.TypeID), Received: moment(e.Received), Expires: moment(e.Expires),
		Read: e.Read, Registered: e.Registered, New: e.New, Saved: e.Saved(), Documents: make([]eboxDocumentJSON, 0, len(e.Attachments))}
	for _, a := range e.Attachments {
		m.Documents = append(m.Documents, eboxDocumentJSON{a.Key(), a.FileName, a.Size, a.Main})
	}
	return m
}

func (s *session) messagesText(w io.Writer, page inbox.Page, result messagesJSON) {
	s.heads(w, "received", "sender", "subject", "read", "expires", "message_id")
	times := map[string]int{}
	for _, entry := range page.Entries {
		times[entry.ID]++
	}
	for i, entry := range page.Entries {
		m := result.Messages[i]
		if times[m.ID] > 1 {
			m.ID = fullID(entry)
		}
		row(w, s.texts.Date(entry.Received), clip(m.Sender, mostSender), clip(m.Subject, mostSubject), s.yesNo(entry.Read),
			s.texts.Date(entry.Expires), clip(m.ID, mostID))
	}
	fmt.Fprintf(w, "\n%s\n", s.count("ebox.messages", result.Total, "unread", s.number(result.Unread), "fresh", s.number(result.New)))
	for _, provider := range result.Providers {
		if provider.Trouble != "" {
			fmt.Fprintln(w, s.get("ebox.silent", "provider", clip(orElse(provider.Name, provider.ID), mostSubject), "why", provider.Text))
		}
	}
	if result.Workbook != "" {
		fmt.Fprintln(w, s.get("ebox.written", "file", result.Workbook))
	}
}

// How wide the columns of the table become, in characters; JSON has all of it.
const (
	mostSender  = 30
	mostSubject = 60
	mostID      = 80
)

// clip makes a sender's text fit for a column: at most so many characters, and
// none that steers a terminal or turns text round.
func clip(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > most {
		return strings.TrimRight(string([]rune(text)[:most-1]), " ") + "…"
	}
	return text
}

func (s *session) yesNo(is bool) string {
	if is {
		return s.texts.Get("ebox.yes")
	}
	return s.texts.Get("ebox.no")
}

type downloadJSON struct {
	Folder     string         `json:"folder"`
	Saved      int            `json:"saved"`
	There      int            `json:"there"`
	Failed     int            `json:"failed"`
	NotTried   int            `json:"not_tried"`
	MarkedRead int            `json:"marked_read"`
	Documents  []downloadLine `json:"documents"`
}

// downloadLine is one document. State is saved, there (already), failed or
// not_tried; Code and Text say why it is not there.
type downloadLine struct {
	Message  string `json:"message"`
	Provider string `json:"provider"`
	Document string `json:"document"`
	Path     string `json:"path"`
	State    string `json:"state"`
	Code     string `json:"code"`
	Text     string `json:"text"`
}

// eboxDownload saves documents into a folder, once somebody has said yes:
// personal data comes onto this machine, and main documents are read for all.
func eboxDownload(ctx context.Context, s *session, words []string) error {
	if len(s.flags.messages) > 0 == s.flags.all {
		return usage("which_messages")
	}
	return s.withEBox(ctx, func(b Belgium) error {
		if err := s.refreshInbox(ctx, b); err != nil {
			return err
		}
		selection := inbox.Selection{All: s.flags.all, Annexes: s.flags.annexesOnly, Folder: words[0], Language: s.texts.Code()}
		var err error
		if !s.flags.all {
			if selection.Messages, err = s.eboxKeys(ctx, b); err != nil {
				return err
			}
		}
		plan, err := b.Inbox.Plan(ctx, selection)
		if err != nil {
			return err
		}
		if plan.Documents > 0 {
			question := s.count("ask.ebox_download", plan.Documents, "size", s.texts.Size(plan.Bytes), "folder", plan.Folder, "marked", s.number(plan.MarksRead))
			if err := s.approve(ctx, question); err != nil {
				return err
			}
		}
		results, err := b.Inbox.Run(ctx, plan, func(p inbox.Progress) {
			s.progress(strconv.Itoa(p.Done) + "/" + strconv.Itoa(p.Total) + "  " + s.texts.Size(p.Bytes))
		})
		s.progressEnd()
		if err == nil || len(results) > 0 { // else nothing was begun
			s.printDownload(plan, results)
		}
		return err
	})
}

// eboxKeys finds the messages that are meant. An id is unique within one provider
// only: where several have it, PROVIDER/ID says which, since saving the wrong one
// could not be undone.
func (s *session) eboxKeys(ctx context.Context, b Belgium) ([]inbox.Key, error) {
	byName := map[string][]inbox.Key{}
	for _, hidden := range []bool{false, true} {
		page, err := b.Inbox.List(ctx, inbox.Query{Hidden: hidden, Expired: true})
		if err != nil {
			return nil, err
		}
		for _, entry := range page.Entries {
			for _, name := range []string{entry.ID, fullID(entry)} {
				byName[name] = append(byName[name], inbox.KeyOf(entry))
			}
		}
	}
	var keys []inbox.Key
	for _, id := range s.flags.messages {
		found := byName[id]
		switch len(found) {
		case 0:
			return nil, post.NewFault(post.CodeMessageUnknown, nil, "message", id)
		case 1:
			keys = append(keys, found[0])
		default:
			var names []string
			for _, key := range found {
				names = append(names, clip(key.Provider+"/"+key.Message, mostID))
			}
			return nil, usage("several_messages", "id", clip(id, mostID), "ids", strings.Join(names, ", "))
		}
	}
	return keys, nil
}

// fullID names a message among those of all providers.
func fullID(e post.EBoxEntry) string { return e.Provider + "/" + e.ID }

func (s *session) printDownload(plan *inbox.Plan, results []inbox.Result) {
	result := downloadJSON{Folder: plan.Folder, Documents: make([]downloadLine, 0, len(results))}
	read := map[inbox.Key]bool{}
	for _, r := range results {
		line := downloadLine{Message: r.Item.Message, Provider: r.Item.Provider, Document: r.Item.Attachment.Key(), Path: r.Item.Path, State: string(r.State)}
		switch r.State {
		case inbox.ItemSaved:
			result.Saved++
			if r.Item.MarksRead {
				read[r.Item.Key] = true
			}
		case inbox.ItemThere:
			result.There++
		case inbox.ItemFailed:
			result.Failed++
		case inbox.ItemNotTried:
			result.NotTried++
		}
		if r.Err != nil {
			fault := faultOf(r.Err)
			line.Code = string(fault.Code)
			line.Text, _ = s.words(fault)
			s.attention(s.downloadExit(results, fault))
		}
		result.Documents = append(result.Documents, line)
	}
	result.MarkedRead = len(read)
	s.emit(result, func(w io.Writer) { s.downloadText(w, result) })
}

// downloadExit: where some came it is for attention; where none did, the reason
// says it.
func (s *session) downloadExit(results []inbox.Result, fault *post.Fault) int {
	for _, r := range results {
		if r.State == inbox.ItemSaved || r.State == inbox.ItemThere {
			return exitAttention
		}
	}
	return exitOfCode(fault.Code)
}

func (s *session) downloadText(w io.Writer, r downloadJSON) {
	for _, line := range r.Documents {
		if line.State == string(inbox.ItemThere) {
			continue
		}
		name := clip(line.Message, mostID)
		if below, err := filepath.Rel(r.Folder, line.Path); err == nil && line.Path != "" {
			name = below
		}
		row(w, s.texts.Get("ebox.saved."+line.State), name)
		if line.Text != "" {
			row(w, "", line.Text)
		}
	}
	switch {
	case r.Saved == 0 && r.Failed == 0 && r.NotTried == 0:
		fmt.Fprintln(w, s.get("ebox.nothing"))
	default:
		fmt.Fprintln(w, s.count("ebox.saved", r.Saved, "folder", r.Folder))
		if r.MarkedRead > 0 {
			fmt.Fprintln(w, s.get("ebox.marked", "count", s.number(r.MarkedRead)))
		}
	}
}
