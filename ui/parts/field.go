package parts

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"brevdue/ui/look"
)

// Field is a question in a form: a label above, what is filled in, help below,
// and an error under it when there is one.
type Field struct {
	// Object is what goes into the form.
	Object fyne.CanvasObject
	// Entry is the text field; nil where the field is something else.
	Entry *Entry

	problem *fyne.Container
	words   *look.Text
	width   float32
}

// NewField puts label, help and error around any control. Width is that of what
// goes in: a postcode's field is short. Help may be empty.
func NewField(id, label, help string, width float32, control fyne.CanvasObject) *Field {
	f := &Field{width: max(width, 320)}
	f.words = look.NewText("", look.Style{Size: look.SizeSmall, Color: look.Stop}).Wrap(f.width - 24)
	f.problem = RowTop(6, Stack(0, look.NewIconOf(look.IconWarning, look.Stop, 18)), f.words)
	f.problem.Hide()
	lines := []fyne.CanvasObject{}
	if label != "" {
		lines = append(lines, look.Strong(label))
	}
	lines = append(lines, container.New(&limit{width: width, fixed: true, tall: look.Target}, WithID(id, control)), f.problem)
	if help != "" {
		lines = append(lines, look.Small(help).Wrap(max(width, 480)))
	}
	f.Object = Stack(6, lines...)
	return f
}

// TextField is a field for one line of text.
func TextField(id, label, help string, width float32) *Field {
	entry := NewEntry()
	f := NewField(id, label, help, width, entry)
	f.Entry = entry
	return f
}

// PasswordField hides what is typed, with an eye to look.
func PasswordField(id, label, help string, width float32) *Field {
	entry := NewPasswordEntry()
	f := NewField(id, label, help, width, entry)
	f.Entry = entry
	return f
}

// SelectField is a choice of a few, by the words shown.
func SelectField(id, label, help string, width float32, options []string, chosen string, changed func(string)) *Field {
	choice := widget.NewSelect(options, nil)
	choice.SetSelected(chosen)
	choice.OnChanged = changed
	// Fyne draws no edge around a choice; the one on top lets the pointer through.
	edged := container.NewStack(choice, look.NewSurface(look.Clear, look.FieldLine, look.RadiusSmall))
	return NewField(id, label, help, width, edged)
}

// CheckBox is a tick with words, 40 pixels high.
func CheckBox(id, text string, on bool, changed func(bool)) fyne.CanvasObject {
	box := newTick(text)
	box.SetChecked(on)
	box.OnChanged = changed
	// Fyne keeps room before the box; it stands in line with the fields. Only box and
	// words take a click, so that it is no wider than they are.
	return Left(Inset(-9, 0, 0, 0, WithID(id, box)))
}

// SetError shows an error under the field, or takes it away when it is "".
func (f *Field) SetError(text string) {
	f.words.Set(text)
	if text == "" {
		f.problem.Hide()
	} else {
		f.problem.Show()
	}
	if f.Entry != nil {
		var failed error
		if text != "" {
			failed = errors.New(text)
		}
		f.Entry.SetValidationError(failed)
	}
	f.Object.Refresh()
}

// Form stacks fields with the room forms have.
func Form(objects ...fyne.CanvasObject) *fyne.Container { return Stack(20, objects...) }

// CopyLine shows a text that is to be copied (an address, a key) with its button.
func CopyLine(env *Env, id, text string, width float32) fyne.CanvasObject {
	button := Quiet(id, env.T("button.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(text)
		env.Toast(env.T("toast.copied"), nil)
	}).Icon(look.IconCopy)
	ground := container.NewStack(look.NewSurface(look.Card, look.Line, look.RadiusSmall),
		Inset(12, 0, 12, 0, look.Body(text).Clip()))
	return Width(width, Row(look.Near, Fill(ground), button))
}
