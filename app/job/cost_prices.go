package job

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// The keys of the user's own price table: kroner without VAT for each letter or
// piece. The price of a digital letter goes by its size: PriceDigitalStep is
// followed by the number of the size step, from 1.
const (
	PriceDigitalStep    = "digital.step"
	PriceAttachment     = "attachment"
	PriceTwoFactor      = "two_factor"
	PriceSMS            = "sms"
	PriceOpeningReceipt = "opening_receipt"
	PriceInvoice        = "invoice"
	PricePayslip        = "payslip"
	PriceDebt           = "debt"
	// PriceFirstSheet is of a letter in a C5 envelope, PriceFirstSheetC4 of a
	// thicker one.
	PriceFirstSheet   = "paper.first_sheet"
	PriceFirstSheetC4 = "paper.first_sheet_c4"
	PriceExtraSheet   = "paper.extra_sheet"
	PriceColour       = "paper.colour"
)

// Values of the table that are no prices. Each has a start value, which the user
// may change.
const (
	// PriceSteps are the upper bounds of the size steps in kB (1,000 bytes), in
	// rising order and parted by commas; one more step holds what is larger.
	PriceSteps = "digital.steps_kb"
	// PriceC4Minimum is how many C4 letters are billed at least for a day.
	PriceC4Minimum = "paper.c4_minimum"
	// PriceUnread is the expected share of letters that are unread when a reminder
	// is due, in percent.
	PriceUnread = "unread_percent"
	// PriceVAT is the VAT in percent; no sum holds it.
	PriceVAT = "vat_percent"
)

// startValues are what stands in a table that nobody has changed. The bounds are
// those of the public sector's price list for relay of digital post; the C4
// minimum is from Digipost's page on C4 and C5. All reminders are counted until
// the user says how many are read in time. There is no price among them.
var startValues = map[string]string{
	PriceSteps: "100,200,300,500,1000,5000", PriceC4Minimum: "10", PriceUnread: "100", PriceVAT: "25",
}

// maxSteps bounds the table of size steps.
const maxSteps = 12

// otherPrices are the keys beside the steps, in the order they are shown.
var otherPrices = []string{
	PriceAttachment, PriceTwoFactor, PriceSMS, PriceOpeningReceipt, PriceInvoice, PricePayslip, PriceDebt,
	PriceFirstSheet, PriceFirstSheetC4, PriceExtraSheet, PriceColour,
}

var (
	priceForm   = regexp.MustCompile(`^[0-9]{1,6}([.,][0-9]{1,4})?$`)
	countForm   = regexp.MustCompile(`^[0-9]{1,3}$`)
	percentForm = regexp.MustCompile(`^(100|[0-9]{1,2}([.,][0-9]{1,2})?)$`)
	stepsForm   = regexp.MustCompile(`^[1-9][0-9]{0,6}(,[1-9][0-9]{0,6})*$`)
	stepKey     = regexp.MustCompile(`^digital\.step([1-9][0-9]?)$`)
)

// Prices is a price table that can be reckoned with.
type Prices struct {
	values map[string]string
	prices map[string]*big.Rat
	// steps are the upper bounds in bytes.
	steps     []int64
	c4Minimum int64
	unread    *big.Rat
}

// ReadPrices makes a table of what is stored. A value that CleanPrice would not
// take is an error.
func ReadPrices(stored map[string]string) (Prices, error) {
	table := Prices{values: map[string]string{}, prices: map[string]*big.Rat{}}
	for key, value := range startValues {
		table.values[key] = value
	}
	for key, value := range stored {
		clean, err := CleanPrice(key, value)
		if err != nil {
			return Prices{}, fmt.Errorf("read price %s: %w", key, err)
		}
		if table.values[key] = clean; startValues[key] == "" {
			table.prices[key] = decimal(clean)
		}
	}
	for bound := range strings.SplitSeq(table.values[PriceSteps], ",") {
		kB, _ := strconv.ParseInt(bound, 10, 64) // of the right form
		table.steps = append(table.steps, kB*1000)
	}
	table.c4Minimum, _ = strconv.ParseInt(table.values[PriceC4Minimum], 10, 64)
	table.unread = percent(table.values[PriceUnread])
	return table, nil
}

// CleanPrice gives a value of the table as it is stored: a decimal comma becomes
// a point and blanks go. An unknown key is a fault usage, a value that cannot be
// meant is a fault amount_invalid.
func CleanPrice(key, value string) (string, error) {
	value = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(value)
	form := priceForm
	switch key {
	case PriceSteps:
		if !stepsForm.MatchString(value) || !rising(strings.Split(value, ",")) {
			return "", post.NewFault(post.CodeAmountInvalid, nil, "key", key)
		}
		return value, nil
	case PriceC4Minimum:
		form = countForm
	case PriceUnread, PriceVAT:
		form = percentForm
	default:
		if step := stepKey.FindStringSubmatch(key); step == nil && !slices.Contains(otherPrices, key) {
			return "", post.NewFault(post.CodeUsage, nil, "detail", key)
		}
	}
	if !form.MatchString(value) {
		return "", post.NewFault(post.CodeAmountInvalid, nil, "key", key)
	}
	return strings.Replace(value, ",", ".", 1), nil
}

func rising(bounds []string) bool {
	last := 0
	for _, bound := range bounds {
		kB, err := strconv.Atoi(bound)
		if err != nil || kB <= last {
			return false
		}
		last = kB
	}
	return len(bounds) < maxSteps
}

// Keys are all keys of the table in the order they are shown: the prices, those
// of the steps there are first, then the values that are no prices.
func (p Prices) Keys() []string {
	var keys []string
	for step := range len(p.steps) + 1 {
		keys = append(keys, PriceDigitalStep+strconv.Itoa(step+1))
	}
	keys = append(keys, otherPrices...)
	return append(keys, PriceSteps, PriceC4Minimum, PriceUnread, PriceVAT)
}

// Value is what stands in the table, or "" for a price that is not set.
func (p Prices) Value(key string) string { return p.values[key] }

// StepBounds gives the size in bytes above which a step begins and up to which
// it goes; most is 0 for the last step, which has no end. Steps count from 1.
func (p Prices) StepBounds(step int) (above, most int64) {
	if step > 1 && step <= len(p.steps)+1 {
		above = p.steps[step-2]
	}
	if step >= 1 && step <= len(p.steps) {
		most = p.steps[step-1]
	}
	return above, most
}

// stepFor gives the key of a digital letter's price.
func (p Prices) stepFor(size int64) string {
	step, _ := slices.BinarySearch(p.steps, size)
	return PriceDigitalStep + strconv.Itoa(step+1)
}

// WithVAT adds the table's VAT to an amount, rounded to whole øre.
func (p Prices) WithVAT(amount Amount) Amount {
	factor := new(big.Rat).Add(big.NewRat(1, 1), percent(p.values[PriceVAT]))
	return roundAmount(factor.Mul(factor, big.NewRat(int64(amount), 1)))
}

// Amount is money in whole øre.
type Amount int64

// String writes kroner with two decimals and a point, for example 1234.50.
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	return fmt.Sprintf("%s%d.%02d", sign, a/100, a%100)
}

// decimal reads a number of a form checked before.
func decimal(text string) *big.Rat {
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return value
}

func percent(text string) *big.Rat {
	value := decimal(strings.Replace(text, ",", ".", 1))
	return value.Quo(value, big.NewRat(100, 1))
}

// roundAmount rounds a number of øre to whole ones, half up. Amounts are never
// negative.
func roundAmount(ore *big.Rat) Amount {
	twice := new(big.Int).Mul(ore.Num(), big.NewInt(2))
	twice.Add(twice, ore.Denom())
	whole := twice.Quo(twice, new(big.Int).Mul(ore.Denom(), big.NewInt(2)))
	if !whole.IsInt64() {
		return 1<<63 - 1
	}
	return Amount(whole.Int64())
}
