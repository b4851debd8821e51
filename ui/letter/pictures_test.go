package letter

import (
	"errors"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// TestPictures shows the making of a letter: PICTURES=/tmp/pictures go test -run
// Pictures ./ui/...
func TestPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "letter")
		f := town()
		s := New(b.Env, f.ports())
		b.Framed(s, "", story.Width, story.Height)
		snap("1empty")
		b.Type(t, "letter.to", "aas\n")
		snap("1hits")
		f.lookErr = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
		s.hear("aasm")
		snap("1asking")
		s.find("aasm")
		snap("1lookup-failed")
		f.lookErr, f.found = nil, nil
		s.find("Åse Marie")
		snap("1none-at-digipost")
		s.find("Xerxes")
		snap("1nobody")
		f.found = hits()
		s.find("Åse")
		s.pickHit(f.found[1])
		snap("1hit-chosen")
		s.model.unpick()
		b.Redraw()
		s.find("01810199919")
		snap("1wrong-number")
		s.find("fjordvik.il#1A2B")
		snap("1digipost")
		b.Tap(t, "letter.by_address")
		s.model.address = form{name: "Åse Ødegård", line1: "Storgata 12", postcode: "685", town: "Sogndal"}
		s.useAddress()
		snap("1address")
		s.model.byAddress = false
		s.pick(f.people[1])
		b.Tap(t, "letter.review")
		snap("2missing")
		s.takeFile(filepath.Join(t.TempDir(), "skade.pdf"))
		snap("2fault")
		s.takeFile(letterFile)
		snap("2file")
		s.model.files = append(s.model.files, s.model.files[0], s.model.files[0], s.model.files[0])
		s.model.files[1].facts.Name = "Vedlegg 1 – Regnskap og budsjett for Fjordvik og omegn idrettslag 2026–2027, endelig utgave.pdf"
		s.model.files[0].facts.Pages = 3
		s.pick(f.people[2])
		s.model.subject = "Vedtak om plass"
		s.turn(1)
		b.Redraw()
		snap("3full")
		b.Tap(t, "letter.review")
		snap("4review")
		f.approveErr = post.NewFault(post.CodePlanChanged, nil)
		b.Tap(t, "letter.send")
		snap("4fault")
		b.Tap(t, "letter.back")
		f.previewErr = errors.New("no picture")
		s.turnTo(0, 1)
		snap("5no-picture")
		s.Leave()
		s = New(b.Env, f.ports())
		b.Framed(s, "2000", story.Width, story.Height)
		snap("6unreachable")
		s.Leave()
	}
}

// sectionsAt shows all sections of one letter, one open at a time, scrolled to.
func sectionsAt(b *partstest.Bench, s *Screen, snap func(string)) {
	c := &s.model.choices
	show := func(name, moment string) {
		s.open = map[string]bool{name: true}
		b.Redraw()
		s.column.ScrollToOffset(fynePos(s, name))
		snap(moment)
	}
	show(sectionReminder, "7reminder-none")
	c.sms, c.email = smsAt, true
	b.Redraw()
	s.propose("letter.sms.time", c.smsAt, reminderDays, morning)
	s.fillEmail()
	s.fill("letter.email.address", "ase.marie@example.no")
	show(sectionReminder, "7reminder")
	show(sectionPaper, "7paper-none")
	c.paper, c.unread = true, true
	b.Redraw()
	s.propose("letter.unread.time", c.unreadBy, paperDays, morning)
	show(sectionPaper, "7paper")
	show(sectionType, "7type-letter")
	c.setKind(post.ContentInvoice)
	c.amount, c.date, c.account, c.kid = "12 345,50", "24.12.2026", "86011117947", "1234567897"
	show(sectionType, "7invoice")
	show(sectionMore, "7more-none")
	c.reference, c.later, c.receipt = "Årsmøte 2027", true, true
	b.Redraw()
	s.propose("letter.deliver", c.deliverAt, deliverDays, early)
	show(sectionMore, "7more")
	s.open = map[string]bool{}
	b.Redraw()
	s.column.ScrollToBottom()
	snap("7closed")
}

// TestSectionPictures shows the options, open and closed, right and wrong.
func TestSectionPictures(t *testing.T) {
	for _, story := range partstest.Storybook() {
		b, snap := story.Open(t, "letter")
		f := town()
		s := New(b.Env, f.ports())
		b.Framed(s, "", story.Width, story.Height)
		s.pick(f.people[1])
		snap("6identified")
		s.model.subject = "Regning for vinteren"
		s.takeFile(letterFile)
		sectionsAt(b, s, snap)
		s.Leave()
		s.model.choices.emailAt, s.model.choices.smsAt = moment{"06.11.2026", "10:00"}, moment{"06.11.2026", "10:00"}
		b.Tap(t, "letter.review")
		snap("8review-all")
		b.Picture(t, "letter-8review-tall-"+story.Language, story.Width, 1500)
		b.Window.Resize(fyne.NewSize(story.Width, story.Height))
		b.Tap(t, "letter.back")
		c := &s.model.choices
		c.kid, c.amount, c.address, c.unreadBy, c.back.town, c.smsAt.day = "1234567890", "mye", "åse", moment{"1.1.2026", "10"}, "", "i morgen"
		s.model.unpick()
		s.model.subject = ""
		b.Tap(t, "letter.review")
		snap("8wrong")
		s.jump("letter.kid")
		snap("8wrong-kid")
		s.jump("letter.email.address")
		snap("8wrong-email")
		f.proof = post.Proof{}
		s = New(b.Env, f.ports())
		b.Framed(s, "1001", story.Width, story.Height)
		s.open[sectionPaper] = true
		b.Redraw()
		s.column.ScrollToBottom()
		snap("9no-paper")
		f.proofErr = post.NewFault(post.CodeUnreachable, nil, "host", "api.digipost.no")
		s = New(b.Env, f.ports())
		b.Framed(s, "2000", story.Width, story.Height)
		s.open[sectionPaper], s.model.choices.paper = true, true
		b.Redraw()
		s.column.ScrollToOffset(fynePos(s, sectionPaper))
		snap("9unasked")
		s.Leave()
	}
}

// fynePos is where a section begins in the column.
func fynePos(s *Screen, section string) fyne.Position {
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(s.questions.folds[section].Object).Y - driver.AbsolutePositionForObject(s.column.Content).Y
	return fyne.NewPos(0, at-look.Near)
}
