package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"strconv"
	"strings"
	"time"
)

// MailConfig is how a notice goes out as a mail.
type MailConfig struct {
	// Server is host:port of a mail server that takes mail from us. Port 465 is
	// TLS from the start; on others STARTTLS must be offered, except on this
	// machine.
	Server string
	// User and Password log in; none if User is empty.
	User, Password string
	// From and To are mail addresses.
	From string
	To   []string
	// Subject and Text are what is written; {sender_id} in Text becomes the new
	// sender-id, which the reader needs who has no relay in the program.
	Subject, Text string
	// TLS is for tests, nil trusts what the system trusts.
	TLS *tls.Config
}

// Mail makes a Notify that sends a mail.
func Mail(cfg MailConfig) (Notify, error) {
	host, port, err := net.SplitHostPort(cfg.Server)
	if err != nil || host == "" {
		return nil, errors.New("relay: the mail server must be host:port")
	}
	if len(cfg.To) == 0 {
		return nil, errors.New("relay: a mail needs somebody to go to")
	}
	from, to, err := mailAddresses(cfg)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(cfg.Subject, "\r\n") {
		return nil, errors.New("relay: the subject of a mail is one line")
	}
	secure := cfg.TLS.Clone()
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	secure.ServerName = host
	return func(ctx context.Context, news News) error {
		m := mailer{cfg: cfg, host: host, immediate: port == "465", secure: secure}
		if err := m.send(ctx, from, to, letter(cfg, from, to, news)); err != nil {
			return fmt.Errorf("relay: mail: %w", err)
		}
		return nil
	}, nil
}

func mailAddresses(cfg MailConfig) (from string, to []string, err error) {
	for i, each := range append([]string{cfg.From}, cfg.To...) {
		parsed, err := mail.ParseAddress(each)
		if err != nil {
			return "", nil, errors.New("relay: a mail address cannot be read")
		}
		if i == 0 {
			from = parsed.Address
		} else {
			to = append(to, parsed.Address)
		}
	}
	return from, to, nil
}

// letter writes the mail.
func letter(cfg MailConfig, from string, to []string, news News) []byte {
	text := strings.ReplaceAll(cfg.Text, "{sender_id}", strconv.FormatInt(news.SenderID, 10))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	return []byte("From: <" + from + ">\r\nTo: <" + strings.Join(to, ">, <") + ">\r\nSubject: " + mime.QEncoding.Encode("utf-8", cfg.Subject) +
		"\r\nDate: " + news.At.Format(time.RFC1123Z) + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n" + text + "\r\n")
}

// mailer is one conversation with a mail server.
type mailer struct {
	cfg       MailConfig
	host      string
	immediate bool
	secure    *tls.Config
}

func (m mailer) send(ctx context.Context, from string, to []string, text []byte) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.cfg.Server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	// Who is told to stop stops, whatever the server does.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	local := conn.RemoteAddr().(*net.TCPAddr).IP.IsLoopback()
	if m.immediate {
		conn = tls.Client(conn, m.secure)
	}
	client, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	if !m.immediate {
		if offered, _ := client.Extension("STARTTLS"); offered {
			err = client.StartTLS(m.secure)
		} else if !local {
			err = errors.New("the server offers no TLS")
		}
		if err != nil {
			return err
		}
	}
	if m.cfg.User != "" {
		if err := client.Auth(smtp.PlainAuth("", m.cfg.User, m.cfg.Password, m.host)); err != nil {
			return err
		}
	}
	if err := client.Mail(from); err != nil {
		return err
	}
	for _, each := range to {
		if err := client.Rcpt(each); err != nil {
			return err
		}
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(text); err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	return client.Quit()
}
