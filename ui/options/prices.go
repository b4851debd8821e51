package options

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"brevdue/app/job"
	"brevdue/ui/parts"
	"brevdue/ui/task"
)

// pricesArg leads from the mailing wizard to the prices, and offers the way back.
const pricesArg = string(tabPrices) + ":mailing"

// priceGroups are the prices as they stand below each other: the keys of each
// group, the steps of digital letters aside.
var priceGroups = []struct {
	name string
	keys []string
}{
	{"digital", nil},
	{"extra", []string{job.PriceAttachment, job.PriceTwoFactor, job.PriceSMS, job.PriceOpeningReceipt, job.PriceInvoice, job.PricePayslip, job.PriceDebt}},
	{"paper", []string{job.PriceFirstSheet, job.PriceFirstSheetC4, job.PriceExtraSheet, job.PriceColour}},
	{"rules", []string{job.PriceSteps, job.PriceC4Minimum, job.PriceUnread, job.PriceVAT}},
}

// priceUnits are the units that are not kroner each.
var priceUnits = map[string]string{job.PriceSteps: "kb", job.PriceC4Minimum: "letters", job.PriceUnread: "percent", job.PriceVAT: "percent",
	job.PriceFirstSheet: "letter", job.PriceFirstSheetC4: "letter", job.PriceExtraSheet: "sheet", job.PriceColour: "letter",
	job.PriceTwoFactor: "letter"}

// prices is the price table as it is being filled in.
type prices struct {
	read    bool
	table   job.Prices
	stored  map[string]string
	changed map[string]time.Time
	// typed are values that are not kept yet.
	typed map[string]string
	// fromMailing is true when the person came from the mailing wizard.
	fromMailing bool

	slot task.Latest
	rows map[string]*priceRow
	// missing says how many prices nobody has filled in.
	missing *fyne.Container
}

// priceKeys are the keys of a group in their order.
func (p *prices) priceKeys(name string, keys []string) []string {
	if name != "digital" {
		return keys
	}
	return slices.DeleteFunc(p.table.Keys(), func(key string) bool {
		return !strings.HasPrefix(key, job.PriceDigitalStep) || key == job.PriceSteps
	})
}

// unset is how many prices there are and how many of them nobody has filled in.
func (p *prices) unset() (missing, all int) {
	for _, group := range priceGroups {
		if group.name == "rules" {
			continue
		}
		for _, key := range p.priceKeys(group.name, group.keys) {
			if all++; p.table.Value(key) == "" {
				missing++
			}
		}
	}
	return missing, all
}

// priceUnit is what a value is counted in, as the end of a key of words.
func priceUnit(key string) string {
	if strings.HasPrefix(key, job.PriceDigitalStep) && key != job.PriceSteps {
		return "letter"
	}
	if unit := priceUnits[key]; unit != "" {
		return unit
	}
	return "each"
}

// openPrices prepares the tab when it is gone to by name.
func (s *Screen) openPrices(arg string) {
	if s.prices.fromMailing = arg == pricesArg && s.ports.Prices != nil; s.prices.fromMailing {
		s.tab = tabPrices
	}
}

// readPrices reads the table.
func (s *Screen) readPrices() {
	if s.ports.Prices == nil {
		return
	}
	type answer struct {
		stored  map[string]string
		changed map[string]time.Time
		table   job.Prices
	}
	task.Replace(s.env.Run, &s.prices.slot, func(ctx context.Context) (a answer, err error) {
		if a.stored, a.changed, err = s.ports.Prices(ctx); err == nil {
			a.table, err = job.ReadPrices(a.stored)
		}
		return a, err
	}, func(a answer, err error) {
		p := &s.prices
		if !s.isOpen {
			return
		}
		if err != nil {
			if s.err = err; s.tab == tabPrices {
				s.env.Redraw()
			}
			return
		}
		same := p.read && a.table.Value(job.PriceSteps) == p.table.Value(job.PriceSteps)
		p.read, p.stored, p.changed, p.table = true, a.stored, a.changed, a.table
		switch {
		case s.tab != tabPrices:
		case same && p.rows != nil && s.err == nil:
			s.showPrices() // in place, so that the cursor stays where it is
		default:
			s.env.Redraw()
		}
	})
}

// leavePrices keeps what is typed and forgets the rest.
func (s *Screen) leavePrices() {
	for key := range s.prices.typed {
		s.keepPrice(key)
	}
	s.prices.slot.Cancel()
	s.prices.typed, s.prices.rows, s.prices.fromMailing = nil, nil, false
}

// typePrice takes what is being typed; it is kept when the cursor leaves.
func (s *Screen) typePrice(key, text string) {
	p := &s.prices
	if p.typed == nil {
		p.typed = map[string]string{}
	}
	if p.typed[key] = text; s.shown(key) == strings.TrimSpace(text) {
		delete(p.typed, key)
	}
	if row := p.rows[key]; row != nil {
		row.refuse("")
	}
}

// shown is a value as it stands in its field.
func (s *Screen) shown(key string) string {
	value := s.prices.table.Value(key)
	switch priceUnit(key) {
	case "kb":
		return strings.ReplaceAll(value, ",", ", ")
	case "letter", "each", "sheet":
		value = parts.TwoDecimals(value)
	}
	return parts.Decimal(s.env.Words, value)
}

// keepPrice keeps what was typed when it can be meant. An empty field unsets a
// price, and gives a value that is no price its start value back.
func (s *Screen) keepPrice(key string) {
	p := &s.prices
	text, changed := p.typed[key]
	if !changed {
		return
	}
	value, err := "", error(nil)
	if strings.TrimSpace(text) != "" {
		value, err = job.CleanPrice(key, text)
	}
	if err != nil {
		if row := p.rows[key]; row != nil {
			row.refuse(s.env.T("cost.wrong." + priceUnit(key)))
		}
		return
	}
	delete(p.typed, key)
	s.setPrice(key, value)
}

// setPrice keeps a value; it can be undone.
func (s *Screen) setPrice(key, value string) {
	before := s.prices.stored[key]
	if before == value {
		s.readPrices()
		return
	}
	task.Do(s.env.Run, func(ctx context.Context) error { return s.ports.SetPrices(ctx, map[string]string{key: value}) }, func(err error) {
		if err != nil {
			s.err = err
			if s.isOpen {
				s.env.Redraw()
			}
			return
		}
		s.env.Toast(s.env.T("options.saved"), func() { s.setPrice(key, before) })
		s.err = nil
		s.readPrices()
	})
}

// backToMailing is where the prices were asked for.
func (s *Screen) backToMailing() { s.env.Go(parts.PlaceMailing, "") }
