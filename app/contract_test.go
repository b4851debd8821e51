package app_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The contract with scripts: the names, types and values of what commands print,
// and their exit codes. Add to it; what stands here does not change.

// field judges a value of a document: "" when it is as promised, else what is
// wrong.
type field func(value any) string

func text(value any) string {
	if _, ok := value.(string); !ok {
		return fmt.Sprintf("%v is no string", value)
	}
	return ""
}

func filled(value any) string {
	if value == "" {
		return "empty"
	}
	return text(value)
}

func count(value any) string {
	if n, ok := value.(float64); !ok || n < 0 || n != math.Trunc(n) {
		return fmt.Sprintf("%v is no count", value)
	}
	return ""
}

func truth(value any) string {
	if _, ok := value.(bool); !ok {
		return fmt.Sprintf("%v is neither true nor false", value)
	}
	return ""
}

// when is a time with its offset, or "" for none.
func when(value any) string {
	at, ok := value.(string)
	if !ok {
		return fmt.Sprintf("%v is no time", value)
	}
	if at == "" {
		return ""
	}
	if _, err := time.Parse(time.RFC3339, at); err != nil {
		return err.Error()
	}
	return ""
}

// anyOf is one of the words, separated by blanks; "-" stands for "".
func anyOf(allowed string) field {
	return func(value any) string {
		word, ok := value.(string)
		if word == "" {
			word = "-"
		}
		if !ok || !slices.Contains(strings.Fields(allowed), word) {
			return fmt.Sprintf("%v is none of %s", value, allowed)
		}
		return ""
	}
}

// object has at least these fields.
func object(fields map[string]field) field {
	return func(value any) string {
		entries, ok := value.(map[string]any)
		if !ok {
			return fmt.Sprintf("%v is no object", value)
		}
		for name, judge := range fields {
			entry, there := entries[name]
			if !there {
				return name + " is missing"
			}
			if wrong := judge(entry); wrong != "" {
				return name + ": " + wrong
			}
		}
		return ""
	}
}

func listOf(judge field) field {
	return func(value any) string {
		entries, ok := value.([]any)
		if !ok {
			return fmt.Sprintf("%v is no list", value)
		}
		for i, entry := range entries {
			if wrong := judge(entry); wrong != "" {
				return fmt.Sprintf("[%d]: %s", i, wrong)
			}
		}
		return ""
	}
}

// The values that fields may have.
const (
	itemStatuses = "draft ready scheduled cooling_off paused sending received held delivered opened printing posted pending not_delivered print_failed shredded unsure stopped"
	channels     = "digipost print peppol epost none"
	reasons      = "- not_a_user unidentified several_matches invalid_number invalid_address missing_address too_large bad_file duplicate_letter refused not_allowed agreement expired network stopped_by_user taken_out other"
	splits       = "- digipost identified unidentified invalid missing"
	patterns     = "split_first register send_only send_or_print"
	endings      = "nothing_delivered some_delivered too_late unknown"
	problemCodes = "missing bad_check_digit lost_zero_repaired synthetic bad_date bad_postcode too_long duplicate_row duplicate_person bad_email bad_phone bad_kid bad_account bad_amount past_due missing_file uncached_formula error_cell other"
)

// documents are what commands print, by kind.
var documents = map[string]field{
	"fault": object(map[string]field{"error": object(map[string]field{"code": filled, "text": filled, "next": filled, "exit": count})}),
	"import": object(map[string]field{"sheet": filled, "header_row": count, "rows": count, "good": count, "new": count, "changed": count,
		"same": count, "skipped": count, "repaired": count, "duplicates": count, "mapping": object(map[string]field{"birth_number": filled}),
		"problems": listOf(object(map[string]field{"row": count, "column": text, "code": anyOf(problemCodes),
			"level": anyOf("must_fix should_check repaired"), "text": filled}))}),
	"register": object(map[string]field{"recipients": listOf(object(map[string]field{"customer_id": filled, "name": filled,
		"digipost": anyOf(splits), "checked": when, "last_letter": when, "groups": listOf(filled)}))}),
	"split":          splitDocument,
	"split and mail": object(map[string]field{"job": filled, "state": filled, "fingerprint": filled, "split": splitDocument}),
	"resumed":        object(map[string]field{"jobs": listOf(jobDocument), "result": object(map[string]field{"state": filled, "delivered": count, "held": count})}),
	"unsent":         object(map[string]field{"job": text, "state": anyOf("draft"), "split": splitDocument}),
	"make":           object(map[string]field{"file": filled, "fingerprint": filled, "recipients": count}),
	"send":           letterDocument,
	"resume":         object(map[string]field{"jobs": listOf(jobDocument), "result": letterDocument}),
	"mail": object(map[string]field{"job": text, "state": filled, "fingerprint": filled, "approved": count, "delivered": count, "received": count,
		"printed": count, "pending": count, "not_delivered": count, "unsure": count, "stopped": count, "held": count,
		"via": anyOf("rest batch"), "pattern": anyOf(patterns), "refused_text": text,
		"results": listOf(object(map[string]field{"row": count, "customer_id": text, "channel": anyOf(channels),
			"status": anyOf(itemStatuses), "reason": anyOf(reasons), "text": filled, "message_id": text, "detail": text,
			"delivered_at": when, "status_at": when, "opened_at": when, "posted_at": when}))}),
	"jobs":     object(map[string]field{"jobs": listOf(jobDocument)}),
	"take-out": object(map[string]field{"job": filled, "state": filled, "customer_id": filled, "taken_out": truth}),
	"undo":     object(map[string]field{"import": filled, "undone": count, "left": count}),
	"stop":     object(map[string]field{"ending": anyOf(endings), "delivered": count}),
	"credentials": object(map[string]field{"sender_id": filled, "broker_id": filled,
		"certificate": object(map[string]field{"subject": filled, "issuer": filled, "not_after": when, "days_left": count}),
		"sftp_key":    object(map[string]field{"type": filled, "fingerprint": filled, "public": filled})}),
	"onboard": object(map[string]field{"state": anyOf("not_started browser_opened applied returned verified refused"),
		"registration_url": filled, "return_url": text, "sender_id": text, "digipost_address": text, "applied": when, "reminder_due": truth}),
	"number":  object(map[string]field{"valid": truth, "kind": text, "reason": text}),
	"return":  object(map[string]field{"sender_id": filled, "digipost_address": filled, "nonce_ok": truth}),
	"version": object(map[string]field{"version": filled, "commit": text, "go": filled, "fyne": text}),
	"doctor": object(map[string]field{"checks": listOf(object(map[string]field{"name": anyOf("clock keyring certificate agreement rest sftp disk database graphics schedule versions"),
		"ok": truth, "detail": text, "next": text}))}),
	"document": object(map[string]field{"root": text, "valid": truth, "errors": listOf(findingDocument), "warnings": listOf(findingDocument)}),
}

// Parts of the documents.
var (
	letterDocument = object(map[string]field{"job": filled, "message_id": filled, "status": anyOf(itemStatuses), "channel": anyOf(channels),
		"reason": anyOf(reasons), "delivered_at": when, "status_at": when, "opened_at": when, "posted_at": when, "detail": text})
	splitDocument = object(map[string]field{"job": filled, "state": filled, "via": anyOf("rest batch"), "digipost": count, "identified": count,
		"unidentified": count, "invalid": count, "missing": count, "cleared": count, "results": listOf(object(map[string]field{"customer_id": text,
			"row": count, "status": anyOf(splits), "reason": anyOf(reasons), "digipost_address": text, "person_alias": text, "uncertain": truth}))})
	jobDocument = object(map[string]field{"id": filled, "kind": anyOf("letter mailing split"), "via": anyOf("rest batch"), "state": filled,
		"total": count, "done": count, "since": when})
	findingDocument = object(map[string]field{"line": count, "path": text, "code": filled, "text": filled})
)

// print runs a command as it stands, without the common flags, and gives what it
// wrote to its two outputs.
func (w *twin) print(exit int, args ...string) (out, log string) {
	w.t.Helper()
	command := w.command()
	command.Args = append(command.Args[:1], args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	timer := time.AfterFunc(30*time.Second, func() {
		if command.Process != nil {
			_ = command.Process.Kill()
		}
	})
	defer timer.Stop()
	if err := command.Run(); command.ProcessState == nil || command.ProcessState.ExitCode() != exit {
		w.t.Errorf("%s: %v, want exit %d\n%s\n%s", strings.Join(args, " "), err, exit, stdout.String(), stderr.String())
	}
	return stdout.String(), stderr.String()
}

// holds runs a command with the common flags before it, and judges the one
// document on its standard output.
func (w *twin) holds(exit int, document string, args ...string) map[string]any {
	w.t.Helper()
	common := []string{"-data", w.data, "-practice", "-sandbox", w.ready, "-json", "-lang", "en"}
	out, log := w.print(exit, append(common, args...)...)
	decoder := json.NewDecoder(strings.NewReader(out))
	var value any
	if err := decoder.Decode(&value); err != nil {
		w.t.Errorf("%s: %v\n%s\n%s", strings.Join(args, " "), err, out, log)
		return nil
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		w.t.Errorf("%s: more than one document: %s", strings.Join(args, " "), out)
	}
	if wrong := documents[document](value); wrong != "" {
		w.t.Errorf("%s: %s", strings.Join(args, " "), wrong)
	}
	if gap := regexp.MustCompile(`\{[a-z_]+\}|[ (]\?[).: ]`).FindString(log); gap != "" {
		w.t.Errorf("%s: the gap %q was left open: %s", strings.Join(args, " "), gap, log)
	}
	return value.(map[string]any)
}

// TestContract walks through the commands and judges every document.
func TestContract(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	user := known(t)["user"][0]
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	letter := func(to string, more ...string) []string {
		return append([]string{"send", "-to", to, "-subject", "Hei", "-cooling-off", "0s", "-yes", w.letter}, more...)
	}
	mail := []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Møte", "-cooling-off", "0s", "-yes"}

	w.holds(1, "import", "import", w.list, "-dry-run")
	if people := w.holds(0, "register", "register", "list"); len(people["recipients"].([]any)) != 0 {
		t.Error("a dry run stored somebody")
	}
	stored := w.holds(1, "import", "import", w.list, "-group", "Alle", "-problems", in("feil.xlsx"))
	w.holds(0, "register", "register", "list", "-group", "Alle", "-search", "åse")
	w.holds(0, "split", "split", "-group", "Alle", "-yes")
	if asked := w.holds(0, "split", "split", "-group", "Alle", "-via", "rest", "-yes"); asked["via"] != "rest" {
		t.Errorf("by %v", asked["via"])
	}
	w.holds(1, "split", "split", "-file", w.list, "-write-back", in("svar.xlsx"), "-yes")
	dry := w.holds(0, "mail", append(slices.Clone(mail), "-dry-run")...)
	sent := w.holds(1, "mail", mail...)
	if sent["fingerprint"] != dry["fingerprint"] || len(sent["results"].([]any)) != 40 {
		t.Error("the mailing is not what the dry run showed")
	}
	for i, result := range sent["results"].([]any) {
		if row := result.(map[string]any)["row"]; row != float64(i+4) {
			t.Errorf("result %d is of row %v", i, row)
		}
	}

	w.holds(0, "send", letter("fnr:"+user)...)
	w.holds(0, "send", letter("customer:1001", w.letter)...)
	w.holds(0, "send", letter("orgnr:310284688", "-auth", "two_factor", "-sensitive")...)
	w.holds(0, "send", letter("digipost:ase.bjorkhaug#DCGX")...)
	w.holds(0, "send", letter("address:Åse Bjørkhaug;Måkeveien 12;;5003;Bergen")...)
	w.holds(1, "send", letter("account:12345678903")...)
	w.holds(6, "fault", "send", "-to", "fnr:"+user, "-subject", "Hei", w.letter)

	cooling := w.holds(0, "mail", "mail", "-group", "Alle", "-document", w.letter, "-subject", "Senere", "-cooling-off", "1h", "-yes", "-detach")
	job := cooling["job"].(string)
	w.holds(0, "mail", "job", job)
	w.holds(0, "jobs", "jobs")
	w.holds(0, "jobs", "resume", job, "-wait", "100ms")
	w.holds(0, "take-out", "stop", job, "-take-out", "1001")
	w.holds(0, "stop", "stop", job)
	w.holds(6, "jobs", "resume", job)

	w.holds(0, "credentials", "credentials", "show")
	w.holds(2, "fault", "credentials", "set")
	w.holds(0, "onboard", "onboard", "-wait", "100ms")
	w.holds(0, "number", "check", "number", "fnr", user, "-rule", "2032")
	w.holds(3, "number", "check", "number", "kbo", "123")
	address := "http://127.0.0.1:4000/retur?sender-id=1000&dp-address=kunde123#1A2B&nonce=abcde"
	w.holds(0, "return", "check", "return-url", address, "-nonce", "abcde")
	w.holds(3, "return", "check", "return-url", address, "-nonce", "other")
	w.holds(0, "version", "version")
	w.masked(user)
	w.trouble("clock:40m")
	if held := w.holds(5, "send", letter("fnr:"+user)...); held["trouble"] != "clock_wrong" || held["ending"] != "nothing_delivered" {
		t.Errorf("withdrawn without a word why: %v", held)
	}
	w.trouble("")

	w.interrupted(user)

	if id, ok := stored["import"].(string); !ok || id == "" {
		t.Error("the import has no id to undo it by")
	} else {
		w.holds(1, "undo", "import", "undo", id) // those whom the split changed since are left alone
	}
}

// TestContractOptions sends a letter with each option and judges what is
// printed; what cannot be had is refused before anything is sent.
func TestContractOptions(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	people := known(t)
	user, stranger := "fnr:"+people["user"][0], "fnr:"+people["known"][0]
	soon, later, past := "2006-01-02T15:04", time.Now().Add(48*time.Hour).Format(time.RFC3339), time.Now().Add(-time.Hour).Format(time.RFC3339)
	soon = time.Now().Add(24 * time.Hour).Format(soon)
	day := time.Now().AddDate(0, 0, 14).Format("02.01.2006")
	home, back := "Kari Øy;Vei 1;;0150;Oslo", "Koret;Vei 2;;0151;Oslo"
	const account, kid = "12345678903", "1234567897"
	paper := []string{"-print", "-return", back, "-address", home}
	for name, try := range map[string]struct {
		exit            int
		to, status, way string
		flags           []string
	}{
		"paper, has Digipost":      {0, user, "delivered", "digipost", paper},
		"paper":                    {0, stranger, "printing", "print", append(slices.Clone(paper), "-color", "-shred")},
		"paper if unread":          {0, user, "delivered", "digipost", []string{"-print-if-unread", later, "-return", back, "-address", home}},
		"levels":                   {0, user, "delivered", "digipost", []string{"-auth", "two_factor", "-sensitive"}},
		"reminders by SMS":         {0, user, "delivered", "digipost", []string{"-sms", "24," + soon + "," + later}},
		"reminder by e-mail":       {0, user, "delivered", "digipost", []string{"-email-notice", "subject=Hei, du,text=Les brevet, takk,at=" + soon + ",at=" + later + ",address=kari@example.com"}},
		"reminder, own address":    {0, user, "delivered", "digipost", []string{"-email", "kari@example.com", "-email-notice", "subject=S,text=T,at=" + soon}},
		"opening receipt":          {0, user, "delivered", "digipost", []string{"-opening-receipt"}},
		"reference":                {0, user, "delivered", "digipost", []string{"-reference", "4711"}},
		"invoice":                  {0, user, "delivered", "digipost", []string{"-invoice", "amount=1 234,5,due=" + day + ",account=1234.56.78903,kid=" + kid}},
		"debt":                     {0, user, "delivered", "digipost", []string{"-debt", "amount=99.00,due=" + day + ",account=" + account + ",kid=" + kid}},
		"payslip":                  {0, user, "delivered", "digipost", []string{"-payslip", "amount=30000,date=" + day}},
		"later":                    {0, user, "received", "digipost", []string{"-deliver-at", later}},
		"invitation, has Digipost": {0, user, "delivered", "digipost", []string{"-invite", later}},
		"invitation":               {0, stranger, "pending", "none", []string{"-invite", later, "-phone", "+47 999 99 999", "-email", "kari@example.com"}},

		"no return address":  {3, user, "return_address_missing", "", []string{"-print", "-address", home}},
		"no address":         {3, user, "paper_address_missing", "", []string{"-print", "-return", back}},
		"reference too long": {3, user, "reference_too_long", "", []string{"-reference", strings.Repeat("x", 101)}},
		"SMS past":           {3, user, "reminder_times", "", []string{"-sms", past}},
		"e-mail without at":  {3, user, "reminder_times", "", []string{"-email-notice", "address=a@b.no,subject=S,text=T"}},
		"e-mail text":        {3, user, "reminder_text", "", []string{"-email-notice", "address=a@b.no,subject=S,text=" + strings.Repeat("x", 501) + ",at=" + soon}},
		"e-mail to nobody":   {3, user, "email_missing", "", []string{"-email-notice", "subject=S,text=T,at=" + soon}},
		"delivered before":   {3, user, "deliver_past", "", []string{"-deliver-at", past}},
		"unread before":      {3, user, "print_past", "", []string{"-print-if-unread", past, "-return", back, "-address", home}},
		"invited before":     {3, user, "deadline_past", "", []string{"-invite", past}},
		"invited by address": {3, "digipost:ase.bjorkhaug#DCGX", "invite_needs_number", "", []string{"-invite", later}},
		"amount":             {3, user, "amount_invalid", "", []string{"-invoice", "amount=0,due=" + day + ",account=" + account}},
		"account":            {3, user, "number_invalid", "", []string{"-invoice", "amount=1,due=" + day + ",account=12345678900"}},
		"kid":                {3, user, "number_invalid", "", []string{"-debt", "amount=1,due=" + day + ",account=" + account + ",kid=1234567890"}},

		"form of an address": {2, user, "usage", "", []string{"-print", "-return", "Koret, Vei 2"}},
		"form of a time":     {2, user, "usage", "", []string{"-deliver-at", "i morgen"}},
		"form of an amount":  {2, user, "usage", "", []string{"-payslip", "amount=1.234"}},
		"empty":              {2, user, "usage", "", []string{"-deliver-at", ""}},
		"a day and more":     {2, user, "usage", "", []string{"-cooling-off", "25h"}},
		"two kinds":          {2, user, "usage", "", []string{"-payslip", "amount=1", "-debt", "due=" + day}},
	} {
		t.Run(name, func(t *testing.T) {
			one := *w
			one.t = t
			args := append([]string{"send", "-to", try.to, "-subject", "Hei", "-yes", "-cooling-off", "0s", w.letter}, try.flags...)
			if try.exit != 0 {
				said := one.holds(try.exit, "fault", args...)
				if fault, ok := said["error"].(map[string]any); !ok || fault["code"] != try.status {
					t.Errorf("%v", said)
				}
				return
			}
			if sent := one.holds(0, "send", args...); sent["status"] != try.status || sent["channel"] != try.way {
				t.Errorf("%v by %v, want %s by %s", sent["status"], sent["channel"], try.status, try.way)
			}
		})
	}
}

// TestContractMailOnPaper: those a split found without Digipost get the letter on
// paper or an invitation when that is chosen, and nothing when it is not.
func TestContractMailOnPaper(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	people := known(t)
	list := filepath.Join(t.TempDir(), "kunder.csv")
	rows := "Kundenr;Navn;Fødselsnummer;Adresse;Postnr;Sted\n1;Ane By;" + people["user"][0] + ";Vei 1;0150;Oslo\n" +
		"2;Bo Dal;" + people["known"][0] + ";Vei 2;0150;Oslo\n3;Cato Li;" + people["known"][1] + ";;;\n"
	if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	w.holds(0, "split", "split", "-file", list, "-yes")
	mail := []string{"mail", "-list", list, "-document", w.letter, "-cooling-off", "0s", "-yes"}
	for subject, try := range map[string]struct {
		flags []string
		want  string
	}{
		"Digitalt":   {nil, "delivered/digipost not_delivered/none not_delivered/none"},
		"Papir":      {[]string{"-print", "-return", "Koret;Vei 2;;0151;Oslo"}, "delivered/digipost printing/print not_delivered/none"},
		"Invitasjon": {[]string{"-invite", time.Now().Add(48 * time.Hour).Format(time.RFC3339)}, "delivered/digipost pending/none pending/none"},
	} {
		exit := 1
		if subject == "Invitasjon" {
			exit = 0
		}
		var got []string
		results, _ := w.holds(exit, "mail", append(slices.Clone(mail), append(try.flags, "-subject", subject)...)...)["results"].([]any)
		for _, each := range results {
			result, _ := each.(map[string]any)
			got = append(got, fmt.Sprintf("%v/%v", result["status"], result["channel"]))
		}
		if strings.Join(got, " ") != try.want {
			t.Errorf("%s: %v, want %s", subject, got, try.want)
		}
	}
	w.holds(2, "fault", append(slices.Clone(mail), "-subject", "x", "-email-notice", "address=a@b.no,subject=S,text=T,at=2099-01-01T09:00")...)
}

// TestContractMake: a job file is written as it would be sent, holds good by check
// job, and leaves nothing behind.
func TestContractMake(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	in := func(name string) string { return filepath.Join(filepath.Dir(w.list), name) }
	mail := []string{"-list", w.list, "-document", w.letter, "-subject", "Møte"}
	for name, args := range map[string][]string{
		"mottakersplitt":  {"make", "split", "-file", w.list},
		"masseutsendelse": append([]string{"make", "mail"}, mail...),
	} {
		out := in(name + ".zip")
		made := w.holds(0, "make", append(args, "-out", out)...)
		if made["file"] != out || made["recipients"] != 39.0 {
			t.Errorf("%s: %v", name, made)
		}
		if said := w.holds(0, "document", "check", "job", out); said["root"] != name || said["valid"] != true {
			t.Errorf("%s: %v", name, said)
		}
		before, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		w.holds(3, "fault", append(args, "-out", out)...)
		if after, err := os.ReadFile(out); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was written over: %v", name, err)
		}
	}
	made := w.holds(0, "make", append([]string{"make", "mail", "-out", in("igjen.zip")}, mail...)...)
	dry := w.holds(0, "mail", append([]string{"mail", "-via", "batch", "-dry-run"}, mail...)...)
	if made["fingerprint"] != dry["fingerprint"] || dry["via"] != "batch" {
		t.Errorf("made %v, dry run %v", made["fingerprint"], dry["fingerprint"])
	}
	if jobs := w.holds(0, "jobs", "jobs"); len(jobs["jobs"].([]any)) != 0 {
		t.Error("a job file left a job behind")
	}
	if people := w.holds(0, "register", "register", "list"); len(people["recipients"].([]any)) != 0 {
		t.Error("a job file left people behind")
	}
}

// TestContractJobFile: check job tells what is wrong with a job, where, bare and
// in an archive.
func TestContractJobFile(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	folder := t.TempDir()
	archive := func(name string, entries ...string) []byte {
		var packed bytes.Buffer
		writer := zip.NewWriter(&packed)
		for i := 0; i < len(entries); i += 2 {
			file, err := writer.Create(entries[i])
			if err == nil {
				_, err = io.WriteString(file, entries[i+1])
			}
			if err != nil {
				t.Fatal(name, err)
			}
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
	job := func(recipient string) string {
		return `<mottakersplitt xmlns="http://www.digipost.no/xsd/avsender2_1"><jobb-innstillinger><avsender-id>1000</avsender-id>` +
			`<jobb-id>a</jobb-id></jobb-innstillinger><mottakere><mottaker><kunde-id>1</kunde-id>` + recipient + `</mottaker></mottakere></mottakersplitt>`
	}
	good, bad := job("<digipostadresse>kari#1A2B</digipostadresse>"), job("")
	for name, try := range map[string]struct {
		exit    int
		content []byte
	}{
		"bare.xml":        {0, []byte(good)},
		"packed.zip":      {0, archive("packed.zip", "mottakersplitt.xml", good)},
		"with-letter.zip": {0, archive("with-letter.zip", "dok/1.pdf", "%PDF", "mottakersplitt.xml", good)},
		"named.txt":       {0, archive("named.txt", "mottakersplitt.xml", good)}, // by what it is, not by its name
		"wrong.xml":       {3, []byte(bad)},
		"wrong.zip":       {3, archive("wrong.zip", "mottakersplitt.xml", bad)},
		"empty.xml":       {3, nil},
		"rest.xml":        {3, []byte(`<message xmlns="http://api.digipost.no/schema/v8"/>`)},
	} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, try.content, 0o600); err != nil {
			t.Fatal(err)
		}
		said := w.holds(try.exit, "document", "check", "job", path)
		if said["valid"] != (try.exit == 0) || try.exit != 0 && len(said["errors"].([]any)) == 0 {
			t.Errorf("%s: %v", name, said)
		}
	}
	for name, content := range map[string][]byte{"no-xml.zip": archive("no-xml.zip", "feil.txt", "Jobben kunne ikke leses"), "two.zip": archive("two.zip", "a.xml", good, "b.xml", good), "cut.zip": []byte("PK\x03\x04")} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		w.holds(3, "fault", "check", "job", path)
	}
}

// TestContractSplitFirst: the split of a mailing's people goes before it, the
// result tells both, and those not reached stand in a list.
func TestContractSplitFirst(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	folder := t.TempDir()
	mail := []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Møte", "-pattern", "split_first", "-via", "rest"}
	w.holds(6, "fault", mail...)
	w.holds(0, "mail", append(slices.Clone(mail), "-dry-run")...)
	sent := w.holds(1, "split and mail", append(slices.Clone(mail), "-cooling-off", "0s", "-yes", "-own-postage", folder)...)
	asked, _ := sent["split"].(map[string]any)
	if sent["delivered"] != asked["digipost"] || sent["pattern"] != "split_first" || asked["via"] != "batch" {
		t.Errorf("%v delivered, %v with Digipost", sent["delivered"], asked["digipost"])
	}
	job, _ := sent["job"].(string)
	if found, err := filepath.Glob(filepath.Join(folder, "*"+job+".xlsx")); err != nil || len(found) != 1 {
		t.Errorf("the list for own postage: %v %v", found, err)
	}
	kinds := map[string]int{}
	jobs, _ := w.holds(0, "jobs", "jobs")["jobs"].([]any)
	for _, each := range jobs {
		line, _ := each.(map[string]any)
		kinds[fmt.Sprint(line["kind"], " by ", line["via"])]++
	}
	if len(jobs) != 2 || kinds["split by batch"] != 1 || kinds["mailing by rest"] != 1 {
		t.Errorf("%v", kinds)
	}
	w.holds(0, "mail", "job", job)
	w.trouble("receipt_delay:1h")
	w.holds(6, "unsent", append(slices.Clone(mail), "-cooling-off", "0s", "-yes", "-wait", "2s")...)
	w.trouble("")
}

// TestContractBatch: a mailing in one file ends like one by the sender API; one
// that Digipost keeps back for a time is held, and goes on by resume.
func TestContractBatch(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	mail := []string{"mail", "-list", w.list, "-document", w.letter, "-via", "batch", "-cooling-off", "0s", "-yes"}
	statuses := func(mailing map[string]any) map[string]int {
		counts := map[string]int{}
		results, _ := mailing["results"].([]any)
		for _, each := range results {
			result, _ := each.(map[string]any)
			if result["message_id"] != "" {
				t.Errorf("a letter of a file has a message-id: %v", result)
			}
			counts[fmt.Sprint(result["status"], " ", result["channel"])]++
		}
		return counts
	}
	digital := w.holds(1, "mail", append(slices.Clone(mail), "-subject", "Digitalt")...)
	found := statuses(digital)
	if digital["via"] != "batch" || found["delivered digipost"] == 0 || float64(found["delivered digipost"]) != digital["delivered"] ||
		found["delivered digipost"]+found["not_delivered none"] != 40 {
		t.Errorf("%v", found)
	}
	paper := w.holds(1, "mail", append(slices.Clone(mail), "-subject", "Papir", "-pattern", "send_or_print", "-return", "Koret;Vei 2;;0151;Oslo")...)
	if n := statuses(paper)["printing print"]; n == 0 || float64(n) != paper["printed"] {
		t.Errorf("%v", statuses(paper))
	}

	later := time.Now().Add(48 * time.Hour).Format(time.RFC3339)
	sent := w.holds(0, "mail", append(slices.Clone(mail), "-subject", "Senere", "-deliver-at", later, "-detach")...)
	job, _ := sent["job"].(string)
	held := map[string]any{}
	for tries := 0; tries < 20 && (held["held"] == nil || held["held"] == 0.0); tries++ { // on a slow machine the receipt comes late
		held, _ = w.holds(0, "resumed", "resume", job, "-wait", "3s")["result"].(map[string]any)
	}
	if held["state"] != "waiting" || held["held"] == 0.0 || held["held"] != held["received"] {
		t.Errorf("%v %v %v", held["state"], held["held"], statuses(held))
	}
	w.control("/clock", "49h")
	after := w.holds(1, "resumed", "resume", job)
	if done, _ := after["result"].(map[string]any); done["state"] != "done" || done["delivered"] != digital["delivered"] || done["held"] != 0.0 {
		t.Errorf("%v %v", done["state"], done["delivered"])
	}
}

// TestContractPatterns: the pattern and the way out that were advised are told,
// and reach the job.
func TestContractPatterns(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	mail := []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "Møte", "-dry-run"}
	for want, flags := range map[string][]string{
		"register": nil, "send_only": {"-pattern", "auto"}, "split_first": {"-pattern", "split_first"},
		"send_or_print": {"-pattern", "auto", "-print", "-return", "Koret;Vei 2;;0151;Oslo"},
	} {
		if dry := w.holds(0, "mail", append(slices.Clone(mail), flags...)...); dry["pattern"] != want {
			t.Errorf("%v: %v, want %s", flags, dry["pattern"], want)
		}
	}
}

// TestContractLater: what has become of letters is asked for afterwards, also
// when their job is finished.
func TestContractLater(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	sent := w.holds(0, "send", "send", "-to", "fnr:"+known(t)["user"][0], "-subject", "Hei", "-yes", "-cooling-off", "0s", "-opening-receipt", w.letter)
	job, ok := sent["job"].(string)
	if !ok {
		t.Fatalf("%v", sent)
	}
	again := w.holds(0, "resume", "resume", job)
	if result, ok := again["result"].(map[string]any); !ok || result["job"] != job || result["status"] != "delivered" {
		t.Errorf("%v", again)
	}
	w.holds(0, "jobs", "resume")
	w.trouble("503")
	w.holds(5, "fault", "resume", job)
	w.trouble("")
}

// TestContractDocument: check document tells what is wrong, where.
func TestContractDocument(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	good := filepath.Join(moduleRoot(t), "testdata", "rest", "message-invoice.xml")
	if said := w.holds(0, "document", "check", "document", good); said["root"] != "message" || said["valid"] != true {
		t.Errorf("%v", said)
	}
	for name, content := range map[string]string{
		"empty": "", "no XML": "%PDF-1.7", "other XML": "<brev/>",
		"bare message": `<message xmlns="http://api.digipost.no/schema/v8"><message-id/></message>`,
	} {
		path := filepath.Join(t.TempDir(), "brev.xml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if said := w.holds(3, "document", "check", "document", path); said["valid"] != false || len(said["errors"].([]any)) == 0 {
			t.Errorf("%s: %v", name, said)
		}
	}
}

// TestContractDoctor: all is well in practice with the credentials of the
// stand-in; a failing check has a next step.
func TestContractDoctor(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	names := func(said map[string]any) (names, failed []string) {
		checks, _ := said["checks"].([]any)
		for _, each := range checks {
			check, _ := each.(map[string]any)
			name, _ := check["name"].(string)
			names = append(names, name)
			if check["ok"] == false {
				failed = append(failed, name)
				if check["next"] == "" || check["detail"] == "" {
					t.Errorf("no next step: %v", check)
				}
			}
		}
		return names, failed
	}
	checked, failed := names(w.holds(0, "doctor", "doctor"))
	if len(failed) > 0 {
		t.Errorf("not well: %v", failed)
	}
	for _, name := range strings.Fields("clock certificate agreement rest") {
		if !slices.Contains(checked, name) {
			t.Errorf("%s is not checked: %v", name, checked)
		}
	}
	w.trouble("clock:40m")
	if _, failed := names(w.holds(1, "doctor", "doctor")); !slices.Contains(failed, "clock") {
		t.Errorf("a wrong clock is not seen: %v", failed)
	}
	w.trouble("")
}

// interrupted: the first Ctrl-C stops the job as the Stop button does.
func (w *twin) interrupted(user string) {
	w.t.Helper()
	command := w.command("send", "-to", "fnr:"+user, "-subject", "Avbrutt", "-cooling-off", "1h", "-yes", w.letter)
	var out bytes.Buffer
	command.Stdout = &out
	log, err := command.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { _ = command.Process.Kill() })
	defer kill.Stop()
	for lines := bufio.NewScanner(log); lines.Scan(); { // the second line says that it cools off
		if strings.HasPrefix(lines.Text(), "Angrefrist") {
			_ = command.Process.Signal(os.Interrupt)
		}
	}
	_ = command.Wait()
	var value any
	if err := json.Unmarshal(out.Bytes(), &value); err != nil || command.ProcessState.ExitCode() != 6 {
		w.t.Fatalf("interrupted: exit %d, %v: %s", command.ProcessState.ExitCode(), err, out.Bytes())
	}
	if wrong := documents["send"](value); wrong != "" || value.(map[string]any)["status"] != "stopped" {
		w.t.Errorf("interrupted: %s %s", wrong, out.Bytes())
	}
}

// masked: birth numbers are shown only when asked for, also where somebody typed
// one in a wrong place.
func (w *twin) masked(user string) {
	w.t.Helper()
	common := []string{"-data", w.data, "-practice", "-sandbox", w.ready, "-json"}
	if out, _ := w.print(0, append(common, "register", "show", "1001")...); strings.Contains(out, user) {
		w.t.Error("a birth number is shown unasked")
	}
	if out, _ := w.print(0, append(common, "register", "show", "1001", "-show-numbers")...); !strings.Contains(out, user) {
		w.t.Error("a birth number is not shown when asked for")
	}
	for _, args := range [][]string{
		{"register", "show", user},
		{"send", "-to", user, "-subject", "Hei", "-yes", w.letter},
		{"send", "-to", "fnr:" + user, "-subject", "Om " + user, "-yes", w.letter},
		{"send", "-to", "customer:" + user, "-subject", "Hei", "-yes", w.letter},
	} {
		if out, log := w.print(3, append(common, args...)...); strings.Contains(out+log, user) {
			w.t.Errorf("%s %s tells a birth number: %s%s", args[0], args[1], out, log)
		}
	}
}

// TestContractRefuses: slips end with their exit code, and before anything is
// stored, written or sent.
func TestContractRefuses(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := os.WriteFile(w.ready+".zip", []byte("here before"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		exit int
		args []string
	}{
		"flag of later work":     {2, []string{"mail", "-template", w.letter}},
		"way of nobody":          {2, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-via", "post"}},
		"pattern of nobody":      {2, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-pattern", "half"}},
		"split first, detached":  {2, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-pattern", "split_first", "-detach", "-yes"}},
		"batch lacks a reminder": {3, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-via", "batch", "-yes", "-email-notice", "subject=S,text=T,at=2099-01-01T09:00"}},
		"batch lacks a title":    {3, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", strings.Repeat("x", 101), "-via", "batch", "-yes"}},
		"own postage, no folder": {3, []string{"mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-own-postage", in("borte"), "-yes"}},
		"make over a file":       {3, []string{"make", "split", "-file", w.list, "-out", w.ready + ".zip"}},
		"make by REST":           {2, []string{"make", "mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-via", "rest", "-out", in("x.zip")}},
		"make of an invitation":  {3, []string{"make", "mail", "-list", w.list, "-document", w.letter, "-subject", "x", "-invite", "2099-01-01T09:00", "-out", in("x.zip")}},
		"no such job":            {3, []string{"check", "job", in("borte.xml")}},
		"command of later work":  {2, []string{"relay"}},
		"people of no job":       {3, []string{"stop", "finnesikke", "-take-out", "1001"}},
		"control list for real":  {2, []string{"-debug-controls", in("styring.jsonl")}},
		"no such document":       {3, []string{"check", "document", in("borte.xml")}},
		"part of later work":     {2, []string{"register", "export", "x"}},
		"slip before -json":      {2, []string{"jobs", "-hurtig"}},
		"flag of another":        {2, []string{"jobs", "-subject", "x"}},
		"copy of another form":   {2, []string{"split", "-file", w.list, "-write-back", in("svar.txt"), "-yes"}},
		"copy into no folder":    {3, []string{"split", "-file", w.list, "-write-back", in("borte/svar.xlsx"), "-yes"}},
		"problems over list":     {3, []string{"import", w.list, "-problems", w.list}},
		"problems of other form": {2, []string{"import", w.list, "-problems", in("feil.csv")}},
		"problems, no folder":    {3, []string{"import", w.list, "-problems", in("borte/feil.xlsx")}},
		"unknown group":          {3, []string{"split", "-group", "Ingen", "-yes"}},
		"unknown group, mail":    {3, []string{"mail", "-group", "Ingen", "-document", w.letter, "-subject", "x", "-yes"}},
		"wrong password":         {4, []string{"credentials", "set", "-certificate", filepath.Join(w.sandboxDir(), "sender.p12")}},
		"sender-id zero":         {3, []string{"credentials", "set", "-sender-id", "0"}},
		"language of later work": {2, []string{"version", "-lang", "nn"}},
		"no number":              {3, []string{"onboard", "-org", "123"}},
		"stranger's kind":        {3, []string{"send", "-to", "tlf:1", "-subject", "x", "-yes", w.letter}},
	} {
		t.Run(name, func(t *testing.T) {
			one := *w
			one.t = t
			args := append(slices.Clone(try.args), "-data", w.data, "-practice", "-sandbox", w.ready, "-json")
			out, log := one.print(try.exit, args...)
			var value any
			if err := json.Unmarshal([]byte(out), &value); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if wrong := documents["fault"](value); wrong != "" {
				t.Error(wrong)
			}
			if strings.Contains(log, "{") || strings.Contains(log, "?") || strings.Contains(log, "check_digit") {
				t.Errorf("not plain: %s", log)
			}
		})
	}
	var people result
	w.run(0, &people, "register", "list")
	if len(people.Recipients) != 0 {
		t.Error("something was stored")
	}
}

// sandboxDir is the folder of the stand-in, by its ready line.
func (w *twin) sandboxDir() string {
	w.t.Helper()
	return filepath.Dir(w.readyLine()["certificate_file"])
}

func (w *twin) readyLine() map[string]string {
	w.t.Helper()
	line, err := os.ReadFile(w.ready)
	if err != nil {
		w.t.Fatal(err)
	}
	ready := map[string]string{}
	if err := json.Unmarshal(line, &ready); err != nil || bytes.Count(line, []byte("\n")) != 1 {
		w.t.Fatalf("the ready line is not one line of strings: %v: %s", err, line)
	}
	return ready
}

// TestContractSandbox: the ready line, the refused values, and a folder that one
// process serves at a time and the next one goes on with.
func TestContractSandbox(t *testing.T) {
	t.Parallel()
	w := newTwin(t, "")
	ready := w.readyLine()
	for _, name := range strings.Fields("rest sftp sftp_host_key sftp_user sftp_key_file signup control ebox_token ebox_registry ebox_client_id ebox_key_file sender_id partner_id organisation_number certificate_file certificate_password people_file") {
		if ready[name] == "" {
			t.Errorf("%s is not in the ready line", name)
		}
	}
	for _, name := range []string{"rest", "sftp", "signup", "control"} {
		if !strings.HasPrefix(strings.TrimPrefix(ready[name], "http://"), "127.0.0.1:") {
			t.Errorf("%s is at %s", name, ready[name])
		}
	}
	dir, other := w.sandboxDir(), filepath.Join(t.TempDir(), "andre")
	people := filepath.Join(t.TempDir(), "folk.csv")
	if err := os.WriteFile(people, []byte("navn,adresse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for exit, tries := range map[int][][]string{
		2: {{"-trouble", "uvær"}, {"-trouble", "delay"}, {"-rest", "0.0.0.0:0"}, {"-sftp", "127.0.0.1:ftp"}, {"-seed", "x"}},
		3: {{"-people", people}, {"-people", people + ".borte"}},
		9: {{"-dir", dir}, {"-rest", strings.TrimPrefix(ready["rest"], "http://")}},
	} {
		for _, args := range tries {
			w.print(exit, append([]string{"sandbox", "-dir", other}, args...)...)
		}
	}
	w.restart(other)
}

// restart: a stand-in ended by SIGTERM gives exit 0, and the next one in its
// folder has the same ports and keys.
func (w *twin) restart(dir string) {
	w.t.Helper()
	var lines []string
	for range 2 {
		read, write, err := os.Pipe()
		if err != nil {
			w.t.Fatal(err)
		}
		process := exec.Command(w.program, "sandbox", "-dir", dir)
		process.Stdout = write
		if err := process.Start(); err != nil {
			w.t.Fatal(err)
		}
		_ = write.Close()
		_ = read.SetReadDeadline(time.Now().Add(20 * time.Second))
		line := make([]byte, 8192)
		n, _ := read.Read(line)
		lines = append(lines, string(line[:n]))
		var ready struct{ Control string }
		if err := json.Unmarshal(line[:n], &ready); err != nil {
			w.t.Errorf("ready line: %v", err)
		} else if answer, err := http.Get(ready.Control + "/state"); err != nil {
			w.t.Error(err)
		} else {
			_ = answer.Body.Close()
		}
		_ = process.Process.Signal(syscall.SIGTERM)
		if err := process.Wait(); err != nil {
			w.t.Errorf("SIGTERM: %v", err)
		}
		_ = read.Close()
	}
	if lines[0] == "" || lines[0] != lines[1] {
		w.t.Errorf("the second start differs:\n%s%s", lines[0], lines[1])
	}
}
