package command

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

func TestVersionAndSandbox(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, "version", "-json")
	var v versionJSON
	if err := json.Unmarshal([]byte(out), &v); err != nil || v.Version != "1.2.3" || v.Go == "" || v.Fyne != "v2.8.1" {
		t.Errorf("%s %v", out, err)
	}
	out, _ = r.want(exitDone, "sandbox", "-rest", "127.0.0.1:1", "-dir", "d", "-trouble", "delay:50ms", "-seed", "7")
	if out != "{\"rest\":\"127.0.0.1:1\"}\n" {
		t.Errorf("the ready line: %q", out)
	}
	if r.opens != 0 {
		t.Error("a profile was opened")
	}
}

func TestCheckNumber(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		kind, value string
		exit        int
		want        string
	}{
		{"fnr", kari, 0, `{"valid":true,"kind":"synthetic","reason":""}`},
		{"fnr", "01815049915", 3, `"valid":false`},
		{"fnr", "", 3, `"reason":"empty"`},
		{"orgnr", "123", 3, `"reason":"length"`},
		{"account", "abc", 3, `"valid":false`},
		{"kid", "1", 3, `"valid":false`},
		{"kbo", "1", 3, `"valid":false`},
	} {
		out, _ := r.want(c.exit, "check", "number", "-json", c.kind, c.value)
		if flat := strings.NewReplacer(" ", "", "\n", "").Replace(out); !strings.Contains(flat, c.want) {
			t.Errorf("%s %s: %s", c.kind, c.value, flat)
		}
	}
	if out, _ := r.want(exitRefused, "check", "number", "orgnr", "123"); !strings.Contains(out, "siffer") {
		t.Error(out)
	}
	if r.opens != 0 {
		t.Error("check number opened a profile")
	}
}

func TestCheckDocument(t *testing.T) {
	r := newRig(t)
	r.want(exitRefused, "check", "document", "none.xml")
	r.document = &DocumentReport{Root: "message", Valid: true}
	out, _ := r.want(exitDone, "check", "document", "brev.xml", "-json")
	goldenJSON(t, "document.json", out)
	r.document = &DocumentReport{Root: "message", Errors: []DocumentFinding{{3, "/message/recipient", "missing_element", "an address is missing"}},
		Warnings: []DocumentFinding{{0, "/message", "unknown_element", "nobody knows this"}}}
	out, _ = r.want(exitRefused, "check", "document", "brev.xml", "-json")
	goldenJSON(t, "document-wrong.json", out)
	out, _ = r.want(exitRefused, "check", "document", "brev.xml")
	for _, piece := range []string{"message", "linje 3", "/message/recipient", "an address is missing (missing_element)", "Advarsel"} {
		if !strings.Contains(out, piece) {
			t.Errorf("%q is not said: %s", piece, out)
		}
	}
	job, _ := r.want(exitRefused, "check", "job", "mottakersplitt.xml")
	if job != out {
		t.Errorf("check job says it otherwise: %s", job)
	}
	r.document = nil
	r.want(exitRefused, "check", "job", "none.zip")
	if r.opens != 0 {
		t.Error("a profile was opened")
	}
}

func TestCheckReturn(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, "check", "return-url", "http://x?sender-id=1000", "-nonce", "abcde", "-json")
	goldenJSON(t, "return.json", out)
	out, _ = r.want(exitRefused, "check", "return-url", "http://x", "-nonce", "other", "-json")
	if !strings.Contains(out, `"nonce_ok": false`) {
		t.Error(out)
	}
	r.want(exitRefused, "check", "return-url", "junk", "-nonce", "x")
}

func TestOnboard(t *testing.T) {
	r := newRig(t)
	out, err := r.want(exitDone, "onboard", "-json", "-org", "984 661 185")
	goldenJSON(t, "onboard.json", out)
	if !strings.Contains(err, "\nhttps://www.digipost.no/") || r.signup.org != "984661185" {
		t.Errorf("%s %s", err, r.signup.org)
	}
	r.want(exitRefused, "onboard", "-org", "984661186")
	r.signup.current = post.Onboarding{}
	r.signup.waits = true
	out, _ = r.want(exitDone, "onboard", "-json", "-wait", "1ms")
	if !strings.Contains(out, `"browser_opened"`) {
		t.Error(out)
	}
	out, _ = r.want(exitDone, "onboard", "-json", "-paste", "http://x")
	if !strings.Contains(out, `"returned"`) || !strings.Contains(out, `"no_certificate"`) {
		t.Error(out)
	}
	r.signup.pasteErr = post.NewFault(post.CodeReturnNonce, nil)
	r.want(exitRefused, "onboard", "-paste", "http://x")
	r.signup.current = post.Onboarding{}
	r.signup.waits, r.signup.waitErr = false, post.NewFault(post.CodeNoSignup, nil)
	r.want(exitRefused, "onboard")
}

func TestOnboardPort(t *testing.T) {
	r := newRig(t)
	r.want(exitDone, "onboard", "-port", "8123")
	if r.returnPort != 8123 {
		t.Errorf("the port is %d", r.returnPort)
	}
	r.want(exitDone, "onboard", "-port", "0")
	if r.returnPort != 0 {
		t.Errorf("the port is still %d", r.returnPort)
	}
	for _, port := range []string{"80", "-1", "65536", "x"} {
		r.want(exitUsage, "onboard", "-port", port)
	}
}

// A sender-id that came back is never thrown away by asking once more, except
// where a new attempt is what helps.
func TestOnboardAgain(t *testing.T) {
	for name, try := range map[string]struct {
		state, org string
		refusal    post.Code
		anew       bool
	}{
		"came back, certificate is here":  {state: "returned"},
		"came back, no certificate yet":   {state: "returned", refusal: post.CodeNoCertificate},
		"came back, cannot be asked now":  {state: "returned", refusal: post.CodeUnreachable},
		"came back, may not send":         {state: "returned", refusal: post.CodeNotAuthorised, anew: true},
		"signed up, the same company":     {state: "verified", org: "984661185"},
		"signed up, now another company":  {state: "verified", org: "974760673", anew: true},
		"waiting for Digipost's own page": {state: "browser_opened", anew: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.signup.current = post.Onboarding{State: try.state, OrganisationNumber: "984661185", SenderID: 1000}
			r.signup.refusal = try.refusal
			exit := exitDone
			if try.refusal == post.CodeUnreachable {
				exit = exitUnreachable
			}
			_, told := r.want(exit, "onboard", "-org="+try.org)
			if anew := strings.Contains(told, "https://www.digipost.no/"); anew != try.anew {
				t.Errorf("a new attempt: %v\n%s", anew, told)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	r := newRig(t)
	r.sender.password = "p"
	p12 := oneFile(t, "sender.p12", "p12")
	r.want(exitCredentials, "credentials", "set", "-certificate", p12)
	r.env.secrets[envCertificate], r.env.secrets[envKey] = "p", "p"
	out, _ := r.want(exitDone, "credentials", "set", "-json", "-certificate", p12, "-sftp-key", p12, "-sender-id", "1000")
	goldenJSON(t, "credentials.json", strings.ReplaceAll(out, moment(r.sender.cert.NotAfter), "TIME"))
	out, _ = r.want(exitDone, "credentials", "show")
	if !strings.Contains(out, "CN=Kor") || !strings.Contains(out, "100 dager igjen") || strings.Contains(out, "\"") {
		t.Error(out)
	}
	r.want(exitDone, "credentials", "set", "-make-sftp-key")
	if r.sender.key.Fingerprint != "SHA256:new" {
		t.Error("no new key")
	}
	r.want(exitDone, "credentials", "set", "-broker-id", "2000")
	if r.sender.sender.BrokerID != 2000 || r.sender.sender.SenderID != 1000 {
		t.Errorf("%+v", r.sender.sender)
	}
	r.want(exitDone, "credentials", "set", "-sender-id", "1001")
	if r.sender.sender.BrokerID != 2000 {
		t.Error("the broker of a partner's installation was lost")
	}
	r.want(exitRefused, "credentials", "set", "-sender-id", "-5")
	r.want(exitRefused, "credentials", "set", "-certificate", p12+"x")
	big := oneFile(t, "big.p12", strings.Repeat("x", mostKeyFile+1))
	r.want(exitRefused, "credentials", "set", "-certificate", big)
	r.want(exitDone, "credentials", "trust-host", "SHA256:abc")
	if r.sender.trusted != "sftp.example:22 SHA256:abc" {
		t.Error(r.sender.trusted)
	}
	out, _ = r.want(exitDone, "credentials", "forget", "-json")
	if !r.sender.forgot || !strings.Contains(out, `"certificate": null`) {
		t.Error(out)
	}
}

func TestCredentialsAreProved(t *testing.T) {
	r := newRig(t)
	p12 := oneFile(t, "sender.p12", "p12")
	r.sender.proveErr = post.NewFault(post.CodeUnreachable, nil, "host", "h")
	out, err := r.want(exitUnreachable, "credentials", "set", "-json", "-certificate", p12)
	if r.sender.cert.Subject == "" || !strings.Contains(out, `"proved": null`) || !strings.Contains(err, "ikke prøvd") {
		t.Errorf("%s %s", out, err)
	}
	r.sender.proveErr = post.NewFault(post.CodeSignatureRefused, nil, "sender", "1000")
	r.want(exitCredentials, "credentials", "set", "-certificate", p12)
	// What speaks against a sender-id that came back is told.
	r.sender.sender = post.Sender{}
	r.signup.current = post.Onboarding{State: "returned", SenderID: 1000, Trouble: post.CodeNoCertificate}
	r.signup.refusal = post.CodeNotAuthorised
	r.want(exitCredentials, "credentials", "set", "-certificate", p12)
	// A sender-id that waits for the certificate is proved now.
	r.sender.proveErr, r.signup.refusal = nil, ""
	r.signup.current = post.Onboarding{State: "returned", SenderID: 1000, Trouble: post.CodeNoCertificate}
	out, _ = r.want(exitDone, "credentials", "set", "-json", "-certificate", p12)
	if !r.signup.verified || !strings.Contains(out, `"proved": true`) {
		t.Error(out)
	}
}

func TestPassphraseIsAskedForAtTheTerminal(t *testing.T) {
	r := newRig(t)
	r.sender.password, r.terminal, r.secrets = "typed", true, []string{"typed"}
	out, err := r.want(exitDone, "credentials", "set", "-certificate", oneFile(t, "a.p12", "x"))
	if strings.Contains(out+err, "typed") || strings.Join(r.sender.passphrase, ",") != ",typed" {
		t.Errorf("%s %s %q", out, err, r.sender.passphrase)
	}
	r.env.secrets[envCertificate] = "wrong"
	r.want(exitCredentials, "credentials", "set", "-certificate", oneFile(t, "a.p12", "x"))
}

const listCSV = "Kundenr;Navn;Fødselsnummer;Adresse;Postnr;Sted\n1;Kari Øy;" + kari + ";Vei 1;0150;Oslo\n2;Ola Li;01815049915;Vei 2;0150;Oslo\n"

func TestImport(t *testing.T) {
	r := newRig(t)
	list := oneFile(t, "kunder.csv", listCSV)
	out, _ := r.want(exitAttention, "import", "-json", "-group", "Kor", list)
	goldenJSON(t, "import.json", out)
	if strings.Contains(out, kari) || len(r.people.committed) != 1 || r.people.remembered == nil {
		t.Errorf("%s %v", out, r.people.committed)
	}
	if got := r.people.committed[0]; got.File != "kunder.csv" || got.FileSHA256 == "" || got.RowCount != 2 {
		t.Errorf("%+v", got)
	}
	r.people.committed = nil
	out, _ = r.want(exitAttention, "import", list, "-dry-run")
	if len(r.people.committed) != 0 || !strings.Contains(out, "Ingenting er lagret") || !strings.Contains(out, "rad 3") {
		t.Errorf("%s", out)
	}
	problems := filepath.Join(t.TempDir(), "feil.xlsx")
	r.want(exitAttention, "import", list, "-problems", problems)
	if info, err := os.Stat(problems); err != nil || info.Size() == 0 {
		t.Errorf("no problem list: %v", err)
	}
	r.want(exitRefused, "import", list, "-problems", list)
	r.want(exitRefused, "import", list, "-sheet", "Ark9")
	r.want(exitRefused, "import", list, "-map", "full_name=Ingenting")
	r.want(exitRefused, "import", list+"x")
	r.want(exitRefused, "import", oneFile(t, "tom.csv", ""))
	out, _ = r.want(exitAttention, "import", "undo", "imp1", "-json")
	goldenJSON(t, "undo.json", out)
	r.want(exitRefused, "import", "undo", "none")
}

func TestImportRefusesSyntheticInProduction(t *testing.T) {
	r := newRig(t)
	r.environment = post.Production
	out, _ := r.want(exitAttention, "import", "-json", "-dry-run", oneFile(t, "kunder.csv", listCSV))
	if !strings.Contains(out, `"synthetic"`) {
		t.Error(out)
	}
}

func TestOverlay(t *testing.T) {
	own, err := parseMaps([]string{"email=E-post", "phone="})
	if err != nil {
		t.Fatal(err)
	}
	got := overlay(post.Mapping{"full_name": "Navn", "document": "E-post", "phone": "Tlf"}, own)
	if len(got) != 2 || got["email"] != "E-post" || got["full_name"] != "Navn" {
		t.Errorf("%v", got)
	}
}

func TestRegister(t *testing.T) {
	r := newRig(t)
	r.people.people = []post.Recipient{{CustomerID: "1", FullName: "Åse Øy", BirthNumber: kari, Account: "12345678903", Digipost: post.HasDigipost,
		Groups: []string{"Kor"}, Address: post.Address{Line1: "Vei 1", Postcode: "0150", Town: "Oslo"}}, {CustomerID: "2", FullName: "B"}}
	out, _ := r.want(exitDone, "register", "list", "-json", "-search", "åse", "-group", "Kor")
	goldenJSON(t, "register.json", out)
	if r.people.query.Search != "åse" || r.people.query.Group != "Kor" {
		t.Errorf("%+v", r.people.query)
	}
	out, _ = r.want(exitDone, "register", "list")
	if !strings.Contains(out, "Åse Øy") || !strings.Contains(out, "Har Digipost") || !strings.Contains(out, "Ikke sjekket") {
		t.Error(out)
	}
	for _, format := range [][]string{{"-json"}, nil} {
		out, err := r.want(exitDone, append([]string{"register", "show", "1"}, format...)...)
		if strings.Contains(out+err, kari) || strings.Contains(out+err, kari[6:]) || !strings.Contains(out, "*****") || strings.Contains(out, "12345678903") {
			t.Errorf("numbers are not masked: %s", out)
		}
		out, _ = r.want(exitDone, append([]string{"register", "show", "1", "-show-numbers"}, format...)...)
		if !strings.Contains(out, kari) {
			t.Errorf("numbers are masked: %s", out)
		}
	}
	r.want(exitRefused, "register", "show", "9")
	all := r.people.people
	r.people.people = nil
	for group, want := range map[string]string{"Ukjent": "Ingen er i gruppen «Ukjent».\n", "": "Hent inn en liste"} {
		if out, _ := r.want(exitDone, "register", "list", "-group", group); !strings.Contains(out, want) {
			t.Error(out)
		}
	}
	if out, _ := r.want(exitDone, "register", "list", "-group", "Ukjent", "-json"); !strings.Contains(out, `"recipients": []`) {
		t.Error(out)
	}
	r.people.people = all
	r.want(exitRefused, "register", "forget", "9")
	r.want(exitDone, "register", "forget", "1")
	r.terminal, r.stdin = true, "nei\n"
	r.want(exitStopped, "register", "forget", "2")
	r.stdin = "ja\n"
	r.want(exitDone, "register", "forget", "2")
	if strings.Join(r.people.forgotten, ",") != "1,2" {
		t.Errorf("%v", r.people.forgotten)
	}
}

// delivered ends a job with everybody reached.
func deliverAll(j *post.Job, items []post.Item) {
	j.State = post.JobDone
	for i := range items {
		if items[i].Status == post.ItemReady {
			items[i].Status, items[i].Channel, items[i].DeliveredAt = post.ItemDelivered, post.ChannelDigipost, day
		}
	}
}

func TestSend(t *testing.T) {
	r := newRig(t)
	r.jobs.outcome = deliverAll
	pdf, more := oneFile(t, "brev.pdf", "%PDF"), oneFile(t, "vedlegg.pdf", "%PDF")
	out, err := r.want(exitDone, "send", "-json", "-yes", "-to", "fnr:"+kari, "-subject", "Hei", "-auth", "two_factor", "-sensitive", pdf, more)
	goldenJSON(t, "send.json", strings.ReplaceAll(out, moment(day), "TIME"))
	if w := r.jobs.wish; w.Options != (post.Options{Auth: post.AuthTwoFactor, Sensitive: true}) || len(w.Files) != 2 || w.To[0].To.Value != kari || w.Sender.SenderID != 1000 {
		t.Errorf("%+v", w)
	}
	if strings.Contains(out+err, kari) || strings.Contains(r.jobs.wish.To[0].Name, kari) {
		t.Error("the number was shown")
	}
	if r.jobs.approved != 5*time.Minute || r.runs != 1 {
		t.Errorf("cooled off for %v, ran %d times", r.jobs.approved, r.runs)
	}
	if content, err := r.jobs.wish.Files[0].Open(t.Context()); err != nil {
		t.Error(err)
	} else if err := content.Close(); err != nil {
		t.Error(err)
	}
	r.want(exitDone, "send", "-yes", "-to", "digipost:kari#1A2B", "-subject", "Hei", "-cooling-off", "0s", pdf)
	if r.jobs.approved != 0 || r.jobs.wish.Options.Auth != post.AuthPassword {
		t.Errorf("%v %+v", r.jobs.approved, r.jobs.wish.Options)
	}
	r.people.people = []post.Recipient{{CustomerID: "7", FullName: "Kari", BirthNumber: kari}, {CustomerID: "8", FullName: "Ingen"}}
	r.want(exitDone, "send", "-yes", "-to", "customer:7", "-subject", "Hei", pdf)
	if to := r.jobs.wish.To[0]; to.CustomerID != "7" || to.Name != "Kari" {
		t.Errorf("%+v", to)
	}
}

func TestSendRefuses(t *testing.T) {
	r := newRig(t)
	r.people.people = []post.Recipient{{CustomerID: "8", FullName: "Ingen"}}
	pdf := oneFile(t, "brev.pdf", "%PDF")
	for to, want := range map[string]int{"fnr:01815049915": 3, "orgnr:1": 3, "account:1": 3, "nobody": 3, "customer:8": 3, "customer:9": 3, "passport:1": 3, "address:a;b": 3} {
		r.want(want, "send", "-yes", "-to", to, "-subject", "Hei", pdf)
	}
	r.want(exitRefused, "send", "-yes", "-to", "fnr:"+kari, "-subject", "Hei", oneFile(t, "brev.docx", "x"))
	r.environment = post.Production
	_, err := r.want(exitRefused, "send", "-yes", "-to", "fnr:"+kari, "-subject", "Hei", pdf)
	if !strings.Contains(err, "synthetic_number") {
		t.Error(err)
	}
	r.environment = post.Practice
	// Nobody to ask, or a no: nothing is stored.
	r.want(exitStopped, "send", "-to", "fnr:"+kari, "-subject", "Hei", pdf)
	r.terminal, r.stdin = true, "\n"
	r.want(exitStopped, "send", "-to", "fnr:"+kari, "-subject", "Hei", pdf)
	if len(r.jobs.jobs) != 0 || r.runs != 0 {
		t.Error("something went on without a yes")
	}
	r.stdin, r.jobs.outcome = "JA\n", deliverAll
	_, err = r.want(exitDone, "send", "-to", "fnr:"+kari, "-subject", "Hei", pdf)
	if strings.Contains(err, kari) || !strings.Contains(err, "Sende «Hei» til 018150 *****?") {
		t.Error(err)
	}
	r.jobs.prepErr = post.NewFault(post.CodeNoSender, nil)
	r.want(exitCredentials, "send", "-yes", "-to", "fnr:"+kari, "-subject", "Hei", pdf)
}

func twoPeople() flow.People {
	return flow.People{To: []job.Addressee{{CustomerID: "1", Row: 2, Name: "Kari"}, {CustomerID: "2", Row: 3, Name: "Ola", LeftOut: post.ReasonNotAUser}},
		WithDigipost: 1, LeftOut: map[post.Reason]int{post.ReasonNotAUser: 1}}
}

func TestMail(t *testing.T) {
	r := newRig(t)
	r.stories.people, r.stories.again, r.jobs.outcome = twoPeople(), 1, deliverAll
	list, pdf, out := oneFile(t, "kunder.csv", listCSV), oneFile(t, "brev.pdf", "%PDF"), filepath.Join(t.TempDir(), "ut.xlsx")
	printed, err := r.want(exitAttention, "mail", "-json", "-yes", "-list", list, "-document", pdf, "-subject", "Faktura", "-write-back", out)
	goldenJSON(t, "mail.json", strings.ReplaceAll(printed, moment(day), "TIME"))
	if r.jobs.wish.Source.WriteBack != out || r.jobs.wish.Source.Path != list || len(r.stories.written) != 1 {
		t.Errorf("%+v %v", r.jobs.wish.Source, r.stories.written)
	}
	if got := r.stories.written[0]; got != "Status i Digipost|Hvorfor Levert i Digipost|" {
		t.Error(got)
	}
	if !strings.Contains(err, "fått dette dokumentet før, eller det er på vei (jobb old1)") || !strings.Contains(err, "Har Digipost: 1.") {
		t.Error(err)
	}
	printed, _ = r.want(exitAttention, "mail", "-yes", "-group", "", "-document", pdf, "-subject", "Faktura")
	if !strings.Contains(printed, "Levert i Digipost") || r.stories.group != "" {
		t.Error(printed)
	}
	r.want(exitRefused, "mail", "-yes", "-list", list, "-document", pdf, "-subject", "F", "-write-back", list)
	r.stories.writeErr = post.NewFault(post.CodeDiskFull, nil, "folder", "F")
	printed, err = r.want(exitAttention, "mail", "-json", "-yes", "-list", list, "-document", pdf, "-subject", "F", "-write-back", out)
	if !strings.Contains(printed, `"delivered": 1`) || !strings.Contains(err, "Det som er sendt, er sendt") {
		t.Errorf("%s %s", printed, err)
	}
}

func TestMailDryRun(t *testing.T) {
	r := newRig(t)
	r.stories.people = twoPeople()
	pdf := oneFile(t, "brev.pdf", "%PDF")
	out, _ := r.want(exitDone, "mail", "-json", "-group", "Kor", "-document", pdf, "-subject", "Faktura", "-dry-run")
	goldenJSON(t, "dry-run.json", out)
	out, _ = r.want(exitDone, "mail", "-group", "Kor", "-document", pdf, "-subject", "Faktura", "-dry-run")
	if !strings.Contains(out, "ingenting er sendt. Ett brev ville gått") || len(r.jobs.jobs) != 0 || r.runs != 0 || r.stories.group != "Kor" {
		t.Error(out)
	}
}

func TestSplit(t *testing.T) {
	r := newRig(t)
	r.stories.people = flow.People{To: []job.Addressee{{CustomerID: "1", Row: 2, Name: "Kari"}, {CustomerID: "2", Row: 3, Name: "Ola"},
		{CustomerID: "3", Name: "Per"}, {Row: 5, LeftOut: post.ReasonInvalidNumber},
		{CustomerID: "1", Row: 6, Name: "Kari", LeftOut: post.ReasonDuplicateLetter}}}
	r.jobs.outcome = func(j *post.Job, items []post.Item) {
		j.State = post.JobDone
		for i, f := range []post.Finding{{Status: post.HasDigipost, DigipostAddress: "kari#1A2B"}, {Status: post.Unidentified, Reason: post.ReasonUnidentified, Cleared: true},
			{Status: post.Identified, PersonAlias: "alias", Uncertain: true}} {
			items[i].Status, items[i].Finding = post.ItemReceived, &f
		}
	}
	r.sender.key.Fingerprint = "SHA256:abc"
	out, _ := r.want(exitAttention, "split", "-json", "-yes", "-group", "Kor")
	goldenJSON(t, "split.json", out)
	if r.jobs.wish.Kind != post.KindSplit || r.stories.group != "Kor" || r.jobs.wish.Subject != "" {
		t.Errorf("%+v", r.jobs.wish)
	}
	out, _ = r.want(exitAttention, "split", "-yes")
	if !strings.Contains(out, "Én adresse er fjernet") || !strings.Contains(out, "Ikke funnet") {
		t.Error(out)
	}
	r.want(exitStopped, "split")
	list := oneFile(t, "kunder.csv", listCSV)
	r.want(exitStopped, "split", "-file", list)
	if len(r.people.committed) != 0 {
		t.Error("a list was stored without a yes")
	}
	r.want(exitAttention, "split", "-yes", "-file", list, "-write-back", filepath.Join(t.TempDir(), "ut.csv"))
	if len(r.people.committed) != 1 || !r.stories.splitList || len(r.stories.written) == 0 {
		t.Error("the list was not stored, split or written")
	}
	r.want(exitRefused, "split", "-yes", "-file", list, "-write-back", list)
	r.jobs.outcome = func(j *post.Job, _ []post.Item) { j.State, j.RefusedText = post.JobRefused, "bad file" }
	out, _ = r.want(exitRefused, "split", "-yes")
	if !strings.Contains(out, "bad file") {
		t.Error(out)
	}
}

func oneJob(r *rig, state post.JobState, status post.ItemStatus) {
	r.jobs.add(post.Job{ID: "j1", Kind: post.KindMailing, State: state, Subject: "Faktura", Fingerprint: "f", Created: day},
		[]post.Item{{Seq: 1, CustomerID: "1", Row: 2, Name: "Kari", Status: status, MessageID: "m1", Channel: post.ChannelNone}})
}

func TestJobs(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, "jobs")
	if !strings.Contains(out, "Ingen jobber ennå") {
		t.Error(out)
	}
	oneJob(r, post.JobCoolingOff, post.ItemReady)
	out, _ = r.want(exitDone, "jobs", "-json")
	goldenJSON(t, "jobs.json", strings.ReplaceAll(out, moment(day), "TIME"))
	out, _ = r.want(exitDone, "job", "j1", "-json")
	if !strings.Contains(out, `"status": "cooling_off"`) {
		t.Error(out)
	}
	out, _ = r.want(exitDone, "job", "j1")
	if !strings.Contains(out, "Angrefrist") || !strings.Contains(out, "Kari") {
		t.Error(out)
	}
	r.want(exitRefused, "job", "none")
	if r.runs != 0 {
		t.Error("looking at jobs ran them")
	}
}

func TestResume(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, "resume", "-json")
	if strings.TrimSpace(out) != "{\n  \"jobs\": []\n}" {
		t.Error(out)
	}
	if out, _ = r.want(exitDone, "resume"); !strings.Contains(out, "Ingenting å gå videre med") {
		t.Error(out)
	}
	oneJob(r, post.JobSending, post.ItemReady)
	r.jobs.outcome = deliverAll
	out, _ = r.want(exitDone, "resume", "-json")
	if !strings.Contains(out, `"state": "done"`) || r.runs != 1 || len(r.stories.written) != 1 {
		t.Error(out)
	}
	r.want(exitDone, "resume", "j1")
	r.want(exitRefused, "resume", "none")
}

func TestResumeAsksForNews(t *testing.T) {
	opened := func(items []post.Item) { items[0].Status, items[0].StatusAt = post.ItemOpened, day }
	letter := func(id string, status post.ItemStatus, since time.Duration) (post.Job, []post.Item) {
		return post.Job{ID: id, Kind: post.KindLetter, State: post.JobDone, Subject: "Hei", Ended: day.Add(-since)},
			[]post.Item{{Seq: 1, Name: "Kari", Status: status, MessageID: "m-" + id, Channel: post.ChannelDigipost}}
	}
	r := newRig(t)
	r.jobs.add(letter("new", post.ItemDelivered, time.Hour))
	r.jobs.add(letter("same", post.ItemDelivered, time.Hour))
	r.jobs.add(letter("old", post.ItemDelivered, 31*24*time.Hour))
	r.jobs.add(letter("failed", post.ItemNotDelivered, time.Hour))
	r.jobs.news = map[string]func([]post.Item){"new": opened}
	out, _ := r.want(exitDone, "resume", "-json")
	if !strings.Contains(out, `"id": "new"`) || strings.Contains(out, `"same"`) || strings.Contains(out, `"failed"`) || strings.Join(r.jobs.refreshed, " ") != "new same" {
		t.Errorf("asked for %v: %s", r.jobs.refreshed, out)
	}
	r.jobs.news["same"] = func(items []post.Item) { items[0].Status = post.ItemPrintFailed }
	r.want(exitAttention, "resume")
	r.want(exitAttention, "resume", "same") // as a job that was just done
	r.want(exitDone, "resume")

	r.jobs.news, r.jobs.refreshed = map[string]func([]post.Item){"old": opened}, nil
	out, _ = r.want(exitDone, "resume", "old", "-json")
	goldenJSON(t, "resume.json", strings.ReplaceAll(strings.ReplaceAll(out, moment(day), "TIME"), moment(day.Add(-31*24*time.Hour)), "TIME"))
	if out, _ := r.want(exitDone, "resume", "old"); !strings.Contains(out, "Åpnet") || len(r.jobs.refreshed) != 1 {
		t.Errorf("%v %s", r.jobs.refreshed, out)
	}
	r.jobs.add(letter("new", post.ItemDelivered, time.Hour))
	runs := r.runs
	if r.want(exitDone, "resume", "new", "-detach"); r.runs != runs {
		t.Error("ran in spite of -detach")
	}
	r.jobs.silent = true
	if _, told := r.want(exitDone, "resume", "new", "-wait", "5ms"); !strings.Contains(told, "Svaret fra Digipost kom ikke i tide") {
		t.Error(told)
	}
	r.jobs.silent, r.jobs.refreshErr = false, post.NewFault(post.CodeUnreachable, nil)
	r.want(exitUnreachable, "resume", "new")
	r.want(exitUnreachable, "resume")
}

func TestResumeAsksAgain(t *testing.T) {
	r := newRig(t)
	oneJob(r, post.JobReady, post.ItemReady)
	r.jobs.jobs["j1"].Trouble = post.CodeAskAgain
	r.jobs.outcome = deliverAll
	r.want(exitStopped, "resume")         // nobody to ask
	r.want(exitStopped, "resume", "j1")   // nor here
	r.want(exitStopped, "resume", "-yes") // a yes for going on is none for this
	if r.jobs.jobs["j1"].State != post.JobReady {
		t.Fatal("went without a yes")
	}
	r.want(exitDone, "resume", "-yes", "j1")
	if r.jobs.jobs["j1"].State != post.JobDone {
		t.Error("did not go")
	}
}

func TestResumeLeavesPlansAlone(t *testing.T) {
	r := newRig(t)
	oneJob(r, post.JobReady, post.ItemReady)
	out, _ := r.want(exitDone, "resume", "-json")
	if strings.Contains(out, "j1") {
		t.Error("a plan nobody approved was taken up")
	}
}

func TestStop(t *testing.T) {
	r := newRig(t)
	oneJob(r, post.JobCoolingOff, post.ItemReady)
	out, _ := r.want(exitDone, "stop", "-json", "j1")
	goldenJSON(t, "stop.json", out)
	if r.runs != 0 {
		t.Error("ran a job to stop it")
	}
	r = newRig(t)
	oneJob(r, post.JobDone, post.ItemDelivered)
	out, _ = r.want(exitAttention, "stop", "-json", "j1")
	if !strings.Contains(out, `"too_late"`) {
		t.Error(out)
	}
	if out, _ = r.want(exitAttention, "stop", "j1"); out != "Jobben var ferdig fra før, så det var ingenting å stoppe. Ett brev er levert.\n" {
		t.Error(out)
	}
	oneJob(r, post.JobDone, post.ItemNotDelivered)
	if out, _ = r.want(exitAttention, "stop", "j1"); !strings.Contains(out, "0 brev er levert.") {
		t.Error(out)
	}
	r = newRig(t)
	oneJob(r, post.JobSending, post.ItemUnsure)
	r.jobs.steps = []func(*post.Job){func(j *post.Job) { j.Ending = post.EndingUnknown }}
	out, _ = r.want(exitUnsure, "stop", "-json", "j1")
	if !strings.Contains(out, `"unknown"`) || r.runs != 1 {
		t.Error(out)
	}
	r.want(exitRefused, "stop", "none")
}

func TestTakeOut(t *testing.T) {
	r := newRig(t)
	oneJob(r, post.JobCoolingOff, post.ItemReady)
	out, _ := r.want(exitDone, "stop", "-json", "j1", "-take-out", "1")
	if !strings.Contains(out, `"taken_out": true`) || r.jobs.takeOut != "1" {
		t.Error(out)
	}
	_, told := r.want(exitRefused, "stop", "j1", "-take-out", "9")
	if !strings.Contains(told, "Ingen i jobben j1 har kundenummer 9.") || r.jobs.takeOut != "1" {
		t.Error(told)
	}
	r.want(exitRefused, "stop", "j9", "-take-out", "1")
	r = newRig(t)
	oneJob(r, post.JobSending, post.ItemDelivered)
	out, _ = r.want(exitAttention, "stop", "-json", "j1", "-take-out", "1")
	if !strings.Contains(out, `"taken_out": false`) {
		t.Error(out)
	}
	r = newRig(t)
	oneJob(r, post.JobSending, post.ItemUnsure)
	r.jobs.items["j1"][0].Reason = post.ReasonTakenOut
	if out, _ = r.want(exitUnsure, "stop", "j1", "-take-out", "1"); !strings.Contains(out, "ikke kjent ennå") {
		t.Error(out)
	}
}

// The rest is about following a job.

func sendLine(t *testing.T) []string {
	return []string{"send", "-json", "-yes", "-to", "fnr:" + kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF")}
}

func TestFollowEndings(t *testing.T) {
	for _, c := range []struct {
		name   string
		status post.ItemStatus
		state  post.JobState
		ending post.Ending
		want   int
	}{
		{"delivered", post.ItemDelivered, post.JobDone, "", exitDone},
		{"not delivered", post.ItemNotDelivered, post.JobDone, "", exitAttention},
		{"pending", post.ItemPending, post.JobDone, "", exitDone},
		{"unsure", post.ItemUnsure, post.JobSending, "", exitUnsure},
		{"stopped", post.ItemStopped, post.JobStopped, post.NothingDelivered, exitStopped},
		{"too late to stop", post.ItemDelivered, post.JobDone, post.TooLate, exitStopped},
		{"the clock ran out unseen", post.ItemReady, post.JobReady, "", exitStopped},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.jobs.outcome = func(j *post.Job, items []post.Item) {
				j.State, j.Ending, items[0].Status = c.state, c.ending, c.status
			}
			r.want(c.want, sendLine(t)...)
		})
	}
}

func TestFollowGivesUp(t *testing.T) {
	var r *rig
	// held is a step: a trouble since some time before the start, seen some time
	// after it.
	held := func(code post.Code, before, after time.Duration) func(*post.Job) {
		return func(j *post.Job) {
			j.Trouble, j.TroubleSince = code, day.Add(-before)
			r.clock = day.Add(after)
		}
	}
	// Nothing has left: the job is withdrawn, so that it is safe to run again.
	r = newRig(t)
	r.jobs.steps, r.jobs.forever = []func(*post.Job){held(post.CodeUnreachable, 0, time.Second), held(post.CodeUnreachable, 0, patience)}, true
	out, err := r.want(exitUnreachable, sendLine(t)...)
	if r.jobs.stopped != 1 || !strings.Contains(out, `"stopped"`) || !strings.Contains(err, "trygt kjøre på nytt") || !strings.Contains(err, "kontakt med Digipost.") {
		t.Errorf("%s %s", out, err)
	}
	// No waiting mends a refused signature or a changed host key.
	for code, want := range map[post.Code]int{post.CodeSignatureRefused: exitCredentials, post.CodeHostKeyChanged: exitUnreachable} {
		r = newRig(t)
		r.jobs.steps, r.jobs.forever = []func(*post.Job){held(code, 0, 0)}, true
		r.want(want, sendLine(t)...)
	}
	// Something may have left: it stays for a later resume.
	r = newRig(t)
	r.jobs.steps = []func(*post.Job){func(j *post.Job) {
		held(post.CodeTimeout, 0, time.Minute)(j)
		j.Counts.ByStatus[post.ItemUnsure] = 1
	}}
	_, err = r.want(exitUnsure, sendLine(t)...)
	if r.jobs.stopped != 0 || !strings.Contains(err, "brevdue resume job1") {
		t.Error(err)
	}
	// With -wait the trouble is sat out.
	r = newRig(t)
	r.jobs.steps, r.jobs.forever = []func(*post.Job){held(post.CodeUnreachable, 0, time.Hour)}, true
	out, _ = r.want(exitDone, append(sendLine(t), "-wait", "10ms")...)
	if r.jobs.stopped != 0 || !strings.Contains(out, `"state": "sending"`) {
		t.Error(out)
	}
	// A trouble of yesterday does not end today's try before it has begun.
	for _, code := range []post.Code{post.CodeUnreachable, post.CodeSignatureRefused} {
		r = newRig(t)
		oneJob(r, post.JobSending, post.ItemReady)
		r.jobs.steps, r.jobs.outcome = []func(*post.Job){held(code, 24*time.Hour, time.Second)}, deliverAll
		r.want(exitDone, "resume", "j1")
		oneJob(r, post.JobSending, post.ItemReady)
		r.clock, r.jobs.steps = day, []func(*post.Job){held(code, 24*time.Hour, time.Minute)}
		r.want(exitOfCode(code), "resume", "j1")
		if r.jobs.stopped != 0 {
			t.Error("resume stopped a job that somebody waits for")
		}
	}
}

func TestDetachAndRunnerElsewhere(t *testing.T) {
	r := newRig(t)
	out, _ := r.want(exitDone, append(sendLine(t), "-detach")...)
	if r.runs != 0 || !strings.Contains(out, `"sending"`) {
		t.Error(out)
	}
	r = newRig(t)
	r.running, r.jobs.outcome = false, deliverAll
	_, err := r.want(exitDone, sendLine(t)...)
	if !strings.Contains(err, "En annen Brevdue") {
		t.Error(err)
	}
}

func TestInterrupts(t *testing.T) {
	// The first stops the job.
	r := newRig(t)
	presses := 0
	r.jobs.steps = []func(*post.Job){func(*post.Job) {}}
	r.jobs.onStep = func() { presses++; r.session.interrupt() }
	out, _ := r.want(exitStopped, sendLine(t)...)
	if presses != 1 || r.jobs.stopped != 1 || !strings.Contains(out, `"nothing_delivered"`) {
		t.Errorf("%d %s", presses, out)
	}
	// The second leaves it to a later resume.
	r = newRig(t)
	r.jobs.steps = []func(*post.Job){func(j *post.Job) { j.Counts.ByStatus[post.ItemSending] = 1 }, func(*post.Job) {}}
	r.jobs.onStep = func() { r.session.interrupt() }
	r.want(exitUnsure, sendLine(t)...)
	if r.jobs.stopped != 1 {
		t.Error("did not ask for a stop")
	}
}

func TestProgressStaysShortWithoutATerminal(t *testing.T) {
	r := newRig(t)
	for range 50 {
		r.jobs.steps = append(r.jobs.steps, func(j *post.Job) { j.Counts.ByStatus[post.ItemDelivered]++ })
	}
	r.jobs.outcome = deliverAll
	_, err := r.want(exitDone, sendLine(t)...)
	if n := strings.Count(err, "Sender:"); n != 1 {
		t.Errorf("%d lines of progress:\n%s", n, err)
	}
}

func TestMainRuns(t *testing.T) {
	r := newRig(t)
	var out, err strings.Builder
	if got := Main(context.Background(), []string{"check", "number", "fnr", kari}, r.app(), strings.NewReader(""), &out, &err); got != 0 || out.Len() == 0 {
		t.Errorf("%d %s %s", got, out.String(), err.String())
	}
}

// An interrupt at a question ends the command, though nobody answers.
func TestInterruptAtAQuestion(t *testing.T) {
	read, write := io.Pipe()
	defer write.Close()
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := newSession(r.app(), r.env, read, io.Discard, io.Discard)
	s.terminal, s.interrupted = true, cancel
	s.secret = func() ([]byte, error) { return io.ReadAll(read) }
	restored := false
	s.restore = func() { restored = true }
	time.AfterFunc(10*time.Millisecond, s.interrupt)
	if got := s.run(ctx, []string{"send", "-to", "fnr:" + kari, "-subject", "Hei", oneFile(t, "brev.pdf", "%PDF")}); got != exitStopped || len(r.jobs.jobs) != 0 {
		t.Errorf("exit %d, %d jobs", got, len(r.jobs.jobs))
	}
	if _, err := s.askSecret(ctx, "ask.key"); !errors.Is(err, context.Canceled) || !restored {
		t.Errorf("%v, terminal restored: %v", err, restored)
	}
}

// The interrupt speaks from another goroutine than the work; the race detector
// listens.
func TestInterruptWhileProgressIsShown(t *testing.T) {
	r := newRig(t)
	done := make(chan struct{})
	for range 200 {
		r.jobs.steps = append(r.jobs.steps, func(j *post.Job) { j.Trouble, j.TroubleSince = post.CodeTimeout, day })
	}
	steps := 0
	r.jobs.onStep = func() {
		if steps++; steps == 3 {
			go func() {
				defer close(done)
				r.session.note("job.stopping")
				r.session.progressEnd()
			}()
		}
	}
	r.jobs.outcome = deliverAll
	r.want(exitDone, sendLine(t)...)
	<-done
}
