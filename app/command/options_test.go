package command

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

const account = "12345678903"

// local is a time where the machine is.
func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, time.Local)
	if err != nil {
		panic(err)
	}
	return at
}

// chosenWith sends a letter with the flags and gives what the engine was asked for.
func chosenWith(t *testing.T, flags ...string) (post.Options, post.Target) {
	t.Helper()
	r := newRig(t)
	r.jobs.outcome = deliverAll
	line := append([]string{"send", "-yes", "-to", "fnr:" + kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF")}, flags...)
	r.want(exitDone, line...)
	return r.jobs.wish.Options, r.jobs.wish.To[0].To
}

func TestSendOptions(t *testing.T) {
	choir := post.PostalAddress{Name: "Koret", Address: post.Address{Line1: "Vei 1", Line2: "2. etg", Postcode: "0150", Town: "Oslo"}}
	morning := local("2025-12-31 09:00")
	for name, try := range map[string]struct {
		flags []string
		want  post.Options
	}{
		"none":                  {nil, post.Options{}},
		"paper":                 {[]string{"-print", "-return", "Koret; Vei 1 ;2. etg;0150;Oslo", "-color"}, post.Options{Paper: &post.Paper{IfNoDigipost: true, Return: choir, Color: true}}},
		"no return":             {[]string{"-print"}, post.Options{Paper: &post.Paper{IfNoDigipost: true}}},
		"if unread":             {[]string{"-print-if-unread", "2025-12-31T09:00", "-shred"}, post.Options{Paper: &post.Paper{IfUnreadBy: morning, Shred: true}}},
		"sms":                   {[]string{"-sms", "24,2025-12-31 09:00, 72"}, post.Options{SMS: &post.SMSReminder{At: []time.Time{morning}, AfterHours: []int{24, 72}}}},
		"e-mail":                {[]string{"-email-notice", "subject=Hei, du,text=Les, så betal,at=2025-12-31T09:00,at=2025-12-31T09:00"}, post.Options{Email: &post.EmailReminder{Subject: "Hei, du", Text: "Les, så betal", At: []time.Time{morning, morning}}}},
		"to address":            {[]string{"-email-notice", "at=2025-12-31T09:00,2025-12-31T09:00,address=a@b.no,subject=S,text=a=b,c"}, post.Options{Email: &post.EmailReminder{Address: "a@b.no", Subject: "S", Text: "a=b,c", At: []time.Time{morning, morning}}}},
		"receipt":               {[]string{"-opening-receipt", "-reference", " 4711 "}, post.Options{OpeningReceipt: true, Reference: "4711"}},
		"later":                 {[]string{"-deliver-at", "2025-12-31T09:00"}, post.Options{DeliverAt: morning}},
		"invitation":            {[]string{"-invite", "2025-12-31T09:00"}, post.Options{Invite: &post.Invitation{Deadline: morning}}},
		"to the end of the day": {[]string{"-invite", "31.12.2025"}, post.Options{Invite: &post.Invitation{Deadline: local("2025-12-31 23:59")}}},
		"invoice":               {[]string{"-invoice", "amount=1 234,5,due=31.12.2025,account=1234.56.78903,kid=1234567897"}, post.Options{Content: post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2025-12-31", Account: account, KID: "1234567897"}}},
		"no kid":                {[]string{"-invoice", "account=12345678903,due=2025-12-31,amount=10"}, post.Options{Content: post.Content{Kind: post.ContentInvoice, Amount: "10.00", Date: "2025-12-31", Account: account}}},
		"debt":                  {[]string{"-debt", "amount=0,99,due=1.2.2026,account=12345678903"}, post.Options{Content: post.Content{Kind: post.ContentDebt, Amount: "0.99", Date: "2026-02-01", Account: account}}},
		"due alone":             {[]string{"-debt", "due=2026-02-01"}, post.Options{Content: post.Content{Kind: post.ContentDebt, Date: "2026-02-01"}}},
		"wage":                  {[]string{"-payslip", "amount=30 000"}, post.Options{Content: post.Content{Kind: post.ContentPayslip, Amount: "30000.00"}}},
		"payslip":               {[]string{"-payslip", "amount=30.000,00,date=2025-12-12"}, post.Options{Content: post.Content{Kind: post.ContentPayslip, Amount: "30000.00", Date: "2025-12-12"}}},
	} {
		t.Run(name, func(t *testing.T) {
			try.want.Auth = post.AuthPassword
			if got, _ := chosenWith(t, try.flags...); !reflect.DeepEqual(got, try.want) {
				t.Errorf("%+v, want %+v", got, try.want)
			}
		})
	}
}

func TestSendToAStranger(t *testing.T) {
	_, to := chosenWith(t, "-address", "Kari Øy;Vei 1;;0150;Oslo;Norge", "-phone", "+47 999 99 999", "-email", "kari@example.no")
	want := post.Target{Kind: post.ByBirthNumber, Value: kari, FullName: "Kari Øy", Phone: "+4799999999", Email: "kari@example.no",
		Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}
	if to != want {
		t.Errorf("%+v", to)
	}
}

func TestPaperComesBackToTheProfile(t *testing.T) {
	r := newRig(t)
	r.jobs.outcome = deliverAll
	r.back = post.PostalAddress{Name: "Koret", Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}
	line := []string{"send", "-yes", "-to", "fnr:" + kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF"), "-print"}
	if r.want(exitDone, line...); r.jobs.wish.Options.Paper.Return != r.back {
		t.Errorf("%+v", r.jobs.wish.Options.Paper)
	}
	if r.want(exitDone, append(line, "-return", "Andre;Vei 9;;0150;Oslo")...); r.jobs.wish.Options.Paper.Return.Name != "Andre" {
		t.Errorf("%+v", r.jobs.wish.Options.Paper)
	}
}

func TestOptionSlips(t *testing.T) {
	r := newRig(t)
	r.people.people = []post.Recipient{{CustomerID: "7", FullName: "Kari", BirthNumber: kari}}
	pdf := oneFile(t, "brev.pdf", "%PDF")
	for _, flags := range [][]string{
		{"-return", "Koret;Vei 1;0150;Oslo", "-print"}, {"-return", "Koret;;;0150;Oslo", "-print"}, {"-return", "", "-print"}, {"-color"}, {"-shred"},
		{"-print-if-unread", "i morgen"}, {"-sms", "24,"}, {"-sms", "-1"}, {"-sms", ""}, {"-sms", "24t"}, {"-sms", "2025-12-31"},
		{"-email-notice", "Hei"}, {"-email-notice", "subject=a,subject=b"}, {"-email-notice", "subject=a,at=9"}, {"-email-notice", "topic=a"},
		{"-invoice", "amount=1"}, {"-invoice", "amount=1,due=2025-12-31"}, {"-invoice", "amount=1.234,due=2025-12-31,account=" + account},
		{"-invoice", "amount=mye,due=2025-12-31,account=" + account}, {"-invoice", "amount=1,due=31.02.2025,account=" + account},
		{"-debt", "date=2025-12-31,amount=1"}, {"-payslip", "amount=1,due=2025-12-31"}, {"-payslip", "amount=x"}, {"-debt", "amount=1"},
		{"-payslip", "amount=1,date=2025-12-31", "-invoice", "amount=1,due=2025-12-31,account=" + account},
		{"-deliver-at", "2025-13-01T09:00"}, {"-deliver-at", ""}, {"-invite", "snart"}, {"-reference", ""}, {"-cooling-off", "24h1s"},
		{"-address", "Kari"}, {"-phone", "ring"}, {"-email", "Kari <a@b.no>"}, {"-email", "a"},
	} {
		line := append([]string{"send", "-yes", "-to", "fnr:" + kari, "-subject", "Hei", pdf}, flags...)
		if _, told := r.want(exitUsage, line...); !strings.Contains(told, flags[0]) || strings.Contains(told, "{") {
			t.Errorf("%v: %s", flags, told)
		}
	}
	for _, line := range [][]string{
		{"send", "-to", "customer:7", "-phone", "99999999"},
		{"send", "-to", "address:A;Vei 1;;0150;Oslo", "-address", "A;Vei 1;;0150;Oslo"},
	} {
		r.want(exitUsage, append(line, "-yes", "-subject", "Hei", pdf)...)
	}
	for _, flags := range [][]string{{"-email-notice", "address=a@b.no,subject=S,text=T,at=2025-12-31T09:00"}, {"-phone", "99999999"}, {"-to", "x"}} {
		r.want(exitUsage, append([]string{"mail", "-yes", "-group", "", "-subject", "Hei", "-document", pdf}, flags...)...)
	}
	if len(r.jobs.jobs) != 0 {
		t.Error("something was stored")
	}
}

// TestTheQuestionTellsWhatCosts: who says yes has read what it costs and where
// the money goes.
func TestTheQuestionTellsWhatCosts(t *testing.T) {
	for language, want := range map[string][]string{
		"nb": {"Faktura", "beløp kr 1\u202f234,50", "forfall 31.12.2025", "til konto 1234 56 78903", "KID 1234567897", "Vises i postkassen 31.12.2025 09:00",
			"Påminnelse på SMS 31.12.2025 09:00", "Påminnelse på SMS 24 timer og 72 timer etter levering", "adressen mottakeren har", "Du får vite når brevet åpnes",
			"invitert til å skaffe seg det innen 31.12.2025 09:00", "går brevet på papir", "Er brevet ulest 31.12.2025 09:00", "i farger", "makuleres", "Returadresse: Koret, Vei 1, 0150 Oslo", "Sende «Hei» til"},
		"en": {"1,234.50", "31.12.2025", "24 hours and 72 hours", "Send “Hei” to"},
	} {
		r := newRig(t)
		r.terminal, r.stdin = true, "nei\n"
		at := "2025-12-31T09:00"
		_, told := r.want(exitStopped, "send", "-lang", language, "-to", "fnr:"+kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF"),
			"-invoice", "amount=1234,5,due=31.12.2025,account=12345678903,kid=1234567897", "-deliver-at", at, "-sms", "24,72,"+at,
			"-email-notice", "subject=S,text=T,at="+at, "-opening-receipt", "-invite", at, "-print", "-print-if-unread", at, "-color", "-shred",
			"-return", "Koret;Vei 1;;0150;Oslo")
		for _, piece := range want {
			if !strings.Contains(told, piece) {
				t.Errorf("%s: %q is not said:\n%s", language, piece, told)
			}
		}
		if strings.Contains(told, "options.") || strings.Contains(told, "{") {
			t.Errorf("a key or gap is left: %s", told)
		}
	}
	r := newRig(t)
	r.terminal, r.stdin = true, "nei\n"
	named := []string{"send", "-to", "fnr:" + kari, "-address", "Kari Øy;Vei 1;;0150;Oslo", "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF")}
	if _, told := r.want(exitStopped, named...); !strings.Contains(told, "til Kari Øy (018150 *****)?") {
		t.Errorf("the number is not shown beside the name: %s", told)
	}
	if _, told := r.want(exitStopped, "send", "-to", "fnr:"+kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF")); !strings.HasPrefix(told, "Avsender: avsender-ID 1000.\nSende «Hei» til") {
		t.Errorf("an ordinary letter says more: %s", told)
	}
}

// TestMailWithPaper: people without Digipost are asked about again where paper is
// wanted, each once; those who cannot be reached at all stay out.
func TestLaterNewsIsShown(t *testing.T) {
	at := day.Add(time.Hour)
	for status, want := range map[post.ItemStatus]string{post.ItemOpened: `"opened_at": "` + moment(at), post.ItemPosted: `"posted_at": "` + moment(at)} {
		r := newRig(t)
		r.jobs.outcome = func(j *post.Job, items []post.Item) {
			j.State = post.JobDone
			items[0].Status, items[0].DeliveredAt, items[0].StatusAt, items[0].Detail = status, day, at, "SMS_NOTIFICATION_FAILED"
		}
		out, _ := r.want(exitDone, sendLine(t)...)
		if !strings.Contains(out, want) || !strings.Contains(out, `"detail": "SMS_NOTIFICATION_FAILED"`) || !strings.Contains(out, "Selve brevet er levert.") {
			t.Error(out)
		}
		out, _ = r.want(exitDone, slices.DeleteFunc(sendLine(t), func(word string) bool { return word == "-json" })...)
		if !strings.Contains(out, "Status fra") || !strings.Contains(out, "Påminnelsen på SMS kom ikke fram.") {
			t.Error(out)
		}
	}
}

// TestDeliveryAhead: nobody reads that a letter is delivered while that lies
// ahead.
func TestDeliveryAhead(t *testing.T) {
	r := newRig(t)
	r.jobs.outcome = func(j *post.Job, items []post.Item) {
		j.State, items[0].Status, items[0].DeliveredAt = post.JobDone, post.ItemReceived, day.Add(48*time.Hour)
	}
	out, _ := r.want(exitDone, slices.DeleteFunc(sendLine(t), func(word string) bool { return word == "-json" })...)
	if !strings.Contains(out, "Leveres") || strings.Contains(out, "Levert") {
		t.Error(out)
	}
	r.stories.people = twoPeople()
	if out, _ = r.want(exitAttention, "mail", "-yes", "-json", "-group", "", "-document", oneFile(t, "brev.pdf", "%PDF"), "-subject", "F"); !strings.Contains(out, `"received": 1`) {
		t.Error(out)
	}
}

func FuzzAmount(f *testing.F) {
	for _, seed := range []string{"1234,5", "1 234,50", "1234.50", "1.234", "1.234,5", "1,234.50", "007", "-5", "1\u202f000", "12 34", "", ",5", "5,", "1.234.567"} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`^-?(0|[1-9][0-9]{0,11})\.[0-9]{2}$`)
	f.Fuzz(func(t *testing.T, text string) {
		amount, ok := parseAmount(text)
		if ok != (amount != "") || ok && !form.MatchString(amount) {
			t.Fatalf("%q gives %q", text, amount)
		}
		if again, ok2 := parseAmount(amount); ok && (!ok2 || again != amount) {
			t.Errorf("%q is not read as itself", amount)
		}
	})
}

func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{"1234,5": "1234.50", "1 234,50": "1234.50", "1234.50": "1234.50", "1\u00a0234\u202f567": "1234567.00",
		"1.234,5": "1234.50", "1,234.50": "1234.50", "0": "0.00", "007": "7.00", "\u22125": "-5.00", "-5": "-5.00", " 10 ": "10.00",
		"1.234": "", "1,234": "", "12 34": "", "1 2345": "", ",5": "", "5,": "", "1.234.567": "", "kr 5": "", "": "", "1234567890123": ""} {
		if got, _ := parseAmount(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseTimeKnowsTheHourThatIsNotThere(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	before := time.Local
	time.Local = oslo
	defer func() { time.Local = before }()
	if _, ok := parseTime("2026-03-29T02:30"); ok {
		t.Error("half past two in the night summer time begins does not exist")
	}
	if at, ok := parseTime("2026-07-01 12:00"); !ok || at.UTC().Hour() != 10 {
		t.Error(at)
	}
	if at, ok := parseTime("2026-07-01T12:00:00+01:00"); !ok || at.UTC().Hour() != 11 {
		t.Error(at)
	}
}

func FuzzParts(f *testing.F) {
	f.Add("subject=Hei, du,text=a=b,at=1,at=2")
	f.Add("at=,,subject= x , text=y")
	f.Add("text")
	f.Fuzz(func(t *testing.T, text string) {
		names := []string{"address", "subject", "text", "at"}
		pairs, ok := splitParts(text, names)
		if !ok {
			return
		}
		var joined []string
		for _, pair := range pairs {
			if !slices.Contains(names, pair[0]) {
				t.Fatalf("%q is none of the names", pair[0])
			}
			joined = append(joined, pair[0]+"="+pair[1])
		}
		again, ok := splitParts(strings.Join(joined, ","), names)
		if !ok || !slices.Equal(pairs, again) {
			t.Errorf("%q: %q, then %q", text, pairs, again)
		}
	})
}

func FuzzTimesAndAddresses(f *testing.F) {
	f.Add("2025-12-31T09:00,24")
	f.Add("A;B;;0150;Oslo;Norge")
	f.Add("31.12.2025")
	f.Fuzz(func(t *testing.T, text string) {
		if sms, ok := parseSMS(text); ok && len(sms.At)+len(sms.AfterHours) != strings.Count(text, ",")+1 {
			t.Errorf("%q: %+v", text, sms)
		}
		if address, ok := parsePostal(text); ok && (address.Name == "" || address.Line1 == "" || address.Postcode == "" || address.Town == "") {
			t.Errorf("%q: %+v", text, address)
		}
		if day, ok := parseDay(text); ok {
			if again, ok := parseDay(day); !ok || again != day {
				t.Errorf("%q: %q", text, day)
			}
		}
	})
}
