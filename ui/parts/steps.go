package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/ui/look"
)

// StepState is where a person is in a row of steps.
type StepState int

// The states of a step.
const (
	StepLater StepState = iota
	StepNow
	StepDone
	// StepFailed needs to be looked at.
	StepFailed
)

// Step is one step of a wizard.
type Step struct {
	Text  string
	State StepState
}

// StepsAt makes steps where those before now are done.
func StepsAt(now int, texts ...string) []Step {
	steps := make([]Step, len(texts))
	for i, text := range texts {
		steps[i] = Step{Text: text}
		switch {
		case i < now:
			steps[i].State = StepDone
		case i == now:
			steps[i].State = StepNow
		}
	}
	return steps
}

// StepsColumn shows the steps below each other: ticked, the one now, and those
// to come.
func StepsColumn(steps []Step) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, step := range steps {
		icon, color, ink, bold := look.IconReady, look.FieldLine, look.QuietInk, false
		switch step.State {
		case StepDone:
			icon, color, ink = look.IconTickCircle, look.Good, look.Ink
		case StepNow:
			icon, color, ink, bold = look.IconArrow, look.Accent, look.Ink, true
		case StepFailed:
			icon, color, ink = look.IconWarning, look.Stop, look.Ink
		}
		text := look.NewText(step.Text, look.Style{Size: look.SizeBody, Bold: bold, Color: ink}).Wrap(164)
		rows = append(rows, RowTop(look.Near, Stack(0, look.NewIcon(icon, color)), text))
	}
	return Width(192, Stack(look.Apart, rows...))
}
