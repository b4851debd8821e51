package letter

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/ui/parts"
)

func TestParseDay(t *testing.T) {
	for text, want := range map[string]string{
		"24.12.2026": "2026-12-24", " 1.2.26 ": "2026-02-01", "01/02/2026": "2026-02-01", "2026-12-24": "2026-12-24", "29.02.2028": "2028-02-29",
		"29.02.2027": "", "24.13.2026": "", "0.1.2026": "", "24.12": "", "i morgen": "", "": "", "24.12.1926": "", "24122026": "",
	} {
		got := ""
		if day, ok := parts.ReadDay(text); ok {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseClock(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10:00": 10 * time.Hour, "9": 9 * time.Hour, "09.30": 9*time.Hour + 30*time.Minute, "0930": 9*time.Hour + 30*time.Minute, " 23:59 ": 23*time.Hour + 59*time.Minute, "0:00": 0,
		"24:00": -1, "10:60": -1, "ti": -1, "": -1, "10:5": -1, "-1": -1,
	} {
		got, ok := parts.ReadClock(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]string{
		"1 234,50": "1234.50", "1\u00a0234,50": "1234.50", "1234": "1234.00", "1.234,5": "1234.50", "1.234": "1234.00", "1234.50": "1234.50", "kr 99,-": "99.00", "NOK 5": "5.00",
		"0,50": "0.50", "0": "0.00", "007": "7.00", "1.234.567,89": "1234567.89",
		"": "", "mye": "", "-5": "", "1,234.50": "", "12,345": "", "1.23.456": "", "1234567890123": "", "5,": "", ",50": "", "1e5": "",
	} {
		got, ok := parseAmount(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
}

// FuzzParse finds no text that is taken for an amount or a day in a wrong form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1 234,50", "kr 1.234,-", "24.12.2026", "2026-12-24", "31.2.2026", "10:00", "0930", ",,", "\u202f1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if amount, ok := parseAmount(text); ok {
			whole, rest, _ := strings.Cut(amount, ".")
			if len(rest) != 2 || !onlyDigits(whole) || !onlyDigits(rest) || len(whole) > mostKroner {
				t.Errorf("%q became %q", text, amount)
			}
		}
		if day, ok := parts.ReadDay(text); ok && (day.Year() < 2000 || day.Year() > 2100) {
			t.Errorf("%q became %v", text, day)
		}
		if clock, ok := parts.ReadClock(text); ok && (clock < 0 || clock >= 24*time.Hour) {
			t.Errorf("%q became %v", text, clock)
		}
	})
}

// now is Tuesday, and all times below are ahead of it.
var now = time.Date(2026, 11, 3, 14, 5, 0, 0, time.Local)

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.Local) }

var home = form{"Fjordvik idrettslag", "Sjøgata 1", "", "6001", "Fjordvik"}

func person() post.Target {
	return post.Target{Kind: post.ByBirthNumber, Value: syntheticNumber, FullName: "Åse Aas", Address: post.Address{Line1: "Storgata 1", Postcode: "6853", Town: "Sogndal"}}
}

// TestOptions: what is typed becomes what the engine gets, and what is wrong is told
// at its field.
func TestOptions(t *testing.T) {
	full := &post.Proof{Features: []string{post.FeaturePaper}}
	for name, c := range map[string]struct {
		change func(*choices)
		to     post.Target
		proof  *post.Proof
		want   post.Options
		wrong  []string
	}{
		"an ordinary letter": {change: func(*choices) {}},
		"sms after hours":    {change: func(c *choices) { c.sms, c.hours = smsAfter, " 48 " }, want: post.Options{SMS: &post.SMSReminder{AfterHours: []int{48}}}},
		"sms after no hours": {change: func(c *choices) { c.sms, c.hours = smsAfter, "0" }, wrong: []string{"letter.sms.hours letter.wrong.hours"}},
		"sms at a time": {change: func(c *choices) { c.sms, c.smsAt = smsAt, moment{"6.11.2026", "10"} },
			want: post.Options{SMS: &post.SMSReminder{At: []time.Time{at(6, 10)}}}},
		"sms in the past":    {change: func(c *choices) { c.sms, c.smsAt = smsAt, moment{"3.11.2026", "14:05"} }, wrong: []string{"letter.sms.time letter.wrong.past"}},
		"sms on no day":      {change: func(c *choices) { c.sms, c.smsAt = smsAt, moment{"snart", "10"} }, wrong: []string{"letter.sms.time letter.wrong.day"}},
		"sms without a time": {change: func(c *choices) { c.sms, c.smsAt = smsAt, moment{"6.11.2026", ""} }, wrong: []string{"letter.sms.time letter.wrong.clock"}},
		"sms before it is shown": {change: func(c *choices) {
			c.sms, c.smsAt, c.later, c.deliverAt = smsAt, moment{"6.11.2026", "10"}, true, moment{"7.11.2026", "8"}
		}, wrong: []string{"letter.sms.time letter.wrong.before_delivery"}},
		"what is off is not read": {change: func(c *choices) {
			c.smsAt, c.emailAt, c.deliverAt, c.address, c.amount = moment{"x", "y"}, moment{"x", "y"}, moment{"x", "y"}, "x", "x"
		}},
		"e-mail": {change: func(c *choices) {
			c.email, c.address, c.emailSubject, c.emailText, c.emailAt = true, " ase@example.no ", "Husk", "Les brevet", moment{"06.11.2026", "09:30"}
		}, want: post.Options{Email: &post.EmailReminder{Address: "ase@example.no", Subject: "Husk", Text: "Les brevet", At: []time.Time{at(6, 9).Add(30 * time.Minute)}}}},
		"e-mail with nothing": {change: func(c *choices) { c.email = true },
			wrong: []string{"letter.email.address letter.wrong.email", "letter.email.subject letter.wrong.empty", "letter.email.text letter.wrong.empty", "letter.email.time letter.wrong.day"}},
		"e-mail too long": {change: func(c *choices) {
			c.email, c.address, c.emailSubject, c.emailText, c.emailAt = true, "a@b", strings.Repeat("å", 101), strings.Repeat("å", 501), moment{"06.11.2026", "9"}
		}, wrong: []string{"letter.email.address letter.wrong.email", "letter.email.subject letter.wrong.long", "letter.email.text letter.wrong.long"}},
		"paper": {change: func(c *choices) {
			c.paper, c.unread, c.unreadBy, c.back, c.color, c.shred = true, true, moment{"17.11.2026", "10:00"}, home, true, true
		}, to: person(), proof: full, want: post.Options{Paper: &post.Paper{IfNoDigipost: true, IfUnreadBy: at(17, 10), Color: true, Shred: true, Return: home.postal()}}},
		"paper without addresses": {change: func(c *choices) { c.paper = true }, to: post.Target{Kind: post.ByBirthNumber, Value: syntheticNumber},
			wrong: []string{"letter.paper letter.wrong.no_address", "letter.return.name letter.wrong.empty", "letter.return.line1 letter.wrong.empty", "letter.return.place letter.address.postcode"}},
		"paper without a town":    {change: func(c *choices) { c.paper, c.back = true, form{"A", "B", "", "6001", " "} }, to: person(), wrong: []string{"letter.return.place letter.wrong.town"}},
		"paper that is not to be": {change: func(c *choices) { c.paper, c.unread = true, true }, to: person(), proof: &post.Proof{}},
		"bill": {change: func(c *choices) {
			c.kind, c.amount, c.date, c.account, c.kid = post.ContentInvoice, "1 234,50", "24.12.2026", "8601 11 17947", "1234567897"
		}, want: post.Options{Content: post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2026-12-24", Account: "86011117947", KID: "1234567897"}}},
		"bill with nothing": {change: func(c *choices) { c.kind = post.ContentInvoice }, proof: full,
			wrong: []string{"letter.amount letter.wrong.amount_missing", "letter.date letter.wrong.day", "letter.account letter.wrong.account_missing", "letter.kid letter.wrong.kid_missing"}},
		"bill without KID, not known": {change: func(c *choices) {
			c.kind, c.amount, c.date, c.account = post.ContentInvoice, "1", "24.12.2026", "86011117947"
		},
			want: post.Options{Content: post.Content{Kind: post.ContentInvoice, Amount: "1.00", Date: "2026-12-24", Account: "86011117947"}}},
		"bill with all wrong": {change: func(c *choices) {
			c.kind, c.amount, c.date, c.account, c.kid = post.ContentInvoice, "0", "24.13.2026", "86011117946", "1234567890"
		}, wrong: []string{"letter.amount letter.wrong.amount", "letter.date letter.wrong.day", "letter.account letter.wrong.account", "letter.kid letter.wrong.kid"}},
		"debt needs its date":   {change: func(c *choices) { c.kind = post.ContentDebt }, wrong: []string{"letter.date letter.wrong.day"}},
		"payslip needs nothing": {change: func(c *choices) { c.kind, c.account, c.kid = post.ContentPayslip, "1", "2" }, want: post.Options{Content: post.Content{Kind: post.ContentPayslip}}},
		"more": {change: func(c *choices) {
			c.reference, c.receipt, c.later, c.deliverAt = " R 1 ", true, true, moment{"4.11.2026", "8"}
		}, want: post.Options{Reference: "R 1", OpeningReceipt: true, DeliverAt: at(4, 8)}},
		"reference too long":        {change: func(c *choices) { c.reference = strings.Repeat("å", 101) }, wrong: []string{"letter.reference letter.wrong.long"}},
		"invitation":                {change: func(c *choices) { c.invite, c.deadline = true, moment{"17.11.2026", "10"} }, to: person(), want: post.Options{Invite: &post.Invitation{Deadline: at(17, 10)}}},
		"invitation without number": {change: func(c *choices) { c.invite, c.deadline = true, moment{"17.11.2026", "10"} }, to: post.Target{Kind: post.ByDigipostAddress, Value: "a#1"}, wrong: []string{"letter.invite letter.wrong.invite"}},
	} {
		t.Run(name, func(t *testing.T) {
			chosen := newChoices()
			c.change(&chosen)
			r := reading{now: now, to: c.to, proof: c.proof}
			got := r.options(chosen)
			var wrong []string
			for _, w := range r.wrong {
				wrong = append(wrong, w.field+" "+w.key)
			}
			if !slices.Equal(wrong, c.wrong) {
				t.Errorf("wrong %q, want %q", wrong, c.wrong)
			}
			c.want.Auth = post.AuthPassword
			if c.wrong == nil && !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestKindHidesTheSubject until the person says otherwise.
func TestKindHidesTheSubject(t *testing.T) {
	c := newChoices()
	for _, step := range []struct {
		kind post.ContentKind
		want bool
	}{{post.ContentPayslip, true}, {post.ContentInvoice, false}, {post.ContentDebt, true}, {post.ContentLetter, false}} {
		if c.setKind(step.kind); c.sensitive != step.want {
			t.Errorf("%q: hidden %v", step.kind, c.sensitive)
		}
	}
	c.decided = true
	if c.setKind(post.ContentDebt); c.sensitive {
		t.Error("the person's own choice is changed")
	}
}

func TestFilesInOrderAndLimit(t *testing.T) {
	m := newModel()
	for _, name := range []string{"a", "b", "c"} {
		f := file{path: name}
		f.facts.Size, f.facts.Pages = 9_000_000, 8
		if problem, err := m.add(f); problem != "" || err != nil {
			t.Fatal(problem, err)
		}
	}
	large := file{path: "d"}
	large.facts.Size = 3_000_001
	if problem, _ := m.add(large); problem != "letter.too_large" || len(m.files) != 3 {
		t.Errorf("%q, %d files", problem, len(m.files))
	}
	m.move(2, -1)
	m.move(0, -1)
	if got := m.files[0].path + m.files[1].path + m.files[2].path; got != "acb" || m.pages() != 24 {
		t.Errorf("order %s, %d pages", got, m.pages())
	}
}
