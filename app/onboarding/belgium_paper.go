package onboarding

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// EBoxSheet is a checklist as it goes on paper.
type EBoxSheet struct {
	Title, Subtitle string
	// Foot stands below each page.
	Foot string
	// Page says which of how many pages it is.
	Page     func(page, pages int) string
	Sections []EBoxSection
}

// EBoxSection is a step on paper: a heading with what stands beside it, and lines
// of a label and a text. A line without a label is text alone.
type EBoxSection struct {
	Heading, Beside string
	Lines           [][2]string
}

// PDF gives the checklist on paper, in the language of the words.
func (e *EBox) PDF(ctx context.Context, words EBoxWords) ([]byte, error) {
	t, err := e.Trajectory(ctx)
	if err != nil {
		return nil, err
	}
	if e.ports.Paper == nil {
		return nil, post.NewFault(post.CodeInternal, nil)
	}
	data, err := e.ports.Paper(ctx, e.Sheet(t, words))
	if err != nil {
		return nil, fmt.Errorf("write the checklist as a PDF: %w", err)
	}
	return data, nil
}

// Sheet gives the checklist as it goes on paper.
func (e *EBox) Sheet(t post.EBoxTrajectory, words EBoxWords) EBoxSheet {
	t = EBoxSettle(t)
	done, all := EBoxProgress(t)
	sheet := EBoxSheet{
		Title:    words.Get("ebox.paper.title"),
		Subtitle: words.Get("ebox.progress", "done", strconv.Itoa(done), "all", strconv.Itoa(all)),
		Foot:     words.Get("ebox.paper.foot", "date", words.Date(e.ports.Now())),
		Page: func(page, pages int) string {
			return words.Get("ebox.paper.page", "page", strconv.Itoa(page), "pages", strconv.Itoa(pages))
		},
	}
	facts := EBoxSection{Heading: words.Get("ebox.paper.facts")}
	facts.line(words, "ebox.label.name", t.Name)
	facts.line(words, "ebox.label.enterprise", t.Enterprise)
	facts.line(words, "ebox.label.profile", words.Get("ebox.profile."+profileName(t.OwnKey)))
	facts.line(words, "ebox.label.environment", words.Get("ebox.environment."+string(t.Environment)))
	facts.line(words, "ebox.label.sender_number", t.SenderNumber)
	facts.line(words, "ebox.label.client_id", t.ClientID)
	if c := t.Certificate; c.SHA256 != "" {
		facts.line(words, "ebox.label.certificate", c.Subject)
		facts.line(words, "ebox.label.not_after", words.Date(c.NotAfter))
		facts.line(words, "ebox.label.fingerprint", c.SHA256)
	}
	sheet.Sections = append(sheet.Sections, facts)
	for i, info := range EBoxSteps(t.OwnKey) {
		sheet.Sections = append(sheet.Sections, paperStep(info, t.Steps[i], words))
	}
	return sheet
}

func paperStep(info EBoxStepInfo, step post.EBoxStep, words EBoxWords) EBoxSection {
	section := EBoxSection{Heading: info.ID + "  " + words.Get(info.Words+".title"), Beside: EBoxStateText(step, words)}
	if info.Unneeded {
		return section
	}
	section.line(words, "ebox.label.who", EBoxRoles(info, words))
	section.line(words, "ebox.label.where", info.URL)
	section.line(words, "ebox.label.how", words.Get(info.Words+".how"))
	section.line(words, "ebox.label.needs", words.Get(info.Words+".needs"))
	section.line(words, "ebox.label.gives", words.Get(info.Words+".gives"))
	if info.MaySkip {
		section.line(words, "ebox.label.skip", words.Get(info.Words+".skip"))
	}
	if info.Irreversible {
		section.line(words, "ebox.label.beware", words.Get("ebox.irreversible"))
	}
	section.line(words, "ebox.label.note", step.Note)
	return section
}

// EBoxStateText says a step's state, with its date where there is one.
func EBoxStateText(step post.EBoxStep, words EBoxWords) string {
	text := words.Get("ebox.state." + string(step.State))
	if step.Date.IsZero() {
		return text
	}
	return text + " " + words.Date(step.Date)
}

// EBoxRoles names who may do a step.
func EBoxRoles(info EBoxStepInfo, words EBoxWords) string {
	names := make([]string, len(info.Who))
	for i, role := range info.Who {
		names[i] = words.Get("ebox.role." + string(role))
	}
	return strings.Join(names, ", ")
}

func (s *EBoxSection) line(words EBoxWords, label, text string) {
	if text != "" {
		s.Lines = append(s.Lines, [2]string{words.Get(label), text})
	}
}
