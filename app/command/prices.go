package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"brevdue/app/job"
)

// pricesJSON is the user's own price table: kroner without VAT by key, "" for a
// price that is not set.
type pricesJSON struct {
	Prices map[string]string `json:"prices"`
	// Changed is when each value was last changed by the user.
	Changed map[string]string `json:"changed"`
}

func showPrices(ctx context.Context, s *session, _ []string) error {
	return s.with(ctx, s.printPrices(ctx))
}

// setPrices stores all that stands on the line, or nothing of it. An empty value
// makes a price unset again, and gives other values their start value back.
func setPrices(ctx context.Context, s *session, words []string) error {
	values := map[string]string{}
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		if key = strings.TrimSpace(key); !ok {
			return usage("price_form", "word", word)
		}
		if _, twice := values[key]; twice {
			return usage("price_twice", "key", key)
		}
		if value = strings.TrimSpace(value); value == "" {
			if _, err := job.CleanPrice(key, "0"); key != job.PriceSteps && err != nil {
				return usage("price_key", "key", key)
			}
		} else {
			clean, err := job.CleanPrice(key, value)
			if err != nil {
				return s.priceSlip(key, value)
			}
			value = clean
		}
		values[key] = value
	}
	return s.with(ctx, func(p *Program) error {
		if err := p.SetPrices(ctx, values); err != nil {
			return fmt.Errorf("store the prices: %w", err)
		}
		return s.printPrices(ctx)(p)
	})
}

// priceSlip says whether it is the key or its value that cannot be meant.
func (s *session) priceSlip(key, value string) error {
	if _, err := job.CleanPrice(key, "1"); err != nil {
		return usage("price_key", "key", key)
	}
	return usage("price_value", "key", key, "value", value)
}

func (s *session) printPrices(ctx context.Context) func(*Program) error {
	return func(p *Program) error {
		table, changed, err := readPrices(ctx, p)
		if err != nil {
			return err
		}
		result := pricesJSON{map[string]string{}, map[string]string{}}
		for _, key := range table.Keys() {
			result.Prices[key] = priceValue(table, key)
			if at, ok := changed[key]; ok {
				result.Changed[key] = moment(at)
			}
		}
		s.emit(result, func(w io.Writer) {
			fmt.Fprintln(w, s.texts.Get("cost.own_prices"))
			s.heads(w, "price", "key", "kroner", "changed")
			for _, key := range table.Keys() {
				row(w, s.priceName(table, key), key, orElse(priceValue(table, key), s.texts.Get("cost.unset")), s.priceChanged(table, key, changed))
			}
		})
		return nil
	}
}

// readPrices gives the user's price table.
func readPrices(ctx context.Context, p *Program) (job.Prices, map[string]time.Time, error) {
	stored, changed, err := p.Prices(ctx)
	if err != nil {
		return job.Prices{}, nil, fmt.Errorf("read the prices: %w", err)
	}
	table, err := job.ReadPrices(stored)
	return table, changed, err
}

// notPrices are the values of the table that are no amounts.
var notPrices = []string{job.PriceSteps, job.PriceC4Minimum, job.PriceUnread, job.PriceVAT}

// priceValue is a value of the table; amounts have two decimals, or as many as
// the user wrote where those are more.
func priceValue(table job.Prices, key string) string {
	value := table.Value(key)
	for _, other := range notPrices {
		if key == other {
			return value
		}
	}
	if value == "" {
		return ""
	}
	whole, decimals, _ := strings.Cut(value, ".")
	for len(decimals) < 2 {
		decimals += "0"
	}
	return whole + "." + decimals
}

// priceName says in words what a key is the price of.
func (s *session) priceName(table job.Prices, key string) string {
	step, err := strconv.Atoi(strings.TrimPrefix(key, job.PriceDigitalStep))
	if err != nil {
		return s.texts.Get("cost.price." + key)
	}
	above, most := table.StepBounds(step)
	switch {
	case above == 0 && most == 0:
		return s.texts.Get("cost.step", "step", s.number(step))
	case above == 0:
		return s.texts.Get("cost.step.first", "to", s.texts.Size(most))
	case most == 0:
		return s.texts.Get("cost.step.last", "from", s.texts.Size(above))
	}
	return s.texts.Get("cost.step.from", "from", s.texts.Size(above), "to", s.texts.Size(most))
}

// priceChanged says since when a value stands, or that it is the one to start
// with.
func (s *session) priceChanged(table job.Prices, key string, changed map[string]time.Time) string {
	if at, ok := changed[key]; ok {
		return s.texts.Date(at)
	}
	if table.Value(key) != "" {
		return s.texts.Get("cost.start_value")
	}
	return ""
}
