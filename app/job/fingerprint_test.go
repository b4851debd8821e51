package job

import (
	"strings"
	"testing"
	"time"

	"brevdue/app/post"
)

// golden is a plan with everything in it.
func golden() (post.Job, []post.Document, []post.Item) {
	job := post.Job{Kind: post.KindMailing, Via: post.ViaREST, Subject: "Årsmøte", Sender: post.Sender{SenderID: 1000},
		Options: post.Options{Auth: post.AuthTwoFactor, Sensitive: true}}
	documents := []post.Document{{Index: 0, Name: "a.pdf", FileType: "pdf", SHA256: "aa"}, {Index: 1, Name: "Kart.pdf", FileType: "pdf", SHA256: "bb"}}
	named := post.Target{Kind: post.ByNameAndAddress, FullName: "Per Ås", Address: oslo, BirthDate: "1980-01-02", Phone: "1", Email: "p@example.no"}
	return job, documents, []post.Item{{To: sally}, {To: named}, {Status: post.ItemNotDelivered}}
}

// What the canonical plan was, byte for byte, before letters had more options.
const goldenPlain = `{"version":1,"kind":"mailing","sender_id":1000,"via":"rest","subject":"Årsmøte","auth":"two_factor","sensitive":true,` +
	`"documents":[{"file_type":"pdf","sha256":"aa","title":"Årsmøte"},{"file_type":"pdf","sha256":"bb","title":"Kart"}],` +
	`"recipients":[{"kind":"fnr","value":"03846131239","Line1":"","Line2":"","Postcode":"","Town":"","Country":""},` +
	`{"kind":"address","value":"","name":"Per Ås","Line1":"Storgata 1","Line2":"","Postcode":"0150","Town":"Oslo","Country":"",` +
	`"birth_date":"1980-01-02","phone":"1","email":"p@example.no"}]}`

// And what the options add.
const goldenOptions = `,"paper":{"if_no_digipost":true,"if_unread_by":"2026-12-04T09:00:00Z","return_name":"Klubben","Line1":"Storgata 1","Line2":"",` +
	`"Postcode":"0150","Town":"Oslo","Country":"","color":true,"shred":true},"sms":{"at":["2026-12-01T11:00:00Z"],"after_hours":[24]},` +
	`"email":{"address":"","subject":"Nytt brev","text":"Du har et brev i Digipost.","at":["2026-12-01T12:00:00Z"]},"opening_receipt":true,` +
	`"reference":"Avdeling 7","deliver_at":"2026-12-01T10:00:00Z","invite_until":"2026-12-05T09:00:00Z",` +
	`"content":{"kind":"invoice","amount":"1234.50","date":"2027-01-15","account":"97106000003","kid":"2345676"}}`

func TestGoldenFingerprints(t *testing.T) {
	job, documents, items := golden()
	if got := Fingerprint(job, documents, items); got != hexSHA256([]byte(goldenPlain)) {
		t.Errorf("old evidence would not verify: %s", got)
	}
	job.Options = allOptions(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	want := strings.TrimSuffix(goldenPlain, "}") + goldenOptions
	want = strings.Replace(want, `"value":"03846131239","Line1":"","Line2":"","Postcode":"","Town":"","Country":""`,
		`"value":"03846131239","name":"Sally Prøvesen","Line1":"Storgata 1","Line2":"","Postcode":"0150","Town":"Oslo","Country":"",`+
			`"phone":"+4791234567","email":"sally@example.no"`, 1)
	if got := Fingerprint(job, documents, items); got != hexSHA256([]byte(want)) {
		t.Errorf("the canonical plan with options has changed: %s", got)
	}
}

// TestEachOptionIsPartOfThePlan: no option can change behind an approval, and
// none depends on where it was asked for.
func TestEachOptionIsPartOfThePlan(t *testing.T) {
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	print := func(change func(*post.Options, *post.Target)) string {
		job, documents, items := golden()
		job.Options = allOptions(at)
		if change != nil {
			change(&job.Options, &items[0].To)
		}
		return Fingerprint(job, documents, items)
	}
	seen := map[string]string{print(nil): "nothing"}
	for name, change := range map[string]func(*post.Options, *post.Target){
		"no paper":      func(o *post.Options, _ *post.Target) { o.Paper = nil },
		"paper if none": func(o *post.Options, _ *post.Target) { o.Paper.IfNoDigipost = false },
		"paper time":    func(o *post.Options, _ *post.Target) { o.Paper.IfUnreadBy = at },
		"return name":   func(o *post.Options, _ *post.Target) { o.Paper.Return.Name += "." },
		"return place":  func(o *post.Options, _ *post.Target) { o.Paper.Return.Line2 = "H0101" },
		"color":         func(o *post.Options, _ *post.Target) { o.Paper.Color = false },
		"shred":         func(o *post.Options, _ *post.Target) { o.Paper.Shred = false },
		"no SMS":        func(o *post.Options, _ *post.Target) { o.SMS = nil },
		"SMS time":      func(o *post.Options, _ *post.Target) { o.SMS.At = append(o.SMS.At, at) },
		"SMS hours":     func(o *post.Options, _ *post.Target) { o.SMS.AfterHours[0]++ },
		"no e-mail":     func(o *post.Options, _ *post.Target) { o.Email = nil },
		"e-mail to":     func(o *post.Options, _ *post.Target) { o.Email.Address = "a@b.no" },
		"e-mail head":   func(o *post.Options, _ *post.Target) { o.Email.Subject += "." },
		"e-mail text":   func(o *post.Options, _ *post.Target) { o.Email.Text += "." },
		"e-mail time":   func(o *post.Options, _ *post.Target) { o.Email.At[0] = at },
		"receipt":       func(o *post.Options, _ *post.Target) { o.OpeningReceipt = false },
		"reference":     func(o *post.Options, _ *post.Target) { o.Reference = "" },
		"deliver":       func(o *post.Options, _ *post.Target) { o.DeliverAt = at },
		"no invitation": func(o *post.Options, _ *post.Target) { o.Invite = nil },
		"deadline":      func(o *post.Options, _ *post.Target) { o.Invite.Deadline = at },
		"kind":          func(o *post.Options, _ *post.Target) { o.Content.Kind = post.ContentDebt },
		"amount":        func(o *post.Options, _ *post.Target) { o.Content.Amount = "1234.51" },
		"date":          func(o *post.Options, _ *post.Target) { o.Content.Date = "2027-01-16" },
		"account":       func(o *post.Options, _ *post.Target) { o.Content.Account = "1" },
		"KID":           func(o *post.Options, _ *post.Target) { o.Content.KID = "1" },
		"address":       func(_ *post.Options, to *post.Target) { to.Address.Line1 = "Storgata 2" },
		"name":          func(_ *post.Options, to *post.Target) { to.LastName = "Prøve" },
		"phone":         func(_ *post.Options, to *post.Target) { to.Phone = "2" },
		"own e-mail":    func(_ *post.Options, to *post.Target) { to.Email = "x@example.no" },
	} {
		got := print(change)
		if other, twice := seen[got]; twice {
			t.Errorf("%s and %s have the same fingerprint", name, other)
		}
		seen[got] = name
	}
	east := time.FixedZone("east", 2*3600)
	if _, same := seen[print(func(o *post.Options, _ *post.Target) {
		o.DeliverAt, o.Paper.IfUnreadBy, o.SMS.At[0] = o.DeliverAt.In(east), o.Paper.IfUnreadBy.In(east), o.SMS.At[0].In(east)
	})]; !same {
		t.Error("the fingerprint depends on the time zone")
	}
	job, documents, items := golden()
	before := Fingerprint(job, documents, items)
	items[0].To.Address, items[0].To.Phone = post.Address{}, ""
	if Fingerprint(job, documents, items) != before {
		t.Error("an address that is not used is part of the plan")
	}
}
