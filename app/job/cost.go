package job

import (
	"math/big"
	"slices"

	"brevdue/app/post"
)

// LetterFacts are what one letter's price depends on.
type LetterFacts struct {
	// Size is of all its documents together, in bytes.
	Size        int64
	Attachments int
	// Sheets are printed on both sides; the address sheet is not counted. 0 is not
	// known and reckoned as one.
	Sheets int
	// Known is what the last split said of the recipient.
	Known post.SplitStatus
	// Address is true when there is enough for an envelope.
	Address bool
}

// FactsOf gives the facts of a letter with these documents to somebody of whom
// the last split said known.
func FactsOf(documents []post.Document, to post.Target, known post.SplitStatus) LetterFacts {
	facts := LetterFacts{Attachments: max(0, len(documents)-1), Known: known,
		Address: post.PostalAddress{Name: to.Name(), Address: to.Address}.Whole()}
	for _, document := range documents {
		facts.Size += document.Size
		facts.Sheets += (document.Pages + 1) / 2 // each document begins on a sheet of its own
	}
	return facts
}

// CostFacts are what a job's cost depends on.
type CostFacts struct {
	Letters []LetterFacts
	Options post.Options
	// RegisterDigipost of RegisterChecked people in the register have Digipost:
	// what to expect of people nobody has asked about, where the list itself has
	// nobody who was asked about.
	RegisterDigipost, RegisterChecked int
}

// DraftFacts gives the facts of a draft's letters; known tells what the last
// split said of an item's recipient.
func DraftFacts(draft *Draft, known func(post.Item) post.SplitStatus) CostFacts {
	facts := CostFacts{Options: draft.Job.Options}
	documents := post.GroupDocuments(draft.Documents)
	for _, item := range draft.Items {
		if item.Status == post.ItemReady {
			facts.Letters = append(facts.Letters, FactsOf(documents.Of(item.Seq), item.To, known(item)))
		}
	}
	return facts
}

// Basis is what the likely cost is built on.
type Basis string

// The bases, the surest first.
const (
	// BasisSplit: a split has asked about everybody.
	BasisSplit Basis = "split"
	// BasisList and BasisRegister: those not asked about are taken to be like the
	// rest of the list, or of the register.
	BasisList     Basis = "list"
	BasisRegister Basis = "register"
	// BasisNothing: nothing is known of those not asked about. All that can go on
	// paper is taken to do so, the rest to be delivered.
	BasisNothing Basis = "nothing"
)

// Estimate is what a job may cost, in øre without VAT. A sum of it is never to be
// shown without MissingPrices: what they would add is not in it.
type Estimate struct {
	// Low is when everybody has Digipost and reads at once, High when all goes on
	// paper that can; Likely goes by what is known of the people.
	Low, Likely, High Amount
	Basis             Basis
	ByChannel         map[post.Channel]ChannelCost
	// Lines add up to the sums.
	Lines []CostLine
	// MissingPrices are the keys that are needed and not set.
	MissingPrices []string
	// Unchecked letters are to people no split has asked about; UncheckedPaper is
	// what the likely sum holds for paper to them: what a split may save.
	Unchecked      int
	UncheckedPaper Amount
}

// ChannelCost is one channel's part of the likely sum; Letters is rounded.
type ChannelCost struct {
	Letters int
	Amount  Amount
}

// CostLine is one price with how often it is charged.
type CostLine struct {
	// Key is the price's key in the table, Price its value or "" when not set.
	Key     string
	Price   string
	Channel post.Channel
	// The counts of the three cases; LikelyCount is rounded.
	LowCount, LikelyCount, HighCount int
	Low, Likely, High                Amount
}

// The three cases that are reckoned beside each other.
const (
	caseLow = iota
	caseLikely
	caseHigh
	cases
)

// c4Sheets is the most sheets a C5 envelope holds (Digipost's page on C4 and C5:
// over 14 pages go in C4).
const c4Sheets = 7

// shape is what makes letters cost the same.
type shape struct {
	step                string
	attachments, sheets int
	known               post.SplitStatus
	address             bool
}

// counter counts how often each price is charged, in the three cases.
type counter struct {
	facts  CostFacts
	prices Prices
	// share is the expected share of those not asked about that has Digipost.
	share *big.Rat
	times map[string]*[cases]*big.Rat
	// paper is how many letters of the likely case go on paper and digital.
	paper, digital *big.Rat
	unchecked      *big.Rat
}

// Cost reckons what letters may cost by the user's own prices. It is pure.
func Cost(facts CostFacts, prices Prices) Estimate {
	shapes := map[shape]int64{}
	unchecked := 0
	for _, letter := range facts.Letters {
		if !asked(letter.Known) {
			letter.Known = post.NeverChecked
			unchecked++
		}
		shapes[shape{prices.stepFor(letter.Size), letter.Attachments, max(1, letter.Sheets), letter.Known, letter.Address}]++
	}
	c := &counter{facts: facts, prices: prices, times: map[string]*[cases]*big.Rat{},
		paper: new(big.Rat), digital: new(big.Rat), unchecked: new(big.Rat)}
	estimate := Estimate{Unchecked: unchecked}
	c.share, estimate.Basis = expected(facts, unchecked)
	for form, n := range shapes {
		c.add(form, n)
	}
	c.fillC4()
	c.sum(&estimate)
	return estimate
}

// asked reports whether a split has said anything about somebody.
func asked(known post.SplitStatus) bool {
	return known == post.HasDigipost || known == post.Identified || known == post.Unidentified || known == post.Invalid
}

// expected is the share of those not asked about that is taken to have Digipost.
func expected(facts CostFacts, unchecked int) (*big.Rat, Basis) {
	checked, users := int64(len(facts.Letters)-unchecked), int64(0)
	for _, letter := range facts.Letters {
		if letter.Known == post.HasDigipost {
			users++
		}
	}
	switch {
	case unchecked == 0:
		return new(big.Rat), BasisSplit
	case checked > 0:
		return big.NewRat(users, checked), BasisList
	case facts.RegisterChecked > 0:
		return big.NewRat(int64(min(facts.RegisterDigipost, facts.RegisterChecked)), int64(facts.RegisterChecked)), BasisRegister
	}
	return nil, BasisNothing
}

// add counts the prices of n letters of a shape.
func (c *counter) add(form shape, n int64) {
	paper := c.facts.Options.Paper
	ifNone := paper != nil && paper.IfNoDigipost && form.address
	ifUnread := paper != nil && !paper.IfUnreadBy.IsZero() && form.address
	one, none := big.NewRat(1, 1), new(big.Rat)
	users := one // the likely share of this shape that has Digipost
	switch {
	case form.known == post.HasDigipost, form.known == post.NeverChecked && c.share == nil && !ifNone:
	case form.known == post.NeverChecked && c.share != nil:
		users = c.share
	default:
		users = none
	}
	others := new(big.Rat).Sub(one, users)
	digital := [cases]*big.Rat{one, users, one}
	printed := [cases]*big.Rat{none, none, none}
	unread := [cases]*big.Rat{none, c.prices.unread, one}
	if ifUnread {
		printed[caseLikely], printed[caseHigh] = new(big.Rat).Mul(users, c.prices.unread), one
	}
	if ifNone {
		printed[caseLikely] = new(big.Rat).Add(printed[caseLikely], others)
		if printed[caseHigh] = one; !ifUnread {
			digital[caseHigh] = none
		}
	}
	letters := big.NewRat(n, 1)
	for at := range cases {
		c.countDigital(form, at, new(big.Rat).Mul(digital[at], letters), unread[at])
		c.countPaper(form, at, new(big.Rat).Mul(printed[at], letters))
	}
}

// countDigital counts letters in Digipost, of which the share unread gets the
// reminders.
func (c *counter) countDigital(form shape, at int, letters, unread *big.Rat) {
	options := c.facts.Options
	if at == caseLikely {
		c.digital.Add(c.digital, letters)
	}
	c.count(form.step, at, letters, 1)
	c.count(PriceAttachment, at, letters, form.attachments)
	if options.Auth == post.AuthTwoFactor {
		c.count(PriceTwoFactor, at, letters, 1)
	}
	if options.OpeningReceipt {
		c.count(PriceOpeningReceipt, at, letters, 1)
	}
	if sms := options.SMS; sms != nil {
		c.count(PriceSMS, at, new(big.Rat).Mul(letters, unread), len(sms.At)+len(sms.AfterHours))
	}
	switch options.Content.Kind {
	case post.ContentInvoice:
		c.count(PriceInvoice, at, letters, 1)
	case post.ContentPayslip:
		c.count(PricePayslip, at, letters, 1)
	case post.ContentDebt:
		c.count(PriceDebt, at, letters, 1)
	}
}

func (c *counter) countPaper(form shape, at int, letters *big.Rat) {
	first := PriceFirstSheet
	if form.sheets > c4Sheets {
		first = PriceFirstSheetC4
	}
	c.count(first, at, letters, 1)
	c.count(PriceExtraSheet, at, letters, form.sheets-1)
	if paper := c.facts.Options.Paper; paper != nil && paper.Color {
		c.count(PriceColour, at, letters, 1)
	}
	if at != caseLikely {
		return
	}
	c.paper.Add(c.paper, letters)
	if form.known != post.NeverChecked {
		return
	}
	for key, n := range map[string]int{first: 1, PriceExtraSheet: form.sheets - 1, PriceColour: c.colour()} {
		if price := c.prices.prices[key]; price != nil {
			part := new(big.Rat).Mul(price, big.NewRat(int64(n), 1))
			c.unchecked.Add(c.unchecked, part.Mul(part, letters))
		}
	}
}

func (c *counter) colour() int {
	if paper := c.facts.Options.Paper; paper != nil && paper.Color {
		return 1
	}
	return 0
}

// count adds that so many letters are charged a price so many times each.
func (c *counter) count(key string, at int, letters *big.Rat, each int) {
	if each == 0 || letters.Sign() == 0 {
		return
	}
	times := c.times[key]
	if times == nil {
		times = &[cases]*big.Rat{new(big.Rat), new(big.Rat), new(big.Rat)}
		c.times[key] = times
	}
	times[at].Add(times[at], new(big.Rat).Mul(letters, big.NewRat(int64(each), 1)))
}

// fillC4 brings C4 letters to the number that is billed at least, where there
// are any: the job is taken to be printed on one day, and to be the day's only.
func (c *counter) fillC4() {
	least := big.NewRat(c.prices.c4Minimum, 1)
	if times := c.times[PriceFirstSheetC4]; times != nil {
		for at := range times {
			if times[at].Sign() > 0 && times[at].Cmp(least) < 0 {
				times[at] = least
			}
		}
	}
}

// sum turns the counts into lines and sums. Each line is rounded, so that the
// lines add up to what stands below them.
func (c *counter) sum(estimate *Estimate) {
	byChannel := map[post.Channel]ChannelCost{}
	for _, key := range c.prices.Keys() {
		times := c.times[key]
		if times == nil {
			continue
		}
		line := CostLine{Key: key, Price: c.prices.Value(key), Channel: channelOf(key)}
		line.LowCount, line.LikelyCount, line.HighCount = whole(times[caseLow]), whole(times[caseLikely]), whole(times[caseHigh])
		if price := c.prices.prices[key]; price == nil {
			estimate.MissingPrices = append(estimate.MissingPrices, key)
		} else {
			line.Low, line.Likely, line.High = charge(price, times[caseLow]), charge(price, times[caseLikely]), charge(price, times[caseHigh])
		}
		estimate.Lines = append(estimate.Lines, line)
		estimate.Low, estimate.Likely, estimate.High = estimate.Low+line.Low, estimate.Likely+line.Likely, estimate.High+line.High
		part := byChannel[line.Channel]
		part.Amount += line.Likely
		byChannel[line.Channel] = part
	}
	for channel, letters := range map[post.Channel]*big.Rat{post.ChannelDigipost: c.digital, post.ChannelPrint: c.paper} {
		if letters.Sign() > 0 {
			part := byChannel[channel]
			part.Letters = whole(letters)
			byChannel[channel] = part
		} else {
			delete(byChannel, channel)
		}
	}
	estimate.ByChannel = byChannel
	// People who are known to have no Digipost get nothing where paper is off, so
	// that the likely sum may be under the sum for all.
	estimate.Low = min(estimate.Low, estimate.Likely)
	estimate.High = max(estimate.High, estimate.Likely)
	estimate.UncheckedPaper = roundAmount(new(big.Rat).Mul(c.unchecked, big.NewRat(100, 1)))
}

// charge is a price in kroner so many times, in øre.
func charge(price, times *big.Rat) Amount {
	ore := new(big.Rat).Mul(price, times)
	return roundAmount(ore.Mul(ore, big.NewRat(100, 1)))
}

func whole(times *big.Rat) int { return int(roundAmount(times)) }

func channelOf(key string) post.Channel {
	if slices.Contains([]string{PriceFirstSheet, PriceFirstSheetC4, PriceExtraSheet, PriceColour}, key) {
		return post.ChannelPrint
	}
	return post.ChannelDigipost
}
