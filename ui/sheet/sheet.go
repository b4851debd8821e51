// Package sheet is the import wizard: a file, its sheet, the row with the
// headings, the columns, what is wrong in the rows, and a last look before the
// list goes into the register. It keeps its place when the person goes elsewhere.
package sheet

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// Screen is the wizard in the window.
type Screen struct {
	env   *parts.Env
	model *model

	drop     *parts.Drop
	progress *parts.Progress
	columns  *columnsPage
	review   *reviewPage
	next     *parts.Button
	fault    *parts.FaultBox
	isOpen   bool
}

var (
	_ parts.Screen  = (*Screen)(nil)
	_ parts.Backer  = (*Screen)(nil)
	_ parts.Dropper = (*Screen)(nil)
)

// New makes the wizard.
func New(env *parts.Env, ports Ports) *Screen {
	s := &Screen{env: env, model: newModel(env.Run, ports, env.Now)}
	s.model.changed = s.redraw
	s.model.touched = s.touch
	s.model.progress = func(done, total int) {
		if s.progress != nil {
			s.progress.Set(done, total)
		}
		if s.columns != nil {
			s.columns.showSample()
		}
	}
	return s
}

// Open goes on where the person was. arg is a list to begin with, or empty.
func (s *Screen) Open(arg string) {
	s.isOpen = true
	switch {
	case arg != "":
		s.model.restart()
		s.model.open(arg)
	case s.model.step == stepStored:
		s.model.restart()
	}
}

// Leave keeps everything: reading goes on, and the place stays.
func (s *Screen) Leave() { s.isOpen = false }

// Back goes one step back by Esc.
func (s *Screen) Back() bool { return s.model.back() }

// Dropped begins with a file that was dropped on the window.
func (s *Screen) Dropped(paths []string) {
	if s.drop != nil && s.model.step == stepFile {
		s.drop.Dropped(paths)
	}
}

func (s *Screen) redraw() {
	if s.isOpen {
		s.env.Redraw()
	}
}

// touch brings numbers on the page up to date without building it anew, so that
// lists stay scrolled and fields keep the cursor.
func (s *Screen) touch() {
	if !s.isOpen {
		return
	}
	if s.fault != nil {
		s.fault.Show(s.model.fault)
	}
	if s.columns != nil {
		s.columns.update()
	}
	if s.review != nil {
		s.review.update()
	}
	if s.next != nil {
		s.next.Off(!s.model.mayGoOn())
	}
}

// stepKeys name the steps in the words.
var stepKeys = []string{"file", "sheet", "header", "columns", "problems", "review"}

// View builds the page of the step.
func (s *Screen) View() fyne.CanvasObject {
	s.drop, s.progress, s.columns, s.review, s.next = nil, nil, nil, nil, nil
	m := s.model
	if m.step == stepStored {
		return s.storedView()
	}
	key := stepKeys[m.step]
	s.fault = parts.NewFaultBox(s.env, parts.WizardText)
	s.fault.Show(m.fault)
	page := parts.Page{Title: s.env.T("sheet." + key + ".title"), Lead: s.env.T("sheet." + key + ".lead"), Steps: s.steps(), Fault: s.fault}
	if m.step != stepFile {
		page.Back = parts.Quiet("sheet.back", s.env.T("button.back"), func() { m.back() }).Icon(look.IconLeft)
		page.Later = parts.Link("sheet.later", s.env.T("button.later"), func() { s.env.Go(parts.PlacePeople, "") })
	}
	if m.slow && m.doing != doingNothing {
		page.Content = s.waiting()
		return page.View()
	}
	s.next = s.nextButton()
	page.Next = s.next
	switch m.step {
	case stepFile:
		page.Content = s.fileView()
	case stepSheet:
		page.Content, page.Wide = s.sheetView(), true
	case stepHeader:
		page.Content, page.Wide = s.headerView(), true
	case stepColumns:
		s.columns = newColumnsPage(s)
		page.Content, page.Wide = s.columns.object, true
		page.Aside = []fyne.CanvasObject{parts.CheckBox("sheet.remember", s.env.T("sheet.columns.remember"), m.remember, func(on bool) { m.remember = on })}
	case stepProblems:
		page.Content, page.Wide = s.problemsView(), true
		page.Extra = s.problemButtons()
	case stepReview:
		if m.plan != nil {
			s.review = newReviewPage(s)
			page.Content, page.Wide = s.review.object, true
		}
	}
	return page.View()
}

func (s *Screen) steps() []parts.Step {
	names := make([]string, len(stepKeys))
	for i, key := range stepKeys {
		names[i] = s.env.T("sheet.step." + key)
	}
	steps := parts.StepsAt(int(s.model.step), names...)
	if s.model.fault != nil {
		steps[s.model.step].State = parts.StepFailed
	}
	return steps
}

func (s *Screen) nextButton() *parts.Button {
	m := s.model
	switch m.step {
	case stepFile:
		return nil
	case stepReview:
		return parts.Main("sheet.store", s.env.T("sheet.store"), m.next).Off(!m.mayGoOn())
	case stepProblems:
		if skipped := m.skipped(); skipped > 0 && m.mayGoOn() {
			return parts.Main("sheet.next", s.env.Words.Count("sheet.problems.next", skipped), m.next)
		}
	}
	return parts.Main("sheet.next", s.env.T("button.next"), m.next).Off(!m.mayGoOn())
}

// waiting shows how far slow work is, with a way out where there is one.
func (s *Screen) waiting() fyne.CanvasObject {
	m := s.model
	s.progress = parts.NewProgress(s.env, s.env.T("sheet.doing."+string(m.doing), "file", m.file()))
	s.progress.Set(m.done, m.total)
	lines := []fyne.CanvasObject{s.progress.Object}
	if m.doing != doingStore && m.doing != doingUndo {
		lines = append(lines, look.Small(s.env.T("sheet.doing.cancel")).Wrap(parts.WizardText-2*look.Group),
			parts.Left(parts.Quiet("sheet.cancel", s.env.T("button.cancel"), m.cancel).Icon(look.IconClose)))
	}
	return parts.Card(parts.Stack(look.Apart, lines...))
}

// endings are those of the lists that can be read.
var endings = []string{".xlsx", ".xlsm", ".csv", ".tsv", ".txt"}

func (s *Screen) fileView() fyne.CanvasObject {
	s.drop = parts.NewDrop(s.env, "sheet", look.IconSheet, s.env.T("sheet.file.drop"), s.env.T("sheet.file.hint"), endings, s.model.open)
	return parts.Stack(look.Group, s.drop.Object,
		parts.Note(parts.ToneInfo, s.env.T("sheet.file.safe"), parts.WizardText))
}
