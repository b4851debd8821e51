package home

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/ui/look"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// Cost is what this month's letters cost so far, by the sender's own prices. It is
// an estimate: the bill is Digipost's.
type Cost struct {
	// Amount is without VAT and without what MissingPrices would add.
	Amount job.Amount
	// Digital and Paper are how many letters went which way.
	Digital, Paper int
	// MissingPrices are the keys of the prices that are needed and not set.
	MissingPrices []string
	// StepBounds gives the sizes a step of digital letters is for; nil where they are
	// not known.
	StepBounds func(step int) (above, most int64)
}

// costPause is how long a sum stands before it is reckoned again.
const costPause = 5 * time.Second

// bounds are those of a step, zero where they are not known.
func (c Cost) bounds(step int) (above, most int64) {
	if c.StepBounds == nil {
		return 0, 0
	}
	return c.StepBounds(step)
}

// mostMissing is how many missing prices are named.
const mostMissing = 3

// The widths of the cards at the right and of the text in them.
const (
	cardWidth = float32(280)
	cardText  = cardWidth - 2*look.Group
)

// readCost reckons the month's cost, not more often than every few seconds.
func (s *Screen) readCost() {
	if s.ports.Cost == nil || s.costWaits != nil {
		return
	}
	if rest := costPause - s.env.Now().Sub(s.costAt); s.costRead && rest > 0 {
		s.costWaits = s.env.Run.After(rest, func() {
			s.costWaits = nil
			s.costAt = time.Time{}
			s.readCost()
		})
		return
	}
	s.costAt = s.env.Now()
	task.Replace(s.env.Run, &s.costSlot, func(ctx context.Context) (Cost, error) { return s.ports.Cost(ctx) }, func(cost Cost, err error) {
		if !s.isOpen {
			return
		}
		if err != nil {
			s.err = err
			s.env.Redraw()
			return
		}
		same := s.costRead && slices.Equal(s.cost.MissingPrices, cost.MissingPrices) && (s.cost.Digital+s.cost.Paper > 0) == (cost.Digital+cost.Paper > 0)
		s.cost, s.costRead = cost, true
		if same {
			s.showCost()
		} else {
			s.env.Redraw()
		}
	})
}

// costCard is what this month has cost so far; nil where nobody reckons.
func (s *Screen) costCard() fyne.CanvasObject {
	env := s.env
	s.costSum, s.costLetters, s.costTime = nil, nil, nil
	if s.ports.Cost == nil || !s.costRead {
		return nil
	}
	lines := []fyne.CanvasObject{look.Strong(env.T("home.cost"))}
	s.costLetters, s.costTime = look.QuietText("").Wrap(cardText), look.Small("").Wrap(cardText)
	unpriced := s.cost.Amount == 0 && len(s.cost.MissingPrices) > 0
	if !unpriced && s.cost.Digital+s.cost.Paper > 0 {
		s.costSum = look.NewText("", look.Style{Size: look.SizeTitle, Bold: true, Color: look.Ink})
		lines = append(lines, s.costSum)
	}
	lines = append(lines, s.costLetters)
	if names := s.missing(); names != "" {
		key := "home.cost.missing"
		if unpriced {
			key = "home.cost.unpriced"
		}
		lines = append(lines, look.QuietText(env.T(key, "names", names)).Wrap(cardText),
			parts.Left(parts.Link("home.prices", env.T("home.cost.prices"), func() { env.Go(parts.PlaceSettings, "prices") })))
	}
	lines = append(lines, s.costTime)
	s.showCost()
	return parts.Width(cardWidth, parts.Card(parts.Stack(look.Near, lines...)))
}

// showCost brings the numbers of the card up to date.
func (s *Screen) showCost() {
	words, c := s.env.Words, s.cost
	if s.costLetters == nil {
		return
	}
	if s.costSum != nil {
		s.costSum.Set(parts.Kroner(words, c.Amount.String()))
	}
	text := words.Get("home.cost.none")
	if c.Digital+c.Paper > 0 {
		text = words.Get("home.cost.letters", "digital", words.Number(c.Digital), "paper", words.Number(c.Paper))
	}
	s.costLetters.Set(text)
	key := "home.cost.at"
	if s.costSum != nil {
		key = "home.cost.time"
	}
	s.costTime.Set(words.Get(key, "time", words.Time(s.costAt)))
}

// missing names the prices that the sum lacks, the first of them.
func (s *Screen) missing() string {
	var names []string
	keys := s.cost.MissingPrices
	for _, key := range keys[:min(len(keys), mostMissing)] {
		names = append(names, parts.PriceName(s.env.Words, key, s.cost.bounds))
	}
	text := strings.Join(names, "; ")
	if more := len(keys) - len(names); more > 0 {
		text += " " + s.env.Words.Count("home.cost.more", more)
	}
	return text
}
