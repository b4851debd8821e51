package channel

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"brevdue/app/post"
	"brevdue/digipost/sandbox"

	"github.com/google/uuid"
)

// The people of testdata/sandbox/people.csv.
const (
	kari = "01819010192" // user
	per  = "03927111623" // known, no account
)

// standIn is a channel against the stand-in, which judges by its own reading.
type standIn struct {
	*testing.T
	*Channel
	ready  sandbox.Ready
	sender post.Sender
	offset *atomic.Int64
}

// files give the stand-in's own key files.
type files struct{ ready sandbox.Ready }

func (f files) Certificate(context.Context) (post.CertificateFacts, error) {
	return post.CertificateFacts{Fingerprint: f.ready.CertificateFile}, nil
}

func (f files) CertificateFile(context.Context) ([]byte, string, error) {
	file, err := os.ReadFile(f.ready.CertificateFile)
	return file, f.ready.CertificatePassword, err
}

func (f files) SFTPKeyFile(context.Context) ([]byte, string, error) {
	file, err := os.ReadFile(f.ready.SFTPKeyFile)
	return file, "", err
}

func (f files) PinnedHostKey(context.Context, string) (post.HostKey, bool, error) {
	return post.HostKey{}, false, nil
}

// startStandIn runs one for the test. The channel's clock and the stand-in's go
// forward together, by pass.
func startStandIn(t *testing.T) *standIn {
	t.Helper()
	people, err := os.Open("../../testdata/sandbox/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	all := []string{post.FeatureDigipost, post.FeaturePaper, post.FeatureBatchSplit, post.FeatureNoKID}
	server, err := sandbox.Start(context.Background(), sandbox.Config{Dir: t.TempDir(), People: people, Seed: 1,
		Senders: []sandbox.Sender{{ID: 1000, Features: all}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	ready, offset := server.Ready(), new(atomic.Int64)
	id, err := strconv.ParseInt(ready.SenderID, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	locate := func(context.Context) (Endpoints, error) {
		return Endpoints{REST: ready.REST, SFTP: ready.SFTP, SFTPUser: strings.TrimSuffix(ready.SFTPUser, ready.SenderID), HostKey: ready.SFTPHostKey}, nil
	}
	c := New(locate, files{ready}, files{ready}, "test")
	c.now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	t.Cleanup(c.Close)
	return &standIn{T: t, Channel: c, ready: ready, sender: post.Sender{SenderID: id}, offset: offset}
}

func (s *standIn) post(page, text string) {
	s.Helper()
	response, err := http.Post(s.ready.Control+page, "text/plain", strings.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		s.Fatalf("%s %s: status %d", page, text, response.StatusCode)
	}
}

// pass lets time pass for both sides.
func (s *standIn) pass(d time.Duration) {
	s.post("/clock", time.Duration(s.offset.Add(int64(d))).String())
}

// letter is one of a PDF to a person who lives somewhere.
func (s *standIn) letter(number string, options post.Options) post.Letter {
	pdf := onePage()
	sum := sha256.Sum256(pdf)
	document := func() post.LetterDocument {
		return post.LetterDocument{UUID: uuid.NewString(), FileType: "pdf", Title: "Årsmøte", Size: int64(len(pdf)), SHA256: hex.EncodeToString(sum[:]),
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(pdf)), nil }}
	}
	return post.Letter{Sender: s.sender, MessageID: uuid.NewString(), Subject: "Årsmøte", Options: options,
		To: post.Target{Kind: post.ByBirthNumber, Value: number, FullName: "Per Prøve", Phone: "912 34 567", Email: "per@example.no",
			Address: post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}},
		Documents: []post.LetterDocument{document(), document()}}
}

// onePage is an empty A4 page as PDF.
func onePage() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var places []int
	for i, object := range []string{"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Resources <<>>>>"} {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	b.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, place := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&b, "trailer\n<</Size 4 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table)
	return b.Bytes()
}

func TestIdentifyAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	name := post.Target{Kind: post.ByNameAndAddress, FullName: "Kari Nordmann", Address: post.Address{Line1: "Storgata 1", Postcode: "0155", Town: "Oslo"}}
	twins, stranger := name, name
	twins.FullName, twins.Address = "Ola Hansen", post.Address{Line1: "Parkveien 9", Postcode: "0258", Town: "Oslo"}
	stranger.FullName = "Ingen Kjent"
	for what, try := range map[string]struct {
		to   post.Target
		want post.Finding
	}{
		"user":         {post.Target{Kind: post.ByBirthNumber, Value: kari}, post.Finding{Status: post.HasDigipost}},
		"not a user":   {post.Target{Kind: post.ByBirthNumber, Value: per}, post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser}},
		"wrong digits": {post.Target{Kind: post.ByBirthNumber, Value: "01819010193"}, post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidNumber}},
		"too short":    {post.Target{Kind: post.ByBirthNumber, Value: "0181901019"}, post.Finding{Status: post.Invalid, Reason: post.ReasonInvalidNumber}},
		"organisation": {post.Target{Kind: post.ByOrganisation, Value: "310245798"}, post.Finding{Status: post.HasDigipost}},
		"no address":   {post.Target{Kind: post.ByDigipostAddress, Value: "ingen.her#0000"}, post.Finding{Status: post.Unidentified, Reason: post.ReasonUnidentified}},
		"address":      {post.Target{Kind: post.ByDigipostAddress, Value: "kari.nordmann#A1B2"}, post.Finding{Status: post.HasDigipost}},
		"alias":        {post.Target{Kind: post.ByAlias, Value: "pppppppppppppppppppp#2BBB"}, post.Finding{Status: post.Identified, Reason: post.ReasonNotAUser}},
		"name":         {name, post.Finding{Status: post.HasDigipost}},
		"two of them":  {twins, post.Finding{Status: post.Unidentified, Reason: post.ReasonSeveralMatches}},
		"nobody":       {stranger, post.Finding{Status: post.Unidentified, Reason: post.ReasonUnidentified}},
	} {
		got, err := s.Identify(t.Context(), s.sender, try.to)
		if err != nil || got.Status != try.want.Status || got.Reason != try.want.Reason {
			t.Errorf("%s: %+v %v, want %+v", what, got, err, try.want)
		}
	}
	if got, _ := s.Identify(t.Context(), s.sender, name); got.DigipostAddress != "kari.nordmann#A1B2" || got.PersonAlias == "" {
		t.Errorf("address and alias of a user: %+v", got)
	}
	if _, err := s.Identify(t.Context(), s.sender, post.Target{Kind: "pigeon"}); post.CodeOf(err) != post.CodeRecipientInvalid {
		t.Errorf("unknown kind: %v", err)
	}
	for spec, want := range map[string]post.Code{"503@/identification:1": post.CodeServerError, "bad_signature": post.CodeUnverified,
		"reset_before": post.CodeUnreachable, "html:404": post.CodeUnverified} {
		s.post("/trouble", spec)
		got, err := s.Identify(t.Context(), s.sender, post.Target{Kind: post.ByBirthNumber, Value: kari})
		if post.CodeOf(err) != want || got != (post.Finding{}) {
			t.Errorf("%s: %+v, %v, want %s", spec, got, err, want)
		}
		if wait := post.FaultOf(err).Fields["retry_after"]; (wait == "1") != (want == post.CodeServerError) {
			t.Errorf("%s: retry after %q", spec, wait)
		}
	}
}

// TestOptionsAgainstStandIn: what each option becomes is accepted, and the
// answer is read as what it is.
func TestOptionsAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	ahead := time.Now().Add(72 * time.Hour)
	back := post.PostalAddress{Name: "Prøvefirma AS", Address: post.Address{Line1: "Torget 5", Postcode: "0180", Town: "Oslo"}}
	paper := &post.Paper{IfNoDigipost: true, Return: back, Color: true, Shred: true}
	unread := &post.Paper{IfUnreadBy: ahead, Return: back}
	bill := post.Content{Kind: post.ContentInvoice, Amount: "1234.50", Date: "2030-01-15", Account: "12345678903", KID: "2345676"}
	noKID := bill
	noKID.KID = ""
	debt, pay := bill, post.Content{Kind: post.ContentPayslip, Amount: "30000.00", Date: "2030-01-12"}
	debt.Kind = post.ContentDebt
	type result struct {
		status  post.ItemStatus
		channel post.Channel
	}
	arrives, printed := result{post.ItemDelivered, post.ChannelDigipost}, result{post.ItemPrinting, post.ChannelPrint}
	for name, try := range map[string]struct {
		options post.Options
		to      string
		none    bool
		want    result
	}{
		"plain":              {post.Options{}, kari, false, arrives},
		"levels":             {post.Options{Auth: post.AuthTwoFactor, Sensitive: true, Reference: "Avdeling 3"}, kari, false, arrives},
		"reminders":          {post.Options{SMS: &post.SMSReminder{At: []time.Time{ahead}, AfterHours: []int{24, 48}}, Email: &post.EmailReminder{Subject: "Nytt brev", Text: "Du har post.\nHilsen oss", At: []time.Time{ahead}}}, kari, false, arrives},
		"receipt":            {post.Options{OpeningReceipt: true}, kari, false, arrives},
		"bill":               {post.Options{Content: bill}, kari, false, arrives},
		"bill, receipt":      {post.Options{Content: bill, OpeningReceipt: true}, kari, false, arrives},
		"bill, no KID":       {post.Options{Content: noKID}, kari, false, arrives},
		"debt":               {post.Options{Content: debt}, kari, false, arrives},
		"payslip":            {post.Options{Content: pay}, kari, false, arrives},
		"bare payslip":       {post.Options{Content: post.Content{Kind: post.ContentPayslip}}, kari, false, arrives},
		"later":              {post.Options{DeliverAt: ahead}, kari, false, result{post.ItemReceived, post.ChannelDigipost}},
		"paper, user":        {post.Options{Paper: paper}, kari, false, arrives},
		"paper":              {post.Options{Paper: paper}, per, true, printed},
		"paper not asked":    {post.Options{Paper: paper}, per, false, result{post.ItemNotDelivered, post.ChannelNone}},
		"unread":             {post.Options{Paper: unread}, kari, false, arrives},
		"invited":            {post.Options{Invite: &post.Invitation{Deadline: ahead}}, per, true, result{post.ItemPending, post.ChannelNone}},
		"invited, paper":     {post.Options{Invite: &post.Invitation{Deadline: ahead}, Paper: paper}, per, true, result{post.ItemPending, post.ChannelNone}},
		"not invited, user":  {post.Options{Invite: &post.Invitation{Deadline: ahead}}, kari, false, arrives},
		"everything digital": {post.Options{Auth: post.AuthTwoFactor, Paper: unread, OpeningReceipt: true, SMS: &post.SMSReminder{AfterHours: []int{1}}, Content: pay}, kari, false, arrives},
	} {
		letter := s.letter(try.to, try.options)
		letter.NoDigipost = try.none
		outcome, err := s.Send(t.Context(), letter)
		if err != nil || (result{outcome.Status, outcome.Channel}) != try.want || outcome.SentSHA256 == "" && outcome.Status != post.ItemNotDelivered {
			t.Errorf("%s: %+v %v, want %v", name, outcome, err, try.want)
			continue
		}
		if name == "later" && !outcome.DeliveredAt.Equal(ahead.Truncate(time.Second)) || outcome.Status == post.ItemPending && !outcome.DeliveredAt.IsZero() {
			t.Errorf("%s: delivered at %v", name, outcome.DeliveredAt)
		}
		if name != "later" {
			continue
		}
		status, found, err := s.Status(t.Context(), s.sender, letter.Documents[0].UUID)
		if err != nil || !found || status.Status != post.ItemReceived {
			t.Errorf("status before the delivery time: %+v %v %v", status, found, err)
		}
		s.pass(73 * time.Hour)
		if status, _, err = s.Status(t.Context(), s.sender, letter.Documents[0].UUID); status.Status != post.ItemDelivered {
			t.Errorf("status after the delivery time: %+v %v", status, err)
		}
		s.pass(-73 * time.Hour)
	}
}

// TestNewsAgainstStandIn: what happens to letters comes once, oldest first, and
// the mark goes on where the last one ended.
func TestNewsAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	back := post.PostalAddress{Name: "Prøvefirma AS", Address: post.Address{Line1: "Torget 5", Postcode: "0180", Town: "Oslo"}}
	send := func(trouble, to string, none bool, options post.Options) string {
		s.post("/trouble", trouble)
		letter := s.letter(to, options)
		letter.NoDigipost = none
		if outcome, err := s.Send(t.Context(), letter); err != nil || outcome.Status == post.ItemNotDelivered {
			t.Fatalf("send: %+v %v", outcome, err)
		}
		s.post("/trouble", "")
		return letter.Documents[0].UUID
	}
	paper := post.Options{Paper: &post.Paper{IfNoDigipost: true, Return: back, Shred: true}}
	names := map[string]string{
		send("", kari, false, post.Options{OpeningReceipt: true}):                                          "read",
		send("sms_failed,unread", kari, false, post.Options{SMS: &post.SMSReminder{AfterHours: []int{1}}}): "unread",
		send("", per, true, paper):             "posted",
		send("shredded", per, true, paper):     "shredded",
		send("print_failed", per, true, paper): "failed",
	}
	tell := func(mark string) (news []string, next string) {
		var last time.Time
		next, err := s.News(t.Context(), s.sender, mark, func(each post.LetterNews) error {
			if each.At.Before(last) || each.At.IsZero() {
				t.Errorf("not oldest first: %v after %v", each.At, last)
			}
			last = each.At
			news = append(news, fmt.Sprintf("%s: %s %s %s", names[each.DocumentUUID], each.Status, each.Channel, each.Detail))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(news)
		return news, next
	}
	news, mark := tell("")
	if len(news) != 0 || mark == "" {
		t.Fatalf("before anything happened: %q %q", news, mark)
	}
	s.pass(25 * 24 * time.Hour)
	want := []string{
		"failed: print_failed print PDF_PARSE_ERROR", "posted: posted print POSTMARKED", "read: opened digipost OPENED",
		"shredded: posted print POSTMARKED", "shredded: shredded print SHREDDED", "unread:   SMS_NOTIFICATION_FAILED",
	}
	news, next := tell(mark)
	if !slices.Equal(news, want) {
		t.Errorf("news:\n%s\nwant\n%s", strings.Join(news, "\n"), strings.Join(want, "\n"))
	}
	if again, _ := tell(next); len(again) != 0 {
		t.Errorf("told twice: %q", again)
	}
	if fresh, _ := tell("{not a mark"); !slices.Equal(fresh, want) {
		t.Errorf("with an unreadable mark: %q", fresh)
	}
	for id, name := range names {
		if status, _, err := s.Status(t.Context(), s.sender, id); name == "read" && status.Status != post.ItemOpened {
			t.Errorf("status of the letter that was read: %+v %v", status, err)
		}
	}
	s.post("/trouble", "503@/documents/events:1")
	next, err := s.News(t.Context(), s.sender, mark, func(post.LetterNews) error { return nil })
	if next != mark || post.CodeOf(err) != post.CodeServerError || post.FaultOf(err).Fields["retry_after"] != "1" {
		t.Errorf("feed not to be had: %q %v", next, err)
	}
}

func TestSearchAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	for text, want := range map[string][]post.Hit{
		"ka": nil, "  ": nil, "#!?": nil, "finnes ikke": nil,
		"kari nord": {{Name: "Kari Nordmann", DigipostAddress: "kari.nordmann#A1B2", Street: "Storgata 1", Postcode: "0155", Town: "Oslo", Phone: "*****567"}},
		"Åse":       {{Name: "Åse Marie Ødegård", DigipostAddress: "aase.oedegaard#9YDT", Street: "Lilleveien 22B", Postcode: "5003", Town: "Bergen"}},
		"prøvefirma": {{Name: "Prøvefirma AS", DigipostAddress: "firma#7XYZ", OrganisationNumber: "310245798",
			Street: "Torget 5", Postcode: "0180", Town: "Oslo"}},
	} {
		got, err := s.Search(t.Context(), s.sender, text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %+v %v, want %+v", text, got, err, want)
		}
	}
	if _, err := New(nil, nil, nil, "").Search(t.Context(), post.Sender{}, "ab"); err != nil {
		t.Errorf("too short a text was asked about: %v", err)
	}
}

func TestProveAgainstStandIn(t *testing.T) {
	s := startStandIn(t)
	proof, err := s.Prove(t.Context(), s.sender)
	if err != nil || !proof.Has(post.FeatureDigipost) || !proof.Has(post.FeaturePaper) || proof.ClockSkew.Abs() > 5*time.Second {
		t.Errorf("proof: %+v %v", proof, err)
	}
	s.post("/trouble", "clock:2m")
	if proof, err = s.Prove(t.Context(), s.sender); err != nil || (proof.ClockSkew+2*time.Minute).Abs() > 5*time.Second {
		t.Errorf("a clock two minutes behind: %+v %v", proof, err)
	}
	s.post("/trouble", "clock:-11m")
	if _, err = s.Prove(t.Context(), s.sender); post.CodeOf(err) != post.CodeClockWrong || post.FaultOf(err).Fields["minutes"] != "11" {
		t.Errorf("a clock eleven minutes ahead: %v", err)
	}
	if err := s.CheckSFTP(t.Context(), s.sender); err != nil {
		t.Errorf("SFTP: %v", err)
	}
}

// TestSendTrouble: a busy Digipost says when to come again.
func TestSendTrouble(t *testing.T) {
	s := startStandIn(t)
	s.post("/trouble", "503@/messages:30")
	_, err := s.Send(t.Context(), s.letter(kari, post.Options{}))
	if post.CodeOf(err) != post.CodeUnsure || post.FaultOf(err).Fields["retry_after"] != "30" {
		t.Errorf("busy: %v", err)
	}
	s.post("/trouble", "")
	_, err = s.Send(t.Context(), s.letter(kari, post.Options{DeliverAt: time.Now().Add(-time.Hour)}))
	if post.CodeOf(err) != post.CodeDeliverPast {
		t.Errorf("too late: %v", err)
	}
}
