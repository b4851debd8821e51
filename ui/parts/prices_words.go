package parts

import (
	"strconv"
	"strings"
	"time"

	"brevdue/ui/look"
)

// stepPrice begins the keys of the prices of digital letters by their size; the
// number of the step follows.
const stepPrice = "digital.step"

// PriceName says in words what a key of the price table is the price of. bounds
// gives the size above which a step begins and up to which it goes, 0 for none.
func PriceName(words *look.Words, key string, bounds func(step int) (above, most int64)) string {
	step, err := strconv.Atoi(strings.TrimPrefix(key, stepPrice))
	if err != nil || !strings.HasPrefix(key, stepPrice) {
		return words.Get("cost.price." + key)
	}
	above, most := bounds(step)
	switch {
	case above == 0 && most == 0:
		return words.Get("cost.step", "step", words.Number(step))
	case above == 0:
		return words.Get("cost.step.first", "to", words.Size(most))
	case most == 0:
		return words.Get("cost.step.last", "from", words.Size(above))
	}
	return words.Get("cost.step.from", "from", words.Size(above), "to", words.Size(most))
}

// PriceSince says when a value of the price table was changed, that it is the one
// to start with, or that there is none.
func PriceSince(words *look.Words, value string, changed time.Time) string {
	switch {
	case value == "":
		return words.Get("cost.unset")
	case changed.IsZero():
		return words.Get("cost.start_value")
	}
	return words.Get("cost.changed", "date", words.Date(changed))
}

// TwoDecimals gives an amount two decimals, or as many as it has where those are
// more; "" stays empty.
func TwoDecimals(value string) string {
	if value == "" {
		return ""
	}
	whole, decimals, _ := strings.Cut(value, ".")
	return whole + "." + decimals + "00"[min(2, len(decimals)):]
}

// Decimal writes a number with a point as the language has it.
func Decimal(words *look.Words, value string) string {
	if words.Code() == "en" {
		return value
	}
	return strings.Replace(value, ".", ",", 1)
}
