package job

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// tariff is a whole table; the paper prices are those of Digipost's example on
// its page about C4 and C5, the rest is made up.
func tariff(t testing.TB, without ...string) Prices {
	t.Helper()
	stored := map[string]string{
		"digital.step1": "0.69", "digital.step2": "0,94", "digital.step3": "1.07", "digital.step4": "1.95", "digital.step5": "2.20",
		"digital.step6": "5.75", "digital.step7": "9", "attachment": "0.335", "two_factor": "0.25", "sms": "0.50",
		"opening_receipt": "1", "invoice": "0.40", "payslip": "0.30", "debt": "2", "paper.first_sheet": "12.00",
		"paper.first_sheet_c4": "30.90", "paper.extra_sheet": "1.29", "paper.colour": "3", "unread_percent": "20",
	}
	for _, key := range without {
		delete(stored, key)
	}
	prices, err := ReadPrices(stored)
	if err != nil {
		t.Fatal(err)
	}
	return prices
}

// alike makes n letters alike.
func alike(n int, known post.SplitStatus, size int64, attachments, sheets int, address bool) []LetterFacts {
	return slices.Repeat([]LetterFacts{{Size: size, Attachments: attachments, Sheets: sheets, Known: known, Address: address}}, n)
}

func TestCost(t *testing.T) {
	paper := post.Options{Paper: &post.Paper{IfNoDigipost: true}}
	unread := post.Options{Paper: &post.Paper{IfUnreadBy: time.Unix(1, 0)}}
	sms := post.Options{Auth: post.AuthTwoFactor, SMS: &post.SMSReminder{At: []time.Time{{}}, AfterHours: []int{24}}}
	known := slices.Concat(alike(60, post.HasDigipost, 50_000, 0, 1, true), alike(40, post.Identified, 50_000, 0, 1, true))
	for _, c := range []struct {
		name              string
		facts             CostFacts
		low, likely, high string
		basis             Basis
		digital, print    int
		unchecked         string
	}{
		// 100 x 0.69; without paper those who are no users get nothing: 60 x 0.69.
		{"digital only", CostFacts{Letters: known}, "41.40", "41.40", "69.00", BasisSplit, 60, 0, "0.00"},
		// 60 x 0.69 + 40 x 12; all 100 x 12.
		{"with paper", CostFacts{Letters: known, Options: paper}, "69.00", "521.40", "1200.00", BasisSplit, 60, 40, "0.00"},
		// Up to 100 kB is step 1, one byte more is step 2: 0.69 + 0.94; above all
		// bounds is step 7: 9.
		{"steps", CostFacts{Letters: slices.Concat(alike(1, post.HasDigipost, 100_000, 0, 1, false),
			alike(1, post.HasDigipost, 100_001, 0, 1, false), alike(1, post.HasDigipost, 5_000_001, 0, 1, false))},
			"10.63", "10.63", "10.63", BasisSplit, 3, 0, "0.00"},
		// 3 x 2 attachments x 0.335 = 2.01; 3 x 0.69 = 2.07.
		{"attachments", CostFacts{Letters: alike(3, post.HasDigipost, 1, 2, 1, false)}, "4.08", "4.08", "4.08", BasisSplit, 3, 0, "0.00"},
		// One attachment is 0.335, which is 0.34 on its line; 0.69 + 0.34.
		{"half an øre", CostFacts{Letters: alike(1, post.HasDigipost, 1, 1, 1, false)}, "1.03", "1.03", "1.03", BasisSplit, 1, 0, "0.00"},
		// 10 x (0.69 + 0.25) = 9.40; two reminders to a fifth: 10 x 0.2 x 2 x 0.50 = 2;
		// to all: 10.
		{"reminders", CostFacts{Letters: alike(10, post.HasDigipost, 1, 0, 1, true), Options: sms}, "9.40", "11.40", "19.40", BasisSplit, 10, 0, "0.00"},
		// 10 x (0.69 + 1 + 0.40).
		{"bill with opening receipt", CostFacts{Letters: alike(10, post.HasDigipost, 1, 0, 1, true),
			Options: post.Options{OpeningReceipt: true, Content: post.Content{Kind: post.ContentInvoice}}}, "20.90", "20.90", "20.90", BasisSplit, 10, 0, "0.00"},
		// Three sheets in colour: 12 + 2 x 1.29 + 3 = 17.58; ten of them.
		{"sheets and colour", CostFacts{Letters: alike(10, post.Unidentified, 1, 0, 3, true),
			Options: post.Options{Paper: &post.Paper{IfNoDigipost: true, Color: true}}}, "6.90", "175.80", "175.80", BasisSplit, 0, 10, "0.00"},
		// Seven sheets still go in C5: 12 + 6 x 1.29 = 19.74.
		{"fourteen pages", CostFacts{Letters: alike(1, post.Unidentified, 1, 0, 7, true), Options: paper}, "0.69", "19.74", "19.74", BasisSplit, 0, 1, "0.00"},
		// Digipost's own example: one letter of ten sheets is 42.51, and nine more are
		// billed: 42.51 + 9 x 30.90 = 320.61.
		{"C4 minimum", CostFacts{Letters: alike(1, post.Unidentified, 1, 0, 10, true), Options: paper}, "0.69", "320.61", "320.61", BasisSplit, 0, 1, "0.00"},
		// Twelve of eight sheets are over the minimum: 12 x (30.90 + 7 x 1.29).
		{"C4", CostFacts{Letters: alike(12, post.Unidentified, 1, 0, 8, true), Options: paper}, "8.28", "479.16", "479.16", BasisSplit, 0, 12, "0.00"},
		// Without an address nothing goes on paper, in no case.
		{"no address", CostFacts{Letters: alike(10, post.Unidentified, 1, 0, 1, false), Options: paper}, "0.00", "0.00", "6.90", BasisSplit, 0, 0, "0.00"},
		// 3 of the 4 asked about have Digipost, so 6 of 8 others: 9 x 0.69 = 6.21 and
		// 3 x 12; of that 2 x 12 = 24 are for people not asked about.
		{"like the list", CostFacts{Letters: slices.Concat(alike(3, post.HasDigipost, 1, 0, 1, true), alike(1, post.Identified, 1, 0, 1, true),
			alike(7, post.NeverChecked, 1, 0, 1, true), alike(1, post.Missing, 1, 0, 1, true)), Options: paper},
			"8.28", "42.21", "144.00", BasisList, 9, 3, "24.00"},
		// A third of the register: 10 x (0.69 + 2 x 12) / 3 = 2.30 + 80.
		{"like the register", CostFacts{Letters: alike(10, post.NeverChecked, 1, 0, 1, true), Options: paper, RegisterDigipost: 100, RegisterChecked: 300},
			"6.90", "82.30", "120.00", BasisRegister, 3, 7, "80.00"},
		{"nothing known", CostFacts{Letters: alike(10, post.NeverChecked, 1, 0, 1, true), Options: paper}, "6.90", "120.00", "120.00", BasisNothing, 0, 10, "120.00"},
		{"nothing known, no paper", CostFacts{Letters: alike(10, post.NeverChecked, 1, 0, 1, true)}, "6.90", "6.90", "6.90", BasisNothing, 10, 0, "0.00"},
		// Paper follows for those who have not read: 6.90 + 10 x 0.2 x 12; all: + 120.
		{"paper if unread", CostFacts{Letters: alike(10, post.HasDigipost, 1, 0, 1, true), Options: unread}, "6.90", "30.90", "126.90", BasisSplit, 10, 2, "0.00"},
		{"nobody", CostFacts{Options: paper}, "0.00", "0.00", "0.00", BasisSplit, 0, 0, "0.00"},
	} {
		got := Cost(c.facts, tariff(t))
		if got.Low.String() != c.low || got.Likely.String() != c.likely || got.High.String() != c.high || got.Basis != c.basis {
			t.Errorf("%s: %s %s %s by %s, want %s %s %s by %s", c.name, got.Low, got.Likely, got.High, got.Basis, c.low, c.likely, c.high, c.basis)
		}
		if d, p := got.ByChannel[post.ChannelDigipost].Letters, got.ByChannel[post.ChannelPrint].Letters; d != c.digital || p != c.print {
			t.Errorf("%s: %d digital and %d on paper, want %d and %d", c.name, d, p, c.digital, c.print)
		}
		if got.UncheckedPaper.String() != c.unchecked || len(got.MissingPrices) > 0 {
			t.Errorf("%s: %s for paper to people not asked about, want %s; missing %v", c.name, got.UncheckedPaper, c.unchecked, got.MissingPrices)
		}
		var lines, channels Amount
		for _, line := range got.Lines {
			lines += line.Likely
		}
		for _, part := range got.ByChannel {
			channels += part.Amount
		}
		if lines != got.Likely || channels != got.Likely || got.Low > got.Likely || got.Likely > got.High {
			t.Errorf("%s: lines %s and channels %s of %s", c.name, lines, channels, got.Likely)
		}
	}
}

// TestCostNamesMissingPrices: a price that is not set is named when it is
// needed, and only then.
func TestCostNamesMissingPrices(t *testing.T) {
	facts := CostFacts{Letters: alike(2, post.HasDigipost, 150_000, 1, 20, true), Options: post.Options{Paper: &post.Paper{IfNoDigipost: true}}}
	for _, c := range []struct {
		without []string
		missing string
		likely  string
	}{
		{nil, "", "2.55"},
		{[]string{"digital.step1", "paper.colour", "sms", "paper.first_sheet"}, "", "2.55"},
		{[]string{"attachment"}, "attachment", "1.88"},
		{[]string{"digital.step2", "paper.extra_sheet", "paper.first_sheet_c4"}, "digital.step2 paper.first_sheet_c4 paper.extra_sheet", "0.67"},
	} {
		got := Cost(facts, tariff(t, c.without...))
		if strings.Join(got.MissingPrices, " ") != c.missing || got.Likely.String() != c.likely {
			t.Errorf("without %v: missing %v, likely %s", c.without, got.MissingPrices, got.Likely)
		}
	}
}

func TestPriceTable(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"sms", "0,50", "0.50"}, {"sms", " 1 000 ", "1000"}, {"sms", "0.0775", "0.0775"}, {"sms", "-1", ""}, {"sms", "1e3", ""}, {"sms", "1/3", ""},
		{"sms", "", ""}, {"sms", "0.00001", ""}, {"sms", "10000000", ""}, {"digital.step12", "1", "1"}, {"digital.step0", "1", ""},
		{"digital.step", "1", ""}, {"letter", "1", ""}, {PriceSteps, "20, 150", "20,150"}, {PriceSteps, "150,20", ""}, {PriceSteps, "1,1", ""},
		{PriceSteps, "1,2,3,4,5,6,7,8,9,10,11,12", ""}, {PriceSteps, "0", ""}, {PriceC4Minimum, "0", "0"}, {PriceC4Minimum, "1.5", ""},
		{PriceUnread, "12,5", "12.5"}, {PriceUnread, "101", ""}, {PriceVAT, "25", "25"},
	} {
		if got, err := CleanPrice(c.key, c.value); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s=%q: %q %v, want %q", c.key, c.value, got, err, c.want)
		}
	}
	prices, err := ReadPrices(map[string]string{PriceSteps: "20,150", "digital.step3": "4"})
	if err != nil {
		t.Fatal(err)
	}
	if keys := strings.Join(prices.Keys()[:4], " "); keys != "digital.step1 digital.step2 digital.step3 attachment" {
		t.Errorf("keys %s", keys)
	}
	if above, most := prices.StepBounds(2); above != 20_000 || most != 150_000 {
		t.Errorf("step 2 is above %d, at most %d", above, most)
	}
	if above, most := prices.StepBounds(3); above != 150_000 || most != 0 || prices.stepFor(150_001) != "digital.step3" {
		t.Errorf("step 3 is above %d, at most %d", above, most)
	}
	if got := prices.WithVAT(32061); got.String() != "400.76" { // 400.7625
		t.Errorf("with VAT %s", got)
	}
	if _, err := ReadPrices(map[string]string{"sms": "free"}); err == nil {
		t.Error("a damaged table was read")
	}
}

// TestFactsOf: a letter's sheets are those of each document, its size that of all.
func TestFactsOf(t *testing.T) {
	to := post.Target{FullName: "Per Ås", Address: post.Address{Line1: "Storgata 1", Postcode: "0150", Town: "Oslo"}}
	facts := FactsOf([]post.Document{{Size: 90_000, Pages: 3}, {Size: 20_000, Pages: 1}}, to, post.Identified)
	if facts != (LetterFacts{Size: 110_000, Attachments: 1, Sheets: 3, Known: post.Identified, Address: true}) {
		t.Errorf("%+v", facts)
	}
	if facts := FactsOf(nil, post.Target{}, post.NeverChecked); facts != (LetterFacts{}) {
		t.Errorf("%+v", facts)
	}
}

func BenchmarkCost(b *testing.B) {
	prices, facts := tariff(b), CostFacts{Options: post.Options{Paper: &post.Paper{IfNoDigipost: true}}}
	for i := range 100_000 {
		facts.Letters = append(facts.Letters, LetterFacts{Size: int64(i), Attachments: i % 3, Sheets: i % 5, Address: true})
	}
	for b.Loop() {
		Cost(facts, prices)
	}
}
