package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"brevdue/app/post"
)

// planted is what must never come along: of a person, a letter, a machine.
var planted = []string{"Åse", "Nordmann", "kari", "01810112345", "010190", "12345", "pasienter", "Innkalling", "example", "/home", "Users", "hemmelig",
	"4f9c2d1e-7a51-4a2b-9c7a-000000000001", "984661185", "312345676"}

const plantedLog = `time=2025-11-21T12:00:00.000+01:00 level=WARN msg=letter job=4f9c2d1e-7a51-4a2b-9c7a-000000000001 seq=3 code=unreachable error="digipost: send: Post \"https://api.digipost.no/messages?name=Kari\": dial tcp 10.0.0.1:443: connect: connection refused"
time=2025-11-21T12:00:01.000+01:00 level=ERROR msg=command error="open /home/kari/pasienter 2025.xlsx: permission denied"
time=2025-11-21T12:00:02.000+01:00 level=ERROR msg=command error="open C:\\Users\\Åse Nordmann\\Innkalling.pdf: no such file or directory"
time=2025-11-21T12:00:03.000+01:00 level=WARN msg="letter of Kari Nordmann" name="Kari Nordmann" subject=Innkalling number=01810112345 note=010190-12345
time=2025-11-21T12:00:04.000+01:00 level=WARN msg=letter job=4f9c2d1e-7a51-4a2b-9c7a-000000000001 seq=01810112345 code="kari@example.org" error="kari@example.org 010190 12345 010 190 123 45"
time=2025-11-21T12:00:05.000+01:00 level=INFO msg="relay stopped" error="the relay answered with status 503 of 98466118"
panic: Åse Nordmann 01810112345
goroutine 1 [running]:
key="open
time=2025-11-21T12:00:06.000+01:00 level=INFO msg=other job=another
`

func TestSupportHoldsNobody(t *testing.T) {
	text, err := Support(SupportFacts{
		Heading:  "Til brukerstøtten.",
		Versions: map[string]string{"brevdue": "1.2.3", "go": "1.26.0", "system": "linux/amd64"},
		Settings: map[string]string{"environment": "test", "sender": "set", "name": "Åse Nordmann", "folder": `C:\Users\Åse`},
		Counts:   map[string]int{"people": 40},
		Report: Report{Checks: []Check{
			{Name: Certificate, OK: true, Fields: map[string]string{"subject": "Åse Nordmann (984661185)", "issuer": "hemmelig", "days": "100", "date": "01.01.2026"}},
			{Name: Agreement, OK: true, Code: CodePartly, Fields: map[string]string{"sender": "984661185"}, Features: []string{post.FeatureDigipost, "pasienter"}, Missing: []string{post.FeaturePaper}},
			{Name: SFTP, Fault: post.NewFault(post.CodeLoginRefused, errors.New("kari"), "user", "prod_984661185", "status", "01810112345")},
			{Name: Disk, OK: true, Fields: map[string]string{"free_mb": "9000"}},
		}},
		Log: strings.NewReader(plantedLog)})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range planted {
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Errorf("%q is in the file:\n%s", secret, text)
		}
	}
	for _, want := range []string{"brevdue = 1.2.3", "people = 40", "certificate well days=100", "+" + post.FeatureDigipost, "-" + post.FeaturePaper, "sftp failed sftp_login_refused",
		"disk well free_mb=9000", "code=unreachable", "connection refused", "permission denied", "no such file or directory", "status 503", "job=#1", "job=#2", "(3 lines left out)", "name = …"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
}

// TestSupportStopsWhenUnclean: what slips through all the same is found at the
// end, and then there is no file.
func TestSupportStopsWhenUnclean(t *testing.T) {
	for _, heading := range []string{"01810112345", "010190 12345", "010190-12345", "kari@example.org", "1234567890"} {
		_, err := Support(SupportFacts{Heading: "\n" + heading})
		fault := post.FaultOf(err)
		if fault == nil || fault.Code != post.CodeSupportUnclean || fault.Fields["line"] != "2" || strings.Contains(fault.Error(), heading) {
			t.Errorf("%s: %v", heading, err)
		}
	}
}

func TestSupportTakesTheLastLines(t *testing.T) {
	line := "time=2025-11-21T12:00:00Z level=INFO msg=job count="
	var log strings.Builder
	for n := range 5000 {
		log.WriteString(line + strings.Repeat("1", 1+n%5) + "\n")
	}
	log.WriteString(strings.Repeat("Åse ", 1<<16)) // a line without an end
	text, err := Support(SupportFacts{Log: strings.NewReader(log.String())})
	if err != nil || strings.Count(text, "msg")+strings.Count(text, "job count=") != mostLogLines-1 || strings.Contains(text, "Åse") {
		t.Errorf("%v %d", err, strings.Count(text, "job count="))
	}
}

// TestMessagesAreKnown: what the program itself writes into the log is said in
// words that the support file keeps, nearly all of it.
func TestMessagesAreKnown(t *testing.T) {
	said := regexp.MustCompile(`\.(?:Info|Warn|Error)\("([^"]+)"`)
	seen, hiding := 0, 0
	for _, pattern := range []string{"../*.go", "../job/*.go", "../../digipost/relay/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, message := range said.FindAllStringSubmatch(string(source), -1) {
				seen++
				if strings.Contains(onlyKnown(message[1]), hidden) {
					hiding++
					t.Logf("%s: %q becomes %q: add the word to known", file, message[1], onlyKnown(message[1]))
				}
			}
		}
	}
	if seen < 20 || hiding > seen/10 {
		t.Errorf("of %d messages %d lose words", seen, hiding)
	}
}

func FuzzScrub(f *testing.F) {
	for _, line := range strings.Split(plantedLog, "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		s := scrubber{marks: map[string]string{}}
		if shown := s.line(line); unclean.MatchString(shown) && !strings.Contains(shown, "T") {
			t.Errorf("%q", shown)
		}
	})
}
