package options

import (
	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The columns of the price table beside the name, which takes what they leave.
const (
	priceField = float32(96)
	stepsField = float32(272)
	priceUnitW = float32(88)
	priceSince = float32(176)
	priceGap   = float32(12)
)

// priceRow is one line of the price table.
type priceRow struct {
	entry   *parts.Entry
	since   *look.Text
	wrong   *look.Text
	problem *fyne.Container
}

// refuse says what is wrong with what was typed; "" takes it away.
func (r *priceRow) refuse(text string) {
	r.wrong.Set(text)
	if text == "" {
		r.problem.Hide()
	} else {
		r.problem.Show()
	}
	r.problem.Refresh()
}

// pricesView is the price table.
func (s *Screen) pricesView() fyne.CanvasObject {
	env, p := s.env, &s.prices
	if !p.read {
		return parts.Stack(0)
	}
	p.rows = map[string]*priceRow{}
	lines := []fyne.CanvasObject{look.QuietText(env.T("cost.prices.lead")).Wrap(look.Reading)}
	p.missing = parts.Stack(0)
	s.showMissing()
	if len(p.missing.Objects) > 0 {
		lines = append(lines, p.missing)
	}
	for _, group := range priceGroups {
		rows := []fyne.CanvasObject{}
		for _, key := range p.priceKeys(group.name, group.keys) {
			if len(rows) > 0 {
				rows = append(rows, look.NewHairline())
			}
			rows = append(rows, s.priceRow(key))
		}
		lines = append(lines, parts.Stack(look.Near, look.Heading(env.T("cost.group."+group.name)),
			look.Small(env.T("cost.group."+group.name+".source")).Wrap(look.Reading), parts.Inset(0, look.Tight, 0, 0, parts.Stack(0, rows...))))
	}
	return parts.Stack(look.Group, lines...)
}

// pricesBack leads back to the mailing wizard where the person came from it; nil
// elsewhere.
func (s *Screen) pricesBack() *parts.Button {
	if s.tab != tabPrices || !s.prices.fromMailing {
		return nil
	}
	return parts.Quiet("options.prices.mailing", s.env.T("cost.prices.mailing"), s.backToMailing).Icon(look.IconLeft)
}

// priceRow is a value with what it is for, its unit and since when it stands.
func (s *Screen) priceRow(key string) fyne.CanvasObject {
	env, p := s.env, &s.prices
	width := priceField
	if key == job.PriceSteps {
		width = stepsField
	}
	row := &priceRow{entry: parts.NewEntry(), since: look.Small("").Clip(),
		wrong: look.NewText("", look.Style{Size: look.SizeSmall, Color: look.Stop}).Wrap(look.Reading - 24)}
	row.problem = parts.Inset(0, 0, 0, look.Near, parts.RowTop(6, parts.Stack(0, look.NewIconOf(look.IconWarning, look.Stop, 18)), row.wrong))
	row.problem.Hide()
	p.rows[key] = row
	text, typed := p.typed[key]
	if !typed {
		text = s.shown(key)
	}
	row.entry.SetText(text)
	row.entry.OnChanged = func(text string) { s.typePrice(key, text) }
	row.entry.OnSubmitted = func(string) { s.keepPrice(key) }
	row.entry.Left = func() { s.keepPrice(key) }
	s.showPrice(key)
	name := look.Body(parts.PriceName(env.Words, key, p.table.StepBounds)).Clip()
	field := parts.Width(width, parts.WithID("options.price."+key, row.entry))
	line := parts.Row(priceGap, parts.Fill(name), field, parts.Width(priceUnitW, look.Small(env.T("cost.unit."+priceUnit(key)))), parts.Width(priceSince, row.since))
	return parts.Stack(0, parts.Inset(0, 4, 0, 4, line), row.problem)
}

// showMissing says how many prices nobody has filled in, where there are any.
func (s *Screen) showMissing() {
	env, p := s.env, &s.prices
	p.missing.Objects = nil
	if missing, all := p.unset(); missing > 0 {
		p.missing.Objects = []fyne.CanvasObject{parts.WithID("options.prices.unset", parts.Note(parts.ToneInfo,
			env.Words.Count("cost.prices.unset", missing, "all", env.Words.Number(all)), look.Reading))}
	}
	p.missing.Refresh()
}

// showPrices brings all rows up to date where they stand.
func (s *Screen) showPrices() {
	s.showMissing()
	for key, row := range s.prices.rows {
		s.showPrice(key)
		if _, typed := s.prices.typed[key]; !typed && row.entry.Text != s.shown(key) {
			row.entry.SetText(s.shown(key))
		}
	}
}

// showPrice says since when a value stands.
func (s *Screen) showPrice(key string) {
	p := &s.prices
	p.rows[key].since.Set(parts.PriceSince(s.env.Words, p.table.Value(key), p.changed[key]))
}
