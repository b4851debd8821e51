package mailing

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts"
)

// The columns of the cost: the price's name takes what the others leave.
const (
	costName  = float32(parts.WizardText - 2*look.Group - 3*look.Near - 64 - 96 - 112)
	costCase  = float32(parts.WizardText-2*look.Group-2*look.Apart) / 3
	costCount = float32(64)
	costUnit  = float32(96)
	costSum   = float32(112)
)

// costLines are what the mailing may cost by the person's own prices; none where
// there are no prices to go by.
func (s *Screen) costLines() []fyne.CanvasObject {
	c := s.model.plan.cost
	if c == nil {
		return nil
	}
	env := s.env
	const text = parts.WizardText - 2*look.Group
	lines := []fyne.CanvasObject{look.Strong(env.T("cost.title"))}
	if c.known() {
		lines = append(lines, s.costSums(c), look.Small(env.T("cost.basis."+string(c.estimate.Basis))).Wrap(text))
	} else {
		lines = append(lines, parts.WithID("mailing.cost.missing", parts.Note(parts.ToneCare,
			env.Words.Count("cost.no_sum", len(c.estimate.MissingPrices), "names", strings.Join(s.missingPrices(c), "; ")), text)))
	}
	lines = append(lines, s.costTable(c))
	own := parts.Row(look.Near, parts.Fill(look.Small(env.T("cost.own_prices")).Clip()),
		parts.Quiet("mailing.prices", env.T("cost.edit"), s.toPrices))
	return []fyne.CanvasObject{parts.WithID("mailing.cost", parts.Card(parts.Stack(12, append(lines, own)...)))}
}

// missingPrices are the names of the prices that the sum lacks.
func (s *Screen) missingPrices(c *costing) []string {
	var names []string
	for _, key := range c.estimate.MissingPrices {
		names = append(names, parts.PriceName(s.env.Words, key, c.table.StepBounds))
	}
	return names
}

// costSums are the three sums beside each other, the likely one large; where they are
// the same there is one.
func (s *Screen) costSums(c *costing) fyne.CanvasObject {
	env := s.env
	sum := func(key string, amount job.Amount, style look.Style) fyne.CanvasObject {
		return parts.WithID("mailing.cost."+key, parts.Width(costCase, parts.Stack(2, look.Small(env.T("cost."+key)), look.NewText(s.kroner(amount), style), look.Small(env.T("cost."+key+".why")).Wrap(costCase))))
	}
	plain := look.Style{Size: look.SizeLead, Color: look.Ink}
	e := c.estimate
	vat := env.T("cost.vat", "percent", parts.Decimal(env.Words, c.table.Value(job.PriceVAT)), "amount", s.kroner(c.table.WithVAT(e.Likely)))
	sums := []fyne.CanvasObject{sum("likely", e.Likely, look.Style{Size: look.SizeHeading, Bold: true, Color: look.Ink})}
	if e.Low != e.High { // else it is said once
		sums = append(sums, sum("low", e.Low, plain), sum("high", e.High, plain))
	}
	return parts.Stack(look.Near, parts.RowTop(look.Apart, sums...), look.Small(vat))
}

// costTable is how the likely sum is made up: each price, how often, and since
// when it stands.
func (s *Screen) costTable(c *costing) fyne.CanvasObject {
	env := s.env
	right := func(text string, width float32, strong bool) fyne.CanvasObject {
		t := look.Body(text)
		if strong {
			t = look.Strong(text)
		}
		return parts.Width(width, t.Align(fyne.TextAlignTrailing))
	}
	head := func(key string, width float32) fyne.CanvasObject {
		return parts.Width(width, look.Small(env.T(key)).Align(fyne.TextAlignTrailing))
	}
	rows := []fyne.CanvasObject{parts.Row(look.Near, parts.Fill(look.Small(env.T("cost.column.what"))), head("cost.column.count", costCount), head("cost.column.unit", costUnit), head("cost.column.sum", costSum))}
	last := post.Channel("")
	for _, line := range c.estimate.Lines {
		if line.Channel != last {
			rows = append(rows, parts.Inset(0, 6, 0, 0, look.Strong(s.channelName(c, line.Channel))))
			last = line.Channel
		}
		unit, sum := env.T("cost.unset"), "–"
		if line.Price != "" {
			unit, sum = s.price(line.Price), s.kroner(line.Likely)
		}
		name := parts.Stack(0, look.Body(parts.PriceName(env.Words, line.Key, c.table.StepBounds)).Wrap(costName),
			look.Small(parts.PriceSince(env.Words, line.Price, c.changed[line.Key])).Clip())
		rows = append(rows, look.NewHairline(), parts.Row(look.Near, parts.Fill(name), right(s.timesCharged(line), costCount, false), right(unit, costUnit, false), right(sum, costSum, false)))
	}
	if e := c.estimate; e.Unchecked > 0 && e.UncheckedPaper > 0 {
		rows = append(rows, look.NewHairline(), parts.WithID("mailing.cost.unchecked", parts.Row(look.Near,
			parts.Fill(parts.Stack(0, look.Body(env.Words.Count("cost.line.unchecked", e.Unchecked)).Clip(), look.Small(env.T("cost.line.unchecked.text")).Clip())),
			right(s.kroner(e.UncheckedPaper), costSum, false))))
	}
	return parts.Stack(6, rows...)
}

// timesCharged is how often a price is likely to be charged. Where it is a guess
// between two numbers, the sum does not go by the whole one that is shown.
func (s *Screen) timesCharged(line job.CostLine) string {
	count := s.env.Words.Number(line.LikelyCount)
	price, err := strconv.ParseFloat(line.Price, 64)
	if err == nil && int64(math.Round(price*100*float64(line.LikelyCount))) != int64(line.Likely) {
		return s.env.T("cost.about", "count", count)
	}
	return count
}

// channelName is a channel with how many letters are likely to go by it.
func (s *Screen) channelName(c *costing, channel post.Channel) string {
	return s.env.T("cost.channel", "channel", s.env.T("channel."+string(channel)),
		"letters", s.env.Words.Count("cost.letters", c.estimate.ByChannel[channel].Letters))
}

// price is a unit price as it is written in the language.
func (s *Screen) price(value string) string {
	value = parts.TwoDecimals(value)
	if written := parts.Kroner(s.env.Words, value); written != value {
		return written
	}
	return s.env.T("cost.kroner", "amount", parts.Decimal(s.env.Words, value))
}

func (s *Screen) kroner(amount job.Amount) string { return parts.Kroner(s.env.Words, amount.String()) }

// costSummary is the cost in one line, for the approval.
func (s *Screen) costSummary() string {
	c := s.model.plan.cost
	switch {
	case c == nil:
		return ""
	case !c.known():
		return s.env.Words.Count("cost.summary.missing", len(c.estimate.MissingPrices))
	case c.estimate.Low == c.estimate.High:
		return s.env.T("cost.summary.one", "likely", s.kroner(c.estimate.Likely))
	}
	return s.env.T("cost.summary", "likely", s.kroner(c.estimate.Likely), "low", s.kroner(c.estimate.Low), "high", s.kroner(c.estimate.High))
}
