package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// postOffice is a mail server on loopback that speaks just enough; with a
// certificate it offers STARTTLS, and takes mail after it only.
func postOffice(t *testing.T, certificate *tls.Certificate) (address string, said chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	said = make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		var all strings.Builder
		defer func() { said <- all.String() }()
		safe, inText := certificate == nil, false
		lines := bufio.NewReader(conn)
		fmt.Fprint(conn, "220 hello\r\n")
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			all.WriteString(line)
			switch command := strings.ToUpper(strings.TrimSpace(line)); {
			case inText:
				if command == "." {
					inText = false
					fmt.Fprint(conn, "250 taken\r\n")
				}
			case strings.HasPrefix(command, "EHLO") && certificate != nil && !safe:
				fmt.Fprint(conn, "250-hello\r\n250 STARTTLS\r\n")
			case strings.HasPrefix(command, "EHLO"):
				fmt.Fprint(conn, "250-hello\r\n250 AUTH PLAIN\r\n")
			case command == "STARTTLS":
				fmt.Fprint(conn, "220 go on\r\n")
				conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}})
				lines, safe = bufio.NewReader(conn), true
			case command == "DATA" && safe:
				inText = true
				fmt.Fprint(conn, "354 go on\r\n")
			case command == "QUIT":
				fmt.Fprint(conn, "221 bye\r\n")
				return
			case strings.HasPrefix(command, "AUTH"):
				fmt.Fprint(conn, "235 welcome\r\n")
			case safe:
				fmt.Fprint(conn, "250 good\r\n")
			default:
				fmt.Fprint(conn, "530 TLS first\r\n")
			}
		}
	}()
	return listener.Addr().String(), said
}

func mailTo(server string) MailConfig {
	return MailConfig{Server: server, From: "relay@example.org", To: []string{"Kari <kari@example.org>", "post@example.org"}, User: "relay", Password: "hemmelig",
		Subject: "Ny avsender på plass", Text: "Digipost har godkjent en kunde.\nAvsender-id: {sender_id}\n.\n"}
}

func TestMail(t *testing.T) {
	dir := t.TempDir()
	certificate, key, pool := selfMade(t, dir, 1)
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		certificate *tls.Certificate
		trusted     *tls.Config
		fine        bool
	}{
		"this machine":              {nil, nil, true},
		"STARTTLS":                  {&pair, &tls.Config{RootCAs: pool}, true},
		"a certificate of nobody's": {&pair, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			address, said := postOffice(t, test.certificate)
			cfg := mailTo(address)
			cfg.TLS = test.trusted
			notify, err := Mail(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = notify(t.Context(), News{SenderID: 34567, At: time.Date(2025, 11, 21, 12, 0, 0, 0, time.UTC)})
			if (err == nil) != test.fine {
				t.Fatal(err)
			}
			text := <-said
			if !test.fine {
				if strings.Contains(text, "34567") || strings.Contains(text, "AUTH") {
					t.Errorf("told to a stranger: %s", text)
				}
				return
			}
			for _, want := range []string{"MAIL FROM:<relay@example.org>", "RCPT TO:<kari@example.org>", "RCPT TO:<post@example.org>", "AUTH PLAIN",
				"Subject: =?utf-8?q?Ny_avsender_p=C3=A5_plass?=\r\n", "Date: Fri, 21 Nov 2025 12:00:00 +0000\r\n", "Avsender-id: 34567\r\n..\r\n"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
		})
	}
}

func TestMailTrouble(t *testing.T) {
	for name, change := range map[string]func(*MailConfig){
		"server":  func(c *MailConfig) { c.Server = "mail.example.org" },
		"nobody":  func(c *MailConfig) { c.To = nil },
		"from":    func(c *MailConfig) { c.From = "a\r\nb" },
		"to":      func(c *MailConfig) { c.To = []string{"nobody"} },
		"subject": func(c *MailConfig) { c.Subject = "a\r\nBcc: b@example.org" },
	} {
		cfg := mailTo("127.0.0.1:25")
		change(&cfg)
		if _, err := Mail(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	// A server that says nothing.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	notify, err := Mail(mailTo(listener.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := notify(ctx, News{SenderID: 1}); err == nil || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}
