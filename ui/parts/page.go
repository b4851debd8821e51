package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// Page is the frame of a screen: title, lead, content, and below it a bar with
// Back at the left and the one main button at the right.
type Page struct {
	Title, Lead string
	// Steps stand at the left of a wizard; nil for none.
	Steps []Step
	// Aside are quiet buttons at the right of the title.
	Aside []fyne.CanvasObject
	// Fault stands on top of the content; nil for none.
	Fault *FaultBox
	// Content scrolls where it is too high. With Wide it gets the whole width and
	// height instead and scrolls by itself, like a table.
	// With Broad it scrolls, and is as wide as the window.
	Content fyne.CanvasObject
	Wide    bool
	Broad   bool
	// Back, Later and Next are the buttons of the bar; without any there is no bar.
	Back, Later, Next *Button
	// Extra are quiet buttons beside Next.
	Extra []*Button
}

// View builds the page.
func (p Page) View() fyne.CanvasObject {
	head := p.head()
	body := p.Content
	if body == nil {
		body = Stack(0)
	}
	if p.Fault != nil {
		if p.Wide {
			body = Stack(look.Apart, p.Fault.Object, Fill(body))
		} else {
			body = Stack(look.Apart, p.Fault.Object, body)
		}
	}
	if !p.Wide {
		switch {
		case p.Broad:
		case len(p.Steps) > 0:
			body = AtMost(WizardText, body)
		default:
			body = AtMost(look.Reading, body)
		}
		body = container.NewVScroll(Inset(look.Edge, 4, look.Edge, look.Group, body))
	} else {
		body = Inset(look.Edge, 4, look.Edge, look.Apart, body)
	}
	if len(p.Steps) > 0 {
		body = container.NewBorder(nil, nil, Inset(look.Edge, 8, 0, 0, StepsColumn(p.Steps)), nil, body)
	}
	bar := p.bar()
	if bar == nil {
		return container.NewBorder(head, nil, nil, nil, body)
	}
	return container.NewBorder(head, bar, nil, nil, body)
}

func (p Page) head() fyne.CanvasObject {
	lines := []fyne.CanvasObject{}
	if p.Title != "" {
		title := []fyne.CanvasObject{Fill(Stack(0, look.Title(p.Title).Wrap(0).Clip()))}
		title = append(title, p.Aside...)
		lines = append(lines, Row(look.Near, title...))
	}
	if p.Lead != "" {
		lines = append(lines, look.Lead(p.Lead))
	}
	if len(lines) == 0 {
		return Inset(0, look.Group, 0, 0, Stack(0))
	}
	return Inset(look.Edge, 28, look.Edge, 20, Stack(look.Tight, lines...))
}

func (p Page) bar() fyne.CanvasObject {
	var buttons []fyne.CanvasObject
	if p.Back != nil {
		buttons = append(buttons, p.Back)
	}
	buttons = append(buttons, Fill(nil))
	if p.Later != nil {
		buttons = append(buttons, p.Later)
	}
	for _, extra := range p.Extra {
		buttons = append(buttons, extra)
	}
	if p.Next != nil {
		buttons = append(buttons, p.Next)
	}
	if len(buttons) == 1 {
		return nil
	}
	return Stack(0, look.NewHairline(), Inset(look.Edge, 12, look.Edge, 12, Row(12, buttons...)))
}
